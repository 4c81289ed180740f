package reader

import "tenure.dev/dataplane/internal/kernel"

// maxHeld bounds the live lines that wait for a gap to close; HTTP serves what is dropped.
const maxHeld = 512

type held struct {
	text string
	line kernel.Line
}

// Shard is equal to a replay of the shard's lines at every interleaving.
type Shard struct {
	number  int
	trust   Trust
	head    Head
	epoch   int64
	tenants map[string]kernel.ChainHead
	held    map[int64]held
	cover   cover
}

// New reads a shard from its beginning.
func New(number int, trust Trust) *Shard {
	return &Shard{
		number:  number,
		trust:   trust,
		head:    Head{Index: -1},
		tenants: map[string]kernel.ChainHead{},
		held:    map[int64]held{},
		cover:   newCover(),
	}
}

// Number is 0 to 255.
func (s *Shard) Number() int { return s.number }

// Head is the last accepted fact's place.
func (s *Shard) Head() Head { return s.head }

// Tenants are the heads of the tenants seen in this shard. Not to be changed.
func (s *Shard) Tenants() map[string]kernel.ChainHead { return s.tenants }

// SetTrust replaces the keys, as a newer key set does.
func (s *Shard) SetTrust(trust Trust) { s.trust = trust }

// Live takes the lines of a stream message. A bad one asks for HTTP: it must not wedge the shard.
func (s *Shard) Live(texts []string) Step {
	var step Step
	for _, text := range texts {
		line, err := kernel.ParseLine(text)
		switch {
		case err != nil:
			step.refuse(err, Live)
			step.Fetch = true
		case line.Position <= s.head.Position:
			step.Duplicates++
		case line.Position == s.head.Position+1:
			if !s.accept(text, line, Live, &step) {
				step.Fetch = true
			}
		default:
			if len(s.held) < maxHeld {
				s.held[line.Position] = held{text: text, line: line}
			}
			step.Fetch = true
		}
	}
	s.release(&step)
	return step
}

// Fetched takes lines of GET /v1/facts or of the journal; the first refused one ends the step.
func (s *Shard) Fetched(texts []string, origin Origin) Step {
	var step Step
	for _, text := range texts {
		line, err := kernel.ParseLine(text)
		if err != nil {
			step.refuse(err, origin)
			return step
		}
		if line.Position <= s.head.Position {
			step.Duplicates++
		} else if !s.accept(text, line, origin, &step) {
			return step
		}
	}
	s.release(&step)
	return step
}

// release applies held lines as far as they follow.
func (s *Shard) release(step *Step) {
	for position := range s.held {
		if position <= s.head.Position {
			delete(s.held, position)
		}
	}
	for {
		next, found := s.held[s.head.Position+1]
		if !found {
			return
		}
		delete(s.held, s.head.Position+1)
		if !s.accept(next.text, next.line, Live, step) {
			step.Fetch = true
			return
		}
	}
}
