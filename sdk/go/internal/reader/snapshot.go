package reader

import "tenure.dev/dataplane/internal/kernel"

// Tenants are those of a snapshot's shard, found by UUID; the zero head is of a tenant without
// facts.
type Tenants interface {
	HeadOf(tenant string) kernel.ChainHead
	Names() []string
}

// Base is what a verified snapshot says of the shard.
type Base struct {
	kernel.ShardHead
	// Size of the log.
	Size, Epoch int64
	Tenants     Tenants
}

// BaseOf reads a state note, whose tree was verified for the shard.
func BaseOf(note *kernel.StateNote, shard int, tenants Tenants) Base {
	return Base{
		ShardHead: note.Heads[shard], Size: note.Size, Epoch: note.Epoch, Tenants: tenants,
	}
}

// Wants tells that a snapshot with this head would be taken.
func (s *Shard) Wants(head kernel.ShardHead) bool {
	return head.Count > s.head.Position || (s.InDoubt() && head.Count >= s.cover.covered)
}

// IsBased tells that lines below the shard's base were never seen.
func (s *Shard) IsBased() bool { return s.base.Count > 0 }

// Snapshot takes a base in place of all that was there, if it is wanted.
func (s *Shard) Snapshot(base Base, holding bool) (Step, bool) {
	var step Step
	if !s.Wants(base.ShardHead) {
		return step, false
	}
	s.rest(base)
	s.doubt, s.unfolded = false, false
	if s.cover.newest != nil {
		s.expect(*s.cover.newest, &step)
	}
	s.judge(&step, holding)
	return step, true
}

// rest makes the shard stand on a base. What heartbeats said stays.
func (s *Shard) rest(base Base) {
	s.base = base
	s.head = Head{Position: base.Count, Index: base.Size - 1, Hash: base.Hash}
	s.epoch = base.Epoch
	s.tenants = map[string]kernel.ChainHead{}
	s.cover = cover{
		base: base.Count, covered: base.Count, coveredHash: base.Hash, from: base.Count,
		confirmed: s.cover.confirmed, trail: []kernel.Hash{base.Hash},
		newest: s.cover.newest, arrivals: s.cover.arrivals,
	}
}

// HeadOf a tenant in this shard.
func (s *Shard) HeadOf(tenant string) kernel.ChainHead {
	if head, found := s.tenants[tenant]; found || s.base.Tenants == nil {
		return head
	}
	return s.base.Tenants.HeadOf(tenant)
}

// TenantNames of all that were seen in this shard; some may be there twice.
func (s *Shard) TenantNames() []string {
	var names []string
	if s.base.Tenants != nil {
		names = s.base.Tenants.Names()
	}
	for tenant := range s.tenants {
		names = append(names, tenant)
	}
	return names
}
