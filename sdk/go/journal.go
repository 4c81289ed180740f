package dataplane

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"tenure.dev/dataplane/internal/kernel"
)

// journal keeps accepted lines on disk, one append-only file per shard. It is not the truth: a
// lost tail is fetched again, so nothing is flushed, and what is read back is verified again.
type journal struct {
	directory string
	mutex     sync.Mutex
	files     map[int]*os.File
	// broken shards had a failed write: appending behind a torn line would lose what follows.
	broken map[int]bool
}

func openJournal(directory string) (*journal, error) {
	for _, name := range []string{"shards", "keys"} {
		if err := os.MkdirAll(filepath.Join(directory, name), 0o700); err != nil {
			return nil, err
		}
	}
	return &journal{directory: directory, files: map[int]*os.File{}, broken: map[int]bool{}}, nil
}

func (j *journal) path(shard int) string {
	return filepath.Join(j.directory, "shards", kernel.ShardName(shard)+".facts")
}

// load gives whole lines and cuts a torn last one off.
func (j *journal) load(shard int) ([]string, error) {
	data, err := os.ReadFile(j.path(shard))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	if whole < len(data) {
		if err := os.Truncate(j.path(shard), int64(whole)); err != nil {
			return nil, err
		}
	}
	return linesIn(string(data[:whole])), nil
}

func linesIn(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func (j *journal) append(shard int, lines []string) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if len(lines) == 0 || j.broken[shard] {
		return nil
	}
	file, err := j.file(shard)
	if err == nil {
		_, err = file.WriteString(strings.Join(lines, "\n") + "\n")
	}
	j.broken[shard] = err != nil
	return err
}

func (j *journal) file(shard int) (*os.File, error) {
	if file, found := j.files[shard]; found {
		return file, nil
	}
	file, err := os.OpenFile(j.path(shard), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		j.files[shard] = file
	}
	return file, err
}

// replace puts these lines in place of the shard's file, whole or not at all.
func (j *journal) replace(shard int, lines []string) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if file, found := j.files[shard]; found {
		_ = file.Close()
		delete(j.files, shard)
	}
	text := ""
	if len(lines) > 0 {
		text = strings.Join(lines, "\n") + "\n"
	}
	err := replaceFile(j.path(shard), []byte(text))
	j.broken[shard] = err != nil
	return err
}

func (j *journal) close() error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	var first error
	for shard, file := range j.files {
		if err := file.Close(); err != nil && first == nil {
			first = err
		}
		delete(j.files, shard)
	}
	return first
}
