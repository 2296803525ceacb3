package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
)

// TestWhatAnActWouldDoToALane is said by a dry run: what would change, or that nothing
// would; what is refused in earnest is refused.
func TestWhatAnActWouldDoToALane(t *testing.T) {
	runs, paused := &store.LaneState{Capacity: 5}, &store.LaneState{Capacity: 5, Paused: "staffing"}
	for _, c := range []struct {
		lane *store.LaneState
		act  casefile.Act
		f    casefile.BacklogFields
		says string
		code casefile.RefusalCode
	}{
		{nil, casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 7}, "would be started at 7 families a week", ""},
		{runs, casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 7}, "no effect", ""},
		{nil, casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 7, Target: monday.AddDays(-1)}, "has passed", casefile.RefusedBefore},
		{nil, casefile.ActBacklogPause, casefile.BacklogFields{Reason: "staffing"}, "never started", casefile.RefusedNothingOpen},
		{nil, casefile.ActBacklogResume, casefile.BacklogFields{}, "never started", casefile.RefusedNothingOpen},
		{runs, casefile.ActBacklogPause, casefile.BacklogFields{Reason: "staffing"}, "would be paused (staffing); only if its workflow still runs", ""},
		{paused, casefile.ActBacklogPause, casefile.BacklogFields{Reason: "strike"}, "would be paused (strike) instead of (staffing); only if its workflow still runs", ""},
		{paused, casefile.ActBacklogPause, casefile.BacklogFields{Reason: "staffing"}, "already", casefile.RefusedAlreadyDone},
		{paused, casefile.ActBacklogResume, casefile.BacklogFields{}, "would go on at 5 families a week; only if its workflow still runs", ""},
		{runs, casefile.ActBacklogResume, casefile.BacklogFields{}, "no effect", ""},
		{runs, casefile.ActBacklogCapacity, casefile.BacklogFields{Capacity: 6}, "would go from 5 to 6 families a week; only if its workflow still runs", ""},
		{runs, casefile.ActBacklogCapacity, casefile.BacklogFields{Capacity: 5}, "already", casefile.RefusedAlreadyDone},
	} {
		c.f.Lane = casefile.Legacy
		says, err := store.WouldDo(c.lane, c.act, c.f, monday)
		if c.code != "" {
			r, refused := casefile.AsRefusal(err)
			require.True(t, refused, "%s: %v", c.act, err)
			require.Equal(t, c.code, r.Code)
			says = r.Detail
		} else {
			require.NoError(t, err)
			require.Contains(t, says, "legacy lane")
		}
		require.Contains(t, says, c.says)
	}
}
