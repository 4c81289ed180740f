package kernel

import "strings"

// ShardHead is how many lines a shard has, and its running hash.
type ShardHead struct {
	Count int64
	Hash  Hash
}

// ShardHeads of all shards, as heartbeats and state notes state them:
//
//	<count> <base64(H(count))>       256 lines, shards 00 to ff
type ShardHeads [ShardCount]ShardHead

// readHeads is false for lines of another form; there are 256.
func readHeads(heads *ShardHeads, lines []string) bool {
	for shard, line := range lines {
		count, hash, _ := strings.Cut(line, " ")
		value, isCount := ParseCount(count)
		sum, isHash := hashOfText(hash)
		if !isCount || !isHash {
			return false
		}
		heads[shard] = ShardHead{Count: value, Hash: sum}
	}
	return true
}
