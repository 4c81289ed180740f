"""The live facts of some shards at one size of the log: verified by hashes, and packed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, NamedTuple

from ..reader.base import ShardBase, base_of
from ..state.cursor import Node
from ..state.file import unpack_node
from ..state.note import StateNote
from ..state.walk import Scope, StateWalk, TenantState, WantedNode

#: Hashing between two turns of the event loop: about 5 ms.
_BYTES_PER_TURN: Final = 4 * 1024 * 1024


class Snapshot(NamedTuple):
    """Tenants by shard; an empty list of one without tenants."""

    note: StateNote
    tenants: dict[int, list[TenantState]]

    def base(self, shard: int) -> ShardBase:
        """What the shard's reader takes of it."""
        return base_of(self.note, shard, self.tenants[shard])


def snapshot_of(note: StateNote, shards: Iterable[int], tenants: Iterable[TenantState]) -> Snapshot:
    """Of a walk over these shards."""
    by_shard: dict[int, list[TenantState]] = {shard: [] for shard in shards}
    for tenant in tenants:
        by_shard[tenant.shard].append(tenant)
    return Snapshot(note, by_shard)


class _Turns:
    """Lets the event loop go on now and then."""

    def __init__(self) -> None:
        self._hashed = 0

    async def hashed(self, size: int) -> None:
        self._hashed += size
        if self._hashed >= _BYTES_PER_TURN:
            self._hashed = 0
            await asyncio.sleep(0)


async def walk_saved(root: bytes, scope: Scope, read: Callable[[bytes], Node]) -> list[TenantState]:
    """Over nodes of the disk, by their hash. Raises FactError, and what ``read`` raises."""
    walk, turns = StateWalk(root, scope), _Turns()
    found: list[TenantState] = []
    while (wanted := walk.next()) is not None:
        node = read(wanted.hash)
        found.extend(walk.take(wanted, node))
        await turns.hashed(len(node))
    return found


class ServedWalk:
    """Over nodes that are fetched: some are on their way while the leftmost is verified."""

    def __init__(
        self,
        root: bytes,
        scope: Scope,
        fetch: Callable[[bytes], Awaitable[bytes]],
        take: Callable[[bytes, bytes], None],
    ) -> None:
        """``take`` is given hash and node, verified and unpacked, in the order of depth."""
        self._walk = StateWalk(root, scope)
        self._fetch = fetch
        self._take = take
        #: The leftmost last.
        self._wanted: list[WantedNode] = []
        self._running: dict[WantedNode, asyncio.Future[bytes]] = {}

    async def run(self, at_once: int) -> list[TenantState]:
        """The tenants in the scope. Raises FactError, and what ``fetch`` raises."""
        found: list[TenantState] = []
        turns = _Turns()
        try:
            while (next_one := self._start(at_once)) is not None:
                node = unpack_node(await self._running.pop(next_one))
                found.extend(self._walk.take(next_one, node))
                self._take(next_one.hash, node)
                await turns.hashed(len(node))
        finally:
            for running in self._running.values():
                running.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)
        return found

    def _start(self, at_once: int) -> WantedNode | None:
        named = iter(self._walk.next, None)
        self._wanted.extend(reversed([one for one in named if one is not None]))
        for wanted in self._wanted[-at_once:]:
            if wanted not in self._running:
                self._running[wanted] = asyncio.ensure_future(self._fetch(wanted.hash))
        return self._wanted.pop() if self._wanted else None
