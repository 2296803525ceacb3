package activities_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestForgedActs: an Update is an id and a kind. Without a row of this id, case
// and kind it changes nothing, and leaves no outcome behind.
func TestForgedActs(t *testing.T) {
	o := newStaffed(t)
	s, other := o.family(t, nil), o.family(t, nil)
	contact := other.command("morag", casefile.ActContact, 0, monday, &casefile.ContactFields{How: "phone"})
	mine := s.command("morag", casefile.ActContact, 0, monday, &casefile.ContactFields{How: "phone"})
	before, otherBefore := s.facts(), other.facts()
	for name, forged := range map[string]activities.RecordActParams{
		"an id without a row":    {Command: uuid.New(), Act: casefile.ActContact},
		"no id":                  {Act: casefile.ActContact},
		"another case's command": {Command: contact.ID, Act: casefile.ActContact},
		"another kind":           {Command: mine.ID, Act: casefile.ActPropose},
		"a kind there is not":    {Command: mine.ID, Act: "decision.sign"},
		"no kind":                {Command: mine.ID},
	} {
		t.Run(name, func(t *testing.T) {
			forged.Case, forged.Now = s.ref, s.now
			out, err := s.RecordAct(t.Context(), forged)
			require.NoError(t, err)
			require.NotNil(t, out.Refused)
			require.Equal(t, casefile.RefusedUnknownCommand, out.Refused.Code)
			require.Equal(t, s.review, out.Review, "the review is as it was")
			s.unchanged(before)
			other.unchanged(otherBefore)
		})
	}
	require.Zero(t, testdb.Value[int](o, `select count(*) from command_outcome`))
	require.Nil(t, s.record(mine), "the act itself is still to be had")
}

// TestARoleRevokedSince: a command whose author did not hold the role on the day
// it was written is refused, also if the trigger let it through.
func TestARoleRevokedSince(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	revoked := s.command("morag", casefile.ActContact, 0, monday, &casefile.ContactFields{How: "phone"})
	o.Exec(`update staff set valid_from = current_date - 10, valid_to = current_date - 1 where login = 'morag'`)
	s.refusedCommand(casefile.RefusedRole, revoked)

	err := o.desk("morag").InsertCommand(t.Context(), store.NewCommand{ID: uuid.New(), Case: s.ref, Act: casefile.ActContact, AttestedOn: monday, Fields: []byte(`{}`)})
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)

	o.Exec(`update staff set valid_from = current_date + 1 where login = 'hamish'`)
	err = o.desk("hamish").InsertCommand(t.Context(), store.NewCommand{ID: uuid.New(), Case: s.ref, Act: casefile.ActContact, AttestedOn: monday, Fields: []byte(`{}`)})
	require.True(t, store.IsKind(err, store.NotPermitted), "a role that begins tomorrow: %v", err)

	// Another council's lead, whose row the trigger would not have let in.
	moved := s.command("agnes", casefile.ActAssignWelfare, 3, monday, &casefile.AssignReportFields{To: "eilidh"})
	o.Exec(`update staff set council = 'S12000036' where login = 'agnes'`)
	s.refusedCommand(casefile.RefusedRole, moved)
}

// TestTheSameActTwice: a command that has an outcome gets the same answer again,
// and its facts are written once; however often and at any hour it comes.
func TestTheSameActTwice(t *testing.T) {
	o := newStaffed(t)
	t.Run("accepted", func(t *testing.T) {
		s := o.family(t, nil)
		c := s.command("morag", casefile.ActEvidence, 0, monday, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"})
		require.Nil(t, s.record(c))
		before := s.facts()
		s.now = s.now.Add(48 * time.Hour)
		require.Nil(t, s.record(c))
		s.unchanged(before)
		require.Equal(t, 2, s.review.Revision)
		require.Equal(t, "accepted", s.outcome(c))
	})
	t.Run("refused stays refused when the reason has gone", func(t *testing.T) {
		s := o.family(t, nil)
		s.instead[casefile.TaskReconcile] = nil
		early := s.command("morag", casefile.ActTriage, 0, monday, &casefile.TriageFields{Priority: 1, PublicHarmScreen: "clear",
			FamilyILR: casefile.No, SevenYears: casefile.No, Vulnerable: casefile.No})
		first := s.refusedCommand(casefile.RefusedNothingOpen, early)
		s.do("morag", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"})
		require.Equal(t, first, s.refusedCommand(casefile.RefusedNothingOpen, early), "in the same words")
		s.triage(2)
	})
	t.Run("at the same time", func(t *testing.T) {
		s := o.family(t, nil)
		for _, c := range []struct {
			command store.NewCommand
			code    casefile.RefusalCode
		}{
			{s.command("morag", casefile.ActEvidence, 0, monday, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}), ""},
			{s.command("morag", casefile.ActReconcile, 0, monday, &casefile.ReconcileFields{PaperFile: "lost", Record: "differs"}), ""},
			{s.command("morag", casefile.ActEvidence, 0, monday, &casefile.EvidenceFields{Provider: casefile.ProviderSchool, Result: "complete"}), casefile.RefusedNoSubject},
		} {
			const times = 6
			var all sync.WaitGroup
			answers := make([]activities.RecordActResult, times)
			errs := make([]error, times)
			for i := range times {
				all.Go(func() {
					answers[i], errs[i] = s.RecordAct(context.WithoutCancel(t.Context()),
						activities.RecordActParams{Case: s.ref, Command: c.command.ID, Act: c.command.Act.Rule().Wire(), Now: s.now})
				})
			}
			all.Wait()
			for i := range times {
				require.NoError(t, errs[i])
				require.Equal(t, answers[0], answers[i], "one answer for all")
			}
			if c.code == "" {
				require.Nil(t, answers[0].Refused)
			} else {
				require.Equal(t, c.code, answers[0].Refused.Code)
			}
		}
		require.Equal(t, 1, testdb.Value[int](o, `select count(*) from evidence where case_ref = $1`, s.ref))
		require.Equal(t, 3, testdb.Value[int](o, `select revision from review where case_ref = $1`, s.ref))
		require.Equal(t, 1, testdb.Value[int](o, `select count(*) from task where case_ref = $1 and kind = 'listed.triage'`, s.ref))
	})
	t.Run("expired while it was being recorded", func(t *testing.T) {
		s := o.family(t, nil)
		c := s.command("morag", casefile.ActContact, 0, monday, &casefile.ContactFields{How: "phone"})
		before := s.facts()
		delivery, err := o.sql("hame_worker").Beginx()
		require.NoError(t, err)
		_, err = delivery.Exec(`insert into command_outcome (command_id, outcome, code) values ($1, 'expired', 'undelivered')`, c.ID)
		require.NoError(t, err)
		answer := make(chan activities.RecordActResult, 1)
		failed := make(chan error, 1)
		go func() {
			out, err := s.RecordAct(context.WithoutCancel(t.Context()), activities.RecordActParams{Case: s.ref, Command: c.ID, Act: c.Act.Rule().Wire(), Now: s.now})
			answer <- out
			failed <- err
		}()
		o.awaitBlocked(1)
		require.NoError(t, delivery.Commit())
		first := <-answer
		require.NoError(t, <-failed)
		s.unchanged(before)
		require.Equal(t, first.Refused, s.record(c), "the first answer is the one that stands")
		require.Equal(t, "expired undelivered", s.outcome(c))
	})
}

// awaitBlocked waits until so many sessions of this database wait for a lock.
func (o *staffed) awaitBlocked(n int) {
	o.T.Helper()
	require.Eventually(o.T, func() bool {
		return testdb.Value[int](o, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`) == n
	}, 10*time.Second, 5*time.Millisecond)
}

// TestWhatAnActIsAbout: the N of REF/N fits the act and the family.
func TestWhatAnActIsAbout(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).until(casefile.Decision)
	s.refused(casefile.RefusedNoSubject, "morag", casefile.ActContact, 2, &casefile.ContactFields{How: "phone"})
	s.refused(casefile.RefusedNoSubject, "morag", casefile.ActInterview, 0, &casefile.InterviewFields{Adverse: "none"})
	s.refused(casefile.RefusedNoSubject, "morag", casefile.ActInterview, 4, &casefile.InterviewFields{Adverse: "none"})
	s.refused(casefile.RefusedNoSubject, "morag", casefile.ActRequestCheck, 9, nil)
	s.refused(casefile.RefusedNoSubject, "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderSchool, Result: "complete"})
	s.refused(casefile.RefusedNothingOpen, "catriona", casefile.ActAnswer, 7, &casefile.AnswerFields{Answer: "accepted"})
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActRecordCheck, 1, &casefile.CheckFields{Result: "clear", DoneOn: monday})
	s.refused(casefile.RefusedNoSubject, "morag", casefile.ActLetterSent, 5, &casefile.LetterFields{To: "family", By: "post"})
	s.refused(casefile.RefusedAlreadyDone, "morag", casefile.ActLetterSent, 1, &casefile.LetterFields{To: "family", By: "post"})
	s.refused(casefile.RefusedTooLate, "morag", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"})
	s.refused(casefile.RefusedTooEarly, "morag", casefile.ActRecordService, 0, practice.Served())
	s.refused(casefile.RefusedNothingOpen, "ailsa", casefile.ActAgree, 0, s.agreement())
}

// TestOfficersByName: only a caseworker owns a case, and only a lead
// professional of the family's own council reports on a child.
func TestOfficersByName(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	for _, nobody := range []string{"ewan", "eilidh", "nobody"} {
		s.refused(casefile.RefusedFields, "fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: nobody})
	}
	s.until(casefile.Evidence)
	for _, nobody := range []string{"morag", "agnes", "city_of_edinburgh_lead"} {
		s.refused(casefile.RefusedFields, "agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: nobody})
	}
	s.refused(casefile.RefusedNothingOpen, "eilidh", casefile.ActReport, 3, practice.Report())
	s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "eilidh"})
	s.refused(casefile.RefusedRole, "rory", casefile.ActReport, 3, practice.Report())
	s.refused(casefile.RefusedNothingOpen, "agnes", casefile.ActSignWelfare, 3, nil)
	s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "rory"})
	require.Equal(t, 1, testdb.Value[int](o, `select count(*) from welfare_check where case_ref = $1`, s.ref), "an unreported check is handed on, not begun again")
	s.do("rory", casefile.ActReport, 3, practice.Report())
	s.do("agnes", casefile.ActSignWelfare, 3, nil)
	s.refused(casefile.RefusedAlreadyDone, "murdo", casefile.ActSignWelfare, 3, nil)
	s.refused(casefile.RefusedAlreadyDone, "rory", casefile.ActReport, 3, practice.Report())
}

// TestDatesThatHaveNotCome: what people attest is never later than business now,
// by London's calendar.
func TestDatesThatHaveNotCome(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	phone := &casefile.ContactFields{How: "phone"}
	s.refusedCommand(casefile.RefusedFuture, s.command("morag", casefile.ActContact, 0, monday.AddDays(1), phone))

	s.now = time.Date(2026, time.July, 1, 22, 59, 0, 0, time.UTC) // 23:59 in London
	july := day("2026-07-02")
	s.refusedCommand(casefile.RefusedFuture, s.command("morag", casefile.ActContact, 0, july, phone))
	s.now = s.now.Add(time.Minute)
	require.Nil(t, s.record(s.command("morag", casefile.ActContact, 0, july, phone)), "it is the 2nd in London, though not in UTC")
	require.Equal(t, july, testdb.Value[clock.Date](o, `select made_on from contact where case_ref = $1`, s.ref))

	s.until(casefile.Decision)
	s.do("morag", casefile.ActRequestCheck, 0, nil)
	s.refused(casefile.RefusedFuture, "morag", casefile.ActRecordCheck, 1, &casefile.CheckFields{Result: "clear", DoneOn: july.AddDays(1)})
	s.refused(casefile.RefusedFuture, "ewan", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "answered", PutOn: july.AddDays(1)})
}

// TestFieldsAreCheckedAgain: what the fields hold is checked again here,
// for anybody can insert a row.
func TestFieldsAreCheckedAgain(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	for _, c := range []struct {
		act    casefile.Act
		fields string
	}{
		{casefile.ActContact, `{"how": "telepathy"}`},
		{casefile.ActContact, `{"how": "phone", "and": "more"}`},
		{casefile.ActContact, `[]`},
		{casefile.ActEvidence, `{"provider": "gp", "result": "perhaps"}`},
		{casefile.ActEvidence, `{"provider": "interview", "result": "complete"}`},
	} {
		command := store.NewCommand{ID: uuid.New(), Case: s.ref, Act: c.act, AttestedOn: monday, Fields: []byte(c.fields)}
		require.NoError(t, o.desk("morag").InsertCommand(t.Context(), command))
		s.refusedCommand(casefile.RefusedFields, command)
	}
	// An act that is nothing without its text.
	s.until(casefile.Evidence)
	command := store.NewCommand{ID: uuid.New(), Case: s.ref, Act: casefile.ActDraft, AttestedOn: monday, Fields: []byte(`{}`)}
	require.NoError(t, o.desk("kirsty").InsertCommand(t.Context(), command))
	s.refusedCommand(casefile.RefusedFields, command)
}

// TestAStuckReviewReceives, and does nothing else until operations have mended it.
func TestAStuckReviewReceives(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	var err error
	s.review, err = o.MarkStuck(t.Context(), activities.MarkStuckParams{Case: s.ref, Code: "OpenStage", Now: s.now})
	require.NoError(t, err)
	require.Equal(t, "OpenStage", s.review.Stuck)
	s.refused(casefile.RefusedStuck, "fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"})
	require.Equal(t, 1, s.evidence(casefile.ProviderGP))
}

// TestAReviewIsOpenedOnce, with the holds its flags ask for, also when two ask at once.
func TestAReviewIsOpenedOnce(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, func(f *casefile.Family) {
		f.People[0].Flags = []casefile.Flag{casefile.FlagJudicialReview, casefile.FlagRestricted}
		f.People[2].Flags = []casefile.Flag{casefile.FlagAgeDispute, casefile.FlagChildProtection}
	})
	require.True(t, s.review.Held)
	require.Equal(t, []string{"hold.review", "listed.allocate", "listed.reconcile"}, s.openTasks(), "a hold has an owner and a review date")
	require.Equal(t, []string{"1 court", "3 age_dispute", "3 child_protection"},
		testdb.List[string](o, `select person_no || ' ' || ground from hold where case_ref = $1 order by 1`, s.ref))
	before := s.facts()
	again := make([]casefile.Facts, 4)
	errs := make([]error, len(again))
	var all sync.WaitGroup
	for i := range again {
		all.Go(func() {
			again[i], errs[i] = o.OpenReview(context.WithoutCancel(t.Context()),
				activities.OpenReviewParams{Case: s.ref, Lane: casefile.Legacy, Now: s.now.Add(time.Hour)})
		})
	}
	all.Wait()
	for i := range again {
		require.NoError(t, errs[i])
		require.Equal(t, s.review, again[i])
	}
	s.unchanged(before)

	_, err := o.OpenReview(t.Context(), activities.OpenReviewParams{Case: "222-2222", Lane: casefile.Legacy, Now: s.now})
	require.Error(t, err, "no listing, no review")
}

// TestErrorsQuoteNothing: what Temporal is told of a failure holds no value of
// the record (process.md, invariant 5).
func TestErrorsQuoteNothing(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	o.Exec(`update person set date_of_birth = '31/12/1987' where case_ref = $1 and no = 2`, s.ref)
	_, err := o.OpenStage(t.Context(), activities.OpenStageParams{Case: s.ref, Stage: casefile.Evidence, Now: s.now})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "1987")
}
