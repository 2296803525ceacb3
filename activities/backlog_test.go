package activities_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/policy"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestSampled: about a grant in ten is drawn, by a key that its author doesn't
// know; the same key draws the same.
func TestSampled(t *testing.T) {
	t.Parallel()
	const cases = 20000
	drawn, both := 0, 0
	for i := range cases {
		ref, no := fmt.Sprintf("case-%d", i/2), 1+i%2
		yes := policy.Sampled("one key", ref, no)
		require.Equal(t, yes, policy.Sampled("one key", ref, no))
		if yes {
			drawn++
			if policy.Sampled("another key", ref, no) {
				both++
			}
		}
	}
	// Five standard deviations: 10% of 20,000 is 2,000 ± 212; of those, 10% again.
	require.InDelta(t, cases/10, drawn, 212)
	require.InDelta(t, drawn/10, both, 70)
}

// backlog imports families into the legacy lane on a day.
func (o *staffed) backlog(t testing.TB, on clock.Date, families ...casefile.Family) {
	t.Helper()
	for i := range families {
		families[i].Lane = casefile.Legacy
	}
	_, err := o.desk("archie").Import(t.Context(), families, "test", false, on, func() {})
	require.NoError(t, err)
}

func (o *staffed) draw(t testing.TB, on clock.Date, capacity int) contract.Progress {
	t.Helper()
	p, err := o.DrawFamilies(t.Context(), activities.DrawFamiliesParams{Lane: casefile.Legacy, Capacity: capacity, Now: at(on)})
	require.NoError(t, err)
	return p
}

// listed is "key date why" of the listings in the order of their dates and keys.
func (o *staffed) listed() []string {
	return testdb.List[string](o, `select f.family_key || ' ' || l.listing_date || ' ' || l.why from listing l join family f using (case_ref) order by l.listing_date, f.family_key`)
}

func numbered(n int, change func(int, *casefile.Family)) []casefile.Family {
	families := make([]casefile.Family, n)
	for i := range families {
		families[i] = practice.Family(fmt.Sprintf("N%02d", i), monday)
		if change != nil {
			change(i, &families[i])
		}
	}
	return families
}

// TestDrawing: the first draw fills the weeks up to the rule set's lead, each
// later one adds a week, and nobody is drawn twice.
func TestDrawing(t *testing.T) {
	o := newStaffed(t)
	o.backlog(t, monday, numbered(20, nil)...)
	p := o.draw(t, monday, 2)
	require.Equal(t, contract.Progress{Unlisted: 6, Open: 14, LastDay: monday.AddDays(7 * (6 + 3))}, p)
	byDate := func() []string {
		return testdb.List[string](o, `select listing_date || ' ' || count(*) from listing group by listing_date order by 1`)
	}
	first := []string{"2026-03-02 2", "2026-03-09 2", "2026-03-16 2", "2026-03-23 2", "2026-03-30 2", "2026-04-07 2", "2026-04-13 2"}
	require.Equal(t, first, byDate(), "Easter Monday's families are listed on Tuesday")
	require.Equal(t, p, o.draw(t, monday, 2), "drawing twice draws nobody twice")
	require.Equal(t, first, byDate())

	p = o.draw(t, monday.AddDays(7), 2)
	require.Equal(t, append(slices.Clone(first), "2026-04-20 2"), byDate(), "a week more")
	require.Equal(t, 4, p.Unlisted)
	o.draw(t, monday.AddDays(14), 3)
	require.Equal(t, []string{"2026-03-02 2", "2026-03-09 2", "2026-03-16 3", "2026-03-23 3", "2026-03-30 3", "2026-04-07 3", "2026-04-13 2", "2026-04-20 2"},
		byDate(), "with more capacity those who are left fill the nearest weeks")
}

// TestThePlaceOfAFamilyThatWaits: after a draw each family that is left has its place and
// the day on which it would be listed, which case show and backlog status tell. Neither
// tells of a restricted family, which has none, nor of one that is held back.
func TestThePlaceOfAFamilyThatWaits(t *testing.T) {
	o := newStaffed(t)
	o.backlog(t, monday, numbered(20, func(n int, f *casefile.Family) {
		if n%2 == 1 {
			f.People[0].Flags = append(f.People[0].Flags, casefile.FlagRestricted)
		}
	})...)
	places := func() []string {
		return testdb.List[string](o, `select w.place || ' of ' || w.waiting || ' on ' || w.listing_on
			from place_in_order w join family f using (case_ref) order by w.place`)
	}
	o.draw(t, monday, 1)
	waiting := testdb.Value[int](o, `select count(*) from family f where not f.restricted and not exists (select from listing l where l.case_ref = f.case_ref)`)
	require.Less(t, waiting, 13, "restricted families wait among the others")
	var want []string
	for n := 1; n <= waiting; n++ {
		want = append(want, fmt.Sprintf("%d of %d on %s", n, waiting, monday.AddDays(7*(6+n))))
	}
	require.Equal(t, want, places(), "one a week after the six weeks that are listed: no gap, in place or day, tells of a restricted family")
	first := testdb.Value[string](o, `select case_ref from place_in_order order by place limit 1`)
	o.Tamper(`insert into duplicate_candidate (a, b, why, due_on)
		select least($1, f.case_ref), greatest($1, f.case_ref), 'name', '2026-04-02' from listing f limit 1`, first)
	require.Equal(t, want[1:], places(), "one that is held back has none")
	o.draw(t, monday.AddDays(7), 20)
	require.Empty(t, places(), "who was listed waits no more")
	require.Zero(t, testdb.Value[int](o, `select count(*) from waiting_place where n is not null`))
}

// TestDrawingAtOnce: a draw that is tried again while the first still runs lists
// no week above its capacity. The locks put the two in the worst order: the
// second counts what was drawn before the first has committed, and looks for
// families after it has.
func TestDrawingAtOnce(t *testing.T) {
	o := newStaffed(t)
	o.backlog(t, monday, numbered(20, nil)...)
	failed := make(chan error, 3)
	draw := func() {
		_, err := o.DrawFamilies(context.WithoutCancel(t.Context()), activities.DrawFamiliesParams{Lane: casefile.Legacy, Capacity: 2, Now: at(monday)})
		failed <- err
	}
	ending, err := o.Super.Beginx()
	require.NoError(t, err)
	_, err = ending.Exec(`lock table review`)
	require.NoError(t, err)
	go draw() // stops at the count with which it ends
	o.awaitBlocked(1)
	go func() {
		_, err := o.Super.Exec(`do $$ begin lock table duplicate_candidate; end $$`)
		failed <- err
	}()
	o.awaitBlocked(2)
	go draw() // stops before it looks for families
	o.awaitBlocked(3)
	require.NoError(t, ending.Commit())
	for range cap(failed) {
		require.NoError(t, <-failed)
	}
	require.LessOrEqual(t, testdb.Value[int](o, `select max(n) from (select count(*) as n from listing group by listing_date) x`), 2)
	require.Equal(t, 14, testdb.Value[int](o, `select count(*) from listing`))
}

// TestCapacityIsPerWeek: a draw on another weekday than the last, after a pause
// or an outage, lists no week's families twice over.
func TestCapacityIsPerWeek(t *testing.T) {
	o := newStaffed(t)
	o.backlog(t, monday, numbered(40, nil)...)
	o.draw(t, monday, 2)
	o.draw(t, monday.AddDays(9), 2) // a Wednesday
	require.LessOrEqual(t, testdb.Value[int](o, `select max(n) from (
		select count(*) as n from listing group by date_trunc('week', listing_date)) x`), 2)
}

// TestTheOrderOfListing is row 2 of domain.md: alleged harm, ageing out and
// illness, longest resident with children, supported, the rest; and before all
// of them the family that has waited too long (R4).
func TestTheOrderOfListing(t *testing.T) {
	o := newStaffed(t)
	lone := func(f *casefile.Family) { f.People = f.People[:1] }
	arrived := func(f *casefile.Family, years int) {
		for i := range f.People {
			f.People[i].ArrivedOn = born(monday.AddYears(-years))
		}
	}
	families := numbered(9, func(i int, f *casefile.Family) {
		f.Support = casefile.SupportNone
		switch i {
		case 0: // the rest, here six years: no child
			lone(f)
		case 1: // supported
			lone(f)
			f.Support = casefile.SupportSection4
		case 2: // longest resident, six years
		case 3: // longest resident, nine years
			arrived(f, 9)
		case 4: // ill
			f.People[1].Flags = []casefile.Flag{casefile.FlagSeriousIllness}
		case 5: // eighteen within six months
			arrived(f, 8)
			f.People[2].BirthDate = born(monday.AddYears(-18).AddMonths(6))
		case 6: // eighteen a day later than that
			arrived(f, 1)
			f.People[2].BirthDate = born(monday.AddYears(-18).AddMonths(6).AddDays(1))
		case 7: // alleged harm
			f.People[0].Flags = []casefile.Flag{casefile.FlagPublicHarm}
		}
	})
	o.backlog(t, monday.AddDays(-7), families[:8]...)
	o.backlog(t, monday.AddDays(-105*7), families[8])
	o.draw(t, monday, 1)
	o.draw(t, monday.AddDays(7), 1)
	o.draw(t, monday.AddDays(14), 1)
	var order []string
	for _, row := range o.listed() {
		var key, date, why string
		_, err := fmt.Sscan(row, &key, &date, &why)
		require.NoError(t, err)
		order = append(order, key+" "+why)
	}
	require.Equal(t, []string{"N08 longest_wait", "N07 public_harm", "N05 ageing_out", "N04 medical", "N03 longest_resident", "N02 longest_resident",
		"N01 supported", "N06 ageing_out", "N00 rest"}, order, "the order is worked out afresh: by the second draw N06 has come within six months of 18")
}

// TestTheLongestWait: a family that has waited longer than the rule set allows comes
// before all others (R4).
func TestTheLongestWait(t *testing.T) {
	o := newStaffed(t)
	for weeks, f := range numbered(4, nil) {
		o.backlog(t, monday.AddDays(-7*(103+weeks)), f)
	}
	o.draw(t, monday, 1)
	require.Equal(t, []string{"N02 2026-03-02 longest_wait", "N03 2026-03-09 longest_wait", "N00 2026-03-16 longest_resident", "N01 2026-03-23 longest_resident"},
		o.listed(), "104 weeks is not more than the longest wait; 105 is")
}

// TestWhoIsNotDrawn: duplicate candidates wait until somebody resolves them, and
// the other lane has its own.
func TestWhoIsNotDrawn(t *testing.T) {
	o := newStaffed(t)
	families := numbered(5, nil)
	families[1].People[0].NameKey, families[1].People[0].BirthDate = families[0].People[0].NameKey, families[0].People[0].BirthDate
	o.backlog(t, monday, families[:4]...)
	families[4].Lane = casefile.FastTrack
	_, err := o.desk("archie").Import(t.Context(), families[4:], "test", false, monday, func() {})
	require.NoError(t, err)

	p := o.draw(t, monday, 10)
	require.Equal(t, contract.Progress{Unlisted: 2, Held: 2, Open: 2}, p, "all that may be drawn is: no last day to forecast")
	require.Equal(t, []string{"N02 2026-03-02 longest_resident", "N03 2026-03-02 longest_resident"}, o.listed())
	o.Exec(`update duplicate_candidate set resolved_on = $1`, monday)
	require.Equal(t, contract.Progress{Open: 4}, o.draw(t, monday, 10))
	require.Equal(t, 0, testdb.Value[int](o, `select count(*) from listing where lane = 'fast-track'`))
}

// lane records an act of operations on the legacy lane.
func (o *staffed) lane(t testing.TB, act casefile.Act, f casefile.BacklogFields) (store.NewCommand, activities.RecordBacklogActResult, error) {
	t.Helper()
	f.Lane = casefile.Legacy
	c, err := desk.New("", act, 0, monday, &f, "")
	require.NoError(t, err)
	c.Lane = casefile.Legacy
	require.NoError(t, o.desk("archie").InsertCommand(t.Context(), c))
	out, err := o.RecordBacklogAct(t.Context(), activities.RecordBacklogActParams{Command: c.ID, Act: act, Lane: casefile.Legacy, Now: at(monday)})
	return c, out, err
}

// TestActsOnALane: start, capacity, pause and resumption, by operations.
func TestActsOnALane(t *testing.T) {
	o := newStaffed(t)
	target := day("2028-01-31")
	does := func(act casefile.Act, f casefile.BacklogFields, want activities.RecordBacklogActResult) store.NewCommand {
		t.Helper()
		c, out, err := o.lane(t, act, f)
		require.NoError(t, err)
		require.NotZero(t, out.Head.N, "the link that its workflow is told of")
		out.Head = casefile.Link{}
		require.Equal(t, want, out)
		require.Equal(t, "accepted", testdb.Value[string](o, `select outcome from command_outcome where command_id = $1`, c.ID))
		return c
	}
	start := does(casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 12, Target: target}, activities.RecordBacklogActResult{Capacity: 12, Target: target})
	_, second, err := o.lane(t, casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 99})
	require.NoError(t, err)
	require.Equal(t, casefile.RefusedAlreadyDone, second.Refused.Code)
	require.Equal(t, 12, second.Capacity, "how the lane runs")
	does(casefile.ActBacklogCapacity, casefile.BacklogFields{Capacity: 20}, activities.RecordBacklogActResult{Capacity: 20, Target: target})
	does(casefile.ActBacklogPause, casefile.BacklogFields{Reason: "recess"}, activities.RecordBacklogActResult{Capacity: 20, Target: target, Paused: "recess"})
	does(casefile.ActBacklogResume, casefile.BacklogFields{}, activities.RecordBacklogActResult{Capacity: 20, Target: target})
	again, err := o.RecordBacklogAct(t.Context(), activities.RecordBacklogActParams{Command: start.ID, Act: start.Act, Lane: casefile.Legacy, Now: at(monday)})
	require.NoError(t, err)
	again.Head = casefile.Link{}
	require.Equal(t, activities.RecordBacklogActResult{Capacity: 20, Target: target}, again, "the same command changes nothing")

	for name, forged := range map[string]activities.RecordBacklogActParams{
		"no row":       {Command: uuid.New(), Act: casefile.ActBacklogPause, Lane: casefile.Legacy},
		"another kind": {Command: start.ID, Act: casefile.ActBacklogPause, Lane: casefile.Legacy},
		"another lane": {Command: start.ID, Act: casefile.ActBacklogStart, Lane: casefile.FastTrack},
	} {
		out, err := o.RecordBacklogAct(t.Context(), forged)
		require.NoError(t, err, name)
		require.NotNil(t, out.Refused, name)
		require.Equal(t, casefile.RefusedUnknownCommand, out.Refused.Code, name)
	}
	require.Equal(t, "legacy 12→20", testdb.Value[string](o, `select lane || ' 12→' || capacity from backlog_lane`))
	err = o.desk("morag").InsertCommand(t.Context(), store.NewCommand{ID: uuid.New(), Lane: casefile.Legacy, Act: casefile.ActBacklogPause, AttestedOn: monday, Fields: []byte(`{"lane":"legacy"}`)})
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
}

// TestACapacityOutOfRange is a refusal with its outcome, like any other, and not
// a failure of the lane's workflow.
func TestACapacityOutOfRange(t *testing.T) {
	o := newStaffed(t)
	_, _, err := o.lane(t, casefile.ActBacklogStart, casefile.BacklogFields{Capacity: 12})
	require.NoError(t, err)
	for _, capacity := range []int{0, -1, 1001} {
		c, out, err := o.lane(t, casefile.ActBacklogCapacity, casefile.BacklogFields{Capacity: capacity})
		require.NoError(t, err)
		require.NotNil(t, out.Refused)
		require.Equal(t, 12, out.Capacity, "what the lane goes on with")
		require.Equal(t, "refused", testdb.Value[string](o, `select outcome from command_outcome where command_id = $1`, c.ID))
	}
}

// TestALaneActAtOnce: an attempt that is retried while the first still runs, as a
// local activity after five seconds is, gets the first one's answer.
func TestALaneActAtOnce(t *testing.T) {
	o := newStaffed(t)
	c, err := desk.New("", casefile.ActBacklogStart, 0, monday, &casefile.BacklogFields{Lane: casefile.Legacy, Capacity: 5}, "")
	require.NoError(t, err)
	c.Lane = casefile.Legacy
	require.NoError(t, o.desk("archie").InsertCommand(t.Context(), c))
	held, err := o.Super.Beginx()
	require.NoError(t, err)
	_, err = held.Exec(`select from chain_head where subject = 'legacy' for update`)
	require.NoError(t, err)
	errs := make(chan error, 2)
	for range cap(errs) {
		go func() {
			_, err := o.RecordBacklogAct(context.WithoutCancel(t.Context()), activities.RecordBacklogActParams{Command: c.ID, Act: c.Act, Lane: c.Lane, Now: at(monday)})
			errs <- err
		}()
	}
	o.awaitBlocked(2)
	require.NoError(t, held.Commit())
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	require.Equal(t, 1, testdb.Value[int](o, `select count(*) from command_outcome`))
}

// TestTheRulesPinned: a review is pinned to its own lane's operative set.
func TestTheRulesPinned(t *testing.T) {
	o := newStaffed(t)
	legacy := o.family(t, nil)
	fast := o.family(t, func(f *casefile.Family) { f.Lane = casefile.FastTrack })
	pinned := `select s.id from review r join rule_set s on s.hash = r.rule_set where r.case_ref = $1`
	require.Equal(t, "home-office-legacy", testdb.Value[string](o, pinned, legacy.ref))
	require.Equal(t, "home-office-fast-track", testdb.Value[string](o, pinned, fast.ref))
	require.Equal(t, day("2026-03-30"), legacy.task(casefile.TaskReconcile, 0).DueOn)
	require.Equal(t, day("2026-03-09"), fast.task(casefile.TaskReconcile, 0).DueOn)
	_, err := o.sql("hame_worker").Exec(`update review set rule_set = (select hash from rule_set where use = 'comparison') where case_ref = $1`, legacy.ref)
	require.ErrorContains(t, err, "foreign key")
	_, err = o.sql("hame_worker").Exec(`update review set rule_set_use = 'comparison' where case_ref = $1`, legacy.ref)
	require.ErrorContains(t, err, "rule_set_use")
	_, err = o.OpenReview(t.Context(), activities.OpenReviewParams{Case: legacy.ref, Lane: casefile.Legacy, Now: time.Date(2007, 3, 1, 0, 0, 0, 0, time.UTC)})
	require.Error(t, err, "no set was in force")
}
