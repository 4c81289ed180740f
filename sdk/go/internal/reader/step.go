// Package reader has the state machine of one shard: lines and heartbeats in, verified facts out.
// It does no I/O and reads no clock (facts-v1.md, "The reader").
package reader

import "tenure.dev/dataplane/internal/kernel"

// Origin is where a line came from.
type Origin string

// The origins. Beat: the line was accepted, and a heartbeat denies it.
const (
	Live Origin = "live"
	HTTP Origin = "http"
	Disk Origin = "disk"
	Beat Origin = "heartbeat"
)

// Head is a shard's last accepted fact. The zero shard stands at position 0, index -1.
type Head struct {
	Position int64
	Index    int64
	Hash     kernel.Hash
}

// Accepted is a fact that passed every check.
type Accepted struct {
	Line kernel.Line
	Text string
	Fact *kernel.Fact
	Body *kernel.Object
	Leaf kernel.Hash
	// Void facts are chained and not folded.
	Void bool
}

// Refused is a line that did not.
type Refused struct {
	Origin Origin
	Err    *kernel.Error
}

// Step is what something that arrived did.
type Step struct {
	Accepted   []Accepted
	Refused    []Refused
	Duplicates int
	// Fetch: the shard is to be fetched over HTTP; after a heartbeat only when it is still behind
	// a second later.
	Fetch bool
	// Reached: the shard has reached the newest heartbeat, and nothing that is void is folded.
	Reached bool
}

func (s *Step) refuse(err error, origin Origin) {
	refusal, ok := err.(*kernel.Error)
	if !ok {
		refusal = kernel.Refuse(kernel.LineMalformed, "%v", err)
	}
	s.Refused = append(s.Refused, Refused{Origin: origin, Err: refusal})
}

// Trust is what a shard's facts are checked against.
type Trust struct {
	Log  string
	Find kernel.FindFactKey
}
