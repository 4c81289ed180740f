"""Follows the registry's facts and decides by them, from memory, without the registry."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, overload

from .types import (
    AppliedFact,
    Decision,
    DecisionKind,
    EntitlementDecision,
    Freshness,
    FreshnessChange,
    Identity,
    PlaneStats,
)

if TYPE_CHECKING:
    from types import TracebackType

    from ..decide.index import DecisionIndex
    from ..reader.step import Refusal
    from .events import EventName, Events
    from .freshness_clock import Clock, FreshnessClock
    from .shard_set import ShardSet
    from .shell import PlaneShell

_NO_LIMITS: Final = MappingProxyType[str, int]({})


class Plane:
    """Made by :func:`open_plane`; use it as an async context manager, or close it."""

    def __init__(
        self,
        shell: PlaneShell,
        index: DecisionIndex,
        shards: ShardSet,
        freshness: FreshnessClock,
        events: Events,
        clock: Clock,
    ) -> None:
        self._shell = shell
        self._index = index
        self._shards = shards
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
        issuer, sub = identity
        reason = self._index.decide(issuer, sub, permission, tenant, project)
        return Decision(reason == "granted", reason, freshness)

    def entitlement(self, tenant: str, product: str) -> EntitlementDecision:
        """Answers whether the tenant may use the product now, and within which limits. No I/O."""
        freshness = self._freshness.of("entitlement")
        if not self._freshness.decides_at("entitlement", freshness):
            return EntitlementDecision(False, "facts-expired", _NO_LIMITS, None, freshness)
        reason, body = self._index.entitlement(tenant, product, self._clock.wall_ms())
        if reason != "entitled":
            return EntitlementDecision(False, reason, _NO_LIMITS, None, freshness)
        limits = MappingProxyType(body["limits"])
        return EntitlementDecision(True, reason, limits, body["plan"], freshness)

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

    async def __aenter__(self) -> Plane:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
