"""One shard's reader: equal to a replay of the shard at every interleaving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from ..kernel.bodies import check_body
from ..kernel.errors import FactError
from ..kernel.line import Line, parse_line
from ..kernel.shard import shard_name
from ..trust.fact_keys import FactKeys
from ..trust.heartbeat import ShardCount
from .base import ShardBase
from .chains import Chains
from .coverage import Coverage, Verdict
from .held_lines import HeldLines
from .open_line import open_envelope
from .step import Accepted, Origin, Refusal, ShardHead, Step


class ReaderTrust(Protocol):
    """Which log is followed, and by which keys; they change with a new key set."""

    @property
    def log(self) -> str:
        """Origin of the log."""

    @property
    def fact_keys(self) -> FactKeys:
        """Fact keys of the newest set."""


class ShardReader:
    """The state machine of the specification, "The reader". No I/O and no clock."""

    def __init__(self, shard: int, trust: ReaderTrust) -> None:
        self.shard: Final = shard
        self._trust = trust
        self.chains = Chains(trust.log, shard)
        self.coverage = Coverage()
        #: Size of the log that the snapshot is of on which this rests; 0: on none.
        self.base_size = 0
        #: The shard is to be read anew (:meth:`anew`); lines that come meanwhile go on.
        self.in_doubt = False
        #: Void facts may be folded: only reading anew ends this doubt.
        self._unfolded = False
        #: The same, and the disk may tell: until then no heartbeat speaks of what is here.
        self._fold_due = False
        self._held = HeldLines()

    @property
    def position(self) -> int:
        """Of the last accepted fact."""
        return self.chains.position

    def head(self) -> ShardHead:
        """Where the shard stands."""
        chains = self.chains
        covered = self.coverage.covered.lines
        return ShardHead(chains.position, chains.log_index, chains.hash.hex(), covered)

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
                self._held.put(text, line)
                step.fetch = True
        self._release_held(step)
        return step

    def hold(self, texts: Iterable[str]) -> Step:
        """Keeps live lines until :meth:`live` is called again: keys are missing to judge them."""
        step = Step()
        for text in texts:
            line = self._parse(text, "live", step)
            if line is None:
                step.fetch = True
            elif line.position <= self.position:
                step.duplicates += 1
            else:
                self._held.put(text, line)
        return step

    def fetched(self, texts: Iterable[str], origin: Origin) -> Step:
        """Lines of HTTP or of the journal, in order; the first that is refused ends them.

        When HTTP served it, it may be that what is here is wrong: the shard is in doubt.
        """
        step = Step()
        for text in texts:
            line = self._parse(text, origin, step)
            if line is not None and line.position <= self.position:
                step.duplicates += 1
            elif line is None or not self._accept(text, line, origin, step):
                self.in_doubt = self.in_doubt or origin == "http"
                return step
        self._release_held(step)
        return step

    def heartbeat(self, head: ShardCount) -> Step:
        """The shard's part of a heartbeat that was taken."""
        step = Step()
        verdict = self.coverage.heartbeat(head)
        self._judge(verdict, step)
        if verdict != "shard-fork" and self.coverage.find_uncovered():
            self.in_doubt = True
            self._refuse(FactError("fact-uncovered", f"above {head.lines}"), "heartbeat", step)
        return step

    def wants(self, head: ShardCount) -> bool:
        """A snapshot is worth taking: it is ahead, or may end the doubt and denies nothing."""
        ends_doubt = self.in_doubt and head.lines >= self.coverage.covered.lines
        return head.lines > self.position or ends_doubt

    def rest(self, base: ShardBase) -> Step:
        """Goes on from a snapshot in place of all that is here."""
        newest = self.coverage.newest
        self.chains.rest(base)
        self.coverage.rest(base.head)
        self.base_size = base.size
        self._end_doubt()
        step = Step()
        if newest is not None:
            self._judge(self.coverage.expect(newest), step)
        self._release_held(step)
        return step

    def anew(self) -> ShardReader:
        """A reader of nothing yet, which is to reach what heartbeats have covered here."""
        fresh = ShardReader(self.shard, self._trust)
        coverage = self.coverage
        fresh.coverage.expect(coverage.covered if coverage.is_confirmed else coverage.confirmed)
        return fresh

    def adopt(self, fresh: ShardReader) -> Step:
        """Takes over a reader of :meth:`anew`, and compares it with the newest heartbeat."""
        step = Step()
        newest = self.coverage.newest
        self.chains, self.coverage = fresh.chains, fresh.coverage
        self.base_size = fresh.base_size
        self._end_doubt()
        if newest is not None:
            self._judge(self.coverage.expect(newest), step)
        return step

    def begin_epoch(self, first: int) -> None:
        """A restored backup wrote the log anew from this index on."""
        self.coverage.forget_heartbeats()
        if self.chains.log_index < first:
            return
        self.coverage.uncover()
        self.in_doubt = True

    def await_fold(self) -> None:
        """More is void, and is to be folded no longer: until that is so, nothing is reached."""
        self._fold_due = True

    def doubt_fold(self) -> None:
        """The journal has not the lines that are to be folded anew: HTTP has to tell."""
        self.in_doubt = self._unfolded = True

    def _end_doubt(self) -> None:
        self.in_doubt = self._unfolded = self._fold_due = False

    def _release_held(self, step: Step) -> None:
        self._held.drop_up_to(self.position)
        while (held := self._held.take(self.position + 1)) is not None:
            if not self._accept(*held, "live", step):
                step.fetch = True
                return

    def _parse(self, text: str, origin: Origin, step: Step) -> Line | None:
        try:
            return parse_line(text)
        except FactError as error:
            self._refuse(error, origin, step)
            return None

    def _accept(self, text: str, line: Line, origin: Origin, step: Step) -> bool:
        try:
            opened = open_envelope(line.envelope, self._trust.fact_keys)
            self.chains.check(line, opened, origin == "live")
            check_body(opened.fact.kind, opened.fact.body, opened.fact.op)
        except FactError as error:
            self._refuse(error, origin, step)
            return False
        self.chains.advance(line, opened)
        void = opened.key.voids(line.index)
        step.accepted.append(Accepted(line.position, line.index, opened.fact, text, void))
        self._judge(self.coverage.append(self.chains.hash), step)
        return True

    def _judge(self, verdict: Verdict | None, step: Step) -> None:
        if verdict == "behind":
            step.fetch = True
        elif verdict == "reached":
            step.reached = not (self._unfolded or self._fold_due)
            if self.coverage.covered.lines == self.position:
                self.in_doubt = self._unfolded
        elif verdict == "shard-fork":
            self.in_doubt = True
            where = f"another hash in shard {shard_name(self.shard)}"
            self._refuse(FactError("shard-fork", where), "heartbeat", step)

    def _refuse(self, error: FactError, origin: Origin, step: Step) -> None:
        step.refused.append(Refusal(self.shard, origin, error.code, str(error)))
