package dataplane

import (
	"context"
	"errors"
	"sync"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/reader"
)

// maxKeySets in one go: a registry that never stops handing them out must end somewhere.
const maxKeySets = 1_000

// keyring steps from the first root through every version of the key sets.
type keyring struct {
	log     string
	mutex   sync.RWMutex
	trusted kernel.Trusted
}

func (k *keyring) current() kernel.Trusted {
	k.mutex.RLock()
	defer k.mutex.RUnlock()
	return k.trusted
}

// take opens the set that follows. The caller sees to it that there is one at a time.
func (k *keyring) take(note []byte) (before, after kernel.Trusted, err error) {
	before = k.current()
	after, err = kernel.OpenKeySet(note, k.log, before)
	if err == nil {
		k.mutex.Lock()
		k.trusted = after
		k.mutex.Unlock()
	}
	return before, after, err
}

// trust is what shards check facts against; without a key set no key is known.
func (k *keyring) trust() reader.Trust {
	set := k.current().Set
	if set == nil {
		return reader.Trust{Log: k.log, Find: func(string) (kernel.FactKey, bool) {
			return kernel.FactKey{}, false
		}}
	}
	return reader.Trust{Log: k.log, Find: set.FindFactKey()}
}

// load takes the sets on disk as far as they hold; the rest is learned again.
func (k *keyring) load(j *journal) {
	for range maxKeySets {
		note := j.note(keySetFile(k.current().Version() + 1))
		if note == nil {
			return
		}
		if _, _, err := k.take(note); err != nil {
			return
		}
	}
}

// voidsMore tells that facts which were folded may be void now.
func voidsMore(before, after *kernel.KeySet) bool {
	if before == nil {
		return false
	}
	find := before.FindFactKey()
	for _, key := range after.Fact {
		known, found := find(kernel.KeyIDOf(key.Key.Raw()))
		if found && key.Void < known.Void {
			return true
		}
	}
	return false
}

// learnKeys asks for the next key sets until there is none. It tells whether the registry answered.
func (p *Plane) learnKeys(ctx context.Context) bool {
	p.learning.Lock()
	defer p.learning.Unlock()
	for range maxKeySets {
		next := p.keys.current().Version() + 1
		note, err := p.source.keySet(ctx, next)
		if errors.Is(err, errNotYet) {
			return true
		}
		if err != nil {
			return false
		}
		before, after, err := p.keys.take(note)
		if err != nil {
			p.refuse(Refusal{Shard: NoShard, Origin: reader.HTTP}, err)
			return true
		}
		if err := p.journal.saveNote(keySetFile(next), note); err != nil {
			p.events.journal.tell(err)
		}
		p.useKeys(voidsMore(before.Set, after.Set))
	}
	return true
}

func (p *Plane) useKeys(foldAnew bool) {
	trust := p.keys.trust()
	for _, shard := range p.shards {
		shard.mutex.Lock()
		shard.reader.SetTrust(trust)
		if foldAnew {
			p.foldAnew(shard, trust)
		}
		shard.mutex.Unlock()
	}
}
