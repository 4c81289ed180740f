package kernel

import (
	"crypto/sha256"
	"encoding/hex"
)

// HashBytes is the length of every hash here: SHA-256.
const HashBytes = sha256.Size

// Hash is a SHA-256.
type Hash [HashBytes]byte

// RFC 6962, section 2.1: leaves and nodes hash in different domains.
const (
	leafPrefix = 0x00
	nodePrefix = 0x01
)

// EntryHash is SHA-256(0x00 || entry): the leaf hash of an entry as bundles carry it.
func EntryHash(entry []byte) Hash {
	return sha256.Sum256(append([]byte{leafPrefix}, entry...))
}

// NodeHash is SHA-256(0x01 || left || right).
func NodeHash(left, right Hash) Hash {
	var buffer [1 + 2*HashBytes]byte
	buffer[0] = nodePrefix
	copy(buffer[1:], left[:])
	copy(buffer[1+HashBytes:], right[:])
	return sha256.Sum256(buffer[:])
}

// EmptyRoot is the root of the tree without leaves: SHA-256 of nothing.
func EmptyRoot() Hash { return sha256.Sum256(nil) }

// RunningHash is H(n) = SHA-256(H(n-1) || leaf hash); H(0) is the zero Hash.
func RunningHash(previous, leaf Hash) Hash {
	var buffer [2 * HashBytes]byte
	copy(buffer[:], previous[:])
	copy(buffer[HashBytes:], leaf[:])
	return sha256.Sum256(buffer[:])
}

// Hex is lower-case hexadecimal.
func (h Hash) Hex() string { return hex.EncodeToString(h[:]) }

// HashOf takes exactly 32 bytes.
func HashOf(data []byte) (Hash, bool) {
	if len(data) != HashBytes {
		return Hash{}, false
	}
	return Hash(data), true
}

// KeyIDOf names a raw Ed25519 key: the first 16 bytes of its SHA-256, hexadecimal.
func KeyIDOf(rawKey []byte) string {
	sum := sha256.Sum256(rawKey)
	return hex.EncodeToString(sum[:16])
}

// SHA256 is SHA-256 of bytes as they are.
func SHA256(data []byte) Hash { return sha256.Sum256(data) }
