import asyncio
import os
import sys

from tenure_dataplane import Identity, PlaneOptions, open_plane


async def main(issuer: str, sub: str, permission: str, tenant: str) -> None:
    options = PlaneOptions(
        registry_url=os.environ["TENURE_URL"],
        token=os.environ["TENURE_TOKEN"],  # the data planes' read-only one
        nats_url=os.environ.get("TENURE_NATS_URL"),  # without it the plane asks over HTTP
        log=os.environ["TENURE_LOG"],  # e.g. tenure.example/prod
        root=os.environ["TENURE_ROOT"],  # the log's first root: <log>/root+<hash>+<base64>
        directory=os.environ["TENURE_DIRECTORY"],  # one process at a time
    )
    async with await open_plane(options) as plane:
        plane.on("refused", lambda refusal: print(refusal.code, file=sys.stderr))
        plane.on("freshness", lambda change: print(change.after, file=sys.stderr))
        await plane.ready()
        print(plane.can(Identity(issuer, sub), permission, tenant))


asyncio.run(main(*sys.argv[1:5]))
