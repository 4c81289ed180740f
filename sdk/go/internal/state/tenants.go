package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"tenure.dev/dataplane/internal/kernel"
)

// pageHasher makes the hash of tenants, and of a page, which has the same:
//
//	hash       = SHA-256(0x02 || *(tenant key || block hash))
//	block hash = SHA-256(0x05 || block)
type pageHasher struct{ page, block hash.Hash }

const blockPrefix = 0x05

func newPageHasher() pageHasher {
	hasher := pageHasher{page: sha256.New(), block: sha256.New()}
	hasher.page.Write([]byte{byte(Tenants)})
	return hasher
}

func (h pageHasher) addBlock(key kernel.Hash, block []byte) {
	var sum kernel.Hash
	h.block.Reset()
	h.block.Write([]byte{blockPrefix})
	h.block.Write(block)
	h.block.Sum(sum[:0])
	h.addHash(key, sum)
}

func (h pageHasher) addHash(key, block kernel.Hash) {
	h.page.Write(key[:])
	h.page.Write(block[:])
}

func (h pageHasher) sum() (sum kernel.Hash) {
	h.page.Sum(sum[:0])
	return sum
}

const blockLengthBytes = 4

// cutBlock takes `length uint32 || block`.
func cutBlock(data []byte) (block, rest []byte, ok bool) {
	if len(data) < blockLengthBytes {
		return nil, nil, false
	}
	length := uint64(binary.BigEndian.Uint32(data))
	data = data[blockLengthBytes:]
	if length > uint64(len(data)) {
		return nil, nil, false
	}
	return data[:length], data[length:], true
}

func isBelow(before *kernel.Hash, key kernel.Hash) bool {
	return before == nil || bytes.Compare(before[:], key[:]) < 0
}

func (n *Node) readTenants() error {
	count, rest, ok := n.countOf()
	if !ok {
		return malformed("more tenants than a leaf has")
	}
	hasher := newPageHasher()
	n.blocks = make([]Block, count)
	var before *kernel.Hash
	for at := range n.blocks {
		var data []byte
		block := &n.blocks[at]
		if data, rest, ok = cutBlock(rest); !ok || !readBlock(block, data) {
			return malformed("block %d", at)
		}
		if !isBelow(before, block.Key) {
			return malformed("block %d is not in its order", at)
		}
		before = &block.Key
		hasher.addBlock(block.Key, data)
		n.weight += block.weight()
	}
	if len(rest) > 0 || n.weight > maxLeafWeight {
		return malformed("a leaf of weight %d, and %d bytes more", n.weight, len(rest))
	}
	n.Hash = hasher.sum()
	return nil
}

// readPage reads what a view has in place of tenants.
func (n *Node) readPage() error {
	count, rest, ok := n.countOf()
	if !ok {
		return malformed("more tenants than a leaf has")
	}
	hasher := newPageHasher()
	var before *kernel.Hash
	for at := range count {
		key, behind, ok := n.readEntry(rest, hasher)
		if !ok || !isBelow(before, key) {
			return malformed("entry %d of a page", at)
		}
		before, rest = &key, behind
	}
	// A tenant that is hidden has a weight of at least 1.
	n.weight = uint64(len(n.keys))
	for at := range n.blocks {
		n.weight += n.blocks[at].weight()
	}
	if len(rest) > 0 || n.weight > maxLeafWeight {
		return malformed("a page of weight %d, and %d bytes more", n.weight, len(rest))
	}
	n.Hash = hasher.sum()
	return nil
}

const hiddenBytes = 1 + 2*kernel.HashBytes

func (n *Node) readEntry(data []byte, hasher pageHasher) (key kernel.Hash, rest []byte, ok bool) {
	switch {
	case len(data) >= hiddenBytes && data[0] == 0:
		key = kernel.Hash(data[1 : 1+kernel.HashBytes])
		hasher.addHash(key, kernel.Hash(data[1+kernel.HashBytes:hiddenBytes]))
		n.keys = append(n.keys, key)
		return key, data[hiddenBytes:], true
	case len(data) > 0 && data[0] == 1:
		var block Block
		bytes, rest, ok := cutBlock(data[1:])
		if !ok || !readBlock(&block, bytes) {
			return key, nil, false
		}
		hasher.addBlock(block.Key, bytes)
		n.blocks = append(n.blocks, block)
		return block.Key, rest, true
	}
	return key, nil, false
}
