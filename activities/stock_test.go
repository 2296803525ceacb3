package activities_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/testdb"
)

func (s *journey) takeStock() {
	s.t.Helper()
	var err error
	s.review, err = s.TakeStock(s.t.Context(), activities.TakeStockParams{Case: s.ref, Now: s.now})
	require.NoError(s.t, err)
}

// reimport has the source send the family again, changed.
func (s *journey) reimport(change func(*casefile.Family)) {
	s.t.Helper()
	f := practice.Family(testdb.Value[string](s.staffed, `select family_key from family where case_ref = $1`, s.ref), monday)
	change(&f)
	_, err := s.desk("archie").Import(s.t.Context(), []casefile.Family{f}, uuid.NewString(), false, monday, func() {})
	require.NoError(s.t, err)
}

func (s *journey) difference(field string) int {
	s.t.Helper()
	return testdb.Value[int](s.staffed, `select no from import_difference where case_ref = $1 and field = $2`, s.ref, field)
}

// TestBringingForward: to an earlier day and never to a later one, nor to one
// that has passed, nor when the evidence has begun.
func TestBringingForward(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.Exec(`update listing set listing_date = '2026-04-13' where case_ref = $1`, s.ref)
	s.Exec(`update review set listing_date = '2026-04-13' where case_ref = $1`, s.ref)
	to := func(d string) *casefile.OpenFields {
		return &casefile.OpenFields{Reason: "illness", ListingDate: day(d)}
	}
	s.contact("phone") // reads the review again
	s.refused(casefile.RefusedConstraint, "fiona", casefile.ActOpen, 0, to("2026-04-14"))
	s.refused(casefile.RefusedFields, "fiona", casefile.ActOpen, 0, to("2026-03-01"))
	for _, d := range []string{"2026-04-13", "2026-03-20", "2026-03-02"} {
		s.do("fiona", casefile.ActOpen, 0, to(d))
		require.Equal(t, day(d), s.review.ListingDate)
		require.Equal(t, d+" brought forward: illness", testdb.Value[string](s.staffed, `select listing_date || ' ' || why from listing where case_ref = $1`, s.ref))
	}
	s.refused(casefile.RefusedConstraint, "fiona", casefile.ActOpen, 0, to("2026-03-03"))
	s.until(casefile.Evidence)
	s.refused(casefile.RefusedTooLate, "fiona", casefile.ActOpen, 0, to("2026-03-02"))
}

// TestTakingStock opens one task for each thing that has come onto the record by
// itself, changes no fact of the family, and does nothing the second time.
func TestTakingStock(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).until(casefile.Evidence)
	before, revision := s.openTasks(), s.review.Revision
	s.takeStock()
	require.Equal(t, before, s.openTasks(), "nothing has come")

	s.reimport(func(f *casefile.Family) { f.Phone, f.People[0].Language = "0141 000 0000", "tr" })
	lost := s.command("morag", casefile.ActContact, 0, monday, &casefile.ContactFields{How: "phone"})
	require.NoError(t, s.desk("hame_worker").Expire(t.Context(), lost.ID, s.now))
	other := o.family(t, nil)
	o.Exec(`insert into hold (case_ref, person_no, ground, opened_on, review_on, same_as) values ($1, 0, 'duplicate', '2026-03-02', '2026-03-30', $2)`, s.ref, other.ref)
	for range 2 {
		s.takeStock()
		require.Len(t, s.openTasks(), len(before)+4, "two differences, an act, a hold: %v", s.openTasks())
		for _, field := range []string{"phone", "language"} {
			require.Equal(t, []any{casefile.Caseworker, day("2026-03-16")}, []any{s.task(casefile.TaskDifference, s.difference(field)).Awaiting, s.task(casefile.TaskDifference, s.difference(field)).DueOn})
		}
		require.True(t, s.isOpen(casefile.TaskHold, 0))
		require.Equal(t, revision, s.review.Revision, "no fact has changed")
	}
	s.do("morag", casefile.ActDifference, s.difference("phone"), &casefile.DifferenceFields{Finding: "accepted"})
	s.do("morag", casefile.ActDifference, s.difference("language"), &casefile.DifferenceFields{Finding: "rejected"})
	require.Equal(t, []string{"0141 000 0000", ""}, []string{s.stands(0, "phone"), s.stands(1, "language")})
	s.contact("phone")
	s.takeStock()
	require.Equal(t, len(before)+1, len(s.openTasks()), "only the hold is left: %v", s.openTasks())
}

// TestNothingClosesUnread: what has arrived and nobody has read or settled holds the
// closing, with an owner and a date each (A5).
func TestNothingClosesUnread(t *testing.T) {
	o := newStaffed(t)
	for what, leave := range map[string]func(*journey){
		"unread post":             func(s *journey) { s.linked(s.today()) },
		"an unsettled difference": func(s *journey) { s.reimport(func(f *casefile.Family) { f.Phone = "0141 000 0000" }) },
		"both, and two of each kind": func(s *journey) {
			s.linked(s.today())
			s.linked(s.today())
			s.reimport(func(f *casefile.Family) { f.Phone, f.Email = "1", "2" })
		},
	} {
		t.Run(what, func(t *testing.T) {
			s := o.family(t, nil)
			s.decided(grantAll)
			s.serve(0)
			s.do("morag", casefile.ActStatusIssued, 0, nil)
			leave(s)
			s.takeStock()
			s.goOn()
			require.Equal(t, casefile.Service, s.review.Stage)
			for _, task := range slices.Clone(s.review.Tasks) {
				require.False(t, task.DueOn.IsZero(), "%s has a date", task.Kind)
				switch task.Kind {
				case casefile.TaskReadPost:
					s.do("morag", casefile.ActReadPost, 0, &casefile.ItemFields{Item: task.Subject})
				case casefile.TaskDifference:
					s.do("morag", casefile.ActDifference, task.Subject, &casefile.DifferenceFields{Finding: "rejected"})
				}
			}
			require.Empty(t, s.openTasks())
			s.goOn()
			require.Equal(t, casefile.Closed, s.review.Stage)
		})
	}
	t.Run("nothing", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(grantAll)
		s.serve(0)
		s.do("morag", casefile.ActStatusIssued, 0, nil)
		s.read(s.linked(s.today()))
		s.goOn()
		require.Empty(t, s.openTasks())
	})
}

// TestRecovering frees a stuck review, and is no reason to return a proposal.
func TestRecovering(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	s.propose("ewan", refuseAll)
	var err error
	s.review, err = s.MarkStuck(t.Context(), activities.MarkStuckParams{Case: s.ref, Code: "OpenStage", Now: s.now})
	require.NoError(t, err)
	s.refused(casefile.RefusedStuck, "ailsa", casefile.ActAgree, 0, s.agreement())
	s.do("archie", casefile.ActRecover, 0, nil)
	require.Equal(t, []any{"", true}, []any{s.review.Stuck, s.review.Recovered})
	require.True(t, s.isOpen(casefile.TaskAgree, 0))
}

// TestTheSilenceOfTheNewTasks: each kind of task that a bad day opens, answered by
// nobody: its reminder, its day, its escalation, and the diary after it (C15;
// process.md, invariant 6). All are counted from Monday 2 March 2026.
func TestTheSilenceOfTheNewTasks(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		kind  casefile.TaskKind
		open  func(*journey) int // returns the subject
		want  []string
		after casefile.Party // who is awaited then
	}{
		{casefile.TaskHold, func(s *journey) int { s.flag("fiona", 3, casefile.FlagChildProtection, "on"); return 0 },
			[]string{"due 2026-03-30", "escalation 2026-03-30", "diary 2026-04-29", "diary 2026-05-29"}, casefile.SeniorCaseworker},
		{casefile.TaskFlag, func(s *journey) int { s.flag("fiona", 1, casefile.FlagPublicHarm, "on"); return 1 },
			[]string{"due 2026-03-16", "escalation 2026-03-30", "diary 2026-04-29", "diary 2026-05-29"}, casefile.SeniorCaseworker},
		{casefile.TaskDifference, func(s *journey) int {
			s.reimport(func(f *casefile.Family) { f.Phone = "0141 000 0000" })
			s.takeStock()
			return s.difference("phone")
		}, []string{"due 2026-03-16", "escalation 2026-03-23", "diary 2026-04-22", "diary 2026-05-21"}, casefile.SeniorCaseworker},
		{casefile.TaskReadPost, func(s *journey) int { return s.linked(monday) },
			[]string{"due 2026-03-09", "escalation 2026-03-09", "diary 2026-04-08", "diary 2026-05-07"}, casefile.SeniorCaseworker},
		{casefile.TaskTrace, func(s *journey) int {
			s.until(casefile.Evidence)
			s.sent(1, "family", monday)
			s.returned(1, "family", monday)
			s.sent(2, "family", monday)
			s.returned(2, "family", monday)
			return 0
		}, []string{"reminder 2026-03-16", "due 2026-03-30", "escalation 2026-03-30", "diary 2026-04-29"}, casefile.SeniorCaseworker},
		{casefile.TaskAppeal, func(s *journey) int {
			s.decided(refuseAll)
			s.do("morag", casefile.ActAppeal, 2, nil)
			return 2
		}, []string{"due 2026-04-01", "escalation 2026-04-01", "diary 2026-05-01", "diary 2026-06-02"}, casefile.SeniorCaseworker},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			s := o.family(t, nil)
			subject := c.open(s)
			require.Equal(t, c.want, s.silence(c.kind, subject, len(c.want)))
			task := s.task(c.kind, subject)
			require.Equal(t, []any{c.after, true, true, casefile.Diary}, []any{task.Awaiting, task.Overdue, task.Escalated, task.Next.Kind})
			require.Zero(t, testdb.Value[int](o, `select count(*) from decision_outcome where case_ref = $1 and $2 <> 'service.appeal'`, s.ref, string(c.kind)), "no rung writes an outcome (R1)")
		})
	}
	t.Run("act.expired", func(t *testing.T) {
		s := o.family(t, nil)
		lost := s.command("morag", casefile.ActContact, 0, monday, &casefile.ContactFields{How: "phone"})
		require.NoError(t, s.desk("hame_worker").Expire(t.Context(), lost.ID, s.now))
		s.takeStock()
		var subject int
		for _, task := range s.review.Tasks {
			if task.Kind == casefile.TaskExpired {
				subject = task.Subject
			}
		}
		require.Equal(t, []string{"reminder 2026-03-09", "due 2026-03-30"}, s.silence(casefile.TaskExpired, subject, 2))
		require.Equal(t, closedTask{Result: "lapsed", Attested: clock.Date{}}, s.closed(casefile.TaskExpired, subject))
		s.takeStock()
		require.False(t, s.isOpen(casefile.TaskExpired, subject), "what lapsed is not asked again")
	})
}
