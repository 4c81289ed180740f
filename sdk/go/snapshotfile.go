package dataplane

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"tenure.dev/dataplane/internal/kernel"
	"tenure.dev/dataplane/internal/state"
)

// snapshotFile is the newest snapshot on disk, one file, replaced whole:
//
//	length uint32 || state note, then *(length uint32 || node)      depth first, not compressed
const (
	snapshotFile   = "snapshot"
	frameBytes     = 4
	maxFrameBytes  = 16 << 20
	snapshotBuffer = 1 << 20
)

// span is where a node is in the file.
type span struct {
	at     int64
	length int
}

type spans map[kernel.Hash]span

// snapshotWriter notes where the nodes are.
type snapshotWriter struct {
	out   *bufio.Writer
	at    int64
	spans spans
}

func (w *snapshotWriter) frame(data []byte) error {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	if _, err := w.out.Write(head); err != nil {
		return err
	}
	w.at += int64(len(head) + len(data))
	_, err := w.out.Write(data)
	return err
}

func (w *snapshotWriter) node(node *state.Node) error {
	w.spans[node.Hash] = span{at: w.at + frameBytes, length: len(node.Bytes)}
	return w.frame(node.Bytes)
}

// writeSnapshot puts it beside the one that is there; [journal.keepSnapshot] then replaces that.
func (j *journal) writeSnapshot(note []byte, tree *state.Tree) (spans, error) {
	file, err := os.OpenFile(j.snapshotPath()+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	w := &snapshotWriter{out: bufio.NewWriterSize(file, snapshotBuffer), spans: spans{}}
	err = w.frame(note)
	if err == nil {
		err = tree.Nodes(w.node)
	}
	return w.spans, errors.Join(err, w.out.Flush(), file.Close())
}

func (j *journal) snapshotPath() string { return filepath.Join(j.directory, snapshotFile) }

func (j *journal) keepSnapshot() error {
	return os.Rename(j.snapshotPath()+".new", j.snapshotPath())
}

// dropSnapshot is for one that was written and is not kept.
func (j *journal) dropSnapshot() { _ = os.Remove(j.snapshotPath() + ".new") }

func (j *journal) removeSnapshot() error {
	if err := os.Remove(j.snapshotPath()); !os.IsNotExist(err) {
		return err
	}
	return nil
}

// nodeAt reads one node again.
func (j *journal) nodeAt(where span) (*state.Node, error) {
	file, err := os.Open(j.snapshotPath())
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data, err := readSpan(file, where)
	if err != nil {
		return nil, err
	}
	return state.Parse(data)
}

// frameAt tells where the frame that begins at a place has its bytes.
func frameAt(in io.ReaderAt, at int64) (span, error) {
	var head [frameBytes]byte
	if _, err := in.ReadAt(head[:], at); err != nil {
		return span{}, err
	}
	length := binary.BigEndian.Uint32(head[:])
	if length > maxFrameBytes {
		return span{}, errors.New("a frame of a snapshot is too long")
	}
	return span{at: at + frameBytes, length: int(length)}, nil
}

// readSpan into memory of its own, which is free again when the last of its blocks is unpacked.
func readSpan(in io.ReaderAt, where span) ([]byte, error) {
	data := make([]byte, where.length)
	_, err := in.ReadAt(data, where.at)
	return data, err
}

// loaded is a snapshot as it was read: its note, and its nodes, each hashed and none compared yet.
type loaded struct {
	note  []byte
	mutex sync.Mutex
	nodes map[kernel.Hash]*state.Node
	spans spans
}

func (l *loaded) read(in io.ReaderAt, where span) {
	data, err := readSpan(in, where)
	if err != nil {
		return
	}
	node, err := state.Parse(data)
	if err != nil {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.nodes[node.Hash], l.spans[node.Hash] = node, where
}

// node of a hash; one that is malformed, cut or missing is that of another hash.
func (l *loaded) node(_ context.Context, hash kernel.Hash) (*state.Node, error) {
	if node, found := l.nodes[hash]; found {
		return node, nil
	}
	return nil, kernel.Refuse(kernel.StateHashMismatch, "no node %s on disk", hash.Hex())
}

// readSnapshot reads and hashes with all processors; nil when there is no file, or no note.
func (j *journal) readSnapshot() *loaded {
	file, err := os.Open(j.snapshotPath())
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	where, err := frameAt(file, 0)
	if err != nil {
		return nil
	}
	note, err := readSpan(file, where)
	if err != nil {
		return nil
	}
	l := &loaded{note: note, nodes: map[kernel.Hash]*state.Node{}, spans: spans{}}
	frames := make(chan span)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for one := range frames {
				l.read(file, one)
			}
		})
	}
	for {
		if where, err = frameAt(file, where.at+int64(where.length)); err != nil {
			break
		}
		frames <- where
	}
	close(frames)
	group.Wait()
	return l
}
