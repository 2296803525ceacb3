package activities_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/practice"
	"hame/internal/testdb"
)

// People come and go while a family is under review (domain.md 6.3).

// ends are what has become of each person by itself, as in "2 DECEASED".
func (s *journey) ends() []string {
	s.t.Helper()
	return testdb.List[string](s.staffed, `
		select person_no || ' ' || outcome from person_end where case_ref = $1 order by person_no`, s.ref)
}

// principal is the number of the family's principal.
func (s *journey) principal() int {
	s.t.Helper()
	return testdb.Value[int](s.staffed, `select no from person where case_ref = $1 and relationship = 'principal'`, s.ref)
}

// agreed is the second officer's agreement to the last request.
func (s *journey) agreed(login string) {
	s.t.Helper()
	s.do(login, casefile.ActConfirm, s.request(), &casefile.ConfirmFields{Finding: casefile.RequestAgreed})
}

// request is the number of the last request for a second officer.
func (s *journey) request() int {
	s.t.Helper()
	return testdb.Value[int](s.staffed, `select max(no) from second_request where case_ref = $1`, s.ref)
}

var aDeath = &casefile.DiedFields{ShownBy: "certificate"}

// TestThePrincipalDies: the death of a principal ends nobody else's case. The spouse takes the
// claim on, whatever stage the case is in, and what was asked about the dead is moot.
func TestThePrincipalDies(t *testing.T) {
	o := newStaffed(t)
	for _, stage := range []casefile.TaskKind{casefile.TaskAllocate, casefile.TaskTriage, casefile.TaskGP,
		casefile.TaskWindow, casefile.TaskRequestCheck, casefile.TaskCheck, casefile.TaskPropose} {
		t.Run(string(stage), func(t *testing.T) {
			s := o.in(t).family(t, nil)
			s.ready(stage)
			s.do("morag", casefile.ActDied, 1, aDeath)
			require.Equal(t, []string{"1 DECEASED"}, s.ends())
			require.Equal(t, 2, s.principal())
			require.NotContains(t, s.openTasks(), "check.record/1")
			s.refused(casefile.RefusedAlreadyDone, "morag", casefile.ActDied, 1, aDeath)
			s.until(casefile.Service)
			require.Equal(t, []string{"2 GRANT_ILR", "3 GRANT_ILR"}, s.outcomes(), "nobody decides about the dead")
			s.sendDecision()
			s.serve(0)
			s.do("morag", casefile.ActStatusIssued, 0, nil)
			s.goOn()
			require.Equal(t, casefile.Closed, s.review.Stage)
			s.sound()
		})
	}
}

// TestSomebodyDiesAfterTheSignature: the decision stands, nobody is served for the dead, and the
// window in which they could have appealed is moot.
func TestSomebodyDiesAfterTheSignature(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil).toDecision()
	s.propose("ewan", refuseSome(2))
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	s.goOn()
	s.sendDecision()
	s.serve(2)
	require.Contains(t, s.openTasks(), "service.appeal_window/2")
	s.do("morag", casefile.ActDied, 2, aDeath)
	require.NotContains(t, s.openTasks(), "service.appeal_window/2")
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	require.Equal(t, "MIXED", testdb.Value[string](s.staffed, `select rollup from review where case_ref = $1`, s.ref))
	require.Equal(t, []string{"1 GRANT_ILR ", "2 REFUSED_UPHELD DECEASED", "3 GRANT_ILR "}, testdb.List[string](s.staffed,
		`select person_no || ' ' || outcome || ' ' || coalesce(since, '') from person_outcome where case_ref = $1 order by 1`, s.ref))
	s.sound()
}

// TestEverybodyLeaves: a family that has left is closed without a decision, from any stage, and
// counts as closed administratively.
func TestEverybodyLeaves(t *testing.T) {
	o := newStaffed(t)
	for _, stage := range []casefile.TaskKind{casefile.TaskReconcile, casefile.TaskQuestionnaire, casefile.TaskWindow,
		casefile.TaskPropose} {
		t.Run(string(stage), func(t *testing.T) {
			s := o.in(t).family(t, nil)
			s.ready(stage)
			s.do("morag", casefile.ActAskDeparture, 0, nil)
			require.Subset(t, s.openTasks(), []string{"departure.settle/1", "departure.settle/2", "departure.settle/3"})
			require.Empty(t, s.ends(), "asking ends nothing")
			s.do("morag", casefile.ActDeparted, 0, &casefile.DepartedFields{ShownBy: "return_service"})
			require.Equal(t, []string{"1 DEPARTED_BEFORE_DECISION", "2 DEPARTED_BEFORE_DECISION", "3 DEPARTED_BEFORE_DECISION"}, s.ends())
			require.True(t, s.review.Over)
			s.goOn()
			require.Equal(t, casefile.Closed, s.review.Stage)
			require.Empty(t, s.openTasks())
			require.Equal(t, 0, testdb.Value[int](s.staffed, `select count(*) from decision where case_ref = $1`, s.ref))
			s.sound()
		})
	}
}

// TestWhoNeedsNoLeave: that somebody is British already is found by two officers; nobody decides
// about them then.
func TestWhoNeedsNoLeave(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.ready(casefile.TaskGP)
	british := &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"}
	s.do("morag", casefile.ActHasStatus, 3, british)
	require.Empty(t, s.ends(), "one officer ends nobody's case")
	require.Contains(t, s.openTasks(), "case.confirm/1")
	s.refused(casefile.RefusedAlreadyDone, "isla", casefile.ActHasStatus, 3, british)
	s.refused(casefile.RefusedFourEyes, "morag", casefile.ActConfirm, 1, &casefile.ConfirmFields{Finding: casefile.RequestAgreed})
	s.refused(casefile.RefusedRole, "isla", casefile.ActConfirm, 1, &casefile.ConfirmFields{Finding: casefile.RequestAgreed})
	s.do("fiona", casefile.ActConfirm, 1, &casefile.ConfirmFields{Finding: casefile.RequestRefused})
	require.Empty(t, s.ends())
	s.do("morag", casefile.ActHasStatus, 3, british)
	s.do("morag", casefile.ActConfirm, 2, &casefile.ConfirmFields{Finding: casefile.RequestRefused}) // thought better of it
	s.do("morag", casefile.ActHasStatus, 3, british)
	s.agreed("fiona")
	require.Equal(t, []string{"3 ALREADY_HAS_STATUS"}, s.ends())
	require.NotContains(t, s.openTasks(), "welfare.assign/3", "nobody asks for the welfare check of a child who is British")
	s.until(casefile.Service)
	require.Equal(t, []string{"1 GRANT_ILR", "2 GRANT_ILR"}, s.outcomes())
	s.sound()
}

// TestSomebodyWithdraws (R2): a withdrawal is asked for in writing, heard with the
// representative, thought over for ten working days, and confirmed by two officers. Silence
// confirms nothing.
func TestSomebodyWithdraws(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.ready(casefile.TaskGP)
	confirmed := &casefile.ConfirmWithdrawalFields{Children: casefile.ChildrenConsidered}
	heard := &casefile.HearFields{Representative: "present", Means: casefile.Yes}
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActHearWithdrawal, 2, heard)
	s.do("morag", casefile.ActAskWithdrawal, 2, nil)
	s.refused(casefile.RefusedTooEarly, "morag", casefile.ActConfirmWithdrawal, 2, confirmed)
	s.refused(casefile.RefusedBlocked, "morag", casefile.ActHearWithdrawal, 2, &casefile.HearFields{Representative: "none", Means: casefile.Yes})
	s.do("morag", casefile.ActHearWithdrawal, 2, heard)
	require.Equal(t, day("2026-03-16"), s.task(casefile.TaskThinkAgain, 2).DueOn, "ten working days")
	s.refused(casefile.RefusedTooEarly, "morag", casefile.ActConfirmWithdrawal, 2, confirmed)
	s.rung(casefile.TaskThinkAgain, 2)
	require.Contains(t, s.openTasks(), "withdrawal.settle/2")
	require.Empty(t, s.ends(), "silence confirms nothing")
	s.refused(casefile.RefusedBlocked, "morag", casefile.ActConfirmWithdrawal, 2, &casefile.ConfirmWithdrawalFields{Children: casefile.NoChildren})
	s.do("morag", casefile.ActConfirmWithdrawal, 2, confirmed)
	s.agreed("ailsa")
	require.Equal(t, []string{"2 WITHDRAWN_CONFIRMED"}, s.ends())
	require.NotContains(t, s.openTasks(), "withdrawal.settle/2")
	s.until(casefile.Service)
	require.Equal(t, []string{"1 GRANT_ILR", "3 GRANT_ILR"}, s.outcomes())
	s.sound()

	again := o.in(t).family(t, nil)
	again.ready(casefile.TaskGP)
	again.do("morag", casefile.ActAskWithdrawal, 1, nil)
	again.do("morag", casefile.ActHearWithdrawal, 1, &casefile.HearFields{Representative: "present", Means: casefile.No})
	require.NotContains(t, again.openTasks(), "withdrawal.think/1", "who does not mean it has withdrawn nothing")
	again.refused(casefile.RefusedNothingOpen, "morag", casefile.ActDropWithdrawal, 1, nil)
}

// TestAChildIsBorn: a child who is born while the family is under review gets a welfare check of
// its own before anybody decides; one who is born after the signature waits for a decision,
// and holds the closing.
func TestAChildIsBorn(t *testing.T) {
	o := newStaffed(t)
	birth := &casefile.BornFields{ShownBy: "registrar", BornInScotland: casefile.Yes, Sex: casefile.Female}
	for _, stage := range []casefile.TaskKind{casefile.TaskReconcile, casefile.TaskGP, casefile.TaskWindow, casefile.TaskCheck,
		casefile.TaskPropose} {
		t.Run(string(stage), func(t *testing.T) {
			s := o.in(t).family(t, nil)
			s.ready(stage)
			s.do("morag", casefile.ActBorn, 0, birth)
			s.do("morag", casefile.ActBorn, 0, birth) // twins
			require.Equal(t, []string{"child 2026-03-02 t", "child 2026-03-02 t"}, testdb.List[string](s.staffed, `
				select concat_ws(' ', relationship, date_of_birth, child_when_listed) from person where case_ref = $1 and no > 3`, s.ref))
			if s.review.HasOpened(casefile.Evidence) {
				require.Subset(t, s.openTasks(), []string{"welfare.assign/4", "welfare.assign/5"})
			}
			if stage == casefile.TaskPropose {
				refusal := s.tryPropose("ewan", s.proposal(slices.Concat(grantAll, grantAll[:2])))
				require.NotNil(t, refusal)
				require.Equal(t, casefile.RefusedBlocked, refusal.Code)
			}
			s.until(casefile.Service)
			require.Len(t, s.outcomes(), 5)
			s.sound()
		})
	}
	t.Run("after the signature", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.signedAlone()
		s.do("morag", casefile.ActBorn, 0, birth)
		require.Contains(t, s.openTasks(), "person.undecided/4")
	})
}

// TestABirthTypedTwice: the same name and birth date are asked back, and taken when they are meant.
func TestABirthTypedTwice(t *testing.T) {
	s := newStaffed(t).in(t).family(t, nil)
	s.ready(casefile.TaskGP)
	birth := &casefile.BornFields{ShownBy: "registrar", BornInScotland: casefile.Yes, Sex: casefile.Female}
	s.do("morag", casefile.ActBorn, 0, birth)
	s.Exec(`update person set name_key = $2 where case_ref = $1 and no = 4`, s.ref, backlog.NameKey("Joined", "Synthetic 4"))
	require.Contains(t, s.refused(casefile.RefusedUnconfirmed, "morag", casefile.ActBorn, 0, birth).Detail, "person 4")
	s.confirming = true
	s.do("morag", casefile.ActBorn, 0, birth)
	require.Equal(t, 5, s.people())
}

// TestSomebodyJoins: a partner needs a decision, and a British child does not.
func TestSomebodyJoins(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.ready(casefile.TaskCheck)
	s.joining = "date_of_birth: 1990-05-17\nnationality: Turkey"
	s.do("morag", casefile.ActJoined, 0, &casefile.JoinedFields{Relationship: casefile.Partner, Status: casefile.NeedsLeave})
	require.Subset(t, s.openTasks(), []string{"check.request", "listed.triage"})
	s.joining = "date_of_birth: 2020-02-29"
	s.do("morag", casefile.ActJoined, 0, &casefile.JoinedFields{Relationship: casefile.Child, Status: casefile.IsBritish})
	require.NotContains(t, s.openTasks(), "welfare.assign/5")
	require.Equal(t, []string{"5 ALREADY_HAS_STATUS"}, s.ends())
	s.answer(s.task(casefile.TaskRequestCheck, 0))
	require.Contains(t, s.openTasks(), "check.record/4")
	for _, t := range s.review.Tasks {
		if t.Kind == casefile.TaskCheck {
			s.answer(t)
		}
	}
	s.until(casefile.Service)
	require.Equal(t, []string{"1 GRANT_ILR", "2 GRANT_ILR", "3 GRANT_ILR", "4 GRANT_ILR"}, s.outcomes())
	s.sound()
}

// TestNobodyIsAskedAboutWhoHasGone: a task that is open again because an act was struck, or that a
// new council is asked, is about somebody who is there.
func TestNobodyIsAskedAboutWhoHasGone(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.ready(casefile.TaskGP)
	s.do("morag", casefile.ActAskDeparture, 1, nil)
	s.refused(casefile.RefusedAlreadyDone, "morag", casefile.ActAskDeparture, 1, nil)
	s.do("morag", casefile.ActStays, 1, nil)
	s.do("morag", casefile.ActDeparted, 1, &casefile.DepartedFields{ShownBy: "carrier"})
	s.on(s.today().AddDays(1))
	s.strikes("morag", "fiona", casefile.ActStays, casefile.SlipMistyped)
	require.NotContains(t, s.openTasks(), "departure.settle/1")
	s.sound()
}

// TestLatePostForAFamilyThatHasGone: a case is reopened, and nobody is left before what came is
// read: it is read, and the case ends.
func TestLatePostForAFamilyThatHasGone(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, func(f *casefile.Family) { f.People = f.People[:1] })
	s.do("morag", casefile.ActDeparted, 1, &casefile.DepartedFields{ShownBy: "carrier"})
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: casefile.EvidenceComplete})
	s.do("fiona", casefile.ActReopen, 0, &casefile.ReopenFields{Reason: "person_found"})
	s.agreed("ailsa")
	require.Contains(t, s.openTasks(), "service.arrival")
	s.do("morag", casefile.ActDied, 1, aDeath)
	s.do("fiona", casefile.ActLateArrival, 0, s.sample(casefile.ActLateArrival))
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	s.sound()
}

// TestAStruckBirthAsksNothing: also what a stage that opened since has asked about the child.
func TestAStruckBirthAsksNothing(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.do("morag", casefile.ActBorn, 0, &casefile.BornFields{ShownBy: "registrar", BornInScotland: casefile.Yes, Sex: casefile.Female})
	s.until(casefile.Evidence)
	about := func() (kinds []casefile.TaskKind) {
		for _, task := range s.review.Tasks {
			if task.Subject == 4 && task.Kind.IsPersonal() {
				kinds = append(kinds, task.Kind)
			}
		}
		return kinds
	}
	require.NotEmpty(t, about())
	s.strikes("morag", "isla", casefile.ActBorn, casefile.SlipWrongCase)
	require.Empty(t, about())
	s.verified()
}

// TestNothingIsDecidedAboutWhoHasGone: an act that is struck after the whole family has left asks
// for no proposal again, and the review closes once nothing else holds it.
func TestNothingIsDecidedAboutWhoHasGone(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.do("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"})
	no := s.lastAct(casefile.ActContact)
	s.wait(7) // since then it takes two to strike it
	s.do("morag", casefile.ActLodge, 0, &casefile.CourtFields{})
	s.do("morag", casefile.ActAskDeparture, 0, nil)
	s.do("morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongCase})
	s.do("morag", casefile.ActDeparted, 0, &casefile.DepartedFields{ShownBy: "carrier"})
	s.do("isla", casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongCase})
	require.True(t, s.isStruck(no))
	require.NotContains(t, s.kinds(), casefile.TaskPropose)
	s.do("fiona", casefile.ActCourtEnd, 0, &casefile.CourtEndFields{Result: casefile.CourtDismissed})
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
}

// TestWhoIsBackIsServed: who was recorded as dead in error, and whose family was served meanwhile, is
// served too.
func TestWhoIsBackIsServed(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.decided(grantAll)
	s.do("morag", casefile.ActDied, 2, aDeath)
	s.serve(0)
	require.False(t, s.isOpen(casefile.TaskServe, 0))
	s.strikes("morag", "fiona", casefile.ActDied, casefile.SlipWrongCase)
	require.True(t, s.isOpen(casefile.TaskServe, 0))
	s.do("morag", casefile.ActRecordService, 2, practice.Served())
	require.False(t, s.isOpen(casefile.TaskServe, 0))
	s.sound()
}

// TestWhoIsBackIsDecided: who was recorded as gone in error, and whom the decision that was made anew
// leaves out, waits for a decision of an officer who is asked for it.
func TestWhoIsBackIsDecided(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.decided(refuseAll)
	s.do("morag", casefile.ActDied, 3, aDeath)
	s.do("morag", casefile.ActLodge, 0, &casefile.CourtFields{})
	s.do("fiona", casefile.ActCourtEnd, 0, &casefile.CourtEndFields{Result: casefile.CourtReduced})
	require.Nil(t, s.remade("catriona", grantAll[:2]))
	s.do("struan", casefile.ActAgree, 0, s.agreement())
	require.False(t, s.isOpen(casefile.TaskUndecided, 3))
	s.strikes("morag", "fiona", casefile.ActDied, casefile.SlipWrongCase)
	require.True(t, s.isOpen(casefile.TaskUndecided, 3))
	s.sound()
}

// TestWhoIsBackLeadsTheClaim: who was recorded as dead in error is the last of the family when that is
// struck, for the others have left meanwhile.
func TestWhoIsBackLeadsTheClaim(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.do("morag", casefile.ActDied, 2, aDeath)
	no := s.lastAct(casefile.ActDied)
	s.wait(7)                                                    // since then it takes two to strike it
	s.do("morag", casefile.ActLodge, 0, &casefile.CourtFields{}) // the review stays open
	s.do("morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongCase})
	s.do("morag", casefile.ActDeparted, 0, &casefile.DepartedFields{ShownBy: "carrier"})
	s.do("isla", casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongCase})
	require.True(t, s.isStruck(no))
	require.Equal(t, 2, s.principal())
	s.sound()
}
