"""How far heartbeats have covered a shard (specification, "The reader")."""

from __future__ import annotations

from collections import deque
from typing import Final, Literal, TypeAlias

from ..kernel.hashes import EMPTY_HASH

#: A position that was there before the third last heartbeat must be covered by now.
_PATIENCE_HEARTBEATS: Final = 3

Verdict: TypeAlias = Literal["behind", "reached", "shard-fork", "fact-uncovered"]


class Coverage:
    """``covered``, the running hashes of all positions above, and where heartbeats found us."""

    def __init__(self) -> None:
        self.covered = 0
        #: H(covered), H(covered + 1) ... H(position).
        self._hashes: deque[bytes] = deque((EMPTY_HASH,))
        self._positions: deque[int] = deque(maxlen=_PATIENCE_HEARTBEATS)

    @property
    def covered_hash(self) -> bytes:
        """H(covered)."""
        return self._hashes[0]

    def advance(self, running_hash: bytes) -> None:
        """One more position."""
        self._hashes.append(running_hash)

    def hash_at(self, count: int) -> bytes | None:
        """H(count); None when it is not kept: below ``covered``, or not reached."""
        at = count - self.covered
        return self._hashes[at] if 0 <= at < len(self._hashes) else None

    def heartbeat(self, position: int, count: int, running_hash: bytes) -> Verdict:
        """What the heartbeat means for a shard at ``position``."""
        self._positions.append(position)
        verdict = self.compare(position, count, running_hash)
        if verdict == "shard-fork":
            return verdict
        full = len(self._positions) == _PATIENCE_HEARTBEATS
        if full and self._positions[0] > self.covered:
            return "fact-uncovered"
        return verdict

    def compare(self, position: int, count: int, running_hash: bytes) -> Verdict:
        """As :meth:`heartbeat`, again for one that the shard was behind."""
        if count > position:
            return "behind"
        known = self.hash_at(count)
        if known is None:
            return "reached"
        if known != running_hash:
            return "shard-fork"
        for _ in range(count - self.covered):
            self._hashes.popleft()
        self.covered = count
        return "reached"
