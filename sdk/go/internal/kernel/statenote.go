package kernel

// StateNote states the state tree at one size of the log. Text of its note, by a log key that is
// named as in the checkpoints of the epoch:
//
//	<log>/state
//	<epoch>                          1, 2, 3 ...
//	<size>                           of the log
//	<version>                        of the key set by which facts were void or not
//	<base64(root)>
//	<count> <base64(H(count))>       256 lines, shards 00 to ff
type StateNote struct {
	Log           string
	Epoch, Size   int64
	KeySetVersion int64
	Root          Hash
	Heads         ShardHeads
}

const (
	stateTitle            = "/state"
	stateLinesBeforeHeads = 5
)

// ParseStateNote is for a text whose signature holds (state-malformed).
func ParseStateNote(text string) (*StateNote, error) {
	lines := linesOf(text)
	if len(lines) != stateLinesBeforeHeads+ShardCount {
		return nil, Refuse(StateMalformed, "%d lines", len(lines))
	}
	log, isTitle := logOfTitle(lines[0], stateTitle)
	epoch, isEpoch := ParseCount(lines[1])
	size, isSize := ParseCount(lines[2])
	version, isVersion := ParseCount(lines[3])
	root, isRoot := hashOfText(lines[4])
	s := &StateNote{Log: log, Epoch: epoch, Size: size, KeySetVersion: version, Root: root}
	isWhole := isTitle && isEpoch && isSize && isVersion && isRoot && epoch >= 1 && version >= 1
	if !isWhole || !readHeads(&s.Heads, lines[stateLinesBeforeHeads:]) {
		return nil, Refuse(StateMalformed, "a line of another form")
	}
	return s, nil
}

// OpenStateNote gives the state note that may follow `last` (nil: none was taken yet); checks 1 to
// 8 of "State tree" in their order. `sets` are all versions of the key set from 1 on. On
// state-keyset and on note-key-unknown the caller learns newer sets and opens the note again.
func OpenStateNote(note []byte, sets []*KeySet, last *StateNote) (*StateNote, error) {
	newest := sets[len(sets)-1]
	opened, err := openLogNote(note, newest, CheckpointOrigin(newest.Log, newest.NewestEpoch()))
	if err != nil {
		return nil, err
	}
	state, err := ParseStateNote(opened.Text)
	if err != nil {
		return nil, err
	}
	switch {
	case state.Log != newest.Log:
		return nil, Refuse(StateLogMismatch, "%s, not %s", state.Log, newest.Log)
	case state.KeySetVersion > newest.Version:
		return nil, Refuse(StateKeyset, "version %d, not %d", state.KeySetVersion, newest.Version)
	case state.Epoch != newest.NewestEpoch():
		return nil, Refuse(EpochMismatch, "%d, not %d", state.Epoch, newest.NewestEpoch())
	}
	if err := checkLogRange(opened, newest, state.Size); err != nil {
		return nil, err
	}
	if hasLaterVoid(state.Size, sets[state.KeySetVersion-1], newest) {
		return nil, Refuse(StateVoid, "facts below %d are void since", state.Size)
	}
	return state, checkStateGrowth(state, last)
}

// hasLaterVoid: facts below the size that the older set folds are void by the newest one.
func hasLaterVoid(size int64, older, newest *KeySet) bool {
	find := older.FindFactKey()
	for _, key := range newest.Fact {
		if key.Void >= size {
			continue
		}
		if before, found := find(KeyIDOf(key.Key.raw)); !found || before.Void > key.Void {
			return true
		}
	}
	return false
}

func checkStateGrowth(state, last *StateNote) error {
	switch {
	case last == nil || last.Epoch != state.Epoch:
		return nil
	case state.Size < last.Size:
		return Refuse(StateRollback, "size %d after %d", state.Size, last.Size)
	case state.Size == last.Size && state.KeySetVersion == last.KeySetVersion &&
		state.Root != last.Root:
		return Refuse(StateFork, "another root at size %d", state.Size)
	}
	return nil
}

// ReadStateNote reads a note that was opened before: its signatures are not checked again.
func ReadStateNote(note []byte) (*StateNote, error) {
	text, err := TextOfNote(note)
	if err != nil {
		return nil, err
	}
	return ParseStateNote(text)
}
