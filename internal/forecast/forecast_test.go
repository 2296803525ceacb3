package forecast_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/forecast"
)

var monday = clock.NewDate(2026, time.March, 2)

// finished are families that left each phase after so many days, more and fewer.
func finished(n int) (spans []forecast.Span) {
	for _, phase := range forecast.Phases {
		for i := range n {
			days := map[forecast.Phase]int{forecast.Listed: 5, forecast.Gathering: 60, forecast.Representation: 28, forecast.Decision: 40}[phase]
			s := forecast.Span{People: 1 + i%7, Phase: phase, Days: days + i%15, End: forecast.Next, Families: 1}
			if phase == forecast.Decision {
				s.Checks = 14
			}
			spans = append(spans, s)
		}
	}
	return spans
}

// lane is a lane of which enough is recorded, with so many families that wait.
func lane(waiting, capacity int) forecast.Record {
	r := forecast.Record{Lane: casefile.Legacy, AsOf: monday, Capacity: capacity, Target: monday.AddYears(2), LeadWeeks: 4,
		Ahead: []int{capacity, capacity, capacity, capacity}, Spans: finished(120)}
	for people := range 6 {
		r.Waiting = append(r.Waiting, forecast.Waiting{People: people + 1, Families: (waiting + people) / 6})
	}
	for week, n := range r.Ahead {
		r.Spans = append(r.Spans, forecast.Span{People: 3, Phase: forecast.Listed, Days: -7*week - 3, End: forecast.Running, Families: n})
	}
	return r
}

// TestDecisionsAndNotListings: three hundred families at ten a week are listed in thirty
// weeks after the four for which others are drawn. They are cleared only when the last of
// them is decided, some five months later.
func TestDecisionsAndNotListings(t *testing.T) {
	f := forecast.Make(lane(300, 10), forecast.Options{Seed: forecast.Seed})
	require.Empty(t, f.Short)
	require.Equal(t, []int{300, 40}, []int{f.ToDraw, f.UnderReview})
	lastListed := monday.AddDays(7 * 34)
	require.True(t, f.Cleared.Early.After(lastListed.AddDays(133)), "%v", f.Cleared)
	require.True(t, f.Cleared.Late.Before(lastListed.AddDays(365)), "%v", f.Cleared)
	require.False(t, f.Cleared.Early.After(f.Cleared.Middle) || f.Cleared.Middle.After(f.Cleared.Late))
	require.True(t, f.Meets(), "two years are enough")
	require.Less(t, f.Needed, 10)
	for size, days := range f.Way {
		require.InDelta(t, 161, days.Middle, 20, "size %d", size)
	}
}

// TestTooLittleToGoOn: without thirty families that left each phase which is to come there is
// no forecast, and it says which phases lack how many.
func TestTooLittleToGoOn(t *testing.T) {
	r := lane(300, 10)
	r.Spans = r.Spans[:len(r.Spans)-4-120+29] // 29 decisions
	f := forecast.Make(r, forecast.Options{})
	require.Equal(t, []forecast.Shortage{{Phase: forecast.Decision, Left: 29, Needs: forecast.Fewest}}, f.Short)
	require.Zero(t, f.Cleared)
	require.Zero(t, f.Needed)

	// Families that only wait for a decision need nothing of the phases behind them.
	r = forecast.Record{AsOf: monday}
	for range forecast.Fewest {
		r.Spans = append(r.Spans, forecast.Span{People: 2, Phase: forecast.Decision, Days: 30, End: forecast.Next, Families: 1})
	}
	r.Spans = append(r.Spans, forecast.Span{People: 2, Phase: forecast.Decision, Days: 3, End: forecast.Running, Families: 1})
	f = forecast.Make(r, forecast.Options{})
	require.Empty(t, f.Short)
	require.Equal(t, monday.AddDays(27), f.Cleared.Middle)
}

// TestNothingLeft is no forecast and no complaint.
func TestNothingLeft(t *testing.T) {
	f := forecast.Make(forecast.Record{AsOf: monday, Held: 3, Archived: 2}, forecast.Options{})
	require.True(t, f.Done())
	require.Empty(t, f.Short)
	require.Equal(t, []int{3, 2}, []int{f.Held, f.Archived})
}

// TestFamiliesThatStillWaitCount: forty families left after ten days, and forty are there
// since a hundred. To look at those who left alone would promise ten days.
func TestFamiliesThatStillWaitCount(t *testing.T) {
	r := forecast.Record{AsOf: monday, Capacity: 1, Waiting: []forecast.Waiting{{People: 2, Families: 1}}}
	for _, phase := range forecast.Phases {
		r.Spans = append(r.Spans, forecast.Span{People: 2, Phase: phase, Days: 10, End: forecast.Next, Families: 40})
	}
	quick := forecast.Make(r, forecast.Options{}).Way[forecast.TwoOrThree]
	r.Spans = append(r.Spans, forecast.Span{People: 2, Phase: forecast.Gathering, Days: 100, End: forecast.Running, Families: 40})
	slow := forecast.Make(r, forecast.Options{}).Way[forecast.TwoOrThree]
	require.Equal(t, 40, quick.Early)
	require.Equal(t, 40, slow.Early, "half of them are as quick")
	require.Less(t, quick.Late, 60)
	require.Greater(t, slow.Late, 140, "and the others have shown that it can take longer")
}

// TestAnArchiveClearsNothing: families that are not found are told apart. They make no
// forecast earlier or later, and no decision of it (C4).
func TestAnArchiveClearsNothing(t *testing.T) {
	r := lane(300, 10)
	for i, s := range r.Spans {
		if s.Phase == forecast.Gathering && i%2 == 0 {
			r.Spans[i].End = forecast.Archived
		}
	}
	f := forecast.Make(r, forecast.Options{})
	require.InDelta(t, 170, f.ToArchive.Middle, 35)
	all := forecast.Make(lane(300, 10), forecast.Options{})
	require.Zero(t, all.ToArchive.Late)
	require.Less(t, f.Soon.Middle, all.Soon.Middle, "an archived family is not decided")
	require.InDelta(t, 0, f.Cleared.Middle.DaysSince(all.Cleared.Middle), 30)
}

// TestTheCapacityThatMeetsTheTarget is the smallest with which four of five runs keep it.
func TestTheCapacityThatMeetsTheTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := lane(rapid.IntRange(20, 200).Draw(t, "waiting"), rapid.IntRange(1, 20).Draw(t, "capacity"))
		r.Target = monday.AddDays(rapid.IntRange(250, 900).Draw(t, "days"))
		if rapid.Bool().Draw(t, "new families come") {
			r.Arrivals = []int{0, 1, 0, 2}
		}
		f := forecast.Make(r, forecast.Options{Runs: 20})
		at := func(capacity int) float64 {
			return forecast.Make(r, forecast.Options{Runs: 20, Change: forecast.Change{Capacity: capacity}}).Chance
		}
		if f.Needed == 0 {
			require.Less(t, at(forecast.MostCapacity), forecast.Sure, "no capacity meets it")
			return
		}
		require.GreaterOrEqual(t, at(f.Needed), forecast.Sure)
		if f.Needed > 1 {
			require.Less(t, at(f.Needed-1), forecast.Sure)
		}
		require.Equal(t, f.Needed <= r.Capacity, f.Meets())
	})
}

// TestNewFamiliesComeFirst: a lane to which as many families come as it lists has no day on
// which those who wait now are listed.
func TestNewFamiliesComeFirst(t *testing.T) {
	r := lane(100, 5)
	alone := forecast.Make(r, forecast.Options{})
	r.Arrivals = []int{2, 2, 2}
	shared := forecast.Make(r, forecast.Options{})
	require.InDelta(t, 7*100/3-7*100/5, shared.Cleared.Middle.DaysSince(alone.Cleared.Middle), 30)
	r.Arrivals = []int{5, 6}
	never := forecast.Make(r, forecast.Options{})
	require.True(t, never.Cleared.Early.IsZero())
	require.Zero(t, never.Chance)
	require.Greater(t, never.Needed, 6)
}

// TestAPausedLane has no day, and is told which capacity would meet the target.
func TestAPausedLane(t *testing.T) {
	r := lane(100, 5)
	r.Paused = true
	f := forecast.Make(r, forecast.Options{})
	require.True(t, f.Cleared.Early.IsZero())
	require.False(t, f.Meets())
	require.NotZero(t, f.Needed)
	again := forecast.Make(r, forecast.Options{Change: forecast.Change{Capacity: f.Needed}})
	require.True(t, again.Meets())
}

// TestAWeekLessOfSecurityChecks: a decision that waited two weeks for the police is signed a
// week earlier; one that waited for nobody is not.
func TestAWeekLessOfSecurityChecks(t *testing.T) {
	less := forecast.Options{Change: forecast.Change{SecurityWeeks: -1}}
	r := lane(200, 10)
	now, quicker := forecast.Make(r, forecast.Options{}), forecast.Make(r, less)
	require.InDelta(t, -7, quicker.Way[0].Middle-now.Way[0].Middle, 2)
	require.InDelta(t, -7, quicker.Cleared.Middle.DaysSince(now.Cleared.Middle), 6)
	more := forecast.Make(r, forecast.Options{Change: forecast.Change{SecurityWeeks: 2}})
	require.InDelta(t, 14, more.Way[0].Middle-now.Way[0].Middle, 3)
	for i := range r.Spans {
		r.Spans[i].Checks = 0
	}
	require.Equal(t, forecast.Make(r, forecast.Options{}).Cleared, forecast.Make(r, less).Cleared)
}

// TestSeeded: the same record, day and seed give the same bytes, on however many processors.
func TestSeeded(t *testing.T) {
	r := lane(300, 10)
	r.Arrivals = []int{0, 1, 3}
	bytes := func(seed uint64) string {
		body, err := json.Marshal(forecast.Make(r, forecast.Options{Seed: seed}))
		require.NoError(t, err)
		return string(body)
	}
	first := bytes(1)
	require.Equal(t, first, bytes(1))
	before := runtime.GOMAXPROCS(1)
	alone := bytes(1)
	runtime.GOMAXPROCS(before)
	require.Equal(t, first, alone)
	require.NotEqual(t, first, bytes(2))
}

// TestMoreCapacityIsNeverLater, for the same seed.
func TestMoreCapacityIsNeverLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := lane(rapid.IntRange(0, 300).Draw(t, "waiting"), rapid.IntRange(1, 20).Draw(t, "capacity"))
		r.Arrivals = []int{rapid.IntRange(0, 2).Draw(t, "arrivals")}
		less := forecast.Make(r, forecast.Options{Runs: 20})
		more := forecast.Make(r, forecast.Options{Runs: 20, Change: forecast.Change{Capacity: r.Capacity + 5}})
		if less.Cleared.Middle.IsZero() {
			return // never
		}
		require.False(t, more.Cleared.Middle.After(less.Cleared.Middle))
		require.GreaterOrEqual(t, more.Chance, less.Chance)
	})
}

// TestTheBandHolds: of lanes whose later families are drawn as the recorded ones were, some
// eight of ten are cleared inside the band.
func TestTheBandHolds(t *testing.T) {
	inside, early, lanes := 0, 0, 200
	for seed := range lanes {
		rng := rand.New(rand.NewPCG(7, uint64(seed)))
		stay := func(phase forecast.Phase) int {
			mean := map[forecast.Phase]float64{forecast.Listed: 3, forecast.Gathering: 25, forecast.Representation: 9, forecast.Decision: 20}[phase]
			return 5 + int(mean*(rng.ExpFloat64()+rng.ExpFloat64()))
		}
		r := forecast.Record{AsOf: monday, Capacity: 4, Waiting: []forecast.Waiting{{People: 2, Families: 60}}}
		for _, phase := range forecast.Phases {
			for range 80 {
				r.Spans = append(r.Spans, forecast.Span{People: 2, Phase: phase, Days: stay(phase), End: forecast.Next, Families: 1})
			}
		}
		last := 0
		for i := range 60 {
			days := 7 * (i/4 + 1)
			for _, phase := range forecast.Phases {
				days += stay(phase)
			}
			last = max(last, days)
		}
		f := forecast.Make(r, forecast.Options{Seed: uint64(seed), Runs: 100})
		on := monday.AddDays(last)
		if !on.Before(f.Cleared.Early) && !on.After(f.Cleared.Late) {
			inside++
		}
		if on.Before(f.Cleared.Early) {
			early++
		}
	}
	t.Logf("inside %d of %d, before %d", inside, lanes, early)
	require.InDelta(t, 160, inside, 15, "of 200 lanes")
	require.InDelta(t, 20, early, 10)
}

func BenchmarkMake(b *testing.B) {
	for _, n := range []int{1_100, 450_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := lane(n, max(10, n/220))
			b.ReportAllocs()
			for b.Loop() {
				forecast.Make(r, forecast.Options{Seed: 1})
			}
		})
	}
}
