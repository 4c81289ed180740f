"""Verifies the state tree from the root down (specification, "State tree", checks 9 to 11)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from hashlib import sha256
from operator import attrgetter
from typing import Final, NamedTuple, Protocol, TypeAlias

from ..kernel.errors import FactError
from ..kernel.shard import shard_name
from .block import Block
from .cursor import Node, node_malformed
from .inner_node import INNER, parse_inner
from .keys import DIGITS, MAX_DEPTH, NO_PREFIX, Prefix, tenant_key
from .pages import TenantsNode, parse_facts, parse_tenants


class FactsPage(NamedTuple):
    """Payloads whose fact keys begin with a prefix, packed."""

    prefix: Prefix
    live: int
    packed: memoryview


class TenantState:
    """A tenant as the tree states it; its payloads stay packed until somebody wants them."""

    __slots__ = ("head", "live", "pages", "seq", "shard", "tenant")

    def __init__(self, block: Block) -> None:
        self.tenant: Final = block.tenant
        self.shard: Final = block.key[0]
        self.seq: Final = block.seq
        #: Leaf hash of that fact.
        self.head: Final = block.head
        self.live: Final = block.live
        #: Ascending by fact key; of a large tenant complete when the walk is.
        self.pages: list[FactsPage] = []
        if block.payloads is not None:
            self.pages.append(FactsPage(NO_PREFIX, block.live, block.payloads))


class WantedNode(NamedTuple):
    """A node that is to be fetched: in a tenant's own tree when there is an owner."""

    hash: bytes
    #: None of the root, which nobody names a weight of.
    weight: int | None
    prefix: Prefix
    owner: TenantState | None


class Scope(Protocol):
    """Which part of the tree is walked; of the rest nothing is fetched."""

    def is_below(self, prefix: Prefix) -> bool:
        """Some key that begins so is wanted."""

    def has(self, key: bytes) -> bool:
        """The tenant key is wanted."""


class ShardScope:
    """All tenants of some shards: a tenant key begins with its shard."""

    def __init__(self, shards: Iterable[int]) -> None:
        self._shards = frozenset(shards)
        names = [shard_name(shard) for shard in self._shards]
        self._prefixes = frozenset(name[:length] for name in names for length in (0, 1, 2))

    def is_below(self, prefix: Prefix) -> bool:
        """See :class:`Scope`."""
        return prefix[:2] in self._prefixes

    def has(self, key: bytes) -> bool:
        """See :class:`Scope`."""
        return key[0] in self._shards


class TenantScope:
    """One tenant alone."""

    def __init__(self, tenant: str) -> None:
        self._key = tenant_key(tenant)

    def is_below(self, prefix: Prefix) -> bool:
        """See :class:`Scope`."""
        return self._key.hex().startswith(prefix)

    def has(self, key: bytes) -> bool:
        """See :class:`Scope`."""
        return key == self._key


#: How a leaf of the tree over tenants is read: whole, or as the page of a view.
ReadLeaf: TypeAlias = Callable[[Node, Prefix], TenantsNode]


def _assure_named(wanted: WantedNode, hashed: bytes, weight: int | None) -> None:
    """Check 11."""
    if hashed != wanted.hash:
        raise FactError("state-hash-mismatch", "another hash than its parent names")
    # A page of a view does not show what its tenants weigh.
    if wanted.weight is not None and weight is not None and weight != wanted.weight:
        raise FactError("state-hash-mismatch", f"weight {weight}, not {wanted.weight}")


class StateWalk:
    """Whoever brings the nodes: one after the other, or several at once in any order."""

    def __init__(self, root: bytes, scope: Scope, read_leaf: ReadLeaf = parse_tenants) -> None:
        self._scope = scope
        self._read_leaf = read_leaf
        #: The next one last.
        self._wanted = [WantedNode(root, None, NO_PREFIX, None)]

    def next(self) -> WantedNode | None:
        """A node to fetch, each once; None while those that are fetched may name more."""
        return self._wanted.pop() if self._wanted else None

    def take(self, wanted: WantedNode, node: Node) -> list[TenantState]:
        """The tenants in a node, unpacked. What it raises ends the walk."""
        if node[:1] == bytes((INNER,)):
            self._take_inner(wanted, node)
        elif wanted.owner is not None:
            packed, count, hashed = parse_facts(node)
            _assure_named(wanted, hashed, count)
            insort(wanted.owner.pages, FactsPage(wanted.prefix, count, packed), key=_PREFIX)
        else:
            return self._take_tenants(wanted, node)
        return []

    def _take_inner(self, wanted: WantedNode, node: Node) -> None:
        children, weight = parse_inner(node)
        if len(wanted.prefix) == MAX_DEPTH:
            raise node_malformed("deeper than a key is long")
        _assure_named(wanted, sha256(node).digest(), weight)
        # The leftmost child is the next.
        for digit, child in reversed([*zip(DIGITS, children, strict=True)]):
            prefix = wanted.prefix + digit
            if child is None or (wanted.owner is None and not self._scope.is_below(prefix)):
                continue
            self._wanted.append(WantedNode(child.hash, child.weight, prefix, wanted.owner))

    def _take_tenants(self, wanted: WantedNode, node: Node) -> list[TenantState]:
        slots, hashed, weight = self._read_leaf(node, wanted.prefix)
        _assure_named(wanted, hashed, weight)
        found: list[TenantState] = []
        roots: list[WantedNode] = []
        for key, _, block in slots:
            if block is None or not self._scope.has(key):
                continue
            state = TenantState(block)
            found.append(state)
            if block.root is not None:
                roots.append(WantedNode(block.root, block.live, NO_PREFIX, state))
        self._wanted.extend(reversed(roots))
        return found


_PREFIX: Final = attrgetter("prefix")
