"""Shards: 256 streams of whole tenants, by the first byte of SHA-256 over the tenant's UUID."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Final

SHARD_COUNT: Final = 256
#: Its chain carries what all tenants share: products, plans, roles, apps.
PLATFORM_TENANT: Final = "00000000-0000-0000-0000-000000000000"


@lru_cache(maxsize=65_536)
def shard_of(tenant: str) -> int:
    """``tenant``: a UUID that was checked."""
    return sha256(bytes.fromhex(tenant.replace("-", ""))).digest()[0]


def shard_name(shard: int) -> str:
    """``00`` to ``ff``: last token of the shard's subject, and ``shard`` of the API."""
    return f"{shard:02x}"
