package activities_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// passes lets the thresholds fire that have come by the journey's day, as the review's timer
// does at their instants, and returns what is on record as fired.
func (s *journey) passes() []string {
	s.t.Helper()
	var err error
	s.review, err = s.ActOnThresholds(s.t.Context(), activities.ActOnThresholdsParams{Case: s.ref, Now: s.now})
	require.NoError(s.t, err)
	return s.fired()
}

func (s *journey) fired() []string {
	s.t.Helper()
	return testdb.List[string](s.staffed, `
		select concat_ws(' ', on_day, '/' || person_no, kind, case when signed then 'signed' end) from threshold
		where case_ref = $1 order by fired_at, person_no, on_day, kind`, s.ref)
}

// next is the day of the earliest threshold that the review has yet to meet.
func (s *journey) next() string { return clock.DateOf(s.review.NextThreshold).String() }

// since has everybody arrived on a day.
func since(on string) func(*casefile.Family) {
	return func(f *casefile.Family) {
		for i := range f.People {
			f.People[i].ArrivedOn = clock.Partial(day(on))
		}
	}
}

// bornOn gives the child a birth date.
func bornOn(on string) func(*casefile.Family) {
	return func(f *casefile.Family) {
		d, err := clock.ParsePartial(on)
		if err != nil {
			panic(err)
		}
		f.People[2].BirthDate = d
	}
}

// TestAChildHasLivedHereForSevenYears fires in each stage while the family is undecided, once:
// the rule sets are asked again, the owner is told, and what fired is on record with the rule
// set in force. It writes no outcome, and holds nothing up.
func TestAChildHasLivedHereForSevenYears(t *testing.T) {
	o := newStaffed(t)
	for _, stage := range []casefile.Stage{casefile.Listed, casefile.Evidence, casefile.Representation, casefile.Decision} {
		t.Run(string(stage), func(t *testing.T) {
			s := o.family(t, since("2019-03-10")).until(stage)
			require.Equal(t, "2026-03-10", s.next())
			s.on(day("2026-03-09"))
			require.Empty(t, s.passes(), "not before its day")
			before := s.facts()
			s.on(day("2026-03-10"))
			require.Equal(t, []string{"2026-03-10 /3 seven_years"}, s.passes())
			require.Equal(t, s.review.RuleSet, testdb.Value[string](o, `select rule_set from threshold where case_ref = $1`, s.ref))
			require.Equal(t, casefile.Caseworker, s.task(casefile.TaskThreshold, 3).Awaiting)
			require.Contains(t, s.recommended(3).Met, "children-seven-years")
			require.True(t, s.review.NextThreshold.After(s.now), "%s", s.next())
			require.Equal(t, stage, s.review.Stage)

			after := s.facts()
			require.Equal(t, []string{"2026-03-10 /3 seven_years"}, s.passes(), "once")
			s.unchanged(after)
			require.NotEqual(t, before, after)
			s.verified()

			require.Equal(t, []string{"due 2026-03-24"}, s.silence(casefile.TaskThreshold, 3, 1))
			require.Equal(t, "lapsed", s.closed(casefile.TaskThreshold, 3).Result)
		})
	}
}

// TestAThresholdOfBeforeTheListing does not fire: that a child has lived here for so long is
// simply known, to the rule sets too.
func TestAThresholdOfBeforeTheListing(t *testing.T) {
	o := newStaffed(t)
	for _, arrived := range []string{"2019-03-02", "2019-03-01", "2018-06-01"} {
		s := o.family(t, since(arrived))
		require.NotContains(t, []string{"2026-03-02", "2026-03-01"}, s.next())
		s.on(day("2026-04-01"))
		require.Empty(t, s.passes(), arrived)
		s.on(monday)
		s.until(casefile.Representation)
		require.Contains(t, s.recommended(3).Met, "children-seven-years")
	}
}

// TestAProposalWaitsAtAThreshold: where a rule set now says something else, the file has
// changed, and a proposal made on what it was goes back to its author; where none does, it
// stands. Nothing is signed by a timer.
func TestAProposalWaitsAtAThreshold(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, since("2019-03-10")).toDecision()
	s.propose("ewan", refuseAll)
	old := s.agreement()
	revision := s.review.Revision
	s.on(day("2026-03-10"))
	s.passes()
	require.Equal(t, revision+1, s.review.Revision)
	require.Equal(t, "stale", s.closed(casefile.TaskAgree, 0).Result)
	require.True(t, s.isOpen(casefile.TaskPropose, 0))
	require.False(t, s.review.Signed)
	s.refused(casefile.RefusedStale, "ailsa", casefile.ActAgree, 0, old)
	require.Contains(t, s.recommended(3).Met, "children-seven-years")
	s.verified()

	s = o.family(t, since("2023-03-10")).toDecision()
	s.propose("ewan", refuseAll)
	revision = s.review.Revision
	s.on(day("2026-03-10"))
	require.Equal(t, []string{"2026-03-10 /3 three_years"}, s.passes())
	changed := s.review.Revision > revision // by Scotland's set, which looks at three years
	require.Equal(t, changed, !s.isOpen(casefile.TaskAgree, 0))

	s = o.family(t, bornOn("2008-06-10")).toDecision()
	s.checkedToo(3)
	s.propose("ewan", refuseAll)
	revision = s.review.Revision
	s.on(day("2026-03-10"))
	require.Equal(t, []string{"2026-03-10 /3 eighteen_in_three_months"}, s.passes(), "six months ahead was before the listing")
	require.Equal(t, revision, s.review.Revision, "no rule set says anything else")
	require.True(t, s.isOpen(casefile.TaskAgree, 0))
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
}

// TestAnEighteenthBirthdayIsWarnedOf six months ahead to the owner, and three months ahead to
// the senior caseworker (C14), also where the owner's own task is still open. On the day the
// person needs a security check, and keeps the protection of a child.
func TestAnEighteenthBirthdayIsWarnedOf(t *testing.T) {
	s := newStaffed(t).family(t, func(f *casefile.Family) {
		bornOn("2008-10-10")(f)
		since("2019-07-10")(f) // seven years on the day of the second warning
	}).toDecision()
	s.on(day("2026-04-10"))
	require.Equal(t, []string{"2026-04-10 /3 eighteen_in_six_months"}, s.passes())
	told := s.task(casefile.TaskThreshold, 3)
	require.Equal(t, []any{casefile.Caseworker, false}, []any{told.Awaiting, told.Escalated})
	s.silence(casefile.TaskThreshold, 3, 1)

	s.on(day("2026-07-10"))
	require.Len(t, s.passes(), 5, "%v", s.fired()) // with both adults' checks, which lapsed on 1 June
	told = s.task(casefile.TaskThreshold, 3)
	require.Equal(t, []any{casefile.SeniorCaseworker, true}, []any{told.Awaiting, told.Escalated}, "one task, which is the senior's")
	s.silence(casefile.TaskThreshold, 3, 1)

	s.on(day("2026-07-13"))
	s.answer(s.task(casefile.TaskRequestCheck, 0))
	s.check(1, s.today())
	s.check(2, s.today())
	require.Nil(t, s.tryPropose("ewan", s.proposal(refuseAll)), "a child needs no check")
	s.on(day("2026-10-10"))
	s.passes()
	require.Contains(t, s.fired(), "2026-10-10 /3 eighteen")
	require.True(t, s.isOpen(casefile.TaskRequestCheck, 0), "an adult needs one")
	require.True(t, testdb.Value[bool](s.staffed, `select child_when_listed from person where case_ref = $1 and no = 3`, s.ref))
	require.True(t, s.isOpen(casefile.TaskAssignWelfare, 3), "and the check of a child's welfare, for that has lapsed")
	s.verified()
}

// TestEighteenOnTheDayOfTheWelfareSignOff: the check is signed and counts, and nobody loses
// the protection of a child.
func TestEighteenOnTheDayOfTheWelfareSignOff(t *testing.T) {
	s := newStaffed(t).family(t, bornOn("2008-03-20"))
	s.instead[casefile.TaskSignWelfare] = nil
	s.until(casefile.Evidence)
	for _, kind := range []casefile.TaskKind{casefile.TaskAssignWelfare, casefile.TaskReport} {
		s.answer(s.task(kind, 3))
	}
	s.on(day("2026-03-20"))
	require.Equal(t, []string{"2026-03-20 /3 eighteen"}, s.passes())
	s.answer(s.task(casefile.TaskSignWelfare, 3))
	delete(s.instead, casefile.TaskSignWelfare)
	s.toDecision()
	require.Equal(t, 3, testdb.Value[int](s.staffed, `select count(*) from security_check where case_ref = $1 and done_on is not null`, s.ref),
		"an adult now, who was checked")
	s.drawNext(false)
	s.propose("ewan", grantAll)
	require.True(t, s.review.Signed)
	s.verified()
}

// TestBornOn29February: comes of age on 1 March of a common year.
func TestBornOn29February(t *testing.T) {
	s := newStaffed(t).family(t, bornOn("2012-02-29"))
	s.correct(3, "arrived_on", "2020-02-29")
	require.Equal(t, "2027-03-01", s.next(), "seven years")
	s.on(day("2031-01-01"))
	s.passes()
	require.Equal(t, []string{"2027-03-01 /3 seven_years", "2029-09-01 /3 eighteen_in_six_months",
		"2029-12-01 /3 eighteen_in_three_months", "2030-03-01 /3 eighteen", "2030-03-01 /3 ten_years"},
		testdb.List[string](s.staffed, `select concat_ws(' ', on_day, '/' || person_no, kind) from threshold where case_ref = $1 order by on_day, kind`, s.ref))
}

// TestNothingIsKnownOfTheDays: no day of arrival and no birth date, no threshold; they come
// with the correction that says them.
func TestNothingIsKnownOfTheDays(t *testing.T) {
	s := newStaffed(t).family(t, func(f *casefile.Family) {
		f.People[2].BirthDate, f.People[2].ArrivedOn = clock.PartialDate{}, clock.PartialDate{}
	})
	require.Empty(t, s.next())
	s.on(day("2026-03-10"))
	require.Empty(t, s.passes())
	s.correct(3, "arrived_on", "2019-03")
	require.Equal(t, "2026-03-31", s.next(), "from the last day of the month")
	s.correct(3, "date_of_birth", "2008")
	require.Equal(t, "2026-03-31", s.next())
	s.on(day("2026-03-10"))
	require.Empty(t, s.passes(), "whether a child of 2008 would be 18 soon was so before the listing")
	s.on(day("2026-12-31"))
	require.Equal(t, []string{"2026-03-31 /3 seven_years", "2026-12-31 /3 eighteen"}, s.passes())
}

// TestACorrectionMovesAThreshold, also across one that has fired: what was told stays on
// record, and the right day fires too if it is still to come.
func TestACorrectionMovesAThreshold(t *testing.T) {
	o := newStaffed(t)
	t.Run("to an earlier day, which has passed: it fires at once", func(t *testing.T) {
		s := o.family(t, since("2019-06-01"))
		s.on(day("2026-04-01"))
		s.correct(3, "arrived_on", "2019-03-15")
		require.Equal(t, "2026-03-15", s.next())
		require.Equal(t, []string{"2026-03-15 /3 seven_years"}, s.passes())
	})
	t.Run("to a day before the listing: it is known", func(t *testing.T) {
		s := o.family(t, since("2019-06-01"))
		s.correct(3, "arrived_on", "2019-01-15")
		s.on(day("2026-06-01"))
		require.Empty(t, s.passes())
	})
	t.Run("to a later day, after it fired: it fires again", func(t *testing.T) {
		s := o.family(t, since("2019-03-10"))
		s.on(day("2026-03-10"))
		s.passes()
		s.correct(3, "arrived_on", "2019-04-20")
		require.Equal(t, "2026-04-20", s.next())
		s.correct(3, "arrived_on", "2019-03-08")
		require.Equal(t, "2029-03-08", s.next(), "to one before it fired: not again")
		s.correct(3, "arrived_on", "2019-04-20")
		s.on(day("2026-04-20"))
		require.Equal(t, []string{"2026-03-10 /3 seven_years", "2026-04-20 /3 seven_years"}, s.passes())
	})
	t.Run("a birth date, across the birthday that fired", func(t *testing.T) {
		s := o.family(t, bornOn("2008-03-20"))
		s.on(day("2026-03-20"))
		require.Equal(t, []string{"2026-03-20 /3 eighteen"}, s.passes())
		s.correct(3, "date_of_birth", "2010-03-20")
		require.Equal(t, "2027-03-02", s.next(), "seven years of residence come first")
		s.on(day("2028-03-20"))
		s.passes()
		require.Subset(t, s.fired(), []string{"2027-09-20 /3 eighteen_in_six_months", "2027-12-20 /3 eighteen_in_three_months",
			"2028-03-20 /3 eighteen"}, "a child again, and warned of")
		require.True(t, testdb.Value[bool](o, `select child_when_listed from person where case_ref = $1 and no = 3`, s.ref))
	})
	t.Run("the age is disputed: no birthday until the dispute is settled", func(t *testing.T) {
		s := o.family(t, bornOn("2008-03-20"))
		s.flag("fiona", 3, casefile.FlagAgeDispute, "on")
		s.on(day("2026-04-01"))
		require.Empty(t, s.passes())
		s.flag("fiona", 3, casefile.FlagAgeDispute, "off")
		require.Equal(t, "2026-03-20", s.next())
		require.Equal(t, []string{"2026-03-20 /3 eighteen"}, s.passes())
	})
}

// TestALapsedCheckIsAskedForAnew on the day on which it has lapsed, while a decision is
// awaited (C2): once, and not if it is asked for already.
func TestALapsedCheckIsAskedForAnew(t *testing.T) {
	o := newStaffed(t)
	t.Run("security", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		lapses := monday.AddDays(casefile.SecurityCheckDays + 1)
		require.Equal(t, lapses.String(), s.next())
		s.on(lapses.AddDays(-1))
		require.Empty(t, s.passes())
		require.False(t, s.isOpen(casefile.TaskRequestCheck, 0))
		s.on(lapses)
		require.Equal(t, []string{lapses.String() + " /1 security_check_lapsed", lapses.String() + " /2 security_check_lapsed"}, s.passes())
		require.True(t, s.isOpen(casefile.TaskRequestCheck, 0))
		require.False(t, s.isOpen(casefile.TaskThreshold, 1), "the task to ask for it tells enough")
		s.answer(s.task(casefile.TaskRequestCheck, 0))
		s.on(lapses.AddDays(2))
		s.correct(3, "arrived_on", "2019-06-02") // seven years, while the police have not answered
		s.passes()
		require.False(t, s.isOpen(casefile.TaskRequestCheck, 0), "it is asked for already")
		s.check(1, s.today())
		s.check(2, s.today())
		require.Equal(t, s.today().AddDays(casefile.SecurityCheckDays+1).String(), s.next(), "it lapses anew")
		strike := s.lastAct(casefile.ActRecordCheck)
		s.do("morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: strike, Reason: "mistyped"})
		require.Equal(t, s.today().AddDays(casefile.SecurityCheckDays+1).String(), s.next(), "that of the other")
		s.verified()
	})
	t.Run("a child's welfare", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		lapses := monday.AddMonths(casefile.WelfareCheckMonths).AddDays(1)
		s.on(lapses)
		s.passes()
		require.Contains(t, s.fired(), lapses.String()+" /3 welfare_check_lapsed")
		require.True(t, s.isOpen(casefile.TaskAssignWelfare, 3))
		s.verified()
	})
	t.Run("before the decision: its stage asks", func(t *testing.T) {
		s := o.family(t, nil)
		s.instead[casefile.TaskGP] = nil
		s.until(casefile.Evidence)
		for _, kind := range []casefile.TaskKind{casefile.TaskAssignWelfare, casefile.TaskReport, casefile.TaskSignWelfare} {
			s.answer(s.task(kind, 3))
		}
		s.on(monday.AddMonths(casefile.WelfareCheckMonths).AddDays(1))
		require.Empty(t, s.passes())
		require.False(t, s.isOpen(casefile.TaskAssignWelfare, 3))
		s.instead = map[casefile.TaskKind]func(casefile.Task){}
		s.until(casefile.Decision)
		require.False(t, s.review.NextThreshold.After(s.now), "lapsed meanwhile: it fires when the decision is opened")
		s.passes()
		require.True(t, s.isOpen(casefile.TaskAssignWelfare, 3))
	})
}

// TestAThresholdAfterTheSignature is recorded and nothing follows: the decision stands as it
// was signed. A check does not lapse any more. On a closed case nothing fires.
func TestAThresholdAfterTheSignature(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, since("2019-03-10")).toDecision()
	s.propose("ewan", refuseAll)
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	require.True(t, s.review.Signed)
	s.goOn()
	outcomes, revision := s.outcomes(), s.review.Revision
	tasks := s.openTasks()
	s.on(day("2026-03-10"))
	require.Equal(t, []string{"2026-03-10 /3 seven_years signed"}, s.passes())
	s.on(monday.AddDays(200))
	require.Len(t, s.passes(), 1, "and no check lapses")
	require.Equal(t, outcomes, s.outcomes())
	require.Equal(t, revision, s.review.Revision)
	require.Equal(t, tasks, s.openTasks())
	s.verified()

	closed := o.grantedAndClosed(t)
	require.True(t, closed.review.NextThreshold.IsZero())
	closed.on(monday.AddYears(2))
	require.Empty(t, closed.passes())
}

// TestWhatOnlyTellsHoldsNothingUp: a case is closed while the owner was told of a threshold.
func TestWhatOnlyTellsHoldsNothingUp(t *testing.T) {
	s := newStaffed(t).family(t, since("2019-03-10"))
	s.on(day("2026-03-10"))
	s.passes()
	s.instead[casefile.TaskThreshold] = nil
	s.toDecision()
	s.drawNext(false)
	s.propose("ewan", grantAll)
	s.until(casefile.Closed)
	require.Equal(t, "closed", s.closed(casefile.TaskThreshold, 3).Result)
	s.verified()
}

// TestAThresholdIsWrittenOnce: by the database too, and before its day verify finds it.
func TestAThresholdIsWrittenOnce(t *testing.T) {
	s := newStaffed(t).family(t, since("2019-03-10"))
	s.on(day("2026-03-10"))
	s.passes()
	db := s.sql("hame_worker")
	_, err := db.Exec(`update threshold set on_day = '2027-01-01' where case_ref = $1`, s.ref)
	require.Error(t, err)
	again := `insert into threshold (case_ref, person_no, kind, on_day, fired_at, rule_set, signed)
		select case_ref, person_no, kind, on_day + $2::int, fired_at, rule_set, signed from threshold where case_ref = $1 limit 1`
	_, err = db.Exec(again, s.ref, 0)
	require.ErrorContains(t, err, "threshold_pkey")
	early := func() []string {
		return testdb.List[string](s.staffed, `select detail from breach_before_its_time where case_ref = $1 and detail like 'seven_years%'`, s.ref)
	}
	_, err = s.sql("postgres").Exec(`update programme set synthetic = true`) // whose reviews run ahead
	require.NoError(t, err)
	require.Empty(t, early())
	_, err = db.Exec(again, s.ref, 1)
	require.NoError(t, err)
	require.Equal(t, []string{"seven_years of /3 fired before its day"}, early())
}

// TestChildrenOfOneFamily who came together: each has the mark, and a task.
func TestChildrenOfOneFamily(t *testing.T) {
	s := newStaffed(t).family(t, func(f *casefile.Family) {
		for no := 4; no <= 5; no++ {
			child := f.People[2]
			child.No, child.Key = no, fmt.Sprint(no)
			f.People = append(f.People, child)
		}
		since("2019-03-10")(f)
		f.People[4].ArrivedOn = clock.PartialDate{}
		f.People[4].BornInScotland, f.People[4].BirthDate = casefile.Yes, clock.Partial(clock.NewDate(2023, time.April, 1))
	})
	s.on(day("2026-03-10"))
	require.Equal(t, []string{"2026-03-10 /3 seven_years", "2026-03-10 /4 seven_years"}, s.passes())
	require.Equal(t, "2026-04-01", s.next(), "three years of the one who was born here")
	require.True(t, s.isOpen(casefile.TaskThreshold, 3))
	require.True(t, s.isOpen(casefile.TaskThreshold, 4))
}

// TestTheWeeklyDrawReadsTheThresholds: an unlisted family has no timer. The week's order finds
// the warning of a child's eighteenth birthday, and what each child's residence follows from.
func TestTheWeeklyDrawReadsTheThresholds(t *testing.T) {
	o := newStaffed(t)
	f := practice.Family("W", monday)
	bornOn("2008-09-10")(&f) // six months ahead: 10 March 2026
	f.Support = casefile.SupportNone
	f.People[0].ArrivedOn = clock.Partial(day("2022-01-01"))
	f.People[2].ArrivedOn, f.People[2].BornInScotland = clock.PartialDate{}, casefile.Yes
	_, err := o.desk("archie").Import(t.Context(), []casefile.Family{f}, "test", false, monday.AddDays(-7), func() {})
	require.NoError(t, err)
	why := func(today clock.Date) (why string) {
		require.NoError(t, o.Store.InTx(t.Context(), func(tx *store.Tx) error {
			waiting, err := tx.Waiting(t.Context(), casefile.Legacy)
			require.NoError(t, err)
			require.Len(t, waiting, 1)
			require.Equal(t, f.People[2].BirthDate, casefile.ResidentSince(waiting[0].People[2].ArrivedOn, waiting[0].People[2].Birth,
				waiting[0].People[2].BornInScotland))
			rules, err := policy.Embedded()
			require.NoError(t, err)
			placed, err := rules[slices.IndexFunc(rules, func(r *policy.RuleSet) bool { return r.Lane == casefile.Legacy })].Order(waiting, today)
			require.NoError(t, err)
			why = placed[0].Place.Why
			return nil
		}))
		return why
	}
	require.Equal(t, "rest", why(day("2026-03-09")))
	require.Equal(t, "ageing_out", why(day("2026-03-10")))
}
