package main

import (
	"regexp"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// TestWhatIsProvisionalSaysSo: what a case waits for, in case show: a last day that
// rests on holidays not yet published is marked, and so is each rung that moves with
// it.
func TestWhatIsProvisionalSaysSo(t *testing.T) {
	due := clock.NewDate(2029, time.March, 30)
	for _, c := range []struct {
		rung        casefile.RungKind
		after       clock.Date
		provisional bool
		want        string
	}{
		{casefile.Due, due, false, "| 2029-03-30 | due 2029-03-30"},
		{casefile.Due, due, true, "| 2029-03-30 (provisional) | due 2029-03-30 (provisional)"},
		{casefile.Escalation, due.AddDays(14), true, "| 2029-03-30 (provisional) | escalation 2029-04-13 (provisional)"},
		{casefile.Diary, due.AddDays(30), true, "| 2029-03-30 (provisional) | diary 2029-04-29 (provisional)"},
		{casefile.Reminder, due.AddDays(-7), true, "| 2029-03-30 (provisional) | reminder 2029-03-23"},
	} {
		at := c.after.AddDays(1).Start()
		var out strings.Builder
		w := tabwriter.NewWriter(&out, 0, 0, 1, '|', 0)
		new(app).showCase(w, caseFile{Tasks: []store.TaskRow{{Kind: casefile.TaskGP, Awaiting: casefile.GP, DueOn: due, Provisional: c.provisional, NextRung: c.rung, NextAt: &at}}})
		require.NoError(t, w.Flush())
		require.Contains(t, regexp.MustCompile(`\|+`).ReplaceAllString(out.String(), " | "), c.want+"\n")
	}
}
