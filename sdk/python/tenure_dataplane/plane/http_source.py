"""The registry's API as a data plane uses it; bearer token on every request.

::

    GET {base}/v1/facts?shard=<xx>&from=<position>     lines; none at the end
    GET {base}/v1/log/keys/<version>                   note; 404 when there is none yet
    GET {base}/v1/log/heartbeat                        note
    GET {base}/v1/log/state                            note; 404 when there is none
    GET {base}/v1/log/state/<hash>                     node, may be compressed
    POST {base}/v1/log/receipts                        note
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

from ..kernel.shard import shard_name
from ..state.cursor import node_malformed
from ..state.file import MAX_NODE_BYTES
from .http_lane import REQUEST_TIMEOUT_S, AnswerTooLargeError, FactSourceError, HttpLane

T = TypeVar("T")

#: Requests at a time: a plane that starts must not be a flood.
MAX_REQUESTS: Final = 8
#: Far above any page of the server: a broken one must not fill the memory.
MAX_FACTS_BYTES: Final = 64 * 1024 * 1024
#: A heartbeat has 20 KB, a key set a line for each key there ever was.
MAX_NOTE_BYTES: Final = 1024 * 1024
#: What does not shrink grows by a little when it is compressed.
MAX_NODE_FILE_BYTES: Final = MAX_NODE_BYTES + 64 * 1024


class FactSource(Protocol):
    """Signed history. Raises :class:`FactSourceError`; asking again is the caller's."""

    async def facts(self, shard: int, position: int) -> list[str]:
        """Lines of the shard from the position on, as many as the server gives at once."""

    async def key_set(self, version: int) -> bytes | None:
        """Note of that version; None when there is none yet."""

    async def heartbeat(self) -> bytes:
        """Note of the newest one."""

    async def state_note(self) -> bytes | None:
        """Note of the newest state; None when there is none."""

    async def state_node(self, hashed: bytes) -> bytes | None:
        """File of a node of the state tree; None when it is not there."""

    async def send_receipt(self, note: bytes) -> None:
        """Returns once it was taken."""

    async def close(self) -> None:
        """Ends what is under way."""


class HttpSource:
    """The standard library's client in a few threads."""

    def __init__(self, registry_url: str, token: str) -> None:
        """Raises ValueError for what is no http(s) address, or no token."""
        self._base = urlsplit(registry_url)
        if self._base.scheme not in ("http", "https") or not self._base.hostname:
            raise ValueError("registry_url is not an http(s) address")
        if token == "":
            raise ValueError("token is missing: give the data planes' read-only one")
        if not token.isascii() or not token.isprintable():
            raise ValueError("token is not printable ASCII")
        self._prefix = self._base.path.rstrip("/")
        accept = "text/plain, application/octet-stream"
        self._headers = {"authorization": f"Bearer {token}", "accept": accept}
        self._threads = ThreadPoolExecutor(MAX_REQUESTS, "tenure-http")
        self._places = asyncio.Semaphore(MAX_REQUESTS)
        self._idle: list[HttpLane] = []
        self._busy: set[HttpLane] = set()

    async def facts(self, shard: int, position: int) -> list[str]:
        """See :class:`FactSource`."""
        target = f"/v1/facts?shard={shard_name(shard)}&from={position}"
        data = await self._get(target, MAX_FACTS_BYTES)
        return [line for line in data.decode("utf-8", "replace").split("\n") if line]

    async def key_set(self, version: int) -> bytes | None:
        """See :class:`FactSource`."""
        return await self._find(f"/v1/log/keys/{version}", MAX_NOTE_BYTES)

    async def heartbeat(self) -> bytes:
        """See :class:`FactSource`."""
        return await self._get("/v1/log/heartbeat", MAX_NOTE_BYTES)

    async def state_note(self) -> bytes | None:
        """See :class:`FactSource`."""
        return await self._find("/v1/log/state", MAX_NOTE_BYTES)

    async def state_node(self, hashed: bytes) -> bytes | None:
        """See :class:`FactSource`. What is too large for a node is no outage, but a lie."""
        try:
            return await self._find(f"/v1/log/state/{hashed.hex()}", MAX_NODE_FILE_BYTES)
        except AnswerTooLargeError as error:
            raise node_malformed(str(error)) from error

    async def send_receipt(self, note: bytes) -> None:
        """See :class:`FactSource`."""
        target = f"{self._prefix}/v1/log/receipts"
        await self._ask(lambda lane: lane.post(target, note))

    async def close(self) -> None:
        """See :class:`FactSource`."""
        for lane in self._busy:
            lane.abort()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for lane in self._idle:
            lane.close()

    async def _find(self, target: str, max_bytes: int) -> bytes | None:
        try:
            return await self._get(target, max_bytes)
        except FactSourceError as error:
            if error.status == 404:
                return None
            raise

    async def _get(self, target: str, max_bytes: int) -> bytes:
        return await self._ask(lambda lane: lane.get(self._prefix + target, max_bytes))

    async def _ask(self, ask: Callable[[HttpLane], T]) -> T:
        async with self._places:
            lane = self._idle.pop() if self._idle else HttpLane(self._base, self._headers)
            self._busy.add(lane)
            try:
                running = asyncio.get_running_loop().run_in_executor(self._threads, ask, lane)
                # Not wait_for: before Python 3.12 it forgets to be cancelled when an answer comes.
                async with asyncio.timeout(REQUEST_TIMEOUT_S):
                    answer = await running
            except TimeoutError as error:
                lane.abort()
                raise FactSourceError(0, "no answer in time") from error
            except RuntimeError as error:
                raise FactSourceError(0, "closed") from error
            except asyncio.CancelledError:
                lane.abort()
                raise
            finally:
                self._busy.discard(lane)
            self._idle.append(lane)
            return answer
