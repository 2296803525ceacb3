package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/testdb"
)

// asOf moves the journey's clock on to a day that has not come yet.
func (s *journey) asOf(on clock.Date) {
	if s.today().Before(on) {
		s.on(on)
	}
}

func (s *journey) sent(no int, to string, on clock.Date) {
	s.t.Helper()
	s.asOf(on)
	s.doOn(on, "morag", casefile.ActLetterSent, no, &casefile.LetterFields{To: to, By: "post"})
}

func (s *journey) returned(no int, to string, on clock.Date) {
	s.t.Helper()
	s.asOf(on)
	s.doOn(on, "morag", casefile.ActLetterReturned, no, &casefile.ReturnedFields{To: to, Reason: "gone_away"})
}

func (s *journey) delivered(no int, to string, on clock.Date) {
	s.t.Helper()
	s.asOf(on)
	s.doOn(on, "morag", casefile.ActLetterDelivered, no, &casefile.DeliveredFields{To: to})
}

// begun is a family whose first letter went to it and to its representative on 2
// March.
func (o *staffed) begun(t testing.TB, change func(*casefile.Family)) *journey {
	s := o.family(t, change).until(casefile.Evidence)
	s.sent(1, "family", monday)
	if change == nil {
		s.sent(1, "representative", monday)
	}
	require.True(s.t, s.isOpen(casefile.TaskQuestionnaire, 0))
	return s
}

// TestLettersThatComeBack: two that come back from the family stop its clock, if
// nobody has reached it between them; the representative's don't count
// (process.md, Stages; row 3b).
func TestLettersThatComeBack(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what    string
		story   func(*journey)
		stopped bool
	}{
		{"one", func(s *journey) { s.returned(1, "family", day("2026-03-05")) }, false},
		{"two", func(s *journey) {
			s.returned(1, "family", day("2026-03-05"))
			s.sent(2, "family", day("2026-03-06"))
			s.returned(2, "family", day("2026-03-12"))
		}, true},
		{"one, and two of the representative's", func(s *journey) {
			s.returned(1, "representative", day("2026-03-04"))
			s.sent(2, "representative", day("2026-03-05"))
			s.returned(2, "representative", day("2026-03-10"))
			s.returned(1, "family", day("2026-03-11"))
		}, false},
		{"two, and one delivered between them", func(s *journey) {
			s.returned(1, "family", day("2026-03-05"))
			s.returned(1, "representative", day("2026-03-05"))
			s.sent(2, "family", day("2026-03-06"))
			s.sent(2, "representative", day("2026-03-06"))
			s.delivered(2, "family", day("2026-03-09"))
			s.returned(2, "representative", day("2026-03-10"))
			s.sent(3, "family", day("2026-03-11"))
			s.returned(3, "family", day("2026-03-16"))
		}, false},
		{"two, and a call to the family between them", func(s *journey) {
			s.returned(1, "family", day("2026-03-05"))
			s.asOf(day("2026-03-06"))
			s.doOn(day("2026-03-06"), "morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"})
			s.sent(2, "family", day("2026-03-06"))
			s.returned(2, "family", day("2026-03-12"))
		}, false},
		{"two, and a call to the representative between them", func(s *journey) {
			s.returned(1, "family", day("2026-03-05"))
			s.asOf(day("2026-03-06"))
			s.doOn(day("2026-03-06"), "morag", casefile.ActContact, 0, &casefile.ContactFields{How: "representative"})
			s.sent(2, "family", day("2026-03-06"))
			s.returned(2, "family", day("2026-03-12"))
		}, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.begun(t, nil)
			due := s.task(casefile.TaskQuestionnaire, 0).DueOn
			c.story(s)
			require.Equal(t, c.stopped, s.isOpen(casefile.TaskTrace, 0))
			require.Equal(t, !c.stopped, s.isOpen(casefile.TaskQuestionnaire, 0))
			if !c.stopped {
				require.Equal(t, due, s.task(casefile.TaskQuestionnaire, 0).DueOn, "its clock is that of the first letter")
				return
			}
			require.Equal(t, "stopped", s.closed(casefile.TaskQuestionnaire, 0).Result)
			require.Contains(t, []string{"", "stopped", "sent"}, s.closed(casefile.TaskOpeningLetter, 0).Result)
			require.False(t, s.isOpen(casefile.TaskOpeningLetter, 0))
		})
	}
}

// TestAStoppedClock: while nobody knows where the family lives it gets no
// reminder, no gap is recorded, and nobody is sent to reach it; the Home Office
// looks for it, with a date. A letter sent starts the clock anew (row 3b).
func TestAStoppedClock(t *testing.T) {
	o := newStaffed(t)
	s := o.begun(t, nil)
	s.returned(1, "family", day("2026-03-05"))
	s.sent(2, "family", day("2026-03-06"))
	s.returned(2, "family", day("2026-03-20"))
	require.Equal(t, []string{"reminder 2026-04-07", "due 2026-04-21", "escalation 2026-04-21", "diary 2026-05-20", "diary 2026-06-18"},
		s.silence(casefile.TaskTrace, 0, 5), "10 and 20 working days of England and Wales from 20 March, then each 20; 4 and 25 May are none")
	require.Equal(t, casefile.SeniorCaseworker, s.task(casefile.TaskTrace, 0).Awaiting)
	require.Empty(t, s.effects(casefile.TaskQuestionnaire), "three months on, the family's clock has not run")
	require.False(t, s.isOpen(casefile.TaskQuestionnaire, 0))
	require.False(t, s.isOpen(casefile.TaskContact, 0))
	require.False(t, s.review.Finished(casefile.Evidence), "and the review does not go on without it")

	s.on(day("2026-06-22"))
	s.sent(3, "family", day("2026-06-19"))
	require.False(t, s.isOpen(casefile.TaskTrace, 0))
	require.Equal(t, "sent_again", s.closed(casefile.TaskTrace, 0).Result)
	require.Equal(t, day("2026-07-31"), s.task(casefile.TaskQuestionnaire, 0).DueOn, "30 working days from the letter that went to the new address")
	require.Equal(t, casefile.Reminder, s.task(casefile.TaskQuestionnaire, 0).Next.Kind)
	s.returned(3, "family", day("2026-06-22"))
	require.True(t, s.isOpen(casefile.TaskTrace, 0), "a third that comes back stops it again")
}

// TestALetterThatNobodyIsAskedToSend: a family is found again whose
// representative has not been written to. The letter to the representative is
// somebody's task, for no clock starts without it and no state is without an
// owner (process.md, Stages; C15).
func TestALetterThatNobodyIsAskedToSend(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).until(casefile.Evidence)
	s.sent(1, "family", monday)
	s.returned(1, "family", day("2026-03-05"))
	s.sent(2, "family", day("2026-03-06"))
	s.returned(2, "family", day("2026-03-12"))
	require.True(t, s.isOpen(casefile.TaskTrace, 0))
	s.sent(3, "family", day("2026-03-20"))
	require.False(t, s.isOpen(casefile.TaskTrace, 0))
	require.False(t, s.isOpen(casefile.TaskQuestionnaire, 0), "the representative has not been written to")
	require.True(t, s.isOpen(casefile.TaskOpeningLetter, 0), "and it is somebody's task to do so: %v", s.openTasks())
	s.sent(3, "representative", day("2026-03-20"))
	require.False(t, s.isOpen(casefile.TaskOpeningLetter, 0))
	require.Equal(t, day("2026-05-06"), s.task(casefile.TaskQuestionnaire, 0).DueOn)
}

// TestLettersThatCannotBe: what was not sent did not come back or arrive, and
// nothing does so twice, nor before it was sent.
func TestLettersThatCannotBe(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, unrepresented).until(casefile.Evidence)
	back := &casefile.ReturnedFields{To: "family", Reason: "refused"}
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActLetterReturned, 1, back)
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActLetterDelivered, 1, &casefile.DeliveredFields{To: "family"})
	s.on(day("2026-03-06"))
	s.sent(1, "family", day("2026-03-05"))
	s.refusedCommand(casefile.RefusedBefore, s.command("morag", casefile.ActLetterReturned, 1, day("2026-03-04"), back))
	s.refusedCommand(casefile.RefusedBefore, s.command("morag", casefile.ActLetterDelivered, 1, day("2026-03-04"), &casefile.DeliveredFields{To: "family"}))
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActLetterReturned, 1, &casefile.ReturnedFields{To: "representative", Reason: "refused"})
	s.refused(casefile.RefusedAlreadyDone, "morag", casefile.ActLetterSent, 1, &casefile.LetterFields{To: "family", By: "hand"})
	s.delivered(1, "family", day("2026-03-06"))
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActLetterReturned, 1, back)
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActLetterReturned, 9, back)
}

// TestADecisionThatCameBack: nobody was served by a letter that came back, if it
// was the letter that served them, and they have had nothing from the decision
// since. The time to appeal does not run on it (C9; row 9).
func TestADecisionThatCameBack(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what     string
		outcomes []casefile.Outcome
		how      string
		before   func(*journey) // the letter comes back
		unserved []int
	}{
		{"a refusal by recorded delivery", refuseAll, "recorded_delivery", nil, []int{1, 2, 3}},
		{"a refusal by hand", refuseAll, "hand", nil, nil},
		{"a refusal through the representative", refuseAll, "representative", nil, nil},
		{"a grant by recorded delivery", grantAll, "recorded_delivery", nil, []int{1, 2, 3}},
		{"a grant whose document was issued to one", grantAll, "recorded_delivery", func(s *journey) { s.do("morag", casefile.ActStatusIssued, 2, nil) }, []int{1, 3}},
		{"a refusal that one of them has appealed", refuseAll, "recorded_delivery", func(s *journey) { s.do("morag", casefile.ActAppeal, 2, nil) }, []int{1, 3}},
		{"a refusal whose window has ended", refuseAll, "recorded_delivery", func(s *journey) {
			s.rung(casefile.TaskAppealWindow, 1)
			s.rung(casefile.TaskAppealWindow, 2)
			s.rung(casefile.TaskAppealWindow, 3)
		}, []int{1, 2, 3}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.family(t, nil)
			s.decided(c.outcomes)
			letter := testdb.Value[int](o, `select max(no) from letter where case_ref = $1 and kind = 'decision'`, s.ref)
			s.sent(letter, "family", monday)
			s.sendDecision()
			s.doOn(day("2026-03-02"), "morag", casefile.ActRecordService, 0, &casefile.ServiceFields{How: c.how, Proof: "tracking"})
			require.False(t, s.isOpen(casefile.TaskServe, 0))
			if c.before != nil {
				c.before(s)
			}
			s.asOf(day("2026-03-20"))
			s.returned(letter, "family", day("2026-03-10"))
			require.Equal(t, append([]int{}, c.unserved...), testdb.List[int](o, `select person_no from decision_outcome where case_ref = $1 and served_on is null order by 1`, s.ref))
			require.Equal(t, len(c.unserved) > 0, s.isOpen(casefile.TaskServe, 0))
			for _, no := range c.unserved {
				require.False(t, s.isOpen(casefile.TaskAppealWindow, no), "no time to appeal runs on it")
				require.False(t, s.isOpen(casefile.TaskNoAppeal, no))
				s.refused(casefile.RefusedTooEarly, "morag", casefile.ActNoAppeal, no, nil)
			}
			if len(c.unserved) == 0 {
				return
			}
			require.Equal(t, letter+1, testdb.Value[int](o, `select max(no) from letter where case_ref = $1 and kind = 'decision'`, s.ref), "it is written again")
			s.sent(letter+1, "family", s.today())
			s.sendDecision()
			s.do("morag", casefile.ActRecordService, 0, &casefile.ServiceFields{How: "hand", Proof: "signature"})
			if !c.outcomes[0].IsGrant() {
				require.Equal(t, s.today().AddDays(14), s.task(casefile.TaskAppealWindow, 1).DueOn, "fourteen days from the new service")
			}
		})
	}
	t.Run("twice: the family is looked for", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(refuseAll)
		letter := testdb.Value[int](o, `select max(no) from letter where case_ref = $1 and kind = 'decision'`, s.ref)
		for i := range 2 {
			s.on(monday.AddDays(7 * i))
			s.sent(letter+i, "family", s.today())
			s.serve(0)
			s.returned(letter+i, "family", s.today())
		}
		require.Equal(t, []string{"service.serve", "service.trace"}, s.openTasks(), "and no clock of the family's runs")
		require.Equal(t, []string{"reminder 2026-03-23", "due 2026-04-08", "escalation 2026-04-08", "diary 2026-05-07"}, s.silence(casefile.TaskTraceToServe, 0, 4))
		s.on(day("2026-05-11"))
		s.sent(letter+2, "family", s.today())
		require.Equal(t, []string{"service.serve"}, s.openTasks())
		s.serve(0)
		require.Equal(t, day("2026-05-25"), s.task(casefile.TaskAppealWindow, 1).DueOn)
	})
}
