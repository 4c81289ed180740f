package dataplane

import (
	"context"
	"runtime"
	"sync"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
	"tenure.dev/dataplane/internal/state"
)

// load verifies what the disk holds, as many shards at a time as there are processors; what
// follows a line that is refused is fetched again.
func (p *Plane) load(ctx context.Context) error {
	p.loadKeys()
	if !p.everyLine {
		p.loadSnapshot(ctx)
	}
	work := make(chan *followed)
	var group sync.WaitGroup
	var failed error
	var once sync.Once
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for shard := range work {
				if err := p.loadShard(ctx, shard); err != nil {
					once.Do(func() { failed = err })
				}
			}
		})
	}
	for _, shard := range p.shards {
		work <- shard
	}
	close(work)
	group.Wait()
	if failed == nil {
		p.loadHeartbeats()
	}
	return failed
}

// loadKeys takes the sets on disk as far as they hold; the rest is learned again.
func (p *Plane) loadKeys() {
	for range maxKeySets {
		note := p.journal.note(keySetFile(p.version() + 1))
		if note == nil || p.takeKeySet(note) != nil {
			return
		}
	}
}

// loadSnapshot verifies the snapshot on disk again: one signature, and hashes for the rest. Without
// it the lines above it do not follow, and all is fetched anew.
func (p *Plane) loadSnapshot(ctx context.Context) {
	saved := p.journal.readSnapshot()
	if saved == nil {
		return
	}
	note, err := p.openState(saved.note)
	var tree *state.Tree
	if err == nil {
		tree, err = state.Walk(ctx, note.Root, state.FollowShards(p.order), saved.node)
	}
	if kernel.CodeOf(err) != "" {
		p.refuse(Refusal{Shard: NoShard, Origin: reader.Disk}, err)
	}
	if err != nil {
		return
	}
	p.said.TookState(note)
	p.snapshots.kept.Store(&kept{note: note, spans: saved.spans})
	shards := tree.Shards(note, p.order, string(reader.Disk))
	for number, shard := range p.shards {
		base := reader.BaseOf(note, number, shards[number])
		if _, taken := shard.reader.Snapshot(base, true); taken {
			p.index.Replace(number, nil, shards[number], nil)
		}
		p.publish(shard)
	}
}

func (p *Plane) loadShard(ctx context.Context, shard *followed) error {
	lines, err := p.journal.load(shard.number)
	if err != nil {
		return err
	}
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	taken := 0
	for rest := lines; len(rest) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk := rest[:min(len(rest), linesAtOnce)]
		rest = rest[len(chunk):]
		step := shard.reader.Fetched(chunk, reader.Disk, true)
		p.counters.applied.Add(int64(len(step.Accepted)))
		p.index.Apply(itemsOf(step.Accepted))
		taken += len(step.Accepted) + step.Duplicates
		if len(step.Refused) > 0 {
			p.tellRefused(shard.number, step.Refused)
			if err := p.journal.replace(shard.number, lines[:taken]); err != nil {
				return err
			}
			break
		}
	}
	p.publish(shard)
	return nil
}

// loadHeartbeats: the newest is what later ones may not fall behind; the newest that was reached
// tells how old the facts are, if the disk still has them all.
func (p *Plane) loadHeartbeats() {
	isWhole := false
	if beat, err := p.said.Resume(p.journal.note(reachedFile)); err == nil {
		isWhole = p.resume(beat)
		if isWhole {
			p.freshness.fromDisk(beat.Time())
		}
	}
	if beat, err := p.said.Resume(p.journal.note(lastFile)); err == nil {
		p.resume(beat)
	}
}

// resume tells whether all followed shards have reached the heartbeat.
func (p *Plane) resume(beat *kernel.Beat) bool {
	isWhole := true
	for _, shard := range p.shards {
		step := shard.reader.Heartbeat(beat.Heads[shard.number])
		p.tellRefused(shard.number, step.Refused)
		shard.reader.Settle()
		isWhole = isWhole && step.Reached
	}
	return isWhole
}
