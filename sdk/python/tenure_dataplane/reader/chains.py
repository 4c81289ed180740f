"""Where a shard and its tenants stand, and whether a fact follows (checks 14 to 20)."""

from __future__ import annotations

from ..kernel.base64_strict import to_base64url
from ..kernel.errors import FactError
from ..kernel.fact import EMPTY_HEAD, ChainHead, Fact
from ..kernel.hashes import EMPTY_HASH, running_hash
from ..kernel.line import Line
from ..kernel.shard import shard_of
from .base import ShardBase
from .open_line import OpenedFact


class Chains:
    """Position, log index, epoch, running hash and tenants' heads of one shard."""

    def __init__(self, log: str, shard: int) -> None:
        self.log = log
        self.shard = shard
        self.position = 0
        self.log_index = -1
        self.epoch = 0
        self.hash = EMPTY_HASH
        self.tenants: dict[str, ChainHead] = {}

    def rest(self, base: ShardBase) -> None:
        """Goes on from a snapshot."""
        self.position, self.hash = base.head
        self.log_index = base.size - 1
        self.epoch = base.epoch
        self.tenants = dict(base.tenants)

    def check(self, line: Line, opened: OpenedFact, live: bool) -> None:
        """Raises the first check that fails."""
        fact, key = opened.fact, opened.key
        if fact.log != self.log:
            raise FactError("log-mismatch", fact.log)
        if shard_of(fact.tenant) != self.shard:
            raise FactError("shard-mismatch", fact.tenant)
        if line.position != self.position + 1:
            raise FactError("position-gap", f"{line.position} after {self.position}")
        if line.index <= self.log_index:
            raise FactError("index-replay", f"{line.index} <= {self.log_index}")
        if not key.covers(line.index):
            raise FactError("key-range", f"index {line.index}")
        # Who stole a closed key could still choose an index from before.
        if live and key.end is not None:
            raise FactError("key-closed", f"at index {key.end}")
        if fact.epoch < self.epoch:
            raise FactError("epoch-mismatch", f"{fact.epoch} < {self.epoch}")
        self._check_chain(fact)

    def _check_chain(self, fact: Fact) -> None:
        head = self.tenants.get(fact.tenant, EMPTY_HEAD)
        if fact.seq <= head.seq:
            raise FactError("seq-replay", f"{fact.tenant}: {fact.seq} after {head.seq}")
        if fact.seq > head.seq + 1:
            raise FactError("seq-gap", f"{fact.tenant}: {fact.seq} after {head.seq}")
        if fact.prev != head.hash:
            raise FactError("prev-mismatch", f"{fact.tenant}: {fact.seq}")

    def advance(self, line: Line, opened: OpenedFact) -> None:
        """Takes a fact that was checked."""
        fact = opened.fact
        self.tenants[fact.tenant] = ChainHead(fact.seq, to_base64url(opened.leaf))
        self.position = line.position
        self.log_index = line.index
        self.epoch = fact.epoch
        self.hash = running_hash(self.hash, opened.leaf)
