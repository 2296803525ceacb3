package activities_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/testdb"
)

// Families are lost and found again (row 3b), and closed cases are reopened.

// lost is a family with whom contact was lost while its questionnaire was awaited.
func (s *journey) lost() {
	s.t.Helper()
	s.ready(casefile.TaskOpeningLetter)
	s.answer(s.task(casefile.TaskOpeningLetter, 0))
	s.do("morag", casefile.ActLost, 0, &casefile.LostFields{Reason: "no_answer"})
}

// traced is a family that was looked for in every way, for six months.
func (s *journey) traced() {
	s.t.Helper()
	s.lost()
	for _, step := range casefile.TraceSteps {
		s.do("morag", casefile.ActTraceStep, 0, &casefile.TraceStepFields{Step: step, Result: "nothing"})
	}
	s.wait(casefile.TracingDays)
}

// appealed is a family in which one person was refused, and has appealed.
func (s *journey) appealed() {
	s.t.Helper()
	s.refusedAndServed(2)
	s.do("morag", casefile.ActAppeal, 2, nil)
}

// finallyRefused is a family in which the refusal of one person is final.
func (s *journey) finallyRefused() {
	s.t.Helper()
	s.refusedAndServed(2)
	s.rung(casefile.TaskAppealWindow, 2)
	s.do("morag", casefile.ActNoAppeal, 2, nil)
}

// TestAFamilyIsLostAndFound (C3, C4, R1): nobody is archived before six months of tracing by
// every step on the list; an archive is no outcome, keeps an owner and a date, goes no further,
// and ends when the family is found: then what was asked is asked again.
func TestAFamilyIsLostAndFound(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.lost()
	require.Contains(t, s.openTasks(), "trace.step")
	require.NotContains(t, s.openTasks(), "evidence.questionnaire", "the family's time stands still")
	s.refused(casefile.RefusedTooEarly, "morag", casefile.ActArchive, 0, nil)
	s.now = s.now.AddDate(0, 0, casefile.TracingDays)
	refusal := s.refused(casefile.RefusedTooEarly, "morag", casefile.ActArchive, 0, nil)
	require.Contains(t, refusal.Detail, "address_letter, representative")
	for _, step := range casefile.TraceSteps {
		s.do("morag", casefile.ActTraceStep, 0, &casefile.TraceStepFields{Step: step, Result: "nothing"})
	}
	s.do("morag", casefile.ActArchive, 0, nil)
	require.False(t, s.review.Archived, "one officer archives nobody")
	s.refused(casefile.RefusedFourEyes, "morag", casefile.ActConfirm, 1, &casefile.ConfirmFields{Finding: casefile.RequestAgreed})
	s.agreed("ailsa")
	require.True(t, s.review.Archived)
	require.Equal(t, []string{"trace.again"}, s.openTasks())
	s.goOn()
	require.Equal(t, casefile.Evidence, s.review.Stage, "it goes no further")
	require.Empty(t, s.outcomes())
	require.Empty(t, s.ends())
	s.refused(casefile.RefusedBlocked, "agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "eilidh"})
	s.sound()

	s.rung(casefile.TaskTraceAgain, 0)
	s.do("morag", casefile.ActTraceStep, 0, &casefile.TraceStepFields{Step: "watch_list", Result: "lead"})
	s.refused(casefile.RefusedUnconfirmed, "morag", casefile.ActTraceStep, 0, &casefile.TraceStepFields{Step: "watch_list", Result: "lead"})
	require.Equal(t, []string{"trace.again"}, s.openTasks(), "traced again in another six months")
	s.do("morag", casefile.ActFound, 0, &casefile.FoundFields{How: "lead"})
	require.False(t, s.review.Archived)
	require.Subset(t, s.openTasks(), []string{"evidence.gp", "evidence.trace", "welfare.assign/3"}, "what was asked is asked again")
	s.sound()
	s.do("morag", casefile.ActLetterSent, 2, &casefile.LetterFields{To: "family", By: "post"}) // to where they were found
	require.False(t, s.isOpen(casefile.TaskTrace, 0))
	require.True(t, s.isOpen(casefile.TaskQuestionnaire, 0), "the family has its time to answer")
	s.until(casefile.Service)
	require.Equal(t, []string{"1 GRANT_ILR", "2 GRANT_ILR", "3 GRANT_ILR"}, s.outcomes())
}

// TestWhoIsUndecidedAfterTheSignature and is lost meanwhile, such as a child born after it, is asked
// about again when the family is found, at the step where it was: a report that waits to be signed is
// signed, and not assigned anew, which could never end.
func TestWhoIsUndecidedAfterTheSignature(t *testing.T) {
	o := newStaffed(t)
	birth := &casefile.BornFields{ShownBy: "registrar", BornInScotland: casefile.Yes, Sex: casefile.Female}
	for _, c := range []struct {
		name  string
		joins func(s *journey)
		asked []string
	}{
		{"a child whose check is to be assigned", func(s *journey) { s.do("morag", casefile.ActBorn, 0, birth) },
			[]string{"person.undecided/4", "welfare.assign/4"}},
		{"a child whose report is to be written", func(s *journey) {
			s.do("morag", casefile.ActBorn, 0, birth)
			s.answer(s.task(casefile.TaskAssignWelfare, 4))
		}, []string{"person.undecided/4", "welfare.report/4"}},
		{"a child whose report is to be signed", func(s *journey) {
			s.do("morag", casefile.ActBorn, 0, birth)
			s.answer(s.task(casefile.TaskAssignWelfare, 4))
			s.answer(s.task(casefile.TaskReport, 4))
		}, []string{"person.undecided/4", "welfare.sign/4"}},
		{"a partner whose security check is to be asked for", func(s *journey) {
			s.do("morag", casefile.ActJoined, 0, &casefile.JoinedFields{Relationship: casefile.Partner, Status: casefile.NeedsLeave})
		}, []string{"check.request", "person.undecided/4"}},
		{"a partner whose security check is under way", func(s *journey) {
			s.do("morag", casefile.ActJoined, 0, &casefile.JoinedFields{Relationship: casefile.Partner, Status: casefile.NeedsLeave})
			s.answer(s.task(casefile.TaskRequestCheck, 0))
		}, []string{"check.record/4", "person.undecided/4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := o.in(t).family(t, nil)
			s.decided(grantAll)
			s.serve(0)
			s.do("morag", casefile.ActStatusIssued, 0, nil)
			c.joins(s)
			s.do("morag", casefile.ActLost, 0, &casefile.LostFields{Reason: "no_answer"})
			for _, step := range casefile.TraceSteps {
				s.do("morag", casefile.ActTraceStep, 0, &casefile.TraceStepFields{Step: step, Result: "nothing"})
			}
			s.now = s.now.AddDate(0, 0, casefile.TracingDays)
			s.do("morag", casefile.ActArchive, 0, nil)
			s.agreed("ailsa")
			require.True(t, s.review.Archived)
			s.do("morag", casefile.ActFound, 0, &casefile.FoundFields{How: "lead"})
			require.Equal(t, c.asked, s.openTasks())
			for steps := 0; len(s.openTasks()) > 1; steps++ { // the decision comes last
				require.Less(t, steps, 10, "%v", s.openTasks())
				i := slices.IndexFunc(s.review.Tasks, func(t casefile.Task) bool { return t.Kind != casefile.TaskUndecided })
				s.answer(s.review.Tasks[i])
			}
			require.Nil(t, s.remade("catriona", append(slices.Clone(grantAll), casefile.GrantILR)))
			s.sound()
		})
	}
}

// TestWhatWasAnsweredWhileArchived is not asked again when the family is found; what was answered
// in part is.
func TestWhatWasAnsweredWhileArchived(t *testing.T) {
	o := newStaffed(t)
	archived := func(s *journey, wait func(days int)) {
		for _, step := range casefile.TraceSteps {
			s.do("morag", casefile.ActTraceStep, 0, &casefile.TraceStepFields{Step: step, Result: "nothing"})
		}
		wait(casefile.TracingDays)
		s.do("morag", casefile.ActArchive, 0, nil)
		s.agreed("ailsa")
	}
	t.Run("evidence", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.lost()
		archived(s, func(days int) { s.now = s.now.AddDate(0, 0, days) }) // before what was asked has its gap
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"})
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderHousing, Result: "partial"})
		s.do("morag", casefile.ActFound, 0, &casefile.FoundFields{How: "lead"})
		require.NotContains(t, s.openTasks(), "evidence.gp")
		require.Contains(t, s.openTasks(), "evidence.housing")
		require.Contains(t, s.openTasks(), "evidence.social_work")
		s.sound()
	})
	t.Run("further submissions", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.decided(refuseAll)
		s.do("morag", casefile.ActSubmissions, 1, nil)
		s.do("morag", casefile.ActSubmissions, 2, nil)
		s.do("morag", casefile.ActLost, 0, &casefile.LostFields{Reason: "no_answer"})
		archived(s, s.wait)
		require.Subset(t, s.openTasks(), []string{"service.consider/1", "service.consider/2"}, "what came in is considered, whether or not the family is found")
		s.sound()
		s.do("ewan", casefile.ActConsider, 2, considered(casefile.SubmissionRejected))
		require.NotContains(t, s.openTasks(), "service.consider/2")
		s.do("morag", casefile.ActFound, 0, &casefile.FoundFields{How: "lead"})
		require.NotContains(t, s.openTasks(), "service.consider/2")
		require.Contains(t, s.openTasks(), "service.consider/1")
		s.sound()
	})
}

// TestAClosedCaseIsReopened: by two officers, whether it was decided or closed without a
// decision; what was recorded stays, and the review has an owner and a date again.
func TestAClosedCaseIsReopened(t *testing.T) {
	o := newStaffed(t)
	reopened := func(s *journey, subject int, reason string) {
		t.Helper()
		s.do("fiona", casefile.ActReopen, subject, &casefile.ReopenFields{Reason: reason})
		require.Equal(t, casefile.Closed, s.review.Stage, "one officer reopens nothing")
		s.refused(casefile.RefusedFourEyes, "fiona", casefile.ActConfirm, s.request(), &casefile.ConfirmFields{Finding: casefile.RequestAgreed})
		s.agreed("ailsa")
		require.Positive(t, testdb.Value[int](s.staffed, `select count(*) from reopening where case_ref = $1 and started_at is null`, s.ref))
		require.NotEqual(t, casefile.Closed, s.review.Stage)
	}
	t.Run("what was found of a person stands, unless the case is reopened for them", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActHasStatus, 3, &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"})
		s.agreed("ailsa")
		s.do("morag", casefile.ActDeparted, 0, &casefile.DepartedFields{ShownBy: "carrier"})
		s.goOn()
		reopened(s, 0, "error")
		require.Equal(t, []int{1, 2}, testdb.List[int](s.staffed, `select no from present where case_ref = $1 order by no`, s.ref))
		require.NotContains(t, s.openTasks(), "welfare.assign/3")
		s.do("morag", casefile.ActDeparted, 0, &casefile.DepartedFields{ShownBy: "carrier"})
		s.goOn()
		reopened(s, 3, "error")
		require.Equal(t, []int{3}, testdb.List[int](s.staffed, `select no from present where case_ref = $1`, s.ref))
		require.Contains(t, s.openTasks(), "welfare.assign/3")
	})
	t.Run("a withdrawal is taken back", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActDeparted, 0, &casefile.DepartedFields{ShownBy: "carrier"})
		s.goOn()
		require.Equal(t, casefile.Closed, s.review.Stage)
		reopened(s, 0, "error")
		require.Equal(t, casefile.Evidence, s.review.Stage)
		require.Subset(t, s.openTasks(), []string{"evidence.gp", "welfare.assign/3"})
		require.Equal(t, 3, testdb.Value[int](s.staffed, `select count(*) from present where case_ref = $1`, s.ref))
		s.until(casefile.Service)
		require.Len(t, s.outcomes(), 3)
		s.sound()
	})
	t.Run("nobody brings back the dead", func(t *testing.T) {
		s := o.in(t).family(t, func(f *casefile.Family) { f.People = f.People[:1] })
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActDied, 1, aDeath)
		s.goOn()
		require.Equal(t, casefile.Closed, s.review.Stage)
		s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActReopen, 0, &casefile.ReopenFields{Reason: "error"})
	})
	t.Run("who is found leads the claim of a principal who is not", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.ready(casefile.TaskGP)
		s.do("morag", casefile.ActDeparted, 0, &casefile.DepartedFields{ShownBy: "carrier"})
		s.goOn()
		reopened(s, 3, "person_found")
		require.Equal(t, []string{"3 principal Forename 3"}, s.there())
		require.True(t, testdb.Value[bool](o, `select child_when_listed from person where case_ref = $1 and no = 3`, s.ref), "a child stays one")
		s.sound()
	})
	t.Run("a late appeal", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.finallyRefused()
		s.do("morag", casefile.ActRemains, 2, nil)
		s.goOn()
		require.Equal(t, casefile.Closed, s.review.Stage)
		s.do("morag", casefile.ActAppeal, 2, &casefile.AppealFields{Permission: "granted"})
		require.Equal(t, []string{"closed.arrival"}, s.openTasks())
		reopened(s, 0, "late_appeal")
		require.Equal(t, []string{"service.arrival"}, s.openTasks())
		s.do("morag", casefile.ActAppeal, 2, &casefile.AppealFields{Permission: "granted"})
		s.do("morag", casefile.ActAppealEnded, 2, ended(casefile.AppealAllowed))
		require.Contains(t, s.openTasks(), "person.undecided/2")
		s.sound()
	})
}
