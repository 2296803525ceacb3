package workflows_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
)

// late answers the questionnaire never and everything else on the day after it
// was opened, except that what has a reminder waits for it: so each stage has
// rungs that act, and seams fall between a rung and its answer.
func late(o openTask) bool {
	return o.Kind != casefile.TaskQuestionnaire && o.NextRung != casefile.Reminder
}

// A review that continues as new after every step, every second one and so on
// passes through each stage in the middle of whatever it does there, and comes
// to the very facts of one that runs in one piece: nothing lost, nothing twice,
// no deadline moved.
func TestContinuedAnywhereTheFactsAreTheSame(t *testing.T) {
	for name, manner := range map[string]practice.Manner{"grant": {Represent: true}, "refusal": {Refuse: true}} {
		t.Run(name, func(t *testing.T) {
			after := []int{0, 1, 2, 3, 5, 8, 13, 29}
			var keys []string
			for _, n := range after {
				keys = append(keys, fmt.Sprint("F", n))
			}
			w := newWorld(t, nil, keys...)
			var whole string
			for i, n := range after {
				s := w.story(t, keys[i]).Diligently(manner)
				s.answers = late
				s.state.ContinueAfter = n
				s.Run(drawnOn.AddYears(2).Start())
				require.True(t, s.ended, "continued after %d: at %s with %v", n, s.state.Stage, s.state.Tasks)
				if n == 0 {
					whole = s.facts()
					require.Equal(t, 1, s.legs)
					continue
				}
				require.Equal(t, whole, s.facts(), "continued after %d", n)
				require.Greater(t, s.legs, 1, "continued after %d", n)
				s.verified()
			}
		})
	}
}

// Temporal's own suggestion ends a run too, in whichever stage it comes.
func TestSuggestedContinuationIsTaken(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{})
	stages := map[casefile.Stage]bool{}
	s.daily = func() {
		if stage := s.query(s.env).Stage; !stages[stage] {
			stages[stage] = true
			s.env.SetContinueAsNewSuggested(true)
		}
	}
	s.Run(aYear)
	require.True(t, s.ended)
	require.Equal(t, s.legs-1, len(stages)-map[bool]int{true: 1}[stages[casefile.Closed]], "a leg for each stage in which it was suggested: %v", stages)
	require.GreaterOrEqual(t, len(stages), 5)
	s.verified()
}

// Acts that reach a review while it continues as new are all done, once each.
func TestActsSentTogetherWhileItContinuesAsNew(t *testing.T) {
	s := newStory(t)
	s.state.ContinueAfter = 1
	day := drawnOn.AddDays(2)
	at := morning(day)
	sent := []*act{
		s.At(at, "fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"}, ""),
		s.At(at, "morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}, ""),
		s.At(at, "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}, ""),
		s.At(at, "morag", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"}, ""),
	}
	s.Run(listedOn.Start())
	for _, a := range sent {
		s.accepted(a)
	}
	require.Equal(t, 5, s.state.Revision)
	require.Equal(t, 1, s.count(`select count(*) from evidence where case_ref = $1`, s.ref))
}

// Temporal's own dedupe forgets where a review continues as new; the outcome's row does not.
func TestTheSameCommandAgainAfterContinuing(t *testing.T) {
	s := newStory(t)
	s.state.ContinueAfter = 1
	first := s.On(drawnOn.AddDays(1), "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}, "")
	again := &act{}
	legs := 0
	s.Then(afternoon(drawnOn.AddDays(2)), func() {
		legs = s.legs
		again.NewCommand, again.login = first.NewCommand, first.login
		s.deliver(again)
	})
	s.Run(listedOn.Start())
	require.Greater(t, legs, 1, "the second delivery is to be another run's")
	s.accepted(first)
	require.True(t, again.done)
	require.NoError(t, again.failed)
	require.Nil(t, again.refused, "the same command has the same answer")
	require.Equal(t, 1, s.count(`select count(*) from evidence where case_ref = $1`, s.ref))
	require.Equal(t, 2, s.state.Revision)
}

// A worker that was down for six weeks lengthens no deadline: rungs are dated by
// their own instants, and the next ones follow from those.
func TestALateWorkerMovesNoDeadline(t *testing.T) {
	w := newWorld(t, nil, "on time", "late")
	stop := casefile.TaskReconcile
	play := func(key string, down int) *story {
		s := w.story(t, key).Diligently(practice.Manner{}, stop)
		s.state.ContinueAfter = 2 // opening and assigning end the first leg
		s.planOffice(drawnOn)
		s.leg(aYear)
		require.Equal(t, afternoon(drawnOn.AddDays(1)).UTC(), s.now.UTC())
		require.Zero(t, s.count(`select count(*) from rung x join task t on t.id = x.task_id where t.case_ref = $1`, s.ref))
		s.state.ContinueAfter = 0
		s.now = s.now.AddDate(0, 0, down)
		s.planned = nil
		for _, a := range s.acts {
			a.then = nil // the office looks again on the day on which the worker is back
		}
		s.Run(aYear)
		return s
	}
	punctual, tardy := play("on time", 0), play("late", 42)
	task, same := tardy.task(stop), punctual.task(stop)
	require.Equal(t, same.DueOn, task.DueOn)
	want, got := punctual.rungs(same), tardy.rungs(task)
	require.Equal(t, len(want), len(got))
	lateOnes := 0
	for i := range want {
		require.Equal(t, want[i].Kind, got[i].Kind)
		require.Equal(t, want[i].OnAt, got[i].OnAt, "%s %d", got[i].Kind, got[i].No)
		if got[i].ActedAt.After(got[i].OnAt) {
			lateOnes++
		}
	}
	require.Equal(t, 3, lateOnes, "reminder, due and escalation acted when the worker came back")
	require.Equal(t, same.NextAt, task.NextAt)
}

// Row 0: five working days from the day drawn, whenever the review's first task
// came to be worked on.
func TestALateFirstTaskCountsFromTheDayDrawn(t *testing.T) {
	s := newStory(t)
	s.now = morning(drawnOn.AddDays(3)) // the worker was down from Monday to Thursday
	s.Run(listedOn.Start())
	calendar, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	require.NoError(t, err)
	require.Equal(t, calendar.AddWorkingDays(drawnOn, 5), s.task(casefile.TaskAllocate).DueOn)
	require.Equal(t, calendar.AddWorkingDays(drawnOn, 20), s.task(casefile.TaskReconcile).DueOn)
}

// What a rung opens begins on the rung's own day, also where a worker comes round
// to it weeks later.
func TestALateRungOpensNoLaterDeadline(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{}, casefile.TaskQuestionnaire, casefile.TaskContact)
	s.Run(listedOn.AddDays(21).Start())
	due := s.task(casefile.TaskQuestionnaire).DueOn
	s.now = due.AddDays(30).Start() // the worker was down
	s.planned = nil
	s.Run(due.AddDays(60).Start())
	contact := s.task(casefile.TaskContact)
	require.Equal(t, due.AddDays(1), contact.Began)
	require.Equal(t, due.AddDays(30).Start().UTC(), contact.OpenedAt.UTC(), "when it was opened is another fact")
}

// A review on a clock of its own may begin before the instant at which its
// family was drawn: it stamps nothing earlier.
func TestNothingIsStampedBeforeTheDraw(t *testing.T) {
	s := newStory(t)
	s.now = morning(drawnOn.AddDays(-30))
	s.Then(afternoon(drawnOn.AddDays(-1)), func() {
		require.Zero(t, s.count(`select count(*) from review where case_ref = $1`, s.ref))
		require.Equal(t, casefile.Listed, s.query(s.env).Stage)
	})
	s.Run(drawnOn.AddDays(2).Start())
	drawnAt := morning(drawnOn).UTC()
	require.Equal(t, 1, s.count(`select count(*) from review where case_ref = $1 and opened_at = $2`, s.ref, drawnAt))
	require.Zero(t, s.count(`select count(*) from task where case_ref = $1 and (opened_at < $2 or began < $3)`, s.ref, drawnAt, drawnOn))
	require.Zero(t, s.count(`select count(*) from stage_entry where case_ref = $1 and opened_at < $2`, s.ref, drawnAt))
}
