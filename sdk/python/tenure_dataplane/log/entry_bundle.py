"""Entry bundles (C2SP tlog-tiles, "Log entries").

::

    bundle = *(length of entry, uint16 big-endian || entry)
"""

from __future__ import annotations

from typing import Final

from ..kernel.errors import FactError

_LENGTH_BYTES: Final = 2


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """The ``width`` entries; refuses (``entry-bundle-malformed``) any other number of them."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + _LENGTH_BYTES
        end = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or end > len(data):
            raise FactError("entry-bundle-malformed", f"cut in entry {len(entries)}")
        entries.append(data[start:end])
        at = end
    if len(entries) != width:
        raise FactError("entry-bundle-malformed", f"{len(entries)} entries, not {width}")
    return entries
