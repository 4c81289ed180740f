package dataplane

import (
	"testing"
	"time"
)

type handClock struct {
	mono time.Duration
	now  time.Time
}

func (c *handClock) monotonic() time.Duration { return c.mono }
func (c *handClock) wall() time.Time          { return c.now }

func (c *handClock) pass(duration time.Duration) {
	c.mono += duration
	c.now = c.now.Add(duration)
}

func newHandClock() *handClock {
	return &handClock{now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
}

func TestFreshnessDecaysByMonotonicTime(t *testing.T) {
	clock := newHandClock()
	f := newFreshness(clock, Options{})
	if got := f.of(Membership); got != Expired {
		t.Errorf("%s before anything is known", got)
	}
	f.knownAt(0)
	for _, step := range []struct {
		pass       time.Duration
		membership Freshness
	}{
		{15 * time.Second, Fresh},
		{time.Millisecond, Stale},
		{5*time.Minute - 15*time.Second, Degraded},
		{24 * time.Hour, Expired},
	} {
		clock.pass(step.pass)
		if got := f.of(Membership); got != step.membership {
			t.Errorf("%s after %s, not %s", got, clock.mono, step.membership)
		}
	}
	if f.decides(Membership, Expired) || !f.decides(Entitlement, Expired) {
		t.Error("memberships deny when expired, entitlements go on")
	}
}

func TestASuspendedMachineIsNotFresh(t *testing.T) {
	clock := newHandClock()
	f := newFreshness(clock, Options{})
	f.knownAt(0)
	f.tick()
	clock.now = clock.now.Add(time.Minute)
	if changes, jumped := f.tick(); !jumped || len(changes) != 3 || f.of(Membership) != Stale {
		t.Errorf("%v %v %s", changes, jumped, f.of(Membership))
	}
}

func TestASmallSkewIsNoJump(t *testing.T) {
	clock := newHandClock()
	f := newFreshness(clock, Options{})
	f.knownAt(0)
	clock.now = clock.now.Add(20 * time.Second)
	if _, jumped := f.tick(); jumped || f.of(Membership) != Fresh {
		t.Error(f.of(Membership))
	}
}
