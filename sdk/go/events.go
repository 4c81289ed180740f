package dataplane

import "sync"

// listeners are told in the order of what happened, by the goroutine to which it happened.
type listeners[Event any] struct {
	mutex sync.RWMutex
	last  int
	each  map[int]func(Event)
}

func (l *listeners[Event]) add(listen func(Event)) (stop func()) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.last++
	id := l.last
	if l.each == nil {
		l.each = map[int]func(Event){}
	}
	l.each[id] = listen
	return func() {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		delete(l.each, id)
	}
}

func (l *listeners[Event]) tell(event Event) {
	l.mutex.RLock()
	told := make([]func(Event), 0, len(l.each))
	for _, listen := range l.each {
		told = append(told, listen)
	}
	l.mutex.RUnlock()
	for _, listen := range told {
		listen(event)
	}
}

type events struct {
	applied   listeners[AppliedFact]
	snapshot  listeners[SnapshotTaken]
	refused   listeners[Refusal]
	freshness listeners[FreshnessChange]
	journal   listeners[error]
}

// OnApplied listens to facts as they are applied. Like all listeners it is called while the shard
// waits, must be quick, and must not call Close or Explain. It gives the function that stops
// listening.
func (p *Plane) OnApplied(listen func(AppliedFact)) (stop func()) {
	return p.events.applied.add(listen)
}

// OnSnapshot listens to snapshots that took the place of shards: who keeps what OnApplied told
// builds it anew from the registry.
func (p *Plane) OnSnapshot(listen func(SnapshotTaken)) (stop func()) {
	return p.events.snapshot.add(listen)
}

// OnRefused listens to what was refused.
func (p *Plane) OnRefused(listen func(Refusal)) (stop func()) {
	return p.events.refused.add(listen)
}

// OnFreshness listens to changes of freshness, noticed once a second.
func (p *Plane) OnFreshness(listen func(FreshnessChange)) (stop func()) {
	return p.events.freshness.add(listen)
}

// OnJournal listens to errors of the disk. The plane decides on from memory and fetches again
// after a restart.
func (p *Plane) OnJournal(listen func(error)) (stop func()) { return p.events.journal.add(listen) }
