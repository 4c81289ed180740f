"""Operations on one plane, for tests that talk to kits of several languages."""

from __future__ import annotations

from typing import Any

from shard_checks import head_of

from tenure_dataplane import DirectoryLockedError, FactError, Identity, Plane, PlaneOptions
from tenure_dataplane import open_plane as open_new

Request = dict[str, Any]
Answer = dict[str, Any]


class PlaneOps:
    """At most one plane at a time."""

    def __init__(self) -> None:
        self._plane: Plane | None = None
        #: Errors of the disk.
        self._unwritten: list[OSError] = []

    async def open(self, request: Request) -> Answer:
        """Closes the one before."""
        await self.close(request)
        options = PlaneOptions(
            registry_url=request["registryUrl"],
            token=request["token"],
            nats_url=request.get("natsUrl"),
            log=request["log"],
            root=request["root"],
            directory=request["directory"],
            shards=request.get("shards"),
            snapshots=request.get("snapshots", True),
        )
        try:
            self._plane = await open_new(options)
            self._unwritten.clear()
            self._plane.on("journal", self._unwritten.append)
        except (FactError, DirectoryLockedError) as error:
            return {"code": error.code}
        return {"ok": True}

    async def ready(self, _: Request) -> Answer:
        """Waits."""
        await self._open().ready()
        return {"ok": True}

    async def can(self, request: Request) -> Answer:
        """A decision."""
        identity = Identity(request["issuer"], request["sub"])
        where = (request["permission"], request["tenant"], request.get("project"))
        return self._open().can(identity, *where)._asdict()

    async def entitlement(self, request: Request) -> Answer:
        """Another one."""
        answer = self._open().entitlement(request["tenant"], request["product"])
        return {**answer._asdict(), "limits": dict(answer.limits)}

    async def api_key(self, request: Request) -> Answer:
        """Of anything that JSON has."""
        asked = (request.get("key"), request.get("scope"), request.get("namespace"))
        answer = self._open().api_key(*asked)
        return {**answer._asdict(), "scopes": list(answer.scopes)}

    async def explain(self, request: Request) -> Answer:
        """A decision, and the facts behind it."""
        identity = Identity(request["issuer"], request["sub"])
        where = (request["permission"], request["tenant"], request.get("project"))
        answer = await self._open().explain(identity, *where)
        because = [one._asdict() for one in answer.because]
        return {"decision": answer.decision._asdict(), "because": because}

    async def freshness(self, _: Request) -> Answer:
        """Of memberships."""
        return {"freshness": self._open().freshness()}

    async def stats(self, _: Request) -> Answer:
        """Counts and heads."""
        stats = self._open().stats()
        heads = {name: head_of(head) for name, head in stats.heads.items()}
        return {**stats._asdict(), "heads": heads, "unwritten": len(self._unwritten)}

    async def close(self, _: Request) -> Answer:
        """No error when none is open."""
        if self._plane is not None:
            await self._plane.close()
        self._plane = None
        return {"ok": True}

    def _open(self) -> Plane:
        if self._plane is None:
            raise LookupError("no plane is open")
        return self._plane
