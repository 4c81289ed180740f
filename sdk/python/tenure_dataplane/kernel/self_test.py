"""That this build verifies as pinned vectors say: a broken one must not start."""

from __future__ import annotations

from typing import Final

from .ed25519 import create_verifier, is_strict_point
from .hashes import entry_hash, pre_auth_encoding

#: RFC 8032, section 7.1, TEST 3.
_PUBLIC_KEY: Final = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
_MESSAGE: Final = "af82"
_SIGNATURE: Final = (
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
)
#: Encodings of points of small order.
_SMALL_ORDER: Final = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
)
#: SHA-256 of 0x00 and the PAE of ``{}``, made with coreutils.
_LEAF: Final = "c5c9d7405a164f53241ddb74158c0c075f58b6c1b34a869ea92e3bdca4430b82"


class SelfTestError(Exception):
    """The library underneath does not do what the strict profile says."""


def _assure(what: str, holds: bool) -> None:
    if not holds:
        raise SelfTestError(f"self-test failed: {what}")


def run_self_test() -> None:
    """Raises :class:`SelfTestError`."""
    verify = create_verifier(bytes.fromhex(_PUBLIC_KEY))
    message, signature = bytes.fromhex(_MESSAGE), bytes.fromhex(_SIGNATURE)
    _assure("a pinned signature is valid", verify(message, signature))
    _assure("another message is refused", not verify(b"af82", signature))
    mutant = signature[:-1] + bytes((signature[-1] ^ 0x10,))
    _assure("S beyond the group order is refused", not verify(message, mutant))
    for point in _SMALL_ORDER:
        _assure(f"small order {point} is refused", not is_strict_point(bytes.fromhex(point)))
    _assure("the pinned leaf hash", entry_hash(pre_auth_encoding(b"{}")).hex() == _LEAF)
