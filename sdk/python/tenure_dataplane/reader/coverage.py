"""How far heartbeats have covered a shard (specification, "The reader")."""

from __future__ import annotations

from collections import deque
from typing import Final, Literal, TypeAlias

from ..kernel.hashes import EMPTY_HASH
from ..trust.heartbeat import ShardCount

#: Heartbeats that may pass over a position before nobody is believed to have signed it.
_UNCOVERED_HEARTBEATS: Final = 3

#: The newest heartbeat counts more lines than are here, has the hash that is here, or another.
Verdict: TypeAlias = Literal["behind", "reached", "shard-fork"]

NOTHING: Final = ShardCount(0, EMPTY_HASH)


class Coverage:
    """Running hashes behind ``covered``: those alone that a heartbeat may still ask for."""

    def __init__(self) -> None:
        self.position = 0
        self.hash = EMPTY_HASH
        #: Of the snapshot that all begins with; of what is below there is no hash.
        self.base = NOTHING
        #: The last line that a heartbeat has covered.
        self.covered = NOTHING
        #: As ``covered``, but by heartbeats alone: of a snapshot only what they have agreed to.
        self.confirmed = NOTHING
        #: The shard's head in the newest heartbeat.
        self.newest: ShardCount | None = None
        #: Running hashes of the last positions, the newest last.
        self._tail: deque[bytes] = deque()
        #: Positions at the arrival of the last heartbeats, the newest last.
        self._marks: deque[int] = deque(maxlen=_UNCOVERED_HEARTBEATS)

    @property
    def is_confirmed(self) -> bool:
        """False: it rests on a snapshot that is the word of the log key alone."""
        return self.confirmed.lines >= self.base.lines

    def holds(self, head: ShardCount) -> bool:
        """It has this head on its way, as far as is known."""
        return self.hash_at(head.lines) == head.hash

    @property
    def missing(self) -> int:
        """Lines that the newest heartbeat counts further."""
        return 0 if self.newest is None else max(0, self.newest.lines - self.position)

    @property
    def is_behind(self) -> bool:
        """Lines are missing that the newest heartbeat counts."""
        return self.newest is not None and self.position < self.newest.lines

    def rest(self, head: ShardCount) -> None:
        """Begins anew with the head that a snapshot states. What heartbeats said stays."""
        self.base = head
        self.position = head.lines
        self.hash = head.hash
        self.covered = head
        self._tail.clear()

    def append(self, running_hash: bytes) -> Verdict | None:
        """One more position; a verdict when it is the one that the newest heartbeat ends in."""
        self.position += 1
        self.hash = running_hash
        if self.is_behind:
            return None
        self._tail.append(running_hash)
        newest = self.newest
        return self._compare(newest) if newest and self.position == newest.lines else None

    def expect(self, head: ShardCount) -> Verdict:
        """Whatever is above ``covered`` is compared with this head from now on."""
        self.newest = head
        if not self.is_behind:
            return self._compare(head)
        self._tail.clear()
        return "behind"

    def heartbeat(self, head: ShardCount) -> Verdict:
        """Takes the heads of heartbeats, one after the other."""
        self._marks.append(self.position)
        return self.expect(head)

    def find_uncovered(self) -> bool:
        """True, once, when a line that is here was not counted by the last three heartbeats."""
        full = len(self._marks) == _UNCOVERED_HEARTBEATS
        counted = 0 if self.newest is None else self.newest.lines
        uncovered = full and self._marks[0] > counted
        if uncovered:
            self._marks.clear()
        return uncovered

    def uncover(self) -> None:
        """A restored backup may have lost what was covered."""
        self.covered = self.confirmed = self.base = NOTHING

    def forget_heartbeats(self) -> None:
        """What they count may be lost: one that waited must not cover a late line."""
        self.newest = None
        self._marks.clear()

    def hash_at(self, position: int) -> bytes | None:
        """H(position); None when it is not kept."""
        if position == self.covered.lines:
            return self.covered.hash
        if position == self.position:
            return self.hash
        at = len(self._tail) - 1 - (self.position - position)
        return self._tail[at] if 0 <= at < len(self._tail) else None

    def _compare(self, head: ShardCount) -> Verdict:
        if head.lines < self.base.lines:
            return "reached"
        if not self.holds(head):
            return "shard-fork"
        self.covered = self.confirmed = head
        while len(self._tail) > self.position - head.lines:
            self._tail.popleft()
        return "reached"
