"""A second reader of a shard, and whether it may take the place of the first ("doubt")."""

from __future__ import annotations

from ..kernel.fact import Fact
from .coverage import Verdict
from .shard_reader import ReaderTrust, ShardReader
from .step import Accepted, LineOrigin, Step


class Replacement:
    """Reads a shard from its beginning beside the reader that is in doubt."""

    def __init__(self, doubted: ShardReader, trust: ReaderTrust) -> None:
        self._doubted = doubted
        self.reader = ShardReader(doubted.shard, trust)
        self.accepted: list[Accepted] = []

    def fetched(self, lines: list[str], origin: LineOrigin) -> Step:
        """Lines from the next position on."""
        step = self.reader.fetched(lines, origin)
        self.accepted.extend(step.accepted)
        return step

    def holds(self) -> bool:
        """It reached at least what heartbeats have covered, with the same running hash there."""
        covered = self._doubted.coverage.covered
        return self.reader.coverage.hash_at(covered.lines) == covered.hash

    def facts(self) -> list[Fact]:
        """What is to be decided by, in order."""
        return [item.fact for item in self.accepted if not item.void]

    def take_over(self) -> Verdict:
        """The first reader goes on from here; what that means to the newest heartbeat."""
        before = self._doubted.coverage
        after = self.reader.coverage
        after.expect(before.covered)
        self._doubted.adopt(self.reader)
        return after.expect(before.newest)
