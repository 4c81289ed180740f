"""A fact as its payload states it, and the place of a tenant's chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]


class Fact(NamedTuple):
    """Members in the order of the payload's keys. Treat ``cause`` and ``body`` as read-only."""

    #: Origin of the log, e.g. ``tenure.example/prod``.
    log: str
    #: From 1; grows when a restored backup forks the log.
    epoch: int
    #: UUID, lower case.
    tenant: str
    #: 1, 2, 3 ... per tenant.
    seq: int
    #: Leaf hash of ``seq - 1``, base64url of 32 bytes.
    prev: str
    id: str
    #: Of the specification's table, or a kind of a later version.
    kind: str
    subject: str
    op: Literal["assert", "retract"]
    #: RFC 3339, UTC, milliseconds; informational.
    at: str
    cause: JsonObject
    #: ``{}`` for a retraction.
    body: JsonObject


class ChainHead(NamedTuple):
    """Last fact of a tenant: its ``seq`` and its leaf hash, base64url."""

    seq: int
    hash: str


#: Before a tenant's first fact, whose ``prev`` is 32 zero bytes.
EMPTY_HEAD = ChainHead(0, "A" * 43)
