"""Follows the signed facts of a Tenure registry and decides by them from memory."""

from .decide.explain import Because
from .decide.index import ApiKeyReason, DecisionReason, EntitlementReason
from .kernel.errors import FACT_ERROR_CODES, FactError
from .kernel.fact import Fact
from .plane.directory_lock import DirectoryLockedError
from .plane.open import Surroundings, create_plane, open_plane
from .plane.plane import Plane
from .plane.types import (
    ApiKeyDecision,
    AppliedFact,
    Decision,
    DecisionKind,
    EntitlementDecision,
    ExpiryPolicy,
    Explanation,
    Freshness,
    FreshnessChange,
    Identity,
    PlaneOptions,
    PlaneStats,
    ReceiptOptions,
    SnapshotTaken,
)
from .reader.step import Origin, Refusal, ShardHead

__all__ = [
    "FACT_ERROR_CODES",
    "ApiKeyDecision",
    "ApiKeyReason",
    "AppliedFact",
    "Because",
    "Decision",
    "DecisionKind",
    "DecisionReason",
    "DirectoryLockedError",
    "EntitlementDecision",
    "EntitlementReason",
    "ExpiryPolicy",
    "Explanation",
    "Fact",
    "FactError",
    "Freshness",
    "FreshnessChange",
    "Identity",
    "Origin",
    "Plane",
    "PlaneOptions",
    "PlaneStats",
    "ReceiptOptions",
    "Refusal",
    "ShardHead",
    "SnapshotTaken",
    "Surroundings",
    "create_plane",
    "open_plane",
]
