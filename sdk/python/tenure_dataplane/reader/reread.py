"""A second reader of a shard, and whether it may take the place of the first ("doubt")."""

from __future__ import annotations

from collections.abc import Sequence

from .base import ShardBase
from .shard_reader import ShardReader
from .step import Accepted, Origin, Refusal


class Reread:
    """Reads a shard from its beginning, or from its base, beside the reader that is in doubt.

    Who can publish can renumber true facts, since positions are not signed, and who stole a key
    can add to them: reading anew heals both.
    """

    def __init__(self, doubted: ShardReader, base: ShardBase | None = None) -> None:
        self._doubted = doubted
        self.reader = doubted.anew()
        if base is not None:
            self.reader.rest(base)
        self.accepted: list[Accepted] = []
        self.refused: list[Refusal] = []

    def take(self, lines: Sequence[str], origin: Origin) -> bool:
        """Lines from the next position on; False when one of them ends the reading."""
        step = self.reader.fetched(lines, origin)
        self.accepted.extend(step.accepted)
        self.refused.extend(step.refused)
        return not self.refused

    @property
    def holds_covered(self) -> bool:
        """What heartbeats have covered in the doubted reader by now is there, and the same."""
        return self.reader.coverage.expect(self._doubted.coverage.covered) == "reached"
