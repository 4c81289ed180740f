"""Follows the registry's facts and decides by them, from memory, without the registry."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, overload

from ..decide.explain import AccessQuestion, because_facts
from ..kernel.api_key import hash_of_api_key
from ..kernel.errors import FactError
from ..kernel.formats import UUID
from ..kernel.shard import PLATFORM_TENANT, shard_of
from .saved_facts import read_saved_facts
from .types import (
    ApiKeyDecision,
    AppliedFact,
    Decision,
    DecisionKind,
    EntitlementDecision,
    Explanation,
    Freshness,
    FreshnessChange,
    Identity,
    PlaneStats,
    SnapshotTaken,
)

if TYPE_CHECKING:
    from types import TracebackType

    from ..decide.api_key_table import ApiKey
    from ..decide.explain import LiveFacts
    from ..decide.index import ApiKeyReason, DecisionIndex
    from ..reader.step import Refusal
    from .events import EventName, Events
    from .freshness_clock import Clock, FreshnessClock
    from .shard_set import ShardSet
    from .shell import PlaneShell
    from .trust_state import TrustState

_NO_LIMITS: Final = MappingProxyType[str, int]({})


class Plane:
    """Made by :func:`open_plane`; use it as an async context manager, or close it."""

    def __init__(
        self,
        shell: PlaneShell,
        trust: TrustState,
        index: DecisionIndex,
        shards: ShardSet,
        freshness: FreshnessClock,
        events: Events,
        clock: Clock,
    ) -> None:
        self._shell = shell
        self._trust = trust
        self._index = index
        self._shards = shards
        self._packed = shards.packed
        self._freshness = freshness
        self._events = events
        self._clock = clock

    async def ready(self) -> None:
        """Returns when every followed shard has reached a heartbeat since the plane was opened."""
        await self._shell.ready()

    def can(
        self, identity: Identity, permission: str, tenant: str, project: str | None = None
    ) -> Decision:
        """Answers whether the identity may do ``permission`` in the tenant, or in its project.

        A permission is ``resource:verb``. No I/O, and it never raises for texts.
        """
        freshness = self._freshness.of("membership")
        if not self._freshness.decides_at("membership", freshness):
            return Decision(False, "facts-expired", freshness)
        if self._packed.waiting:
            self._packed.open(tenant)
        issuer, sub = identity
        reason = self._index.decide(issuer, sub, permission, tenant, project)
        return Decision(reason == "granted", reason, freshness)

    def entitlement(self, tenant: str, product: str) -> EntitlementDecision:
        """Answers whether the tenant may use the product now, and within which limits. No I/O."""
        freshness = self._freshness.of("entitlement")
        if not self._freshness.decides_at("entitlement", freshness):
            return EntitlementDecision(False, "facts-expired", _NO_LIMITS, None, freshness)
        self._packed.open(tenant)
        reason, body = self._index.entitlement(tenant, product, self._clock.wall_ms())
        if reason != "entitled":
            return EntitlementDecision(False, reason, _NO_LIMITS, None, freshness)
        limits = MappingProxyType(body["limits"])
        return EntitlementDecision(True, reason, limits, body["plan"], freshness)

    def api_key(
        self, key: object, scope: str | None = None, namespace: str | None = None
    ) -> ApiKeyDecision:
        """Answers whose API key this is, and whether it is good for what is asked. No I/O.

        ``scope``: one of the key's; ``namespace``: the key's own; both by equality. It takes
        anything and never raises; the key is kept nowhere.
        """
        freshness = self._freshness.of("api-key")
        reason: ApiKeyReason
        found: ApiKey | None = None
        if not self._freshness.decides_at("api-key", freshness):
            reason = "facts-expired"
        else:
            reason, found = self._find_api_key(key, scope, namespace)
        if found is None:
            return ApiKeyDecision(False, reason, None, None, (), None, freshness)
        tenant, key_id, body = found
        scopes = tuple(body["scopes"])
        granted = reason == "granted"
        return ApiKeyDecision(granted, reason, tenant, key_id, scopes, body["namespace"], freshness)

    async def explain(
        self, identity: Identity, permission: str, tenant: str, project: str | None = None
    ) -> Explanation:
        """What :meth:`can` says, and the facts that it rests on: for people, not for each request.

        Reads what the plane keeps on disk, and verifies it again. Raises FactError or OSError when
        that no longer holds.
        """
        live, platform = await self._saved(tenant), await self._saved(PLATFORM_TENANT)
        asked = AccessQuestion(*identity, permission, tenant, project)
        decision = self.can(identity, permission, tenant, project)
        return Explanation(decision, because_facts(asked, live, platform))

    def freshness(self, kind: DecisionKind = "membership") -> Freshness:
        """How old the facts are, by the limits of one kind of decision."""
        return self._freshness.of(kind)

    def stats(self) -> PlaneStats:
        """Counts, and the heads of the shards."""
        return self._shards.stats()

    @overload
    def on(
        self, event: Literal["applied"], listener: Callable[[AppliedFact], None]
    ) -> Callable[[], None]: ...
    @overload
    def on(
        self, event: Literal["snapshot"], listener: Callable[[SnapshotTaken], None]
    ) -> Callable[[], None]: ...
    @overload
    def on(
        self, event: Literal["refused"], listener: Callable[[Refusal], None]
    ) -> Callable[[], None]: ...
    @overload
    def on(
        self, event: Literal["freshness"], listener: Callable[[FreshnessChange], None]
    ) -> Callable[[], None]: ...
    @overload
    def on(
        self, event: Literal["journal"], listener: Callable[[OSError], None]
    ) -> Callable[[], None]: ...
    def on(self, event: EventName, listener: Callable[[Any], None]) -> Callable[[], None]:
        """Listens; gives the function that stops. ``journal``: the disk refused."""
        return self._events.on(event, listener)

    async def close(self) -> None:
        """Stops following and gives the directory free. Decisions still answer, ever less fresh."""
        await self._shell.close()

    def _find_api_key(
        self, key: object, scope: str | None, namespace: str | None
    ) -> tuple[ApiKeyReason, ApiKey | None]:
        try:
            hashed = hash_of_api_key(key)
        except FactError:
            return "key-malformed", None
        now_ms = self._clock.wall_ms()
        found = self._index.api_key(hashed, scope, namespace, now_ms)
        if found[1] is not None or not self._packed.waiting:
            return found
        self._packed.open_with_key(hashed)
        return self._index.api_key(hashed, scope, namespace, now_ms)

    async def _saved(self, tenant: str) -> LiveFacts:
        if UUID.fullmatch(tenant) is None or shard_of(tenant) not in self._shards.readers:
            return {}
        return await read_saved_facts(tenant, self._shards, self._trust.fact_keys)

    async def __aenter__(self) -> Plane:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
