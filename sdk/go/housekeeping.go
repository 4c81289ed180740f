package dataplane

import (
	"runtime"
	"time"
)

const (
	tick = 200 * time.Millisecond
	// silenceLimit: no heartbeat for this long on the stream, and HTTP is asked.
	silenceLimit = 3 * time.Second
	// askEvery is the pace of heartbeats, for planes without a stream; folderEvery that of a folder.
	askEvery    = 2 * time.Second
	folderEvery = 3 * time.Second
	// pollAfter this long without any heartbeat all shards are polled in turn: without heartbeats
	// only freshness changes.
	pollAfter     = 10 * time.Second
	shardsPerTick = 1

	saveReachedEvery = 5 * time.Second
	eagerFor         = 3 * time.Second
	freshnessTick    = time.Second
)

// keepHouse does what is due, a few times a second, until the plane is closed.
func (p *Plane) keepHouse() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	house := &house{plane: p, asked: -folderEvery, learned: -time.Second}
	for {
		house.step(p.clock.monotonic())
		select {
		case <-p.ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// house remembers when things were last done.
type house struct {
	plane                  *Plane
	asked, ticked, learned time.Duration
	next                   int
}

func (h *house) step(now time.Duration) {
	p := h.plane
	if p.holding.Load() {
		if now-h.learned >= time.Second {
			h.learned = now
			p.once(&p.learningNow, func() {
				if p.learnKeys(p.ctx) && !p.holding.Load() {
					p.askNow.Store(true)
					p.bootDue()
				}
			})
		}
	}
	if p.known.Load() > 0 && h.isAskDue(now) {
		h.asked = now
		p.once(&p.asking, func() { p.askHeartbeat(p.ctx) })
	}
	h.fetchBehind(now)
	h.keepState(now)
	if now-h.ticked >= freshnessTick {
		h.ticked = now
		p.tickFreshness()
	}
}

// keepState: snapshots come, are unpacked beside decisions, and are told of.
func (h *house) keepState(now time.Duration) {
	p := h.plane
	p.bootDue()
	if p.index.Packed() > 0 {
		p.once(&p.unpacking, func() {
			p.index.UnpackAll(func() bool {
				runtime.Gosched()
				return p.ctx.Err() == nil
			})
		})
	}
	if p.receipts.isDue(now) {
		p.receipts.triedAt = now
		p.once(&p.receipts.running, func() { p.sendReceipt(p.ctx) })
	}
}

func (h *house) isAskDue(now time.Duration) bool {
	p := h.plane
	if p.askNow.Swap(false) {
		return true
	}
	silence := now - time.Duration(p.lastAt.Load())
	if p.live == nil || !p.isReady() {
		return now-h.asked >= p.pace
	}
	return silence >= silenceLimit && now-h.asked >= silenceLimit
}

func (h *house) fetchBehind(now time.Duration) {
	p := h.plane
	for _, shard := range p.shards {
		shard.mutex.Lock()
		position := shard.reader.Head().Position
		isBehind := shard.behindCount > position && now-shard.behindSince >= behindFor
		due := isBehind || p.isDoubtDue(shard, now)
		if isBehind {
			shard.behindSince = now
		}
		shard.mutex.Unlock()
		if due {
			p.follower.kick(shard.number)
		}
	}
	if now-time.Duration(p.lastAt.Load()) < pollAfter {
		return
	}
	for range shardsPerTick {
		p.follower.kick(p.order[h.next%len(p.order)])
		h.next++
	}
}

func (p *Plane) tickFreshness() {
	changes, jumped := p.freshness.tick()
	if jumped {
		p.beats.forget()
	}
	for _, change := range changes {
		p.events.freshness.tell(change)
	}
}
