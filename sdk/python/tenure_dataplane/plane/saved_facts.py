"""What holds in a tenant, out of the snapshot and the lines on disk, verified again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from ..decide.explain import LiveFacts, fold
from ..kernel.base64_strict import to_base64url
from ..kernel.bodies import check_body
from ..kernel.envelope import parse_envelope
from ..kernel.errors import FactError
from ..kernel.fact import EMPTY_HEAD, ChainHead, Fact
from ..kernel.line import parse_line
from ..kernel.shard import shard_of
from ..reader.open_line import OpenedFact, open_envelope
from ..state.live_facts import live_facts_of
from ..trust.fact_keys import FactKeys
from .saved_snapshot import SavedSnapshot
from .shard_set import LINES_PER_TURN, ShardSet


async def _in_block(tenant: str, saved: SavedSnapshot | None) -> tuple[ChainHead, list[Fact]]:
    state = None if saved is None else await saved.tenant(tenant)
    if saved is None or state is None:
        return EMPTY_HEAD, []
    head = ChainHead(state.seq, to_base64url(state.head))
    try:
        return head, live_facts_of(state, saved.note)
    except FactError:
        # A block that a registry should never have signed: decisions know nothing of the tenant.
        return head, []


def _open(text: str, tenant: str, keys: FactKeys) -> tuple[OpenedFact, int] | None:
    """A fact of the tenant, and its index. A signature costs far more than the first look."""
    line = parse_line(text)
    payload = parse_envelope(line.envelope).payload
    if f'"tenant":"{tenant}"'.encode() not in payload and b"\\" not in payload:
        return None
    opened = open_envelope(line.envelope, keys)
    if opened.fact.tenant != tenant:
        return None
    check_body(opened.fact.kind, opened.fact.body, opened.fact.op)
    return opened, line.index


class _Lines:
    """Follows the tenant's chain; what is void is chained and not folded."""

    def __init__(self, tenant: str, head: ChainHead, keys: FactKeys) -> None:
        self._tenant = tenant
        self._head = head
        self._keys = keys

    def facts(self, lines: Sequence[str]) -> Iterator[Fact]:
        """Up to the first line that does not hold."""
        for text in lines:
            try:
                found = _open(text, self._tenant, self._keys)
            except FactError:
                return
            if found is None:
                continue
            opened, index = found
            fact = opened.fact
            if fact.seq != self._head.seq + 1 or fact.prev != self._head.hash:
                continue
            self._head = ChainHead(fact.seq, to_base64url(opened.leaf))
            if not opened.key.voids(index):
                yield fact


async def read_saved_facts(tenant: str, shards: ShardSet, keys: FactKeys) -> LiveFacts:
    """Raises FactError, OSError when the disk no longer holds what was written there."""
    while True:
        saved = shards.saved
        lines = shards.journal.read(shard_of(tenant))
        try:
            head, facts = await _in_block(tenant, saved)
        except (FactError, OSError, ValueError):
            if shards.saved is saved:
                raise
            continue
        chain = _Lines(tenant, head, keys)
        for at in range(0, len(lines), LINES_PER_TURN):
            facts.extend(chain.facts(lines[at : at + LINES_PER_TURN]))
            await asyncio.sleep(0)
        return fold(facts)
