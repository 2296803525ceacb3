package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/workflows"
)

// lane plays the ClearBacklog of the legacy lane on a virtual clock.
type lane struct {
	*world
	t     *testing.T
	env   *testsuite.TestWorkflowEnvironment
	state contract.Backlog
	// started are the calls of StartReviews, which a variant records instead of
	// starting anything: there is no client here.
	started []activities.StartReviewsParams
	fail    func(name string) error
}

func newLane(t *testing.T, families int) *lane {
	t.Helper()
	var keys []string
	for n := range families {
		keys = append(keys, fmt.Sprintf("F%02d", n))
	}
	l := &lane{world: newWorld(t, nil, keys...), t: t, state: contract.Backlog{Lane: casefile.Legacy}}
	l.begin(morning(drawnOn))
	return l
}

func (l *lane) begin(at time.Time) {
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(quiet)
	l.env = suite.NewTestWorkflowEnvironment()
	l.env.SetTestTimeout(time.Minute)
	l.env.SetStartTime(at)
	l.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: contract.BacklogID(casefile.Legacy), TaskQueue: "hame"})
	workflows.Register(l.env)
	l.activities.Register(l.env)
	register := func(name string, f any) {
		l.env.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name, DisableAlreadyRegisteredCheck: true})
	}
	failure := func(name string) error {
		if l.fail == nil {
			return nil
		}
		return l.fail(name)
	}
	register(activities.StartReviewsActivity, func(in activities.StartReviewsParams) (int, error) {
		l.started = append(l.started, in)
		return 0, failure(activities.StartReviewsActivity)
	})
	register(activities.DrawFamiliesActivity, func(ctx context.Context, in activities.DrawFamiliesParams) (contract.Progress, error) {
		if err := failure(activities.DrawFamiliesActivity); err != nil {
			return contract.Progress{}, err
		}
		return l.activities.DrawFamilies(ctx, in)
	})
}

// on does an act of operations at an instant.
func (l *lane) on(at time.Time, kind casefile.Act, f casefile.BacklogFields) *act {
	a := &act{login: "archie"}
	l.env.RegisterDelayedCallback(func() {
		f.Lane = casefile.Legacy
		cmd, err := desk.New("", kind, 0, clock.DateOf(l.env.Now()), &f, "")
		require.NoError(l.t, err)
		cmd.Lane = f.Lane
		require.NoError(l.t, l.desk(a.login).InsertCommand(l.t.Context(), cmd))
		a.NewCommand = cmd
		l.send(a, contract.Act{Command: cmd.ID, Kind: kind})
	}, at.Sub(l.env.Now()))
	return a
}

func (l *lane) send(a *act, arg contract.Act) {
	l.env.UpdateWorkflow(string(arg.Kind), arg.Command.String(), &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { a.done, a.failed = true, err },
		OnComplete: func(result any, err error) {
			a.done, a.failed = true, err
			if r, ok := result.(contract.Receipt); ok && err == nil {
				a.receipt, a.refused = r, r.Refused
			}
		},
	}, arg)
}

// look reads the lane's state and details at an instant.
func (l *lane) look(at time.Time, see func(contract.Backlog, string)) {
	l.env.RegisterDelayedCallback(func() {
		value, err := l.env.QueryWorkflow("__temporal_workflow_metadata")
		require.NoError(l.t, err)
		var metadata sdkpb.WorkflowMetadata
		require.NoError(l.t, value.Get(&metadata))
		see(l.query(), metadata.GetCurrentDetails())
	}, at.Sub(l.env.Now()))
}

func (l *lane) query() contract.Backlog {
	value, err := l.env.QueryWorkflow(contract.BacklogQuery)
	require.NoError(l.t, err)
	var b contract.Backlog
	require.NoError(l.t, value.Get(&b))
	return b
}

// run plays the lane up to an instant, at which it still runs.
func (l *lane) run(until time.Time) {
	l.t.Helper()
	l.env.SetWorkflowRunTimeout(until.Sub(l.env.Now()))
	l.env.ExecuteWorkflow(contract.ClearBacklogWorkflow, l.state)
	var stopped *temporal.TimeoutError
	require.True(l.t, errors.As(l.env.GetWorkflowError(), &stopped), "the lane ended by itself: %v", l.env.GetWorkflowError())
	l.state = l.query()
}

// listings are the families listed so far, by the day on which they were drawn.
func (l *lane) listings() map[string]int {
	l.t.Helper()
	var rows []struct {
		On string `db:"drawn"`
		N  int    `db:"n"`
	}
	require.NoError(l.t, l.record.Select(&rows, `select drawn_at::date::text as drawn, count(*) as n from listing group by 1`))
	drawn := map[string]int{}
	for _, r := range rows {
		drawn[r.On] = r.N
	}
	return drawn
}

func week(n int) time.Time { return morning(drawnOn.AddDays(7 * n)) }

func TestTheLaneDrawsWeekByWeek(t *testing.T) {
	l := newLane(t, 10)
	start := l.on(week(0).Add(time.Hour), casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 1, Target: drawnOn.AddYears(1)})
	l.look(week(0).Add(30*time.Minute), func(b contract.Backlog, text string) {
		require.Zero(t, b.Capacity, "nothing is drawn before operations start it")
	})
	l.look(week(1), func(b contract.Backlog, text string) {
		require.Contains(t, text, "**legacy lane** · 1 families a week · target 2028-03-01")
		require.Contains(t, text, "| 3 | 0 | 7 | 0 |")
		require.Contains(t, text, "At this pace the last family is listed on")
	})
	l.run(week(5))
	require.True(t, start.done)
	require.NoError(t, start.failed)
	require.Nil(t, start.refused)
	// The first draw fills the six weeks up to the lead and the week itself.
	require.Equal(t, map[string]int{"2027-03-01": 7, "2027-03-08": 1, "2027-03-15": 1, "2027-03-22": 1}, l.listings())
	require.Equal(t, contract.Progress{Unlisted: 0, Open: 10}, l.state.Progress)
	require.Len(t, l.started, 5, "each draw starts the reviews of whoever has none")
	require.Equal(t, week(0).Add(5*7*24*time.Hour+time.Hour).UTC(), l.state.NextDraw.UTC())
	require.Zero(t, func() (n int) {
		require.NoError(t, l.record.Get(&n, `select count(*) from decision`))
		return n
	}(), "no batch decides anything (R3)")
}

func TestPauseResumeAndCapacity(t *testing.T) {
	l := newLane(t, 12)
	l.on(week(0).Add(time.Hour), casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 1})
	l.on(week(1).Add(2*time.Hour), casefile.ActBacklogPause, casefile.BacklogFields{Reason: "no_interpreters"})
	l.look(week(2), func(b contract.Backlog, text string) {
		require.Equal(t, "no_interpreters", b.Paused)
		require.Contains(t, text, "**Paused**: no_interpreters")
	})
	resumed := week(3).Add(5 * time.Hour)
	l.on(resumed, casefile.ActBacklogResume, casefile.BacklogFields{Reason: "interpreters"})
	l.look(resumed.Add(time.Minute), func(b contract.Backlog, text string) {
		require.Empty(t, b.Paused)
		require.NotContains(t, text, "Paused")
		require.Equal(t, resumed.AddDate(0, 0, 7).UTC(), b.NextDraw.UTC())
	})
	l.on(week(4).Add(time.Hour), casefile.ActBacklogCapacity, casefile.BacklogFields{Capacity: 2})
	l.run(week(4).Add(10 * time.Hour))
	drawn := l.listings()
	require.Equal(t, 7, drawn["2027-03-01"])
	require.Equal(t, 1, drawn["2027-03-08"])
	require.Zero(t, drawn["2027-03-15"], "a paused lane draws nobody")
	require.Equal(t, 2, drawn["2027-03-22"], "what was due meanwhile is drawn at the resumption, for the weeks that have nobody")
	require.Equal(t, 2, drawn["2027-03-29"], "the new capacity fills up the week, and what is left of the weeks before")
	require.Equal(t, 2, l.state.Capacity)
}

// A second start is refused: the first one's capacity and target stand.
func TestASecondStartIsRefused(t *testing.T) {
	l := newLane(t, 1)
	l.on(week(0).Add(time.Hour), casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 3, Target: drawnOn.AddYears(1)})
	second := l.on(week(0).Add(2*time.Hour), casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 900})
	again := &act{}
	l.env.RegisterDelayedCallback(func() { l.send(again, contract.Act{Command: second.ID, Kind: second.Act}) }, 3*time.Hour)
	forged := &act{}
	l.env.RegisterDelayedCallback(func() {
		l.send(forged, contract.Act{Command: newID(t), Kind: casefile.ActBacklogCapacity})
	}, 4*time.Hour)
	l.run(week(1))
	require.True(t, second.done && again.done && forged.done)
	require.NoError(t, second.failed)
	require.Equal(t, casefile.RefusedAlreadyDone, second.refused.Code)
	require.NotNil(t, forged.refused)
	require.Equal(t, casefile.RefusedUnknownCommand, forged.refused.Code)
	require.Equal(t, 3, l.state.Capacity)
	require.Equal(t, drawnOn.AddYears(1), l.state.Target)
}

// A draw that can't be mended by trying again pauses the lane and shows it;
// operations resume it when it is mended, and it draws at once.
func TestADrawThatFailsPausesTheLane(t *testing.T) {
	for _, name := range []string{activities.DrawFamiliesActivity, activities.StartReviewsActivity} {
		t.Run(name, func(t *testing.T) {
			l := newLane(t, 2)
			broken := true
			l.fail = func(which string) error {
				if broken && which == name {
					return temporal.NewNonRetryableApplicationError("broken", activities.BrokenError, nil)
				}
				return nil
			}
			l.on(week(0).Add(time.Hour), casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 1})
			l.look(week(0).Add(2*time.Hour), func(b contract.Backlog, text string) {
				require.Equal(t, "draw_failed", b.Paused)
				require.Contains(t, text, "**Paused**: draw_failed")
				broken = false
			})
			l.on(week(2), casefile.ActBacklogResume, casefile.BacklogFields{Reason: "mended"})
			l.run(week(2).Add(time.Hour))
			require.Empty(t, l.state.Paused)
			require.Equal(t, contract.Progress{Open: 2}, l.state.Progress, "nobody is lost, only unlisted for longer")
		})
	}
}

// The lane goes on in a new run with the state it had.
func TestTheLaneContinuesAsNew(t *testing.T) {
	l := newLane(t, 10)
	l.on(week(0).Add(time.Hour), casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 1})
	l.env.RegisterDelayedCallback(func() { l.env.SetContinueAsNewSuggested(true) }, 8*24*time.Hour)
	l.on(week(1).AddDate(0, 0, 2), casefile.ActBacklogCapacity, casefile.BacklogFields{Capacity: 1})
	l.env.ExecuteWorkflow(contract.ClearBacklogWorkflow, l.state)
	var next *workflow.ContinueAsNewError
	require.True(t, errors.As(l.env.GetWorkflowError(), &next), "%v", l.env.GetWorkflowError())
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &l.state))
	require.Equal(t, 1, l.state.Capacity)
	l.begin(l.env.Now())
	l.run(week(5))
	require.Equal(t, map[string]int{"2027-03-01": 7, "2027-03-08": 1, "2027-03-15": 1, "2027-03-22": 1}, l.listings())
}
