"""Key sets and heartbeats: learned, checked, kept, and told to the plane."""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple, Protocol

from ..kernel.errors import FactError
from ..reader.step import Origin, Refusal
from ..trust.heartbeat import Heartbeat
from ..trust.key_chain import KeyChange
from .counts import Counts
from .freshness_clock import Clock, age_at_arrival_ms
from .http_lane import FactSourceError
from .http_source import FactSource
from .tasks import Tasks
from .trust_state import TrustState

#: Heartbeats come every two seconds; when none came for this long, HTTP is asked.
SILENCE_MS: Final = 3_000
#: Key sets are asked for this often at most, whoever wants them.
KEYS_GAP_MS: Final = 1_000
_TURN_S: Final = 0.2


class Offered(NamedTuple):
    """A note that came in. Its arrival: before it was asked for, when it was."""

    note: bytes
    origin: Origin
    arrived_ms: float


class LogShell(Protocol):
    """What follows from keys and heartbeats."""

    def keys_changed(self, change: KeyChange) -> None:
        """A newer set is trusted."""

    def heartbeat_taken(self, taken: Heartbeat) -> None:
        """A heartbeat holds."""

    def disk_refused(self, error: OSError) -> None:
        """Something was not written down."""


class LogFollower:
    """One heartbeat at a time, the newest that was offered. Nothing here raises."""

    def __init__(
        self,
        trust: TrustState,
        source: FactSource,
        shell: LogShell,
        counts: Counts,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        self._trust = trust
        self._source = source
        self._shell = shell
        self._counts = counts
        self._tasks = tasks
        self._clock = clock
        self._asking = asyncio.Lock()
        self._next_keys_ms = float("-inf")
        self._next_poll_ms = float("-inf")
        self._offered: Offered | None = None
        self._working = False
        self._last_note = trust.files.heartbeat() if trust.heartbeats.last else None
        self._taken_ms: float | None = None
        #: Arrival of the last heartbeat that was taken since the plane was opened; earlier when its
        #: time lies far from the wall clock.
        self.arrived_ms: float | None = None

    @property
    def silent_ms(self) -> float:
        """Since the last heartbeat that was taken."""
        if self._taken_ms is None:
            return float("inf")
        return self._clock.monotonic_ms() - self._taken_ms

    def poke(self) -> None:
        """Live delivery began: a heartbeat says what was missed."""
        self._next_poll_ms = float("-inf")
        self._tasks.start(self._poll())

    def offer(self, note: bytes, origin: Origin, arrived_ms: float) -> None:
        """By whomever. The same note again is nothing new."""
        if note == self._last_note:
            return
        self._offered = Offered(note, origin, arrived_ms)
        if not self._working:
            self._working = True
            self._tasks.start(self._work())

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            trust = self._trust
            pending = trust.heartbeats.pending
            if trust.keys.current is None or pending is not None:
                learned = await self.learn_keys()
                if learned and pending is not None and not self._working:
                    self.offer(pending, "live", self._clock.monotonic_ms())
            if trust.keys.current is not None and self.silent_ms > SILENCE_MS:
                await self._poll()
            await asyncio.sleep(_TURN_S)

    async def learn_keys(self, *, proven: bool = False) -> bool:
        """Takes all newer key sets that there are; True when there was one.

        ``proven``: a signed heartbeat names one; otherwise anybody may have made us ask.
        """
        version = self._trust.keys.version
        async with self._asking:
            if self._trust.keys.version > version:
                return True
            if not proven and self._clock.monotonic_ms() < self._next_keys_ms:
                return False
            try:
                while (note := await self._next_key_set()) is not None:
                    self._take_keys(note)
            except FactSourceError:
                pass
            except FactError as error:
                self._counts.refuse(Refusal(None, "http", error.code, str(error)))
            self._next_keys_ms = self._clock.monotonic_ms() + KEYS_GAP_MS
            return self._trust.keys.version > version

    async def learn_keys_when_due(self) -> bool:
        """Asked a moment ago, before the set was there, HTTP would serve what is refused again."""
        await asyncio.sleep(max(0.0, self._next_keys_ms - self._clock.monotonic_ms()) / 1000)
        return await self.learn_keys()

    async def _next_key_set(self) -> bytes | None:
        return await self._source.key_set(self._trust.keys.version + 1)

    def _take_keys(self, note: bytes) -> None:
        change = self._trust.keys.accept(note)
        try:
            self._trust.files.save_key_set(self._trust.keys.version, note)
        except OSError as error:
            self._shell.disk_refused(error)
        self._shell.keys_changed(change)

    async def _poll(self) -> None:
        now_ms = self._clock.monotonic_ms()
        if now_ms < self._next_poll_ms:
            return
        self._next_poll_ms = now_ms + SILENCE_MS
        try:
            self.offer(await self._source.heartbeat(), "http", now_ms)
        except FactSourceError:
            return

    async def _work(self) -> None:
        try:
            while (offered := self._offered) is not None:
                self._offered = None
                await self._take(offered)
        finally:
            self._working = False

    async def _take(self, offered: Offered) -> None:
        if self._try(offered, last=False):
            return
        await self.learn_keys(proven=self._trust.heartbeats.pending is not None)
        self._try(offered, last=True)

    def _try(self, offered: Offered, *, last: bool) -> bool:
        """False when newer keys may make it good."""
        heartbeats = self._trust.heartbeats
        try:
            taken = heartbeats.take(offered.note)
        except FactError as error:
            if error.code == "note-key-unknown" and not last:
                return False
            self._counts.refuse(Refusal(None, offered.origin, error.code, str(error)))
            return True
        if taken is None:
            return False
        self._last_note, self._taken_ms = offered.note, offered.arrived_ms
        self.arrived_ms = offered.arrived_ms - age_at_arrival_ms(taken.time_ms, self._clock)
        try:
            self._trust.files.save_heartbeat(offered.note)
        except OSError as error:
            self._shell.disk_refused(error)
        self._shell.heartbeat_taken(taken)
        return True
