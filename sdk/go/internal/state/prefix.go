package state

import (
	"bytes"

	"tenure.dev/dataplane/internal/kernel"
)

const maxNibbles = 2 * kernel.HashBytes

// Prefix is the first bits of a key, four at a time; the zero value is that of all keys.
type Prefix struct {
	// bits behind the prefix are zero.
	bits    kernel.Hash
	nibbles int
}

func prefixOf(key kernel.Hash) Prefix { return Prefix{bits: key, nibbles: maxNibbles} }

func (p Prefix) child(nibble int) Prefix {
	if p.nibbles%2 == 0 {
		nibble <<= 4
	}
	p.bits[p.nibbles/2] |= byte(nibble)
	p.nibbles++
	return p
}

// begins tells that the key has this prefix.
func (p Prefix) begins(key kernel.Hash) bool {
	whole := p.nibbles / 2
	isHalf := p.nibbles%2 == 1
	return bytes.Equal(p.bits[:whole], key[:whole]) && (!isHalf || p.bits[whole] == key[whole]&0xf0)
}

// Follow tells which parts of the tree of tenants are wanted; a part is wanted with what is above
// it.
type Follow func(Prefix) bool

// FollowShards wants the tenants of these shards: a shard is the first byte of a tenant key.
func FollowShards(shards []int) Follow {
	var wanted [kernel.ShardCount]bool
	var above [fanOut]bool
	for _, shard := range shards {
		wanted[shard], above[shard/fanOut] = true, true
	}
	return func(p Prefix) bool {
		switch p.nibbles {
		case 0:
			return true
		case 1:
			return above[p.bits[0]/fanOut]
		}
		return wanted[p.bits[0]]
	}
}

// FollowKey wants one tenant.
func FollowKey(key kernel.Hash) Follow {
	return func(p Prefix) bool { return p.begins(key) }
}
