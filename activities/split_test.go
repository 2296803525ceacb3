package activities_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/store"
	"hame/internal/testdb"
)

// Families part, and after domestic abuse nothing leads from one file to the other (domain.md 6.3).

var abuse = &casefile.SplitFields{Persons: "2,3", Reason: casefile.SplitDomesticAbuse}

// splits has two officers put people of the family on a file of their own, and opens its review
// as the worker does.
func (s *journey) splits(f *casefile.SplitFields) *journey {
	s.t.Helper()
	s.do("fiona", casefile.ActSplit, 0, f)
	s.agreed("ailsa")
	toStart, err := s.Store.ReviewsToStart(s.t.Context())
	require.NoError(s.t, err)
	i := slices.IndexFunc(toStart, func(x store.ReviewToStart) bool {
		return x.New && x.Case == testdb.Value[string](s.staffed, `select own_ref from split where case_ref = $1 order by no desc limit 1`, s.ref)
	})
	require.GreaterOrEqual(s.t, i, 0, "its review is to be started")
	o := *s.staffed
	o.Activities = &activities.Activities{Store: s.Store, Apart: toStart[i].Apart}
	own := &journey{staffed: &o, t: s.t, ref: toStart[i].Case, now: s.now, instead: s.instead}
	own.review, err = o.OpenReview(s.t.Context(), activities.OpenReviewParams{Case: own.ref, Lane: casefile.Legacy, Now: s.now})
	require.NoError(s.t, err)
	require.NoError(s.t, s.Store.ReviewStarted(s.t.Context(), own.ref))
	return own
}

// there are those whose part in the case has not ended.
func (s *journey) there() []string {
	s.t.Helper()
	return testdb.List[string](s.staffed, `
		select p.no || ' ' || p.relationship || ' ' || p.given_names from present x join person p using (case_ref, no)
		where case_ref = $1 order by p.no`, s.ref)
}

// TestAFamilyParts: in any stage before the signature two officers put people on a file of their
// own, from the stage of listing, with an owner and a date; each child stands on one file, and
// each file goes on to its own decision.
func TestAFamilyParts(t *testing.T) {
	o := newStaffed(t)
	for _, stage := range []casefile.TaskKind{casefile.TaskAllocate, casefile.TaskGP, casefile.TaskWindow, casefile.TaskCheck,
		casefile.TaskPropose} {
		t.Run(string(stage), func(t *testing.T) {
			s := o.in(t).family(t, nil)
			s.ready(stage)
			s.do("fiona", casefile.ActSplit, 0, &casefile.SplitFields{Persons: "2,3", Reason: casefile.SplitSeparation})
			require.Empty(t, s.ends(), "one officer splits no family")
			s.refused(casefile.RefusedFourEyes, "fiona", casefile.ActConfirm, s.request(), &casefile.ConfirmFields{Finding: casefile.RequestAgreed})
			s.do("fiona", casefile.ActConfirm, s.request(), &casefile.ConfirmFields{Finding: casefile.RequestRefused})
			own := s.splits(&casefile.SplitFields{Persons: "2,3", Reason: casefile.SplitSeparation})
			require.Equal(t, []string{"1 principal Person 1"}, s.there())
			require.Equal(t, []string{"1 principal Person 2", "2 child Person 3"}, own.there())
			require.Equal(t, []string{"2 ON_OWN_FILE", "3 ON_OWN_FILE"}, s.ends())
			require.NotContains(t, s.openTasks(), "welfare.assign/3")
			require.Equal(t, casefile.Listed, own.review.Stage)
			require.Equal(t, []string{"listed.allocate", "listed.reconcile"}, own.openTasks())
			require.Equal(t, testdb.Value[string](o, `select imported_at || ' ' || imported_on from family where case_ref = $1`, s.ref),
				testdb.Value[string](o, `select imported_at || ' ' || imported_on from family where case_ref = $1`, own.ref), "the wait counts on")
			require.Equal(t, testdb.Value[string](o, `select min(claim_date) from person where case_ref = $1`, s.ref),
				testdb.Value[string](o, `select claim_date from person where case_ref = $1 and no = 1`, own.ref))
			s.sound()
			s.until(casefile.Service)
			require.Equal(t, []string{"1 GRANT_ILR"}, s.outcomes())
			own.until(casefile.Service)
			require.Equal(t, []string{"1 GRANT_ILR", "2 GRANT_ILR"}, own.outcomes())
			own.sound()
		})
	}
}

// TestWhoMayPart: nobody parts from a family who is not of it, has a decision, or would leave
// nobody behind; a principal who leaves passes the claim on here, and leads it there.
func TestWhoMayPart(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.ready(casefile.TaskGP)
	parted := func(persons string) *casefile.SplitFields {
		return &casefile.SplitFields{Persons: persons, Reason: casefile.SplitSeparation}
	}
	s.refused(casefile.RefusedNoSubject, "fiona", casefile.ActSplit, 0, parted("4"))
	s.refused(casefile.RefusedConstraint, "fiona", casefile.ActSplit, 0, parted("1,2,3"))
	own := s.splits(parted("1,3"))
	require.Equal(t, []string{"2 principal Person 2"}, s.there())
	require.Equal(t, []string{"1 principal Person 1", "2 child Person 3"}, own.there())
	s.refused(casefile.RefusedAlreadyDone, "fiona", casefile.ActSplit, 0, parted("1"))
	s.refused(casefile.RefusedConstraint, "fiona", casefile.ActSplit, 0, parted("2"))

	signed := o.in(t).family(t, nil)
	signed.decided(grantAll)
	refusal := signed.refused(casefile.RefusedTooLate, "fiona", casefile.ActSplit, 0, parted("2,3"))
	require.Contains(t, refusal.Detail, "case flag restricted")
}
