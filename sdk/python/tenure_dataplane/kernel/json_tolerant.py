"""JSON (RFC 8259) of any depth and with numbers of any length, as every language accepts it.

Python's own parser runs out of stack in a deep text and refuses long numbers with other errors
than a syntax error; both would be told as another code than by the other kits.
"""

from __future__ import annotations

import json
from typing import Any, Final

from .formats import MAX_SAFE_INTEGER
from .json_deep import parse_deep


class NotJsonError(ValueError):
    """The text is not JSON."""


class OddNumber:
    """Stands for a number that is no integer within 2^53 - 1; no encoder takes it."""


ODD_NUMBER: Final = OddNumber()
_MAX_DIGITS: Final = 17


def _integer(word: str) -> int | OddNumber:
    if len(word) > _MAX_DIGITS:
        return ODD_NUMBER
    number = int(word)
    return number if -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER else ODD_NUMBER


def _odd(_word: str) -> OddNumber:
    return ODD_NUMBER


def _no_constant(word: str) -> Any:
    raise NotJsonError(word)


_DECODER: Final = json.JSONDecoder(
    parse_int=_integer, parse_float=_odd, parse_constant=_no_constant
)


def parse_json(text: str) -> Any:
    """The value; odd numbers are :data:`ODD_NUMBER`. Raises :class:`NotJsonError`."""
    try:
        return _DECODER.decode(text)
    except RecursionError:
        try:
            return parse_deep(text, _integer, _odd)
        except ValueError as error:
            raise NotJsonError(str(error)) from error
    except NotJsonError:
        raise
    except ValueError as error:
        raise NotJsonError(str(error)) from error
