"""Why bytes are refused. The codes are those of facts/core/errors.ts and of the specification."""

from __future__ import annotations

from typing import Final

FACT_ERROR_CODES: Final[tuple[str, ...]] = (
    "line-malformed",
    "envelope-malformed",
    "payload-type-unknown",
    "signature-count",
    "signature-invalid",
    "key-unknown",
    "key-invalid",
    "key-range",
    "key-closed",
    "payload-too-large",
    "payload-not-utf8",
    "payload-bom",
    "payload-not-json",
    "payload-not-compact",
    "payload-too-deep",
    "payload-duplicate-key",
    "payload-number",
    "payload-string",
    "payload-key-order",
    "payload-field",
    "subject-mismatch",
    "body-invalid",
    "log-mismatch",
    "epoch-mismatch",
    "tenant-mismatch",
    "shard-mismatch",
    "position-gap",
    "index-replay",
    "seq-gap",
    "seq-replay",
    "prev-mismatch",
    "inclusion-proof-invalid",
    "consistency-proof-invalid",
    "note-malformed",
    "note-signature-invalid",
    "note-key-unknown",
    "checkpoint-malformed",
    "checkpoint-origin-mismatch",
    "checkpoint-rollback",
    "checkpoint-fork",
    "tile-path-malformed",
    "tile-malformed",
    "entry-bundle-malformed",
    "keyset-malformed",
    "keyset-log-mismatch",
    "keyset-version",
    "keyset-root",
    "keyset-history",
    "heartbeat-malformed",
    "heartbeat-log-mismatch",
    "heartbeat-keyset",
    "heartbeat-fence",
    "heartbeat-replay",
    "heartbeat-rollback",
    "shard-fork",
    "fact-uncovered",
    "receipt-malformed",
    "receipt-mismatch",
    "receipt-rollback",
    "state-malformed",
    "state-log-mismatch",
    "state-keyset",
    "state-void",
    "state-rollback",
    "state-fork",
    "state-node-malformed",
    "state-hash-mismatch",
    "api-key-malformed",
)


class FactError(Exception):
    """A refusal. ``code`` is one of :data:`FACT_ERROR_CODES` and stable, the text is not."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code: Final = code
