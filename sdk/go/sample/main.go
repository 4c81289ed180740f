// Sample decides once: go run . <issuer> <sub> <permission> <tenant>.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"tenure.dev/dataplane"
)

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: sample <issuer> <sub> <permission> <tenant>")
	}
	if err := run(context.Background(), os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, args []string) error {
	plane, err := dataplane.Open(ctx, dataplane.Options{
		RegistryURL: os.Getenv("TENURE_URL"),
		Token:       os.Getenv("TENURE_TOKEN"),     // the data planes' read-only one
		NATSURL:     os.Getenv("TENURE_NATS_URL"),  // without it the plane asks every 2 s
		Log:         os.Getenv("TENURE_LOG"),       // e.g. tenure.example/prod
		Directory:   os.Getenv("TENURE_DIRECTORY"), // one process at a time
		// Note key of the log's first root: all other keys are learned from it.
		Root: os.Getenv("TENURE_ROOT"),
	})
	if err != nil {
		return err
	}
	defer plane.Close()
	plane.OnRefused(func(refused dataplane.Refusal) {
		log.Printf("refused %s (%s)", refused.Code, refused.Origin)
	})
	if err := plane.Ready(ctx); err != nil {
		return err
	}

	decision := plane.Can(dataplane.Identity{Issuer: args[0], Sub: args[1]}, args[2], args[3])
	answer, err := json.Marshal(decision)
	fmt.Println(string(answer))
	return err
}
