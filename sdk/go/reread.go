package dataplane

import (
	"context"
	"time"

	"tenure.dev/dataplane/internal/reader"
)

const (
	firstRereadPause = 5 * time.Second
	maxRereadPause   = 5 * time.Minute
)

func (p *Plane) isRereadDue(shard *followed) bool {
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	return shard.doubt && p.clock.monotonic() >= shard.rereadAt
}

// reread reads a shard in doubt from its beginning over HTTP into a second reader: positions and
// indexes are not signed, so somebody who can publish can renumber true facts. The second replaces
// the first when it reached at least what heartbeats have covered, with the same hash.
func (p *Plane) reread(ctx context.Context, shard *followed) bool {
	version := p.keys.current().Version()
	second := reader.New(shard.number, p.keys.trust())
	var accepted []reader.Accepted
	for {
		from := second.Head().Position + 1
		lines, err := p.source.facts(ctx, shard.number, from)
		if err != nil {
			p.postpone(shard)
			return false
		}
		step := second.Fetched(lines, reader.HTTP)
		accepted = append(accepted, step.Accepted...)
		if len(step.Refused) > 0 || second.Head().Position < from {
			break
		}
	}
	shard.mutex.Lock()
	// Under keys that were replaced meanwhile, what is void may have been folded.
	replaced := version == p.keys.current().Version() && p.replace(shard, second, accepted)
	shard.mutex.Unlock()
	// Also after a success: a registry that goes on serving what is refused is not read in a loop.
	p.postpone(shard)
	return replaced
}

func (p *Plane) postpone(shard *followed) {
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	shard.rereadPause = min(max(2*shard.rereadPause, firstRereadPause), maxRereadPause)
	shard.rereadAt = p.clock.monotonic() + shard.rereadPause
}

// replace puts the second reader in place of the first, in one step for those who decide. The
// caller holds the shard.
func (p *Plane) replace(shard *followed, second *reader.Shard, accepted []reader.Accepted) bool {
	covered := shard.reader.Covered()
	want, _ := shard.reader.HashAt(covered)
	if got, found := second.HashAt(covered); !found || got != want {
		return false
	}
	second.Compare(covered, want)
	before := shard.reader.Tenants()
	tenants := make([]string, 0, len(before))
	for tenant := range before {
		tenants = append(tenants, tenant)
	}
	p.index.Replace(tenants, itemsOf(accepted))
	shard.reader, shard.doubt = second, false
	p.publish(shard)
	if err := p.journal.replace(shard.number, textsOf(accepted)); err != nil {
		p.events.journal.tell(err)
	}
	var added []reader.Accepted
	for _, one := range accepted {
		if one.Fact.Seq > before[one.Fact.Tenant].Seq {
			added = append(added, one)
		}
	}
	p.counters.applied.Add(int64(len(added)))
	p.tellApplied(shard.number, added)
	p.advance(shard)
	return true
}

// foldAnew reads the shard's journal under a key set that voids more; where the disk does not hold
// all of it, the shard is in doubt. The caller holds the shard.
func (p *Plane) foldAnew(shard *followed, trust reader.Trust) {
	head := shard.reader.Head()
	lines, err := p.journal.load(shard.number)
	second := reader.New(shard.number, trust)
	step := second.Fetched(lines, reader.Disk)
	if err == nil && second.Head() == head && p.replace(shard, second, step.Accepted) {
		return
	}
	shard.doubt = true
	shard.rereadAt = 0
	p.follower.kick(shard.number)
}
