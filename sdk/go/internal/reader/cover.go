package reader

import (
	"slices"

	"tenure.dev/dataplane/internal/kernel"
)

// uncoveredBeats: a line that this many heartbeats do not count is doubted.
const uncoveredBeats = 3

// cover is how far heartbeats have covered a shard, and the running hashes that a heartbeat may
// still ask for.
type cover struct {
	// base is the position of the shard's snapshot: there is no hash below it.
	base        int64
	covered     int64
	coveredHash kernel.Hash
	// confirmed is as covered, but by heartbeats alone: of a snapshot what they have agreed to.
	confirmed kernel.ShardHead
	// trail[n] is H(from + n).
	from  int64
	trail []kernel.Hash
	// newest is the head of the newest heartbeat; awaited while the shard is behind it.
	newest  *kernel.ShardHead
	awaited bool
	// arrivals are the positions at the arrival of the last heartbeats, the oldest first.
	arrivals []int64
}

func newCover() cover { return cover{trail: make([]kernel.Hash, 1)} }

func (c *cover) push(hash kernel.Hash) { c.trail = append(c.trail, hash) }

func (c *cover) hashAt(position int64) (kernel.Hash, bool) {
	if position == c.covered {
		return c.coveredHash, true
	}
	at := position - c.from
	if at < 0 || at >= int64(len(c.trail)) {
		return kernel.Hash{}, false
	}
	return c.trail[at], true
}

// isConfirmed: what the shard rests on is not the word of the log key alone.
func (c *cover) isConfirmed() bool { return c.confirmed.Count >= c.base }

func (c *cover) coveredHead() kernel.ShardHead {
	return kernel.ShardHead{Count: c.covered, Hash: c.coveredHash}
}

// holds tells that the shard has this head on its way, as far as is known.
func (c *cover) holds(head kernel.ShardHead) bool {
	known, found := c.hashAt(head.Count)
	return found && known == head.Hash
}

func (c *cover) moveTo(head kernel.ShardHead) {
	c.covered, c.coveredHash, c.confirmed = head.Count, head.Hash, head
	if extra := head.Count - c.from; extra > 0 {
		c.trail = slices.Clone(c.trail[extra:])
		c.from = head.Count
	}
}

// giveUp is for a restored backup, which may have lost what was covered.
func (c *cover) giveUp() {
	c.covered, c.coveredHash, c.confirmed, c.base = 0, kernel.Hash{}, kernel.ShardHead{}, 0
}

// Covered is the position up to which heartbeats have confirmed the shard.
func (s *Shard) Covered() int64 { return s.cover.covered }

// Heartbeat takes the shard's head of a heartbeat that was opened. The refusal is shard-fork or
// fact-uncovered, and the shard is then in doubt.
func (s *Shard) Heartbeat(head kernel.ShardHead) Step {
	var step Step
	c := &s.cover
	c.newest, c.awaited = &head, true
	c.arrivals = append(c.arrivals, s.head.Position)
	if extra := len(c.arrivals) - uncoveredBeats; extra > 0 {
		c.arrivals = slices.Clone(c.arrivals[extra:])
	}
	if !s.reach(&step) {
		step.Fetch = c.awaited
		return step
	}
	if len(c.arrivals) == uncoveredBeats && c.arrivals[0] > head.Count {
		c.arrivals = nil
		s.doubt = true
		step.refuse(kernel.Refuse(kernel.FactUncovered, "behind position %d", head.Count), Beat)
	}
	return step
}

// reach compares the shard with the newest heartbeat once it is there.
func (s *Shard) reach(step *Step) bool {
	c := &s.cover
	if !c.awaited || c.newest.Count > s.head.Position {
		return false
	}
	c.awaited = false
	if c.newest.Count < c.base {
		step.Reached = !s.unfolded
		return true
	}
	if !c.holds(*c.newest) {
		s.doubt = true
		step.refuse(kernel.Refuse(kernel.ShardFork, "at position %d", c.newest.Count), Beat)
		return false
	}
	c.moveTo(*c.newest)
	step.Reached = !s.unfolded
	if c.newest.Count == s.head.Position {
		s.doubt = false
	}
	return true
}

// Settle forgets when heartbeats came: those of a former process say nothing of what is here now.
func (s *Shard) Settle() { s.cover.arrivals = nil }
