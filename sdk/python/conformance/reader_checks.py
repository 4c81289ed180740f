"""The check ``reader``: a story of one shard (specification, "The reader")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from log_checks import Input, Run, note_of
from state_checks import walk_files

from tenure_dataplane.kernel.errors import FactError
from tenure_dataplane.log.note_key import parse_note_key
from tenure_dataplane.reader.base import ShardBase, base_of
from tenure_dataplane.reader.reread import Reread
from tenure_dataplane.reader.shard_reader import ShardReader
from tenure_dataplane.reader.step import Accepted, Origin, Step
from tenure_dataplane.state.note import StateNote
from tenure_dataplane.state.open_note import open_state_note
from tenure_dataplane.state.walk import ShardScope
from tenure_dataplane.trust.fact_keys import FactKeys
from tenure_dataplane.trust.heartbeats import Heartbeats
from tenure_dataplane.trust.key_chain import KeyChain


class Story:
    """One shard's reader with keys and heartbeats around it, as a plane puts them together."""

    def __init__(self, given: Input) -> None:
        self.log = given["log"]
        self.keys = KeyChain(given["log"], parse_note_key(given["root"]))
        self.heartbeats = Heartbeats(self.keys)
        self.reader = ShardReader(given["shard"], self)
        self.accepted: list[Accepted] = []
        #: The last state note that was taken.
        self.taken: StateNote | None = None
        #: What the lines here follow; None: they begin with position 1.
        self.base: ShardBase | None = None
        self.refused: list[str] = []
        self.fetch = False
        self.acts: dict[str, Callable[[Any], None]] = {
            "keySet": lambda note: self._try(lambda: self._key_set(note_of(note))),
            "heartbeat": lambda note: self._try(lambda: self._heartbeat(note_of(note))),
            "live": self._live,
            "fetched": lambda lines: self._tell(self.reader.fetched(lines, "http")),
            "reread": lambda lines: self._reread(lines, "http"),
            "snapshot": lambda served: self._try(lambda: self._snapshot(served)),
        }

    @property
    def fact_keys(self) -> FactKeys:
        """Of the newest set."""
        return self.keys.fact_keys

    def run(self, step: Input) -> dict[str, Any]:
        """The state after the step."""
        self.refused, self.fetch = [], False
        for name, given in step.items():
            self.acts[name](given)
        head = self.reader.head()
        return {
            "position": head.position,
            "covered": head.covered,
            "refused": self.refused,
            "fetch": self.fetch,
            "doubt": self.reader.in_doubt,
            "void": [item.position for item in self.accepted if item.void],
        }

    def _tell(self, step: Step) -> None:
        self.accepted.extend(step.accepted)
        self.refused.extend(refusal.code for refusal in step.refused)
        self.fetch = self.fetch or step.fetch

    def _try(self, take: Callable[[], None]) -> None:
        try:
            take()
        except FactError as error:
            self.refused.append(error.code)

    def _live(self, lines: list[str]) -> None:
        held = self.heartbeats.holds_lines
        self._tell(self.reader.hold(lines) if held else self.reader.live(lines))

    def _key_set(self, note: bytes) -> None:
        change = self.keys.accept(note)
        if self.taken is not None and change.voids_size(self.taken.size):
            self.taken = None
        if self.base is not None and change.voids_size(self.base.size):
            self.reader.doubt_fold()
        last = self.reader.chains.log_index
        if change.fork_from is not None:
            self.reader.begin_epoch(change.fork_from)
        if change.void_from is not None and self.base and change.void_from < self.base.size:
            self.reader.doubt_fold()
        elif change.void_from is not None and change.void_from <= last:
            self._reread([item.line for item in self.accepted], "disk")
        if not self.heartbeats.holds_lines:
            self._tell(self.reader.live([]))
        if self.heartbeats.pending is not None:
            self._heartbeat(self.heartbeats.pending)

    def _heartbeat(self, note: bytes) -> None:
        taken = self.heartbeats.take(note)
        if taken is not None:
            self._tell(self.reader.heartbeat(taken.shards[self.reader.shard]))

    def _snapshot(self, served: Input) -> None:
        stated = open_state_note(note_of(served["note"]), self.keys.sets, self.taken)
        shard = self.reader.shard
        if not self.reader.wants(stated.shards[shard]):
            return
        tenants = walk_files(stated.root, ShardScope([shard]), served["nodes"])
        self.taken, self.base = stated, base_of(stated, shard, tenants)
        self.accepted = []
        self._tell(self.reader.rest(self.base))

    def _reread(self, lines: list[str], origin: Origin) -> None:
        base = self.base if origin == "disk" else None
        reread = Reread(self.reader, base)
        reread.take(lines, origin)
        self.refused.extend(refusal.code for refusal in reread.refused)
        denied = reread.denies_base
        if reread.holds_covered:
            self.taken = None if denied else self.taken
            self.base, self.accepted = base, reread.accepted
            self._tell(self.reader.adopt(reread.reader))


def _reader(given: Input) -> Any:
    story = Story(given)
    return [story.run(step) for step in given["steps"]]


READER_CHECKS: dict[str, Run] = {"reader": _reader}
