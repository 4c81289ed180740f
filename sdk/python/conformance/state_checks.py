"""The checks ``state-note``, ``state-tree``, ``state-view`` and ``api-key`` of the vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from key_checks import heads_of, key_set_of, text_of
from log_checks import Input, Run, bytes_of, note_of

from tenure_dataplane.kernel.api_key import hash_of_api_key
from tenure_dataplane.kernel.base64_strict import to_base64url
from tenure_dataplane.kernel.errors import FactError
from tenure_dataplane.state.file import unpack_node
from tenure_dataplane.state.live_facts import live_facts_of
from tenure_dataplane.state.note import Stated, parse_state_note
from tenure_dataplane.state.open_note import open_state_note
from tenure_dataplane.state.view import open_view
from tenure_dataplane.state.walk import Scope, ShardScope, StateWalk, TenantState


class TreeOf(NamedTuple):
    """Of which log and epoch a tree is."""

    log: str
    epoch: int


def walk_files(root: bytes, scope: Scope, files: Mapping[str, str]) -> list[TenantState]:
    """The tenants of a tree whose files are served by hash."""
    walk = StateWalk(root, scope)
    found: list[TenantState] = []
    while (wanted := walk.next()) is not None:
        file = files.get(wanted.hash.hex())
        if file is None:
            raise FactError("state-hash-mismatch", "nothing is served")
        found.extend(walk.take(wanted, unpack_node(note_of(file))))
    return found


def _value_of(state: TenantState, stated: Stated) -> dict[str, Any]:
    live = live_facts_of(state, stated)
    return {
        "tenant": state.tenant,
        "seq": state.seq,
        "head": to_base64url(state.head),
        "live": [{"kind": one.kind, "subject": one.subject, "seq": one.seq} for one in live],
    }


def _state_note(given: Input) -> Any:
    sets = [key_set_of(note) for note in given["keySets"]]
    last = None if given["last"] is None else parse_state_note(text_of(given["last"]))
    made = open_state_note(note_of(given["note"]), sets, last)
    return {
        "epoch": made.epoch,
        "size": made.size,
        "keySetVersion": made.version,
        "root": made.root.hex(),
        "heads": heads_of(made.shards),
    }


def _state_tree(given: Input) -> Any:
    stated = TreeOf(given["log"], given["epoch"])
    found = walk_files(bytes_of(given["root"]), ShardScope(range(256)), given["nodes"])
    return {"tenants": [_value_of(state, stated) for state in found]}


def _state_view(given: Input) -> Any:
    sets = [key_set_of(note) for note in given["keySets"]]
    note, state = open_view(note_of(given["view"]), given["tenant"], sets)
    return {"size": note.size, "block": None if state is None else _value_of(state, note)}


def _api_key(given: Input) -> Any:
    return {"hash": hash_of_api_key(given["key"])}


STATE_CHECKS: dict[str, Run] = {
    "state-note": _state_note,
    "state-tree": _state_tree,
    "state-view": _state_view,
    "api-key": _api_key,
}
