package kernel

// Tree is an RFC 6962 tree (section 2.1) that only grows. It keeps its frontier: the hashes of the
// complete subtrees of which it consists, the largest first, one for each bit of the size.
type Tree struct {
	size     int64
	frontier []Hash
}

// Append adds a leaf hash.
func (t *Tree) Append(leaf Hash) {
	// As binary addition carries: each trailing one of the size is a subtree of the node's size.
	for rest := t.size; rest%2 == 1; rest /= 2 {
		last := len(t.frontier) - 1
		leaf = NodeHash(t.frontier[last], leaf)
		t.frontier = t.frontier[:last]
	}
	t.frontier = append(t.frontier, leaf)
	t.size++
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Root of the whole tree; of an empty one the hash of nothing.
func (t *Tree) Root() Hash {
	if len(t.frontier) == 0 {
		return EmptyRoot()
	}
	last := len(t.frontier) - 1
	root := t.frontier[last]
	for at := last - 1; at >= 0; at-- {
		root = NodeHash(t.frontier[at], root)
	}
	return root
}
