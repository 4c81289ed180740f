"""One fact on its way: a line of a stream message and of ``GET /v1/facts``.

::

    line = position SP index SP envelope
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .errors import FactError
from .formats import MAX_SAFE_INTEGER

_LINE: Final = re.compile(r"([1-9][0-9]{0,15}) (0|[1-9][0-9]{0,15}) (\{[^\n\r]*\})")


@dataclass(frozen=True, slots=True)
class Line:
    """``position`` counts in the shard from 1, ``index`` in the log from 0."""

    position: int
    index: int
    envelope: str


def parse_line(text: str) -> Line:
    """Refuses (``line-malformed``) every other form. Without the line end."""
    found = _LINE.fullmatch(text)
    if found is None:
        raise FactError("line-malformed", "not <position> <index> <envelope>")
    position, index, envelope = int(found[1]), int(found[2]), found[3]
    if position > MAX_SAFE_INTEGER or index > MAX_SAFE_INTEGER:
        raise FactError("line-malformed", "a number beyond 2^53 - 1")
    return Line(position, index, envelope)
