package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"tenure.dev/dataplane/internal/state"
)

// measureParse is bare encoding/json over the same bytes: what nobody who reads facts in this
// language can do without.
func measureParse(directory string) error {
	data, err := os.ReadFile(filepath.Join(directory, "snapshot"))
	if err != nil {
		return err
	}
	payloads, err := payloadsIn(data)
	if err != nil {
		return err
	}
	runtime.GC()
	began := time.Now()
	parsed := 0
	for _, payload := range payloads {
		var fact map[string]any
		if err := json.Unmarshal(payload, &fact); err != nil {
			return err
		}
		if fact["seq"] != nil {
			parsed++
		}
	}
	say("parse", "ms", milliseconds(time.Since(began)))
	say("facts", "", float64(parsed))
	return nil
}

func payloadsIn(snapshot []byte) ([][]byte, error) {
	var payloads [][]byte
	collect := func(payload []byte) error {
		payloads = append(payloads, payload)
		return nil
	}
	// The first frame is the note.
	_, rest, ok := state.CutFrame(snapshot)
	for ok && len(rest) > 0 {
		var frame []byte
		if frame, rest, ok = state.CutFrame(rest); !ok {
			break
		}
		node, err := state.Parse(frame)
		if err != nil {
			return nil, err
		}
		_ = node.Payloads(collect)
	}
	return payloads, nil
}

func milliseconds(took time.Duration) float64 { return float64(took) / float64(time.Millisecond) }
