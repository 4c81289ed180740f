//go:build tools

// Package tools pins the Kubernetes API server, so that `go mod tidy` keeps its whole module graph in go.sum.
package tools

import _ "k8s.io/kubernetes/cmd/kube-apiserver"
