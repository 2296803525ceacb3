package e2e

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
)

// TestTheWalkThrough types what the guide says, to the letter: one
// family to a served grant, another to a served refusal, a third through births, deaths
// and a reopening, by starter alone.
func TestTheWalkThrough(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join(root, "docs", "guide.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(guide), "```sh walkthrough\n")
	require.True(t, found, "the guide has no walk-through")
	session, _, found := strings.Cut(rest, "```")
	require.True(t, found)

	s := newSystem(t)
	s.env = append(s.env, exports(t)...)
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
	require.Equal(t, 3, report.Families)
	require.Equal(t, map[string]int{"GRANT_ILR": 2, "REFUSED_UPHELD": 1, "DECEASED": 1, "ALREADY_HAS_STATUS": 1}, report.PeopleByOutcome)
	require.Equal(t, map[string]int{"ALL_GRANTED": 1}, report.DecidedByOutcome, "the grant has been carried out")
	require.Equal(t, map[string]int{"service": 1, "evidence": 1}, report.OpenByStage,
		"the refusal waits for its appeal window, the family that was reopened for its evidence")
	require.Equal(t, 2, report.Milestones.Served)
	require.Contains(t, string(out), "the family or its representative to appeal, if they wish to (/1)")
	require.Contains(t, string(out), "every invariant holds")
	require.Contains(t, string(out), "of the export stand unchanged")
}

// exports are the settings of a worker that exports the chains' heads each day, and
// of an auditor who checks the exports.
func exports(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	signs, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	verifies, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	env := []string{"HAME_AUDIT_EXPORT_DIR=" + dir}
	for variable, key := range map[string]*pem.Block{"HAME_AUDIT_KEY_FILE": {Type: "PRIVATE KEY", Bytes: signs}, "HAME_AUDIT_PUBLIC_KEY_FILE": {Type: "PUBLIC KEY", Bytes: verifies}} {
		env = append(env, variable+"="+file(t, "key.pem", string(pem.EncodeToMemory(key))))
	}
	return env
}

// TestExitCodes are those of docs/commands.md, as a shell script would meet them.
func TestExitCodes(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	ref := s.toDecision(t)
	for _, c := range []struct {
		what  string
		args  string
		code  int
		words string
	}{
		{"done", "--as morag case show " + ref, 0, ""},
		{"no such command", "--as morag case shwo " + ref, 2, "unknown command"},
		{"no reference", "--as morag case show K7F", 2, "not a case reference"},
		{"a wrong check character", "--as morag case show K7F-M2QX", 2, "check character"},
		{"a code that is none", "--as morag contact record " + ref + " --how pigeon", 2, "must be one of phone, visit, representative"},
		{"a day that has not come", "--as morag contact record " + ref + " --how phone --on 2199-01-01", 3, "has not come"},
		{"refused by a rule", "--as jean representation decline " + ref + " --reason no_agreement", 3, "too_late"},
		{"not one's role", "--as morag decision agree " + ref, 4, "for the second officer"},
		{"not found", "--as morag case show 222-222" + checkOf("222222"), 5, "no such case"},
		{"a rehearsal of real families", "rehearse --until 2199-01-01", 3, "synthetic database only"},
	} {
		_, errs, code := s.starter(t, strings.Fields(c.args)...)
		require.Equal(t, c.code, code, "%s: %s", c.what, errs)
		require.Contains(t, errs, c.words, c.what)
	}
	// Staff need neither Temporal's frontend nor the keyset.
	alone := *s
	alone.env = append(append([]string{}, s.env...), "TEMPORAL_ADDRESS=127.0.0.1:1", "HAME_KEYSET_FILE=/nowhere")
	for _, line := range []string{"--as morag contact record " + ref + " --how phone", "--as archie backlog capacity 3", "--as archie backlog pause --reason staffing", "--as una verify"} {
		alone.must(t, strings.Fields(line)...)
	}
	down := *s
	alone.env = append(append([]string{}, s.env...), "TEMPORAL_ADDRESS=127.0.0.1:1")
	_, errs, code := alone.starter(t, "rehearse")
	require.Equal(t, 8, code, errs)
	down.env = append(append([]string{}, s.env...), "HAME_DATABASE_URL=postgres://hame_worker@127.0.0.1:1/hame?sslmode=disable")
	_, errs, code = down.starter(t, "--as", "morag", "case", "show", ref)
	require.Equal(t, 8, code, errs)
}

// checkOf finds the check character of six symbols.
func checkOf(symbols string) string {
	for _, c := range "23456789CFGHJKMPQRTVWXY" {
		if _, err := casefile.ParseReference(symbols + string(c)); err == nil {
			return string(c)
		}
	}
	panic("no check character fits")
}
