"""RFC 6962 tree (section 2.1): node hashes, and the root of a tree that only grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeGuard

from ..kernel.formats import MAX_SAFE_INTEGER

#: Root of the tree without leaves: SHA-256 of nothing.
EMPTY_ROOT: Final = sha256(b"").digest()


class TreeHead(NamedTuple):
    """A tree as a checkpoint states it: number of leaves, root hash of 32 bytes."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class NodeAt:
    """Root of a complete subtree over the leaves [index * 2^level, (index + 1) * 2^level)."""

    level: int
    index: int


def is_size(value: Any) -> TypeGuard[int]:
    """A number of leaves, whatever was given."""
    return type(value) is int and 0 <= value <= MAX_SAFE_INTEGER


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def fold_hashes(hashes: Sequence[bytes]) -> bytes:
    """Hash over neighbouring complete subtrees, the largest first; none make the empty root."""
    if not hashes:
        return EMPTY_ROOT
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = node_hash(left, folded)
    return folded


class TreeBuilder:
    """Keeps its frontier: the complete subtrees of which it consists, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._frontier: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """``leaf``: a leaf hash. As binary addition carries, full subtrees go together."""
        node, rest = leaf, self.size
        while rest % 2 == 1:
            node = node_hash(self._frontier.pop(), node)
            rest //= 2
        self._frontier.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Hash of the whole tree."""
        return fold_hashes(self._frontier)
