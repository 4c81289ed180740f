package dataplane

import (
	"os"
	"path/filepath"
	"strconv"
)

// Notes on disk: the key sets by version, the newest heartbeat, and the newest one that every
// followed shard had reached. Signed, and opened again at each start.
const (
	lastFile    = "heartbeat.note"
	reachedFile = "reached.note"
)

func replaceFile(path string, data []byte) error {
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (j *journal) saveNote(name string, note []byte) error {
	return replaceFile(filepath.Join(j.directory, name), note)
}

// note is nil when there is none, or it cannot be read: then it is learned again.
func (j *journal) note(name string) []byte {
	data, err := os.ReadFile(filepath.Join(j.directory, name))
	if err != nil {
		return nil
	}
	return data
}

func keySetFile(version int64) string {
	return filepath.Join("keys", strconv.FormatInt(version, 10)+".note")
}
