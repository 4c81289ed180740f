"""A plane with a simulated registry, stream and clock around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from tenure_dataplane import Identity, Plane, PlaneOptions, ReceiptOptions, Surroundings
from tenure_dataplane import create_plane as create
from tenure_dataplane.kernel.instant import parse_instant
from tenure_dataplane.plane.http_lane import FactSourceError
from tenure_dataplane.plane.live_source import LiveHandlers

from .fact_writer import ISSUER, LOG, FactWriter
from .log_writer import ROOT_KEY, checkpoint_note, heartbeat, instant, key_set
from .state_writer import ServedState

NOVEMBER_MS = parse_instant("2026-11-01T00:00:00.000Z") or 0
START_MS = parse_instant("2026-11-21T01:00:00.000Z") or 0
_PAGE_LINES = 2


class FakeClock:
    """Monotonic time and time of day; both go on together unless a test says otherwise."""

    def __init__(self) -> None:
        self.now_ms = 1_000.0
        self.offset_ms = START_MS - 1_000.0

    def monotonic_ms(self) -> float:
        return self.now_ms

    def wall_ms(self) -> float:
        return self.now_ms + self.offset_ms


class World:
    """Registry (:class:`FactSource`) and stream at once."""

    def __init__(self, writer: FactWriter, directory: Path) -> None:
        self.writer = writer
        self.directory = directory
        self.clock = FakeClock()
        self.key_sets = [key_set()]
        self.down = False
        self.beats = True
        self.tamper: Callable[[str], str] = lambda line: line
        self.requests = 0
        self.handlers: LiveHandlers | None = None
        #: The newest snapshot; none unless given.
        self.state: ServedState | None = None
        self.nodes_asked: list[bytes] = []
        #: Happens while a node is on its way.
        self.on_node: Callable[[], None] = lambda: None
        self.receipts: list[bytes] = []
        #: Size that heartbeats' checkpoints state; None: they have none.
        self.size: int | None = None

    async def facts(self, shard: int, position: int) -> list[str]:
        await self._answer()
        lines = self.writer.shards.get(shard, [])[position - 1 : position - 1 + _PAGE_LINES]
        return [self.tamper(line) for line in lines]

    async def key_set(self, version: int) -> bytes | None:
        await self._answer()
        return self.key_sets[version - 1] if version <= len(self.key_sets) else None

    async def heartbeat(self) -> bytes:
        await self._answer()
        if not self.beats:
            raise FactSourceError(404, "none yet")
        return self.note()

    async def state_note(self) -> bytes | None:
        await self._answer()
        return None if self.state is None else self.state.note

    async def state_node(self, hashed: bytes) -> bytes | None:
        await self._answer()
        self.nodes_asked.append(hashed)
        self.on_node()
        return None if self.state is None else self.state.nodes.get(hashed)

    async def send_receipt(self, note: bytes) -> None:
        await self._answer()
        self.receipts.append(note)

    async def close(self) -> None:
        return

    def note(self) -> bytes:
        """A heartbeat of now."""
        self.clock.now_ms += 1
        ms = self.clock.wall_ms() - NOVEMBER_MS
        checkpoint = None if self.size is None else checkpoint_note(self.size)
        return heartbeat(self.writer, instant(ms), len(self.key_sets), checkpoint=checkpoint)

    async def beat(self) -> None:
        """Over the stream; comes back when it was taken."""
        note, taken = self.note(), self.directory / "heartbeat.note"
        if self.handlers is not None:
            self.handlers.heartbeat(note)
        await eventually(lambda: taken.read_bytes() == note)

    async def publish(self, shard: int, *lines: str) -> None:
        if self.handlers is not None:
            await self.handlers.lines(shard, list(lines))

    async def open(
        self,
        shards: Sequence[int] | None = None,
        receipts: ReceiptOptions | None = None,
        snapshots: bool = True,
    ) -> Plane:
        options = PlaneOptions(
            registry_url="http://registry.example",
            token="token",
            log=LOG,
            root=ROOT_KEY,
            directory=self.directory,
            shards=shards,
            receipts=receipts,
            snapshots=snapshots,
        )
        return await create(options, Surroundings(self, self._open_live, self.clock))

    async def _answer(self) -> None:
        self.requests += 1
        await asyncio.sleep(0)
        if self.down:
            raise FactSourceError(503, "down")

    def _open_live(self, _shards: Sequence[int], handlers: LiveHandlers) -> World:
        self.handlers = handlers
        return self

    async def run(self) -> None:
        if self.handlers is not None:
            self.handlers.connected()
        await asyncio.Event().wait()


def may(plane: Plane, permission: str, tenant: str, sub: str = "jane") -> bool:
    return plane.can(Identity(ISSUER, sub), permission, tenant).allowed


async def eventually(holds: Callable[[], bool], within_s: float = 10.0) -> None:
    """Waits for a condition; the event loop goes on meanwhile."""
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.01)
