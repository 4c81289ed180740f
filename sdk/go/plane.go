package dataplane

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"tenure.dev/dataplane/internal/index"
	"tenure.dev/dataplane/internal/reader"
)

// Plane follows the registry's facts and decides by them, from memory, without the registry. Its
// methods are safe for many goroutines at once.
type Plane struct {
	ctx        context.Context
	cancel     context.CancelFunc
	background sync.WaitGroup

	clock     clock
	source    source
	live      live
	journal   *journal
	unlock    func() error
	index     *index.Index
	freshness *freshness
	events    events
	counters  counters
	// learning: one asks for key sets at a time.
	learning sync.Mutex
	shards   map[int]*followed
	order    []int
	follower *follower

	// saidMutex holds said and waitingAt. It is taken before the mutex of a shard.
	saidMutex sync.Mutex
	said      *reader.Statements
	waitingAt time.Duration
	// holding and known are of said: live lines wait for keys; the version of the key set.
	holding atomic.Bool
	known   atomic.Int64

	beats   *beats
	newest  atomic.Pointer[arrival]
	lastAt  atomic.Int64
	savedAt atomic.Int64

	snapshots snapshots
	everyLine bool
	receipts  receipting
	// pace of heartbeats without a stream.
	pace      time.Duration
	unpacking atomic.Bool

	eagerUntil                      atomic.Int64
	askNow                          atomic.Bool
	asking, learningNow, unknownNow atomic.Bool

	ready     chan struct{}
	readyOnce sync.Once
	closeOnce sync.Once
	closeErr  error
}

// Ready waits until every followed shard has reached a heartbeat that came since the plane was
// opened; it fails when the context or the plane ends before.
func (p *Plane) Ready(ctx context.Context) error {
	select {
	case <-p.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-p.ctx.Done():
		return errors.New("the plane is closed")
	}
}

func (p *Plane) isReady() bool {
	select {
	case <-p.ready:
		return true
	default:
		return false
	}
}

// Can answers whether the identity may do `permission` (resource:verb) in the tenant.
func (p *Plane) Can(identity Identity, permission, tenant string) Decision {
	return p.decide(index.Question{
		Issuer: identity.Issuer, Sub: identity.Sub, Permission: permission, Tenant: tenant,
	})
}

// CanInProject answers for a project of the tenant. Roles in the tenant hold there too.
func (p *Plane) CanInProject(identity Identity, permission, tenant, project string) Decision {
	return p.decide(index.Question{
		Issuer: identity.Issuer, Sub: identity.Sub, Permission: permission, Tenant: tenant,
		Project: project, InProject: true,
	})
}

func (p *Plane) decide(asked index.Question) Decision {
	now := p.freshness.of(Membership)
	if !p.freshness.decides(Membership, now) {
		return Decision{Reason: FactsExpired, Freshness: now}
	}
	reason := p.index.Decide(asked)
	return Decision{Allowed: reason == Granted, Reason: reason, Freshness: now}
}

// Entitlement answers whether the tenant may use the product now, and within which limits.
func (p *Plane) Entitlement(tenant, product string) EntitlementDecision {
	now := p.freshness.of(Entitlement)
	refused := EntitlementDecision{Limits: map[string]int64{}, Freshness: now}
	if !p.freshness.decides(Entitlement, now) {
		refused.Reason = FactsExpired
		return refused
	}
	entitlement, reason := p.index.Entitlement(tenant, product, p.clock.wall())
	if reason != Entitled {
		refused.Reason = reason
		return refused
	}
	limits := maps.Clone(entitlement.Limits)
	return EntitlementDecision{
		Entitled: true, Reason: reason, Limits: limits, Plan: entitlement.Plan, Freshness: now,
	}
}

// Freshness is the age of the facts by the limits of one kind of decision.
func (p *Plane) Freshness(kind Kind) Freshness { return p.freshness.of(kind) }

// Close stops following and gives the directory free. No goroutine of the plane is left then;
// decisions still answer, ever less fresh.
func (p *Plane) Close() error {
	p.closeOnce.Do(func() {
		p.cancel()
		if p.live != nil {
			p.live.close()
		}
		// Fetching may begin what is in the background, and not the other way round: who is closed kicks
		// nobody.
		p.follower.wait()
		p.background.Wait()
		p.source.close()
		p.closeErr = errors.Join(p.journal.close(), p.unlock())
	})
	return p.closeErr
}

func (p *Plane) receiveLines(number int, lines []string) {
	shard, followed := p.shards[number]
	if !followed || p.ctx.Err() != nil {
		return
	}
	shard.mutex.Lock()
	step := shard.reader.Live(lines, p.holding.Load())
	p.apply(shard, step)
	shard.mutex.Unlock()
	if step.Fetch {
		p.follower.kick(number)
	}
}

// connected: what was sent while nobody listened is asked for at once.
func (p *Plane) connected() {
	p.eagerUntil.Store(int64(p.clock.monotonic() + eagerFor))
	p.askNow.Store(true)
}

// once runs a job in the background unless it still runs.
func (p *Plane) once(running *atomic.Bool, job func()) {
	if !running.CompareAndSwap(false, true) {
		return
	}
	p.background.Go(func() {
		defer running.Store(false)
		job()
	})
}

// handlers of live delivery.
func (p *Plane) handlers() liveHandlers {
	return liveHandlers{
		lines:     p.receiveLines,
		heartbeat: func(note []byte) { p.receiveHeartbeat(note, reader.Live, p.clock.monotonic()) },
		connected: p.connected,
	}
}
