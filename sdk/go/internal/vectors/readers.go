package vectors

import (
	"context"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
	"tenure.dev/dataplane/internal/state"
)

type story struct {
	Log, Root string
	Shard     int
	Steps     []struct {
		KeySet, Heartbeat     *noteBytes
		Live, Fetched, Reread []string
		Snapshot              *snapshot
	}
}

type snapshot struct {
	Note  noteBytes
	Nodes files
}

// told is a reader of one shard with its key sets and heartbeats, without any input or output.
type told struct {
	said  *reader.Statements
	shard *reader.Shard
	// base is that of a snapshot; lines begin above it.
	base *reader.Base
	// lines are the accepted ones, for folding anew; void the positions that are not folded.
	lines   []string
	void    []int64
	refused []kernel.Code
	fetch   bool
}

func init() { checks["reader"] = over(runReader) }

func runReader(in story) (any, error) {
	root, err := kernel.ParseNoteKey(in.Root)
	if err != nil {
		return nil, err
	}
	said := reader.NewStatements(in.Log, root)
	t := &told{said: said, shard: reader.New(in.Shard, said.Trust()), void: []int64{}}
	states := []any{}
	for _, step := range in.Steps {
		t.refused, t.fetch = []kernel.Code{}, false
		switch {
		case step.KeySet != nil:
			t.keySet(*step.KeySet)
		case step.Heartbeat != nil:
			t.heartbeat(*step.Heartbeat)
		case step.Live != nil:
			t.take(t.shard.Live(step.Live, said.Holding()))
		case step.Fetched != nil:
			t.take(t.shard.Fetched(step.Fetched, reader.HTTP, said.Holding()))
		case step.Reread != nil:
			t.readAnew(step.Reread, reader.HTTP, nil)
		case step.Snapshot != nil:
			t.snapshot(step.Snapshot)
		}
		states = append(states, t.state())
	}
	return states, nil
}

func (t *told) state() any {
	return map[string]any{
		"position": t.shard.Head().Position,
		"covered":  t.shard.Covered(),
		"refused":  t.refused,
		"fetch":    t.fetch,
		"doubt":    t.shard.InDoubt(),
		"void":     t.void,
	}
}

func (t *told) take(step reader.Step) {
	t.refused = append(t.refused, codesOf(step)...)
	t.fetch = t.fetch || step.Fetch
	for _, accepted := range step.Accepted {
		t.lines = append(t.lines, accepted.Text)
		if accepted.Void {
			t.void = append(t.void, accepted.Line.Position)
		}
	}
}

func (t *told) heartbeat(note []byte) {
	beat, err := t.said.Heartbeat(note)
	if err != nil {
		t.refused = append(t.refused, kernel.CodeOf(err))
	}
	if beat != nil {
		t.take(t.shard.Heartbeat(beat.Heads[t.shard.Number()]))
	}
}

func (t *told) keySet(note []byte) {
	change, err := t.said.KeySet(note)
	if err != nil {
		t.refused = append(t.refused, kernel.CodeOf(err))
		return
	}
	if t.shard.Rekey(change) {
		t.readAnew(t.lines, reader.Disk, t.base)
	}
	t.take(t.shard.Judge(t.said.Holding()))
	if waiting := t.said.Waiting(); waiting != nil {
		t.heartbeat(waiting)
	}
}

func (t *told) readAnew(lines []string, origin reader.Origin, base *reader.Base) {
	second := t.shard.Anew(t.said.Trust())
	if base != nil {
		second = t.shard.AnewFrom(*base, t.said.Trust())
	}
	read := second.Fetched(lines, origin, true)
	denied := t.shard.IsDeniedBy(second)
	compared, replaced := t.shard.Replace(second)
	if replaced && denied {
		t.said.ForgetState()
	}
	if replaced {
		t.lines, t.void, t.base = nil, []int64{}, base
	} else {
		read.Accepted = nil
	}
	t.take(read)
	t.take(compared)
}

func (t *told) snapshot(given *snapshot) {
	note, err := t.said.StateNote(given.Note)
	if err == nil && !t.shard.Wants(note.Heads[t.shard.Number()]) {
		return
	}
	var tree *state.Tree
	if err == nil {
		follow := state.FollowShards([]int{t.shard.Number()})
		tree, err = state.WalkInOrder(context.Background(), note.Root, follow, given.Nodes.node)
	}
	if err != nil {
		t.refused = append(t.refused, kernel.CodeOf(err))
		return
	}
	t.said.TookState(note)
	number := t.shard.Number()
	base := reader.BaseOf(note, number, tree.Shards(note, []int{number}, "")[number])
	step, taken := t.shard.Snapshot(base, t.said.Holding())
	if taken {
		t.base, t.lines, t.void = &base, nil, []int64{}
		t.take(step)
	}
}
