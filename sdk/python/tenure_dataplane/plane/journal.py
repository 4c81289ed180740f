"""Accepted lines on disk, one append-only file per shard.

Not the truth: a lost tail is fetched again, so nothing is flushed, and a torn last line is cut
off. What is read back is verified again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from ..kernel.shard import SHARD_COUNT, shard_name
from .files import replace_file

_SUFFIX: Final = ".facts"


class Journal:
    """Raises OSError when the disk refuses; a shard is then no longer written."""

    def __init__(self, directory: Path) -> None:
        self._folder: Final = directory / "shards"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[int, BinaryIO] = {}
        #: Shards whose last write failed: appending behind a torn line would lose what follows.
        self._broken: set[int] = set()

    def load(self) -> Iterator[tuple[int, list[str]]]:
        """Shards and their whole lines; cuts what is torn."""
        for shard in range(SHARD_COUNT):
            if self._path(shard).exists():
                yield shard, self.read(shard)

    def read(self, shard: int) -> list[str]:
        """Whole lines of a shard, bytes as they are: a line that is dropped unread may hold any.

        None of a file that the disk refuses: what is missing is fetched again.
        """
        path = self._path(shard)
        try:
            data = path.read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            if len(whole) < len(data):
                os.truncate(path, len(whole))
        except OSError:
            return []
        return whole.decode("latin-1").split("\n")[:-1]

    def append(self, shard: int, lines: Iterable[str]) -> None:
        """Behind what is there."""
        data = "".join(f"{line}\n" for line in lines).encode("latin-1")
        if not data or shard in self._broken:
            return
        try:
            file = self._file(shard)
            while data:  # a disk that fills up takes a part, and raises at the next one only
                data = data[file.write(data) :]
        except OSError:
            self._broken.add(shard)
            raise

    def replace(self, shard: int, lines: Iterable[str]) -> None:
        """In place of the shard's file, whole or not at all."""
        file = self._files.pop(shard, None)
        if file is not None:
            file.close()
        self._broken.add(shard)
        replace_file(self._path(shard), "".join(f"{line}\n" for line in lines).encode("latin-1"))
        self._broken.discard(shard)

    def close(self) -> None:
        """Gives the files free."""
        for file in self._files.values():
            with suppress(OSError):
                file.close()
        self._files.clear()

    def _file(self, shard: int) -> BinaryIO:
        file = self._files.get(shard)
        if file is None:
            # Unbuffered: what a killed process had accepted is with the operating system.
            file = self._files[shard] = self._path(shard).open("ab", buffering=0)
        return file

    def _path(self, shard: int) -> Path:
        return self._folder / f"{shard_name(shard)}{_SUFFIX}"
