"""Text and hash of an API key (specification, "Kinds").

::

    api key = "tenure_" secret check                    39 and 7 characters of base32, lower case
    secret  = base32(24 random bytes)
    check   = base32(first 4 bytes of SHA-256("tenure-api-key-check" || 0x00 || "tenure_" secret))
    hash    = SHA-256("tenure-api-key" || 0x00 || api key)
"""

from __future__ import annotations

import re
from base64 import b32encode
from hashlib import sha256
from typing import Final

from .base64_strict import to_base64url
from .errors import FactError

_CHECK_BYTES: Final = 4
#: The last character of a secret holds two bits, so that three of its five are zero.
_FORM: Final = re.compile(r"(tenure_[a-z2-7]{38}[aiqy])([a-z2-7]{7})")


def _check_of(start: str) -> str:
    digest = sha256(b"tenure-api-key-check\0" + start.encode("ascii")).digest()
    return b32encode(digest[:_CHECK_BYTES]).rstrip(b"=").decode("ascii").lower()


def hash_of_api_key(key: object) -> str:
    """Hash by which a key is looked up, base64url.

    Refuses (``api-key-malformed``) whatever is no key, so that a slip of the hand costs no look-up;
    the message never has the text in it.
    """
    found = _FORM.fullmatch(key) if isinstance(key, str) else None
    if found is None:
        raise FactError("api-key-malformed", "not a text of the form tenure_ and 46 characters")
    if found[2] != _check_of(found[1]):
        raise FactError("api-key-malformed", "its check does not fit: a character is wrong")
    return to_base64url(sha256(b"tenure-api-key\0" + found[0].encode("ascii")).digest())
