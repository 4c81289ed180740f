package kernel

import (
	"time"
	"unicode/utf8"
)

// Heartbeat states where the log is. Text of its note, by a time key:
//
//	<log>/heartbeat
//	<epoch>                          1, 2, 3 ...
//	<fence>                          of the leader
//	<time>                           RFC 3339, UTC, milliseconds
//	<version>                        of the key set
//	-, or base64(note)               the newest signed checkpoint
//	<count> <base64(H(count))>       256 lines, shards 00 to ff
type Heartbeat struct {
	Log          string
	Epoch, Fence int64
	// At has one form, so that times compare as texts.
	At            string
	KeySetVersion int64
	// Checkpoint is a signed note; empty with HasCheckpoint false before the epoch's first.
	Checkpoint    string
	HasCheckpoint bool
	Heads         ShardHeads
}

const (
	heartbeatTitle   = "/heartbeat"
	linesBeforeHeads = 6
)

// Time is At parsed.
func (h *Heartbeat) Time() time.Time {
	at, _ := ParseInstant(h.At)
	return at
}

// ParseHeartbeat is for a text whose signature holds (heartbeat-malformed).
func ParseHeartbeat(text string) (*Heartbeat, error) {
	lines := linesOf(text)
	if len(lines) != linesBeforeHeads+ShardCount {
		return nil, Refuse(HeartbeatMalformed, "%d lines", len(lines))
	}
	log, isTitle := logOfTitle(lines[0], heartbeatTitle)
	epoch, isEpoch := ParseCount(lines[1])
	fence, isFence := ParseCount(lines[2])
	version, isVersion := ParseCount(lines[4])
	ok := isTitle && isEpoch && isFence && isVersion && epoch >= 1 && version >= 1
	if !ok || !isInstant(lines[3]) {
		return nil, Refuse(HeartbeatMalformed, "its first lines")
	}
	h := &Heartbeat{Log: log, Epoch: epoch, Fence: fence, At: lines[3], KeySetVersion: version}
	if lines[5] != none {
		note, isBase64 := FromBase64(lines[5])
		if !isBase64 || !utf8.Valid(note) {
			return nil, Refuse(HeartbeatMalformed, "the checkpoint")
		}
		h.Checkpoint, h.HasCheckpoint = string(note), true
	}
	if !readHeads(&h.Heads, lines[linesBeforeHeads:]) {
		return nil, Refuse(HeartbeatMalformed, "its shards")
	}
	return h, nil
}
