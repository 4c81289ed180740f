package vectors

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"tenure.dev/dataplane/internal/kernel"
)

func TestReceiptsAreWrittenAsARegistryReadsThem(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(folder(), "registry", "valid", "receipt-*.json"))
	if len(files) == 0 {
		t.Skip("no vectors beside this module: they are in the repository")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var vector struct {
			Input struct {
				Log, Name string
				Note      noteBytes
			}
			Expect struct {
				Value struct {
					At          string
					Epoch, Size int64
					Shards      []int
				}
			}
		}
		if err := json.Unmarshal(data, &vector); err != nil {
			t.Fatal(err)
		}
		want, err := kernel.TextOfNote(vector.Input.Note)
		if err != nil {
			t.Fatal(err)
		}
		value := vector.Expect.Value
		at, _ := kernel.ParseInstant(value.At)
		receipt := kernel.Receipt{
			Log: vector.Input.Log, Name: vector.Input.Name, At: at,
			Epoch: value.Epoch, Size: value.Size, Shards: value.Shards,
		}
		if got := receipt.Text(); got != want {
			t.Errorf("%s: %q, not %q", filepath.Base(file), got, want)
		}
	}
}
