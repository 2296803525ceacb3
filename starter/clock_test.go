package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// TestAClockIsMeasuredByItsOwnCalendar: on its last day one day is left of a clock,
// also when a calendar is in force that has not reached it.
func TestAClockIsMeasuredByItsOwnCalendar(t *testing.T) {
	r := newRoom(t)
	from, err := r.As(t, "archie").HolidaysInForce(t.Context())
	require.NoError(t, err)
	england, err := from.Calendar(clock.EnglandAndWales)
	require.NoError(t, err)
	var task struct {
		Began clock.Date `db:"began"`
		Due   clock.Date `db:"due_on"`
	}
	require.NoError(t, r.admin.Get(&task, `select began, due_on from hame.task where case_ref = $1 and kind = $2`, r.ref, casefile.TaskReconcile))
	more := clock.Holiday{Division: clock.DivisionEnglandAndWales, Date: england.AddWorkingDays(task.Began, 1), Title: "a day more"}
	to, err := clock.NewHolidays("more", append(from.Days(), more))
	require.NoError(t, err)
	r.ApplyCalendar(t, clock.DateOf(time.Now()), to)
	r.admin.MustExec(`update hame.programme set synthetic = true, business_now = $1`, task.Due.Start().Add(10*time.Hour))

	out, errs, code := r.types("--as", "fiona", "clock", "show", r.ref, "-o", "json")
	require.Zero(t, code, errs)
	var clocks caseClocks
	require.NoError(t, json.Unmarshal([]byte(out), &clocks))
	i := slices.IndexFunc(clocks.Tasks, func(t taskClock) bool { return t.Kind == casefile.TaskReconcile })
	require.Equal(t, []any{task.Due, 1}, []any{clocks.Tasks[i].DueOn, clocks.Tasks[i].Left})
}

// shownClocks is what clock show prints of a case's deadlines, measured on a day.
func shownClocks(t *testing.T, k caseClocks, today clock.Date) string {
	t.Helper()
	k.Now, k.holidays = today.Start(), clock.Embedded()
	for i := range k.Tasks {
		require.NoError(t, k.Tasks[i].measure(k.holidays, today))
		k.Tasks[i].label = k.holidays.Label()
	}
	var shown bytes.Buffer
	w := tabwriter.NewWriter(&shown, 0, 4, 2, ' ', 0)
	k.write(w)
	require.NoError(t, w.Flush())
	return regexp.MustCompile(` {2,}`).ReplaceAllString(shown.String(), " | ")
}

// TestWhatClockShowTells: each deadline that is open, each that has ended, and why
// and by whom each last day was changed.
func TestWhatClockShowTells(t *testing.T) {
	day := func(m time.Month, d int) clock.Date { return clock.NewDate(2026, m, d) }
	at := func(d clock.Date) *time.Time { s := d.Start(); return &s }
	deadline := func(kind casefile.TaskKind, days int, unit clock.Unit, id clock.CalendarID) taskClock {
		return taskClock{Kind: kind, Awaiting: casefile.TheFamily, Began: day(3, 2), Days: days, Unit: unit, Calendar: id, DueOn: day(3, 31), NextRung: casefile.Due, NextAt: at(day(4, 1))}
	}
	var changes taskClock
	require.NoError(t, json.Unmarshal([]byte(`{"changes": [
		{"cause": "calendar", "at": "2026-03-03T23:30:00Z", "old_due": "2026-03-30", "new_due": "2026-03-31", "was_provisional": true, "provisional": false,
		 "days_left": 20, "label": "August 2026", "reason": "proclamation", "by": "Archie"},
		{"cause": "release", "at": "2026-03-04T10:00:00Z", "new_due": "2026-03-31", "provisional": true, "days_left": 19, "reason": "settled", "by": "Fiona"},
		{"cause": "withdrawal", "at": "2026-03-05T10:00:00Z", "old_due": "2026-03-31", "new_due": "2026-03-30", "days_left": 18, "by": "Fiona"}]}`), &changes))
	home := deadline(casefile.TaskReconcile, 20, clock.WorkingDays, clock.EnglandAndWales)
	home.Changes = changes.Changes
	home.Provision = true
	reminded := deadline(casefile.TaskTriage, 20, clock.WorkingDays, clock.EnglandAndWales)
	reminded.Provision, reminded.NextRung = true, casefile.Reminder
	window := deadline(casefile.TaskWindow, 20, clock.WorkingDays, clock.Scotland)
	require.NoError(t, json.Unmarshal([]byte(`[{"days": 5, "decision": "granted"}, {"days": 9, "decision": "refused"}]`), &window.Extensions))
	council := deadline(casefile.TaskAssignWelfare, 5, clock.WorkingDays, clock.Scotland.KeptBy("S12000049"))
	council.Subject, council.Kept, council.Version = 2, true, "0123456789ab"
	school := deadline(casefile.TaskSchool, 20, clock.WorkingDays, clock.ScotlandSchools)
	appeal := deadline(casefile.TaskAppeal, 14, clock.CalendarDays, "")
	answered := deadline(casefile.TaskAllocate, 5, clock.WorkingDays, clock.EnglandAndWales)
	answered.ClosedAt, answered.AttestedOn, answered.Result, answered.DueOn = at(day(3, 20)), day(3, 4), "done", day(3, 9)
	passed := deadline(casefile.TaskQuestionnaire, 5, clock.WorkingDays, clock.EnglandAndWales)
	passed.ClosedAt, passed.Result, passed.DueOn = at(day(3, 10)), "gap", day(3, 9)

	k := caseClocks{Case: "R", Sees: "file", Tasks: []taskClock{home, reminded, window, council, school, appeal, answered, passed}}
	out := shownClocks(t, k, day(3, 12))
	for _, line := range []string{
		"listed.reconcile | family | 2026-03-02 | 20 working, E&W | 7 | 13 | 2026-03-31 (provisional) | due 2026-03-31 (provisional)\n",
		"listed.triage | family | 2026-03-02 | 20 working, E&W | 7 | 13 | 2026-03-31 (provisional) | reminder 2026-03-31\n",
		"| 20+5 working, Scotland |", "| 5 working, S12000049 |", "| 20 working, schools |", "| 14 days |",
		" (/2) is kept by the calendars " + clock.Embedded().Label() + " (0123456789ab), by which its day was shown: those in force would have taken that day away.\n",
		"ENDED | BEGAN | HAS | USED | DUE | ENDED ON | RESULT\n",
		"| 2026-03-02 | 5 working, E&W | 2 | 2026-03-09 | 2026-03-04 | done\n",
		"| 2026-03-02 | 5 working, E&W | 5 | 2026-03-09 | 2026-03-10 | gap\n",
		"2026-03-30 (provisional) | 2026-03-31 | 20 | calendar August 2026 (proclamation) | Archie\n",
		"stopped | 2026-03-31 (provisional) | 19 | release (settled) | Fiona\n",
		"2026-03-31 | 2026-03-30 | 18 | withdrawal | Fiona\n",
	} {
		require.Contains(t, out, line)
	}

	for _, c := range []struct {
		sees  casefile.Sight
		tasks []taskClock
		words string
	}{
		{"summary", nil, "The case has no deadline that your role is shown.\n"},
		{"file", nil, "The case has had no deadline yet.\n"},
		{"file", []taskClock{answered}, "No deadline is open.\n"},
	} {
		out := shownClocks(t, caseClocks{Case: "R", Sees: c.sees, Tasks: c.tasks}, day(3, 12))
		require.Contains(t, out, c.words)
		require.NotContains(t, out, "CLOCK")
	}
}

// TestAnEndedClockStandsStill in JSON: it has used what it took, and nothing is next.
func TestAnEndedClockStandsStill(t *testing.T) {
	r := newRoom(t)
	r.admin.MustExec(`update hame.task set began = current_date - 30, closed_at = now(), result = 'done', attested_on = current_date - 29 where case_ref = $1 and kind = $2`, r.ref, casefile.TaskReconcile)
	out, errs, code := r.types("--as", "fiona", "clock", "show", r.ref, "-o", "json")
	require.Zero(t, code, errs)
	var clocks struct{ Tasks []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(out), &clocks))
	i := slices.IndexFunc(clocks.Tasks, func(t map[string]any) bool { return t["kind"] == string(casefile.TaskReconcile) })
	ended := clocks.Tasks[i]
	require.NotContains(t, ended, "next_rung")
	require.NotContains(t, ended, "next_at")
	require.Equal(t, ended["attested_on"], ended["ended_on"])
	require.LessOrEqual(t, ended["used"], 1.0, "one day at most lay between")
	out, errs, code = r.types("--as", "jean", "clock", "show", r.ref)
	require.Zero(t, code, errs)
	require.Contains(t, out, "no deadline that your role is shown")
}
