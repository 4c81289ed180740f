package dataplane

import (
	"encoding/hex"
	"errors"

	"tenure.dev/dataplane/internal/kernel"
)

// RFC 8032, section 7.1, TEST 3, and the leaf hash of the payload `{}`, made with coreutils.
const (
	pinnedKey       = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
	pinnedMessage   = "af82"
	pinnedSignature = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" +
		"18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
	pinnedLeaf = "c5c9d7405a164f53241ddb74158c0c075f58b6c1b34a869ea92e3bdca4430b82"
	smallOrder = "0100000000000000000000000000000000000000000000000000000000000000"
)

func unhex(text string) []byte {
	data, _ := hex.DecodeString(text)
	return data
}

// selfTest keeps a build that does not verify as it should from ever starting.
func selfTest() error {
	key, err := kernel.NewKey(unhex(pinnedKey))
	signature := unhex(pinnedSignature)
	holds := err == nil && key.Verify(unhex(pinnedMessage), signature)
	otherHolds := err == nil && key.Verify([]byte(pinnedMessage), signature)
	_, weak := kernel.NewKey(unhex(smallOrder))
	if !holds || otherHolds || weak == nil || kernel.LeafHash([]byte("{}")).Hex() != pinnedLeaf {
		return errors.New("self-test failed: this build does not verify signatures as it should")
	}
	return nil
}
