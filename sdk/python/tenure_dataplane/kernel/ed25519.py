"""Ed25519 (RFC 8032), the strict profile of the specification ("Signatures").

libsodium checks S < L, refuses small orders and compares R by its bytes. The precheck of A and R
stands before it all the same: the profile must not change with the library underneath.

::

    signature = R (32 bytes) || S (32 bytes)      y(A), y(R) = little-endian, top bit cleared
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

from .errors import FactError

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_P: Final = 2**255 - 19
_TOP_BIT: Final = 1 << 255
#: y of the points of order 8, as the specification's reference writes them.
_Y8: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    "little",
)
#: y of the eight torsion points: orders 1, 2, 4, and both of order 8.
_TORSION_Y: Final = frozenset((0, 1, _P - 1, _Y8, _P - _Y8))

#: Is the signature over the message by the verifier's key? Never raises.
Verify = Callable[[bytes, bytes], bool]


def is_strict_point(point: bytes) -> bool:
    """False for an encoding (first 32 bytes) that the strict profile refuses."""
    y = int.from_bytes(point[:KEY_BYTES], "little") & (_TOP_BIT - 1)
    return y < _P and y not in _TORSION_Y


def create_verifier(public_key: bytes) -> Verify:
    """Raises ``key-invalid`` for what is no strict public key."""
    if len(public_key) != KEY_BYTES or not is_strict_point(public_key):
        raise FactError("key-invalid", "not a strict Ed25519 public key")

    def verify(message: bytes, signature: bytes) -> bool:
        if len(signature) != SIGNATURE_BYTES or not is_strict_point(signature):
            return False
        try:
            crypto_sign_open(signature + message, public_key)
        except (CryptoError, ValueError):
            return False
        return True

    return verify
