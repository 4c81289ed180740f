package dataplane

import (
	"context"
	"sync"
	"time"

	"tenure.dev/dataplane/internal/reader"
)

const (
	// maxRequests at a time: a plane that starts must not be a flood.
	maxRequests = 8
	// linesAtOnce are verified before others get the shard: about 5 ms.
	linesAtOnce = 64
	// minFetchGap: a shard that asks for HTTP again and again (garbage on the stream).
	minFetchGap = 200 * time.Millisecond
)

// follower fetches shards that ask for it, each by one goroutine at a time.
type follower struct {
	ctx    context.Context
	fetch  func(ctx context.Context, shard int)
	slots  chan struct{}
	mutex  sync.Mutex
	states map[int]*fetchState
	group  sync.WaitGroup
}

type fetchState struct {
	running, wanted bool
	last            time.Time
}

func newFollower(ctx context.Context, fetch func(context.Context, int)) *follower {
	slots := make(chan struct{}, maxRequests)
	return &follower{ctx: ctx, fetch: fetch, slots: slots, states: map[int]*fetchState{}}
}

// kick fetches a shard soon. While it is being fetched, once more: that answer may lack the newest.
func (f *follower) kick(shard int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	state, found := f.states[shard]
	if !found {
		state = &fetchState{}
		f.states[shard] = state
	}
	if f.ctx.Err() != nil {
		return
	}
	state.wanted = true
	if !state.running {
		state.running = true
		f.group.Go(func() { f.run(shard, state) })
	}
}

func (f *follower) run(shard int, state *fetchState) {
	for f.next(state) {
		wait := time.NewTimer(time.Until(state.last.Add(minFetchGap)))
		select {
		case <-f.ctx.Done():
			wait.Stop()
			continue
		case <-wait.C:
		}
		select {
		case <-f.ctx.Done():
			continue
		case f.slots <- struct{}{}:
		}
		state.last = time.Now()
		f.fetch(f.ctx, shard)
		<-f.slots
	}
}

func (f *follower) next(state *fetchState) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	state.running = state.wanted && f.ctx.Err() == nil
	state.wanted = false
	return state.running
}

// wait until nothing runs. The context was cancelled before: who passes the mutex after this adds
// nothing to the group.
func (f *follower) wait() {
	f.mutex.Lock()
	f.mutex.Unlock()
	f.group.Wait()
}

// fetchShard reads a shard to its end over HTTP, or anew when it is in doubt.
func (p *Plane) fetchShard(ctx context.Context, number int) {
	shard := p.shards[number]
	for ctx.Err() == nil && !p.waitsForSnapshot() {
		if p.takeWish(shard) {
			p.learnKeys(ctx)
		}
		if p.isRereadDue(shard) && !p.heal(ctx, shard) {
			return
		}
		from := shard.head.Load().Position + 1
		lines, err := p.source.facts(ctx, number, from)
		if err != nil || len(lines) == 0 {
			return
		}
		clean := p.applyFetched(ctx, shard, lines)
		if clean && shard.head.Load().Position < from {
			return
		}
		// In doubt: read anew at once, unless that was tried just now.
		if !clean && !p.isRereadDue(shard) {
			return
		}
	}
}

// applyFetched is false when HTTP itself served a line that was refused.
func (p *Plane) applyFetched(ctx context.Context, shard *followed, lines []string) bool {
	for len(lines) > 0 && ctx.Err() == nil {
		chunk := lines[:min(len(lines), linesAtOnce)]
		lines = lines[len(chunk):]
		shard.mutex.Lock()
		step := shard.reader.Fetched(chunk, reader.HTTP, p.holding.Load())
		p.apply(shard, step)
		shard.mutex.Unlock()
		for _, refused := range step.Refused {
			if refused.Origin == reader.HTTP {
				return false
			}
		}
	}
	return true
}

// takeWish tells once that the shard wants newer keys.
func (p *Plane) takeWish(shard *followed) bool {
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	wants := shard.wantsKeys
	shard.wantsKeys = false
	return wants
}
