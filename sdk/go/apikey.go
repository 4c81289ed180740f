package dataplane

import (
	"tenure.dev/dataplane/internal/index"
	"tenure.dev/dataplane/internal/kernel"
)

// APIKeyWant is what an API key is to be good for.
type APIKeyWant func(*index.KeyQuestion)

// WithScope wants one of the key's scopes to be exactly this.
func WithScope(scope string) APIKeyWant {
	return func(asked *index.KeyQuestion) { asked.Scope = &scope }
}

// InNamespace wants the key's namespace to be exactly this.
func InNamespace(namespace string) APIKeyWant {
	return func(asked *index.KeyQuestion) { asked.Namespace = &namespace }
}

// APIKey answers whether the text is that of an API key that is good for what is wanted, and whose
// it is. The text is neither kept nor told to anybody.
func (p *Plane) APIKey(key string, wants ...APIKeyWant) APIKeyDecision {
	now := p.freshness.of(APIKey)
	answer := APIKeyDecision{Scopes: []string{}, Freshness: now}
	if !p.freshness.decides(APIKey, now) {
		answer.Reason = FactsExpired
		return answer
	}
	hash, err := kernel.HashAPIKey(key)
	if err != nil {
		answer.Reason = KeyMalformed
		return answer
	}
	asked := index.KeyQuestion{Hash: hash, Now: p.clock.wall()}
	for _, want := range wants {
		want(&asked)
	}
	known, reason := p.index.APIKey(asked)
	answer.Allowed, answer.Reason = reason == Granted, reason
	if known != nil {
		answer.Tenant, answer.ID, answer.Namespace = known.Tenant, known.ID, known.Namespace
		answer.Scopes = append(answer.Scopes, known.Scopes...)
	}
	return answer
}
