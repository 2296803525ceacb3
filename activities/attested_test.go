package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/testdb"
)

// TestADecisionHasTheDayOfItsHandling: a refusal can't be signed half a year ago, so
// that its appeal window would be over when it starts (A1). The row of each act that
// decides or signs names another day, as plain SQL can; the fact has the day on
// which the review handled the act.
func TestADecisionHasTheDayOfItsHandling(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	long := monday.AddDays(-180)
	s.instead[casefile.TaskAllocate] = func(casefile.Task) {
		s.doOn(long, "fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	}
	s.instead[casefile.TaskAssignWelfare] = func(task casefile.Task) {
		s.doOn(long, "agnes", casefile.ActAssignWelfare, task.Subject, &casefile.AssignReportFields{To: "eilidh"})
	}
	s.instead[casefile.TaskReport] = func(task casefile.Task) {
		s.doOn(long, "eilidh", casefile.ActReport, task.Subject, practice.Report())
	}
	s.instead[casefile.TaskSignWelfare] = func(task casefile.Task) {
		s.doOn(long, "agnes", casefile.ActSignWelfare, task.Subject, nil)
	}
	s.instead[casefile.TaskWindow] = func(casefile.Task) {
		s.doOn(long, "kirsty", casefile.ActDraft, 0, nil)
		s.doOn(long, "finlay", casefile.ActCheckDraft, 0, nil)
		s.doOn(long, "jean", casefile.ActClear, 0, nil)
		s.doOn(long, "minister", casefile.ActSignLetter, 0, &casefile.SignFields{})
		s.do("jean", casefile.ActSendLetter, 0, nil)
	}
	s.instead[casefile.TaskAnswer] = func(task casefile.Task) {
		s.doOn(long, "catriona", casefile.ActAnswer, task.Subject, &casefile.AnswerFields{Answer: "rejected"})
	}
	s.toDecision()
	for s.hasTask(casefile.TaskAnswer) {
		s.instead[casefile.TaskAnswer](s.task(casefile.TaskAnswer, 1))
	}
	s.doOn(long, "ewan", casefile.ActPropose, 0, s.proposal(refuseAll))
	s.doOn(long, "ailsa", casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"law"}})
	s.doOn(long, "ewan", casefile.ActPropose, 0, s.proposal(refuseAll))
	s.doOn(long, "ailsa", casefile.ActAgree, 0, s.agreement())
	s.until(casefile.Service)
	for what, query := range map[string]string{
		"assigned": `select min(assigned_on) from welfare_check where case_ref = $1`,
		"reported": `select min(reported_on) from welfare_check where case_ref = $1`,
		"checked":  `select min(signed_on) from welfare_check where case_ref = $1`,
		"wrote":    `select signed_on from representation where case_ref = $1`,
		"answered": `select answered_on from representation where case_ref = $1`,
		"proposed": `select min(proposed_on) from proposal where case_ref = $1`,
		"signed":   `select signed_on from decision where case_ref = $1`,
		"allocate": `select attested_on from task where case_ref = $1 and kind = 'listed.allocate'`,
		"agree":    `select min(attested_on) from task where case_ref = $1 and kind = 'decision.agree'`,
	} {
		require.Equal(t, monday, testdb.Value[clock.Date](s.staffed, query, s.ref), "%s", what)
	}
	// The service is not before the signing, so the window has its whole length.
	before := s.command("morag", casefile.ActRecordService, 0, long.AddDays(1), practice.Served())
	require.Contains(t, s.refusedCommand(casefile.RefusedBefore, before).Detail, "before the decision was signed on 2026-03-02")
}

// hasTask reports whether a task of a kind is open.
func (s *journey) hasTask(kind casefile.TaskKind) bool {
	for _, t := range s.review.Tasks {
		if t.Kind == kind {
			return true
		}
	}
	return false
}

// TestAWetSignatureIsAReport: private office records what the minister signed on
// paper, on the day of the paper; the minister's own act has no other day.
func TestAWetSignatureIsAReport(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Representation)
	s.do("kirsty", casefile.ActDraft, 0, nil)
	s.do("finlay", casefile.ActCheckDraft, 0, nil)
	s.on(day("2026-03-04"))
	s.do("jean", casefile.ActClear, 0, nil)
	wet := &casefile.SignFields{Signatory: "minister", Document: "MIN-2026/014"}
	s.on(day("2026-03-09"))
	early := s.command("jean", casefile.ActSignLetter, 0, day("2026-03-03"), wet)
	require.Contains(t, s.refusedCommand(casefile.RefusedBefore, early).Detail, "before the draft was cleared on 2026-03-04")
	s.doOn(day("2026-03-05"), "jean", casefile.ActSignLetter, 0, wet)
	require.Equal(t, day("2026-03-05"), testdb.Value[clock.Date](s.staffed, `select signed_on from representation where case_ref = $1`, s.ref))
	sent := s.command("jean", casefile.ActSendLetter, 0, day("2026-03-04"), nil)
	require.Contains(t, s.refusedCommand(casefile.RefusedBefore, sent).Detail, "before the minister signed on 2026-03-05")
	s.doOn(day("2026-03-06"), "jean", casefile.ActSendLetter, 0, nil)
}

// TestAttestedDaysFollowTheirCause: each act that reports is refused for the day
// before what it follows from, in the words of that fact, and asked back for a day
// that is possible and far (A2).
func TestAttestedDaysFollowTheirCause(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	claim := testdb.Value[clock.PartialDate](s.staffed, `select min(claim_date) from person where case_ref = $1 and claim_date <> ''`, s.ref).Earliest()
	born := testdb.Value[clock.PartialDate](s.staffed, `select date_of_birth from person where case_ref = $1 and no = 3`, s.ref).Earliest()
	before := func(on clock.Date, says string, login string, act casefile.Act, subject int, fields casefile.Fields) {
		t.Helper()
		s.confirming = true // no confirmation makes an impossible day one
		defer func() { s.confirming = false }()
		require.Contains(t, s.refusedCommand(casefile.RefusedBefore, s.command(login, act, subject, on, fields)).Detail, says)
	}
	far := func(on clock.Date, login string, act casefile.Act, subject int, fields casefile.Fields) {
		t.Helper()
		require.Contains(t, s.refusedCommand(casefile.RefusedUnconfirmed, s.command(login, act, subject, on, fields)).Detail, "type it again with --confirm")
	}
	s.do("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	yesterday := s.today().AddDays(-1)
	before(yesterday, "before the family was drawn on 2026-03-02", "morag", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"})
	before(yesterday, "before the family was drawn on 2026-03-02", "fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: s.today().AddDays(20)})
	s.on(day("2026-03-04"))
	s.doOn(day("2026-03-03"), "morag", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"})
	before(day("2026-03-02"), "before record and paper file were compared on 2026-03-03", "morag", casefile.ActTriage, 0,
		&casefile.TriageFields{Priority: 3, PublicHarmScreen: "clear", FamilyILR: casefile.No, SevenYears: casefile.No, Vulnerable: casefile.No})
	s.triage(3)
	s.goOn()
	phone := &casefile.ContactFields{How: "phone"}
	before(day("1950-01-01"), "Refugee Convention", "morag", casefile.ActContact, 0, phone)
	before(claim.AddDays(-1), "before the family claimed asylum", "morag", casefile.ActContact, 0, phone)
	far(claim, "morag", casefile.ActContact, 0, phone)
	gp := &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}
	before(day("1950-10-14"), "Refugee Convention", "morag", casefile.ActEvidence, 0, gp)
	far(s.today().AddDays(-91), "morag", casefile.ActEvidence, 0, gp)
	if claim.Before(born) {
		school := &casefile.EvidenceFields{Provider: casefile.ProviderSchool, Result: "complete"}
		before(born.AddDays(-1), "before the person was born", "morag", casefile.ActEvidence, 3, school)
		before(born.AddDays(-1), "before the person was born", "eilidh", casefile.ActConcern, 3, nil)
		before(born.AddDays(-1), "before the person was born", "morag", casefile.ActInterview, 3, &casefile.InterviewFields{Adverse: "none"})
	}
	before(claim.AddDays(-1), "before the family claimed", "morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "none"})
	before(s.today(), "put_on", "morag", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "unanswered", PutOn: claim.AddDays(-1)})
	before(claim.AddDays(-1), "before the family claimed", "morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"})
	before(claim.AddDays(-1), "before the family claimed", "morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "family"})
	post := &casefile.LetterFields{To: "family", By: "post"}
	before(day("2026-03-03"), "before the letter was made on 2026-03-04", "morag", casefile.ActLetterSent, 1, post)
	s.on(day("2026-03-06"))
	s.doOn(day("2026-03-05"), "morag", casefile.ActLetterSent, 1, post)
	asked := &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"}
	before(day("2026-03-04"), "before the questionnaire was sent on 2026-03-05", "morag", casefile.ActEvidence, 0, asked)
	before(day("2026-03-04"), "before the letter was sent on 2026-03-05", "morag", casefile.ActLetterDelivered, 1, &casefile.DeliveredFields{To: "family"})
	before(day("2026-03-04"), "before the letter was sent on 2026-03-05", "morag", casefile.ActLetterReturned, 1, &casefile.ReturnedFields{To: "family", Reason: "gone_away"})
	s.doOn(s.today(), "fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: s.today().AddDays(20)})
	s.on(day("2026-03-09"))
	before(day("2026-03-05"), "before the hold began on 2026-03-06", "fiona", casefile.ActRelease, 0, &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: "settled"})
	s.do("fiona", casefile.ActRelease, 0, &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: "settled"})
	s.letter("representative", s.today())
	s.until(casefile.Decision)
	before(day("2026-03-08"), "before the decision stage began on 2026-03-09", "morag", casefile.ActRequestCheck, 0, nil)
	s.answer(s.task(casefile.TaskRequestCheck, 0))
	before(s.today(), "done_on 1990-01-01 is before the check was asked for on 2026-03-09", "morag", casefile.ActRecordCheck, 1, &casefile.CheckFields{Result: "clear", DoneOn: day("1990-01-01")})
	s.interview(1)
	s.interview(2)
	s.check(1, s.today())
	s.check(2, s.today())
	s.on(day("2026-03-10"))
	s.propose("ewan", refuseAll)
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	s.until(casefile.Service)
	s.sendDecision()
	before(day("2026-03-09"), "before the decision was signed on 2026-03-10", "morag", casefile.ActRecordService, 0, practice.Served())
	before(day("2026-03-09"), "before the decision was signed on 2026-03-10", "morag", casefile.ActAppeal, 1, nil)
}
