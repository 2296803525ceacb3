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
			require.Equal(t, []string{"1 principal Forename 1"}, s.there())
			require.Equal(t, []string{"1 principal Forename 2", "2 child Forename 3"}, own.there())
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
	require.Equal(t, []string{"2 principal Forename 2"}, s.there())
	require.Equal(t, []string{"1 principal Forename 1", "2 child Forename 3"}, own.there())
	s.refused(casefile.RefusedAlreadyDone, "fiona", casefile.ActSplit, 0, parted("1"))
	s.refused(casefile.RefusedConstraint, "fiona", casefile.ActSplit, 0, parted("2"))

	signed := o.in(t).family(t, nil)
	signed.decided(grantAll)
	refusal := signed.refused(casefile.RefusedTooLate, "fiona", casefile.ActSplit, 0, parted("2,3"))
	require.Contains(t, refusal.Detail, "case flag restricted")
}

// TestWhatGoesAlong: with those who leave go their flags, settled interviews, security checks and
// holds. What concerns the family stays: its evidence, its representative, its address. Each
// child's welfare check is made anew where it lives now.
func TestWhatGoesAlong(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.ready(casefile.TaskCheck)
	s.check(2, s.today())
	s.flag("fiona", 3, casefile.FlagSeriousIllness, "on")
	s.flag("fiona", 3, casefile.FlagAgeDispute, "on")
	s.do("morag", casefile.ActInterview, 2, &casefile.InterviewFields{Adverse: "none"})
	s.do("ewan", casefile.ActInterview, 2, &casefile.InterviewFields{Adverse: "unanswered", PutOn: s.today()})
	s.do("fiona", casefile.ActHold, 2, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: s.today().AddDays(20)})
	s.do("fiona", casefile.ActHold, 1, &casefile.HoldFields{Ground: casefile.GroundTrafficking, ReviewOn: s.today().AddDays(20)})
	own := s.splits(abuse)
	holds := func(of *journey) []string {
		return testdb.List[string](o, `select person_no || ' ' || ground from hold where case_ref = $1 and ended_on is null order by 1`, of.ref)
	}
	require.Equal(t, []string{"1 trafficking"}, holds(s))
	require.Equal(t, []string{"1 medical", "2 age_dispute"}, holds(own))
	require.Equal(t, []string{"1 restricted confirmed", "2 age_dispute confirmed", "2 serious_illness confirmed"}, testdb.List[string](o,
		`select no || ' ' || flag || ' ' || state from person_flag where case_ref = $1 order by 1`, own.ref))
	require.Equal(t, []string{"1 none"}, testdb.List[string](o, `select person_no || ' ' || adverse from interview where case_ref = $1`, own.ref),
		"what was not answered is put again")
	require.Equal(t, []string{"1 clear"}, testdb.List[string](o, `select person_no || ' ' || result from security_check where case_ref = $1`, own.ref))
	require.Equal(t, "0 0 0", testdb.Value[string](o, `select concat_ws(' ', (select count(*) from evidence where case_ref = $1),
		(select count(*) from welfare_check where case_ref = $1), (select count(*) from representation where case_ref = $1))`, own.ref))
	require.Equal(t, "", testdb.Value[string](o, `select concat(address, phone, representative) from family where case_ref = $1`, own.ref))
	require.True(t, testdb.Value[bool](o, `select restricted from family where case_ref = $1`, own.ref))
	require.True(t, testdb.Value[bool](o, `select child_when_listed from person where case_ref = $1 and no = 2`, own.ref))
	s.sound()
	own.sound()
}

// TestASplitStands: who has left is not brought back by a strike, nor when the case is reopened;
// a request that still waits is struck as any.
func TestASplitStands(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.ready(casefile.TaskGP)
	s.splits(abuse)
	confirm := testdb.Value[int](o, `select max(chain_n) from command where case_ref = $1 and kind = 'case.confirm'`, s.ref)
	refusal := s.refused(casefile.RefusedNotStruck, "fiona", casefile.ActStrike, 0, &casefile.StrikeFields{Act: confirm, Reason: casefile.SlipMistyped})
	require.Contains(t, refusal.Detail, "a decision of their own")
	require.NotContains(t, refusal.Detail, casefile.SplitDomesticAbuse)
	first := testdb.Value[int](o, `select max(chain_n) from command where case_ref = $1 and kind = 'case.split'`, s.ref)
	s.refused(casefile.RefusedRestsOn, "fiona", casefile.ActStrike, 0, &casefile.StrikeFields{Act: first, Reason: casefile.SlipMistyped})
	require.Equal(t, []string{"1 principal Forename 1"}, s.there())

	s.do("morag", casefile.ActDeparted, 1, &casefile.DepartedFields{ShownBy: "carrier"})
	s.goOn()
	require.Equal(t, casefile.Closed, s.review.Stage, "nobody is left on this file")
	s.do("fiona", casefile.ActReopen, 0, &casefile.ReopenFields{Reason: "person_found"})
	s.agreed("ailsa")
	require.Equal(t, []string{"1 principal Forename 1"}, s.there(), "who stands on a file of their own stays there")
	s.sound()
}

// TestWhatStandsAtTheCourtWhenAFamilyParts: what a court said about somebody who leaves holds their
// own file, and what it said about the family holds both.
func TestWhatStandsAtTheCourtWhenAFamilyParts(t *testing.T) {
	o := newStaffed(t)
	standing := func(s *journey) []string {
		return testdb.List[string](o, `select concat_ws(' ', kind, '/' || person_no, coalesce(result, 'stands')) from proceeding where case_ref = $1 order by no`, s.ref)
	}
	holds := func(s *journey) []string {
		return testdb.List[string](o, `select ground || ' /' || person_no from hold where case_ref = $1 and ended_on is null order by person_no`, s.ref)
	}
	for _, f := range []*casefile.SplitFields{abuse, {Persons: "2,3", Reason: casefile.SplitSeparation}} {
		s := o.in(t).family(t, nil)
		s.do("morag", casefile.ActLodge, 1, &casefile.CourtFields{})
		s.do("morag", casefile.ActLodge, 0, &casefile.CourtFields{})
		s.do("morag", casefile.ActInterdict, 3, &casefile.CourtFields{})
		own := s.splits(f)
		require.Equal(t, []string{"judicial_review /1 stands", "judicial_review /0 stands", "interim_interdict /3 parted"}, standing(s))
		require.Equal(t, []string{"court /0", "court /1"}, holds(s))
		require.Equal(t, []string{"judicial_review /0 stands", "interim_interdict /2 stands"}, standing(own))
		require.Equal(t, []string{"court /0", "court /2"}, holds(own))
		require.Contains(t, own.openTasks(), "hold.review")
		soundAll(t, o, s, own)
		own.do("fiona", casefile.ActCourtEnd, 2, &casefile.CourtEndFields{Result: casefile.CourtDismissed})
		own.do("fiona", casefile.ActCourtEnd, 0, &casefile.CourtEndFields{Result: casefile.CourtDismissed})
		require.Empty(t, holds(own))
		require.Equal(t, []string{"court /0", "court /1"}, holds(s))
		soundAll(t, o, s, own)
	}
}

// TestTheWallKeepsLeadProfessionalsApart: who writes of a child on one side of a wall is given no child on the other.
func TestTheWallKeepsLeadProfessionalsApart(t *testing.T) {
	o := newStaffed(t)
	family := o.in(t).family(t, func(f *casefile.Family) {
		second := f.People[2]
		second.No, second.Key, second.HomeOfficeRef = 4, "C2", ""
		f.People = append(f.People, second)
	})
	family.ready(casefile.TaskGP)
	family.do("agnes", casefile.ActAssignWelfare, 4, &casefile.AssignReportFields{To: "eilidh"})
	own := family.splits(abuse)
	own.do("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "hamish"})
	own.do("hamish", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"})
	own.do("hamish", casefile.ActTriage, 0, &casefile.TriageFields{Priority: 3, PublicHarmScreen: "clear", FamilyILR: casefile.No,
		SevenYears: casefile.No, Vulnerable: casefile.No})
	own.do("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "murdo", Role: casefile.WelfareLead})
	own.goOn()
	refusal := own.refused(casefile.RefusedConstraint, "murdo", casefile.ActAssignWelfare, 2, &casefile.AssignReportFields{To: "eilidh"})
	own.do("murdo", casefile.ActAssignWelfare, 2, &casefile.AssignReportFields{To: "rory"})
	require.Equal(t, refusal, family.refused(casefile.RefusedConstraint, "agnes", casefile.ActAssignWelfare, 4, &casefile.AssignReportFields{To: "rory"}))
}
