package state

import (
	"context"
	"encoding/binary"
	"sync"

	"tenure.dev/dataplane/internal/kernel"
)

// Get gives the node of a hash. Who serves another one is found out.
type Get func(ctx context.Context, hash kernel.Hash) (*Node, error)

// branch is a verified node with those below it, as far as they are wanted.
type branch struct {
	node  *Node
	at    Prefix
	below []*branch
}

// walker verifies from a root down (checks 9 to 11).
type walker struct {
	ctx    context.Context
	fail   context.CancelCauseFunc
	get    Get
	follow Follow
	// leaf is the kind of the leaves: Tenants, or the Page of a view.
	leaf Kind
	// run is `go` or a plain call, for which nodes are got in depth-first order.
	run   func(func())
	group sync.WaitGroup
}

// Walk gives the wanted part of the tree; nodes are asked for side by side.
func Walk(ctx context.Context, root kernel.Hash, follow Follow, get Get) (*Tree, error) {
	w := &walker{get: get, follow: follow, leaf: Tenants}
	w.run = func(job func()) { w.group.Go(job) }
	return w.start(ctx, root)
}

// WalkInOrder asks for one node after the other, depth first.
func WalkInOrder(ctx context.Context, root kernel.Hash, follow Follow, get Get) (*Tree, error) {
	return walkInOrder(ctx, root, follow, get, Tenants)
}

func walkInOrder(
	ctx context.Context, root kernel.Hash, follow Follow, get Get, leaf Kind,
) (*Tree, error) {
	w := &walker{get: get, follow: follow, leaf: leaf, run: func(job func()) { job() }}
	return w.start(ctx, root)
}

func (w *walker) start(ctx context.Context, root kernel.Hash) (*Tree, error) {
	w.ctx, w.fail = context.WithCancelCause(ctx)
	defer w.fail(nil)
	tree := &Tree{root: &branch{}}
	w.run(func() { w.walk(tree.root, child{hash: root}, w.leaf) })
	w.group.Wait()
	if err := context.Cause(w.ctx); err != nil {
		return nil, err
	}
	return tree, nil
}

// walk fills a branch. The root of all has no weight to name: 0.
func (w *walker) walk(b *branch, named child, leaf Kind) {
	if w.ctx.Err() != nil {
		return
	}
	node, err := w.get(w.ctx, named.hash)
	if err == nil {
		err = check(node, b.at, named, leaf)
	}
	if err != nil {
		w.fail(err)
		return
	}
	b.node = node
	for at, below := range node.children {
		prefix := b.at.child(at)
		if below.weight == 0 || (leaf == w.leaf && !w.follow(prefix)) {
			continue
		}
		next := &branch{at: prefix}
		b.below = append(b.below, next)
		w.run(func() { w.walk(next, below, leaf) })
	}
	for at := range node.blocks {
		block := &node.blocks[at]
		if !block.isTree() || !w.follow(prefixOf(block.Key)) {
			continue
		}
		block.own = &branch{}
		root := child{hash: kernel.Hash(block.rest), weight: uint64(block.Live)}
		b.below = append(b.below, block.own)
		w.run(func() { w.walk(block.own, root, Facts) })
	}
}

// check is of a node at its place: prefix, hash, weight.
func check(node *Node, at Prefix, named child, leaf Kind) error {
	if node.Kind != leaf && (node.Kind != Inner || at.nibbles == maxNibbles) {
		return malformed("a node of kind %d where none may be", node.Kind)
	}
	for i := range node.blocks {
		if !at.begins(node.blocks[i].Key) {
			return malformed("tenant %s is elsewhere", node.blocks[i].Tenant())
		}
	}
	for _, key := range node.keys {
		if !at.begins(key) {
			return malformed("tenant key %s is elsewhere", key.Hex())
		}
	}
	if node.Hash != named.hash {
		return kernel.Refuse(kernel.StateHashMismatch, "%s, not %s", node.Hash.Hex(), named.hash.Hex())
	}
	if named.weight > 0 && node.Kind != Page && node.weight != named.weight {
		return kernel.Refuse(kernel.StateHashMismatch, "weight %d, not %d", node.weight, named.weight)
	}
	return nil
}

// payloadsOf calls for each: *(length uint16 || payload), whose form was checked.
func payloadsOf(data []byte, yield func([]byte) error) error {
	for len(data) > 0 {
		end := lengthBytes + int(binary.BigEndian.Uint16(data))
		if err := yield(data[lengthBytes:end]); err != nil {
			return err
		}
		data = data[end:]
	}
	return nil
}
