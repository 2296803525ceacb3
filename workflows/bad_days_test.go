package workflows_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hame/internal/casefile"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/practice"
)

// legs are the ways in which these stories are played: in one run, and with a
// continue-as-new right after each step.
var legs = map[string]int{"in one run": 0, "continued as new after every step": 1}

// timers counts the timers of a kind that the story has started.
func (s *story) timers(summary string) int {
	n := 0
	for _, text := range s.shown {
		if strings.Contains(text, summary) {
			n++
		}
	}
	return n
}

// A family that is brought forward while its review waits for its listing date
// replaces that one timer once, and begins on the new day; what does not move the
// day leaves the timer alone.
func TestBroughtForwardWhileItWaits(t *testing.T) {
	for name, every := range legs {
		t.Run(name, func(t *testing.T) {
			s := newStory(t).Diligently(practice.Manner{})
			s.state.ContinueAfter = every
			forward := listedOn.AddDays(-6) // Tuesday 9 March
			open := s.At(afternoon(drawnOn.AddDays(4)), "fiona", casefile.ActOpen, 0, &casefile.OpenFields{Reason: "safeguarding", ListingDate: forward}, "")
			back := s.At(afternoon(drawnOn.AddDays(4)).AddDate(0, 0, 1), "fiona", casefile.ActOpen, 0, &casefile.OpenFields{Reason: "safeguarding", ListingDate: listedOn}, "")
			before, after := 0, 0
			s.Then(afternoon(drawnOn.AddDays(4)).Add(-1), func() { before = s.timers("listing date") })
			s.Then(afternoon(drawnOn.AddDays(6)), func() {
				after = s.timers("listing date")
				require.Equal(t, casefile.Listed, s.query(s.env).Stage)
				require.Equal(t, forward, s.query(s.env).ListingDate)
				require.True(t, s.query(s.env).Ready)
				require.Equal(t, forward.Start().UTC(), s.query(s.env).Face().Next.UTC(), "the new day is shown")
			})
			s.Run(listedOn.AddDays(1).Start())
			s.accepted(open)
			require.NotNil(t, back.refused)
			require.Equal(t, casefile.RefusedConstraint, back.refused.Code, "forward, never back")
			if every == 0 {
				require.Equal(t, 1, before, "one timer waits for the day, whatever is done meanwhile")
				require.Equal(t, 2, after, "and is replaced once")
			}
			require.Equal(t, 1, s.count(`select count(*) from stage_entry where case_ref = $1 and stage = 'evidence' and opened_at = $2`, s.ref, forward.Start()))
			require.Equal(t, 1, s.count(`select count(*) from stage_entry where case_ref = $1 and stage = 'evidence'`, s.ref), "the old day does nothing more")
			s.verified()
		})
	}
}

// Brought forward to today, a prepared family's evidence begins at once.
func TestBroughtForwardToToday(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{})
	day := drawnOn.AddDays(8)
	open := s.On(day, "fiona", casefile.ActOpen, 0, &casefile.OpenFields{Reason: "illness", ListingDate: day}, "")
	s.Run(day.AddDays(1).Start())
	s.accepted(open)
	require.Equal(t, casefile.Evidence, open.receipt.Stage, "and whoever did it reads what comes next")
}

// A request to cancel a review has no effect and is shown, across seams, until
// operations have seen it: recovering clears the flag.
func TestACancellationIsShownUntilItIsSeen(t *testing.T) {
	for name, every := range legs {
		t.Run(name, func(t *testing.T) {
			s := newStory(t)
			s.state.ContinueAfter = every
			day := drawnOn.AddDays(2)
			flags := func() []string { return s.faces[len(s.faces)-1].Flags }
			s.Then(morning(day), func() { s.env.CancelWorkflow() })
			act := s.On(day, "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}, "")
			s.Then(afternoon(day), func() {
				require.True(t, s.query(s.env).CancelRequested)
				require.Contains(t, flags(), "cancel_requested")
			})
			recover := s.On(day.AddDays(1), "archie", casefile.ActRecover, 0, nil, "")
			s.Then(afternoon(day.AddDays(1)), func() {
				require.False(t, s.query(s.env).CancelRequested)
				require.NotContains(t, flags(), "cancel_requested")
				require.Contains(t, flags(), "recovered")
			})
			s.Run(listedOn.AddDays(30).Start())
			s.accepted(act)
			s.accepted(recover)
			require.False(t, s.ended)
			require.Equal(t, "", s.state.Stuck)
			require.True(t, s.task(casefile.TaskAllocate).Escalated, "its deadlines went on")
			if every > 0 {
				require.Greater(t, s.legs, 2)
			}
			s.verified()
		})
	}
}

// A review takes stock when it is asked to: an act that expired undelivered
// becomes a task, once, and no fact is changed.
func TestTakingStock(t *testing.T) {
	for name, every := range legs {
		t.Run(name, func(t *testing.T) {
			s := newStory(t)
			s.state.ContinueAfter = every
			lost, err := desk.New(s.ref, casefile.ActContact, 0, drawnOn, &casefile.ContactFields{How: "phone"}, "")
			require.NoError(t, err)
			require.NoError(t, s.desk("morag").InsertCommand(t.Context(), lost))
			require.NoError(t, s.desk("hame_worker").Expire(t.Context(), lost.ID, morning(drawnOn)))
			asked := 0
			stock := func() {
				env := s.env
				env.UpdateWorkflow(contract.TakeStockUpdate, uuid.NewString(), &testsuite.TestUpdateCallback{
					OnAccept:   func() {},
					OnReject:   func(err error) { require.NoError(t, err) },
					OnComplete: func(_ any, err error) { require.NoError(t, err); asked++ },
				})
			}
			revision := 0
			s.Then(morning(drawnOn.AddDays(1)), func() { revision = s.query(s.env).Revision; stock() })
			s.Then(morning(drawnOn.AddDays(2)), stock)
			again := s.On(drawnOn.AddDays(3), "morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}, "")
			s.Then(afternoon(drawnOn.AddDays(2)), func() {
				require.True(t, slices.ContainsFunc(s.query(s.env).Tasks, func(o casefile.Task) bool { return o.Kind == casefile.TaskExpired && o.Awaiting == casefile.Caseworker }))
				require.Equal(t, revision, s.query(s.env).Revision, "it is no fact about the family")
			})
			s.Then(morning(drawnOn.AddDays(4)), stock)
			s.Run(drawnOn.AddDays(5).Start())
			require.Equal(t, 3, asked)
			s.accepted(again)
			require.Equal(t, "done_again", s.task(casefile.TaskExpired).Result, "one task, which is not opened again")
			s.verified()
		})
	}
}
