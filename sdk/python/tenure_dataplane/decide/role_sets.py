"""The platform's role vocabulary, and the permission sets made from it.

Sets are shared by combination, so that a changed role touches a few sets and no member.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final


class RoleSet:
    """The permissions of one combination of roles."""

    __slots__ = ("every", "permissions", "roles", "scope")

    def __init__(self, scope: str, roles: tuple[str, ...]) -> None:
        self.scope: Final = scope
        self.roles: Final = roles
        #: A role with ``*``: every permission.
        self.every = False
        self.permissions: frozenset[str] = frozenset()

    def allows(self, permission: str) -> bool:
        """One of the roles has it."""
        return self.every or permission in self.permissions


class RoleSets:
    """Unknown roles, and roles of the other scope, grant nothing."""

    def __init__(self) -> None:
        self._roles: dict[str, tuple[str, frozenset[str]]] = {}
        self._sets: dict[tuple[str, tuple[str, ...]], RoleSet] = {}

    def set_of(self, scope: str, roles: Sequence[str]) -> RoleSet:
        """The set of these roles in this scope."""
        combination = (scope, tuple(sorted(roles)))
        known = self._sets.get(combination)
        if known is None:
            known = self._sets[combination] = RoleSet(*combination)
            self._fill(known)
        return known

    def define(self, name: str, body: Any) -> None:
        """``body``: of a role's assertion, checked."""
        self._roles[name] = (body["scope"], frozenset(body["permissions"]))
        self._refill(name)

    def remove(self, name: str) -> None:
        """A retracted role denies whatever names it."""
        self._roles.pop(name, None)
        self._refill(name)

    def clear(self) -> None:
        """No role means anything until it is defined again."""
        self._roles.clear()
        for known in self._sets.values():
            self._fill(known)

    def _refill(self, name: str) -> None:
        for known in self._sets.values():
            if name in known.roles:
                self._fill(known)

    def _fill(self, made: RoleSet) -> None:
        permissions: frozenset[str] = frozenset()
        for name in made.roles:
            scope, of_role = self._roles.get(name, ("", frozenset()))
            if scope == made.scope:
                permissions |= of_role
        made.permissions, made.every = permissions, "*" in permissions
