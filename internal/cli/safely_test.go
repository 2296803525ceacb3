package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhatATerminalWouldObey is shown, whatever of the record it came from: nothing
// hides a line from the auditor (F14).
func TestWhatATerminalWouldObey(t *testing.T) {
	for text, shown := range map[string]string{
		"Zeynep\tKaya\nمریم\n":              "Zeynep\tKaya\nمریم\n",
		"gone\x1b[1A\x1b[2K":                `gone\x1b[1A\x1b[2K`,
		"\x1b]52;c;aGk=\a":                  `\x1b]52;c;aGk=\a`,
		"first\rlast":                       `first\rlast`,
		"c1 \u009b2J, delete \x7f":          `c1 \u009b2J, delete \x7f`,
		"\u202eesrever\u202c \u2066x\u2069": `\u202eesrever\u202c \u2066x\u2069`,
		"a line\u2028another":               `a line\u2028another`,
	} {
		for size := 1; size <= len(text); size++ { // in pieces of any size, that end within a character too
			var b strings.Builder
			v := &Visible{To: &b}
			for rest := text; rest != ""; rest = rest[min(size, len(rest)):] {
				n, err := v.Write([]byte(rest[:min(size, len(rest))]))
				require.NoError(t, err)
				require.Equal(t, min(size, len(rest)), n)
			}
			require.Equal(t, shown, b.String())
		}
	}
}
