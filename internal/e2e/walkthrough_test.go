package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/store"
)

// TestTheREADMEsWalkThrough types what the README says, to the letter: one
// family to a served grant, another to a served refusal, by starter alone.
func TestTheREADMEsWalkThrough(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```sh walkthrough\n")
	require.True(t, found, "the README has no walk-through")
	session, _, found := strings.Cut(rest, "```")
	require.True(t, found)

	s := newSystem(t)
	s.startWorker(t)
	dir := t.TempDir()
	require.NoError(t, os.Symlink(programs, filepath.Join(dir, "bin")))
	c := exec.Command("bash", "-euo", "pipefail", "-c", session)
	c.Dir, c.Env = dir, s.env
	out, err := c.CombinedOutput()
	require.NoError(t, err, "the walk-through stops:\n%s", out)
	t.Log(string(out))

	var report store.Report
	s.decode(t, &report, "--as", "archie", "backlog", "status")
	require.Equal(t, 2, report.Families)
	require.Equal(t, map[string]int{"GRANT_ILR": 2, "REFUSED_UPHELD": 1}, report.PeopleByOutcome)
	require.Equal(t, map[string]int{"ALL_GRANTED": 1}, report.DecidedByOutcome, "the grant has been carried out")
	require.Equal(t, map[string]int{"service": 1}, report.OpenByStage, "the refusal waits for its appeal window")
	require.Equal(t, 2, report.Milestones.Served)
	require.Contains(t, string(out), "the family or its representative to appeal, if they wish to (/1)")
	require.Contains(t, string(out), "every invariant holds")
}
