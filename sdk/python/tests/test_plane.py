"""What a plane guarantees, whatever happens around it."""

from __future__ import annotations

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from support.fact_writer import FACT_KEY, a_registry, key_of, raw, tenant_of_shard, uuid_of
from support.log_writer import key_set
from support.world import World, eventually, may

from tenure_dataplane import DirectoryLockedError, FactError
from tenure_dataplane.kernel.base64_strict import to_base64

SHARD = 5
ACME = tenant_of_shard(SHARD)
SHARDS = [SHARD]


class PlaneTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.writer = a_registry()
        self.writer.tenant(ACME)
        self.writer.member(ACME, 1, "jane", ["viewer"])
        self.world = World(self.writer, Path(folder.name))

    async def test_decides_by_what_http_served_and_follows_the_stream(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertFalse(may(plane, "invoice:write", ACME))
            self.assertEqual(plane.freshness(), "fresh")
            await self.world.publish(SHARD, self.writer.member(ACME, 1, "jane", ["owner"]))
            self.assertTrue(may(plane, "invoice:write", ACME))

    async def test_a_gap_on_the_stream_is_fetched(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.writer.member(ACME, 2, "joe", ["viewer"])
            await self.world.publish(SHARD, self.writer.member(ACME, 1, "jane", ["owner"]))
            await eventually(lambda: may(plane, "invoice:write", ACME))
            self.assertTrue(may(plane, "invoice:read", ACME, "joe"))

    async def test_a_garbled_line_is_refused_with_its_code_and_stops_nothing(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            told: list[str] = []
            plane.on("refused", lambda refusal: told.append(refusal.code))
            line = self.writer.member(ACME, 1, "jane", ["owner"])
            await self.world.publish(SHARD, line.replace('"payload":"ey', '"payload":"ez'))
            self.assertEqual(told, ["signature-invalid"])
            await eventually(lambda: may(plane, "invoice:write", ACME))

    async def test_a_fact_by_a_new_key_is_applied_once_the_key_is_learned(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            old, new = to_base64(raw(FACT_KEY)), to_base64(raw(key_of(8)))
            first = self.writer.next_index
            self.world.key_sets.append(key_set(2, [f"{old} 0 {first} -", f"{new} {first} - -"]))
            self.world.clock.now_ms += 1_001
            body = {"state": "active"}
            subject = f"project:{uuid_of('c', 1)}"
            line = self.writer.write(ACME, "project", subject, body, key_of(8))
            await self.world.publish(SHARD, line)
            await eventually(lambda: plane.stats().heads["05"].position == 3)
            self.assertEqual(set(plane.stats().refused), {"key-unknown"})

    async def test_what_no_heartbeat_covers_is_taken_back(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            withheld = self.writer.counts.copy()
            await self.world.publish(SHARD, self.writer.member(ACME, 1, "jane", ["owner"]))
            self.assertTrue(may(plane, "invoice:write", ACME))
            # Well signed, and yet the registry neither serves nor counts it.
            self.writer.shards[SHARD].pop()
            self.writer.counts = withheld
            for _ in range(3):
                await self.world.beat()
            await eventually(lambda: not may(plane, "invoice:write", ACME))
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertEqual(plane.stats().refused, {"fact-uncovered": 1})

    async def test_answers_from_disk_while_the_registry_is_dead_but_not_as_fresh(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
        self.world.down = True
        async with await self.world.open(SHARDS) as plane:
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertEqual(plane.freshness(), "stale")
            self.assertEqual(plane.stats().applied, 4)

    async def test_a_torn_journal_is_cut_and_fetched_again(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
        path = self.world.directory / "shards" / "05.facts"
        path.write_bytes(path.read_bytes()[:-20])
        self.world.down = True
        async with await self.world.open(SHARDS) as plane:
            self.assertFalse(may(plane, "invoice:read", ACME))
        self.world.down = False
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertTrue(may(plane, "invoice:read", ACME))

    async def test_a_line_that_was_changed_on_disk_is_not_believed(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
        path = self.world.directory / "shards" / "05.facts"
        path.write_bytes(path.read_bytes().replace(b'"sig":"', b'"sig":"A', 1))
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertEqual(plane.stats().refused, {"envelope-malformed": 1})

    async def test_one_plane_at_a_time_uses_a_directory(self) -> None:
        async with await self.world.open(SHARDS):
            with self.assertRaises(DirectoryLockedError) as caught:
                await self.world.open(SHARDS)
            self.assertEqual(caught.exception.code, "directory-locked")
        async with await self.world.open(SHARDS):
            pass

    async def test_what_a_stolen_key_signed_is_taken_back_when_it_is_voided(self) -> None:
        self.writer.member(ACME, 1, "jane", ["owner"])
        voided = self.writer.next_index - 1
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertTrue(may(plane, "invoice:write", ACME))
            old, new = to_base64(raw(FACT_KEY)), to_base64(raw(key_of(8)))
            lines = [f"{old} 0 {voided + 1} {voided}", f"{new} {voided + 1} - -"]
            self.world.key_sets.append(key_set(2, lines))
            await self.world.beat()
            await eventually(lambda: not may(plane, "invoice:write", ACME))
            self.assertTrue(may(plane, "invoice:read", ACME))

    async def test_a_disk_that_refuses_keeps_nothing_from_being_taken_back(self) -> None:
        voided = self.writer.next_index
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            told: list[object] = []
            plane.on("journal", told.append)
            for folder in ("keys", "shards"):
                (self.world.directory / folder).rename(self.world.directory / f"{folder}.gone")
            await self.world.publish(SHARD, self.writer.member(ACME, 1, "jane", ["owner"]))
            self.assertTrue(may(plane, "invoice:write", ACME))
            old, new = to_base64(raw(FACT_KEY)), to_base64(raw(key_of(8)))
            lines = [f"{old} 0 {voided + 1} {voided}", f"{new} {voided + 1} - -"]
            self.world.key_sets.append(key_set(2, lines))
            await self.world.beat()
            await eventually(lambda: not may(plane, "invoice:write", ACME))
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertTrue(told)

    async def test_a_registry_that_serves_garbage_never_makes_a_plane_ready(self) -> None:
        self.world.tamper = lambda line: line.replace('"sig":"', '"sig":"A')
        async with await self.world.open(SHARDS) as plane:
            await eventually(lambda: plane.stats().refused.get("envelope-malformed", 0) > 1)
            self.assertFalse(may(plane, "invoice:read", ACME))
            self.assertEqual(plane.freshness(), "expired")
            self.world.tamper = lambda line: line
            await plane.ready()
            self.assertTrue(may(plane, "invoice:read", ACME))

    async def test_another_logs_root_is_refused(self) -> None:
        (self.world.directory / "keys").mkdir()
        with self.assertRaises(FactError) as caught:
            from tenure_dataplane import PlaneOptions, Surroundings, create_plane

            options = PlaneOptions(
                registry_url="http://x.example",
                token="t",
                log="tenure.example/other",
                root="tenure.example/test/root+00000000+AAAA",
                directory=self.world.directory,
            )
            await create_plane(options, Surroundings(self.world, None, self.world.clock))
        self.assertEqual(caught.exception.code, "key-invalid")

    async def test_freshness_decays_by_monotonic_time_and_expired_facts_deny(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.world.down = True
            self.world.clock.now_ms += 16_000
            self.assertEqual(plane.freshness(), "stale")
            self.world.clock.now_ms += 300_000
            self.assertEqual(plane.freshness(), "degraded")
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.world.clock.now_ms += 86_400_000
            self.assertEqual(plane.freshness(), "expired")
            self.assertFalse(may(plane, "invoice:read", ACME))
            self.assertEqual(plane.freshness("entitlement"), "degraded")


if __name__ == "__main__":
    unittest.main()
