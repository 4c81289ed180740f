package index

import (
	"slices"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/state"
)

// itemsAtOnce are folded before decisions go on: about 100 us.
const itemsAtOnce = 64

// Packed is how many tenants of snapshots nobody has asked for yet: their facts are verified by
// hashes, and not parsed.
func (x *Index) Packed() int64 { return x.packed.Load() }

// assure unpacks a tenant that is asked for.
func (x *Index) assure(tenant string) {
	if x.packed.Load() == 0 {
		return
	}
	x.mutex.RLock()
	_, isKnown := x.tenants[tenant]
	number, _ := kernel.ShardOf(tenant)
	shard := x.bases[number]
	x.mutex.RUnlock()
	if isKnown {
		return
	}
	if block := shard.Find(tenant); block != nil {
		x.unpack(number, shard, block)
	}
}

// unpack parses beside decisions, folds a few facts at a time into a tenant that nobody sees, and
// then puts it in its place, unless another was quicker. It tells whether there was something to
// do.
func (x *Index) unpack(number int, shard *state.Shard, block *state.Block) bool {
	x.mutex.RLock()
	isPacked, job := x.bases[number] == shard && block.IsPacked(), shard.Pack(block)
	x.mutex.RUnlock()
	if !isPacked {
		return false
	}
	one := unpackOf(job, block)
	for few := range slices.Chunk(one.lives, itemsAtOnce) {
		x.mutex.Lock()
		x.foldInto(one.made, few)
		x.mutex.Unlock()
	}
	x.mutex.Lock()
	isPacked = x.bases[number] == shard && block.IsPacked()
	if isPacked {
		x.put(one.made, block)
	}
	x.mutex.Unlock()
	switch {
	case !isPacked:
		x.sweep(one.made)
	case one.err != nil:
		x.broken(number, shard, one.err)
	}
	return true
}

// unpacked is a tenant on its way; without facts when its block is that of a broken registry, of
// which decisions know nothing.
type unpacked struct {
	block *state.Block
	made  *tenant
	lives []state.Live
	err   error
}

func unpackOf(job state.Packed, block *state.Block) unpacked {
	one := unpacked{block: block, made: newTenant(block.Tenant())}
	one.lives, one.err = job.Unpack()
	if one.err != nil {
		one.made.broken, one.lives = true, nil
	}
	return one
}

// unpackFirst are the platform tenant, since all need its roles, and those whose facts go on.
func unpackFirst(base *state.Shard, items []Item) []unpacked {
	var first []unpacked
	done := map[*state.Block]bool{nil: true}
	take := func(tenant string) {
		if block := base.Find(tenant); !done[block] {
			done[block] = true
			first = append(first, unpackOf(base.Pack(block), block))
		}
	}
	take(kernel.PlatformTenant)
	for _, item := range items {
		take(item.Fact.Tenant)
	}
	return first
}

func (x *Index) foldInto(made *tenant, lives []state.Live) {
	for _, live := range lives {
		x.apply(made, Item(live))
	}
}

// put makes an unpacked tenant that which decides. The caller holds the mutex.
func (x *Index) put(made *tenant, block *state.Block) {
	made.listed = true
	x.tenants[made.id.String()] = made
	for _, key := range made.keys {
		x.list(key)
	}
	block.Release()
	x.packed.Add(-1)
}

// UnpackAll goes on as long as `more` says so, which is asked after each tenant.
func (x *Index) UnpackAll(more func() bool) {
	// One at a time: a second one would do the work of the first again.
	x.unpacking.Lock()
	defer x.unpacking.Unlock()
	for number := range x.bases {
		x.mutex.RLock()
		shard := x.bases[number]
		x.mutex.RUnlock()
		if shard == nil || x.packed.Load() == 0 {
			continue
		}
		for _, block := range shard.Blocks {
			if x.unpack(number, shard, block) && !more() {
				return
			}
		}
	}
}
