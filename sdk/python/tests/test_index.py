"""The fold of facts that decisions need."""

from __future__ import annotations

import random
import unittest
from typing import Any

from support.fact_writer import uuid_of

from tenure_dataplane.decide.index import DecisionIndex
from tenure_dataplane.kernel.fact import Fact
from tenure_dataplane.kernel.shard import PLATFORM_TENANT

TENANT = uuid_of("a", 1)


def stated(tenant: str, kind: str, subject: str, body: Any) -> Fact:
    op: Any = "retract" if body is None else "assert"
    return Fact("log", 1, tenant, 1, "", "", kind, subject, op, "", {}, body or {})


class IndexTest(unittest.TestCase):
    def test_members_of_one_subject_come_and_go_in_any_order(self) -> None:
        chance, index = random.Random(3), DecisionIndex()
        body: dict[str, Any] = {"scope": "tenant", "permissions": ["a:b"]}
        index.apply(stated(PLATFORM_TENANT, "role", "role:r", body))
        index.apply(stated(TENANT, "tenant", f"tenant:{TENANT}", {"state": "active"}))
        members: dict[int, str] = {}
        for _ in range(2_000):
            number, issuer = chance.randrange(5), f"https://{chance.randrange(3)}.example"
            there = chance.randrange(3) > 0
            identity = {"issuer": issuer, "sub": "jane"}
            body = {"state": "active", "identity": identity, "roles": ["r"]}
            subject = f"member:{uuid_of('b', number)}"
            index.apply(stated(TENANT, "membership", subject, body if there else None))
            members.pop(number, None)
            if there:
                members[number] = issuer
            for asked in range(3):
                reason = index.decide(f"https://{asked}.example", "jane", "a:b", TENANT, None)
                known = f"https://{asked}.example" in members.values()
                self.assertEqual(reason, "granted" if known else "member-unknown")


if __name__ == "__main__":
    unittest.main()
