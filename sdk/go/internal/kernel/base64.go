package kernel

import (
	"encoding/base64"
	"strings"
)

// RFC 4648 with unused bits zero: one text for one value of bytes.
var (
	strictBase64    = base64.StdEncoding.Strict()
	strictBase64URL = base64.RawURLEncoding.Strict()
)

// ToBase64 is RFC 4648, section 4, with padding.
func ToBase64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// FromBase64 is the strict inverse of [ToBase64]; false for any text that it does not write. The
// library skips line ends even when it is strict.
func FromBase64(text string) ([]byte, bool) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	data, err := strictBase64.DecodeString(text)
	return data, err == nil
}

// ToBase64URL is RFC 4648, section 5, without padding.
func ToBase64URL(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// FromBase64URL is the strict inverse of [ToBase64URL].
func FromBase64URL(text string) ([]byte, bool) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	data, err := strictBase64URL.DecodeString(text)
	return data, err == nil
}
