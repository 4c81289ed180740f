package kernel

import (
	"regexp"
	"strings"
)

// KeySet is what a reader trusts. Text of its note, by the root before it and by its own:
//
//	<log>/keys
//	<version>                              1, 2, 3 ...
//	root <key>                             one
//	fact <key> <from> <to> <void>          one or more, ascending; "-" where there is no number
//	log <key> <from> <to> <void>           one or more, ascending
//	time <key>                             one or more
//	epoch <epoch> <first> <size> <root>    2, 3 ...
type KeySet struct {
	Log     string
	Version int64
	Root    Key
	Fact    []RangedKey
	LogKeys []RangedKey
	Time    []Key
	Epochs  []EpochStart
}

// RangedKey is a fact key (by index) or a log key (by size).
type RangedKey struct {
	Key Key
	Range
}

// EpochStart is an epoch that a restored backup began, and the last checkpoint before it.
type EpochStart struct {
	Epoch, First, Size int64
	Root               Hash
}

const (
	keySetTitle = "/keys"
	firstEpoch  = 1
)

// roles is the first word of each line behind the version, joined.
var roles = regexp.MustCompile(`^root(?: fact)+(?: log)+(?: time)+(?: epoch)*$`)

// wordsOf a line, its role among them.
var wordsOf = map[string]int{"root": 2, "fact": 5, "log": 5, "time": 2, "epoch": 5}

// NewestEpoch is the one in which facts are made now.
func (s *KeySet) NewestEpoch() int64 { return firstEpoch + int64(len(s.Epochs)) }

// RootKey is the set's own root as a note key.
func (s *KeySet) RootKey() (NoteKey, error) { return NewNoteKey(s.Log+"/root", s.Root.raw) }

// FindFactKey gives the set's fact keys by key id.
func (s *KeySet) FindFactKey() FindFactKey {
	keys := make(map[string]FactKey, len(s.Fact))
	for _, key := range s.Fact {
		keys[KeyIDOf(key.Key.raw)] = FactKey(key)
	}
	return func(id string) (FactKey, bool) {
		key, found := keys[id]
		return key, found
	}
}

// ParseKeySet is for a text whose signature holds (keyset-malformed).
func ParseKeySet(text string) (*KeySet, error) {
	lines := linesOf(text)
	if len(lines) < 2 {
		return nil, Refuse(KeysetMalformed, "no lines")
	}
	log, isTitle := logOfTitle(lines[0], keySetTitle)
	version, isCount := ParseCount(lines[1])
	if !isTitle || !isCount || version < 1 {
		return nil, Refuse(KeysetMalformed, "not <log>%s and a version", keySetTitle)
	}
	rows := make([][]string, 0, len(lines))
	words := make([]string, 0, len(lines))
	for _, line := range lines[2:] {
		row := strings.Split(line, " ")
		rows, words = append(rows, row), append(words, row[0])
	}
	if !roles.MatchString(strings.Join(words, " ")) {
		return nil, Refuse(KeysetMalformed, "lines or their order")
	}
	set := &KeySet{Log: log, Version: version}
	for _, row := range rows {
		if len(row) != wordsOf[row[0]] || !set.take(row) {
			return nil, Refuse(KeysetMalformed, "a line of another form: %s", row[0])
		}
	}
	if !isAscending(set.Fact) || !isAscending(set.LogKeys) || set.hasKeyTwice() {
		return nil, Refuse(KeysetMalformed, "ranges that overlap, or a key twice")
	}
	return set, nil
}
