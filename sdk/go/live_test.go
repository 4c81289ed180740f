package dataplane

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

// deadAddress is one where nobody listens.
func deadAddress(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestAPlaneOpensAndClosesWhileRegistryAndNATSAreDead(t *testing.T) {
	before := runtime.NumGoroutine()
	dead := deadAddress(t)
	plane, err := Open(context.Background(), Options{
		RegistryURL: "http://" + dead, NATSURL: "nats://" + dead,
		Log: testLog, Root: rootKey(), Directory: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := plane.Can(jane, "a:b", acme).Reason; got != FactsExpired {
		t.Errorf("%s without any fact", got)
	}
	if err := plane.Close(); err != nil {
		t.Error(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	if got := runtime.NumGoroutine(); got > before {
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines, not %d\n%s", got, before, stacks[:runtime.Stack(stacks, true)])
	}
}

func TestTheTokenGoesToTheRegistryAlone(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the plane followed a redirection")
	}))
	defer elsewhere.Close()
	registry := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	defer registry.Close()
	base, err := Options{RegistryURL: registry.URL}.registry()
	if err != nil {
		t.Fatal(err)
	}
	source := newHTTPSource(base, "secret")
	defer source.close()
	if _, err := source.heartbeat(context.Background()); err == nil {
		t.Error("a redirection is no answer")
	}
}

func TestAnAnswerThatNeverEndsIsCut(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		block := []byte(strings.Repeat("x", 1<<16))
		for range 2 * maxNoteBytes / len(block) {
			_, _ = w.Write(block)
		}
	}))
	defer server.Close()
	base, _ := Options{RegistryURL: server.URL + "/below/"}.registry()
	source := newHTTPSource(base, "secret")
	defer source.close()
	if _, err := source.keySet(context.Background(), 1); err == nil {
		t.Error("more than a note may have")
	}
}
