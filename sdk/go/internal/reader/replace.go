package reader

import "tenure.dev/dataplane/internal/kernel"

// Replace puts a second reader, which read the shard anew over HTTP, in place of this one when it
// reached what was covered, with the same running hash; it is then compared with the newest
// heartbeat. Otherwise this one stays, in doubt. The step tells about the second reader.
func (s *Shard) Replace(second *Shard) (Step, bool) {
	var step Step
	covered := s.cover.covered
	want := s.cover.coveredHash
	if second.head.Position < covered {
		return step, false
	}
	if got, found := second.cover.hashAt(covered); !found || got != want {
		step.refuse(kernel.Refuse(kernel.ShardFork, "at position %d", covered), Beat)
		return step, false
	}
	second.cover.moveTo(kernel.ShardHead{Count: covered, Hash: want})
	second.cover.newest, second.cover.awaited = s.cover.newest, s.cover.newest != nil
	second.doubt = false
	second.reach(&step)
	second.trust, second.held = s.trust, s.held
	*s = *second
	return step, true
}

// Continue takes a reader that folded the same lines anew; what is covered stays covered.
func (s *Shard) Continue(folded *Shard) {
	folded.cover, folded.doubt, folded.held, folded.trust = s.cover, s.doubt, s.held, s.trust
	*s = *folded
}

// Change is what a newer key set means for lines that were taken before.
type Change struct {
	Trust Trust
	// EpochFrom is the first index of a new epoch, VoidFrom the lowest one that is newly void;
	// [kernel.NoEnd] when there is none.
	EpochFrom, VoidFrom int64
}

// Rekey takes newer keys. It tells that the shard's lines are to be folded anew.
func (s *Shard) Rekey(change Change) (foldAnew bool) {
	s.trust = change.Trust
	if change.EpochFrom != kernel.NoEnd {
		// Of an older epoch: nothing is to be compared with it any more.
		s.cover.newest, s.cover.awaited, s.cover.arrivals = nil, false, nil
	}
	if change.EpochFrom <= s.head.Index {
		s.cover.giveUp()
		s.doubt = true
	}
	return change.VoidFrom <= s.head.Index
}

// Judge takes the held lines that have waited for keys.
func (s *Shard) Judge(holding bool) Step {
	var step Step
	s.judge(&step, holding)
	return step
}
