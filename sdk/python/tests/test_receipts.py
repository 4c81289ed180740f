"""What a plane tells the registry of itself."""

from __future__ import annotations

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from support.fact_writer import LOG, a_registry, key_of, raw, tenant_of_shard
from support.world import World, eventually

from tenure_dataplane import FactError, PlaneOptions, ReceiptOptions, open_plane
from tenure_dataplane.kernel.base64_strict import to_base64
from tenure_dataplane.kernel.instant import format_instant
from tenure_dataplane.kernel.shard import PLATFORM_TENANT, shard_of
from tenure_dataplane.log.note import open_note
from tenure_dataplane.log.note_key import create_note_verifier

ACME = tenant_of_shard(5)
KEY = key_of(31)
RECEIPTS = ReceiptOptions(name="billing-eu", key=KEY)


class ReceiptsTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.writer = a_registry()
        self.writer.tenant(ACME)
        self.world = World(self.writer, Path(folder.name))
        self.world.size = 6

    def texts(self) -> list[list[str]]:
        key = create_note_verifier(f"{LOG}/plane/billing-eu", raw(KEY))
        return [open_note(note, [key]).text.split("\n") for note in self.world.receipts]

    def sizes(self) -> list[int]:
        return [int(lines[4]) for lines in self.texts()]

    async def test_it_says_how_far_it_has_come_and_signs_that(self) -> None:
        async with await self.world.open([5], RECEIPTS) as plane:
            await plane.ready()
            await eventually(lambda: len(self.world.receipts) == 1)
        bits = ["0"] * 256
        for shard in (5, shard_of(PLATFORM_TENANT)):
            bits[shard] = "1"
        digits = f"{int(''.join(bits), 2):064x}"
        at = format_instant(self.world.clock.wall_ms())
        expected = [f"{LOG}/receipt", "billing-eu", at, "1", "6", digits, ""]
        self.assertEqual(self.texts(), [expected])

    async def test_only_what_every_shard_has_reached_when_it_has_grown_every_ten_seconds(
        self,
    ) -> None:
        async with await self.world.open([5], RECEIPTS) as plane:
            await plane.ready()
            await eventually(lambda: self.sizes() == [6])
            line = self.writer.member(ACME, 1, "jane", [])
            self.world.size = 7
            await self.world.beat()
            self.world.clock.now_ms += 10_000
            await self.world.beat()
            self.assertEqual(self.sizes(), [6])
            await self.world.publish(5, line)
            await eventually(lambda: self.sizes() == [6, 7])
            self.world.size = 8
            await self.world.beat()
            self.world.clock.now_ms += 9_000
            await self.world.beat()
            self.assertEqual(self.sizes(), [6, 7])

    async def test_a_registry_that_is_down_makes_the_next_one_due(self) -> None:
        async with await self.world.open([5], RECEIPTS) as plane:
            await plane.ready()
            await eventually(lambda: self.sizes() == [6])
            self.world.down = True
            self.world.size = 7
            self.world.clock.now_ms += 10_000
            await self.world.beat()
            self.assertEqual(plane.freshness(), "fresh")
            self.world.down = False
            self.world.clock.now_ms += 10_000
            await self.world.beat()
            await eventually(lambda: self.sizes() == [6, 7])

    async def test_nothing_is_sent_unless_it_is_asked_for(self) -> None:
        async with await self.world.open([5]) as plane:
            await plane.ready()
            await self.world.beat()
        self.assertEqual(self.world.receipts, [])

    async def test_a_name_that_no_plane_may_have_is_refused(self) -> None:
        for name in ("", "Upper", "-eu", "a b", "x" * 64, "a\n"):
            with self.assertRaises(FactError) as caught:
                await self.world.open([5], ReceiptOptions(name=name, key=KEY))
            self.assertEqual(caught.exception.code, "key-invalid")

    async def test_the_key_may_be_a_file_as_openssl_writes_it(self) -> None:
        der = bytes.fromhex("302e020100300506032b657004220420") + bytes(KEY)
        pem = f"-----BEGIN PRIVATE KEY-----\n{to_base64(der)}\n-----END PRIVATE KEY-----\n"
        with TemporaryDirectory() as folder:
            path = f"{folder}/plane.pem"
            given = ReceiptOptions(name="billing-eu", key=path)
            for content in ("", "no key", pem.replace("MC4C", "MC4B"), pem[:60]):
                write(path, content)
                with self.assertRaises(FactError) as caught:
                    await self.world.open([5], given)
                self.assertEqual(caught.exception.code, "key-invalid")
            write(path, pem)
            async with await self.world.open([5], given) as plane:
                await plane.ready()
                await eventually(lambda: self.sizes() == [6])

    async def test_a_folder_takes_none_and_says_so_at_once(self) -> None:
        given: dict[str, Any] = {"log": LOG, "root": "", "directory": self.world.directory}
        options = PlaneOptions(registry_url="file:///tmp", receipts=RECEIPTS, **given)
        with self.assertRaisesRegex(ValueError, "a folder takes no receipts"):
            await open_plane(options)


def write(path: str, content: str) -> None:
    Path(path).write_text(content, "ascii")


if __name__ == "__main__":
    unittest.main()
