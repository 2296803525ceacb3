package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/testdb"
)

// TestTheQuestionnairesClock starts when the letter has gone to the family and
// to its representative, on the later of the two days, whichever is typed first.
func TestTheQuestionnairesClock(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		name             string
		family           func(*casefile.Family)
		first, second    string // who was sent it
		firstOn, otherOn clock.Date
		began, due       clock.Date
	}{
		{"family first", nil, "family", "representative", day("2026-03-03"), day("2026-03-05"), day("2026-03-05"), day("2026-04-20")},
		{"representative first", nil, "representative", "family", day("2026-03-05"), day("2026-03-03"), day("2026-03-05"), day("2026-04-20")},
		{"no representative", unrepresented, "family", "", day("2026-03-03"), clock.Date{}, day("2026-03-03"), day("2026-04-16")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := o.family(t, c.family).until(casefile.Evidence)
			s.on(day("2026-03-06"))
			s.letter(c.first, c.firstOn)
			if c.second != "" {
				require.Contains(t, s.openTasks(), "evidence.letter", "still the Home Office's task, on its own clock")
				require.NotContains(t, s.openTasks(), "evidence.questionnaire")
				s.letter(c.second, c.otherOn)
			} else {
				s.refused(casefile.RefusedNoSubject, "morag", casefile.ActLetterSent, 1, &casefile.LetterFields{To: "representative", By: "post"})
			}
			require.NotContains(t, s.openTasks(), "evidence.letter")
			task := s.task(casefile.TaskQuestionnaire, 0)
			require.Equal(t, c.due, task.DueOn, "30 working days; Good Friday and Easter Monday are none")
			require.Equal(t, c.began, testdb.Value[clock.Date](o, `select began from task where case_ref = $1 and kind = $2`, s.ref, casefile.TaskQuestionnaire))
			require.Equal(t, casefile.TheFamily, task.Awaiting)
			require.Equal(t, casefile.Reminder, task.Next.Kind)
		})
	}
}

// TestAnAnswerThatCameFirst: nobody is asked for, or counted as silent about,
// what is on file already.
func TestAnAnswerThatCameFirst(t *testing.T) {
	o := newStaffed(t)
	t.Run("questionnaire before the letter was recorded as sent", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
		s.letter("family", s.today())
		s.letter("representative", s.today())
		require.NotContains(t, s.openTasks(), "evidence.questionnaire")
	})
	t.Run("health evidence before the evidence stage", func(t *testing.T) {
		s := o.family(t, nil)
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"})
		s.until(casefile.Evidence)
		require.NotContains(t, s.openTasks(), "evidence.gp")
	})
}

// TestSilenceOfTheFamily: a reminder, then somebody must reach them in person,
// then the gap; and nothing of it is an outcome.
func TestSilenceOfTheFamily(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	s.instead[casefile.TaskQuestionnaire] = nil
	s.until(casefile.Representation)
	s.rung(casefile.TaskQuestionnaire, 0)
	task := s.task(casefile.TaskQuestionnaire, 0)
	require.Equal(t, []any{casefile.Due, casefile.TheFamily, false, false}, []any{task.Next.Kind, task.Awaiting, task.Overdue, task.Escalated})
	require.Equal(t, clock.LateAt(task.DueOn), task.Next.At.UTC(), "late at the first instant of the next London day")

	s.rung(casefile.TaskQuestionnaire, 0)
	task = s.task(casefile.TaskQuestionnaire, 0)
	require.Equal(t, []any{casefile.Escalation, casefile.Caseworker, true, true}, []any{task.Next.Kind, task.Awaiting, task.Overdue, task.Escalated})
	require.Contains(t, s.openTasks(), "evidence.contact")

	s.rung(casefile.TaskQuestionnaire, 0)
	require.NotContains(t, s.openTasks(), "evidence.questionnaire")
	require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(casefile.TaskQuestionnaire, 0))
	require.Contains(t, s.openTasks(), "evidence.contact", "the contact is still due")
	require.Equal(t, []string{"due contact", "escalation gap", "reminder "}, testdb.List[string](o,
		`select r.kind || ' ' || r.effect from rung r join task t on t.id = r.task_id where t.case_ref = $1 order by 1`, s.ref))
	require.Zero(t, testdb.Value[int](o, `select (select count(*) from proposal where case_ref = $1) + (select count(*) from decision where case_ref = $1)`, s.ref))
}

// TestLateEvidence is recorded whenever it comes. What counts is the day attested:
// a timely answer that was typed late takes the missed mark away.
func TestLateEvidence(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		name     string
		attested clock.Date
		result   casefile.EvidenceResult
		want     closedTask
	}{
		{"in time, typed late", day("2026-03-30"), "complete", closedTask{"complete", day("2026-03-30"), false}},
		{"late", day("2026-03-31"), "complete", closedTask{"complete", day("2026-03-31"), true}},
		{"nothing held, in time", day("2026-03-20"), "nothing_held", closedTask{"nothing_held", day("2026-03-20"), false}},
		{"a part leaves the gap", day("2026-03-20"), "partial", closedTask{"gap", clock.Date{}, true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := o.family(t, nil).until(casefile.Evidence)
			require.Equal(t, day("2026-03-30"), s.task(casefile.TaskGP, 0).DueOn)
			s.rung(casefile.TaskGP, 0) // reminder
			s.rung(casefile.TaskGP, 0) // due
			require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(casefile.TaskGP, 0))
			s.on(day("2026-04-10"))
			s.doOn(c.attested, "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: c.result})
			require.Equal(t, c.want, s.closed(casefile.TaskGP, 0))
			require.NotContains(t, s.openTasks(), "evidence.gp")
			require.Equal(t, c.attested, testdb.Value[clock.Date](o, `select received_on from evidence where case_ref = $1`, s.ref))
		})
	}
	t.Run("overdue and still open", func(t *testing.T) {
		for attested, overdue := range map[clock.Date]bool{day("2026-03-30"): false, day("2026-03-31"): true} {
			s := o.family(t, nil).until(casefile.Evidence)
			s.rung(casefile.TaskSocialWork, 0)
			s.rung(casefile.TaskSocialWork, 0)
			require.True(t, s.task(casefile.TaskSocialWork, 0).Overdue)
			s.on(day("2026-04-03"))
			s.doOn(attested, "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderSocialWork, Result: "complete"})
			require.Equal(t, closedTask{"complete", attested, overdue}, s.closed(casefile.TaskSocialWork, 0))
		}
	})
	t.Run("the minister's letter after the window", func(t *testing.T) {
		s := o.family(t, nil)
		s.instead[casefile.TaskWindow] = func(casefile.Task) {
			s.rung(casefile.TaskWindow, 0)
			s.rung(casefile.TaskWindow, 0)
		}
		s.until(casefile.Decision)
		require.Equal(t, closedTask{Result: "lapsed"}, s.closed(casefile.TaskWindow, 0), "an optional window is not missed")
		s.do("kirsty", casefile.ActDraft, 0, nil)
		s.do("finlay", casefile.ActCheckDraft, 0, nil)
		s.do("jean", casefile.ActClear, 0, nil)
		s.do("minister", casefile.ActSignLetter, 0, nil)
		s.do("jean", casefile.ActSendLetter, 0, nil)
		require.Equal(t, "represented", s.closed(casefile.TaskWindow, 0).Result)
		require.Contains(t, s.openTasks(), "representation.answer/1", "a late letter before signing is still considered")
	})
}

// TestTheMinistersDraft goes through the office in its order, each step once.
func TestTheMinistersDraft(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Representation)
	steps := []struct {
		login string
		act   casefile.Act
	}{{"finlay", casefile.ActCheckDraft}, {"jean", casefile.ActClear}, {"minister", casefile.ActSignLetter}, {"jean", casefile.ActSendLetter}}
	for _, step := range steps {
		s.refused(casefile.RefusedNothingOpen, step.login, step.act, 0, nil)
	}
	s.do("kirsty", casefile.ActDraft, 0, nil)
	s.refused(casefile.RefusedAlreadyDone, "kirsty", casefile.ActDraft, 0, nil)
	for done := range steps {
		for later := done + 1; later < len(steps); later++ {
			s.refused(casefile.RefusedTooEarly, steps[later].login, steps[later].act, 0, nil)
		}
		s.do(steps[done].login, steps[done].act, 0, nil)
	}
	s.refused(casefile.RefusedNothingOpen, "jean", casefile.ActDecline, 0, &casefile.DeclineFields{Reason: "outside_policy"})
	require.Equal(t, "1 minister kirsty finlay jean minister 2026-03-02", testdb.Value[string](s.staffed,
		`select concat_ws(' ', no, from_kind, drafter, checker, cleared_by, signer, received_on) from representation where case_ref = $1`, s.ref))
}

// TestTheAppealWindow runs from each person's own day of service, and ends with
// somebody who looks.
func TestTheAppealWindow(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).toDecision()
	s.propose("ewan", refuseSome(2))
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	s.goOn()
	s.sendDecision()
	s.on(day("2026-03-20"))
	s.doOn(day("2026-03-10"), "morag", casefile.ActRecordService, 1, practice.Served())
	require.Equal(t, []string{"service.serve", "service.status"}, s.openTasks(), "two are still to be served")
	s.doOn(day("2026-03-12"), "morag", casefile.ActRecordService, 2, practice.Served())
	require.Equal(t, day("2026-03-26"), s.task(casefile.TaskAppealWindow, 2).DueOn, "14 days from the spouse's own service")
	s.refused(casefile.RefusedAlreadyDone, "morag", casefile.ActRecordService, 2, practice.Served())
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActStatusIssued, 3, nil)
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActStatusIssued, 2, nil)
	s.doOn(day("2026-03-16"), "morag", casefile.ActRecordService, 0, practice.Served())
	require.Equal(t, []string{"service.appeal_window/2", "service.status"}, s.openTasks(), "the others are served at once")
	require.Equal(t, []string{"1 2026-03-10", "2 2026-03-12", "3 2026-03-16"}, testdb.List[string](o,
		`select person_no || ' ' || served_on from decision_outcome where case_ref = $1 order by 1`, s.ref))
	s.do("morag", casefile.ActStatusIssued, 1, nil)
	require.Contains(t, s.openTasks(), "service.status")
	s.do("morag", casefile.ActStatusIssued, 3, nil)

	s.refused(casefile.RefusedTooEarly, "morag", casefile.ActNoAppeal, 2, nil)
	s.rung(casefile.TaskAppealWindow, 2)
	require.Equal(t, clock.LateAt(day("2026-03-26")), s.now)
	require.Equal(t, []string{"service.no_appeal/2"}, s.openTasks())
	require.Equal(t, closedTask{Result: "window_ended"}, s.closed(casefile.TaskAppealWindow, 2), "nobody missed anything")
	s.do("morag", casefile.ActNoAppeal, 2, nil)
	s.do("morag", casefile.ActRemains, 2, nil)
	require.True(t, s.review.Finished(casefile.Service))
}

// TestWhatRungsDo beside marking, kind by kind.
func TestWhatRungsDo(t *testing.T) {
	o := newStaffed(t)
	t.Run("gap", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		for _, task := range []struct {
			kind    casefile.TaskKind
			subject int
			rungs   int
		}{{casefile.TaskGP, 0, 2}, {casefile.TaskHousing, 0, 2}, {casefile.TaskReporter, 0, 2}, {casefile.TaskSchool, 3, 3}, {casefile.TaskSocialWork, 0, 3}} {
			for range task.rungs {
				s.rung(task.kind, task.subject)
			}
			require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(task.kind, task.subject), "%s", task.kind)
		}
	})
	t.Run("a council's lead hears when a school is late", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		s.rung(casefile.TaskSchool, 3)
		require.Equal(t, casefile.School, s.task(casefile.TaskSchool, 3).Awaiting)
		s.rung(casefile.TaskSchool, 3)
		require.Equal(t, casefile.WelfareLead, s.task(casefile.TaskSchool, 3).Awaiting)
		require.True(t, s.task(casefile.TaskSchool, 3).Escalated)
	})
	t.Run("lapse", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		s.rung(casefile.TaskCommunity, 0)
		require.Equal(t, closedTask{Result: "lapsed"}, s.closed(casefile.TaskCommunity, 0), "what was optional is not missed")
	})
	t.Run("default priority never lowers", func(t *testing.T) {
		for before, after := range map[int]int{5: 3, 4: 3, 3: 3, 1: 1} {
			s := o.family(t, nil)
			s.answer(s.task(casefile.TaskReconcile, 0))
			o.Exec(`update review set priority = $2 where case_ref = $1`, s.ref, before)
			s.rung(casefile.TaskTriage, 0)
			s.rung(casefile.TaskTriage, 0)
			require.Equal(t, after, testdb.Value[int](o, `select priority from review where case_ref = $1`, s.ref))
			require.Contains(t, s.openTasks(), "listed.triage", "and the triage is still to be done")
		}
	})
	t.Run("escalation hands over", func(t *testing.T) {
		s := o.family(t, nil)
		s.rung(casefile.TaskAllocate, 0)
		require.Equal(t, casefile.SeniorCaseworker, s.task(casefile.TaskAllocate, 0).Awaiting)
		s.rung(casefile.TaskAllocate, 0)
		task := s.task(casefile.TaskAllocate, 0)
		require.Equal(t, []any{casefile.Operations, true, casefile.Diary, 1}, []any{task.Awaiting, task.Escalated, task.Next.Kind, task.Next.No})
	})
	t.Run("a proposal is escalated at twenty days and reassigned at forty", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.rung(casefile.TaskPropose, 0)
		s.rung(casefile.TaskPropose, 0)
		task := s.task(casefile.TaskPropose, 0)
		require.Equal(t, []any{casefile.DecisionMaker, true, true}, []any{task.Awaiting, task.Escalated, task.Overdue})
		s.rung(casefile.TaskPropose, 0)
		require.Equal(t, casefile.SeniorCaseworker, s.task(casefile.TaskPropose, 0).Awaiting)
		require.False(t, s.review.Signed)
	})
	t.Run("the diary recurs every twenty working days", func(t *testing.T) {
		s := o.family(t, nil)
		calendar, err := clock.Embedded().Calendar(clock.EnglandAndWales)
		require.NoError(t, err)
		s.rung(casefile.TaskAllocate, 0)
		s.rung(casefile.TaskAllocate, 0)
		last := clock.DateOf(s.now).AddDays(-1)
		for no := 1; no <= 4; no++ {
			next := s.task(casefile.TaskAllocate, 0).Next
			last = calendar.AddWorkingDays(last, 20)
			next.At = next.At.UTC()
			require.Equal(t, casefile.Rung{Kind: casefile.Diary, No: no, At: clock.LateAt(last)}, next)
			s.rung(casefile.TaskAllocate, 0)
			require.Equal(t, casefile.Operations, s.task(casefile.TaskAllocate, 0).Awaiting)
		}
		require.Equal(t, 6, testdb.Value[int](o, `select count(*) from rung r join task t on t.id = r.task_id where t.case_ref = $1`, s.ref))
	})
	t.Run("lapsed checks are asked for again", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		for !s.today().After(monday.AddMonths(casefile.WelfareCheckMonths)) {
			require.NotContains(t, s.openTasks(), "welfare.assign/3")
			s.rung(casefile.TaskPropose, 0)
		}
		require.Equal(t, []string{"check.request", "decision.propose", "welfare.assign/3"}, s.openTasks())
	})
}

// TestARungActsOnce, and not at all when its ground has gone.
func TestARungActsOnce(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).until(casefile.Evidence)
	act := func(p activities.ActOnRungParams) casefile.Facts {
		t.Helper()
		r, err := o.ActOnRung(t.Context(), p)
		require.NoError(t, err)
		return r
	}
	reminder := s.task(casefile.TaskGP, 0).Next
	reminder.At = reminder.At.UTC()
	p := activities.ActOnRungParams{Case: s.ref, Kind: casefile.TaskGP, Rung: reminder, Now: reminder.At.Add(3 * time.Hour)}
	first := act(p)
	before := s.facts()
	p.Now = p.Now.Add(time.Minute)
	require.Equal(t, first, act(p), "the same rung again does nothing")
	s.unchanged(before)
	require.Equal(t, reminder.At, testdb.Value[time.Time](o, `select on_at from rung`).UTC(), "dated by its own instant")
	require.Equal(t, reminder.At.Add(3*time.Hour), testdb.Value[time.Time](o, `select acted_at from rung`).UTC(), "and not by when a worker came round")

	p.Rung.Kind = casefile.Escalation
	require.Equal(t, first, act(p), "a rung that is not next")
	s.unchanged(before)

	s.review = first
	due := s.task(casefile.TaskGP, 0).Next
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"})
	before = s.facts()
	require.Equal(t, s.review, act(activities.ActOnRungParams{Case: s.ref, Kind: casefile.TaskGP, Rung: due, Now: due.At}), "what it was for is done")
	s.unchanged(before)
	require.Equal(t, 1, testdb.Value[int](o, `select count(*) from rung`))

	// Twice at the same moment.
	next := s.task(casefile.TaskSocialWork, 0).Next
	p = activities.ActOnRungParams{Case: s.ref, Kind: casefile.TaskSocialWork, Rung: next, Now: next.At}
	results := make(chan error, 5)
	for range cap(results) {
		go func() {
			_, err := o.ActOnRung(t.Context(), p)
			results <- err
		}()
	}
	for range cap(results) {
		require.NoError(t, <-results)
	}
	require.Equal(t, 2, testdb.Value[int](o, `select count(*) from rung`))
}

// TestARungNeverActsBeforeItsInstant, also if it is asked to: it would take days
// from those who have them.
func TestARungNeverActsBeforeItsInstant(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	next := s.task(casefile.TaskCommunity, 0).Next
	before := s.facts()
	_, err := s.ActOnRung(t.Context(), activities.ActOnRungParams{Case: s.ref, Kind: casefile.TaskCommunity, Rung: next, Now: next.At.Add(-time.Second)})
	require.NoError(t, err)
	s.unchanged(before)
}
