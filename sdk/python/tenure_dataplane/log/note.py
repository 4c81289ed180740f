"""Signed notes (C2SP signed-note).

::

    text, one or more lines, which may be empty
                                                         an empty line, the last one
    U+2014 SP name SP base64(key hash || signature)      1 to 16 of them

Every line ends in a newline. A signature is over the text with its last newline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ..kernel.base64_strict import from_base64
from ..kernel.errors import FactError
from .note_key import KEY_HASH_BYTES, NoteVerifier, is_key_name

#: What C2SP signed-note wants to be accepted at least.
MAX_SIGNATURES: Final = 16

_DASH: Final = "\u2014 "
#: Control characters below U+0020, the newline excepted.
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class SignatureLine(NamedTuple):
    """One signature, not verified yet."""

    name: str
    key_hash: str
    signature: bytes


class ParsedNote(NamedTuple):
    """A note of the right form; no signature was looked at."""

    text: str
    lines: list[SignatureLine]


class OpenedNote(NamedTuple):
    """What the verified signatures cover, and the known keys that made them, each once."""

    text: str
    signed_by: list[NoteVerifier]


def _malformed(why: str) -> FactError:
    return FactError("note-malformed", why)


def _parse_signature(line: str) -> SignatureLine:
    parts = line[len(_DASH) :].split(" ")
    if not line.startswith(_DASH) or len(parts) != 2 or not is_key_name(parts[0]):
        raise _malformed("not a signature line")
    data = from_base64(parts[1])
    if data is None:
        raise _malformed("not a signature line")
    if len(data) <= KEY_HASH_BYTES:
        raise _malformed("an empty signature")
    return SignatureLine(parts[0], data[:KEY_HASH_BYTES].hex(), data[KEY_HASH_BYTES:])


def parse_note(note: bytes) -> ParsedNote:
    """The whole form, before any signature."""
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("not UTF-8") from error
    if _CONTROL.search(whole) is not None:
        raise _malformed("a control character")
    empty_line = whole.rfind("\n\n")
    signatures = whole[empty_line + 2 :]
    if empty_line == -1 or not signatures.endswith("\n"):
        raise _malformed("no signatures at its end")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed(f"{len(lines)} signatures")
    return ParsedNote(whole[: empty_line + 1], [_parse_signature(line) for line in lines])


def signers_of(parsed: ParsedNote, known: Sequence[NoteVerifier]) -> list[NoteVerifier]:
    """The known keys that signed. A wrong signature by a known key refuses the note."""
    signed = parsed.text.encode("utf-8")
    found: list[NoteVerifier] = []
    for line in parsed.lines:
        for key in known:
            if (key.name, key.key_hash) != (line.name, line.key_hash):
                continue
            if not key.verify(signed, line.signature):
                raise FactError("note-signature-invalid", f"by {line.name!a}")
            if key not in found:
                found.append(key)
            break
    if not found:
        raise FactError("note-key-unknown", "no known key signed it")
    return found


def open_note(note: bytes, known: Sequence[NoteVerifier]) -> OpenedNote:
    """The text of a note, once a known key has signed it; raises a ``note-...`` FactError."""
    parsed = parse_note(note)
    return OpenedNote(parsed.text, signers_of(parsed, known))
