"""What one step of a reader did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from ..kernel.fact import Fact

#: Where it came from; ``heartbeat``: lines that were applied, and that a heartbeat denies.
Origin: TypeAlias = Literal["live", "http", "disk", "heartbeat"]


class ShardHead(NamedTuple):
    """Last accepted fact of a shard. Position 0, log index -1: nothing yet."""

    position: int
    log_index: int
    #: Running hash of the shard's leaf hashes, lower-case hexadecimal.
    hash: str
    #: Up to this position a signed heartbeat has confirmed the running hash.
    covered: int


class Accepted(NamedTuple):
    """A fact that holds, and its place."""

    position: int
    log_index: int
    fact: Fact
    line: str
    #: By its key's word: it stays in the chains and is not decided by.
    void: bool


class Refusal(NamedTuple):
    """A line, a heartbeat or a key set that does not hold; ``message`` is for people."""

    #: None: not about one shard.
    shard: int | None
    origin: Origin
    code: str
    message: str


@dataclass(slots=True)
class Step:
    """Result of giving lines to a reader."""

    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    duplicates: int = 0
    #: The shard is to be fetched over HTTP: after a heartbeat only when still behind later.
    fetch: bool = False
    #: The newest heartbeat was reached, and nothing that is void is folded.
    reached: bool = False
