// Listen tells the bench when facts were applied, as every kit's listening program does. It speaks
// JSON lines: the first on standard input are a plane's options, answered when the plane is ready;
// each later one is answered by what was applied since, as [fact id, milliseconds of the clock].
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"tenure.dev/dataplane"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type options struct {
	RegistryURL string `json:"registryUrl"`
	NATSURL     string `json:"natsUrl"`
	Token       string `json:"token"`
	Log         string `json:"log"`
	Root        string `json:"root"`
	Directory   string `json:"directory"`
}

type heard struct {
	mutex   sync.Mutex
	applied [][2]any
}

func (h *heard) note(fact dataplane.AppliedFact) {
	at := float64(time.Now().UnixNano()) / float64(time.Millisecond)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.applied = append(h.applied, [2]any{fact.Fact.ID, at})
}

func (h *heard) take() [][2]any {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	taken := h.applied
	h.applied = [][2]any{}
	return taken
}

func run(ctx context.Context) error {
	requests, answers := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	requests.Scan()
	var given options
	if err := json.Unmarshal(requests.Bytes(), &given); err != nil {
		return err
	}
	plane, err := dataplane.Open(ctx, dataplane.Options{
		RegistryURL: given.RegistryURL,
		Token:       given.Token,
		NATSURL:     given.NATSURL,
		Log:         given.Log,
		Root:        given.Root,
		Directory:   given.Directory,
	})
	if err != nil {
		return err
	}
	defer func() { _ = plane.Close() }()
	var all heard
	plane.OnApplied(all.note)
	if err := plane.Ready(ctx); err != nil {
		return err
	}
	all.take()
	if err := answers.Encode(map[string]bool{"ready": true}); err != nil {
		return err
	}
	for requests.Scan() {
		if err := answers.Encode(map[string]any{"applied": all.take()}); err != nil {
			return err
		}
	}
	return requests.Err()
}
