// Driver speaks JSON lines: a request on standard input, its answer on standard output, in order.
// Tests across languages drive a plane with it and play the vectors of the specification.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers until its input ends. A line may be of any length: vectors are long.
func serve(input io.Reader, output io.Writer) error {
	lines := bufio.NewReader(input)
	driver := &driver{}
	defer driver.close()
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			data, marshalErr := json.Marshal(driver.answer(line))
			if marshalErr != nil {
				data, _ = json.Marshal(failure{marshalErr.Error()})
			}
			if _, err := output.Write(append(data, '\n')); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
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
