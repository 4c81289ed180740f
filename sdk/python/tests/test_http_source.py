"""What a broken or hostile registry cannot do."""

from __future__ import annotations

import asyncio
import threading
import unittest
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from tenure_dataplane import FactError
from tenure_dataplane.plane import http_lane, http_source
from tenure_dataplane.plane.http_lane import FactSourceError
from tenure_dataplane.plane.http_source import HttpSource

Serve = Callable[[BaseHTTPRequestHandler], None]


def send(status: int, body: bytes, **headers: str) -> Serve:
    def serve(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return serve


class HttpSourceTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.seen: list[tuple[str, str | None]] = []
        self.posted: list[tuple[str | None, bytes]] = []
        self.serve: Serve = send(200, b"")
        self.unblock = threading.Event()
        test = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                test.seen.append((self.path, self.headers.get("authorization")))
                test.serve(self)

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                test.posted.append((self.headers.get("content-type"), self.rfile.read(length)))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.addCleanup(self.unblock.set)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/api/"

    async def asyncSetUp(self) -> None:
        self.source = HttpSource(self.url, "secret")

    async def asyncTearDown(self) -> None:
        await self.source.close()

    async def test_asks_with_the_token_below_the_base_address(self) -> None:
        self.serve = send(200, b"one\ntwo\n")
        self.assertEqual(await self.source.facts(5, 3), ["one", "two"])
        self.assertEqual(self.seen, [("/api/v1/facts?shard=05&from=3", "Bearer secret")])

    async def test_a_key_set_that_is_not_there_is_none(self) -> None:
        self.serve = send(404, b"{}")
        self.assertIsNone(await self.source.key_set(2))

    async def test_what_is_too_large_for_a_node_is_malformed_and_no_outage(self) -> None:
        self.serve = send(200, b"\x02" * (http_source.MAX_NODE_FILE_BYTES + 1))
        with self.assertRaises(FactError) as caught:
            await self.source.state_node(bytes(32))
        self.assertEqual(caught.exception.code, "state-node-malformed")

    async def test_nodes_are_asked_for_by_their_hash_and_what_is_not_there_is_none(self) -> None:
        self.serve = send(200, b"\x02\x00\x00")
        self.assertEqual(await self.source.state_node(bytes(32)), b"\x02\x00\x00")
        self.serve = send(404, b"{}")
        self.assertIsNone(await self.source.state_node(bytes(32)))
        self.assertIsNone(await self.source.state_note())
        paths = [path for path, _ in self.seen]
        node = f"/api/v1/log/state/{'0' * 64}"
        self.assertEqual(paths, [node, node, "/api/v1/log/state"])

    async def test_a_receipt_is_taken_or_not(self) -> None:
        self.serve = send(204, b"")
        await self.source.send_receipt("text\n\n\u2014 sig\n".encode())
        expected = ("text/plain; charset=utf-8", "text\n\n\u2014 sig\n".encode())
        self.assertEqual(self.posted, [expected])
        self.assertEqual(self.seen, [("/api/v1/log/receipts", "Bearer secret")])
        self.serve = send(422, b"{}")
        with self.assertRaises(FactSourceError):
            await self.source.send_receipt(b"text")

    async def test_another_status_is_no_answer_and_redirects_are_not_followed(self) -> None:
        self.serve = send(302, b"", location=f"{self.url}elsewhere")
        with self.assertRaises(FactSourceError) as caught:
            await self.source.heartbeat()
        self.assertEqual(
            (caught.exception.status, caught.exception.code), (302, "facts-unavailable")
        )
        self.assertEqual(len(self.seen), 1)

    async def test_an_answer_without_end_is_cut(self) -> None:
        self.serve = send(200, bytes(3_000))
        with patch.object(http_source, "MAX_NOTE_BYTES", 1_000), self.assertRaises(FactSourceError):
            await self.source.heartbeat()

    async def test_a_registry_that_hangs_costs_the_time_out_and_no_more(self) -> None:
        self.serve = lambda _: void(self.unblock.wait(20))
        with (
            patch.object(http_source, "REQUEST_TIMEOUT_S", 0.2),
            patch.object(http_lane, "REQUEST_TIMEOUT_S", 0.2),
            self.assertRaises(FactSourceError),
        ):
            await self.source.heartbeat()

    async def test_closing_ends_what_is_under_way(self) -> None:
        self.serve = lambda _: void(self.unblock.wait(20))
        asked = asyncio.create_task(self.source.heartbeat())
        while not self.seen:
            await asyncio.sleep(0.01)
        await self.source.close()
        with self.assertRaises(FactSourceError):
            await asyncio.wait_for(asked, 5)

    async def test_a_connection_that_was_kept_and_ended_is_opened_again(self) -> None:
        for body in (b"a\n", b"b\n"):
            self.serve = send(200, body, connection="close")
            self.assertEqual(await self.source.facts(0, 1), [body.decode().strip()])

    async def test_at_most_eight_requests_run_at_a_time(self) -> None:
        self.serve = lambda _: void(self.unblock.wait(20))
        asked = [asyncio.create_task(self.source.facts(shard, 1)) for shard in range(20)]
        while len(self.seen) < http_source.MAX_REQUESTS:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        self.assertEqual(len(self.seen), http_source.MAX_REQUESTS)
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)

    async def test_no_address_and_no_token_are_refused_at_once(self) -> None:
        for url, token in (("ftp://x", "t"), ("", "t"), ("http://x", "a\nb"), ("http://x", "")):
            with self.assertRaises(ValueError):
                HttpSource(url, token)


def void(_: object) -> None:
    return None


if __name__ == "__main__":
    unittest.main()
