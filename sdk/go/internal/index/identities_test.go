package index

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestASegmentIsAMap of places, whatever the order in which they come and go.
func TestASegmentIsAMap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tested, model := segment{}, map[uint64][]*member{}
	find := func(place uint64) (found []*member) {
		for m, at := tested.next(place, place); m != nil; m, at = tested.next(place, at+1) {
			found = append(found, m)
		}
		return found
	}
	for step := range 20_000 {
		// Few places, of which many are neighbours and some wrap around.
		place := uint64(random.IntN(80)) - 40
		known := model[place]
		if len(known) == 0 || random.IntN(2) == 0 && step < 10_000 {
			added := &member{}
			tested.add(slot{place, added})
			model[place] = append(known, added)
		} else {
			at := random.IntN(len(known))
			tested.remove(place, known[at])
			model[place] = slices.Delete(known, at, at+1)
		}
		found, used := find(place), 0
		for _, members := range model {
			used += len(members)
		}
		for _, one := range model[place] {
			if !slices.Contains(found, one) {
				t.Fatalf("step %d: one of place %d is lost", step, int64(place))
			}
		}
		if len(found) != len(model[place]) || used != tested.used {
			t.Fatalf("step %d: %d found, %d in use, not %d and %d",
				step, len(found), tested.used, len(model[place]), used)
		}
	}
}
