package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"tenure.dev/dataplane"
	"tenure.dev/dataplane/internal/kernel"
)

const (
	decisions  = 1_000_000
	warmUp     = 200_000
	signatures = 2_000
	issuer     = "https://id.example/realms/bench"
	permission = "project:read"
)

var errWrong = errors.New("a wrong decision")

// questions about members that bench/million-facts.ts made.
type questions struct{ tenants, members int }

// ask takes a large step through both counters, so that no two questions share a cache line.
func (q questions) ask(n int) (dataplane.Identity, string) {
	sub := fmt.Sprintf("sub-%d", n*104_729%q.members)
	tenant := fmt.Sprintf("7e57ab1e-0000-4000-8000-%012x", n*7_919%q.tenants)
	return dataplane.Identity{Issuer: issuer, Sub: sub}, tenant
}

func measurePlane(directory string, asked questions) error {
	if err := measureSignature(); err != nil {
		return err
	}
	before := heapBytes()
	began := time.Now()
	plane, err := dataplane.Open(context.Background(), dataplane.Options{
		RegistryURL: "http://127.0.0.1:1",
		Log:         os.Getenv("TENURE_LOG"),
		Root:        os.Getenv("TENURE_ROOT"),
		Directory:   directory,
		// No heartbeat says how old these facts are.
		Expiry: map[dataplane.Kind]dataplane.Expiry{dataplane.Membership: {Allow: true}},
	})
	if err != nil {
		return err
	}
	defer func() { _ = plane.Close() }()
	if identity, tenant := asked.ask(1); !plane.Can(identity, permission, tenant).Allowed {
		return errWrong
	}
	say("answering", "ms", milliseconds(time.Since(began)))
	for n := range asked.tenants {
		identity, tenant := asked.ask(n)
		plane.Can(identity, permission, tenant)
	}
	// The plane unpacks the rest by itself.
	for plane.Stats().Packed > 0 {
		time.Sleep(time.Millisecond)
	}
	say("unpacked", "ms", milliseconds(time.Since(began)))
	facts := asked.tenants * (asked.members + 1)
	say("memory", "B/fact", float64(heapBytes()-before)/float64(facts))
	return measureDecisions(plane, asked)
}

func heapBytes() int64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int64(memory.HeapAlloc)
}

func measureSignature() error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	key, err := kernel.NewKey(public)
	if err != nil {
		return err
	}
	message := kernel.SHA256([]byte("a fact"))
	signature := ed25519.Sign(private, message[:])
	began := time.Now()
	for range signatures {
		if !key.Verify(message[:], signature) {
			return errors.New("a good signature was refused")
		}
	}
	say("signature", "us", milliseconds(time.Since(began))*1_000/signatures)
	return nil
}

func measureDecisions(plane *dataplane.Plane, asked questions) error {
	took := make([]time.Duration, 0, decisions)
	for n := range warmUp + decisions {
		identity, tenant := asked.ask(n)
		began := time.Now()
		allowed := plane.Can(identity, permission, tenant).Allowed
		ended := time.Since(began)
		if !allowed {
			return errWrong
		}
		if n >= warmUp {
			took = append(took, ended)
		}
	}
	slices.Sort(took)
	clock := clockCost()
	quantile := func(part float64) float64 {
		return float64(took[int(part*decisions)]-clock) / float64(time.Microsecond)
	}
	say("decision p50", "us", quantile(0.5))
	say("decision p99", "us", quantile(0.99))
	return nil
}

// clockCost of looking at the clock twice, the median.
func clockCost() time.Duration {
	took := make([]time.Duration, 0, decisions)
	for range decisions {
		began := time.Now()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[decisions/2]
}
