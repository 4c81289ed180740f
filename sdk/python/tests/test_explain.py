"""The facts that an answer rests on, out of lines and out of a snapshot."""

from __future__ import annotations

import shutil
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from support.fact_writer import ISSUER, OPERATION, a_registry, tenant_of_shard, uuid_of
from support.state_writer import state_of
from support.world import World

from tenure_dataplane import Because, Identity, Plane
from tenure_dataplane.kernel.shard import PLATFORM_TENANT, shard_of

ACME, OUTSIDER = tenant_of_shard(5), tenant_of_shard(77)
JANE = Identity(ISSUER, "jane")
TENANT, MEMBER = f"tenant:{ACME}", f"member:{uuid_of('b', 1)}"
SITE = uuid_of("c", 1)


class ExplainTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        writer = self.writer = a_registry()
        writer.role("editor", ["page:write"], "project")
        writer.tenant(ACME)
        writer.member(ACME, 1, "jane", ["viewer"])
        writer.member(ACME, 2, "joe", ["owner"])
        writer.project(ACME, 1)
        writer.project(ACME, 2)
        writer.grant(ACME, 2, 1, ["editor"])
        writer.grant(ACME, 1, 1, ["editor", "viewer"])
        writer.grant(ACME, 1, 2, ["viewer"])
        self.world = World(writer, Path(folder.name))

    async def open(self) -> Plane:
        plane = await self.world.open([5])
        await plane.ready()
        return plane

    async def subjects(self, plane: Plane, permission: str, at: str | None = None) -> list[str]:
        explained = await plane.explain(JANE, permission, ACME, at)
        self.assertEqual(explained.decision, plane.can(JANE, permission, ACME, at))
        return [one.subject for one in explained.because]

    async def check(self, plane: Plane) -> None:
        self.assertEqual(
            await self.subjects(plane, "invoice:read"), [TENANT, MEMBER, "role:viewer"]
        )
        self.assertEqual(await self.subjects(plane, "invoice:write"), [TENANT, MEMBER])
        in_site = [TENANT, MEMBER, f"project:{SITE}", f"grant:{uuid_of('b', 1)}:{SITE}"]
        self.assertEqual(await self.subjects(plane, "page:write", SITE), [*in_site, "role:editor"])
        viewed = await self.subjects(plane, "invoice:read", SITE)
        self.assertEqual(viewed, [*in_site, "role:viewer"])
        nowhere = uuid_of("c", 9)
        self.assertEqual(await self.subjects(plane, "page:write", nowhere), [TENANT, MEMBER])
        member = (await plane.explain(JANE, "a:b", ACME)).because[1]
        fact_id = member.id
        at = "2026-11-21T01:34:34.000Z"
        expected = Because(ACME, 2, "membership", MEMBER, fact_id, at, OPERATION, "test")
        self.assertEqual(member, expected)

    async def test_from_lines(self) -> None:
        async with await self.open() as plane:
            self.assertEqual(plane.stats().snapshot, 0)
            await self.check(plane)

    async def test_from_a_snapshot(self) -> None:
        self.world.state = state_of(self.writer)
        async with await self.open() as plane:
            self.assertEqual(plane.stats().applied, 0)
            await self.check(plane)

    async def test_what_came_since_counts_and_what_was_retracted_does_not(self) -> None:
        self.world.state = state_of(self.writer)
        async with await self.open() as plane:
            role = self.writer.role("admin", ["*"])
            await self.world.publish(shard_of(PLATFORM_TENANT), role)
            roles = ["admin", "viewer"]
            changed = self.writer.member(ACME, 0, "jane", roles, "inactive")
            gone = self.writer.write(ACME, "membership", MEMBER, None)
            await self.world.publish(5, changed, gone)
            expected = [TENANT, f"member:{uuid_of('b', 0)}", "role:admin", "role:viewer"]
            self.assertEqual(await self.subjects(plane, "invoice:read"), expected)

    async def test_a_line_that_was_changed_on_disk_ends_what_is_believed(self) -> None:
        async with await self.open() as plane:
            path = self.world.directory / "shards" / "05.facts"
            lines = path.read_text().splitlines()
            lines[1] = lines[1].replace('"sig":"', '"sig":"A')
            path.write_text("".join(f"{line}\n" for line in lines))
            self.assertEqual(await self.subjects(plane, "invoice:write"), [TENANT])

    async def test_what_is_no_tenant_or_is_not_followed_has_no_facts(self) -> None:
        async with await self.open() as plane:
            for tenant in ("", "no uuid", OUTSIDER):
                decision, because = await plane.explain(JANE, "a:b", tenant)
                self.assertEqual((decision.reason, because), ("tenant-unknown", []))

    async def test_after_a_restart_with_everything_dead_it_explains_from_disk(self) -> None:
        async with await self.open():
            pass
        self.world.down = True
        async with await self.world.open([5]) as plane:
            expected = [TENANT, MEMBER, "role:viewer"]
            self.assertEqual(await self.subjects(plane, "invoice:read"), expected)
            shutil.rmtree(self.world.directory / "shards")
            self.assertEqual(await self.subjects(plane, "invoice:read"), [])


if __name__ == "__main__":
    unittest.main()
