package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/forecast"
)

// recorded plants forty families that were decided, a hundred days after they were listed, and
// starts the lane towards a target.
func (r *room) recorded(target clock.Date) {
	r.t.Helper()
	today := clock.DateOf(time.Now())
	r.admin.MustExec(`set session_replication_role = replica`)
	r.admin.MustExec(`insert into family (case_ref, family_key, lane, council, support, digest, batch, first_batch, imported_on, imported_at)
		select 'K7F-' || translate(lpad(n::text, 4, '0'), '0123456789', 'CFGHJKMPQR'), 'P' || n, 'legacy', 'S12000049', 'none', '', b.id, b.id, $1::date, $1::date
		from generate_series(1, 40) n, (select id from import_batch limit 1) b`, today.AddDays(-300))
	r.admin.MustExec(`insert into listing (case_ref, lane, drawn_at, listing_date, why)
		select case_ref, 'legacy', $1::date, $2::date, '' from family where family_key ~ '^P'`, today.AddDays(-250), today.AddDays(-200))
	r.admin.MustExec(`insert into stage_entry (case_ref, stage, opened_at)
		select case_ref, s.stage, $1::date + s.days + interval '9 hours' from family,
			(values ('evidence', 0), ('representation', 40), ('decision', 60)) s (stage, days) where family_key ~ '^P'`, today.AddDays(-200))
	r.admin.MustExec(`insert into decision (case_ref, no, proposal_no, author, second_due, signed_on, signed_at, rollup, rule_set)
		select f.case_ref, 1, 1, 'ewan', 'no', $1::date, $1::date + interval '9 hours', 'ALL_GRANTED', (select min(hash) from rule_set) from family f where family_key ~ '^P'`, today.AddDays(-100))
	r.admin.MustExec(`update backlog_lane set target = $1, started_at = $2::date`, target, today.AddDays(-300))
	r.admin.MustExec(`insert into command (id, lane, kind, attested_on, fields, login, person, recorded_at, chain_n, chain_hash)
		values ('00000000-0000-7000-8000-000000000001', 'legacy', 'backlog.start', $1, '{"lane": "legacy", "capacity": 5}', 'archie', 'archie', now(), 1, '')`, today.AddDays(-300))
	r.admin.MustExec(`insert into command_outcome (command_id, outcome, business_at, chain_n, chain_hash)
		values ('00000000-0000-7000-8000-000000000001', 'accepted', $1::date, 2, '')`, today.AddDays(-300))
	// Each of them took a proposal.
	r.admin.MustExec(`insert into command (id, case_ref, kind, attested_on, login, person, recorded_at, chain_n, chain_hash)
		select md5(case_ref)::uuid, case_ref, 'decision.propose', $1, 'ewan', 'ewan', now(), 1, '' from family where family_key ~ '^P'`, today.AddDays(-110))
	r.admin.MustExec(`insert into command_outcome (command_id, outcome, business_at, chain_n, chain_hash)
		select md5(case_ref)::uuid, 'accepted', $1::date, 2, '' from family where family_key ~ '^P'`, today.AddDays(-110))
	r.admin.MustExec(`set session_replication_role = origin`)
}

// TestTheForecastIsShown in the status of the backlog and by its own command: the days, how they
// lie to the target, what another capacity and quicker security checks change, and officers'
// weeks. The same seed prints the same.
func TestTheForecastIsShown(t *testing.T) {
	r := newRoom(t)
	r.admin.SetMaxOpenConns(1)
	today := clock.DateOf(time.Now())
	r.recorded(today.AddDays(400))
	out, errs, code := r.types("--as", "archie", "backlog", "status")
	require.Zero(t, code, errs)
	require.Contains(t, out, "legacy forecast")
	require.Contains(t, out, "cleared by decisions by 20")
	require.Contains(t, out, "the target "+today.AddDays(400).String()+" is met (")
	require.NotContains(t, out, "ALARM")

	args := []string{"--as", "archie", "programme", "forecast", "--capacity", "12", "--security-weeks", "-1"}
	out, errs, code = r.types(args...)
	require.Zero(t, code, errs)
	require.Contains(t, out, "WITH 12 FAMILIES A WEEK AND THE POLICE ANSWERING A WEEK EARLIER")
	require.Contains(t, out, "the middle day is ")
	require.Contains(t, out, "OFFICERS' WEEKS TO CLEAR")
	require.Regexp(t, `decision maker +0\.4 +1\.0 +2\.4`, out, "two families of six hours; five a week, and twelve")
	require.Contains(t, out, "assumed, not measured [D]")
	again, _, _ := r.types(args...)
	require.Equal(t, out, again)

	for _, wrong := range [][]string{{"--capacity", "0"}, {"--capacity", "1001"}, {"--security-weeks", "13"}} {
		_, errs, code := r.types(append([]string{"--as", "archie", "programme", "forecast"}, wrong...)...)
		require.Equal(t, exitUsage, code, "%v: %s", wrong, errs)
	}
	_, errs, code = r.types("--as", "archie", "programme", "forecast", "--lane", "fast-track")
	require.NotZero(t, code)
	require.Contains(t, errs, "the fast-track lane was never started: backlog start")
}

// TestTheAlarmOnArchiving: ten families were archived in the weeks before the target, none
// before. The status says so, and that the target closes no case (C4).
func TestTheAlarmOnArchiving(t *testing.T) {
	r := newRoom(t)
	r.admin.SetMaxOpenConns(1)
	today := clock.DateOf(time.Now())
	r.recorded(today.AddDays(20))
	r.admin.MustExec(`set session_replication_role = replica`)
	r.admin.MustExec(`with lost as (select case_ref from family where family_key ~ '^P' order by 1 limit 10),
		undecided as (delete from decision where case_ref in (select case_ref from lost))
		insert into archive (case_ref, tracing, no, archived_at, first_by, second_by, command_id)
		select case_ref, 1, 1, $1::date, 'a', 'b', gen_random_uuid() from lost`, today.AddDays(-10))
	r.admin.MustExec(`set session_replication_role = origin`)
	out, errs, code := r.types("--as", "archie", "backlog", "status")
	require.Zero(t, code, errs)
	require.Contains(t, out, "ALARM: since "+today.AddDays(-89).String()+" 10 of 10 families ended archived or closed without a decision (100%), before 0%")
	require.Contains(t, out, "it closes no case (C4)")
	var shown struct {
		Forecasts []laneForecast `json:"forecasts"`
	}
	out, _, _ = r.types("--as", "archie", "backlog", "status", "-o", "json")
	require.NoError(t, json.Unmarshal([]byte(out), &shown))
	require.True(t, shown.Forecasts[0].Archiving.Alarm)
}

// TestWhatIsSaidOfATarget: whether it is met or missed, by how much, and what would meet it.
func TestWhatIsSaidOfATarget(t *testing.T) {
	today, ahead := clock.NewDate(2026, time.March, 2), clock.NewDate(2027, time.March, 2)
	some := forecast.Band[int]{Early: 3, Late: 9}
	for _, c := range []struct {
		f    forecast.Forecast
		says string
	}{
		{forecast.Forecast{ToDraw: 5}, ""},
		{forecast.Forecast{ToDraw: 5, Target: ahead, Chance: 0.9, Needed: 1}, "the target 2027-03-02 is met (90%); 1 family a week would do for 80%"},
		{forecast.Forecast{ToDraw: 5, Target: ahead, Chance: 0.799, Needed: 12, Undecided: some},
			"the target 2027-03-02 is missed (met with 79%): some 3 to 9 families would be undecided; 12 families a week would meet it with 80%"},
		{forecast.Forecast{ToDraw: 5, Target: ahead, Undecided: some},
			"the target 2027-03-02 is missed (met with 0%), and no capacity would meet it with 80%: some 3 to 9 families would be undecided"},
		{forecast.Forecast{ToDraw: 1, Target: today.AddDays(-1)}, "the target 2026-03-01 has passed, and 1 family waits for a decision: it changes nothing for them"},
		{forecast.Forecast{Target: ahead}, ""},
		{forecast.Forecast{ToDraw: 1, Target: ahead, Short: []forecast.Shortage{{Phase: forecast.Decision}}}, ""},
	} {
		c.f.AsOf = today
		require.Equal(t, c.says, targetInWords(c.f))
	}
	short := forecast.Forecast{ToDraw: 1, Short: []forecast.Shortage{{Phase: forecast.Decision, Left: 1, Needs: 30}}}
	require.Equal(t, "none yet: too little is recorded. 1 family has left the stage of decision; a forecast needs 30", clearedInWords(short))
	require.Equal(t, "not in sight: the lane is paused", clearedInWords(forecast.Forecast{ToDraw: 1, Paused: true}))
}

// TestWhatABacktestShows: a row for each half year, and the coverage.
func TestWhatABacktestShows(t *testing.T) {
	day := clock.NewDate(2026, time.March, 2)
	f := forecast.Forecast{AsOf: day, ToDraw: 5, Lane: casefile.Legacy, Cleared: forecast.Band[clock.Date]{Early: day.AddDays(100), Middle: day.AddDays(110), Late: day.AddDays(120)},
		Soon: forecast.Band[int]{Early: 3, Middle: 4, Late: 5}}
	var shown bytes.Buffer
	a := &app{output: "table"}
	b := forecast.Backtest{Inside: 1, Settled: 2, Tested: []forecast.Tested{
		{Forecast: f, Came: forecast.Came{Cleared: day.AddDays(110), Soon: 6}, Clearance: forecast.Inside, Half: forecast.Above},
		{Forecast: f, Came: forecast.Came{Open: 2, Soon: 4}, Clearance: forecast.NotYet, Half: forecast.NotYet}}}
	require.NoError(t, a.print(&shown, b, func(w *tabwriter.Writer) { showBacktest(w, b) }))
	require.Contains(t, shown.String(), "1 of 2 came between 10 and 90 percent (50%): some 80% should.")
	require.Contains(t, shown.String(), "2 still open")
	require.Contains(t, shown.String(), "above")
}
