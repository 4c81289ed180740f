"""The registry's API as a data plane uses it; bearer token on every request.

::

    GET {base}/v1/facts?shard=<xx>&from=<position>     lines; none at the end
    GET {base}/v1/log/keys/<version>                   note; 404 when there is none yet
    GET {base}/v1/log/heartbeat                        note
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, Protocol
from urllib.parse import urlsplit

from ..kernel.shard import shard_name
from .http_lane import REQUEST_TIMEOUT_S, FactSourceError, HttpLane

#: Requests at a time: a plane that starts must not be a flood.
MAX_REQUESTS: Final = 8
#: Far above any page of the server: a broken one must not fill the memory.
MAX_FACTS_BYTES: Final = 64 * 1024 * 1024
#: A heartbeat has 20 KB, a key set a line for each key there ever was.
MAX_NOTE_BYTES: Final = 1024 * 1024


class FactSource(Protocol):
    """Signed history. Raises :class:`FactSourceError`; asking again is the caller's."""

    async def facts(self, shard: int, position: int) -> list[str]:
        """Lines of the shard from the position on, as many as the server gives at once."""

    async def key_set(self, version: int) -> bytes | None:
        """Note of that version; None when there is none yet."""

    async def heartbeat(self) -> bytes:
        """Note of the newest one."""

    async def close(self) -> None:
        """Ends what is under way."""


class HttpSource:
    """The standard library's client in a few threads."""

    def __init__(self, registry_url: str, token: str) -> None:
        """Raises ValueError for what is no http(s) address, or no token."""
        self._base = urlsplit(registry_url)
        if self._base.scheme not in ("http", "https") or not self._base.hostname:
            raise ValueError("registry_url is not an http(s) address")
        if not token.isascii() or not token.isprintable():
            raise ValueError("token is not printable ASCII")
        self._prefix = self._base.path.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}", "accept": "text/plain"}
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
        try:
            return await self._get(f"/v1/log/keys/{version}", MAX_NOTE_BYTES)
        except FactSourceError as error:
            if error.status == 404:
                return None
            raise

    async def heartbeat(self) -> bytes:
        """See :class:`FactSource`."""
        return await self._get("/v1/log/heartbeat", MAX_NOTE_BYTES)

    async def close(self) -> None:
        """See :class:`FactSource`."""
        for lane in self._busy:
            lane.abort()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for lane in self._idle:
            lane.close()

    async def _get(self, target: str, max_bytes: int) -> bytes:
        async with self._places:
            lane = self._idle.pop() if self._idle else HttpLane(self._base, self._headers)
            self._busy.add(lane)
            work = partial(lane.get, self._prefix + target, max_bytes)
            try:
                running = asyncio.get_running_loop().run_in_executor(self._threads, work)
                data = await asyncio.wait_for(running, REQUEST_TIMEOUT_S)
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
            return data
