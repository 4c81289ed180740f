package dataplane

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
	"tenure.dev/dataplane/internal/state"
)

const (
	// farBehind in lines of all followed shards: a snapshot is quicker then.
	farBehind = 20_000
	// snapshotPause: a new tree is made each minute, and one that failed is not asked for in a loop.
	snapshotPause = time.Minute
	// snapshotLimit: a registry that hands nodes out one by one must not keep lines back for ever.
	snapshotLimit = 5 * time.Minute
)

// kept is the snapshot on disk, of which explanations and lines that are folded anew begin.
type kept struct {
	note  *kernel.StateNote
	spans spans
}

// snapshots are how a plane comes to its bases.
type snapshots struct {
	// taking: one at a time.
	taking sync.Mutex
	// running keeps lines from being fetched that a snapshot is likely to bring.
	running atomic.Bool
	// booting: there is nothing on disk, so a snapshot comes first.
	booting atomic.Bool
	nextAt  atomic.Int64
	kept    atomic.Pointer[kept]
	once    atomic.Bool
}

// isDue also books the next time.
func (s *snapshots) isDue(now time.Duration) bool {
	next := s.nextAt.Load()
	return int64(now) >= next && s.nextAt.CompareAndSwap(next, int64(now+snapshotPause))
}

// bootDue begins what a plane without anything on disk begins with, once there are keys.
func (p *Plane) bootDue() {
	if !p.snapshots.booting.Load() || p.known.Load() == 0 {
		return
	}
	p.snapshots.isDue(p.clock.monotonic())
	p.once(&p.snapshots.once, func() {
		p.takeSnapshot(p.ctx)
		p.snapshots.booting.Store(false)
		p.endSnapshot()
	})
}

// snapshotWhenFar takes a snapshot when the heartbeat counts so many lines more than are here. The
// caller holds saidMutex.
func (p *Plane) snapshotWhenFar(beat *kernel.Beat) {
	var behind int64
	for number, shard := range p.shards {
		behind += max(0, beat.Heads[number].Count-shard.head.Load().Position)
	}
	if behind <= farBehind || !p.snapshots.isDue(p.clock.monotonic()) {
		return
	}
	p.once(&p.snapshots.once, func() {
		p.snapshots.running.Store(true)
		p.takeSnapshot(p.ctx)
		p.endSnapshot()
	})
}

// endSnapshot lets lines go on, from wherever each shard now is.
func (p *Plane) endSnapshot() {
	p.snapshots.running.Store(false)
	p.askNow.Store(true)
	for number := range p.shards {
		p.follower.kick(number)
	}
}

func (p *Plane) waitsForSnapshot() bool {
	return p.snapshots.booting.Load() || p.snapshots.running.Load()
}

// takeSnapshot asks for the newest state note and the nodes below it. Whatever fails or lies leaves
// the plane as it was.
func (p *Plane) takeSnapshot(ctx context.Context) {
	p.snapshots.taking.Lock()
	defer p.snapshots.taking.Unlock()
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	raw, note, err := p.newestState(ctx)
	var tree *state.Tree
	if err == nil && p.wantsSnapshot(note) {
		tree, err = state.Walk(ctx, note.Root, state.FollowShards(p.order), p.fetchNode)
	}
	if err == nil && tree != nil {
		err = p.restOn(raw, tree)
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

// restOn puts the shards that want it on the tree, on disk before in memory.
func (p *Plane) restOn(raw []byte, tree *state.Tree) error {
	where, err := p.journal.writeSnapshot(raw, tree)
	p.saidMutex.Lock()
	defer p.saidMutex.Unlock()
	// Keys may have come meanwhile, or are on their way, that make void what the tree has.
	note, stateErr := p.said.StateNote(raw)
	if stateErr != nil || p.said.Holding() {
		return stateErr
	}
	if err == nil {
		err = p.journal.keepSnapshot()
	}
	if err != nil {
		// Without its base on disk, what lies above it there is worth nothing.
		p.events.journal.tell(err)
		return nil
	}
	p.said.TookState(note)
	p.snapshots.kept.Store(&kept{note: note, spans: where})
	taken := SnapshotTaken{Size: note.Size}
	shards := tree.Shards(note, p.order, string(reader.HTTP))
	for _, number := range p.order {
		if p.restShard(p.shards[number], note, shards[number]) {
			taken.Shards = append(taken.Shards, number)
		}
	}
	p.events.snapshot.tell(taken)
	return nil
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

// errNoSnapshot: the plane rests on none.
var errNoSnapshot = errors.New("no snapshot on disk")

func (p *Plane) keptNode(_ context.Context, hash kernel.Hash) (*state.Node, error) {
	on := p.snapshots.kept.Load()
	if on == nil {
		return nil, errNoSnapshot
	}
	where, found := on.spans[hash]
	if !found {
		return nil, kernel.Refuse(kernel.StateHashMismatch, "no node %s on disk", hash.Hex())
	}
	return p.journal.nodeAt(where)
}

// keptShard reads a part of the snapshot on disk again, and verifies it again.
func (p *Plane) keptShard(shard int, follow state.Follow) (*kernel.StateNote, *state.Shard, error) {
	on := p.snapshots.kept.Load()
	if on == nil {
		return nil, nil, errNoSnapshot
	}
	tree, err := state.WalkInOrder(p.ctx, on.note.Root, follow, p.keptNode)
	if err != nil {
		return nil, nil, err
	}
	return on.note, tree.Shards(on.note, []int{shard}, string(reader.Disk))[shard], nil
}
