"""Puts a plane together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..decide.index import DecisionIndex
from ..kernel.self_test import run_self_test
from ..kernel.shard import PLATFORM_TENANT, SHARD_COUNT, shard_of
from .counts import Counts
from .directory_lock import DirectoryLock
from .events import Events
from .freshness_clock import Clock, FreshnessClock, SystemClock
from .http_source import FactSource, HttpSource
from .journal import Journal
from .live_source import LiveSource
from .plane import Plane
from .shard_set import ShardSet
from .shell import OpenLive, PlaneShell
from .state_files import StateFiles
from .trust_state import TrustState
from .types import PlaneOptions


class Surroundings(NamedTuple):
    """What a plane talks to: other transports, simulated time."""

    source: FactSource
    #: None: no live delivery.
    open_live: OpenLive | None
    clock: Clock


def followed_shards(wanted: Sequence[int] | None) -> list[int]:
    """Ascending, without repetition, the platform tenant's always among them."""
    shards = range(SHARD_COUNT) if wanted is None else wanted
    for shard in shards:
        if type(shard) is not int or not 0 <= shard < SHARD_COUNT:
            raise ValueError(f"shards are 0 to {SHARD_COUNT - 1}: {shard!a}")
    return sorted({*shards, shard_of(PLATFORM_TENANT)})


async def create_plane(options: PlaneOptions, around: Surroundings) -> Plane:
    """:func:`open_plane` over given surroundings."""
    run_self_test()
    followed = followed_shards(options.shards)
    directory = Path(options.directory)
    trust = TrustState(options.log, options.root, StateFiles(directory))
    lock = DirectoryLock(directory)
    try:
        events, index = Events(), DecisionIndex()
        counts, journal = Counts(events), Journal(directory)
        shards = ShardSet(followed, trust, index, journal, events, counts)
        await shards.load(trust.load())
        known_at_ms = trust.files.known_at_ms()
        freshness = FreshnessClock(around.clock, followed, known_at_ms, options.expiry)
    except BaseException:
        lock.release()
        raise
    source, open_live, clock = around
    shell = PlaneShell(trust, shards, freshness, events, counts, source, open_live, clock, lock)
    return Plane(shell, index, shards, freshness, events, clock)


async def open_plane(options: PlaneOptions) -> Plane:
    """Opens a data plane.

    Answers from disk at once, also while registry and NATS are dead (then ``freshness()`` says
    so); ``ready()`` tells when it has caught up. Raises ``FactError`` with ``code`` ``key-invalid``
    for a root that is none of this log, ``DirectoryLockedError`` (``directory-locked``) for a
    directory that is in use, and ValueError for options of a wrong form.
    """
    source = HttpSource(options.registry_url, options.token)
    nats_url = options.nats_url
    open_live = None if nats_url is None else partial(LiveSource, nats_url)
    try:
        return await create_plane(options, Surroundings(source, open_live, SystemClock()))
    except BaseException:
        await source.close()
        raise
