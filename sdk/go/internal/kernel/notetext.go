package kernel

import "strings"

// What the texts of our notes are made of: a title, lines, decimal numbers, base64 of 32 bytes.

const none = "-"

// linesOf gives the lines of a text that ends in LF, and none of any other.
func linesOf(text string) []string {
	body, ok := strings.CutSuffix(text, "\n")
	if !ok {
		return nil
	}
	return strings.Split(body, "\n")
}

// logOfTitle reads a first line `<log><suffix>`.
func logOfTitle(line, suffix string) (string, bool) {
	log, ok := strings.CutSuffix(line, suffix)
	return log, ok && IsLog(log)
}

func hashOfText(text string) (Hash, bool) {
	data, ok := FromBase64(text)
	if !ok {
		return Hash{}, false
	}
	return HashOf(data)
}

// limitOf reads a number, or "-" as [NoEnd].
func limitOf(text string) (int64, bool) {
	if text == none {
		return NoEnd, true
	}
	return ParseCount(text)
}
