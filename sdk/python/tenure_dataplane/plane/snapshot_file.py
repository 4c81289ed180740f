"""A snapshot on disk, in one file that is replaced whole.

::

    length uint32 || state note, then *(length uint32 || node)          integers are big-endian

The nodes are those that were walked to, each before those below it, children in their order, not
compressed: read from the left, each is the one that a walk wants.
"""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Final

from ..state.cursor import node_malformed
from ..state.file import MAX_NODE_BYTES

_NAME: Final = "snapshot"
_LENGTH_BYTES: Final = 4
#: Where each node begins, by its hash.
Places = dict[bytes, int]


class SnapshotWriter:
    """Writes beside the file of before; what is not finished is thrown away. Raises OSError."""

    def __init__(self, directory: Path, note: bytes) -> None:
        self._path = directory / _NAME
        self._fresh = directory / f"{_NAME}.new"
        self._file = self._fresh.open("wb")
        self._places: Places = {}
        self._next = 0
        self._write(note)

    def add(self, hashed: bytes, node: bytes) -> None:
        """The next node of the walk."""
        self._places[hashed] = self._next
        self._write(node)

    def finish(self) -> SnapshotFile:
        """In place of the file of before."""
        self._file.close()
        os.replace(self._fresh, self._path)
        return SnapshotFile(self._path, self._places)

    def _write(self, data: bytes) -> None:
        self._file.write(len(data).to_bytes(_LENGTH_BYTES, "big"))
        self._file.write(data)
        self._next += _LENGTH_BYTES + len(data)

    def __enter__(self) -> SnapshotWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._fresh.unlink(missing_ok=True)


class SnapshotFile:
    """Stays readable while another one takes its place.

    Raises ``state-node-malformed`` where the file is cut, and OSError.
    """

    @staticmethod
    def open(directory: Path) -> SnapshotFile | None:
        """None: there is none."""
        path = directory / _NAME
        return SnapshotFile(path, {}) if path.exists() else None

    def __init__(self, path: Path, places: Places) -> None:
        # Unbuffered: each node becomes bytes of its own, given free with the last of its blocks.
        self._file = FileIO(path)
        self._places = places
        try:
            self._size = self._file.seek(0, os.SEEK_END)
            self.note: Final = self._read(0)
        except BaseException:
            self._file.close()
            raise
        self._next = _LENGTH_BYTES + len(self.note)

    def next(self, hashed: bytes) -> bytes:
        """The next node from the left; remembers that it is the one of this hash."""
        place = self._next
        node = self._read(place)
        self._places[hashed] = place
        self._next += _LENGTH_BYTES + len(node)
        return node

    def find(self, hashed: bytes) -> bytes:
        """A node that was walked to before."""
        place = self._places.get(hashed)
        if place is None:
            raise node_malformed("the snapshot lacks a node")
        return self._read(place)

    def close(self) -> None:
        """Gives the file free."""
        self._file.close()

    def _read(self, place: int) -> bytes:
        self._file.seek(place)
        length = int.from_bytes(self._fill(_LENGTH_BYTES), "big")
        if length > MAX_NODE_BYTES or place + _LENGTH_BYTES + length > self._size:
            raise node_malformed(f"the snapshot is cut at {place}")
        return self._fill(length)

    def _fill(self, length: int) -> bytes:
        data = self._file.read(length)
        if len(data) != length:
            raise node_malformed("the snapshot is cut")
        return data
