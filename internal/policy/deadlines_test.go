package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// ladderOf and nextOf work out a deadline of no council's, by the holidays that the program carries.
func ladderOf(s *RuleSet, kind casefile.TaskKind, began clock.Date) (Ladder, error) {
	d, err := s.Deadline(kind, began, "")
	if err != nil {
		return Ladder{}, err
	}
	return s.Ladder(kind, d, clock.Embedded())
}

func nextOf(s *RuleSet, kind casefile.TaskKind, began clock.Date, acted casefile.Rung) (casefile.Rung, error) {
	d, err := s.Deadline(kind, began, "")
	if err != nil {
		return casefile.Rung{}, err
	}
	return s.Next(kind, d, clock.Embedded(), acted)
}

// set returns an embedded rule set by its id.
func set(t require.TestingT, id string) *RuleSet {
	sets, err := Embedded()
	require.NoError(t, err)
	for _, s := range sets {
		if s.ID == id {
			return s
		}
	}
	require.Fail(t, "no such rule set", id)
	return nil
}

const (
	legacy    = "home-office-legacy"
	fastTrack = "home-office-fast-track"
	scottish  = "scotland"
)

// TestLegacyDeadlines works out by hand, for each row of domain.md 6.2, the days
// on which the rungs of a deadline stand. The day it began is not counted. "E"
// is the Home Office's calendar (England and Wales), "S" that of Scottish public
// bodies, "SS" theirs without the summer holiday, "c" calendar days. The diary
// is always the Home Office's: 20 working days after the last rung, and again.
// A task that a rung closes has no diary; "-" stands for what there is not.
func TestLegacyDeadlines(t *testing.T) {
	for _, c := range []struct {
		row, how string
		kind     casefile.TaskKind
		began    string
		reminder string
		due      string
		escalate string
		diary    string
		again    string // the second diary
	}{
		{"0", "5 E over Easter: 31, 1, 2 | 7, 8; Good Friday 3 and Easter Monday 6 April are left out",
			casefile.TaskAllocate, "2026-03-30", "-", "2026-04-08", "2026-04-08", "2026-05-07", "2026-06-05"},
		{"0", "5 E over New Year: 2 | 5 to 8; 2 January is a working day for the Home Office",
			casefile.TaskAllocate, "2025-12-31", "-", "2026-01-08", "2026-01-08", "2026-02-05", "2026-03-05"},
		{"1", "15 and 20 E over Christmas: 4 | 7-11 | 14-18 | 21-24 is 15; 29-31 | 4, 5 January is 20; 25, 28 December and 1 January are left out",
			casefile.TaskReconcile, "2026-12-03", "2026-12-24", "2027-01-05", "2027-01-05", "2027-02-02", "2027-03-02"},
		{"2", "7, 10 and 15 E over the spring holiday, 25 May: 19-22 | 26-28 is 7; 29 | 1, 2 is 10; 3-5 | 8, 9 is 15; 15 June is a working day in England",
			casefile.TaskTriage, "2026-05-18", "2026-05-28", "2026-06-02", "2026-06-09", "2026-07-07", "2026-08-04"},
		{"3", "the opening letter, 5 and 10 E over the August holiday, 31 August: 24-28 is 5; 1-4 | 7 is 10",
			casefile.TaskOpeningLetter, "2026-08-21", "-", "2026-08-28", "2026-09-07", "2026-10-05", "2026-11-02"},
		{"3", "20 E, then 10, then 5, over Easter and the first Monday of May: 9-13 | 16-20 | 23-27 | 30-2 | 7 April is 20; 8-10 | 13-17 | 20, 21 is 30; 22-24 | 27, 28 is 35",
			casefile.TaskQuestionnaire, "2026-03-06", "2026-04-07", "2026-04-21", "2026-04-28", "-", "-"},
		{"3", "reaching the family, 5 and 10 E over the end of summer time, 25 October: 20-23 | 26 is 5; 27-30 | 2 November is 10; St Andrew's Day is a working day in England",
			casefile.TaskContact, "2026-10-19", "-", "2026-10-26", "2026-11-02", "2026-11-30", "2026-12-30"},
		{"3", "the school, 10, 20 and 25 SS: 9-12 | 16-19 | 22, 23 is 10, without Scotland's 15 June; 24-26 | 29, 30 is 15; then no day until 17 August: 17-21 is 20; 24-28 is 25",
			casefile.TaskSchool, "2026-06-08", "2026-06-23", "2026-08-21", "2026-08-28", "-", "-"},
		{"3", "the school, asked on the first day of the holiday: 17-21 | 24-28 is 10; 31 August is a working day in Scotland: 31-4 | 7-11 is 20; 14-18 is 25",
			casefile.TaskSchool, "2026-07-01", "2026-08-28", "2026-09-11", "2026-09-18", "-", "-"},
		{"3", "the GP, 14 and 28 c, Saturdays and holidays counted",
			casefile.TaskGP, "2026-09-26", "2026-10-10", "2026-10-24", "-", "-", "-"},
		{"3", "social work, 14, 28 and 42 c over Christmas: the reminder stands on Christmas Day",
			casefile.TaskSocialWork, "2026-12-11", "2026-12-25", "2027-01-08", "2027-01-22", "-", "-"},
		{"3", "the Reporter, 40 and 50 S: 21-23 | 26-30 | 2-6 | 9-13 | 16-20 | 23-27 is 28; 1-4 | 7-11 | 14-16 December is 40, without St Andrew's Day; 17, 18 | 21-24 | 29-31 is 49; without 1 and 4 January, 5 January is 50",
			casefile.TaskReporter, "2026-10-20", "2026-12-16", "2027-01-05", "-", "-", "-"},
		{"3", "housing, 7 and 10 S over the first Monday of August, 3 August: 27-31 | 4, 5 is 7; 6, 7 | 10 is 10",
			casefile.TaskHousing, "2026-07-24", "2026-08-05", "2026-08-10", "-", "-", "-"},
		{"3", "the community, 30 S, no reminder: 19, 20 | 23-27 | 1-4 | 7-11 | 14-18 | 21-24 is 25; 29-31 | 5, 6 January is 30",
			casefile.TaskCommunity, "2026-11-18", "-", "2027-01-06", "-", "-", "-"},
		{"4", "assigning a lead professional, 5 and 10 S: 31-2 | 6, 7 April is 5: Easter Monday is a working day in Scotland; 8-10 | 13, 14 is 10",
			casefile.TaskAssignWelfare, "2026-03-30", "-", "2026-04-07", "2026-04-14", "2026-05-13", "2026-06-11"},
		{"4", "the same over New Year: 5-9 January 2026, without 1 and 2 January; 12-16 is 10",
			casefile.TaskAssignWelfare, "2025-12-31", "-", "2026-01-09", "2026-01-16", "2026-02-13", "2026-03-13"},
		{"4", "the child's report, 21, 28 and 42 c over 15 June",
			casefile.TaskReport, "2026-05-27", "2026-06-17", "2026-06-24", "2026-07-08", "2026-08-05", "2026-09-03"},
		{"4", "signing it, 5 and 10 S: 10-12 | 16, 17 is 5, without 15 June; 18, 19 | 22-24 is 10",
			casefile.TaskSignWelfare, "2026-06-09", "-", "2026-06-17", "2026-06-24", "2026-07-22", "2026-08-19"},
		{"5", "the minister's window, 15 and 20 S: 27-29 | 1-5 | 8-12 | 16, 17 is 15, without 15 June; 18, 19 | 22-24 is 20",
			casefile.TaskWindow, "2026-05-26", "2026-06-17", "2026-06-24", "-", "-", "-"},
		{"5", "the Home Office's answer over the same weeks, 15 and 20 E: a day earlier, for 15 June counts",
			casefile.TaskAnswer, "2026-05-26", "2026-06-16", "2026-06-23", "2026-06-23", "2026-07-21", "2026-08-18"},
		{"6", "asking for the checks, 5 and 10 E from Christmas Eve: 29-31 | 4, 5 is 5; 6-8 | 11, 12 is 10",
			casefile.TaskRequestCheck, "2026-12-24", "-", "2027-01-05", "2027-01-12", "2027-02-09", "2027-03-09"},
		{"6", "the police, 7 and 10 E over the first Monday of May: 28-1 | 5-7 is 7; 8 | 11, 12 is 10",
			casefile.TaskCheck, "2026-04-27", "2026-05-07", "2026-05-12", "2026-05-12", "2026-06-10", "2026-07-08"},
		{"7", "the proposal, 15, 20 and 40 E over Easter: 12, 13 | 16-20 | 23-27 | 30-1 April is 15; 2 | 7-10 is 20; 13-17 | 20-24 | 27-1 | 5-8 | 11 May is 40",
			casefile.TaskPropose, "2026-03-11", "2026-04-01", "2026-04-10", "2026-05-11", "2026-06-09", "2026-07-07"},
		{"8", "the second officer, 7 and 10 E: 30 November counts in England: 30-4 | 7, 8 is 7; 9-11 is 10",
			casefile.TaskAgree, "2026-11-27", "2026-12-08", "2026-12-11", "2026-12-11", "2027-01-13", "2027-02-10"},
		{"9", "service, 5 E: 21 | 24-27 is 5",
			casefile.TaskServe, "2026-08-20", "-", "2026-08-27", "2026-08-27", "2026-09-25", "2026-10-23"},
		{"10a", "the document, 15 and 20 E: 3, 4 | 7-11 | 14-18 | 21-23 is 15; 24 | 29-31 | 4 January is 20, which is a holiday in Scotland",
			casefile.TaskStatus, "2026-12-02", "2026-12-23", "2027-01-04", "2027-01-04", "2027-02-01", "2027-03-01"},
		{"10b", "the appeal window, 14 c from recorded service, over Christmas",
			casefile.TaskAppealWindow, "2026-12-16", "-", "2026-12-30", "-", "-", "-"},
		{"10b", "looking for an appeal, 5 and 10 E over the first Monday of May: 27-1 is 5; 5-8 | 11 is 10",
			casefile.TaskNoAppeal, "2026-04-24", "-", "2026-05-01", "2026-05-11", "2026-06-09", "2026-07-07"},
		{"6.1", "a hold's review, 20 E over the end of summer time: 2 | 5-9 | 12-16 | 19-23 | 26-29 is 20",
			casefile.TaskHold, "2026-10-01", "-", "2026-10-29", "2026-10-29", "2026-11-26", "2026-12-24"},
	} {
		t.Run(c.row+"/"+string(c.kind)+" from "+c.began, func(t *testing.T) {
			s := set(t, legacy)
			rule, _ := c.kind.Rule()
			require.Equal(t, c.row, rule.Row)
			l, err := ladderOf(s, c.kind, day(c.began))
			require.NoError(t, err)
			require.Equal(t, day(c.due), l.DueOn, "due: %s", c.how)
			require.Equal(t, day(c.began), l.Deadline.Began)
			require.False(t, l.Provisional)

			rung := l.First
			for _, step := range []struct {
				kind casefile.RungKind
				no   int
				on   string
			}{{casefile.Reminder, 0, c.reminder}, {casefile.Due, 0, c.due}, {casefile.Escalation, 0, c.escalate}, {casefile.Diary, 1, c.diary}, {casefile.Diary, 2, c.again}} {
				if step.on == "-" {
					continue
				}
				require.Equal(t, step.kind, rung.Kind, c.how)
				require.Equal(t, step.no, rung.No)
				require.Equal(t, day(step.on), clock.DateOf(rung.At).AddDays(-1), "%s: %s", step.kind, c.how)
				require.Equal(t, day(step.on).AddDays(1).Start(), rung.At, "it acts at the first instant after its day")
				rung, err = nextOf(s, c.kind, day(c.began), rung)
				require.NoError(t, err)
			}
		})
	}
}

// TestTheDaysOfEachRow: each kind of task with its days, by the columns
// "deadline" of domain.md 6.2 and 3.1.
func TestTheDaysOfEachRow(t *testing.T) {
	type days struct {
		n                    int
		unit                 clock.Unit
		calendar             clock.CalendarID
		reminder, escalation int
	}
	const (
		w, c = clock.WorkingDays, clock.CalendarDays
		ew   = clock.EnglandAndWales
		sc   = clock.Scotland
	)
	want := map[casefile.TaskKind]days{
		casefile.TaskAllocate:      {5, w, ew, 0, 5},
		casefile.TaskReconcile:     {20, w, ew, 15, 20},
		casefile.TaskTriage:        {10, w, ew, 7, 15},
		casefile.TaskOpeningLetter: {5, w, ew, 0, 10},
		casefile.TaskQuestionnaire: {30, w, ew, 20, 35}, // 20, then a reminder and 10 more, then 5 for the post
		casefile.TaskContact:       {5, w, ew, 0, 10},
		casefile.TaskSchool:        {20, w, clock.ScotlandSchools, 10, 25},
		casefile.TaskGP:            {28, c, sc, 14, 0},
		casefile.TaskSocialWork:    {28, c, sc, 14, 42},
		casefile.TaskReporter:      {50, w, sc, 40, 0},
		casefile.TaskHousing:       {10, w, sc, 7, 0},
		casefile.TaskCommunity:     {30, w, sc, 0, 0}, // optional: no reminder
		casefile.TaskAssignWelfare: {5, w, sc, 0, 10},
		casefile.TaskReport:        {28, c, sc, 21, 42}, // 28, and 14 more
		casefile.TaskSignWelfare:   {5, w, sc, 0, 10},
		casefile.TaskWindow:        {20, w, sc, 15, 0}, // ministers keep Scotland's calendar
		casefile.TaskAnswer:        {20, w, ew, 15, 20},
		casefile.TaskRequestCheck:  {5, w, ew, 0, 10},
		casefile.TaskCheck:         {10, w, ew, 7, 10},
		casefile.TaskPropose:       {20, w, ew, 15, 40},
		casefile.TaskAgree:         {10, w, ew, 7, 10},
		casefile.TaskServe:         {5, w, ew, 0, 5},
		casefile.TaskStatus:        {20, w, ew, 15, 20},
		casefile.TaskAppealWindow:  {14, c, ew, 0, 0},
		casefile.TaskNoAppeal:      {5, w, ew, 0, 10},
		casefile.TaskHold:          {20, w, ew, 0, 20},
		casefile.TaskFlag:          {10, w, ew, 0, 20},
		casefile.TaskReferral:      {10, w, ew, 0, 15},
		casefile.TaskLateArrival:   {5, w, ew, 0, 10},
		casefile.TaskNewOwner:      {5, w, ew, 0, 10},
		casefile.TaskDifference:    {10, w, ew, 0, 15},
		casefile.TaskReadPost:      {5, w, ew, 0, 5},
		casefile.TaskTrace:         {20, w, ew, 10, 20},
		casefile.TaskTraceToServe:  {20, w, ew, 10, 20},
		casefile.TaskAppeal:        {30, c, ew, 0, 30}, // a diary review every 30 days
		casefile.TaskArrival:       {5, w, ew, 0, 10},
		casefile.TaskStrike:        {5, w, ew, 0, 10},
		casefile.TaskBreach:        {3, c, ew, 0, 5},
		casefile.TaskThreshold:     {10, w, ew, 0, 0}, // only tells
		casefile.TaskAnew:          {5, w, ew, 0, 10},
		casefile.TaskAcceptMove:    {5, w, sc, 0, 10},
		casefile.TaskConsider:      {20, w, ew, 15, 20},
		casefile.TaskTell:          {5, w, ew, 0, 10},
		casefile.TaskExpired:       {20, w, ew, 5, 0},
		casefile.TaskConfirm:       {10, w, ew, 7, 10},
		casefile.TaskTraceMonthly:  {30, c, ew, 21, 45},
		casefile.TaskTraceAgain:    {183, c, ew, 169, 200},
		casefile.TaskReturn:        {20, w, ew, 15, 20},
		casefile.TaskUndecided:     {20, w, ew, 15, 20},

		casefile.TaskHearWithdrawal:   {10, w, ew, 7, 10},
		casefile.TaskThinkAgain:       {10, w, ew, 0, 0},
		casefile.TaskSettleWithdrawal: {10, w, ew, 7, 10},
		casefile.TaskDeparture:        {60, c, ew, 30, 90},
	}
	require.Len(t, want, len(casefile.TaskRules))
	// The fast track shortens the days of offices, of the minister and of the Home Office,
	// and nothing of a child's or of the family's.
	shorter := map[casefile.TaskKind]days{
		casefile.TaskSchool:     {15, w, clock.ScotlandSchools, 8, 20},
		casefile.TaskGP:         {21, c, sc, 10, 0},
		casefile.TaskSocialWork: {21, c, sc, 10, 35},
		casefile.TaskReporter:   {30, w, sc, 20, 0},
		casefile.TaskHousing:    {7, w, sc, 5, 0},
		casefile.TaskCommunity:  {20, w, sc, 0, 0},
		casefile.TaskWindow:     {10, w, sc, 7, 0},
		casefile.TaskAnswer:     {10, w, ew, 7, 10},

		casefile.TaskReconcile: {5, w, ew, 3, 5},
		casefile.TaskTriage:    {3, w, ew, 0, 5},
		casefile.TaskPropose:   {10, w, ew, 7, 20},
		casefile.TaskAgree:     {5, w, ew, 3, 5},
	}
	for kind, d := range want {
		for _, id := range []string{legacy, fastTrack} {
			if s, ok := shorter[kind]; ok && id == fastTrack {
				d = s
			}
			t.Run(id+"/"+string(kind), func(t *testing.T) {
				got := set(t, id).tasks[kind]
				require.Equal(t, d, days{got.budget.Days, got.budget.Unit, got.budget.Calendar, got.reminder, got.escalation})
			})
		}
	}
	for _, id := range []string{legacy, fastTrack} {
		require.Equal(t, 20, set(t, id).diary, "process.md, invariant 6")
		require.Equal(t, clock.EnglandAndWales, set(t, id).calendar)
	}
}

// TestARungActsAtTheFirstInstantAfterItsDay, in London: at 23:00 UTC of the day
// itself while summer time is in force, at 00:00 UTC of the next otherwise.
func TestARungActsAtTheFirstInstantAfterItsDay(t *testing.T) {
	for _, c := range []struct {
		facts, began string // of the GP's 14 and 28 calendar days
		reminder     string
		due          string
	}{
		{"winter", "2026-01-05", "2026-01-20T00:00:00Z", "2026-02-03T00:00:00Z"},
		{"summer", "2026-06-01", "2026-06-15T23:00:00Z", "2026-06-29T23:00:00Z"},
		{"due on the day before summer time begins, 29 March", "2026-02-28", "2026-03-15T00:00:00Z", "2026-03-29T00:00:00Z"},
		{"due on the day on which summer time begins, which has 23 hours", "2026-03-01", "2026-03-16T00:00:00Z", "2026-03-29T23:00:00Z"},
		{"due on the day before summer time ends, 25 October", "2026-09-26", "2026-10-10T23:00:00Z", "2026-10-24T23:00:00Z"},
		{"due on the day on which summer time ends, which has 25 hours", "2026-09-27", "2026-10-11T23:00:00Z", "2026-10-26T00:00:00Z"},
	} {
		t.Run(c.facts, func(t *testing.T) {
			s := set(t, legacy)
			l, err := ladderOf(s, casefile.TaskGP, day(c.began))
			require.NoError(t, err)
			require.Equal(t, casefile.Rung{Kind: casefile.Reminder, At: instant(c.reminder)}, l.First)
			due, err := nextOf(s, casefile.TaskGP, day(c.began), l.First)
			require.NoError(t, err)
			require.Equal(t, casefile.Rung{Kind: casefile.Due, At: instant(c.due)}, due)
			require.Equal(t, l.DueOn, clock.DateOf(due.At.Add(-time.Nanosecond)), "an act a moment before is in time")
		})
	}
}

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// TestTheLadderHasNoEnd: for any task begun on any day, the rungs come in their
// order, none before the one before it; each is the first instant of a day; and
// after the last a diary rung recurs, strictly later, every 20 working days.
func TestTheLadderHasNoEnd(t *testing.T) {
	sets := []*RuleSet{set(t, legacy), set(t, fastTrack)}
	england, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	require.NoError(t, err)
	order := map[casefile.RungKind]int{casefile.Reminder: 0, casefile.Due: 1, casefile.Escalation: 2, casefile.Diary: 3}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(sets).Draw(t, "set")
		kind := rapid.SampledFrom(casefile.TaskRules).Draw(t, "task").Kind
		began := day("2007-01-01").AddDays(rapid.IntRange(0, 60*365).Draw(t, "began"))
		l, err := ladderOf(s, kind, began)
		require.NoError(t, err)
		require.True(t, l.DueOn.After(began), "the day itself is not counted")
		last, dues := l.First, 0
		require.True(t, clock.DateOf(last.At).After(began))
		for range rapid.IntRange(4, 30).Draw(t, "rungs") {
			if last.Kind == casefile.Due {
				dues++
				require.Equal(t, clock.LateAt(l.DueOn), last.At)
			}
			next, err := nextOf(s, kind, began, last)
			require.NoError(t, err)
			require.False(t, next.At.IsZero())
			require.Equal(t, clock.DateOf(next.At).Start(), next.At, "the first instant of a day")
			if next.Kind == casefile.Diary {
				require.True(t, next.At.After(last.At), "strictly later")
				require.Equal(t, last.No+1, next.No)
				from, to := clock.DateOf(last.At).AddDays(-1), clock.DateOf(next.At).AddDays(-1)
				require.True(t, england.IsWorkingDay(to))
				require.Equal(t, to, england.AddWorkingDays(from, 20))
			} else {
				require.Greater(t, order[next.Kind], order[last.Kind])
				require.False(t, next.At.Before(last.At))
				require.Zero(t, next.No)
			}
			last = next
		}
		require.Equal(t, 1, dues, "due once")
		require.Equal(t, casefile.Diary, last.Kind)
	})
}

// TestProvisionalDates: holidays are published for 2019 to 2028. A day of
// working days that rests on a later year may still move; calendar days never do.
func TestProvisionalDates(t *testing.T) {
	for _, c := range []struct {
		facts string
		kind  casefile.TaskKind
		began string
		due   string
		want  bool
	}{
		{"5 working days that end in 2028: 21, 22 | 27-29", casefile.TaskAllocate, "2028-12-20", "2028-12-29", false},
		{"5 working days that end in 2029: 22 | 27-29 | 2 January", casefile.TaskAllocate, "2028-12-21", "2029-01-02", true},
		{"wholly in 2031", casefile.TaskPropose, "2031-05-01", "2031-06-02", true}, // without 5 and 26 May
		{"28 calendar days into 2029", casefile.TaskGP, "2028-12-20", "2029-01-17", false},
		{"before the published years", casefile.TaskAllocate, "2007-04-02", "2007-04-11", true}, // without 6 and 9 April
		{"the first published year", casefile.TaskAllocate, "2019-01-02", "2019-01-09", false},
	} {
		t.Run(c.facts, func(t *testing.T) {
			l, err := ladderOf(set(t, legacy), c.kind, day(c.began))
			require.NoError(t, err)
			require.Equal(t, day(c.due), l.DueOn)
			require.Equal(t, c.want, l.Provisional)
		})
	}
}

func TestDeadlinesThatThereAreNot(t *testing.T) {
	s := set(t, legacy)
	_, err := ladderOf(s, "decision.sign", day("2026-05-20"))
	require.ErrorContains(t, err, "home-office-legacy has no deadline for decision.sign")
	_, err = nextOf(s, "decision.sign", day("2026-05-20"), casefile.Rung{Kind: casefile.Due})
	require.ErrorContains(t, err, "decision.sign")
	_, err = ladderOf(s, casefile.TaskPropose, clock.Date{})
	require.ErrorContains(t, err, "has not begun")
	_, err = ladderOf(set(t, scottish), casefile.TaskPropose, day("2026-05-20"))
	require.ErrorContains(t, err, "scotland has no deadline", "a set of comparison runs no clock")
}

// TestARuleSetThatIsPinnedKeepsWorking: an open review has pinned a set from
// before a kind of task was known; it loads, and the kind has Hame's own days.
func TestARuleSetThatIsPinnedKeepsWorking(t *testing.T) {
	sets, err := Embedded()
	require.NoError(t, err)
	var lines []string
	for line := range strings.SplitSeq(sets[1].Body, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "post.read:") && !strings.HasPrefix(strings.TrimSpace(line), "service.appeal:") {
			lines = append(lines, line)
		}
	}
	older, err := Load("older", []byte(strings.Join(lines, "\n")))
	require.NoError(t, err)
	for kind, due := range map[casefile.TaskKind]string{casefile.TaskReadPost: "2026-03-09", casefile.TaskAppeal: "2026-04-01"} {
		ladder, err := ladderOf(older, kind, clock.NewDate(2026, time.March, 2))
		require.NoError(t, err)
		require.Equal(t, due, ladder.DueOn.String(), "%s", kind)
	}
}
