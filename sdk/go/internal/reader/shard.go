package reader

import "tenure.dev/dataplane/internal/kernel"

// maxHeld bounds the live lines that wait for a gap to close or for keys; HTTP serves the others.
const maxHeld = 512

type held struct {
	text string
	line kernel.Line
}

// Shard is the state machine of one shard, equal to a replay of its lines at every interleaving.
type Shard struct {
	number  int
	trust   Trust
	head    Head
	epoch   int64
	tenants map[string]kernel.ChainHead
	held    map[int64]held
	// base is that of a snapshot; zero when the shard was read from its first line.
	base  Base
	cover cover
	doubt bool
	// unfolded: what is void by now is still folded, and no heartbeat can tell.
	unfolded bool
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

// InDoubt: the shard is to be read anew from its first line.
func (s *Shard) InDoubt() bool { return s.doubt || s.unfolded }

// DoubtFold is for lines that cannot be folded anew from what is kept. Void ones may be folded, so
// only reading the shard anew ends this doubt.
func (s *Shard) DoubtFold() { s.unfolded = true }

// Live takes the lines of a stream message. A bad one asks for HTTP: it must not wedge the shard.
// While `holding`, lines wait for keys.
func (s *Shard) Live(texts []string, holding bool) Step {
	var step Step
	for _, text := range texts {
		line, err := kernel.ParseLine(text)
		switch {
		case err != nil:
			step.refuse(err, Live)
			step.Fetch = true
		case line.Position <= s.head.Position:
			step.Duplicates++
		case !holding && line.Position == s.head.Position+1:
			step.Fetch = !s.accept(text, line, Live, &step) || step.Fetch
		default:
			s.hold(text, line)
			step.Fetch = step.Fetch || !holding
		}
	}
	s.judge(&step, holding)
	return step
}

func (s *Shard) hold(text string, line kernel.Line) {
	_, replaces := s.held[line.Position]
	if replaces || len(s.held) < maxHeld {
		s.held[line.Position] = held{text: text, line: line}
	}
}

// Fetched takes lines of GET /v1/facts or of the journal; the first refused one ends them, and puts
// the shard in doubt when HTTP served it.
func (s *Shard) Fetched(texts []string, origin Origin, holding bool) Step {
	var step Step
	for _, text := range texts {
		line, err := kernel.ParseLine(text)
		isTaken := false
		switch {
		case err != nil:
			step.refuse(err, origin)
		case line.Position <= s.head.Position:
			step.Duplicates++
			isTaken = true
		default:
			isTaken = s.accept(text, line, origin, &step)
		}
		if !isTaken {
			// It was served, so it may be that what is here is wrong.
			s.doubt = s.doubt || origin == HTTP
			return step
		}
	}
	s.judge(&step, holding)
	return step
}

// judge accepts held lines as far as they follow, as live ones.
func (s *Shard) judge(step *Step, holding bool) {
	for position := range s.held {
		if position <= s.head.Position {
			delete(s.held, position)
		}
	}
	for !holding {
		next, found := s.held[s.head.Position+1]
		if !found {
			break
		}
		delete(s.held, s.head.Position+1)
		if !s.accept(next.text, next.line, Live, step) {
			step.Fetch = true
			break
		}
	}
}
