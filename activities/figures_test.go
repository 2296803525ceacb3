package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
)

// TestAMovedDeadlineAndTheFigures: a figure at an instant is the same whenever it
// is asked for (C5, R7). Social work has 28 calendar days from 2 March 2026, so
// until the 30th, and says nothing. On 1 April it is one deadline missed by social
// work. On 2 April it is given fourteen days more, until 13 April: from then on
// nothing is missed, and on 1 April it was.
func TestAMovedDeadlineAndTheFigures(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).until(casefile.Evidence)
	una := o.sql("una")
	read := func(query string, args ...any) (n int) {
		require.NoError(t, una.Get(&n, query, args...))
		return n
	}
	missed := func(asOf time.Time) int {
		return read(`select coalesce((figures($1, false, false, false)->'groups'->0->'missed'->>'social_work')::int, 0)`, asOf)
	}
	now := func() int { return read(`select (programme_report()->'deadlines'->>'missed')::int`) }
	s.rung(casefile.TaskSocialWork, 0) // reminder
	s.rung(casefile.TaskSocialWork, 0) // due
	o.Exec(`update programme set synthetic = true, business_now = $1`, at(day("2026-04-01")))
	first := at(day("2026-04-01"))
	require.Equal(t, 1, missed(first))
	require.Equal(t, 1, now())

	s.on(day("2026-04-02"))
	o.Exec(`update programme set business_now = $1`, s.now)
	s.do("fiona", casefile.ActExtend, 0, &casefile.ExtendFields{Task: casefile.TaskSocialWork, Decision: casefile.ExtensionGranted, Days: 14,
		Reason: "illness", AskedBy: "council", AskedOn: day("2026-04-02")})
	require.Equal(t, day("2026-04-13"), s.task(casefile.TaskSocialWork, 0).DueOn)
	require.Zero(t, missed(at(day("2026-04-03"))), "it has not been missed yet")
	require.Zero(t, now())
	require.Equal(t, 1, missed(first), "what was missed on 1 April was missed then")

	s.rung(casefile.TaskSocialWork, 0) // due again
	o.Exec(`update programme set business_now = $1`, at(day("2026-04-15")))
	require.Equal(t, 1, missed(at(day("2026-04-15"))), "and once, however often it was due")
	require.Equal(t, 1, now())
	require.Equal(t, 1, missed(first))
	require.Zero(t, missed(at(day("2026-04-03"))))
}
