package main

import (
	"encoding/json"
	"slices"
	"testing"
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
