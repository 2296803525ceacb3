package forecast_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
	"hame/internal/forecast"
)

// TestArchivingNearTheTarget: the alarm rings if families come off the list undecided more
// often near the target than before. It looks at nothing while the target is far (C4).
func TestArchivingNearTheTarget(t *testing.T) {
	ends := func(before, undecidedBefore, last, undecidedLast int) []forecast.Ending {
		return []forecast.Ending{
			{On: monday.AddDays(-200), End: forecast.Next, Families: before - undecidedBefore},
			{On: monday.AddDays(-190), End: forecast.Archived, Families: undecidedBefore},
			{On: monday.AddDays(-89), End: forecast.Next, Families: last - undecidedLast},
			{On: monday.AddDays(-1), End: forecast.Archived, Families: undecidedLast / 2},
			{On: monday, End: forecast.Closed, Families: undecidedLast - undecidedLast/2}}
	}
	for _, c := range []struct {
		name   string
		target clock.Date
		ends   []forecast.Ending
		looked bool
		alarm  bool
	}{
		{"a fifth of the last fifty, a twentieth before", monday.AddDays(30), ends(400, 20, 50, 10), true, true},
		{"the same after the target has passed", monday.AddDays(-90), ends(400, 20, 50, 10), true, true},
		{"the same while the target is far", monday.AddDays(91), ends(400, 20, 50, 10), false, false},
		{"long after the target", monday.AddDays(-91), ends(400, 20, 50, 10), false, false},
		{"a lane without a target", clock.Date{}, ends(400, 20, 50, 10), false, false},
		{"as many as ever", monday.AddDays(30), ends(400, 40, 50, 5), true, false},
		{"twice as many, but of so few that chance does it", monday.AddDays(30), ends(40, 4, 25, 5), true, false},
		{"four families are too few to tell", monday.AddDays(30), ends(400, 1, 10, 4), true, false},
		{"all of a year's end, and none before", monday.AddDays(30), ends(100, 0, 8, 6), true, true},
		{"nothing has ended", monday.AddDays(30), nil, true, false},
		{"nothing had ended before", monday.AddDays(30), ends(0, 0, 6, 5), true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := forecast.WatchArchiving(forecast.Record{AsOf: monday, Target: c.target, Ends: c.ends})
			require.Equal(t, c.looked, a != nil)
			if a != nil {
				require.Equal(t, c.alarm, a.Alarm, "%+v", *a)
			}
		})
	}
}

// TestABacktest: what came between 10 and 90 percent is inside, a day that is not yet there
// settles nothing, unless it is later than what was forecast.
func TestABacktest(t *testing.T) {
	f := forecast.Make(lane(300, 10), forecast.Options{Seed: 1})
	came := func(cleared clock.Date, open, soon, until int) forecast.Point {
		return forecast.Point{Record: lane(300, 10), Came: forecast.Came{Until: monday.AddDays(until), Cleared: cleared, Open: open, Soon: soon}}
	}
	b := forecast.Test([]forecast.Point{
		came(f.Cleared.Middle, 0, f.Soon.Middle, 900),
		came(f.Cleared.Early.AddDays(-1), 0, f.Soon.Late+1, 900),
		came(clock.Date{}, 4, f.Soon.Early-1, 900),
		came(clock.Date{}, 4, f.Soon.Middle, 100),
		{Record: forecast.Record{AsOf: monday, Waiting: []forecast.Waiting{{People: 1, Families: 1}}}},
	}, forecast.Options{Seed: 1})
	verdicts := func(of func(forecast.Tested) forecast.Verdict) (all []forecast.Verdict) {
		for _, t := range b.Tested {
			all = append(all, of(t))
		}
		return all
	}
	require.Equal(t, []forecast.Verdict{forecast.Inside, forecast.Below, forecast.Above, forecast.NotYet, forecast.None},
		verdicts(func(t forecast.Tested) forecast.Verdict { return t.Clearance }))
	require.Equal(t, []forecast.Verdict{forecast.Inside, forecast.Above, forecast.Below, forecast.NotYet, forecast.None},
		verdicts(func(t forecast.Tested) forecast.Verdict { return t.Half }))
	require.Equal(t, []int{2, 6}, []int{b.Inside, b.Settled})
	require.InDelta(t, 1.0/3, b.Coverage(), 1e-9)
}
