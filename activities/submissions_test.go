package activities_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
	"hame/internal/testdb"
)

func considered(r casefile.SubmissionResult) *casefile.ConsiderFields {
	return &casefile.ConsiderFields{Result: r}
}

// refusedAndClosed is a family that was refused and did not appeal, and whose case is closed.
func (s *journey) refusedAndClosed() {
	s.t.Helper()
	s.servedRefusal(monday)
	for person := 1; person <= 3; person++ {
		s.rung(casefile.TaskAppealWindow, person)
	}
	for person := 1; person <= 3; person++ {
		s.do("morag", casefile.ActNoAppeal, person, nil)
		s.do("morag", casefile.ActRemains, person, nil)
	}
	s.goOn()
	require.Equal(s.t, casefile.Closed, s.review.Stage)
}

// TestFurtherSubmissionsInEachStage: before the signature they are evidence, and the refusal
// says with which act; after it they hold the refusal and a removal at once, also when the
// case is closed, until a decision maker has considered them.
func TestFurtherSubmissionsInEachStage(t *testing.T) {
	atEachStage(t, func(t *testing.T, stage casefile.Stage, s *journey) {
		switch stage {
		case casefile.Service:
		case casefile.Closed:
			s.refused(casefile.RefusedNoSubject, "morag", casefile.ActSubmissions, 2, nil) // everybody was granted
			return
		default:
			refusal := s.refused(casefile.RefusedTooEarly, "morag", casefile.ActSubmissions, 2, nil)
			require.Contains(t, refusal.Detail, "evidence receive")
			return
		}
		s.do("morag", casefile.ActSubmissions, 2, nil)
		require.True(t, s.held(casefile.GroundSubmissions, 2))
		require.Equal(t, casefile.DecisionMaker, s.task(casefile.TaskConsider, 2).Awaiting)
		s.refused(casefile.RefusedBlocked, "morag", casefile.ActRecordService, 0, practice.Served())
		s.refused(casefile.RefusedBlocked, "fiona", casefile.ActRelease, 2, &casefile.ReleaseFields{Ground: casefile.GroundSubmissions, Reason: "settled"})
		s.refused(casefile.RefusedBlocked, "fiona", casefile.ActFlag, 2, &casefile.FlagFields{Flag: casefile.FlagFurtherSubmissions, To: "off"})
		s.do("morag", casefile.ActSubmissions, 2, nil) // more of them are considered together
		s.do("ewan", casefile.ActConsider, 2, considered(casefile.SubmissionRejected))
		require.False(t, s.held(casefile.GroundSubmissions, 2))
		require.Equal(t, "off", s.state(2, casefile.FlagFurtherSubmissions))
		s.refused(casefile.RefusedNothingOpen, "ewan", casefile.ActConsider, 2, considered(casefile.SubmissionRejected))
		s.do("morag", casefile.ActRecordService, 0, practice.Served())
	})
}

// TestFurtherSubmissionsOnAClosedCase: the case of a refused person is held, and has a
// decision maker's task, although no review runs.
func TestFurtherSubmissionsOnAClosedCase(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.refusedAndClosed()
	c := s.command("morag", casefile.ActSubmissions, 1, s.today(), nil)
	require.Nil(t, s.record(c))
	require.Equal(t, "filed", s.outcome(c))
	require.True(t, s.held(casefile.GroundSubmissions, 1))
	require.Equal(t, []string{"closed.arrival", "hold.review", "service.consider/1"}, s.openTasks())
	s.sound()
	c = s.command("ewan", casefile.ActConsider, 1, s.today(), considered(casefile.SubmissionRejected))
	require.Nil(t, s.record(c))
	require.Equal(t, "filed", s.outcome(c))
	require.False(t, s.held(casefile.GroundSubmissions, 1))
	require.Equal(t, []string{"closed.arrival"}, s.openTasks())
	s.sound()
}

// TestAFreshClaim: accepted, the hold stands until the new decision for the person is
// signed.
func TestAFreshClaim(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.decided(refuseAll)
	s.do("morag", casefile.ActSubmissions, 2, nil)
	s.do("ewan", casefile.ActConsider, 2, considered(casefile.SubmissionAccepted))
	require.True(t, s.held(casefile.GroundSubmissions, 2))
	require.Equal(t, []string{"hold.review", "person.undecided/2", "service.serve"}, s.openTasks())
	require.Equal(t, "accepted", testdb.Value[string](s.staffed, `select result from submission where case_ref = $1`, s.ref))
	s.sound()
	refused := slices.Clone(refuseAll)
	refused[1] = casefile.GrantILR
	require.Nil(t, s.remade("catriona", refused))
	s.do("struan", casefile.ActAgree, 0, s.agreement())
	require.False(t, s.held(casefile.GroundSubmissions, 2))
	require.Equal(t, []string{"service.serve"}, s.openTasks())
	s.sound()
}

// TestSubmissionsByMistake have stopped nothing. Nobody outside the Home Office is told of
// any, and Temporal learns that something came, not what.
func TestSubmissionsByMistake(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.decided(refuseAll)
	s.do("morag", casefile.ActSubmissions, 2, nil)
	for _, login := range []string{"agnes", "eilidh", "kirsty", "minister"} {
		require.NotContains(t, s.sees(login), "submissions", login)
	}
	require.NotContains(t, string(casefile.ActSubmissions.Rule().Wire()), "submission")
	s.do("ewan", casefile.ActConsider, 2, considered(casefile.SubmissionMistake))
	require.True(t, testdb.Value[bool](s.staffed, `select runs_on from hold where case_ref = $1`, s.ref))
	s.sound()
}

// TestSubmissionsOfSomebodyWhoHasLeft: accepted, they hold nothing, for nothing is decided anew about
// somebody who has left; the case comes to its end.
func TestSubmissionsOfSomebodyWhoHasLeft(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.finallyRefused()
	s.do("morag", casefile.ActSubmissions, 2, nil)
	s.do("morag", casefile.ActDeparted, 2, &casefile.DepartedFields{ShownBy: "return_service"})
	require.True(t, s.isOpen(casefile.TaskConsider, 2), "what came in is considered")
	s.do("ewan", casefile.ActConsider, 2, considered(casefile.SubmissionAccepted))
	require.False(t, s.held(casefile.GroundSubmissions, 2))
	require.Empty(t, s.openTasks())
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	s.sound()
}

// TestAFreshClaimOfSomebodyWhoLeaves: found to have one, and gone before it is decided anew. The hold waits
// for nothing any more.
func TestAFreshClaimOfSomebodyWhoLeaves(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.finallyRefused()
	s.do("morag", casefile.ActSubmissions, 2, nil)
	s.do("ewan", casefile.ActConsider, 2, considered(casefile.SubmissionAccepted))
	require.True(t, s.held(casefile.GroundSubmissions, 2))
	s.do("morag", casefile.ActDied, 2, aDeath)
	require.False(t, s.held(casefile.GroundSubmissions, 2))
	require.Empty(t, s.openTasks())
	s.strikes("morag", "fiona", casefile.ActDied, casefile.SlipWrongCase)
	require.True(t, s.isOpen(casefile.TaskUndecided, 2), "who is back is decided anew: the refusal has fallen, with the hold or without")
	s.refused(casefile.RefusedTooEarly, "fiona", casefile.ActReturnStep, 2, &casefile.ReturnStepFields{Step: casefile.StepNotice})
	s.sound()
	s.do("morag", casefile.ActDied, 2, aDeath)
	require.Empty(t, s.openTasks())
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	s.sound()
}
