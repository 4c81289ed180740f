"""Tiles (C2SP tlog-tiles): the tree cut into subtrees of height 8.

The tile of level L and index N holds the nodes (8L, 256N), (8L, 256N + 1) ... as many as the tree
has, at most 256; the nodes between 8L and 8L + 8 are hashed from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from ..kernel.errors import FactError
from ..kernel.hashes import HASH_BYTES
from .tree import NodeAt, TreeBuilder

TILE_HEIGHT: Final = 8
#: Hashes in a full tile, and entries in a full bundle.
TILE_WIDTH: Final = 256


@dataclass(frozen=True, slots=True)
class Tile:
    """``entries``: the bundle behind the tile of level 0. ``width``: 1 to 256."""

    level: int | Literal["entries"]
    index: int
    width: int


def _nodes_at(level: int, size: int) -> int:
    return size >> (TILE_HEIGHT * level)


def tile_width(level: int, index: int, size: int) -> int:
    """How many of the tile's hashes a tree of ``size`` leaves has: 0 to 256."""
    return max(0, min(TILE_WIDTH, _nodes_at(level, size) - index * TILE_WIDTH))


def all_tiles(size: int) -> Iterator[Tile]:
    """The hash tiles of a tree of ``size`` leaves, level by level."""
    level = 0
    while (nodes := _nodes_at(level, size)) > 0:
        for index in range((nodes + TILE_WIDTH - 1) // TILE_WIDTH):
            yield Tile(level, index, tile_width(level, index, size))
        level += 1


def _place_in_tile(node: NodeAt) -> tuple[int, int]:
    """First hash of a node in its tile, and how many hashes it covers."""
    count: int = 1 << (node.level % TILE_HEIGHT)
    return (node.index * count) % TILE_WIDTH, count


def tile_of_node(node: NodeAt, size: int) -> Tile:
    """The tile to fetch for a node of a tree of ``size`` leaves, as wide as that tree has it."""
    level = node.level // TILE_HEIGHT
    index = node.index * _place_in_tile(node)[1] // TILE_WIDTH
    return Tile(level, index, tile_width(level, index, size))


def node_in_tile(node: NodeAt, tile: Tile, data: bytes) -> bytes:
    """Hash of a node out of its tile; refuses bytes that are not as many hashes as it is wide."""
    start, count = _place_in_tile(node)
    if len(data) != tile.width * HASH_BYTES or start + count > tile.width:
        raise FactError("tile-malformed", f"{len(data)} bytes, not {tile.width} hashes")
    tree = TreeBuilder()
    for at in range(start * HASH_BYTES, (start + count) * HASH_BYTES, HASH_BYTES):
        tree.append(data[at : at + HASH_BYTES])
    return tree.root()
