// Measure prints what a directory of many facts costs this kit, as every kit's measuring program
// does:
//
//	measure parse|plane DIRECTORY TENANTS FACTS_PER_TENANT
//
// The directory is what bench/million-facts.ts wrote; TENURE_LOG and TENURE_ROOT are those of its
// key set. A line is {"name","unit","value"}.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("usage: measure parse|plane DIRECTORY TENANTS FACTS_PER_TENANT")
	}
	tenants, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	facts, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	// The first of a tenant's facts is the tenant, the others are its members.
	if tenants < 1 || facts < 2 {
		return fmt.Errorf("at least one tenant of two facts")
	}
	asked := questions{tenants: tenants, members: facts - 1}
	switch args[0] {
	case "parse":
		return measureParse(args[1])
	case "plane":
		return measurePlane(args[1], asked)
	}
	return fmt.Errorf("no mode %q", args[0])
}

func say(name, unit string, value float64) {
	line, _ := json.Marshal(struct {
		Name  string  `json:"name"`
		Unit  string  `json:"unit"`
		Value float64 `json:"value"`
	}{name, unit, value})
	fmt.Println(string(line))
}
