package index

import (
	"strings"
	"testing"
)

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
