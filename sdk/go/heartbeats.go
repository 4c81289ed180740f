package dataplane

import (
	"context"
	"sync"
	"time"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
)

// behindFor: a shard that is behind a heartbeat this long is fetched; before that the stream is
// likely to bring what is missing.
const behindFor = time.Second

// receiveHeartbeat takes a note from the stream or over HTTP. One that names keys which are not
// known here is tried again once they are; until then no live line is applied.
func (p *Plane) receiveHeartbeat(note []byte, origin Origin) {
	at := p.clock.monotonic()
	if needsKeys := p.tryHeartbeat(note, origin, at, false); !needsKeys {
		return
	}
	if !p.unknown.begin(at) {
		return
	}
	p.paused.Store(true)
	p.background.Go(func() {
		defer p.unknown.end()
		defer p.paused.Store(false)
		p.learnUntilAnswered()
		if p.ctx.Err() == nil {
			p.tryHeartbeat(note, origin, at, true)
		}
	})
}

// unknownGap: anybody who can publish can name keys that nobody knows.
const unknownGap = time.Second

// unknownBeat lets one heartbeat at a time wait for keys, and none again at once.
type unknownBeat struct {
	mutex   sync.Mutex
	waiting bool
	next    time.Duration
}

func (u *unknownBeat) begin(now time.Duration) bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.waiting || now < u.next {
		return false
	}
	u.waiting, u.next = true, now+unknownGap
	return true
}

func (u *unknownBeat) end() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.waiting = false
}

// learnUntilAnswered: a registry that is down keeps the plane from applying what keys it does not
// know may have closed.
func (p *Plane) learnUntilAnswered() {
	for !p.learnKeys(p.ctx) {
		select {
		case <-p.ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// tryHeartbeat tells that newer keys are needed for this note.
func (p *Plane) tryHeartbeat(note []byte, origin Origin, at time.Duration, again bool) bool {
	p.beatMutex.Lock()
	defer p.beatMutex.Unlock()
	set := p.keys.current().Set
	if set == nil {
		return !again
	}
	beat, err := kernel.OpenHeartbeat(note, set, p.last)
	code := kernel.CodeOf(err)
	if !again && (code == kernel.NoteKeyUnknown || (err == nil && beat.KeySetVersion > set.Version)) {
		return true
	}
	if err == nil && beat.KeySetVersion > set.Version {
		err = kernel.Refuse(kernel.HeartbeatKeyset, "version %d is not there", beat.KeySetVersion)
	}
	if err != nil {
		// The same heartbeat comes over the stream and over HTTP.
		if code != kernel.HeartbeatReplay {
			p.refuse(Refusal{Shard: NoShard, Origin: origin}, err)
		}
		return false
	}
	p.last = beat
	p.lastAt.Store(int64(at))
	if err := p.journal.saveNote(lastFile, note); err != nil {
		p.events.journal.tell(err)
	}
	p.beats.add(arrival{at: at, beat: beat, note: note})
	for _, shard := range p.shards {
		p.compare(shard, beat, origin, at)
	}
	return false
}

// compare holds one shard against a heartbeat that just came.
func (p *Plane) compare(shard *followed, beat *kernel.Beat, origin Origin, at time.Duration) {
	head := beat.Heads[shard.number]
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	standing, code := shard.reader.Heartbeat(head.Count, head.Hash)
	if code != "" {
		if !shard.doubt {
			p.refuse(Refusal{Shard: shard.number, Origin: origin},
				kernel.Refuse(code, "at the heartbeat of %s", beat.At))
		}
		shard.doubt = true
	}
	if standing == reader.Behind {
		if shard.behindCount == 0 {
			shard.behindSince = at
		}
		shard.behindCount = head.Count
	} else {
		shard.behindCount = 0
	}
	if standing == reader.Reached {
		p.advance(shard)
	}
	if (standing == reader.Behind && p.isEager(at)) || p.isDoubtDue(shard, at) {
		p.follower.kick(shard.number)
	}
}

func (p *Plane) isDoubtDue(shard *followed, now time.Duration) bool {
	return shard.doubt && now >= shard.rereadAt
}

// isEager: nothing is on its way over the stream, or not all of it.
func (p *Plane) isEager(now time.Duration) bool {
	return p.live == nil || !p.live.isConnected() || !p.isReady() ||
		now < time.Duration(p.eagerUntil.Load())
}

// advance notes which heartbeats the shard has reached; the caller holds it.
func (p *Plane) advance(shard *followed) {
	all, news := p.beats.advance(shard.reader)
	if !news {
		return
	}
	p.freshness.knownAt(all.at)
	p.readyOnce.Do(func() { close(p.ready) })
	if all.note != nil {
		p.saveReached(all)
	}
}

// saveReached at most every few seconds: it only tells the next process the age of its facts.
func (p *Plane) saveReached(all arrival) {
	before := p.savedAt.Load()
	if before != 0 && all.at-time.Duration(before) < saveReachedEvery {
		return
	}
	if !p.savedAt.CompareAndSwap(before, int64(all.at)) {
		return
	}
	if err := p.journal.saveNote(reachedFile, all.note); err != nil {
		p.events.journal.tell(err)
	}
}

// askHeartbeat over HTTP. It tells whether there was an answer.
func (p *Plane) askHeartbeat(ctx context.Context) {
	note, err := p.source.heartbeat(ctx)
	if err == nil {
		p.receiveHeartbeat(note, reader.HTTP)
	}
}
