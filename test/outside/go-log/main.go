// Command go-log says what Go's own log libraries make of a log: of its notes, its proofs and its
// tiles. It reads questions as JSON on standard input and writes one answer each, in order.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Bytes are base64, as encoding/json has them. A question has the members of its Ask.
type question struct {
	Ask string `json:"ask"`

	Note []byte `json:"note"`
	Key  string `json:"key"`

	Index uint64   `json:"index"`
	Size  uint64   `json:"size"`
	Root  []byte   `json:"root"`
	Leaf  []byte   `json:"leaf"`
	Proof [][]byte `json:"proof"`

	OlderSize uint64 `json:"olderSize"`
	OlderRoot []byte `json:"olderRoot"`

	Tiles  map[string][]byte `json:"tiles"`
	Leaves [][]byte          `json:"leaves"`
}

type answer struct {
	Holds bool `json:"holds"`
	// What the libraries said against it.
	Why string `json:"why"`
	// A note's text.
	Text string `json:"text"`
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	answers := []answer{}
	for _, q := range questions {
		answers = append(answers, answerTo(q))
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answerTo(q question) answer {
	text, err := check(q)
	if err != nil {
		return answer{Why: err.Error()}
	}
	return answer{Holds: true, Text: text}
}

func check(q question) (string, error) {
	switch q.Ask {
	case "note":
		return openNote(q)
	case "checkpoint":
		return openCheckpoint(q)
	case "inclusion":
		return "", checkInclusion(q)
	case "consistency":
		return "", checkConsistency(q)
	case "tiles":
		return "", checkTiles(q)
	}
	return "", fmt.Errorf("no such question: %s", q.Ask)
}

func openNote(q question) (string, error) {
	verifier, err := note.NewVerifier(q.Key)
	if err != nil {
		return "", err
	}
	opened, err := note.Open(q.Note, note.VerifierList(verifier))
	if err != nil {
		return "", err
	}
	return opened.Text, nil
}

// openCheckpoint reads our text as the tree description of Go's checksum database, whose first line
// is fixed and whose other lines are those of a checkpoint.
func openCheckpoint(q question) (string, error) {
	text, err := openNote(q)
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(text, "\n")
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	if err != nil {
		return "", err
	}
	if uint64(tree.N) != q.Size || string(tree.Hash[:]) != string(q.Root) {
		return "", fmt.Errorf("it states %d, %s", tree.N, tree.Hash)
	}
	return text, nil
}

// Both libraries must agree; when they do not, the error says so and no test expects that.
func both(sumdb, merkle error) error {
	if (sumdb == nil) != (merkle == nil) {
		return fmt.Errorf("the libraries disagree: sumdb: %v, merkle: %v", sumdb, merkle)
	}
	return sumdb
}

func checkInclusion(q question) error {
	hashes, err := hashesOf(q.Proof, q.Root, q.Leaf)
	if err != nil {
		return err
	}
	rest := hashes[2:]
	sumdb := tlog.CheckRecord(rest, int64(q.Size), hashes[0], int64(q.Index), hashes[1])
	merkle := proof.VerifyInclusion(rfc6962.DefaultHasher, q.Index, q.Size, q.Leaf, q.Proof, q.Root)
	return both(sumdb, merkle)
}

func checkConsistency(q question) error {
	hashes, err := hashesOf(q.Proof, q.Root, q.OlderRoot)
	if err != nil {
		return err
	}
	rest := hashes[2:]
	sumdb := tlog.CheckTree(rest, int64(q.Size), hashes[0], int64(q.OlderSize), hashes[1])
	merkle := proof.VerifyConsistency(
		rfc6962.DefaultHasher, q.OlderSize, q.Size, q.Proof, q.OlderRoot, q.Root)
	return both(sumdb, merkle)
}

// The two given first, then the proof's.
func hashesOf(proof [][]byte, first, second []byte) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, bytes := range append([][]byte{first, second}, proof...) {
		if len(bytes) != tlog.HashSize {
			return nil, fmt.Errorf("a hash of %d bytes", len(bytes))
		}
		hashes = append(hashes, tlog.Hash(bytes))
	}
	return hashes, nil
}

// checkTiles has Go read the leaves' hashes out of our tiles: TileHashReader believes no tile that
// does not lead to the root.
func checkTiles(q question) error {
	tree := tlog.Tree{N: int64(q.Size), Hash: tlog.Hash(q.Root)}
	reader := tlog.TileHashReader(tree, tilesByPath(q.Tiles))
	var indexes []int64
	for index := range q.Leaves {
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(index)))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for index, leaf := range q.Leaves {
		if string(hashes[index][:]) != string(leaf) {
			return fmt.Errorf("leaf %d is %s", index, hashes[index])
		}
	}
	return nil
}

// Our tiles by their paths. Go's paths name the tile's height, those of C2SP tlog-tiles do not.
type tilesByPath map[string][]byte

func (tiles tilesByPath) Height() int { return 8 }

func (tiles tilesByPath) SaveTiles([]tlog.Tile, [][]byte) {}

func (tiles tilesByPath) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, has := tiles[path]
		if !has {
			return nil, fmt.Errorf("no %s", path)
		}
		found = append(found, bytes)
	}
	return found, nil
}
