"""The text of a state note, a note by a log key (specification, "State tree").

::

    log "/state" LF
    epoch LF    size LF    version LF
    base64(root of the state tree) LF
    256(count SP base64(H(count)) LF)              shards 00 to ff at that size
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from ..kernel.errors import FactError
from ..kernel.formats import parse_decimal
from ..kernel.shard import SHARD_COUNT
from ..trust.heartbeat import ShardCount
from ..trust.note_text import FIRST_EPOCH, lines_of_text, log_of_title, parse_word

_HEADER_LINES: Final = 5


class Stated(Protocol):
    """Of which log and epoch a tree is."""

    @property
    def log(self) -> str:
        """Origin of the log."""

    @property
    def epoch(self) -> int:
        """No fact in it is of a later one."""


class StateNote(NamedTuple):
    """What a state note states."""

    log: str
    epoch: int
    #: Of the log: facts with a smaller index are in the tree.
    size: int
    #: Of the key set by which facts were void or not.
    version: int
    root: bytes
    shards: tuple[ShardCount, ...]


def _malformed(why: str) -> FactError:
    return FactError("state-malformed", why)


def _number(text: str, least: int = 0) -> int:
    number = parse_decimal(text)
    if number is None or number < least:
        raise _malformed("no number within 2^53 - 1")
    return number


def _hash(text: str) -> bytes:
    hashed = parse_word(text)
    if hashed is None:
        raise _malformed("no hash")
    return hashed


def _shard(line: str) -> ShardCount:
    count, _, encoded = line.partition(" ")
    return ShardCount(_number(count), _hash(encoded))


def parse_state_note(text: str) -> StateNote:
    """Refuses (``state-malformed``) every other form; the text's signature holds."""
    lines = lines_of_text(text)
    if len(lines) != _HEADER_LINES + SHARD_COUNT:
        raise _malformed("another number of lines")
    title, epoch, size, version, root = lines[:_HEADER_LINES]
    log = log_of_title(title, "/state")
    if log is None:
        raise _malformed("not <log>/state")
    return StateNote(
        log=log,
        epoch=_number(epoch, FIRST_EPOCH),
        size=_number(size),
        version=_number(version, 1),
        root=_hash(root),
        shards=tuple(_shard(line) for line in lines[_HEADER_LINES:]),
    )
