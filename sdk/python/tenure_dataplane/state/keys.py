"""Keys of the state tree (specification, "State tree"), 32 bytes each.

::

    tenant key = SHA-256(the 16 bytes of the tenant's UUID)     its first byte is the shard
    fact key   = SHA-256(kind || 0x00 || subject)
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, TypeAlias

from ..kernel.hashes import HASH_BYTES

#: What all keys below a node begin with, in hexadecimal: a digit for each four bits.
Prefix: TypeAlias = str

NO_PREFIX: Final[Prefix] = ""
#: By the next four bits of a key.
DIGITS: Final = "0123456789abcdef"
#: How often four bits can be taken from a key.
MAX_DEPTH: Final = HASH_BYTES * 2


def tenant_key(tenant: str) -> bytes:
    """``tenant``: a UUID that was checked."""
    return sha256(bytes.fromhex(tenant.replace("-", ""))).digest()


def fact_key(kind: str, subject: str) -> bytes:
    """Of the facts of one tenant each has its own."""
    return sha256(f"{kind}\0{subject}".encode()).digest()
