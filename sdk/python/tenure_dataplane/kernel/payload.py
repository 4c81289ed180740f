"""Payload, version 1: compact JSON, UTF-8, exactly these keys in this order (checks 9 to 13)."""

from __future__ import annotations

from collections.abc import Callable
from re import Pattern
from typing import Any, Final

from .errors import FactError
from .fact import Fact
from .formats import HASH, KIND, LOG_ORIGIN, LOG_ORIGIN_MAX_CHARS, OPAQUE_ID, SUBJECT, UUID
from .instant import parse_instant
from .json_strict import parse_strict_json
from .subject import check_subject

MAX_PAYLOAD_BYTES: Final = 16 * 1024

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def _is_text(value: Any, form: Pattern[str]) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _is_log(value: Any) -> bool:
    return _is_text(value, LOG_ORIGIN) and len(value) <= LOG_ORIGIN_MAX_CHARS


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 1


def _is_uuid(value: Any) -> bool:
    return _is_text(value, UUID)


def _is_cause(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and list(value) == ["operation", "actor"]
        and _is_text(value["operation"], UUID)
        and _is_text(value["actor"], OPAQUE_ID)
    )


_FIELDS: Final[dict[str, Callable[[Any], bool]]] = {
    "log": _is_log,
    "epoch": _is_count,
    "tenant": _is_uuid,
    "seq": _is_count,
    "prev": lambda value: _is_text(value, HASH),
    "id": _is_uuid,
    "kind": lambda value: _is_text(value, KIND),
    "subject": lambda value: _is_text(value, SUBJECT),
    "op": lambda value: isinstance(value, str) and value in ("assert", "retract"),
    "at": lambda value: isinstance(value, str) and parse_instant(value) is not None,
    "cause": _is_cause,
    "body": lambda value: isinstance(value, dict),
}
_KEYS: Final = list(_FIELDS)


def _decode(data: bytes) -> str:
    if len(data) > MAX_PAYLOAD_BYTES:
        raise FactError("payload-too-large", f"{len(data)} bytes")
    if data.startswith(_BYTE_ORDER_MARK):
        raise FactError("payload-bom", "starts with a byte order mark")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FactError("payload-not-utf8", "not UTF-8") from error


def parse_payload(data: bytes) -> Fact:
    """The fact. Only bytes whose signature was verified may come here; the body is unchecked."""
    value = parse_strict_json(_decode(data))
    if not isinstance(value, dict) or list(value) != _KEYS:
        raise FactError("payload-key-order", f"keys are not exactly: {' '.join(_KEYS)}")
    for name, holds in _FIELDS.items():
        if not holds(value[name]):
            raise FactError("payload-field", name)
    fact = Fact(**value)
    check_subject(fact)
    return fact
