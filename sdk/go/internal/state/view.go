package state

import (
	"context"
	"encoding/binary"

	"tenure.dev/dataplane/internal/kernel"
)

// CutFrame takes `length uint32 || bytes`, of which views and files of snapshots consist.
func CutFrame(data []byte) (frame, rest []byte, ok bool) { return cutBlock(data) }

// AppendFrame is the inverse of [CutFrame].
func AppendFrame(data, frame []byte) []byte {
	data = binary.BigEndian.AppendUint32(data, uint32(len(frame)))
	return append(data, frame...)
}

// OpenView proves what the tree says of one tenant, a UUID: its block, or nil when it has no facts.
// The note is opened by the caller.
//
//	view = length uint32 || state note, then *(length uint32 || node)
func OpenView(
	view []byte, tenant string, open func(note []byte) (*kernel.StateNote, error),
) (*kernel.StateNote, *Shard, error) {
	key, isTenant := kernel.TenantKey(tenant)
	frame, rest, ok := CutFrame(view)
	if !isTenant || !ok {
		return nil, nil, malformed("a view that ends in its note, or of no tenant")
	}
	note, err := open(frame)
	if err != nil {
		return nil, nil, err
	}
	next := func(context.Context, kernel.Hash) (*Node, error) {
		if frame, rest, ok = CutFrame(rest); !ok {
			return nil, malformed("a view that ends early")
		}
		node, err := Parse(frame)
		if err == nil {
			err = node.showsOnly(key)
		}
		return node, err
	}
	tree, err := walkInOrder(context.Background(), note.Root, FollowKey(key), next, Page)
	if err == nil && len(rest) > 0 {
		err = malformed("%d bytes behind a view", len(rest))
	}
	if err != nil {
		return nil, nil, err
	}
	return note, &Shard{note: note, Blocks: tree.Blocks()}, nil
}

// showsOnly refuses blocks of others, and a page that hides the tenant's.
func (n *Node) showsOnly(key kernel.Hash) error {
	for at := range n.blocks {
		if n.blocks[at].Key != key {
			return malformed("a view shows %s", n.blocks[at].Tenant())
		}
	}
	for _, hidden := range n.keys {
		if hidden == key {
			return malformed("a view hides its own tenant")
		}
	}
	return nil
}
