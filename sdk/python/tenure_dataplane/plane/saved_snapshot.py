"""The snapshot on disk, under the note that vouches for it: what memory gave up is read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..state.note import StateNote
from ..state.open_note import open_state_note
from ..state.walk import ShardScope, TenantScope, TenantState
from ..trust.key_set import KeySet
from .snapshot import Snapshot, snapshot_of, walk_saved
from .snapshot_file import SnapshotFile


class SavedSnapshot:
    """Verified again whenever it is read, since anybody may write to a disk.

    Raises FactError; OSError, and ValueError once it is closed.
    """

    def __init__(self, note: StateNote, file: SnapshotFile) -> None:
        self.note: Final = note
        self._file = file

    async def shard(self, shard: int) -> Snapshot:
        """One of the shards that it was taken for."""
        tenants = await walk_saved(self.note.root, ShardScope([shard]), self._file.find)
        return snapshot_of(self.note, [shard], tenants)

    async def tenant(self, tenant: str) -> TenantState | None:
        """None: the tenant has no facts in it."""
        found = await walk_saved(self.note.root, TenantScope(tenant), self._file.find)
        return found[0] if found else None

    def close(self) -> None:
        """Gives the file free."""
        self._file.close()


async def load_snapshot(
    directory: Path, shards: Sequence[int], sets: Sequence[KeySet]
) -> tuple[Snapshot, SavedSnapshot] | None:
    """What a former process left: one signature, and hashes for the rest. None: nothing."""
    file = SnapshotFile.open(directory)
    if file is None:
        return None
    try:
        note = open_state_note(file.note, sets, None)
        tenants = await walk_saved(note.root, ShardScope(shards), file.from_left())
    except BaseException:
        file.close()
        raise
    return snapshot_of(note, shards, tenants), SavedSnapshot(note, file)
