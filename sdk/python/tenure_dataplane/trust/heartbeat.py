"""The text of a heartbeat (specification, "Heartbeats").

::

    log "/heartbeat" LF
    epoch LF    fence LF    time LF    version LF
    ("-" / base64(note of the newest signed checkpoint)) LF
    256(count SP base64(H(count)) LF)                       shards 00 to ff
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..kernel.base64_strict import from_base64
from ..kernel.errors import FactError
from ..kernel.formats import parse_decimal
from ..kernel.instant import parse_instant
from ..kernel.shard import SHARD_COUNT
from .note_text import FIRST_EPOCH, lines_of_text, log_of_title, parse_word

_HEADER_LINES: Final = 6


class ShardCount(NamedTuple):
    """Lines of a shard, and its running hash behind the last of them."""

    lines: int
    hash: bytes


class Heartbeat(NamedTuple):
    """What a heartbeat states; ``checkpoint`` is a note that was not looked at."""

    log: str
    epoch: int
    fence: int
    #: RFC 3339, UTC; :func:`parse_instant` gives milliseconds.
    time: str
    time_ms: int
    version: int
    checkpoint: bytes | None
    shards: tuple[ShardCount, ...]


def _malformed(why: str) -> FactError:
    return FactError("heartbeat-malformed", why)


def _number(text: str, least: int = 0) -> int:
    number = parse_decimal(text)
    if number is None or number < least:
        raise _malformed("no number within 2^53 - 1")
    return number


def _shard(line: str) -> ShardCount:
    count, _, encoded = line.partition(" ")
    hashed = parse_word(encoded)
    if hashed is None:
        raise _malformed("not a count and a running hash")
    return ShardCount(_number(count), hashed)


def _checkpoint(text: str) -> bytes | None:
    if text == "-":
        return None
    note = from_base64(text)
    if note is None:
        raise _malformed("the checkpoint is not base64")
    try:
        note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("the checkpoint is not UTF-8") from error
    return note


def parse_heartbeat(text: str) -> Heartbeat:
    """Refuses (``heartbeat-malformed``) every other form; the text's signature holds."""
    lines = lines_of_text(text)
    if len(lines) != _HEADER_LINES + SHARD_COUNT:
        raise _malformed("another number of lines")
    title, epoch, fence, time, version, note = lines[:_HEADER_LINES]
    log, time_ms = log_of_title(title, "/heartbeat"), parse_instant(time)
    if log is None:
        raise _malformed("not <log>/heartbeat")
    if time_ms is None:
        raise _malformed("no such time")
    return Heartbeat(
        log=log,
        epoch=_number(epoch, FIRST_EPOCH),
        fence=_number(fence),
        time=time,
        time_ms=time_ms,
        version=_number(version, 1),
        checkpoint=_checkpoint(note),
        shards=tuple(_shard(line) for line in lines[_HEADER_LINES:]),
    )
