"""Live API keys, found by their hash; the keys themselves are nowhere."""

from __future__ import annotations

from typing import Any, NamedTuple


class ApiKey(NamedTuple):
    """As its fact states it."""

    tenant: str
    id: str
    body: Any


class ApiKeyTable:
    """Several keys of one hash are those of a broken registry: none of them is known."""

    def __init__(self) -> None:
        self._by_hash: dict[str, tuple[ApiKey, ...]] = {}
        self._by_tenant: dict[str, dict[str, ApiKey]] = {}

    def put(self, tenant: str, key_id: str, body: Any) -> None:
        """In place of what the key was before."""
        self.remove(tenant, key_id)
        key = ApiKey(tenant, key_id, body)
        self._by_tenant.setdefault(tenant, {})[key_id] = key
        self._by_hash[body["hash"]] = (*self._by_hash.get(body["hash"], ()), key)

    def remove(self, tenant: str, key_id: str) -> None:
        """No error when it is not there."""
        of_tenant = self._by_tenant.get(tenant, {})
        key = of_tenant.pop(key_id, None)
        if key is None:
            return
        if not of_tenant:
            del self._by_tenant[tenant]
        others = tuple(one for one in self._by_hash[key.body["hash"]] if one is not key)
        if others:
            self._by_hash[key.body["hash"]] = others
        else:
            del self._by_hash[key.body["hash"]]

    def forget(self, tenant: str) -> None:
        """All of a tenant's."""
        for key_id in list(self._by_tenant.get(tenant, ())):
            self.remove(tenant, key_id)

    def find(self, hashed: str) -> ApiKey | None:
        """The one key of this hash, base64url."""
        found = self._by_hash.get(hashed, ())
        return found[0] if len(found) == 1 else None
