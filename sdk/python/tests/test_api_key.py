"""What is said of API keys, in the order of the checks."""

from __future__ import annotations

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from support.fact_writer import a_registry, api_key_of, tenant_of_shard, uuid_of
from support.world import World

from tenure_dataplane import ApiKeyDecision, Plane

ACME, GLOBEX = tenant_of_shard(5), tenant_of_shard(5, 1)
KEY, OTHER = api_key_of(1), api_key_of(2)


class ApiKeyTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.writer = a_registry()
        self.writer.tenant(ACME)
        more = {"scopes": ["invoice:read", "log"], "namespace": "eu"}
        self.writer.api_key(ACME, 1, KEY, **more)
        self.world = World(self.writer, Path(folder.name))
        self.plane = await self.world.open([5])
        self.addAsyncCleanup(self.plane.close)
        await self.plane.ready()

    async def publish(self, *lines: str) -> None:
        await self.world.publish(5, *lines)

    def reason(self, key: object = KEY, scope: str | None = None, at: str | None = None) -> str:
        return self.plane.api_key(key, scope, at).reason

    async def test_whose_it_is_and_what_it_is_good_for(self) -> None:
        expected = ApiKeyDecision(
            True, "granted", ACME, uuid_of("d", 1), ("invoice:read", "log"), "eu", "fresh"
        )
        self.assertEqual(self.plane.api_key(KEY), expected)
        self.assertEqual(self.plane.api_key(KEY, "log", "eu"), expected)
        self.assertEqual(self.reason(KEY, "lo"), "scope-missing")
        self.assertEqual(self.reason(KEY, "log", "EU"), "namespace-mismatch")
        self.assertEqual(self.reason(KEY, "lo", "EU"), "scope-missing")
        self.assertEqual(self.plane.api_key(KEY, "lo").id, uuid_of("d", 1))

    async def test_whatever_is_no_key_is_malformed_and_never_a_crash(self) -> None:
        swapped = KEY[:-1] + ("a" if KEY[-1] != "a" else "b")
        odd: list[object] = [None, 1, b"tenure_", [], {}, "", "tenure_", KEY + "a", KEY.upper()]
        for key in [*odd, swapped]:
            with self.subTest(key=key):
                answer = self.plane.api_key(key)
                expected = (False, "key-malformed", None, None, (), None, "fresh")
                self.assertEqual(answer, ApiKeyDecision(*expected))  # type: ignore[arg-type]
        self.assertEqual(self.reason(f"{KEY}\n"), "key-malformed")
        self.assertEqual(self.reason("tenure_\u0430" + KEY[8:]), "key-malformed")

    async def test_an_unknown_hash_and_one_that_two_have_are_unknown(self) -> None:
        self.assertEqual(self.reason(OTHER), "key-unknown")
        await self.publish(self.writer.tenant(GLOBEX), self.writer.api_key(GLOBEX, 2, KEY))
        self.assertEqual(self.plane.api_key(KEY)[:3], (False, "key-unknown", None))
        line = self.writer.write(GLOBEX, "api-key", f"api-key:{uuid_of('d', 2)}", None)
        await self.publish(line)
        self.assertEqual(self.plane.api_key(KEY).tenant, ACME)

    async def test_a_key_that_was_retracted_or_changed_is_unknown(self) -> None:
        await self.publish(self.writer.api_key(ACME, 1, OTHER))
        self.assertEqual((self.reason(KEY), self.reason(OTHER)), ("key-unknown", "granted"))
        await self.publish(self.writer.write(ACME, "api-key", f"api-key:{uuid_of('d', 1)}", None))
        self.assertEqual(self.reason(OTHER), "key-unknown")

    async def test_the_tenant_counts_before_the_end_and_the_end_before_the_scope(self) -> None:
        ended = {"until": "2026-11-21T00:59:59.999Z"}
        await self.publish(self.writer.api_key(ACME, 1, KEY, **ended))
        self.assertEqual(self.reason(KEY, "none"), "key-expired")
        await self.publish(self.writer.tenant(ACME, "frozen"))
        self.assertEqual(self.reason(), "tenant-inactive")
        await self.publish(self.writer.write(ACME, "tenant", f"tenant:{ACME}", None))
        self.assertEqual(self.plane.api_key(KEY)[1:3], ("tenant-unknown", ACME))

    async def test_a_key_ends_by_the_wall_clock(self) -> None:
        line = self.writer.api_key(ACME, 1, KEY, until="2026-11-21T02:00:00.000Z")
        await self.publish(line)
        self.assertEqual(self.reason(), "granted")
        self.world.clock.offset_ms += 3_600_000
        self.assertEqual(self.reason(), "key-expired")

    async def test_expired_facts_deny_before_anything_else(self) -> None:
        self.world.down = True
        self.world.clock.now_ms += 86_400_001
        for key in (KEY, "no key"):
            self.assertEqual(self.plane.api_key(key).reason, "facts-expired")
        self.assertEqual(self.plane.freshness("api-key"), "expired")

    async def test_the_key_is_kept_nowhere(self) -> None:
        plane: Plane = self.plane
        plane.api_key(KEY)
        await plane.close()
        for path in self.world.directory.rglob("*"):
            if path.is_file():
                self.assertNotIn(KEY[7:].encode(), path.read_bytes())


if __name__ == "__main__":
    unittest.main()
