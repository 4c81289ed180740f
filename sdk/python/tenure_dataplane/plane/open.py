"""Puts a plane together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..decide.index import DecisionIndex
from ..kernel.errors import FactError
from ..kernel.self_test import run_self_test
from ..kernel.shard import PLATFORM_TENANT, SHARD_COUNT, shard_of
from ..reader.step import Refusal
from .counts import Counts
from .directory_lock import DirectoryLock
from .events import Events
from .folder_source import FolderSource, folder_of
from .freshness_clock import Clock, FreshnessClock, SystemClock
from .http_source import FactSource, HttpSource
from .journal import Journal
from .live_source import LiveSource
from .plane import Plane
from .receipts import Receipts
from .saved_snapshot import load_snapshot
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


async def _restore(
    directory: Path | None, trust: TrustState, shards: ShardSet, counts: Counts, events: Events
) -> None:
    """What a former process left, each of it verified again; the rest is learned anew."""
    last = trust.load()
    try:
        if directory is not None:
            loaded = await load_snapshot(directory, list(shards.readers), trust.keys.sets)
            if loaded is not None:
                shards.rest_on_saved(*loaded)
    except FactError as error:
        counts.refuse(Refusal(None, "disk", error.code, str(error)))
    except OSError as error:
        events.emit("journal", error)
    await shards.load(last)


async def create_plane(options: PlaneOptions, around: Surroundings) -> Plane:
    """:func:`open_plane` over given surroundings."""
    run_self_test()
    followed = followed_shards(options.shards)
    directory = Path(options.directory)
    # None: no snapshot is kept there, and none is taken.
    resting = directory if options.snapshots else None
    trust = TrustState(options.log, options.root, StateFiles(directory))
    source, open_live, clock = around
    receipts = None
    if options.receipts is not None:
        receipts = Receipts(options.log, options.receipts, followed, source, clock)
    lock = DirectoryLock(directory)
    try:
        events, index = Events(), DecisionIndex()
        counts, journal = Counts(events), Journal(directory)
        shards = ShardSet(followed, trust, index, journal, events, counts)
        await _restore(resting, trust, shards, counts, events)
        known_at_ms = trust.files.known_at_ms()
        freshness = FreshnessClock(clock, followed, known_at_ms, options.expiry)
    except BaseException:
        lock.release()
        raise
    shell = PlaneShell(
        resting,
        trust,
        shards,
        freshness,
        events,
        counts,
        source,
        open_live,
        clock,
        lock,
        receipts,
    )
    return Plane(shell, trust, index, shards, freshness, events, clock)


async def open_plane(options: PlaneOptions) -> Plane:
    """Opens a data plane.

    Answers from disk at once, also while registry and NATS are dead (then ``freshness()`` says
    so); ``ready()`` tells when it has caught up. Raises ``FactError`` with ``code`` ``key-invalid``
    for a root that is none of this log, ``DirectoryLockedError`` (``directory-locked``) for a
    directory that is in use, and ValueError for options of a wrong form.
    """
    folder, nats_url = folder_of(options.registry_url), options.nats_url
    if folder is not None and options.receipts is not None:
        raise ValueError("a folder takes no receipts: leave them out, or give a registry")
    source: FactSource
    if folder is None:
        source = HttpSource(options.registry_url, options.token)
    else:
        source = FolderSource(folder)
    live = folder is None and nats_url is not None
    open_live = partial(LiveSource, nats_url) if live and nats_url is not None else None
    try:
        return await create_plane(options, Surroundings(source, open_live, SystemClock()))
    except BaseException:
        await source.close()
        raise
