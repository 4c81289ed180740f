package kernel

import (
	"crypto/sha256"
	"strconv"
)

// PayloadType of version 1. A new algorithm or payload form is a new type, never a negotiation.
const PayloadType = "application/vnd.tenure.fact.v1+json"

var paePrefix = "DSSEv1 " + strconv.Itoa(len(PayloadType)) + " " + PayloadType + " "

// sealed is 0x00 || PAE (DSSE v1, protocol.md, "Pre-Authentication Encoding"), so that one buffer
// serves the signature and the leaf hash:
//
//	PAE = "DSSEv1" SP len(type) SP type SP len(payload) SP payload     lengths in decimal
type sealed []byte

func seal(payload []byte) sealed {
	buffer := make([]byte, 0, 1+len(paePrefix)+6+len(payload))
	buffer = append(buffer, leafPrefix)
	buffer = append(buffer, paePrefix...)
	buffer = strconv.AppendInt(buffer, int64(len(payload)), 10)
	buffer = append(buffer, ' ')
	return append(buffer, payload...)
}

func (s sealed) pae() []byte { return s[1:] }

func (s sealed) leaf() Hash { return sha256.Sum256(s) }

// PreAuthEncoding gives the bytes that are signed.
func PreAuthEncoding(payload []byte) []byte { return seal(payload).pae() }

// LeafHash is SHA-256(0x00 || PAE): the one hash of tenant chain, shard chain and log.
func LeafHash(payload []byte) Hash { return seal(payload).leaf() }
