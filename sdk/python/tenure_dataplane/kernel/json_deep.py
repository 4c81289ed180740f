"""A JSON parser without recursion (RFC 8259), for texts too deep for Python's own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"', re.DOTALL)
_NUMBER: Final = re.compile(r"(-?(?:0|[1-9][0-9]*))((?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_WORDS: Final = {"true": True, "false": False, "null": None}

Number = Callable[[str], Any]


class _DeepParser:
    def __init__(self, text: str, integer: Number, other: Number) -> None:
        self.text = text
        self.at = 0
        self.integer = integer
        self.other = other

    def fail(self) -> ValueError:
        return ValueError(f"not JSON at {self.at}")

    def skip_space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def takes(self, char: str) -> bool:
        self.skip_space()
        if not self.text.startswith(char, self.at):
            return False
        self.at += 1
        return True

    def string(self) -> str:
        found = _STRING.match(self.text, self.at)
        if found is None:
            raise self.fail()
        self.at = found.end()
        value: str = json.loads(found[0])
        return value

    def key(self) -> str:
        self.skip_space()
        key = self.string()
        if not self.takes(":"):
            raise self.fail()
        return key

    def scalar(self) -> Any:
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        if self.text.startswith('"', self.at):
            return self.string()
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            raise self.fail()
        self.at = found.end()
        return self.other(found[0]) if found[2] else self.integer(found[1])


def parse_deep(text: str, integer: Number, other: Number) -> Any:
    """The value of the text, whatever its depth. Raises ValueError when it is not JSON."""
    parser = _DeepParser(text, integer, other)
    holder: list[Any] = []
    stack: list[tuple[Any, str]] = [(holder, "")]
    while True:
        parser.skip_space()
        container, key = stack[-1]
        value: Any
        if parser.takes("{"):
            value = {}
        elif parser.takes("["):
            value = []
        else:
            value = parser.scalar()
        if isinstance(container, dict):
            container[key] = value
        else:
            container.append(value)
        if isinstance(value, (dict, list)):
            if not parser.takes("}" if isinstance(value, dict) else "]"):
                stack.append((value, parser.key() if isinstance(value, dict) else ""))
                continue
        while len(stack) > 1:
            container = stack[-1][0]
            if parser.takes(","):
                stack[-1] = (container, parser.key() if isinstance(container, dict) else "")
                break
            if not parser.takes("}" if isinstance(container, dict) else "]"):
                raise parser.fail()
            stack.pop()
        else:
            parser.skip_space()
            if parser.at != len(text):
                raise parser.fail()
            return holder[0]
