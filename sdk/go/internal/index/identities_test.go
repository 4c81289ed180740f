package index

import (
	"math/rand/v2"
	"slices"
	"strings"
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
			t.Fatalf("step %d: %d of %d, %d of %d", step, len(found), len(model[place]), tested.used, used)
		}
	}
}

func TestATextIsWhatItWasMadeFrom(t *testing.T) {
	for size := range 300 {
		from := strings.Repeat("s", size)
		made := textFrom(from)
		if made.String() != from || !made.is(from) || made.is(from+"s") {
			t.Errorf("%d", size)
		}
		if size > 0 && (made.is(from[1:]) || made.is(from[1:]+"t")) {
			t.Errorf("%d is another", size)
		}
	}
}

func TestAPlaceThatAMemberLeftIsAnothers(t *testing.T) {
	x := filled(t)
	for range 1_000 {
		x.Apply([]Item{memberOf(t, 1, "jane", "active", `["viewer"]`)})
	}
	if x.members.made != smallestPiece {
		t.Errorf("%d places for two members", x.members.made)
	}
	expect(t, ask(x, "jane", "invoice:read"), Granted)
}
