"""What a plane has seen since it was opened."""

from __future__ import annotations

from collections import Counter

from ..reader.step import Refusal
from .events import Events


class Counts:
    """Numbers for ``stats``, and the event of each refusal."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self.applied = 0
        self.duplicates = 0
        self.refused: Counter[str] = Counter()

    def refuse(self, refusal: Refusal) -> None:
        """Counted and told."""
        self.refused[refusal.code] += 1
        self._events.emit("refused", refusal)
