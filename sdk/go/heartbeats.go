package dataplane

import (
	"bytes"
	"context"
	"time"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
)

const (
	// behindFor: a shard that is behind a heartbeat this long is fetched; before that the stream is
	// likely to bring what is missing.
	behindFor = time.Second
	// unknownGap: anybody who can publish can name keys that nobody knows.
	unknownGap = time.Second
)

// receiveHeartbeat takes a note from the stream as of its arrival, or one over HTTP as of when it
// was asked for.
func (p *Plane) receiveHeartbeat(note []byte, origin Origin, at time.Duration) {
	p.saidMutex.Lock()
	isUnknown := p.takeHeartbeat(note, origin, at, true)
	waits := p.said.Holding()
	p.saidMutex.Unlock()
	if waits {
		p.once(&p.learningNow, func() { p.learnKeys(p.ctx) })
	}
	if !isUnknown {
		return
	}
	// By a key that a newer set may have, or by nobody's: live lines go on.
	p.once(&p.unknownNow, func() {
		p.learnKeys(p.ctx)
		p.saidMutex.Lock()
		p.takeHeartbeat(note, origin, at, false)
		p.saidMutex.Unlock()
		p.pause(unknownGap)
	})
}

// takeHeartbeat tells that its key is unknown and may be learned. The caller holds saidMutex.
func (p *Plane) takeHeartbeat(note []byte, origin Origin, at time.Duration, mayLearn bool) bool {
	beat, err := p.said.Heartbeat(note)
	p.holding.Store(p.said.Holding())
	code := kernel.CodeOf(err)
	if code == kernel.NoteKeyUnknown && mayLearn {
		return true
	}
	// The same heartbeat comes over the stream and over HTTP; an older one is a replay.
	newest := p.newest.Load()
	isKnown := newest != nil && bytes.Equal(newest.note, note)
	if err != nil && !(isKnown && code == kernel.HeartbeatReplay) {
		p.refuse(Refusal{Shard: NoShard, Origin: origin}, err)
	}
	if err != nil {
		return false
	}
	if beat == nil {
		p.waitingAt = at
		return false
	}
	p.lastAt.Store(int64(at))
	if err := p.journal.saveNote(lastFile, note); err != nil {
		p.events.journal.tell(err)
	}
	came := &arrival{at: p.asOf(beat, at), note: note, epoch: beat.Epoch}
	if beat.Stated != nil {
		came.size = beat.Stated.Size
	}
	p.newest.Store(came)
	p.snapshotWhenFar(beat)
	for _, shard := range p.shards {
		p.compare(shard, beat.Heads[shard.number], origin, came.at)
	}
	return false
}

// asOf: a heartbeat that is old when it arrives counts as that old, one from the future as not
// fresh. Small differences are those of two clocks.
func (p *Plane) asOf(beat *kernel.Beat, at time.Duration) time.Duration {
	late := p.clock.wall().Sub(beat.Time())
	switch {
	case late > skewLimit:
		return at - late
	case late < -skewLimit:
		return at - freshFor - time.Millisecond
	}
	return at
}

// compare holds one shard against a heartbeat that just came.
func (p *Plane) compare(shard *followed, head kernel.ShardHead, origin Origin, at time.Duration) {
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	now := p.clock.monotonic()
	shard.beatAt = at
	step := shard.reader.Heartbeat(head)
	if !step.Fetch {
		shard.behindCount = 0
	} else if shard.behindCount == 0 {
		shard.behindSince = now
	}
	if step.Fetch {
		shard.behindCount = head.Count
	}
	p.apply(shard, step)
	// What a heartbeat over HTTP counts was not delivered, or not while we listened.
	isEager := origin == reader.HTTP || p.isEager(now)
	if (step.Fetch && isEager) || p.isDoubtDue(shard, now) {
		p.follower.kick(shard.number)
	}
}

func (p *Plane) isDoubtDue(shard *followed, now time.Duration) bool {
	return shard.reader.InDoubt() && now >= shard.rereadAt
}

// isEager: nothing is on its way over the stream, or not all of it.
func (p *Plane) isEager(now time.Duration) bool {
	return p.live == nil || !p.live.isConnected() || !p.isReady() ||
		now < time.Duration(p.eagerUntil.Load())
}

// reached notes that the shard, which the caller holds, has reached the newest heartbeat.
func (p *Plane) reached(shard *followed) {
	if shard.beatAt == unknownTime {
		return
	}
	all, news := p.beats.reach(shard.number, shard.beatAt)
	if !news {
		return
	}
	p.freshness.knownAt(all)
	p.readyOnce.Do(func() { close(p.ready) })
	if newest := p.newest.Load(); newest.at == all {
		p.receipts.reached.Store(newest)
		p.saveReached(newest)
	}
}

// saveReached at most every few seconds: it only tells the next process the age of its facts.
func (p *Plane) saveReached(all *arrival) {
	before, now := p.savedAt.Load(), int64(p.clock.monotonic())
	if before != 0 && time.Duration(now-before) < saveReachedEvery {
		return
	}
	if !p.savedAt.CompareAndSwap(before, now) {
		return
	}
	if err := p.journal.saveNote(reachedFile, all.note); err != nil {
		p.events.journal.tell(err)
	}
}

func (p *Plane) askHeartbeat(ctx context.Context) {
	at := p.clock.monotonic()
	if note, err := p.source.heartbeat(ctx); err == nil {
		p.receiveHeartbeat(note, reader.HTTP, at)
	}
}

// pause ends early when the plane is closed.
func (p *Plane) pause(duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-p.ctx.Done():
	case <-timer.C:
	}
}
