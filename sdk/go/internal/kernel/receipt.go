package kernel

import (
	"encoding/hex"
	"fmt"
	"time"
)

// Receipt says how far a plane has come. Text of its note, by the plane's own key, which is named
// <log>/plane/<name>:
//
//	<log>/receipt
//	<name>
//	<time>                           RFC 3339, UTC, milliseconds
//	<epoch>
//	<size>                           of the log: all below it, of the shards, is applied
//	<shards>                         64 hexadecimal digits, bit n from the left is shard n
type Receipt struct {
	Log, Name   string
	At          time.Time
	Epoch, Size int64
	Shards      []int
}

var planeNameClass = classOf(digits + lower + ".-")

// IsPlaneName tells what a receipt may be signed as.
func IsPlaneName(name string) bool { return word(name, &lowAlnumClass, &planeNameClass, 63) }

// KeyName is that of the plane's key.
func (r Receipt) KeyName() string { return r.Log + "/plane/" + r.Name }

// Text is what is signed.
func (r Receipt) Text() string {
	var shards [ShardCount / 8]byte
	for _, shard := range r.Shards {
		shards[shard/8] |= 0x80 >> (shard % 8)
	}
	return fmt.Sprintf("%s/receipt\n%s\n%s\n%d\n%d\n%s\n", r.Log, r.Name,
		r.At.UTC().Format(instantLayout), r.Epoch, r.Size, hex.EncodeToString(shards[:]))
}
