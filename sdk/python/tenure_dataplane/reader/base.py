"""What a snapshot says of a shard (specification, "The reader", "snapshot")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..kernel.base64_strict import to_base64url
from ..kernel.fact import ChainHead
from ..state.note import StateNote
from ..state.walk import TenantState
from ..trust.heartbeat import ShardCount


class ShardBase(NamedTuple):
    """Where the shard stands, and the heads of its tenants; there is no hash below it."""

    #: Of the log that the snapshot is of.
    size: int
    epoch: int
    head: ShardCount
    tenants: dict[str, ChainHead]


def base_of(note: StateNote, shard: int, tenants: Iterable[TenantState]) -> ShardBase:
    """``tenants``: all of the shard."""
    heads = {one.tenant: ChainHead(one.seq, to_base64url(one.head)) for one in tenants}
    return ShardBase(note.size, note.epoch, note.shards[shard], heads)
