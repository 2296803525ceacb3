package activities_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
)

// breachesOf are the rules that the record of one case breaks.
func (s *journey) breachesOf() []string {
	s.t.Helper()
	rules := []string{}
	require.NoError(s.t, s.sql("una").Select(&rules, `select distinct rule from verify_record() where case_ref = $1 order by 1`, s.ref))
	return rules
}

// TestNobodysPartEndsBehindTheActs (R1, four eyes): whoever has the worker's login writes no end,
// archive, reopening or removal window on an act that says something else, or of one officer; nor
// are two officers made of one.
func TestNobodysPartEndsBehindTheActs(t *testing.T) {
	o := newStaffed(t)
	s := o.in(t).family(t, nil)
	s.until(casefile.Evidence)
	s.do("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"})
	s.do("morag", casefile.ActDied, 1, &casefile.DiedFields{ShownBy: "certificate"})
	s.do("fiona", casefile.ActHasStatus, 3, &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"})
	s.do("morag", casefile.ActLost, 0, &casefile.LostFields{Reason: "no_answer"})
	end := func(of casefile.Outcome, person, second, kind string) string {
		return `insert into person_end (case_ref, person_no, no, outcome, ended_on, first_by, second_by, command_id)
			select case_ref, ` + person + `, 1, '` + string(of) + `', attested_on, person, ` + second + `, id
			from command where case_ref = $1 and kind = '` + kind + `'`
	}
	colleague := s.command("hamish", casefile.ActConfirm, s.request(), s.today(), &casefile.ConfirmFields{Finding: casefile.RequestAgreed})
	forged := map[string]string{
		"a colleague who may not agree":             `update second_request set result = 'done', second_by = 'hamish', second_id = (select id from command where case_ref = $1 and kind = 'case.confirm'), settled_on = asked_on where case_ref = $1`,
		"the death of one counts for another":       end(casefile.Deceased, "2", "null", "person.died"),
		"two officers are made of one":              `update second_request set result = 'done', second_by = 'fiona', second_id = first_id, settled_on = asked_on where case_ref = $1`,
		"a colleague who has typed nothing":         `update second_request set result = 'done', second_by = 'ailsa', second_id = (select id from command where case_ref = $1 and kind = 'contact.record'), settled_on = asked_on where case_ref = $1`,
		"an archive that nobody agreed to":          `insert into archive (case_ref, tracing, no, archived_at, first_by, second_by, command_id) select case_ref, 1, 1, now(), 'morag', 'ailsa', id from command where case_ref = $1 and kind = 'trace.begin'`,
		"a reopening of what is open":               `insert into reopening (case_ref, no, reason, reopened_at, first_by, second_by, command_id) select case_ref, 1, 'error', now(), 'morag', 'ailsa', id from command where case_ref = $1 and kind = 'contact.record'`,
		"a removal window that nobody agreed to":    `insert into removal_window (case_ref, person_no, no, opens_on, closes_on, first_by, second_by, command_id) select case_ref, 2, 1, attested_on, attested_on, 'morag', 'ailsa', id from command where case_ref = $1 and kind = 'contact.record'`,
		"a status on the word of one who has asked": end(casefile.AlreadyHasStatus, "3", "'ailsa'", "person.has-status"),
	}
	for _, of := range casefile.Ends {
		second := "null"
		if of.TakesTwo() {
			second = "'ailsa'"
		}
		forged[string(of)+" on a telephone call"] = end(of, "2", second, "contact.record")
	}
	for what, statement := range forged {
		_, err := o.sql("hame_worker").Exec(statement, s.ref)
		require.Error(t, err, what)
		require.NotContains(t, err.Error(), "syntax", what)
		require.NotContains(t, err.Error(), "does not exist", what)
	}
	s.refusedCommand(casefile.RefusedRole, colleague)
	require.Equal(t, []string{"1 DECEASED"}, s.ends())
	s.sound()
}

// TestVerifyFindsWhatEndsBehindTheActs: what only the owner of the database could write, with the
// triggers off, is found.
func TestVerifyFindsWhatEndsBehindTheActs(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what     string
		prepare  func(*journey)
		tables   []string
		tampered string
		rule     string
	}{
		{"an end without its act", readyFor(casefile.TaskGP), []string{"person_end"},
			`insert into person_end (case_ref, person_no, no, outcome, ended_on, first_by, second_by, command_id)
			select case_ref, 2, 1, 'WITHDRAWN_CONFIRMED', attested_on, person, 'ailsa', id from command where case_ref = $1 order by chain_n limit 1`,
			"people decide"},
		{"a second officer who was none", func(s *journey) {
			s.ready(casefile.TaskGP)
			s.do("fiona", casefile.ActHasStatus, 3, &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"})
		}, []string{"second_request"},
			`update second_request set result = 'done', second_by = 'ailsa', second_id = (select id from command where case_ref = $1 order by chain_n limit 1),
			settled_on = asked_on where case_ref = $1`, "four eyes"},
		{"a request that waits for nobody", func(s *journey) {
			s.ready(casefile.TaskGP)
			s.do("fiona", casefile.ActHasStatus, 3, &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"})
		}, []string{"task"}, `update task set closed_at = opened_at, result = 'x' where case_ref = $1 and kind = 'case.confirm'`, "an owner and a next date"},
		{"a family without a principal", readyFor(casefile.TaskGP), []string{"person"},
			`update person set relationship = 'spouse' where case_ref = $1 and no = 1`, "somebody leads the claim"},
		{"a court that holds nothing", func(s *journey) {
			s.ready(casefile.TaskGP)
			s.do("morag", casefile.ActInterdict, 0, &casefile.CourtFields{})
		}, []string{"hold"}, `update hold set ended_on = opened_on where case_ref = $1`, "a court is obeyed"},
		{"a council that nobody asked", func(s *journey) {
			s.ready(casefile.TaskGP)
			s.do("morag", casefile.ActMove, 0, &casefile.MoveFields{To: "S12000036", Reason: "rehoused"})
		}, []string{"task"}, `update task set closed_at = opened_at, result = 'x' where case_ref = $1 and kind = 'case.accept_move'`, "a council accepts a family"},
		{"submissions that nobody considers", func(s *journey) {
			s.servedRefusal(monday)
			s.do("morag", casefile.ActSubmissions, 2, nil)
		}, []string{"task"}, `update task set closed_at = opened_at, result = 'x' where case_ref = $1 and kind = 'service.consider'`,
			"nobody is removed before submissions are considered"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.in(t).family(t, nil)
			c.prepare(s)
			require.NotContains(t, s.breachesOf(), c.rule)
			for _, table := range c.tables {
				o.Exec(`alter table ` + table + ` disable trigger user`)
			}
			o.Exec(c.tampered, s.ref)
			for _, table := range c.tables {
				o.Exec(`alter table ` + table + ` enable trigger user`)
			}
			require.True(t, slices.Contains(s.breachesOf(), c.rule), "%v", s.breachesOf())
		})
	}
}
