"""The checks ``key-set`` and ``heartbeat`` of the vectors (specification, "Keys", "Heartbeats")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from log_checks import Input, Run, note_of

from tenure_dataplane.kernel.hashes import key_id_of
from tenure_dataplane.kernel.shard import shard_name
from tenure_dataplane.log.checkpoint import parse_checkpoint
from tenure_dataplane.log.note import parse_note
from tenure_dataplane.log.note_key import create_note_verifier, parse_note_key
from tenure_dataplane.trust.heartbeat import ShardCount, parse_heartbeat
from tenure_dataplane.trust.heartbeats import Heartbeats
from tenure_dataplane.trust.key_chain import KeyChain
from tenure_dataplane.trust.key_set import KeySet, RangedKey, parse_key_set


def text_of(note: str) -> str:
    """What vectors trust already is read without a look at its signatures."""
    return parse_note(note_of(note)).text


def key_set_of(note: str) -> KeySet:
    """A set that is trusted already."""
    return parse_key_set(text_of(note))


def heads_of(shards: Sequence[ShardCount]) -> dict[str, Any]:
    """Of shards with lines, by name."""
    return {
        shard_name(shard): {"count": lines, "hash": hashed.hex()}
        for shard, (lines, hashed) in enumerate(shards)
        if lines > 0
    }


def _range(key: RangedKey) -> dict[str, Any]:
    name = key_id_of(key.public_key)
    return {"keyId": name, "from": key.first, "to": key.end, "void": key.void}


def chain_of(log: str, key_set: KeySet) -> KeyChain:
    """A chain that trusts this set."""
    root = create_note_verifier(f"{log}/root", key_set.root)
    chain = KeyChain(log, root)
    chain.resume(key_set, root)
    return chain


def _key_set(given: Input) -> Any:
    root = parse_note_key(given["root"])
    chain = KeyChain(given["log"], root)
    if given["trusted"] is not None:
        chain.resume(key_set_of(given["trusted"]), root)
    chain.accept(note_of(given["note"]))
    made = chain.current
    if made is None:
        return None
    return {
        "version": made.version,
        "fact": [_range(key) for key in made.fact],
        "log": [_range(key) for key in made.log],
        "time": [key_id_of(key) for key in made.time],
    }


def _heartbeat(given: Input) -> Any:
    heartbeats = Heartbeats(chain_of(given["log"], key_set_of(given["keySet"])))
    if given["last"] is not None:
        heartbeats.resume(parse_heartbeat(text_of(given["last"])))
    made, _ = heartbeats.examine(note_of(given["note"]))
    checkpoint = None
    if made.checkpoint is not None:
        size, root = parse_checkpoint(parse_note(made.checkpoint).text).head
        checkpoint = {"size": size, "root": root.hex()}
    return {
        "epoch": made.epoch,
        "fence": made.fence,
        "at": made.time,
        "keySetVersion": made.version,
        "checkpoint": checkpoint,
        "heads": heads_of(made.shards),
    }


KEY_CHECKS: dict[str, Run] = {"key-set": _key_set, "heartbeat": _heartbeat}
