"""A folder of files is a log, where no network leads."""

from __future__ import annotations

import time
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from support.fact_writer import LOG, a_registry, tenant_of_shard
from support.log_writer import ROOT_KEY, heartbeat, key_set
from support.state_writer import state_of
from support.world import eventually, may

from tenure_dataplane import Plane, PlaneOptions, open_plane
from tenure_dataplane.kernel.instant import format_instant
from tenure_dataplane.plane import log_follower
from tenure_dataplane.plane.folder_source import folder_of

ACME = tenant_of_shard(5)


class FolderTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "a log"
        self.directory = Path(folder.name) / "plane"
        self.writer = a_registry()
        self.writer.tenant(ACME)
        self.writer.member(ACME, 1, "jane", ["viewer"])
        faster = patch.object(log_follower, "SILENCE_MS", 100)
        faster.start()
        self.addCleanup(faster.stop)

    def put(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def export(self) -> None:
        self.put("keys/1", key_set())
        for shard, lines in self.writer.shards.items():
            self.put(f"facts/{shard:02x}", "".join(f"{line}\n" for line in lines).encode())
        self.put("heartbeat", heartbeat(self.writer, format_instant(time.time() * 1000)))

    async def open(self) -> Plane:
        url = self.folder.as_uri()
        given = PlaneOptions(registry_url=url, log=LOG, root=ROOT_KEY, directory=self.directory)
        return await open_plane(given)

    async def test_a_plane_reads_it_and_what_is_put_there_later(self) -> None:
        self.export()
        async with await self.open() as plane:
            await plane.ready()
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertEqual(plane.freshness(), "fresh")
            self.writer.member(ACME, 1, "jane", ["owner"])
            self.export()
            await eventually(lambda: may(plane, "invoice:write", ACME))

    async def test_a_state_in_it_is_begun_with(self) -> None:
        self.export()
        note, nodes = state_of(self.writer)
        self.put("state/note", note)
        for hashed, node in nodes.items():
            self.put(f"state/{hashed.hex()}", node)
        async with await self.open() as plane:
            await plane.ready()
            stats = plane.stats()
            self.assertEqual((stats.snapshot, stats.applied, stats.refused), (4, 0, {}))
            self.assertTrue(may(plane, "invoice:read", ACME))

    async def test_one_that_is_missing_is_a_registry_that_is_down_until_it_is_there(self) -> None:
        async with await self.open() as plane:
            self.assertEqual(plane.freshness(), "expired")
            self.export()
            await plane.ready()
            self.assertTrue(may(plane, "invoice:read", ACME))
            self.assertEqual(plane.stats().refused, {})

    async def test_a_file_that_is_being_written_is_taken_as_far_as_it_is_whole(self) -> None:
        self.export()
        first, second = self.writer.shards[5]
        self.put("facts/05", f"{first}\n{second[:40]}".encode())
        async with await self.open() as plane:
            await eventually(lambda: plane.stats().applied == 3)
            self.assertEqual(plane.stats().refused, {})
            self.export()
            await plane.ready()
            self.assertTrue(may(plane, "invoice:read", ACME))

    def test_only_a_folder_of_this_machine_is_one(self) -> None:
        self.assertIsNone(folder_of("https://registry.example/x"))
        self.assertEqual(folder_of("file:///a/b%20c"), Path("/a/b c"))
        for url in ("file://other.example/a", "file:"):
            with self.assertRaises(ValueError):
                folder_of(url)


if __name__ == "__main__":
    unittest.main()
