package dataplane

import (
	"context"
	"errors"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
	"tenure.dev/dataplane/internal/state"
)

// maxKeySets in one go: a registry that never stops handing them out must end somewhere.
const maxKeySets = 1_000

func (p *Plane) version() int64 {
	p.saidMutex.Lock()
	defer p.saidMutex.Unlock()
	return p.said.Version()
}

func (p *Plane) trust() (reader.Trust, int64) {
	p.saidMutex.Lock()
	defer p.saidMutex.Unlock()
	return p.said.Trust(), p.said.Version()
}

// learnKeys asks for the next key sets until there is none. It tells whether the registry answered.
func (p *Plane) learnKeys(ctx context.Context) bool {
	p.learning.Lock()
	defer p.learning.Unlock()
	for range maxKeySets {
		next := p.version() + 1
		note, err := p.source.keySet(ctx, next)
		if errors.Is(err, errNotYet) {
			return true
		}
		if err != nil {
			return false
		}
		if err := p.takeKeySet(note); err != nil {
			p.refuse(Refusal{Shard: NoShard, Origin: reader.HTTP}, err)
			return true
		}
		if err := p.journal.saveNote(keySetFile(next), note); err != nil {
			p.events.journal.tell(err)
		}
	}
	return true
}

// takeKeySet does what a newer set means for each shard, then takes the heartbeat that waited.
func (p *Plane) takeKeySet(note []byte) error {
	p.saidMutex.Lock()
	defer p.saidMutex.Unlock()
	change, err := p.said.KeySet(note)
	if err != nil {
		return err
	}
	p.holding.Store(p.said.Holding())
	p.known.Store(p.said.Version())
	p.snapshots.liedTo.Store(false)
	if on := p.snapshots.kept.Load(); on != nil && change.IsVoidAt(on.note.Size) {
		p.forgetKept()
	}
	for _, shard := range p.shards {
		p.rekey(shard, change)
	}
	if waiting := p.said.Waiting(); waiting != nil {
		p.takeHeartbeat(waiting, reader.Live, p.waitingAt, false)
	}
	return nil
}

func (p *Plane) rekey(shard *followed, change reader.Change) {
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	if shard.reader.Rekey(change) {
		p.foldAnew(shard, change.Trust)
	}
	step := shard.reader.Judge(p.holding.Load())
	p.apply(shard, step)
	if step.Fetch || shard.reader.InDoubt() {
		p.follower.kick(shard.number)
	}
}

// foldAnew reads the shard's journal under a key set that voids more; where the disk does not hold
// all of it, the shard is in doubt. The caller holds the shard.
func (p *Plane) foldAnew(shard *followed, trust reader.Trust) {
	head := shard.reader.Head()
	lines, err := p.journal.load(shard.number)
	folded, base := shard.reader.Anew(trust), (*state.Shard)(nil)
	if shard.reader.IsBased() {
		var note *kernel.StateNote
		note, base, err = p.keptShard(shard.number, state.FollowShards([]int{shard.number}))
		if err == nil {
			folded = shard.reader.AnewFrom(reader.BaseOf(note, shard.number, base), trust)
		}
	}
	step := folded.Fetched(lines, reader.Disk, true)
	tenants := shard.reader.TenantNames()
	at := folded.Head()
	isWhole := err == nil && at.Position == head.Position && at.Hash == head.Hash
	compared, replaced := reader.Step{}, false
	if isWhole {
		compared, replaced = shard.reader.Replace(folded)
	}
	if !replaced {
		shard.reader.DoubtFold()
		shard.rereadAt = 0
		return
	}
	p.index.Replace(shard.number, tenants, base, itemsOf(step.Accepted))
	p.apply(shard, compared)
}
