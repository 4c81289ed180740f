"""Receipts: how far a plane has come (specification, "Receipts").

::

    log "/receipt" LF
    name LF                                        [a-z0-9][a-z0-9.-]{0,62}
    time LF
    epoch LF
    size LF                                        every fact below it, of the shards, is applied
    shards LF                                      64 hexadecimal digits: bit n from the left
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from ..kernel.shard import SHARD_COUNT

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


class Receipt(NamedTuple):
    """``shards``: those that the plane follows."""

    log: str
    name: str
    #: RFC 3339, UTC, milliseconds.
    time: str
    epoch: int
    size: int
    shards: tuple[int, ...]


def is_plane_name(name: str) -> bool:
    """A form that a key's name and a receipt may have."""
    return _NAME.fullmatch(name) is not None


def plane_key_name(log: str, name: str) -> str:
    """Name in notes of the key of a plane."""
    return f"{log}/plane/{name}"


def _bits(shards: Iterable[int]) -> str:
    bits = sum(1 << (SHARD_COUNT - 1 - shard) for shard in shards)
    return f"{bits:0{SHARD_COUNT // 4}x}"


def format_receipt(receipt: Receipt) -> str:
    """The note text to sign."""
    log, name, time, epoch, size, shards = receipt
    return f"{log}/receipt\n{name}\n{time}\n{epoch}\n{size}\n{_bits(shards)}\n"
