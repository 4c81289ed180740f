package state

import "tenure.dev/dataplane/internal/kernel"

// Tree is a verified one, as far as it was wanted.
type Tree struct{ root *branch }

// Nodes calls for each, every node before those below it.
func (t *Tree) Nodes(yield func(*Node) error) error { return t.root.nodes(yield) }

func (b *branch) nodes(yield func(*Node) error) error {
	if err := yield(b.node); err != nil {
		return err
	}
	for _, below := range b.below {
		if err := below.nodes(yield); err != nil {
			return err
		}
	}
	return nil
}

// Blocks gives the tenants of the leaves that are there, ascending by tenant key.
func (t *Tree) Blocks() []*Block {
	var blocks []*Block
	_ = t.Nodes(func(node *Node) error {
		for at := range node.blocks {
			blocks = append(blocks, &node.blocks[at])
		}
		return nil
	})
	return blocks
}

// Shard is what a tree says of one shard.
type Shard struct {
	// Blocks ascend by tenant key.
	Blocks []*Block
	// From is where its nodes came from.
	From string
	note *kernel.StateNote
}

// Shards cuts the blocks of a tree at a state note by their shards; each of `wanted` is there.
func (t *Tree) Shards(note *kernel.StateNote, wanted []int, from string) map[int]*Shard {
	shards := make(map[int]*Shard, len(wanted))
	for _, number := range wanted {
		shards[number] = &Shard{note: note, From: from}
	}
	for _, block := range t.Blocks() {
		if shard, isWanted := shards[block.Shard()]; isWanted {
			shard.Blocks = append(shard.Blocks, block)
		}
	}
	return shards
}
