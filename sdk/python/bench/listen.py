"""Tells the bench when facts were applied, as every kit's listening program does.

Speaks JSON lines: the first on stdin are a plane's options, answered when the plane is ready; each
later one is answered by what was applied since, as ``[fact id, milliseconds of the clock]``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from tenure_dataplane import AppliedFact, PlaneOptions, open_plane


def tell(answer: object) -> None:
    """One line."""
    print(json.dumps(answer), flush=True)


async def main() -> None:
    """Until stdin ends."""
    loop = asyncio.get_running_loop()
    given: dict[str, Any] = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    applied: list[tuple[str, float]] = []
    options = PlaneOptions(
        registry_url=given["registryUrl"],
        token=given["token"],
        nats_url=given["natsUrl"],
        log=given["log"],
        root=given["root"],
        directory=given["directory"],
    )

    def note(one: AppliedFact) -> None:
        applied.append((one.fact.id, time.time_ns() / 1e6))

    async with await open_plane(options) as plane:
        plane.on("applied", note)
        await plane.ready()
        applied.clear()
        tell({"ready": True})
        while await loop.run_in_executor(None, sys.stdin.readline):
            tell({"applied": applied})
            applied.clear()


if __name__ == "__main__":
    asyncio.run(main())
