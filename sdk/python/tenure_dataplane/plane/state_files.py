"""What a plane trusts, on disk: notes of key sets, last heartbeat, when all was known.

::

    keys/<version>.note     each verified again from the root on
    heartbeat.note          nothing smaller is taken after a restart
    known-at                wall clock, milliseconds: age of the facts for a start without registry
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from .files import read_file, replace_file


class StateFiles:
    """Reading never fails; writing raises OSError."""

    def __init__(self, directory: Path) -> None:
        self._keys: Final = directory / "keys"
        self._keys.mkdir(parents=True, exist_ok=True)
        self._heartbeat: Final = directory / "heartbeat.note"
        self._known_at: Final = directory / "known-at"

    def key_set(self, version: int) -> bytes | None:
        """Note of that version."""
        return read_file(self._keys / f"{version}.note")

    def save_key_set(self, version: int, note: bytes) -> None:
        """Whole."""
        replace_file(self._keys / f"{version}.note", note)

    def heartbeat(self) -> bytes | None:
        """Note of the last one that was taken."""
        return read_file(self._heartbeat)

    def save_heartbeat(self, note: bytes) -> None:
        """Whole."""
        replace_file(self._heartbeat, note)

    def known_at_ms(self) -> float | None:
        """None when it is not there or torn: then nothing is known about the age."""
        try:
            saved = float((read_file(self._known_at) or b"").decode("ascii"))
        except ValueError:
            return None
        return saved if math.isfinite(saved) else None

    def save_known_at_ms(self, wall_ms: float) -> None:
        """Whole."""
        replace_file(self._known_at, str(wall_ms).encode("ascii"))
