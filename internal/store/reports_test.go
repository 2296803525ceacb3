package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
	"hame/internal/testdb"
)

// decided writes a signed decision on a case, as the superuser.
func (h *house) decided(ref, rollup string, outcome casefile.Outcome, second any) {
	h.T.Helper()
	command := uuid.New()
	h.Tamper(`insert into command (id, case_ref, kind, attested_on, login, person, recorded_at, chain_n, chain_hash, fields)
		select $1, $2, 'decision.propose', '2026-03-02', 'ewan', 'ewan', now(), (select n from chain_append($2, 'planted')), '',
			jsonb_build_object('outcomes', jsonb_agg(jsonb_build_object('person', no, 'outcome', $3::text))) from person where case_ref = $2`, command, ref, outcome)
	h.Tamper(`insert into command_outcome (command_id, outcome, business_at, chain_n, chain_hash)
		select $1, 'accepted', '2026-03-02 09:00Z', n, '' from chain_append($2, 'planted')`, command, ref)
	h.Tamper(`insert into proposal (case_ref, no, author, revision, proposed_on, proposed_at, second_due, state, command_id)
		values ($1, 1, 'ewan', 1, '2026-03-02', '2026-03-02 09:00Z', 'no', 'signed', $2)`, ref, command)
	h.Tamper(`insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
		select case_ref, 1, 1, 'ewan', $2, 'no', '2026-03-02', '2026-03-02 09:00Z', $3, rule_set from review where case_ref = $1`, ref, second, rollup)
	h.Tamper(`insert into decision_outcome (case_ref, decision_no, person_no, outcome) select case_ref, 1, no, $2 from person where case_ref = $1`, ref, outcome)
	h.Tamper(`insert into welfare_check (case_ref, person_no, no, assigned_to, assigned_on, signed_on) values ($1, 3, 1, 'eilidh', '2026-03-02', '2026-03-02')`, ref)
	h.Tamper(`update review set signed_on = '2026-03-02', rollup = $2 where case_ref = $1`, ref, rollup)
}

func (h *house) served(ref string, on clock.Date) {
	h.T.Helper()
	h.writes(ref)
	h.Exec(`update decision_outcome set served_on = $2, served_how = 'hand', proof = 'signature' where case_ref = $1`, ref, on)
}

// writes puts the letter of the decision on record as sent to everybody.
func (h *house) writes(ref string) {
	h.T.Helper()
	h.Tamper(`insert into letter (case_ref, no, kind, created_at, decision_no) values ($1, 90, 'decision', '2026-03-02 09:00Z', 1) on conflict do nothing`, ref)
	h.Tamper(`insert into letter_sent (case_ref, no, to_whom, by_how, sent_on, command_id)
		select $1, 90, w, 'post', '2026-03-02', gen_random_uuid() from unnest(array['family', 'representative']) w on conflict do nothing`, ref)
}

func (h *house) closes(ref string) {
	h.T.Helper()
	h.Exec(`update task set closed_at = now(), result = 'closed' where case_ref = $1 and closed_at is null`, ref)
	h.Exec(`update review set stage = 'closed', closed_at = now() where case_ref = $1`, ref)
}

// TestTheReportReconciles to the families imported, wherever each of them is.
func TestTheReportReconciles(t *testing.T) {
	h := newHouse(t)
	empty, err := h.as("una").Report(t.Context())
	require.NoError(t, err)
	require.Zero(t, empty.Families+empty.Decided+empty.Closed+empty.Open)

	a, b := numbered(1), numbered(2)
	a.People[0].HomeOfficeRef, b.People[0].HomeOfficeRef = "H1", "H1"
	h.imports(a)
	h.imports(b)
	h.imports(numbered(3))
	drawn := h.imports(numbered(4))
	h.List(t, drawn, at(monday), monday)
	h.evidence(h.review(numbered(5)))
	signed := h.review(numbered(6))
	h.decided(signed, "ALL_GRANTED", casefile.GrantILR, nil)
	carried := h.review(numbered(7))
	h.decided(carried, "ALL_GRANTED", casefile.GrantILR, nil)
	h.served(carried, monday.AddDays(10))
	h.closes(carried)
	refused := h.review(numbered(8))
	h.decided(refused, "ALL_REFUSED", casefile.RefusedUpheld, "ailsa")
	h.served(refused, monday.AddDays(30))
	h.closes(refused)
	archived := h.review(numbered(9))
	h.closes(archived)
	part := h.review(numbered(10))
	h.decided(part, "MIXED", casefile.GrantHP, "ailsa")
	h.writes(part)
	h.Exec(`update decision_outcome set served_on = '2026-03-04', served_how = 'hand', proof = 'signature' where case_ref = $1 and person_no < 3`, part)

	for _, login := range []string{"archie", "fiona", "una", "hame_worker"} {
		r, err := h.as(login).Report(t.Context())
		require.NoError(t, err, "%s", login)
		require.Equal(t, []int{10, 30, 2, 1, 7}, []int{r.Families, r.People, r.Decided, r.Closed, r.Open})
		require.Equal(t, r.Families, r.Decided+r.Closed+r.Open)
		require.Equal(t, map[string]int{"unlisted": 4, "evidence": 1, "listed": 2}, r.OpenByStage)
		require.Equal(t, map[string]int{"ALL_GRANTED": 1, "ALL_REFUSED": 1}, r.DecidedByOutcome)
		require.Equal(t, 2, r.HeldBack)
		require.Equal(t, []int{4, 2, 2}, []int{r.Milestones.Signed, r.Milestones.Served, r.Milestones.CarriedOut}, "served when everybody is")
		require.Equal(t, map[string]int{"GRANT_ILR": 6, "REFUSED_UPHELD": 3, "GRANT_HP": 3}, r.PeopleByOutcome)
		require.Equal(t, 2, r.DaysListingToService.Cases)
		require.Equal(t, []int{10, 30, 30}, []int{*r.DaysListingToService.Median, *r.DaysListingToService.P90, *r.DaysListingToService.Longest})
		require.Equal(t, map[string]int{"accepted": 4}, r.Acts)
	}
	for _, login := range []string{"morag", "ewan", "eilidh", "minister"} {
		_, err := h.as(login).Report(t.Context())
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
	}
}

// TestDeadlinesReported: kept, missed, ended and still running, by what was
// attested and not by when it was typed.
func TestDeadlinesReported(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	h.Exec(`delete from task`)
	task := func(kind string, closed bool, attested any, rungs ...string) {
		t.Helper()
		id := testdb.Value[int64](h, `insert into task (case_ref, kind, stage, awaiting, began, days, unit, calendar, due_on, provisional, opened_at, next_rung, next_at, closed_at, result, attested_on)
			values ($1, $2, 'evidence', 'gp', '2026-03-02', 10, 'calendar', '', '2026-03-12', false, now(), 'due', now(),
				case when $3 then now() end, case when $3 then 'x' end, $4) returning id`, ref, kind, closed, attested)
		for i := 0; i < len(rungs); i += 2 {
			h.Exec(`insert into rung (task_id, kind, on_at, acted_at, effect) values ($1, $2, now(), now(), $3)`, id, rungs[i], rungs[i+1])
		}
	}
	task("a", true, "2026-03-12")
	task("b", true, "2026-03-12", "reminder", "", "due", "gap") // typed late
	task("c", true, "2026-03-13", "reminder", "", "due", "")
	task("d", true, nil, "due", "gap")
	task("e", false, nil, "due", "", "escalation", "")
	task("f", false, nil)
	task("evidence.community", true, nil, "due", "lapse")
	task("service.appeal_window", true, nil, "due", "search_appeal")
	r, err := h.as("archie").Report(t.Context())
	require.NoError(t, err)
	d := r.Deadlines
	require.Equal(t, []int{8, 2, 3, 2, 2, 1}, []int{d.Set, d.Kept, d.Missed, d.WindowsEnded, d.Reminded, d.Escalated})
	require.Equal(t, 2, r.Overdue.Tasks, "e and f are open")
	require.Equal(t, testdb.Value[int](h, `select business_today() - date '2026-03-12'`), r.Overdue.Longest)
	missed := func() [2]int {
		r, err := h.as("archie").Report(t.Context())
		require.NoError(t, err)
		f, err := h.as("archie").Figures(t.Context(), time.Now(), store.Grouping{})
		require.NoError(t, err)
		return [2]int{r.Deadlines.Missed, f.Groups[0].Missed["gp"]}
	}
	require.Equal(t, [2]int{3, 3}, missed(), "figures count alike")
	// A calendar that is put in force later moves the day of a gap beyond that on which its rung acted.
	h.Exec(`update task set due_on = current_date + 1 where kind = 'd'`)
	require.Equal(t, [2]int{2, 2}, missed())
}

// putOff puts every rung off: these reviews stand in the past, and no review
// runs to let their rungs act.
func (h *house) putOff() {
	h.T.Helper()
	h.Exec(`update task set next_at = clock_timestamp() + interval '1 day' where closed_at is null`)
}

func (h *house) verifies() ([]store.Breach, error) {
	h.T.Helper()
	h.putOff()
	return h.as("una").Verify(h.T.Context())
}

// TestARungThatNeverActed is found: one whose time has passed, and one that a later
// one has overtaken; and so are two open tasks of a kind, and outcomes of nobody.
func TestARungThatNeverActed(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	found := func() string {
		rows, err := h.as("una").Verify(t.Context())
		require.NoError(t, err)
		var all string
		for _, b := range rows {
			all += b.Rule + ": " + b.Detail + "\n"
		}
		return all
	}
	h.Exec(`update task set next_at = clock_timestamp() + interval '1 day'`)
	require.Empty(t, found())
	h.Exec(`update task set next_at = clock_timestamp() - interval '2 hours' where kind = 'listed.reconcile'`)
	require.Contains(t, found(), "every rung acts: reminder of listed.reconcile was to act at")
	h.Exec(`update task set next_at = clock_timestamp() + interval '1 day', next_rung = 'escalation' where kind = 'listed.reconcile'`)
	require.Contains(t, found(), "every rung acts: the due rung of listed.reconcile never acted")
	h.Exec(`insert into rung (task_id, kind, on_at, acted_at, effect) select id, 'due', now(), now(), '' from task where kind = 'listed.reconcile'`)
	require.Empty(t, found())
	h.Exec(`drop index one_open_task_of_a_kind`)
	h.Exec(`insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, due_on, provisional, opened_at, next_rung, next_at)
		select case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, due_on, provisional, opened_at, next_rung, next_at from task where kind = 'listed.allocate'`)
	require.Contains(t, found(), "nothing happens twice: 2 open tasks of kind listed.allocate")
	h.Exec(`delete from task where id = (select max(id) from task)`)
	h.Tamper(`insert into decision_outcome (case_ref, decision_no, person_no, outcome) values ($1, 1, 9, 'GRANT_ILR')`, ref)
	require.Contains(t, found(), "people decide: person 9 has an outcome, and there is no such decision")
	require.Contains(t, found(), "people decide: an outcome for person 9, who is not of the family")
}

// TestVerify finds each breach that it claims to find, and nothing else.
func TestVerify(t *testing.T) {
	h := newHouse(t)
	clean := h.review(numbered(1))
	h.does("morag", clean, casefile.ActContact, 0, phone)
	none, err := h.verifies()
	require.NoError(t, err)
	require.Empty(t, none)
	for _, login := range []string{"morag", "fiona", "minister"} {
		_, err := h.as(login).Verify(t.Context())
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
	}

	// These two rules are constraints as well, which must be gone before anybody can break them.
	h.Exec(`alter table decision drop constraint second_officer_due, drop constraint decision_four_eyes`)
	n := 1
	next := func() string { n++; return h.review(numbered(n)) }
	expect := map[string]string{} // case to rule
	breach := func(rule string, do func(ref string)) {
		t.Helper()
		ref := next()
		do(ref)
		expect[ref] = rule
	}
	breach("people decide", func(ref string) { h.decided(ref, "ALL_REFUSED", casefile.RefusedUpheld, nil) })
	breach("people decide", func(ref string) { h.decided(ref, "MIXED", casefile.RefusedUpheld, "ewan") })
	breach("people decide", func(ref string) {
		h.decided(ref, "ALL_GRANTED", casefile.GrantILR, nil)
		h.Tamper(`update proposal set command_id = gen_random_uuid() where case_ref = $1`, ref)
	})
	breach("every child is seen", func(ref string) {
		h.decided(ref, "ALL_GRANTED", casefile.GrantILR, nil)
		h.Tamper(`delete from welfare_check where case_ref = $1`, ref)
	})
	breach("every child is seen", func(ref string) {
		h.decided(ref, "ALL_REFUSED", casefile.RefusedUpheld, "ailsa")
		h.Tamper(`delete from welfare_check where case_ref = $1`, ref)
		h.Tamper(`insert into welfare_waiver (case_ref, person_no, giver, given_on, command_id) values ($1, 3, 'fiona', '2026-03-02', gen_random_uuid())`, ref)
	})
	breach("nothing is lost", func(ref string) {
		c := h.types("morag", ref, casefile.ActContact, phone)
		h.Tamper(`update command set recorded_at = recorded_at - interval '2 minutes' where id = $1`, c.ID)
	})
	breach("nothing is lost", func(ref string) {
		c := h.does("morag", ref, casefile.ActContact, 0, phone)
		h.Tamper(`update command set person = 'isla' where id = $1`, c.ID)
	})
	breach("an owner and a next date", func(ref string) {
		h.evidence(ref)
		h.Exec(`update task set closed_at = now(), result = 'x' where case_ref = $1`, ref)
	})
	breach("an owner and a next date", func(ref string) { h.Exec(`update review set stuck = 'OpenStage' where case_ref = $1`, ref) })
	breach("served before closed", func(ref string) {
		h.decided(ref, "ALL_GRANTED", casefile.GrantILR, nil)
		h.served(ref, monday)
		h.writes(ref)
		h.Exec(`update decision_outcome set served_on = null, served_how = null, proof = null where case_ref = $1 and person_no = 2`, ref)
		h.closes(ref)
	})
	waived := next()
	h.decided(waived, "ALL_GRANTED", casefile.GrantILR, nil)
	h.Tamper(`delete from welfare_check where case_ref = $1`, waived)
	h.Tamper(`insert into welfare_waiver (case_ref, person_no, giver, given_on, command_id) values ($1, 3, 'fiona', '2026-03-02', gen_random_uuid())`, waived)
	fresh := next()
	h.types("morag", fresh, casefile.ActContact, phone) // under way

	h.putOff()
	found, err := h.as("archie").Verify(t.Context())
	require.NoError(t, err)
	byCase := map[string]map[string]bool{}
	for _, b := range found {
		if byCase[b.Case] == nil {
			byCase[b.Case] = map[string]bool{}
		}
		byCase[b.Case][b.Rule] = true
	}
	for ref, rule := range expect {
		require.True(t, byCase[ref][rule], "%s: %v", rule, byCase[ref])
		for other := range byCase[ref] {
			// The decisions of these tests are written behind the chain's back, and their officers have typed nothing.
			require.Contains(t, []string{rule, "nothing is lost", "people decide", "sight follows from acts"}, other)
		}
	}
	require.NotContains(t, byCase, clean)
	require.NotContains(t, byCase, fresh, "what was typed a moment ago is under way")
	require.NotContains(t, byCase[waived], "every child is seen", "a waiver is enough for a grant")
	require.NotContains(t, byCase[waived], "people decide")
}

// TestVerifyLooksAtEachOutcome: a refusal is one, whatever the case's roll-up says.
func TestVerifyLooksAtEachOutcome(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	h.decided(ref, "ALL_GRANTED", casefile.GrantILR, nil)
	h.Tamper(`update decision_outcome set outcome = 'REFUSED_UPHELD' where case_ref = $1 and person_no = 2`, ref)
	found, err := h.verifies()
	require.NoError(t, err)
	require.Contains(t, found, store.Breach{Rule: "people decide", Case: ref, Detail: "a refusal without a second officer"})
}

// recovers puts an accepted case.recover on record.
func (h *house) recovers(ref string) {
	h.Tamper(`insert into command (id, case_ref, kind, attested_on, login, person, recorded_at, chain_n, chain_hash)
		values (md5($1)::uuid, $1, 'case.recover', '2026-03-02', 'x', 'x', now(), 100, '')`, ref)
	h.Tamper(`insert into command_outcome (command_id, outcome, business_at, chain_n, chain_hash) values (md5($1)::uuid, 'accepted', now(), 101, '')`, ref)
}

// TestReviewsOnRecord tells which reviews should run.
func TestReviewsOnRecord(t *testing.T) {
	h := newHouse(t)
	h.imports(numbered(1))
	drawn := h.imports(numbered(2))
	h.List(t, drawn, at(monday), monday)
	open, closed := h.evidence(h.review(numbered(3))), h.review(numbered(4))
	h.closes(closed)
	h.recovers(open)
	rows, err := h.worker.ReviewsOnRecord(t.Context(), "", 1000)
	require.NoError(t, err)
	for i := range rows {
		rows[i].Listing = store.Listing{Case: rows[i].Case}
		require.Equal(t, rows[i].Case == open, rows[i].RecoveredAt != nil)
		rows[i].RecoveredAt = nil
	}
	listing := func(ref string) store.Listing { return store.Listing{Case: ref} }
	require.ElementsMatch(t, []store.OnRecord{{Listing: listing(drawn), Stage: "listed", Unstarted: true},
		{Listing: listing(open), Stage: "evidence"}, {Listing: listing(closed), Stage: "closed"}}, rows)
	for _, login := range []string{"archie", "una", "morag"} {
		_, err = h.as(login).ReviewsOnRecord(t.Context(), "", 1000)
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: the worker compares, and verify prints what it found: %v", login, err)
	}

	unstarted, err := h.worker.Unstarted(t.Context(), casefile.Legacy)
	require.NoError(t, err)
	require.Len(t, unstarted, 1)
	require.Equal(t, drawn, unstarted[0].Case)
	require.True(t, at(monday).Equal(unstarted[0].DrawnAt))
	listings, err := h.worker.Listings(t.Context(), casefile.Legacy, at(monday))
	require.NoError(t, err)
	require.Len(t, listings, 2, "drawn by now, and not closed")
	before, err := h.worker.Listings(t.Context(), casefile.Legacy, at(monday).Add(-time.Second))
	require.NoError(t, err)
	require.Empty(t, before)
}

// TestSummerDays: a day is the same on the way in and out, also where London's
// midnight is the day before in UTC; an instant is the same instant.
func TestSummerDays(t *testing.T) {
	h := newHouse(t)
	for i, on := range []clock.Date{clock.NewDate(2026, time.July, 2), clock.NewDate(2026, time.March, 29), clock.NewDate(2026, time.October, 25), clock.NewDate(2026, time.December, 31)} {
		ref := h.imports(numbered(i))
		midnight := on.Start()
		require.Equal(t, on, clock.DateOf(midnight))
		h.List(t, ref, midnight, on)
		s, err := h.as("morag").CaseSummary(t.Context(), ref)
		require.NoError(t, err)
		require.Equal(t, on, s.ListingDate)
		require.Equal(t, on.String(), testdb.Value[string](h, `select listing_date::text from listing where case_ref = $1`, ref))
		drawn, err := h.worker.DrawnAt(t.Context(), ref)
		require.NoError(t, err)
		require.True(t, midnight.Equal(drawn), "%s, %s", midnight, drawn)
		require.NoError(t, h.worker.InTx(t.Context(), func(tx *store.Tx) error {
			counts, err := tx.DrawnByWeek(t.Context(), casefile.Legacy, on)
			require.Equal(t, 1, counts[store.WeekOf(on)])
			return err
		}))
	}
}
