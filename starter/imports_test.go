package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/synthetic"
)

// aBacklogFile writes a file of families that are not marked synthetic, the last row of
// which has a fault.
func aBacklogFile(t *testing.T, families int) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, synthetic.Generate(&b, synthetic.Options{Cases: families, Seed: 7, AsOf: clock.DateOf(time.Now())}))
	body := strings.TrimSpace(strings.ReplaceAll(b.String(), synthetic.KeyPrefix, "REAL-"))
	file := filepath.Join(t.TempDir(), "backlog.csv")
	require.NoError(t, os.WriteFile(file, []byte(body+"\nREAL-broken,slow\n"), 0o600))
	return file
}

// numbersOf are the numbers that backlog import, or its dry run, prints as JSON.
func (r *room) numbersOf(args ...string) map[string]any {
	r.t.Helper()
	out, errs, code := r.types(append([]string{"--as", "archie", "-o", "json", "backlog", "import"}, args...)...)
	require.Zero(r.t, code, errs)
	var numbers map[string]any
	require.NoError(r.t, json.Unmarshal([]byte(out), &numbers))
	for _, name := range []string{"dry_run", "import", "quarantine_file"} { // in which the two differ
		delete(numbers, name)
	}
	return numbers
}

// TestADryRunOfAnImport says what the import then does, in the same numbers, writes no
// quarantine file and changes no row.
func TestADryRunOfAnImport(t *testing.T) {
	r := newRoom(t)
	file := aBacklogFile(t, 12)
	before := r.everything(t)
	tried := r.numbersOf(file, "--dry-run")
	out, errs, code := r.types("--as", "archie", "backlog", "import", file, "--dry-run")
	require.Zero(t, code, errs)
	require.Contains(t, out, "12 new, 0 unchanged, 0 changed")
	require.Contains(t, out, "1 fault: the families they are in would be left out")
	require.Contains(t, out, "this was a dry run: nothing was changed")
	require.Equal(t, before, r.everything(t))
	require.NoFileExists(t, file+".quarantine.csv")
	_, errs, code = r.types("--as", "morag", "backlog", "import", file, "--dry-run")
	require.Equal(t, exitNotPermitted, code, errs)

	require.Equal(t, tried, r.numbersOf(file))
	require.FileExists(t, file+".quarantine.csv")
	out, errs, code = r.types("--as", "archie", "backlog", "import", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "0 new, 12 unchanged, 0 changed")
	require.Contains(t, out, "this is import 3: if it was the wrong file, backlog take-back 3")
}

// TestTakingBackAtTheCommandLine: who imported the wrong file finds its number, asks, is
// told who must confirm, and what became of it.
func TestTakingBackAtTheCommandLine(t *testing.T) {
	r := newRoom(t)
	file := aBacklogFile(t, 12)
	_, errs, code := r.types("--as", "archie", "backlog", "import", file)
	require.Zero(t, code, errs)
	says := func(want int, args string, words ...string) {
		t.Helper()
		out, errs, code := r.types(strings.Fields(args)...)
		require.Equal(t, want, code, "%s: %s%s", args, out, errs)
		for _, w := range words {
			require.Contains(t, out+errs, w, args)
		}
	}
	says(0, "--as archie backlog imports", "1 family is listed: "+r.ref, "yes", "2 imports")
	says(exitRefused, "--as archie backlog take-back 1 --reason wrong_file", "import 1 can't be taken back, and nothing was changed: 1 family is listed: "+r.ref)
	says(exitUsage, "--as archie backlog take-back 2", "wrong_file, old_file, test_file, stands")
	says(exitUsage, "--as archie backlog take-back 2 --reason shame", "wrong_file, old_file, test_file, stands")
	says(exitUsage, "--as archie backlog take-back two --reason wrong_file", "backlog imports lists them")
	says(exitRefused, "--as archie backlog take-back 9 --reason wrong_file", "there is no import of this number: backlog imports lists them")
	says(exitNotPermitted, "--as morag backlog take-back 2 --reason wrong_file", "for operations")
	says(0, "--as archie backlog take-back 2 --reason wrong_file --dry-run", "could be asked for; it brought in 12 families with ", "nothing was changed")
	says(0, "--as archie backlog take-back 2 --reason wrong_file", "is asked for", "another officer of operations types the same command within 30 days: backlog take-back 2 --reason wrong_file", "--reason stands")
	says(exitRefused, "--as archie backlog take-back 2 --reason wrong_file", "another officer of operations must confirm it")
	says(exitChanged, "--as rhona backlog take-back 2 --reason old_file", "--reason wrong_file")
	says(0, "--as rhona backlog imports", "yes; archie asks for it since ", "(wrong_file)")
	says(0, "--as rhona backlog take-back 2 --reason wrong_file --dry-run", "could be confirmed; it would take away 12 families")
	says(0, "--as archie backlog take-back 2 --reason stands", "your request is withdrawn", "import 2 stands")
	says(0, "--as rhona backlog take-back 2 --reason wrong_file", "is asked for")
	says(0, "--as archie backlog take-back 2 --reason wrong_file", "import 2 is taken back", "12 families with ", "figures as of an instant before this still count them")
	says(0, "--as una backlog imports", "taken back on ", "by rhona and archie")
	says(exitRefused, "--as rhona backlog take-back 2 --reason wrong_file", "taken back already")
	says(0, "--as archie backlog status", "2 families")
}

// TestAListOfPairsAtTheCommandLine: the pairs of two files are resolved with one list, by
// two officers. What became of each stands on a line, and a line that fails keeps no other
// back.
func TestAListOfPairsAtTheCommandLine(t *testing.T) {
	r := newRoom(t)
	today := clock.DateOf(time.Now())
	var families []casefile.Family
	for i := range 6 {
		f := practice.Family(fmt.Sprintf("P%d", i), today)
		f.People[0].HomeOfficeRef = fmt.Sprintf("Z%d", i/2)
		families = append(families, f)
	}
	hidden, double := practice.Family("P6", today), practice.Family("P7", today)
	hidden.People[0].HomeOfficeRef, double.People[0].HomeOfficeRef = "Z9", "Z9"
	hidden.People[1].Flags = []casefile.Flag{casefile.FlagRestricted}
	refs := r.Import(t, today, append(families, hidden, double)...)
	var pairs, back []string
	for key, ref := range refs {
		pairs, back = append(pairs, key, ref), append(back, ref, key)
	}
	toRefs, toKeys := strings.NewReplacer(pairs...), strings.NewReplacer(back...)
	file := filepath.Join(t.TempDir(), "pairs.csv")
	write := func(lines ...string) {
		t.Helper()
		body := toRefs.Replace(strings.Join(lines, "\n") + "\n")
		require.NoError(t, os.WriteFile(file, []byte(body), 0o600))
	}
	types := func(login string, want int, more ...string) string {
		t.Helper()
		out, errs, code := r.types(append([]string{"--as", login, "duplicate", "resolve", "--batch", file}, more...)...)
		require.Equal(t, want, code, "%s%s", out, errs)
		return toKeys.Replace(out + errs)
	}
	before := r.commands()
	for words, lines := range map[string][]string{
		"line 2: a line has two references and same or different": {"P0 P1 same", "P2 P3"},
		"line 1: finding is":                                     {"P0 P1 perhaps"},
		"line 1: P0 is the same file twice":                      {"P0 P0 same"},
		"line 3: the pair is same on line 1, and different here": {"P0 P1 same", "", "P1,P0,different"},
		"names no pair":                                          {"# nothing yet"},
		"nothing was sent, for the list is":                      {"K7F same different"},
	} {
		write(lines...)
		require.Contains(t, types("morag", exitUsage), words)
	}
	write("# the pairs of the two files", "P0 P1 same", "", "P2,P3,different", "P5 P4 Same # checked", "P0 P2 same", "P6 P7 same")
	_, errs, code := r.types("--as", "morag", "duplicate", "resolve", refs["P0"], refs["P1"], "--batch", file)
	require.Equal(t, exitUsage, code, errs)
	_, errs, code = r.types("--as", "morag", "duplicate", "resolve", "--same", "--batch", file)
	require.Equal(t, exitUsage, code, errs)
	types("archie", exitNotPermitted)
	said := types("morag", exitNotFound, "--dry-run")
	require.Contains(t, said, "P0 P1: could be sent: would be asked for")
	require.Contains(t, said, "P0 P2: refused: these two are no pair")
	require.Contains(t, said, "P6 P7: refused: not found")
	require.Contains(t, said, "this was a dry run: nothing was changed")
	require.Equal(t, before, r.commands(), "nothing is on record yet")

	said = types("morag", exitNotFound)
	for _, line := range []string{"P0 P1: recorded: asked for as same", "P2 P3: recorded: asked for as different", "P5 P4: recorded: asked for as same",
		"P0 P2: refused: these two are no pair", "P6 P7: refused: not found", "3 recorded, 2 refused",
		"another caseworker or senior caseworker types the same list within 30 days"} {
		require.Contains(t, said, line)
	}
	require.Contains(t, types("morag", exitNotFound), "3 recorded before")

	// Another list is not this one. The same one in another order, with the files the other way round, is.
	write("P0 P1 same", "P2 P3 different")
	require.Contains(t, types("hamish", exitChanged), "P0 P1: refused: morag has asked for this pair in another list, as same")
	write("P7 P6 same", "P2 P0 same", "P1 P0 same", "P3 P2 different", "P4 P5 same")
	require.Contains(t, types("hamish", exitNotFound, "--dry-run"), "P1 P0: could be sent: would be resolved as same, for morag has asked for it")
	said = types("hamish", exitNotFound)
	for _, line := range []string{"P1 P0: recorded: resolved: one family, ", "P3 P2: recorded: resolved: two families", "3 recorded, 2 refused"} {
		require.Contains(t, said, line)
	}
	require.Contains(t, types("hamish", exitNotFound), "P1 P0: recorded before: already resolved as one family")
	var acts int
	require.NoError(t, r.admin.Get(&acts, `select count(*) from command c join command_outcome o on o.command_id = c.id
		where c.kind = 'duplicate.resolve' and o.outcome = 'accepted' and c.fields ? 'list'`))
	require.Equal(t, 6, acts, "two acts for each of the three pairs, each in the chain of its case")

	// What was found can be found otherwise later.
	out, errs, code := r.types("--as", "isla", "duplicate", "resolve", refs["P2"], refs["P3"], "--same")
	require.Zero(t, code, errs)
	require.Contains(t, out, "are one family")
	breaches, err := r.As(t, "una").Verify(t.Context())
	require.NoError(t, err)
	for _, b := range breaches {
		require.NotEqual(t, "four eyes", b.Rule, b.Detail)
	}
}
