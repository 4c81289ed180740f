package dataplane

import (
	"sync"
	"sync/atomic"
	"time"

	"tenure.dev/dataplane/internal/kernel"
)

const (
	// farBehind in lines of all followed shards: a snapshot is quicker then.
	farBehind = 20_000
	// snapshotPause: a new tree is made each minute, and one that failed is not asked for in a loop.
	snapshotPause = time.Minute
	// snapshotLimit: a registry that hands nodes out one by one must not keep lines back for ever.
	snapshotLimit = 5 * time.Minute
)

// snapshots are how a plane comes to its bases.
type snapshots struct {
	// taking: one at a time.
	taking sync.Mutex
	// running keeps lines from being fetched that a snapshot is likely to bring.
	running atomic.Bool
	// booting: there is nothing on disk, so a snapshot comes first.
	booting atomic.Bool
	nextAt  atomic.Int64
	// onDisk holds the file and kept together.
	onDisk sync.RWMutex
	kept   atomic.Pointer[kept]
	// liedTo: the log key signed what never was, so none is taken until there are newer keys.
	liedTo atomic.Bool
	once   atomic.Bool
}

// isDue also books the next time.
func (s *snapshots) isDue(now time.Duration) bool {
	next := s.nextAt.Load()
	return int64(now) >= next && s.nextAt.CompareAndSwap(next, int64(now+snapshotPause))
}

// bootDue begins what a plane without anything on disk begins with, once there are keys.
func (p *Plane) bootDue() {
	if !p.snapshots.booting.Load() || p.known.Load() == 0 {
		return
	}
	p.snapshots.isDue(p.clock.monotonic())
	p.once(&p.snapshots.once, func() {
		p.takeSnapshot(p.ctx)
		p.snapshots.booting.Store(false)
		p.endSnapshot()
	})
}

// snapshotWhenFar takes a snapshot when the heartbeat counts so many lines more than are here. The
// caller holds saidMutex.
func (p *Plane) snapshotWhenFar(beat *kernel.Beat) {
	var behind int64
	for number, shard := range p.shards {
		behind += max(0, beat.Heads[number].Count-shard.head.Load().Position)
	}
	if behind <= farBehind || !p.snapshots.isDue(p.clock.monotonic()) {
		return
	}
	p.once(&p.snapshots.once, func() {
		p.snapshots.running.Store(true)
		p.takeSnapshot(p.ctx)
		p.endSnapshot()
	})
}

// endSnapshot lets lines go on, from wherever each shard now is.
func (p *Plane) endSnapshot() {
	p.snapshots.running.Store(false)
	p.askNow.Store(true)
	for number := range p.shards {
		p.follower.kick(number)
	}
}

func (p *Plane) waitsForSnapshot() bool {
	return p.snapshots.booting.Load() || p.snapshots.running.Load()
}
