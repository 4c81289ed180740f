package kernel

import (
	"bytes"
	"slices"
)

// Trusted is what the next key set is checked against: at first the first root alone.
type Trusted struct {
	Root NoteKey
	// Set is nil at version 0.
	Set *KeySet
}

// Version is 0 before the first key set.
func (t Trusted) Version() int64 {
	if t.Set == nil {
		return 0
	}
	return t.Set.Version
}

// OpenKeySet takes the set that follows what is trusted; checks 1 to 6 of "Keys" in their order.
func OpenKeySet(note []byte, log string, trusted Trusted) (Trusted, error) {
	opened, err := OpenNote(note, []NoteKey{trusted.Root})
	if err != nil {
		return trusted, err
	}
	set, err := ParseKeySet(opened.Text)
	if err != nil {
		return trusted, err
	}
	if set.Log != log {
		return trusted, Refuse(KeysetLogMismatch, "%s, not %s", set.Log, log)
	}
	if set.Version != trusted.Version()+1 {
		return trusted, Refuse(KeysetVersion, "%d after %d", set.Version, trusted.Version())
	}
	root, err := set.RootKey()
	if err == nil {
		_, err = OpenNote(note, []NoteKey{root})
	}
	if err != nil {
		return trusted, Refuse(KeysetRoot, "not signed by the root that it brings: %v", err)
	}
	if trusted.Set != nil && !keepsHistory(trusted.Set, set) {
		return trusted, Refuse(KeysetHistory, "version %d denies the one before", set.Version)
	}
	return Trusted{Root: root, Set: set}, nil
}

func keepsHistory(older, newer *KeySet) bool {
	return keepsRanges(older.Fact, newer.Fact) && keepsRanges(older.LogKeys, newer.LogKeys) &&
		len(newer.Epochs) >= len(older.Epochs) &&
		slices.Equal(older.Epochs, newer.Epochs[:len(older.Epochs)])
}

func keepsRanges(older, newer []RangedKey) bool {
	for _, before := range older {
		if !slices.ContainsFunc(newer, func(after RangedKey) bool {
			return bytes.Equal(before.Key.raw, after.Key.raw) && mayFollow(before.Range, after.Range)
		}) {
			return false
		}
	}
	return true
}

// mayFollow: an end that was a number stays, a void place only moves down ([NoEnd] is the largest).
func mayFollow(before, after Range) bool {
	return after.From == before.From && (before.To == NoEnd || after.To == before.To) &&
		after.Void <= before.Void
}
