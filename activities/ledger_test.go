package activities_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/store"
	"hame/internal/testdb"
	"hame/internal/verify"
)

// The tests of the ledger: a deadline is a budget on a calendar, with the pauses
// and extensions since (process.md, Deadlines). Each row says how its day is
// counted, so that a lawyer can count it again. The family's questionnaire has 30
// working days of England and Wales, which in 2026 has no working day on 3 April
// (Good Friday), 6 April (Easter Monday), 4 May, 25 May and 31 August.
//
// Of most of these families the opening letter goes out on Thursday 5 March, so
// that these are the working days of their questionnaire:
//
//	 1 to 6    6, and 9 to 13 March       31 to 34  21 to 24 April
//	 7 to 11   16 to 20 March             35 to 39  27 April to 1 May
//	12 to 16   23 to 27 March             40 to 43  5 to 8 May
//	17 to 20   30 March to 2 April        44 to 48  11 to 15 May
//	21 to 24   7 to 10 April              49 to 53  18 to 22 May
//	25 to 29   13 to 17 April             54 to 57  26 to 29 May
//	30         20 April
//
// The reminder goes out when the 20th has passed, the family is late when the
// 30th has, and the gap is recorded when the 35th has.

// newLedger is an office of which every deadline is checked in the end: what is
// shown must follow from its ledger and its version of the calendars.
func newLedger(t *testing.T) *staffed {
	t.Helper()
	o := newStaffed(t)
	t.Cleanup(func() {
		breaches, err := verify.Make(context.Background(), o.DB.As(t, "una"), verify.OfDeadlines)
		require.NoError(t, err)
		require.Empty(t, breaches)
	})
	return o
}

// asked is a family whose opening letter went to it and to its representative on
// Thursday 5 March 2026: it has until Monday 20 April.
func (o *staffed) asked(t testing.TB) *journey {
	t.Helper()
	s := o.family(t, nil)
	s.instead[casefile.TaskQuestionnaire] = nil
	s.until(casefile.Evidence)
	s.on(day("2026-03-05"))
	s.letter("family", s.today())
	s.letter("representative", s.today())
	s.shows(casefile.TaskQuestionnaire, 0, "2026-04-20, reminder 2026-04-02, family")
	return s
}

// onlyAwaits answers everything but one kind of task.
func (s *journey) onlyAwaits(kind casefile.TaskKind) {
	s.t.Helper()
	for {
		i := slices.IndexFunc(s.review.Tasks, func(t casefile.Task) bool { return t.Kind != kind && t.Kind != casefile.TaskHold })
		if i < 0 {
			return
		}
		s.answer(s.review.Tasks[i])
	}
}

// passed is the day that has passed at a rung's instant.
func passed(at time.Time) string { return clock.DateOf(at).AddDays(-1).String() }

// words is a task as a clerk would read it out: its last day, the rung that acts
// when a day has passed, whom it awaits, and its marks; or that it is stopped.
func words(t casefile.Task) string {
	var w []string
	if !t.DueOn.IsZero() {
		w = append(w, t.DueOn.String())
	}
	rung := string(t.Next.Kind)
	if t.Next.No > 0 {
		rung += fmt.Sprintf(" %d", t.Next.No)
	}
	if t.Stopped() {
		w = append(w, "stopped before "+rung)
	} else {
		w = append(w, rung+" "+passed(t.Next.At))
	}
	w = append(w, string(t.Awaiting))
	for _, mark := range []struct {
		on   bool
		word string
	}{{t.Overdue, "overdue"}, {t.Escalated, "escalated"}, {t.Provisional, "provisional"}} {
		if mark.on {
			w = append(w, mark.word)
		}
	}
	return strings.Join(w, ", ")
}

// shows requires that the review shows an open task in these words.
func (s *journey) shows(kind casefile.TaskKind, subject int, want string, how ...any) {
	s.t.Helper()
	require.Equal(s.t, want, words(s.task(kind, subject)), how...)
}

// ledger is each date that the last task of a kind was ever shown with, in words:
// the cause, the last day and the day before the next rung, old and new, the days
// left at the end of the day before, and the person whose act it was.
func (s *journey) ledger(kind casefile.TaskKind, subject int) []string {
	s.t.Helper()
	rows := testdb.List[struct {
		Cause   string     `db:"cause"`
		OldDue  clock.Date `db:"old_due"`
		NewDue  clock.Date `db:"new_due"`
		OldNext *time.Time `db:"old_next"`
		NewNext *time.Time `db:"new_next"`
		Left    int        `db:"days_left"`
		By      string     `db:"by"`
	}](s.staffed, `
		select d.cause, d.old_due, d.new_due, d.old_next, d.new_next, d.days_left, coalesce(c.person, 'nobody') as by
		from deadline_change d left join command c on c.id = d.command_id
		where d.task_id = (select max(id) from task where case_ref = $1 and kind = $2 and subject = $3) order by d.no`, s.ref, kind, subject)
	lines := []string{}
	dates := func(due clock.Date, next *time.Time) string {
		words := "stopped"
		if next != nil {
			words = passed(*next)
		}
		if due.IsZero() {
			return words
		}
		return due.String() + "/" + words
	}
	for _, r := range rows {
		lines = append(lines, fmt.Sprintf("%s: %s -> %s, %d left, by %s", r.Cause, dates(r.OldDue, r.OldNext), dates(r.NewDue, r.NewNext), r.Left, r.By))
	}
	return lines
}

// acted lists the rungs of the last task of a kind that have acted, with their numbers.
func (s *journey) acted(kind casefile.TaskKind, subject int) []string {
	s.t.Helper()
	return testdb.List[string](s.staffed, `
		select trim(r.kind || ' ' || r.no || ' ' || r.effect) from rung r
		where r.task_id = (select max(id) from task where case_ref = $1 and kind = $2 and subject = $3) order by r.acted_at, r.kind, r.no`, s.ref, kind, subject)
}

// heldOn holds the case on a ground from a day, with a review four weeks from today.
func (s *journey) heldOn(on clock.Date, ground casefile.Ground, person int) {
	s.t.Helper()
	s.heldUntil(on, ground, person, s.today().AddDays(28))
}

func (s *journey) heldUntil(on clock.Date, ground casefile.Ground, person int, reviewOn clock.Date) {
	s.t.Helper()
	s.doOn(on, "fiona", casefile.ActHold, person, &casefile.HoldFields{Ground: ground, ReviewOn: reviewOn})
}

func (s *journey) releasedOn(on clock.Date, ground casefile.Ground, person int) {
	s.t.Helper()
	s.doOn(on, "douglas", casefile.ActRelease, person, &casefile.ReleaseFields{Ground: ground, Reason: "passed"})
}

// moreTime is a decision on a representative's request, made on the day of the journey.
func (s *journey) moreTime(kind casefile.TaskKind, days int, decision string) *casefile.ExtendFields {
	return &casefile.ExtendFields{Task: kind, Decision: decision, Days: days, Reason: "illness", AskedBy: "representative", AskedOn: s.today()}
}

func takenBack(kind casefile.TaskKind) *casefile.ExtendFields {
	return &casefile.ExtendFields{Task: kind, Decision: casefile.ExtensionWithdrawn, Reason: "no_longer_needed"}
}

// comesUp lets a rung come up as a workflow holds it, at its instant, whatever
// has become of the task meanwhile.
func (s *journey) comesUp(kind casefile.TaskKind, subject int, rung casefile.Rung) {
	s.t.Helper()
	s.now = rung.At.UTC()
	var err error
	s.review, err = s.ActOnRung(s.t.Context(), activities.ActOnRungParams{Case: s.ref, Kind: kind, Subject: subject, Rung: rung, Now: s.now})
	require.NoError(s.t, err)
}

// TestAQuestionnaireThatAMedicalCrisisStops, from the letter to the silence after
// it. What was left when a pause began is left when it ends, to the day
// (clock.Deadline); a deadline is compared with the days that people attest
// (process.md, invariant 7); each date shown is kept with the cause of its change.
func TestAQuestionnaireThatAMedicalCrisisStops(t *testing.T) {
	s := newLedger(t).asked(t)
	s.onlyAwaits(casefile.TaskQuestionnaire)
	const kind = casefile.TaskQuestionnaire
	s.shows(kind, 0, "2026-04-20, reminder 2026-04-02, family", "30 working days: 6 to 13 March are 6, to 31 March 18, to 2 April 20, 7 to 20 April 10 more")

	// Recorded on Thursday 19 March: the crisis began on Monday, the seventh day.
	s.on(day("2026-03-19"))
	s.heldUntil(day("2026-03-16"), casefile.GroundMedical, 0, day("2026-04-20"))
	s.shows(kind, 0, "stopped before reminder, family", "no date is made up for a stopped clock")
	require.True(t, s.task(kind, 0).Stopped())
	require.True(t, s.task(kind, 0).DueOn.IsZero())
	require.True(t, s.task(kind, 0).Next.At.IsZero())
	require.True(t, s.review.Held)
	s.shows(casefile.TaskHold, 0, "2026-04-20, due 2026-04-20, senior_caseworker")
	next, found := s.review.Earliest()
	require.True(t, found)
	require.Equal(t, casefile.TaskHold, next.Kind, "no state without an owner and a next date: whoever reviews the hold (invariant 6)")
	require.Equal(t, casefile.SeniorCaseworker, casefile.FromRecord(s.review).Face().Awaiting)
	require.Equal(t, clock.LateAt(day("2026-04-20")), casefile.FromRecord(s.review).Face().Next.UTC())

	s.on(day("2026-03-24"))
	s.do("fiona", casefile.ActExtend, 0, s.moreTime(kind, 5, casefile.ExtensionGranted))
	s.shows(kind, 0, "stopped before reminder, family", "five days more, when it goes on")

	s.on(day("2026-04-13"))
	s.releasedOn(day("2026-04-13"), casefile.GroundMedical, 0)
	s.shows(kind, 0, "2026-05-26, reminder 2026-05-11, family",
		"6 were used by 13 March, so 24 and 5 are left: 14 to 17 April 4, to 24 April 9, to 1 May 14, to 8 May 18, to 15 May 23, to 22 May 28, 26 May 29; "+
			"the reminder five days later too, on the 25th: 19 from 14 April are 4, 9, 14, 18 by 8 May, and 11 May")
	require.False(t, s.isOpen(casefile.TaskHold, 0))
	require.False(t, s.review.Held)
	require.Equal(t, []string{
		"hold: 2026-04-20/2026-04-02 -> stopped, 24 left, by fiona",
		"release: stopped -> 2026-05-26/2026-05-11, 29 left, by douglas",
	}, s.ledger(kind, 0))
	require.Equal(t, []string{"2026-03-16 2026-04-13"}, testdb.List[string](s.staffed, `select opened_on || ' ' || ended_on from hold where case_ref = $1`, s.ref))
	require.Equal(t, []string{"granted 5 2026-03-24 fiona"}, testdb.List[string](s.staffed,
		`select concat_ws(' ', decision, days, decided_on, decided_by) from extension where case_ref = $1`, s.ref))

	require.Equal(t, []string{"reminder 2026-05-11", "due 2026-05-26", "escalation 2026-06-02"}, s.silence(kind, 0, 3),
		"the gap five working days after the last day: 27 to 29 May, 1 and 2 June")
	require.Equal(t, []string{"reminder 0", "due 0 contact", "escalation 0 gap"}, s.acted(kind, 0))
}

// TestWhatEachGroundStops: a stop-clock hold stops the family's own time to answer
// and the time to take a refusal further; the court's stops the second only. No
// ground stops a provider's, a council's, a minister's or the Home Office's own
// time, nor an appeal window (domain.md 6.1; casefile.Ground.Stops) [D].
func TestWhatEachGroundStops(t *testing.T) {
	o := newLedger(t)
	type clockOf struct {
		kind    casefile.TaskKind
		subject int
	}
	stages := []struct {
		what   string
		reach  func() *journey
		clocks []clockOf
	}{
		{"while evidence is gathered", func() *journey {
			s := o.asked(t)
			s.answer(s.task(casefile.TaskAssignWelfare, 3))
			return s
		}, []clockOf{{casefile.TaskQuestionnaire, 0}, {casefile.TaskGP, 0}, {casefile.TaskSchool, 3}, {casefile.TaskSocialWork, 0}, {casefile.TaskReport, 3}}},
		{"in the minister's window", func() *journey { return o.family(t, nil).until(casefile.Representation) }, []clockOf{{casefile.TaskWindow, 0}}},
		{"when a decision is due", func() *journey { return o.family(t, nil).toDecision() }, []clockOf{{casefile.TaskPropose, 0}}},
		{"after a refusal", func() *journey {
			s := o.family(t, nil)
			s.servedRefusal(monday)
			s.rung(casefile.TaskAppealWindow, 1)
			s.on(day("2026-03-17"))
			return s
		}, []clockOf{{casefile.TaskNoAppeal, 1}, {casefile.TaskAppealWindow, 2}}},
	}
	for _, ground := range []struct {
		ground casefile.Ground
		person int
		stops  []casefile.TaskKind
	}{
		{casefile.GroundAgeDispute, 3, []casefile.TaskKind{casefile.TaskQuestionnaire, casefile.TaskNoAppeal}},
		{casefile.GroundChildProtection, 3, []casefile.TaskKind{casefile.TaskQuestionnaire, casefile.TaskNoAppeal}},
		{casefile.GroundCourt, 1, []casefile.TaskKind{casefile.TaskNoAppeal}},
		{casefile.GroundMedical, 0, []casefile.TaskKind{casefile.TaskQuestionnaire, casefile.TaskNoAppeal}},
		{casefile.GroundTrafficking, 2, []casefile.TaskKind{casefile.TaskQuestionnaire, casefile.TaskPropose, casefile.TaskNoAppeal}},
	} {
		for _, stage := range stages {
			t.Run(string(ground.ground)+" "+stage.what, func(t *testing.T) {
				s := stage.reach()
				s.t = t
				before := map[clockOf]string{}
				for _, c := range stage.clocks {
					before[c] = words(s.task(c.kind, c.subject))
				}
				s.heldOn(s.today(), ground.ground, ground.person)
				for _, c := range stage.clocks {
					task := s.task(c.kind, c.subject)
					if slices.Contains(ground.stops, c.kind) {
						require.True(t, task.Stopped(), "%s", c.kind)
						require.True(t, task.DueOn.IsZero(), "%s", c.kind)
						require.Len(t, s.ledger(c.kind, c.subject), 1, "%s", c.kind)
					} else {
						require.Equal(t, before[c], words(task), "%s runs on", c.kind)
						require.Empty(t, s.ledger(c.kind, c.subject), "%s", c.kind)
					}
				}
				require.Equal(t, []string{fmt.Sprintf("%d %s", ground.person, ground.ground)}, s.holds())
			})
		}
	}
	require.Len(t, casefile.Grounds, 5, "a row for each ground")
	require.Equal(t, []string{
		"age_dispute evidence.questionnaire", "age_dispute service.no_appeal", "child_protection evidence.questionnaire", "child_protection service.no_appeal",
		"court service.no_appeal", "further_submissions service.no_appeal", "medical evidence.questionnaire", "medical service.no_appeal",
		"trafficking decision.propose", "trafficking evidence.questionnaire", "trafficking service.no_appeal",
	}, testdb.List[string](o, `select ground || ' ' || kind from ground_stops order by 1`), "what clock show reads says the same")
}

// TestAClockThatBeginsUnderAHold begins stopped, and has its whole time when the
// hold ends: the last day of the pause is the trigger of what is left.
func TestAClockThatBeginsUnderAHold(t *testing.T) {
	o := newLedger(t)
	t.Run("the family is asked while it is held", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		s.on(day("2026-03-03"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		s.on(day("2026-03-05"))
		s.letter("family", s.today())
		s.letter("representative", s.today())
		s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family")
		s.on(day("2026-03-13"))
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		s.shows(casefile.TaskQuestionnaire, 0, "2026-04-28, reminder 2026-04-14, family",
			"30 from Monday 16 March: to 27 March 10, to 2 April 14, to 10 April 18, to 17 April 23, to 24 April 28, 28 April 30; the reminder on the 20th, 14 April")
		require.Equal(t, []string{"release: stopped -> 2026-04-28/2026-04-14, 30 left, by douglas"}, s.ledger(casefile.TaskQuestionnaire, 0))
	})
	t.Run("the search for an appeal begins under a court's hold", func(t *testing.T) {
		s := o.family(t, nil)
		s.servedRefusal(monday)
		s.on(day("2026-03-10"))
		s.heldOn(s.today(), casefile.GroundCourt, 1)
		s.shows(casefile.TaskAppealWindow, 1, "2026-03-16, due 2026-03-16, family", "14 days from 2 March: no court stops it")
		s.rung(casefile.TaskAppealWindow, 1)
		s.shows(casefile.TaskNoAppeal, 1, "stopped before due, caseworker")
		s.on(day("2026-03-20"))
		s.releasedOn(s.today(), casefile.GroundCourt, 1)
		s.shows(casefile.TaskNoAppeal, 1, "2026-03-27, due 2026-03-27, caseworker", "5 from Monday 23 March")
		require.Equal(t, []string{"due 2026-03-27", "escalation 2026-04-07"}, s.silence(casefile.TaskNoAppeal, 1, 2), "10: 30 March to 2 April 9, and 7 April")
	})
	// The letter of 2 March is put on record on 10 April, under a hold that began
	// on 3 April: its 20th day, 30 March, had passed before the hold.
	t.Run("the letter had gone out so long ago that a reminder was due", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		s.on(day("2026-04-03"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		s.on(day("2026-04-10"))
		s.letter("family", monday)
		s.letter("representative", monday)
		s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family", "nobody is reminded under a hold")
		s.on(day("2026-04-13"))
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		s.shows(casefile.TaskQuestionnaire, 0, "2026-04-22, reminder 2026-03-30, family",
			"23 of 30 were used by 2 April (3 to 31 March are 21): 7 from 14 April; the reminder goes out at once")
	})
	require.Zero(t, testdb.Value[int](o, `select count(*) from rung r join task t on t.id = r.task_id where t.kind = 'evidence.questionnaire'`))
}

// TestTwoHoldsAtOnce, for two reasons: pauses are a set of days, whichever is
// recorded or released first, also later than they began (clock.Deadline). What
// one of them stops stays stopped until the last is released.
func TestTwoHoldsAtOnce(t *testing.T) {
	o := newLedger(t)
	for _, c := range []struct {
		what                    string
		medical, protection     [2]clock.Date // first and last day
		due, reminder, counting string
	}{
		{"overlapping", [2]clock.Date{day("2026-03-16"), day("2026-03-27")}, [2]clock.Date{day("2026-03-23"), day("2026-04-13")}, "2026-05-18", "2026-05-01",
			"6 used by 13 March; 24 from 14 April: 4, 9, 14 by 1 May, 18 by 8 May, 23 by 15 May, 18 May"},
		{"one inside the other", [2]clock.Date{day("2026-03-16"), day("2026-04-13")}, [2]clock.Date{day("2026-03-20"), day("2026-03-27")}, "2026-05-18", "2026-05-01",
			"as if the inner one were not there"},
		{"one begins on the day on which the other ends", [2]clock.Date{day("2026-03-16"), day("2026-03-23")}, [2]clock.Date{day("2026-03-23"), day("2026-04-13")}, "2026-05-18", "2026-05-01",
			"23 March is taken out once"},
		{"one begins on the day after, over a weekend", [2]clock.Date{day("2026-03-16"), day("2026-03-20")}, [2]clock.Date{day("2026-03-21"), day("2026-04-13")}, "2026-05-18", "2026-05-01",
			"no day lies between"},
		{"with four days between", [2]clock.Date{day("2026-03-16"), day("2026-03-18")}, [2]clock.Date{day("2026-03-25"), day("2026-04-13")}, "2026-05-12", "2026-04-27",
			"19, 20, 23 and 24 March count: 10 used; 20 from 14 April: 4, 9, 14 by 1 May, 18 by 8 May, 11 and 12 May"},
		{"the same days", [2]clock.Date{day("2026-03-16"), day("2026-04-13")}, [2]clock.Date{day("2026-03-16"), day("2026-04-13")}, "2026-05-18", "2026-05-01", "once"},
	} {
		// Each order in which the four acts can be recorded, all on 14 April.
		for _, order := range []string{"HhPp", "HPhp", "HPph", "PHhp", "PHph", "PpHh"} {
			t.Run(c.what+", "+order, func(t *testing.T) {
				s := o.asked(t)
				s.t = t
				s.on(day("2026-04-14"))
				standing := 0
				for _, act := range order {
					switch act {
					case 'H':
						s.heldUntil(c.medical[0], casefile.GroundMedical, 0, day("2026-06-01"))
					case 'h':
						s.releasedOn(c.medical[1], casefile.GroundMedical, 0)
					case 'P':
						s.heldUntil(c.protection[0], casefile.GroundChildProtection, 3, day("2026-05-18"))
					case 'p':
						s.releasedOn(c.protection[1], casefile.GroundChildProtection, 3)
					}
					if act == 'H' || act == 'P' {
						standing++
					} else {
						standing--
					}
					require.Equal(t, standing > 0, s.task(casefile.TaskQuestionnaire, 0).Stopped(), "after %c", act)
					require.Equal(t, standing > 0, s.review.Held)
					require.Equal(t, standing > 0, s.isOpen(casefile.TaskHold, 0))
					if standing > 0 {
						review := "2026-06-01"
						if slices.Contains(s.holds(), "3 child_protection") {
							review = "2026-05-18" // the earlier of the two
						}
						s.shows(casefile.TaskHold, 0, review+", due "+review+", senior_caseworker")
					}
				}
				s.shows(casefile.TaskQuestionnaire, 0, c.due+", reminder "+c.reminder+", family", c.counting)
			})
		}
	}
}

// TestTwoHoldsDayByDay, each act recorded on its own day: the review of the holds
// is the earliest of their days, and moves when the earliest is released.
func TestTwoHoldsDayByDay(t *testing.T) {
	s := newLedger(t).asked(t)
	s.on(day("2026-03-16"))
	s.heldUntil(s.today(), casefile.GroundMedical, 0, day("2026-05-11"))
	s.shows(casefile.TaskHold, 0, "2026-05-11, due 2026-05-11, senior_caseworker")
	s.on(day("2026-03-23"))
	s.heldUntil(s.today(), casefile.GroundAgeDispute, 2, day("2026-04-20"))
	s.shows(casefile.TaskHold, 0, "2026-04-20, due 2026-04-20, senior_caseworker")
	s.heldUntil(s.today(), casefile.GroundAgeDispute, 3, day("2026-06-01"))
	s.shows(casefile.TaskHold, 0, "2026-04-20, due 2026-04-20, senior_caseworker", "a later one does not put the review off")
	s.on(day("2026-03-27"))
	s.releasedOn(s.today(), casefile.GroundAgeDispute, 2)
	s.shows(casefile.TaskHold, 0, "2026-05-11, due 2026-05-11, senior_caseworker")
	s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family")
	s.on(day("2026-04-08"))
	s.releasedOn(s.today(), casefile.GroundMedical, 0)
	s.shows(casefile.TaskHold, 0, "2026-06-01, due 2026-06-01, senior_caseworker")
	s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family", "the age of person 3 is still in dispute")
	s.on(day("2026-04-13"))
	s.releasedOn(s.today(), casefile.GroundAgeDispute, 3)
	s.shows(casefile.TaskQuestionnaire, 0, "2026-05-18, reminder 2026-05-01, family", "from 16 March to 13 April no day counts, and 24 are left")
	require.Equal(t, []string{
		"hold_review: 2026-05-11/2026-05-11 -> 2026-04-20/2026-04-20, 29 left, by fiona",
		"hold_review: 2026-04-20/2026-04-20 -> 2026-05-11/2026-05-11, 46 left, by douglas",
		"hold_review: 2026-05-11/2026-05-11 -> 2026-06-01/2026-06-01, 55 left, by douglas",
	}, s.ledger(casefile.TaskHold, 0), "calendar days from 16 March, at the end of the day before")
	require.Len(t, s.ledger(casefile.TaskQuestionnaire, 0), 2, "it was stopped once, and went on once")
}

// TestAHoldThatIsRecordedAfterAnExpiry, and began before it: nobody was late while
// their clock stood still. What had acted because the last day had passed is
// taken back, and acts again, under the next number, when the new one has
// (process.md: rungs act once each, unique in the database).
func TestAHoldThatIsRecordedAfterAnExpiry(t *testing.T) {
	o := newLedger(t)
	const kind = casefile.TaskQuestionnaire
	for _, c := range []struct {
		what         string
		acted        int // rungs that had acted
		recorded     clock.Date
		attested     clock.Date
		stopped      string
		released     clock.Date
		running, how string
		then, rungs  []string
	}{
		{"after the gap", 3, day("2026-04-30"), day("2026-03-16"), "stopped before due 1, family", day("2026-05-05"), "2026-06-09, due 1 2026-06-09, family",
			"6 used; 24 from 6 May: 3, 8 by 15 May, 13 by 22 May, 17 by 29 May, 22 by 5 June, 8 and 9 June",
			[]string{"due 2026-06-09", "escalation 2026-06-16"}, []string{"reminder 0", "due 0 contact", "escalation 0 gap", "due 1 contact", "escalation 1 gap"}},
		{"between the last day and the gap", 2, day("2026-04-23"), day("2026-03-16"), "stopped before due 1, family", day("2026-05-05"), "2026-06-09, due 1 2026-06-09, family",
			"the same day", []string{"due 2026-06-09", "escalation 2026-06-16"}, []string{"reminder 0", "due 0 contact", "due 1 contact", "escalation 0 gap"}},
		{"after the reminder", 1, day("2026-04-10"), day("2026-03-16"), "stopped before due, family", day("2026-05-05"), "2026-06-09, due 2026-06-09, family",
			"and nobody is reminded twice", []string{"due 2026-06-09", "escalation 2026-06-16"}, []string{"reminder 0", "due 0 contact", "escalation 0 gap"}},
		{"on the last day itself", 3, day("2026-04-30"), day("2026-04-20"), "stopped before due 1, family", day("2026-05-05"), "2026-05-06, due 1 2026-05-06, family",
			"29 used by 17 April: one is left, and the day of the release is none",
			[]string{"due 2026-05-06", "escalation 2026-05-13"}, []string{"reminder 0", "due 0 contact", "escalation 0 gap", "due 1 contact", "escalation 1 gap"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.asked(t)
			s.t = t
			s.silence(kind, 0, c.acted)
			s.on(c.recorded)
			s.heldOn(c.attested, casefile.GroundMedical, 0)
			s.shows(kind, 0, c.stopped, "open, not overdue, not escalated, and the family's again")
			s.on(c.released)
			s.releasedOn(c.released, casefile.GroundMedical, 0)
			s.shows(kind, 0, c.running, c.how)
			require.Equal(t, c.then, s.silence(kind, 0, len(c.then)))
			require.Equal(t, c.rungs, s.acted(kind, 0))
			require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(kind, 0))
			require.True(t, s.isOpen(casefile.TaskContact, 0), "somebody is still to reach the family")
			require.Equal(t, 1, testdb.Value[int](o, `select count(*) from task where case_ref = $1 and kind = $2`, s.ref, kind), "one task throughout")
		})
	}
	t.Run("on the day after the last: it changes nothing", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 3)
		s.on(day("2026-04-30"))
		s.heldOn(day("2026-04-21"), casefile.GroundMedical, 0)
		require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(kind, 0))
		require.Empty(t, s.ledger(kind, 0))
	})
	t.Run("between the last day and the gap: only the gap waits", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 2)
		s.on(day("2026-04-22"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		s.shows(kind, 0, "2026-04-20, stopped before escalation, caseworker, overdue, escalated")
		s.on(day("2026-04-29"))
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		s.shows(kind, 0, "2026-04-20, escalation 2026-05-06, caseworker, overdue, escalated", "one of the five was used, on 21 April: 30 April, 1, 5 and 6 May")
	})
	t.Run("and the family is reached, and answers in its time", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 3)
		s.on(day("2026-04-30"))
		s.heldOn(day("2026-03-16"), casefile.GroundMedical, 0)
		s.contact("visit")
		s.on(day("2026-05-05"))
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		s.on(day("2026-06-09"))
		s.answer(s.task(kind, 0))
		require.Equal(t, closedTask{"complete", day("2026-06-09"), false}, s.closed(kind, 0))
	})
	t.Run("the contact is asked for again if it was made before", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 2)
		s.on(day("2026-04-23"))
		s.contact("visit")
		s.heldOn(day("2026-03-16"), casefile.GroundMedical, 0)
		s.on(day("2026-05-05"))
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		require.False(t, s.isOpen(casefile.TaskContact, 0))
		s.rung(kind, 0)
		s.shows(casefile.TaskContact, 0, "2026-06-17, due 2026-06-17, caseworker", "asked for on 10 June: 11, 12, 15, 16 and 17 June")
	})
}

// TestAMissedMarkThatAHoldTakesAway where the file has gone on: the minister's
// window is not closed again for it, but nobody is held to have been late. Late
// evidence is recorded whenever it comes (process.md, Deadlines).
func TestAMissedMarkThatAHoldTakesAway(t *testing.T) {
	o := newLedger(t)
	const kind = casefile.TaskQuestionnaire
	toRepresentation := func() *journey {
		s := o.asked(t)
		s.instead[kind] = func(casefile.Task) { s.silence(kind, 0, 3) }
		s.until(casefile.Representation)
		require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(kind, 0))
		s.on(day("2026-04-30"))
		return s
	}
	t.Run("when representation has opened", func(t *testing.T) {
		s := toRepresentation()
		window := words(s.task(casefile.TaskWindow, 0))
		s.heldOn(day("2026-03-16"), casefile.GroundMedical, 0)
		require.Equal(t, closedTask{Result: "gap"}, s.closed(kind, 0))
		require.False(t, s.isOpen(kind, 0))
		require.Equal(t, casefile.Representation, s.review.Stage)
		s.shows(casefile.TaskWindow, 0, window)
		s.on(day("2026-05-05"))
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		require.False(t, s.isOpen(kind, 0))
		require.Equal(t, closedTask{Result: "gap"}, s.closed(kind, 0))
		require.Equal(t, day("2026-06-09"), testdb.Value[clock.Date](o, `select due_on from task where case_ref = $1 and kind = $2`, s.ref, kind), "the 24 that were left")
		s.on(day("2026-05-20"))
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
		require.Equal(t, closedTask{"complete", day("2026-05-20"), false}, s.closed(kind, 0), "and an answer before it is in time")
	})
	t.Run("and the clock had run out all the same", func(t *testing.T) {
		s := toRepresentation()
		s.heldOn(day("2026-04-21"), casefile.GroundMedical, 0)
		require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(kind, 0))
	})
	// The answer came on 30 April, ten days after the last day, and was late.
	for _, c := range []struct {
		what     string
		from, to clock.Date
		due      clock.Date
		how      string
		late     bool
	}{
		{"an answer that turns out to be in time", day("2026-03-16"), day("2026-04-13"), day("2026-05-18"), "24 from 14 April", false},
		{"an answer on what turns out to be the last day", day("2026-03-16"), day("2026-03-25"), day("2026-04-30"),
			"24 from 26 March: 2, 6 by 2 April, 10 by 10 April, 15, 20 by 24 April, 27 to 30 April", false},
		{"an answer a day after it", day("2026-03-16"), day("2026-03-24"), day("2026-04-29"), "one day less", true},
		{"an answer that is late all the same", day("2026-03-16"), day("2026-03-17"), day("2026-04-22"), "24 from 18 March: 3, 8, 12 by 2 April, 16, 21 by 17 April, 20 to 22 April", true},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.asked(t)
			s.t = t
			s.silence(kind, 0, 3)
			s.on(day("2026-04-30"))
			s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
			require.Equal(t, closedTask{"complete", day("2026-04-30"), true}, s.closed(kind, 0))
			s.on(day("2026-05-05"))
			s.heldOn(c.from, casefile.GroundMedical, 0)
			require.False(t, s.isOpen(kind, 0), "it is answered")
			s.releasedOn(c.to, casefile.GroundMedical, 0)
			require.Equal(t, closedTask{"complete", day("2026-04-30"), c.late}, s.closed(kind, 0), c.how)
			require.Equal(t, c.due, testdb.Value[clock.Date](o, `select due_on from task where case_ref = $1 and kind = $2`, s.ref, kind), c.how)
		})
	}
}

// TestTheRungsOfAStoppedClock do nothing, also where a workflow still holds one as
// it was before the hold: a rung first reads the facts again, and one whose ground
// has gone does nothing (process.md, Deadlines).
func TestTheRungsOfAStoppedClock(t *testing.T) {
	o := newLedger(t)
	const kind = casefile.TaskQuestionnaire
	t.Run("the reminder", func(t *testing.T) {
		s := o.asked(t)
		reminder := s.task(kind, 0).Next
		s.on(day("2026-04-02"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		s.again(kind, 0, reminder)
		s.now = reminder.At
		s.again(kind, 0, reminder)
		require.Empty(t, s.acted(kind, 0))
		s.on(day("2026-04-13"))
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		s.shows(kind, 0, "2026-04-28, reminder 2026-04-14, family", "19 used by 1 April: the 20th is 14 April, the 30th 28 April: 4 by 17 April, 9 by 24 April, 27 and 28 April")
		s.again(kind, 0, reminder) // its old instant has passed, and it is not its time yet
		require.Empty(t, s.acted(kind, 0))
		require.Equal(t, []string{"reminder 2026-04-14"}, s.silence(kind, 0, 1))
		s.again(kind, 0, reminder)
		require.Equal(t, []string{"reminder 0"}, s.acted(kind, 0), "once")
	})
	t.Run("the last day", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 1)
		due := s.task(kind, 0).Next
		s.on(day("2026-04-20"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		s.now = due.At
		s.again(kind, 0, due)
		require.False(t, s.isOpen(casefile.TaskContact, 0))
		s.on(day("2026-06-30"))
		s.again(kind, 0, due) // however long it takes
		s.releasedOn(day("2026-06-29"), casefile.GroundMedical, 0)
		s.shows(kind, 0, "2026-06-30, due 2026-06-30, family", "the last of the 30 is the day after the release")
		s.again(kind, 0, due)
		require.Equal(t, []string{"due 2026-06-30"}, s.silence(kind, 0, 1))
		s.again(kind, 0, due)
		require.Equal(t, []string{"reminder 0", "due 0 contact"}, s.acted(kind, 0), "once")
		require.True(t, s.isOpen(casefile.TaskContact, 0))
	})
	t.Run("more time takes a rung's ground away too", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 1)
		due := s.task(kind, 0).Next
		s.on(day("2026-04-20"))
		s.do("fiona", casefile.ActExtend, 0, s.moreTime(kind, 1, casefile.ExtensionGranted))
		s.now = due.At
		s.again(kind, 0, due)
		require.Equal(t, []string{"due 2026-04-21"}, s.silence(kind, 0, 1))
		require.Equal(t, []string{"reminder 0", "due 0 contact"}, s.acted(kind, 0))
	})
	t.Run("an answer under a hold is taken, and is not late", func(t *testing.T) {
		for _, release := range []bool{false, true} {
			s := o.asked(t)
			s.silence(kind, 0, 1)
			s.on(day("2026-04-20"))
			s.heldOn(s.today(), casefile.GroundMedical, 0)
			s.on(day("2026-05-12"))
			s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
			if release {
				s.releasedOn(s.today(), casefile.GroundMedical, 0)
			}
			require.False(t, s.isOpen(kind, 0))
			require.Equal(t, closedTask{"complete", day("2026-05-12"), false}, s.closed(kind, 0))
			require.Equal(t, []string{"reminder 0"}, s.acted(kind, 0))
		}
	})
	t.Run("nor does it look for an appeal that is not looked for", func(t *testing.T) {
		s := o.family(t, nil)
		s.servedRefusal(monday)
		s.rung(casefile.TaskAppealWindow, 1)
		due := s.task(casefile.TaskNoAppeal, 1).Next
		s.on(day("2026-03-24"))
		s.heldOn(day("2026-03-20"), casefile.GroundCourt, 1)
		s.comesUp(casefile.TaskNoAppeal, 1, due)
		require.Empty(t, s.acted(casefile.TaskNoAppeal, 1))
		s.shows(casefile.TaskNoAppeal, 1, "stopped before due, caseworker")
	})
}

// TestInTheSameSecond: an answer, a hold, a release and an expiry that fall on one
// instant, in either order. What counts is the day attested, and not which came
// first (process.md, invariant 7).
func TestInTheSameSecond(t *testing.T) {
	o := newLedger(t)
	const kind = casefile.TaskQuestionnaire
	// midnight is the first instant after the family's last day, 20 April.
	midnight := clock.LateAt(day("2026-04-20"))
	const first, second = "first", "second"
	both := func(t *testing.T, prepare func() *journey, rung, other func(*journey), check func(t *testing.T, s *journey, other string)) {
		t.Helper()
		for _, order := range []string{first, second} {
			t.Run("comes "+order, func(t *testing.T) {
				s := prepare()
				s.t = t
				s.now = midnight
				if order == first {
					other(s)
					rung(s)
				} else {
					rung(s)
					other(s)
				}
				require.Equal(t, midnight, s.now)
				check(t, s, order)
			})
		}
	}
	// The family was reminded, and its last day passes.
	prepare := func() *journey {
		s := o.asked(t)
		s.silence(kind, 0, 1)
		return s
	}
	rung := func(s *journey) { s.comesUp(kind, 0, casefile.Rung{Kind: casefile.Due, At: midnight}) }
	answer := func(on clock.Date) func(*journey) {
		return func(s *journey) {
			s.doOn(on, "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
		}
	}
	for _, c := range []struct {
		what string
		on   clock.Date
		late bool
	}{{"an answer that came on the last day", day("2026-04-20"), false}, {"an answer that came after midnight", day("2026-04-21"), true}} {
		t.Run(c.what, func(t *testing.T) {
			both(t, prepare, rung, answer(c.on), func(t *testing.T, s *journey, order string) {
				require.Equal(t, closedTask{"complete", c.on, c.late}, s.closed(kind, 0), "the same mark in either order")
				require.False(t, s.isOpen(kind, 0))
				require.False(t, s.isOpen(casefile.TaskContact, 0), "nobody has to be reached who has answered")
				if order == first {
					require.Equal(t, []string{"reminder 0"}, s.acted(kind, 0), "the rung does nothing")
				}
			})
		})
	}
	// A GP who does not answer by 30 March is a gap at once, and the task closed.
	for _, c := range []struct {
		what string
		on   clock.Date
		late bool
	}{{"a GP's answer of the last day", day("2026-03-30"), false}, {"a GP's answer after midnight", day("2026-03-31"), true}} {
		t.Run(c.what, func(t *testing.T) {
			for _, order := range []string{first, second} {
				t.Run("comes "+order, func(t *testing.T) {
					s := o.family(t, nil).until(casefile.Evidence)
					s.rung(casefile.TaskGP, 0)
					due := s.task(casefile.TaskGP, 0).Next
					s.now = clock.LateAt(day("2026-03-30"))
					gp := func() {
						s.doOn(c.on, "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"})
					}
					if order == first {
						gp()
						s.comesUp(casefile.TaskGP, 0, due)
						require.Equal(t, []string{"reminder 0"}, s.acted(casefile.TaskGP, 0))
					} else {
						s.comesUp(casefile.TaskGP, 0, due)
						require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(casefile.TaskGP, 0))
						gp()
					}
					require.Equal(t, closedTask{"complete", c.on, c.late}, s.closed(casefile.TaskGP, 0), "the same mark in either order")
				})
			}
		})
	}
	hold := func(on clock.Date) func(*journey) {
		return func(s *journey) { s.heldUntil(on, casefile.GroundMedical, 0, day("2026-05-18")) }
	}
	t.Run("a hold that began on the last day", func(t *testing.T) {
		both(t, prepare, rung, hold(day("2026-04-20")), func(t *testing.T, s *journey, order string) {
			want := map[string]string{first: "stopped before due, family", second: "stopped before due 1, family"}
			s.shows(kind, 0, want[order], "not late, in either order")
			require.Equal(t, order == second, s.isOpen(casefile.TaskContact, 0))
			s.on(day("2026-05-05"))
			s.releasedOn(s.today(), casefile.GroundMedical, 0)
			require.Equal(t, []string{"due 2026-05-06", "escalation 2026-05-13"}, s.silence(kind, 0, 2), "one day was left, and then five: 7, 8, 11, 12 and 13 May")
		})
	})
	t.Run("a hold that began at midnight", func(t *testing.T) {
		both(t, prepare, rung, hold(day("2026-04-21")), func(t *testing.T, s *journey, _ string) {
			s.shows(kind, 0, "2026-04-20, stopped before escalation, caseworker, overdue, escalated", "it was late; the gap waits")
		})
	})
	t.Run("a hold and the reminder", func(t *testing.T) {
		for _, order := range []string{first, second} {
			for _, began := range []clock.Date{day("2026-04-02"), day("2026-04-03")} {
				t.Run("comes "+order+", began on "+began.String(), func(t *testing.T) {
					s := o.asked(t)
					s.t = t
					reminder := s.task(kind, 0).Next
					s.now = clock.LateAt(day("2026-04-02"))
					if order == first {
						s.heldOn(began, casefile.GroundMedical, 0)
						s.comesUp(kind, 0, reminder)
						s.shows(kind, 0, "stopped before reminder, family")
						require.Empty(t, s.acted(kind, 0))
					} else {
						s.comesUp(kind, 0, reminder)
						s.heldOn(began, casefile.GroundMedical, 0)
						s.shows(kind, 0, "stopped before due, family")
						require.Equal(t, []string{"reminder 0"}, s.acted(kind, 0))
					}
				})
			}
		}
	})
	// Held from 14 to 20 April: 25 used, 5 left, so that its last day would be 27
	// April. On the 28th that has passed, and nobody was told of it: it is refused.
	// Released as of the day before it is due on 5 May (28 April to 1 May are 4, and
	// the 4th is none).
	t.Run("a release of which the time has passed", func(t *testing.T) {
		s := o.asked(t)
		s.t = t
		s.silence(kind, 0, 1)
		s.on(day("2026-04-14"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		s.now = clock.LateAt(day("2026-04-27"))
		late := s.command("fiona", casefile.ActRelease, 0, day("2026-04-20"), &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: "passed"})
		refusal := s.refusedCommand(casefile.RefusedTooLate, late)
		require.Contains(t, refusal.Detail, "2026-04-27, which has passed: give a later day")
		s.releasedOn(day("2026-04-27"), casefile.GroundMedical, 0)
		s.shows(kind, 0, "2026-05-05, due 2026-05-05, family")
		require.Equal(t, []string{"reminder 0"}, s.acted(kind, 0))
	})
	t.Run("two releases of one hold", func(t *testing.T) {
		s := o.asked(t)
		s.on(day("2026-04-14"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		release := func(login string) store.NewCommand {
			return s.command(login, casefile.ActRelease, 0, s.today(), &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: "passed"})
		}
		one, two := release("fiona"), release("douglas")
		require.Nil(t, s.record(one))
		s.refusedCommand(casefile.RefusedNothingOpen, two)
		require.Nil(t, s.record(one), "delivered again, the same answer")
	})
}

// TestMoreTime: an extension adds days of the budget's own unit, up to a cap for
// each kind of task; withdrawn, it leaves the deadline as if it had never been
// given. No last day is moved to one that has passed.
func TestMoreTime(t *testing.T) {
	o := newLedger(t)
	const kind = casefile.TaskQuestionnaire
	grant := func(s *journey, days int) {
		s.t.Helper()
		s.do("fiona", casefile.ActExtend, 0, s.moreTime(kind, days, casefile.ExtensionGranted))
	}
	decisions := func(s *journey) []string {
		return testdb.List[string](o, `select concat_ws(' ', no, decision, days, withdrawn_by) from extension where case_ref = $1 order by no`, s.ref)
	}
	t.Run("within the cap", func(t *testing.T) {
		s := o.asked(t)
		grant(s, 5)
		s.shows(kind, 0, "2026-04-27, reminder 2026-04-13, family", "21 to 24 and 27 April; the reminder on the 25th, 13 April")
		require.Equal(t, []string{"extension: 2026-04-20/2026-04-02 -> 2026-04-27/2026-04-13, 35 left, by fiona"}, s.ledger(kind, 0))
		require.Equal(t, []string{"reminder 2026-04-13", "due 2026-04-27", "escalation 2026-05-05"}, s.silence(kind, 0, 3))
	})
	t.Run("up to the cap of twenty in two steps, and not above it", func(t *testing.T) {
		s := o.asked(t)
		grant(s, 15)
		s.shows(kind, 0, "2026-05-12, reminder 2026-04-27, family", "the 45th; the reminder on the 35th")
		s.refused(casefile.RefusedConstraint, "fiona", casefile.ActExtend, 0, s.moreTime(kind, 6, casefile.ExtensionGranted))
		grant(s, 5)
		s.shows(kind, 0, "2026-05-19, reminder 2026-05-05, family", "the 50th; the reminder on the 40th")
		s.refused(casefile.RefusedConstraint, "fiona", casefile.ActExtend, 0, s.moreTime(kind, 1, casefile.ExtensionGranted))
		s.do("douglas", casefile.ActExtend, 0, takenBack(kind))
		s.shows(kind, 0, "2026-05-12, reminder 2026-04-27, family", "the last one given is taken back")
		grant(s, 5)
		require.Equal(t, []string{"1 granted 15", "2 granted 5 douglas", "3 granted 5"}, decisions(s))
		s.do("douglas", casefile.ActExtend, 0, takenBack(kind))
		s.do("douglas", casefile.ActExtend, 0, takenBack(kind))
		s.shows(kind, 0, "2026-04-20, reminder 2026-04-02, family")
		s.refused(casefile.RefusedNothingOpen, "douglas", casefile.ActExtend, 0, takenBack(kind))
		require.Equal(t, []string{"1 granted 15 douglas", "2 granted 5 douglas", "3 granted 5 douglas"}, decisions(s))
	})
	t.Run("what is refused on request is recorded, and moves nothing", func(t *testing.T) {
		s := o.asked(t)
		before := words(s.task(kind, 0))
		f := s.moreTime(kind, 20, casefile.ExtensionRefused)
		f.Reason = "no_ground"
		s.do("fiona", casefile.ActExtend, 0, f)
		s.shows(kind, 0, before)
		require.Empty(t, s.ledger(kind, 0))
		require.Equal(t, []string{"1 refused 20"}, decisions(s))
		s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActExtend, 0, takenBack(kind))
		grant(s, 20) // it uses up nothing of the cap
		s.shows(kind, 0, "2026-05-19, reminder 2026-05-05, family")
	})
	t.Run("withdrawn, it was never given", func(t *testing.T) {
		for _, acted := range []int{0, 1} {
			s := o.asked(t)
			s.silence(kind, 0, acted)
			s.on(day("2026-04-09"))
			before := words(s.task(kind, 0))
			grant(s, 10)
			require.NotEqual(t, before, words(s.task(kind, 0)))
			s.on(day("2026-04-20")) // the last day of the old time has not passed
			s.do("fiona", casefile.ActExtend, 0, takenBack(kind))
			s.shows(kind, 0, before)
			require.Len(t, s.ledger(kind, 0), 2)
			require.True(t, strings.HasPrefix(s.ledger(kind, 0)[1], "withdrawal: "))
		}
	})
	t.Run("it is not withdrawn when the old day has passed", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 1)
		grant(s, 10)
		s.on(day("2026-04-21"))
		s.refused(casefile.RefusedTooLate, "fiona", casefile.ActExtend, 0, takenBack(kind))
		s.shows(kind, 0, "2026-05-05, due 2026-05-05, family")
		require.Equal(t, []string{"1 granted 10"}, decisions(s))
		require.Len(t, s.ledger(kind, 0), 1)
	})
	t.Run("nor where what was used under it has eaten it up", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 1)
		grant(s, 10)
		s.on(day("2026-04-23"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		s.refused(casefile.RefusedTooLate, "fiona", casefile.ActExtend, 0, takenBack(kind))
		s.shows(kind, 0, "stopped before due, family")
	})
	t.Run("given after the last day, with the new one ahead", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 2)
		s.shows(kind, 0, "2026-04-20, escalation 2026-04-27, caseworker, overdue, escalated")
		s.on(day("2026-04-22"))
		grant(s, 5)
		s.shows(kind, 0, "2026-04-27, due 1 2026-04-27, family", "not late, not escalated, and the family's again")
		require.Equal(t, []string{"due 2026-04-27", "escalation 2026-05-05"}, s.silence(kind, 0, 2))
		require.Equal(t, []string{"reminder 0", "due 0 contact", "due 1 contact", "escalation 0 gap"}, s.acted(kind, 0))
	})
	t.Run("given on what becomes its last day", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 2)
		s.on(day("2026-04-24"))
		grant(s, 4)
		s.shows(kind, 0, "2026-04-24, due 1 2026-04-24, family")
	})
	t.Run("not when the new day has passed too", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 2)
		s.on(day("2026-04-24"))
		s.refused(casefile.RefusedTooLate, "fiona", casefile.ActExtend, 0, s.moreTime(kind, 3, casefile.ExtensionGranted))
		require.Empty(t, decisions(s))
		require.Empty(t, s.ledger(kind, 0))
	})
	t.Run("asked for after it was decided", func(t *testing.T) {
		s := o.asked(t)
		s.on(day("2026-03-10"))
		for _, decision := range []string{casefile.ExtensionGranted, casefile.ExtensionRefused} {
			f := s.moreTime(kind, 5, decision)
			f.AskedOn = day("2026-03-11")
			s.refused(casefile.RefusedFuture, "fiona", casefile.ActExtend, 0, f)
		}
	})
	t.Run("of a task that is not open", func(t *testing.T) {
		s := o.asked(t)
		s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActExtend, 3, s.moreTime(casefile.TaskReport, 5, casefile.ExtensionGranted)) // not assigned yet
		s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActExtend, 3, s.moreTime(kind, 5, casefile.ExtensionGranted))                // the family's, and no person's
		s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskSchool, 5, casefile.ExtensionGranted)) // each child's
		s.silence(kind, 0, 3)
		s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActExtend, 0, s.moreTime(kind, 5, casefile.ExtensionGranted)) // with its gap recorded
	})
	t.Run("the Home Office gives itself none", func(t *testing.T) {
		s := o.asked(t)
		for _, rule := range casefile.TaskRules {
			_, err := desk.New(s.ref, casefile.ActExtend, 0, s.today(), s.moreTime(rule.Kind, 1, casefile.ExtensionGranted), "")
			outside := rule.Kind == casefile.TaskWindow || rule.Kind == casefile.TaskAssignWelfare || rule.Kind == casefile.TaskReport ||
				rule.Stage == casefile.Evidence && rule.Awaiting != casefile.Caseworker
			require.Equal(t, outside, err == nil, "%s", rule.Kind)
			if refusal, ok := casefile.AsRefusal(err); ok {
				require.Equal(t, casefile.RefusedFields, refusal.Code)
			}
		}
	})
	t.Run("a school's, about one child", func(t *testing.T) {
		s := o.asked(t)
		s.shows(casefile.TaskSchool, 3, "2026-03-30, reminder 2026-03-16, school")
		s.do("fiona", casefile.ActExtend, 3, s.moreTime(casefile.TaskSchool, 10, casefile.ExtensionGranted))
		s.shows(casefile.TaskSchool, 3, "2026-04-14, reminder 2026-03-30, school", "31 March to 2 April 3, 6 to 10 April 8 (Easter Monday is one in Scotland), 13 and 14 April")
	})
	// Row 4: 28 calendar days, and 14 more.
	t.Run("a child's report", func(t *testing.T) {
		s := o.asked(t)
		s.on(day("2026-03-06"))
		s.answer(s.task(casefile.TaskAssignWelfare, 3))
		s.shows(casefile.TaskReport, 3, "2026-04-03, reminder 2026-03-27, lead_professional", "28 days to Good Friday, which counts as any other; the reminder after 21")
		s.do("fiona", casefile.ActExtend, 3, s.moreTime(casefile.TaskReport, 10, casefile.ExtensionGranted))
		s.shows(casefile.TaskReport, 3, "2026-04-13, reminder 2026-04-06, lead_professional")
		s.refused(casefile.RefusedConstraint, "fiona", casefile.ActExtend, 3, s.moreTime(casefile.TaskReport, 5, casefile.ExtensionGranted))
		s.do("fiona", casefile.ActExtend, 3, s.moreTime(casefile.TaskReport, 4, casefile.ExtensionGranted))
		s.shows(casefile.TaskReport, 3, "2026-04-17, reminder 2026-04-10, lead_professional", "42 days from 6 March")
		s.refused(casefile.RefusedConstraint, "fiona", casefile.ActExtend, 3, s.moreTime(casefile.TaskReport, 15, casefile.ExtensionGranted))
		require.Equal(t, []string{"reminder 2026-04-10", "due 2026-04-17", "escalation 2026-05-01"}, s.silence(casefile.TaskReport, 3, 3), "14 days after, as before")
	})
	t.Run("the file keeps its revision, and a proposal stands", func(t *testing.T) {
		s := o.family(t, nil)
		s.instead[casefile.TaskReporter] = nil // still to answer
		s.toDecision()
		s.propose("ewan", refuseAll)
		agree := words(s.task(casefile.TaskAgree, 0))
		revision := s.review.Revision
		agreement := s.agreement()
		s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskReporter, 5, casefile.ExtensionGranted))
		s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskReporter, 5, casefile.ExtensionRefused))
		s.do("fiona", casefile.ActExtend, 0, takenBack(casefile.TaskReporter))
		require.Equal(t, revision, s.review.Revision)
		s.shows(casefile.TaskAgree, 0, agree)
		s.do("ailsa", casefile.ActAgree, 0, agreement)
		require.True(t, s.review.Signed)
	})
}

// TestTheReviewOfAHold: a hold has an owner and a review date (process.md, Four
// eyes). The day given is the day shown; a forgotten hold wakes up, and asks
// again every twenty working days (process.md, invariant 6).
func TestTheReviewOfAHold(t *testing.T) {
	o := newLedger(t)
	hold := func(on clock.Date) *casefile.HoldFields {
		return &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: on}
	}
	t.Run("it wakes up, recurs, and is held on", func(t *testing.T) {
		s := o.asked(t)
		s.on(day("2026-03-16"))
		s.heldUntil(s.today(), casefile.GroundMedical, 0, day("2026-04-12")) // a Sunday stays one: it is a day that somebody named
		s.shows(casefile.TaskHold, 0, "2026-04-12, due 2026-04-12, senior_caseworker")
		require.Equal(t, day("2026-04-12"), testdb.Value[clock.Date](o, `select review_on from hold where case_ref = $1`, s.ref))
		s.rung(casefile.TaskHold, 0)
		s.shows(casefile.TaskHold, 0, "2026-04-12, escalation 2026-04-12, senior_caseworker, overdue")
		s.rung(casefile.TaskHold, 0)
		s.shows(casefile.TaskHold, 0, "2026-04-12, diary 1 2026-05-11, senior_caseworker, overdue, escalated",
			"20 working days after 12 April: to 17 April 5, 10, 15 by 1 May, 19 by 8 May, 11 May")
		s.rung(casefile.TaskHold, 0)
		s.shows(casefile.TaskHold, 0, "2026-04-12, diary 2 2026-06-09, senior_caseworker, overdue, escalated", "12 to 15 May 4, 9, 13 by 29 May, 18, 8 and 9 June")
		s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family", "that nobody looked at the hold takes no time from the family")

		s.on(day("2026-05-13"))
		s.do("douglas", casefile.ActHold, 0, hold(day("2026-06-01")))
		s.shows(casefile.TaskHold, 0, "2026-06-01, due 1 2026-06-01, senior_caseworker", "not late any more")
		require.Equal(t, []string{"hold_review: 2026-04-12/2026-06-09 -> 2026-06-01/2026-06-01, 20 left, by douglas"}, s.ledger(casefile.TaskHold, 0))
		require.Equal(t, []string{"0 medical"}, s.holds())
		require.Equal(t, []string{"2026-03-16 2026-06-01"}, testdb.List[string](o, `select opened_on || ' ' || review_on from hold where case_ref = $1`, s.ref), "the one hold")
		require.Equal(t, []string{"due 2026-06-01", "escalation 2026-06-01", "diary 2026-06-29"}, s.silence(casefile.TaskHold, 0, 3), "2 to 5 June 4, 9, 14, 19 by 26 June, 29 June")
		require.Equal(t, []string{"due 0", "escalation 0", "diary 1", "due 1", "escalation 1", "diary 2"}, s.acted(casefile.TaskHold, 0))
		s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family")
		require.Len(t, s.ledger(casefile.TaskQuestionnaire, 0), 1)
	})
	t.Run("an earlier day than before", func(t *testing.T) {
		s := o.asked(t)
		s.heldUntil(s.today(), casefile.GroundMedical, 0, day("2026-05-18"))
		s.heldUntil(s.today(), casefile.GroundMedical, 0, day("2026-04-01"))
		s.shows(casefile.TaskHold, 0, "2026-04-01, due 2026-04-01, senior_caseworker")
	})
	t.Run("which days can be named", func(t *testing.T) {
		s := o.asked(t)
		s.on(day("2026-03-16"))
		s.refused(casefile.RefusedFields, "fiona", casefile.ActHold, 0, hold(day("2026-03-15")))
		s.refused(casefile.RefusedFields, "fiona", casefile.ActHold, 0, hold(day("2026-03-16")))
		s.refused(casefile.RefusedConstraint, "fiona", casefile.ActHold, 0, hold(day("2026-09-16")))
		s.do("fiona", casefile.ActHold, 0, hold(day("2026-09-15"))) // 183 days: 15 of March, 45, 76, 106, 137, 168 by 31 August, and 15
		s.refused(casefile.RefusedFields, "fiona", casefile.ActHold, 0, hold(day("2026-03-16")))
		s.refused(casefile.RefusedConstraint, "fiona", casefile.ActHold, 0, hold(day("2026-09-16")))
		s.do("fiona", casefile.ActHold, 0, hold(day("2026-03-17")))
		_, err := desk.New(s.ref, casefile.ActHold, 0, s.today(), hold(clock.Date{}), "")
		require.ErrorContains(t, err, "review_on", "a hold without a review date is refused")
	})
	t.Run("about whom, and since when", func(t *testing.T) {
		s := o.asked(t)
		s.on(day("2026-03-16"))
		for _, ground := range []casefile.Ground{casefile.GroundAgeDispute, casefile.GroundChildProtection} {
			s.refused(casefile.RefusedNoSubject, "fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: ground, ReviewOn: day("2026-04-13")})
		}
		s.refused(casefile.RefusedNoSubject, "fiona", casefile.ActHold, 4, hold(day("2026-04-13")))
		s.refusedCommand(casefile.RefusedBefore, s.command("fiona", casefile.ActHold, 0, day("2026-03-01"), hold(day("2026-04-13")))) // drawn on 2 March
		s.refusedCommand(casefile.RefusedFuture, s.command("fiona", casefile.ActHold, 0, day("2026-03-17"), hold(day("2026-04-13"))))
		s.doOn(day("2026-03-02"), "fiona", casefile.ActHold, 0, hold(day("2026-04-13")))
		release := func(ground casefile.Ground) *casefile.ReleaseFields {
			return &casefile.ReleaseFields{Ground: ground, Reason: "settled"}
		}
		s.refusedCommand(casefile.RefusedBefore, s.command("fiona", casefile.ActRelease, 0, day("2026-03-01"), release(casefile.GroundMedical)))
		s.refusedCommand(casefile.RefusedFuture, s.command("fiona", casefile.ActRelease, 0, day("2026-03-17"), release(casefile.GroundMedical)))
		s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActRelease, 0, release(casefile.GroundCourt))
		s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActRelease, 2, release(casefile.GroundMedical)) // it is about nobody in particular
		s.doOn(day("2026-03-02"), "fiona", casefile.ActRelease, 0, release(casefile.GroundMedical))
		s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActRelease, 0, release(casefile.GroundMedical))
		s.shows(casefile.TaskQuestionnaire, 0, "2026-04-20, reminder 2026-04-02, family", "a hold of 2 March only, before the letter, takes nothing out")
		require.False(t, s.isOpen(casefile.TaskHold, 0))
	})
}

// TestFlagsAndHolds: a flag that holds opens the same hold as the act does, and a
// hold that is about a person's age, protection or court is on their file as a
// flag (domain.md 6.3; casefile.Ground.Flag).
func TestFlagsAndHolds(t *testing.T) {
	o := newLedger(t)
	refused := func(t *testing.T) *journey { // who looks for an appeal of person 1 has until Tuesday 24 March
		s := o.family(t, nil)
		s.servedRefusal(monday)
		s.rung(casefile.TaskAppealWindow, 1)
		s.shows(casefile.TaskNoAppeal, 1, "2026-03-24, due 2026-03-24, caseworker", "5 from 18 March: the 14 days ended on the 16th")
		return s
	}
	t.Run("a court's flag that is cleared releases that person's hold", func(t *testing.T) {
		s := refused(t)
		s.on(day("2026-03-19"))
		s.flag("fiona", 1, casefile.FlagJudicialReview, "on")
		s.shows(casefile.TaskNoAppeal, 1, "stopped before due, caseworker")
		s.flag("fiona", 2, casefile.FlagJudicialReview, "on")
		s.on(day("2026-03-26"))
		s.flag("fiona", 2, casefile.FlagJudicialReview, "off")
		require.Equal(t, []string{"1 court"}, s.holds())
		s.shows(casefile.TaskNoAppeal, 1, "stopped before due, caseworker")
		s.flag("fiona", 1, casefile.FlagJudicialReview, "off")
		s.shows(casefile.TaskNoAppeal, 1, "2026-04-01, due 2026-04-01, caseworker", "one was used, on 18 March: 27, 30, 31 March and 1 April")
		require.Equal(t, []string{
			"hold: 2026-03-24/2026-03-24 -> stopped, 4 left, by fiona", "release: stopped -> 2026-04-01/2026-04-01, 4 left, by fiona",
		}, s.ledger(casefile.TaskNoAppeal, 1))
	})
	t.Run("a court's hold is a flag, until it is released", func(t *testing.T) {
		s := refused(t)
		s.on(day("2026-03-19"))
		s.heldOn(s.today(), casefile.GroundCourt, 1)
		require.Equal(t, "confirmed", s.state(1, casefile.FlagJudicialReview))
		s.refused(casefile.RefusedAlreadyDone, "fiona", casefile.ActFlag, 1, &casefile.FlagFields{Flag: casefile.FlagJudicialReview, To: "on"})
		s.on(day("2026-03-26"))
		s.releasedOn(s.today(), casefile.GroundCourt, 1)
		require.Equal(t, "off", s.state(1, casefile.FlagJudicialReview))
		s.shows(casefile.TaskNoAppeal, 1, "2026-04-01, due 2026-04-01, caseworker")
	})
	t.Run("a council's concern stops the same clocks", func(t *testing.T) {
		s := o.asked(t)
		s.on(day("2026-03-16"))
		s.do("eilidh", casefile.ActConcern, 3, nil)
		s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family")
		s.shows(casefile.TaskAssignWelfare, 3, "2026-03-09, due 2026-03-09, welfare_lead", "and no child waits longer for it")
		s.shows(casefile.TaskHold, 0, "2026-04-15, due 2026-04-15, senior_caseworker", "the usual 20 working days: 4 by 20 March, 9, 13 by 2 April, 17 by 10 April, 15 April is the 20th")
		s.on(day("2026-04-13"))
		s.releasedOn(s.today(), casefile.GroundChildProtection, 3)
		require.Equal(t, "off", s.state(3, casefile.FlagChildProtection))
		s.shows(casefile.TaskQuestionnaire, 0, "2026-05-18, reminder 2026-05-01, family")
	})
	t.Run("whose age is disputed is seen as a child", func(t *testing.T) {
		s := o.asked(t)
		require.False(t, s.isOpen(casefile.TaskAssignWelfare, 2))
		s.heldOn(s.today(), casefile.GroundAgeDispute, 2)
		require.Equal(t, "confirmed", s.state(2, casefile.FlagAgeDispute))
		s.shows(casefile.TaskAssignWelfare, 2, "2026-03-12, due 2026-03-12, welfare_lead", "five working days from 5 March")
		s.releasedOn(s.today(), casefile.GroundAgeDispute, 2)
		require.Equal(t, "off", s.state(2, casefile.FlagAgeDispute))
		require.True(t, s.isOpen(casefile.TaskAssignWelfare, 2), "a protection that was given is not taken away")
	})
	t.Run("a hold that stands already is not opened twice by a flag", func(t *testing.T) {
		s := o.asked(t)
		s.on(day("2026-03-16"))
		s.do("eilidh", casefile.ActConcern, 3, nil)
		s.on(day("2026-03-18"))
		s.flag("fiona", 3, casefile.FlagChildProtection, "on") // what was alleged is confirmed
		require.Equal(t, []string{"3 child_protection"}, s.holds())
		require.Len(t, s.ledger(casefile.TaskQuestionnaire, 0), 1)
		s.on(day("2026-04-13"))
		s.flag("fiona", 3, casefile.FlagChildProtection, "off")
		s.shows(casefile.TaskQuestionnaire, 0, "2026-05-18, reminder 2026-05-01, family")
	})
	t.Run("an imported flag holds from the day the family is drawn", func(t *testing.T) {
		s := o.family(t, flagged(3, casefile.FlagAgeDispute)).until(casefile.Evidence)
		s.on(day("2026-03-05"))
		s.letter("family", s.today())
		s.letter("representative", s.today())
		s.shows(casefile.TaskQuestionnaire, 0, "stopped before reminder, family")
		s.shows(casefile.TaskHold, 0, "2026-03-30, due 2026-03-30, senior_caseworker")
	})
}

// TestWhatIsPutOffForPostStaysPutOff: an expiry that waits for an item of post
// (C1) is not brought back by a hold that does not concern it, nor does a clock
// that runs on get new dates for it.
func TestWhatIsPutOffForPostStaysPutOff(t *testing.T) {
	o := newLedger(t)
	const kind = casefile.TaskQuestionnaire
	for _, c := range []struct {
		what     string
		rungs    int // that have acted when the item comes
		on       clock.Date
		shown    string
		released string
	}{
		{"the last day", 1, day("2026-04-20"), "2026-04-20, due 2026-04-27, family", "post: 2026-04-20/2026-04-20 -> 2026-04-20/2026-04-27, 0 left, by nobody"},
		{"the gap, over May Day", 2, day("2026-04-27"), "2026-04-20, escalation 2026-05-05, caseworker, overdue, escalated",
			"post: 2026-04-20/2026-04-27 -> 2026-04-20/2026-05-05, 0 left, by nobody"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.asked(t)
			s.t = t
			s.silence(kind, 0, c.rungs)
			s.on(c.on)
			item := s.linked(c.on)
			s.rung(kind, 0)
			s.shows(kind, 0, c.shown, "five working days from the day on which the item came")
			s.read(item)
			s.heldOn(s.today(), casefile.GroundCourt, 1)
			s.shows(kind, 0, c.shown)
			s.releasedOn(s.today(), casefile.GroundCourt, 1)
			s.shows(kind, 0, c.shown)
			require.Equal(t, []string{c.released}, s.ledger(kind, 0))
		})
	}
	t.Run("a hold of the family's own does concern it", func(t *testing.T) {
		s := o.asked(t)
		s.silence(kind, 0, 1)
		s.on(day("2026-04-20"))
		s.linked(s.today())
		s.rung(kind, 0)
		s.on(day("2026-04-22"))
		s.heldOn(day("2026-04-20"), casefile.GroundMedical, 0)
		s.shows(kind, 0, "stopped before due, family")
		s.releasedOn(s.today(), casefile.GroundMedical, 0)
		s.shows(kind, 0, "2026-04-23, due 2026-04-23, family", "one day was left")
		s.rung(kind, 0)
		s.shows(kind, 0, "2026-04-23, due 2026-04-27, family", "and the item still has its five")
	})
}

// TestAnEscalationThatAHoldTakesBack: the last day had passed, and then the clock
// stood still before the escalation. It is late, and not escalated: the officer who had
// it has it again.
func TestAnEscalationThatAHoldTakesBack(t *testing.T) {
	s := newLedger(t).family(t, nil)
	const kind = casefile.TaskNoAppeal
	s.servedRefusal(monday)
	s.rung(casefile.TaskAppealWindow, 1)
	require.Equal(t, []string{"due 2026-03-24", "escalation 2026-03-31"}, s.silence(kind, 1, 2))
	s.shows(kind, 1, "2026-03-24, diary 1 2026-04-30, senior_caseworker, overdue, escalated", "20 after 31 March: 1 and 2, 6 by 10 April, 11, 16 by 24 April, 30 April")
	s.on(day("2026-04-07"))
	s.heldOn(day("2026-03-26"), casefile.GroundCourt, 1)
	s.shows(kind, 1, "2026-03-24, stopped before escalation 1, caseworker, overdue")
	s.on(day("2026-04-10"))
	s.releasedOn(s.today(), casefile.GroundCourt, 1)
	s.shows(kind, 1, "2026-03-24, escalation 1 2026-04-16, caseworker, overdue", "6 of 10 were used by 25 March: 13 to 16 April")
	s.rung(kind, 1)
	s.shows(kind, 1, "2026-03-24, diary 1 2026-05-15, senior_caseworker, overdue, escalated", "17 April 1, 6, 11 by 1 May, 15 by 8 May, 20 by 15 May")
	require.Equal(t, []string{"due 0", "escalation 0", "escalation 1"}, s.acted(kind, 1))
}

// TestTheLatestQuestionnaireIsOpenedAgain, where the family was asked twice and
// both times its gap was recorded: the one that it has the most time for.
func TestTheLatestQuestionnaireIsOpenedAgain(t *testing.T) {
	s := newLedger(t).asked(t)
	const kind = casefile.TaskQuestionnaire
	s.silence(kind, 0, 3)
	s.returned(1, "family", day("2026-04-28"))
	s.sent(2, "family", day("2026-04-30"))
	s.shows(kind, 0, "2026-06-15, reminder 2026-06-01, family", "30 from 1 May: 1, 5 by 8 May, 10, 15, 19 by 29 May, 24, 29 by 12 June, 15 June; the 20th is 1 June")
	require.Equal(t, []string{"reminder 2026-06-01", "due 2026-06-15", "escalation 2026-06-22"}, s.silence(kind, 0, 3))
	s.on(day("2026-06-24"))
	s.heldOn(day("2026-03-16"), casefile.GroundMedical, 0)
	s.releasedOn(s.today(), casefile.GroundMedical, 0)
	s.shows(kind, 0, "2026-08-05, due 1 2026-08-05, family", "all 30 were left: 2 by 26 June, 7, 12, 17, 22, 27 by 31 July, 3 to 5 August")
	require.Equal(t, []string{"2026-03-05 gap false", "2026-04-30  false"}, testdb.List[string](s.staffed,
		`select began || ' ' || coalesce(result, '') || ' ' || overdue from task where case_ref = $1 and kind = $2 order by id`, s.ref, kind))
}

// TestTheStageOfWhatIsOpenedAgain: the stage shown is the earliest unfinished
// (process.md, Stages), also where evidence was finished and is not any more.
func TestTheStageOfWhatIsOpenedAgain(t *testing.T) {
	s := newLedger(t).asked(t)
	s.answer(s.task(casefile.TaskAssignWelfare, 3))
	for _, task := range slices.Clone(s.review.Tasks) {
		if task.Stage == casefile.Evidence && task.Kind != casefile.TaskQuestionnaire {
			s.answer(task)
		}
	}
	require.Equal(t, casefile.Evidence, s.review.Stage)
	s.silence(casefile.TaskQuestionnaire, 0, 2)
	s.contact("visit")
	s.silence(casefile.TaskQuestionnaire, 0, 1)
	require.Equal(t, casefile.Welfare, s.review.Stage, "only the child's report is awaited")
	s.on(day("2026-04-30"))
	s.heldOn(day("2026-03-16"), casefile.GroundMedical, 0)
	require.True(t, s.isOpen(casefile.TaskQuestionnaire, 0))
	require.Equal(t, casefile.Evidence, s.review.Stage)
	// So it was in the figures too, and is when they are asked for as of then.
	stageAt := func(on string) string {
		var stage string
		require.NoError(t, s.sql("hame_worker").Get(&stage, `
			select g->>'stage' from jsonb_array_elements(figures($1, false, false, true)->'groups') g where not (g->>'total')::boolean`, at(day(on)).Add(time.Hour)))
		return stage
	}
	require.Equal(t, []string{"evidence", "welfare", "evidence"}, []string{stageAt("2026-04-27"), stageAt("2026-04-29"), stageAt("2026-04-30")})
	s.on(day("2026-05-01"))
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
	require.Equal(t, casefile.Welfare, s.review.Stage)
	require.Equal(t, []string{"evidence", "welfare"}, []string{stageAt("2026-04-30"), stageAt("2026-05-01")})
	require.Equal(t, []casefile.Stage{casefile.Evidence, casefile.Listed, casefile.Welfare}, s.review.Opened)
}

// TestHoldsFromBeforeClocksCouldBeStopped let every clock run, as they did then,
// and their review was a task of twenty working days. Held on, they are reviewed
// on the day given, and stop the clocks from the day attested.
func TestHoldsFromBeforeClocksCouldBeStopped(t *testing.T) {
	s := newLedger(t).asked(t)
	s.heldOn(s.today(), casefile.GroundChildProtection, 3)
	s.releasedOn(s.today(), casefile.GroundChildProtection, 3)
	s.onlyAwaits(casefile.TaskQuestionnaire)
	s.Exec(`insert into hold (case_ref, person_no, ground, opened_on, review_on, runs_on) values ($1, 3, 'child_protection', '2026-03-10', '2026-04-09', true)`, s.ref)
	s.on(day("2026-03-10"))
	s.takeStock()
	s.Exec(`update task set unit = 'working', days = 20, due_on = '2026-04-09' where case_ref = $1 and kind = 'hold.review' and closed_at is null`, s.ref)
	require.True(t, s.review.Held)
	before := words(s.task(casefile.TaskQuestionnaire, 0))
	s.on(day("2026-03-24"))
	s.shows(casefile.TaskQuestionnaire, 0, before)
	s.do("fiona", casefile.ActHold, 3, &casefile.HoldFields{Ground: casefile.GroundChildProtection, ReviewOn: day("2026-05-06")})
	require.True(t, s.task(casefile.TaskQuestionnaire, 0).Stopped())
	require.Equal(t, 1, testdb.Value[int](s.staffed, `select count(*) from hold where case_ref = $1 and opened_on = '2026-03-24' and not runs_on and ended_on is null`, s.ref))
	s.shows(casefile.TaskHold, 0, "2026-05-06, due 2026-05-06, senior_caseworker")
}

// TestMoreTimeThatExpiredUndelivered and was given again: its task is done
// (process.md, How an act is done).
func TestMoreTimeThatExpiredUndelivered(t *testing.T) {
	s := newLedger(t).asked(t)
	lost := s.command("fiona", casefile.ActExtend, 0, s.today(), s.moreTime(casefile.TaskQuestionnaire, 5, casefile.ExtensionGranted))
	require.NoError(t, s.desk("hame_worker").Expire(t.Context(), lost.ID, s.now))
	s.takeStock()
	expired := func() bool {
		return slices.ContainsFunc(s.review.Tasks, func(t casefile.Task) bool { return t.Kind == casefile.TaskExpired })
	}
	require.True(t, expired())
	s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskQuestionnaire, 5, casefile.ExtensionGranted))
	require.False(t, expired(), "nothing is left to be done again")
}

// passesTo lets time pass to nine in the morning of a day, and each rung that
// comes up meanwhile act, as the review's one timer does. A rung that comes up
// must act or be put off: the timer would else fire without end.
func (s *journey) passesTo(d clock.Date) {
	s.t.Helper()
	for {
		task, found := s.review.Earliest()
		if !found || task.Next.At.After(at(d)) {
			break
		}
		if s.now.Before(task.Next.At) {
			s.now = task.Next.At.UTC()
		}
		before := fmt.Sprint(s.review.Tasks)
		var err error
		s.review, err = s.ActOnRung(s.t.Context(), activities.ActOnRungParams{Case: s.ref, Kind: task.Kind, Subject: task.Subject, Rung: task.Next, Now: s.now})
		require.NoError(s.t, err)
		require.NotEqual(s.t, before, fmt.Sprint(s.review.Tasks), "%s: %s came up, and nothing came of it", task.Kind, task.Next.Kind)
	}
	s.on(d)
}

// consistent checks what must be true of a case's clocks at any time.
func (s *journey) consistent() {
	s.t.Helper()
	for _, row := range testdb.List[struct {
		Kind, Owed, Awaiting string
		Rung                 string     `db:"next_rung"`
		Due                  clock.Date `db:"due_on"`
		Next                 *time.Time `db:"next_at"`
		Overdue, Escalated   bool
		Acted, Stops         bool
	}](s.staffed, `
		select t.kind, t.owed_by as owed, t.awaiting, t.next_rung, t.due_on, t.next_at, t.overdue, t.escalated,
		       exists (select from rung r where r.task_id = t.id and r.kind = t.next_rung and r.no = t.next_no) as acted,
		       exists (select from hold h join ground_stops g on g.ground = h.ground and g.kind = t.kind
		               where h.case_ref = t.case_ref and h.ended_on is null) as stops
		from task t where t.case_ref = $1 and t.closed_at is null`, s.ref) {
		what := fmt.Sprintf("%+v on %s", row, s.today())
		require.False(s.t, row.Acted, "its next rung has acted: %s", what)
		require.True(s.t, row.Next != nil || row.Stops, "nothing stops it: %s", what)
		require.True(s.t, row.Next == nil || !row.Due.IsZero(), "a rung without a last day: %s", what)
		late := row.Rung == string(casefile.Escalation) || row.Rung == string(casefile.Diary)
		require.Equal(s.t, late, row.Overdue, "late once its last day has passed, and not before: %s", what)
		require.False(s.t, row.Escalated && !late, what)
		if !late {
			require.Equal(s.t, row.Owed, row.Awaiting, "whoever has the time has the task: %s", what)
		} else {
			require.True(s.t, !row.Due.IsZero() && row.Due.Before(s.today()), "late before its last day: %s", what)
		}
	}
	require.Equal(s.t, testdb.Value[bool](s.staffed, `select exists (select from hold where case_ref = $1 and ended_on is null)`, s.ref), s.isOpen(casefile.TaskHold, 0), "a hold has an owner")
	if s.isOpen(casefile.TaskHold, 0) {
		require.Equal(s.t, testdb.Value[clock.Date](s.staffed, `select min(review_on) from hold where case_ref = $1 and ended_on is null`, s.ref), s.task(casefile.TaskHold, 0).DueOn)
	}
	breaches, err := verify.Make(s.t.Context(), s.desk("una"), verify.OfDeadlines)
	require.NoError(s.t, err)
	require.Empty(s.t, breaches)
}

// TestAnyOrderOfActs plays families whose days are drawn by lot, with holds that
// are recorded late, released late and overlap, more time and less, post, answers
// and changing calendars; rungs come up at their instants, or when a worker runs
// again. In any order, nothing fails, no rung acts twice, and each date
// follows from its ledger.
func TestAnyOrderOfActs(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("lot ", seed), func(t *testing.T) {
			o := newStaffed(t)
			lot := rand.New(rand.NewPCG(seed, 2026))
			versions := []*clock.Holidays{clock.Embedded(), before(t), with(t, clock.Embedded(), holiday("england-and-wales", "2026-04-16"), holiday("scotland", "2026-04-16"),
				holiday("england-and-wales", "2026-05-14"), holiday("S12000049", "2026-04-17"))}
			s := o.family(t, nil)
			if seed%3 == 2 {
				s.servedRefusal(monday)
			} else {
				s.until(casefile.Evidence)
				s.letter("family", s.today())
				s.letter("representative", s.today())
			}
			try := func(on clock.Date, login string, act casefile.Act, subject int, fields casefile.Fields) {
				if err := fields.Validate(); err != nil {
					return
				}
				refusal := s.record(s.command(login, act, subject, on, fields))
				if refusal != nil {
					require.NotContains(t, refusal.Detail, "the database refused it", "%s on %s", act, on)
				}
			}
			applied := int64(0)
			down := false // while the worker is, no rung acts
			for range 40 {
				if lot.IntN(5) == 0 {
					down = !down
				}
				if then := s.today().AddDays(lot.IntN(7)); down {
					s.on(then)
				} else {
					s.passesTo(then)
				}
				past := s.today().AddDays(-lot.IntN(30))
				switch lot.IntN(10) {
				case 0, 1:
					ground := casefile.Grounds[lot.IntN(len(casefile.Grounds))]
					try(past, "fiona", casefile.ActHold, 1+lot.IntN(3), &casefile.HoldFields{Ground: ground, ReviewOn: s.today().AddDays(1 + lot.IntN(40))})
				case 2, 3, 4:
					for _, h := range s.holds() {
						person, ground, _ := strings.Cut(h, " ")
						on := testdb.Value[clock.Date](o, `select opened_on from hold where case_ref = $1 and ground = $2 and person_no = $3::int and ended_on is null`, s.ref, ground, person)
						if lot.IntN(3) == 0 || on.Before(past) {
							on = s.today()
						}
						try(on, "douglas", casefile.ActRelease, int(person[0]-'0'), &casefile.ReleaseFields{Ground: casefile.Ground(ground), Reason: "settled"})
					}
				case 5:
					if len(s.review.Tasks) > 0 {
						task := s.review.Tasks[lot.IntN(len(s.review.Tasks))]
						f := s.moreTime(task.Kind, 1+lot.IntN(10), casefile.ExtensionGranted)
						try(s.today(), "fiona", casefile.ActExtend, task.Subject, f)
					}
				case 6:
					for _, task := range slices.Clone(s.review.Tasks) {
						try(s.today(), "fiona", casefile.ActExtend, task.Subject, takenBack(task.Kind))
					}
				case 7:
					item := s.linked(past)
					if lot.IntN(2) == 0 {
						s.read(item)
					}
				case 8:
					provider := casefile.Providers[1+lot.IntN(6)]
					try(past, "morag", casefile.ActEvidence, 3, &casefile.EvidenceFields{Provider: provider, Result: []casefile.EvidenceResult{"complete", "partial", "nothing_held"}[lot.IntN(3)]})
				case 9:
					to := versions[lot.IntN(len(versions))]
					from, err := o.desk("archie").HolidaysInForce(t.Context())
					require.NoError(t, err)
					if applied > 0 {
						for _, ref := range o.toMove() {
							require.Equal(t, s.ref, ref)
							s.moves()
						}
						o.finishes(applied, s.now)
						applied = 0
					} else if from.Version() != to.Version() {
						applied = o.puts(s.today(), to)
					}
				}
				s.consistent()
			}
		})
	}
}

// TestAllAtOnce: a hold, an answer of the last day, the expiry, twice, and a look
// at the calendars are all on their way together. They take the review's row one
// after the other, and whichever is first, the answer is in time.
func TestAllAtOnce(t *testing.T) {
	o := newLedger(t)
	const kind = casefile.TaskQuestionnaire
	for range 8 {
		s := o.asked(t)
		s.silence(kind, 0, 1)
		due := s.task(kind, 0).Next
		s.now = due.At.UTC()
		acts := []store.NewCommand{
			s.command("fiona", casefile.ActHold, 0, day("2026-04-20"), &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: day("2026-05-18")}),
			s.command("morag", casefile.ActEvidence, 0, day("2026-04-20"), &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"}),
		}
		results := make(chan error, 5)
		for _, c := range acts {
			go func() {
				out, err := o.RecordAct(t.Context(), activities.RecordActParams{Case: s.ref, Command: c.ID, Act: c.Act.Rule().Wire(), Now: s.now})
				if err == nil && out.Refused != nil {
					err = out.Refused
				}
				results <- err
			}()
		}
		for range 2 {
			go func() {
				_, err := o.ActOnRung(t.Context(), activities.ActOnRungParams{Case: s.ref, Kind: kind, Rung: due, Now: s.now})
				results <- err
			}()
		}
		go func() {
			_, err := o.MoveDeadlines(t.Context(), activities.MoveDeadlinesParams{Case: s.ref, Now: s.now})
			results <- err
		}()
		for range cap(results) {
			require.NoError(t, <-results)
		}
		s.moves()
		require.Equal(t, closedTask{"complete", day("2026-04-20"), false}, s.closed(kind, 0))
		require.False(t, s.isOpen(kind, 0))
		require.False(t, s.isOpen(casefile.TaskContact, 0))
		s.shows(casefile.TaskHold, 0, "2026-05-18, due 2026-05-18, senior_caseworker")
		require.LessOrEqual(t, len(s.acted(kind, 0)), 2, "the reminder, and the expiry once at most")
	}
}

// TestAHoldThatBeganEarlier than it was recorded with: attested again for an
// earlier day, it began then. Of the questionnaire's thirty days from 5 March six
// are used before 16 March and nine before 19 March.
func TestAHoldThatBeganEarlier(t *testing.T) {
	s := newLedger(t).asked(t)
	s.on(day("2026-03-19"))
	s.heldOn(s.today(), casefile.GroundMedical, 0)
	require.Equal(t, 21, s.left(casefile.TaskQuestionnaire))
	s.heldOn(day("2026-03-16"), casefile.GroundMedical, 0)
	require.Equal(t, day("2026-03-16"), testdb.Value[clock.Date](s.staffed, `select opened_on from hold where case_ref = $1`, s.ref))
	s.releasedOn(s.today(), casefile.GroundMedical, 0)
	s.shows(casefile.TaskQuestionnaire, 0, "2026-04-24, reminder 2026-04-10, family", "20 March is 1, 23-27 is 6, 30-2 April is 10, 7-10 is 14, 13-17 is 19, 20-24 is 24")
}

// TestConcernsHoldFromTheDayAttested, as holds do: a concern of 16 March that is
// typed on the 19th has stopped the clock since the 16th. A flag decides, and holds
// from the day on which it is set, and not from the day in its row.
func TestConcernsHoldFromTheDayAttested(t *testing.T) {
	o := newLedger(t)
	for _, c := range []struct {
		what, from string
		left       int
		act        func(*journey)
	}{
		{"a concern", "2026-03-16", 24, func(s *journey) { s.doOn(day("2026-03-16"), "eilidh", casefile.ActConcern, 3, nil) }},
		{"a flag", "2026-03-19", 21, func(s *journey) {
			s.doOn(day("2026-03-16"), "fiona", casefile.ActFlag, 3, &casefile.FlagFields{Flag: casefile.FlagAgeDispute, To: "on"})
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.asked(t)
			s.t = t
			s.on(day("2026-03-19"))
			c.act(s)
			require.Equal(t, day(c.from), testdb.Value[clock.Date](o, `select opened_on from hold where case_ref = $1`, s.ref))
			require.Equal(t, c.left, s.left(casefile.TaskQuestionnaire))
		})
	}
	t.Run("a concern of before the hold", func(t *testing.T) {
		s := o.asked(t)
		s.t = t
		s.on(day("2026-03-20"))
		s.heldUntil(day("2026-03-19"), casefile.GroundChildProtection, 3, day("2026-04-17"))
		require.Equal(t, 21, s.left(casefile.TaskQuestionnaire))
		s.doOn(day("2026-03-16"), "eilidh", casefile.ActConcern, 3, nil)
		require.Equal(t, []string{"2026-03-16 2026-04-17"}, testdb.List[string](o, `select opened_on || ' ' || review_on from hold where case_ref = $1`, s.ref), "the one hold, reviewed on its day")
		s.releasedOn(s.today(), casefile.GroundChildProtection, 3)
		s.shows(casefile.TaskQuestionnaire, 0, "2026-04-27, reminder 2026-04-13, family", "16 to 18 March are the family's again: 5 by 27 March, 9, 13 by 10 April, 18, 23 by 24 April, 24 on the 27th")
	})
	s := o.asked(t)
	s.on(day("2026-03-19"))
	s.do("fiona", casefile.ActFlag, 3, &casefile.FlagFields{Flag: casefile.FlagAgeDispute, To: "on"})
	s.doOn(day("2026-03-18"), "fiona", casefile.ActFlag, 3, &casefile.FlagFields{Flag: casefile.FlagAgeDispute, To: "off"})
	require.Equal(t, day("2026-03-19"), testdb.Value[clock.Date](o, `select ended_on from hold where case_ref = $1`, s.ref), "and it does not end before it began")
}

// TestAHoldByMistake has stopped nothing: released as one, every date is as if it
// had never been.
func TestAHoldByMistake(t *testing.T) {
	s := newLedger(t).asked(t)
	s.on(day("2026-03-10"))
	before := words(s.task(casefile.TaskQuestionnaire, 0))
	s.heldOn(s.today(), casefile.GroundMedical, 0)
	require.True(t, s.task(casefile.TaskQuestionnaire, 0).Stopped())
	s.on(day("2026-03-12"))
	s.do("fiona", casefile.ActRelease, 0, &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: casefile.ReleasedAsMistake})
	s.shows(casefile.TaskQuestionnaire, 0, before)
	require.False(t, s.review.Held)
}

// TestAMistakeThatIsFoundTooLate: the family was told that its clock stood still,
// and the day that it had at first, 20 April, has passed. It keeps what was left
// on the 10th of March, 28 days: 6 to 8 May are 3, 11 to 15 are 8, and so on; none
// of it is lost to somebody else's mistake. So it is with ten days to answer
// adverse material, put on 9 March.
func TestAMistakeThatIsFoundTooLate(t *testing.T) {
	mistaken := &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: casefile.ReleasedAsMistake}
	t.Run("the questionnaire", func(t *testing.T) {
		s := newLedger(t).asked(t)
		s.on(day("2026-03-10"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		s.on(day("2026-05-05"))
		s.do("fiona", casefile.ActRelease, 0, mistaken)
		s.shows(casefile.TaskQuestionnaire, 0, "2026-06-15, reminder 2026-06-01, family", "3 by 8 May, 8, 13 by 22 May, 17 by 29 May, 22 by 5 June, 27 by 12 June, 28 on the 15th")
		require.False(t, s.review.Held)
	})
	t.Run("adverse material", func(t *testing.T) {
		s := newLedger(t).asked(t)
		s.on(day("2026-03-09"))
		s.do("morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "unanswered", PutOn: day("2026-03-09")})
		s.on(day("2026-03-10"))
		s.heldOn(s.today(), casefile.GroundMedical, 0)
		s.on(day("2026-03-25"))
		s.do("fiona", casefile.ActRelease, 0, mistaken)
		require.Equal(t, day("2026-04-10"), testdb.Value[clock.Date](s.staffed, `select answer_by from interview where case_ref = $1`, s.ref), "26 and 27 March, 2 April is 6, 10 April is 10")
		require.Equal(t, 28, s.left(casefile.TaskQuestionnaire))
	})
	t.Run("what was answered while it stood still", func(t *testing.T) {
		o := newLedger(t)
		for _, release := range []func(*journey){
			func(s *journey) { s.do("fiona", casefile.ActRelease, 0, mistaken) },
			func(s *journey) { s.releasedOn(day("2026-03-17"), casefile.GroundMedical, 0) },
		} {
			s := o.asked(t)
			s.on(day("2026-03-16"))
			s.heldOn(s.today(), casefile.GroundMedical, 0)
			s.on(day("2026-05-05"))
			s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
			s.on(day("2026-05-06"))
			release(s)
			require.Equal(t, closedTask{Result: "complete", Attested: day("2026-05-05")}, s.closed(casefile.TaskQuestionnaire, 0), "it was in time, as far as anybody could know")
			require.Zero(t, testdb.Value[int](s.staffed, `select count(*) from task where case_ref = $1 and kind = 'evidence.questionnaire' and attested_on > due_on`, s.ref))
		}
	})
	t.Run("an answer that is not awaited any more", func(t *testing.T) {
		s := newLedger(t).asked(t)
		put := func(adverse string) {
			s.do("morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: adverse, PutOn: day("2026-03-02")})
		}
		put("unanswered")
		s.heldOn(day("2026-03-04"), casefile.GroundMedical, 0)
		s.on(day("2026-04-01"))
		put("answered")
		s.onlyAwaits(casefile.TaskQuestionnaire)
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
		s.on(day("2026-04-20"))
		s.releasedOn(day("2026-03-13"), casefile.GroundMedical, 0) // the ten days would have ended on 26 March
		require.False(t, s.review.Held)
	})
}

// TestTheFiguresOfWhatWasMissed do not depend on which day it is when they are
// asked for: what was late is missed, what a hold gave back is not.
func TestTheFiguresOfWhatWasMissed(t *testing.T) {
	o := newLedger(t)
	missed := func() []int {
		var all []int
		for _, now := range []string{"2026-03-01", "2030-01-01"} {
			o.Exec(`update programme set synthetic = true, business_now = $1`, at(day(now)))
			var n int
			require.NoError(t, o.sql("hame_worker").Get(&n, `select (programme_report()->'deadlines'->>'missed')::int`))
			all = append(all, n)
		}
		return all
	}
	s := o.asked(t)
	s.onlyAwaits(casefile.TaskQuestionnaire)
	before := missed()
	s.silence(casefile.TaskQuestionnaire, 0, 2)
	require.Equal(t, []int{before[0] + 1, before[1] + 1}, missed())
	s.on(day("2026-04-22"))
	s.heldOn(day("2026-04-13"), casefile.GroundMedical, 0)
	require.Equal(t, before, missed())
	s.releasedOn(s.today(), casefile.GroundMedical, 0)
	require.Equal(t, before, missed())
	s.silence(casefile.TaskQuestionnaire, 0, 1)
	require.Equal(t, []int{before[0] + 1, before[1] + 1}, missed())
}

// TestAnEarlierReviewThatNobodySaw: a second file of the same family is held in the
// database alone, with a day of review before that of the hold that stands. When
// the act is delivered, the review refreshes from the record. A concern is not refused for it.
func TestAnEarlierReviewThatNobodySaw(t *testing.T) {
	o := newLedger(t)
	unseen := func() []string {
		refs, err := o.Store.Unseen(t.Context())
		require.NoError(t, err)
		return refs
	}
	other := o.family(t, nil)
	for _, swept := range []bool{true, false} {
		s := o.asked(t)
		s.heldUntil(s.today(), casefile.GroundCourt, 1, day("2026-09-01"))
		require.NotContains(t, unseen(), s.ref)
		o.Exec(`insert into hold (case_ref, person_no, ground, opened_on, review_on, same_as) values ($1, 0, 'duplicate', '2026-03-05', '2026-03-30', $2)`, s.ref, other.ref)
		require.Contains(t, unseen(), s.ref)
		if swept {
			s.takeStock()
			s.shows(casefile.TaskHold, 0, "2026-03-30, due 2026-03-30, senior_caseworker")
			require.NotContains(t, unseen(), s.ref)
		}
		s.on(day("2026-04-07"))
		s.do("eilidh", casefile.ActConcern, 3, nil)
		require.Equal(t, day("2026-03-30"), s.task(casefile.TaskHold, 0).DueOn)
		require.True(t, s.task(casefile.TaskQuestionnaire, 0).Stopped())
		require.NotContains(t, unseen(), s.ref)
	}
}

// TestTheCauseOfAMoveThatACalendarIsBehind: an act that holds a case before a
// change of the calendars has reached it. What the calendar moves is not said to
// be moved by the officer who acted.
func TestTheCauseOfAMoveThatACalendarIsBehind(t *testing.T) {
	longer := func(t *testing.T) *clock.Holidays {
		return with(t, clock.Embedded(), holiday("england-and-wales", "2026-03-11"))
	}
	t.Run("a hold that an accepted difference brings", func(t *testing.T) {
		o := newLedger(t)
		s := o.asked(t)
		s.reimport(func(f *casefile.Family) { f.People[2].Flags = []casefile.Flag{casefile.FlagAgeDispute} })
		s.takeStock()
		s.on(day("2026-03-09"))
		no := o.puts(s.today(), longer(t))
		s.do("morag", casefile.ActDifference, s.difference("flag_added"), &casefile.DifferenceFields{Finding: "accepted"})
		require.Equal(t, []string{
			"calendar: 2026-04-20/2026-04-02 -> 2026-04-21/2026-04-07, 29 left, by nobody",
			"hold: 2026-04-21/2026-04-07 -> stopped, 29 left, by morag",
		}, s.ledger(casefile.TaskQuestionnaire, 0))
		o.toMove()
		s.moves()
		o.finishes(no, s.now)
	})
	t.Run("the time to answer adverse material", func(t *testing.T) {
		o := newLedger(t)
		s := o.asked(t)
		s.do("morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "unanswered", PutOn: day("2026-03-05")})
		s.on(day("2026-03-09"))
		no := o.puts(s.today(), longer(t))
		s.heldOn(s.today(), casefile.GroundCourt, 1) // which stops nothing of the family's
		require.Equal(t, []string{"calendar 2026-03-19 2026-03-20 " + clock.Embedded().Version() + " " + longer(t).Version() + " nobody"}, testdb.List[string](o, `
			select concat_ws(' ', a.cause, a.old_by, a.new_by, a.old_version, a.new_version, coalesce(c.person, 'nobody'))
			from answer_change a left join command c on c.id = a.command_id`))
		o.toMove()
		s.moves()
		o.finishes(no, s.now)
	})
}

// TestTheTimeToAnswerAdverseMaterialStandsStill with the questionnaire's. Put on 2
// March 2026, it may be answered until the 16th. Held from the 4th until the 13th,
// one day is used, the 3rd, and nine are left: 16-20 is 5, 23-26 is 9. The old days
// are kept.
func TestTheTimeToAnswerAdverseMaterialStandsStill(t *testing.T) {
	s := newLedger(t).asked(t)
	s.do("morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "unanswered", PutOn: day("2026-03-02")})
	by := func() clock.Date {
		return testdb.Value[clock.Date](s.staffed, `select answer_by from interview where case_ref = $1`, s.ref)
	}
	require.Equal(t, day("2026-03-16"), by())
	s.heldOn(day("2026-03-04"), casefile.GroundMedical, 0)
	require.True(t, by().IsZero(), "no day is made up for what stands still")
	s.on(day("2026-03-13"))
	s.releasedOn(s.today(), casefile.GroundMedical, 0)
	require.Equal(t, day("2026-03-26"), by())
	require.Equal(t, []string{"hold 2026-03-16 -", "release - 2026-03-26"}, testdb.List[string](s.staffed,
		`select cause || ' ' || coalesce(old_by::text, '-') || ' ' || coalesce(new_by::text, '-') from answer_change order by no`))
	// A court's hold stops the way to removal, and not the family's time to answer.
	s.heldOn(s.today(), casefile.GroundCourt, 1)
	require.Equal(t, day("2026-03-26"), by())
}

// left is how many days the last change of a task's dates left.
func (s *journey) left(kind casefile.TaskKind) int {
	s.t.Helper()
	return testdb.Value[int](s.staffed, `select d.days_left from deadline_change d join task t on t.id = d.task_id where t.case_ref = $1 and t.kind = $2 order by d.no desc limit 1`, s.ref, kind)
}
