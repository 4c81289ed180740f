"""Two writers on one directory would each break the other's journal.

The operating system's lock goes with its process, however that ended.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class DirectoryLockedError(Exception):
    """Another process, or another plane of this one, uses the directory."""

    code: Final = "directory-locked"


class DirectoryLock:
    """Held from construction to :meth:`release`."""

    def __init__(self, directory: Path) -> None:
        path = directory / "lock"
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _try_lock(self._file)
        except OSError as error:
            holder = os.read(self._file, 400).decode("utf-8", "replace").strip()
            os.close(self._file)
            raise DirectoryLockedError(f"{directory} is in use by {holder}") from error
        os.ftruncate(self._file, 0)
        os.write(self._file, f"process {os.getpid()} on {socket.gethostname()}\n".encode())

    def release(self) -> None:
        """The file stays: who removed it would let two others each lock their own."""
        os.close(self._file)
