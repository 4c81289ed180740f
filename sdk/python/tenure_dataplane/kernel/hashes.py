"""What is signed and what is hashed (DSSE v1, "Pre-Authentication Encoding"; RFC 6962, 2.1).

::

    PAE       = "DSSEv1" SP len(type) SP type SP len(payload) SP payload     lengths in decimal
    leaf hash = SHA-256(0x00 || PAE)
    H(0)      = 32 zero bytes;  H(n) = SHA-256(H(n-1) || leaf hash)          of a shard
    key id    = first 16 bytes of SHA-256(public key), hexadecimal
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

PAYLOAD_TYPE: Final = "application/vnd.tenure.fact.v1+json"
#: Running hash of a shard before its first fact, and ``prev`` of a tenant's first.
EMPTY_HASH: Final = bytes(32)
HASH_BYTES: Final = 32

_PREFIX: Final = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} "


def pre_auth_encoding(payload: bytes) -> bytes:
    """The bytes that the signature is over."""
    return f"{_PREFIX}{len(payload)} ".encode("ascii") + payload


def entry_hash(entry: bytes) -> bytes:
    """Leaf hash of an entry; an entry is a PAE."""
    return sha256(b"\0" + entry).digest()


def running_hash(before: bytes, leaf: bytes) -> bytes:
    """H(n) from H(n-1)."""
    return sha256(before + leaf).digest()


def key_id_of(public_key: bytes) -> str:
    """Name of a fact key in envelopes."""
    return sha256(public_key).digest()[:16].hex()
