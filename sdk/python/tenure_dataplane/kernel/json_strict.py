"""Compact JSON whose meaning is the same in every language (checks 9 and 10).

Almost every payload is what an encoder writes: when the parsed value is written back as the very
same text, nothing can be hidden in it. Any other text is walked from left to right, and the first
fault in it gives the code.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from .errors import FactError
from .formats import MAX_SAFE_INTEGER
from .json_tolerant import NotJsonError, parse_json

#: Nesting of objects and arrays; the payload's own object is 1.
MAX_DEPTH: Final = 8

_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,15}")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR: Final = re.compile(r"[^,\]}]*")
_SPACE: Final = re.compile(r"[ \t\n\r]")
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def _check_scalar(word: str) -> None:
    if word in ("true", "false", "null"):
        return
    if _SPACE.search(word) is not None:
        raise FactError("payload-not-compact", "white space between tokens")
    if _INTEGER.fullmatch(word) is None or abs(int(word)) > MAX_SAFE_INTEGER:
        raise FactError("payload-number", "no integer within 2^53 - 1")


def _read_string(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    value: str = json.loads(token)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FactError("payload-string", "a lone surrogate") from error
    return value


def _scan(text: str) -> None:
    """Over a text that is JSON, so that the grammar need not be checked again."""
    # Keys seen in each open object; None stands for an open array.
    scopes: list[set[str] | None] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == '"':
            found = _STRING.match(text, at)
            token = found[0] if found else text[at:]
            value = _read_string(token)
            at += len(token)
            keys = scopes[-1] if scopes else None
            # Only a key is followed by a colon; white space before it is refused next.
            if text.startswith(":", at) and keys is not None:
                if value in keys:
                    raise FactError("payload-duplicate-key", ascii(value))
                keys.add(value)
        elif char in "{[":
            if len(scopes) == MAX_DEPTH:
                raise FactError("payload-too-deep", f"over {MAX_DEPTH}")
            scopes.append(set() if char == "{" else None)
            at += 1
        elif char in "}]":
            scopes.pop()
            at += 1
        elif char in ",:":
            at += 1
        else:
            found = _SCALAR.match(text, at)
            word = found[0] if found else text[at:]
            _check_scalar(word)
            at += len(word)


def parse_strict_json(text: str) -> Any:
    """The value, or a ``payload-...`` FactError."""
    try:
        value = parse_json(text)
    except NotJsonError as error:
        raise FactError("payload-not-json", "not JSON") from error
    shallow = text.count("{") + text.count("[") <= MAX_DEPTH
    try:
        if shallow and _ENCODER.encode(value) == text:
            return value
    except (TypeError, RecursionError):
        pass  # A number that is not an integer, or a text too deep: the scan says which.
    _scan(text)
    return value
