package kernel

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
)

// y of the eight points of order 1, 2, 4 and 8, little-endian: 0, 1, p - 1 and the two of order 8.
var torsionY = [...][]byte{
	unhex("0000000000000000000000000000000000000000000000000000000000000000"),
	unhex("0100000000000000000000000000000000000000000000000000000000000000"),
	unhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
	unhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
	unhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
}

func unhex(text string) []byte {
	data, _ := hex.DecodeString(text)
	return data
}

// isUnreduced tells y >= p = 2^255 - 19: a second encoding of a smaller y.
func isUnreduced(y []byte) bool {
	if y[31] != 0x7f || y[0] < 0xed {
		return false
	}
	for _, b := range y[1:31] {
		if b != 0xff {
			return false
		}
	}
	return true
}

// isStrictPoint is false for an encoding (32 bytes) that the strict profile refuses as A or as R:
// crypto/ed25519 takes points of small order, libsodium and dalek's verify_strict do not.
func isStrictPoint(point []byte) bool {
	var y [32]byte
	copy(y[:], point)
	y[31] &= 0x7f
	if isUnreduced(y[:]) {
		return false
	}
	for _, refused := range torsionY {
		if bytes.Equal(y[:], refused) {
			return false
		}
	}
	return true
}

// Key is an Ed25519 public key of the strict profile.
type Key struct{ raw ed25519.PublicKey }

// NewKey refuses (key-invalid) what is not 32 bytes of a strict key.
func NewKey(raw []byte) (Key, error) {
	if len(raw) != ed25519.PublicKeySize || !isStrictPoint(raw) {
		return Key{}, Refuse(KeyInvalid, "not a strict Ed25519 public key")
	}
	return Key{raw: bytes.Clone(raw)}, nil
}

// Raw gives the key's 32 bytes.
func (k Key) Raw() []byte { return bytes.Clone(k.raw) }

// Verify answers strictly: the library checks S < L and compares R by its bytes (RFC 8032, 5.1.7).
func (k Key) Verify(message, signature []byte) bool {
	return len(k.raw) == ed25519.PublicKeySize && len(signature) == ed25519.SignatureSize &&
		isStrictPoint(signature[:32]) && ed25519.Verify(k.raw, message, signature)
}
