package activities_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/policy"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestDecliningWithADraftInHand is asked back; confirmed, the draft is withdrawn on
// record, and a new one can be begun (A13).
func TestDecliningWithADraftInHand(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Representation)
	s.do("kirsty", casefile.ActDraft, 0, nil)
	s.do("finlay", casefile.ActCheckDraft, 0, nil)
	s.do("jean", casefile.ActClear, 0, nil)
	decline := &casefile.DeclineFields{Reason: "no_agreement"}
	require.Contains(t, s.refused(casefile.RefusedUnconfirmed, "jean", casefile.ActDecline, 0, decline).Detail, "draft of the representation is in hand")
	require.True(t, s.isOpen(casefile.TaskWindow, 0))
	s.confirming = true
	require.Nil(t, s.attempt("jean", casefile.ActDecline, 0, decline))
	s.confirming = false
	require.Equal(t, "jean 2026-03-02", testdb.Value[string](s.staffed, `select withdrawn_by || ' ' || withdrawn_on from representation where case_ref = $1`, s.ref))
	s.refused(casefile.RefusedNothingOpen, "minister", casefile.ActSignLetter, 0, &casefile.SignFields{})
	s.goOn()
	s.do("kirsty", casefile.ActDraft, 0, nil)
	require.Equal(t, 2, testdb.Value[int](s.staffed, `select count(*) from representation where case_ref = $1`, s.ref))
}

// TestAnAdultHasNoChildsReport: one wrong digit opens no report on an adult (A10).
func TestAnAdultHasNoChildsReport(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	for _, adult := range []int{1, 2} {
		require.Contains(t, s.refused(casefile.RefusedNoSubject, "agnes", casefile.ActAssignWelfare, adult, &casefile.AssignReportFields{To: "eilidh"}).Detail, "is an adult by the record")
	}
	s.flag("fiona", 2, casefile.FlagAgeDispute, "on")
	s.do("agnes", casefile.ActAssignWelfare, 2, &casefile.AssignReportFields{To: "eilidh"})
	s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "eilidh"})
}

// TestTheSameReceiptTwice on one day is asked back: it may be a slip, and it may have
// come twice (A10).
func TestTheSameReceiptTwice(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	gp := &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}
	s.do("morag", casefile.ActEvidence, 0, gp)
	s.refused(casefile.RefusedUnconfirmed, "morag", casefile.ActEvidence, 0, gp)
	s.confirming = true
	require.Nil(t, s.attempt("morag", casefile.ActEvidence, 0, gp))
	s.confirming = false
	s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "partial"})
	s.do("morag", casefile.ActEvidence, 3, gp)
	s.on(day("2026-03-03"))
	s.do("morag", casefile.ActEvidence, 0, gp)
}

// TestTheSameRepresentationTwice is asked back too; one with a code of its own is another.
func TestTheSameRepresentationTwice(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	mp := &casefile.LetterFromFields{From: "mp"}
	s.do("morag", casefile.ActReceiveLetter, 0, mp)
	s.refused(casefile.RefusedUnconfirmed, "morag", casefile.ActReceiveLetter, 0, mp)
	s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp", Letter: "MP-2026/031"})
	s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "msp"})
	s.confirming = true
	require.Nil(t, s.attempt("morag", casefile.ActReceiveLetter, 0, mp))
}

// TestTheSameContactTwice, and the same post for a case, are asked back too.
func TestTheSameContactTwice(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	visit, post := &casefile.ContactFields{How: "visit"}, &casefile.PostFields{From: "family"}
	s.do("morag", casefile.ActContact, 0, visit)
	s.refused(casefile.RefusedUnconfirmed, "morag", casefile.ActContact, 0, visit)
	s.do("hamish", casefile.ActContact, 0, visit) // who was there too
	s.do("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"})
	s.do("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "visit", Names: "agreed"})
	s.do("morag", casefile.ActReceivePost, 0, post)
	s.refused(casefile.RefusedUnconfirmed, "morag", casefile.ActReceivePost, 0, post)
	s.do("morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "school"})
	s.confirming = true
	require.Nil(t, s.attempt("morag", casefile.ActContact, 0, visit))
	require.Nil(t, s.attempt("morag", casefile.ActReceivePost, 0, post))
	s.confirming = false
	s.on(day("2026-03-03"))
	s.do("morag", casefile.ActContact, 0, visit)
	s.do("morag", casefile.ActReceivePost, 0, post)
}

// TestTheSamePostOnceTheCaseIsClosed: post that arrives in the moment in which the case is
// closed is filed with it. The same item again is asked back, and with a yes is filed too.
func TestTheSamePostOnceTheCaseIsClosed(t *testing.T) {
	s := newStaffed(t).grantedAndClosed(t)
	post := &casefile.PostFields{From: "family"}
	filed := func() {
		c := s.command("morag", casefile.ActReceivePost, 0, s.today(), post)
		require.Nil(t, s.record(c))
		require.Equal(t, "filed", s.outcome(c))
	}
	filed()
	s.refused(casefile.RefusedUnconfirmed, "morag", casefile.ActReceivePost, 0, post)
	s.confirming = true
	filed()
}

// TestAChildIsAChildInTheOrderOfListing, whatever the relationship and also where the
// birth date is unknown (A14, process.md, Children).
func TestAChildIsAChildInTheOrderOfListing(t *testing.T) {
	sets, err := policy.Embedded()
	require.NoError(t, err)
	rules := sets[slices.IndexFunc(sets, func(s *policy.RuleSet) bool { return s.ID == "home-office-legacy" })]
	today := day("2026-03-02")
	on := func(text string) clock.PartialDate {
		d, err := clock.ParsePartial(text)
		require.NoError(t, err)
		return d
	}
	principal := policy.WaitingPerson{Relationship: casefile.Principal, Birth: on("1980")}
	base := policy.Waiting{Case: "A", Key: "A", ImportedOn: today, People: []policy.WaitingPerson{principal}}
	adults, err := rules.Order([]policy.Waiting{base}, today)
	require.NoError(t, err)
	for what, people := range map[string][]policy.WaitingPerson{
		"a lone principal of 17":         {{Relationship: casefile.Principal, Birth: on("2008-06-01")}},
		"a spouse of 17":                 {principal, {Relationship: casefile.Spouse, Birth: on("2008-06-01")}},
		"a child near 18":                {principal, {Relationship: casefile.Child, Birth: on("2008-06-01")}},
		"somebody whose age is disputed": {{Relationship: casefile.Principal, Birth: on("1990-01-01"), AgeDisputed: true}},
		"a child of unknown birth date":  {principal, {Relationship: casefile.Child}},
	} {
		w := base
		w.People = people
		placed, err := rules.Order([]policy.Waiting{w}, today)
		require.NoError(t, err)
		require.LessOrEqual(t, placed[0].Place.Priority, adults[0].Place.Priority, what)
		children := 0
		for _, p := range w.People {
			if casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, today) {
				children++
			}
		}
		require.Equal(t, 1, children, what)
	}
}

// TestTheBestResult of a provider: what is complete before a part, and a part before
// the word that nothing is held (A14).
func TestTheBestResult(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	for _, step := range []struct{ result, best casefile.EvidenceResult }{{"nothing_held", "nothing_held"}, {"partial", "partial"}, {"complete", "complete"}} {
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: step.result})
		require.NoError(t, s.Store.InTx(t.Context(), func(tx *store.Tx) error {
			results, _, err := tx.ProviderResults(t.Context(), s.ref)
			require.Equal(t, step.best, results[casefile.ProviderGP])
			return err
		}))
	}
}

// TestALaneStartedTwice: an act on a lane that changes nothing is refused, with how the
// lane runs and which command changes it; so is a target that has passed (A8).
func TestALaneStartedTwice(t *testing.T) {
	o := newStaffed(t)
	act := func(act casefile.Act, f casefile.BacklogFields) *casefile.Refusal {
		t.Helper()
		f.Lane = casefile.Legacy
		c, err := desk.New("", act, 0, monday, &f, "")
		require.NoError(t, err)
		c.Lane = f.Lane
		require.NoError(t, o.desk("archie").InsertCommand(t.Context(), c))
		out, err := o.RecordBacklogAct(t.Context(), activities.RecordBacklogActParams{Command: c.ID, Act: act, Lane: f.Lane, Now: at(monday)})
		require.NoError(t, err)
		return out.Refused
	}
	refused := func(code casefile.RefusalCode, says string, a casefile.Act, f casefile.BacklogFields) {
		t.Helper()
		r := act(a, f)
		require.NotNil(t, r, "%s", a)
		require.Equal(t, code, r.Code)
		require.Contains(t, r.Detail, says)
	}
	refused(casefile.RefusedNothingOpen, "never started", casefile.ActBacklogCapacity, casefile.BacklogFields{Capacity: 7})
	refused(casefile.RefusedBefore, "target 2026-03-01 has passed", casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 7, Target: day("2026-03-01")})
	require.Nil(t, act(casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 7}))
	require.Nil(t, act(casefile.ActBacklogPause, casefile.BacklogFields{Reason: "staffing"}))
	refused(casefile.RefusedAlreadyDone, "runs at 7 families a week, and is paused (staffing): backlog capacity changes how many", casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 800})
	refused(casefile.RefusedAlreadyDone, "already", casefile.ActBacklogPause, casefile.BacklogFields{Reason: "staffing"})
	refused(casefile.RefusedAlreadyDone, "already", casefile.ActBacklogCapacity, casefile.BacklogFields{Capacity: 7})
	require.Nil(t, act(casefile.ActBacklogResume, casefile.BacklogFields{}))
	refused(casefile.RefusedAlreadyDone, "is not paused", casefile.ActBacklogResume, casefile.BacklogFields{})
	require.Nil(t, act(casefile.ActBacklogCapacity, casefile.BacklogFields{Capacity: 9}))
	require.Equal(t, 9, testdb.Value[int](o, `select capacity from backlog_lane`))
}
