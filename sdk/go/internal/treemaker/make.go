// Package treemaker makes state trees the naive way, for the tests and measurements of this module:
// whole, from all live facts, out of the definition in facts-v1.md, "State tree".
package treemaker

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	"tenure.dev/dataplane/internal/kernel"
)

// Tenant is what a tree says of one.
type Tenant struct {
	ID   string
	Head kernel.ChainHead
	// Live payloads by fact key.
	Live map[kernel.Hash][]byte
}

// Tree is its root and its files.
type Tree struct {
	Root  kernel.Hash
	Files map[kernel.Hash][]byte
}

const (
	fanOut        = 16
	maxLeafWeight = 256
)

// entry of a leaf: a block or a payload.
type entry struct {
	key    kernel.Hash
	weight int
	data   []byte
}

// Make gives the one tree of this state.
func Make(tenants []*Tenant) *Tree {
	tree := &Tree{Files: map[kernel.Hash][]byte{}}
	var blocks []entry
	for _, tenant := range tenants {
		key, _ := kernel.TenantKey(tenant.ID)
		blocks = append(blocks, tree.blockOf(key, tenant))
	}
	tree.Root, _ = tree.put(sorted(blocks), 0, tree.putTenants)
	return tree
}

func sorted(entries []entry) []entry {
	slices.SortFunc(entries, func(a, b entry) int { return bytes.Compare(a.key[:], b.key[:]) })
	return entries
}

func (t *Tree) blockOf(key kernel.Hash, tenant *Tenant) entry {
	id, _ := hex.DecodeString(strings.ReplaceAll(tenant.ID, "-", ""))
	data := binary.BigEndian.AppendUint64(id, uint64(tenant.Head.Seq))
	data = append(data, tenant.Head.Hash[:]...)
	data = binary.BigEndian.AppendUint32(data, uint32(len(tenant.Live)))
	var facts []entry
	for key, payload := range tenant.Live {
		facts = append(facts, entry{key: key, weight: 1, data: payload})
	}
	if len(facts) > maxLeafWeight {
		root, _ := t.put(sorted(facts), 0, t.putFacts)
		return entry{key: key, weight: 1, data: append(data, root[:]...)}
	}
	return entry{key: key, weight: max(1, len(facts)), data: append(data, packed(sorted(facts))...)}
}

func packed(facts []entry) []byte {
	var data []byte
	for _, fact := range facts {
		data = binary.BigEndian.AppendUint16(data, uint16(len(fact.data)))
		data = append(data, fact.data...)
	}
	return data
}

// put writes what stands under a prefix of so many nibbles.
func (t *Tree) put(
	entries []entry, nibbles int, leaf func([]entry) kernel.Hash,
) (hash kernel.Hash, weight int) {
	for _, one := range entries {
		weight += one.weight
	}
	if weight <= maxLeafWeight {
		return leaf(entries), weight
	}
	inner := []byte{0x03}
	for nibble := range fanOut {
		var below []entry
		for _, one := range entries {
			if int(one.key[nibbles/2]>>(4*(1-nibbles%2))&0x0f) == nibble {
				below = append(below, one)
			}
		}
		var child kernel.Hash
		childWeight := 0
		if len(below) > 0 {
			child, childWeight = t.put(below, nibbles+1, leaf)
		}
		inner = append(inner, child[:]...)
		inner = binary.BigEndian.AppendUint64(inner, uint64(childWeight))
	}
	return t.file(sha256.Sum256(inner), inner), weight
}

func (t *Tree) file(hash kernel.Hash, data []byte) kernel.Hash {
	t.Files[hash] = data
	return hash
}

func (t *Tree) putFacts(facts []entry) kernel.Hash {
	data := append(binary.BigEndian.AppendUint16([]byte{0x04}, uint16(len(facts))), packed(facts)...)
	return t.file(sha256.Sum256(data), data)
}

func (t *Tree) putTenants(blocks []entry) kernel.Hash {
	data := binary.BigEndian.AppendUint16([]byte{0x02}, uint16(len(blocks)))
	hashed := []byte{0x02}
	for _, block := range blocks {
		data = binary.BigEndian.AppendUint32(data, uint32(len(block.data)))
		data = append(data, block.data...)
		sum := sha256.Sum256(append([]byte{0x05}, block.data...))
		hashed = append(append(hashed, block.key[:]...), sum[:]...)
	}
	return t.file(sha256.Sum256(hashed), data)
}
