// Driver speaks JSON lines: a request on standard input, its answer on standard output, in order.
// Tests across languages drive a plane with it and play the vectors of the specification.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

// graceAtEnd is for what still waits for a registry when the input has ended.
const graceAtEnd = 30 * time.Second

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers until its input ends.
func serve(input io.Reader, output io.Writer) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	driver := &driver{ctx: ctx}
	defer driver.close()
	for line := range linesOf(input, func() { time.AfterFunc(graceAtEnd, cancel) }) {
		data, err := json.Marshal(driver.answer(line))
		if err != nil {
			data, _ = json.Marshal(failure{err.Error()})
		}
		if _, err := output.Write(append(data, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// linesOf reads ahead, so that the end is seen while a request still waits. A line may be of any
// length: vectors are long.
func linesOf(input io.Reader, atEnd func()) <-chan []byte {
	lines := make(chan []byte, 1024)
	go func() {
		defer close(lines)
		defer atEnd()
		reader := bufio.NewReader(input)
		for {
			line, err := reader.ReadBytes('\n')
			if len(line) > 0 {
				lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

type failure struct {
	Error string `json:"error"`
}

// answer never panics: what went wrong is an answer too.
func (d *driver) answer(line []byte) (answer any) {
	defer func() {
		if cause := recover(); cause != nil {
			answer = failure{fmt.Sprintf("panic: %v", cause)}
		}
	}()
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return failure{err.Error()}
	}
	if run, known := operations[asked.Op]; known {
		return run(d, &asked)
	}
	return failure{fmt.Sprintf("no op %q", asked.Op)}
}
