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

// changesRepresentative records another representative, attested for a day.
func (s *journey) changesRepresentative(on clock.Date, text string) *casefile.Refusal {
	s.t.Helper()
	c, err := desk.New(s.ref, casefile.ActRepresentativeChange, 0, on, &casefile.RepresentativeFields{ToldBy: "family"}, text)
	require.NoError(s.t, err)
	require.NoError(s.t, s.desk("morag").InsertCommand(s.t.Context(), c))
	return s.record(c)
}

// TestTheRepresentativeInEachStage: a change and a closure are recorded in every stage, a
// closed case files them. The name travels as the act's text, and the old one is kept.
func TestTheRepresentativeInEachStage(t *testing.T) {
	atEachStage(t, func(t *testing.T, stage casefile.Stage, s *journey) {
		was := s.stands(0, "representative")
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99\n0141 496 0099"))
		if stage == casefile.Closed {
			require.Equal(t, was, s.stands(0, "representative"), "it is filed, for a senior caseworker to read")
			require.Contains(t, s.openTasks(), "closed.arrival")
			return
		}
		require.Equal(t, "SYNTHETIC Law Centre No 99", s.stands(0, "representative"))
		require.Equal(t, "0141 496 0099", s.stands(0, "representative_contact"))
		require.Equal(t, was, testdb.Value[string](s.staffed, `select old_value from correction where case_ref = $1 and field = 'representative'`, s.ref))
		require.Equal(t, "2026-03-16", testdb.Value[string](s.staffed, `select both_until::text from representative_change where case_ref = $1`, s.ref), "ten working days")
		require.Equal(t, casefile.RefusedAlreadyDone, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99").Code)
		refusal := s.changesRepresentative(s.today(), "A\nB\nC")
		require.Equal(t, casefile.RefusedFields, refusal.Code)

		s.do("morag", casefile.ActRepresentativeClosed, 0, &casefile.RepresentativeClosedFields{Reason: "closed_down"})
		require.Empty(t, s.stands(0, "representative"))
		require.Contains(t, s.openTasks(), "case.tell")
		s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActRepresentativeClosed, 0, &casefile.RepresentativeClosedFields{Reason: "closed_down"})
		s.contact("representative")
		require.Contains(t, s.openTasks(), "case.tell")
		s.contact("visit")
		require.NotContains(t, s.openTasks(), "case.tell")
		if stage == casefile.Service {
			s.do("morag", casefile.ActRecordService, 1, practice.Served())
		}
	})
}

// TestANewRepresentativeReadsFirst: the family's own time that runs is ten working days
// longer, whatever it was given before, and what it may still ask for is not less. A
// refusal waits for it. The appeal window is not longer.
func TestANewRepresentativeReadsFirst(t *testing.T) {
	t.Run("the questionnaire", func(t *testing.T) {
		s := newLedger(t).asked(t)
		due := s.task(casefile.TaskQuestionnaire, 0).DueOn
		s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskQuestionnaire, 20, casefile.ExtensionGranted))
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99"))
		by, err := clock.Deadline{Began: due, Budget: clock.Budget{Days: 30, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}}.Due(clock.Embedded())
		require.NoError(t, err)
		require.Equal(t, by, s.task(casefile.TaskQuestionnaire, 0).DueOn)
		require.Equal(t, casefile.RefusedConstraint, s.attempt("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskQuestionnaire, 1, casefile.ExtensionGranted)).Code)
		s.sound()
	})
	t.Run("what it may ask for is left", func(t *testing.T) {
		s := newLedger(t).asked(t)
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99"))
		s.do("fiona", casefile.ActExtend, 0, s.moreTime(casefile.TaskQuestionnaire, 20, casefile.ExtensionGranted))
	})
	t.Run("the answer to what was put", func(t *testing.T) {
		s := newStaffed(t).family(t, nil)
		s.toDecision()
		s.put("2026-03-02")
		s.on(day("2026-03-10"))
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99"))
		require.Equal(t, "2026-03-30", testdb.Value[string](s.staffed, `select answer_by::text from interview where case_ref = $1 and adverse = 'unanswered'`, s.ref))
		s.on(day("2026-03-17"))
		s.waitsFor(casefile.BlockAdverse, s.relying())
		s.sound()
		s.on(day("2026-03-31"))
		require.Nil(t, s.tryPropose("ewan", s.relying()))
	})
	t.Run("not the law's", func(t *testing.T) {
		s := newStaffed(t).family(t, nil)
		s.servedRefusal(monday)
		due := s.task(casefile.TaskAppealWindow, 1).DueOn
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99"))
		require.Equal(t, due, s.task(casefile.TaskAppealWindow, 1).DueOn)
	})
}

// TestLettersGoToBoth: a letter to the new representative within ten working days goes to
// the one before too: else no clock starts and nobody is served. A closed firm is not
// written to.
func TestLettersGoToBoth(t *testing.T) {
	o := newStaffed(t)
	former := casefile.FormerRepresentative
	t.Run("the opening letter", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99"))
		s.sent(1, "family", monday)
		s.sent(1, "representative", monday)
		require.False(t, s.isOpen(casefile.TaskQuestionnaire, 0))
		require.True(t, s.isOpen(casefile.TaskOpeningLetter, 0))
		s.sent(1, former, monday)
		require.True(t, s.isOpen(casefile.TaskQuestionnaire, 0))
		s.returned(1, former, monday)
		require.Empty(t, testdb.List[int](s.staffed, `select no from letter where case_ref = $1 and no > 1`, s.ref), "it is not made again")
		s.sound()
	})
	t.Run("after ten working days it goes to the new one alone", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99"))
		s.sent(1, "family", monday)
		s.sent(1, "representative", day("2026-03-17"))
		require.True(t, s.isOpen(casefile.TaskQuestionnaire, 0))
		s.on(day("2026-03-17"))
		refusal := s.refused(casefile.RefusedNoSubject, "morag", casefile.ActLetterSent, 1, &casefile.LetterFields{To: former, By: "post"})
		require.Contains(t, refusal.Detail, "2026-03-16")
	})
	t.Run("what was owed is sent to the former one later", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99"))
		s.sent(1, "family", monday)
		s.sent(1, "representative", monday)
		s.on(day("2026-03-30"))
		s.sent(1, former, s.today())
		require.True(t, s.isOpen(casefile.TaskQuestionnaire, 0), "else no truthful act would start the family's time")
	})
	t.Run("the decision letter", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(refuseAll)
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99"))
		s.sendDecision()
		refusal := s.refused(casefile.RefusedTooEarly, "morag", casefile.ActRecordService, 0, practice.Served())
		require.Contains(t, refusal.Detail, former)
		_, err := s.SQL(t, "hame_worker").Exec(`update decision_outcome set served_on = $2, served_how = 'hand', proof = 'signature' where case_ref = $1`, s.ref, s.today())
		require.ErrorContains(t, err, "service_needs_its_letter")
		s.sent(2, former, s.today())
		s.do("morag", casefile.ActRecordService, 0, practice.Served())
		s.sound()
	})
	t.Run("nobody before, or a firm that has closed down", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		s.sent(1, "family", monday)
		s.do("morag", casefile.ActRepresentativeClosed, 0, &casefile.RepresentativeClosedFields{Reason: "closed_down"})
		require.True(t, s.isOpen(casefile.TaskQuestionnaire, 0), "nobody else is to be written to: the family's time runs from now")
		require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99"))
		require.NotContains(t, s.openTasks(), "case.tell", "the family has named another")
		s.refused(casefile.RefusedNoSubject, "morag", casefile.ActLetterSent, 1, &casefile.LetterFields{To: former, By: "post"})
		s.sound()
	})
}

// TestANewRepresentativeIsNoCorrection: there is one way to record it. Nobody outside the
// Home Office is told who represents the family.
func TestANewRepresentativeIsNoCorrection(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Representation)
	c, err := desk.New(s.ref, casefile.ActCorrect, 0, s.today(), &casefile.CorrectFields{Field: "representative", Reason: "changed", Source: "letter"}, "SYNTHETIC Law Centre No 99")
	require.NoError(t, err)
	require.NoError(t, s.desk("morag").InsertCommand(t.Context(), c))
	require.Contains(t, s.record(c).Detail, "representative change")
	require.Nil(t, s.changesRepresentative(s.today(), "SYNTHETIC Law Centre No 99\n0141 496 0099"))
	for _, login := range []string{"agnes", "eilidh", "kirsty", "minister"} {
		body, err := s.desk(login).CaseFile(t.Context(), s.ref, "case show")
		require.NoError(t, err)
		require.NotContains(t, string(body), "No 99", login)
		require.NotContains(t, string(body), "496", login)
	}
}
