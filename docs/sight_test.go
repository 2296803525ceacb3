package docs_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
)

// TestThePageSaysWhoReadsWhat: the table of security.md names each role beside what it
// sees.
func TestThePageSaysWhoReadsWhat(t *testing.T) {
	page, err := os.ReadFile("security.md")
	require.NoError(t, err)
	short := map[casefile.Party]string{casefile.WelfareLead: "welfare lead", casefile.PrivateOffice: "private office"}
	for _, role := range casefile.Roles {
		name := role.InWords()
		if short[role] != "" {
			name = short[role]
		}
		found := false
		for _, line := range strings.Split(string(page), "\n") {
			cells := strings.Split(line, "|")
			if len(cells) == 4 && strings.TrimSpace(cells[2]) == role.Sees().InWords() && strings.Contains(cells[1], name) {
				found = true
			}
		}
		require.True(t, found, "%s reads %q", name, role.Sees().InWords())
	}
}
