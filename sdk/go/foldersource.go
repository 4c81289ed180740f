package dataplane

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"tenure.dev/dataplane/internal/kernel"
)

// maxLineBytes is far above an envelope with the largest payload.
const maxLineBytes = 1 << 20

// folderSource is a folder in place of the registry, where no network leads (facts-v1.md,
// "Folders"). One that is missing, or is being written, is like a registry that is down.
type folderSource struct{ folder string }

func (s folderSource) close() {}

// open fails with errNotYet when the folder is there and the file is not. What is no file, such as
// a pipe that nobody writes to, could keep the reader for ever.
func (s folderSource) open(path string) (*os.File, error) {
	name := filepath.Join(s.folder, filepath.FromSlash(path))
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(s.folder); err != nil {
			return nil, err
		}
		return nil, errNotYet
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", path)
	}
	if err != nil {
		return nil, err
	}
	return os.Open(name)
}

func (s folderSource) read(path string, limit int64) ([]byte, error) {
	file, err := s.open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%w: more than %d bytes in %s", errTooLarge, limit, path)
	}
	return data, err
}

// facts are the shard's lines, whole: line n has position n. What is behind the last line feed is
// being written.
func (s folderSource) facts(ctx context.Context, shard int, from int64) ([]string, error) {
	file, err := s.open("facts/" + kernel.ShardName(shard))
	if errors.Is(err, errNotYet) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, maxLineBytes)
	scanner.Split(wholeLine)
	var lines []string
	bytesTaken := 0
	for position := int64(1); bytesTaken < maxAnswerBytes && scanner.Scan(); position++ {
		if position < from {
			continue
		}
		lines = append(lines, scanner.Text())
		bytesTaken += len(scanner.Bytes())
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return lines, scanner.Err()
}

func wholeLine(data []byte, atEnd bool) (advance int, line []byte, err error) {
	if at := bytes.IndexByte(data, '\n'); at >= 0 {
		return at + 1, data[:at], nil
	}
	if atEnd {
		return len(data), nil, nil
	}
	return 0, nil, nil
}

func (s folderSource) keySet(_ context.Context, version int64) ([]byte, error) {
	return s.read("keys/"+strconv.FormatInt(version, 10), maxNoteBytes)
}

func (s folderSource) heartbeat(context.Context) ([]byte, error) {
	return s.read("heartbeat", maxNoteBytes)
}

func (s folderSource) stateNote(context.Context) ([]byte, error) {
	return s.read("state/note", maxNoteBytes)
}

func (s folderSource) node(_ context.Context, hash kernel.Hash) ([]byte, error) {
	return nodeFile(s.read("state/"+hash.Hex(), maxNodeFileBytes))
}

func (s folderSource) receipt(context.Context, []byte) error {
	return errors.New("a folder takes no receipts")
}
