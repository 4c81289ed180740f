"""Chains, positions, indexes and signatures, all in memory."""

from __future__ import annotations

import json
import uuid
from base64 import b32encode
from hashlib import sha256
from typing import Any

from nacl.signing import SigningKey

from tenure_dataplane.kernel.api_key import hash_of_api_key
from tenure_dataplane.kernel.base64_strict import to_base64, to_base64url
from tenure_dataplane.kernel.fact import EMPTY_HEAD, ChainHead
from tenure_dataplane.kernel.hashes import (
    EMPTY_HASH,
    PAYLOAD_TYPE,
    entry_hash,
    key_id_of,
    pre_auth_encoding,
    running_hash,
)
from tenure_dataplane.kernel.shard import PLATFORM_TENANT, shard_of
from tenure_dataplane.trust.heartbeat import ShardCount

LOG = "tenure.example/test"
ISSUER = "https://id.example/realms/acme"
OPERATION = "4f0c2a3b-0000-4000-8000-00000000000d"


def key_of(seed: int) -> SigningKey:
    return SigningKey(bytes([seed]) * 32)


def raw(key: SigningKey) -> bytes:
    return bytes(key.verify_key)


FACT_KEY = key_of(7)


def seal(payload: bytes, key: SigningKey = FACT_KEY) -> str:
    """An envelope over any bytes at all: what a test wants refused is often well signed."""
    sig = to_base64(key.sign(pre_auth_encoding(payload)).signature)
    return (
        f'{{"payload":"{to_base64(payload)}","payloadType":"{PAYLOAD_TYPE}",'
        f'"signatures":[{{"keyid":"{key_id_of(raw(key))}","sig":"{sig}"}}]}}'
    )


class FactWriter:
    def __init__(self) -> None:
        self.shards: dict[int, list[str]] = {}
        self.counts: dict[int, ShardCount] = {}
        self.heads: dict[str, ChainHead] = {}
        self.next_index = 0
        #: Payloads of live facts, by tenant, then kind and subject.
        self.live: dict[str, dict[tuple[str, str], bytes]] = {}

    def write(
        self, tenant: str, kind: str, subject: str, body: Any, key: SigningKey = FACT_KEY
    ) -> str:
        """Body None: a retraction. Gives the line."""
        head = self.heads.get(tenant, EMPTY_HEAD)
        fact = {
            "log": LOG,
            "epoch": 1,
            "tenant": tenant,
            "seq": head.seq + 1,
            "prev": head.hash,
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{tenant}/{head.seq}")),
            "kind": kind,
            "subject": subject,
            "op": "retract" if body is None else "assert",
            "at": "2026-11-21T01:34:34.000Z",
            "cause": {"operation": OPERATION, "actor": "test"},
            "body": {} if body is None else body,
        }
        payload = json.dumps(fact, separators=(",", ":")).encode()
        leaf = entry_hash(pre_auth_encoding(payload))
        self.heads[tenant] = ChainHead(head.seq + 1, to_base64url(leaf))
        live = self.live.setdefault(tenant, {})
        live.pop((kind, subject), None)
        if body is not None:
            live[kind, subject] = payload
        lines = self.shards.setdefault(shard_of(tenant), [])
        lines.append(f"{len(lines) + 1} {self.next_index} {seal(payload, key)}")
        self.next_index += 1
        before = self.counts.get(shard_of(tenant), ShardCount(0, EMPTY_HASH))
        hashed = running_hash(before.hash, leaf)
        self.counts[shard_of(tenant)] = ShardCount(before.lines + 1, hashed)
        return lines[-1]

    def tenant(self, tenant: str, state: str = "active") -> str:
        body = {
            "slug": "acme",
            "state": state,
            "plan": "team",
            "isolation": "silo",
            "demo": False,
        }
        return self.write(tenant, "tenant", f"tenant:{tenant}", body)

    def role(self, name: str, permissions: list[str], scope: str = "tenant") -> str:
        body = {"scope": scope, "permissions": permissions}
        return self.write(PLATFORM_TENANT, "role", f"role:{name}", body)

    def member(
        self, tenant: str, number: int, sub: str, roles: list[str], state: str = "active"
    ) -> str:
        identity = {"issuer": ISSUER, "sub": sub}
        body = {"state": state, "identity": identity, "roles": roles}
        return self.write(tenant, "membership", f"member:{uuid_of('b', number)}", body)

    def project(self, tenant: str, number: int) -> str:
        subject = f"project:{uuid_of('c', number)}"
        return self.write(tenant, "project", subject, {"state": "active"})

    def grant(self, tenant: str, member: int, project: int, roles: list[str]) -> str:
        who, where = uuid_of("b", member), uuid_of("c", project)
        body = {"member": who, "project": where, "roles": roles}
        return self.write(tenant, "grant", f"grant:{who}:{where}", body)

    def api_key(self, tenant: str, number: int, key: str, **more: Any) -> str:
        body: dict[str, Any] = {"scopes": [], "namespace": None, "until": None}
        body["hash"] = hash_of_api_key(key)
        subject = f"api-key:{uuid_of('d', number)}"
        return self.write(tenant, "api-key", subject, {**body, **more})


def api_key_of(seed: int) -> str:
    """A key as a registry makes it."""
    secret = b32encode(bytes([seed]) * 24).rstrip(b"=").decode().lower()
    digest = sha256(f"tenure-api-key-check\0tenure_{secret}".encode()).digest()
    return f"tenure_{secret}{b32encode(digest[:4]).rstrip(b'=').decode().lower()}"


def uuid_of(letter: str, number: int) -> str:
    return f"{letter * 8}-0000-4000-8000-{number:012x}"


def tenant_of_shard(shard: int, skip: int = 0) -> str:
    found = (uuid_of("a", n) for n in range(1_000_000) if shard_of(uuid_of("a", n)) == shard)
    for _ in range(skip):
        next(found)
    return next(found)


def a_registry() -> FactWriter:
    """Roles `owner` (everything) and `viewer`."""
    writer = FactWriter()
    writer.role("owner", ["*"])
    writer.role("viewer", ["invoice:read"])
    return writer
