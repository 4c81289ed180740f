"""Checks of a heartbeat in their order (specification, "Heartbeats")."""

from __future__ import annotations

from typing import Final

from ..kernel.errors import FactError
from ..log.checkpoint import open_checkpoint, parse_checkpoint
from ..log.note import open_note, parse_note
from ..log.note_key import create_note_verifier
from ..log.tree import TreeHead
from .heartbeat import Heartbeat, parse_heartbeat
from .key_chain import KeyChain
from .note_text import FIRST_EPOCH, checkpoint_origin


class Heartbeats:
    """The last heartbeat that was taken; what is refused leaves it as it was."""

    def __init__(self, keys: KeyChain) -> None:
        self._keys: Final = keys
        self.last: Heartbeat | None = None
        #: One that names a key set which is not here yet: to be taken again when it is.
        self.pending: bytes | None = None
        #: The highest version that a signed heartbeat has named.
        self._named_version = 1
        self._checkpoint: TreeHead | None = None

    def resume(self, last: Heartbeat) -> None:
        """Goes on from a heartbeat that was taken before."""
        self.last = last
        if last.checkpoint is not None:
            self._checkpoint = parse_checkpoint(parse_note(last.checkpoint).text).head

    @property
    def holds_lines(self) -> bool:
        """Live lines are not to be taken: which keys are closed is not known."""
        return self._keys.version < self._named_version

    def take(self, note: bytes) -> Heartbeat | None:
        """None when it is :attr:`pending` now. Raises a FactError."""
        self.pending = None
        if self._keys.current is None:
            self.pending = note
            return None
        made, checkpoint = self.examine(note)
        if made.version > self._keys.version:
            self._named_version = max(self._named_version, made.version)
            self.pending = note
            return None
        self.last, self._checkpoint = made, checkpoint
        return made

    def examine(self, note: bytes) -> tuple[Heartbeat, TreeHead | None]:
        """All checks; remembers nothing."""
        made = parse_heartbeat(open_note(note, self._keys.time_keys).text)
        self._check_keys(made)
        last = self.last
        if last is not None:
            _check_order(made, last)
        checkpoint = self._open_checkpoint(made)
        if last is not None and last.epoch == made.epoch and self._checkpoint is not None:
            _check_growth(self._checkpoint, checkpoint)
        return made, checkpoint

    def _check_keys(self, made: Heartbeat) -> None:
        keys = self._keys
        if made.log != keys.log:
            raise FactError("heartbeat-log-mismatch", made.log)
        if made.version < keys.version:
            raise FactError("heartbeat-keyset", f"{made.version} < {keys.version}")
        epoch = FIRST_EPOCH if keys.current is None else keys.current.newest_epoch
        # A later set may have begun an epoch that is not known yet.
        if made.version == keys.version and made.epoch != epoch:
            raise FactError("epoch-mismatch", f"{made.epoch}, not {epoch}")

    def _open_checkpoint(self, made: Heartbeat) -> TreeHead | None:
        current = self._keys.current
        if made.checkpoint is None or current is None:
            return None
        origin = checkpoint_origin(current.log_name, made.epoch)
        ranges = {key.public_key: key for key in current.log}
        known = [create_note_verifier(origin, key) for key in ranges]
        checkpoint, opened = open_checkpoint(made.checkpoint, origin, known)
        signers = [ranges[signer.public_key] for signer in opened.signed_by]
        if not any(key.counts_at(checkpoint.size) for key in signers):
            raise FactError("key-range", f"no log key counts at size {checkpoint.size}")
        return checkpoint.head


def _check_order(made: Heartbeat, last: Heartbeat) -> None:
    same_epoch = made.epoch == last.epoch
    if same_epoch and made.fence < last.fence:
        raise FactError("heartbeat-fence", f"{made.fence} < {last.fence}")
    # A new leader's clock may be behind the last one's.
    if made.fence <= last.fence and made.time_ms <= last.time_ms:
        raise FactError("heartbeat-replay", f"{made.time} after {last.time}")
    pairs = zip(made.shards, last.shards, strict=True)
    if same_epoch and any(now.lines < before.lines for now, before in pairs):
        raise FactError("heartbeat-rollback", "a shard has fewer lines than before")


def _check_growth(older: TreeHead, newer: TreeHead | None) -> None:
    if newer is None or newer.size < older.size:
        raise FactError("checkpoint-rollback", f"a checkpoint before size {older.size}")
    if newer.size == older.size and newer.root != older.root:
        raise FactError("checkpoint-fork", f"another root at size {newer.size}")
