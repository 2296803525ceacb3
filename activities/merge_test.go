package activities_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// Two files of one family become one, and two again (domain.md 6.3).

// unlisted imports a family that is not drawn.
func (o *staffed) unlisted(t testing.TB, change func(*casefile.Family)) *journey {
	t.Helper()
	o.families++
	key := fmt.Sprintf("F%d", o.families)
	f := practice.Family(key, monday)
	if change != nil {
		change(&f)
	}
	s := &journey{staffed: o, t: t, now: at(monday), instead: map[casefile.TaskKind]func(casefile.Task){}}
	_, err := o.desk("archie").Import(t.Context(), []casefile.Family{f}, "test", false, monday.AddDays(-70), func() {})
	require.NoError(t, err)
	s.ref = testdb.Value[string](o, `select case_ref from family where family_key = $1`, key)
	return s
}

// isDouble has a caseworker find that two files are one family.
func (s *journey) isDouble(other *journey) {
	s.t.Helper()
	s.Exec(`insert into duplicate_candidate (a, b, why) values (least($1, $2), greatest($1, $2), 'home_office_ref') on conflict do nothing`,
		s.ref, other.ref)
	c, err := desk.New(s.ref, casefile.ActDuplicate, 0, s.today(), &casefile.DuplicateFields{Other: other.ref, Finding: "same"}, "")
	require.NoError(s.t, err)
	_, err = s.desk("morag").ResolveDuplicate(s.t.Context(), c, s.today().AddDays(28))
	require.NoError(s.t, err)
	s.look()
	if other.review.Case != "" {
		other.look()
	}
}

// look reads the review again.
func (s *journey) look() {
	s.t.Helper()
	var err error
	s.review, err = s.TakeStock(s.t.Context(), activities.TakeStockParams{Case: s.ref, Now: s.now})
	require.NoError(s.t, err)
}

func merging(other *journey, pairs ...string) *casefile.MergeFields {
	return &casefile.MergeFields{Other: other.ref, Pairs: pairs}
}

// merge merges another file into this one, by two officers, and lets the other review see it.
func (s *journey) merge(other *journey, pairs ...string) {
	s.t.Helper()
	s.isDouble(other)
	s.do("morag", casefile.ActMerge, 0, merging(other, pairs...))
	require.Empty(s.t, other.ends(), "one officer merges nothing")
	s.agreed("ailsa")
	other.look()
	other.goOn()
	require.Equal(s.t, casefile.Closed, other.review.Stage)
}

// claims are the claim dates of the people of the file.
func (s *journey) claims() []string {
	return testdb.List[string](s.staffed, `select claim_date from person where case_ref = $1 order by no`, s.ref)
}

// claimed gives a family another claim date.
func claimed(on string) func(*casefile.Family) {
	return func(f *casefile.Family) {
		for i := range f.People {
			f.People[i].ClaimDate = clock.AsFarAsKnown(on)
		}
	}
}

// TestTwoFilesMergedInWelfareAndPartedInDecision: the file that stays keeps the earlier claim
// date; evidence, post and checks of the other are on it; and until the signature each file can
// have its own again, while what was recorded since stays.
func TestTwoFilesMergedInWelfareAndPartedInDecision(t *testing.T) {
	o := newStaffed(t)
	a, b := o.in(t).family(t, claimed("2015-06-01")), o.in(t).family(t, claimed("2012"))
	b.until(casefile.Welfare)
	a.until(casefile.Welfare)
	b.do("morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "family"})
	evidence := func(s *journey) int {
		return testdb.Value[int](o, `select count(*) from evidence where case_ref = $1`, s.ref)
	}
	hadA, hadB := evidence(a), evidence(b)
	a.merge(b, "1=1", "3=3")
	require.Equal(t, []string{"1 DUPLICATE_MERGED", "2 DUPLICATE_MERGED", "3 DUPLICATE_MERGED"}, b.ends())
	require.Equal(t, []string{"2012", "2015-06-01", "2012", "2012"}, a.claims(), "the second adult of the other file has joined as 4")
	require.Equal(t, hadA+hadB, evidence(a))
	require.Equal(t, hadB, evidence(b), "evidence is kept")
	require.Contains(t, a.openTasks(), "post.read/1")
	require.Empty(t, b.openTasks())
	require.False(t, a.review.Held)
	soundAll(t, o, a, b)

	a.until(casefile.Decision)
	a.now = a.now.AddDate(0, 0, 1)
	a.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderCommunity, Result: "complete"})
	since := testdb.Value[int](o, `select max(no) from evidence where case_ref = $1`, a.ref)
	a.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "partial"})
	a.do("morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref, Evidence: []string{fmt.Sprint(since)}})
	require.Len(t, b.ends(), 3)
	a.agreed("ailsa")
	b.now = a.now
	b.look()
	require.Equal(t, casefile.Welfare, b.review.Stage, "%v", b.openTasks())
	require.NotEmpty(t, b.openTasks(), "its work is asked anew")
	require.Equal(t, 3, testdb.Value[int](o, `select count(*) from present where case_ref = $1`, b.ref))
	require.Equal(t, []string{"4 ON_OWN_FILE"}, a.ends())
	require.Equal(t, []string{"2015-06-01", "2015-06-01", "2015-06-01", "2012"}, a.claims())
	require.Equal(t, hadA+1, evidence(a), "what was recorded since stays, but for what was named")
	require.Equal(t, hadB+1, evidence(b))
	a.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderHousing, Result: "complete"})
	require.Greater(t, testdb.Value[int](o, `select max(no) from evidence where case_ref = $1`, a.ref), since+1, "no number is given twice")
	soundAll(t, o, a, b)
	a.until(casefile.Service)
	b.until(casefile.Service)
	require.Len(t, a.outcomes(), 3)
	require.Len(t, b.outcomes(), 3)
	soundAll(t, o, a, b)
}

// TestAnUnlistedFileIsMerged: it never was drawn and never is; it counts as closed, and can be
// parted again like any other.
func TestAnUnlistedFileIsMerged(t *testing.T) {
	o := newStaffed(t)
	a, b := o.in(t).family(t, nil), o.in(t).unlisted(t, func(f *casefile.Family) {
		f.People[0].Flags = []casefile.Flag{casefile.FlagPublicHarm}
		f.People[2].Flags = []casefile.Flag{casefile.FlagAgeDispute}
	})
	a.isDouble(b)
	a.do("morag", casefile.ActMerge, 0, merging(b, "1=1", "2=2", "3=3"))
	require.Equal(t, 0, testdb.Value[int](o, `select count(*) from listing where case_ref = $1`, b.ref), "the first officer's act changes nothing")
	a.agreed("fiona")
	require.Equal(t, "closed", testdb.Value[string](o, `select stage from review where case_ref = $1`, b.ref))
	require.Contains(t, a.openTasks(), "flag.review/1")
	require.Contains(t, a.openTasks(), "hold.review")
	require.True(t, a.review.Held, "the age that is disputed there is disputed here")
	var report struct{ Closed, Families, Open int }
	require.NoError(t, o.sql("una").QueryRow(`select (r->>'closed')::int, (r->>'families')::int, (r->>'open')::int from programme_report() r`).
		Scan(&report.Closed, &report.Families, &report.Open))
	require.Equal(t, report.Families, report.Closed+report.Open)
	require.Equal(t, 1, report.Closed)
	soundAll(t, o, a)

	a.do("morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref})
	a.agreed("fiona")
	b.look()
	require.Equal(t, casefile.Listed, b.review.Stage)
	require.Subset(t, b.openTasks(), []string{"listed.allocate", "listed.reconcile", "flag.review/1", "hold.review"})
	require.NotContains(t, a.openTasks(), "flag.review/1")
	require.False(t, a.review.Held)
	soundAll(t, o, a, b)
	_ = store.PairHeld
}
