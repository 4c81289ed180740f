"""The Ed25519 private key that a plane signs its receipts with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from nacl.signing import SigningKey

from ..kernel.base64_strict import from_base64
from ..kernel.errors import FactError

#: PKCS #8 of an Ed25519 key (RFC 8410, section 7), before the 32 bytes of its seed.
_PKCS8: Final = bytes.fromhex("302e020100300506032b657004220420")
_SEED_BYTES: Final = 32
_PEM: Final = re.compile(
    r"-----BEGIN PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END PRIVATE KEY-----\s*"
)


def signing_key_of(key: SigningKey | Path | str) -> SigningKey:
    """The key itself, or that of a PEM file, as ``openssl genpkey`` writes it.

    Raises ``key-invalid``; the message has the file's name and nothing of what is in it.
    """
    if isinstance(key, SigningKey):
        return key
    try:
        found = _PEM.fullmatch(Path(key).read_text("ascii"))
    except (OSError, ValueError):
        found = None
    data = None if found is None else from_base64("".join(found[1].split()))
    if data is None or len(data) != len(_PKCS8) + _SEED_BYTES or not data.startswith(_PKCS8):
        raise FactError("key-invalid", f"{key!s} is no Ed25519 private key in PEM")
    return SigningKey(data[len(_PKCS8) :])
