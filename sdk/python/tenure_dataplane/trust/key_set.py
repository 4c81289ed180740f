"""The text of a key set (specification, "Keys").

::

    log "/keys" LF
    version LF
    "root" SP key LF                               exactly one
    1*("fact" SP key SP from SP to SP void LF)     ascending by `from`
    1*("log"  SP key SP from SP to SP void LF)     ascending by `from`
    1*("time" SP key LF)
    *("epoch" SP epoch SP first SP size SP base64(root hash) LF)
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from ..kernel.ed25519 import is_strict_point
from ..kernel.errors import FactError
from ..kernel.formats import parse_decimal
from .note_text import FIRST_EPOCH, lines_of_text, log_of_title, parse_word


class RangedKey(NamedTuple):
    """A fact key by indexes, or a log key by sizes. None stands for ``-``."""

    public_key: bytes
    first: int
    end: int | None
    void: int | None

    def counts_at(self, size: int) -> bool:
        """In the range, and not void."""
        if size < self.first or (self.end is not None and size >= self.end):
            return False
        return self.void is None or size < self.void


class Epoch(NamedTuple):
    """Where the log forked: first index of the epoch, and the last good checkpoint before it."""

    epoch: int
    first: int
    size: int
    root: bytes


class KeySet(NamedTuple):
    """All keys of a log at one version. Its note is checked elsewhere."""

    log_name: str
    version: int
    root: bytes
    fact: list[RangedKey]
    log: list[RangedKey]
    time: list[bytes]
    epochs: list[Epoch]

    @property
    def newest_epoch(self) -> int:
        """1 until a restored backup forked the log."""
        return self.epochs[-1].epoch if self.epochs else FIRST_EPOCH


def _malformed(why: str) -> FactError:
    return FactError("keyset-malformed", why)


def _key(text: str) -> bytes:
    key = parse_word(text)
    if key is None or not is_strict_point(key):
        raise _malformed("not a strict Ed25519 public key")
    return key


def _number(text: str) -> int:
    number = parse_decimal(text)
    if number is None:
        raise _malformed("no number within 2^53 - 1")
    return number


def _bound(text: str, first: int) -> int | None:
    if text == "-":
        return None
    bound = _number(text)
    if bound < first:
        raise _malformed("a range that ends before it begins")
    return bound


def _ranged(words: list[str]) -> RangedKey:
    if len(words) != 4:
        raise _malformed("not a key and its range")
    first = _number(words[1])
    return RangedKey(_key(words[0]), first, _bound(words[2], first), _bound(words[3], first))


def _plain(words: list[str]) -> bytes:
    if len(words) != 1:
        raise _malformed("not a key alone")
    return _key(words[0])


def _epoch(words: list[str]) -> Epoch:
    if len(words) != 4:
        raise _malformed("not an epoch")
    root = parse_word(words[3])
    if root is None:
        raise _malformed("the root of an epoch is not base64 of 32 bytes")
    return Epoch(_number(words[0]), _number(words[1]), _number(words[2]), root)


def _check_ranges(keys: list[RangedKey]) -> None:
    for before, after in pairwise(keys):
        if before.end is None or before.end > after.first:
            raise _malformed("ranges that overlap, or another order")


class _Lines:
    """Lines one after the other, each role in its turn."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0

    def of(self, word: str) -> list[list[str]]:
        found: list[list[str]] = []
        while self.at < len(self.lines) and self.lines[self.at].startswith(f"{word} "):
            found.append(self.lines[self.at].split(" ")[1:])
            self.at += 1
        return found


def parse_key_set(text: str) -> KeySet:
    """Refuses (``keyset-malformed``) another form, order or range, and a key that is there twice.

    Only a text that the trusted root has signed may come here; whose log it is, is not checked.
    """
    title, version_text, *rest = [*lines_of_text(text), "", ""]
    del rest[-2:]
    log_name = log_of_title(title, "/keys")
    if log_name is None:
        raise _malformed("not <log>/keys")
    version = _number(version_text)
    lines = _Lines(rest)
    roots = [_plain(words) for words in lines.of("root")]
    fact = [_ranged(words) for words in lines.of("fact")]
    log = [_ranged(words) for words in lines.of("log")]
    time = [_plain(words) for words in lines.of("time")]
    epochs = [_epoch(words) for words in lines.of("epoch")]
    if lines.at != len(rest) or len(roots) != 1 or not fact or not log or not time or version < 1:
        raise _malformed("a line that is missing, unknown or in another place")
    _check_ranges(fact)
    _check_ranges(log)
    if [item.epoch for item in epochs] != list(range(2, 2 + len(epochs))):
        raise _malformed("epochs are not 2, 3 ... in their order")
    keys = [*roots, *(key.public_key for key in (*fact, *log)), *time]
    if len(set(keys)) != len(keys):
        raise _malformed("a key twice")
    return KeySet(log_name, version, roots[0], fact, log, time, epochs)
