package state

import (
	"context"
	"testing"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/treemaker"
)

// Nothing that is read may bring a process down, and what is taken has one form.

func seeds() [][]byte {
	made := treemaker.Make([]*treemaker.Tenant{tenantOf(0, 300), tenantOf(1, 2), tenantOf(2, 0)})
	var files [][]byte
	for _, file := range made.Files {
		files = append(files, file)
	}
	return files
}

func FuzzNode(f *testing.F) {
	for _, file := range seeds() {
		f.Add(file)
	}
	f.Add([]byte{byte(Page), 0, 1, 1, 0, 0, 0, 0})
	f.Add([]byte{0x1f, 0x8b, 0x08, 0x00, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, file []byte) {
		data, err := Unpack(file)
		if err != nil {
			return
		}
		node, err := Parse(data)
		if err != nil {
			if kernel.CodeOf(err) != kernel.StateNodeMalformed {
				t.Errorf("%v", err)
			}
			return
		}
		get := func(context.Context, kernel.Hash) (*Node, error) { return node, nil }
		tree, err := WalkInOrder(context.Background(), node.Hash, FollowShards(all()), get)
		if err != nil {
			return
		}
		for _, shard := range tree.Shards(note, all(), "") {
			for _, block := range shard.Blocks {
				_, _ = shard.Pack(block).Unpack()
			}
		}
	})
}

func FuzzView(f *testing.F) {
	for _, file := range seeds() {
		f.Add(AppendFrame(AppendFrame(nil, []byte("note")), file))
	}
	f.Fuzz(func(t *testing.T, view []byte) {
		open := func([]byte) (*kernel.StateNote, error) {
			// The root of whatever comes first: all checks behind it are reached.
			root := kernel.Hash{}
			if _, rest, ok := CutFrame(view); ok {
				if frame, _, ok := CutFrame(rest); ok {
					if node, err := Parse(frame); err == nil {
						root = node.Hash
					}
				}
			}
			return &kernel.StateNote{Log: testLog, Epoch: 1, Root: root}, nil
		}
		_, shard, err := OpenView(view, tenantID(1), open)
		if err != nil {
			return
		}
		for _, block := range shard.Blocks {
			if block.Tenant() != tenantID(1) {
				t.Errorf("a view of %s", block.Tenant())
			}
		}
	})
}
