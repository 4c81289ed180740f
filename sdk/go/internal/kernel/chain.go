package kernel

// ChainHead is where a tenant's chain stands: its last fact's seq and that fact's leaf hash. The
// zero value is before the first fact.
type ChainHead struct {
	Seq  int64
	Hash Hash
}

// CheckNext refuses a fact that does not directly follow the head.
func CheckNext(fact *Fact, head ChainHead) error {
	switch {
	case fact.Seq <= head.Seq:
		return Refuse(SeqReplay, "tenant %s, seq %d after %d", fact.Tenant, fact.Seq, head.Seq)
	case fact.Seq > head.Seq+1:
		return Refuse(SeqGap, "tenant %s, seq %d after %d", fact.Tenant, fact.Seq, head.Seq)
	case fact.Prev != ToBase64URL(head.Hash[:]):
		return Refuse(PrevMismatch, "tenant %s, seq %d", fact.Tenant, fact.Seq)
	}
	return nil
}
