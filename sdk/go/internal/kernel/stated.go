package kernel

import "slices"

// openStated reads the checkpoint of a heartbeat; nil when it has none.
func openStated(h *Heartbeat, set *KeySet) (*Checkpoint, error) {
	if !h.HasCheckpoint {
		return nil, nil
	}
	origin := CheckpointOrigin(set.Log, h.Epoch)
	opened, err := openLogNote([]byte(h.Checkpoint), set, origin)
	if err != nil {
		return nil, err
	}
	stated, err := ParseCheckpoint(opened.Text)
	if err != nil {
		return nil, err
	}
	if stated.Origin != origin {
		return nil, Refuse(CheckpointOriginMismatch, "%s, not %s", stated.Origin, origin)
	}
	if err := checkLogRange(opened, set, stated.Size); err != nil {
		return nil, err
	}
	return &stated, nil
}

// openLogNote opens a note by the set's log keys, which are named as an epoch's checkpoints are.
func openLogNote(note []byte, set *KeySet, name string) (Note, error) {
	raw := make([]Key, 0, len(set.LogKeys))
	for _, key := range set.LogKeys {
		raw = append(raw, key.Key)
	}
	keys, err := noteKeys(name, raw)
	if err != nil {
		return Note{}, err
	}
	return OpenNote(note, keys)
}

// checkLogRange: of the log keys that signed, one counts at this size of the log.
func checkLogRange(opened Note, set *KeySet, size int64) error {
	for _, key := range set.LogKeys {
		signed := slices.ContainsFunc(opened.SignedBy, func(by NoteKey) bool {
			return by.Key.raw.Equal(key.Key.raw)
		})
		if signed && key.Holds(size) && !key.IsVoid(size) {
			return nil
		}
	}
	return Refuse(KeyRange, "no log key counts at size %d", size)
}

func checkGrowth(older, newer *Checkpoint) error {
	switch {
	case newer == nil:
		return Refuse(CheckpointRollback, "none after size %d", older.Size)
	case newer.Size < older.Size:
		return Refuse(CheckpointRollback, "size %d after %d", newer.Size, older.Size)
	case newer.Size == older.Size && newer.Root != older.Root:
		return Refuse(CheckpointFork, "another root at size %d", newer.Size)
	}
	return nil
}
