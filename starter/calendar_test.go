package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
)

// calendarFile is a file of all the published days that the program carries.
func calendarFile(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# version: as they are\n")
	for _, d := range clock.Embedded().Days() {
		fmt.Fprintf(&b, "%s\t%s\t%s\n", d.Division, d.Date, d.Title)
	}
	name := filepath.Join(t.TempDir(), "holidays.tsv")
	require.NoError(t, os.WriteFile(name, []byte(b.String()), 0o600))
	return name
}

// TestACalendarThatChangesNothing says no more than that, and one that is checked
// is not called a version.
func TestACalendarThatChangesNothing(t *testing.T) {
	r := newRoom(t)
	file := calendarFile(t)
	out, errs, code := r.types("--as", "archie", "calendar", "apply", file, "--reason", "proclamation", "--dry-run")
	require.Zero(t, code, errs)
	require.Contains(t, out, "changes nothing")
	require.NotContains(t, out, "could be sent")
	out, errs, code = r.types("calendar", "check", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "which version would come into force")
	require.NotContains(t, out, "version "+clock.Embedded().Version())
}

// TestFormsThatCanBeUsed: where a command takes no form, none is printed, and the
// command is named; of an item of post, whose case is known, the form is enough.
func TestFormsThatCanBeUsed(t *testing.T) {
	r := newRoom(t)
	for _, args := range [][]string{
		{"calendar.apply", r.ref}, {"calendar.apply"}, {"post.dismiss", r.ref}, {"text.erase", r.ref}, {"backlog.take-back"}, {"case.recover", r.ref},
	} {
		out, errs, code := r.types(append([]string{"--as", "archie", "form"}, args...)...)
		require.Equal(t, exitUsage, code, "%s: %s%s", args, out, errs)
		require.Contains(t, errs, args[0]+" has no form; its command is starter "+map[string]string{
			"calendar.apply": "calendar apply FILE --reason CODE", "post.dismiss": "post dismiss", "text.erase": "audit erase", "backlog.take-back": "backlog take-back", "case.recover": "case recover"}[args[0]])
	}
	form, errs, code := r.types("--as", "morag", "form", "post.receive", r.ref)
	require.Zero(t, code, errs)
	name := filepath.Join(t.TempDir(), "form.yaml")
	require.NoError(t, os.WriteFile(name, []byte(strings.Replace(form, "from: ", "from: family ", 1)), 0o600))
	out, errs, code := r.types("--as", "morag", "post", "receive", "--case", r.ref, "--file", name, "--dry-run")
	require.Zero(t, code, errs)
	require.Contains(t, out, `"from":"family"`)
}
