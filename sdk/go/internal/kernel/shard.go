package kernel

import (
	"fmt"
	"strconv"
)

// ShardCount is how many shards a log has.
const ShardCount = 256

// ShardOf is the first byte of SHA-256 over the 16 bytes of the tenant's UUID; false for a text
// that is none.
func ShardOf(tenant string) (int, bool) {
	key, isTenant := TenantKey(tenant)
	return int(key[0]), isTenant
}

// ShardName is 00 to ff: in subjects, in addresses, in files.
func ShardName(shard int) string { return fmt.Sprintf("%02x", shard) }

// ParseShardName is the strict inverse of [ShardName].
func ParseShardName(name string) (int, bool) {
	value, err := strconv.ParseUint(name, 16, 8)
	return int(value), err == nil && ShardName(int(value)) == name
}
