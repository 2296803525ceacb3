package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
	"hame/internal/testdb"
)

// TestToAGrant follows one family the straight way, from its listing to the
// document in their hands, and looks at the record after each stage.
func TestToAGrant(t *testing.T) {
	s := newStaffed(t).family(t, nil)

	require.Equal(t, casefile.Listed, s.review.Stage)
	require.Equal(t, 1, s.review.Revision)
	require.Equal(t, []string{"listed.allocate", "listed.reconcile"}, s.openTasks())
	require.Equal(t, []bool{false, false, true}, testdb.List[bool](s.staffed, `select child_when_listed from person where case_ref = $1 order by no`, s.ref))

	s.do("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	s.do("morag", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"})
	require.Equal(t, []string{"listed.triage"}, s.openTasks(), "a reconciled case is triaged")
	require.False(t, s.review.Finished(casefile.Listed))
	s.triage(2)
	require.True(t, s.review.Finished(casefile.Listed))
	require.Equal(t, 4, s.review.Revision, "each accepted act counts the revision up by one")
	require.Equal(t, "morag 2 2026-03-02 2026-03-02", testdb.Value[string](s.staffed,
		`select concat_ws(' ', owner, priority, reconciled_on, triaged_on) from review where case_ref = $1`, s.ref))

	s.goOn()
	require.Equal(t, casefile.Evidence, s.review.Stage)
	require.Equal(t, []string{"evidence.community", "evidence.gp", "evidence.housing", "evidence.letter", "evidence.school/3", "evidence.scra",
		"evidence.social_work", "welfare.assign/3"}, s.openTasks(), "every provider that applies, and the child's check beside them")
	require.Equal(t, 4, s.review.Revision, "opening a stage is no fact about the family")
	s.open(casefile.Evidence)
	require.Len(t, s.review.Tasks, 8, "opening a stage twice does nothing")

	for _, p := range []casefile.Provider{casefile.ProviderCommunity, casefile.ProviderGP, casefile.ProviderHousing, casefile.ProviderReporter,
		casefile.ProviderSocialWork} {
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: p, Result: "complete"})
	}
	s.do("morag", casefile.ActEvidence, 3, &casefile.EvidenceFields{Provider: casefile.ProviderSchool, Result: "complete"})
	s.letter("family", s.today())
	s.letter("representative", s.today())
	require.Equal(t, []string{"evidence.questionnaire", "welfare.assign/3"}, s.openTasks())
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
	require.Equal(t, casefile.Welfare, s.review.Stage, "the stage shown is the earliest unfinished")

	s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "eilidh"})
	require.Equal(t, []string{"welfare.report/3"}, s.openTasks())
	s.do("eilidh", casefile.ActReport, 3, practice.Report())
	require.Equal(t, []string{"welfare.sign/3"}, s.openTasks())
	s.do("agnes", casefile.ActSignWelfare, 3, nil)

	s.goOn()
	require.Equal(t, casefile.Representation, s.review.Stage)
	require.Equal(t, []string{"representation.window"}, s.openTasks())
	for _, step := range []struct {
		login string
		act   casefile.Act
	}{{"kirsty", casefile.ActDraft}, {"finlay", casefile.ActCheckDraft}, {"jean", casefile.ActClear}, {"minister", casefile.ActSignLetter}, {"jean", casefile.ActSendLetter}} {
		s.do(step.login, step.act, 0, nil)
	}
	require.Equal(t, []string{"representation.answer/1"}, s.openTasks(), "what has reached the Home Office waits for its answer")
	require.Equal(t, "represented", s.closed(casefile.TaskWindow, 0).Result)

	s.goOn()
	require.Equal(t, casefile.Decision, s.review.Stage)
	require.Equal(t, []string{"check.request", "representation.answer/1"}, s.openTasks())
	s.do("catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "accepted"})
	s.do("morag", casefile.ActRequestCheck, 0, nil)
	require.Equal(t, []string{"check.record/1", "check.record/2"}, s.openTasks(), "no check is asked for about a child")
	s.check(1, s.today())
	require.Equal(t, []string{"check.record/2"}, s.openTasks())
	s.check(2, s.today())
	require.Equal(t, []string{"decision.propose"}, s.openTasks(), "the last result brings the decision maker in")
	require.Equal(t, []string{"home-office-legacy", "scotland"}, testdb.List[string](s.staffed,
		`select s.id from recommendation r join rule_set s on s.hash = r.rule_set where r.case_ref = $1 and r.revision = $2 order by 1`, s.ref, s.review.Revision),
		"the pinned set and those for comparison recommend, on this revision")

	acts := s.review.Revision
	s.propose("ewan", grantAll)
	require.True(t, s.review.Signed, "a grant that was not drawn is signed by its author")
	require.Equal(t, acts+1, s.review.Revision)
	require.Empty(t, s.openTasks())
	require.Equal(t, "1 ewan - no 2026-03-02 ALL_GRANTED", testdb.Value[string](s.staffed,
		`select concat_ws(' ', proposal_no, author, coalesce(second, '-'), second_due, signed_on, rollup) from decision where case_ref = $1`, s.ref))
	require.Equal(t, []string{"1 GRANT_ILR", "2 GRANT_ILR", "3 GRANT_ILR"}, s.outcomes())
	require.Equal(t, map[string]string{"ewan": "proposal_author", "eilidh": "welfare_author", "agnes": "welfare_signer",
		"kirsty": "representation_drafter", "finlay": "representation_checker",
		"jean": "representation_clearer", "minister": "representation_signer"}, s.parts())
	require.Equal(t, 8, testdb.Value[int](s.staffed, `select count(*) from finding where case_ref = $1 and not by_second`, s.ref), "a finding on each factor of paragraph 395C")

	s.goOn()
	require.Equal(t, casefile.Service, s.review.Stage)
	require.Equal(t, []string{"service.serve"}, s.openTasks())
	s.serve(0)
	require.Equal(t, []string{"service.status"}, s.openTasks())
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	require.Empty(t, s.openTasks())
	require.Equal(t, 3, testdb.Value[int](s.staffed, `select count(*) from decision_outcome where case_ref = $1 and served_on = $2 and status_issued_on = $2
		and proof = 'tracking' and no_appeal_on is null`, s.ref, s.today()))

	require.Equal(t, []string{"closed", "decision", "evidence", "listed", "representation", "service", "welfare"},
		testdb.List[string](s.staffed, `select stage from stage_entry where case_ref = $1 and closed_at is not null order by 1`, s.ref), "each stage was left")
	commands := testdb.Value[int](s.staffed, `select count(*) from command where case_ref = $1`, s.ref)
	require.Equal(t, commands, testdb.Value[int](s.staffed, `select count(*) from command_outcome where outcome = 'accepted' and business_at = $1`, s.now),
		"each command has its outcome, at the business instant")
	require.Equal(t, commands+1, s.review.Revision)
	breaches, err := s.desk("una").Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, breaches)
}

func (s *journey) outcomes() []string {
	s.t.Helper()
	return testdb.List[string](s.staffed, `select person_no || ' ' || outcome from decision_outcome where case_ref = $1 order by person_no`, s.ref)
}

// TestToARefusal: a refusal waits for a second officer, and ends for each person
// only when somebody has looked for an appeal.
func TestToARefusal(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.propose("ewan", refuseAll)
	require.False(t, s.review.Signed)
	require.Equal(t, []string{"decision.agree"}, s.openTasks())
	require.Equal(t, "refusal open", testdb.Value[string](s.staffed, `select second_due || ' ' || state from proposal where case_ref = $1`, s.ref))
	require.Empty(t, s.outcomes(), "a proposal is no outcome")

	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	require.True(t, s.review.Signed)
	require.Equal(t, "ewan ailsa refusal ALL_REFUSED", testdb.Value[string](s.staffed,
		`select concat_ws(' ', author, second, second_due, rollup) from decision where case_ref = $1`, s.ref))
	require.Equal(t, []string{"1 REFUSED_UPHELD", "2 REFUSED_UPHELD", "3 REFUSED_UPHELD"}, s.outcomes())
	require.Equal(t, "signed", testdb.Value[string](s.staffed, `select state from proposal where case_ref = $1`, s.ref))
	require.Equal(t, 8, testdb.Value[int](s.staffed, `select count(*) from finding where case_ref = $1 and by_second`, s.ref), "the second officer has reasons of their own")
	require.Equal(t, "proposal_author", s.parts()["ewan"])
	require.Equal(t, "second_officer", s.parts()["ailsa"])
	require.Equal(t, "agreed", s.closed(casefile.TaskAgree, 0).Result)

	s.goOn()
	s.serve(0)
	require.Equal(t, []string{"service.appeal_window/1", "service.appeal_window/2", "service.appeal_window/3"}, s.openTasks())
	s.refused(casefile.RefusedTooEarly, "morag", casefile.ActNoAppeal, 1, nil)
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActStatusIssued, 0, nil)
	for person := 1; person <= 3; person++ {
		s.rung(casefile.TaskAppealWindow, person)
	}
	require.Equal(t, []string{"service.no_appeal/1", "service.no_appeal/2", "service.no_appeal/3"}, s.openTasks(), "a person looks; the timer ends nothing")
	for person := 1; person <= 3; person++ {
		require.False(t, s.review.Finished(casefile.Service))
		s.do("morag", casefile.ActNoAppeal, person, nil)
		s.do("morag", casefile.ActRemains, person, nil)
	}
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	require.Equal(t, 3, testdb.Value[int](s.staffed, `select count(*) from decision_outcome where case_ref = $1 and no_appeal_on is not null`, s.ref))
}

// TestAPartRefusal is MIXED, needs a second officer, and each person goes their own way.
func TestAPartRefusal(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.propose("catriona", refuseSome(2))
	require.Equal(t, []string{"decision.agree"}, s.openTasks())
	s.do("struan", casefile.ActAgree, 0, s.agreement())
	require.Equal(t, "MIXED", testdb.Value[string](s.staffed, `select rollup from review where case_ref = $1`, s.ref))
	s.goOn()
	s.serve(0)
	require.Equal(t, []string{"service.appeal_window/2", "service.status"}, s.openTasks())
}

// TestADrawnGrantWaitsForASecondOfficer: one grant in ten.
func TestADrawnGrantWaitsForASecondOfficer(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.sampled = true
	s.propose("ewan", grantAll)
	require.False(t, s.review.Signed)
	require.Equal(t, "sample", testdb.Value[string](s.staffed, `select second_due from proposal where case_ref = $1`, s.ref))
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	require.True(t, s.review.Signed)
	require.Equal(t, "ewan ailsa sample ALL_GRANTED", testdb.Value[string](s.staffed,
		`select concat_ws(' ', author, second, second_due, rollup) from decision where case_ref = $1`, s.ref))
}

// TestNoWayLeadsFromADecisionToAnother: what is signed stays.
func TestNoWayLeadsFromADecisionToAnother(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.propose("ewan", grantAll)
	s.refused(casefile.RefusedSigned, "ewan", casefile.ActPropose, 0, s.proposal(refuseAll))
	s.refused(casefile.RefusedSigned, "fiona", casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"})
	s.refused(casefile.RefusedSigned, "morag", casefile.ActRequestCheck, 0, nil)
	require.Equal(t, []string{"1 GRANT_ILR", "2 GRANT_ILR", "3 GRANT_ILR"}, s.outcomes())
}

// TestEveryoneHasAnOutcome: a proposal leaves nobody out and adds nobody.
func TestEveryoneHasAnOutcome(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.drawNext(false)
	s.refused(casefile.RefusedFields, "ewan", casefile.ActPropose, 0, s.proposal(grantAll[:2]))
	s.refused(casefile.RefusedNoSubject, "ewan", casefile.ActPropose, 0, s.proposal(append(grantAll[:3:3], casefile.GrantILR)))
	require.Equal(t, []string{"decision.propose"}, s.openTasks())
}

// TestASignedDecisionIsCarriedOut: a check that was asked for and is needed no
// more, or a request left over, must not keep a signed decision from service.
func TestASignedDecisionIsCarriedOut(t *testing.T) {
	o := newStaffed(t)
	t.Run("a check of a child that nobody needed", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.do("morag", casefile.ActRequestCheck, 3, nil)
		s.propose("ewan", grantAll)
		s.goOn()
		require.Equal(t, casefile.Service, s.review.Stage, "open: %v", s.openTasks())
	})
	t.Run("a renewed request that was met person by person", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		for !s.today().After(monday.AddDays(casefile.SecurityCheckDays)) {
			s.rung(casefile.TaskPropose, 0)
		}
		require.Contains(t, s.openTasks(), "check.request", "the checks have lapsed and are asked for again")
		for _, person := range []int{1, 2} {
			s.do("morag", casefile.ActRequestCheck, person, nil)
			s.check(person, s.today())
		}
		s.propose("ewan", grantAll)
		s.goOn()
		require.Equal(t, casefile.Service, s.review.Stage, "open: %v", s.openTasks())
	})
}

// TestAFamilyWithoutAdults: a young parent alone with a child needs no security
// check, and still comes to a decision maker (C15: no state without an owner).
func TestAFamilyWithoutAdults(t *testing.T) {
	s := newStaffed(t).family(t, func(f *casefile.Family) {
		f.People = append(f.People[:1], f.People[2])
		f.People[1].No = 2
		f.People[0].BirthDate = born(monday.AddYears(-17))
		f.People[1].BirthDate = born(monday.AddYears(-1))
	})
	s.until(casefile.Decision)
	s.do("morag", casefile.ActRequestCheck, 0, nil)
	require.Equal(t, []string{"decision.propose"}, s.openTasks())
}
