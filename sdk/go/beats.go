package dataplane

import (
	"sync"
	"time"
)

// arrival is the newest heartbeat and as of when it speaks, by the monotonic clock.
type arrival struct {
	at   time.Duration
	note []byte
	// epoch and size of the signed checkpoint in it; size 0 before the first one.
	epoch, size int64
}

// beats knows the newest heartbeat that each followed shard has reached.
type beats struct {
	mutex   sync.Mutex
	reached map[int]time.Duration
	follows int
}

func newBeats(shards int) *beats {
	return &beats{reached: map[int]time.Duration{}, follows: shards}
}

// forget is for a machine that was suspended: what was reached is of before.
func (b *beats) forget() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	clear(b.reached)
}

// reach gives the arrival of the newest heartbeat that all followed shards have reached, once there
// is one and this shard was the last to reach it.
func (b *beats) reach(shard int, at time.Duration) (all time.Duration, news bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.reached[shard] = at
	if len(b.reached) < b.follows {
		return 0, false
	}
	oldest := never
	for _, other := range b.reached {
		oldest = min(oldest, other)
	}
	return oldest, oldest == at
}
