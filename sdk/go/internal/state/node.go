// Package state reads the state tree of the specification (facts-v1.md, "State tree"): its nodes,
// trees of them down from a root, views of one tenant. It does no I/O: who calls gets the files.
package state

import (
	"encoding/binary"

	"tenure.dev/dataplane/internal/kernel"
)

// Kind is the first byte of a node; integers in it are big-endian.
type Kind byte

// The kinds. A page stands for tenants in a view of one of them.
//
//	tenants = 0x02 count uint16 *(length uint32 || block)        ascending by tenant key
//	inner   = 0x03 16(hash || weight uint64)                     by the next four bits of the key
//	facts   = 0x04 count uint16 *(length uint16 || payload)      ascending by fact key
//	page    = 0x06 count uint16 *(0x00 || tenant key || block hash / 0x01 || length uint32 || block)
const (
	Tenants Kind = 0x02
	Inner   Kind = 0x03
	Facts   Kind = 0x04
	Page    Kind = 0x06
)

const (
	fanOut = 16
	// maxLeafWeight: a leaf that would have more is split.
	maxLeafWeight = 256
	childBytes    = kernel.HashBytes + 8
	innerBytes    = 1 + fanOut*childBytes
	countEnd      = 3
)

// child is what an inner node says of one below it; weight 0 is nothing.
type child struct {
	hash   kernel.Hash
	weight uint64
}

// Node is a file whose form was checked, as far as it needs no other node (checks 9 and 10).
type Node struct {
	Kind  Kind
	Hash  kernel.Hash
	Bytes []byte
	// weight is that of everything below; of a page only the least that it can be.
	weight   uint64
	children []child
	blocks   []Block
	// keys are those of a page's tenants, of which only hashes are there.
	keys []kernel.Hash
	// payloads are those of a facts node, behind the count.
	payloads []byte
}

func malformed(format string, args ...any) *kernel.Error {
	return kernel.Refuse(kernel.StateNodeMalformed, format, args...)
}

// Parse reads a file that is not compressed, see [Unpack]; its bytes stay in use.
func Parse(data []byte) (*Node, error) {
	if len(data) == 0 || len(data) > maxNodeBytes {
		return nil, malformed("%d bytes", len(data))
	}
	node := &Node{Kind: Kind(data[0]), Bytes: data}
	var err error
	switch node.Kind {
	case Inner:
		err = node.readInner()
	case Tenants:
		err = node.readTenants()
	case Facts:
		err = node.readFacts()
	case Page:
		err = node.readPage()
	default:
		err = malformed("a node of kind %d", node.Kind)
	}
	if err != nil {
		return nil, err
	}
	return node, nil
}

func (n *Node) readInner() error {
	if len(n.Bytes) != innerBytes {
		return malformed("an inner node of %d bytes", len(n.Bytes))
	}
	n.children = make([]child, fanOut)
	for at := range n.children {
		data := n.Bytes[1+at*childBytes:]
		weight := binary.BigEndian.Uint64(data[kernel.HashBytes:])
		below := child{hash: kernel.Hash(data[:kernel.HashBytes]), weight: weight}
		if (weight == 0) != (below.hash == kernel.Hash{}) || weight > kernel.MaxSafe {
			return malformed("child %d has no weight, or no hash", at)
		}
		n.children[at], n.weight = below, n.weight+weight
	}
	if n.weight <= maxLeafWeight || n.weight > kernel.MaxSafe {
		return malformed("an inner node of weight %d", n.weight)
	}
	n.Hash = kernel.SHA256(n.Bytes)
	return nil
}

// countOf leaf nodes, and what is behind it.
func (n *Node) countOf() (int, []byte, bool) {
	if len(n.Bytes) < countEnd {
		return 0, nil, false
	}
	count := int(binary.BigEndian.Uint16(n.Bytes[1:]))
	return count, n.Bytes[countEnd:], count <= maxLeafWeight
}

func (n *Node) readFacts() error {
	count, rest, ok := n.countOf()
	if !ok || !holdsPayloads(rest, count) {
		return malformed("not the facts that it counts")
	}
	n.weight, n.payloads = uint64(count), rest
	n.Hash = kernel.SHA256(n.Bytes)
	return nil
}
