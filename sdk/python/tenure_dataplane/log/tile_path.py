"""Paths of tiles (C2SP tlog-tiles), below the log's address; one way to write each.

::

    tile/<level>/<index>[.p/<width>]          level 0..63; width 1..255, left out when full
    tile/entries/<index>[.p/<width>]          the entries behind the tile of level 0
    index 1234067 = x001/x234/067             groups of three digits
"""

from __future__ import annotations

import re
from typing import Final

from ..kernel.errors import FactError
from ..kernel.formats import MAX_SAFE_INTEGER
from .tiles import TILE_WIDTH, Tile

_MAX_LEVEL: Final = 63
_PATH: Final = re.compile(
    r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?",
)


def _format_index(index: int) -> str:
    digits = str(index)
    digits = digits.zfill((len(digits) + 2) // 3 * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def format_tile_path(tile: Tile) -> str:
    """The one path of the tile."""
    partial = "" if tile.width == TILE_WIDTH else f".p/{tile.width}"
    return f"tile/{tile.level}/{_format_index(tile.index)}{partial}"


def parse_tile_path(path: str) -> Tile:
    """Strict inverse of :func:`format_tile_path`; raises ``tile-path-malformed``."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise FactError("tile-path-malformed", ascii(path[:200]))
    index = int(re.sub("[x/]", "", found[2]))
    width = TILE_WIDTH if found[3] is None else int(found[3])
    tile = Tile("entries" if found[1] == "entries" else int(found[1]), index, width)
    level_holds = tile.level == "entries" or tile.level <= _MAX_LEVEL
    sizes_hold = index <= MAX_SAFE_INTEGER and 1 <= width <= TILE_WIDTH
    # Formatting again finds leading zeros, needless groups and the full width written out.
    if not level_holds or not sizes_hold or format_tile_path(tile) != path:
        raise FactError("tile-path-malformed", ascii(path[:200]))
    return tile
