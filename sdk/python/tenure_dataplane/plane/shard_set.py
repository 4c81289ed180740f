"""All followed shards: their readers, and what an accepted fact does: index, disk, event."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from ..decide.index import DecisionIndex
from ..kernel.shard import shard_name
from ..reader.reread import Reread
from ..reader.shard_reader import ReaderTrust, ShardReader
from ..reader.step import Accepted, Refusal, Step
from ..trust.heartbeat import Heartbeat
from .counts import Counts
from .events import Events
from .journal import Journal
from .types import AppliedFact, PlaneStats

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
        self._index = index
        self._events = events
        self._counts = counts

    async def load(self, last: Heartbeat | None) -> None:
        """Verifies what the disk holds; what follows a line that is refused is fetched again."""
        for reader in self.readers.values():
            if last is not None:
                reader.coverage.expect(last.shards[reader.shard])
        for shard, lines in self.journal.load():
            if shard in self.readers:
                await self._load_shard(self.readers[shard], lines)

    async def _load_shard(self, reader: ShardReader, lines: list[str]) -> None:
        for at in range(0, len(lines), LINES_PER_TURN):
            step = reader.fetched(lines[at : at + LINES_PER_TURN], "disk")
            self._fold(step.accepted)
            self._count(step)
            if step.refused:
                self.journal.replace(reader.shard, lines[: reader.position])
                return
            await asyncio.sleep(0)

    def apply(self, reader: ShardReader, step: Step) -> None:
        """In one turn: index, count, disk, events."""
        self._fold(step.accepted)
        self._persist(reader.shard, (item.line for item in step.accepted), whole=False)
        self._count(step)
        self._tell(reader.shard, step.accepted)

    def replace(self, doubted: ShardReader, made: Reread) -> Step:
        """In one turn: no decision sees the shard half there."""
        before = doubted.chains.tenants
        for tenant in before:
            self._index.forget(tenant)
        for fact in made.facts():
            self._index.apply(fact)
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
        return PlaneStats(counts.applied, counts.duplicates, dict(counts.refused), heads)

    def _fold(self, accepted: Iterable[Accepted]) -> None:
        for item in accepted:
            if not item.void:
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
