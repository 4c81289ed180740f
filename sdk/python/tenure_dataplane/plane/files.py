"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Readers see the old or the new bytes. Raises OSError."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(data)
    os.replace(fresh, path)


def read_file(path: Path) -> bytes | None:
    """None when it is not there, or the disk refuses."""
    try:
        return path.read_bytes()
    except OSError:
        return None
