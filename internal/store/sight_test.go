package store_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/store"
	"hame/internal/testdb"
)

// The columns of a family and its people that are personal, and those that are
// codes and keys of Hame's own.
var (
	homeColumns    = []string{"area", "address", "postcode", "phone", "email", "representative", "representative_contact"}
	familyCodes    = []string{"case_ref", "family_key", "lane", "council", "support", "restricted", "digest", "batch", "first_batch", "imported_on", "imported_at", "recorded_at"}
	childsColumns  = []string{"family_name", "given_names", "date_of_birth", "language", "school"} // what a council reads of its child
	asylumsColumns = []string{"home_office_ref", "name_key", "nationality", "birth_country", "arrived_on", "claim_date", "claim_status_on", "last_interview_on",
		"interpreter", "responsible_adult"}
	personCodes = []string{"case_ref", "no", "person_key", "relationship", "sex", "born_in_scotland", "own_claim", "claim_status", "child_when_listed", "joined_on"}
)

// plant puts a word of its own into every personal column of a family, into each
// text, and gives it flags, a hold, a priority, a finding and an outcome.
func (h *house) plant(name, ref string) {
	h.T.Helper()
	for _, c := range homeColumns {
		h.Exec(`update family set `+c+` = $2 where case_ref = $1`, ref, name+"-home-"+c)
	}
	for _, c := range append(slices.Clone(childsColumns), asylumsColumns...) {
		kind := "asylum"
		if slices.Contains(childsColumns, c) {
			kind = "child"
		}
		h.Exec(`update person set `+c+` = '1987-' || $2::text || case when relationship = 'child' then $3::text else '-adult-' end || $4::text where case_ref = $1`,
			ref, name, "-"+kind+"-", c)
	}
	h.Exec(`insert into person_flag (case_ref, no, flag) values ($1, 1, 'public_harm') on conflict do nothing`, ref)
	h.Tamper(`insert into hold (case_ref, person_no, ground, opened_on) values ($1, 1, 'court', '2026-03-02')`, ref)
	h.Tamper(`insert into proposal (case_ref, no, author, revision, proposed_on, proposed_at, second_due, command_id)
		values ($1, 1, 'gregor', 1, '2026-03-02', now(), 'refusal', gen_random_uuid())`, ref)
	h.Tamper(`insert into finding (case_ref, no, by_second, person_no, factor, finding, evidence) values ($1, 1, false, 1, 'character', 'against', '{1}')`, ref)
	h.Tamper(`insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
		select case_ref, 1, 1, 'gregor', 'struan', 'refusal', '2026-03-02', now(), 'ALL_REFUSED', rule_set from review where case_ref = $1`, ref)
	h.Tamper(`insert into decision_outcome (case_ref, decision_no, person_no, outcome) values ($1, 1, 1, 'REFUSED_UPHELD')`, ref)
	h.Tamper(`insert into representation (case_ref, no, from_kind, received_on, answer, answered_by) values ($1, 7, 'msp', '2026-03-02', 'rejected', 'gregor')`, ref)
	h.Tamper(`insert into evidence (case_ref, no, provider, result, received_on, command_id, kinds)
		values ($1, 70, 'community', 'partial', '2026-03-02', gen_random_uuid(), '{faith}')`, ref)
	h.Tamper(`insert into threshold (case_ref, person_no, kind, on_day, fired_at, rule_set, signed)
		select case_ref, 1, 'seven_years', '2026-03-02', '2026-03-02', rule_set, false from review where case_ref = $1`, ref)
	h.Exec(`update review set priority = 1, signed_on = '2026-03-02', rollup = 'ALL_REFUSED' where case_ref = $1`, ref)
	h.plantBadDays(name, ref)
}

// The columns of the tables of a bad day that are personal, and those that are
// codes, days and keys.
var (
	saidColumns = map[string][]string{
		"correction":        {"old_value", "new_value"},
		"import_difference": {"old_value", "new_value"},
		"flag_request":      {},
		"post_item":         {"said_reference", "said_name", "said_representative"},
		"post_suggestion":   {},
	}
	badDayCodes = map[string][]string{
		"correction":        {"case_ref", "no", "person_no", "field", "reason", "source", "corrected_on", "command_id"},
		"import_difference": {"case_ref", "no", "batch", "person_no", "field", "found_on", "finding", "command_id"},
		"flag_request":      {"id", "case_ref", "person_no", "flag", "wanted", "first_by", "asked_on", "second_by", "settled_on", "result", "command_id"},
		"post_item":         {"no", "from_kind", "received_on", "wait_until", "case_ref", "linked_on", "read_on", "dismissed_on", "dismissed_why", "command_id"},
		"post_suggestion":   {"item", "case_ref", "why"},
	}
)

// plantBadDays puts a word of its own into every personal column of what a bad
// day leaves on a file: a corrected fact, a difference that waits, a flag that was
// asked for, an item linked and one suggested, a pair and a held second file,
// and a finding of the comparison with Temporal.
func (h *house) plantBadDays(name, ref string) {
	h.T.Helper()
	h.Tamper(`insert into correction (case_ref, no, person_no, field, old_value, new_value, reason, source, corrected_on, command_id)
		values ($1, 1, 1, 'school', $2::text || '-corrected-old_value', $2::text || '-corrected-new_value', 'misread', 'passport', '2026-03-02', gen_random_uuid())`, ref, name)
	h.Tamper(`insert into import_difference (case_ref, no, batch, person_no, field, old_value, new_value, found_on)
		select $1, 1, id, 1, 'school', $2::text || '-differs-old_value', $2::text || '-differs-new_value', '2026-03-02' from import_batch limit 1`, ref, name)
	h.Tamper(`insert into flag_request (case_ref, person_no, flag, wanted, first_by, asked_on, command_id)
		values ($1, 2, 'public_harm', 'off', 'fiona', '2026-03-02', gen_random_uuid())`, ref)
	h.Tamper(`insert into post_item (from_kind, received_on, wait_until, said_reference, said_name, said_representative, case_ref, linked_on, command_id)
		values ('family', '2026-03-02', '2026-03-09', $2::text || '-linked-said_reference', $2::text || '-linked-said_name', $2::text || '-linked-said_representative',
			$1, '2026-03-02', gen_random_uuid())`, ref, name)
	h.Tamper(`with i as (insert into post_item (from_kind, received_on, wait_until, said_reference, said_name, said_representative, command_id)
			values ('family', '2026-03-02', '2026-03-09', 'a-suggested-reference', 'a-suggested-name', 'a-suggested-representative', gen_random_uuid()) returning no)
		insert into post_suggestion (item, case_ref, why) select no, $1, 'name' from i`, ref)
	h.Tamper(`insert into duplicate_candidate (a, b, why, due_on) select least($1, case_ref), greatest($1, case_ref), 'planted pair', '2026-03-30'
		from family where family_key = 'N9'`, ref)
	h.Tamper(`insert into hold (case_ref, person_no, ground, opened_on, review_on, same_as)
		select $1, 0, 'duplicate', '2026-03-02', '2026-03-30', case_ref from family where family_key = 'N9'`, ref)
	h.Tamper(`insert into council_move (case_ref, no, from_council, to_council, moved_on, command_id)
		values ($1, 1, 'S12000049', 'S12000033', '2026-03-02', gen_random_uuid())`, ref)
	h.Tamper(`insert into proceeding (case_ref, no, person_no, kind, lodged_on, command_id)
		values ($1, 1, 0, 'interim_interdict', '2026-03-02', gen_random_uuid())`, ref)
	h.Tamper(`insert into submission (case_ref, no, person_no, received_on, command_id) values ($1, 1, 1, '2026-03-02', gen_random_uuid())`, ref)
	h.Tamper(`insert into command (id, case_ref, kind, attested_on, login, person, recorded_at, chain_n, chain_hash)
		values (md5($1)::uuid, $1, 'case.recover', '2026-03-02', 'somebody', 'somebody', now(), 100, '')`, ref)
	h.Tamper(`insert into command_outcome (command_id, outcome, chain_n, chain_hash) values (md5($1)::uuid, 'accepted', 101, '')`, ref)
	if name != "restricted" { // whose reference operations learn where its review is dead: TestADeadReviewOfARestrictedCase
		h.Tamper(`insert into comparison_finding (comparison, rule, case_ref, detail) select no, 'rule', $1, 'planted' from comparison order by no desc limit 1`, ref)
	}
}

// finds are what can be found of a case, and the words by which it is known.
var finds = []struct {
	what  string
	words []string
}{
	{"home", []string{"-home-"}},
	{"adults", []string{"-adult-"}},
	{"child", []string{"-child-"}},
	{"asylum", []string{"-asylum-", "claim", "nationality"}},
	{"texts", []string{"a secret of the family"}},
	{"flags", []string{"public_harm", `"court"`, "judicial_review"}},
	{"findings", []string{`"against"`, "character"}},
	{"outcome", []string{"REFUSED_UPHELD", "ALL_REFUSED", "rejected", `"signed_on": "2`}},
	{"priority", []string{`"priority": 1`}},
	{"corrections", []string{"-corrected-"}},
	{"differences", []string{"-differs-"}},
	{"requests", []string{`"wanted"`}},
	{"post", []string{"-linked-", "-suggested-", `"post": [`, "list_post"}},
	{"pairs", []string{"planted pair", `"same_as": "`}},
	{"lives", []string{"faith"}},
	{"thresholds", []string{"seven_years"}},
	{"moves", []string{"S12000033"}},
	{"court", []string{`"interim_interdict"`}},
	{"submissions", []string{`"considered_on"`}},
	{"recovery", []string{"comparison_findings"}},
}

// reads says how a login reads each thing that staff may select or call, given a
// case; a nil one changes something and is tested on its own. The guard in
// TestPrivilegesOfStaff keeps the list whole.
var reads = map[string]string{
	"list_cases":          `select to_jsonb(x) from list_cases('', '', '', false, null, 1000) x where case_ref = $1`,
	"case_summary":        `select to_jsonb(x) from case_summary($1) x`,
	"list_tasks":          `select to_jsonb(x) from list_tasks('', false, '', '', false, null, 1000) x where case_ref = $1`,
	"list_moves":          `select to_jsonb(x) from list_moves() x where case_ref = $1`,
	"list_letters":        `select to_jsonb(x) from list_letters($1, 1000) x`,
	"case_file":           `select case_file($1) where case_file($1) is not null`,
	"case_timeline":       `select to_jsonb(x) from case_timeline($1) x`,
	"my_acts":             `select to_jsonb(x) from my_acts($1) x`,
	"what_follows":        `select what_follows($1, n) from generate_series(1, 60) n where what_follows($1, n) is not null`,
	"act_text":            `select to_jsonb(x) from act_text($1) x`,
	"may_see":             `select to_jsonb($1::text) where may_see($1)`,
	"sight_of":            `select to_jsonb($1 || sight_of($1)) where sight_of($1) is not null`,
	"my_part":             `select to_jsonb(my_part($1)) where my_part($1) is not null`,
	"verify_record":       `select to_jsonb(x) from verify_record() x where case_ref = $1`,
	"comparison_findings": `select to_jsonb(x) from comparison_findings(null) x where case_ref = $1`,
	"await_comparison":    `select to_jsonb(x) from await_comparison(length($1), 0) x where finished_at is null and began_at is not null`,
	"await_outcome":       `select to_jsonb(x) from await_outcome(md5($1)::uuid, 0) x`, // planted by somebody else
	"worker_away_for":     `select to_jsonb(worker_away_for()) where $1::text is null`,
	"figures":             `select figures(business_now(), true, true, true) where figures(business_now(), true, true, true)::text like '%' || $1 || '%'`,
	"programme_report":    `select programme_report() where programme_report()::text like '%' || $1 || '%'`,
	"audit_reads":         `select to_jsonb(x) from audit_reads($1) x`,
	"audit_show":          `select to_jsonb(x) from audit_show($1) x`,
	"audit_heads":         `select to_jsonb(x) from audit_heads() x where subject = $1`,
	"audit_check":         `select to_jsonb(x) from audit_check('[]') x where subject = $1`,
	"staff_list":          `select to_jsonb(x) from staff_list() x where login = $1`,
	"runs_apart":          `select to_jsonb(1) where runs_apart($1)`,
	"has_role":            `select to_jsonb(1) where has_role($1)`,
	"my_roles":            `select to_jsonb(x) from my_roles() x where role = $1`,
	"my_person":           `select to_jsonb(1) where my_person() = $1`,
	"business_now":        `select to_jsonb(business_now()) where $1::text is null`,
	"list_post":           `select to_jsonb(x) from list_post(0, 1000) x where case_ref = $1 or suggestions::text like '%' || $1 || '%'`,
	"list_duplicates":     `select to_jsonb(x) from list_duplicates(1000) x where $1 in (a, b, held)`,
	"waiting_order":       `select to_jsonb(x) from waiting_order('legacy') x where case_ref = $1`,
	"my_command":          `select to_jsonb(x) from my_command(md5($1)::uuid) x`, // planted by somebody else
	"business_today":      `select to_jsonb(business_today()) where $1::text is null`,
	"case_clocks":         `select case_clocks($1) where case_clocks($1) is not null`,
	"deadlines_on_record": `select to_jsonb(x) from deadlines_on_record(0, 1000) x where case_ref = $1`,
	"answers_on_record":   `select to_jsonb(x) from answers_on_record() x where case_ref = $1`,
	"calendar_in_force":   `select to_jsonb(1) where calendar_in_force() = $1`,
	"calendar_progress":   `select to_jsonb(x) from calendar_progress() x where label = $1`,
	"holidays_of":         `select to_jsonb(x) from holidays_of($1) x`,
	"apply_calendar":      ``, "record_refusal": ``, "record_read": ``, "ask_comparison": ``, "try_calendar_again": ``, "import_merge": ``, "import_moves": ``, "erase_text": ``,
	"receive_post": ``, "dismiss_post": ``, "settle_arrival": ``, "resolve_duplicate": ``, "resolve_listed_pair": ``, "take_back_import": ``,
	"list_imports": `select to_jsonb(x) from list_imports(1000) x where $1 = any (cases)`,
	"listed_pairs": `select to_jsonb(x) from listed_pairs(array[$1], array[$1]) x where state <> 'unseen'`,
}

// dump reads everything that a login can read of a case, as JSON.
func dump(t *testing.T, db *sqlx.DB, ref string) string {
	t.Helper()
	var b strings.Builder
	for _, part := range []string{"test", "texts", "timeline", "clocks", "acts", "audit"} {
		_, err := db.Exec(`select record_read($1, $2)`, ref, part)
		require.NoError(t, err)
	}
	for _, name := range slices.Sorted(maps.Keys(reads)) {
		if reads[name] == "" {
			continue
		}
		var rows []json.RawMessage
		err := db.Select(&rows, reads[name], ref)
		if err != nil {
			require.NotContains(t, err.Error(), ref, "an error tells nothing")
			require.True(t, strings.Contains(err.Error(), "may not read") || strings.Contains(err.Error(), "may not verify"), "%s: %v", name, err)
			continue
		}
		for _, r := range rows {
			fmt.Fprintf(&b, "%s %s\n", name, r)
		}
	}
	return b.String()
}

// TestWhatEachRoleSeesOfEachFamily, in everything that it may select or call
// (process.md, Roles). "-" is a case that is not there for them at all.
func TestWhatEachRoleSeesOfEachFamily(t *testing.T) {
	h := newHouse(t)
	for table, want := range map[string][]string{"family": append(slices.Clone(homeColumns), familyCodes...),
		"person": append(append(slices.Clone(childsColumns), asylumsColumns...), personCodes...)} {
		require.ElementsMatch(t, want, testdb.List[string](h, `select column_name from information_schema.columns where table_schema = 'hame' and table_name = $1`, table),
			"each column of %s is either planted or a code", table)
	}
	for table, said := range saidColumns {
		require.ElementsMatch(t, append(slices.Clone(said), badDayCodes[table]...),
			testdb.List[string](h, `select column_name from information_schema.columns where table_schema = 'hame' and table_name = $1`, table),
			"each column of %s is either planted or a code", table)
	}
	h.imports(numbered(9)) // with which each of the others makes a pair
	elsewhere, childless := numbered(2), numbered(3)
	elsewhere.Council = edinburgh
	childless.People = childless.People[:2]
	families := []string{"plain", "elsewhere", "childless", "restricted", "named"}
	refs := map[string]string{
		"plain": h.review(numbered(1)), "elsewhere": h.review(elsewhere), "childless": h.review(childless),
		"restricted": h.review(flagged(numbered(4), 2, casefile.FlagRestricted)), "named": h.review(flagged(numbered(5), 2, casefile.FlagRestricted)),
	}
	for _, name := range families {
		h.evidence(refs[name])
	}
	for _, n := range []struct {
		person string
		role   casefile.Party
	}{{"morag", casefile.Caseworker}, {"ewan", casefile.DecisionMaker}, {"ailsa", casefile.SecondOfficer}, {"archie", casefile.Operations}, {"eilidh", casefile.LeadProfessional},
		{"agnes", casefile.WelfareLead}, {"kirsty", casefile.RepresentationDrafter}, {"jean", casefile.PrivateOffice}, {"minister", casefile.Minister}} {
		h.does("fiona", refs["named"], casefile.ActAssign, 0, &casefile.AssignFields{To: n.person, Role: n.role})
	}
	h.does("kirsty", refs["plain"], casefile.ActDraft, 0, nil)
	h.does("kirsty", refs["elsewhere"], casefile.ActDraft, 0, nil)
	h.does("kirsty", refs["childless"], casefile.ActDraft, 0, nil)
	h.does("kirsty", refs["named"], casefile.ActDraft, 0, nil)
	h.does("fiona", refs["restricted"], casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"})
	h.Tamper(`insert into comparison (asked_by, began_at, finished_at) values ('una', now(), now())`)
	for name, ref := range refs {
		h.plant(name, ref)
	}

	const (
		all     = "home adults child asylum texts flags findings outcome priority corrections differences requests post pairs lives thresholds moves court submissions"
		audited = all + " recovery" // what operations restart is theirs and the auditor's
		noText  = "home adults child asylum outcome priority pairs thresholds moves recovery"
		summary = "texts" // that the case is there, what the office itself wrote, and nothing of all the rest
		none    = "-"
	)
	less := func(s string) string { return strings.ReplaceAll(s, " child", "") } // a family without children
	for _, c := range []struct {
		role                                             casefile.Party
		login, another                                   string // the one who is named, and one who is not
		plain, elsewhere, childless, restricted, ofNamed string
	}{
		{casefile.Caseworker, "morag", "hamish", all, all, less(all), none, all},
		{casefile.SeniorCaseworker, "fiona", "", all, all, less(all), all, all},
		{casefile.DecisionMaker, "ewan", "catriona", all, all, less(all), none, all},
		{casefile.SecondOfficer, "ailsa", "struan", all, all, less(all), none, all},
		{casefile.Auditor, "una", "", audited, audited, less(audited), all, audited},
		{casefile.Operations, "archie", "", noText, noText, less(noText), none, noText},
		{casefile.WelfareLead, "agnes", "murdo", "child", none, none, none, "child"},
		{casefile.LeadProfessional, "eilidh", "rory", "child", none, none, none, "child"},
		{casefile.RepresentationDrafter, "kirsty", "finlay", summary, summary, summary, none, summary},
		{casefile.PrivateOffice, "jean", "", summary, summary, summary, none, summary},
		{casefile.Minister, "minister", "", summary, summary, summary, none, summary},
	} {
		want := map[string]string{"plain": c.plain, "elsewhere": c.elsewhere, "childless": c.childless, "restricted": c.restricted, "named": c.ofNamed}
		for _, family := range families {
			t.Run(string(c.role)+"/"+family, func(t *testing.T) {
				body := dump(t, h.SQL(t, c.login), refs[family])
				if want[family] == none {
					require.Empty(t, body)
					return
				}
				var got []string
				for _, f := range finds {
					if slices.ContainsFunc(f.words, func(w string) bool { return strings.Contains(body, w) }) {
						got = append(got, f.what)
					}
				}
				if len(got) == 0 {
					require.Contains(t, body, refs[family])
					got = []string{summary}
				}
				require.Equal(t, want[family], strings.Join(got, " "), "%s", body)
				if c.another != "" {
					other := dump(t, h.SQL(t, c.another), refs[family])
					require.Equal(t, family == "named", other == "", "whoever is not named on it: %s", other)
				}
			})
		}
	}
	t.Run("each personal column", func(t *testing.T) {
		// Within what a role sees, to the column.
		for login, columns := range map[string][]string{"morag": append(append(slices.Clone(homeColumns), childsColumns...), asylumsColumns...), "agnes": childsColumns, "jean": nil} {
			body := dump(t, h.SQL(t, login), refs["plain"])
			for _, column := range append(append(slices.Clone(homeColumns), childsColumns...), asylumsColumns...) {
				kind := map[bool]string{true: "home", false: map[bool]string{true: "child", false: "asylum"}[slices.Contains(childsColumns, column)]}[slices.Contains(homeColumns, column)]
				want := slices.Contains(columns, column) && column != "name_key" // the matching key is nobody's to read
				require.Equal(t, want, strings.Contains(body, "plain-"+kind+"-"+column), "%s: %s", login, column)
			}
		}
		// What stands on an item, what was corrected and what an import says otherwise
		// is for who sees the file, and for nobody else.
		for _, login := range everyRole {
			body := dump(t, h.SQL(t, login), refs["plain"])
			for table, word := range map[string]string{"correction": "plain-corrected-", "import_difference": "plain-differs-", "post_item": "plain-linked-"} {
				for _, column := range saidColumns[table] {
					want := slices.Contains([]string{"morag", "fiona", "ewan", "ailsa", "una"}, login)
					require.Equal(t, want, strings.Contains(body, word+column), "%s: %s.%s", login, table, column)
				}
			}
		}
	})
}

// TestNamesWhereTheFamilyHasAgreed: the minister's office reads a family's names
// while the latest word on it is that they agree, however it was typed, and not
// any more when they have withdrawn it. A contact that says nothing of names
// changes nothing (process.md, Roles).
func TestNamesWhereTheFamilyHasAgreed(t *testing.T) {
	h := newHouse(t)
	ref, other := h.evidence(h.review(numbered(1))), h.evidence(h.review(numbered(2)))
	h.plant("plain", ref)
	shown := func() bool {
		t.Helper()
		agreed := map[string]bool{}
		for _, login := range []string{"minister", "jean", "kirsty"} {
			body, parts := h.file(login, ref)
			agreed[string(parts["names_agreed"])] = true
			names := strings.Contains(body, "plain-adult-family_name")
			require.Equal(t, names, strings.Contains(body, "plain-child-given_names"))
			require.Equal(t, fmt.Sprint(names), string(parts["names_agreed"]), login)
			for _, word := range []string{"date_of_birth", "home_office_ref", "-home-", "REFUSED"} {
				require.NotContains(t, body, word)
			}
			body, _ = h.file(login, other)
			require.NotContains(t, body, "family_name", "another family's agreement is its own")
		}
		require.Len(t, agreed, 1)
		return agreed["true"]
	}
	require.False(t, shown(), "nobody has asked them")
	says := func(names string, on clock.Date, listed bool) {
		t.Helper()
		c := h.command(ref, casefile.ActContact, &casefile.ContactFields{How: "phone", Names: names})
		c.AttestedOn = on
		if listed {
			var err error
			c, err = desk.Resumable(c, "morag", []string{ref, names, on.String()})
			require.NoError(t, err)
		}
		require.NoError(t, h.as("morag").InsertCommand(t.Context(), c))
		require.Nil(t, h.record(c))
	}
	for i, c := range []struct {
		names  string
		on     clock.Date
		listed bool // typed with a list of families: its id tells nothing of its time
		shown  bool
	}{
		{"agreed", monday.AddDays(-3), false, true},
		{"", monday.AddDays(-2), false, true},
		{"withdrawn", monday.AddDays(-2), false, false},
		{"agreed", monday.AddDays(-1), true, true},
		{"withdrawn", monday.AddDays(-1), false, false}, // the same day, and later
		{"agreed", monday.AddDays(-1), false, true},
		{"withdrawn", monday.AddDays(-1), true, false},
		{"agreed", monday.AddDays(-4), false, false}, // attested for a day before the withdrawal
		{"agreed", monday, true, true},
		{"withdrawn", monday, false, false},
		{"", monday, true, false},
	} {
		says(c.names, c.on, c.listed)
		require.Equal(t, c.shown, shown(), "line %d: %s on %s", i, c.names, c.on)
	}
}

// TestSeveralRoles: each role sees by its own rule, and the widest that sees the
// case counts; a council's role adds nothing to another council's family.
func TestSeveralRoles(t *testing.T) {
	h := newHouse(t)
	other := numbered(2)
	other.Council = edinburgh
	mine, theirs := h.evidence(h.review(numbered(1))), h.evidence(h.review(other))
	h.Tamper(`insert into staff (login, person, role) values ('agnes', 'agnes', 'minister')`) // the staff list takes no such pair
	for ref, sees := range map[string]string{mine: "children", theirs: "summary"} {
		_, parts := h.file("agnes", ref)
		require.Equal(t, `"`+sees+`"`, string(parts["sees"]))
	}
	h.Exec(`update staff set revoked_at = clock_timestamp() where login = 'agnes' and role = 'welfare_lead'`)
	_, parts := h.file("agnes", mine)
	require.Equal(t, `"summary"`, string(parts["sees"]))

	// Named as caseworker, one doesn't see a restricted case by another role.
	ref := h.review(flagged(numbered(3), 2, casefile.FlagRestricted))
	h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: "archie", Role: casefile.Operations})
	h.Exec(`insert into staff (login, person, role) values ('archie', 'archie', 'caseworker')`)
	_, parts = h.file("archie", ref)
	require.Equal(t, `"no_text"`, string(parts["sees"]))
}

// TestNamingOnACase: only who holds the role can be named in it, for a council's
// role at the family's own council; naming leaves the file as it is.
func TestNamingOnACase(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(flagged(numbered(1), 2, casefile.FlagRestricted)))
	revision := testdb.Value[int](h, `select revision from review where case_ref = $1`, ref)
	for _, c := range []struct {
		to   string
		role casefile.Party
		ok   bool
	}{
		{"ewan", casefile.DecisionMaker, true}, {"ewan", casefile.SecondOfficer, false}, {"nobody", casefile.DecisionMaker, false},
		{"agnes", casefile.WelfareLead, true}, {"city_of_edinburgh_welfare", casefile.WelfareLead, false}, {"eilidh", casefile.LeadProfessional, true},
		{"ewan", casefile.DecisionMaker, true}, {"archie", casefile.Operations, true}, {"hamish", casefile.Caseworker, true},
	} {
		cmd := h.types("fiona", ref, casefile.ActAssign, &casefile.AssignFields{To: c.to, Role: c.role})
		out := h.record(cmd)
		require.Equal(t, c.ok, out == nil, "%s as %s: %v", c.to, c.role, out)
	}
	require.Equal(t, []string{"agnes welfare_lead", "archie operations", "eilidh lead_professional", "ewan decision_maker", "hamish caseworker"},
		testdb.List[string](h, `select person || ' ' || role from named_on_case where case_ref = $1 order by 1`, ref))
	require.Equal(t, revision, testdb.Value[int](h, `select revision from review where case_ref = $1`, ref))
	require.Zero(t, testdb.Value[int](h, `select count(*) from review where owner is not null`), "who is named is not the case owner")
	require.Equal(t, []string{ref}, h.cases("ewan"))
	require.Empty(t, h.cases("catriona"))
	h.Exec(`update staff set revoked_at = clock_timestamp() where login = 'ewan'`)
	require.Empty(t, h.cases("ewan"), "named, and no longer of that role")
}

// TestARestrictedCaseIsNotFoundByItsLinks: a family that resembles it, an import
// of the same file, and a check of the record tell nothing of it.
func TestARestrictedCaseIsNotFoundByItsLinks(t *testing.T) {
	h := newHouse(t)
	open, hidden := numbered(1), flagged(numbered(2), 2, casefile.FlagRestricted)
	open.People[0].HomeOfficeRef, hidden.People[0].HomeOfficeRef = "Z1234567", "Z1234567"
	refs := h.Import(t, monday, open, hidden)
	require.Equal(t, 1, testdb.Value[int](h, `select count(*) from duplicate_candidate`))
	for login, linked := range map[string]bool{"morag": false, "archie": false, "ewan": false, "fiona": true, "una": true} {
		body, parts := h.file(login, refs[open.Key])
		require.Equal(t, fmt.Sprint(linked), string(parts["duplicate"]), "%s", login)
		require.NotContains(t, body, refs[hidden.Key])
	}
	require.Equal(t, refs, h.Import(t, monday, open, hidden), "operations import the same file again")
	hidden.Address = "2 Test Street"
	require.Equal(t, refs, h.Import(t, monday, open, hidden), "and a file in which it has changed")
	require.Equal(t, "2 Test Street", testdb.Value[string](h, `select address from family where case_ref = $1`, refs[hidden.Key]))

	h.open(refs[open.Key])
	h.open(refs[hidden.Key])
	h.Tamper(`update review set stuck = 'OpenStage'`)
	for login, want := range map[string][]string{"archie": {refs[open.Key]}, "una": {refs[open.Key], refs[hidden.Key]}} {
		breaches, err := h.as(login).Verify(t.Context())
		require.NoError(t, err)
		var about []string
		for _, b := range breaches {
			about = append(about, b.Case)
		}
		require.ElementsMatch(t, want, about, "%s", login)
	}
	part, err := h.as("morag").MyPart(t.Context(), refs[hidden.Key])
	require.NoError(t, err)
	require.Equal(t, casefile.NoPart, part)
}

// TestARestrictedCaseIsNotFoundOnABadDay: neither by what comes in the post, nor
// by the lists of pairs and of those who wait, nor by trying to restart it, to
// resolve it or to import it, nor by the file of the family that it is the
// second file of. A refusal is that of a case which does not exist, to the word.
func TestARestrictedCaseIsNotFoundOnABadDay(t *testing.T) {
	h := newHouse(t)
	open, hidden, waits, closed := numbered(1), flagged(numbered(2), 2, casefile.FlagRestricted), numbered(3), flagged(numbered(4), 2, casefile.FlagRestricted)
	open.People[0].HomeOfficeRef, hidden.People[0].HomeOfficeRef = "Z1234567", "Z1234567"
	waits.People[0].HomeOfficeRef, closed.People[0].HomeOfficeRef = "Z7654321", "Z7654321"
	refs := h.Import(t, monday, open, hidden, waits, closed)
	const nowhere = "222-2222"
	pair, other, third, fourth := refs[open.Key], refs[hidden.Key], refs[waits.Key], refs[closed.Key]
	seeAll := []string{"fiona", "una"}
	readers := []string{"morag", "fiona", "ewan", "ailsa", "una"}

	t.Run("post", func(t *testing.T) {
		twice := h.command("", casefile.ActReceivePost, &casefile.PostFields{From: "family"})
		twice.Office = store.Mailroom
		for _, what := range []string{"recorded", "asked back", "confirmed", "without words", "without words too"} {
			says := store.PostSays{Reference: "A1234567", NameKey: "nobody of ours"}
			if strings.HasPrefix(what, "without") {
				says = store.PostSays{}
			}
			if what == "confirmed" {
				twice.Fields = []byte(`{"from": "family", "confirmed": true}`)
			}
			twice.ID = uuid.New()
			_, err := h.as("morag").ReceivePost(t.Context(), twice, says, monday.AddDays(7))
			if what == "asked back" {
				r, refused := casefile.AsRefusal(err)
				require.True(t, refused && r.Code == casefile.RefusedUnconfirmed, "%v", err)
			} else {
				require.NoError(t, err, what)
			}
		}
		receive := func(says store.PostSays) int {
			c := h.command("", casefile.ActReceivePost, &casefile.PostFields{From: "family"})
			c.Office = store.Mailroom
			no, err := h.as("morag").ReceivePost(t.Context(), c, says, monday.AddDays(7))
			require.NoError(t, err)
			return no
		}
		for what, says := range map[string]store.PostSays{
			"its reference": {Reference: other}, "the Home Office's": {Reference: "Z1234567"},
			"a name": {NameKey: "testN2"}, "the representative": {Representative: "test & co"},
		} {
			no := receive(says)
			for _, login := range readers {
				items, err := h.as(login).Post(t.Context(), no, 9)
				require.NoError(t, err)
				require.Len(t, items, 1, "an item of which no case is known is everybody's in the mailroom")
				require.Equal(t, slices.Contains(seeAll, login), strings.Contains(string(items[0].Suggestions), other), "%s by %s", login, what)
			}
		}
		// One that is linked to it is no item for the others, by its number or in the count.
		no := receive(store.PostSays{})
		h.Tamper(`update post_item set case_ref = $1, linked_on = received_on where no = $2`, other, no)
		missing, err := h.as("morag").Post(t.Context(), 999, 9)
		require.NoError(t, err)
		for _, login := range everyRole {
			items, err := h.as(login).Post(t.Context(), no, 9)
			require.NoError(t, err)
			if slices.Contains(seeAll, login) {
				require.Len(t, items, 1)
			} else {
				require.Equal(t, missing, items, login)
			}
		}
	})
	t.Run("pairs and those who wait", func(t *testing.T) {
		for login, want := range map[string][]string{"morag": nil, "ewan": nil, "ailsa": nil, "archie": nil, "fiona": {other, fourth}, "una": {other, fourth}} {
			pairs, err := h.as(login).Duplicates(t.Context(), 9)
			require.NoError(t, err)
			require.Len(t, pairs, len(want), login)
			cases := h.cases(login)
			for _, ref := range []string{other, fourth} {
				require.Equal(t, slices.Contains(seeAll, login), slices.Contains(cases, ref), login)
			}
		}
		h.Exec(`delete from duplicate_candidate where $1 in (a, b)`, fourth)
		for login, want := range map[string][]string{"archie": {third, pair}, "fiona": {third, fourth}, "una": {third, fourth}} {
			waiting, _, err := h.as(login).WaitingOrder(t.Context(), casefile.Legacy)
			require.NoError(t, err)
			var got []string
			for _, w := range waiting {
				got = append(got, w.Case)
			}
			require.ElementsMatch(t, want, got, login)
		}
		for _, login := range []string{"morag", "ewan", "ailsa", "agnes", "eilidh", "kirsty", "jean", "minister"} {
			_, _, err := h.as(login).WaitingOrder(t.Context(), casefile.Legacy)
			require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
		}
	})
	t.Run("resolving a pair", func(t *testing.T) {
		resolve := func(login, a, b string) error {
			_, err := h.as(login).ResolveDuplicate(t.Context(), h.command(a, casefile.ActDuplicate, &casefile.DuplicateFields{Other: b, Finding: "same"}), monday.AddDays(28))
			return err
		}
		good, err := casefile.ParseReference(pair)
		require.NoError(t, err)
		require.Equal(t, pair, good)
		none := "222-222" // a reference that nobody has: found by trying
		for _, last := range "23456789ABCDEFGHJKMNPQRSTVWXYZ" {
			if ref, err := casefile.ParseReference(none + string(last)); err == nil {
				none = ref
				break
			}
		}
		unknown := resolve("morag", pair, none)
		require.True(t, store.IsKind(unknown, store.NotFound), "%v", unknown)
		require.Equal(t, unknown, resolve("morag", pair, other))
		require.Equal(t, unknown, resolve("morag", other, pair))
		require.Zero(t, testdb.Value[int](h, `select count(*) from command where kind = 'duplicate.resolve'`), "nothing of it is on record")
		require.Zero(t, testdb.Value[int](h, `select count(*) from duplicate_candidate where resolved_on is not null`))
	})
	t.Run("an import of what has changed", func(t *testing.T) {
		h.open(pair)
		h.open(other)
		open.Phone, hidden.Phone = "0141 1", "0141 2"
		out, err := h.as("archie").Import(t.Context(), []casefile.Family{open, hidden}, "again", false, monday, func() {})
		require.NoError(t, err)
		require.Equal(t, []string{pair}, []string(out.KeptBackRefs), "operations are not told the reference of a case that they may not see")
	})
	t.Run("restarting it", func(t *testing.T) {
		recovers := func(ref string) error {
			c, err := desk.New(ref, casefile.ActRecover, 0, monday, nil, "")
			require.NoError(t, err)
			return h.as("archie").InsertCommand(t.Context(), c)
		}
		unknown := recovers(nowhere)
		require.True(t, store.IsKind(unknown, store.NotFound), "%v", unknown)
		require.Equal(t, unknown, recovers(other))
		for _, login := range []string{"morag", "fiona", "ewan", "una", "archie"} {
			_, err := h.as(login).RecordedReview(t.Context(), pair)
			require.True(t, store.IsKind(err, store.NotPermitted), "%s: the state to restart from is for the worker: %v", login, err)
		}
	})
	t.Run("verify", func(t *testing.T) {
		h.Tamper(`update import_batch set recorded_at = recorded_at - interval '1 hour'`) // its differences have no tasks
		for login, sees := range map[string]bool{"archie": false, "una": true} {
			breaches, err := h.as(login).Verify(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, breaches)
			require.Equal(t, sees, strings.Contains(fmt.Sprint(breaches), other), login)
		}
	})
	t.Run("the second file of one family", func(t *testing.T) {
		// Both were resolved by the senior caseworker, who sees both.
		held, err := h.as("fiona").ResolveDuplicate(t.Context(), h.command(pair, casefile.ActDuplicate, &casefile.DuplicateFields{Other: other, Finding: "same"}), monday.AddDays(28))
		require.NoError(t, err)
		first := map[string]string{pair: other, other: pair}[held]
		h.Tamper(`update hold set case_ref = $1, same_as = $2 where ground = 'duplicate'`, pair, other)
		require.NotEmpty(t, first)
		for _, login := range append(slices.Clone(readers), "archie") {
			body, _ := h.file(login, pair)
			require.Equal(t, slices.Contains(seeAll, login), strings.Contains(body, other), "%s: %s", login, body)
		}
	})
	require.Equal(t, 4, testdb.Value[int](h, `select count(*) from family`))
}

// TestTwoRolesOnARestrictedCase: who is named on it in a role that reads no post
// and no pairs does not read them by another role that does not see the case.
func TestTwoRolesOnARestrictedCase(t *testing.T) {
	h := newHouse(t)
	hidden, open := flagged(numbered(1), 2, casefile.FlagRestricted), numbered(2)
	open.People[0].HomeOfficeRef, hidden.People[0].HomeOfficeRef = "Z1234567", "Z1234567"
	refs := h.Import(t, monday, hidden, open)
	ref := refs[hidden.Key]
	h.open(ref)
	h.Tamper(`insert into post_item (from_kind, received_on, wait_until, said_name, case_ref, linked_on, command_id)
		values ('family', '2026-03-02', '2026-03-09', 'a name', $1, '2026-03-02', gen_random_uuid())`, ref)
	h.Tamper(`with i as (insert into post_item (from_kind, received_on, wait_until, command_id) values ('family', '2026-03-02', '2026-03-09', gen_random_uuid()) returning no)
		insert into post_suggestion (item, case_ref, why) select no, $1, 'name' from i`, ref)
	for _, c := range []struct {
		login       string
		role        casefile.Party
		post, pairs bool
	}{
		{"archie", casefile.Operations, false, true}, // operations resolve nothing, but see which files are held back
		{"jean", casefile.PrivateOffice, false, false},
		{"agnes", casefile.WelfareLead, false, false},
		{"ewan", casefile.DecisionMaker, true, true},
	} {
		h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: c.login, Role: c.role})
		h.Tamper(`insert into staff (login, person, role) values ($1, $1, 'caseworker')`, c.login) // some of these pairs the staff list takes not
		var items, suggested, pairs int
		db := h.SQL(t, c.login)
		require.NoError(t, db.Get(&items, `select count(*) from list_post(0, 1000) where case_ref = $1`, ref))
		require.NoError(t, db.Get(&suggested, `select count(*) from list_post(0, 1000) where suggestions::text like '%' || $1 || '%'`, ref))
		require.NoError(t, db.Get(&pairs, `select count(*) from list_duplicates(1000) where $1 in (a, b)`, ref))
		require.Equal(t, []bool{c.post, c.post, c.pairs}, []bool{items == 1, suggested == 1, pairs == 1}, c.login)
	}
}

// TestPrivilegesOfStaff are exactly these; each thing to read is dumped above for
// every role.
func TestPrivilegesOfStaff(t *testing.T) {
	h := newHouse(t)
	relations := testdb.List[string](h, `
		select c.relname || ' ' || lower(a.privilege_type) from pg_class c, aclexplode(c.relacl) a
		where c.relnamespace = 'hame'::regnamespace and a.grantee = 'hame_staff'::regrole order by 1`)
	require.Empty(t, relations, "staff select from nothing: from a plan they could tell how many rows they are not shown (F5)")
	columns := testdb.List[string](h, `
		select c.relname || ' ' || lower(a.privilege_type) || ' ' || string_agg(t.attname, ', ' order by t.attname)
		from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
		where c.relnamespace = 'hame'::regnamespace and a.grantee = 'hame_staff'::regrole group by c.relname, a.privilege_type order by 1`)
	require.Equal(t, []string{
		"command insert attested_on, case_ref, fields, id, kind, lane, office, subject_no, text_digest",
		"command_text insert body, command_id, salt",
		"import_staging insert address, area, batch, case_ref, council, digest, email, family_key, lane, ord, phone, postcode, representative, representative_contact, restricted, support",
		"import_staging_person insert arrived_on, batch, birth_country, born_in_scotland, claim_date, claim_status, claim_status_on, date_of_birth, " +
			"family_name, flags, given_names, home_office_ref, interpreter, language, last_interview_on, name_key, nationality, no, ord, own_claim, " +
			"person_key, relationship, responsible_adult, school, sex",
	}, columns)
	functions := testdb.List[string](h, `select proname from pg_proc where pronamespace = 'hame'::regnamespace and has_function_privilege('hame_staff', oid, 'execute') order by 1`)
	require.ElementsMatch(t, slices.Collect(maps.Keys(reads)), functions)
	require.Empty(t, testdb.List[string](h, `
		select c.relname from pg_class c, aclexplode(c.relacl) a where c.relnamespace = 'hame'::regnamespace and a.grantee = 0`), "nothing is everybody's")
	require.Equal(t, []string{"usage"}, testdb.List[string](h, `
		select lower(a.privilege_type) from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'hame' and a.grantee = 'hame_staff'::regrole`))
	// Roles are the whole server's: another test makes an owner_... for a moment.
	require.Empty(t, testdb.List[string](h, `select rolname from pg_roles r where pg_has_role(r.oid, 'hame_owner', 'member') and not rolsuper
		and rolname not in ('hame_owner', 'hame_admin') and rolname !~ '^owner_[0-9a-f]{8}$'`))
}

// TestErasingAText: two officers of operations ask for it, for one reason, on record in
// the case's chain; a court's hold overrides it, and the chain still verifies.
func TestErasingAText(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(numbered(1)))
	draft := h.does("kirsty", ref, casefile.ActDraft, 0, nil)
	silent := h.does("morag", ref, casefile.ActContact, 0, phone)
	erased := false
	erase := func(login string, c store.NewCommand, reason string) error {
		e, err := h.as(login).EraseText(t.Context(), c.ID, reason)
		erased = e.Erased
		return err
	}
	refused := func(err error, code casefile.RefusalCode) {
		t.Helper()
		r, ok := casefile.AsRefusal(err)
		require.True(t, ok, "%v", err)
		require.Equal(t, code, r.Code)
	}
	for _, login := range []string{"morag", "fiona", "una", "kirsty", "ewan"} {
		require.True(t, store.IsKind(erase(login, draft, "retention"), store.NotPermitted), "%s", login)
	}
	refused(erase("archie", draft, "embarrassing"), casefile.RefusedFields)
	refused(erase("archie", silent, "retention"), casefile.RefusedNothingOpen)
	h.Tamper(`insert into hold (case_ref, person_no, ground, opened_on) values ($1, 1, 'court', '2026-03-02')`, ref)
	refused(erase("archie", draft, "data_subject"), casefile.RefusedBlocked)
	require.Zero(t, testdb.Value[int](h, `select count(*) from command where kind = 'text.erase'`))
	h.Exec(`update hold set ended_on = '2026-03-03'`)

	// Neither of the two wrote it.
	h.Tamper(`update command set person = 'Archie' where id = $1`, draft.ID)
	refused(erase("archie", draft, "data_subject"), casefile.RefusedFourEyes)
	h.Tamper(`update command set person = 'kirsty' where id = $1`, draft.ID)

	// The first asks. The text stays, and the same person can't confirm it, not under another login either.
	require.NoError(t, erase("archie", draft, "data_subject"))
	require.False(t, erased)
	require.NotEmpty(t, h.texts("fiona", ref))
	refused(erase("archie", draft, "data_subject"), casefile.RefusedFourEyes)
	refused(erase("rhona", draft, "retention"), casefile.RefusedStale)
	for _, sameOne := range []string{"archie", "ARCHIE"} {
		h.Tamper(`update staff set person = $1 where login = 'rhona'`, sameOne)
		refused(erase("rhona", draft, "data_subject"), casefile.RefusedFourEyes)
	}
	h.Tamper(`update staff set person = 'rhona' where login = 'rhona'`)

	// What forbids it is looked at again when it is confirmed.
	h.Exec(`update hold set ended_on = null`)
	refused(erase("rhona", draft, "data_subject"), casefile.RefusedBlocked)
	h.Exec(`update hold set ended_on = '2026-03-03'`)

	// A request lapses after 30 days, and the first may ask again for another reason.
	h.Tamper(`update erasure set asked_on = business_today() - 31`)
	require.NoError(t, erase("rhona", draft, "data_subject"))
	require.False(t, erased)
	require.NoError(t, erase("rhona", draft, "retention"))
	require.False(t, erased)
	refused(erase("archie", draft, "data_subject"), casefile.RefusedStale)
	require.NoError(t, erase("archie", draft, "retention"))
	require.True(t, erased)
	refused(erase("rhona", draft, "retention"), casefile.RefusedAlreadyDone)
	require.Equal(t, []string{"archie lapsed", "rhona withdrawn", "rhona done archie"},
		testdb.List[string](h, `select concat_ws(' ', first_by, result, second_by) from erasure order by no`))

	require.Zero(t, testdb.Value[int](h, `select count(*) from command_text where body is not null`))
	by := func(person, reason string) string {
		return fmt.Sprintf(`%s %s accepted {"reason": "%s", "command": "%s"}`, person, ref, reason, draft.ID)
	}
	require.Equal(t, []string{by("archie", "data_subject"), by("rhona", "data_subject"), by("rhona", "retention"), by("archie", "retention")},
		testdb.List[string](h, `select c.person || ' ' || c.case_ref || ' ' || o.outcome || ' ' || c.fields from command c join command_outcome o on o.command_id = c.id
			where c.kind = 'text.erase' order by c.chain_n`))
	require.Zero(t, testdb.Value[int](h, broken))
	breaches, err := h.verifies()
	require.NoError(t, err)
	require.Empty(t, breaches)
	require.Empty(t, h.texts("fiona", ref))

	// A restricted case's text is not there for operations.
	hidden := h.evidence(h.review(flagged(numbered(2), 2, casefile.FlagRestricted)))
	waiver := h.does("fiona", hidden, casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"})
	unknown := erase("archie", store.NewCommand{}, "retention")
	require.True(t, store.IsKind(unknown, store.NotFound), "%v", unknown)
	require.Equal(t, unknown, erase("archie", waiver, "retention"))

	// Nobody types the act, and nobody blanks a text without the acts of two.
	err = h.as("archie").InsertCommand(t.Context(), h.command(ref, casefile.ActErase, &casefile.EraseFields{Command: draft.ID.String(), Reason: "retention"}))
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
	for _, change := range []string{`delete from command_text`, `update command_text set body = 'another'`, `update command_text set salt = '\x00', body = null`,
		`update command_text set body = null, salt = ''`} {
		_, err := h.Super.Exec(change)
		require.ErrorContains(t, err, "insert-only", change)
	}
	for _, plant := range []string{`update command_text set body = null, salt = '' where command_id = '` + waiver.ID.String() + `'`,
		`update erasure set second_by = 'una' where result = 'done'`} {
		h.Tamper(plant)
		breaches, err = h.verifies()
		require.NoError(t, err)
		require.NotEmpty(t, breaches)
		require.Contains(t, breaches[len(breaches)-1].Detail, "no two persons are on record for erasing it")
	}
	require.Len(t, breaches, 2)
}

// TestErasingBeforeTheListing: until the listing opens the hold, the imported
// flag of a judicial review stands for it.
func TestErasingBeforeTheListing(t *testing.T) {
	h := newHouse(t)
	ref := h.imports(flagged(numbered(1), 1, casefile.FlagJudicialReview))
	c := h.command(ref, casefile.ActContact, phone)
	c.Text = "SYNTHETIC: what was said."
	require.NoError(t, h.as("morag").InsertCommand(t.Context(), c))
	_, err := h.as("archie").EraseText(t.Context(), c.ID, "retention")
	r, ok := casefile.AsRefusal(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, casefile.RefusedBlocked, r.Code)
}

// TestAudit: who read, who did, and whether the chains are those of yesterday.
func TestAudit(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(flagged(numbered(1), 2, casefile.FlagRestricted)))
	h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	waiver := h.does("fiona", ref, casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"})
	late := h.types("morag", ref, casefile.ActContact, phone)
	h.file("morag", ref)
	una := h.as("una")

	acts, err := una.AuditShow(t.Context(), ref)
	require.NoError(t, err)
	got := []string{}
	for _, a := range acts {
		require.Len(t, a.Hash, 12)
		got = append(got, fmt.Sprintf("%d %s %s %s/%d on %s: %s, text %s", a.Link, a.Person, a.Login, a.Act, a.Subject, a.AttestedOn, a.Outcome, a.Text))
	}
	typed := clock.DateOf(time.Now()).String() // what decides has no other day
	require.Equal(t, []string{
		"1 fiona fiona case.assign/0 on " + typed + ": accepted, text none",
		"3 fiona fiona welfare.waive/3 on " + typed + ": accepted, text there",
		"5 morag morag contact.record/0 on 2026-03-02: , text none",
	}, got)
	require.Equal(t, []any{waiver.ID, late.ID}, []any{acts[1].Command, acts[2].Command})

	reads, err := una.AuditReads(t.Context(), ref)
	require.NoError(t, err)
	require.Len(t, reads, 2)
	require.Equal(t, "morag case", reads[0].Person+" "+reads[0].What)
	require.Equal(t, "una audit", reads[1].Person+" "+reads[1].What, "the auditor's reading is recorded too")

	heads, err := una.AuditHeads(t.Context())
	require.NoError(t, err)
	again, err := una.AuditHeads(t.Context())
	require.NoError(t, err)
	require.Equal(t, heads, again)
	h.does("morag", ref, casefile.ActContact, 0, phone)
	h.Exec(`insert into staff (login, person, role) values ('morag', 'morag', 'operations')`)
	differences, err := una.AuditCheck(t.Context(), heads)
	require.NoError(t, err)
	require.Empty(t, differences, "chains may grow")

	for _, login := range []string{"archie", "fiona", "morag"} {
		s := h.as(login)
		for name, err := range map[string]error{
			"reads": second(s.AuditReads(t.Context(), ref)), "show": second(s.AuditShow(t.Context(), ref)), "export": second(s.AuditHeads(t.Context())),
			"check": second(s.AuditCheck(t.Context(), heads)), "no such case": second(s.AuditShow(t.Context(), "222-2222"))} {
			require.True(t, store.IsKind(err, store.NotPermitted), "%s %s: %v", login, name, err)
		}
	}
	_, err = una.AuditShow(t.Context(), "222-2222")
	require.True(t, store.IsKind(err, store.NotFound), "%v", err)

	// Whoever owns the database rewrites a chain and all its hashes: only the copy
	// that was kept elsewhere tells.
	h.Tamper(`update staff_event set by_login = 'somebody' where chain_n = 1`)
	differences, err = una.AuditCheck(t.Context(), heads)
	require.NoError(t, err)
	require.Equal(t, []store.ChainDifference{{Subject: "staff", N: 1, Detail: "the chain breaks here"}}, differences)
	h.Tamper(`update staff_event set by_login = 'hame_admin' where chain_n = 1`)
	h.Tamper(`delete from command_outcome where command_id = $1`, waiver.ID)
	h.Tamper(`delete from chain_head where subject = $1`, ref)
	differences, err = una.AuditCheck(t.Context(), append(heads, store.ChainHead{Subject: ref, N: 4, Hash: "00"}))
	require.NoError(t, err)
	require.Contains(t, differences, store.ChainDifference{Subject: ref, N: 4, Detail: "the link is gone"})
}

func second[T any](_ T, err error) error { return err }

// TestTheReasonsOfADecisionStay until its case is closed: while somebody may appeal
// against it, nobody asks for their erasure, and nobody confirms it.
func TestTheReasonsOfADecisionStay(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	proposed := h.command(ref, casefile.ActReturn, &casefile.ReturnFields{Reasons: []string{"law"}})
	proposed.Text = "SYNTHETIC: why."
	require.NoError(t, h.as("ailsa").InsertCommand(t.Context(), proposed))
	for _, login := range []string{"archie", "rhona"} {
		_, err := h.as(login).EraseText(t.Context(), proposed.ID, "data_subject")
		r, ok := casefile.AsRefusal(err)
		require.True(t, ok, "%v", err)
		require.Equal(t, casefile.RefusedBlocked, r.Code)
	}
	h.Tamper(`update review set stage = 'closed', closed_at = now()`)
	for _, login := range []string{"archie", "rhona"} {
		_, err := h.as(login).EraseText(t.Context(), proposed.ID, "data_subject")
		require.NoError(t, err)
	}
	require.Zero(t, testdb.Value[int](h, `select count(*) from command_text where body is not null`))
}
