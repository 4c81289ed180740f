"""Leaf nodes of the state tree, and the page that stands for one in a view.

::

    tenants = 0x02 count uint16 *(length uint32 || block)                      by tenant key
    facts   = 0x04 count uint16 *(length uint16 || payload)                    by fact key
    page    = 0x06 count uint16 *(0x00 || tenant key || block hash / 0x01 || length uint32 || block)

    hash of facts            = SHA-256(facts)
    hash of tenants and page = SHA-256(0x02 || *(tenant key || block hash))
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final, NamedTuple

from ..kernel.hashes import HASH_BYTES
from .block import Block, assure_packed, block_hash, parse_block
from .cursor import Cursor, Node, node_malformed
from .inner_node import MAX_LEAF_WEIGHT
from .keys import Prefix, tenant_key

TENANTS: Final = 0x02
FACTS: Final = 0x04
PAGE: Final = 0x06

_BLOCK, _HIDDEN = 1, 0


class Slot(NamedTuple):
    """A tenant's place in a page; ``block`` None: a view keeps it back."""

    key: bytes
    block_hash: bytes
    block: Block | None


class TenantsNode(NamedTuple):
    """What a leaf of the tree over tenants holds; ``weight`` is unknown of a view's page."""

    slots: list[Slot]
    hash: bytes
    weight: int | None


class FactsNode(NamedTuple):
    """A leaf of a tenant's own tree; its payloads are packed, as in a block."""

    packed: memoryview
    live: int
    hash: bytes


def _slot_of(data: memoryview) -> Slot:
    block = parse_block(data)
    return Slot(block.key, block_hash(data), block)


def _hash_of(slots: Sequence[Slot]) -> bytes:
    pairs = b"".join(slot.key + slot.block_hash for slot in slots)
    return sha256(bytes((TENANTS,)) + pairs).digest()


def _assure_order(slots: Sequence[Slot], prefix: Prefix) -> None:
    # Whoever is hidden weighs at least 1.
    if len(slots) > MAX_LEAF_WEIGHT:
        raise node_malformed(f"{len(slots)} tenants in a page")
    if any(before.key >= after.key for before, after in pairwise(slots)):
        raise node_malformed("its tenants are not in order")
    if not all(slot.key.hex().startswith(prefix) for slot in slots):
        raise node_malformed("a tenant of another page")


def _open(node: Node, form: int) -> tuple[Cursor, int]:
    file = Cursor(node)
    if file.number(1) != form:
        raise node_malformed("another form of node")
    return file, file.number(2)


def parse_tenants(node: Node, prefix: Prefix) -> TenantsNode:
    """Checks 9 and 10."""
    file, count = _open(node, TENANTS)
    slots = [_slot_of(file.take(file.number(4))) for _ in range(count)]
    file.assure_end()
    _assure_order(slots, prefix)
    weight = sum(slot.block.weight for slot in slots if slot.block is not None)
    if weight > MAX_LEAF_WEIGHT:
        raise node_malformed(f"a page of weight {weight}")
    return TenantsNode(slots, _hash_of(slots), weight)


def _parse_slot(file: Cursor) -> Slot:
    form = file.number(1)
    if form == _BLOCK:
        return _slot_of(file.take(file.number(4)))
    if form != _HIDDEN:
        raise node_malformed(f"{form} is no form of a block")
    return Slot(bytes(file.take(HASH_BYTES)), bytes(file.take(HASH_BYTES)), None)


def parse_page(node: Node, prefix: Prefix, tenant: str) -> TenantsNode:
    """Of a view: only the tenant that is asked for may show its block, and must."""
    file, count = _open(node, PAGE)
    slots = [_parse_slot(file) for _ in range(count)]
    file.assure_end()
    _assure_order(slots, prefix)
    asked = tenant_key(tenant)
    if any((slot.key == asked) != (slot.block is not None) for slot in slots):
        raise node_malformed("another block than the tenant's, or not the tenant's")
    return TenantsNode(slots, _hash_of(slots), None)


def parse_facts(node: Node) -> FactsNode:
    """Looks into no payload."""
    file, count = _open(node, FACTS)
    packed = file.rest()
    assure_packed(packed, count)
    if count > MAX_LEAF_WEIGHT:
        raise node_malformed(f"a page of weight {count}")
    return FactsNode(packed, count, sha256(node).digest())
