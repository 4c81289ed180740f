"""One shard's reader: equal to a replay of the shard at every interleaving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, Protocol

from ..kernel.bodies import check_body
from ..kernel.errors import FactError
from ..kernel.line import Line, parse_line
from ..trust.fact_keys import FactKeys
from ..trust.heartbeat import ShardCount
from .chains import Chains
from .coverage import Coverage, Verdict
from .open_line import open_envelope
from .step import Accepted, LineOrigin, Refusal, ShardHead, Step

#: Live lines held for a gap to close; more are dropped, since HTTP serves them anyway.
MAX_HELD_LINES: Final = 512
#: No line that holds is longer (16 KiB of payload in base64); held ones must not fill the memory.
MAX_LINE_CHARS: Final = 24 * 1024


class ReaderTrust(Protocol):
    """Which log is followed, and by which keys; they change with a new key set."""

    @property
    def log(self) -> str:
        """Origin of the log."""

    @property
    def fact_keys(self) -> FactKeys:
        """Fact keys of the newest set."""


class ShardReader:
    """No I/O and no clock."""

    def __init__(self, shard: int, trust: ReaderTrust) -> None:
        self.shard: Final = shard
        self._trust = trust
        self.chains = Chains(trust.log, shard)
        self.coverage = Coverage()
        self._held: dict[int, tuple[str, Line]] = {}

    @property
    def position(self) -> int:
        """Of the last accepted fact."""
        return self.chains.position

    def head(self) -> ShardHead:
        """Where the shard stands."""
        chains = self.chains
        return ShardHead(chains.position, chains.log_index, chains.hash.hex())

    def adopt(self, other: ShardReader) -> None:
        """Takes over the state of another reader of the same shard; held lines stay held."""
        self.chains, self.coverage = other.chains, other.coverage

    def live(self, texts: Iterable[str]) -> Step:
        """Lines of a stream message. A bad one asks for HTTP: it must not wedge the shard."""
        step = Step()
        for text in texts:
            line = self._parse(text, "live", step)
            if line is None:
                step.fetch = True
            elif line.position <= self.position:
                step.duplicates += 1
            elif line.position == self.position + 1:
                if not self._accept(text, line, "live", step):
                    step.fetch = True
            else:
                if len(self._held) < MAX_HELD_LINES and len(text) <= MAX_LINE_CHARS:
                    self._held[line.position] = (text, line)
                step.fetch = True
        self._release_held(step)
        return step

    def fetched(self, texts: Iterable[str], origin: LineOrigin) -> Step:
        """Lines of HTTP or of the journal, in order; the first that is refused ends them."""
        step = Step()
        for text in texts:
            line = self._parse(text, origin, step)
            if line is None:
                return step
            if line.position <= self.position:
                step.duplicates += 1
            elif not self._accept(text, line, origin, step):
                return step
        self._release_held(step)
        return step

    def heartbeat(self, head: ShardCount) -> Verdict | Literal["fact-uncovered"]:
        """The shard's part of a heartbeat that was checked."""
        verdict = self.coverage.heartbeat(head)
        if verdict != "shard-fork" and self.coverage.find_uncovered():
            return "fact-uncovered"
        return verdict

    def _release_held(self, step: Step) -> None:
        for position in [at for at in self._held if at <= self.position]:
            del self._held[position]
        while (held := self._held.pop(self.position + 1, None)) is not None:
            if not self._accept(*held, "live", step):
                step.fetch = True
                return

    def _parse(self, text: str, origin: LineOrigin, step: Step) -> Line | None:
        try:
            return parse_line(text)
        except FactError as error:
            step.refused.append(Refusal(self.shard, origin, error.code, str(error)))
            return None

    def _accept(self, text: str, line: Line, origin: LineOrigin, step: Step) -> bool:
        try:
            opened = open_envelope(line.envelope, self._trust.fact_keys)
            self.chains.check(line, opened, origin == "live")
            check_body(opened.fact.kind, opened.fact.body, opened.fact.op)
        except FactError as error:
            step.refused.append(Refusal(self.shard, origin, error.code, str(error)))
            return False
        self.chains.advance(line, opened)
        step.verdict = self.coverage.append(self.chains.hash) or step.verdict
        void = opened.key.voids(line.index)
        step.accepted.append(Accepted(line.position, line.index, opened.fact, text, void))
        return True
