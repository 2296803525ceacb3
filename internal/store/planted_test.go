package store_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
	"hame/internal/testdb"
)

// breaches are what verify tells the auditor, one line each.
func (h *house) breaches() []string {
	h.T.Helper()
	found, err := h.as("una").Verify(h.T.Context())
	require.NoError(h.T, err)
	lines := []string{}
	for _, b := range found {
		lines = append(lines, b.Rule+": "+b.Detail)
	}
	return lines
}

// TestTheWorkersLogin can't turn an outcome round, name a person or sign: by its
// privileges, and where it may write a row, by what the acts on record say (F12).
func TestTheWorkersLogin(t *testing.T) {
	h := newHouse(t)
	ref := h.review(flagged(numbered(1), 2, casefile.FlagRestricted))
	h.decided(ref, "ALL_GRANTED", casefile.GrantILR, nil)
	worker := h.SQL(t, "hame_worker")
	for _, statement := range []string{
		`update proposal_outcome set outcome = 'REFUSED_UPHELD'`, `update decision_outcome set outcome = 'REFUSED_UPHELD'`,
		`update decision_outcome set person_no = 2`, `update decision set rollup = 'ALL_REFUSED'`, `update decision set second = 'ailsa'`,
		`update proposal set author = 'ailsa'`, `update proposal set second_due = 'no'`, `update proposal set command_id = gen_random_uuid()`,
		`update officer set person = 'morag'`, `update officer set part = 'second_officer'`, `update named_on_case set person = 'morag'`,
		`update finding set finding = 'for'`, `update flag_request set first_by = 'fiona'`, `update flag_request set command_id = gen_random_uuid()`,
		`update second_request set first_by = 'fiona'`, `update withdrawal set asked_on = '2026-01-01'`,
		`update removal_window set opens_on = '2026-01-01'`, `update return_step set taken_on = '2026-01-01'`,
		`update tracing set began_on = '2020-01-01'`, `update trace_step set taken_on = '2020-01-01'`,
		`update archive set second_by = 'fiona'`, `update reopening set first_by = 'fiona'`,
		`update person_end set outcome = 'DECEASED'`, `update split set walled = false`, `update file_merge set first_by = 'fiona'`,
	} {
		_, err := worker.Exec(statement)
		require.ErrorContains(t, err, "permission denied", "%s", statement)
	}
	h.does("fiona", ref, casefile.ActFlag, 2, &casefile.FlagFields{Flag: casefile.FlagPublicHarm, To: "on"})
	typed := h.types("fiona", ref, casefile.ActAssign, &casefile.AssignFields{To: "catriona", Role: casefile.DecisionMaker})
	for what, c := range map[string]struct{ constraint, statement string }{
		"an outcome that nobody typed":     {"outcome_as_typed", `insert into proposal_outcome values ($1, 1, 1, 'REFUSED_UPHELD')`},
		"another summary":                  {"review_as_decided", `update review set rollup = 'ALL_REFUSED' where case_ref = $1`},
		"a person whom no act names":       {"named_by_an_act", `insert into named_on_case values ($1, 'morag', 'caseworker', '2026-03-02', gen_random_uuid())`},
		"another than the act names":       {"named_by_an_act", `insert into named_on_case values ($1, 'morag', 'caseworker', '2026-03-02', '` + typed.ID.String() + `')`},
		"an owner whom no act names":       {"named_by_an_act", `update review set owner = 'morag' where case_ref = $1`},
		"an owner named for another part":  {"named_by_an_act", `update review set owner = 'catriona' where case_ref = $1`},
		"a lead whom no act assigns":       {"named_by_an_act", `insert into welfare_check (case_ref, person_no, no, assigned_to, assigned_on) values ($1, 3, 2, 'eilidh', '2026-03-02')`},
		"another lead for the same report": {"named_by_an_act", `update welfare_check set assigned_to = 'rory' where case_ref = $1`},
		"a flag that nobody asked for": {"flag_asked_by_acts", `insert into flag_request (case_ref, person_no, flag, wanted, first_by, asked_on, command_id)
			values ($1, 1, 'public_harm', 'on', 'fiona', '2026-03-02', '` + typed.ID.String() + `')`},
		"a flag that nobody confirmed": {"flag_asked_by_acts", `update flag_request set second_by = 'douglas', settled_on = '2026-03-02', result = 'done' where case_ref = $1`},
		"a flag that nobody refused":   {"flag_asked_by_acts", `update flag_request set second_by = 'fiona', settled_on = '2026-03-02', result = 'refused' where case_ref = $1`},
		"an officer who did nothing":   {"named_by_an_act", `insert into officer values ($1, 'morag', 'welfare_signer')`},
		"a decision without its second officer's act": {"decision_as_signed",
			`insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
				select case_ref, 2, 1, 'ewan', 'ailsa', 'no', '2026-03-02', now(), 'ALL_REFUSED', rule_set from review where case_ref = $1`},
	} {
		of := ref
		if c.constraint == "decision_as_signed" {
			of = h.review(numbered(2))
			h.decided(of, "ALL_GRANTED", casefile.GrantILR, nil)
			h.Tamper(`insert into officer values ($1, 'ewan', 'proposal_author'), ($1, 'ailsa', 'second_officer')`, of)
			h.Tamper(`delete from decision_outcome where case_ref = $1`, of)
			h.Tamper(`delete from decision where case_ref = $1`, of)
		}
		_, err := worker.Exec(c.statement, of)
		require.ErrorContains(t, err, "(23514)", "%s", what)
		mapped := h.worker.InTx(t.Context(), func(*store.Tx) error { return err })
		refusal, refused := casefile.AsRefusal(mapped)
		require.True(t, refused, "%s: %v", what, mapped)
		require.NotContains(t, refusal.Error(), "the database refused it", what)
	}
}

// TestVerifyFindsWhatWasPlanted: each breach that a test of Hame's security planted
// in the record, and that went unnoticed then (F12, F13).
func TestVerifyFindsWhatWasPlanted(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	h.does("morag", ref, casefile.ActContact, 0, phone)
	h.does("fiona", ref, casefile.ActFlag, 1, &casefile.FlagFields{Flag: casefile.FlagPublicHarm, To: "on"})
	_, err := h.as("morag").CaseFile(t.Context(), ref, "case show")
	require.NoError(t, err)
	h.putOff()
	require.Empty(t, h.breaches())
	h.Tamper(`delete from flag_request`)
	for _, c := range []struct{ what, plant, undo, found string }{
		{"an outcome turned round", `update decision_outcome set outcome = 'REFUSED_UPHELD' where person_no = 1`, `update decision_outcome set outcome = 'GRANT_ILR'`,
			"people decide: the outcome of person 1 is not the one that was proposed"},
		{"a summary turned round", `update decision set rollup = 'MIXED', second = 'ailsa'`, `update decision set rollup = 'ALL_GRANTED', second = null`, "people decide: the summary of decision 1 is not that of its outcomes"},
		{"a review's outcome", `update review set rollup = 'MIXED'`, `update review set rollup = 'ALL_GRANTED'`, "people decide: what the review says of its outcome was not decided"},
		{"a person named", `insert into named_on_case select case_ref, 'isla', 'caseworker', '2026-03-02', gen_random_uuid() from review`, `delete from named_on_case`,
			"sight follows from acts: isla is named on the case by no act"},
		{"an owner", `update review set owner = 'isla'`, `update review set owner = 'morag'`, "sight follows from acts: isla owns the case by no act"},
		{"a decision whose act is no link", `update command set chain_n = 0 where kind = 'decision.propose'`, `update command set chain_n = (select chain_n - 1 from command_outcome where command_id = id) where kind = 'decision.propose'`,
			"people decide: a decision without the command that proposed it"},
		{"a decision signed before it was proposed", `update decision set signed_at = signed_at - interval '1 second'`, `update decision set signed_at = signed_at + interval '1 second'`,
			"people decide: it was signed before it was proposed"},
		{"a second officer who did not agree", `update decision set second = 'ailsa'`, `update decision set second = null`, "people decide: its second officer did not agree to it"},
		{"a referral that one officer decided", `insert into security_check (case_ref, person_no, no, requested_on, done_on, result, valid_until)
				select case_ref, 1, 1, '2026-03-02', '2026-03-02', 'refer', '2026-06-01' from review`, `delete from security_check`,
			"four eyes: decided by one after a referral by the police"},
		{"an interdict that holds nothing", `insert into proceeding (case_ref, no, person_no, kind, lodged_on, command_id) select case_ref, 1, 0, 'interim_interdict', '2026-03-02', gen_random_uuid() from review`,
			`delete from proceeding`, "a court is obeyed: what stands at the court since 2026-03-02 holds nothing"},
		{"a refusal served that a court had quashed", `insert into proceeding (case_ref, no, person_no, kind, lodged_on, command_id, ended_on, result, ended_by, fell)
				select case_ref, 1, 0, 'judicial_review', '2026-01-05', gen_random_uuid(), '2026-03-01', 'reduced', gen_random_uuid(), 1 from review;
			update decision_outcome set outcome = 'REFUSED_UPHELD', served_on = '2026-03-02', served_how = 'hand', proof = 'signature' where person_no = 1`,
			`delete from proceeding; update decision_outcome set outcome = 'GRANT_ILR', served_on = null, served_how = null, proof = null where person_no = 1`,
			"a court is obeyed: person 1 was served with a refusal that a court had quashed"},
		{"submissions that hold nothing", `insert into submission (case_ref, no, person_no, received_on, command_id) select case_ref, 1, 1, '2026-03-02', gen_random_uuid() from review`,
			`delete from submission`, "nobody is removed before submissions are considered: what was submitted for person 1 holds nothing"},
		{"submissions that nobody considers", `insert into submission (case_ref, no, person_no, received_on, command_id) select case_ref, 1, 1, '2026-03-02', gen_random_uuid() from review`,
			`delete from submission`, "nobody is removed before submissions are considered: what was submitted for person 1 is nobody's task"},
		{"a family that was moved", `insert into council_move (case_ref, no, from_council, to_council, moved_on, command_id, settled_at, result, settled_by)
				select case_ref, 1, 'S12000049', 'S12000036', '2026-03-02', gen_random_uuid(), '2026-03-02 12:00Z', 'accepted', gen_random_uuid() from review`,
			`delete from council_move`, "a council accepts a family: its council is not the one that accepted it last"},
		{"a move that the old council accepted", `insert into council_move (case_ref, no, from_council, to_council, moved_on, command_id, settled_at, result, settled_by)
				select r.case_ref, 1, 'S12000049', 'S12000036', '2026-03-02', gen_random_uuid(), '2026-03-02 12:00Z', 'accepted', c.id from review r join command c using (case_ref) where c.kind = 'case.assign';
			update family set council = 'S12000036'`,
			`delete from council_move; update family set council = 'S12000049'`, "a council accepts a family: move 1 was accepted by nobody of that council"},
		{"a move that is nobody's task", `insert into council_move (case_ref, no, from_council, to_council, moved_on, command_id)
				select case_ref, 1, 'S12000049', 'S12000036', '2026-03-02', gen_random_uuid() from review`,
			`delete from council_move`, "a council accepts a family: a move waits to be accepted and no task stands for it"},
		{"a decision corrected by one who signed it", `with p as (insert into proposal (case_ref, no, author, revision, proposed_on, proposed_at, second_due, state, command_id)
				select case_ref, 2, author, revision, proposed_on, proposed_at, 'correction', 'signed', command_id from proposal returning *)
			insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
			select case_ref, 2, 2, d.author, 'ailsa', 'correction', d.signed_on, d.signed_at, d.rollup, d.rule_set from decision d join p using (case_ref);
			update decision set second = 'ailsa' where no = 1`,
			`delete from decision where no = 2; delete from proposal where no = 2; update decision set second = null`,
			"four eyes: decision 2 corrects decision 1 without an officer who did not sign it"},
		{"a flag that one asked for and nobody settled", `insert into flag_request (case_ref, person_no, flag, wanted, first_by, asked_on, command_id, second_by, settled_on, result)
			select case_ref, 1, 'public_harm', 'on', 'fiona', '2026-03-02', id, 'douglas', '2026-03-02', 'done' from command where kind = 'case.flag'`, `delete from flag_request`,
			"four eyes: the request of two officers about person 1: douglas did not settle it"},
		{"a flag that nobody asked for", `insert into flag_request (case_ref, person_no, flag, wanted, first_by, asked_on, command_id)
			select case_ref, 1, 'public_harm', 'on', 'morag', '2026-03-02', id from command where kind = 'contact.record'`, `delete from flag_request`,
			"four eyes: the request of two officers about person 1: morag did not ask for it"},
		{"a role granted past its record", `insert into staff (login, person, role) values ('isla', 'isla', 'auditor')`, `delete from staff where login = 'isla' and role = 'auditor'`,
			"the staff list is on record: isla as auditor: the list and the record of its changes differ"},
		{"a role given back", `update staff set revoked_at = now() where login = 'hamish'`, `update staff set revoked_at = null where login = 'hamish'`,
			"the staff list is on record: hamish as caseworker: the list and the record of its changes differ"},
		{"a login of somebody else's", `update staff_member set person = 'douglas' where login = 'morag'`, `update staff_member set person = 'morag' where login = 'morag'`,
			"the staff list is on record: an act of morag is stamped with the name of somebody else"},
		{"a review in the wrong namespace", `update review set apart = true`, `update review set apart = false`,
			"restricted reviews stand apart: its review runs where it does not belong, and is not to be moved"},
		{"a review that is not moved", `insert into review_to_move (case_ref, asked_at) select case_ref, '2026-03-02 09:00Z' from review`, `delete from review_to_move`,
			"restricted reviews stand apart: its review is not moved to the other namespace, since 2026-03-02 09:00 UTC"},
		{"a change of the calendars left half done", `with late as (update command_outcome set recorded_at = recorded_at - interval '2 days'
				where command_id = (select id from command where kind = 'case.flag') returning command_id)
			insert into calendar_application (version, replaced, reason, command_id, applied_at)
			select (select version from calendar_version limit 1), (select version from calendar_version limit 1), 'proclamation', command_id, now() from late`,
			`with undone as (update command_outcome set recorded_at = recorded_at + interval '2 days' where command_id = (select id from command where kind = 'case.flag'))
			delete from calendar_application where command_id = (select id from command where kind = 'case.flag')`,
			"deadlines follow the calendars: change 2 of the calendars is not finished: of 0 cases, 0 were seen to"},
		{"an act struck by one", `insert into strike (command_id, case_ref, reason, first_by, first_id, asked_on, takes_two, settled_at, result)
			select c.id, c.case_ref, 'twice', 'isla', c.id, '2026-03-02', false, now(), 'struck' from command c where kind = 'contact.record'`,
			`delete from strike`, "was struck: isla did not ask for it"},
		{"what was struck counts", `insert into strike (command_id, case_ref, reason, first_by, first_id, asked_on, takes_two, settled_at, result)
			select c.id, c.case_ref, 'twice', 'morag', c.id, '2026-03-02', false, now(), 'struck' from command c where kind = 'contact.record'`,
			`delete from strike`, "was struck, and what it changed of contact counts still"},
		{"a reading gone", `delete from case_read`, ``, "nothing is lost: the chain breaks at link 1"},
	} {
		if c.what == "an outcome turned round" {
			h.decided(ref, "ALL_GRANTED", casefile.GrantILR, nil)
		}
		h.Tamper(c.plant)
		found := strings.Join(h.breaches(), "\n")
		require.Contains(t, found, c.found, c.what)
		if c.undo != "" {
			h.Tamper(c.undo)
			require.NotContains(t, strings.Join(h.breaches(), "\n"), c.found, c.what)
		}
	}
}

// TestALinkSaysWhatItCovers: two different acts never have the same text, whatever
// stands in them (F13).
func TestALinkSaysWhatItCovers(t *testing.T) {
	h := newHouse(t)
	texts := testdb.List[string](h, `
		select link_text('a', 'b|c', 'd') union all select link_text('a|b', 'c', 'd') union all select link_text('a', 'b', 'c|d')
		union all select link_text('a', null, 'b') union all select link_text('a', 'b', null) union all select link_text('a', '', 'b')
		union all select link_text('a', '-', 'b') union all select link_text('a', '1:b')`)
	seen := map[string]bool{}
	for _, text := range texts {
		require.False(t, seen[text], "%s", text)
		seen[text] = true
	}
}

// TestAReadingIsRecordedFirst: what a login reads is on record before it is read,
// whatever it does with the transaction in which it reads (F6).
func TestAReadingIsRecordedFirst(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	hidden := h.review(flagged(numbered(2), 2, casefile.FlagRestricted))
	for _, c := range []struct{ login, part, query string }{
		{"morag", "case show", `select case_file($1)`}, {"morag", "texts", `select to_jsonb(x) from act_text($1) x`},
		{"morag", "timeline", `select to_jsonb(x) from case_timeline($1) x`}, {"morag", "clocks", `select case_clocks($1)`},
		{"una", "audit", `select to_jsonb(x) from audit_show($1) x`},
	} {
		h.Tamper(`delete from case_read`)
		db := h.SQL(t, c.login)
		_, err := db.Exec(c.query, ref)
		require.ErrorContains(t, err, "record_read", "%s without a record", c.part)

		tx, err := db.Beginx()
		require.NoError(t, err)
		_, err = tx.Exec(`select record_read($1, $2)`, ref, c.part)
		require.NoError(t, err)
		_, err = tx.Exec(c.query, ref)
		require.ErrorContains(t, err, "record_read", "the record could be rolled back with the reading of %s", c.part)
		require.NoError(t, tx.Rollback())

		if c.part != "case show" {
			_, err = db.Exec(`select record_read($1, 'another part')`, ref)
			require.NoError(t, err)
			_, err = db.Exec(c.query, ref)
			require.ErrorContains(t, err, "record_read", "%s under another word", c.part)
		}
		_, err = db.Exec(`select record_read($1, $2)`, ref, c.part)
		require.NoError(t, err)
		tx, err = db.Beginx()
		require.NoError(t, err)
		_, err = tx.Exec(c.query, ref)
		require.NoError(t, err)
		require.NoError(t, tx.Rollback())
		require.Equal(t, 1, testdb.Value[int](h, `select count(*) from case_read where login = $1 and case_ref = $2 and what = $3`, c.login, ref, c.part))

		h.Tamper(`update case_read set read_at = read_at - interval '2 minutes'`)
		_, err = db.Exec(c.query, ref)
		require.ErrorContains(t, err, "record_read", "a record of earlier serves no longer")
	}
	var there bool
	require.NoError(t, h.SQL(t, "morag").Get(&there, `select record_read($1, 'case show')`, hidden))
	require.False(t, there)
	require.Zero(t, testdb.Value[int](h, `select count(*) from case_read where case_ref = $1`, hidden))
	for _, what := range []string{"case\x1b[1A", "", "Case", string(make([]byte, 100))} {
		_, err := h.SQL(t, "morag").Exec(`select record_read($1, $2)`, ref, what)
		require.Error(t, err, "%q is no word for what is read (F14)", what)
	}

	// A reading waits for no act, and no act for a reading.
	act, err := h.SQL(t, "morag").Beginx()
	require.NoError(t, err)
	_, err = act.Exec(`insert into command (id, case_ref, kind, attested_on) values (gen_random_uuid(), $1, 'contact.record', '2026-03-02')`, ref)
	require.NoError(t, err)
	_, err = h.as("fiona").CaseFile(t.Context(), ref, "case show")
	require.NoError(t, err)
	require.NoError(t, act.Rollback())
}

// TestWhatALoginMayWrite has bounds: no row ends a list for everybody, starves
// another's acts or obeys a terminal (F11, F14, F16).
func TestWhatALoginMayWrite(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	morag, archie := h.SQL(t, "morag"), h.SQL(t, "archie")
	insert := `insert into command (id, case_ref, lane, office, kind, attested_on, subject_no, fields) values (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s)`
	row := func(ref, lane, office, kind, on, subject, fields string) string {
		return fmt.Sprintf(insert, ref, lane, office, kind, on, subject, fields)
	}
	mine := "'" + ref + "'"
	good := row(mine, "null", "null", "'contact.record'", "'2026-03-02'", "0", `'{"how": "phone"}'`)
	_, err := morag.Exec(good)
	require.NoError(t, err)
	for what, statement := range map[string]string{
		"the day infinity":            row(mine, "null", "null", "'contact.record'", "'infinity'", "0", "'{}'"),
		"a day of 1066":               row(mine, "null", "null", "'contact.record'", "'1066-10-14'", "0", "'{}'"),
		"a day before our era":        row(mine, "null", "null", "'contact.record'", "'0044-03-15 BC'", "0", "'{}'"),
		"another act's office":        row("null", "null", "'calendar'", "'contact.record'", "'2026-03-02'", "0", "'{}'"),
		"an act on a case in no case": row("null", "null", "'mailroom'", "'contact.record'", "'2026-03-02'", "0", "'{}'"),
		"another chain":               row("null", "'staff'", "null", "'contact.record'", "'2026-03-02'", "0", "'{}'"),
		"fields of a megabyte":        row(mine, "null", "null", "'contact.record'", "'2026-03-02'", "0", `jsonb_build_object('how', repeat('x', 1000000))`),
		"a number without bound":      row(mine, "null", "null", "'contact.record'", "'2026-03-02'", "2000000000", "'{}'"),
		"an escape in a field":        row(mine, "null", "null", "'contact.record'", "'2026-03-02'", "0", `jsonb_build_object('how', e'\x1b[2J')`),
		"a C1 control in a field":     row(mine, "null", "null", "'contact.record'", "'2026-03-02'", "0", `jsonb_build_object('how', u&'\009b2J')`),
		"an override in a field":      row(mine, "null", "null", "'contact.record'", "'2026-03-02'", "0", `jsonb_build_object('how', u&'\202e')`),
	} {
		_, err := morag.Exec(statement)
		require.Error(t, err, "%s", what)
	}
	for what, statement := range map[string]string{
		"a lane as a lane's act": row("null", "'legacy'", "null", "'backlog.capacity'", "'2026-03-02'", "0", "'{}'"),
	} {
		_, err := archie.Exec(statement)
		require.NoError(t, err, "%s", what)
	}
	_, err = archie.Exec(row("null", "'staff'", "null", "'backlog.capacity'", "'2026-03-02'", "0", "'{}'"))
	require.Error(t, err, "a lane is one of two")

	text := func(body string) error {
		_, err := morag.Exec(`with s as (select '\x00'::bytea as salt, $3::text as body),
			c as (insert into command (id, case_ref, kind, attested_on, text_digest)
				select $1, $2, 'contact.record', '2026-03-02', sha256(s.salt || convert_to(s.body, 'UTF8')) from s)
			select 1`, uuid.New(), ref, body)
		if err != nil {
			return err
		}
		_, err = morag.Exec(`insert into command_text (command_id, salt, body)
			select $1, '\x00', $2`, testdb.Value[string](h, `select id::text from command order by recorded_at desc limit 1`), body)
		return err
	}
	require.NoError(t, text("two lines\nand a\ttab, with \u200f a mark of direction"))
	for _, body := range []string{"\x1b]52;c;x\x07", "hidden\rshown", "\u202egnirts", "\u009b2J"} {
		require.Error(t, text(body), "%q", body)
	}

	for _, name := range []string{"\x1b[2J", "a\tb", "\u202egnirts", "\u009b2J"} {
		_, err := archie.Exec(`insert into import_staging_person (batch, ord, no, person_key, family_name, flags) values (gen_random_uuid(), 1, 1, '1', $1, '{}')`, name)
		require.Error(t, err, "%q is no name", name)
	}
	_, err = archie.Exec(`insert into import_staging_person (batch, ord, no, person_key, family_name, flags) values (gen_random_uuid(), 1, 1, '1', $1, '{}')`, "\u200fاحمد")
	require.NoError(t, err, "a mark that says which way a name is written is part of it")

	_, err = morag.Exec(`do $$ begin for i in 1..1998 loop ` + good + `; end loop; end $$`)
	require.ErrorContains(t, err, "not delivered yet", "a login's queue is bounded")
	_, err = h.SQL(t, "isla").Exec(good)
	require.NoError(t, err, "and nobody else's is")
	for _, statement := range []string{`select lo_create(0)`, `select lo_from_bytea(0, 'x')`} {
		_, err := morag.Exec(statement)
		require.ErrorContains(t, err, "permission denied", "%s", statement)
	}
}

// TestNoChangeOfACalendarIsLeftOut: whoever applies a version by SQL and leaves out a
// day that it changes is refused: its deadlines would not move (F17).
func TestNoChangeOfACalendarIsLeftOut(t *testing.T) {
	h := newHouse(t)
	from := clock.Embedded()
	to, err := clock.NewHolidays("test", append(from.Days(), clock.Holiday{Division: "scotland", Date: clock.NewDate(2026, time.July, 7), Title: "a day"}))
	require.NoError(t, err)
	days := [][3]string{}
	for _, d := range to.Days() {
		days = append(days, [3]string{string(d.Division), d.Date.String(), d.Title})
	}
	body, err := json.Marshal(days)
	require.NoError(t, err)
	apply := func(changes string) error {
		c := testdb.CalendarApplication(t, monday, to)
		require.NoError(t, h.as("archie").InsertCommand(t.Context(), c))
		_, err := h.SQL(t, "archie").Exec(`select apply_calendar($1, $2, $3, $4, $5, $6)`, c.ID, to.Version(), to.Label(), from.Version(), string(body), changes)
		return err
	}
	require.ErrorContains(t, apply(`[]`), "these are not all changes")
	require.ErrorContains(t, apply(`[["scotland", "2026-07-07", "removed"]]`), "these are not all changes")
	require.NoError(t, apply(`[["scotland", "2026-07-07", "added"]]`))
}

// TestADecisionsActsInTheirOrder: verify tells where the second officer agreed before the
// proposal, and where the agreement came after the signature.
func TestADecisionsActsInTheirOrder(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	agreed := store.NewCommand{ID: uuid.New(), Case: ref, Act: casefile.ActAgree, AttestedOn: monday, Fields: []byte(`{}`)}
	require.NoError(t, h.as("ailsa").InsertCommand(t.Context(), agreed))
	h.Tamper(`insert into command_outcome (command_id, outcome, business_at, chain_n, chain_hash)
		select $1, 'accepted', '2026-03-02 09:00Z', n, '' from chain_append($2, 'planted')`, agreed.ID, ref)
	h.decided(ref, "ALL_GRANTED", casefile.GrantILR, "ailsa")
	const before, after = "people decide: its second officer agreed to it before it was proposed", "people decide: it was signed before it was proposed and agreed to"
	require.Contains(t, h.breaches(), before)
	h.Tamper(`update command_outcome set chain_n = n, business_at = '2026-03-02 09:00:01Z' from chain_append($2, 'planted') where command_id = $1`, agreed.ID, ref)
	h.Tamper(`update command set chain_n = o.chain_n - 1 from command_outcome o where o.command_id = id and id = $1`, agreed.ID)
	require.NotContains(t, h.breaches(), before)
	require.Contains(t, h.breaches(), after)
	h.Tamper(`update decision set signed_at = '2026-03-02 09:00:01Z'`)
	require.NotContains(t, h.breaches(), before)
	require.NotContains(t, h.breaches(), after)
}
