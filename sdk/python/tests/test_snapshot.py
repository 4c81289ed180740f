"""What a plane that rests on a snapshot guarantees."""

from __future__ import annotations

import gzip
import os
import unittest
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from support.fact_writer import FACT_KEY, a_registry, api_key_of, key_of, raw, tenant_of_shard
from support.log_writer import key_set
from support.state_writer import ServedState, state_of
from support.world import World, eventually, may

from tenure_dataplane import AppliedFact, Plane, SnapshotTaken
from tenure_dataplane.kernel.base64_strict import to_base64
from tenure_dataplane.kernel.shard import PLATFORM_TENANT, shard_of
from tenure_dataplane.plane import packed_tenants, snapshot_taker

SHARD = 5
ACME, GLOBEX = tenant_of_shard(SHARD), tenant_of_shard(SHARD, 1)
SHARDS = [SHARD]
FOLLOWED = sorted({SHARD, shard_of(PLATFORM_TENANT)})
#: Two roles, two tenants, one member.
FACTS = 5


class SnapshotTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.writer = a_registry()
        self.writer.tenant(ACME)
        self.writer.tenant(GLOBEX)
        self.writer.member(ACME, 1, "jane", ["viewer"])
        self.world = World(self.writer, Path(folder.name))

    async def resting(self) -> Plane:
        self.world.state = state_of(self.writer)
        plane = await self.world.open(SHARDS)
        await plane.ready()
        self.assertEqual((plane.stats().snapshot, plane.stats().applied), (FACTS, 0))
        return plane

    def change_nodes(self, change: Callable[[bytes], bytes]) -> ServedState:
        note, nodes = state_of(self.writer)
        return ServedState(note, {hashed: change(node) for hashed, node in nodes.items()})

    async def test_a_plane_with_nothing_begins_with_it_and_follows_from_there(self) -> None:
        self.world.state = state_of(self.writer)
        async with await self.world.open(SHARDS) as plane:
            taken: list[SnapshotTaken] = []
            plane.on("snapshot", taken.append)
            await plane.ready()
            self.assertEqual(taken, [SnapshotTaken(FACTS, FOLLOWED)])
            self.assertTrue(may(plane, "invoice:read", ACME))
            await self.world.publish(SHARD, self.writer.member(ACME, 1, "jane", ["owner"]))
            self.assertTrue(may(plane, "invoice:write", ACME))
            self.assertEqual(plane.stats().heads["05"].position, 4)
            await self.world.beat()
            self.assertEqual(plane.stats().heads["05"].covered, 4)
            self.assertEqual(plane.stats().refused, {})

    async def test_who_keeps_all_of_history_is_told_every_fact(self) -> None:
        async with await self.resting():
            pass
        async with await self.world.open(SHARDS, snapshots=False) as plane:
            told: list[AppliedFact] = []
            plane.on("applied", told.append)
            await plane.ready()
            self.assertEqual((plane.stats().snapshot, len(told)), (0, FACTS))
            self.assertTrue(may(plane, "invoice:read", ACME))

    async def test_nodes_are_fetched_where_the_plane_follows(self) -> None:
        outsider = tenant_of_shard(77)
        for number in range(300):
            self.writer.member(outsider, number, f"s{number}", [])
        self.world.state = state_of(self.writer)
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertLess(len(self.world.nodes_asked), len(self.world.state.nodes))

    async def test_a_tenant_of_many_facts_is_put_together_from_its_own_tree(self) -> None:
        for number in range(2, 600):
            self.writer.member(ACME, number, f"s{number}", ["owner"])
        self.world.state = state_of(self.writer)
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertEqual(plane.stats().applied, 0)
            self.assertTrue(may(plane, "invoice:write", ACME, "s599"))

    async def test_compressed_nodes_are_the_same_nodes(self) -> None:
        self.world.state = self.change_nodes(gzip.compress)
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertEqual((plane.stats().snapshot, plane.stats().refused), (FACTS, {}))

    async def test_what_is_refused_is_told_and_lines_are_read_instead(self) -> None:
        true = state_of(self.writer)
        another = true.note.replace(b"\n5\n1\n", b"\n4\n1\n")
        cases = {
            "state-hash-mismatch": self.change_nodes(lambda node: node[:-1] + b"!"),
            "state-node-malformed": self.change_nodes(lambda node: node[:-1]),
            "note-signature-invalid": ServedState(another, true.nodes),
            None: ServedState(true.note, {}),
        }
        for code, state in cases.items():
            with self.subTest(code), TemporaryDirectory() as folder:
                self.world = World(self.writer, Path(folder))
                self.world.state = state
                async with await self.world.open(SHARDS) as plane:
                    await plane.ready()
                    stats = plane.stats()
                    self.assertEqual((stats.snapshot, stats.applied), (0, FACTS))
                    self.assertEqual(stats.refused, {} if code is None else {code: 1})
                    self.assertTrue(may(plane, "invoice:read", ACME))
                self.assertFalse({"snapshot", "snapshot.new"} & set(os.listdir(folder)))

    async def test_a_restart_with_everything_dead_answers_from_it_and_the_lines_above(self) -> None:
        async with await self.resting() as plane:
            await self.world.publish(SHARD, self.writer.member(ACME, 1, "jane", ["owner"]))
            heads = plane.stats().heads
        self.world.down = True
        async with await self.world.open(SHARDS) as plane:
            stats = plane.stats()
            self.assertEqual((stats.snapshot, stats.applied, stats.refused), (FACTS, 1, {}))
            self.assertEqual(stats.heads, heads)
            self.assertTrue(may(plane, "invoice:write", ACME))

    async def test_a_damaged_file_counts_for_nothing_and_all_is_learned_again(self) -> None:
        damages: list[Callable[[bytes], bytes]] = [
            lambda data: data[:-9],
            lambda _: b"",
            lambda data: data[:-3] + b"!" + data[-2:],
            lambda _: b"\x7fxxxyyyy",
        ]
        for damage in damages:
            with self.subTest(), TemporaryDirectory() as folder:
                self.world = World(self.writer, Path(folder))
                async with await self.resting():
                    pass
                path = Path(folder) / "snapshot"
                path.write_bytes(damage(path.read_bytes()))
                async with await self.world.open(SHARDS) as plane:
                    self.assertFalse(may(plane, "invoice:read", ACME))
                    self.assertEqual(sum(plane.stats().refused.values()), 1)
                    await plane.ready()
                    self.assertTrue(may(plane, "invoice:read", ACME))

    async def test_far_behind_a_plane_takes_a_snapshot_instead_of_the_lines(self) -> None:
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertEqual(plane.stats().snapshot, 0)
            await eventually(lambda: not plane._shell._follower._running)
            for number in range(2, 40):
                self.writer.member(ACME, number, f"s{number}", ["owner"])
            self.world.state = state_of(self.writer)
            self.world.clock.now_ms += snapshot_taker.MIN_GAP_MS
            with patch.object(snapshot_taker, "FAR_BEHIND_LINES", 30):
                await self.world.beat()
                await eventually(lambda: plane.stats().snapshot == self.writer.next_index)
            self.assertTrue(may(plane, "invoice:write", ACME, "s39"))
            self.assertEqual(plane.stats().applied, FACTS)

    async def test_a_void_below_it_is_not_decided_by(self) -> None:
        self.writer.member(ACME, 9, "thief", ["owner"])
        stolen = self.writer.next_index - 1
        self.world.state = state_of(self.writer)
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertTrue(may(plane, "a:b", ACME, "thief"))
            old, new = to_base64(raw(FACT_KEY)), to_base64(raw(key_of(8)))
            lines = [f"{old} 0 {stolen + 1} {stolen}", f"{new} {stolen + 1} - -"]
            self.world.key_sets.append(key_set(2, lines))
            await self.world.beat()
            await eventually(lambda: not may(plane, "a:b", ACME, "thief"))
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertEqual(plane.stats().heads["05"].position, 4)

    async def test_a_void_above_it_is_taken_back_from_disk(self) -> None:
        async with await self.resting() as plane:
            await self.world.publish(SHARD, self.writer.member(ACME, 9, "thief", ["owner"]))
            self.assertTrue(may(plane, "a:b", ACME, "thief"))
            old, new = to_base64(raw(FACT_KEY)), to_base64(raw(key_of(8)))
            lines = [f"{old} 0 {FACTS + 1} {FACTS}", f"{new} {FACTS + 1} - -"]
            self.world.key_sets.append(key_set(2, lines))
            self.world.clock.now_ms += 1_001
            await self.world.beat()
            await eventually(lambda: not may(plane, "a:b", ACME, "thief"))
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertEqual(plane.stats().snapshot, FACTS)

    async def test_a_block_that_should_not_have_been_signed_makes_its_tenant_unknown(self) -> None:
        live = self.writer.live[GLOBEX]
        named = ("tenant", f"tenant:{GLOBEX}")
        live[named] = live[named].replace(b'"demo":false', b'"demo":"no"')
        self.world.state = state_of(self.writer)
        async with await self.world.open(SHARDS) as plane:
            await plane.ready()
            self.assertFalse(may(plane, "invoice:read", GLOBEX))
            self.assertEqual(plane.stats().refused, {"body-invalid": 1})
            await self.world.publish(SHARD, self.writer.tenant(GLOBEX))
            self.assertEqual(plane.stats().heads["05"].position, 4)
            self.assertEqual(plane.entitlement(GLOBEX, "x").reason, "tenant-unknown")
            self.assertTrue(may(plane, "invoice:read", ACME))

    async def test_a_block_stays_packed_until_somebody_asks_and_keys_are_found_in_it(self) -> None:
        self.writer.api_key(GLOBEX, 1, api_key_of(1))
        self.world.state = state_of(self.writer)
        with patch.object(packed_tenants, "_SLICE_S", -1):
            async with await self.world.open(SHARDS) as plane:
                await plane.ready()
                waiting = plane._packed.waiting
                self.assertEqual(set(waiting), {ACME, GLOBEX})
                self.assertEqual(plane.api_key(api_key_of(2)).reason, "key-unknown")
                self.assertEqual(set(waiting), {ACME, GLOBEX})
                self.assertEqual(plane.api_key(api_key_of(1)).tenant, GLOBEX)
                self.assertEqual(set(waiting), {ACME})
                self.assertTrue(may(plane, "invoice:read", ACME))
                self.assertEqual(set(waiting), set())

    async def test_a_key_is_found_however_its_fact_is_written(self) -> None:
        self.writer.api_key(GLOBEX, 1, api_key_of(1))
        live = self.writer.live[GLOBEX]
        (named,) = [named for named in live if named[0] == "api-key"]
        live[named] = live[named].replace(b'"kind":"api-key"', b'"kind":"\\u0061pi-key"')
        self.world.state = state_of(self.writer)
        with patch.object(packed_tenants, "_SLICE_S", -1):
            async with await self.world.open(SHARDS) as plane:
                await plane.ready()
                self.assertEqual(plane.api_key(api_key_of(1)).tenant, GLOBEX)

    async def test_what_nobody_asks_for_is_unpacked_in_the_background(self) -> None:
        async with await self.resting() as plane:
            await eventually(lambda: not plane._packed.waiting)
            self.assertTrue(may(plane, "invoice:read", ACME))


if __name__ == "__main__":
    unittest.main()
