"""Live lines that wait for a gap to close, or for keys."""

from __future__ import annotations

from typing import Final

from ..kernel.line import Line

#: More are dropped, since HTTP serves them anyway.
MAX_HELD_LINES: Final = 512
#: No line that holds is longer (16 KiB of payload in base64); held ones must not fill the memory.
MAX_LINE_CHARS: Final = 24 * 1024


class HeldLines:
    """By position."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[str, Line]] = {}

    def put(self, text: str, line: Line) -> None:
        """In place of one that was held for the position."""
        known = line.position in self._lines
        if (known or len(self._lines) < MAX_HELD_LINES) and len(text) <= MAX_LINE_CHARS:
            self._lines[line.position] = (text, line)

    def take(self, position: int) -> tuple[str, Line] | None:
        """None when nothing is held for it."""
        return self._lines.pop(position, None)

    def drop_up_to(self, position: int) -> None:
        """They came another way."""
        for at in [at for at in self._lines if at <= position]:
            del self._lines[at]
