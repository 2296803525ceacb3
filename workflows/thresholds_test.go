package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
)

// sevenYears is the day on which the child of practice.Quillfeather has lived here for seven
// years, in London's summer time.
var sevenYears = clock.NewDate(2027, time.August, 14)

// fired lists what thresholds have fired, and when.
func (s *story) fired() []string {
	s.t.Helper()
	var rows []string
	require.NoError(s.t, s.record.Select(&rows, `
		select concat_ws(' ', person_no, kind, to_char(fired_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')) from threshold
		where case_ref = $1 order by fired_at, person_no, kind`, s.ref))
	return rows
}

// TestAThresholdFiresAtItsInstant: at the first of its day in London, by the one timer, however
// the review is cut into runs. What the list of workflows shows stays that of the earliest task,
// and nothing that Temporal shows says whose threshold it was, or which.
func TestAThresholdFiresAtItsInstant(t *testing.T) {
	keys := []string{"F0", "F1", "F2", "F3"}
	w := newWorld(t, nil, keys...)
	for n, key := range keys { // continued after so many steps
		t.Run(key, func(t *testing.T) {
			s := w.story(t, key)
			s.t = t
			s.state.ContinueAfter = n
			s.answers = func(openTask) bool { return false }
			var between []casefile.Shown
			s.Then(sevenYears.Start().Add(-time.Minute), func() { between = append(between, s.query(s.env).Face()) })
			s.Then(sevenYears.Start().Add(time.Minute), func() {
				tasks := s.tasks(casefile.TaskThreshold)
				require.Len(t, tasks, 1)
				require.Equal(t, sevenYears, tasks[0].Began)
				require.Nil(t, tasks[0].ClosedAt)
				between = append(between, s.query(s.env).Face())
			})
			s.Run(sevenYears.AddDays(60).Start())

			require.Equal(t, []string{"3 seven_years 2027-08-13 23:00:00"}, s.fired())
			require.Equal(t, "lapsed", s.task(casefile.TaskThreshold).Result)
			require.Empty(t, s.state.Stuck)
			for _, face := range append(between, s.faces...) {
				require.False(t, face.Next.Equal(sevenYears.Start()), "the list of workflows shows tasks: %v", face)
			}
			require.Contains(t, fmt.Sprint(s.shown), "a threshold of time")
			require.NotContains(t, fmt.Sprint(s.shown), "seven_years")
			s.verified()
		})
	}
}

// TestAThresholdWhileThePreparedFamilyWaits for its listing date, when no task is open: the
// timer is set for it all the same.
func TestAThresholdWhileThePreparedFamilyWaits(t *testing.T) {
	w := newWorld(t, func(f *casefile.Family) {
		f.People[2].ArrivedOn = clock.Partial(clock.NewDate(2020, time.March, 11))
	}, "F1")
	s := w.story(t, "F1").Diligently(practice.Manner{})
	s.Then(clock.NewDate(2027, time.March, 10).Start(), func() { require.Empty(t, s.query(s.env).Tasks) })
	s.Run(listedOn.Start())
	require.Equal(t, []string{"3 seven_years 2027-03-11 00:00:00"}, s.fired())
	require.Len(t, s.tasks(casefile.TaskThreshold), 1)
	s.verified()
}

// TestAnEighteenthBirthdayInEveryRun: the warnings and the birthday fire once each, and two
// children who came together are told of at one instant.
func TestAnEighteenthBirthdayInEveryRun(t *testing.T) {
	w := newWorld(t, func(f *casefile.Family) {
		twin := f.People[2]
		f.People[2].BirthDate = clock.Partial(clock.NewDate(2009, time.November, 30))
		twin.No, twin.Key, twin.BirthDate = 4, "4", f.People[2].BirthDate
		f.People = append(f.People, twin)
	}, "F1")
	s := w.story(t, "F1")
	s.state.ContinueAfter = 2
	s.answers = func(openTask) bool { return false }
	s.Run(clock.NewDate(2028, time.January, 10).Start())
	var want []string
	for _, x := range []string{"eighteen_in_six_months 2027-05-29 23:00:00", "seven_years 2027-08-13 23:00:00",
		"eighteen_in_three_months 2027-08-29 23:00:00", "eighteen 2027-11-30 00:00:00"} {
		want = append(want, "3 "+x, "4 "+x)
	}
	require.Equal(t, want, s.fired())
	require.Empty(t, s.state.Stuck)
	s.verified()
}

// TestAThresholdOnAStuckReview waits until the review is mended, and then fires, late.
func TestAThresholdOnAStuckReview(t *testing.T) {
	s := newStory(t)
	s.answers = func(openTask) bool { return false }
	s.Then(sevenYears.AddDays(-1).Start(), func() {
		_, err := s.db.SQL(t, "postgres").Exec(`alter table hame.threshold rename to away`)
		require.NoError(t, err)
	})
	s.Then(sevenYears.Start().Add(time.Hour), func() {
		require.NotEmpty(t, s.query(s.env).Stuck)
		_, err := s.db.SQL(t, "postgres").Exec(`alter table hame.away rename to threshold`)
		require.NoError(t, err)
	})
	s.Run(sevenYears.AddDays(30).Start())
	require.Empty(t, s.state.Stuck)
	require.Equal(t, []string{"3 seven_years 2027-08-14 23:00:00"}, s.fired(), "a day later, when it tries again")
}
