package devstack

import (
	"path/filepath"

	"hame/internal/codec"
)

// makeKeyset makes the keyset of the stack's programs.
func (s *Stack) makeKeyset() error {
	s.KeysetFile = filepath.Join(s.Dir, "keyset.json")
	return codec.Create(s.KeysetFile)
}
