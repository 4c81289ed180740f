"""Steps from one key set to the next, from the first root on (specification, "Keys")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ..kernel.ed25519 import create_verifier
from ..kernel.errors import FactError
from ..kernel.hashes import key_id_of
from ..log.note import parse_note, signers_of
from ..log.note_key import NoteVerifier, create_note_verifier
from .fact_keys import FactKey
from .key_set import KeySet, RangedKey, parse_key_set


def _keeps(before: Sequence[RangedKey], after: Sequence[RangedKey]) -> bool:
    """Every key is still there with its ``from``; a number that was set is not taken back."""
    known = {key.public_key: key for key in after}
    for old in before:
        new = known.get(old.public_key)
        if new is None or new.first != old.first:
            return False
        if old.end is not None and new.end != old.end:
            return False
        if old.void is not None and (new.void is None or new.void > old.void):
            return False
    return True


class KeyChange(NamedTuple):
    """What a newer key set changes about facts that were taken already."""

    #: The lowest index from which facts may be void now and were not; None: there is none.
    void_from: int | None
    #: The lowest index from which a restored backup wrote the log anew; None: it did not.
    fork_from: int | None


def _change(older: KeySet | None, newer: KeySet) -> KeyChange:
    if older is None:
        return KeyChange(None, None)
    before = {key.public_key: key.void for key in older.fact}
    voids = [key.void for key in newer.fact if key.void != before.get(key.public_key)]
    forks = [epoch.first for epoch in newer.epochs[len(older.epochs) :]]
    lowest_void = min((void for void in voids if void is not None), default=None)
    return KeyChange(lowest_void, min(forks, default=None))


class KeyChain:
    """The newest key set that is trusted, and how a newer one comes to be."""

    def __init__(self, log: str, root: NoteVerifier) -> None:
        """``root``: the first one. Raises ``key-invalid`` when it is the root of another log."""
        if root.name != f"{log}/root":
            raise FactError("key-invalid", f"the root's name is not {log}/root")
        self.log: Final = log
        self._root = root
        #: Those that are trusted, one version after the other.
        self.sets: Final[list[KeySet]] = []
        self.fact_keys: dict[str, FactKey] = {}
        self.time_keys: list[NoteVerifier] = []

    @property
    def current(self) -> KeySet | None:
        """The newest; None before the first."""
        return self.sets[-1] if self.sets else None

    @property
    def version(self) -> int:
        """0: only the first root is trusted."""
        return 0 if self.current is None else self.current.version

    def accept(self, note: bytes) -> KeyChange:
        """Takes the next version, or raises and stays as it was. The checks are in their order."""
        parsed = parse_note(note)
        signers_of(parsed, [self._root])
        made = parse_key_set(parsed.text)
        if made.log_name != self.log:
            raise FactError("keyset-log-mismatch", made.log_name)
        if made.version != self.version + 1:
            raise FactError("keyset-version", f"{made.version} after {self.version}")
        root = create_note_verifier(f"{self.log}/root", made.root)
        try:
            signers_of(parsed, [root])
        except FactError as error:
            raise FactError("keyset-root", "not signed by its own root") from error
        self._check_history(made)
        change = _change(self.current, made)
        self.resume(made, root)
        return change

    def _check_history(self, made: KeySet) -> None:
        old = self.current
        if old is None:
            return
        same_epochs = made.epochs[: len(old.epochs)] == old.epochs
        if not (same_epochs and _keeps(old.fact, made.fact) and _keeps(old.log, made.log)):
            raise FactError("keyset-history", "takes back what the version before it said")

    def resume(self, made: KeySet, root: NoteVerifier) -> None:
        """Goes on from a set that was taken before; ``root`` is its own."""
        self.sets.append(made)
        self._root = root
        self.fact_keys = {
            key_id_of(raw): FactKey(create_verifier(raw), first, end, void)
            for raw, first, end, void in made.fact
        }
        time_name = f"{self.log}/time"
        self.time_keys = [create_note_verifier(time_name, key) for key in made.time]
