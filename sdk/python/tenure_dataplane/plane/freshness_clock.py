"""Age of what the plane knows, and what that means per kind of decision."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from .types import DecisionKind, ExpiryPolicy, Freshness, FreshnessChange

FRESH_MS: Final = 15_000
STALE_MS: Final = 5 * 60_000
#: A jump of wall clock against monotonic clock beyond this: suspended, or set.
SKEW_LIMIT_MS: Final = 30_000

_HOUR_MS: Final = 3_600_000
#: Who may act must not outlive a day without news; what was paid for may be used on, loudly.
DEFAULT_EXPIRY: Final[Mapping[DecisionKind, ExpiryPolicy]] = {
    "membership": ExpiryPolicy(24 * _HOUR_MS, "deny"),
    "api-key": ExpiryPolicy(24 * _HOUR_MS, "deny"),
    "entitlement": ExpiryPolicy(7 * 24 * _HOUR_MS, "allow"),
}


class Clock(Protocol):
    """Two clocks, in milliseconds."""

    def monotonic_ms(self) -> float:
        """Never goes back; unrelated to the time of day."""

    def wall_ms(self) -> float:
        """Time of day, for what lies between two processes and for entitlements that end."""


class SystemClock:
    """The machine's."""

    def monotonic_ms(self) -> float:
        """See :class:`Clock`."""
        return time.monotonic() * 1000

    def wall_ms(self) -> float:
        """See :class:`Clock`."""
        return time.time() * 1000


def age_from_disk_ms(saved_wall_ms: float | None, now_wall_ms: float) -> float:
    """Age to start from with what a former process knew: never fresh, the clock may lie."""
    if saved_wall_ms is None:
        return float("inf")
    return max(now_wall_ms - saved_wall_ms, FRESH_MS + 1)


def age_at_arrival_ms(stated_ms: float, clock: Clock) -> float:
    """Of a heartbeat: one that took long is old, one from the future is not fresh."""
    late_ms = clock.wall_ms() - stated_ms
    if late_ms > SKEW_LIMIT_MS:
        return late_ms
    return FRESH_MS + 1 if late_ms < -SKEW_LIMIT_MS else 0


class FreshnessClock:
    """Knows the state as of the newest heartbeat that every followed shard has reached."""

    def __init__(
        self,
        clock: Clock,
        shards: Sequence[int],
        saved_wall_ms: float | None,
        expiry: Mapping[DecisionKind, ExpiryPolicy],
    ) -> None:
        self._clock = clock
        self._shards: Final = frozenset(shards)
        self._expiry: Final[dict[DecisionKind, ExpiryPolicy]] = {**DEFAULT_EXPIRY, **expiry}
        self._reached_ms: dict[int, float] = {}
        self._known_ms = clock.monotonic_ms() - age_from_disk_ms(saved_wall_ms, clock.wall_ms())
        self._offset_ms = clock.wall_ms() - clock.monotonic_ms()
        self._told: dict[DecisionKind, Freshness] = {kind: self.of(kind) for kind in self._expiry}

    def age_ms(self) -> float:
        """Monotonic time since the arrival of that heartbeat."""
        return self._clock.monotonic_ms() - self._known_ms

    def of(self, kind: DecisionKind) -> Freshness:
        """By the limits of one kind of decision."""
        age_ms = self._clock.monotonic_ms() - self._known_ms
        if age_ms <= FRESH_MS:
            return "fresh"
        if age_ms <= STALE_MS:
            return "stale"
        return "degraded" if age_ms <= self._expiry[kind].limit_ms else "expired"

    def decides_at(self, kind: DecisionKind, freshness: Freshness) -> bool:
        """False when the policy denies what is expired."""
        return freshness != "expired" or self._expiry[kind].when_expired == "allow"

    def reached(self, shard: int, arrived_ms: float) -> bool:
        """The shard reached a heartbeat that arrived then; True when more is known by that."""
        if shard in self._shards:
            self._reached_ms[shard] = max(arrived_ms, self._reached_ms.get(shard, arrived_ms))
        if len(self._reached_ms) < len(self._shards):
            return False
        known_ms = min(self._reached_ms.values())
        newer = known_ms > self._known_ms
        if newer:
            self._known_ms = known_ms
        return newer

    @property
    def complete(self) -> bool:
        """Every followed shard has reached a heartbeat."""
        return len(self._reached_ms) == len(self._shards)

    def tick(self) -> list[FreshnessChange]:
        """Notices a suspended machine or a set clock; tells what changed since the last call."""
        now_ms = self._clock.monotonic_ms()
        offset_ms = self._clock.wall_ms() - now_ms
        if abs(offset_ms - self._offset_ms) > SKEW_LIMIT_MS:
            self._known_ms = min(self._known_ms, now_ms - FRESH_MS - 1)
            self._reached_ms.clear()
        self._offset_ms = offset_ms
        changes: list[FreshnessChange] = []
        for kind, before in self._told.items():
            after = self.of(kind)
            alarm = after == "expired" and self.decides_at(kind, after)
            if before != after:
                changes.append(FreshnessChange(kind, before, after, alarm))
        self._told.update({change.kind: change.after for change in changes})
        return changes
