"""Signed checkpoints (C2SP tlog-checkpoint): the text of a note.

::

    origin                  of the log and epoch: `<log>`, `<log>/<epoch>`
    number of leaves        decimal, no leading zero
    base64(root hash)       32 bytes
    extension lines         none of ours; each is not empty
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..kernel.base64_strict import from_base64
from ..kernel.errors import FactError
from ..kernel.formats import parse_decimal
from ..kernel.hashes import HASH_BYTES
from .note import OpenedNote, open_note
from .note_key import NoteVerifier
from .tree import TreeHead


class Checkpoint(NamedTuple):
    """What a checkpoint states."""

    origin: str
    size: int
    root: bytes
    extensions: list[str]

    @property
    def head(self) -> TreeHead:
        """The tree alone."""
        return TreeHead(self.size, self.root)


def _malformed(why: str) -> FactError:
    return FactError("checkpoint-malformed", why)


def parse_checkpoint(text: str) -> Checkpoint:
    """Only a text whose signature holds may come here."""
    if not text.endswith("\n"):
        raise _malformed("no line end")
    lines = text[:-1].split("\n")
    if len(lines) < 3:
        raise _malformed("not three lines")
    origin, size_text, root_text, *extensions = lines
    if origin == "":
        raise _malformed("no origin")
    size, root = parse_decimal(size_text), from_base64(root_text)
    if size is None:
        raise _malformed("no size within 2^53 - 1")
    if root is None or len(root) != HASH_BYTES:
        raise _malformed("the root is not base64 of 32 bytes")
    if "" in extensions:
        raise _malformed("an empty extension line")
    return Checkpoint(origin, size, root, extensions)


def open_checkpoint(
    note: bytes, origin: str, keys: Sequence[NoteVerifier]
) -> tuple[Checkpoint, OpenedNote]:
    """``keys`` are the log's own; a witness's signature does not make a checkpoint."""
    opened = open_note(note, keys)
    checkpoint = parse_checkpoint(opened.text)
    if checkpoint.origin != origin:
        raise FactError("checkpoint-origin-mismatch", f"{checkpoint.origin!a}, not {origin!a}")
    return checkpoint, opened
