package dataplane

import (
	"math"
	"sync/atomic"
	"time"
)

const (
	freshFor = 15 * time.Second
	staleFor = 5 * time.Minute
	// A jump of wall clock against monotonic clock beyond this: suspended, or set.
	skewLimit = 30 * time.Second
	// never is an age beyond all limits.
	never = time.Duration(math.MaxInt64)
)

// clock is what a plane knows of time.
type clock interface {
	// monotonic never goes back and is unrelated to the time of day.
	monotonic() time.Duration
	wall() time.Time
}

type systemClock struct{ began time.Time }

func (c systemClock) monotonic() time.Duration { return time.Since(c.began) }
func (c systemClock) wall() time.Time          { return time.Now().Round(0) }

func freshnessOf(age, limit time.Duration) Freshness {
	switch {
	case age <= freshFor:
		return Fresh
	case age <= staleFor:
		return Stale
	case age <= limit:
		return Degraded
	}
	return Expired
}

// freshness is the age of what the plane knows, and what that means per kind of decision.
type freshness struct {
	clock clock
	// Fields, since a decision must not hash a name to find its policy.
	membership, entitlement, apiKey Expiry
	// known is the monotonic time at which every followed shard was known; unknown: not at all.
	known  atomic.Int64
	offset time.Duration
	told   map[Kind]Freshness
}

const unknownTime = math.MinInt64

func newFreshness(clock clock, options Options) *freshness {
	f := &freshness{
		clock:       clock,
		membership:  options.expiry(Membership),
		entitlement: options.expiry(Entitlement),
		apiKey:      options.expiry(APIKey),
		told:        map[Kind]Freshness{},
	}
	f.known.Store(unknownTime)
	f.offset = f.wallOffset()
	for kind := range defaultExpiry {
		f.told[kind] = f.of(kind)
	}
	return f
}

func (f *freshness) wallOffset() time.Duration {
	return time.Duration(f.clock.wall().UnixNano()) - f.clock.monotonic()
}

func (f *freshness) age() time.Duration {
	known := f.known.Load()
	if known == unknownTime {
		return never
	}
	return f.clock.monotonic() - time.Duration(known)
}

func (f *freshness) expiryOf(kind Kind) *Expiry {
	switch kind {
	case Entitlement:
		return &f.entitlement
	case APIKey:
		return &f.apiKey
	}
	return &f.membership
}

func (f *freshness) of(kind Kind) Freshness { return freshnessOf(f.age(), f.expiryOf(kind).Limit) }

func (f *freshness) decides(kind Kind, now Freshness) bool {
	return now != Expired || f.expiryOf(kind).Allow
}

// knownAt takes a newer moment.
func (f *freshness) knownAt(moment time.Duration) {
	for {
		before := f.known.Load()
		if before >= int64(moment) || f.known.CompareAndSwap(before, int64(moment)) {
			return
		}
	}
}

// fromDisk starts with facts that a former process knew to be whole at `wall`: never fresh, since
// the clock may lie.
func (f *freshness) fromDisk(wall time.Time) {
	age := max(f.clock.wall().Sub(wall), freshFor+time.Millisecond)
	f.known.Store(int64(f.clock.monotonic() - age))
}

// tick gives the levels that changed since the last call, and whether the machine was suspended or
// its clock set: then what is known is at best stale.
func (f *freshness) tick() (changes []FreshnessChange, jumped bool) {
	offset := f.wallOffset()
	jumped = (offset - f.offset).Abs() > skewLimit
	f.offset = offset
	if limit := int64(f.clock.monotonic() - freshFor - time.Millisecond); jumped {
		f.known.Store(min(f.known.Load(), limit))
	}
	for _, kind := range []Kind{Membership, Entitlement, APIKey} {
		from, to := f.told[kind], f.of(kind)
		f.told[kind] = to
		if from != to {
			alarm := to == Expired && f.decides(kind, to)
			changes = append(changes, FreshnessChange{Kind: kind, From: from, To: to, Alarm: alarm})
		}
	}
	return changes, jumped
}
