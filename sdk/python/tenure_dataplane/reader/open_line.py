"""One line opened: checks 1 to 13, which need no state of the shard."""

from __future__ import annotations

from typing import NamedTuple

from ..kernel.envelope import parse_envelope
from ..kernel.errors import FactError
from ..kernel.fact import Fact
from ..kernel.hashes import entry_hash, pre_auth_encoding
from ..kernel.payload import parse_payload
from ..trust.fact_keys import FactKey, FactKeys


class OpenedFact(NamedTuple):
    """A fact whose signature holds; its place and its body are not checked."""

    fact: Fact
    #: Leaf hash, 32 bytes.
    leaf: bytes
    key_id: str
    key: FactKey


def open_envelope(text: str, keys: FactKeys) -> OpenedFact:
    """Envelope, key, signature, and only then the payload, from the very bytes that were signed."""
    payload, key_id, signature = parse_envelope(text)
    key = keys.get(key_id)
    if key is None:
        raise FactError("key-unknown", key_id)
    signed = pre_auth_encoding(payload)
    if not key.verify(signed, signature):
        raise FactError("signature-invalid", f"by key {key_id}")
    return OpenedFact(parse_payload(payload), entry_hash(signed), key_id, key)
