package reader

import "tenure.dev/dataplane/internal/kernel"

// Statements are what the log says of itself: key sets, one version after the other, and
// heartbeats.
type Statements struct {
	log     string
	trusted kernel.Trusted
	// sets are all versions, from 1 on.
	sets  []*kernel.KeySet
	last  *kernel.Beat
	state *kernel.StateNote
	// named is the highest key-set version that a heartbeat has named.
	named int64
	// waiting is the newest heartbeat that names keys which are not there yet.
	waiting []byte
}

// NewStatements trusts the first root alone.
func NewStatements(log string, root kernel.NoteKey) *Statements {
	return &Statements{log: log, trusted: kernel.Trusted{Root: root}}
}

// Set is the newest key set; nil before the first.
func (s *Statements) Set() *kernel.KeySet { return s.trusted.Set }

// Version is that of the newest key set; 0 before the first.
func (s *Statements) Version() int64 { return s.trusted.Version() }

// Holding: there are keys that are not known here, so no live line is judged.
func (s *Statements) Holding() bool { return s.trusted.Set == nil || s.named > s.Version() }

// Last is the newest heartbeat that was taken; nil before the first.
func (s *Statements) Last() *kernel.Beat { return s.last }

// Trust is what shards check facts against; without a key set no key is known.
func (s *Statements) Trust() Trust {
	if s.trusted.Set == nil {
		return Trust{Log: s.log, Find: func(string) (kernel.FactKey, bool) {
			return kernel.FactKey{}, false
		}}
	}
	return Trust{Log: s.log, Find: s.trusted.Set.FindFactKey()}
}

// KeySet takes the set that follows.
func (s *Statements) KeySet(note []byte) (Change, error) {
	before := s.trusted.Set
	trusted, err := kernel.OpenKeySet(note, s.log, s.trusted)
	if err != nil {
		return Change{}, err
	}
	s.trusted = trusted
	s.sets = append(s.sets, trusted.Set)
	change := Change{Trust: s.Trust(), EpochFrom: kernel.NoEnd, VoidFrom: kernel.NoEnd}
	if before == nil {
		return change, nil
	}
	for _, epoch := range trusted.Set.Epochs[len(before.Epochs):] {
		change.EpochFrom = min(change.EpochFrom, epoch.First)
	}
	find := before.FindFactKey()
	for _, key := range trusted.Set.Fact {
		known, found := find(kernel.KeyIDOf(key.Key.Raw()))
		if found && key.Void < known.Void {
			change.VoidFrom = min(change.VoidFrom, key.Void)
		}
	}
	change.VoidSizes = newlyVoidSizes(before, trusted.Set)
	if s.state != nil && change.IsVoidAt(s.state.Size) {
		s.state = nil
	}
	return change, nil
}

// newlyVoidSizes go up to the end that each key had before.
func newlyVoidSizes(before, after *kernel.KeySet) []Span {
	var spans []Span
	for _, key := range after.LogKeys {
		for _, known := range before.LogKeys {
			if kernel.KeyIDOf(known.Key.Raw()) == kernel.KeyIDOf(key.Key.Raw()) && key.Void < known.Void {
				spans = append(spans, Span{From: key.Void, To: known.To})
			}
		}
	}
	return spans
}

// Heartbeat takes a note. No heartbeat and no error: it waits for keys, see [Statements.Waiting].
func (s *Statements) Heartbeat(note []byte) (*kernel.Beat, error) {
	s.waiting = nil // whatever comes is newer
	if s.trusted.Set == nil {
		s.waiting = note
		return nil, nil
	}
	beat, err := kernel.OpenHeartbeat(note, s.trusted.Set, s.last)
	if err != nil {
		return nil, err
	}
	if beat.KeySetVersion > s.Version() {
		s.named = max(s.named, beat.KeySetVersion)
		s.waiting = note
		return nil, nil
	}
	s.last = beat
	return beat, nil
}

// StateNote opens a note that may be taken after the last one; see [Statements.TookState].
func (s *Statements) StateNote(note []byte) (*kernel.StateNote, error) {
	if s.trusted.Set == nil {
		return nil, kernel.Refuse(kernel.NoteKeyUnknown, "there is no key set yet")
	}
	return kernel.OpenStateNote(note, s.sets, s.state)
}

// TookState: later notes may not fall behind this one, whose tree was verified.
func (s *Statements) TookState(note *kernel.StateNote) { s.state = note }

// ForgetState: the one before was a lie, and later ones are not held against it.
func (s *Statements) ForgetState() { s.state = nil }

// Waiting hands out the heartbeat that waited for keys, to be tried again; nil when there is none.
func (s *Statements) Waiting() []byte {
	note := s.waiting
	s.waiting = nil
	return note
}

// Resume takes a heartbeat of a former process: later ones may not fall behind it.
func (s *Statements) Resume(note []byte) (*kernel.Beat, error) {
	beat, err := s.Heartbeat(note)
	s.waiting, s.named = nil, 0
	if err == nil && beat == nil {
		err = kernel.Refuse(kernel.NoteKeyUnknown, "its key set is not there yet")
	}
	return beat, err
}
