package activities_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/policy"
	"hame/internal/store"
	"hame/internal/testdb"
)

// legacyRules is the embedded operative set of the backlog with some of its text replaced, such as
// a number of days.
func legacyRules(t testing.TB, change ...string) *policy.RuleSet {
	t.Helper()
	sets, err := policy.Embedded()
	require.NoError(t, err)
	body := sets[slices.IndexFunc(sets, func(s *policy.RuleSet) bool { return s.Lane == casefile.Legacy })].Body
	for i := 0; i < len(change); i += 2 {
		require.Contains(t, body, change[i])
	}
	set, err := policy.Load("changed.yaml", []byte(strings.NewReplacer(change...).Replace(body)))
	require.NoError(t, err)
	return set
}

func (o *staffed) proposeRules(login string, set *policy.RuleSet) error {
	o.T.Helper()
	c, err := desk.New("", casefile.ActProposeRules, 0, monday, &casefile.ProposeRulesFields{RuleSet: set.Hash, ID: set.ID}, "")
	require.NoError(o.T, err)
	c.Office = store.RulesOffice
	return o.desk(login).ProposeRules(o.T.Context(), c, set, false)
}

func (o *staffed) adoptRules(login string, set *policy.RuleSet, from clock.Date) error {
	o.T.Helper()
	c, err := desk.New("", casefile.ActAdoptRules, 0, monday, &casefile.AdoptRulesFields{RuleSet: set.Hash, From: from}, "")
	require.NoError(o.T, err)
	c.Office = store.RulesOffice
	return o.desk(login).AdoptRules(o.T.Context(), c, set.Hash, from, false)
}

// businessToday is the day of the database, which is later than that of these tests' families.
func (o *staffed) businessToday() clock.Date {
	return testdb.Value[clock.Date](o, `select business_today()`)
}

// adopts has two officers adopt a set, and has its day come for the families of these tests.
func (o *staffed) adopts(set *policy.RuleSet, from clock.Date) {
	o.T.Helper()
	require.NoError(o.T, o.proposeRules("archie", set))
	require.NoError(o.T, o.adoptRules("rhona", set, o.businessToday()))
	o.Exec(`update rules_adoption set from_day = $2 where rule_set = $1`, set.Hash, from)
}

// pinned is the set that a review has.
func (s *journey) pinned() string {
	return testdb.Value[string](s.staffed, `select rule_set from review where case_ref = $1`, s.ref)
}

// TestAnAdoptedSetInEachStage (C12): an undecided review takes it, once; a decided one keeps the set
// that it was decided under, whatever its stage; and the sweep asks exactly those who have yet to.
func TestAnAdoptedSetInEachStage(t *testing.T) {
	o := newStaffed(t)
	former, set := legacyRules(t), legacyRules(t, "child_residence_years >= 7", "child_residence_years >= 5")
	for _, c := range []struct {
		stage string
		to    func(s *journey)
		takes bool
	}{
		{"listed", func(*journey) {}, true},
		{"evidence", func(s *journey) { s.until(casefile.Evidence) }, true},
		{"representation", func(s *journey) { s.until(casefile.Representation) }, true},
		{"decision", func(s *journey) { s.toDecision() }, true},
		{"a proposal waits", func(s *journey) { s.toDecision().propose("ewan", refuseAll) }, true},
		{"archived", func(s *journey) {
			s.lost()
			s.now = s.now.AddDate(0, 0, casefile.TracingDays)
			for _, step := range casefile.TraceSteps {
				s.do("morag", casefile.ActTraceStep, 0, &casefile.TraceStepFields{Step: step, Result: "nothing"})
			}
			s.do("morag", casefile.ActArchive, 0, nil)
			s.agreed("ailsa")
			require.True(t, s.review.Archived)
		}, true},
		{"held", func(s *journey) {
			s.until(casefile.Evidence)
			s.do("fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: s.today().AddDays(20)})
		}, true},
		{"service", func(s *journey) { s.until(casefile.Service) }, false},
		{"closed", func(s *journey) { s.until(casefile.Closed) }, false},
		{"a correction waits", func(s *journey) {
			s.until(casefile.Service)
			shorter := slices.Clone(grantAll)
			shorter[0] = casefile.GrantDL36M
			s.do("ewan", casefile.ActCorrectDecision, 0, s.proposal(shorter))
		}, false},
	} {
		t.Run(c.stage, func(t *testing.T) {
			s := o.in(t).family(t, nil)
			c.to(s)
			require.Equal(t, former.Hash, s.pinned())
			t.Cleanup(func() { // for the stages that follow
				o.Exec(`delete from rules_adoption where rule_set = $1`, set.Hash)
				o.Exec(`update review set rule_set = $2 where rule_set = $1`, set.Hash, former.Hash)
			})
			o.adopts(set, monday)
			unseen, err := o.Store.Unseen(t.Context())
			require.NoError(t, err)
			require.Equal(t, c.takes, slices.Contains(unseen, s.ref), "who is asked to take it")
			stage, tasks, revision := s.review.Stage, s.openTasks(), s.review.Revision
			for range 2 {
				s.takeStock()
			}
			require.Equal(t, stage, s.review.Stage)
			wanted, times := former, 0
			if c.takes {
				wanted, times = set, 1
			}
			require.Equal(t, wanted.Hash, s.pinned())
			require.Equal(t, wanted.Hash, s.review.RuleSet, "the review is told")
			require.Equal(t, times, testdb.Value[int](o, `select count(*) from rules_taken where case_ref = $1`, s.ref))
			if c.stage == "a proposal waits" {
				tasks = []string{"decision.propose"}
			}
			require.Equal(t, tasks, s.openTasks())
			if !c.takes || !s.review.HasOpened(casefile.Representation) { // before, nobody asks the rule sets
				require.Equal(t, revision, s.review.Revision)
			}
			unseen, err = o.Store.Unseen(t.Context())
			require.NoError(t, err)
			require.NotContains(t, unseen, s.ref)
			require.Equal(t, 0, testdb.Value[int](o, `select count(*) from decision where case_ref = $1 and rule_set = $2`, s.ref, set.Hash),
				"nothing is decided by it")
		})
	}
}

// TestAProposalAndANewSet: it goes back to its author with the reason, both sets' recommendations are
// kept, the second officer can't agree to what was proposed under the other set, and the author
// proposes again.
func TestAProposalAndANewSet(t *testing.T) {
	o := newStaffed(t)
	former := legacyRules(t)
	set := legacyRules(t, "child_residence_years >= 7", "child_residence_years >= 99", "residence_years >= 4 &&", "residence_years >= 98 &&",
		"when: residence_years >= 6", "when: residence_years >= 97")
	s := o.family(t, nil).toDecision()
	s.propose("ewan", refuseAll)
	agreed := s.agreement()
	require.Equal(t, policy.AdviseGrant, s.recommended(1).Advice)
	revision := s.review.Revision
	o.adopts(set, monday)
	s.takeStock()
	require.Equal(t, revision+1, s.review.Revision)
	require.Equal(t, "returned {rules}", testdb.Value[string](o, `select state || ' ' || return_codes::text from proposal where case_ref = $1`, s.ref))
	require.EqualValues(t, "rules", s.closed(casefile.TaskAgree, 0).Result)
	require.ElementsMatch(t, []string{former.Hash, set.Hash}, testdb.List[string](o, `
		select distinct r.rule_set from recommendation r join rule_set x on x.hash = r.rule_set where r.case_ref = $1 and x.use = 'operative'`, s.ref))
	require.Equal(t, "no_ground", testdb.Value[string](o, `select body->'people'->0->>'advice' from recommendation
		where case_ref = $1 and rule_set = $2 order by revision desc limit 1`, s.ref, set.Hash))
	s.refused(casefile.RefusedStale, "ailsa", casefile.ActAgree, 0, agreed)
	s.propose("ewan", refuseAll)
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	require.True(t, s.review.Signed)
	require.Equal(t, set.Hash, testdb.Value[string](o, `select rule_set from decision where case_ref = $1`, s.ref))
	s.goOn()
	s.sound()
}

// TestDeadlinesAndANewSet: those that run stay as they were, with their rungs, also when they are
// moved later; what is asked from then on has the new set's days.
func TestDeadlinesAndANewSet(t *testing.T) {
	o := newStaffed(t)
	set := legacyRules(t,
		"evidence.gp:            {days: 28, unit: calendar, calendar: scotland,          reminder: 14}",
		"evidence.gp:            {days: 90, unit: calendar, calendar: scotland,          reminder: 80}",
		"representation.window:  {days: 20,", "representation.window:  {days: 30,")
	s, as := o.family(t, nil).until(casefile.Evidence), o.family(t, nil).until(casefile.Evidence)
	before := s.task(casefile.TaskGP, 0)
	o.adopts(set, monday)
	s.takeStock()
	require.Equal(t, before, s.task(casefile.TaskGP, 0))
	for _, x := range []*journey{s, as} { // one of them took the set, the other did not
		x.do("fiona", casefile.ActExtend, 0, &casefile.ExtendFields{Task: casefile.TaskGP, Days: 3, AskedBy: "provider", Decision: casefile.ExtensionGranted, Reason: "records_elsewhere"})
	}
	require.NotEqual(t, before.DueOn, s.task(casefile.TaskGP, 0).DueOn)
	require.Equal(t, as.task(casefile.TaskGP, 0), s.task(casefile.TaskGP, 0), "by the rungs of the set under which it began")
	s.until(casefile.Representation)
	as.until(casefile.Representation)
	require.True(t, as.task(casefile.TaskWindow, 0).DueOn.Before(s.task(casefile.TaskWindow, 0).DueOn))
	s.sound()
}

// TestRulesTakeTwo: a set is proposed by one officer of operations and adopted by another, from a day to
// come, and the set before it is adopted again in the same way.
func TestRulesTakeTwo(t *testing.T) {
	o := newStaffed(t)
	today := o.businessToday()
	former, set := legacyRules(t), legacyRules(t, "lead_weeks: 6", "lead_weeks: 5")
	refused := func(code casefile.RefusalCode, err error) {
		t.Helper()
		refusal, ok := casefile.AsRefusal(err)
		require.True(t, ok, "%v", err)
		require.Equal(t, code, refusal.Code)
	}
	inForce := func(on clock.Date) string {
		return testdb.Value[string](o, `select hash from operative_rule_set('legacy', $1)`, on)
	}
	for _, login := range []string{"morag", "fiona", "minister", "una"} {
		require.True(t, store.IsKind(o.proposeRules(login, set), store.NotPermitted), login)
	}
	refused(casefile.RefusedNothingOpen, o.adoptRules("rhona", set, today))
	require.NoError(t, o.proposeRules("archie", set))
	refused(casefile.RefusedAlreadyDone, o.proposeRules("rhona", set))
	refused(casefile.RefusedFourEyes, o.adoptRules("archie", set, today))
	require.True(t, store.IsKind(o.adoptRules("fiona", set, today), store.NotPermitted))
	refused(casefile.RefusedTooLate, o.adoptRules("rhona", set, today.AddDays(-1)))
	require.Equal(t, former.Hash, inForce(today.AddDays(400)), "a proposal is in force nowhere")
	require.NoError(t, o.adoptRules("rhona", set, today.AddDays(10)))
	refused(casefile.RefusedNothingOpen, o.adoptRules("rhona", set, today))
	require.Equal(t, former.Hash, inForce(today.AddDays(9)))
	require.Equal(t, set.Hash, inForce(today.AddDays(10)))

	t.Run("the way back", func(t *testing.T) {
		require.NoError(t, o.proposeRules("rhona", former))
		require.NoError(t, o.adoptRules("archie", former, today.AddDays(10)))
		require.Equal(t, former.Hash, inForce(today.AddDays(10)), "of one day the latest counts")
	})
	t.Run("another proposal takes its place", func(t *testing.T) {
		wrong, right := legacyRules(t, "lead_weeks: 6", "lead_weeks: 7"), legacyRules(t, "lead_weeks: 6", "lead_weeks: 8")
		require.NoError(t, o.proposeRules("archie", wrong))
		require.NoError(t, o.proposeRules("archie", right))
		refused(casefile.RefusedNothingOpen, o.adoptRules("rhona", wrong, today))
	})
	t.Run("it lapses", func(t *testing.T) {
		late := legacyRules(t, "lead_weeks: 6", "lead_weeks: 9")
		require.NoError(t, o.proposeRules("archie", late))
		o.Exec(`update rules_proposal set proposed_on = proposed_on - 31 where rule_set = $1`, late.Hash)
		refused(casefile.RefusedNothingOpen, o.adoptRules("rhona", late, today))
		require.NoError(t, o.proposeRules("rhona", late), "and can be proposed anew")
		require.NoError(t, o.adoptRules("archie", late, today))
	})
	t.Run("two logins of one person are one", func(t *testing.T) {
		own := legacyRules(t, "lead_weeks: 6", "lead_weeks: 4")
		require.NoError(t, o.proposeRules("archie", own))
		o.Exec(`update rules_proposal set first_by = 'RHONA' where settled_on is null`)
		refused(casefile.RefusedFourEyes, o.adoptRules("rhona", own, today))
	})
	t.Run("the text is that of the act", func(t *testing.T) {
		forged := *legacyRules(t, "lead_weeks: 6", "lead_weeks: 3")
		forged.Body += "\n"
		refused(casefile.RefusedConstraint, o.proposeRules("archie", &forged))
	})
	require.Equal(t, 0, testdb.Value[int](o, `select count(*) from command c where c.office = 'rules'
		and not exists (select from command_outcome x where x.command_id = c.id and x.outcome = 'accepted')`), "an act that is refused leaves no row")
	require.True(t, testdb.Value[bool](o, `select count(*) > 5 and bool_and(chain_n > 0 and chain_hash is not null) from command where office = 'rules'`), "they are chained")
}
