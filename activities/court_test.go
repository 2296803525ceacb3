package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/testdb"
)

// stages are the stages in which an event is tried, each with a way there. In service a
// refusal of all waits to be served, with its letter sent; the closed case was granted.
var eachStage = []struct {
	stage casefile.Stage
	reach func(*journey)
}{
	{casefile.Listed, func(s *journey) { s.ready(casefile.TaskAllocate) }},
	{casefile.Evidence, func(s *journey) { s.until(casefile.Evidence) }},
	{casefile.Welfare, func(s *journey) {
		s.ready(casefile.TaskReport)
		for s.review.Stage == casefile.Evidence {
			s.answerFirst(casefile.Evidence)
		}
	}},
	{casefile.Representation, func(s *journey) { s.until(casefile.Representation) }},
	{casefile.Decision, func(s *journey) { s.toDecision() }},
	{casefile.Service, func(s *journey) { s.decided(refuseAll); s.sendDecision() }},
	{casefile.Closed, func(s *journey) {
		s.decided(grantAll)
		s.serve(0)
		s.do("morag", casefile.ActStatusIssued, 0, nil)
		s.goOn()
	}},
}

// answerFirst answers the first open task of a stage in the usual way.
func (s *journey) answerFirst(stage casefile.Stage) {
	s.t.Helper()
	for _, t := range s.review.Tasks {
		if t.Stage == stage {
			s.answer(t)
			s.goOn()
			return
		}
	}
	require.Fail(s.t, "no task of this stage is open", "%s", stage)
}

// atEachStage tries an event in each stage.
func atEachStage(t *testing.T, try func(t *testing.T, stage casefile.Stage, s *journey)) {
	o := newStaffed(t)
	var cases []*journey
	for _, x := range eachStage {
		t.Run(string(x.stage), func(t *testing.T) {
			s := o.in(t).family(t, nil)
			x.reach(s)
			require.Equal(t, x.stage, s.review.Stage)
			try(t, x.stage, s)
			cases = append(cases, s)
		})
	}
	soundAll(t, o, cases...)
}

func (s *journey) held(ground casefile.Ground, person int) bool {
	s.t.Helper()
	return testdb.Value[bool](s.staffed, `select exists (select from hold where case_ref = $1 and ground = $2 and person_no = $3 and ended_on is null)`,
		s.ref, string(ground), person)
}

// TestTheCourtInEachStage: what is lodged at the court holds the case at once, in every
// stage, also on a closed case; it is one hold, which ends with the last that stands.
func TestTheCourtInEachStage(t *testing.T) {
	atEachStage(t, func(t *testing.T, stage casefile.Stage, s *journey) {
		lodged := s.command("morag", casefile.ActLodge, 0, s.today(), &casefile.CourtFields{At: "08:30"})
		require.Nil(t, s.record(lodged))
		want := "accepted"
		if stage == casefile.Closed {
			want = "filed"
			require.Contains(t, s.openTasks(), "closed.arrival", "and a senior caseworker reads it")
		}
		require.Equal(t, want, s.outcome(lodged))
		require.True(t, s.held(casefile.GroundCourt, 0))
		require.Contains(t, s.openTasks(), "hold.review")
		s.refused(casefile.RefusedUnconfirmed, "fiona", casefile.ActLodge, 0, &casefile.CourtFields{})
		s.do("fiona", casefile.ActInterdict, 0, &casefile.CourtFields{})
		require.Equal(t, 1, testdb.Value[int](s.staffed, `select count(*) from hold where case_ref = $1`, s.ref), "it is one hold")
		if stage != casefile.Closed {
			s.refused(casefile.RefusedBlocked, "fiona", casefile.ActRelease, 0, &casefile.ReleaseFields{Ground: casefile.GroundCourt, Reason: "settled"})
		}
		if stage == casefile.Service {
			s.refused(casefile.RefusedBlocked, "morag", casefile.ActRecordService, 0, practice.Served())
		}
		s.do("morag", casefile.ActCourtEnd, 0, &casefile.CourtEndFields{Result: casefile.CourtRecalled})
		require.True(t, s.held(casefile.GroundCourt, 0), "the judicial review stands")
		s.do("morag", casefile.ActCourtEnd, 0, &casefile.CourtEndFields{Result: casefile.CourtDismissed})
		require.False(t, s.held(casefile.GroundCourt, 0))
		require.NotContains(t, s.openTasks(), "hold.review")
		s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActCourtEnd, 0, &casefile.CourtEndFields{Result: casefile.CourtDismissed})
		if stage == casefile.Service {
			s.do("morag", casefile.ActRecordService, 0, practice.Served())
		}
	})
}

// TestAnInterdictASecondBeforeService: it is typed between the signature and the service.
// The service that was typed a second later, and came to the review after it, is refused,
// by the review and by the database.
func TestAnInterdictASecondBeforeService(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.decided(refuseAll)
	s.sendDecision()
	require.Contains(t, s.refused(casefile.RefusedFuture, "morag", casefile.ActInterdict, 0, &casefile.CourtFields{At: "11:59"}).Detail,
		"not yet 11:59", "it is nine in the morning")
	interdict := s.command("morag", casefile.ActInterdict, 0, s.today(), &casefile.CourtFields{At: "08:59"})
	service := s.command("isla", casefile.ActRecordService, 0, s.today(), practice.Served())
	require.Nil(t, s.record(interdict))
	require.Equal(t, casefile.RefusedBlocked, s.record(service).Code)
	worker := s.SQL(t, "hame_worker")
	_, err := worker.Exec(`update decision_outcome set served_on = $2, served_how = 'hand', proof = 'signature' where case_ref = $1`, s.ref, s.today())
	require.ErrorContains(t, err, "no_service_while_held")
	require.Equal(t, 3, testdb.Value[int](s.staffed, `select count(*) from outcome_in_force where case_ref = $1 and served_on is null`, s.ref))

	// A grant is served all the same: nobody is kept from it.
	granted := s.family(t, nil)
	granted.decided(grantAll)
	granted.do("morag", casefile.ActInterdict, 0, &casefile.CourtFields{})
	granted.serve(0)
}

// TestAnInterdictThatCameLate: the service was recorded before the paper of the same day
// came in. The record keeps both, and a senior caseworker looks into it.
func TestAnInterdictThatCameLate(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.servedRefusal(day("2026-03-16"))
	s.on(day("2026-03-17"))
	s.doOn(day("2026-03-16"), "morag", casefile.ActInterdict, 2, &casefile.CourtFields{At: "08:00"})
	require.Contains(t, s.openTasks(), "service.arrival")
	require.Contains(t, s.openTasks(), "service.appeal_window/2", "the time to appeal is the law's, and runs")
	require.True(t, s.held(casefile.GroundCourt, 2))
	require.Equal(t, "confirmed", s.state(2, casefile.FlagJudicialReview))
	s.refused(casefile.RefusedBlocked, "fiona", casefile.ActFlag, 2, &casefile.FlagFields{Flag: casefile.FlagJudicialReview, To: "off"})
	s.do("morag", casefile.ActCourtEnd, 2, &casefile.CourtEndFields{Result: casefile.CourtMistake})
	require.Equal(t, "off", s.state(2, casefile.FlagJudicialReview))
	require.True(t, testdb.Value[bool](s.staffed, `select runs_on from hold where case_ref = $1`, s.ref), "it has stopped nothing")
	s.sound()
}

// TestADecisionThatWasReduced: nobody is served with a refusal that the court has quashed,
// the time to appeal against it is moot, and it is made anew by an author who did not sign it.
func TestADecisionThatWasReduced(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.decided(refuseAll)
	s.sendDecision()
	s.do("morag", casefile.ActRecordService, 2, practice.Served())
	s.do("morag", casefile.ActLodge, 0, &casefile.CourtFields{})
	s.do("morag", casefile.ActCourtEnd, 0, &casefile.CourtEndFields{Result: casefile.CourtReduced})
	require.False(t, s.held(casefile.GroundCourt, 0))
	require.Equal(t, []string{"person.undecided/1", "person.undecided/2", "person.undecided/3", "service.serve"}, s.openTasks())
	require.Equal(t, "moot", s.closed(casefile.TaskAppealWindow, 2).Result)
	refusal := s.refused(casefile.RefusedBlocked, "morag", casefile.ActRecordService, 0, practice.Served())
	require.Contains(t, refusal.Detail, "made anew")
	_, err := s.SQL(t, "hame_worker").Exec(`update decision_outcome set served_on = $2, served_how = 'hand', proof = 'signature' where case_ref = $1 and person_no = 1`, s.ref, s.today())
	require.ErrorContains(t, err, "fallen_refusal")
	s.sound()

	require.NotNil(t, s.remade("ewan", grantAll), "ewan signed the refusal")
	require.Nil(t, s.remade("catriona", grantAll))
	s.do("struan", casefile.ActAgree, 0, s.agreement())
	require.NotContains(t, s.openTasks(), "person.undecided/1", "the decision that takes its place is signed")
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage)
	s.sound()
}

// TestTheCourtAndTheFlag: a family whose file came with the flag has the same one hold; it
// stands when the proceedings are recorded, and ends with them.
func TestTheCourtAndTheFlag(t *testing.T) {
	s := newStaffed(t).family(t, func(f *casefile.Family) { f.People[0].Flags = []casefile.Flag{casefile.FlagJudicialReview} })
	s.until(casefile.Evidence)
	require.True(t, s.held(casefile.GroundCourt, 1))
	s.do("morag", casefile.ActLodge, 1, &casefile.CourtFields{})
	require.Equal(t, 1, testdb.Value[int](s.staffed, `select count(*) from hold where case_ref = $1`, s.ref))
	s.do("morag", casefile.ActCourtEnd, 1, &casefile.CourtEndFields{Result: casefile.CourtWithdrawn})
	require.False(t, s.held(casefile.GroundCourt, 1))
	require.Equal(t, "off", s.state(1, casefile.FlagJudicialReview))
	s.sound()
}

// TestTheCourtIsNotTheCouncils: a council and the minister's office are not told of the
// court, and neither is Temporal.
func TestTheCourtIsNotTheCouncils(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.until(casefile.Representation)
	s.do("morag", casefile.ActLodge, 1, &casefile.CourtFields{})
	for _, login := range []string{"agnes", "eilidh", "kirsty", "minister"} {
		body, err := s.desk(login).CaseFile(t.Context(), s.ref, "case show")
		require.NoError(t, err)
		require.NotContains(t, string(body), "at_court", login)
		require.NotContains(t, string(body), "judicial", login)
		require.NotContains(t, string(body), "court", login)
	}
	for _, act := range []casefile.Act{casefile.ActLodge, casefile.ActInterdict, casefile.ActCourtEnd} {
		for _, word := range []string{"court", "judicial", "interdict", "lodge"} {
			require.NotContains(t, string(act.Rule().Wire()), word)
			require.NotContains(t, act.Rule().WireWords(), word)
		}
	}
	rule, _ := casefile.TaskAnew.Rule()
	require.NotContains(t, rule.InWords, "court")
	_, err := desk.New(s.ref, casefile.ActLodge, 0, clock.Date{}, &casefile.CourtFields{At: "9"}, "")
	require.Error(t, err)
}
