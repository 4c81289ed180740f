package kernel

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"
)

// Signed note (C2SP signed-note):
//
//	text, one or more lines, which may be empty
//	                                                     an empty line, the last one
//	— <name> <base64(key hash, 4 bytes || signature)>    1 to 16 of them
//
// Every line ends in LF. The signature is over the text with its last LF.
const (
	maxSignatures = 16
	noteDash      = "— "
)

// Note is what verified signatures cover.
type Note struct {
	// Text ends in LF.
	Text string
	// SignedBy are the known keys that signed, at least one, each once, in the order of the lines.
	SignedBy []NoteKey
}

type signatureLine struct {
	name, keyHash string
	signature     []byte
}

func isControl(r rune) bool { return r < 0x20 && r != '\n' }

func parseSignatureLine(line string) (signatureLine, bool) {
	rest, isDash := strings.CutPrefix(line, noteDash)
	name, encoded, _ := strings.Cut(rest, " ")
	data, isBase64 := FromBase64(encoded)
	if !isDash || !isBase64 || !isKeyName(name) || len(data) <= keyHashBytes {
		return signatureLine{}, false
	}
	keyHash := hex.EncodeToString(data[:keyHashBytes])
	return signatureLine{name: name, keyHash: keyHash, signature: data[keyHashBytes:]}, true
}

func parseNote(note []byte) (string, []signatureLine, error) {
	whole := string(note)
	emptyLine := strings.LastIndex(whole, "\n\n")
	if !utf8.ValidString(whole) || strings.ContainsFunc(whole, isControl) || emptyLine < 0 {
		return "", nil, Refuse(NoteMalformed, "no text of a note")
	}
	signatures, isEnded := strings.CutSuffix(whole[emptyLine+2:], "\n")
	lines := strings.Split(signatures, "\n")
	if !isEnded || len(lines) > maxSignatures {
		return "", nil, Refuse(NoteMalformed, "no signatures at its end, or too many")
	}
	parsed := make([]signatureLine, 0, len(lines))
	for _, line := range lines {
		signature, ok := parseSignatureLine(line)
		if !ok {
			return "", nil, Refuse(NoteMalformed, "not a signature line")
		}
		parsed = append(parsed, signature)
	}
	return whole[:emptyLine+1], parsed, nil
}

// OpenNote gives the text once a known key has signed it. Signatures of unknown keys are ignored,
// a wrong one of a known key refuses the note.
func OpenNote(note []byte, known []NoteKey) (Note, error) {
	text, lines, err := parseNote(note)
	if err != nil {
		return Note{}, err
	}
	opened := Note{Text: text}
	var signers []int
	for _, line := range lines {
		at := slices.IndexFunc(known, func(key NoteKey) bool {
			return key.Name == line.name && key.KeyHash == line.keyHash
		})
		if at < 0 {
			continue
		}
		if !known[at].Key.Verify([]byte(text), line.signature) {
			return Note{}, Refuse(NoteSignatureInvalid, "by %s", line.name)
		}
		if !slices.Contains(signers, at) {
			signers = append(signers, at)
			opened.SignedBy = append(opened.SignedBy, known[at])
		}
	}
	if len(signers) == 0 {
		return Note{}, Refuse(NoteKeyUnknown, "no known key signed it")
	}
	return opened, nil
}

// TextOfNote gives the text of a note whose signatures were checked before.
func TextOfNote(note []byte) (string, error) {
	text, _, err := parseNote(note)
	return text, err
}
