package dataplane

import "tenure.dev/dataplane/internal/kernel"

// Code of an [Error]. The codes of refused facts, notes and heartbeats are those of
// facts/spec/facts-v1.md.
type Code = kernel.Code

// Error is a refusal with a stable code; find it with errors.As.
type Error = kernel.Error

// Codes with which [Open] fails.
const (
	// KeyInvalid: Options.Root is not the note key of a root of Options.Log.
	KeyInvalid = kernel.KeyInvalid
	// DirectoryLocked: another process, or another plane of this one, uses the directory.
	DirectoryLocked Code = "directory-locked"
	// OptionsInvalid: an option of another form, such as a shard above 255.
	OptionsInvalid Code = "options-invalid"
)
