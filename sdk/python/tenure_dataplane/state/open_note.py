"""Checks of a state note in their order (specification, "State tree", 1 to 8)."""

from __future__ import annotations

from collections.abc import Sequence

from ..kernel.errors import FactError
from ..log.note import open_note
from ..log.note_key import create_note_verifier
from ..trust.key_set import KeySet
from ..trust.note_text import checkpoint_origin
from .note import StateNote, parse_state_note


def open_state_note(note: bytes, sets: Sequence[KeySet], last: StateNote | None) -> StateNote:
    """``sets``: those that are trusted, versions 1 to the newest. Raises a FactError.

    On ``note-key-unknown`` and ``state-keyset`` the caller learns newer key sets and tries again.
    """
    if not sets:
        raise FactError("note-key-unknown", "no key set yet")
    newest = sets[-1]
    name = checkpoint_origin(newest.log_name, newest.newest_epoch)
    ranges = {key.public_key: key for key in newest.log}
    text, signed_by = open_note(note, [create_note_verifier(name, key) for key in ranges])
    stated = parse_state_note(text)
    if stated.log != newest.log_name:
        raise FactError("state-log-mismatch", stated.log)
    if stated.version > newest.version:
        raise FactError("state-keyset", f"version {stated.version} above {newest.version}")
    if stated.epoch != newest.newest_epoch:
        raise FactError("epoch-mismatch", f"{stated.epoch}, not {newest.newest_epoch}")
    if not any(ranges[signer.public_key].counts_at(stated.size) for signer in signed_by):
        raise FactError("key-range", f"no log key counts at size {stated.size}")
    _check_void(stated, newest, next(made for made in sets if made.version == stated.version))
    if last is not None and last.epoch == stated.epoch:
        _check_growth(stated, last)
    return stated


def _check_void(stated: StateNote, newest: KeySet, of_note: KeySet) -> None:
    """No later version made void what the tree below its size still has."""
    before = {key.public_key: key.void for key in of_note.fact}
    for key in newest.fact:
        if key.void is None or key.void >= stated.size:
            continue
        then = before.get(key.public_key)
        if then is None or then > key.void:
            raise FactError("state-void", f"facts from index {key.void} on are void since")


def _check_growth(stated: StateNote, last: StateNote) -> None:
    if stated.size < last.size:
        raise FactError("state-rollback", f"size {stated.size} after {last.size}")
    # A later version may make more of the same facts void.
    same = stated.size == last.size and stated.version == last.version
    if same and stated.root != last.root:
        raise FactError("state-fork", f"another root at size {stated.size}")
