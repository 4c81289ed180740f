package dataplane

import (
	"context"
	"time"

	"tenure.dev/dataplane/internal/reader"
)

// rereadPause is the same after every reading: who forges on the stream again and again must not
// make healing slower and slower.
const rereadPause = 10 * time.Second

func (p *Plane) isRereadDue(shard *followed) bool {
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	return p.isDoubtDue(shard, p.clock.monotonic())
}

// heal ends a doubt: with a snapshot where one was begun with, since what is below it is not here,
// and otherwise with all lines.
func (p *Plane) heal(ctx context.Context, shard *followed) bool {
	if p.isBased(shard) && p.snapshots.isDue(p.clock.monotonic()) {
		p.snapshots.running.Store(true)
		p.takeSnapshot(ctx)
		p.endSnapshot()
	}
	return !p.isRereadDue(shard) || p.reread(ctx, shard)
}

func (p *Plane) isBased(shard *followed) bool {
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	return shard.reader.IsBased()
}

// reread reads a shard in doubt from its first line over HTTP into a second reader: positions and
// indexes are not signed, so somebody who can publish can renumber true facts.
func (p *Plane) reread(ctx context.Context, shard *followed) bool {
	shard.mutex.Lock()
	shard.rereading, shard.meanwhile = true, nil
	shard.mutex.Unlock()
	trust, version := p.trust()
	shard.mutex.Lock()
	second := shard.reader.Anew(trust)
	shard.mutex.Unlock()
	var accepted []reader.Accepted
	var refused []reader.Refused
	for len(refused) == 0 {
		from := second.Head().Position + 1
		lines, err := p.source.facts(ctx, shard.number, from)
		if err != nil {
			p.postpone(shard)
			return false
		}
		step := second.Fetched(lines, reader.HTTP, true)
		accepted = append(accepted, step.Accepted...)
		refused = step.Refused
		// Nothing new: the end, or a server that repeats itself.
		if second.Head().Position < from {
			break
		}
	}
	p.tellRefused(shard.number, refused)
	shard.mutex.Lock()
	// Under keys that were replaced meanwhile, what is void may have been folded.
	denied := shard.reader.IsDeniedBy(second)
	replaced := version == p.known.Load() && p.replace(shard, second, accepted)
	if replaced {
		// What came meanwhile was judged by the first reader only.
		p.apply(shard, shard.reader.Live(shard.meanwhile, p.holding.Load()))
	}
	shard.mutex.Unlock()
	if replaced && denied {
		p.denySnapshot()
	}
	// Also after a success: a registry that goes on serving what is refused is not read in a loop.
	p.postpone(shard)
	return replaced
}

func (p *Plane) postpone(shard *followed) {
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	shard.rereading, shard.meanwhile = false, nil
	shard.rereadAt = p.clock.monotonic() + rereadPause
}

// replace puts the second reader in place of the first, in one step for those who decide. The
// caller holds the shard.
func (p *Plane) replace(shard *followed, second *reader.Shard, accepted []reader.Accepted) bool {
	// The first reader as it was: the second one takes its place in the same value.
	before, tenants := *shard.reader, shard.reader.TenantNames()
	step, replaced := shard.reader.Replace(second)
	if replaced {
		p.index.Replace(shard.number, tenants, nil, itemsOf(accepted))
		p.publish(shard)
		if err := p.journal.replace(shard.number, textsOf(accepted)); err != nil {
			p.events.journal.tell(err)
		}
		var added []reader.Accepted
		for _, one := range accepted {
			if one.Fact.Seq > before.HeadOf(one.Fact.Tenant).Seq {
				added = append(added, one)
			}
		}
		p.counters.applied.Add(int64(len(added)))
		p.tellApplied(shard.number, added)
	}
	p.apply(shard, step)
	return replaced
}
