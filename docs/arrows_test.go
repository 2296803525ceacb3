package docs_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheArrowsRunOneWay: the rules know neither Temporal nor the database. People, real or
// simulated, reach the process through the record only.
func TestTheArrowsRunOneWay(t *testing.T) {
	outside := []string{"go.temporal.io/", "github.com/lib/pq", "github.com/jmoiron/sqlx", "database/sql", "net", "net/http", "os/exec"}
	process := []string{"hame/workflows", "hame/activities"}
	for pkg, never := range map[string][]string{
		"hame/internal/clock": outside, "hame/internal/casefile": outside,
		// CEL's own packages reach for net to parse addresses; the rules do not.
		"hame/internal/policy":   {"go.temporal.io/", "github.com/lib/pq", "github.com/jmoiron/sqlx", "database/sql", "net/http", "os/exec", "hame/internal/store"},
		"hame/internal/store":    append([]string{"go.temporal.io/"}, process...),
		"hame/internal/contract": append([]string{"hame/internal/store"}, process...),
		"hame/internal/cli":      append([]string{"hame/internal/store", "hame/internal/desk"}, process...),
		"hame/internal/verify":   process,
		"hame/internal/desk":     process, "hame/internal/rehearsal": process, "hame/starter": process,
		// The files that offices send are read without the families that Hame makes up, and the
		// worker carries none: only people who try Hame out, and the rehearsal, make them.
		"hame/internal/gazetteer": append([]string{"hame/internal/backlog", "hame/internal/casefile"}, outside...),
		"hame/internal/backlog":   append([]string{"hame/internal/synthetic", "hame/internal/store"}, outside...),
		"hame/internal/synthetic": append([]string{"hame/internal/store"}, outside...),
		"hame/worker":             {"hame/internal/synthetic"},
		"hame/activities":         {"hame/workflows", "hame/internal/desk", "hame/internal/carrier"},
		"hame/workflows":          {"hame/internal/desk", "hame/internal/carrier"},
	} {
		out, err := exec.Command("go", "list", "-deps", pkg).CombinedOutput()
		require.NoError(t, err, "%s", out)
		for _, dep := range strings.Fields(string(out)) {
			for _, n := range never {
				require.False(t, dep == n || strings.HasSuffix(n, "/") && strings.HasPrefix(dep, n), "%s depends on %s", pkg, dep)
			}
		}
	}
}
