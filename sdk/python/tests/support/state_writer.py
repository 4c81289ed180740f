"""State trees as a registry serves them, made by their definition and not by growing them."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from tenure_dataplane.kernel.base64_strict import from_base64url, to_base64
from tenure_dataplane.state.block import block_hash
from tenure_dataplane.state.keys import fact_key, tenant_key

from .fact_writer import LOG, FactWriter
from .log_writer import LOG_KEY, shard_lines, sign_note

_MAX_LEAF_WEIGHT = 256


class ServedState(NamedTuple):
    """The note, and files by their hash."""

    note: bytes
    nodes: dict[bytes, bytes]


class Entry(NamedTuple):
    key: bytes
    weight: int
    data: bytes


#: Node of some entries, and its hash.
Leaf = Callable[[list[Entry]], tuple[bytes, bytes]]


def _framed(entries: list[Entry], width: int) -> bytes:
    return b"".join(len(one.data).to_bytes(width, "big") + one.data for one in entries)


def _tenants(entries: list[Entry]) -> tuple[bytes, bytes]:
    pairs = b"".join(one.key + block_hash(memoryview(one.data)) for one in entries)
    node = b"\x02" + len(entries).to_bytes(2, "big") + _framed(entries, 4)
    return node, sha256(b"\x02" + pairs).digest()


def _facts(entries: list[Entry]) -> tuple[bytes, bytes]:
    node = b"\x04" + len(entries).to_bytes(2, "big") + _framed(entries, 2)
    return node, sha256(node).digest()


def _tree(entries: list[Entry], leaf: Leaf, nodes: dict[bytes, bytes], depth: int = 0) -> bytes:
    """Adds its nodes; gives the hash of the root."""
    if sum(one.weight for one in entries) <= _MAX_LEAF_WEIGHT:
        node, hashed = leaf(entries)
    else:
        node = b"\x03"
        for digit in "0123456789abcdef":
            part = [one for one in entries if one.key.hex()[depth] == digit]
            below = _tree(part, leaf, nodes, depth + 1) if part else bytes(32)
            node += below + sum(one.weight for one in part).to_bytes(8, "big")
        hashed = sha256(node).digest()
    nodes[hashed] = node
    return hashed


def _block(tenant: str, writer: FactWriter, nodes: dict[bytes, bytes]) -> Entry:
    head, live = writer.heads[tenant], writer.live[tenant]
    entries = sorted(Entry(fact_key(*named), 1, payload) for named, payload in live.items())
    large = len(entries) > _MAX_LEAF_WEIGHT
    rest = _tree(entries, _facts, nodes) if large else _framed(entries, 2)
    data = (
        bytes.fromhex(tenant.replace("-", ""))
        + head.seq.to_bytes(8, "big")
        + (from_base64url(head.hash) or b"")
        + len(entries).to_bytes(4, "big")
        + rest
    )
    return Entry(tenant_key(tenant), 1 if large or not entries else len(entries), data)


def state_of(writer: FactWriter, version: int = 1) -> ServedState:
    """Of all that was written so far."""
    nodes: dict[bytes, bytes] = {}
    root = _tree(sorted(_block(tenant, writer, nodes) for tenant in writer.heads), _tenants, nodes)
    head = f"{LOG}/state\n1\n{writer.next_index}\n{version}\n{to_base64(root)}\n"
    return ServedState(sign_note(LOG, head + shard_lines(writer), LOG_KEY), nodes)
