package activities_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
	"hame/internal/testdb"
)

// The tests of a calendar that changes while deadlines run. Scotland's holiday of
// Monday 15 June 2026 was proclaimed in February 2026: a version without it is
// what was in force before. The calendar belongs to those who must act (process.md,
// Deadlines), so that the Home Office's deadlines know nothing of it.

// proclaimed is Scotland's day that was added.
var proclaimed = holiday("scotland", "2026-06-15")

func holiday(division, on string) clock.Holiday {
	return clock.Holiday{Division: clock.Division(division), Date: day(on), Title: "A day of the test"}
}

// without is a version of the holidays without a day of it, and with others.
func without(t testing.TB, h *clock.Holidays, out clock.Holiday, in ...clock.Holiday) *clock.Holidays {
	t.Helper()
	days := slices.DeleteFunc(h.Days(), func(d clock.Holiday) bool { return d.Division == out.Division && d.Date == out.Date })
	v, err := clock.NewHolidays("test", append(days, in...))
	require.NoError(t, err)
	return v
}

func with(t testing.TB, h *clock.Holidays, in ...clock.Holiday) *clock.Holidays {
	t.Helper()
	return without(t, h, clock.Holiday{}, in...)
}

// before is the published holidays as they were before 15 June was proclaimed.
func before(t testing.TB) *clock.Holidays { return without(t, clock.Embedded(), proclaimed) }

// puts puts a version in force, and returns the application's number.
func (o *staffed) puts(on clock.Date, to *clock.Holidays) int64 {
	o.T.Helper()
	return o.DB.ApplyCalendar(o.T, on, to)
}

// toMove lists the cases that the last application may move and that were not seen to.
func (o *staffed) toMove() []string {
	o.T.Helper()
	progress, err := o.Store.CalendarProgress(o.T.Context())
	require.NoError(o.T, err)
	_, err = o.Store.FindCasesToMove(o.T.Context(), progress.No)
	require.NoError(o.T, err)
	refs, err := o.Store.CasesToMove(o.T.Context(), progress.No, "", 1000)
	require.NoError(o.T, err)
	return refs
}

// applies puts a version in force on a day and moves what depends on it.
func (o *staffed) applies(on clock.Date, to *clock.Holidays) {
	o.T.Helper()
	no := o.puts(on, to)
	for _, ref := range o.toMove() {
		_, err := o.MoveDeadlines(o.T.Context(), activities.MoveDeadlinesParams{Case: ref, Now: at(on)})
		require.NoError(o.T, err)
	}
	o.finishes(no, at(on))
}

// finishes records that a change is done, with every case seen to.
func (o *staffed) finishes(no int64, on time.Time) {
	o.T.Helper()
	done, err := o.Store.EndCalendarPass(o.T.Context(), no, 1, nil, on)
	require.NoError(o.T, err)
	require.True(o.T, done)
}

// moves has the deadlines of the case worked out by the calendars in force.
func (s *journey) moves() {
	s.t.Helper()
	var err error
	s.review, err = s.MoveDeadlines(s.t.Context(), activities.MoveDeadlinesParams{Case: s.ref, Now: s.now})
	require.NoError(s.t, err)
}

// reminded is a family whose minister's office has its window since Monday 18 May
// 2026, and was reminded of it.
func (o *staffed) reminded(t testing.TB) *journey {
	t.Helper()
	s := o.family(t, nil)
	s.on(day("2026-05-18"))
	s.until(casefile.Representation)
	s.rung(casefile.TaskWindow, 0)
	return s
}

// changes counts each date of the case's that was ever changed.
func (s *journey) changes() int {
	s.t.Helper()
	return testdb.Value[int](s.staffed, `select count(*) from deadline_change d join task t on t.id = d.task_id where t.case_ref = $1`, s.ref)
}

// TestADayIsProclaimed in Scotland while the minister's window runs, and taken
// back again: the window moves by exactly one working day each time; what the
// Home Office must do over the same days does not move.
func TestADayIsProclaimed(t *testing.T) {
	o := newLedger(t)
	o.applies(monday, before(t))
	s, home := o.family(t, nil), o.family(t, nil)
	s.on(day("2026-05-18"))
	s.until(casefile.Representation)
	home.on(day("2026-05-18"))
	home.toDecision()
	const window, propose, flag = casefile.TaskWindow, casefile.TaskPropose, casefile.TaskFlag
	s.shows(window, 0, "2026-06-16, reminder 2026-06-09, private_office", "20 from 19 May: 4 by 22 May, 8 by 29 May, 13 by 5 June, 18 by 12 June, 15 and 16 June; the 15th is 9 June")
	home.shows(propose, 0, "2026-06-16, reminder 2026-06-09, decision_maker", "20 from 19 May in England and Wales, which has no day there either")

	s.on(day("2026-06-05"))
	s.flag("fiona", 1, casefile.FlagPublicHarm, "on")
	s.shows(flag, 1, "2026-06-19, due 2026-06-19, senior_caseworker", "ten from 8 June: 5, 10 by the 19th")

	s.on(day("2026-06-08"))
	no := o.puts(s.today(), clock.Embedded())
	require.Equal(t, []string{s.ref}, o.toMove(), "the other case has no deadline that knows Scotland's days")
	s.moves()
	s.shows(window, 0, "2026-06-17, reminder 2026-06-09, private_office", "the 15th is none: 16 June the 19th, 17 June the 20th")
	s.shows(flag, 1, "2026-06-19, due 2026-06-19, senior_caseworker")
	require.Empty(t, s.ledger(flag, 1), "the Home Office's own task on the same case has no change")
	require.Equal(t, []string{"calendar: 2026-06-16/2026-06-09 -> 2026-06-17/2026-06-09, 7 left, by nobody"}, s.ledger(window, 0))
	require.Equal(t, []string{before(t).Version() + " " + clock.Embedded().Version()}, testdb.List[string](o, `select old_version || ' ' || new_version from deadline_change`))
	require.Empty(t, o.toMove(), "a case whose deadlines were moved is not asked for any more")

	facts, changes := s.facts(), s.changes()
	s.moves()
	s.moves()
	s.unchanged(facts)
	require.Equal(t, changes, s.changes(), "doing it twice does nothing")
	home.on(day("2026-06-08"))
	facts = home.facts()
	home.moves()
	delete(facts, "task") // which are marked as worked out by the new version
	now := home.facts()
	for table := range facts {
		require.Equal(t, facts[table], now[table], table)
	}
	home.shows(propose, 0, "2026-06-16, reminder 2026-06-09, decision_maker")
	require.Zero(t, home.changes())
	o.finishes(no, s.now)

	s.on(day("2026-06-11"))
	o.puts(s.today(), before(t))
	require.Equal(t, []string{s.ref}, o.toMove())
	s.moves()
	s.shows(window, 0, "2026-06-16, reminder 2026-06-09, private_office", "as it was")
	require.Equal(t, []string{
		"calendar: 2026-06-16/2026-06-09 -> 2026-06-17/2026-06-09, 7 left, by nobody",
		"calendar: 2026-06-17/2026-06-09 -> 2026-06-16/2026-06-09, 4 left, by nobody",
	}, s.ledger(window, 0), "at the end of 10 June 16 of the 20 were used")
}

// TestWhatIsOpenedUnderAVersion has its dates by it, and is not moved for it.
func TestWhatIsOpenedUnderAVersion(t *testing.T) {
	o := newLedger(t)
	o.applies(monday, before(t))
	no := o.puts(day("2026-05-18"), clock.Embedded())
	s := o.family(t, nil)
	s.on(day("2026-05-18"))
	s.until(casefile.Representation)
	s.shows(casefile.TaskWindow, 0, "2026-06-17, reminder 2026-06-09, private_office")
	require.Empty(t, o.toMove())
	s.moves()
	require.Zero(t, s.changes())
	o.finishes(no, s.now)
}

// TestWhatACalendarFinds: deadlines that stand still, that have passed, whose
// escalation lies ahead, or that somebody still counts on, each by the working
// days of those who must act.
func TestWhatACalendarFinds(t *testing.T) {
	england := func(on string) clock.Holiday { return holiday("england-and-wales", on) }
	for _, c := range []struct {
		what string
		play func(t *testing.T, o *staffed)
	}{
		{"a clock that stands still has no date to move, and goes on by the new calendar", func(t *testing.T, o *staffed) {
			s := o.asked(t)
			s.on(day("2026-03-16"))
			s.heldOn(s.today(), casefile.GroundMedical, 0)
			s.on(day("2026-04-07"))
			o.puts(s.today(), with(t, clock.Embedded(), england("2026-04-20")))
			require.Contains(t, o.toMove(), s.ref)
			s.moves()
			s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family")
			require.Len(t, s.ledger(casefile.TaskQuestionnaire, 0), 1, "that of the hold")
			require.NotContains(t, o.toMove(), s.ref)
			s.on(day("2026-04-13"))
			s.releasedOn(s.today(), casefile.GroundMedical, 0)
			s.shows(casefile.TaskQuestionnaire, 0, "2026-05-19, reminder 2026-05-05, family", "24 from 14 April without the 20th: 4, 8 by 24 April, 13 by 1 May, 17 by 8 May, 22 by 15 May, 18 and 19 May")
		}},
		{"a last day that has passed, and turns out to be today", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.family(t, nil)
			s.on(day("2026-06-08"))
			s.until(casefile.Evidence)
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-15, due 2026-06-15, welfare_lead", "five from 9 June: 4 by 12 June, 15 June")
			s.rung(casefile.TaskAssignWelfare, 3)
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-15, escalation 2026-06-22, welfare_lead, overdue")
			s.on(day("2026-06-16"))
			o.puts(s.today(), clock.Embedded())
			require.Contains(t, o.toMove(), s.ref)
			s.moves()
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-16, due 1 2026-06-16, welfare_lead", "not late")
			s.rung(casefile.TaskAssignWelfare, 3)
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-16, escalation 2026-06-23, welfare_lead, overdue")
			require.Equal(t, []string{"due 0", "due 1"}, s.acted(casefile.TaskAssignWelfare, 3))
		}},
		{"a last day that has passed all the same, with its escalation ahead", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.family(t, nil)
			s.on(day("2026-06-08"))
			s.until(casefile.Evidence)
			s.rung(casefile.TaskAssignWelfare, 3)
			s.on(day("2026-06-17"))
			o.puts(s.today(), clock.Embedded())
			s.moves()
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-16, escalation 2026-06-23, welfare_lead, overdue", "one day later, and late")
			require.Equal(t, []string{"due 0"}, s.acted(casefile.TaskAssignWelfare, 3))
		}},
		{"an escalation that is over all the same", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.family(t, nil)
			s.on(day("2026-06-08"))
			s.until(casefile.Evidence)
			require.Equal(t, []string{"due 2026-06-15", "escalation 2026-06-22"}, s.silence(casefile.TaskAssignWelfare, 3, 2))
			s.on(day("2026-06-24"))
			o.puts(s.today(), clock.Embedded())
			s.moves()
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-16, diary 1 2026-07-20, senior_caseworker, overdue, escalated", "its diary stays: 20 after 22 June: 4, 9, 14, 19 by 17 July, 20 July")
		}},
		{"an escalation that turns out to be ahead", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.family(t, nil)
			s.on(day("2026-06-08"))
			s.until(casefile.Evidence)
			s.silence(casefile.TaskAssignWelfare, 3, 2)
			s.on(day("2026-06-23"))
			o.puts(s.today(), clock.Embedded())
			s.moves()
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-16, escalation 1 2026-06-23, welfare_lead, overdue")
		}},
		{"a gap that was recorded a day too early is none", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.family(t, nil)
			s.on(day("2026-06-02"))
			s.until(casefile.Evidence)
			require.Equal(t, []string{"reminder 2026-06-11", "due 2026-06-16"}, s.silence(casefile.TaskHousing, 0, 2), "ten from 3 June: 3, 8 by 12 June, 15 and 16 June")
			require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(casefile.TaskHousing, 0))
			s.on(day("2026-06-17"))
			o.puts(s.today(), clock.Embedded())
			s.moves()
			s.shows(casefile.TaskHousing, 0, "2026-06-17, due 1 2026-06-17, housing")
		}},
		{"nor is what may still be sent in lapsed", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.family(t, nil)
			s.on(day("2026-05-04"))
			s.until(casefile.Evidence)
			require.Equal(t, []string{"due 2026-06-16"}, s.silence(casefile.TaskCommunity, 0, 1), "30 from 5 May: 4, 9, 14 by 22 May, 18 by 29 May, 23, 28 by 12 June, 15 and 16 June")
			s.on(day("2026-06-17"))
			o.puts(s.today(), clock.Embedded())
			s.moves()
			s.shows(casefile.TaskCommunity, 0, "2026-06-17, due 1 2026-06-17, community")
		}},
		{"a last day that somebody still counts on stays theirs", func(t *testing.T, o *staffed) {
			s := o.family(t, nil)
			s.on(day("2026-05-18"))
			s.until(casefile.Representation)
			s.on(day("2026-06-10"))
			s.shows(casefile.TaskWindow, 0, "2026-06-17, reminder 2026-06-09, private_office")
			s.rung(casefile.TaskWindow, 0)
			s.on(day("2026-06-17")) // the last day
			o.puts(s.today(), before(t))
			s.moves()
			s.shows(casefile.TaskWindow, 0, "2026-06-17, due 2026-06-17, private_office", "by the days of before it would have been yesterday")
			require.Zero(t, s.changes())
		}},
		{"also when something else is recorded on the case", func(t *testing.T, o *staffed) {
			for _, moved := range []bool{true, false} {
				s := o.reminded(t)
				s.on(day("2026-06-17"))
				no := o.puts(s.today(), before(t))
				if moved {
					s.moves()
				}
				s.heldOn(s.today(), casefile.GroundCourt, 1)
				s.shows(casefile.TaskWindow, 0, "2026-06-17, due 2026-06-17, private_office", "no hold concerns it")
				s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskWindow, 5, casefile.ExtensionGranted))
				s.shows(casefile.TaskWindow, 0, "2026-06-24, due 2026-06-24, private_office", "five more than the day that was kept: 18, 19, 22 to 24 June")
				s.do("fiona", casefile.ActExtend, 0, takenBack(casefile.TaskWindow))
				s.shows(casefile.TaskWindow, 0, "2026-06-17, due 2026-06-17, private_office")
				require.Equal(t, []string{"extension: 2026-06-17/2026-06-17 -> 2026-06-24/2026-06-24, 6 left, by fiona", "withdrawal: 2026-06-24/2026-06-24 -> 2026-06-17/2026-06-17, 1 left, by fiona"}, s.ledger(casefile.TaskWindow, 0))
				s.heldOn(s.today(), casefile.GroundCourt, 2)
				s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskWindow, 1, casefile.ExtensionGranted))
				s.shows(casefile.TaskWindow, 0, "2026-06-18, due 2026-06-18, private_office", "one day more is one day")
				o.finishes(no, s.now)
				o.applies(s.today(), clock.Embedded())
			}
		}},
		{"nor is it taken back when it is over", func(t *testing.T, o *staffed) {
			s := o.family(t, nil)
			s.on(day("2026-06-08"))
			s.until(casefile.Evidence)
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-16, due 2026-06-16, welfare_lead", "five from 9 June: 4 by 12 June, 16 June")
			s.on(day("2026-06-16"))
			no := o.puts(s.today(), before(t))
			s.moves()
			s.rung(casefile.TaskAssignWelfare, 3)
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-16, escalation 2026-06-23, welfare_lead, overdue", "17 to 19, 22 and 23 June")
			s.moves()
			s.heldOn(s.today(), casefile.GroundCourt, 1)
			s.shows(casefile.TaskAssignWelfare, 3, "2026-06-16, escalation 2026-06-23, welfare_lead, overdue")
			require.Empty(t, s.ledger(casefile.TaskAssignWelfare, 3))
			s.doOn(day("2026-06-16"), "agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "eilidh"})
			require.True(t, s.closed(casefile.TaskAssignWelfare, 3).Overdue, "assigned on the day after, whatever its row says")
			s.moves()
			require.True(t, s.closed(casefile.TaskAssignWelfare, 3).Overdue)
			o.finishes(no, s.now)
		}},
		{"of two calendars the one that leaves more", func(t *testing.T, o *staffed) {
			s := o.reminded(t)
			s.on(day("2026-06-17"))
			no := o.puts(s.today(), without(t, clock.Embedded(), proclaimed, holiday("scotland", "2026-06-18"), holiday("scotland", "2026-06-19")))
			s.moves()
			s.shows(casefile.TaskWindow, 0, "2026-06-17, due 2026-06-17, private_office")
			s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskWindow, 5, casefile.ExtensionGranted))
			s.shows(casefile.TaskWindow, 0, "2026-06-25, due 2026-06-25, private_office", "by the days in force 16 June is the 20th, 17, 22, 23, 24 and 25 June; by those before it would be the 24th")
			s.linked(s.today())
			s.rung(casefile.TaskWindow, 0)
			o.finishes(no, s.now)
		}},
		{"what waits for post on a kept day keeps it", func(t *testing.T, o *staffed) {
			s := o.reminded(t)
			s.on(day("2026-06-17"))
			no := o.puts(s.today(), before(t))
			s.moves()
			s.linked(s.today())
			s.rung(casefile.TaskWindow, 0)
			s.shows(casefile.TaskWindow, 0, "2026-06-17, due 2026-06-24, private_office")
			require.Equal(t, before(t).Version(), testdb.Value[string](o, `select kept_under from task where case_ref = $1 and kind = 'representation.window'`, s.ref))
			o.finishes(no, s.now)
		}},
		{"what was answered a day too late was not, if the day before turns out a holiday", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.family(t, nil)
			s.on(day("2026-06-02"))
			s.until(casefile.Evidence)
			s.silence(casefile.TaskHousing, 0, 2)
			s.on(day("2026-06-17"))
			s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderHousing, Result: "complete"})
			require.True(t, s.closed(casefile.TaskHousing, 0).Overdue, "due on the 16th")
			s.onlyAwaits("") // nothing else asks for it
			s.on(day("2026-06-19"))
			o.Exec(`update programme set synthetic = true, business_now = $1`, s.now) // whose last week is looked at
			o.puts(s.today(), clock.Embedded())
			require.Contains(t, o.toMove(), s.ref)
			s.moves()
			require.Equal(t, closedTask{Result: "complete", Attested: day("2026-06-17")}, s.closed(casefile.TaskHousing, 0))
		}},
		{"and one that would become today moves", func(t *testing.T, o *staffed) {
			s := o.reminded(t)
			s.on(day("2026-06-16"))
			o.puts(s.today(), before(t))
			s.moves()
			s.shows(casefile.TaskWindow, 0, "2026-06-16, due 2026-06-16, private_office")
		}},
		{"what was extended keeps what was added", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.family(t, nil)
			s.on(day("2026-05-18"))
			s.until(casefile.Representation)
			s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskWindow, 5, casefile.ExtensionGranted))
			s.shows(casefile.TaskWindow, 0, "2026-06-23, reminder 2026-06-16, private_office", "17 to 19, 22 and 23 June")
			s.on(day("2026-05-19"))
			o.puts(s.today(), clock.Embedded())
			s.moves()
			s.shows(casefile.TaskWindow, 0, "2026-06-24, reminder 2026-06-17, private_office")
			s.do("fiona", casefile.ActExtend, 0, takenBack(casefile.TaskWindow))
			s.shows(casefile.TaskWindow, 0, "2026-06-17, reminder 2026-06-09, private_office")
		}},
		{"what waits for post goes on waiting", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.reminded(t)
			s.on(day("2026-06-16"))
			s.linked(s.today())
			s.rung(casefile.TaskWindow, 0)
			s.shows(casefile.TaskWindow, 0, "2026-06-16, due 2026-06-23, private_office", "an item that came on the last day has five working days")
			s.on(day("2026-06-18"))
			o.puts(s.today(), with(t, before(t), holiday("scotland", "2026-07-06"))) // a later day, which concerns nothing of it
			s.moves()
			s.shows(casefile.TaskWindow, 0, "2026-06-16, due 2026-06-23, private_office")
		}},
		{"calendar days have no holidays", func(t *testing.T, o *staffed) {
			o.applies(monday, before(t))
			s := o.family(t, nil)
			s.on(day("2026-06-02"))
			s.until(casefile.Evidence)
			gp := words(s.task(casefile.TaskGP, 0))
			s.on(day("2026-06-03"))
			o.puts(s.today(), clock.Embedded())
			s.moves()
			s.shows(casefile.TaskGP, 0, gp)
			require.Empty(t, s.ledger(casefile.TaskGP, 0))
		}},
		// After a second return the proposal is a senior caseworker's (process.md, Four eyes).
		{"whose a proposal is stays, when it turns out not to be late", func(t *testing.T, o *staffed) {
			s := o.family(t, nil).toDecision()
			for range 2 {
				s.propose("ewan", refuseAll)
				s.do("ailsa", casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"law"}})
			}
			s.shows(casefile.TaskPropose, 0, "2026-03-30, reminder 2026-03-23, senior_caseworker")
			s.silence(casefile.TaskPropose, 0, 2)
			s.shows(casefile.TaskPropose, 0, "2026-03-30, escalation 2026-04-29, senior_caseworker, overdue, escalated")
			s.on(day("2026-03-31"))
			o.puts(s.today(), with(t, clock.Embedded(), england("2026-03-27")))
			s.moves()
			s.shows(casefile.TaskPropose, 0, "2026-03-31, due 1 2026-03-31, senior_caseworker")
		}},
	} {
		t.Run(c.what, func(t *testing.T) { c.play(t, newLedger(t)) })
	}
}

// TestARungThatComesUpBeforeItsCaseWasMoved: a calendar is in force as soon as it
// is on record, and the cases are moved one by one. A rung that comes up meanwhile
// reads the facts again, and its day has not passed (process.md, Deadlines).
func TestARungThatComesUpBeforeItsCaseWasMoved(t *testing.T) {
	o := newLedger(t)
	o.applies(monday, before(t))
	s := o.reminded(t)
	due := s.task(casefile.TaskWindow, 0).Next
	require.Equal(t, clock.LateAt(day("2026-06-16")), due.At.UTC())
	s.on(day("2026-06-16"))
	no := o.puts(s.today(), clock.Embedded())
	s.comesUp(casefile.TaskWindow, 0, due)
	s.shows(casefile.TaskWindow, 0, "2026-06-17, due 2026-06-17, private_office")
	require.Equal(t, []string{"reminder 0"}, s.acted(casefile.TaskWindow, 0))
	require.Equal(t, []string{"calendar: 2026-06-16/2026-06-16 -> 2026-06-17/2026-06-17, 1 left, by nobody"}, s.ledger(casefile.TaskWindow, 0))
	require.Empty(t, o.toMove())
	s.moves()
	require.Equal(t, 1, s.changes())
	o.finishes(no, s.now)
	s.rung(casefile.TaskWindow, 0)
	require.Equal(t, closedTask{Result: "lapsed"}, s.closed(casefile.TaskWindow, 0))
	require.Equal(t, []string{"reminder 0", "due 0 lapse"}, s.acted(casefile.TaskWindow, 0), "once")
}

// years2029 are Scotland's holidays of 2029 as the yearly rules have them: Easter
// is on 1 April, and no holiday falls on a weekend.
var years2029 = []clock.Holiday{
	holiday("scotland", "2029-01-01"), holiday("scotland", "2029-01-02"), holiday("scotland", "2029-03-30"), holiday("scotland", "2029-05-07"),
	holiday("scotland", "2029-05-28"), holiday("scotland", "2029-08-06"), holiday("scotland", "2029-11-30"), holiday("scotland", "2029-12-25"),
	holiday("scotland", "2029-12-26"),
}

// TestAYearThatIsPublished: a date that rests on computed holidays is marked
// provisional, and is not any more when its year is published (process.md,
// Deadlines), whether the year is as it was foreseen or not.
func TestAYearThatIsPublished(t *testing.T) {
	for _, c := range []struct {
		what  string
		added []clock.Holiday
		want  string
	}{
		{"as the yearly rules foresaw it", years2029, "2029-01-12, reminder 2029-01-05, private_office"},
		{"with one day more", append(slices.Clone(years2029), holiday("scotland", "2029-01-08")), "2029-01-15, reminder 2029-01-05, private_office"},
		{"with one day less", years2029[1:], "2029-01-11, reminder 2029-01-04, private_office"},
	} {
		t.Run(c.what, func(t *testing.T) {
			o := newLedger(t)
			s := o.family(t, nil)
			s.on(day("2028-12-11"))
			s.until(casefile.Representation)
			s.shows(casefile.TaskWindow, 0, "2029-01-12, reminder 2029-01-05, private_office, provisional",
				"20 from 12 December: 4 by the 15th, 9 by the 22nd, 27 to 29 December 12, 3 to 5 January 15, 20 by the 12th")
			require.Contains(t, casefile.FromRecord(s.review).Face().Flags, "provisional_date")
			s.on(day("2028-12-12"))
			published := with(t, clock.Embedded(), c.added...)
			o.puts(s.today(), published)
			require.Equal(t, []string{s.ref}, o.toMove())
			s.moves()
			s.shows(casefile.TaskWindow, 0, c.want)
			require.NotContains(t, casefile.FromRecord(s.review).Face().Flags, "provisional_date")
			require.Empty(t, o.toMove())
			changes := s.changes()
			require.Equal(t, 1, changes)
			s.moves()
			require.Equal(t, changes, s.changes())
		})
	}
	t.Run("and is so no longer", func(t *testing.T) {
		o := newLedger(t)
		published := with(t, clock.Embedded(), append(slices.Clone(years2029), holiday("scotland", "2029-01-08"))...)
		o.applies(monday, published)
		s := o.family(t, nil)
		s.on(day("2028-12-11"))
		s.until(casefile.Representation)
		s.shows(casefile.TaskWindow, 0, "2029-01-15, reminder 2029-01-05, private_office")
		o.puts(s.today(), clock.Embedded())
		require.Equal(t, []string{s.ref}, o.toMove())
		s.moves()
		s.shows(casefile.TaskWindow, 0, "2029-01-12, reminder 2029-01-05, private_office, provisional")
	})
}

// TestACouncilsLocalDay is kept by those who work in that council's service, and
// by nobody else (clock.CalendarID; casefile.Party.KeepsCouncilDays).
func TestACouncilsLocalDay(t *testing.T) {
	o := newLedger(t)
	const edinburgh = "S12000036"
	inEdinburgh := func(f *casefile.Family) { f.Council = edinburgh }
	glasgows, edinburghs, ministers := o.family(t, nil), o.family(t, inEdinburgh), o.family(t, nil)
	for _, s := range []*journey{glasgows, edinburghs} {
		s.on(day("2026-07-13"))
		s.until(casefile.Evidence)
		s.shows(casefile.TaskAssignWelfare, 3, "2026-07-20, due 2026-07-20, welfare_lead", "five from 14 July: 4 by the 17th, 20 July")
	}
	ministers.on(day("2026-07-06"))
	ministers.until(casefile.Representation)
	ministers.shows(casefile.TaskWindow, 0, "2026-08-04, reminder 2026-07-27, private_office", "4 by 10 July, 9, 14, 19 by 31 July; 3 August is a holiday")
	for _, s := range []*journey{glasgows, edinburghs, ministers} {
		s.on(day("2026-07-14"))
	}
	o.puts(day("2026-07-14"), with(t, clock.Embedded(), holiday("S12000049", "2026-07-20")))
	require.Equal(t, []string{glasgows.ref}, o.toMove())
	for _, s := range []*journey{glasgows, edinburghs, ministers} {
		s.moves()
	}
	glasgows.shows(casefile.TaskAssignWelfare, 3, "2026-07-21, due 2026-07-21, welfare_lead", "Glasgow Fair Monday is none")
	edinburghs.shows(casefile.TaskAssignWelfare, 3, "2026-07-20, due 2026-07-20, welfare_lead")
	ministers.shows(casefile.TaskWindow, 0, "2026-08-04, reminder 2026-07-27, private_office")
	require.Equal(t, 1, glasgows.changes(), "and that alone: no school of either city is asked in July")
	require.Zero(t, edinburghs.changes())
	require.Zero(t, ministers.changes())
}

// TestTheDayToAnswerAdverseMaterial: a person has ten working days of England and
// Wales (row 7), which move with its calendar, as long as they have not passed.
func TestTheDayToAnswerAdverseMaterial(t *testing.T) {
	o := newLedger(t)
	s := o.family(t, nil)
	// Which answers are still awaited is asked of the programme's own today.
	o.Exec(`update programme set synthetic = true, business_now = '2026-06-08 09:00+00'`)
	s.on(day("2026-06-08"))
	s.until(casefile.Decision)
	put := func(person int, on string) {
		s.do("morag", casefile.ActInterview, person, &casefile.InterviewFields{Adverse: "unanswered", PutOn: day(on)})
	}
	put(1, "2026-06-05")
	put(2, "2026-05-20")
	answerBy := func() []string {
		return testdb.List[string](o, `select person_no || ' ' || answer_by from interview where case_ref = $1 order by 1`, s.ref)
	}
	require.Equal(t, []string{"1 2026-06-19", "2 2026-06-04"}, answerBy(), "ten from 8 June: 5, 10 by the 19th; the other's passed: 21 and 22 May 2, 6 by the 29th, 4 June")
	o.Exec(`delete from task where case_ref = $1 and closed_at is null and unit = 'working'`, s.ref) // nothing else asks for it
	england := func(on string) clock.Holiday { return holiday("england-and-wales", on) }
	more := with(t, clock.Embedded(), england("2026-06-16"), england("2026-06-03"))
	no := o.puts(s.today(), more)
	require.Equal(t, []string{s.ref}, o.toMove())
	s.moves()
	require.Equal(t, []string{"1 2026-06-22", "2 2026-06-05"}, answerBy(), "the other's is over all the same")
	left := o.toMove()
	o.finishes(no, s.now)
	o.puts(s.today(), clock.Embedded())
	require.Equal(t, []string{s.ref}, o.toMove())
	s.moves()
	require.Equal(t, []string{"1 2026-06-19", "2 2026-06-05"}, answerBy(), "and is not taken back")
	require.Zero(t, s.changes())
	o.finishes(no+1, s.now)

	o.applies(s.today(), more)
	require.Equal(t, []string{"1 2026-06-22", "2 2026-06-05"}, answerBy())
	s.on(day("2026-06-22"))
	o.puts(s.today(), clock.Embedded())
	s.moves()
	require.Equal(t, []string{"1 2026-06-22", "2 2026-06-05"}, answerBy(), "no calendar takes away a day that somebody still counted on")
	require.Equal(t, []string{more.Version(), more.Version()}, testdb.List[string](o, `select calendar_version from interview where case_ref = $1 order by person_no`, s.ref))
	// Nor does it keep anybody from saying that a child is in danger, also since Thursday.
	s.doOn(day("2026-06-18"), "eilidh", casefile.ActConcern, 3, nil)
	require.Equal(t, []string{"1 -", "2 2026-06-05"}, testdb.List[string](o, `select person_no || ' ' || coalesce(answer_by::text, '-') from interview where case_ref = $1 order by 1`, s.ref))
	s.releasedOn(s.today(), casefile.GroundChildProtection, 3)
	require.Equal(t, []string{"1 2026-06-25", "2 2026-06-05"}, answerBy(), "18, 19 and 22 June are left: 23 to 25 June")

	require.Empty(t, left, "a case that was moved is not asked for any more")
}

// TestPuttingACalendarInForce: operations do, one change at a time, in place of
// the version that they compared with.
func TestPuttingACalendarInForce(t *testing.T) {
	o := newLedger(t)
	ctx := t.Context()
	embedded, older := clock.Embedded(), before(t)
	inForce := func() string {
		h, err := o.desk("morag").HolidaysInForce(ctx)
		require.NoError(t, err)
		return h.Version()
	}
	unfinished := func() int64 {
		no, _, err := o.Store.UnfinishedCalendar(ctx)
		require.NoError(t, err)
		return no
	}
	require.Equal(t, embedded.Version(), inForce(), "a database begins with the embedded one")
	require.Zero(t, unfinished())
	commands := func() int { return testdb.Value[int](o, `select count(*) from command`) }
	applications := func() int { return testdb.Value[int](o, `select count(*) from calendar_application`) }

	for _, login := range []string{"fiona", "una", "minister", "agnes", "ewan"} {
		_, err := o.desk(login).ApplyCalendar(ctx, testdb.CalendarApplication(t, monday, older), embedded, older)
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
	}
	_, err := o.Store.ApplyCalendar(ctx, testdb.CalendarApplication(t, monday, older), embedded, older)
	require.Error(t, err, "nor does the worker")
	require.Zero(t, commands())

	c := testdb.CalendarApplication(t, monday, older)
	no, err := o.desk("archie").ApplyCalendar(ctx, c, embedded, older)
	require.NoError(t, err)
	require.Equal(t, older.Version(), inForce())
	require.Equal(t, no, unfinished())
	require.Equal(t, "accepted", testdb.Value[string](o, `select outcome from command_outcome where command_id = $1`, c.ID))
	require.Equal(t, []string{"scotland 2026-06-15 removed"}, testdb.List[string](o, `select concat_ws(' ', division, day, change) from calendar_change where application = $1`, no))
	require.Equal(t, embedded.Version()+" proclamation", testdb.Value[string](o, `select replaced || ' ' || reason from calendar_application where no = $1`, no))
	progress, err := o.desk("archie").CalendarProgress(ctx)
	require.NoError(t, err)
	replaced := embedded.Version()
	require.Equal(t, store.CalendarProgress{No: no, Version: older.Version(), Label: "test", Replaced: &replaced, Failed: pq.StringArray{}}, progress)

	o.finishes(no, at(monday))
	require.Zero(t, unfinished())
	finished := testdb.Value[time.Time](o, `select finished_at from calendar_application where no = $1`, no)
	require.Equal(t, at(monday), finished.UTC())
	o.finishes(no, at(monday.AddDays(1)))
	require.Equal(t, finished, testdb.Value[time.Time](o, `select finished_at from calendar_application where no = $1`, no), "once")
	progress, err = o.desk("archie").CalendarProgress(ctx)
	require.NoError(t, err)
	require.True(t, progress.Finished)

	again, err := o.desk("archie").ApplyCalendar(ctx, testdb.CalendarApplication(t, monday, embedded), older, embedded)
	require.NoError(t, err)
	require.Greater(t, again, no)
	require.Equal(t, embedded.Version(), inForce(), "an older version can be put in force again")
	require.Equal(t, 2, testdb.Value[int](o, `select count(*) from calendar_version`), "it is kept once")
	o.finishes(again, at(monday))
	require.Equal(t, 3, applications())
	for _, login := range []string{"morag", "archie"} {
		_, err := o.desk(login).EndCalendarPass(ctx, again, 1, nil, at(monday))
		require.Error(t, err, "only the worker says that it is done")
	}

	// The barrier is not passed while a change of a case is under way.
	passed := func() bool {
		passed, err := o.Store.TryCalendarBarrier(ctx)
		require.NoError(t, err)
		return passed
	}
	s := o.family(t, nil)
	require.NoError(t, o.Store.InTx(ctx, func(tx *store.Tx) error {
		locked, err := tx.LockReview(ctx, s.ref)
		require.NoError(t, err)
		require.Equal(t, embedded.Version(), locked.Calendar)
		require.False(t, passed())
		return nil
	}))
	require.True(t, passed())
	for _, statement := range []string{`select from calendar_gate`, `select keep_gate_open()`, `do $$ begin lock table calendar_gate; end $$`} {
		_, err = o.sql("archie").Exec(statement)
		require.ErrorContains(t, err, "permission denied", "no staff login keeps the gate open")
	}
	backup, err := o.Super.Beginx()
	require.NoError(t, err)
	_, err = backup.Exec(`lock table calendar_gate in access share mode`)
	require.NoError(t, err)
	require.True(t, passed(), "who copies the database does not keep it open either")
	require.NoError(t, backup.Rollback())
}

// TestAComparisonThatIsOvertaken: what was compared with a version that is not in
// force any more is not applied, and nothing of it is kept: compare again.
func TestAComparisonThatIsOvertaken(t *testing.T) {
	o := newLedger(t)
	embedded, older := clock.Embedded(), before(t)
	newer := with(t, embedded, holiday("scotland", "2026-07-06"))
	o.applies(monday, older)
	count := func() int {
		return testdb.Value[int](o, `select (select count(*) from command) + (select count(*) from calendar_version)`)
	}
	kept := count()
	no, err := o.desk("archie").ApplyCalendar(t.Context(), testdb.CalendarApplication(t, monday, newer), embedded, newer)
	require.NoError(t, err)
	require.Zero(t, no)
	require.Equal(t, kept, count())
	o.puts(monday, newer)
	no, err = o.desk("archie").ApplyCalendar(t.Context(), testdb.CalendarApplication(t, monday, embedded), older, embedded)
	require.NoError(t, err, "also while the other is still being applied")
	require.Zero(t, no)
}

// TestTheVersionInForceAppliedAgain does nothing: there is nothing to compare.
func TestTheVersionInForceAppliedAgain(t *testing.T) {
	o := newLedger(t)
	o.applies(monday, before(t))
	last := testdb.Value[int64](o, `select max(no) from calendar_application`)
	_, _ = o.desk("archie").ApplyCalendar(t.Context(), testdb.CalendarApplication(t, monday, before(t)), before(t), before(t))
	require.Equal(t, last, testdb.Value[int64](o, `select max(no) from calendar_application`))
}

// TestHowFarACalendarIs: the cases and deadlines that were moved for the last
// change, and for no other.
func TestHowFarACalendarIs(t *testing.T) {
	o := newLedger(t)
	progress := func() []int {
		p, err := o.desk("archie").CalendarProgress(t.Context())
		require.NoError(t, err)
		return []int{p.Cases, p.Deadlines}
	}
	one, two := o.family(t, nil), o.family(t, nil)
	for _, s := range []*journey{one, two} {
		s.on(day("2026-05-18"))
		s.until(casefile.Representation)
	}
	no := o.puts(day("2026-05-18"), before(t))
	require.Equal(t, []int{0, 0}, progress())
	one.moves()
	require.Equal(t, []int{1, 1}, progress())
	require.Equal(t, []string{two.ref}, o.toMove(), "where it was broken off, the others are left")
	two.moves()
	require.Equal(t, []int{2, 2}, progress())
	o.finishes(no, one.now)
	require.Equal(t, []int{2, 2}, progress())
	o.puts(day("2026-05-18"), clock.Embedded())
	require.Equal(t, []int{0, 0}, progress())
	require.Len(t, o.toMove(), 2)
	again := testdb.Value[int64](o, `select max(no) from calendar_application`)
	refs, err := o.Store.CasesToMove(t.Context(), again, "", 1)
	require.NoError(t, err)
	require.Len(t, refs, 1)
	rest, err := o.Store.CasesToMove(t.Context(), again, refs[0], 10)
	require.NoError(t, err)
	require.Len(t, rest, 1)
	require.NotEqual(t, refs, rest)
}

// TestTheRecordOfCalendars: a version that a deadline rests on is not deleted, its
// days are not changed, and one of which days are missing is no calendar: never
// one without holidays.
func TestTheRecordOfCalendars(t *testing.T) {
	o := newLedger(t)
	ctx := t.Context()
	s := o.asked(t)
	s.heldOn(s.today(), casefile.GroundMedical, 0)
	version := clock.Embedded().Version()
	refuses := func(constraint, query string, args ...any) {
		t.Helper()
		_, err := o.Super.Exec(query, args...)
		var pg *pq.Error
		require.ErrorAs(t, err, &pg)
		if constraint != "" {
			require.Contains(t, pg.Constraint, constraint)
		}
	}
	// As the superuser, to whom no grant applies: foreign keys and triggers do.
	refuses("fkey", `delete from calendar_version where version = $1`, version)
	refuses("", `delete from calendar_day where version = $1`, version)
	refuses("", `update calendar_day set day = day + 1 where version = $1`, version)
	refuses("", `update calendar_day set title = 'other' where version = $1`, version)
	refuses("", `delete from deadline_change`)
	refuses("", `update deadline_change set old_due = '2026-04-21'`)
	refuses("fkey", `insert into calendar_application (version, reason, applied_at) values ('bbbbbbbbbbbb', 'none', now())`)

	read := func(version string) error {
		return o.Store.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.Holidays(ctx, version)
			return err
		})
	}
	require.NoError(t, read(version))
	o.Exec(`insert into calendar_version (version, label) values ('aaaaaaaaaaaa', 'empty')`)
	for _, missing := range []string{"000000000000", "aaaaaaaaaaaa"} {
		require.Error(t, read(missing))
		_, err := o.Store.HolidaysOf(ctx, missing)
		require.ErrorContains(t, err, "has no days")
	}
	for what, tamper := range map[string]string{
		"a day is missing":    `delete from calendar_day where version = $1 and division = 'scotland' and day = '2026-06-15'`,
		"a nation is missing": `delete from calendar_day where version = $1 and division = 'scotland'`,
		"a day was added":     `insert into calendar_day values ($1, 'scotland', '2026-06-16', 'other')`,
	} {
		tx := o.Super.MustBegin()
		tx.MustExec(`alter table calendar_day disable trigger insert_only`)
		tx.MustExec(tamper, version)
		require.NoError(t, tx.Commit())
		require.Error(t, read(version), what)
		_, err := o.desk("archie").HolidaysInForce(ctx)
		require.Error(t, err, what)
		fresh := &activities.Activities{Store: o.Store} // which has read no calendar yet
		_, err = fresh.MoveDeadlines(ctx, activities.MoveDeadlinesParams{Case: s.ref, Now: s.now})
		require.Error(t, err, what)
		o.Exec(`delete from calendar_day where version = $1`, version)
		for _, d := range clock.Embedded().Days() {
			o.Exec(`insert into calendar_day values ($1, $2, $3, $4)`, version, d.Division, d.Date, d.Title)
		}
		o.Exec(`alter table calendar_day enable trigger insert_only`)
		require.NoError(t, read(version))
	}
}

// TestDeemedReceipt: where the rule set deems it, a letter that was posted counts
// as received on the second working day after (domain.md 6.1), and the family's
// 30 working days begin then. What goes by hand or email arrives on its day.
func TestDeemedReceipt(t *testing.T) {
	o := newLedger(t)
	sets, err := policy.Embedded()
	require.NoError(t, err)
	i := slices.IndexFunc(sets, func(s *policy.RuleSet) bool { return s.ID == "home-office-legacy" })
	deems, err := policy.Load("deems.yaml", []byte(strings.NewReplacer(
		"diary_working_days:", "deemed_receipt: true\ndiary_working_days:",
		"in_force_from: 2007-03-05", "in_force_from: 2030-01-01", // only where it is pinned
	).Replace(sets[i].Body)))
	require.NoError(t, err)
	require.NotEqual(t, sets[i].Hash, deems.Hash)
	require.NoError(t, o.desk("hame_admin").InTx(t.Context(), func(tx *store.Tx) error { return tx.SaveRuleSet(t.Context(), deems) }))
	type letter struct{ to, by, on string }
	for _, c := range []struct {
		what       string
		deems      bool
		letters    []letter
		began, due string
		how        string
	}{
		{"posted on Maundy Thursday", true, []letter{{"family", "post", "2026-04-02"}, {"representative", "post", "2026-04-02"}}, "2026-04-08", "2026-05-21",
			"Good Friday and Easter Monday are none: Tuesday 7 and Wednesday 8 April; 30 from the 9th: 2, 7, 12, 17 by 1 May, 21 by 8 May, 26, 30 by 21 May"},
		{"the same, where it is not deemed", false, []letter{{"family", "post", "2026-04-02"}, {"representative", "post", "2026-04-02"}}, "2026-04-02", "2026-05-19",
			"30 from 7 April: 4, 9, 14, 19 by 1 May, 23 by 8 May, 28 by 15 May, 18 and 19 May"},
		{"by hand", true, []letter{{"family", "hand", "2026-04-02"}, {"representative", "email", "2026-04-02"}}, "2026-04-02", "2026-05-19", "on the same day"},
		{"by hand to the family, and posted to its representative before", true, []letter{{"representative", "post", "2026-03-31"}, {"family", "hand", "2026-04-01"}}, "2026-04-02", "2026-05-19",
			"posted on Tuesday: Wednesday and Thursday; the later of the two days counts"},
		{"posted to its representative, and by hand to the family long after", true, []letter{{"representative", "post", "2026-03-24"}, {"family", "hand", "2026-04-02"}}, "2026-04-02", "2026-05-19",
			"the later of the two"},
		{"posted on a Friday", true, []letter{{"family", "post", "2026-03-06"}, {"representative", "post", "2026-03-06"}}, "2026-03-10", "2026-04-23", "Monday and Tuesday; 30 from 11 March: 3, 8, 13, 17 by 2 April, 21, 26 by 17 April, 20 to 23 April"},
		{"typed in the other order", true, []letter{{"representative", "email", "2026-04-02"}, {"family", "post", "2026-04-02"}}, "2026-04-08", "2026-05-21", "the family's letter was posted"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.family(t, nil).until(casefile.Evidence)
			s.t = t
			if c.deems {
				o.Exec(`update review set rule_set = $2 where case_ref = $1`, s.ref, deems.Hash)
			}
			s.on(day("2026-04-02"))
			for _, l := range c.letters {
				s.doOn(day(l.on), "morag", casefile.ActLetterSent, 1, &casefile.LetterFields{To: l.to, By: l.by})
			}
			require.Equal(t, c.due, s.task(casefile.TaskQuestionnaire, 0).DueOn.String(), c.how)
			require.Equal(t, c.began, testdb.Value[clock.Date](o, `select began from task where case_ref = $1 and kind = 'evidence.questionnaire'`, s.ref).String(), c.how)
			latest := slices.MaxFunc(c.letters, func(a, b letter) int { return strings.Compare(a.on, b.on) }).on
			require.Equal(t, day(latest), s.closed(casefile.TaskOpeningLetter, 0).Attested, "the Home Office's own task ended on the day of sending")
		})
	}
	t.Run("a hold before it is received takes nothing out", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		o.Exec(`update review set rule_set = $2 where case_ref = $1`, s.ref, deems.Hash)
		s.on(day("2026-04-02"))
		s.sent(1, "family", day("2026-04-02"))
		s.sent(1, "representative", day("2026-04-02"))
		s.heldOn(day("2026-04-02"), casefile.GroundMedical, 0)
		s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family")
		s.on(day("2026-04-08"))
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		require.Equal(t, day("2026-05-21"), s.task(casefile.TaskQuestionnaire, 0).DueOn, "the day of receipt does not count anyhow")
	})
}

// TestACalendarThatItsClientMadeUp is refused by the database: the version is the
// digest of the days, and both nations are among them.
func TestACalendarThatItsClientMadeUp(t *testing.T) {
	o := newLedger(t)
	c := testdb.CalendarApplication(t, monday, clock.Embedded())
	require.NoError(t, o.desk("archie").InsertCommand(t.Context(), c))
	for _, days := range []string{`[]`, `[["scotland", "2026-01-01", "x"]]`, `[["scotland", "2026-01-01", "x"], ["england-and-wales", "2026-01-01", "x"]]`} {
		_, err := o.sql("archie").Exec(`select apply_calendar($1, 'deadbeef0000', 'x', $2, $3, '[]')`, c.ID, clock.Embedded().Version(), days)
		require.ErrorContains(t, err, "the days are not those of the version", days)
	}
	// Nor does it take a calendar with the right digest by which no deadline could be worked out.
	made := func(divisions ...string) {
		var lines string
		var days [][3]string
		for _, d := range divisions {
			division, on, _ := strings.Cut(d, " ")
			lines += division + "\t" + on + "\n"
			days = append(days, [3]string{division, on, "x"})
		}
		sum := sha256.Sum256([]byte(lines))
		body, err := json.Marshal(days)
		require.NoError(t, err)
		_, err = o.sql("archie").Exec(`select apply_calendar($1, $2, 'x', $3, $4, '[]')`, c.ID, hex.EncodeToString(sum[:6]), clock.Embedded().Version(), string(body))
		require.ErrorContains(t, err, "the days are not those of the version", divisions)
	}
	var all []string
	for _, d := range clock.Embedded().Days() {
		all = append(all, string(d.Division)+" "+d.Date.String())
	}
	year := func(division, year string) func(string) bool {
		return func(d string) bool { return strings.HasPrefix(d, division+" "+year) }
	}
	made("england-and-wales 2026-01-01", "scotland 2026-01-01")
	made(append([]string{strings.ReplaceAll(all[0], "-01-01", "0101")}, all[1:]...)...) // the same day, written otherwise
	made(slices.DeleteFunc(slices.Clone(all), year("scotland", ""))...)
	made(slices.DeleteFunc(slices.Clone(all), year("scotland", "2026"))...)
	made(slices.DeleteFunc(slices.Clone(all), year("scotland", "2026-12"))...)
	made(slices.DeleteFunc(slices.Clone(all), year("england-and-wales", "2026-01"))...)
	require.Equal(t, clock.Embedded().Version(), testdb.Value[string](o, `select calendar_in_force()`))
}
