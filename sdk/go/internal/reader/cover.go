package reader

import (
	"slices"

	"tenure.dev/dataplane/internal/kernel"
)

// uncoveredBeats: a fact that this many heartbeats after its arrival do not cover is doubted.
const uncoveredBeats = 3

// cover is how far heartbeats have covered a shard, and the running hashes above that.
type cover struct {
	covered int64
	// trail[n] is H(covered + n).
	trail []kernel.Hash
	// arrivals are the positions at the arrival of the last heartbeats, the oldest first.
	arrivals []int64
}

func newCover() cover { return cover{trail: make([]kernel.Hash, 1)} }

func (c *cover) push(hash kernel.Hash) { c.trail = append(c.trail, hash) }

func (c *cover) hashAt(position int64) (kernel.Hash, bool) {
	at := position - c.covered
	if at < 0 || at >= int64(len(c.trail)) {
		return kernel.Hash{}, false
	}
	return c.trail[at], true
}

func (c *cover) moveTo(count int64) {
	if count > c.covered {
		c.trail = slices.Clone(c.trail[count-c.covered:])
		c.covered = count
	}
}

// Standing is what a heartbeat says of a shard.
type Standing int

// A shard is behind the heartbeat, has reached it, or cannot be on its way to it.
const (
	Behind Standing = iota
	Reached
	Forked
)

// Covered is the position up to which heartbeats have confirmed the shard.
func (s *Shard) Covered() int64 { return s.cover.covered }

// HashAt gives H(position) from the covered position on.
func (s *Shard) HashAt(position int64) (kernel.Hash, bool) { return s.cover.hashAt(position) }

// Compare tells where the shard stands to a heartbeat's head, and covers what it has reached.
func (s *Shard) Compare(count int64, hash kernel.Hash) Standing {
	if count > s.head.Position {
		return Behind
	}
	if count < s.cover.covered {
		return Reached
	}
	if known, _ := s.cover.hashAt(count); known != hash {
		return Forked
	}
	s.cover.moveTo(count)
	return Reached
}

// Heartbeat is [Shard.Compare] at a heartbeat's arrival. The code is shard-fork, fact-uncovered
// (the shard is in doubt) or empty.
func (s *Shard) Heartbeat(count int64, hash kernel.Hash) (Standing, kernel.Code) {
	standing := s.Compare(count, hash)
	s.cover.arrivals = append(s.cover.arrivals, s.head.Position)
	if extra := len(s.cover.arrivals) - uncoveredBeats; extra > 0 {
		s.cover.arrivals = s.cover.arrivals[extra:]
	}
	isFull := len(s.cover.arrivals) == uncoveredBeats
	switch {
	case standing == Forked:
		return standing, kernel.ShardFork
	case isFull && s.cover.arrivals[0] > s.cover.covered:
		return standing, kernel.FactUncovered
	}
	return standing, ""
}
