"""Key sets and heartbeats as a registry makes them."""

from __future__ import annotations

from collections.abc import Sequence

from nacl.signing import SigningKey

from tenure_dataplane.kernel.base64_strict import to_base64
from tenure_dataplane.kernel.hashes import EMPTY_HASH
from tenure_dataplane.log.note_key import create_note_verifier

from .fact_writer import FACT_KEY, LOG, FactWriter, key_of, raw

ROOT, LOG_KEY, TIME = key_of(21), key_of(23), key_of(25)
ROOT_NAME = f"{LOG}/root"
ROOT_KEY = (
    f"{ROOT_NAME}+{create_note_verifier(ROOT_NAME, raw(ROOT)).key_hash}"
    f"+{to_base64(bytes([1]) + raw(ROOT))}"
)


def sign_note(name: str, text: str, key: SigningKey = ROOT) -> bytes:
    key_hash = bytes.fromhex(create_note_verifier(name, raw(key)).key_hash)
    signature = to_base64(key_hash + key.sign(text.encode()).signature)
    return f"{text}\n\u2014 {name} {signature}\n".encode()


def key_set(version: int = 1, facts: Sequence[str] = ()) -> bytes:
    """``facts``: lines of fact keys, without the first word; one open key unless given."""
    lines = facts or [f"{to_base64(raw(FACT_KEY))} 0 - -"]
    text = [
        f"{LOG}/keys",
        str(version),
        f"root {to_base64(raw(ROOT))}",
        *(f"fact {line}" for line in lines),
        f"log {to_base64(raw(LOG_KEY))} 0 - -",
        f"time {to_base64(raw(TIME))}",
    ]
    return sign_note(ROOT_NAME, "".join(f"{line}\n" for line in text))


def instant(ms: float) -> str:
    whole = int(ms)
    seconds, rest = divmod(whole, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    # Tests begin on 2026-11-21 and last less than a week.
    return f"2026-11-{day + 1:02d}T{hour:02d}:{minute:02d}:{second:02d}.{rest:03d}Z"


def shard_lines(writer: FactWriter) -> str:
    counts = [writer.counts.get(shard, (0, EMPTY_HASH)) for shard in range(256)]
    return "".join(f"{lines} {to_base64(hashed)}\n" for lines, hashed in counts)


def checkpoint_note(size: int) -> bytes:
    return sign_note(LOG, f"{LOG}\n{size}\n{to_base64(bytes(32))}\n", LOG_KEY)


def heartbeat(
    writer: FactWriter,
    time: str,
    version: int = 1,
    fence: int = 1,
    checkpoint: bytes | None = None,
) -> bytes:
    note = "-" if checkpoint is None else to_base64(checkpoint)
    heads = shard_lines(writer)
    text = f"{LOG}/heartbeat\n1\n{fence}\n{time}\n{version}\n{note}\n{heads}"
    return sign_note(f"{LOG}/time", text, TIME)
