module tenure.example/test/outside/go-log

go 1.26.4

require (
	github.com/transparency-dev/merkle v0.0.2
	golang.org/x/mod v0.43.0
)
