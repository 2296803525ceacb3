package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
)

// silence is what comes of a task that nobody does: its rungs by domain.md 6.2
// in the legacy lane, and where the review stands two years after its listing.
type silence struct {
	kind                      casefile.TaskKind
	reminder, due, escalation int // days; 0: no such rung
	unit                      clock.Unit
	calendar                  clock.CalendarID
	onDue, onEscalation       casefile.Effect
	// result is how the ladder closes the task; "" if it stays open for ever.
	result   string
	awaiting casefile.Party // who has it at the end
	stage    casefile.Stage // of the review two years on
	overdue  bool

	manner practice.Manner
	also   []casefile.TaskKind // left undone too, to come to this one
	alone  bool                // from then on nobody does anything at all
}

const (
	ew = clock.EnglandAndWales
	sc = clock.Scotland
)

var silences = []silence{
	{kind: casefile.TaskAllocate, due: 5, escalation: 5, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.Operations, stage: casefile.Listed, overdue: true},
	{kind: casefile.TaskReconcile, reminder: 15, due: 20, escalation: 20, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Listed, overdue: true},
	{kind: casefile.TaskTriage, reminder: 7, due: 10, escalation: 15, unit: clock.WorkingDays, calendar: ew, onDue: casefile.EffectDefaultPriority, awaiting: casefile.SeniorCaseworker, stage: casefile.Listed, overdue: true},
	{kind: casefile.TaskOpeningLetter, due: 5, escalation: 10, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Evidence, overdue: true},
	{kind: casefile.TaskQuestionnaire, reminder: 20, due: 30, escalation: 35, unit: clock.WorkingDays, calendar: ew, onDue: casefile.EffectContact, onEscalation: casefile.EffectGap, result: "gap", awaiting: casefile.Caseworker, stage: casefile.Closed, overdue: true},
	{kind: casefile.TaskContact, due: 5, escalation: 10, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Evidence, overdue: true, also: []casefile.TaskKind{casefile.TaskQuestionnaire}},
	{kind: casefile.TaskSchool, reminder: 10, due: 20, escalation: 25, unit: clock.WorkingDays, calendar: clock.ScotlandSchools, onEscalation: casefile.EffectGap, result: "gap", awaiting: casefile.WelfareLead, stage: casefile.Closed, overdue: true},
	{kind: casefile.TaskGP, reminder: 14, due: 28, unit: clock.CalendarDays, calendar: sc, onDue: casefile.EffectGap, result: "gap", awaiting: casefile.GP, stage: casefile.Closed, overdue: true},
	{kind: casefile.TaskSocialWork, reminder: 14, due: 28, escalation: 42, unit: clock.CalendarDays, calendar: sc, onEscalation: casefile.EffectGap, result: "gap", awaiting: casefile.WelfareLead, stage: casefile.Closed, overdue: true},
	{kind: casefile.TaskReporter, reminder: 40, due: 50, unit: clock.WorkingDays, calendar: sc, onDue: casefile.EffectGap, result: "gap", awaiting: casefile.Reporter, stage: casefile.Closed, overdue: true},
	{kind: casefile.TaskHousing, reminder: 7, due: 10, unit: clock.WorkingDays, calendar: sc, onDue: casefile.EffectGap, result: "gap", awaiting: casefile.Housing, stage: casefile.Closed, overdue: true},
	{kind: casefile.TaskCommunity, due: 30, unit: clock.WorkingDays, calendar: sc, onDue: casefile.EffectLapse, result: "lapsed", awaiting: casefile.Community, stage: casefile.Closed},
	{kind: casefile.TaskAssignWelfare, due: 5, escalation: 10, unit: clock.WorkingDays, calendar: sc, awaiting: casefile.SeniorCaseworker, stage: casefile.Welfare, overdue: true},
	{kind: casefile.TaskReport, reminder: 21, due: 28, escalation: 42, unit: clock.CalendarDays, calendar: sc, awaiting: casefile.SeniorCaseworker, stage: casefile.Welfare, overdue: true},
	{kind: casefile.TaskSignWelfare, due: 5, escalation: 10, unit: clock.WorkingDays, calendar: sc, awaiting: casefile.SeniorCaseworker, stage: casefile.Welfare, overdue: true},
	{kind: casefile.TaskWindow, reminder: 15, due: 20, unit: clock.WorkingDays, calendar: sc, onDue: casefile.EffectLapse, result: "lapsed", awaiting: casefile.PrivateOffice, stage: casefile.Closed},
	{kind: casefile.TaskAnswer, reminder: 15, due: 20, escalation: 20, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Decision, overdue: true, manner: practice.Manner{Represent: true}, also: []casefile.TaskKind{casefile.TaskPropose}},
	{kind: casefile.TaskRequestCheck, due: 5, escalation: 10, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Decision, overdue: true},
	{kind: casefile.TaskCheck, reminder: 7, due: 10, escalation: 10, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Decision, overdue: true},
	{kind: casefile.TaskPropose, reminder: 15, due: 20, escalation: 40, unit: clock.WorkingDays, calendar: ew, onDue: casefile.EffectEscalate, onEscalation: casefile.EffectReassign, awaiting: casefile.SeniorCaseworker, stage: casefile.Decision, overdue: true, alone: true},
	{kind: casefile.TaskAgree, reminder: 7, due: 10, escalation: 10, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Decision, overdue: true, manner: practice.Manner{Refuse: true}, alone: true},
	{kind: casefile.TaskServe, due: 5, escalation: 5, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Service, overdue: true},
	{kind: casefile.TaskStatus, reminder: 15, due: 20, escalation: 20, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Service, overdue: true},
	{kind: casefile.TaskAppealWindow, due: 14, unit: clock.CalendarDays, calendar: ew, onDue: casefile.EffectSearchAppeal, result: "window_ended", awaiting: casefile.TheFamily, stage: casefile.Closed, manner: practice.Manner{Refuse: true}},
	{kind: casefile.TaskNoAppeal, due: 5, escalation: 10, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Service, overdue: true, manner: practice.Manner{Refuse: true}},
	{kind: casefile.TaskHold, due: 20, escalation: 20, unit: clock.WorkingDays, calendar: ew, awaiting: casefile.SeniorCaseworker, stage: casefile.Listed, overdue: true, also: []casefile.TaskKind{casefile.TaskReconcile}},
}

// after is the first instant after so many days on the row's calendar have passed.
func (row silence) after(t *testing.T, began clock.Date, days int) time.Time {
	t.Helper()
	if row.unit == clock.CalendarDays {
		return began.AddDays(days + 1).Start().UTC()
	}
	calendar, err := clock.Embedded().Calendar(row.calendar)
	require.NoError(t, err)
	return calendar.AddWorkingDays(began, days).AddDays(1).Start().UTC()
}

// badDays are the kinds of task that only a bad day opens, or a threshold of time: their silence is
// played by the acts that open them, in the activities' tests.
var badDays = []casefile.TaskKind{casefile.TaskFlag, casefile.TaskDifference, casefile.TaskReadPost, casefile.TaskTrace,
	casefile.TaskTraceToServe, casefile.TaskAppeal, casefile.TaskArrival, casefile.TaskExpired, casefile.TaskReferral,
	casefile.TaskLateArrival, casefile.TaskNewOwner, casefile.TaskStrike, casefile.TaskBreach, casefile.TaskThreshold,
	casefile.TaskAnew, casefile.TaskTell, casefile.TaskConsider, casefile.TaskAcceptMove,
	casefile.TaskConfirm, casefile.TaskUndecided, casefile.TaskHearWithdrawal, casefile.TaskThinkAgain, casefile.TaskSettleWithdrawal,
	casefile.TaskDeparture, casefile.TaskReturn, casefile.TaskTraceMonthly, casefile.TaskTraceAgain}

func TestEveryKindOfTaskHasItsSilence(t *testing.T) {
	for _, rule := range casefile.TaskRules {
		if slices.Contains(badDays, rule.Kind) {
			continue
		}
		require.True(t, slices.ContainsFunc(silences, func(s silence) bool { return s.kind == rule.Kind }), "%s has no row in this table", rule.Kind)
	}
}

// A hold is opened by an imported flag, and stands in the way of a refusal. A proposal that
// waits for two years meets no threshold that would send it back: when the child came is unknown.
func withHold(f *casefile.Family) {
	if f.Key == string(casefile.TaskAgree) {
		f.People[2].ArrivedOn = clock.PartialDate{}
	}
	if f.Key == string(casefile.TaskHold) {
		f.People[0].Flags = []casefile.Flag{casefile.FlagJudicialReview}
	}
}

// What nobody does is escalated, recorded as a gap or lapses; it never leads
// to an outcome by itself, and never to a state without an owner and a next date
// (story.owned looks each working day for two years).
func TestDeadlineMissed(t *testing.T) {
	var keys []string
	for _, row := range silences {
		keys = append(keys, string(row.kind))
	}
	w := newWorld(t, withHold, keys...)
	for _, row := range silences {
		t.Run(string(row.kind), func(t *testing.T) {
			t.Parallel()
			s := w.story(t, string(row.kind))
			s.manner = row.manner
			stopped := false
			s.answers = func(o openTask) bool {
				if row.alone && !stopped {
					stopped = s.count(`select count(*) from task where case_ref = $1 and kind = $2 and closed_at is null`, s.ref, string(row.kind)) > 0
				}
				return !stopped && o.Kind != row.kind && !slices.Contains(row.also, o.Kind)
			}
			s.Run(listedOn.AddYears(2).Start())

			require.Equal(t, row.stage, s.state.Stage)
			require.Empty(t, s.state.Stuck)
			tasks := s.tasks(row.kind)
			require.NotEmpty(t, tasks, "no such task was opened")
			for _, task := range tasks {
				row.check(t, s, task)
			}
			if !row.manner.Refuse {
				s.neverRefused()
			}
			if row.stage.Before(casefile.Service) {
				require.Empty(t, s.column(`select rollup from decision where case_ref = $1`), "silence has led to a decision")
			}
		})
	}
}

// check compares one task's rungs and end with the row.
func (row silence) check(t *testing.T, s *story, task taskRow) {
	t.Helper()
	type step struct {
		kind   casefile.RungKind
		at     time.Time
		effect casefile.Effect
	}
	var want []step
	if row.reminder > 0 {
		want = append(want, step{casefile.Reminder, row.after(t, task.Began, row.reminder), ""})
	}
	want = append(want, step{casefile.Due, row.after(t, task.Began, row.due), row.onDue})
	if row.escalation > 0 {
		want = append(want, step{casefile.Escalation, row.after(t, task.Began, row.escalation), row.onEscalation})
	}
	if row.result == "" {
		calendar, err := clock.Embedded().Calendar(ew)
		require.NoError(t, err)
		for at := want[len(want)-1].at; ; {
			at = calendar.AddWorkingDays(clock.DateOf(at).AddDays(-1), 20).AddDays(1).Start().UTC()
			if !at.Before(s.now) {
				require.Equal(t, at, task.NextAt.UTC(), "the next date")
				break
			}
			want = append(want, step{casefile.Diary, at, ""})
		}
	}
	var got []step
	for _, r := range s.rungs(task) {
		got = append(got, step{r.Kind, r.OnAt.UTC(), r.Effect})
		require.Equal(t, r.OnAt, r.ActedAt, "%s acted late", r.Kind)
	}
	require.Equal(t, want, got)
	require.Equal(t, row.result, task.Result)
	require.Equal(t, row.result == "", task.ClosedAt == nil)
	require.Equal(t, row.awaiting, task.Awaiting)
	require.Equal(t, row.overdue, task.Overdue)
	switch row.kind {
	case casefile.TaskTriage:
		require.Equal(t, 1, s.count(`select count(*) from review where case_ref = $1 and priority = 3`, s.ref), "a late triage moves a family up to 3")
	case casefile.TaskQuestionnaire:
		require.Equal(t, want[1].at, s.task(casefile.TaskContact).OpenedAt.UTC(), "the family is to be reached in person")
	case casefile.TaskAppealWindow:
		require.Len(t, s.tasks(casefile.TaskNoAppeal), 3, "a caseworker looks for an appeal")
	}
}

func TestDeadlineKept(t *testing.T) {
	w := newWorld(t, nil, "granted", "refused")
	for key, manner := range map[string]practice.Manner{"granted": {Represent: true}, "refused": {Refuse: true}} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			s := w.story(t, key).Diligently(manner)
			s.Run(aYear)
			require.True(t, s.ended)
			for _, row := range silences {
				for _, task := range s.tasks(row.kind) {
					if row.kind == casefile.TaskAppealWindow {
						continue // nobody else can end it
					}
					require.Empty(t, s.rungs(task), "a rung of %s acted, whose ground had gone", row.kind)
					require.False(t, task.Overdue)
					require.False(t, task.Attested.After(task.DueOn))
				}
			}
		})
	}
}

// Each task that has a reminder is answered on the day on which it is reminded of.
func TestDeadlineReminded(t *testing.T) {
	w := newWorld(t, nil, "granted", "refused")
	reminded := map[casefile.TaskKind]bool{}
	for key, manner := range map[string]practice.Manner{"granted": {Represent: true}, "refused": {Refuse: true}} {
		t.Run(key, func(t *testing.T) {
			s := w.story(t, key).Diligently(manner)
			s.answers = func(o openTask) bool { return o.NextRung != casefile.Reminder }
			s.Run(drawnOn.AddYears(2).Start())
			require.True(t, s.ended, "at %s with %v", s.state.Stage, s.state.Tasks)
			for _, row := range silences {
				if row.reminder == 0 {
					continue
				}
				for _, task := range s.tasks(row.kind) {
					rungs := s.rungs(task)
					require.Len(t, rungs, 1, "rungs of %s", row.kind)
					require.Equal(t, casefile.Reminder, rungs[0].Kind)
					require.Equal(t, row.after(t, task.Began, row.reminder), rungs[0].OnAt.UTC(), "%s is reminded of", row.kind)
					require.Equal(t, rungs[0].OnAt, rungs[0].ActedAt)
					require.False(t, task.Overdue, "%s", row.kind)
					reminded[row.kind] = true
				}
			}
		})
	}
	for _, row := range silences {
		require.Equal(t, row.reminder > 0, reminded[row.kind], "%s", row.kind)
	}
}

// Nobody ever does anything: two years on the review is open, with somebody to
// act and a date, and nobody has been refused.
func TestSilentForTwoYears(t *testing.T) {
	s := newStory(t)
	s.answers = func(openTask) bool { return false }
	s.Run(drawnOn.AddYears(2).Start())

	require.False(t, s.ended)
	require.Equal(t, casefile.Listed, s.state.Stage)
	require.Empty(t, s.state.Stuck)
	task, ok := s.state.Earliest()
	require.True(t, ok)
	require.True(t, task.Next.At.After(s.now))
	require.True(t, task.Awaiting.IsRole())
	face := s.state.Face()
	require.Equal(t, []string{"overdue", "escalated"}, face.Flags)
	require.Equal(t, face, s.faces[len(s.faces)-1])
	s.neverRefused()
	require.Empty(t, s.column(`select rollup from decision where case_ref = $1`))
	s.verified()
}
