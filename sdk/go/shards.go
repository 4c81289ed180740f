package dataplane

import (
	"sync"
	"sync/atomic"
	"time"

	"tenure.dev/dataplane/internal/index"
	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
)

// followed is one shard and all that belongs to it.
type followed struct {
	number int
	// mutex holds all but head.
	mutex  sync.Mutex
	reader *reader.Shard
	// rereadAt is when a shard in doubt may be read anew.
	rereadAt time.Duration
	// head is published for Stats, which must not wait for the shard.
	head atomic.Pointer[published]
	// behindSince and behindCount are of the newest heartbeat; 0 is not behind.
	behindSince time.Duration
	behindCount int64
	// beatAt is as of when the newest heartbeat speaks; unknownTime before one came.
	beatAt time.Duration
	// meanwhile are lines that were accepted while the shard is read anew.
	meanwhile []string
	rereading bool
	// wantsKeys: a live line was by a key that a newer set may have.
	wantsKeys bool
}

type published struct {
	reader.Head
	covered int64
}

// counters of Stats.
type counters struct {
	applied    atomic.Int64
	duplicates atomic.Int64
	mutex      sync.Mutex
	refused    map[Code]int64
}

func (c *counters) refuse(code Code) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.refused[code]++
}

// refuse counts and tells.
func (p *Plane) refuse(refusal Refusal, err error) {
	refusal.Code, refusal.Message = kernel.CodeOf(err), err.Error()
	p.counters.refuse(refusal.Code)
	p.events.refused.tell(refusal)
}

func itemsOf(accepted []reader.Accepted) []index.Item {
	items := make([]index.Item, 0, len(accepted))
	for _, one := range accepted {
		if !one.Void {
			items = append(items, index.Item{Fact: one.Fact, Body: one.Body})
		}
	}
	return items
}

func textsOf(accepted []reader.Accepted) []string {
	texts := make([]string, 0, len(accepted))
	for _, one := range accepted {
		texts = append(texts, one.Text)
	}
	return texts
}

// apply does what a step says: memory, disk, listeners, freshness. The caller holds the shard.
func (p *Plane) apply(shard *followed, step reader.Step) {
	p.counters.applied.Add(int64(len(step.Accepted)))
	p.counters.duplicates.Add(int64(step.Duplicates))
	if len(step.Accepted) > 0 {
		p.index.Apply(itemsOf(step.Accepted))
		p.publish(shard)
		if shard.rereading {
			shard.meanwhile = append(shard.meanwhile, textsOf(step.Accepted)...)
		}
		if err := p.journal.append(shard.number, textsOf(step.Accepted)); err != nil {
			p.events.journal.tell(err)
		}
		p.tellApplied(shard.number, step.Accepted)
	}
	p.tellRefused(shard.number, step.Refused)
	for _, refused := range step.Refused {
		shard.wantsKeys = shard.wantsKeys || refused.Err.Code == kernel.KeyUnknown
	}
	if step.Reached {
		p.publish(shard)
		p.reached(shard)
	}
}

func (p *Plane) tellRefused(shard int, refused []reader.Refused) {
	for _, one := range refused {
		p.refuse(Refusal{Shard: shard, Origin: one.Origin}, one.Err)
	}
}

func (p *Plane) publish(shard *followed) {
	shard.head.Store(&published{Head: shard.reader.Head(), covered: shard.reader.Covered()})
}

func (p *Plane) tellApplied(shard int, accepted []reader.Accepted) {
	for _, one := range accepted {
		p.events.applied.tell(AppliedFact{
			Shard:    shard,
			Position: one.Line.Position,
			Index:    one.Line.Index,
			Fact:     one.Fact,
		})
	}
}

// Stats counts what happened since the plane was opened.
func (p *Plane) Stats() Stats {
	stats := Stats{
		Applied:    p.counters.applied.Load(),
		Duplicates: p.counters.duplicates.Load(),
		Packed:     p.index.Packed(),
		KeySet:     p.known.Load(),
		Refused:    map[Code]int64{},
		Heads:      map[string]Head{},
	}
	if on := p.snapshots.kept.Load(); on != nil {
		stats.Snapshot = on.note.Size
	}
	p.counters.mutex.Lock()
	for code, times := range p.counters.refused {
		stats.Refused[code] = times
	}
	p.counters.mutex.Unlock()
	for number, shard := range p.shards {
		if head := shard.head.Load(); head != nil && head.Position > 0 {
			stats.Heads[kernel.ShardName(number)] = Head{
				Position: head.Position,
				Index:    head.Index,
				Hash:     head.Hash.Hex(),
				Covered:  head.covered,
			}
		}
	}
	return stats
}
