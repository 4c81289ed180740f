"""Bodies of assertions, kind by kind (the table "Kinds"): exactly these members, in any order.

A member that an old reader skipped could have narrowed the grant, so unknown ones are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from re import Pattern
from typing import Any, Final

from .errors import FactError
from .formats import HASH, NAME, OPAQUE_ID, PERMISSION, SCOPE, SLUG, UUID, is_issuer
from .instant import parse_instant

_MAX_LIST_ITEMS: Final = 256

_Check = Callable[[Any], bool]


def _text(form: Pattern[str]) -> _Check:
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def _one_of(*words: str) -> _Check:
    return lambda value: isinstance(value, str) and value in words


def _null_or(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _set_of(form: Pattern[str]) -> _Check:
    """Without repetition: two ways of writing one set would be two statements."""
    each = _text(form)
    return lambda value: (
        isinstance(value, list)
        and len(value) <= _MAX_LIST_ITEMS
        and all(map(each, value))
        and len(set(value)) == len(value)
    )


def _members(**shape: _Check) -> _Check:
    return lambda value: (
        isinstance(value, dict)
        and value.keys() == shape.keys()
        and all(check(value[name]) for name, check in shape.items())
    )


def _instant(value: Any) -> bool:
    return isinstance(value, str) and parse_instant(value) is not None


def _limits(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= _MAX_LIST_ITEMS
        and all(NAME.fullmatch(name) is not None for name in value)
        and all(type(limit) is int and limit >= 0 for limit in value.values())
    )


_PLANNED: Final = _members(product=_text(NAME), limits=_limits)


def _entitlements_of_plan(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MAX_LIST_ITEMS
        and all(map(_PLANNED, value))
        and len({item["product"] for item in value}) == len(value)
    )


_SHAPES: Final[dict[str, _Check]] = {
    "tenant": _members(
        slug=_text(SLUG),
        state=_one_of("trial", "active", "frozen", "archived"),
        plan=_text(NAME),
        isolation=_one_of("silo", "pool"),
        demo=lambda value: isinstance(value, bool),
    ),
    "project": _members(state=_one_of("active")),
    "membership": _members(
        state=_one_of("pending", "active", "inactive"),
        identity=_null_or(
            _members(
                issuer=lambda value: isinstance(value, str) and is_issuer(value),
                sub=_text(OPAQUE_ID),
            )
        ),
        roles=_set_of(NAME),
    ),
    "grant": _members(member=_text(UUID), project=_text(UUID), roles=_set_of(NAME)),
    "role": _members(scope=_one_of("tenant", "project"), permissions=_set_of(PERMISSION)),
    "product": _members(limits=_set_of(NAME)),
    "plan": _members(entitlements=_entitlements_of_plan),
    "entitlement": _members(
        product=_text(NAME),
        plan=_text(NAME),
        limits=_limits,
        until=_null_or(_instant),
    ),
    "api-key": _members(
        hash=_text(HASH),
        scopes=_set_of(SCOPE),
        namespace=_null_or(_text(NAME)),
        until=_null_or(_instant),
    ),
    "app": _members(roles=_set_of(NAME)),
}


def is_known_kind(kind: str) -> bool:
    """True for the kinds whose bodies version 1 defines."""
    return kind in _SHAPES


def check_body(kind: str, body: Any, op: str) -> None:
    """Refuses (``body-invalid``) another shape. A kind of a later version passes: it is chained."""
    shape = _SHAPES.get(kind)
    if shape is None:
        return
    holds = shape(body) if op == "assert" else body == {}
    if not holds:
        raise FactError("body-invalid", f"not a body of {op} {kind}")
