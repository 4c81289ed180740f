package kernel

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// API keys, as a tenant's customers hold them:
//
//	key    = "tenure_" secret check
//	secret = 39(a-z / 2-7)   24 random bytes in base32 (RFC 4648, section 6), lower case, unpadded
//	check  = 7(a-z / 2-7)    the same of 4 bytes of SHA-256(checkDomain || "tenure_" secret)
//	hash   = SHA-256("tenure-api-key" || 0x00 || key)
const (
	apiKeyPrefix  = "tenure_"
	secretBytes   = 24
	secretChars   = 39
	checkBytes    = 4
	checkDomain   = "tenure-api-key-check\x00"
	apiKeyDomain  = "tenure-api-key\x00"
	base32Letters = lower + "234567"
)

var strictBase32 = base32.NewEncoding(base32Letters).WithPadding(base32.NoPadding)

// HashAPIKey gives the hash by which facts name the key. Every other text is refused
// (api-key-malformed) before anything is looked up; the refusal does not repeat it.
func HashAPIKey(key string) (Hash, error) {
	rest, isPrefixed := strings.CutPrefix(key, apiKeyPrefix)
	if !isPrefixed || len(rest) <= secretChars || !isBase32(rest[:secretChars], secretBytes) {
		return Hash{}, Refuse(APIKeyMalformed, "not the text of an API key")
	}
	secret, check := key[:len(apiKeyPrefix)+secretChars], rest[secretChars:]
	sum := sha256.Sum256([]byte(checkDomain + secret))
	if check != strictBase32.EncodeToString(sum[:checkBytes]) {
		return Hash{}, Refuse(APIKeyMalformed, "its check is that of another key: mistyped or cut")
	}
	return sha256.Sum256([]byte(apiKeyDomain + key)), nil
}

// isBase32: the library skips line ends and ignores unused bits, so what it read is written again.
func isBase32(text string, bytes int) bool {
	data, err := strictBase32.DecodeString(text)
	return err == nil && len(data) == bytes && strictBase32.EncodeToString(data) == text
}
