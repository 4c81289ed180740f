"""Block of one tenant (specification, "State tree").

::

    block = tenant, 16 bytes || seq uint64 || leaf hash of seq, 32 bytes || live uint32 || rest
    rest  = *(length uint16 || payload)            live <= 256: ascending by fact key
          / hash of the root of the tenant's own tree               live > 256
    hash  = SHA-256(0x05 || block)
"""

from __future__ import annotations

from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple

from ..kernel.hashes import HASH_BYTES
from .cursor import assure_safe, node_malformed
from .inner_node import MAX_LEAF_WEIGHT

_HEAD: Final = Struct(">16sQ32sI")
_DOMAIN: Final = sha256(b"\x05")


class Block(NamedTuple):
    """Parsed by its form alone: nobody has looked into a payload."""

    #: SHA-256 of the tenant's UUID.
    key: bytes
    tenant: str
    #: Where the tenant's chain stands: ``seq``, and the leaf hash of that fact.
    seq: int
    head: bytes
    #: Number of live facts.
    live: int
    #: Packed payloads; None when they are in a tree of their own.
    payloads: memoryview | None
    #: Root of the tenant's own tree; None when the payloads are here.
    root: bytes | None

    @property
    def weight(self) -> int:
        """What the tenant counts in the page that it stands in."""
        return self.live if 0 < self.live <= MAX_LEAF_WEIGHT else 1


def block_hash(block: memoryview) -> bytes:
    """Of a block's bytes."""
    hashed = _DOMAIN.copy()
    hashed.update(block)
    return hashed.digest()


def assure_packed(packed: memoryview, count: int) -> None:
    """Exactly so many payloads; walks over the lengths alone, so that what is packed stays so."""
    at, end = 0, len(packed)
    try:
        for _ in range(count):
            at += (packed[at] << 8 | packed[at + 1]) + 2
    except IndexError:
        at = end + 1
    if at != end:
        raise node_malformed(f"not exactly {count} payloads")


def unpack_payloads(packed: memoryview, count: int) -> list[bytes]:
    """Copies of payloads that :func:`assure_packed` has counted."""
    payloads: list[bytes] = []
    at = 0
    for _ in range(count):
        start = at + 2
        at = start + (packed[at] << 8 | packed[at + 1])
        payloads.append(bytes(packed[start:at]))
    return payloads


def _uuid_of(raw: bytes) -> str:
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def parse_block(data: memoryview) -> Block:
    """Refuses (``state-node-malformed``) every other form."""
    if len(data) < _HEAD.size:
        raise node_malformed("a block that ends early")
    raw, seq, head, live = _HEAD.unpack_from(data)
    key, tenant, rest = sha256(raw).digest(), _uuid_of(raw), data[_HEAD.size :]
    assure_safe(seq)
    if live <= MAX_LEAF_WEIGHT:
        assure_packed(rest, live)
        return Block(key, tenant, seq, head, live, rest, None)
    if len(rest) != HASH_BYTES:
        raise node_malformed("a block without the root of its tree")
    return Block(key, tenant, seq, head, live, None, bytes(rest))
