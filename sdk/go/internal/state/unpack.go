package state

import (
	"bytes"
	"compress/gzip"
	"io"
)

// maxNodeBytes of a node when it is not compressed; a bomb ends there.
const maxNodeBytes = 8 << 20

// gzipStart is gzip (RFC 1952), deflate, no flags: optional fields only differ between libraries.
var gzipStart = []byte{0x1f, 0x8b, 0x08, 0x00}

// Unpack gives a file as it is, or as it was before gzip: one member, and nothing behind it.
func Unpack(file []byte) ([]byte, error) {
	if !bytes.HasPrefix(file, gzipStart) {
		return file, nil
	}
	in := bytes.NewReader(file)
	unzip, err := gzip.NewReader(in)
	if err != nil {
		return nil, malformed("gzip: %v", err)
	}
	unzip.Multistream(false)
	data, err := io.ReadAll(io.LimitReader(unzip, maxNodeBytes+1))
	if err != nil {
		return nil, malformed("gzip: %v", err)
	}
	if len(data) > maxNodeBytes || in.Len() > 0 {
		return nil, malformed("more than %d bytes, or bytes behind them", maxNodeBytes)
	}
	return data, nil
}
