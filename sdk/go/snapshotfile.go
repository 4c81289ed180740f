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

// nodeAt reads one node again.
func (j *journal) nodeAt(where span) (*state.Node, error) {
	file, err := os.Open(j.snapshotPath())
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data := make([]byte, where.length)
	if _, err := file.ReadAt(data, where.at); err != nil {
		return nil, err
	}
	return state.Parse(data)
}

func readFrame(in io.Reader) ([]byte, error) {
	var head [frameBytes]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(head[:])
	if length > maxFrameBytes {
		return nil, errors.New("a frame of a snapshot is too long")
	}
	data := make([]byte, length)
	_, err := io.ReadFull(in, data)
	return data, err
}

// loaded is a snapshot as it was read: its note, and its nodes, each hashed and none compared yet.
type loaded struct {
	note  []byte
	mutex sync.Mutex
	nodes map[kernel.Hash]*state.Node
	spans spans
}

func (l *loaded) add(data []byte, where span) {
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

// readSnapshot hashes with all processors while it reads; nil when there is no file, or no note.
func (j *journal) readSnapshot() *loaded {
	file, err := os.Open(j.snapshotPath())
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	in := bufio.NewReaderSize(file, snapshotBuffer)
	note, err := readFrame(in)
	if err != nil {
		return nil
	}
	l := &loaded{note: note, nodes: map[kernel.Hash]*state.Node{}, spans: spans{}}
	type part struct {
		data  []byte
		where span
	}
	parts := make(chan part, 2*runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for one := range parts {
				l.add(one.data, one.where)
			}
		})
	}
	at := int64(frameBytes + len(note))
	for {
		data, err := readFrame(in)
		if err != nil {
			break
		}
		parts <- part{data: data, where: span{at: at + frameBytes, length: len(data)}}
		at += int64(frameBytes + len(data))
	}
	close(parts)
	group.Wait()
	return l
}
