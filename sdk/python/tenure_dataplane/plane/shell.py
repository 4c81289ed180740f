"""What runs behind a plane: followers, live delivery and timers, and what one tells another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol

from ..reader.shard_reader import ShardReader
from ..reader.step import Step
from ..trust.heartbeat import Heartbeat
from ..trust.key_chain import KeyChange
from .counts import Counts
from .directory_lock import DirectoryLock
from .events import Events
from .follower import BEHIND_S, Follower, Void
from .freshness_clock import Clock, FreshnessClock
from .http_source import FactSource
from .live_source import LiveHandlers
from .log_follower import LogFollower
from .receipts import Receipts
from .shard_set import LINES_PER_TURN, ShardSet
from .snapshot_taker import SnapshotTaker
from .tasks import Tasks
from .trust_state import TrustState

#: Without heartbeats for this long each shard is asked every few seconds all the same.
NO_HEARTBEAT_MS: Final = 10_000
POLL_S: Final = 5.0
_TICK_S: Final = 1.0
#: The age of the facts is written down this often, for a restart without the registry.
_SAVE_AGE_MS: Final = 5_000


class Live(Protocol):
    """Live delivery; runs until it is cancelled."""

    async def run(self) -> None:
        """Never returns."""


OpenLive = Callable[[Sequence[int], LiveHandlers], Live]


class PlaneShell:
    """Started at once; nothing in it decides."""

    def __init__(
        self,
        directory: Path | None,
        trust: TrustState,
        shards: ShardSet,
        freshness: FreshnessClock,
        events: Events,
        counts: Counts,
        source: FactSource,
        open_live: OpenLive | None,
        clock: Clock,
        lock: DirectoryLock,
        receipts: Receipts | None,
    ) -> None:
        self._trust = trust
        self._shards = shards
        self._freshness = freshness
        self._events = events
        self._counts = counts
        self._source = source
        self._clock = clock
        self._lock = lock
        self._receipts = receipts
        self._tasks = Tasks()
        self._ready = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None
        self._saved_at_ms = float("-inf")
        self._log = LogFollower(trust, source, self, counts, self._tasks, clock)
        self._follower = Follower(shards, source, self, self._tasks)
        self._snapshots = SnapshotTaker(
            directory, trust, shards, source, self, counts, self._tasks, clock
        )
        if open_live is not None:
            # Subscribed before the first request: what is published in between is held.
            self._tasks.start(open_live(list(shards.readers), self).run())
        self._tasks.start(self._log.run())
        self._tasks.start(self._poll())
        self._tasks.start(self._tick())
        self._tasks.start(shards.packed.run())
        if receipts is not None:
            self._tasks.start(receipts.run())

    async def ready(self) -> None:
        """See :meth:`Plane.ready`."""
        await self._ready.wait()

    async def close(self) -> None:
        """Once, whoever asks and how often."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close())
        await asyncio.shield(self._closing)

    async def lines(self, shard: int, lines: list[str]) -> None:
        """Of the stream."""
        reader = self._shards.readers[shard]
        for at in range(0, len(lines), LINES_PER_TURN):
            if self._closing is not None:
                return
            part = lines[at : at + LINES_PER_TURN]
            held = self._trust.heartbeats.holds_lines
            self._apply(reader, reader.hold(part) if held else reader.live(part))
            await asyncio.sleep(0)

    def heartbeat(self, note: bytes) -> None:
        """Of the stream."""
        self._log.offer(note, "live", self._clock.monotonic_ms())

    def heartbeat_taken(self, taken: Heartbeat) -> None:
        """Each followed shard is compared with it."""
        if self._receipts is not None:
            self._receipts.heartbeat(taken)
        # Nothing can be on its way to a plane that has just begun to listen.
        patience_s = BEHIND_S if self._freshness.complete else 0.0
        for shard, reader in self._shards.readers.items():
            self._apply(reader, reader.heartbeat(taken.shards[shard]), heal_after_s=patience_s)
        self._snapshots.catch_up()

    def connected(self) -> None:
        """Live delivery began."""
        if self._trust.keys.current is not None:
            self._log.poke()

    async def learn_keys(self) -> bool:
        """For the follower."""
        return await self._log.learn_keys_when_due()

    def keys_changed(self, change: KeyChange) -> None:
        """Facts that were taken may be void now, or lost by a restored backup."""
        if change.void_from is not None:
            self._shards.voidings += 1
        self._shards.rekey(change)
        for shard, reader in self._shards.readers.items():
            if reader.in_doubt:
                self._follower.doubt(shard)
            last = reader.chains.log_index
            if change.fork_from is not None:
                reader.begin_epoch(change.fork_from)
                if last >= change.fork_from:
                    self._follower.doubt(shard)
            if change.void_from is not None and last >= change.void_from:
                reader.await_fold()
                void = Void(change.void_from, self._trust.keys.version)
                self._tasks.start(self._follower.fold_anew(shard, void))
            if not self._trust.heartbeats.holds_lines:
                self._apply(reader, reader.live(()))

    async def take_snapshot(self) -> None:
        """For the follower."""
        await self._snapshots.take()

    async def settled(self) -> None:
        """For the follower."""
        await self._snapshots.settled()

    def rested(self, steps: Iterable[tuple[ShardReader, Step]]) -> None:
        """Shards went on from a snapshot."""
        for reader, step in steps:
            self._apply(reader, step)

    def disk_refused(self, error: OSError) -> None:
        """The plane decides on from memory."""
        self._events.emit("journal", error)

    def after(self, reader: ShardReader, step: Step, *, heal_after_s: float = 0.0) -> None:
        """What follows from a step that was applied."""
        arrived_ms = self._log.arrived_ms
        if step.fetch:
            keys = any(refusal.code == "key-unknown" for refusal in step.refused)
            self._follower.heal(reader.shard, heal_after_s, keys_first=keys)
        if reader.in_doubt:
            self._follower.doubt(reader.shard)
        if step.reached and arrived_ms is not None:
            self._follower.trusts(reader.shard)
            if self._receipts is not None:
                self._receipts.reached(reader.shard)
            if self._freshness.reached(reader.shard, arrived_ms):
                self._known()

    def _apply(self, reader: ShardReader, step: Step, *, heal_after_s: float = 0.0) -> None:
        self._shards.apply(reader, step)
        self.after(reader, step, heal_after_s=heal_after_s)

    def _known(self) -> None:
        self._ready.set()
        self._tell_freshness()
        known_at_ms = self._clock.wall_ms() - self._freshness.age_ms()
        if abs(known_at_ms - self._saved_at_ms) < _SAVE_AGE_MS:
            return
        self._saved_at_ms = known_at_ms
        try:
            self._trust.files.save_known_at_ms(known_at_ms)
        except OSError as error:
            self.disk_refused(error)

    def _tell_freshness(self) -> None:
        for change in self._freshness.tick():
            self._events.emit("freshness", change)

    async def _poll(self) -> None:
        """Without heartbeats only freshness changes: facts are fetched all the same."""
        while True:
            for shard in self._shards.readers:
                await asyncio.sleep(POLL_S / len(self._shards.readers))
                if self._trust.keys.current is not None and self._log.silent_ms > NO_HEARTBEAT_MS:
                    await self._snapshots.boot()
                    await self._follower.catch_up(shard)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._tell_freshness()

    async def _close(self) -> None:
        await self._tasks.close()
        await self._source.close()
        self._shards.close()
        self._lock.release()
