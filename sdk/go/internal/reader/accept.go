package reader

import (
	"strings"

	"tenure.dev/dataplane/internal/kernel"
)

// accept runs checks 2 to 21, moves on, and compares the shard with the heartbeat that it was behind.
func (s *Shard) accept(text string, line kernel.Line, origin Origin, step *Step) bool {
	opened, err := kernel.OpenEnvelope(line.Envelope, s.trust.Find)
	if err == nil {
		err = s.checkPlace(opened, line, origin)
	}
	if err == nil {
		err = kernel.CheckBody(opened.Fact.Kind, opened.Fact.Op, opened.Body)
	}
	if err != nil {
		step.refuse(err, origin)
		return false
	}
	fact := opened.Fact
	tenant := fact.Tenant
	if _, known := s.tenants[tenant]; !known {
		// The text is a piece of the payload, which would stay in memory with it.
		tenant = strings.Clone(tenant)
	}
	s.tenants[tenant] = kernel.ChainHead{Seq: fact.Seq, Hash: opened.Leaf}
	hash := kernel.RunningHash(s.head.Hash, opened.Leaf)
	s.head = Head{Position: line.Position, Index: line.Index, Hash: hash}
	s.epoch = fact.Epoch
	s.cover.push(hash)
	step.Accepted = append(step.Accepted, Accepted{
		Line: line,
		Text: text,
		Fact: fact,
		Body: opened.Body,
		Leaf: opened.Leaf,
		Void: opened.Key.IsVoid(line.Index),
	})
	s.reach(step)
	return true
}

// checkPlace: log, shard, position, index, key's range, epoch, seq, prev, in that order.
func (s *Shard) checkPlace(opened kernel.Opened, line kernel.Line, origin Origin) error {
	fact := opened.Fact
	shard, isTenant := kernel.ShardOf(fact.Tenant)
	switch {
	case fact.Log != s.trust.Log:
		return kernel.Refuse(kernel.LogMismatch, "%s", fact.Log)
	case !isTenant || shard != s.number:
		return kernel.Refuse(kernel.ShardMismatch, "%s", fact.Tenant)
	case line.Position != s.head.Position+1:
		return kernel.Refuse(kernel.PositionGap, "%d after %d", line.Position, s.head.Position)
	case line.Index <= s.head.Index:
		return kernel.Refuse(kernel.IndexReplay, "%d after %d", line.Index, s.head.Index)
	case !opened.Key.Holds(line.Index):
		return kernel.Refuse(kernel.KeyRange, "index %d", line.Index)
	case origin == Live && !opened.Key.IsOpen():
		return kernel.Refuse(kernel.KeyClosed, "index %d", line.Index)
	case fact.Epoch < s.epoch:
		return kernel.Refuse(kernel.EpochMismatch, "%d after %d", fact.Epoch, s.epoch)
	}
	return kernel.CheckNext(fact, s.HeadOf(fact.Tenant))
}
