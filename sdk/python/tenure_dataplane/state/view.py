"""A view of one tenant: what the tree says of it, and of the others only what they hash to.

::

    view = length uint32 || state note, then *(length uint32 || node)       from the root down
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..trust.key_set import KeySet
from .cursor import Cursor, node_malformed
from .note import StateNote
from .open_note import open_state_note
from .pages import parse_page
from .walk import StateWalk, TenantScope, TenantState


class OpenedView(NamedTuple):
    """``state`` None: the tree proves that the tenant has no facts."""

    note: StateNote
    state: TenantState | None


def open_view(view: bytes, tenant: str, sets: Sequence[KeySet]) -> OpenedView:
    """Verifies a view: the note's checks, then each node's. Raises a FactError."""
    file = Cursor(view)
    note = open_state_note(bytes(file.take(file.number(4))), sets, None)
    scope = TenantScope(tenant)
    walk = StateWalk(note.root, scope, lambda node, prefix: parse_page(node, prefix, tenant))
    found: list[TenantState] = []
    while (wanted := walk.next()) is not None:
        found.extend(walk.take(wanted, bytes(file.take(file.number(4)))))
    if not file.at_end:
        raise node_malformed("a node that was not asked for")
    return OpenedView(note, found[0] if found else None)
