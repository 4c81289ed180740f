"""What a plane is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from nacl.signing import SigningKey

from ..decide.explain import Because
from ..decide.index import ApiKeyReason, DecisionReason, EntitlementReason
from ..kernel.fact import Fact
from ..reader.step import ShardHead

#: Age of what is known: up to 15 s, up to 5 min, up to the kind's limit, beyond.
Freshness: TypeAlias = Literal["fresh", "stale", "degraded", "expired"]
#: ``can`` rests on memberships, ``entitlement`` on entitlements, ``api_key`` on keys.
DecisionKind: TypeAlias = Literal["membership", "entitlement", "api-key"]


class ExpiryPolicy(NamedTuple):
    """What happens to decisions of a kind once expired; ``allow`` decides on, with an alarm."""

    #: Age at which ``degraded`` becomes ``expired``.
    limit_ms: float
    when_expired: Literal["deny", "allow"]


class Identity(NamedTuple):
    """Who asks: issuer and subject of a verified token."""

    issuer: str
    sub: str


class Decision(NamedTuple):
    """Answer of :meth:`Plane.can`; only ``granted`` allows."""

    allowed: bool
    reason: DecisionReason
    freshness: Freshness


class EntitlementDecision(NamedTuple):
    """Answer of :meth:`Plane.entitlement`. No limits and no plan unless entitled."""

    entitled: bool
    reason: EntitlementReason
    limits: Mapping[str, int]
    plan: str | None
    freshness: Freshness


class ApiKeyDecision(NamedTuple):
    """Answer of :meth:`Plane.api_key`. Whose key it is, also when it is refused."""

    allowed: bool
    reason: ApiKeyReason
    #: None unless the key is known.
    tenant: str | None
    #: The key's own id, for logs: the key is a secret, this is not.
    id: str | None
    #: Empty unless the key is known.
    scopes: tuple[str, ...]
    namespace: str | None
    freshness: Freshness


class Explanation(NamedTuple):
    """What :meth:`Plane.can` says, and the live facts that it rests on."""

    decision: Decision
    because: list[Because]


class SnapshotTaken(NamedTuple):
    """Shards of which a snapshot took the place: what is in it was not told by ``applied``."""

    #: Of the log that it is of.
    size: int
    #: Ascending.
    shards: list[int]


class AppliedFact(NamedTuple):
    """A fact that holds and is applied; void ones are not."""

    shard: int
    position: int
    log_index: int
    fact: Fact


class FreshnessChange(NamedTuple):
    """``alarm``: expired, and the policy decides on: somebody should look."""

    kind: DecisionKind
    before: Freshness
    after: Freshness
    alarm: bool


class PlaneStats(NamedTuple):
    """Counts since the plane was opened; facts from disk are among the applied ones."""

    applied: int
    #: Lines at or below the reader's position: dropped unread, harmless.
    duplicates: int
    #: Size of the log that the snapshot is of on which the facts rest; 0: none, or all lines.
    snapshot: int
    #: Refused lines, key sets and heartbeats, by code.
    refused: Mapping[str, int]
    #: By shard name, ``00`` to ``ff``; shards without facts are left out.
    heads: Mapping[str, ShardHead]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOptions:
    """How a plane tells the registry how far it has come."""

    #: As the registry was told it: ``[a-z0-9][a-z0-9.-]{0,62}``.
    name: str
    #: The plane's own: an Ed25519 key, or the path of one in PEM (PKCS #8).
    key: SigningKey | Path | str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneOptions:
    """How to reach a registry, what to believe, and where to keep what is known."""

    #: Base address of the registry's API, e.g. ``https://registry.example``; or the folder of a
    #: log, ``file:///path``, which is read as often and needs neither token nor NATS.
    registry_url: str
    #: The data plane's read-only token; empty for a folder.
    token: str = field(default="", repr=False)
    #: Origin of the log to follow, e.g. ``tenure.example/prod``.
    log: str
    #: Note key of the log's first root: ``<log>/root+<key hash>+<base64>``.
    root: str
    #: Folder for the plane's state; one process at a time.
    directory: Path | str
    #: NATS server for live delivery; without it the plane asks over HTTP.
    nats_url: str | None = None
    #: All 256 unless given. The platform tenant's shard is always followed.
    shards: Sequence[int] | None = None
    #: What to do with decisions on facts too old; README has the defaults.
    expiry: Mapping[DecisionKind, ExpiryPolicy] = field(default_factory=dict)
    #: False: every fact is read from the first line on, and told by ``applied``; for those who keep
    #: all of history. Otherwise a plane that has nothing, or is far behind, takes a snapshot.
    snapshots: bool = True
    #: Off unless given.
    receipts: ReceiptOptions | None = None
