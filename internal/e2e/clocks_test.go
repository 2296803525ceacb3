package e2e

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
)

// changedCalendar is a file of published holidays in which a day of Scotland's
// becomes a holiday, beside the ones that are.
func changedCalendar(t *testing.T, scotland clock.Date) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# version: with a day more\n")
	for _, d := range clock.Embedded().Days() {
		fmt.Fprintf(&b, "%s\t%s\t%s\n", d.Division, d.Date, d.Title)
	}
	fmt.Fprintf(&b, "scotland\t%s\tA day of the test\n", scotland)
	return file(t, "holidays.tsv", b.String())
}

// fewDaysOn is a day that is a working day in both nations and lies in the first
// days of every deadline that begins now.
func fewDaysOn(t *testing.T) clock.Date {
	t.Helper()
	scotland, err := clock.Embedded().Calendar(clock.Scotland)
	require.NoError(t, err)
	england, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	require.NoError(t, err)
	day := scotland.AddWorkingDays(clock.DateOf(time.Now()), 3)
	for !england.IsWorkingDay(day) || !scotland.IsWorkingDay(day) {
		day = day.AddDays(1)
	}
	return day
}

// events counts a review's events by type.
func (o *office) events(t *testing.T, ref string) map[enums.EventType]int {
	t.Helper()
	counts := map[enums.EventType]int{}
	history := o.client.GetWorkflowHistory(t.Context(), ref, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		e, err := history.Next()
		require.NoError(t, err)
		counts[e.EventType]++
	}
	return counts
}

// dueOf is the last day of an open task, as PostgreSQL has it.
func (o *office) dueOf(t *testing.T, ref string, kind casefile.TaskKind) clock.Date {
	t.Helper()
	var due clock.Date
	require.NoError(t, o.db.SQL(t, "hame_worker").Get(&due, `select due_on from task where case_ref = $1 and kind = $2 and closed_at is null`, ref, kind))
	return due
}

// TestAChangedCalendar on the real server: a day becomes a holiday in Scotland
// while reviews run. The minister's window moves by one working day, by one
// Update, with its timer; the Home Office's deadlines don't; a review of which
// nothing moves gets no workflow task; and typed again, nothing is done twice.
func TestAChangedCalendar(t *testing.T) {
	o := newOffice(t)
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("W"), couple("H"))
	window, home := refs["W"], refs["H"]
	o.does(t, window, toRepresentation()...)
	o.does(t, home, toListing()...) // all its deadlines are the Home Office's
	was := o.dueOf(t, window, casefile.TaskWindow)
	scotland, err := clock.Embedded().Calendar(clock.Scotland)
	require.NoError(t, err)
	moved := scotland.AddWorkingDays(was, 1)
	homeWas, homeEvents := o.dueOf(t, home, casefile.TaskReconcile), o.events(t, home)
	before := o.events(t, window)

	added := fewDaysOn(t)
	calendar := changedCalendar(t, added)
	o.types(t, refs, 0, "calendar check "+calendar, "is a calendar; calendar diff says", added.String(), "no yearly rule gives it")
	o.types(t, refs, 0, "--as jean calendar diff "+calendar, "scotland", "becomes a holiday", added.String())
	o.types(t, refs, 4, "--as fiona calendar apply "+calendar+" --reason proclamation", "operations")
	o.types(t, refs, 2, "--as archie calendar apply "+calendar, "reason")
	require.Equal(t, was, o.dueOf(t, window, casefile.TaskWindow), "nothing has moved yet")

	o.types(t, refs, 0, "--as archie calendar apply "+calendar+" --reason proclamation", "is in force: 1 deadline of 1 case moved")
	require.Equal(t, moved, o.dueOf(t, window, casefile.TaskWindow))
	require.Equal(t, homeWas, o.dueOf(t, home, casefile.TaskReconcile))
	require.Equal(t, homeEvents, o.events(t, home), "nothing of it moved, and it cost no event")
	after := o.events(t, window)
	require.Equal(t, 1, after[enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED]-before[enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED], "one Update")
	require.Equal(t, 1, after[enums.EVENT_TYPE_TIMER_STARTED]-before[enums.EVENT_TYPE_TIMER_STARTED], "its timer is set anew once")
	require.Equal(t, 1, after[enums.EVENT_TYPE_TIMER_CANCELED]-before[enums.EVENT_TYPE_TIMER_CANCELED])

	o.types(t, refs, 0, "--as fiona clock show W", "representation.window", was.String(), moved.String(), "calendar")
	o.types(t, refs, 0, "--as fiona case timeline W", "deadline moved", was.String()+" -> "+moved.String())
	o.types(t, refs, 0, "--as archie calendar apply "+calendar+" --reason proclamation", "changes nothing", "1 deadline of 1 case were moved for it")
	require.Equal(t, after, o.events(t, window), "typed again, nothing is done twice")
	require.Equal(t, 1, o.count(t, `select count(*) from deadline_change where cause = 'calendar'`))
	o.types(t, refs, 0, "--as una verify", "every invariant holds")
}

// TestACalendarMovesRestrictedReviews too: by an Update to one that runs apart, and on the
// record of one that does not run any more. No list of operations names either.
func TestACalendarMovesRestrictedReviews(t *testing.T) {
	o := newOffice(t)
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("R"), couple("D"))
	for _, name := range []string{"R", "D"} {
		o.does(t, refs[name], toRepresentation()...)
		o.types(t, refs, 0, "--as fiona case flag "+name+"/1 restricted on")
		o.standsIn(t, true, refs[name])
	}
	was := o.dueOf(t, refs["R"], casefile.TaskWindow)
	require.Equal(t, was, o.dueOf(t, refs["D"], casefile.TaskWindow))
	require.NoError(t, o.clients.Apart.TerminateWorkflow(t.Context(), refs["D"], "", "the test"))
	out := o.types(t, refs, 0, "--as archie calendar apply "+changedCalendar(t, fewDaysOn(t))+" --reason proclamation", "is in force: 2 deadlines of 2 cases moved")
	require.NotContains(t, out, refs["R"])
	require.NotContains(t, out, refs["D"])
	for _, ref := range refs {
		require.True(t, was.Before(o.dueOf(t, ref, casefile.TaskWindow)))
	}
}

// TestACalendarThatIsBrokenOff: it is in force as soon as it is stored; nobody
// works it off, and the officer who typed it goes home. When a worker runs again it is
// worked off without being typed again.
func TestACalendarThatIsBrokenOff(t *testing.T) {
	s := newSystem(t)
	w := s.startWorker(t)
	o := &office{system: s, desks: map[string]*desk.Desk{}, root: t}
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("W"))
	o.does(t, refs["W"], toRepresentation()...)
	was := o.dueOf(t, refs["W"], casefile.TaskWindow)
	require.Error(t, w.stop(t, syscall.SIGKILL), "it is killed")

	apply := s.typing(t, "--as", "archie", "calendar", "apply", changedCalendar(t, fewDaysOn(t)), "--reason", "proclamation")
	require.Eventually(t, func() bool {
		return o.count(t, `select count(*) from calendar_application where finished_at is null`) == 1
	},
		time.Minute, 50*time.Millisecond, "the version is in force")
	apply.brokenOff(t)
	said, code := apply.ended()
	require.Equal(t, 7, code, "saved, and not yet delivered: %s", said)
	require.Contains(t, said, "it was broken off here; the worker moves the others")
	require.Equal(t, was, o.dueOf(t, refs["W"], casefile.TaskWindow))

	s.startWorker(t)
	require.Eventually(t, func() bool {
		return o.count(t, `select count(*) from calendar_application where finished_at is null`) == 0
	},
		2*time.Minute, 100*time.Millisecond, "the worker goes on")
	require.True(t, was.Before(o.dueOf(t, refs["W"], casefile.TaskWindow)))
	o.types(t, refs, 0, "--as una verify", "every invariant holds")
}

// TestAPauseAcrossAWorkersDeath: a hold stops the family's clock; the worker is
// killed; what was left is there when the hold is released under another worker.
func TestAPauseAcrossAWorkersDeath(t *testing.T) {
	s := newSystem(t)
	w := s.startWorker(t)
	o := &office{system: s, desks: map[string]*desk.Desk{}, root: t}
	today := clock.DateOf(time.Now())
	refs := o.db.Import(t, today, couple("P"))
	ref := refs["P"]
	o.does(t, ref, append(toEvidence(), writes)...)
	was := o.dueOf(t, ref, casefile.TaskQuestionnaire)
	o.types(t, refs, 2, "--as fiona clock hold P --ground medical", "review_on")
	o.types(t, refs, 0, "--as fiona clock hold P --ground medical --review-on "+today.AddDays(28).String(), "recorded")
	o.types(t, refs, 0, "--as fiona clock show P", "stopped", "medical")
	o.types(t, refs, 0, "--as archie clock show P", "stopped")
	out, _, _ := o.starter(t, "--as", "archie", "clock", "show", ref)
	require.NotContains(t, out, "medical", "operations are not told why")
	require.Error(t, w.stop(t, syscall.SIGKILL), "it is killed")

	s.startWorker(t)
	require.True(t, o.dueOf(t, ref, casefile.TaskQuestionnaire).IsZero(), "it has no last day")
	o.types(t, refs, 0, "--as fiona clock release P --ground medical --reason passed", "recorded")
	england, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	require.NoError(t, err)
	// It began today, and today is of the pause: the whole budget is left, and its first day is tomorrow.
	require.Equal(t, was, o.dueOf(t, ref, casefile.TaskQuestionnaire))
	o.types(t, refs, 0, "--as fiona clock extend P --task evidence.questionnaire --decision granted --days 5 --reason illness --asked-by family --asked-on "+today.String(), "recorded")
	require.Equal(t, england.AddWorkingDays(was, 5), o.dueOf(t, ref, casefile.TaskQuestionnaire))
	o.types(t, refs, 0, "--as fiona clock extend P --task evidence.questionnaire --decision withdrawn --reason no_longer_needed", "recorded")
	require.Equal(t, was, o.dueOf(t, ref, casefile.TaskQuestionnaire))
	require.Equal(t, []string{"hold", "release", "extension", "withdrawal"}, o.list(t,
		`select d.cause from deadline_change d join task t on t.id = d.task_id where t.case_ref = $1 and t.kind = 'evidence.questionnaire' order by d.no`, ref))
	o.types(t, refs, 0, "--as una verify", "every invariant holds")
}

// TestAReviewThatDoesNotAnswer holds up no change of calendar: the others are
// moved, it is named, and once it answers again the same file moves it too. Here
// somebody has started it where no worker looks.
func TestAReviewThatDoesNotAnswer(t *testing.T) {
	o := newOffice(t)
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("DEAF"), couple("WELL"))
	var was [2]clock.Date
	for i, name := range []string{"DEAF", "WELL"} {
		o.does(t, refs[name], toRepresentation()...)
		was[i] = o.dueOf(t, refs[name], casefile.TaskWindow)
	}
	require.NoError(t, o.client.TerminateWorkflow(t.Context(), refs["DEAF"], "", "somebody else"))
	_, err := o.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: refs["DEAF"], TaskQueue: "nowhere"}, contract.CaseReviewWorkflow)
	require.NoError(t, err)

	calendar := changedCalendar(t, fewDaysOn(t))
	out := o.types(t, refs, 1, "--as archie calendar apply "+calendar+" --reason proclamation", refs["DEAF"], "could not be moved", "when the same file is applied again")
	require.NotContains(t, out, refs["WELL"])
	require.True(t, was[1].Before(o.dueOf(t, refs["WELL"], casefile.TaskWindow)))
	require.Equal(t, was[0], o.dueOf(t, refs["DEAF"], casefile.TaskWindow))

	require.NoError(t, o.client.TerminateWorkflow(t.Context(), refs["DEAF"], "", "operations"))
	o.types(t, refs, 0, "--as archie case recover DEAF")
	o.types(t, refs, 0, "--as archie calendar apply "+calendar+" --reason proclamation", "2 deadlines of 2 cases were moved for it")
	require.True(t, was[0].Before(o.dueOf(t, refs["DEAF"], casefile.TaskWindow)))
}

// TestOneCalendarTypedTwiceAtOnce is applied once, and both are told of it.
func TestOneCalendarTypedTwiceAtOnce(t *testing.T) {
	o := newOffice(t)
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("W"))
	o.does(t, refs["W"], toRepresentation()...)
	calendar := changedCalendar(t, fewDaysOn(t))
	var applied []*typed
	for range 3 {
		applied = append(applied, o.typing(t, "--as", "archie", "calendar", "apply", calendar, "--reason", "proclamation"))
	}
	for _, y := range applied {
		said, code := y.ended()
		require.Zero(t, code, said)
	}
	require.Equal(t, 2, o.count(t, `select count(*) from calendar_application`), "the one that set-up made, and this")
	require.Equal(t, 1, o.count(t, `select count(*) from deadline_change where cause = 'calendar'`))
	require.Zero(t, o.count(t, `select count(*) from command c where c.kind = 'calendar.apply' and not exists (select from command_outcome o where o.command_id = c.id)`))
	o.types(t, refs, 0, "--as una verify", "every invariant holds")
}

// list reads a column under the worker's login.
func (o *office) list(t *testing.T, query string, args ...any) []string {
	t.Helper()
	var rows []string
	require.NoError(t, o.db.SQL(t, "hame_worker").Select(&rows, query, args...))
	return rows
}
