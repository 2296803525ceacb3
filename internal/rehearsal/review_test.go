package rehearsal

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hame/internal/settings"
	"hame/internal/temporalnamespace"
)

// TestAReviewThatIsWaitedForInVain: one that does not do what by its record is over
// is named after two days of its clock, long before its history is full.
func TestAReviewThatIsWaitedForInVain(t *testing.T) {
	options, err := settings.Connection("hame-test", settings.Quiet())
	require.NoError(t, err)
	clients, err := temporalnamespace.Dial(t.Context(), options)
	require.NoError(t, err)
	defer clients.Close()
	c := clients.Open
	id := "waits-" + uuid.NewString()
	w := worker.New(c, id, worker.Options{})
	w.RegisterWorkflowWithOptions(
		func(ctx workflow.Context) error { return workflow.Sleep(ctx, 10*365*24*time.Hour) },
		workflow.RegisterOptions{Name: "sleep"},
	)
	require.NoError(t, w.Start())
	defer w.Stop()
	_, err = c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: id}, "sleep")
	require.NoError(t, err)

	r := &Rehearsal{o: Options{Temporal: clients}}
	v := &inPlay{ref: id, now: time.Now()}
	begun := v.now
	past := begun.Add(-time.Hour)
	waits := func() (err error) {
		for n := 0; err == nil; n++ {
			require.Less(t, n, 100)
			_, err = v.forwardTo(t.Context(), r, past)
		}
		return err
	}
	require.ErrorContains(t, waits(), id+": by its record something was to act at ")
	require.Greater(t, v.now.Sub(begun), inVain, "a stuck review has tried again by then")

	_, err = v.forwardTo(t.Context(), r, v.now.Add(24*time.Hour))
	require.NoError(t, err, "something else happened meanwhile")
	past = v.now.Add(-time.Hour)
	again := v.now
	require.Error(t, waits())
	require.Greater(t, v.now.Sub(again), inVain, "and it is waited for anew")
	d, err := c.DescribeWorkflowExecution(t.Context(), id, "")
	require.NoError(t, err)
	require.Less(t, d.GetWorkflowExecutionInfo().GetHistoryLength(), int64(500))
	require.NoError(t, c.TerminateWorkflow(t.Context(), id, "", "the test is over"))
}

// TestTheDateNeverGoesBack: the date that the progress shows, while the one furthest
// behind is taken up, and families are drawn that begin behind the others.
func TestTheDateNeverGoesBack(t *testing.T) {
	r := &Rehearsal{inHand: map[played]time.Time{}}
	r.changed = sync.NewCond(&r.mu)
	day := func(n int) time.Time { return time.Date(2026, 12, n, 9, 0, 0, 0, time.UTC) }
	shown := time.Time{}
	for _, begins := range [][]int{{3, 5}, {4}, {9}, {2, 7}, {1}} {
		for _, n := range begins {
			r.add(stop{at: day(n)})
		}
		for range begins {
			s, ok := r.take(t.Context())
			require.True(t, ok)
			require.False(t, r.Tally().At.Before(shown), "%s after %s", r.Tally().At, shown)
			require.False(t, r.Tally().At.Before(s.at))
			shown = r.Tally().At
			r.putBack(s, false)
		}
	}
	require.Equal(t, day(9), shown)
}

// TestNobodyIsPlayedFarAhead: while somebody is played who is weeks behind, as a lane whose draw
// takes its time, who is further ahead waits.
func TestNobodyIsPlayedFarAhead(t *testing.T) {
	r := &Rehearsal{o: Options{Horizon: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}, inHand: map[played]time.Time{}}
	r.changed = sync.NewCond(&r.mu)
	begun := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	slow, near, far := stop{begun, &lane{}}, stop{begun.Add(ahead), &inPlay{}}, stop{begun.Add(ahead + time.Hour), &inPlay{}}
	for _, s := range []stop{far, near, slow} {
		r.add(s)
	}
	for _, want := range []stop{slow, near} {
		s, ok := r.take(t.Context())
		require.True(t, ok)
		require.Equal(t, want.at, s.at)
	}
	require.Equal(t, begun, r.earliest())
	taken := make(chan stop)
	go func() {
		s, _ := r.take(t.Context())
		taken <- s
	}()
	select {
	case s := <-taken:
		require.Fail(t, "taken up too early", "%s", s.at)
	default:
	}
	r.putBack(slow, false)
	require.Equal(t, far.at, (<-taken).at)
	require.Equal(t, near.at, r.earliest())
}
