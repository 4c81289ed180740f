package kernel

import "slices"

// openStated reads the checkpoint of a heartbeat; nil when it has none.
func openStated(h *Heartbeat, set *KeySet) (*Checkpoint, error) {
	if !h.HasCheckpoint {
		return nil, nil
	}
	origin := CheckpointOrigin(set.Log, h.Epoch)
	raw := make([]Key, 0, len(set.LogKeys))
	for _, key := range set.LogKeys {
		raw = append(raw, key.Key)
	}
	keys, err := noteKeys(origin, raw)
	if err != nil {
		return nil, err
	}
	opened, err := OpenNote([]byte(h.Checkpoint), keys)
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
	for at, key := range set.LogKeys {
		signed := slices.ContainsFunc(opened.SignedBy, func(by NoteKey) bool {
			return by.Key.raw.Equal(keys[at].Key.raw)
		})
		if signed && key.Holds(stated.Size) && !key.IsVoid(stated.Size) {
			return &stated, nil
		}
	}
	return nil, Refuse(KeyRange, "no log key counts at size %d", stated.Size)
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
