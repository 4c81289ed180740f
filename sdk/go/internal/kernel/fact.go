package kernel

import "encoding/json"

// PlatformTenant is the tenant whose chain carries what all tenants share.
const PlatformTenant = "00000000-0000-0000-0000-000000000000"

// Op states the whole new state of a subject, or ends it.
type Op string

// The two operations.
const (
	Assert  Op = "assert"
	Retract Op = "retract"
)

// Cause says why a fact was made, by ids only.
type Cause struct {
	Operation string `json:"operation"`
	Actor     string `json:"actor"`
}

// Fact is what a payload states, in the order of the payload's keys.
type Fact struct {
	Log     string `json:"log"`
	Epoch   int64  `json:"epoch"`
	Tenant  string `json:"tenant"`
	Seq     int64  `json:"seq"`
	Prev    string `json:"prev"`
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Op      Op     `json:"op"`
	At      string `json:"at"`
	Cause   Cause  `json:"cause"`
	// Body is verbatim out of the payload; `{}` for a retraction.
	Body json.RawMessage `json:"body"`
}
