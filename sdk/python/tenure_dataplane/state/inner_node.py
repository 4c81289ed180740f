"""Inner nodes, of the tree over tenants and of a tenant's own (specification, "State tree").

::

    inner = 0x03 16(hash, 32 bytes || weight uint64)     of a child without anything both zero
    hash  = SHA-256(inner)
"""

from __future__ import annotations

from struct import iter_unpack
from typing import Final, NamedTuple

from ..kernel.hashes import EMPTY_HASH
from .cursor import Node, assure_safe, node_malformed
from .keys import DIGITS

INNER: Final = 0x03
#: The weight that a leaf node may have; what is heavier is parted by an inner node.
MAX_LEAF_WEIGHT: Final = 256

_CHILD: Final = ">32sQ"
_BYTES: Final = 1 + len(DIGITS) * 40


class NodeRef(NamedTuple):
    """A node as its parent names it."""

    hash: bytes
    weight: int


def parse_inner(node: Node) -> tuple[list[NodeRef | None], int]:
    """The children, by the next four bits of the key (None: nothing is there), and their weight."""
    if len(node) != _BYTES or node[0] != INNER:
        raise node_malformed("not an inner node")
    children: list[NodeRef | None] = []
    total = 0
    for hashed, weight in iter_unpack(_CHILD, memoryview(node)[1:]):
        if (hashed == EMPTY_HASH) != (weight == 0):
            raise node_malformed("a child with a hash or a weight alone")
        total += assure_safe(weight)
        children.append(NodeRef(hashed, weight) if weight else None)
    if assure_safe(total) <= MAX_LEAF_WEIGHT:
        raise node_malformed(f"an inner node of weight {total}")
    return children, total
