//go:build tools

// Package tools pins the Temporal CLI, so that `go mod tidy` keeps its whole module graph in go.sum.
package tools

import _ "github.com/temporalio/cli/cmd/temporal"
