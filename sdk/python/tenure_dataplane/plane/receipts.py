"""Tells the registry how far this plane has come (specification, "Receipts")."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

from ..kernel.errors import FactError
from ..kernel.instant import format_instant
from ..log.checkpoint import parse_checkpoint
from ..log.note import parse_note
from ..log.note_key import create_note_verifier
from ..log.sign_note import sign_note
from ..trust.heartbeat import Heartbeat
from ..trust.receipt import Receipt, format_receipt, is_plane_name, plane_key_name
from .freshness_clock import Clock
from .http_lane import FactSourceError
from .http_source import FactSource
from .receipt_key import signing_key_of
from .types import ReceiptOptions

MIN_GAP_MS: Final = 10_000


class _Mark(NamedTuple):
    """A heartbeat that was taken: below its checkpoint's size all is applied once it is reached."""

    number: int
    epoch: int
    size: int


class Receipts:
    """Sent when they say more than the last one, every ten seconds at most."""

    def __init__(
        self,
        log: str,
        options: ReceiptOptions,
        shards: Sequence[int],
        source: FactSource,
        clock: Clock,
    ) -> None:
        """``shards``: those followed. Raises ``key-invalid``: name or key can sign no receipt."""
        if not is_plane_name(options.name):
            raise FactError("key-invalid", f"{options.name!a} is no name of a plane")
        self._key_name = plane_key_name(log, options.name)
        self._key = signing_key_of(options.key)
        create_note_verifier(self._key_name, bytes(self._key.verify_key))
        self._log = log
        self._name = options.name
        self._shards = tuple(shards)
        self._source = source
        self._clock = clock
        #: The newest heartbeat that each shard has reached.
        self._reached: dict[int, _Mark] = {}
        self._newest = _Mark(0, 1, 0)
        self._due: _Mark | None = None
        self._sent = (0, 0)
        self._next_ms = float("-inf")
        self._grown = asyncio.Event()

    def heartbeat(self, taken: Heartbeat) -> None:
        """Before its shards say that they reached it."""
        size = 0
        # Its heads are younger than its checkpoint; before the first one nothing is known.
        if taken.checkpoint is not None:
            size = parse_checkpoint(parse_note(taken.checkpoint).text).size
        self._newest = _Mark(self._newest.number + 1, taken.epoch, size)

    def reached(self, shard: int) -> None:
        """The shard has reached the newest heartbeat."""
        self._reached[shard] = self._newest
        if len(self._reached) < len(self._shards):
            return
        self._due = min(self._reached.values())
        if self._is_due():
            self._grown.set()

    async def run(self) -> None:
        """Until it is cancelled. What is not taken makes the next one due, and nothing else."""
        while True:
            await self._grown.wait()
            await asyncio.sleep(max(0.0, self._next_ms - self._clock.monotonic_ms()) / 1000)
            self._grown.clear()
            self._next_ms = self._clock.monotonic_ms() + MIN_GAP_MS
            await self._send()
            if self._is_due():
                self._grown.set()

    def _is_due(self) -> bool:
        return self._due is not None and self._due[1:] > self._sent

    async def _send(self) -> None:
        due = self._due
        if due is None:
            return
        time = format_instant(self._clock.wall_ms())
        stated = Receipt(self._log, self._name, time, due.epoch, due.size, self._shards)
        note = sign_note(format_receipt(stated), self._key_name, self._key)
        try:
            await self._source.send_receipt(note)
        except FactSourceError:
            # Registry down, or the plane is not known to it: the registry says who is missing.
            return
        self._sent = (due.epoch, due.size)
