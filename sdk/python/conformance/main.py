"""Speaks JSON lines: a request per line on stdin, an answer per line on stdout, in order.

It ends when stdin ends, and never before.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from key_checks import KEY_CHECKS
from log_checks import LOG_CHECKS
from plane_ops import Answer, PlaneOps, Request
from reader_checks import READER_CHECKS
from shard_checks import read_shard, signature_holds
from state_checks import STATE_CHECKS

from tenure_dataplane import FactError

CHECKS = {**LOG_CHECKS, **KEY_CHECKS, **READER_CHECKS, **STATE_CHECKS}

#: Their names on the wire, and here.
OPERATIONS = {
    **{op: op for op in ("open", "ready", "can", "entitlement", "explain", "freshness")},
    **{op: op for op in ("stats", "close")},
    "apiKey": "api_key",
}


def run_vector(request: Request) -> Answer:
    """What this kit says to a vector, in the form of its ``expect``."""
    vector = request["vector"]
    if str(request["name"]).startswith("ed25519-"):
        return {"holds": signature_holds(vector)}
    check = vector.get("check")
    if check is None:
        return read_shard(vector)
    try:
        return {"value": CHECKS[check](vector["input"])}
    except FactError as error:
        return {"code": error.code}


async def answer(line: str, ops: PlaneOps) -> Answer:
    """Never raises."""
    try:
        request: Any = json.loads(line)
        op = request["op"]
        if op == "vector":
            return run_vector(request)
        if op in OPERATIONS:
            made: Answer = await getattr(ops, OPERATIONS[op])(request)
            return made
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"error": f"unknown op {op!a}"}


async def main() -> None:
    """Until stdin ends."""
    ops = PlaneOps()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        sys.stdout.write(f"{json.dumps(await answer(line, ops))}\n")
        sys.stdout.flush()
    await ops.close({})


if __name__ == "__main__":
    asyncio.run(main())
