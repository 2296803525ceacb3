package activities_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/testdb"
)

// An appeal ends, and what was refused is made anew, or is final (rows 11 and 12).

// refusedAndServed is a family in which one person was refused and everybody was served; the
// grants are carried out.
func (s *journey) refusedAndServed(person int) {
	s.t.Helper()
	s.toDecision()
	s.propose("ewan", refuseSome(person))
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	s.goOn()
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
}

// remade makes the decision anew with an outcome for each person who is there.
func (s *journey) remade(login string, outcomes []casefile.Outcome) *casefile.Refusal {
	s.t.Helper()
	return s.attempt(login, casefile.ActRemake, 0, s.proposal(outcomes))
}

func (s *journey) carriedOut() []string {
	return testdb.List[string](s.staffed, `select concat_ws(' ', decision_no, person_no, outcome, coalesce(served_on::text, '-'), coalesce(status_issued_on::text, '-'))
		from outcome_in_force where case_ref = $1 order by person_no`, s.ref)
}

var ended = func(result string) *casefile.AppealEndedFields { return &casefile.AppealEndedFields{Result: result} }

// TestAnAppealIsAllowed: the decision falls for the person who appealed, and is made anew for
// them alone, by an author who did not sign it; everybody else keeps what they have.
func TestAnAppealIsAllowed(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.refusedAndServed(2)
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActAppealHeard, 2, nil)
	s.do("morag", casefile.ActAppeal, 2, nil)
	s.on(day("2026-06-01"))
	s.do("morag", casefile.ActAppealHeard, 2, nil)
	s.refused(casefile.RefusedNoSubject, "morag", casefile.ActAppealEnded, 1, ended(casefile.AppealAllowed))
	s.do("morag", casefile.ActAppealEnded, 2, ended(casefile.AppealAllowed))
	require.Equal(t, []string{"check.request", "person.undecided/2"}, s.openTasks(), "a check that has lapsed is asked for anew")
	s.goOn()
	require.Equal(t, casefile.Service, s.review.Stage, "nobody is closed while somebody waits for a decision")
	s.do("morag", casefile.ActRequestCheck, 2, nil)
	s.answer(s.task(casefile.TaskRequestCheck, 0))
	for _, t := range slices.Clone(s.review.Tasks) {
		if t.Kind == casefile.TaskCheck {
			s.answer(t)
		}
	}
	for _, c := range []struct {
		login    string
		outcomes []casefile.Outcome
		code     casefile.RefusalCode
	}{
		{"ewan", grantAll, casefile.RefusedFourEyes},            // signed the one that fell
		{"catriona", refuseSome(2), casefile.RefusedConstraint}, // the appeal was allowed
		{"catriona", refuseSome(1), casefile.RefusedConstraint}, // the decision on the first stands
	} {
		refusal := s.remade(c.login, c.outcomes)
		require.NotNil(t, refusal)
		require.Equal(t, c.code, refusal.Code, refusal.Detail)
	}
	require.Nil(t, s.remade("catriona", grantAll))
	s.do("struan", casefile.ActAgree, 0, s.agreement())
	require.Equal(t, []string{"2 1 GRANT_ILR 2026-03-02 2026-03-02", "2 2 GRANT_ILR - -", "2 3 GRANT_ILR 2026-03-02 2026-03-02"}, s.carriedOut())
	require.Equal(t, "ALL_GRANTED", testdb.Value[string](s.staffed, `select rollup from review where case_ref = $1`, s.ref))
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	s.sound()
}

// TestAnAppealIsLost: the refusal is final, and somebody records what becomes of the person.
func TestAnAppealIsLost(t *testing.T) {
	o := newStaffed(t)
	for _, result := range []string{casefile.AppealDismissed, casefile.AppealWithdrawn} {
		t.Run(result, func(t *testing.T) {
			s := o.in(t).family(t, nil)
			s.refusedAndServed(2)
			s.do("morag", casefile.ActAppeal, 2, nil)
			s.do("morag", casefile.ActAppealEnded, 2, ended(result))
			require.Equal(t, []string{"return.settle/2"}, s.openTasks())
			s.do("morag", casefile.ActReturnStep, 2, &casefile.ReturnStepFields{Step: casefile.StepOffer})
			s.do("morag", casefile.ActDeparted, 2, &casefile.DepartedFields{ShownBy: "return_service"})
			require.Equal(t, []string{"2 DEPARTED_VOLUNTARY"}, s.ends())
			s.goOn()
			require.Equal(t, casefile.Closed, s.review.Stage)
			s.sound()
		})
	}
}

// TestALateAppeal: after the last day an appeal takes the tribunal's leave.
func TestALateAppeal(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.refusedAndServed(2)
	s.rung(casefile.TaskAppealWindow, 2)
	s.do("morag", casefile.ActNoAppeal, 2, nil)
	require.Equal(t, []string{"return.settle/2"}, s.openTasks())
	s.refused(casefile.RefusedTooLate, "morag", casefile.ActAppeal, 2, nil)
	s.do("morag", casefile.ActAppeal, 2, &casefile.AppealFields{Permission: "granted"})
	require.Equal(t, []string{"service.appeal/2"}, s.openTasks())
	s.sound()
}

// TestARemovalWindow: it takes two officers and notice, never meets a child's exam weeks unless
// the family asks, and any new event closes it.
func TestARemovalWindow(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, func(f *casefile.Family) {
		f.People[2].BirthDate = clock.Partial(day("2010-05-05")) // a pupil of fifteen
	})
	s.refusedAndServed(2)
	window := func(from, to string, asks casefile.Answer) *casefile.WindowFields {
		return &casefile.WindowFields{OpensOn: day(from), ClosesOn: day(to), FamilyAsks: asks}
	}
	s.refused(casefile.RefusedTooEarly, "fiona", casefile.ActOpenWindow, 2, window("2026-03-20", "2026-03-25", casefile.No))
	s.rung(casefile.TaskAppealWindow, 2) // 17 March
	s.do("morag", casefile.ActNoAppeal, 2, nil)
	s.refused(casefile.RefusedTooEarly, "fiona", casefile.ActOpenWindow, 2, window("2026-03-20", "2026-03-25", casefile.No)) // no notice
	s.do("morag", casefile.ActReturnStep, 2, &casefile.ReturnStepFields{Step: casefile.StepNotice})
	s.refused(casefile.RefusedTooEarly, "fiona", casefile.ActOpenWindow, 2, window("2026-03-24", "2026-03-31", casefile.No)) // five working days
	s.refused(casefile.RefusedConstraint, "fiona", casefile.ActOpenWindow, 2, window("2026-03-25", "2026-04-20", casefile.Yes))
	s.refused(casefile.RefusedBlocked, "fiona", casefile.ActOpenWindow, 2, window("2026-04-01", "2026-04-10", casefile.No)) // exams
	s.do("fiona", casefile.ActOpenWindow, 2, window("2026-03-25", "2026-03-31", casefile.No))
	require.Equal(t, 0, testdb.Value[int](s.staffed, `select count(*) from removal_window where case_ref = $1`, s.ref), "one officer opens none")
	s.agreed("ailsa")
	require.Equal(t, 1, testdb.Value[int](s.staffed, `select count(*) from removal_window where case_ref = $1 and closed_on is null`, s.ref))
	s.do("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"})
	require.Equal(t, "event", testdb.Value[string](s.staffed, `select closed_why from removal_window where case_ref = $1`, s.ref))
	s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActCloseWindow, 2, nil)
	s.do("morag", casefile.ActRemains, 2, nil)
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	s.sound()
}

// TestBornAfterTheSignature: a child who is born after the signature is decided by a decision of
// its own, with its own welfare check; its parents keep what they have.
func TestBornAfterTheSignature(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.signedAlone()
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.now = s.now.AddDate(0, 0, 3) // it was not closed yet: something waits
	s.do("morag", casefile.ActBorn, 0, &casefile.BornFields{ShownBy: "registrar", BornInScotland: casefile.Yes, Sex: casefile.Male})
	require.Equal(t, []string{"person.undecided/4", "welfare.assign/4"}, s.openTasks())
	s.refused(casefile.RefusedNothingOpen, "agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "eilidh"})
	all := slices.Concat(grantAll, grantAll[:1])
	refusal := s.remade("catriona", all)
	require.NotNil(t, refusal)
	require.Equal(t, []casefile.Block{casefile.BlockWelfareCheck}, refusal.Blocks)
	for _, kind := range []casefile.TaskKind{casefile.TaskAssignWelfare, casefile.TaskReport, casefile.TaskSignWelfare} {
		s.answer(s.task(kind, 4))
	}
	require.Nil(t, s.remade("catriona", all))
	s.do("struan", casefile.ActAgree, 0, s.agreement())
	require.Equal(t, []string{"2 1 GRANT_ILR 2026-03-02 2026-03-02", "2 2 GRANT_ILR 2026-03-02 2026-03-02",
		"2 3 GRANT_ILR 2026-03-02 2026-03-02", "2 4 GRANT_ILR - -"}, s.carriedOut())
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	s.sound()
}
