package dataplane

import (
	"context"
	"errors"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
	"tenure.dev/dataplane/internal/state"
)

// kept is the snapshot on disk, of which explanations and lines that are folded anew begin.
type kept struct {
	note  *kernel.StateNote
	spans spans
}

// errNoSnapshot: the plane rests on none.
var errNoSnapshot = errors.New("no snapshot on disk")

// denySnapshot is for one that heartbeats and lines contradict: what is false of one shard is not
// believed of the others.
func (p *Plane) denySnapshot() {
	p.snapshots.liedTo.Store(true)
	p.saidMutex.Lock()
	p.said.ForgetState()
	p.saidMutex.Unlock()
	p.forgetKept()
	for number, shard := range p.shards {
		shard.mutex.Lock()
		if shard.reader.IsBased() {
			shard.reader.DoubtFold()
			shard.rereadAt = 0
		}
		shard.mutex.Unlock()
		p.follower.kick(number)
	}
}

// forgetKept also for the next process.
func (p *Plane) forgetKept() {
	p.snapshots.onDisk.Lock()
	defer p.snapshots.onDisk.Unlock()
	p.snapshots.kept.Store(nil)
	if err := p.journal.removeSnapshot(); err != nil {
		p.events.journal.tell(err)
	}
}

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
	p.snapshots.onDisk.RLock()
	defer p.snapshots.onDisk.RUnlock()
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
