package dataplane

import (
	"context"
	"runtime"
	"sync"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
)

// load verifies what the disk holds, as many shards at a time as there are processors; what
// follows a line that is refused is fetched again.
func (p *Plane) load(ctx context.Context) error {
	p.loadKeys()
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

func (p *Plane) loadShard(ctx context.Context, shard *followed) error {
	lines, err := p.journal.load(shard.number)
	if err != nil {
		return err
	}
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	for rest := lines; len(rest) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk := rest[:min(len(rest), linesAtOnce)]
		rest = rest[len(chunk):]
		step := shard.reader.Fetched(chunk, reader.Disk, true)
		p.counters.applied.Add(int64(len(step.Accepted)))
		p.index.Apply(itemsOf(step.Accepted))
		if len(step.Refused) > 0 {
			p.tellRefused(shard.number, step.Refused)
			held := lines[:min(int64(len(lines)), shard.reader.Head().Position)]
			if err := p.journal.replace(shard.number, held); err != nil {
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
