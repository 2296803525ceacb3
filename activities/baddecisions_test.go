package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
	"hame/internal/testdb"
)

// TestAReportThatIsReturned: a second report adds to the first and overwrites
// nothing of it, whether the first was returned or not; the last is what is
// signed; author and signer stay two people (row 4; process.md, Four eyes).
func TestAReportThatIsReturned(t *testing.T) {
	o := newStaffed(t)
	o.grantRole("eilidh", "eilidh", casefile.WelfareLead, glasgow)
	reports := func(s *journey) []string {
		return testdb.List[string](o, `select concat_ws(' ', no, author, findings->>'best_interests', returned_by, signer) from welfare_check
			where case_ref = $1 and person_no = 3 order by no`, s.ref)
	}
	says := func(interest string) *casefile.ReportFields {
		f := practice.Report()
		f.BestInterest = interest
		return f
	}
	begun := func(t *testing.T) *journey {
		s := o.family(t, nil).until(casefile.Evidence)
		s.refused(casefile.RefusedNothingOpen, "agnes", casefile.ActReturnWelfare, 3, nil)
		s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "eilidh"})
		s.refused(casefile.RefusedNothingOpen, "agnes", casefile.ActReturnWelfare, 3, nil)
		s.do("eilidh", casefile.ActReport, 3, says("return"))
		return s
	}
	t.Run("returned, written anew, signed", func(t *testing.T) {
		s := begun(t)
		s.do("agnes", casefile.ActReturnWelfare, 3, nil)
		require.True(t, s.isOpen(casefile.TaskReport, 3))
		require.False(t, s.isOpen(casefile.TaskSignWelfare, 3))
		s.refused(casefile.RefusedNothingOpen, "agnes", casefile.ActSignWelfare, 3, nil)
		s.refused(casefile.RefusedNothingOpen, "agnes", casefile.ActReturnWelfare, 3, nil)
		s.refused(casefile.RefusedRole, "rory", casefile.ActReport, 3, says("remain"))
		s.do("eilidh", casefile.ActReport, 3, says("remain"))
		s.refused(casefile.RefusedFourEyes, "eilidh", casefile.ActSignWelfare, 3, nil)
		s.do("agnes", casefile.ActSignWelfare, 3, nil)
		require.Equal(t, []string{"1 eilidh return agnes", "2 eilidh remain agnes"}, reports(s))
		s.refused(casefile.RefusedAlreadyDone, "agnes", casefile.ActReturnWelfare, 3, nil)
		s.refused(casefile.RefusedAlreadyDone, "eilidh", casefile.ActReport, 3, says("return"))
	})
	t.Run("a second before the signature", func(t *testing.T) {
		s := begun(t)
		s.do("eilidh", casefile.ActReport, 3, says("undetermined"))
		s.do("agnes", casefile.ActSignWelfare, 3, nil)
		require.Equal(t, []string{"1 eilidh return", "2 eilidh undetermined agnes"}, reports(s))
	})
	t.Run("a returned one goes to another professional", func(t *testing.T) {
		s := begun(t)
		s.do("agnes", casefile.ActReturnWelfare, 3, nil)
		s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "rory"})
		s.refused(casefile.RefusedRole, "eilidh", casefile.ActReport, 3, says("remain"))
		s.do("rory", casefile.ActReport, 3, says("remain"))
		s.refused(casefile.RefusedFourEyes, "eilidh", casefile.ActSignWelfare, 3, nil)
		s.do("murdo", casefile.ActSignWelfare, 3, nil)
		require.Equal(t, []string{"1 eilidh return agnes", "2 rory remain murdo"}, reports(s))
	})
	t.Run("a concern holds at once, and again after it was ended", func(t *testing.T) {
		s := begun(t)
		for range 2 {
			s.do("eilidh", casefile.ActConcern, 3, nil)
			s.do("agnes", casefile.ActConcern, 3, nil) // a second opens no second hold
			require.Equal(t, []string{"3 child_protection"}, s.holds())
			require.True(t, s.isOpen(casefile.TaskHold, 0))
			s.flag("fiona", 3, casefile.FlagChildProtection, "off")
			require.Empty(t, s.holds())
		}
	})
}

// TestTheMinistersOffice: each of the office may return a draft, at each step; it
// is drafted, checked, cleared and signed anew, also if it was signed before
// (row 5).
func TestTheMinistersOffice(t *testing.T) {
	o := newStaffed(t)
	steps := []struct {
		login string
		act   casefile.Act
	}{{"finlay", casefile.ActCheckDraft}, {"jean", casefile.ActClear}, {"minister", casefile.ActSignLetter}, {"jean", casefile.ActSendLetter}}
	for _, by := range []string{"finlay", "jean", "minister"} {
		for after := range steps {
			s := o.family(t, nil).until(casefile.Representation)
			s.refused(casefile.RefusedNothingOpen, by, casefile.ActReturnDraft, 0, nil)
			s.do("kirsty", casefile.ActDraft, 0, nil)
			for _, step := range steps[:after] {
				s.do(step.login, step.act, 0, nil)
			}
			s.do(by, casefile.ActReturnDraft, 0, nil)
			require.Equal(t, "1 kirsty "+by, testdb.Value[string](o, `select concat_ws(' ', no, drafter, checker, cleared_by, signer, signed_on, returned_by)
				from representation where case_ref = $1`, s.ref), "nothing that stood under it counts")
			s.refused(casefile.RefusedAlreadyDone, by, casefile.ActReturnDraft, 0, nil)
			for _, step := range steps {
				s.refused(casefile.RefusedTooEarly, step.login, step.act, 0, nil)
			}
			if after > 0 {
				s.refused(casefile.RefusedFourEyes, "finlay", casefile.ActDraft, 0, nil)
			}
			s.do("kirsty", casefile.ActDraft, 0, nil)
			s.refused(casefile.RefusedFourEyes, "kirsty", casefile.ActCheckDraft, 0, nil)
			for _, step := range steps {
				s.do(step.login, step.act, 0, nil)
			}
			require.Equal(t, "represented", s.closed(casefile.TaskWindow, 0).Result)
			require.True(t, s.isOpen(casefile.TaskAnswer, 1))
			s.refused(casefile.RefusedNothingOpen, by, casefile.ActReturnDraft, 0, nil)
		}
	}
}

// TestAWetSignature: private office records it, with a minister's name and the
// document; without them, or with anybody else's name, it is no signature.
func TestAWetSignature(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).until(casefile.Representation)
	s.do("kirsty", casefile.ActDraft, 0, nil)
	s.do("finlay", casefile.ActCheckDraft, 0, nil)
	s.do("jean", casefile.ActClear, 0, nil)
	s.refused(casefile.RefusedRole, "jean", casefile.ActSignLetter, 0, nil)
	s.refused(casefile.RefusedFields, "jean", casefile.ActSignLetter, 0, &casefile.SignFields{Signatory: "jean", Document: "MIN-2026/014"})
	s.refused(casefile.RefusedFields, "jean", casefile.ActSignLetter, 0, &casefile.SignFields{Signatory: "nobody", Document: "MIN-2026/014"})
	for _, half := range []casefile.SignFields{{Signatory: "minister"}, {Document: "MIN-2026/014"}, {Signatory: "minister", Document: "by hand"}} {
		require.Error(t, half.Validate())
	}
	s.do("jean", casefile.ActSignLetter, 0, &casefile.SignFields{Signatory: "minister", Document: "MIN-2026/014"})
	require.Equal(t, "minister jean MIN-2026/014 2026-03-02", testdb.Value[string](o,
		`select concat_ws(' ', signer, signature_recorded_by, document, signed_on) from representation where case_ref = $1`, s.ref))
	s.refused(casefile.RefusedTooEarly, "minister", casefile.ActSignLetter, 0, nil)
}

// TestALetterForSeveralFamilies: one letter may speak for a whole class of
// families; each gets its own answer, and each decision waits for its own (row 5; C10).
func TestALetterForSeveralFamilies(t *testing.T) {
	o := newStaffed(t)
	letter := &casefile.LetterFromFields{From: "mp", Letter: "MP-2026/031"}
	first, second := o.family(t, nil).toDecision(), o.family(t, nil).toDecision()
	first.propose("ewan", refuseAll)
	for _, s := range []*journey{first, second} {
		s.do("morag", casefile.ActReceiveLetter, 0, letter)
		require.True(t, s.isOpen(casefile.TaskAnswer, 1))
	}
	require.Equal(t, "stale", first.closed(casefile.TaskAgree, 0).Result, "what came after a proposal returns it")
	first.do("catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "accepted"})
	second.proposes(second.proposal(grantAll), []casefile.Block{casefile.BlockRepresentation})
	second.do("catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "rejected"})
	require.Equal(t, []string{"MP-2026/031 accepted", "MP-2026/031 rejected"}, testdb.List[string](o, `select letter || ' ' || answer from representation where letter is not null order by 1`))
	require.True(t, testdb.Value[bool](o, `select exists (select from recommendation where case_ref = $1)`, first.ref))
	second.propose("ewan", refuseAll)
}

// TestASecondReturn takes a case from the decision makers to a senior caseworker
// who is not yet involved. What went back as stale, or was withdrawn, was not
// returned by an officer (process.md, Four eyes).
func TestASecondReturn(t *testing.T) {
	o := newStaffed(t)
	back := &casefile.ReturnFields{Reasons: []string{"outcome"}}
	withdraw := &casefile.WithdrawFields{Reason: "new_facts"}
	s := o.family(t, nil).toDecision()
	s.drawNext(false)
	awaited := func() casefile.Party { return s.task(casefile.TaskPropose, 0).Awaiting }
	seniorsToo := func() {
		t.Helper()
		require.Equal(t, casefile.DecisionMaker, awaited())
		s.refused(casefile.RefusedRole, "douglas", casefile.ActPropose, 0, s.proposal(refuseAll))
	}
	seniorsToo()
	s.refused(casefile.RefusedNothingOpen, "ewan", casefile.ActWithdraw, 0, withdraw)
	for range 3 {
		s.propose("ewan", refuseAll)
		s.refused(casefile.RefusedRole, "catriona", casefile.ActWithdraw, 0, withdraw)
		s.refused(casefile.RefusedRole, "douglas", casefile.ActWithdraw, 0, withdraw)
		s.do("ewan", casefile.ActWithdraw, 0, withdraw)
		require.Equal(t, "withdrawn", s.closed(casefile.TaskAgree, 0).Result)
		seniorsToo()
		s.propose("ewan", refuseAll)
		s.contact("phone")
		require.Equal(t, "stale", s.closed(casefile.TaskAgree, 0).Result)
		seniorsToo()
	}
	s.propose("ewan", refuseAll)
	s.do("ailsa", casefile.ActReturn, 0, back)
	seniorsToo()
	s.propose("catriona", refuseAll)
	s.do("struan", casefile.ActReturn, 0, back)
	require.Equal(t, casefile.SeniorCaseworker, awaited(), "two returns, by whichever officer, of whoever's proposal")
	require.Equal(t, 1, testdb.Value[int](o, `select count(*) from recommendation r join rule_set x on x.hash = r.rule_set
		where r.case_ref = $1 and r.revision = $2 and x.use = 'operative'`, s.ref, s.review.Revision), "the rules are asked anew")
	for _, login := range []string{"ewan", "catriona", "gregor"} {
		s.refused(casefile.RefusedRole, login, casefile.ActPropose, 0, s.proposal(refuseAll))
	}
	s.propose("douglas", refuseAll)
	s.contact("visit") // and the task stays a senior caseworker's when it goes stale
	require.Equal(t, casefile.SeniorCaseworker, awaited())
	s.propose("douglas", refuseAll)
	s.do("douglas", casefile.ActWithdraw, 0, withdraw)
	s.propose("douglas", refuseAll)
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	require.True(t, s.review.Signed)
	s.refused(casefile.RefusedSigned, "douglas", casefile.ActWithdraw, 0, withdraw)

	t.Run("one who gave a waiver is involved", func(t *testing.T) {
		s := o.family(t, nil)
		s.instead[casefile.TaskReport] = func(task casefile.Task) {
			s.do("fiona", casefile.ActWaive, task.Subject, &casefile.WaiveFields{Reason: "council_cannot"})
		}
		s.sampled = true // each grant waits for a second officer
		s.toDecision()
		for range 2 {
			s.propose("ewan", grantAll)
			s.do("ailsa", casefile.ActReturn, 0, back)
		}
		s.drawNext(true)
		s.refused(casefile.RefusedFourEyes, "fiona", casefile.ActPropose, 0, s.proposal(grantAll))
		s.propose("douglas", grantAll)
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	})
}

// TestAnAppeal: it is recorded before or after the end of the window, of whoever
// was refused and of nobody else; the review then stays open with an owner and a
// date, and the others go on (rows 10b and 11; R1).
func TestAnAppeal(t *testing.T) {
	o := newStaffed(t)
	mixed := func(t *testing.T) *journey {
		s := o.family(t, nil)
		s.decided([]casefile.Outcome{casefile.RefusedUpheld, casefile.RefusedUpheld, casefile.GrantILR})
		return s
	}
	t.Run("before the window ends", func(t *testing.T) {
		s := mixed(t)
		s.serve(0)
		s.refused(casefile.RefusedNoSubject, "morag", casefile.ActAppeal, 3, nil)
		s.on(day("2026-03-06"))
		s.refusedCommand(casefile.RefusedBefore, s.command("morag", casefile.ActAppeal, 1, monday.AddDays(-1), nil))
		s.doOn(day("2026-03-05"), "morag", casefile.ActAppeal, 1, nil)
		require.Equal(t, []string{"service.appeal/1", "service.appeal_window/2", "service.status"}, s.openTasks())
		s.refused(casefile.RefusedAlreadyDone, "morag", casefile.ActAppeal, 1, nil)
		s.refused(casefile.RefusedTooEarly, "morag", casefile.ActNoAppeal, 1, nil)
		s.do("morag", casefile.ActStatusIssued, 0, nil)
		s.rung(casefile.TaskAppealWindow, 2)
		s.do("morag", casefile.ActNoAppeal, 2, nil)
		s.do("morag", casefile.ActRemains, 2, nil)
		require.Equal(t, []string{"service.appeal/1"}, s.openTasks(), "the others go on to their end")
		require.False(t, s.review.Finished(casefile.Service), "and the review stays open")
		require.Equal(t, []string{"due 2026-04-05", "escalation 2026-04-05", "diary 2026-05-05", "diary 2026-06-03", "diary 2026-07-01", "diary 2026-07-29",
			"diary 2026-08-26", "diary 2026-09-24", "diary 2026-10-22", "diary 2026-11-19", "diary 2026-12-17", "diary 2027-01-19", "diary 2027-02-16", "diary 2027-03-16"},
			s.silence(casefile.TaskAppeal, 1, 14), "a year of silence: 30 days, then each 20 working days")
		require.Equal(t, casefile.SeniorCaseworker, s.task(casefile.TaskAppeal, 1).Awaiting)
		require.Equal(t, "2026-03-05", testdb.Value[string](o, `select appeal_on::text from decision_outcome where case_ref = $1 and person_no = 1`, s.ref))
		s.verified()
	})
	t.Run("after the window, while an appeal is looked for", func(t *testing.T) {
		s := mixed(t)
		s.serve(0)
		s.rung(casefile.TaskAppealWindow, 1)
		require.True(t, s.isOpen(casefile.TaskNoAppeal, 1))
		s.refused(casefile.RefusedTooLate, "morag", casefile.ActAppeal, 1, nil)
		s.do("morag", casefile.ActAppeal, 1, &casefile.AppealFields{Permission: "asked"})
		require.Equal(t, "appealed", s.closed(casefile.TaskNoAppeal, 1).Result)
		require.True(t, s.isOpen(casefile.TaskAppeal, 1))
	})
	t.Run("before service is on record", func(t *testing.T) {
		s := mixed(t)
		s.do("morag", casefile.ActAppeal, 1, nil)
		s.serve(0)
		require.Equal(t, []string{"service.appeal/1", "service.appeal_window/2", "service.status"}, s.openTasks(), "who has appealed has no window to appeal in")
	})
}
