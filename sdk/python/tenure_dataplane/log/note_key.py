"""Keys of signed notes (C2SP signed-note; the text form is that of Go's sumdb/note).

::

    key hash = SHA-256(name || 0x0A || 0x01 || public key)[:4]       0x01: plain Ed25519
    text     = name "+" key hash, 8 hexadecimal digits "+" base64(0x01 || public key)
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, NamedTuple

from ..kernel.base64_strict import from_base64
from ..kernel.ed25519 import KEY_BYTES, Verify, create_verifier
from ..kernel.errors import FactError

_ED25519: Final = b"\x01"
KEY_HASH_BYTES: Final = 4

#: Not empty, no Unicode ``White_Space``, no surrogate, no plus sign (C2SP signed-note, "Format").
_NAME: Final = re.compile(
    r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff+]+",
)


class NoteVerifier(NamedTuple):
    """A key whose signatures count; ``key_hash`` only says which key to try."""

    name: str
    #: 8 hexadecimal digits.
    key_hash: str
    public_key: bytes
    verify: Verify


def is_key_name(name: str) -> bool:
    """Names of our own logs are stricter; those of witnesses are only this."""
    return _NAME.fullmatch(name) is not None


def create_note_verifier(name: str, public_key: bytes) -> NoteVerifier:
    """Raises ``key-invalid`` for a name or a key that no note can be signed with."""
    if not is_key_name(name):
        raise FactError("key-invalid", f"not a key name: {name!a}")
    hashed = sha256(name.encode("utf-8") + b"\n" + _ED25519 + public_key).digest()
    verify = create_verifier(public_key)
    return NoteVerifier(name, hashed[:KEY_HASH_BYTES].hex(), public_key, verify)


def parse_note_key(text: str) -> NoteVerifier:
    """``<name>+<key hash>+<base64>``, one text for one key; raises ``key-invalid``."""
    # Base64 has plus signs of its own.
    name, _, rest = text.partition("+")
    key_hash, _, encoded = rest.partition("+")
    data = from_base64(encoded)
    if data is None or len(data) != 1 + KEY_BYTES or data[:1] != _ED25519:
        raise FactError("key-invalid", "not an Ed25519 key of a note")
    verifier = create_note_verifier(name, data[1:])
    if key_hash != verifier.key_hash:
        raise FactError("key-invalid", f"the key hash of {name!a} is another")
    return verifier
