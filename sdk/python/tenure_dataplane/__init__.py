"""Follows the signed facts of a Tenure registry and decides by them from memory."""

from .decide.index import DecisionReason, EntitlementReason
from .kernel.errors import FACT_ERROR_CODES, FactError
from .kernel.fact import Fact
from .plane.directory_lock import DirectoryLockedError
from .plane.open import Surroundings, create_plane, open_plane
from .plane.plane import Plane
from .plane.types import (
    AppliedFact,
    Decision,
    DecisionKind,
    EntitlementDecision,
    ExpiryPolicy,
    Freshness,
    FreshnessChange,
    Identity,
    PlaneOptions,
    PlaneStats,
)
from .reader.step import Origin, Refusal, ShardHead

__all__ = [
    "FACT_ERROR_CODES",
    "AppliedFact",
    "Decision",
    "DecisionKind",
    "DecisionReason",
    "DirectoryLockedError",
    "EntitlementDecision",
    "EntitlementReason",
    "ExpiryPolicy",
    "Fact",
    "FactError",
    "Freshness",
    "FreshnessChange",
    "Identity",
    "Origin",
    "Plane",
    "PlaneOptions",
    "PlaneStats",
    "Refusal",
    "ShardHead",
    "Surroundings",
    "create_plane",
    "open_plane",
]
