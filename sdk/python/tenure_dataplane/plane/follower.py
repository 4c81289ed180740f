"""Brings shards to their end over HTTP: one that is behind, has a gap, or is in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, Protocol

from ..kernel.errors import FactError
from ..reader.reread import Reread
from ..reader.shard_reader import ShardReader
from ..reader.step import Step
from ..state.note import StateNote
from .http_lane import FactSourceError
from .http_source import FactSource
from .saved_snapshot import SavedSnapshot
from .shard_set import LINES_PER_TURN, ShardSet
from .tasks import Tasks

#: A shard that is behind a heartbeat may still get the lines over the stream for this long.
BEHIND_S: Final = 1.0
_FOLD_ROUNDS: Final = 5
#: A shard that asks for HTTP again and again (garbage on the stream) is served this often.
MIN_HEAL_GAP_S: Final = 0.2
#: A shard that stays in doubt is read anew ever more rarely.
FIRST_DOUBT_GAP_S: Final = 1.0
MAX_DOUBT_GAP_S: Final = 60.0
#: Codes of lines that a newer key set may make good.
_ABOUT_KEYS: Final = frozenset(("key-unknown", "key-range", "key-closed"))


class Void(NamedTuple):
    """From which index facts may be void, by the key set of which version."""

    start: int
    version: int

    def is_in(self, note: StateNote) -> bool:
        """What a snapshot folded cannot be taken back from it."""
        return self.start < note.size and note.version < self.version


class FollowerShell(Protocol):
    """What a follower tells."""

    async def learn_keys(self) -> bool:
        """Asks for newer key sets; True when one was taken."""

    def after(self, reader: ShardReader, step: Step, *, heal_after_s: float = 0.0) -> None:
        """What follows from a step that was applied."""

    async def take_snapshot(self) -> None:
        """Returns when an attempt has ended, or none is due."""

    async def settled(self) -> None:
        """Returns when no snapshot is on its way that may bring the lines."""


class Follower:
    """One request at a time per shard; who comes meanwhile joins. Nothing here raises."""

    def __init__(
        self, shards: ShardSet, source: FactSource, shell: FollowerShell, tasks: Tasks
    ) -> None:
        self._shards = shards
        self._source = source
        self._shell = shell
        self._tasks = tasks
        self._running: dict[int, asyncio.Task[bool]] = {}
        self._healing: set[tuple[int, bool]] = set()
        self._healed_at: dict[int, float] = {}
        self._doubted: set[int] = set()
        self._doubt_gap_s: dict[int, float] = {}

    async def fold_anew(self, shard: int, void: Void) -> None:
        """A newer key set voids more: from disk, and over HTTP when the disk has not all."""
        reader, saved = self._shards.readers[shard], self._shards.saved
        folded = saved is None or not void.is_in(saved.note)
        if folded and await self._fold_from_disk(reader, saved):
            return
        if self._shards.saved is not saved:
            await self.fold_anew(shard, void)
            return
        reader.doubt_fold()
        self.doubt(shard)

    async def _fold_from_disk(self, reader: ShardReader, saved: SavedSnapshot | None) -> bool:
        try:
            base = None if saved is None else await saved.shard(reader.shard)
        except (FactError, OSError, ValueError):
            return False
        made = Reread(reader, None if base is None else base.base(reader.shard))
        read = 0
        for _ in range(_FOLD_ROUNDS):
            # Live lines go on meanwhile, and are on disk as soon as they are accepted.
            lines = self._shards.journal.read(reader.shard)[read:]
            read += len(lines)
            whole = await self._in_turns(lines, lambda part: made.take(part, "disk"))
            if not whole or made.reader.position == reader.position:
                break
        same = made.holds_covered and made.reader.chains.hash == reader.chains.hash
        if same and self._shards.saved is saved:
            step = self._shards.replace(reader, made, base)
            self._shell.after(reader, step, heal_after_s=BEHIND_S)
            return True
        return False

    def heal(self, shard: int, delay_s: float = 0.0, *, keys_first: bool = False) -> None:
        """Fetches a shard at once, or as soon as its last healing is long enough ago."""
        key = (shard, delay_s > 0)
        if key not in self._healing:
            self._healing.add(key)
            self._tasks.start(self._heal(shard, delay_s, keys_first))

    def doubt(self, shard: int) -> None:
        """Reads a shard anew beside its reader; see the specification, "doubt"."""
        if shard not in self._doubted:
            self._doubted.add(shard)
            self._tasks.start(self._resolve(shard))

    def trusts(self, shard: int) -> None:
        """A heartbeat holds for the shard: a later doubt is resolved at once."""
        if shard not in self._doubted:
            self._doubt_gap_s.pop(shard, None)

    async def catch_up(self, shard: int) -> bool:
        """True when the shard was read to its end."""
        running = self._running.get(shard)
        if running is None:
            running = self._tasks.start(self._guarded(self._fetch_to_end, shard))
            self._running[shard] = running
            running.add_done_callback(lambda _: self._running.pop(shard, None))
        return await asyncio.shield(running)

    async def _heal(self, shard: int, delay_s: float, keys_first: bool) -> None:
        loop = asyncio.get_running_loop()
        due = self._healed_at.get(shard, float("-inf")) + MIN_HEAL_GAP_S
        await asyncio.sleep(max(delay_s, due - loop.time()))
        self._healing.discard((shard, delay_s > 0))
        if delay_s > 0 and not self._shards.readers[shard].coverage.is_behind:
            return
        self._healed_at[shard] = loop.time()
        if keys_first:
            await self._shell.learn_keys()
        await self._shell.settled()
        # A request that was already under way does not satisfy: its answer may lack the newest.
        running = self._running.get(shard)
        if running is not None:
            await asyncio.shield(running)
        await self.catch_up(shard)

    async def _resolve(self, shard: int) -> None:
        reader = self._shards.readers[shard]
        try:
            while reader.in_doubt:
                gap_s = self._doubt_gap_s.get(shard, 0.0)
                await asyncio.sleep(gap_s)
                longer_s = min(max(gap_s * 2, FIRST_DOUBT_GAP_S), MAX_DOUBT_GAP_S)
                if reader.in_doubt:
                    answered = await self._guarded(self._reread, shard)
                    self._doubt_gap_s[shard] = longer_s if answered else FIRST_DOUBT_GAP_S
        finally:
            self._doubted.discard(shard)

    async def _guarded(self, work: Callable[[int], Awaitable[bool]], shard: int) -> bool:
        try:
            return await work(shard)
        except FactSourceError:
            # Registry down, or an answer that is none: freshness decays, the next try is near.
            return False

    async def _fetch_to_end(self, shard: int) -> bool:
        reader = self._shards.readers[shard]
        while True:
            start = reader.position + 1
            lines = await self._source.facts(shard, start)
            if not lines:
                return True
            codes = await self._take_all(reader, lines)
            # A newer key set may make them good.
            if codes and not (_ABOUT_KEYS.issuperset(codes) and await self._shell.learn_keys()):
                return False
            if not codes and reader.position < start:
                return False

    async def _take_all(self, reader: ShardReader, lines: list[str]) -> list[str]:
        """Codes of what HTTP itself is to blame for."""
        codes: list[str] = []
        await self._in_turns(lines, lambda part: self._take(reader, part, codes))
        return codes

    def _take(self, reader: ShardReader, lines: list[str], codes: list[str]) -> bool:
        step = reader.fetched(lines, "http")
        self._shards.apply(reader, step)
        self._shell.after(reader, step)
        # A line that was held for a gap is not HTTP's fault, nor is what a heartbeat denies.
        codes.extend(refusal.code for refusal in step.refused if refusal.origin == "http")
        return not codes

    async def _reread(self, shard: int) -> bool:
        reader = self._shards.readers[shard]
        # It may show what is right; otherwise all lines are read.
        await self._shell.take_snapshot()
        if not reader.in_doubt:
            return True
        made, voidings = Reread(reader), self._shards.voidings
        while True:
            start = made.reader.position + 1
            lines = await self._source.facts(reader.shard, start)
            whole = await self._in_turns(lines, lambda part: made.take(part, "http"))
            # Nothing new: the end, or a server that repeats itself.
            if not whole or made.reader.position < start:
                break
        self._shards.refuse(made.refused)
        # What was read under an older key set may be void by now.
        if made.holds_covered and self._shards.voidings == voidings:
            step = self._shards.replace(reader, made, None)
            self._shell.after(reader, step, heal_after_s=BEHIND_S)
        return True

    async def _in_turns(self, lines: list[str], take: Callable[[list[str]], bool]) -> bool:
        """False as soon as ``take`` says so."""
        for at in range(0, len(lines), LINES_PER_TURN):
            if not take(lines[at : at + LINES_PER_TURN]):
                return False
            await asyncio.sleep(0)
        return True
