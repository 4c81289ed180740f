"""The subject is of its kind, and repeats what chain and body say (check 13).

Two answers in one fact would let two readers disagree.
"""

from __future__ import annotations

import re
from typing import Final

from .errors import FactError
from .fact import Fact
from .formats import NAME, UUID

_FORMS: Final = {
    "tenant": re.compile(f"tenant:{UUID.pattern}"),
    "project": re.compile(f"project:{UUID.pattern}"),
    "membership": re.compile(f"member:{UUID.pattern}"),
    "grant": re.compile(f"grant:{UUID.pattern}:{UUID.pattern}"),
    "role": re.compile(f"role:{NAME.pattern}"),
    "product": re.compile(f"product:{NAME.pattern}"),
    "plan": re.compile(f"plan:{NAME.pattern}"),
    "entitlement": re.compile(f"entitlement:{NAME.pattern}"),
    "api-key": re.compile(f"api-key:{UUID.pattern}"),
    "app": re.compile(f"app:{NAME.pattern}"),
}


def _repeats(fact: Fact) -> bool:
    if fact.kind == "tenant":
        return fact.subject == f"tenant:{fact.tenant}"
    if fact.op == "retract":
        return True
    if fact.kind == "grant":
        member, project = fact.subject[6:42], fact.subject[43:]
        return bool(fact.body.get("member") == member and fact.body.get("project") == project)
    if fact.kind == "entitlement":
        return bool(fact.body.get("product") == fact.subject[12:])
    return True


def check_subject(fact: Fact) -> None:
    """Refuses with ``subject-mismatch``; kinds of later versions pass."""
    form = _FORMS.get(fact.kind)
    if form is not None and (form.fullmatch(fact.subject) is None or not _repeats(fact)):
        raise FactError("subject-mismatch", f"{fact.subject} is no subject of this {fact.kind}")
