"""Live delivery over core NATS.

A reader counts our positions, so it needs no stream consumer and no acknowledgement. Tried for
ever in the background; until it succeeds the plane asks over HTTP.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

from nats.aio.client import Client
from nats.aio.msg import Msg

from ..kernel.shard import SHARD_COUNT, shard_name

_log: Final = logging.getLogger("tenure_dataplane")
_FACTS: Final = "tenure.facts."
_HEARTBEAT: Final = "tenure.heartbeat"
_RETRY_S: Final = 1
_TIMEOUT_S: Final = 5


class LiveHandlers(Protocol):
    """What a plane does with messages."""

    async def lines(self, shard: int, lines: list[str]) -> None:
        """Lines of one message."""

    def heartbeat(self, note: bytes) -> None:
        """A note, by whomever."""

    def connected(self) -> None:
        """Delivery began, or began again: what was sent in between was missed."""


class LiveSource:
    """Subscribes to the followed shards and to heartbeats."""

    def __init__(self, url: str, shards: Sequence[int], handlers: LiveHandlers) -> None:
        self._url = url
        self._shards = shards
        self._handlers = handlers

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            client = Client()
            ended = asyncio.Event()
            try:
                await self._follow(client, ended)
                await ended.wait()
            except Exception as error:
                # Not there, or credentials refused: live delivery is a shortcut.
                _log.debug("no live delivery: %r", error)
            finally:
                with suppress(Exception):
                    async with asyncio.timeout(_TIMEOUT_S):
                        await client.close()
            await asyncio.sleep(_RETRY_S)

    async def _follow(self, client: Client, ended: asyncio.Event) -> None:
        async def ignore(_error: Exception) -> None:
            return

        async def reconnected() -> None:
            self._handlers.connected()

        async def closed() -> None:
            ended.set()

        # A server that was there once is waited for inside the client; the first is ours to repeat.
        await client.connect(
            self._url,
            name="tenure-data-plane",
            error_cb=ignore,
            reconnected_cb=reconnected,
            closed_cb=closed,
            connect_timeout=_TIMEOUT_S,
            reconnect_time_wait=_RETRY_S,
            max_reconnect_attempts=-1,
            ping_interval=10,
        )
        names = map(shard_name, self._shards) if len(self._shards) < SHARD_COUNT else "*"
        for name in names:
            await client.subscribe(f"{_FACTS}{name}", cb=self._on_lines)
        await client.subscribe(_HEARTBEAT, cb=self._on_heartbeat)
        await client.flush(_TIMEOUT_S)
        self._handlers.connected()

    async def _on_lines(self, message: Msg) -> None:
        name = message.subject.removeprefix(_FACTS)
        try:
            shard = int(name, 16)
        except ValueError:
            return
        if name == shard_name(shard) and shard in self._shards:
            text = message.data.decode("utf-8", "replace")
            await self._handlers.lines(shard, [line for line in text.split("\n") if line])

    async def _on_heartbeat(self, message: Msg) -> None:
        self._handlers.heartbeat(message.data)
