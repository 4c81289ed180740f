"""What is kept of one tenant. Plain maps; members are found by subject."""

from __future__ import annotations

from sys import intern
from typing import Any, Final, Literal, TypeAlias

from .role_sets import RoleSet

#: Unknown: before its tenant fact and after its retraction.
Standing: TypeAlias = Literal["unknown", "closed", "open"]


class Member:
    """A member with an identity; those without one grant nothing and are not kept."""

    __slots__ = ("active", "id", "issuer", "next", "roles", "sub")

    def __init__(self, member_id: str, body: Any, roles: RoleSet) -> None:
        self.id: Final = member_id
        #: One text for all members of an issuer: parsed facts bring a copy each.
        self.issuer: Final = intern(body["identity"]["issuer"])
        self.sub: Final[str] = body["identity"]["sub"]
        self.active: Final[bool] = body["state"] == "active"
        self.roles: Final = roles
        #: Another member of the tenant with this subject, mostly with another issuer.
        self.next: Member | None = None


class TenantState:
    """Standing, projects, members, grants and entitlements of a tenant."""

    __slots__ = ("by_subject", "entitlements", "grants", "members", "projects", "standing")

    def __init__(self) -> None:
        self.standing: Standing = "unknown"
        self.projects: set[str] = set()
        self.members: dict[str, Member] = {}
        #: The first of those who have the subject.
        self.by_subject: dict[str, Member] = {}
        #: (member, project) -> roles.
        self.grants: dict[tuple[str, str], RoleSet] = {}
        self.entitlements: dict[str, Any] = {}

    def put_member(self, member: Member) -> None:
        """In place of what the member was before."""
        self.drop_member(member.id)
        self.members[member.id] = member
        member.next = self.by_subject.get(member.sub)
        self.by_subject[member.sub] = member

    def drop_member(self, member_id: str) -> None:
        """No error when it is not there."""
        known = self.members.pop(member_id, None)
        if known is None:
            return
        first = self.by_subject.pop(known.sub)
        if first is not known:
            before = first
            while before.next is not None and before.next is not known:
                before = before.next
            before.next = known.next
            self.by_subject[known.sub] = first
        elif known.next is not None:
            self.by_subject[known.sub] = known.next
