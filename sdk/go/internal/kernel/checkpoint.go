package kernel

import (
	"slices"
	"strings"
)

// TreeHead is a tree as a checkpoint states it.
type TreeHead struct {
	// Size is the number of leaves.
	Size int64
	Root Hash
}

// Checkpoint is the text of a note (C2SP tlog-checkpoint):
//
//	origin LF size LF base64(root hash) LF *(extension LF)
type Checkpoint struct {
	TreeHead
	Origin     string
	Extensions []string
}

// ParseCheckpoint takes only a text whose signature holds.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	last := len(lines) - 1
	if last < 3 || lines[last] != "" || lines[0] == "" {
		return Checkpoint{}, Refuse(CheckpointMalformed, "not three lines")
	}
	size, isSize := ParseCount(lines[1])
	data, isBase64 := FromBase64(lines[2])
	root, isHash := HashOf(data)
	extensions := lines[3:last]
	if !isSize || !isBase64 || !isHash || slices.Contains(extensions, "") {
		return Checkpoint{}, Refuse(CheckpointMalformed, "size, root or an extension")
	}
	head := TreeHead{Size: size, Root: root}
	return Checkpoint{TreeHead: head, Origin: lines[0], Extensions: extensions}, nil
}

// OpenCheckpoint reads a signed note. `keys` are the log's own: a witness makes no checkpoint.
func OpenCheckpoint(note []byte, origin string, keys []NoteKey) (Checkpoint, error) {
	opened, err := OpenNote(note, keys)
	if err != nil {
		return Checkpoint{}, err
	}
	checkpoint, err := ParseCheckpoint(opened.Text)
	if err == nil && checkpoint.Origin != origin {
		err = Refuse(CheckpointOriginMismatch, "%s, not %s", checkpoint.Origin, origin)
	}
	if err != nil {
		return Checkpoint{}, err
	}
	return checkpoint, nil
}
