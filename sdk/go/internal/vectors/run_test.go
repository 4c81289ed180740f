package vectors

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// folder is there in the repository, not in a module that was fetched alone.
func folder() string {
	if given := os.Getenv("TENURE_VECTORS"); given != "" {
		return given
	}
	return "../../../../facts/spec/vectors"
}

// plain is a value as JSON gives it back.
func plain(t *testing.T, value any) any {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var back any
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// wanted is the answer that a vector asks for.
func wanted(place, name string, vector map[string]any) map[string]any {
	code, _, _ := strings.Cut(name, "--")
	switch {
	case strings.HasPrefix(name, "ed25519-"):
		return map[string]any{"holds": place == "valid"}
	case vector["check"] != nil:
		expect, _ := vector["expect"].(map[string]any)
		return expect
	case place == "valid":
		lines, _ := vector["lines"].([]any)
		head := vector["head"]
		return map[string]any{"accepted": float64(len(lines)), "codes": []any{}, "head": head}
	}
	return map[string]any{
		"accepted": vector["accepted"],
		"codes":    []any{code},
		"head":     vector["head"],
	}
}

func TestEveryVectorIsAnsweredAsTheSpecificationSays(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(folder(), "*", "*.json"))
	if len(files) == 0 {
		t.Skip("no vectors beside this module: they are in the repository")
	}
	for _, file := range files {
		place, name := filepath.Base(filepath.Dir(file)), strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(place+"/"+name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var vector map[string]any
			if err := json.Unmarshal(data, &vector); err != nil {
				t.Fatal(err)
			}
			answer, err := Run(name, data)
			if err != nil {
				t.Fatal(err)
			}
			want := wanted(place, name, vector)
			if got := plain(t, answer); !reflect.DeepEqual(got, plain(t, want)) {
				t.Errorf("%v, not %v", got, want)
			}
		})
	}
}
