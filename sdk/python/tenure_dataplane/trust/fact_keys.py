"""Keys of facts, each with the indexes at which it is valid (specification, "Keys")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..kernel.base64_strict import from_base64
from ..kernel.ed25519 import Verify, create_verifier
from ..kernel.errors import FactError


class FactKey(NamedTuple):
    """Valid from ``first`` on and below ``end``; what it signed at or above ``void`` is void."""

    verify: Verify
    first: int = 0
    #: None: without end, the key is open.
    end: int | None = None
    void: int | None = None

    def covers(self, index: int) -> bool:
        """The index is within the key's range."""
        return index >= self.first and (self.end is None or index < self.end)

    def voids(self, index: int) -> bool:
        """The fact stays in its chains and is not decided by."""
        return self.void is not None and index >= self.void


#: Key id -> key.
FactKeys = Mapping[str, FactKey]


def open_fact_keys(keys: Mapping[str, str]) -> dict[str, FactKey]:
    """Keys without bounds: key id -> raw public key, base64. Raises ``key-invalid``."""
    made: dict[str, FactKey] = {}
    for key_id, text in keys.items():
        raw = from_base64(text)
        if raw is None:
            raise FactError("key-invalid", f"key {key_id!a} is not base64")
        made[key_id] = FactKey(create_verifier(raw))
    return made
