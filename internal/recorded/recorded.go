// Package recorded is what the recorder of histories and the replay test share.
package recorded

import (
	"os"
	"path/filepath"

	"hame/internal/codec"
)

// Keyset loads the keyset of the recorded histories. It protects nothing: it is
// in the repository, so that what was recorded can be read for as long as it
// guards open reviews. A checkout lets everybody read it, which no real one may.
func Keyset(file string) (*codec.Keyset, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "hame-keyset-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "keyset.json")
	if err := os.WriteFile(copied, body, 0o600); err != nil {
		return nil, err
	}
	return codec.Load(copied)
}
