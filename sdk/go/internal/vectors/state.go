package vectors

import (
	"context"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/state"
)

func init() {
	checks["state-note"] = over(runStateNote)
	checks["state-tree"] = over(runStateTree)
	checks["state-view"] = over(runStateView)
	checks["api-key"] = over(runAPIKey)
}

func runAPIKey(input struct{ Key string }) (any, error) {
	hash, err := kernel.HashAPIKey(input.Key)
	if err != nil {
		return nil, err
	}
	return map[string]any{"hash": kernel.ToBase64URL(hash[:])}, nil
}

func setsOf(notes []noteBytes) ([]*kernel.KeySet, error) {
	var sets []*kernel.KeySet
	for _, note := range notes {
		set, err := setOf(note)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}

type stateNote struct {
	KeySets []noteBytes
	Last    *noteBytes
	Note    noteBytes
}

func runStateNote(in stateNote) (any, error) {
	sets, err := setsOf(in.KeySets)
	if err != nil {
		return nil, err
	}
	var last *kernel.StateNote
	if in.Last != nil {
		if last, err = kernel.ReadStateNote(*in.Last); err != nil {
			return nil, err
		}
	}
	note, err := kernel.OpenStateNote(in.Note, sets, last)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"epoch":         note.Epoch,
		"size":          note.Size,
		"keySetVersion": note.KeySetVersion,
		"root":          note.Root.Hex(),
		"heads":         headsOf(&note.Heads),
	}, nil
}

// files are served by the hash that is asked for.
type files map[string]noteBytes

func (f files) node(_ context.Context, hash kernel.Hash) (*state.Node, error) {
	file, found := f[hash.Hex()]
	if !found {
		return nil, kernel.Refuse(kernel.StateHashMismatch, "no node %s", hash.Hex())
	}
	data, err := state.Unpack(file)
	if err != nil {
		return nil, err
	}
	return state.Parse(data)
}

type stateTree struct {
	Log   string
	Epoch int64
	Root  hexBytes
	Nodes files
}

func everyShard() []int {
	shards := make([]int, kernel.ShardCount)
	for shard := range shards {
		shards[shard] = shard
	}
	return shards
}

func runStateTree(in stateTree) (any, error) {
	root, _ := kernel.HashOf(in.Root)
	follow := state.FollowShards(everyShard())
	tree, err := state.WalkInOrder(context.Background(), root, follow, in.Nodes.node)
	if err != nil {
		return nil, err
	}
	note := &kernel.StateNote{Log: in.Log, Epoch: in.Epoch}
	shards := tree.Shards(note, everyShard(), "")
	tenants := []any{}
	for _, number := range everyShard() {
		for _, block := range shards[number].Blocks {
			tenant, err := tenantOf(shards[number], block)
			if err != nil {
				return nil, err
			}
			tenants = append(tenants, tenant)
		}
	}
	return map[string]any{"tenants": tenants}, nil
}

func tenantOf(shard *state.Shard, block *state.Block) (any, error) {
	facts, err := shard.Pack(block).Unpack()
	if err != nil {
		return nil, err
	}
	lives := []any{}
	for _, live := range facts {
		fact := live.Fact
		lives = append(lives, map[string]any{
			"kind": fact.Kind, "subject": fact.Subject, "seq": fact.Seq,
		})
	}
	return map[string]any{
		"tenant": block.Tenant(),
		"seq":    block.Head.Seq,
		"head":   kernel.ToBase64URL(block.Head.Hash[:]),
		"live":   lives,
	}, nil
}

type stateView struct {
	Tenant  string
	KeySets []noteBytes
	View    noteBytes
}

func runStateView(in stateView) (any, error) {
	sets, err := setsOf(in.KeySets)
	if err != nil {
		return nil, err
	}
	open := func(note []byte) (*kernel.StateNote, error) {
		return kernel.OpenStateNote(note, sets, nil)
	}
	note, shard, err := state.OpenView(in.View, in.Tenant, open)
	if err != nil {
		return nil, err
	}
	var block any
	if found := shard.Find(in.Tenant); found != nil {
		if block, err = tenantOf(shard, found); err != nil {
			return nil, err
		}
	}
	return map[string]any{"size": note.Size, "block": block}, nil
}
