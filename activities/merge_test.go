package activities_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

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
	had := evidence(a)
	a.do("morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref, Evidence: []string{fmt.Sprint(since)}})
	require.Len(t, b.ends(), 3)
	a.agreed("ailsa")
	b.now = a.now
	b.look()
	require.Equal(t, casefile.Evidence, b.review.Stage)
	require.Subset(t, b.openTasks(), []string{"evidence.gp", "welfare.assign/3", "post.read/1"}, "its work is asked anew")
	require.NotContains(t, a.openTasks(), "post.read/1")
	require.Equal(t, 3, testdb.Value[int](o, `select count(*) from present where case_ref = $1`, b.ref))
	require.Equal(t, []string{"4 ON_OWN_FILE"}, a.ends())
	require.Equal(t, []string{"2015-06-01", "2015-06-01", "2015-06-01", "2012"}, a.claims())
	require.Equal(t, had-hadB-1, evidence(a), "what was recorded since stays, but for what was named")
	require.Equal(t, hadB+1, evidence(b))
	a.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderHousing, Result: "complete"})
	require.Greater(t, testdb.Value[int](o, `select max(no) from evidence where case_ref = $1`, a.ref), since+1, "no number is given twice")
	soundAll(t, o, a, b)
	a.now = a.now.AddDate(0, 0, 1)
	b.now = a.now
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
}

// restricted restricts the case. No worker moves its review here.
func (s *journey) restricted() {
	s.t.Helper()
	s.do("fiona", casefile.ActFlag, 1, &casefile.FlagFields{Flag: casefile.FlagRestricted, To: "on"})
	s.Exec(`delete from review_to_move`)
	s.Exec(`update review set apart = true where case_ref = $1`, s.ref)
}

// stagesOf reach each stage before the signature, by a task that is open there.
var stagesOf = []casefile.TaskKind{casefile.TaskReconcile, casefile.TaskGP, casefile.TaskWindow, casefile.TaskPropose}

// TestFilesInEveryStageAreMerged: whatever stages two files are in before the signature, everybody
// stands on one open file afterwards, and nobody on two.
func TestFilesInEveryStageAreMerged(t *testing.T) {
	o := newStaffed(t)
	for _, into := range stagesOf {
		for _, other := range stagesOf {
			t.Run(string(into)+" takes "+string(other), func(t *testing.T) {
				a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
				a.ready(into)
				b.ready(other)
				a.merge(b, "1=1", "2=2")
				require.Equal(t, []int{4}, testdb.List[int](o, `select no from person where case_ref = $1 and joined_on is not null`, a.ref))
				require.NotEmpty(t, a.openTasks())
				soundAll(t, o, a, b)
				a.now = b.now
				if into == other {
					a.until(casefile.Service)
					require.Len(t, a.outcomes(), 4)
				}
				require.Equal(t, 3, testdb.Value[int](o, `select count(*) from person_outcome where case_ref = $1 and outcome = 'DUPLICATE_MERGED'`, b.ref))
			})
		}
	}
}

// TestWhatIsNotMerged: a refusal says what helps instead, and changes nothing.
func TestWhatIsNotMerged(t *testing.T) {
	o := newStaffed(t)
	a := o.in(t).family(t, nil)
	a.ready(casefile.TaskGP)
	for _, c := range []struct {
		what  string
		other func(*journey)
		code  casefile.RefusalCode
		words string
	}{
		{"the other file is signed", func(b *journey) { b.until(casefile.Service) }, casefile.RefusedSigned, "twice_on_file"},
		{"the other file is closed", func(b *journey) {
			b.do("morag", casefile.ActDeparted, 0, &casefile.DepartedFields{ShownBy: "carrier"})
			b.goOn()
		}, casefile.RefusedClosed, "case reopen"},
		{"a person of it has asked to withdraw", func(b *journey) { b.do("morag", casefile.ActAskWithdrawal, 2, nil) },
			casefile.RefusedBlocked, "settle it there first"},
		{"it is restricted, and this one is not", func(b *journey) {
			b.restricted()
		}, casefile.RefusedNoSubject, "there is no case"},
		{"nobody has found that they are one family", nil, casefile.RefusedTooEarly, "duplicate resolve"},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := o.in(t).family(t, nil)
			switch {
			case c.code == casefile.RefusedNoSubject: // whom its caseworker does not see any more
				a.isDouble(b)
				c.other(b)
			case c.other != nil:
				c.other(b)
				a.isDouble(b)
			}
			before := b.facts()
			refusal := a.refused(c.code, "morag", casefile.ActMerge, 0, merging(b, "1=1"))
			require.Contains(t, refusal.Detail, c.words)
			b.unchanged(before)
		})
	}
	b := o.in(t).family(t, claimed("2001-01-01")) // the first of the two: this one is held
	a.isDouble(b)
	require.Contains(t, a.refused(casefile.RefusedFields, "morag", casefile.ActMerge, 0, merging(b)).Detail, "pair them")
	require.Contains(t, a.refused(casefile.RefusedFields, "morag", casefile.ActMerge, 0, merging(b, "1=7")).Detail, b.ref)
	require.Contains(t, a.refused(casefile.RefusedFields, "morag", casefile.ActMerge, 0, merging(b, "3=3")).Detail, "principal_as")
	a.refused(casefile.RefusedFields, "morag", casefile.ActMerge, 0, merging(a, "1=1"))
	a.refused(casefile.RefusedNoSubject, "morag", casefile.ActMerge, 0, &casefile.MergeFields{Other: "K7F-M2Q8", Pairs: []string{"1=1"}})
	a.refused(casefile.RefusedNothingOpen, "morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref})
	a.do("morag", casefile.ActMerge, 0, merging(b, "1=1", "2=2", "3=3"))
	a.refused(casefile.RefusedFourEyes, "morag", casefile.ActConfirm, a.request(), &casefile.ConfirmFields{Finding: casefile.RequestAgreed})
	b.until(casefile.Service) // signed between the first officer's act and the second's
	a.refused(casefile.RefusedSigned, "ailsa", casefile.ActConfirm, a.request(), &casefile.ConfirmFields{Finding: casefile.RequestAgreed})
	require.Contains(t, b.refused(casefile.RefusedTooLate, "morag", casefile.ActMerge, 0, merging(a, "1=1")).Detail, "twice_on_file")
	soundAll(t, o, a, b)
}

// TestAMergeIsNotStruck: case unmerge takes it back, and a striking of either act says so.
func TestAMergeIsNotStruck(t *testing.T) {
	o := newStaffed(t)
	a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
	a.merge(b, "1=1", "2=2", "3=3")
	for _, no := range testdb.List[int](o, `select chain_n from command where case_ref = $1 and kind in ('case.merge', 'case.confirm')`, a.ref) {
		refusal := a.refused(casefile.RefusedNotStruck, "fiona", casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: "wrong_case"})
		require.Contains(t, refusal.Detail, "case unmerge")
	}
	soundAll(t, o, a, b)
}

// TestMergesAtTheSameTime: a merge that is agreed to, one the other way round that is asked for, and acts on either file beside them, wait for
// each other and for nothing else: one merge is done, the other refused, and nobody is lost.
func TestMergesAtTheSameTime(t *testing.T) {
	o := newStaffed(t)
	for range 3 {
		a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
		a.isDouble(b)
		a.do("morag", casefile.ActMerge, 0, merging(b, "1=1", "2=2"))
		agreed := &casefile.ConfirmFields{Finding: casefile.RequestAgreed}
		flag := &casefile.FlagFields{Flag: casefile.FlagSeriousIllness, To: "on"}
		type typed struct {
			*journey
			store.NewCommand
		}
		var acts []typed
		for _, s := range []*journey{a, b} {
			acts = append(acts, typed{s, s.command("fiona", casefile.ActFlag, 1, s.today(), flag)})
		}
		acts = append(acts, typed{a, a.command("ailsa", casefile.ActConfirm, a.request(), a.today(), agreed)},
			typed{b, b.command("morag", casefile.ActMerge, 0, b.today(), merging(a, "1=1", "2=2"))})
		var all errgroup.Group
		for _, x := range acts {
			all.Go(func() error {
				_, err := o.RecordAct(t.Context(), activities.RecordActParams{Case: x.ref, Command: x.ID, Act: x.Act, Now: x.now})
				return err
			})
		}
		require.NoError(t, all.Wait())
		a.look()
		b.look()
		require.False(t, a.review.Over)
		require.True(t, b.review.Over, "it was merged into the other, and not the other way round")
		require.Equal(t, 4, testdb.Value[int](o, `select count(*) from present where case_ref in ($1, $2)`, a.ref, b.ref))
		for _, s := range []*journey{a, b} {
			s.goOn()
		}
		soundAll(t, o, a, b)
	}
}

// mergedAlone writes a merge that no officers recorded.
const mergedAlone = `insert into file_merge (other_ref, no, into_ref, merged_at, first_by, second_by, command_id)
	select case_ref, 1, $2, now(), 'morag', 'nobody', id from command where case_ref = $1 limit 1`

// TestVerifyFindsAMergeThatIsNone: a merge by one officer, and somebody who stands on two files.
func TestVerifyFindsAMergeThatIsNone(t *testing.T) {
	o := newStaffed(t)
	a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
	a.merge(b, "1=1", "2=2", "3=3")
	_, err := o.sql("hame_worker").Exec(mergedAlone, a.ref, b.ref)
	require.ErrorContains(t, err, "two officers")
	_, err = o.sql("hame_worker").Exec(`update file_merge set second_by = 'nobody' where other_ref = $1`, b.ref)
	require.ErrorContains(t, err, "permission denied")
	require.NotContains(t, o.breaches(), "nothing happens twice")
	require.NotContains(t, o.breaches(), "four eyes")
	require.NotContains(t, o.breaches(), "nothing is lost")
	o.Exec(`update person_end set lifted_on = ended_on, lifted_by = command_id where case_ref = $1 and person_no = 2`, b.ref)
	require.Contains(t, o.breaches(), "nothing happens twice")
	o.Exec(`alter table file_merge disable trigger by_acts`)
	o.Exec(mergedAlone, a.ref, b.ref)
	require.Contains(t, o.breaches(), "four eyes")
	o.Exec(`alter table file_merge enable trigger by_acts`)
	o.Exec(`alter table file_merge disable trigger insert_only`)
	o.Exec(`update file_merge set first_by = 'douglas' where other_ref = $1`, b.ref)
	require.Contains(t, o.breaches(), "nothing is lost", "the chain of the merged file covers it")
}

// TestWhatComesForAMergedFile: what is lodged at a court under the reference of the merged file is kept
// there, and a senior caseworker is asked to read it, and to review the hold.
func TestWhatComesForAMergedFile(t *testing.T) {
	o := newStaffed(t)
	a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
	a.merge(b, "1=1", "2=2", "3=3")
	for _, later := range []int{0, 1} { // also at the very instant of the merge
		b.now = b.now.AddDate(0, 0, later)
		require.Nil(t, b.record(b.command("fiona", casefile.ActInterdict, later, b.today(), &casefile.CourtFields{At: "08:00"})))
	}
	require.Equal(t, []string{"closed.arrival", "hold.review"}, b.openTasks())
	a.now = b.now
	soundAll(t, o, a, b)
	b.Exec(`update task set opened_at = opened_at - interval '1 year' where case_ref = $1 and kind = 'hold.review'`, b.ref)
	require.Contains(t, o.breaches(), "an owner and a next date", "a task from before the merge")
}

// TestARestrictedFileKeepsItsWall: it stays and takes the other; who may not see it can't merge it,
// nor learn of it.
func TestARestrictedFileKeepsItsWall(t *testing.T) {
	o := newStaffed(t)
	a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
	a.isDouble(b)
	b.restricted()
	refusal := a.refused(casefile.RefusedNoSubject, "morag", casefile.ActMerge, 0, merging(b, "1=1"))
	none := a.refused(casefile.RefusedNoSubject, "morag", casefile.ActMerge, 0, &casefile.MergeFields{Other: "K7F-M2Q8", Pairs: []string{"1=1"}})
	require.Equal(t, strings.ReplaceAll(none.Detail, "K7F-M2Q8", b.ref), refusal.Detail)
	require.Contains(t, a.refused(casefile.RefusedBlocked, "fiona", casefile.ActMerge, 0, merging(b, "1=1")).Detail, "the other way round")
	b.do("fiona", casefile.ActMerge, 0, merging(a, "1=1", "2=2", "3=3"))
	b.agreed("douglas")
	a.look()
	a.goOn()
	require.Equal(t, casefile.Closed, a.review.Stage)
	shown, err := o.desk("morag").Timeline(t.Context(), a.ref)
	require.NoError(t, err)
	require.NotEmpty(t, shown)
	require.NotContains(t, fmt.Sprint(shown), b.ref)
	soundAll(t, o, a, b)
}

// TestAHoldThatEndsWithAWordOnAPairLeavesNoTask: two files are held as doubles, and then found to be two
// families, on no act of either review: nobody is asked any more to review a hold.
func TestAHoldThatEndsWithAWordOnAPairLeavesNoTask(t *testing.T) {
	o := newStaffed(t)
	a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
	a.isDouble(b)
	require.Contains(t, append(a.openTasks(), b.openTasks()...), "hold.review", "one of the two is held")
	c, err := desk.New(a.ref, casefile.ActDuplicate, 0, a.today(), &casefile.DuplicateFields{Other: b.ref, Finding: "different"}, "")
	require.NoError(t, err)
	_, err = a.desk("morag").ResolveDuplicate(t.Context(), c, a.today().AddDays(28))
	require.NoError(t, err)
	for _, s := range []*journey{a, b} {
		s.look()
		require.NotContains(t, s.openTasks(), "hold.review")
	}
	soundAll(t, o, a, b)
}

// TestNoMergeLeadsAcrossASplit: neither of the two files of a family that was split is merged with a third
// one. Who may not see the file behind a wall is told what they would be told of one that does not exist.
func TestNoMergeLeadsAcrossASplit(t *testing.T) {
	o := newStaffed(t)
	s, third := o.in(t).family(t, nil), o.in(t).family(t, nil)
	s.ready(casefile.TaskGP)
	own := s.splits(abuse)
	s.isDouble(third)
	for of, other := range map[*journey]*journey{s: third, third: s} {
		require.Contains(t, of.refused(casefile.RefusedBlocked, "morag", casefile.ActMerge, 0, merging(other, "1=1")).Detail,
			s.ref+" is a file of a family that was split")
	}
	require.Contains(t, own.refused(casefile.RefusedBlocked, "fiona", casefile.ActMerge, 0, merging(third, "1=1")).Detail,
		own.ref+" is a file of a family that was split")
	for _, login := range []string{"morag", "douglas"} {
		none := third.refused(casefile.RefusedNoSubject, login, casefile.ActMerge, 0, &casefile.MergeFields{Other: "K7F-M2Q8", Pairs: []string{"1=1"}})
		refusal := third.refused(casefile.RefusedNoSubject, login, casefile.ActMerge, 0, merging(own, "1=1"))
		require.Equal(t, strings.ReplaceAll(none.Detail, "K7F-M2Q8", own.ref), refusal.Detail, "to %s it is none", login)
	}
	require.NotContains(t, o.breaches(), "a split stands")
	o.Exec(`alter table file_merge disable trigger by_acts`)
	o.Exec(mergedAlone, third.ref, s.ref)
	require.Contains(t, o.breaches(), "a split stands")
}

// TestPartedFilesAreAsBefore: what the merge moved or settled is as it was; nobody who has left the file
// that stayed comes back by the undoing, and nobody stands on two.
func TestPartedFilesAreAsBefore(t *testing.T) {
	o := newStaffed(t)
	hold := func(of *journey, person int, ground casefile.Ground) {
		of.do("fiona", casefile.ActHold, person, &casefile.HoldFields{Ground: ground, ReviewOn: of.today().AddDays(20)})
	}
	t.Run("flags, holds and pairs with third files", func(t *testing.T) {
		a, b, third := o.in(t).family(t, nil), o.in(t).family(t, nil), o.in(t).unlisted(t, nil)
		a.ready(casefile.TaskGP)
		b.ready(casefile.TaskGP)
		pairs := func() []string {
			return testdb.List[string](o, `select case $1 when a then b else a end || coalesce(' ' || resolution, '') from duplicate_candidate
				where $1 in (a, b) order by 1`, third.ref)
		}
		o.Exec(`insert into duplicate_candidate (a, b, why) values (least($1, $2), greatest($1, $2), 'home_office_ref')`, b.ref, third.ref)
		a.flag("fiona", 1, casefile.FlagSeriousIllness, "on")
		a.flag("fiona", 1, casefile.FlagSeriousIllness, "off")
		b.flag("fiona", 1, casefile.FlagSeriousIllness, "on")
		hold(b, 2, casefile.GroundMedical)
		a.merge(b, "1=1", "3=3")
		require.Equal(t, "confirmed", a.state(1, casefile.FlagSeriousIllness))
		require.ElementsMatch(t, []string{a.ref, b.ref + " same"}, pairs())
		hold(a, 4, casefile.GroundTrafficking)
		a.do("morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref})
		a.agreed("ailsa")
		require.Equal(t, "off", a.state(1, casefile.FlagSeriousIllness))
		require.Equal(t, []string{b.ref}, pairs())
		require.NotContains(t, a.openTasks(), "hold.review")
		require.Equal(t, []string{"2 medical", "2 trafficking"}, testdb.List[string](o,
			`select person_no || ' ' || ground from hold where case_ref = $1 and ended_on is null and person_no > 0 order by 1`, b.ref))
		b.look()
		soundAll(t, o, a, b)
	})
	t.Run("who was held as a double of a third file, and the reverse", func(t *testing.T) {
		a, b, first, second := o.in(t).family(t, claimed("2014")), o.in(t).family(t, claimed("2015")), o.in(t).family(t, claimed("2012")), o.in(t).unlisted(t, nil)
		held := func() []string {
			return testdb.List[string](o, `select case_ref || ' ' || same_as from hold where ground = 'duplicate' and ended_on is null
				and (case_ref in ($1, $2) or same_as in ($1, $2)) order by 1`, a.ref, b.ref)
		}
		b.isDouble(first)
		b.isDouble(second)
		before := held()
		require.ElementsMatch(t, []string{b.ref + " " + first.ref, second.ref + " " + b.ref}, before)
		o.Exec(`insert into duplicate_candidate (a, b, why, resolved_on, resolution)
			values (least($1, $2), greatest($1, $2), 'home_office_ref', '2026-03-02', 'same')`, a.ref, b.ref)
		a.do("morag", casefile.ActMerge, 0, merging(b, "1=1", "2=2", "3=3"))
		a.agreed("ailsa")
		b.look()
		b.goOn()
		require.ElementsMatch(t, []string{a.ref + " " + first.ref, second.ref + " " + a.ref}, held())
		a.do("morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref})
		a.agreed("ailsa")
		require.Equal(t, before, held())
		require.NotContains(t, a.openTasks(), "hold.review")
	})
	t.Run("a representation of which there is more to say is still answered", func(t *testing.T) {
		a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
		a.ready(casefile.TaskWindow)
		b.ready(casefile.TaskWindow)
		b.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "msp"})
		a.merge(b, "1=1", "2=2", "3=3")
		no := testdb.Value[int](o, `select max(no) from representation where case_ref = $1`, a.ref)
		answer := fmt.Sprintf("%s/%d", casefile.TaskAnswer, no)
		require.Contains(t, a.openTasks(), answer)
		a.do("catriona", casefile.ActAnswer, no, &casefile.AnswerFields{Answer: "more"})
		a.do("morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref})
		a.agreed("ailsa")
		require.Contains(t, a.openTasks(), answer)
		a.do("catriona", casefile.ActAnswer, no, &casefile.AnswerFields{Answer: "rejected"})
		require.NotContains(t, a.openTasks(), answer)
		soundAll(t, o, a, b)
	})
	t.Run("people who have left meanwhile", func(t *testing.T) {
		a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
		a.merge(b, "1=1", "3=3")
		a.do("morag", casefile.ActDied, 4, aDeath)
		a.do("morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref})
		a.agreed("ailsa")
		require.Equal(t, []string{"1 principal Forename 1", "3 child Forename 3"}, b.there(), "who has died does not come back")
		require.Equal(t, []string{"4 DECEASED"}, a.ends())
		a, b = o.in(t).family(t, nil), o.in(t).family(t, nil)
		a.merge(b, "1=1", "3=3")
		a.splits(&casefile.SplitFields{Persons: "3,4", Reason: casefile.SplitSeparation})
		require.Contains(t, a.refused(casefile.RefusedBlocked, "morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref}).Detail,
			"person 3 has a file of their own")
	})
	t.Run("the newer of two merges first", func(t *testing.T) {
		a, b, c := o.in(t).family(t, nil), o.in(t).family(t, nil), o.in(t).family(t, nil)
		a.merge(b, "1=1", "2=2", "3=3")
		a.merge(c, "1=1", "2=2", "3=3")
		require.Contains(t, a.refused(casefile.RefusedBlocked, "morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref}).Detail,
			c.ref+" was merged into this file later")
		for _, other := range []*journey{c, b} {
			a.do("morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: other.ref})
			a.agreed("ailsa")
		}
	})
}
