"""The last assertion per (kind, subject), minus the retracted ones, and decisions by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from ..kernel.fact import Fact
from ..kernel.instant import parse_instant
from ..kernel.shard import PLATFORM_TENANT
from .api_key_table import ApiKey, ApiKeyTable
from .role_sets import RoleSets
from .tenant_state import Member, TenantState

DecisionReason: TypeAlias = Literal[
    "granted",
    "tenant-unknown",
    "tenant-inactive",
    "member-unknown",
    "member-inactive",
    "project-unknown",
    "no-permission",
    "facts-expired",
]
EntitlementReason: TypeAlias = Literal[
    "entitled", "tenant-unknown", "tenant-inactive", "not-entitled", "ended", "facts-expired"
]
ApiKeyReason: TypeAlias = Literal[
    "granted",
    "key-malformed",
    "key-unknown",
    "tenant-unknown",
    "tenant-inactive",
    "key-expired",
    "scope-missing",
    "namespace-mismatch",
    "facts-expired",
]
_Closed: TypeAlias = Literal["tenant-unknown", "tenant-inactive"]

_OPEN_STATES: Final = ("active", "trial")


def _name_in(subject: str) -> str:
    return subject.partition(":")[2]


def _has_passed(until: str | None, now_ms: float) -> bool:
    end_ms = None if until is None else parse_instant(until)
    return end_ms is not None and end_ms <= now_ms


class DecisionIndex:
    """Facts in, decisions out. Bodies were checked before they come here."""

    def __init__(self) -> None:
        self._tenants: dict[str, TenantState] = {}
        self._roles = RoleSets()
        self._api_keys = ApiKeyTable()
        # Products, plans and apps do not decide, nor does any kind of a later version.
        self._kinds: dict[str, Callable[[Fact, Any], None]] = {
            "tenant": self._apply_tenant,
            "project": self._apply_project,
            "membership": self._apply_membership,
            "grant": self._apply_grant,
            "entitlement": self._apply_entitlement,
            "role": self._apply_role,
            "api-key": self._apply_api_key,
        }

    def apply(self, fact: Fact) -> None:
        """Folds one fact."""
        apply = self._kinds.get(fact.kind)
        if apply is not None:
            apply(fact, fact.body if fact.op == "assert" else None)

    def forget(self, tenant: str) -> None:
        """Before its shard is folded anew. The platform's roles go with its chain."""
        self._tenants.pop(tenant, None)
        self._api_keys.forget(tenant)
        if tenant == PLATFORM_TENANT:
            self._roles.clear()

    def decide(
        self, issuer: str, sub: str, permission: str, tenant_id: str, project: str | None
    ) -> DecisionReason:
        """Only ``granted`` allows. Roles of the tenant hold in its projects too."""
        tenant = self._tenants.get(tenant_id)
        if tenant is None or tenant.standing != "open":
            return _closed(tenant)
        reason: DecisionReason = "member-unknown"
        member = tenant.by_subject.get(sub)
        while member is not None:
            if member.issuer == issuer:
                if member.active:
                    reason = _allows(tenant, member, permission, project)
                    if reason == "granted":
                        break
                elif reason == "member-unknown":
                    reason = "member-inactive"
            member = member.next
        return reason

    def entitlement(
        self, tenant_id: str, product: str, now_ms: float
    ) -> tuple[EntitlementReason, Any]:
        """``now_ms``: wall clock, for entitlements that end. The body with it, or None."""
        tenant = self._tenants.get(tenant_id)
        if tenant is None or tenant.standing != "open":
            return _closed(tenant), None
        body = tenant.entitlements.get(product)
        if body is None:
            return "not-entitled", None
        return ("ended" if _has_passed(body["until"], now_ms) else "entitled"), body

    def api_key(
        self, hashed: str, scope: str | None, namespace: str | None, now_ms: float
    ) -> tuple[ApiKeyReason, ApiKey | None]:
        """By the key's hash. ``now_ms``: wall clock, for keys that end. None: it is unknown."""
        key = self._api_keys.find(hashed)
        if key is None:
            return "key-unknown", None
        tenant = self._tenants.get(key.tenant)
        if tenant is None or tenant.standing != "open":
            return _closed(tenant), key
        if _has_passed(key.body["until"], now_ms):
            return "key-expired", key
        if scope is not None and scope not in key.body["scopes"]:
            return "scope-missing", key
        if namespace is not None and namespace != key.body["namespace"]:
            return "namespace-mismatch", key
        return "granted", key

    def _tenant(self, fact: Fact) -> TenantState:
        known = self._tenants.get(fact.tenant)
        if known is None:
            known = self._tenants[fact.tenant] = TenantState()
        return known

    def _apply_tenant(self, fact: Fact, body: Any) -> None:
        tenant = self._tenant(fact)
        if body is None:
            tenant.standing = "unknown"
        else:
            tenant.standing = "open" if body["state"] in _OPEN_STATES else "closed"

    def _apply_project(self, fact: Fact, body: Any) -> None:
        projects = self._tenant(fact).projects
        if body is None:
            projects.discard(_name_in(fact.subject))
        else:
            projects.add(_name_in(fact.subject))

    def _apply_membership(self, fact: Fact, body: Any) -> None:
        tenant, member_id = self._tenant(fact), _name_in(fact.subject)
        if body is None or body["identity"] is None:
            tenant.drop_member(member_id)
        else:
            roles = self._roles.set_of("tenant", body["roles"])
            tenant.put_member(Member(member_id, body, roles))

    def _apply_grant(self, fact: Fact, body: Any) -> None:
        grants = self._tenant(fact).grants
        member, _, project = _name_in(fact.subject).partition(":")
        if body is None:
            grants.pop((member, project), None)
        else:
            grants[member, project] = self._roles.set_of("project", body["roles"])

    def _apply_entitlement(self, fact: Fact, body: Any) -> None:
        entitlements = self._tenant(fact).entitlements
        if body is None:
            entitlements.pop(_name_in(fact.subject), None)
        else:
            entitlements[_name_in(fact.subject)] = body

    def _apply_api_key(self, fact: Fact, body: Any) -> None:
        if body is None:
            self._api_keys.remove(fact.tenant, _name_in(fact.subject))
        else:
            self._api_keys.put(fact.tenant, _name_in(fact.subject), body)

    def _apply_role(self, fact: Fact, body: Any) -> None:
        # Only the platform's chain gives roles their meaning.
        if fact.tenant != PLATFORM_TENANT:
            return
        if body is None:
            self._roles.remove(_name_in(fact.subject))
        else:
            self._roles.define(_name_in(fact.subject), body)


def _closed(tenant: TenantState | None) -> _Closed:
    """Of one that is not open."""
    known = tenant is not None and tenant.standing == "closed"
    return "tenant-inactive" if known else "tenant-unknown"


def _allows(
    tenant: TenantState, member: Member, permission: str, project: str | None
) -> DecisionReason:
    if project is not None and project not in tenant.projects:
        return "project-unknown"
    if member.roles.allows(permission):
        return "granted"
    granted = None if project is None else tenant.grants.get((member.id, project))
    return "granted" if granted is not None and granted.allows(permission) else "no-permission"
