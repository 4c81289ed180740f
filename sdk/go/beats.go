package dataplane

import (
	"sync"
	"time"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
)

// keptBeats are enough for a shard that is never quite at the newest heartbeat.
const keptBeats = 16

// arrival is a heartbeat and when it came, by the monotonic clock.
type arrival struct {
	at   time.Duration
	beat *kernel.Beat
	note []byte
}

// beats knows which heartbeats each followed shard has reached.
type beats struct {
	mutex sync.Mutex
	kept  []arrival
	// reached is the arrival of the newest heartbeat that a shard has reached.
	reached map[int]time.Duration
	follows int
}

func newBeats(shards int) *beats {
	return &beats{reached: map[int]time.Duration{}, follows: shards}
}

func (b *beats) add(a arrival) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.kept = append(b.kept, a)
	if extra := len(b.kept) - keptBeats; extra > 0 {
		b.kept = append([]arrival(nil), b.kept[extra:]...)
	}
}

// forget is for a machine that was suspended: what was reached is of before.
func (b *beats) forget() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.kept = nil
	clear(b.reached)
}

// advance compares a shard, which the caller holds, with the heartbeats that it had not reached.
// It gives the newest that all followed shards have reached when this is news.
func (b *beats) advance(shard *reader.Shard) (all arrival, news bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	before, had := b.reached[shard.Number()]
	for _, kept := range b.kept {
		if had && kept.at <= before {
			continue
		}
		head := kept.beat.Heads[shard.Number()]
		if shard.Compare(head.Count, head.Hash) != reader.Reached {
			break
		}
		b.reached[shard.Number()] = kept.at
		news = true
	}
	if !news || len(b.reached) < b.follows {
		return arrival{}, false
	}
	oldest := b.oldest()
	if had && before > oldest {
		return arrival{}, false
	}
	for _, kept := range b.kept {
		if kept.at == oldest {
			return kept, true
		}
	}
	return arrival{at: oldest}, true
}

func (b *beats) oldest() time.Duration {
	oldest := never
	for _, at := range b.reached {
		oldest = min(oldest, at)
	}
	return oldest
}
