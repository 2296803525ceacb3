package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/forecast"
	"hame/internal/store"
	"hame/internal/testdb"
)

// lane starts the legacy lane at ten families a week.
func (h *house) lane(target clock.Date) {
	h.T.Helper()
	h.Tamper(`insert into backlog_lane (lane, started_at, capacity, target) values ('legacy', $1, 10, $2)`, at(monday), target)
	h.Tamper(`insert into command (id, lane, kind, attested_on, fields, login, person, recorded_at, chain_n, chain_hash)
		values ('00000000-0000-7000-8000-000000000001', 'legacy', 'backlog.start', $1, '{"lane": "legacy", "capacity": 10}', 'archie', 'archie', now(), 1, '')`, monday)
	h.Tamper(`insert into command_outcome (command_id, outcome, business_at, chain_n, chain_hash)
		values ('00000000-0000-7000-8000-000000000001', 'accepted', $1, 2, '')`, at(monday))
}

// reaches records that a review reached a stage on a day.
func (h *house) reaches(ref string, stage casefile.Stage, on clock.Date) {
	h.T.Helper()
	h.Tamper(`insert into stage_entry (case_ref, stage, opened_at) values ($1, $2, $3)`, ref, stage, at(on))
}

// signs plants a signed decision on a day.
func (h *house) signs(ref string, on clock.Date) {
	h.T.Helper()
	h.Tamper(`insert into decision (case_ref, no, proposal_no, author, second_due, signed_on, signed_at, rollup, rule_set)
		select $1, 1, 1, 'ewan', 'no', $2, $3, 'ALL_GRANTED', rule_set from review where case_ref = $1`, ref, on, at(on))
}

// TestWhatAForecastRestsOn: one family of each kind, three people each, as they stand sixty
// days after they were listed; and what was known of them on the fortieth day, which nothing
// recorded since has changed.
func TestWhatAForecastRestsOn(t *testing.T) {
	h := newHouse(t)
	h.lane(monday.AddYears(1))
	h.imports(numbered(1)) // waits
	h.List(t, h.imports(numbered(2)), at(monday.AddDays(50)), monday.AddDays(75))
	decided := h.review(numbered(3))
	h.reaches(decided, casefile.Welfare, monday.AddDays(2))
	h.reaches(decided, casefile.Evidence, monday.AddDays(1))
	h.reaches(decided, casefile.Representation, monday.AddDays(21))
	h.reaches(decided, casefile.Decision, monday.AddDays(30))
	h.Tamper(`insert into security_check (case_ref, person_no, no, requested_on, done_on, result, valid_until)
		values ($1, 1, 1, $2, $3, 'clear', $3), ($1, 2, 1, $2, $4, 'clear', $4)`, decided, monday.AddDays(32), monday.AddDays(38), monday.AddDays(42))
	h.signs(decided, monday.AddDays(45))
	closed := h.review(numbered(4))
	h.reaches(closed, casefile.Evidence, monday)
	h.reaches(closed, casefile.Closed, monday.AddDays(10))
	lost := h.review(numbered(5))
	h.reaches(lost, casefile.Evidence, monday)
	h.Tamper(`insert into archive (case_ref, tracing, no, archived_at, first_by, second_by, command_id) values ($1, 1, 1, $2, 'a', 'b', gen_random_uuid())`, lost, at(monday.AddDays(55)))
	struck := h.review(numbered(6))
	h.reaches(struck, casefile.Evidence, monday)
	h.reaches(struck, casefile.Representation, monday.AddDays(35))
	h.Tamper(`update stage_entry set void_at = $2 where case_ref = $1 and stage = 'representation'`, struck, at(monday.AddDays(50)))
	secret := numbered(7)
	secret.People[0].Flags = append(secret.People[0].Flags, casefile.FlagRestricted)
	h.imports(secret)

	span := func(phase forecast.Phase, days, checks int, end forecast.End, families int) forecast.Span {
		return forecast.Span{People: 3, Phase: phase, Days: days, Checks: checks, End: end, Families: families}
	}
	record := func(login string, day int, restricted bool) forecast.Record {
		r, started, err := h.as(login).ForecastRecord(t.Context(), casefile.Legacy, at(monday.AddDays(day)), restricted)
		require.NoError(t, err)
		require.True(t, started)
		return r
	}
	sixty := record("archie", 60, true)
	require.ElementsMatch(t, []forecast.Span{
		span(forecast.Listed, 0, 0, forecast.Next, 3), span(forecast.Listed, 1, 0, forecast.Next, 1),
		span(forecast.Listed, -15, 0, forecast.Running, 1),
		span(forecast.Gathering, 20, 0, forecast.Next, 1), span(forecast.Gathering, 10, 0, forecast.Closed, 1),
		span(forecast.Gathering, 55, 0, forecast.Archived, 1), span(forecast.Gathering, 60, 0, forecast.Running, 1),
		span(forecast.Representation, 9, 0, forecast.Next, 1), span(forecast.Decision, 15, 10, forecast.Next, 1),
	}, sixty.Spans)
	require.Equal(t, []forecast.Waiting{{People: 3, Families: 1}}, sixty.Waiting)
	require.Equal(t, []int{0, 0, 1}, sixty.Ahead, "listed in the third week from now")
	require.Equal(t, []int{0, 0, 0, 0, 0, 0, 0}, sixty.Arrivals)
	require.Equal(t, []forecast.Ending{{On: monday.AddDays(10), End: forecast.Closed, Families: 1},
		{On: monday.AddDays(45), End: forecast.Next, Families: 1}, {On: monday.AddDays(55), End: forecast.Archived, Families: 1}}, sixty.Ends)
	require.Equal(t, []int{10, 1, 0}, []int{sixty.Capacity, sixty.Archived, sixty.Held})
	require.Equal(t, monday.AddYears(1), sixty.Target)
	require.NotZero(t, sixty.LeadWeeks)

	forty := record("archie", 40, true)
	require.ElementsMatch(t, []forecast.Span{
		span(forecast.Listed, 0, 0, forecast.Next, 3), span(forecast.Listed, 1, 0, forecast.Next, 1),
		span(forecast.Gathering, 20, 0, forecast.Next, 1), span(forecast.Gathering, 10, 0, forecast.Closed, 1),
		span(forecast.Gathering, 40, 0, forecast.Running, 1), span(forecast.Gathering, 35, 0, forecast.Next, 1),
		span(forecast.Representation, 5, 0, forecast.Running, 1),
		span(forecast.Representation, 9, 0, forecast.Next, 1), span(forecast.Decision, 10, 8, forecast.Running, 1),
	}, forty.Spans, "nothing recorded later counts")
	require.Equal(t, 2, forty.ToDraw(), "one of them is drawn since")

	// What became of those whom the forecast of the fortieth day was about: one was decided, one
	// archived, three wait.
	came, err := h.as("archie").ForecastCame(t.Context(), casefile.Legacy, at(monday.AddDays(40)), at(monday.AddDays(60)), true)
	require.NoError(t, err)
	require.Equal(t, forecast.Came{Until: monday.AddDays(60), Open: 3, Soon: 1, Archived: 1}, came)

	act := testdb.Value[string](h, `select gen_random_uuid()::text`)
	h.Tamper(`insert into command (id, case_ref, kind, attested_on, login, person, recorded_at, chain_n, chain_hash) values ($1, $2, 'decision.propose', $3, 'ewan', 'ewan', now(), 90, '')`, act, decided, monday)
	h.Tamper(`insert into command_outcome (command_id, outcome, business_at, chain_n, chain_hash) values ($1, 'accepted', $2, 91, '')`, act, at(monday.AddDays(44)))
	acts, err := h.as("archie").ForecastActs(t.Context(), casefile.Legacy, at(monday.AddDays(60)), true)
	require.NoError(t, err)
	require.Equal(t, forecast.Acts{Decided: 1, Done: []forecast.Tally{{Phase: forecast.Decision, Act: casefile.ActPropose, Times: 1}}}, acts)

	// A restricted family counts for those who see it, if it is asked for at all.
	require.Equal(t, 1, sixty.ToDraw(), "operations do not see it")
	require.Equal(t, 2, record("una", 60, true).ToDraw())
	require.Equal(t, 2, record("fiona", 60, true).ToDraw())
	require.Equal(t, 2, record("hame_worker", 60, true).ToDraw())
	require.Equal(t, 1, record("hame_worker", 60, false).ToDraw())
	require.Equal(t, sixty, record("una", 60, false))

	_, started, err := h.as("archie").ForecastRecord(t.Context(), casefile.FastTrack, at(monday), true)
	require.NoError(t, err)
	require.False(t, started)
	for _, login := range []string{"morag", "ewan", "eilidh", "minister", "ailsa"} {
		_, _, err := h.as(login).ForecastRecord(t.Context(), casefile.Legacy, at(monday), true)
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
	}
}

// TestAHeldFamilyAndOneThatIsNotSeen: two files that may be one family wait for somebody to
// say so, and are in no forecast. If one of them is restricted, who does not see it is told
// nothing of that: the other counts as one that waits.
func TestAHeldFamilyAndOneThatIsNotSeen(t *testing.T) {
	h := newHouse(t)
	h.lane(clock.Date{})
	a, b := numbered(1), numbered(2)
	a.People[0].HomeOfficeRef, b.People[0].HomeOfficeRef = "H1", "H1"
	h.imports(a)
	second := h.imports(b)
	counts := func(login string, restricted bool) [2]int {
		r, _, err := h.as(login).ForecastRecord(t.Context(), casefile.Legacy, at(monday), restricted)
		require.NoError(t, err)
		return [2]int{r.ToDraw(), r.Held}
	}
	require.Equal(t, [2]int{0, 2}, counts("archie", true))
	h.Exec(`update family set restricted = true where case_ref = $1`, second)
	require.Equal(t, [2]int{1, 0}, counts("archie", true))
	require.Equal(t, [2]int{1, 0}, counts("hame_worker", false), "nor what Temporal shows")
	require.Equal(t, [2]int{0, 2}, counts("una", true))
}

// TestATargetIsOnlyShown: no function, view or trigger of the database reads how a lane stands,
// and so its target, but those that report it, and one that
// asks whether any lane was started. What closes a case, archives it or signs a
// decision does not know it (C4, R3).
func TestATargetIsOnlyShown(t *testing.T) {
	h := newHouse(t)
	require.Equal(t, []string{"figures", "forecast_record", "programme_report", "take_back_import"}, testdb.List[string](h, `
		select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname = 'hame' and p.prosrc ~ 'backlog_lane' order by 1`))
	require.Empty(t, testdb.List[string](h, `select viewname from pg_views where schemaname = 'hame' and definition ~ 'backlog_lane'`))
}

// TestWhenAFamilyThatWaitsIsDecided: the days are kept with its place, counted from its listing
// date by its own size, and shown with the case. Without a forecast there are none.
func TestWhenAFamilyThatWaitsIsDecided(t *testing.T) {
	h := newHouse(t)
	ref := h.imports(numbered(1))
	h.Exec(`insert into waiting_place (case_ref, lane, n, waiting, listing_on, drawn_on) values ($1, 'legacy', 1, 1, $2, $3)`, ref, monday.AddDays(70), monday)
	days := []forecast.Band[int]{{Early: 1, Late: 2}, {Early: 3, Late: 4}, {Early: 100, Late: 200}, {Early: 7, Late: 8}}
	kept := func() []string {
		return testdb.List[string](h, `select concat(decided_early, ' ', decided_late) from place_in_order`)
	}
	require.NoError(t, h.worker.SaveSpans(t.Context(), casefile.Legacy, days))
	require.Equal(t, []string{monday.AddDays(170).String() + " " + monday.AddDays(270).String()}, kept(), "three people")
	require.NoError(t, h.worker.SaveSpans(t.Context(), casefile.Legacy, days[:2]))
	require.Equal(t, []string{monday.AddDays(73).String() + " " + monday.AddDays(74).String()}, kept(), "the last is of all larger ones")
	require.NoError(t, h.worker.SaveSpans(t.Context(), casefile.FastTrack, nil))
	require.NotEqual(t, []string{" "}, kept(), "another lane's draw changes nothing")
	require.NoError(t, h.worker.SaveSpans(t.Context(), casefile.Legacy, nil))
	require.Equal(t, []string{" "}, kept())
}
