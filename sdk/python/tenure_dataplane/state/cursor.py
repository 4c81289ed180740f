"""Bytes from left to right; integers are big-endian."""

from __future__ import annotations

from typing import Final, TypeAlias

from ..kernel.errors import FactError
from ..kernel.formats import MAX_SAFE_INTEGER

#: A node of the tree, or a view of one.
Node: TypeAlias = bytes | memoryview


def node_malformed(why: str) -> FactError:
    """Whatever is wrong with the form of a node, or with its place in the tree."""
    return FactError("state-node-malformed", why)


def assure_safe(number: int) -> int:
    """At most 2^53 - 1, as every number of the log."""
    if number > MAX_SAFE_INTEGER:
        raise node_malformed("a number beyond 2^53 - 1")
    return number


class Cursor:
    """What is cut is ``state-node-malformed``."""

    def __init__(self, data: Node) -> None:
        self._data: Final = memoryview(data)
        self._at = 0

    @property
    def at_end(self) -> bool:
        """Nothing is left."""
        return self._at == len(self._data)

    def take(self, length: int) -> memoryview:
        """A view, not a copy."""
        start = self._at
        if start + length > len(self._data):
            raise node_malformed("it ends early")
        self._at = start + length
        return self._data[start : self._at]

    def rest(self) -> memoryview:
        """All that is left."""
        return self.take(len(self._data) - self._at)

    def number(self, width: int) -> int:
        """In so many bytes."""
        return int.from_bytes(self.take(width), "big")

    def assure_end(self) -> None:
        """Refuses what is too much."""
        if not self.at_end:
            raise node_malformed(f"{len(self._data) - self._at} bytes too many")
