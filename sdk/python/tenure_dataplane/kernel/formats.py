r"""Text formats of the payload's fields: the tables "Payload" and "Kinds" of the specification.

ASCII digits are spelled out and ``fullmatch`` is used throughout: Python's ``\\d`` takes digits of
other scripts, and its ``$`` also matches before a last line end.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

#: 2^53 - 1: the largest integer that every language reads alike (RFC 8259, section 6).
MAX_SAFE_INTEGER: Final = 2**53 - 1

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LOG_ORIGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")
LOG_ORIGIN_MAX_CHARS: Final = 255
KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
SUBJECT: Final = re.compile(r"[a-z][a-z0-9-]{0,62}:[A-Za-z0-9][A-Za-z0-9._:-]{0,254}")
#: No ``@``, so that no e-mail address fits.
OPAQUE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:|/-]{0,254}")
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,62}")
PERMISSION: Final = re.compile(
    r"\*|[A-Za-z][A-Za-z0-9._-]{0,62}:[A-Za-z][A-Za-z0-9._-]{0,62}",
)
#: What an API key may be used for; compared by equality.
SCOPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9._:-]{0,126}")
#: 32 bytes in base64url without padding; the unused bits of the last character are zero.
HASH: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
#: A DNS label (RFC 1123).
SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
KEY_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")

_SPACES: Final = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_ISSUER: Final = re.compile(rf'https?://([^{_SPACES}"\\@?#]+)')
#: In UTF-16 code units, as the reference counts.
_ISSUER_MAX_UNITS: Final = 2000
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,15}")


@lru_cache(maxsize=4096)
def is_issuer(text: str) -> bool:
    """An http(s) address without query, fragment or user."""
    found = _ISSUER.fullmatch(text)
    if found is None:
        return False
    rest: str = found[1]
    return len(rest) + sum(char > "\uffff" for char in rest) <= _ISSUER_MAX_UNITS


def parse_decimal(text: str) -> int | None:
    """0 to 2^53 - 1 in decimal without leading zero; None for any other text."""
    if _DECIMAL.fullmatch(text) is None:
        return None
    number = int(text)
    return number if number <= MAX_SAFE_INTEGER else None
