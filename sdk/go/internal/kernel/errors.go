// Package kernel has the bytes of signed facts and of their log, and the checks of a reader.
// facts/spec/facts-v1.md is its contract. It does no I/O and reads no clock.
package kernel

import "fmt"

// Code says why bytes are not the fact, or the part of a log, that they claim to be. The set is
// closed and the same in every language; the vectors of the specification show each.
type Code string

// Codes of the specification, in its order.
const (
	LineMalformed            Code = "line-malformed"
	EnvelopeMalformed        Code = "envelope-malformed"
	PayloadTypeUnknown       Code = "payload-type-unknown"
	SignatureCount           Code = "signature-count"
	SignatureInvalid         Code = "signature-invalid"
	KeyUnknown               Code = "key-unknown"
	KeyInvalid               Code = "key-invalid"
	KeyRange                 Code = "key-range"
	KeyClosed                Code = "key-closed"
	PayloadTooLarge          Code = "payload-too-large"
	PayloadNotUTF8           Code = "payload-not-utf8"
	PayloadBOM               Code = "payload-bom"
	PayloadNotJSON           Code = "payload-not-json"
	PayloadNotCompact        Code = "payload-not-compact"
	PayloadTooDeep           Code = "payload-too-deep"
	PayloadDuplicateKey      Code = "payload-duplicate-key"
	PayloadNumber            Code = "payload-number"
	PayloadString            Code = "payload-string"
	PayloadKeyOrder          Code = "payload-key-order"
	PayloadField             Code = "payload-field"
	SubjectMismatch          Code = "subject-mismatch"
	BodyInvalid              Code = "body-invalid"
	LogMismatch              Code = "log-mismatch"
	EpochMismatch            Code = "epoch-mismatch"
	TenantMismatch           Code = "tenant-mismatch"
	ShardMismatch            Code = "shard-mismatch"
	PositionGap              Code = "position-gap"
	IndexReplay              Code = "index-replay"
	SeqGap                   Code = "seq-gap"
	SeqReplay                Code = "seq-replay"
	PrevMismatch             Code = "prev-mismatch"
	ShardFork                Code = "shard-fork"
	FactUncovered            Code = "fact-uncovered"
	InclusionProofInvalid    Code = "inclusion-proof-invalid"
	ConsistencyProofInvalid  Code = "consistency-proof-invalid"
	NoteMalformed            Code = "note-malformed"
	NoteSignatureInvalid     Code = "note-signature-invalid"
	NoteKeyUnknown           Code = "note-key-unknown"
	CheckpointMalformed      Code = "checkpoint-malformed"
	CheckpointOriginMismatch Code = "checkpoint-origin-mismatch"
	CheckpointRollback       Code = "checkpoint-rollback"
	CheckpointFork           Code = "checkpoint-fork"
	TilePathMalformed        Code = "tile-path-malformed"
	TileMalformed            Code = "tile-malformed"
	EntryBundleMalformed     Code = "entry-bundle-malformed"
	KeysetMalformed          Code = "keyset-malformed"
	KeysetLogMismatch        Code = "keyset-log-mismatch"
	KeysetVersion            Code = "keyset-version"
	KeysetRoot               Code = "keyset-root"
	KeysetHistory            Code = "keyset-history"
	HeartbeatMalformed       Code = "heartbeat-malformed"
	HeartbeatLogMismatch     Code = "heartbeat-log-mismatch"
	HeartbeatKeyset          Code = "heartbeat-keyset"
	HeartbeatFence           Code = "heartbeat-fence"
	HeartbeatReplay          Code = "heartbeat-replay"
	HeartbeatRollback        Code = "heartbeat-rollback"
	StateMalformed           Code = "state-malformed"
	StateLogMismatch         Code = "state-log-mismatch"
	StateKeyset              Code = "state-keyset"
	StateVoid                Code = "state-void"
	StateRollback            Code = "state-rollback"
	StateFork                Code = "state-fork"
	StateNodeMalformed       Code = "state-node-malformed"
	StateHashMismatch        Code = "state-hash-mismatch"
	APIKeyMalformed          Code = "api-key-malformed"
)

// Error is a refusal. Its code is stable, its text is for people.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Refuse builds a refusal.
func Refuse(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// CodeOf gives the code of a refusal; empty when err is nil or none.
func CodeOf(err error) Code {
	if refusal, ok := err.(*Error); ok && refusal != nil {
		return refusal.Code
	}
	return ""
}
