"""Vectors of signatures and of shards."""

from __future__ import annotations

from typing import Any, NamedTuple

from log_checks import Input, bytes_of

from tenure_dataplane.kernel.ed25519 import create_verifier
from tenure_dataplane.kernel.errors import FactError
from tenure_dataplane.reader.shard_reader import ShardReader
from tenure_dataplane.reader.step import ShardHead
from tenure_dataplane.trust.fact_keys import FactKeys, open_fact_keys


class GivenTrust(NamedTuple):
    """Keys that a vector names, without bounds."""

    log: str
    fact_keys: FactKeys


def head_of(head: ShardHead) -> dict[str, Any]:
    """As vectors write it."""
    return {"position": head.position, "index": head.log_index, "hash": head.hash}


def signature_holds(vector: Input) -> bool:
    """The strict profile's answer; a key that it refuses signs nothing."""
    try:
        verify = create_verifier(bytes_of(vector["publicKey"]))
    except FactError:
        return False
    return verify(bytes_of(vector["message"]), bytes_of(vector["signature"]))


def read_shard(vector: Input) -> dict[str, Any]:
    """Lines of one shard as HTTP serves them."""
    trust = GivenTrust(vector["log"], open_fact_keys(vector["keys"]))
    reader = ShardReader(vector["shard"], trust)
    step = reader.fetched(vector["lines"], "http")
    return {
        "accepted": len(step.accepted),
        "codes": [refusal.code for refusal in step.refused],
        "head": head_of(reader.head()),
    }
