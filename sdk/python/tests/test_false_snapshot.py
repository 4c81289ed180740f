"""Who stole the log key, and answers in the registry's place, states what he likes."""

from __future__ import annotations

import copy
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from support.fact_writer import FACT_KEY, LOG, a_registry, raw, tenant_of_shard
from support.log_writer import LOG_KEY, ROOT, ROOT_NAME, TIME, sign_note
from support.state_writer import state_of
from support.world import World, eventually, may

from tenure_dataplane import Plane
from tenure_dataplane.kernel.base64_strict import to_base64
from tenure_dataplane.plane.snapshot_taker import MIN_GAP_MS

SHARD = 5
ACME = tenant_of_shard(SHARD)


class FalseSnapshotTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.directory = Path(folder.name)
        self.writer = a_registry()
        self.writer.tenant(ACME)
        self.writer.member(ACME, 1, "jane", ["viewer"])
        self.world = World(self.writer, self.directory)
        forged = copy.deepcopy(self.writer)
        forged.member(ACME, 9, "thief", ["owner"])
        self.world.state = state_of(forged)

    def thief_may(self, plane: Plane) -> bool:
        return may(plane, "invoice:write", ACME, "thief")

    async def healed(self, plane: Plane) -> None:
        for _ in range(100):
            await self.world.beat()
            if not self.thief_may(plane) and not (self.directory / "snapshot").exists():
                break
        await eventually(lambda: not self.thief_may(plane))
        self.assertFalse((self.directory / "snapshot").exists())
        self.assertTrue(may(plane, "invoice:read", ACME))
        await plane.close()
        self.world.down = True
        async with await self.world.open([SHARD]) as again:
            self.assertFalse(self.thief_may(again))

    async def test_one_ahead_of_all_heartbeats_is_told_denied_and_forgotten_on_disk(self) -> None:
        plane = await self.world.open([SHARD])
        await eventually(lambda: self.thief_may(plane))
        await self.healed(plane)
        self.assertGreater(plane.stats().refused["fact-uncovered"], 0)

    async def test_one_by_a_log_key_that_is_revoked_is_not_decided_by_any_more(self) -> None:
        plane = await self.world.open([SHARD])
        await eventually(lambda: self.thief_may(plane))
        lines = [
            f"{LOG}/keys",
            "2",
            f"root {to_base64(raw(ROOT))}",
            f"fact {to_base64(raw(FACT_KEY))} 0 - -",
            f"log {to_base64(raw(LOG_KEY))} 0 - 1",
            f"time {to_base64(raw(TIME))}",
        ]
        text = "".join(f"{line}\n" for line in lines)
        self.world.key_sets.append(sign_note(ROOT_NAME, text))
        await self.healed(plane)
        self.assertNotIn("fact-uncovered", plane.stats().refused)

    async def test_one_on_its_way_is_not_taken_when_the_one_before_is_denied(self) -> None:
        self.world.state = state_of(self.writer)
        async with await self.world.open([SHARD]) as plane:
            await plane.ready()
            self.assertGreater(plane.stats().snapshot, 0)
            self.writer.member(ACME, 2, "joe", ["viewer"])
            self.world.state = state_of(self.writer)
            self.world.clock.now_ms += MIN_GAP_MS
            self.world.on_node = plane._shards.deny
            await plane._shell._snapshots.take()
            self.assertEqual(plane.stats().snapshot, 0)
            self.assertFalse((self.directory / "snapshot").exists())


if __name__ == "__main__":
    unittest.main()
