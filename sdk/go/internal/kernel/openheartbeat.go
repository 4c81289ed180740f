package kernel

import "strconv"

// Beat is a heartbeat that was opened, with the checkpoint in it.
type Beat struct {
	*Heartbeat
	// Stated is nil when the heartbeat has no checkpoint.
	Stated *Checkpoint
}

// CheckpointOrigin is the first line of an epoch's checkpoints and the name of the log key in
// their notes.
func CheckpointOrigin(log string, epoch int64) string {
	if epoch == firstEpoch {
		return log
	}
	return log + "/" + strconv.FormatInt(epoch, 10)
}

// OpenHeartbeat gives the heartbeat that follows `last` (nil: none yet); checks 1 to 11 of
// "Heartbeats" in their order. When its KeySetVersion is above the set's, the caller learns that
// set and opens the note again: until then nothing is to be concluded from it.
func OpenHeartbeat(note []byte, set *KeySet, last *Beat) (*Beat, error) {
	keys, err := noteKeys(set.Log+"/time", set.Time)
	if err != nil {
		return nil, err
	}
	opened, err := OpenNote(note, keys)
	if err != nil {
		return nil, err
	}
	heartbeat, err := ParseHeartbeat(opened.Text)
	if err != nil {
		return nil, err
	}
	if err := checkStatement(heartbeat, set); err != nil {
		return nil, err
	}
	if last != nil {
		if err := checkOrder(heartbeat, last.Heartbeat); err != nil {
			return nil, err
		}
	}
	stated, err := openStated(heartbeat, set)
	if err != nil {
		return nil, err
	}
	if last != nil && last.Epoch == heartbeat.Epoch && last.Stated != nil {
		if err := checkGrowth(last.Stated, stated); err != nil {
			return nil, err
		}
	}
	return &Beat{Heartbeat: heartbeat, Stated: stated}, nil
}

func noteKeys(name string, keys []Key) ([]NoteKey, error) {
	named := make([]NoteKey, 0, len(keys))
	for _, key := range keys {
		noteKey, err := NewNoteKey(name, key.raw)
		if err != nil {
			return nil, err
		}
		named = append(named, noteKey)
	}
	return named, nil
}

func checkStatement(h *Heartbeat, set *KeySet) error {
	switch {
	case h.Log != set.Log:
		return Refuse(HeartbeatLogMismatch, "%s, not %s", h.Log, set.Log)
	case h.KeySetVersion < set.Version:
		return Refuse(HeartbeatKeyset, "version %d after %d", h.KeySetVersion, set.Version)
	// A later set may have begun an epoch that this reader cannot know yet.
	case h.KeySetVersion == set.Version && h.Epoch != set.NewestEpoch():
		return Refuse(EpochMismatch, "%d, not %d", h.Epoch, set.NewestEpoch())
	}
	return nil
}

// checkOrder: fence and counts begin anew with an epoch; time with a leader, whose clock may be
// behind the last one's.
func checkOrder(h, last *Heartbeat) error {
	sameEpoch := h.Epoch == last.Epoch
	if sameEpoch && h.Fence < last.Fence {
		return Refuse(HeartbeatFence, "%d after %d", h.Fence, last.Fence)
	}
	if h.Fence <= last.Fence && h.At <= last.At {
		return Refuse(HeartbeatReplay, "%s after %s", h.At, last.At)
	}
	for shard := range h.Heads {
		if sameEpoch && h.Heads[shard].Count < last.Heads[shard].Count {
			return Refuse(HeartbeatRollback, "shard %s", ShardName(shard))
		}
	}
	return nil
}

// ReadBeat reads a heartbeat that was opened before: its signatures are not checked again.
func ReadBeat(note []byte) (*Beat, error) {
	text, err := TextOfNote(note)
	if err != nil {
		return nil, err
	}
	heartbeat, err := ParseHeartbeat(text)
	if err != nil || !heartbeat.HasCheckpoint {
		return &Beat{Heartbeat: heartbeat}, err
	}
	text, err = TextOfNote([]byte(heartbeat.Checkpoint))
	if err != nil {
		return nil, err
	}
	stated, err := ParseCheckpoint(text)
	return &Beat{Heartbeat: heartbeat, Stated: &stated}, err
}
