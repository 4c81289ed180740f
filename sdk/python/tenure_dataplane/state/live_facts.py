"""A tenant's live facts out of its block (check 12): who signed the root has vouched for them."""

from __future__ import annotations

from ..kernel.bodies import check_body
from ..kernel.errors import FactError
from ..kernel.fact import Fact
from ..kernel.payload import parse_payload
from .block import unpack_payloads
from .cursor import node_malformed
from .keys import fact_key
from .note import Stated
from .walk import TenantState


def _open(payload: bytes, state: TenantState, stated: Stated) -> Fact:
    fact = parse_payload(payload)
    check_body(fact.kind, fact.body, fact.op)
    if fact.log != stated.log:
        raise FactError("log-mismatch", fact.log)
    if fact.epoch > stated.epoch:
        raise FactError("epoch-mismatch", f"{fact.epoch} > {stated.epoch}")
    if fact.tenant != state.tenant:
        raise node_malformed(f"a fact of {fact.tenant}, not {state.tenant}")
    if fact.op != "assert":
        raise node_malformed("a retraction is not live")
    if fact.seq > state.seq:
        raise node_malformed(f"seq {fact.seq} above the tenant's {state.seq}")
    return fact


def live_facts_of(state: TenantState, stated: Stated) -> list[Fact]:
    """Ascending by fact key. Raises the first refusal: then the registry is broken."""
    facts: list[Fact] = []
    last = b""
    for prefix, count, packed in state.pages:
        for payload in unpack_payloads(packed, count):
            fact = _open(payload, state, stated)
            key = fact_key(fact.kind, fact.subject)
            if key <= last:
                raise node_malformed("its facts are not in order")
            if not key.hex().startswith(prefix):
                raise node_malformed("a fact of another page")
            facts.append(fact)
            last = key
    return facts
