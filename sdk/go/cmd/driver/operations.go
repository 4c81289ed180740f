package main

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"

	"tenure.dev/dataplane"
	"tenure.dev/dataplane/internal/vectors"
)

// request has the members of all operations.
type request struct {
	Op string `json:"op"`

	Folder string          `json:"folder"`
	Name   string          `json:"name"`
	Vector json.RawMessage `json:"vector"`

	RegistryURL string `json:"registryUrl"`
	Token       string `json:"token"`
	NATSURL     string `json:"natsUrl"`
	Log         string `json:"log"`
	Root        string `json:"root"`
	Directory   string `json:"directory"`
	Shards      []int  `json:"shards"`

	Issuer     string  `json:"issuer"`
	Sub        string  `json:"sub"`
	Permission string  `json:"permission"`
	Tenant     string  `json:"tenant"`
	Project    *string `json:"project"`
	Product    string  `json:"product"`

	// Key may be anything: what is no text is no key.
	Key       any     `json:"key"`
	Scope     *string `json:"scope"`
	Namespace *string `json:"namespace"`
}

type driver struct {
	ctx   context.Context
	plane *dataplane.Plane
	// unwritten counts how often the disk refused.
	unwritten atomic.Int64
}

type done struct {
	OK bool `json:"ok"`
}

type refused struct {
	Code dataplane.Code `json:"code"`
}

var noPlane = failure{"no plane is open"}

// overPlane is an operation that needs an open plane.
func overPlane(run func(*dataplane.Plane, *request) any) func(*driver, *request) any {
	return func(d *driver, asked *request) any {
		if d.plane == nil {
			return noPlane
		}
		return run(d.plane, asked)
	}
}

var operations = map[string]func(*driver, *request) any{
	"vector":      runVector,
	"open":        open,
	"ready":       ready,
	"can":         overPlane(can),
	"entitlement": overPlane(entitlement),
	"apiKey":      overPlane(apiKey),
	"explain":     overPlane(explain),
	"freshness": overPlane(func(plane *dataplane.Plane, _ *request) any {
		return map[string]any{"freshness": plane.Freshness(dataplane.Membership)}
	}),
	"stats": func(d *driver, _ *request) any {
		if d.plane == nil {
			return noPlane
		}
		return stats(d.plane, d.unwritten.Load())
	},
	"close": func(d *driver, _ *request) any { return d.close() },
}

func runVector(_ *driver, asked *request) any {
	answer, err := vectors.Run(asked.Name, asked.Vector)
	if err != nil {
		return failure{err.Error()}
	}
	return answer
}

func failed(err error) any {
	var refusal *dataplane.Error
	if errors.As(err, &refusal) {
		return refused{refusal.Code}
	}
	return failure{err.Error()}
}

func open(d *driver, asked *request) any {
	if d.plane != nil {
		return failure{"a plane is open"}
	}
	plane, err := dataplane.Open(d.ctx, dataplane.Options{
		RegistryURL: asked.RegistryURL,
		Token:       asked.Token,
		NATSURL:     asked.NATSURL,
		Log:         asked.Log,
		Root:        asked.Root,
		Directory:   asked.Directory,
		Shards:      asked.Shards,
	})
	if err != nil {
		return failed(err)
	}
	d.plane = plane
	d.unwritten.Store(0)
	plane.OnJournal(func(error) { d.unwritten.Add(1) })
	return done{OK: true}
}

func ready(d *driver, _ *request) any {
	if d.plane == nil {
		return noPlane
	}
	if err := d.plane.Ready(d.ctx); err != nil {
		return failed(err)
	}
	return done{OK: true}
}

func can(plane *dataplane.Plane, asked *request) any {
	identity := dataplane.Identity{Issuer: asked.Issuer, Sub: asked.Sub}
	if asked.Project == nil {
		return plane.Can(identity, asked.Permission, asked.Tenant)
	}
	return plane.CanInProject(identity, asked.Permission, asked.Tenant, *asked.Project)
}

// entitlement has null for the plan of what is not entitled, as in the other languages.
func entitlement(plane *dataplane.Plane, asked *request) any {
	decision := plane.Entitlement(asked.Tenant, asked.Product)
	answer := map[string]any{
		"entitled": decision.Entitled, "reason": decision.Reason, "limits": decision.Limits,
		"plan": nil, "freshness": decision.Freshness,
	}
	if decision.Entitled {
		answer["plan"] = decision.Plan
	}
	return answer
}

// textOrNull is null where the kit has an empty text for nothing.
func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func apiKey(plane *dataplane.Plane, asked *request) any {
	var wants []dataplane.APIKeyWant
	if asked.Scope != nil {
		wants = append(wants, dataplane.WithScope(*asked.Scope))
	}
	if asked.Namespace != nil {
		wants = append(wants, dataplane.InNamespace(*asked.Namespace))
	}
	key, _ := asked.Key.(string)
	decision := plane.APIKey(key, wants...)
	return map[string]any{
		"allowed": decision.Allowed, "reason": decision.Reason, "scopes": decision.Scopes,
		"tenant": textOrNull(decision.Tenant), "id": textOrNull(decision.ID),
		"namespace": textOrNull(decision.Namespace), "freshness": decision.Freshness,
	}
}

func explain(plane *dataplane.Plane, asked *request) any {
	identity := dataplane.Identity{Issuer: asked.Issuer, Sub: asked.Sub}
	explanation, err := plane.Explain(identity, asked.Permission, asked.Tenant)
	if asked.Project != nil {
		explanation, err = plane.ExplainInProject(
			identity, asked.Permission, asked.Tenant, *asked.Project)
	}
	if err != nil {
		return failed(err)
	}
	return explanation
}

// stats has what all languages have.
func stats(plane *dataplane.Plane, unwritten int64) any {
	all := plane.Stats()
	heads := map[string]any{}
	for name, head := range all.Heads {
		heads[name] = map[string]any{
			"position": head.Position, "index": head.Index, "hash": head.Hash,
		}
	}
	return map[string]any{
		"applied": all.Applied, "duplicates": all.Duplicates, "refused": all.Refused, "heads": heads,
		"snapshot": all.Snapshot, "unwritten": unwritten,
	}
}

func (d *driver) close() any {
	if d.plane == nil {
		return done{OK: true}
	}
	err := d.plane.Close()
	d.plane = nil
	if err != nil {
		return failed(err)
	}
	return done{OK: true}
}
