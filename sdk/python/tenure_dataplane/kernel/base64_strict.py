"""Base64 with one text for one value of bytes (RFC 4648, sections 3.5, 4 and 5).

Python's decoders skip what they do not know and ignore unused bits, so a decoded value counts only
when it is written back as the very same text.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error, a2b_base64, b2a_base64
from typing import Final

_HEX: Final = re.compile(r"[0-9a-f]*")


def to_base64(data: bytes) -> str:
    """With padding."""
    return b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str) -> bytes | None:
    """Strict inverse of :func:`to_base64`; None for anything that it does not write."""
    try:
        given = text.encode("ascii")
        data = a2b_base64(given)
    except (UnicodeEncodeError, Error, ValueError):
        return None
    return data if b2a_base64(data, newline=False) == given else None


def to_base64url(data: bytes) -> str:
    """Without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes | None:
    """Strict inverse of :func:`to_base64url`; None for anything that it does not write."""
    try:
        given = text.encode("ascii")
        data = urlsafe_b64decode(given + b"=" * (-len(given) % 4))
    except (UnicodeEncodeError, Error, ValueError):
        return None
    return data if urlsafe_b64encode(data).rstrip(b"=") == given else None


def from_hex(text: str) -> bytes | None:
    """Lower case, even length; None otherwise."""
    if len(text) % 2 != 0 or _HEX.fullmatch(text) is None:
        return None
    return bytes.fromhex(text)
