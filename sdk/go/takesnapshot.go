package dataplane

import (
	"context"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
	"tenure.dev/dataplane/internal/state"
)

// takeSnapshot asks for the newest state note and the nodes below it. Whatever fails or lies leaves
// the plane as it was.
func (p *Plane) takeSnapshot(ctx context.Context) {
	p.snapshots.taking.Lock()
	defer p.snapshots.taking.Unlock()
	if p.snapshots.liedTo.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	raw, note, err := p.newestState(ctx)
	var tree *state.Tree
	if err == nil && p.wantsSnapshot(note) {
		tree, err = state.Walk(ctx, note.Root, state.FollowShards(p.order), p.fetchNode)
	}
	if err == nil && tree != nil {
		err = p.keepTree(raw, tree)
	}
	if kernel.CodeOf(err) != "" {
		p.refuse(Refusal{Shard: NoShard, Origin: reader.HTTP}, err)
	}
}

// newestState fetches newer keys when the note is by one, or by a set, that is not here yet.
func (p *Plane) newestState(ctx context.Context) ([]byte, *kernel.StateNote, error) {
	raw, err := p.source.stateNote(ctx)
	if err != nil {
		return nil, nil, err
	}
	note, err := p.openState(raw)
	if code := kernel.CodeOf(err); code == kernel.StateKeyset || code == kernel.NoteKeyUnknown {
		p.learnKeys(ctx)
		note, err = p.openState(raw)
	}
	return raw, note, err
}

func (p *Plane) openState(raw []byte) (*kernel.StateNote, error) {
	p.saidMutex.Lock()
	defer p.saidMutex.Unlock()
	return p.said.StateNote(raw)
}

func (p *Plane) wantsSnapshot(note *kernel.StateNote) bool {
	for number, shard := range p.shards {
		shard.mutex.Lock()
		wants := shard.reader.Wants(note.Heads[number])
		shard.mutex.Unlock()
		if wants {
			return true
		}
	}
	return false
}

// fetchNode prefers the disk: most nodes are as they were a minute ago.
func (p *Plane) fetchNode(ctx context.Context, hash kernel.Hash) (*state.Node, error) {
	if node, err := p.keptNode(ctx, hash); err == nil && node.Hash == hash {
		return node, nil
	}
	file, err := p.source.node(ctx, hash)
	if err != nil {
		return nil, err
	}
	data, err := state.Unpack(file)
	if err != nil {
		return nil, err
	}
	return state.Parse(data)
}

// keepTree puts the shards that want it on the tree, on disk before in memory: without its base on
// disk, what lies above it there is worth nothing.
func (p *Plane) keepTree(raw []byte, tree *state.Tree) error {
	where, err := p.journal.writeSnapshot(raw, tree)
	if err == nil {
		var taken *SnapshotTaken
		if taken, err = p.restOn(raw, tree, where); taken != nil {
			p.events.snapshot.tell(*taken)
			return nil
		}
	}
	p.journal.dropSnapshot()
	if err != nil && kernel.CodeOf(err) == "" {
		p.events.journal.tell(err)
	}
	return err
}

// restOn gives nothing when the tree is not to be had any more.
func (p *Plane) restOn(raw []byte, tree *state.Tree, where spans) (*SnapshotTaken, error) {
	p.saidMutex.Lock()
	defer p.saidMutex.Unlock()
	// Keys may have come meanwhile, or are on their way, that make void what the tree has.
	note, err := p.said.StateNote(raw)
	if err != nil || p.said.Holding() {
		return nil, err
	}
	// The one before it was denied meanwhile: so may this one be, by the same key.
	if p.snapshots.liedTo.Load() {
		return nil, nil
	}
	p.snapshots.onDisk.Lock()
	if err = p.journal.keepSnapshot(); err == nil {
		p.snapshots.kept.Store(&kept{note: note, spans: where})
	}
	p.snapshots.onDisk.Unlock()
	if err != nil {
		return nil, err
	}
	p.said.TookState(note)
	taken := &SnapshotTaken{Size: note.Size}
	shards := tree.Shards(note, p.order, string(reader.HTTP))
	for _, number := range p.order {
		if p.restShard(p.shards[number], note, shards[number]) {
			taken.Shards = append(taken.Shards, number)
		}
	}
	return taken, nil
}

func (p *Plane) restShard(shard *followed, note *kernel.StateNote, base *state.Shard) bool {
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	if !shard.reader.Wants(note.Heads[shard.number]) {
		return false
	}
	tenants := shard.reader.TenantNames()
	step, _ := shard.reader.Snapshot(reader.BaseOf(note, shard.number, base), p.holding.Load())
	p.index.Replace(shard.number, tenants, base, nil)
	shard.behindCount = 0
	p.publish(shard)
	if err := p.journal.replace(shard.number, nil); err != nil {
		p.events.journal.tell(err)
	}
	p.apply(shard, step)
	return true
}
