package kernel

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// TenantKey is SHA-256 of the 16 bytes of the tenant's UUID: its place in the state tree, and in
// its first byte the shard. False for a text that is no UUID.
func TenantKey(tenant string) (Hash, bool) {
	if !IsUUID(tenant) {
		return Hash{}, false
	}
	data, err := hex.DecodeString(strings.ReplaceAll(tenant, "-", ""))
	return sha256.Sum256(data), err == nil
}

// FactKeyOf is SHA-256(kind || 0x00 || subject): a fact's place among those of its tenant.
func FactKeyOf(kind, subject string) Hash {
	return sha256.Sum256([]byte(kind + "\x00" + subject))
}
