package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/testdb"
)

// TestAStaleProposal: a proposal names the revision it was made on, and so does
// the agreement to it.
func TestAStaleProposal(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.drawNext(false)
	f := s.proposal(refuseAll)
	f.Revision--
	s.refused(casefile.RefusedStale, "ewan", casefile.ActPropose, 0, f)
	f.Revision += 2
	s.refused(casefile.RefusedStale, "ewan", casefile.ActPropose, 0, f)

	s.propose("ewan", refuseAll)
	s.refused(casefile.RefusedAlreadyDone, "catriona", casefile.ActPropose, 0, s.proposal(grantAll))
	a := s.agreement()
	a.Revision--
	s.refused(casefile.RefusedStale, "ailsa", casefile.ActAgree, 0, a)
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	require.True(t, s.review.Signed)
}

// TestWhatComesAfterAProposal returns it to its author: they
// confirm or change it on the file as it now stands.
func TestWhatComesAfterAProposal(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		name string
		do   func(*journey)
	}{
		{"evidence", func(s *journey) {
			s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderCommunity, Result: "partial"})
		}},
		{"a contact", func(s *journey) { s.contact("phone") }},
		{"an interview", func(s *journey) { s.interview(1) }},
		{"a representation", func(s *journey) {
			s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"})
		}},
		{"another owner", func(s *journey) { s.do("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "isla"}) }},
		{"a new request for a check", func(s *journey) { s.do("morag", casefile.ActRequestCheck, 1, nil) }},
		{"a new welfare check", func(s *journey) {
			s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "rory"})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := o.family(t, nil).toDecision()
			s.propose("ewan", refuseAll)
			agreed := s.agreement()
			c.do(s)
			require.Equal(t, "returned", testdb.Value[string](o, `select state from proposal where case_ref = $1`, s.ref))
			require.Equal(t, "{stale}", testdb.Value[string](o, `select return_codes::text from proposal where case_ref = $1 and returned_by is null`, s.ref))
			require.Contains(t, s.openTasks(), "decision.propose")
			require.NotContains(t, s.openTasks(), "decision.agree")
			require.Equal(t, "stale", s.closed(casefile.TaskAgree, 0).Result)
			require.Equal(t, 1, testdb.Value[int](o, `select count(*) from recommendation r join rule_set s on s.hash = r.rule_set
				where r.case_ref = $1 and r.revision = $2 and s.use = 'operative'`, s.ref, s.review.Revision), "the rules are asked again")
			s.refused(casefile.RefusedStale, "ailsa", casefile.ActAgree, 0, agreed)
		})
	}
	t.Run("what is refused returns nothing", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.propose("ewan", refuseAll)
		s.refused(casefile.RefusedNothingOpen, "catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "accepted"})
		s.refused(casefile.RefusedTooLate, "morag", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"})
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	})
	t.Run("a representation that came after must be answered, then the author confirms", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.propose("ewan", refuseAll)
		s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "school"})
		s.proposes(s.proposal(refuseAll), []casefile.Block{casefile.BlockRepresentation})
		s.do("catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "rejected"})
		s.propose("ewan", refuseAll)
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
		require.Equal(t, 2, testdb.Value[int](o, `select proposal_no from decision where case_ref = $1`, s.ref))
	})
}

// TestAReturn: the second officer sends a proposal back with codes, and it is its
// author's again.
func TestAReturn(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.propose("ewan", refuseAll)
	s.do("ailsa", casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"child", "law"}})
	require.Equal(t, "returned ailsa {child,law}", testdb.Value[string](s.staffed,
		`select concat_ws(' ', state, returned_by, return_codes::text) from proposal where case_ref = $1`, s.ref))
	require.Equal(t, []string{"decision.propose"}, s.openTasks())
	require.Equal(t, "returned", s.closed(casefile.TaskAgree, 0).Result)
	s.refused(casefile.RefusedNothingOpen, "struan", casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"law"}})
	s.propose("ewan", grantAll)
	require.False(t, s.review.Signed, "the author may change their mind, and not alone")
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	require.True(t, s.review.Signed)
}

// TestWhatAReasonRestsOn: a finding cites evidence that is on file and held
// something; a gap is no reason.
func TestWhatAReasonRestsOn(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	s.instead[casefile.TaskHousing] = func(casefile.Task) {
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderHousing, Result: "nothing_held"})
	}
	s.toDecision()
	s.drawNext(false)
	cites := func(finding casefile.Finding, numbers ...int) *casefile.ProposeFields {
		f := s.proposal(refuseAll)
		f.Reasons[0].Finding, f.Reasons[0].Evidence = finding, numbers
		return f
	}
	held, nothing := s.evidence(casefile.ProviderGP), s.evidence(casefile.ProviderHousing)
	require.NotZero(t, nothing)
	s.refused(casefile.RefusedGap, "ewan", casefile.ActPropose, 0, cites(casefile.FindingAgainst, nothing))
	s.refused(casefile.RefusedGap, "ewan", casefile.ActPropose, 0, cites(casefile.FindingAgainst, held, 99))
	s.refused(casefile.RefusedGap, "ewan", casefile.ActPropose, 0, cites(casefile.FindingFor, nothing))
	other := o.family(t, nil)
	other.confirming = true // each came, as often as it is typed
	for range held + 40 {
		require.Nil(t, other.attempt("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderCommunity, Result: "complete"}))
	}
	s.refused(casefile.RefusedGap, "ewan", casefile.ActPropose, 0, cites(casefile.FindingAgainst, held+40)) // another case's
	require.Nil(t, s.attempt("ewan", casefile.ActPropose, 0, cites(casefile.FindingAgainst, held)))

	a := s.agreement()
	a.Reasons[0].Finding, a.Reasons[0].Evidence = casefile.FindingAgainst, []int{nothing}
	s.refused(casefile.RefusedGap, "ailsa", casefile.ActAgree, 0, a)
	a.Reasons[0].Evidence = []int{held}
	s.do("ailsa", casefile.ActAgree, 0, a)
	require.Equal(t, held, testdb.Value[int](o, `select evidence[1] from finding where case_ref = $1 and by_second and factor = $2`, s.ref, casefile.Factors[0]))
}
