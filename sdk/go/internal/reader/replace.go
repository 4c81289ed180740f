package reader

import (
	"slices"

	"tenure.dev/dataplane/internal/kernel"
)

// Anew is a reader of nothing yet, which is to reach what heartbeats have covered here.
func (s *Shard) Anew(trust Trust) *Shard {
	second := New(s.number, trust)
	return s.mustReach(second)
}

// AnewFrom is one that begins with a snapshot.
func (s *Shard) AnewFrom(base Base, trust Trust) *Shard {
	second := New(s.number, trust)
	second.rest(base)
	return s.mustReach(second)
}

func (s *Shard) mustReach(second *Shard) *Shard {
	head := s.cover.coveredHead()
	if !s.cover.isConfirmed() && !second.IsBased() {
		head = s.cover.confirmed
	}
	second.expect(head, &Step{})
	return second
}

// reaches tells that the second reader has what heartbeats have covered here, and the same. A
// snapshot that none has agreed to yet binds nobody who agrees with the newest.
func (s *Shard) reaches(second *Shard) bool {
	c := &s.cover
	head := c.coveredHead()
	if !c.isConfirmed() && !second.IsBased() && !second.cover.holds(head) {
		if c.newest == nil || !second.cover.holds(*c.newest) {
			return false
		}
		head = c.confirmed
	}
	second.expect(head, &Step{})
	return second.cover.covered >= head.Count
}

// IsDeniedBy tells that the shard rests on a snapshot of another history than the second reader's.
func (s *Shard) IsDeniedBy(second *Shard) bool {
	return !s.cover.isConfirmed() && !second.cover.holds(s.base.ShardHead)
}

// Replace puts a second reader, which [Shard.Anew] made and which read the shard from its
// beginning, in place of this one when it reaches what was covered, with the same running hash; it
// is then compared with the newest heartbeat. Otherwise this one stays as it is.
func (s *Shard) Replace(second *Shard) (Step, bool) {
	var step Step
	if !s.reaches(second) {
		return step, false
	}
	newest := s.cover.newest
	second.cover.newest, second.cover.awaited = nil, false
	second.doubt, second.unfolded = false, false
	if newest != nil {
		second.expect(*newest, &step)
	}
	second.trust, second.held = s.trust, s.held
	*s = *second
	return step, true
}

// expect compares the shard with a head, at once or when it is there; until then it is behind.
func (s *Shard) expect(head kernel.ShardHead, step *Step) {
	s.cover.newest, s.cover.awaited = &head, true
	s.reach(step)
	step.Fetch = step.Fetch || s.cover.awaited
}

// Change is what a newer key set means for lines that were taken before.
type Change struct {
	Trust Trust
	// EpochFrom is the first index of a new epoch, VoidFrom the lowest one that is newly void;
	// [kernel.NoEnd] when there is none.
	EpochFrom, VoidFrom int64
	// VoidSizes of the log at which what a log key signed is newly void.
	VoidSizes []Span
}

// Span is from and up to.
type Span struct{ From, To int64 }

// IsVoidAt tells that a snapshot of this size is by a log key that was stolen.
func (c Change) IsVoidAt(size int64) bool {
	return slices.ContainsFunc(c.VoidSizes, func(span Span) bool {
		return size >= span.From && size <= span.To
	})
}

// Rekey takes newer keys. It tells that the shard's lines are to be folded anew.
func (s *Shard) Rekey(change Change) (foldAnew bool) {
	s.trust = change.Trust
	if change.EpochFrom != kernel.NoEnd {
		// Of an older epoch: not even a late line is to be compared with it any more.
		s.cover.newest, s.cover.awaited, s.cover.arrivals = nil, false, nil
	}
	if change.EpochFrom <= s.head.Index {
		s.cover.giveUp()
		s.doubt = true
	}
	if change.VoidFrom < s.base.Size || (s.IsBased() && change.IsVoidAt(s.base.Size)) {
		// What is void was folded into the base, or may be there: nobody can take it apart.
		s.DoubtFold()
		return false
	}
	return change.VoidFrom <= s.head.Index
}

// Judge takes the held lines that have waited for keys.
func (s *Shard) Judge(holding bool) Step {
	var step Step
	s.judge(&step, holding)
	return step
}
