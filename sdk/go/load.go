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
	p.keys.load(p.journal)
	p.useKeys(false)
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
		step := shard.reader.Fetched(chunk, reader.Disk)
		p.counters.applied.Add(int64(len(step.Accepted)))
		p.index.Apply(itemsOf(step.Accepted))
		if len(step.Refused) > 0 {
			p.refuse(Refusal{Shard: shard.number, Origin: reader.Disk}, step.Refused[0].Err)
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
	set := p.keys.current().Set
	if set == nil {
		return
	}
	if beat, err := kernel.OpenHeartbeat(p.journal.note(lastFile), set, nil); err == nil {
		p.last = beat
	}
	reached, err := kernel.OpenHeartbeat(p.journal.note(reachedFile), set, nil)
	if err != nil {
		return
	}
	for _, shard := range p.shards {
		head := reached.Heads[shard.number]
		if shard.reader.Compare(head.Count, head.Hash) != reader.Reached {
			return
		}
	}
	p.freshness.fromDisk(reached.Time())
}
