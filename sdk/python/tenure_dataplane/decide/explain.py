"""The live facts that an answer of ``can`` rests on, in the order that every kit gives them in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from ..kernel.fact import Fact

#: Of one tenant, by kind and subject: the last assertion that nothing has ended.
LiveFacts: TypeAlias = Mapping[tuple[str, str], Fact]


class Because(NamedTuple):
    """A fact that an answer rests on."""

    tenant: str
    seq: int
    kind: str
    subject: str
    id: str
    #: RFC 3339, UTC, milliseconds.
    at: str
    operation: str
    actor: str


class AccessQuestion(NamedTuple):
    """What somebody asked."""

    issuer: str
    sub: str
    permission: str
    tenant: str
    project: str | None


def fold(facts: Iterable[Fact]) -> LiveFacts:
    """Facts of one tenant in the order of ``seq``, without void ones, to those that hold."""
    live: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        if fact.op == "assert":
            live[fact.kind, fact.subject] = fact
        else:
            live.pop((fact.kind, fact.subject), None)
    return live


def _sorted(live: LiveFacts, kind: str, holds: Callable[[Fact], bool]) -> list[Fact]:
    """By subject; subjects are ASCII, so code points are bytes."""
    found = [fact for fact in live.values() if fact.kind == kind and holds(fact)]
    return sorted(found, key=lambda fact: fact.subject)


def _one(live: LiveFacts, kind: str, name: str) -> list[Fact]:
    fact = live.get((kind, f"{kind}:{name}"))
    return [] if fact is None else [fact]


def _roles(
    platform: LiveFacts, naming: Iterable[Fact], scope: str, permission: str
) -> dict[str, Fact]:
    """Those of a scope that these facts name, and that hold the permission."""
    names = {name for fact in naming for name in fact.body["roles"]}
    return {
        fact.subject: fact
        for name in names
        for fact in _one(platform, "role", name)
        if fact.body["scope"] == scope
        and ("*" in fact.body["permissions"] or permission in fact.body["permissions"])
    }


def _because(fact: Fact) -> Because:
    cause = fact.cause
    named = (fact.tenant, fact.seq, fact.kind, fact.subject, fact.id, fact.at)
    return Because(*named, cause["operation"], cause["actor"])


def because_facts(asked: AccessQuestion, live: LiveFacts, platform: LiveFacts) -> list[Because]:
    """Tenant, its memberships of the identity, project and grants, and roles that permit."""
    identity = {"issuer": asked.issuer, "sub": asked.sub}
    members = _sorted(live, "membership", lambda fact: bool(fact.body["identity"] == identity))
    project: list[Fact] = []
    grants: list[Fact] = []
    if asked.project is not None:
        subjects = {fact.subject for fact in members}
        project = _one(live, "project", asked.project)
        grants = _sorted(
            live,
            "grant",
            lambda fact: (
                fact.body["project"] == asked.project
                and f"member:{fact.body['member']}" in subjects
            ),
        )
    roles = {
        **_roles(platform, members, "tenant", asked.permission),
        **_roles(platform, grants, "project", asked.permission),
    }
    ordered = [roles[subject] for subject in sorted(roles)]
    facts = [*_one(live, "tenant", asked.tenant), *members, *project, *grants, *ordered]
    return [_because(fact) for fact in facts]
