package activities_test

import (
	"encoding/json"
	"testing"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/testdb"
)

// recommended is what the operative rule set makes of a person on the file's
// latest revision of which it was asked.
func (s *journey) recommended(person int) policy.Recommendation {
	s.t.Helper()
	return s.says("operative", person)
}

// says is what the rule set of a use made of a person, when it was last asked.
func (s *journey) says(use string, person int) policy.Recommendation {
	s.t.Helper()
	var body struct{ People []policy.Recommendation }
	require.NoError(s.t, json.Unmarshal([]byte(testdb.Value[string](s.staffed, `
		select r.body::text from recommendation r join rule_set x on x.hash = r.rule_set
		where r.case_ref = $1 and x.use = $2 order by r.revision desc limit 1`, s.ref, use)), &body))
	return body.People[person-1]
}

func (s *journey) flag(login string, person int, flag casefile.Flag, to string) {
	s.t.Helper()
	s.do(login, casefile.ActFlag, person, &casefile.FlagFields{Flag: flag, To: to})
}

func (s *journey) state(person int, flag casefile.Flag) string {
	s.t.Helper()
	return testdb.Value[string](s.staffed, `select coalesce((select state from person_flag where case_ref = $1 and no = $2 and flag = $3), 'none')`, s.ref, person, flag)
}

func (s *journey) holds() []string {
	s.t.Helper()
	return testdb.List[string](s.staffed, `select person_no || ' ' || ground from hold where case_ref = $1 and ended_on is null order by 1`, s.ref)
}

// TestEveryFlag: what follows from each flag being set, and from its being
// cleared (6.3, Public-harm flag; Trafficking/NRM, age dispute, child protection).
func TestEveryFlag(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		flag         casefile.Flag
		hold         string
		priority     int // of a family that had 5
		restricted   bool
		welfareCheck bool // of person 2
	}{
		{casefile.FlagAgeDispute, "2 age_dispute", 5, false, true},
		{casefile.FlagChildProtection, "2 child_protection", 5, false, false},
		{casefile.FlagJudicialReview, "2 court", 5, false, false},
		{casefile.FlagSeriousIllness, "", 2, false, false},
		{casefile.FlagFurtherSubmissions, "", 5, false, false},
		{casefile.FlagRestricted, "", 5, true, false},
		{casefile.FlagPublicHarm, "", 1, false, false},
	} {
		t.Run(string(c.flag), func(t *testing.T) {
			s := o.family(t, nil).until(casefile.Evidence)
			o.Exec(`update review set priority = 5 where case_ref = $1`, s.ref)
			s.refused(casefile.RefusedAlreadyDone, "fiona", casefile.ActFlag, 2, &casefile.FlagFields{Flag: c.flag, To: "off"})
			set := func(to string) {
				s.flag("fiona", 2, c.flag, to)
				if c.flag.NeedsTwo() {
					s.flag("douglas", 2, c.flag, to)
				}
			}
			set("on")
			require.Equal(t, "confirmed", s.state(2, c.flag))
			if c.hold != "" {
				require.Equal(t, []string{c.hold}, s.holds())
				require.Equal(t, []any{casefile.SeniorCaseworker, day("2026-03-30")}, []any{s.task(casefile.TaskHold, 0).Awaiting, s.task(casefile.TaskHold, 0).DueOn}, "an owner and a review date")
				require.Equal(t, day("2026-03-30"), testdb.Value[clock.Date](o, `select review_on from hold where case_ref = $1`, s.ref))
			} else {
				require.Empty(t, s.holds())
			}
			require.Equal(t, c.hold != "", s.review.Held)
			require.Equal(t, c.priority, testdb.Value[int](o, `select priority from review where case_ref = $1`, s.ref))
			require.Equal(t, c.restricted, testdb.Value[bool](o, `select restricted from family where case_ref = $1`, s.ref))
			require.Equal(t, c.welfareCheck, s.isOpen(casefile.TaskAssignWelfare, 2), "whose age is disputed is a child until it is settled")
			s.refused(casefile.RefusedAlreadyDone, "fiona", casefile.ActFlag, 2, &casefile.FlagFields{Flag: c.flag, To: "on"})

			set("off")
			require.Equal(t, "off", s.state(2, c.flag))
			require.Empty(t, s.holds())
			require.False(t, s.isOpen(casefile.TaskHold, 0))
			require.False(t, s.review.Held)
			require.False(t, testdb.Value[bool](o, `select restricted from family where case_ref = $1`, s.ref))
			require.Equal(t, c.priority, testdb.Value[int](o, `select priority from review where case_ref = $1`, s.ref), "who was moved up is not moved down again")
			require.Equal(t, c.welfareCheck, s.stands(2, "child_when_listed") == "true", "and who was seen as a child stays protected")
			require.False(t, s.isOpen(casefile.TaskFlag, 2))
		})
	}
	require.Len(t, casefile.Flags, 7, "a row for each flag")
}

// TestPublicHarmTakesTwo: the first officer asks and the second does it, on and
// off; the first may think better of it, and the second refuse (process.md, Four eyes).
func TestPublicHarmTakesTwo(t *testing.T) {
	o := newStaffed(t)
	type step struct {
		login, to string
		code      casefile.RefusalCode
		state     string
		task      bool
		priority  int
	}
	for _, c := range []struct {
		what  string
		came  bool // with the file, as an allegation
		steps []step
	}{
		{"two set it", false, []step{{"fiona", "on", "", "none", true, 5}, {"fiona", "on", casefile.RefusedFourEyes, "none", true, 5}, {"douglas", "on", "", "confirmed", false, 1}}},
		{"the first thinks better of it", false, []step{{"fiona", "on", "", "none", true, 5}, {"fiona", "off", "", "none", false, 5}}},
		{"the second refuses", false, []step{{"fiona", "on", "", "none", true, 5}, {"douglas", "off", "", "none", false, 5}, {"douglas", "on", "", "none", true, 5}, {"fiona", "on", "", "confirmed", false, 1}}},
		{"an allegation is confirmed", true, []step{{"fiona", "on", "", "alleged", true, 5}, {"douglas", "on", "", "confirmed", false, 1}}},
		{"an allegation is cleared", true, []step{{"fiona", "off", "", "alleged", true, 5}, {"fiona", "off", casefile.RefusedFourEyes, "alleged", true, 5}, {"douglas", "off", "", "off", false, 5}}},
		{"the clearing of an allegation is refused", true, []step{{"fiona", "off", "", "alleged", true, 5}, {"douglas", "on", "", "alleged", true, 5}}},
		{"set, then cleared by two", false, []step{{"fiona", "on", "", "none", true, 5}, {"douglas", "on", "", "confirmed", false, 1},
			{"douglas", "on", casefile.RefusedAlreadyDone, "confirmed", false, 1}, {"douglas", "off", "", "confirmed", true, 1}, {"douglas", "off", casefile.RefusedFourEyes, "confirmed", true, 1},
			{"fiona", "off", "", "off", false, 1}, {"fiona", "off", casefile.RefusedAlreadyDone, "off", false, 1}}},
		{"the clearing is taken back", false, []step{{"fiona", "on", "", "none", true, 5}, {"douglas", "on", "", "confirmed", false, 1},
			{"fiona", "off", "", "confirmed", true, 1}, {"fiona", "on", "", "confirmed", false, 1}}},
	} {
		t.Run(c.what, func(t *testing.T) {
			var change func(*casefile.Family)
			if c.came {
				change = flagged(1, casefile.FlagPublicHarm)
			}
			s := o.family(t, change)
			o.Exec(`update review set priority = 5 where case_ref = $1`, s.ref)
			for i, step := range c.steps {
				f := &casefile.FlagFields{Flag: casefile.FlagPublicHarm, To: step.to}
				if step.code != "" {
					s.refused(step.code, step.login, casefile.ActFlag, 1, f)
				} else {
					s.do(step.login, casefile.ActFlag, 1, f)
				}
				require.Equal(t, step.state, s.state(1, casefile.FlagPublicHarm), "step %d", i+1)
				require.Equal(t, step.task, s.isOpen(casefile.TaskFlag, 1), "step %d", i+1)
				require.Equal(t, step.priority, testdb.Value[int](o, `select priority from review where case_ref = $1`, s.ref), "step %d", i+1)
			}
			require.Empty(t, s.holds(), "an allegation holds nothing")
		})
	}
}

// TestPublicHarmInTheDatabase: not even the worker's login sets or clears it
// without two officers who asked for just that (process.md; constraint flag_four_eyes).
func TestPublicHarmInTheDatabase(t *testing.T) {
	o := newStaffed(t)
	worker := o.sql("hame_worker")
	refuses := func(t *testing.T, query string, args ...any) {
		t.Helper()
		_, err := worker.Exec(query, args...)
		var pg *pq.Error
		require.ErrorAs(t, err, &pg)
		require.Equal(t, "flag_four_eyes", pg.Constraint)
	}
	set := `insert into person_flag (case_ref, no, flag, state) values ($1, 1, 'public_harm', $2)
		on conflict (case_ref, no, flag) do update set state = excluded.state`
	s := o.family(t, nil)
	refuses(t, set, s.ref, "confirmed")
	refuses(t, set, s.ref, "off")
	s.flag("fiona", 1, casefile.FlagPublicHarm, "on")
	refuses(t, set, s.ref, "confirmed")
	refuses(t, `update flag_request set settled_on = '2026-03-02', result = 'done', second_by = 'fiona' where case_ref = $1`, s.ref)
	s.flag("douglas", 1, casefile.FlagPublicHarm, "on")
	refuses(t, set, s.ref, "off")
	s.flag("douglas", 1, casefile.FlagPublicHarm, "off")
	refuses(t, set, s.ref, "off")
	s.flag("fiona", 1, casefile.FlagPublicHarm, "off")
	require.Equal(t, "off", s.state(1, casefile.FlagPublicHarm))
	t.Run("two officers who once asked for it are none who ask today", func(t *testing.T) {
		refuses(t, set, s.ref, "confirmed")
	})
	t.Run("nor is what they confirmed made an allegation again by one", func(t *testing.T) {
		s := o.family(t, nil)
		s.flag("fiona", 1, casefile.FlagPublicHarm, "on")
		s.flag("douglas", 1, casefile.FlagPublicHarm, "on")
		refuses(t, set, s.ref, "alleged")
	})
}

// TestPublicHarmInARecommendation: an allegation counts in none; when two have
// confirmed it the rules are asked again, and it counts (process.md, Four eyes; row 7).
func TestPublicHarmInARecommendation(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, flagged(1, casefile.FlagPublicHarm)).toDecision()
	for person := 1; person <= 3; person++ {
		require.Empty(t, s.recommended(person).Against, "it is only alleged")
		require.Equal(t, policy.AdviseGrant, s.recommended(person).Advice)
	}
	s.flag("fiona", 1, casefile.FlagPublicHarm, "on")
	require.Empty(t, s.recommended(1).Against, "one officer is not two")
	s.flag("douglas", 1, casefile.FlagPublicHarm, "on")
	require.Equal(t, []string{"public-harm"}, s.recommended(1).Against)
	require.Equal(t, policy.AdviseWeigh, s.recommended(1).Advice)
	s.flag("fiona", 1, casefile.FlagPublicHarm, "off")
	s.flag("douglas", 1, casefile.FlagPublicHarm, "off")
	require.Empty(t, s.recommended(1).Against)
}

// checkedToo has the police answer for somebody who might turn out to be an adult.
func (s *journey) checkedToo(person int) {
	s.t.Helper()
	s.do("morag", casefile.ActRequestCheck, person, nil)
	s.check(person, s.today())
}

// TestWhatAHoldHolds: age dispute, child protection and court hold a refusal and
// no grant; a file that is held as another's double has no signature at all. No
// appeal is looked for to the end while a case is held, or post is outstanding.
func TestWhatAHoldHolds(t *testing.T) {
	o := newStaffed(t)
	for _, flag := range []casefile.Flag{casefile.FlagAgeDispute, casefile.FlagChildProtection, casefile.FlagJudicialReview} {
		t.Run(string(flag), func(t *testing.T) {
			s := o.family(t, nil).toDecision()
			s.checkedToo(3)
			s.flag("fiona", 3, flag, "on")
			s.proposes(s.proposal(refuseAll), []casefile.Block{casefile.BlockHold})
			s.propose("ewan", grantAll)
			require.True(t, s.review.Signed)
		})
	}
	t.Run("a hold after the proposal stops the agreement", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.propose("ewan", refuseAll)
		s.do("eilidh", casefile.ActConcern, 3, nil)
		require.Equal(t, "stale", s.closed(casefile.TaskAgree, 0).Result)
		s.proposes(s.proposal(refuseAll), []casefile.Block{casefile.BlockHold})
		s.flag("fiona", 3, casefile.FlagChildProtection, "off")
		s.propose("ewan", refuseAll)
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	})
	t.Run("held as a double", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		other := o.family(t, nil)
		o.Exec(`insert into hold (case_ref, person_no, ground, opened_on, review_on, same_as) values ($1, 0, 'duplicate', '2026-03-02', '2026-03-30', $2)`, s.ref, other.ref)
		s.proposes(s.proposal(refuseAll), []casefile.Block{casefile.BlockDuplicate})
		s.proposes(s.proposal(grantAll), []casefile.Block{casefile.BlockDuplicate})
	})
	t.Run("the last ground ends it", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.checkedToo(3)
		s.flag("fiona", 3, casefile.FlagChildProtection, "on")
		s.flag("fiona", 3, casefile.FlagAgeDispute, "on")
		s.flag("fiona", 2, casefile.FlagJudicialReview, "on")
		require.Equal(t, []string{"2 court", "3 age_dispute", "3 child_protection"}, s.holds())
		for _, end := range []struct {
			person int
			flag   casefile.Flag
			held   bool
		}{{3, casefile.FlagChildProtection, true}, {2, casefile.FlagJudicialReview, true}, {3, casefile.FlagAgeDispute, false}} {
			require.Equal(t, true, s.isOpen(casefile.TaskHold, 0))
			s.flag("douglas", end.person, end.flag, "off")
			require.Equal(t, end.held, s.isOpen(casefile.TaskHold, 0), "%s", end.flag)
			if end.held {
				s.proposes(s.proposal(refuseAll), []casefile.Block{casefile.BlockHold})
			}
		}
		s.propose("ewan", refuseAll)
	})
	t.Run("and a search for an appeal", func(t *testing.T) {
		s := o.family(t, nil)
		s.servedRefusal(monday)
		s.rung(casefile.TaskAppealWindow, 1)
		s.on(day("2026-03-17"))
		s.do("eilidh", casefile.ActConcern, 3, nil)
		r := s.refused(casefile.RefusedBlocked, "morag", casefile.ActNoAppeal, 1, nil)
		require.Equal(t, []casefile.Block{casefile.BlockHold}, r.Blocks)
		s.flag("fiona", 3, casefile.FlagChildProtection, "off")
		item := s.suggested(day("2026-03-17"))
		r = s.refused(casefile.RefusedBlocked, "morag", casefile.ActNoAppeal, 1, nil)
		require.Equal(t, []casefile.Block{casefile.BlockPost}, r.Blocks)
		s.do("morag", casefile.ActLinkPost, 0, &casefile.ItemFields{Item: item})
		s.refused(casefile.RefusedBlocked, "morag", casefile.ActNoAppeal, 1, nil)
		s.read(item)
		s.do("morag", casefile.ActNoAppeal, 1, nil)
	})
}

// TestAnImportedFlag opens what it asks for on the day the family is drawn, with
// an owner and a date: a hold, or somebody to look into it.
func TestAnImportedFlag(t *testing.T) {
	o := newStaffed(t)
	for flag, want := range map[casefile.Flag][]string{
		casefile.FlagPublicHarm: {"flag.review/1"}, casefile.FlagSeriousIllness: {"flag.review/1"},
		casefile.FlagAgeDispute: {"hold.review"}, casefile.FlagChildProtection: {"hold.review"}, casefile.FlagJudicialReview: {"hold.review"},
		casefile.FlagFurtherSubmissions: {}, casefile.FlagRestricted: {},
	} {
		s := o.family(t, flagged(1, flag))
		require.Equal(t, append(want, "listed.allocate", "listed.reconcile"), s.openTasks(), "%s", flag)
		require.Equal(t, "alleged", s.state(1, flag))
		if len(want) > 0 && want[0] == "flag.review/1" {
			require.Equal(t, []any{casefile.SeniorCaseworker, day("2026-03-16")}, []any{s.task(casefile.TaskFlag, 1).Awaiting, s.task(casefile.TaskFlag, 1).DueOn})
		}
	}
	t.Run("two allegations are looked into one by one", func(t *testing.T) {
		s := o.family(t, flagged(1, casefile.FlagPublicHarm, casefile.FlagSeriousIllness))
		s.flag("fiona", 1, casefile.FlagSeriousIllness, "on")
		require.True(t, s.isOpen(casefile.TaskFlag, 1), "the other one still waits")
		s.flag("fiona", 1, casefile.FlagPublicHarm, "off")
		require.True(t, s.isOpen(casefile.TaskFlag, 1))
		s.flag("douglas", 1, casefile.FlagPublicHarm, "off")
		require.False(t, s.isOpen(casefile.TaskFlag, 1))
	})
}
