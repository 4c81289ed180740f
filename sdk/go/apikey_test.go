package dataplane

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tenure.dev/dataplane/internal/kernel"
)

// keyText makes a key by the specification's words, apart from what the kit has for reading them.
func keyText(seed byte) string {
	letters := base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	start := "tenure_" + letters.EncodeToString([]byte(strings.Repeat(string(rune(seed)), 24)))
	sum := sha256.Sum256([]byte("tenure-api-key-check\x00" + start))
	return start + letters.EncodeToString(sum[:4])
}

func keyBody(text, rest string) string {
	sum := sha256.Sum256([]byte("tenure-api-key\x00" + text))
	return fmt.Sprintf(`{"hash":%q,%s}`, kernel.ToBase64URL(sum[:]), rest)
}

const (
	keyID      = "5f0c2a3b-0000-4000-8000-00000000000e"
	otherKeyID = "5f0c2a3b-0000-4000-8000-00000000000f"
	rest       = `"scopes":["invoices:read","a"],"namespace":"emea","until":null`
)

// keyStage has one key of acme.
func keyStage(t *testing.T) *stage {
	s := closedStage(t)
	s.registry.write(acme, "api-key", "api-key:"+keyID, keyBody(keyText(1), rest))
	return s
}

func (s *stage) expectKey(want Reason, key string, wants ...APIKeyWant) {
	s.Helper()
	if got := s.plane.APIKey(key, wants...); got.Reason != want || got.Allowed != (want == Granted) {
		s.Errorf("%+v, not %s", got, want)
	}
}

func TestAnAPIKeyIsGoodForWhatItsFactSays(t *testing.T) {
	s := keyStage(t)
	s.open()
	s.expectKey(FactsExpired, keyText(1))
	s.ready()
	want := APIKeyDecision{
		Allowed: true, Reason: Granted, Tenant: acme, ID: keyID,
		Scopes: []string{"invoices:read", "a"}, Namespace: "emea", Freshness: Fresh,
	}
	if got := s.plane.APIKey(keyText(1)); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	s.expectKey(Granted, keyText(1), WithScope("a"), InNamespace("emea"))
	s.expectKey(ScopeMissing, keyText(1), WithScope("b"), InNamespace("apac"))
	s.expectKey(ScopeMissing, keyText(1), WithScope(""))
	s.expectKey(NamespaceMismatch, keyText(1), InNamespace("apac"))
	s.expectKey(NamespaceMismatch, keyText(1), InNamespace(""))
	s.expectKey(KeyMalformed, keyText(1)+"a")
	s.expectKey(KeyMalformed, "")
	unknown := s.plane.APIKey(keyText(2))
	want = APIKeyDecision{Reason: KeyUnknown, Scopes: []string{}, Freshness: Fresh}
	if !reflect.DeepEqual(unknown, want) {
		t.Errorf("%+v", unknown)
	}
}

func TestAnAPIKeyEndsWithItsFactItsTimeAndItsTenant(t *testing.T) {
	s := keyStage(t)
	s.open()
	s.ready()
	over := `"scopes":[],"namespace":null,"until":"2020-01-01T00:00:00.000Z"`
	s.send(s.registry.write(acme, "api-key", "api-key:"+keyID, keyBody(keyText(1), over)))
	s.expectKey(KeyExpired, keyText(1), WithScope("a"))
	later := strings.Replace(over, "2020", "2999", 1)
	s.send(s.registry.write(acme, "api-key", "api-key:"+keyID, keyBody(keyText(1), later)))
	s.expectKey(Granted, keyText(1))
	s.expectKey(NamespaceMismatch, keyText(1), InNamespace("emea"))
	s.send(s.registry.write(acme, "tenant", "tenant:"+acme,
		`{"slug":"acme","state":"frozen","plan":"team","isolation":"silo","demo":false}`))
	s.expectKey(TenantInactive, keyText(1))
	if got := s.plane.APIKey(keyText(1)); got.ID != keyID || got.Tenant != acme {
		t.Errorf("%+v: whose key it is, is known", got)
	}
	s.send(s.registry.write(acme, "api-key", "api-key:"+keyID, keyBody(keyText(3), later)))
	s.expectKey(KeyUnknown, keyText(1))
}

func TestAHashThatTwoKeysHaveIsUnknownUntilOneIsGone(t *testing.T) {
	s := keyStage(t)
	s.registry.write(acme, "api-key", "api-key:"+otherKeyID, keyBody(keyText(1), rest))
	s.open()
	s.ready()
	s.expectKey(KeyUnknown, keyText(1))
	s.send(s.registry.write(acme, "api-key", "api-key:"+otherKeyID, keyBody(keyText(2), rest)))
	s.expectKey(Granted, keyText(1))
	s.expectKey(Granted, keyText(2))
}

func TestAKeyInASnapshotIsFoundBeforeAnybodyAskedForItsTenant(t *testing.T) {
	s := keyStage(t)
	s.registry.makeState()
	s.open()
	s.ready()
	s.reopen()
	s.expectKey(Granted, keyText(1), WithScope("a"))
}
