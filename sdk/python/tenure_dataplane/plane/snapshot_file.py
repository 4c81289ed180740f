"""A snapshot on disk, in one file that is replaced whole.

::

    length uint32 || state note, then *(length uint32 || node)          integers are big-endian

The nodes are those that were walked to, each before those below it, children in their order, not
compressed: read from the left, each is the one that a walk wants.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from io import FileIO
from mmap import mmap
from pathlib import Path
from types import TracebackType
from typing import Final

from ..state.cursor import Node, node_malformed
from ..state.file import MAX_NODE_BYTES

_NAME: Final = "snapshot"
_LENGTH_BYTES: Final = 4
#: Read at once, into memory of its own, and given back to the operating system at once.
_CHUNK_BYTES: Final = 4 * 1024 * 1024
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


class _Chunks:
    """The file from left to right, in pieces that are larger than a node mostly is."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        self._chunk = memoryview(b"")
        self._at = 0

    def take(self, place: int, length: int) -> memoryview:
        """A view of a chunk; shorter where the file ends."""
        at = place - self._at
        if not 0 <= at <= at + length <= len(self._chunk):
            size = min(max(length, _CHUNK_BYTES), self._size - place)
            if size <= 0:
                return memoryview(b"")
            # Not bytes: an allocator would keep them for itself when the tenants are unpacked.
            pages = mmap(-1, size)
            self._file.seek(place)
            self._chunk = memoryview(pages)[: self._file.readinto(pages)]
            self._at, at = place, 0
        return self._chunk[at : at + length]


class SnapshotFile:
    """Stays readable while another one takes its place.

    Raises ``state-node-malformed`` where the file is cut; OSError; ValueError once it is closed.
    """

    @staticmethod
    def open(directory: Path) -> SnapshotFile | None:
        """None: there is none."""
        path = directory / _NAME
        return SnapshotFile(path, {}) if path.exists() else None

    def __init__(self, path: Path, places: Places) -> None:
        self._file = FileIO(path)
        self._places = places
        try:
            self.note: Final = bytes(self._read(0, self._take))
        except BaseException:
            self._file.close()
            raise

    def from_left(self) -> Callable[[bytes], Node]:
        """Reads one node after the other, and remembers that it is the one of the hash."""
        chunks = _Chunks(self._file)
        place = _LENGTH_BYTES + len(self.note)

        def read(hashed: bytes) -> Node:
            nonlocal place
            node = self._read(place, chunks.take)
            self._places[hashed] = place
            place += _LENGTH_BYTES + len(node)
            return node

        return read

    def find(self, hashed: bytes) -> Node:
        """A node that was walked to before."""
        place = self._places.get(hashed)
        if place is None:
            raise node_malformed("the snapshot lacks a node")
        return self._read(place, self._take)

    def close(self) -> None:
        """Gives the file free."""
        self._file.close()

    def _take(self, place: int, length: int) -> memoryview:
        self._file.seek(place)
        return memoryview(self._file.read(length))

    def _read(self, place: int, take: Callable[[int, int], memoryview]) -> memoryview:
        head = take(place, _LENGTH_BYTES)
        length = int.from_bytes(head, "big")
        if len(head) < _LENGTH_BYTES or length > MAX_NODE_BYTES:
            raise node_malformed(f"no node of a snapshot at {place}")
        node = take(place + _LENGTH_BYTES, length)
        if len(node) < length:
            raise node_malformed(f"the snapshot is cut at {place}")
        return node
