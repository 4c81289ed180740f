package kernel

import "encoding/binary"

// ParseBundle reads the entries of a bundle (C2SP tlog-tiles, "Log entries") and refuses
// (entry-bundle-malformed) any other number:
//
//	bundle = (length of entry, uint16 big-endian || entry) ...       an entry is a PAE
func ParseBundle(data []byte, width int) ([][]byte, error) {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 {
			return nil, Refuse(EntryBundleMalformed, "cut in entry %d", len(entries))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		if end > len(data) {
			return nil, Refuse(EntryBundleMalformed, "cut in entry %d", len(entries))
		}
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(entries) != width {
		return nil, Refuse(EntryBundleMalformed, "%d entries, not %d", len(entries), width)
	}
	return entries, nil
}
