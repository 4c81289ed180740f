"""All followed shards: their readers, and what an accepted fact does: index, disk, event."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from ..decide.index import DecisionIndex
from ..kernel.shard import shard_name
from ..reader.reread import Reread
from ..reader.shard_reader import ReaderTrust, ShardReader
from ..reader.step import Accepted, Origin, Refusal, Step
from ..trust.heartbeat import Heartbeat, ShardCount
from ..trust.key_chain import KeyChange
from .counts import Counts
from .events import Events
from .journal import Journal
from .packed_tenants import PackedTenants
from .saved_snapshot import SavedSnapshot
from .snapshot import Snapshot
from .types import AppliedFact, PlaneStats, SnapshotTaken

#: Signatures between two turns of the event loop: decisions go on in between.
LINES_PER_TURN: Final = 64


class ShardSet:
    """Applies what readers accept."""

    def __init__(
        self,
        shards: Sequence[int],
        trust: ReaderTrust,
        index: DecisionIndex,
        journal: Journal,
        events: Events,
        counts: Counts,
    ) -> None:
        self.trust: Final = trust
        self.readers: Final = {shard: ShardReader(shard, trust) for shard in shards}
        self.journal: Final = journal
        #: Of a snapshot, and not in the index yet.
        self.packed: Final = PackedTenants(index, counts.refuse)
        #: The snapshot on disk, which lines there follow; None: they begin with position 1.
        self.saved: SavedSnapshot | None = None
        #: Grows when a newer key set voids more.
        self.voidings = 0
        #: The log key signed a snapshot of what never was: until newer keys come none is taken.
        self.was_lied_to = False
        self._index = index
        self._events = events
        self._counts = counts

    async def load(self, last: Heartbeat | None) -> None:
        """Verifies what the disk holds; what follows a line that is refused is fetched again."""
        for reader in self.readers.values():
            if last is not None:
                self._count(reader.heartbeat(last.shards[reader.shard]))
        for shard, lines in self.journal.load():
            if shard in self.readers:
                await self._load_shard(self.readers[shard], lines)

    async def _load_shard(self, reader: ShardReader, lines: list[str]) -> None:
        for at in range(0, len(lines), LINES_PER_TURN):
            step = reader.fetched(lines[at : at + LINES_PER_TURN], "disk")
            self._fold(step.accepted)
            self._count(step)
            if step.refused:
                # Not by position: behind a snapshot the first line of the file is not line 1.
                taken = at + len(step.accepted) + step.duplicates
                self.journal.replace(reader.shard, lines[:taken])
                return
            await asyncio.sleep(0)

    @property
    def is_empty(self) -> bool:
        """Nothing of any shard is here."""
        return all(reader.position == 0 for reader in self.readers.values())

    @property
    def missing(self) -> int:
        """Lines that the newest heartbeat counts further, in sum."""
        return sum(reader.coverage.missing for reader in self.readers.values())

    def wants(self, heads: Sequence[ShardCount]) -> bool:
        """Some shard would go on from a snapshot with these heads."""
        return any(reader.wants(heads[shard]) for shard, reader in self.readers.items())

    def rekey(self, change: KeyChange) -> None:
        """Doubts what rests on a snapshot by a log key that is void at its size."""
        self.was_lied_to = False
        if self.saved is not None and change.voids_size(self.saved.note.size):
            self._forget_saved()
        for reader in self.readers.values():
            if reader.base_size > 0 and change.voids_size(reader.base_size):
                reader.doubt_fold()

    def deny(self) -> None:
        """What the snapshot says falsely of one shard is not believed of the others."""
        self.was_lied_to = True
        for reader in self.readers.values():
            if reader.base_size > 0:
                reader.doubt_fold()
        self._forget_saved()

    def _forget_saved(self) -> None:
        saved, self.saved = self.saved, None
        try:
            if saved is not None:
                saved.remove()
        except OSError as error:
            self._events.emit("journal", error)

    def rest_on_saved(self, snapshot: Snapshot, saved: SavedSnapshot) -> None:
        """What a former process left; lines on disk follow it."""
        self.saved = saved
        for reader in self.readers.values():
            if reader.wants(snapshot.note.shards[reader.shard]):
                self._rest(reader, snapshot, "disk")

    def rest(self, snapshot: Snapshot, saved: SavedSnapshot) -> list[tuple[ShardReader, Step]]:
        """In one turn: a snapshot, on disk already, in place of the shards that want it."""
        if self.saved is not None:
            self.saved.close()
        self.saved = saved
        heads = snapshot.note.shards
        wanting = [one for shard, one in self.readers.items() if one.wants(heads[shard])]
        steps: list[tuple[ShardReader, Step]] = []
        for reader in wanting:
            steps.append((reader, self._rest(reader, snapshot, "http")))
            self._persist(reader.shard, (), whole=True)
        shards = [reader.shard for reader in wanting]
        self._events.emit("snapshot", SnapshotTaken(snapshot.note.size, shards))
        return steps

    def apply(self, reader: ShardReader, step: Step) -> None:
        """In one turn: index, count, disk, events."""
        self._fold(step.accepted)
        self._persist(reader.shard, (item.line for item in step.accepted), whole=False)
        self._count(step)
        self._tell(reader.shard, step.accepted)

    def replace(self, doubted: ShardReader, made: Reread, base: Snapshot | None) -> Step:
        """In one turn: no decision sees the shard half there. ``base``: what it was read from."""
        before = doubted.chains.tenants
        self._forget(doubted)
        if base is not None:
            self.packed.add(base.tenants[doubted.shard], base.note, "disk")
        self._fold(made.accepted)
        step = doubted.adopt(made.reader)
        self._persist(doubted.shard, (item.line for item in made.accepted), whole=True)
        fresh: list[Accepted] = []
        for item in made.accepted:
            head = before.get(item.fact.tenant)
            if head is None or item.fact.seq > head.seq:
                fresh.append(item)
        self._counts.applied += len(fresh)
        self._tell(doubted.shard, fresh)
        self._count(step)
        return step

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Of a reader beside the one that counts."""
        for refusal in refusals:
            self._counts.refuse(refusal)

    def stats(self) -> PlaneStats:
        """A copy."""
        heads = {
            shard_name(shard): reader.head()
            for shard, reader in self.readers.items()
            if reader.position > 0
        }
        counts = self._counts
        size = 0 if self.saved is None else self.saved.note.size
        refused = dict(counts.refused)
        return PlaneStats(counts.applied, counts.duplicates, size, refused, heads)

    def close(self) -> None:
        """Gives free what it has open."""
        self.journal.close()
        if self.saved is not None:
            self.saved.close()

    def _rest(self, reader: ShardReader, snapshot: Snapshot, origin: Origin) -> Step:
        self._forget(reader)
        self.packed.add(snapshot.tenants[reader.shard], snapshot.note, origin)
        return reader.rest(snapshot.base(reader.shard))

    def _forget(self, reader: ShardReader) -> None:
        for tenant in reader.chains.tenants:
            self._index.forget(tenant)
            self.packed.forget(tenant)

    def _fold(self, accepted: Iterable[Accepted]) -> None:
        for item in accepted:
            tenant = item.fact.tenant
            self.packed.open(tenant)
            if not item.void and not self.packed.is_broken(tenant):
                self._index.apply(item.fact)

    def _tell(self, shard: int, accepted: Iterable[Accepted]) -> None:
        for item in accepted:
            if not item.void:
                told = AppliedFact(shard, item.position, item.log_index, item.fact)
                self._events.emit("applied", told)

    def _persist(self, shard: int, lines: Iterable[str], *, whole: bool) -> None:
        try:
            (self.journal.replace if whole else self.journal.append)(shard, lines)
        except OSError as error:
            self._events.emit("journal", error)

    def _count(self, step: Step) -> None:
        self._counts.applied += len(step.accepted)
        self._counts.duplicates += step.duplicates
        self.refuse(step.refused)
