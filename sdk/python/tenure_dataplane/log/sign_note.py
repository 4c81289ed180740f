"""Signs a note; of all that a data plane says, only its receipts are notes."""

from __future__ import annotations

from nacl.signing import SigningKey

from ..kernel.base64_strict import to_base64
from .note_key import create_note_verifier


def sign_note(text: str, name: str, key: SigningKey) -> bytes:
    """``text`` ends in a newline. Raises ``key-invalid`` for a name that no key may have."""
    verifier = create_note_verifier(name, bytes(key.verify_key))
    signature = key.sign(text.encode("utf-8")).signature
    signed = to_base64(bytes.fromhex(verifier.key_hash) + signature)
    return f"{text}\n\u2014 {name} {signed}\n".encode()
