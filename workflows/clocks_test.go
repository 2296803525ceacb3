package workflows_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/workflows"
)

func day2027(m time.Month, d int) clock.Date { return clock.NewDate(2027, m, d) }

// open returns an open task of the story's state.
func (s *story) open(kind casefile.TaskKind) casefile.Task {
	s.t.Helper()
	for _, t := range s.query(s.env).Tasks {
		if t.Kind == kind {
			return t
		}
	}
	require.Failf(s.t, "no such task", "%s is not open", kind)
	return casefile.Task{}
}

// TestAHoldThatIsForgotten tells of a family whose clock is stopped because
// somebody is in hospital. The letter was sent on Tuesday 16 March 2027, so that
// the family has thirty working days of England and Wales from the 17th. From
// Monday the 22nd it is held: 17, 18 and 19 March are used, 27 days are left.
// Nobody looks at the hold on its day, 5 April: it wakes up, and is escalated.
// Released on Monday 19 April, the clock goes on on the 20th: 20-23 April is 4,
// 26-30 is 9, 4-7 May is 13 (3 May is none), 10-14 is 18, 17-21 is 23, 24-27 is
// 27. Nothing comes: after 27 May the family is to be reached in person, and after
// five days more, 4 June, the gap is recorded.
func TestAHoldThatIsForgotten(t *testing.T) {
	for name, every := range legs {
		t.Run(name, func(t *testing.T) {
			s := newStory(t).Diligently(practice.Manner{}, casefile.TaskQuestionnaire, casefile.TaskHold, casefile.TaskContact)
			s.state.ContinueAfter = every
			hold := s.On(day2027(time.March, 22), "fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: day2027(time.April, 5)}, "")
			s.Then(afternoon(day2027(time.March, 22)).Add(time.Hour), func() {
				q := s.open(casefile.TaskQuestionnaire)
				require.True(t, q.Stopped())
				require.True(t, q.DueOn.IsZero(), "no day is made up for what stands still")
				require.Contains(t, s.details(), "**stopped** by a hold, family or its representative: return the questionnaire")
				require.NotContains(t, s.details(), "medical")
				require.Equal(t, day2027(time.April, 5), s.open(casefile.TaskHold).DueOn)
			})
			s.Then(day2027(time.April, 6).Start().Add(time.Hour), func() {
				require.True(t, s.open(casefile.TaskHold).Escalated, "it was forgotten, and asks")
				require.True(t, s.open(casefile.TaskQuestionnaire).Stopped())
			})
			release := s.On(day2027(time.April, 19), "fiona", casefile.ActRelease, 0, &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: "passed"}, "")
			s.Then(afternoon(day2027(time.April, 19)).Add(time.Hour), func() {
				q := s.open(casefile.TaskQuestionnaire)
				require.Equal(t, day2027(time.May, 27), q.DueOn)
				require.Equal(t, casefile.Reminder, q.Next.Kind)
			})
			s.Then(day2027(time.May, 28).Start().Add(-time.Minute), func() {
				require.False(t, s.open(casefile.TaskQuestionnaire).Overdue, "27 May is not over")
			})
			s.Then(day2027(time.May, 28).Start().Add(time.Minute), func() {
				require.True(t, s.open(casefile.TaskQuestionnaire).Overdue)
				require.Equal(t, clock.LateAt(day2027(time.June, 4)), s.open(casefile.TaskQuestionnaire).Next.At.UTC())
			})
			s.Run(day2027(time.June, 5).Start().Add(time.Hour))
			s.accepted(hold)
			s.accepted(release)
			require.Equal(t, 1, s.count(`select count(*) from task where case_ref = $1 and kind = 'evidence.questionnaire' and result = 'gap'`, s.ref))
			require.Equal(t, 3, s.count(`select count(*) from rung r join task t on t.id = r.task_id where t.case_ref = $1 and t.kind = 'evidence.questionnaire'`, s.ref),
				"a reminder, due and escalation, once each")
			s.verified()
		})
	}
}

// TestACalendarThatChangesUnderAReview: on Monday 22 March the Wednesday after it
// becomes a bank holiday in England and Wales. One Update moves the family's last
// day by one working day and sets the timer anew, once; told again, nothing moves.
func TestACalendarThatChangesUnderAReview(t *testing.T) {
	for name, every := range legs {
		t.Run(name, func(t *testing.T) {
			s := newStory(t).Diligently(practice.Manner{}, casefile.TaskQuestionnaire, casefile.TaskContact, casefile.TaskSchool)
			s.state.ContinueAfter = every
			var was, is clock.Date
			moved := &act{}
			again := &act{}
			s.Then(morning(day2027(time.March, 22)), func() {
				was = s.open(casefile.TaskQuestionnaire).DueOn
				s.changeCalendar(clock.DivisionEnglandAndWales, day2027(time.March, 24))
				s.move(moved)
			})
			s.Then(morning(day2027(time.March, 22)).Add(time.Minute), func() {
				is = s.open(casefile.TaskQuestionnaire).DueOn
				s.move(again)
			})
			s.Run(day2027(time.March, 23).Start())
			require.True(t, moved.done && again.done, "both are answered")
			require.NoError(t, moved.failed)
			require.NoError(t, again.failed)
			require.Equal(t, day2027(time.April, 29), was, "17-19 March is 3, 22-25 is 7, 30-1 April is 10 (26 and 29 are none), 2 is 11, 5-9 is 16, 12-16 is 21, 19-23 is 26, 26-29 is 30")
			require.Equal(t, day2027(time.April, 30), is)
			require.Equal(t, 1, s.count(`select count(*) from deadline_change d join task t on t.id = d.task_id where t.case_ref = $1 and t.kind = 'evidence.questionnaire' and d.cause = 'calendar'`, s.ref))
			require.Zero(t, s.count(`select count(*) from deadline_change d join task t on t.id = d.task_id where t.case_ref = $1 and t.calendar not like 'england%'`, s.ref),
				"Scotland's days are as they were")
			s.verified()
		})
	}
}

// changeCalendar makes a day a holiday, on record only.
func (s *story) changeCalendar(division clock.Division, day clock.Date) {
	s.t.Helper()
	from, err := s.desk("archie").HolidaysInForce(s.t.Context())
	require.NoError(s.t, err)
	to, err := clock.NewHolidays("changed", append(from.Days(), clock.Holiday{Division: division, Date: day, Title: "a day more"}))
	require.NoError(s.t, err)
	s.db.ApplyCalendar(s.t, clock.DateOf(s.env.Now()), to)
}

// move tells the review that a calendar has changed.
func (s *story) move(a *act) {
	env := s.env
	env.UpdateWorkflow(contract.MoveDeadlinesUpdate, env.Now().String(), &testsuite.TestUpdateCallback{
		OnAccept:   func() {},
		OnReject:   func(err error) { a.done, a.failed = true, err },
		OnComplete: func(_ any, err error) { a.done, a.failed = true, err },
	})
}

// attested records an act that is attested for an earlier day, and sends it.
func (s *story) attested(a *act, on clock.Date, login string, kind casefile.Act, subject int, fields casefile.Fields) {
	s.t.Helper()
	cmd, err := desk.New(s.ref, kind, subject, on, fields, "")
	require.NoError(s.t, err)
	a.NewCommand, a.login = cmd, login
	require.NoError(s.t, s.desk(login).InsertCommand(s.t.Context(), cmd))
	s.acts = append(s.acts, a)
	s.deliver(a)
}

// TestEvidenceThatIsOpenedAgainIsWaitedFor: the family was silent, and the gap was
// recorded after 7 May 2027. On the 11th it turns out that somebody had been in
// hospital since 20 April: 22 of the thirty days were used, eight are left. The
// child's check is done meanwhile, and the review does not go on without the
// family: released on 17 May, it has until the 27th (18-21 is 4, 24-27 is 8), and
// answers on the 25th. Then representation opens.
func TestEvidenceThatIsOpenedAgainIsWaitedFor(t *testing.T) {
	for name, every := range legs {
		t.Run(name, func(t *testing.T) {
			s := newStory(t).Diligently(practice.Manner{})
			s.state.ContinueAfter = every
			welfare := []casefile.TaskKind{casefile.TaskAssignWelfare, casefile.TaskReport, casefile.TaskSignWelfare}
			s.answers = func(k openTask) bool {
				if slices.Contains(welfare, k.Kind) {
					return !clock.DateOf(s.env.Now()).Before(day2027(time.May, 12))
				}
				return !slices.Contains([]casefile.TaskKind{casefile.TaskQuestionnaire, casefile.TaskHold, casefile.TaskWindow}, k.Kind)
			}
			hold := &act{}
			s.Then(morning(day2027(time.May, 11)), func() {
				require.Equal(t, casefile.Welfare, s.query(s.env).Stage, "only the child's check is awaited")
				s.attested(hold, day2027(time.April, 20), "fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: day2027(time.June, 1)})
			})
			s.Then(afternoon(day2027(time.May, 11)).Add(time.Hour), func() {
				require.Equal(t, casefile.Evidence, s.query(s.env).Stage, "the stage shown is the earliest unfinished")
				require.True(t, s.open(casefile.TaskQuestionnaire).Stopped())
			})
			release := s.On(day2027(time.May, 17), "fiona", casefile.ActRelease, 0, &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: "passed"}, "")
			s.Then(afternoon(day2027(time.May, 24)).Add(time.Hour), func() {
				r := s.query(s.env)
				require.True(t, r.Finished(casefile.Welfare), "the child's check is done")
				require.False(t, r.HasOpened(casefile.Representation), "and the family is waited for")
				require.Equal(t, day2027(time.May, 27), s.open(casefile.TaskQuestionnaire).DueOn)
			})
			answer := s.On(day2027(time.May, 25), "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"}, "")
			s.Run(day2027(time.May, 26).Start())
			for _, a := range []*act{hold, release, answer} {
				s.accepted(a)
			}
			require.True(t, s.state.HasOpened(casefile.Representation))
			s.verified()
		})
	}
}

// TestAHoldInLineBehindTheLastGap: the questionnaire's gap is being recorded, the
// last that evidence waits for, and a hold stands in line behind it that takes the
// gap back. Whichever the review comes to first, representation does not open while
// the family's time stands still.
func TestAHoldInLineBehindTheLastGap(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{}, casefile.TaskQuestionnaire, casefile.TaskHold)
	hold := &act{}
	s.prepare = func(env *testsuite.TestWorkflowEnvironment) {
		env.SetOnLocalActivityStartedListener(func(_ *activity.Info, _ context.Context, args []any) {
			rung, ok := args[0].(activities.ActOnRungParams)
			if !ok || hold.Act != "" {
				return
			}
			if rung.Kind == casefile.TaskQuestionnaire && rung.Rung.Kind == casefile.Escalation {
				s.attested(hold, day2027(time.April, 20), "fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: day2027(time.June, 1)})
			}
		})
	}
	s.Run(day2027(time.May, 12).Start())
	s.accepted(hold)
	require.Equal(t, 1, s.count(`select count(*) from rung r join task t on t.id = r.task_id where t.case_ref = $1 and t.kind = 'evidence.questionnaire' and r.kind = 'escalation'`, s.ref),
		"the gap came first")
	require.Equal(t, []string{"evidence.questionnaire"}, s.column(`select kind from task where case_ref = $1 and closed_at is null and kind <> 'hold.review'`), "and was taken back")
	require.Equal(t, casefile.Evidence, s.state.Stage)
	s.verified()
}

// TestWhatCouldNotBeMovedIsTriedAgain, after a minute, after two, and so on, or at
// once when somebody asks for it.
func TestWhatCouldNotBeMovedIsTriedAgain(t *testing.T) {
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(quiet)
	env := suite.NewTestWorkflowEnvironment()
	start := morning(drawnOn)
	env.SetStartTime(start)
	workflows.Register(env)
	var tries []time.Duration
	env.RegisterActivityWithOptions(func(_ context.Context, in contract.CalendarChange) (contract.CalendarChange, error) {
		if in.After == "" { // the first of two pages
			tries = append(tries, env.Now().Sub(start))
			require.Empty(t, in.Failed, "what failed before is not held against this try")
			in.After = "H54-C8W4"
			return in, nil
		}
		in.Pass, in.After = in.Pass+1, ""
		if in.Done = len(tries) == 11; in.Done {
			in.Seen = 1
		} else {
			in.Failed = []string{"K7F-M2Q8"}
		}
		return in, nil
	}, activity.RegisterOptions{Name: activities.MoveReviewsActivity})
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(contract.TryAgainSignal, nil) }, 8*time.Minute)
	env.ExecuteWorkflow(contract.ApplyCalendarWorkflow, contract.CalendarChange{Application: 2})
	require.NoError(t, env.GetWorkflowError())
	var last contract.CalendarChange
	require.NoError(t, env.GetWorkflowResult(&last))
	require.Equal(t, contract.CalendarChange{Application: 2, Pass: 11, Seen: 1, Done: true}, last)
	minutes := make([]int, len(tries))
	for i, at := range tries {
		minutes[i] = int(at.Minutes())
	}
	require.Equal(t, []int{0, 1, 3, 7, 8, 24, 56, 116, 176, 236, 296}, minutes, "1, 2, 4, then asked for, 16, 32, and every hour")
}

// TestWhatTheReviewIsStuckAtFallsAway: representation can't be opened, and while
// operations look into it somebody sees the child in danger, so that evidence is not
// finished any more. The step is left out, and the review is not stuck any more,
// in the record either.
func TestWhatTheReviewIsStuckAtFallsAway(t *testing.T) {
	s := newStory(t).Diligently(practice.Manner{}, casefile.TaskQuestionnaire, casefile.TaskHold)
	s.prepare = s.representationBreaks
	stuck := func() []string { return s.column(`select stuck from review where case_ref = $1`) }
	concern := &act{}
	s.Then(afternoon(day2027(time.May, 8)), func() {
		require.Equal(t, []string{activities.OpenStageActivity + ": open stage: the database refused it (42P01)"}, stuck())
		s.attested(concern, day2027(time.April, 20), "eilidh", casefile.ActConcern, 3, nil)
	})
	later := s.At(afternoon(day2027(time.May, 11)), "morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}, "")
	s.Run(day2027(time.May, 12).Start())
	s.accepted(concern)
	s.accepted(later)
	require.Empty(t, s.state.Stuck)
	require.Equal(t, []string{""}, stuck())
	require.Equal(t, casefile.Evidence, s.state.Stage)
}
