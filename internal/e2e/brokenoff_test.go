package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
)

// TestBrokenOffWhileItIsSaved: with Ctrl-C at the moment of saving, the officer who typed
// it is told that it is saved, for it is.
func TestBrokenOffWhileItIsSaved(t *testing.T) {
	s := newSystem(t)
	today := clock.DateOf(time.Now())
	refs := s.db.Import(t, today, couple("W"))
	for _, c := range []struct {
		table, waits, saved string
		typed               []string
	}{
		{"command", "insert into command", `select count(*) from command where kind = 'case.open'`,
			[]string{"--as", "fiona", "case", "open", refs["W"], "--reason", "illness"}},
		{"calendar_application", "apply_calendar", `select count(*) from calendar_application where finished_at is null`,
			[]string{"--as", "archie", "calendar", "apply", changedCalendar(t, fewDaysOn(t)), "--reason", "proclamation"}},
	} {
		other, err := s.db.SQL(t, "postgres").Beginx()
		require.NoError(t, err)
		_, err = other.Exec(`lock table ` + c.table + ` in exclusive mode`)
		require.NoError(t, err)
		y := s.typing(t, c.typed...)
		s.waitsForLock(t, c.waits)
		y.brokenOff(t)
		require.NoError(t, other.Rollback())
		said, code := y.ended()
		require.Equal(t, 7, code, "%s: saved, and not yet delivered: %s", c.waits, said)
		var saved int
		require.NoError(t, s.db.SQL(t, "postgres").Get(&saved, c.saved))
		require.Equal(t, 1, saved, c.waits)
	}
}

// TestBrokenOffBeforeItIsSaved: with Ctrl-C while nothing is saved, that is what is
// said, neither the database nor Temporal is blamed, and it can be typed again.
func TestBrokenOffBeforeItIsSaved(t *testing.T) {
	s := newSystem(t)
	admin := s.db.SQL(t, "postgres")
	brokenOff := func(table, waits string, typed ...string) {
		other, err := admin.Beginx()
		require.NoError(t, err)
		_, err = other.Exec(`lock table ` + table + ` in exclusive mode`)
		require.NoError(t, err)
		y := s.typing(t, typed...)
		s.waitsForLock(t, waits)
		y.brokenOff(t)
		said, code := y.ended()
		require.Equal(t, 1, code, "%s: %s", waits, said)
		require.Contains(t, said, "broken off here", waits)
		require.NotContains(t, said, "is it running", waits)
		require.NoError(t, other.Rollback())
		s.must(t, typed...)
	}
	brokenOff("family", "import_merge", "--as", "archie", "backlog", "import", file(t, "backlog.csv", s.must(t, "backlog", "generate", "--cases", "4")))
	var ref string
	require.NoError(t, admin.Get(&ref, `select min(case_ref) from family`))
	brokenOff("case_read", "record_read", "--as", "fiona", "case", "show", ref)
}
