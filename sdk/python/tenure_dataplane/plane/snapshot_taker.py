"""Fetches the newest snapshot, and puts it in place of the shards that want it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from ..kernel.errors import FactError
from ..reader.shard_reader import ShardReader
from ..reader.step import Refusal, Step
from ..state.note import StateNote
from ..state.open_note import open_state_note
from ..state.walk import ShardScope
from .counts import Counts
from .freshness_clock import Clock
from .http_lane import FactSourceError
from .http_source import MAX_REQUESTS, FactSource
from .saved_snapshot import SavedSnapshot
from .shard_set import ShardSet
from .snapshot import ServedWalk, snapshot_of
from .snapshot_file import SnapshotWriter
from .tasks import Tasks
from .trust_state import TrustState

#: A plane that misses more lines than these, in sum, takes a snapshot instead.
FAR_BEHIND_LINES: Final = 20_000
#: A server that has none, or lies, is asked again this much later; lines do without.
MIN_GAP_MS: Final = 60_000
#: What a newer key set may heal.
_ABOUT_KEYS: Final = frozenset(("note-key-unknown", "state-keyset"))


class TakerShell(Protocol):
    """What follows from a snapshot."""

    async def learn_keys(self) -> bool:
        """Asks for newer key sets; True when one was taken."""

    def rested(self, steps: Iterable[tuple[ShardReader, Step]]) -> None:
        """Shards went on from a snapshot."""

    def disk_refused(self, error: OSError) -> None:
        """Something was not written down."""


class SnapshotTaker:
    """One attempt at a time, for all who ask meanwhile. Nothing here raises."""

    def __init__(
        self,
        directory: Path | None,
        trust: TrustState,
        shards: ShardSet,
        source: FactSource,
        shell: TakerShell,
        counts: Counts,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        """``directory``: where it is kept; None: none is taken."""
        self._directory = directory
        self._trust = trust
        self._shards = shards
        self._source = source
        self._shell = shell
        self._counts = counts
        self._tasks = tasks
        self._clock = clock
        self._asked_ms = float("-inf")
        self._taking: asyncio.Task[None] | None = None
        #: A plane with nothing on disk waits for its first snapshot before it asks for lines.
        self._booted = asyncio.Event()
        if not shards.is_empty:
            self._booted.set()

    def catch_up(self) -> None:
        """Takes a snapshot when that is quicker than the lines that a heartbeat counts further."""
        missing = self._shards.missing
        empty = self._shards.is_empty and missing > 0
        if not ((empty or missing > FAR_BEHIND_LINES) and self._begin()):
            self._end_boot()

    async def boot(self) -> None:
        """No heartbeat says what there is: a plane with nothing tries the snapshot first."""
        if self._shards.is_empty:
            await self.take()
        self._end_boot()

    async def take(self) -> None:
        """Returns when an attempt has ended; at once for a while after each."""
        self._begin()
        if self._taking is not None:
            await asyncio.wait([self._taking])

    async def settled(self) -> None:
        """Lines wait for this: a snapshot may be quicker."""
        await self._booted.wait()
        if self._taking is not None:
            await asyncio.wait([self._taking])

    def _begin(self) -> bool:
        """True when an attempt is under way."""
        now_ms = self._clock.monotonic_ms()
        if self._directory is None or self._shards.was_lied_to:
            return False
        if self._taking is None and now_ms - self._asked_ms >= MIN_GAP_MS:
            self._asked_ms = now_ms
            self._taking = self._tasks.start(self._attempt(self._directory))
        return self._taking is not None

    def _end_boot(self) -> None:
        if self._taking is None:
            self._booted.set()

    async def _attempt(self, directory: Path) -> None:
        try:
            await self._take_newest(directory)
        except FactError as error:
            self._counts.refuse(Refusal(None, "http", error.code, str(error)))
        except FactSourceError:
            # Registry down, or it has not all of its state: lines are read.
            return
        except OSError as error:
            self._shell.disk_refused(error)
        finally:
            self._taking = None
            self._booted.set()

    async def _take_newest(self, directory: Path) -> None:
        note = await self._source.state_note()
        if note is None:
            return
        stated = await self._open_with_keys(note)
        if not self._shards.wants(stated.shards):
            return
        followed = list(self._shards.readers)
        with SnapshotWriter(directory, note) as writer:
            walk = ServedWalk(stated.root, ShardScope(followed), self._node, writer.add)
            tenants = await walk.run(MAX_REQUESTS)
            # Key sets may have come meanwhile, or be on their way: what they void is not taken.
            stated = self._open(note)
            if self._trust.heartbeats.holds_lines:
                return
            # The one before it was denied meanwhile: so may this one be, by the same key.
            if self._shards.was_lied_to:
                return
            saved = SavedSnapshot(stated, writer.finish())
        self._shell.rested(self._shards.rest(snapshot_of(stated, followed, tenants), saved))

    async def _node(self, hashed: bytes) -> bytes:
        node = await self._source.state_node(hashed)
        if node is None:
            raise FactSourceError(404, "the registry lacks a node of its state")
        return node

    async def _open_with_keys(self, note: bytes) -> StateNote:
        try:
            return self._open(note)
        except FactError as error:
            if error.code not in _ABOUT_KEYS or not await self._shell.learn_keys():
                raise
            return self._open(note)

    def _open(self, note: bytes) -> StateNote:
        saved = self._shards.saved
        last = None if saved is None else saved.note
        return open_state_note(note, self._trust.keys.sets, last)
