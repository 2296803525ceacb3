package activities_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
	"hame/internal/testdb"
)

// remake proposes a correction of the signed decision, which nothing may refuse.
func (s *journey) remake(login string, outcomes []casefile.Outcome) {
	s.t.Helper()
	s.do(login, casefile.ActCorrectDecision, 0, s.proposal(outcomes))
}

// corrected lets two officers correct the signed decision.
func (s *journey) corrected(author, second string, outcomes []casefile.Outcome) {
	s.t.Helper()
	s.remake(author, outcomes)
	s.do(second, casefile.ActAgree, 0, s.agreement())
}

// decisions lists the decisions of the case: number, who signed, and the outcomes by person.
func (s *journey) decisions() []string {
	s.t.Helper()
	return testdb.List[string](s.staffed, `
		select concat_ws(' ', d.no, d.author, d.second, d.second_due, d.rollup, (
			select string_agg(case when o.outcome like 'GRANT%' then 'yes' else 'no' end, '/' order by o.person_no)
			from decision_outcome o where o.case_ref = d.case_ref and o.decision_no = d.no))
		from decision d where d.case_ref = $1 order by d.no`, s.ref)
}

// letters lists the letters that give a decision: number, kind, which decision, and to whom it was sent.
func (s *journey) letters() []string {
	s.t.Helper()
	return testdb.List[string](s.staffed, `
		select concat_ws(' ', l.no, l.kind, l.decision_no, (select string_agg(x.to_whom, ' ' order by x.to_whom) from letter_sent x
			where x.case_ref = l.case_ref and x.no = l.no))
		from letter l where l.case_ref = $1 and l.decision_no is not null order by l.no`, s.ref)
}

// TestASignedOutcomeIsCorrected before it is served: by two officers, one of whom did not
// sign it. The new decision has the next number and stands; the old one is kept.
func TestASignedOutcomeIsCorrected(t *testing.T) {
	o := newStaffed(t)
	o.grantRole("catriona", "catriona", casefile.SecondOfficer, "")
	granted := func(t *testing.T) *journey {
		s := o.family(t, nil)
		s.decided(grantAll)
		require.Equal(t, []string{"1 ewan no ALL_GRANTED yes/yes/yes"}, s.decisions())
		return s
	}
	refused := func(t *testing.T) *journey {
		s := o.family(t, nil)
		s.decided(refuseAll)
		return s
	}
	t.Run("a grant that its author signed alone, by the author and another", func(t *testing.T) {
		s := granted(t)
		s.remake("ewan", refuseSome(2))
		require.Equal(t, []string{"decision.agree", "service.serve"}, s.openTasks())
		require.Equal(t, casefile.SecondOfficer, s.task(casefile.TaskAgree, 0).Awaiting)
		require.Len(t, s.decisions(), 1, "until a second officer agrees the signed one stands")
		s.on(monday.AddDays(1))
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
		require.Equal(t, []string{"1 ewan no ALL_GRANTED yes/yes/yes", "2 ewan ailsa correction MIXED yes/no/yes"}, s.decisions())
		require.Equal(t, "2026-03-03 MIXED", testdb.Value[string](o, `select signed_on || ' ' || rollup from review where case_ref = $1`, s.ref))
		require.Equal(t, []string{"service.serve"}, s.openTasks(), "it is for the caseworker to serve, and nothing of before is asked")
		s.serve(0)
		require.Equal(t, []string{"service.appeal_window/2", "service.status"}, s.openTasks())
		s.verified()
	})
	t.Run("a grant that its author signed alone, by two others", func(t *testing.T) {
		s := granted(t)
		s.corrected("gregor", "struan", refuseSome(3))
		require.Equal(t, "2 gregor struan correction MIXED yes/yes/no", s.decisions()[1])
	})
	t.Run("to other grants it takes two as well", func(t *testing.T) {
		s := granted(t)
		s.remake("ewan", []casefile.Outcome{casefile.GrantILR, casefile.GrantILR, casefile.GrantDL36M})
		require.True(t, s.isOpen(casefile.TaskAgree, 0))
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
		require.Equal(t, "2 ewan ailsa correction ALL_GRANTED yes/yes/yes", s.decisions()[1])
		s.serve(0)
		s.do("morag", casefile.ActStatusIssued, 0, nil)
		s.goOn()
		require.Equal(t, casefile.Closed, s.review.Stage)
		s.verified()
	})
	t.Run("a refusal that two signed is not corrected by the same two", func(t *testing.T) {
		s := refused(t)
		s.remake("ewan", grantAll)
		refusal := s.refused(casefile.RefusedFourEyes, "ailsa", casefile.ActAgree, 0, s.agreement())
		require.Contains(t, refusal.Detail, "both signed decision 1")
		s.do("struan", casefile.ActAgree, 0, s.agreement())
		require.Equal(t, []string{"1 ewan ailsa refusal ALL_REFUSED no/no/no", "2 ewan struan correction ALL_GRANTED yes/yes/yes"}, s.decisions())
	})
	t.Run("a refusal that two signed, by another and its second officer", func(t *testing.T) {
		s := refused(t)
		s.corrected("gregor", "ailsa", refuseSome(1))
		require.Equal(t, "2 gregor ailsa correction MIXED no/yes/yes", s.decisions()[1])
		// What counts from then on is who signed the decision that stands.
		s.remake("gregor", grantAll)
		s.refused(casefile.RefusedFourEyes, "ailsa", casefile.ActAgree, 0, s.agreement())
		s.do("gregor", casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "mistake"})
		s.corrected("ewan", "ailsa", grantAll)
		require.Equal(t, "3 ewan ailsa correction ALL_GRANTED yes/yes/yes", s.decisions()[2], "corrected twice")
		s.serve(0)
		s.verified()
	})
	t.Run("nobody plays two parts", func(t *testing.T) {
		s := refused(t)
		// ailsa agreed to the decision: she does not propose its correction under another role.
		o.grantRole("ailsa", "ailsa", casefile.DecisionMaker, "")
		s.refused(casefile.RefusedFourEyes, "ailsa", casefile.ActCorrectDecision, 0, s.proposal(grantAll))
		o.Exec(`update staff set revoked_at = clock_timestamp(), revoked_by = 'postgres' where login = 'ailsa' and role = 'decision_maker'`)
		// ewan proposed it: he does not agree to another's correction.
		s.remake("catriona", grantAll)
		o.grantRole("ewan", "ewan", casefile.SecondOfficer, "")
		s.refused(casefile.RefusedFourEyes, "ewan", casefile.ActAgree, 0, s.agreement())
		o.Exec(`update staff set revoked_at = clock_timestamp(), revoked_by = 'postgres' where login = 'ewan' and role = 'second_officer'`)
	})
	t.Run("what would correct nothing", func(t *testing.T) {
		s := granted(t)
		refusal := s.refused(casefile.RefusedAlreadyDone, "ewan", casefile.ActCorrectDecision, 0, s.proposal(grantAll))
		require.Contains(t, refusal.Detail, "nothing would be corrected")
	})
	t.Run("as of a proposal", func(t *testing.T) {
		s := granted(t)
		old := s.proposal(refuseAll)
		old.Revision--
		s.refused(casefile.RefusedStale, "ewan", casefile.ActCorrectDecision, 0, old)
		s.refused(casefile.RefusedFields, "ewan", casefile.ActCorrectDecision, 0, s.proposal(refuseAll[:2]))
		s.refused(casefile.RefusedNoSubject, "ewan", casefile.ActCorrectDecision, 0, s.proposal(append(refuseAll[:3:3], casefile.RefusedUpheld)))
		gap := s.proposal(refuseAll)
		gap.Reasons[0].Evidence = []int{99}
		s.refused(casefile.RefusedGap, "ewan", casefile.ActCorrectDecision, 0, gap)
		s.refused(casefile.RefusedRole, "douglas", casefile.ActCorrectDecision, 0, s.proposal(refuseAll))
		s.remake("ewan", refuseAll)
		s.refused(casefile.RefusedAlreadyDone, "gregor", casefile.ActCorrectDecision, 0, s.proposal(refuseSome(1)))
		stale := s.agreement()
		stale.Revision--
		s.refused(casefile.RefusedStale, "ailsa", casefile.ActAgree, 0, stale)
	})
	t.Run("while a hold stands", func(t *testing.T) {
		s := granted(t)
		s.do("fiona", casefile.ActHold, 0, s.sample(casefile.ActHold))
		s.flag("fiona", 3, casefile.FlagChildProtection, "on")
		refusal := s.refused(casefile.RefusedBlocked, "ewan", casefile.ActCorrectDecision, 0, s.proposal(refuseAll))
		require.Contains(t, refusal.Blocks, casefile.BlockHold)
		s.corrected("ewan", "ailsa", []casefile.Outcome{casefile.GrantILR, casefile.GrantILR, casefile.GrantRefugee})
	})
	t.Run("while a representation waits for its answer", func(t *testing.T) {
		s := granted(t)
		s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"})
		refusal := s.refused(casefile.RefusedBlocked, "ewan", casefile.ActCorrectDecision, 0, s.proposal(refuseSome(1)))
		require.Equal(t, []casefile.Block{casefile.BlockRepresentation}, refusal.Blocks)
		s.do("catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "rejected"})
		s.corrected("ewan", "ailsa", refuseSome(1))
	})
	t.Run("with a child's check waived it may be a grant only", func(t *testing.T) {
		s := o.family(t, nil)
		s.instead[casefile.TaskReport] = func(task casefile.Task) {
			s.do("fiona", casefile.ActWaive, task.Subject, &casefile.WaiveFields{Reason: "family_asks"})
		}
		s.decided(grantAll)
		refusal := s.refused(casefile.RefusedBlocked, "ewan", casefile.ActCorrectDecision, 0, s.proposal(refuseSome(1)))
		require.Contains(t, refusal.Blocks, casefile.BlockWaived)
		s.corrected("ewan", "ailsa", []casefile.Outcome{casefile.GrantRefugee, casefile.GrantILR, casefile.GrantILR})
		s.verified()
	})
	t.Run("a security check that has lapsed since", func(t *testing.T) {
		s := granted(t)
		s.on(monday.AddDays(casefile.SecurityCheckDays + 1))
		refusal := s.refused(casefile.RefusedBlocked, "ewan", casefile.ActCorrectDecision, 0, s.proposal(refuseSome(1)))
		require.Contains(t, refusal.Blocks, casefile.BlockSecurityCheck)
		s.do("morag", casefile.ActRequestCheck, 0, nil)
		require.Equal(t, []string{"check.record/1", "check.record/2", "service.serve"}, s.openTasks())
		s.check(1, s.today())
		s.check(2, s.today())
		require.Equal(t, []string{"service.serve"}, s.openTasks(), "nobody is asked to propose anew")
		s.corrected("ewan", "ailsa", refuseSome(1))
	})
	t.Run("what was referred is looked into first", func(t *testing.T) {
		s := granted(t)
		s.do("morag", casefile.ActRequestCheck, 2, nil)
		s.do("morag", casefile.ActRecordCheck, 2, &casefile.CheckFields{Result: casefile.CheckRefer, DoneOn: s.today()})
		s.verified() // the signed decision was made without it
		refusal := s.refused(casefile.RefusedBlocked, "ewan", casefile.ActCorrectDecision, 0, s.proposal(refuseSome(2)))
		require.Equal(t, []casefile.Block{casefile.BlockReferral}, refusal.Blocks)
		s.do("fiona", casefile.ActLookInto, 2, nothingFound)
		s.corrected("ewan", "ailsa", refuseSome(2))
		s.verified()
	})
	t.Run("too early, and after closing", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.refused(casefile.RefusedTooEarly, "ewan", casefile.ActCorrectDecision, 0, s.proposal(grantAll))
		closed := o.grantedAndClosed(t)
		require.Equal(t, casefile.RefusedClosed, closed.attempt("ewan", casefile.ActCorrectDecision, 0, closed.proposal(refuseAll)).Code)
	})
}

// TestACorrectionThatIsNotSigned leaves the signed decision as it was, and asks nobody for
// another proposal: it goes back when it is returned, withdrawn, or when anything else is
// recorded.
func TestACorrectionThatIsNotSigned(t *testing.T) {
	o := newStaffed(t)
	begun := func(t *testing.T) *journey {
		s := o.family(t, nil)
		s.decided(refuseAll)
		s.remake("ewan", grantAll)
		return s
	}
	stands := func(s *journey, result string) {
		s.t.Helper()
		require.Equal(s.t, result, s.closed(casefile.TaskAgree, 0).Result)
		require.Equal(s.t, []string{"1 ewan ailsa refusal ALL_REFUSED no/no/no"}, s.decisions())
		require.Equal(s.t, "ALL_REFUSED", testdb.Value[string](o, `select rollup from review where case_ref = $1`, s.ref))
		require.NotContains(s.t, s.kinds(), casefile.TaskPropose)
		require.NotContains(s.t, s.kinds(), casefile.TaskAgree)
		s.refused(casefile.RefusedNothingOpen, "struan", casefile.ActAgree, 0, s.agreement())
		s.verified()
	}
	t.Run("returned", func(t *testing.T) {
		s := begun(t)
		s.do("struan", casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"law"}})
		stands(s, "returned")
		s.corrected("ewan", "struan", refuseSome(1))
		require.Len(t, s.decisions(), 2, "it may be corrected anew")
	})
	t.Run("withdrawn", func(t *testing.T) {
		s := begun(t)
		s.refused(casefile.RefusedRole, "catriona", casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "mistake"})
		s.do("ewan", casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "mistake"})
		stands(s, "withdrawn")
		s.refused(casefile.RefusedNothingOpen, "ewan", casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "mistake"})
	})
	t.Run("stale", func(t *testing.T) {
		s := begun(t)
		s.serve(0)
		stands(s, "stale")
		require.Equal(t, "{stale}", testdb.Value[string](o, `select return_codes::text from proposal where case_ref = $1 order by no desc limit 1`, s.ref))
	})
	t.Run("stale, and the act was the last that the case waited for", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(refuseSome(1))
		s.serve(0)
		s.do("morag", casefile.ActStatusIssued, 0, nil)
		s.rung(casefile.TaskAppealWindow, 1)
		s.remake("ewan", grantAll)
		s.do("morag", casefile.ActNoAppeal, 1, nil)
		s.do("morag", casefile.ActRemains, 1, nil)
		require.Equal(t, "stale", s.closed(casefile.TaskAgree, 0).Result)
		require.Equal(t, []string{"service.arrival"}, s.openTasks(), "a senior caseworker looks before the case is closed")
		s.corrected("ewan", "struan", grantAll)
		require.Equal(t, []string{"service.arrival", "service.serve"}, s.openTasks())
	})
	t.Run("its ladder asks for no check", func(t *testing.T) {
		s := begun(t)
		s.on(monday.AddDays(200))
		s.rung(casefile.TaskAgree, 0)
		s.rung(casefile.TaskAgree, 0)
		require.Equal(t, []string{"decision.agree", "service.serve"}, s.openTasks(), "who corrects asks for them if the correction needs them")
	})
}

// TestTheLetterOfACorrection: the new decision has a letter of its own, and nobody is served
// without it. If the old letter was sent, the new one says what it corrects; if not, the old
// one is withheld.
func TestTheLetterOfACorrection(t *testing.T) {
	o := newStaffed(t)
	send := func(to string) *casefile.LetterFields { return &casefile.LetterFields{To: to, By: "recorded_delivery"} }
	t.Run("nobody was sent the old one", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(grantAll)
		s.corrected("ewan", "ailsa", refuseSome(2))
		require.Equal(t, []string{"2 decision 1", "3 decision 2"}, s.letters())
		refusal := s.refused(casefile.RefusedTooLate, "morag", casefile.ActLetterSent, 2, send("family"))
		require.Contains(t, refusal.Detail, "letter 2 is withheld: it gives decision 1, which decision 2 corrects")
		s.serve(0)
		require.Equal(t, []string{"2 decision 1", "3 decision 2 family representative"}, s.letters())
		s.verified()
	})
	t.Run("the old one was sent", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(grantAll)
		s.do("morag", casefile.ActLetterSent, 2, send("family"))
		s.corrected("ewan", "ailsa", refuseSome(2))
		require.Equal(t, []string{"2 decision 1 family", "3 correction 2"}, s.letters())
		s.refused(casefile.RefusedTooLate, "morag", casefile.ActLetterSent, 2, send("representative"))
		s.refused(casefile.RefusedTooEarly, "morag", casefile.ActRecordService, 0, practice.Served())
		s.do("morag", casefile.ActLetterSent, 3, send("family"))
		s.refused(casefile.RefusedTooEarly, "morag", casefile.ActRecordService, 0, practice.Served())
		s.do("morag", casefile.ActLetterSent, 3, send("representative"))
		s.do("morag", casefile.ActRecordService, 0, practice.Served())
		s.verified()
	})
	t.Run("the old one had been sent, and that is recorded afterwards", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(grantAll)
		s.on(monday.AddDays(2))
		s.corrected("ewan", "ailsa", refuseSome(2))
		s.doOn(monday.AddDays(1), "morag", casefile.ActLetterSent, 2, send("family"))
		require.Equal(t, []string{"2 decision 1 family", "3 correction 2"}, s.letters())
		s.refused(casefile.RefusedTooEarly, "morag", casefile.ActRecordService, 0, practice.Served())
		s.refusedCommand(casefile.RefusedBefore, s.command("morag", casefile.ActLetterSent, 3, monday.AddDays(1), send("family")))
	})
	t.Run("the old one comes back", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(grantAll)
		s.sendDecision()
		s.corrected("ewan", "ailsa", refuseSome(2))
		s.serve(0)
		s.do("morag", casefile.ActLetterReturned, 2, &casefile.ReturnedFields{To: "family", Reason: "gone_away"})
		require.Len(t, s.letters(), 2, "it is not made again")
		require.Equal(t, []string{"service.appeal_window/2", "service.status"}, s.openTasks(), "and the service of the new one stands")
		s.do("morag", casefile.ActLetterReturned, 3, &casefile.ReturnedFields{To: "family", Reason: "gone_away"})
		require.Equal(t, "4 correction 2", s.letters()[2], "the new one is")
		s.verified()
	})
	t.Run("corrected again", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(grantAll)
		s.sendDecision()
		s.corrected("ewan", "ailsa", refuseSome(2))
		s.corrected("gregor", "ailsa", refuseSome(1))
		require.Equal(t, []string{"2 decision 1 family representative", "3 correction 2", "4 correction 3"}, s.letters())
		s.refused(casefile.RefusedTooLate, "morag", casefile.ActLetterSent, 3, send("family"))
		s.serve(0)
		s.verified()
	})
	t.Run("by hand the database takes no service on another decision's letter", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(grantAll)
		s.sendDecision()
		s.corrected("ewan", "ailsa", refuseSome(2))
		_, err := o.Super.Exec(`update decision_outcome set served_on = '2026-03-02', served_how = 'hand', proof = 'signature'
			where case_ref = $1 and decision_no = 2`, s.ref)
		require.ErrorContains(t, err, "service_needs_its_letter")
	})
}

// TestACorrectionAfterService may only give more: a refusal becomes a grant, and a served
// grant is not taken back. Who is still refused has a new window to appeal in, from the new
// service. What the tribunal has is not corrected.
func TestACorrectionAfterService(t *testing.T) {
	o := newStaffed(t)
	served := func(t *testing.T, person int, outcomes []casefile.Outcome) *journey {
		s := o.family(t, nil)
		s.decided(outcomes)
		s.serve(person)
		return s
	}
	refuseTwo := []casefile.Outcome{casefile.RefusedUpheld, casefile.RefusedUpheld, casefile.GrantILR}
	t.Run("of a grant, when one person was served", func(t *testing.T) {
		s := served(t, 1, grantAll)
		refusal := s.refused(casefile.RefusedTooLate, "ewan", casefile.ActCorrectDecision, 0, s.proposal(refuseSome(2)))
		require.Contains(t, refusal.Detail, "a served grant is not taken back by a correction")
		s.refused(casefile.RefusedTooLate, "ewan", casefile.ActCorrectDecision, 0, s.proposal([]casefile.Outcome{casefile.GrantDL36M, casefile.GrantILR, casefile.GrantILR}))
		s.refused(casefile.RefusedTooLate, "ewan", casefile.ActCorrectDecision, 0, s.proposal([]casefile.Outcome{casefile.GrantRefugee, casefile.GrantILR, casefile.GrantILR}))
	})
	t.Run("of a grant, when it is served while its correction waits", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(grantAll)
		s.remake("ewan", refuseSome(2))
		s.serve(1)
		s.refused(casefile.RefusedNothingOpen, "ailsa", casefile.ActAgree, 0, s.agreement())
		s.refused(casefile.RefusedTooLate, "ewan", casefile.ActCorrectDecision, 0, s.proposal(refuseSome(2)))
	})
	t.Run("of a refusal, which becomes a grant", func(t *testing.T) {
		s := served(t, 0, refuseTwo)
		s.do("morag", casefile.ActStatusIssued, 0, nil)
		window := s.task(casefile.TaskAppealWindow, 1).DueOn
		s.on(monday.AddDays(7))
		s.corrected("ewan", "struan", refuseSome(1))
		require.Equal(t, []string{"1 ewan ailsa refusal MIXED no/no/yes", "2 ewan struan correction MIXED no/yes/yes"}, s.decisions())
		require.Equal(t, []string{"service.serve"}, s.openTasks(), "the windows of the old decision are moot")
		require.Equal(t, "moot", s.closed(casefile.TaskAppealWindow, 1).Result)
		require.Equal(t, "2026-03-02", testdb.Value[string](o, `select served_on::text from decision_outcome where case_ref = $1 and decision_no = 1 and person_no = 1`, s.ref), "what was done stays on record")
		s.serve(0)
		require.Equal(t, []string{"service.appeal_window/1", "service.status"}, s.openTasks())
		require.Equal(t, window.AddDays(7), s.task(casefile.TaskAppealWindow, 1).DueOn, "a window of its own")
		s.do("morag", casefile.ActStatusIssued, 0, nil)
		require.Equal(t, []string{"2 2026-03-09", "3 2026-03-02"}, testdb.List[string](o, `
			select person_no || ' ' || status_issued_on from outcome_in_force where case_ref = $1 and status_issued_on is not null order by 1`, s.ref),
			"whose outcome is the same has the document already")
		s.rung(casefile.TaskAppealWindow, 1)
		s.do("morag", casefile.ActNoAppeal, 1, nil)
		s.do("morag", casefile.ActRemains, 1, nil)
		s.goOn()
		require.Equal(t, casefile.Closed, s.review.Stage)
		s.verified()
	})
	t.Run("of a refusal, while an appeal is looked for", func(t *testing.T) {
		s := served(t, 0, refuseSome(1))
		s.do("morag", casefile.ActStatusIssued, 0, nil)
		s.rung(casefile.TaskAppealWindow, 1)
		s.corrected("ewan", "struan", grantAll)
		require.Equal(t, []string{"service.serve"}, s.openTasks())
		s.refused(casefile.RefusedTooEarly, "morag", casefile.ActNoAppeal, 1, nil)
	})
	t.Run("after an appeal", func(t *testing.T) {
		s := served(t, 0, refuseTwo)
		s.do("morag", casefile.ActAppeal, 1, nil)
		refusal := s.refused(casefile.RefusedTooLate, "ewan", casefile.ActCorrectDecision, 0, s.proposal(grantAll))
		require.Contains(t, refusal.Detail, "person 1 has appealed: decision 1 is before the tribunal")
		s.refused(casefile.RefusedTooLate, "ewan", casefile.ActCorrectDecision, 0, s.proposal(refuseSome(1)))
	})
	t.Run("an appeal that was made before the correction, and is recorded after it", func(t *testing.T) {
		s := served(t, 0, refuseTwo)
		s.on(monday.AddDays(7))
		s.corrected("ewan", "struan", refuseSome(1))
		s.doOn(monday.AddDays(3), "morag", casefile.ActAppeal, 1, nil)
		s.refusedCommand(casefile.RefusedNoSubject, s.command("morag", casefile.ActAppeal, 2, monday.AddDays(3), nil))
		s.serve(0)
		require.Equal(t, []string{"service.appeal/1", "service.status"}, s.openTasks(), "who has appealed has no window to appeal in")
	})
	t.Run("a service that carried out the old decision is not struck", func(t *testing.T) {
		s := served(t, 0, refuseTwo)
		act := testdb.Value[int](o, `select chain_n from command where case_ref = $1 and kind = 'service.record'`, s.ref)
		s.corrected("ewan", "struan", refuseSome(1))
		refusal := s.refused(casefile.RefusedNotStruck, "morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: act, Reason: casefile.SlipTwice})
		require.Contains(t, refusal.Detail, "a decision that decision 2 has corrected")
		s.serve(0)
		s.verified()
	})
}

// TestACorrectionInTheDatabase: even if the code is wrong, no login can write a correction
// that the same officers signed, and no served grant is taken back, not a superuser's.
func TestACorrectionInTheDatabase(t *testing.T) {
	o := newStaffed(t)
	refuses := func(constraint, query string, args ...any) {
		t.Helper()
		tx, err := o.Super.Beginx()
		require.NoError(t, err)
		_, err = tx.Exec(query, args...)
		require.ErrorContains(t, err, constraint, "%s", query)
		require.NoError(t, tx.Rollback())
	}
	const decide = `insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
		select $1, 2, 2, $2, nullif($3, ''), 'correction', '2026-03-02', '2026-03-02 09:00Z', 'ALL_GRANTED', rule_set from review where case_ref = $1`
	s := o.family(t, nil)
	s.decided(refuseAll)
	s.remake("ewan", grantAll)
	refuses("correction_four_eyes", decide, s.ref, "ewan", "ailsa")
	refuses("correction_four_eyes", decide, s.ref, "ewan", "")
	refuses("correction_four_eyes", decide, s.ref, "gregor", "")
	refuses("foreign key", decide, s.ref, "ewan", "struan") // struan plays no part
	refuses("this outcome was not typed", `update proposal_outcome set outcome = 'GRANT_DL_36M' where case_ref = $1 and no = 2 and person_no = 1`, s.ref)
	refuses("this outcome was not typed", `with p as (insert into proposal (case_ref, no, author, revision, proposed_on, proposed_at, second_due, state, command_id)
			select case_ref, 3, author, revision, proposed_on, proposed_at, 'refusal', 'returned', command_id from proposal where case_ref = $1 and no = 2 returning no)
		insert into proposal_outcome select $1, no, 1, 'GRANT_ILR' from p`, s.ref) // a correction is no other proposal
	s.do("struan", casefile.ActAgree, 0, s.agreement())
	s.serve(0)
	refuses("served_grant_stands", `insert into decision_outcome (case_ref, decision_no, person_no, outcome) values ($1, 3, 1, 'REFUSED_UPHELD')`, s.ref)
}

// TestWhatIsReadOfACorrection: the file, the timeline and the list of letters name the old
// decision and the one that stands.
func TestWhatIsReadOfACorrection(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	s.decided(grantAll)
	s.on(monday.AddDays(1))
	s.corrected("ewan", "ailsa", refuseSome(2))
	var file struct {
		Rollup    string `json:"rollup"`
		Decisions []struct {
			No       int    `json:"no"`
			Signed   string `json:"signed_on"`
			Rollup   string `json:"rollup"`
			Author   string `json:"author"`
			Second   string `json:"second"`
			Outcomes []casefile.ProposedOutcome
		} `json:"decisions"`
		Outcomes []struct {
			Decision int `json:"decision_no"`
		} `json:"outcomes"`
	}
	body, err := o.desk("ewan").CaseFile(t.Context(), s.ref, "case show")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(body, &file))
	require.Equal(t, "MIXED", file.Rollup)
	require.Len(t, file.Decisions, 2)
	require.Equal(t, "2026-03-02 ALL_GRANTED ewan ", strings.Join([]string{file.Decisions[0].Signed, file.Decisions[0].Rollup, file.Decisions[0].Author, file.Decisions[0].Second}, " "))
	require.Equal(t, "2026-03-03 MIXED ewan ailsa", strings.Join([]string{file.Decisions[1].Signed, file.Decisions[1].Rollup, file.Decisions[1].Author, file.Decisions[1].Second}, " "))
	require.Equal(t, casefile.GrantILR, file.Decisions[0].Outcomes[1].Outcome, "the outcome that was wrong is kept")
	require.Equal(t, casefile.RefusedUpheld, file.Decisions[1].Outcomes[1].Outcome)
	require.Equal(t, 2, file.Outcomes[0].Decision)

	events, err := o.desk("ewan").Timeline(t.Context(), s.ref)
	require.NoError(t, err)
	var told []string
	for _, e := range events {
		if strings.HasPrefix(e.What, "decision ") {
			told = append(told, e.What+" "+e.Who+": "+e.Detail)
		}
	}
	require.Equal(t, []string{"decision 1 ewan: signed: ALL_GRANTED",
		"decision 2 ewan, ailsa: signed: MIXED; it corrects decision 1 of 2026-03-02"}, told)

	letters := func(ref string) []string {
		rows, err := o.desk("morag").Letters(t.Context(), ref, 100)
		require.NoError(t, err)
		var lines []string
		for _, l := range rows {
			if l.Decision > 0 && l.Case == s.ref {
				lines = append(lines, fmt.Sprintf("%d %s %d %d", l.No, l.Kind, l.Decision, l.CorrectedBy))
			}
		}
		return lines
	}
	require.Equal(t, []string{"2 decision 1 2", "3 decision 2 0"}, letters(s.ref))
	require.Equal(t, []string{"3 decision 2 0"}, letters(""), "a letter that is withheld is not among those to send")
}
