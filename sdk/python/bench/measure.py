"""Measures the kit on a directory with a snapshot: ``measure.py parse|plane DIRECTORY``.

Prints a line ``{"name","unit","value"}`` for each figure, as every kit's measuring program does.
Run the two modes as two processes: neither then measures the other's memory. What it asks comes
from the snapshot, so that it needs no more than the directory.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from nacl.signing import SigningKey

from tenure_dataplane import (
    DecisionKind,
    ExpiryPolicy,
    Identity,
    Plane,
    PlaneOptions,
    open_plane,
)
from tenure_dataplane.kernel.base64_strict import to_base64
from tenure_dataplane.kernel.ed25519 import create_verifier
from tenure_dataplane.log.note import parse_note
from tenure_dataplane.log.note_key import create_note_verifier
from tenure_dataplane.plane.snapshot import walk_saved
from tenure_dataplane.plane.snapshot_file import SnapshotFile
from tenure_dataplane.state.block import unpack_payloads
from tenure_dataplane.state.note import parse_state_note
from tenure_dataplane.state.walk import ShardScope
from tenure_dataplane.trust.key_set import parse_key_set

DECISIONS = 200_000
WARM_UP = 20_000
SIGNATURES = 2_000
#: Decisions are asked of one in so many members: what was asked before must not be in the caches.
QUESTIONS = 100_000
#: The directory need not say how old it is.
ALWAYS: Mapping[DecisionKind, ExpiryPolicy] = {"membership": ExpiryPolicy(0, "allow")}


class Question(NamedTuple):
    """Something that the facts allow."""

    identity: Identity
    permission: str
    tenant: str


def tell(name: str, unit: str, value: float) -> None:
    """One figure."""
    print(json.dumps({"name": name, "unit": unit, "value": value}), flush=True)


async def payloads_of(directory: Path) -> list[bytes]:
    """All of the snapshot."""
    file = SnapshotFile.open(directory)
    if file is None:
        raise SystemExit(f"no snapshot in {directory}")
    note = parse_state_note(parse_note(file.note).text)
    states = await walk_saved(note.root, ShardScope(range(256)), file.from_left())
    file.close()
    pages = (page for state in states for page in state.pages)
    return [one for page in pages for one in unpack_payloads(page.packed, page.live)]


def measure_parse(payloads: list[bytes]) -> None:
    """The bare ``json.loads`` of the same bytes, which nobody who reads facts can do without."""
    gc.collect()
    started = time.perf_counter()
    parsed = sum(json.loads(payload)["seq"] > 0 for payload in payloads)
    tell("parse", "ms", (time.perf_counter() - started) * 1000)
    tell("facts", "", parsed)


def questions_of(payloads: list[bytes]) -> list[Question]:
    """Of active members whose first role permits something; in an order that no cache likes."""
    facts: Iterator[Any] = map(json.loads, payloads[:: max(1, len(payloads) // QUESTIONS)])
    roles = [json.loads(payload) for payload in payloads if b'"kind":"role"' in payload]
    permitted = {fact["subject"][5:]: fact["body"]["permissions"][0] for fact in roles}
    found = [
        Question(Identity(**body["identity"]), permitted[body["roles"][0]], fact["tenant"])
        for fact in facts
        if fact["kind"] == "membership" and (body := fact["body"])["roles"]
    ]
    step = next(prime for prime in (7_919, 104_729) if len(found) % prime)
    return [found[at * step % len(found)] for at in range(len(found))]


def measure_signature() -> None:
    """The strict profile, once for each."""
    key = SigningKey(bytes(32))
    verify, message = create_verifier(bytes(key.verify_key)), bytes(500)
    signature = key.sign(message).signature
    started = time.perf_counter()
    held = sum(verify(message, signature) for _ in range(SIGNATURES))
    tell("signature", "us", (time.perf_counter() - started) / held * 1e6)


def options_of(directory: Path) -> PlaneOptions:
    """The root is that of the directory's first key set: only here does anybody trust that."""
    made = parse_key_set(parse_note((directory / "keys" / "1.note").read_bytes()).text)
    root = create_note_verifier(f"{made.log_name}/root", made.root)
    note_key = f"{root.name}+{root.key_hash}+{to_base64(bytes([1]) + made.root)}"
    return PlaneOptions(
        registry_url="http://127.0.0.1:1",
        token="none",
        log=made.log_name,
        root=note_key,
        directory=directory,
        expiry=ALWAYS,
    )


def memory_bytes() -> int:
    """Of the process, resident (Linux)."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def parsed(text: str) -> str:
    """A copy."""
    return text.encode("ascii").decode("ascii")


def measure_decisions(plane: Plane, questions: list[Question]) -> None:
    """Each by itself, less what the clock costs."""
    clock = time.perf_counter_ns
    took: list[int] = []
    for at in range(-WARM_UP, DECISIONS):
        (issuer, sub), permission, tenant = questions[at % len(questions)]
        # As out of a token that was just verified: of texts that nobody has looked at yet.
        identity, where = Identity(parsed(issuer), parsed(sub)), parsed(tenant)
        started = clock()
        decision = plane.can(identity, permission, where)
        ended = clock()
        if not decision.allowed:
            raise SystemExit(f"a wrong decision: {decision}")
        if at >= 0:
            took.append(ended - started)
    took.sort()
    costs = sorted(-(clock() - clock()) for _ in range(10_001))
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        value = took[int(len(took) * share)] - costs[len(costs) // 2]
        tell(f"decision {name}", "us", value / 1000)


async def measure_plane(directory: Path, questions: list[Question], facts: int) -> None:
    """From open to the first answer, to everything unpacked, and decisions from then on."""
    measure_signature()
    options = options_of(directory)
    gc.collect()
    before = memory_bytes()
    started = time.perf_counter()
    async with await open_plane(options) as plane:
        if not plane.can(*questions[0]).allowed:
            raise SystemExit("a wrong decision")
        tell("answering", "ms", (time.perf_counter() - started) * 1000)
        while plane._packed.waiting:
            await asyncio.sleep(0)
        tell("unpacked", "ms", (time.perf_counter() - started) * 1000)
        gc.collect()
        tell("memory", "B/fact", (memory_bytes() - before) / facts)
        measure_decisions(plane, questions)


def sample(directory: Path) -> tuple[list[Question], int]:
    """Questions, and the number of facts."""
    payloads = asyncio.run(payloads_of(directory))
    return questions_of(payloads), len(payloads)


def main(mode: str, directory: Path) -> None:
    """Both modes read the whole snapshot first, so that neither measures the disk."""
    if mode == "parse":
        measure_parse(asyncio.run(payloads_of(directory)))
        return
    # By another process, so that its memory is not taken for ours.
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        questions, facts = other.submit(sample, directory).result()
    asyncio.run(measure_plane(directory, questions, facts))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
