package store_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
)

// The columns of a family and its people that are personal, and those that are
// codes and keys of Hame's own.
var (
	homeColumns    = []string{"area", "address", "postcode", "phone", "email", "representative", "representative_contact"}
	familyCodes    = []string{"case_ref", "family_key", "lane", "council", "support", "restricted", "digest", "batch", "imported_on", "recorded_at"}
	childsColumns  = []string{"family_name", "given_names", "date_of_birth", "language", "school"} // what a council reads of its child
	asylumsColumns = []string{"home_office_ref", "name_key", "nationality", "birth_country", "arrived_on", "claim_date", "claim_status_on", "last_interview_on",
		"interpreter", "responsible_adult"}
	personCodes = []string{"case_ref", "no", "person_key", "relationship", "sex", "born_in_scotland", "own_claim", "claim_status", "child_when_listed"}
)

// plant puts a word of its own into every personal column of a family, into each
// text, and gives it flags, a hold, a priority, a finding and an outcome.
func (h *house) plant(name, ref string) {
	h.t.Helper()
	for _, c := range homeColumns {
		h.exec(`update family set `+c+` = $2 where case_ref = $1`, ref, name+"-home-"+c)
	}
	for _, c := range append(slices.Clone(childsColumns), asylumsColumns...) {
		kind := "asylum"
		if slices.Contains(childsColumns, c) {
			kind = "child"
		}
		h.exec(`update person set `+c+` = '1987-' || $2::text || case when relationship = 'child' then $3::text else '-adult-' end || $4::text where case_ref = $1`,
			ref, name, "-"+kind+"-", c)
	}
	h.exec(`insert into person_flag (case_ref, no, flag) values ($1, 1, 'public_harm') on conflict do nothing`, ref)
	h.tamper(`insert into hold (case_ref, person_no, ground, opened_on) values ($1, 1, 'court', '2026-03-02')`, ref)
	h.tamper(`insert into proposal (case_ref, no, author, revision, proposed_on, proposed_at, second_due, command_id)
		values ($1, 1, 'gregor', 1, '2026-03-02', now(), 'refusal', gen_random_uuid())`, ref)
	h.tamper(`insert into finding (case_ref, no, by_second, person_no, factor, finding, evidence) values ($1, 1, false, 1, 'character', 'against', '{1}')`, ref)
	h.tamper(`insert into decision (case_ref, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
		select case_ref, 1, 'gregor', 'struan', 'refusal', '2026-03-02', now(), 'ALL_REFUSED', rule_set from review where case_ref = $1`, ref)
	h.tamper(`insert into decision_outcome (case_ref, person_no, outcome) values ($1, 1, 'REFUSED_UPHELD')`, ref)
	h.tamper(`insert into representation (case_ref, no, from_kind, received_on, answer, answered_by) values ($1, 7, 'msp', '2026-03-02', 'rejected', 'gregor')`, ref)
	h.exec(`update review set priority = 1, signed_on = '2026-03-02', rollup = 'ALL_REFUSED' where case_ref = $1`, ref)
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
}

// reads says how a login reads each thing that staff may select or call, given a
// case; a nil one changes something and is tested on its own. The guard in
// TestPrivilegesOfStaff keeps the list whole.
var reads = map[string]string{
	"case_list":         `select to_jsonb(x) from case_list x where case_ref = $1`,
	"task_list":         `select to_jsonb(x) from task_list x where case_ref = $1`,
	"letter_list":       `select to_jsonb(x) from letter_list x where case_ref = $1`,
	"case_role":         `select to_jsonb(x) from case_role x where role = $1`,
	"case_file":         `select case_file($1, 'test') where case_file($1, 'test') is not null`,
	"case_timeline":     `select to_jsonb(x) from case_timeline($1) x`,
	"act_text":          `select to_jsonb(x) from act_text($1, (select array_agg(distinct kind) from unnest('{representation.draft,welfare.waive,welfare.report}'::text[]) kind)) x`,
	"may_see":           `select to_jsonb($1::text) where may_see($1)`,
	"my_part":           `select to_jsonb(my_part($1)) where my_part($1) is not null`,
	"verify_record":     `select to_jsonb(x) from verify_record() x where case_ref = $1`,
	"reviews_on_record": `select to_jsonb(x) from reviews_on_record() x where case_ref = $1`,
	"programme_report":  `select programme_report() where programme_report()::text like '%' || $1 || '%'`,
	"audit_reads":       `select to_jsonb(x) from audit_reads($1) x`,
	"audit_show":        `select to_jsonb(x) from audit_show($1) x`,
	"audit_heads":       `select to_jsonb(x) from audit_heads() x where subject = $1`,
	"audit_check":       `select to_jsonb(x) from audit_check('[]') x where subject = $1`,
	"staff_list":        `select to_jsonb(x) from staff_list() x where login = $1`,
	"has_role":          `select to_jsonb(1) where has_role($1)`,
	"my_roles":          `select to_jsonb(x) from my_roles() x where role = $1`,
	"my_person":         `select to_jsonb(1) where my_person() = $1`,
	"business_now":      `select to_jsonb(business_now()) where $1::text is null`,
	"record_refusal":    ``, "file_command": ``, "import_merge": ``, "erase_text": ``,
}

// dump reads everything that a login can read of a case, as JSON.
func dump(t *testing.T, db *sqlx.DB, ref string) string {
	t.Helper()
	var b strings.Builder
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
		require.ElementsMatch(t, want, list[string](h, `select column_name from information_schema.columns where table_schema = 'hame' and table_name = $1`, table),
			"each column of %s is either planted or a code", table)
	}
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
	for name, ref := range refs {
		h.plant(name, ref)
	}

	const (
		all     = "home adults child asylum texts flags findings outcome priority"
		noText  = "home adults child asylum outcome priority"
		summary = "summary" // that the case is there, and nothing of all that
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
		{casefile.Auditor, "una", "", all, all, less(all), all, all},
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
	})
	t.Run("names where the family has agreed", func(t *testing.T) {
		h.exec(`create or replace function names_agreed(ref text) returns boolean language sql stable security definer set search_path = hame as 'select ref = ''` + refs["plain"] + `'''`)
		body, _ := h.file("minister", refs["plain"])
		require.Contains(t, body, "plain-adult-family_name")
		require.Contains(t, body, "plain-child-given_names")
		for _, word := range []string{"date_of_birth", "home_office_ref", "-home-", "REFUSED"} {
			require.NotContains(t, body, word)
		}
		body, _ = h.file("minister", refs["elsewhere"])
		require.NotContains(t, body, "family_name")
	})
}

// TestSeveralRoles: each role sees by its own rule, and the widest that sees the
// case counts; a council's role adds nothing to another council's family.
func TestSeveralRoles(t *testing.T) {
	h := newHouse(t)
	other := numbered(2)
	other.Council = edinburgh
	mine, theirs := h.evidence(h.review(numbered(1))), h.evidence(h.review(other))
	h.exec(`insert into staff (login, person, role) values ('agnes', 'agnes', 'minister')`)
	for ref, sees := range map[string]string{mine: "children", theirs: "summary"} {
		_, parts := h.file("agnes", ref)
		require.Equal(t, `"`+sees+`"`, string(parts["sees"]))
	}
	h.exec(`update staff set revoked_at = clock_timestamp() where login = 'agnes' and role = 'welfare_lead'`)
	_, parts := h.file("agnes", mine)
	require.Equal(t, `"summary"`, string(parts["sees"]))

	// Named as caseworker, one doesn't see a restricted case by another role.
	ref := h.review(flagged(numbered(3), 2, casefile.FlagRestricted))
	h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: "archie", Role: casefile.Operations})
	h.exec(`insert into staff (login, person, role) values ('archie', 'archie', 'caseworker')`)
	_, parts = h.file("archie", ref)
	require.Equal(t, `"no_text"`, string(parts["sees"]))
}

// TestNamingOnACase: only who holds the role can be named in it, for a council's
// role at the family's own council; naming leaves the file as it is.
func TestNamingOnACase(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(flagged(numbered(1), 2, casefile.FlagRestricted)))
	revision := value[int](h, `select revision from review where case_ref = $1`, ref)
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
		list[string](h, `select person || ' ' || role from named_on_case where case_ref = $1 order by 1`, ref))
	require.Equal(t, revision, value[int](h, `select revision from review where case_ref = $1`, ref))
	require.Zero(t, value[int](h, `select count(*) from review where owner is not null`), "who is named is not the case owner")
	require.Equal(t, []string{ref}, h.cases("ewan"))
	require.Empty(t, h.cases("catriona"))
	h.exec(`update staff set revoked_at = clock_timestamp() where login = 'ewan'`)
	require.Empty(t, h.cases("ewan"), "named, and no longer of that role")
}

// TestARestrictedCaseIsNotFoundByItsLinks: a family that resembles it, an import
// of the same file, and a check of the record tell nothing of it.
func TestARestrictedCaseIsNotFoundByItsLinks(t *testing.T) {
	h := newHouse(t)
	open, hidden := numbered(1), flagged(numbered(2), 2, casefile.FlagRestricted)
	open.People[0].HomeOfficeRef, hidden.People[0].HomeOfficeRef = "Z1234567", "Z1234567"
	refs := h.Import(t, monday, open, hidden)
	require.Equal(t, 1, value[int](h, `select count(*) from duplicate_candidate`))
	for login, linked := range map[string]bool{"morag": false, "archie": false, "ewan": false, "fiona": true, "una": true} {
		body, parts := h.file(login, refs[open.Key])
		require.Equal(t, fmt.Sprint(linked), string(parts["duplicate"]), "%s", login)
		require.NotContains(t, body, refs[hidden.Key])
	}
	require.Equal(t, refs, h.Import(t, monday, open, hidden), "operations import the same file again")
	hidden.Address = "2 Test Street"
	require.Equal(t, refs, h.Import(t, monday, open, hidden), "and a file in which it has changed")
	require.Equal(t, "2 Test Street", value[string](h, `select address from family where case_ref = $1`, refs[hidden.Key]))

	h.open(refs[open.Key])
	h.open(refs[hidden.Key])
	h.tamper(`update review set stuck = 'OpenStage'`)
	for login, want := range map[string][]string{"archie": {refs[open.Key]}, "una": {refs[open.Key], refs[hidden.Key]}} {
		breaches, err := h.as(login).Verify(t.Context())
		require.NoError(t, err)
		var about []string
		for _, b := range breaches {
			about = append(about, b.Case)
		}
		require.ElementsMatch(t, want, about, "%s", login)
		record, err := h.as(login).ReviewsOnRecord(t.Context())
		require.NoError(t, err)
		require.Len(t, record, len(want))
	}
	part, err := h.as("morag").MyPart(t.Context(), refs[hidden.Key])
	require.NoError(t, err)
	require.Equal(t, casefile.NoPart, part)
}

// TestPrivilegesOfStaff are exactly these; each thing to read is dumped above for
// every role.
func TestPrivilegesOfStaff(t *testing.T) {
	h := newHouse(t)
	relations := list[string](h, `
		select c.relname || ' ' || lower(a.privilege_type) from pg_class c, aclexplode(c.relacl) a
		where c.relnamespace = 'hame'::regnamespace and a.grantee = 'hame_staff'::regrole order by 1`)
	require.Equal(t, []string{"case_list select", "case_role select", "letter_list select", "task_list select"}, relations)
	columns := list[string](h, `
		select c.relname || ' ' || lower(a.privilege_type) || ' ' || string_agg(t.attname, ', ' order by t.attname)
		from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
		where c.relnamespace = 'hame'::regnamespace and a.grantee = 'hame_staff'::regrole group by c.relname, a.privilege_type order by 1`)
	require.Equal(t, []string{
		"command insert attested_on, case_ref, fields, id, kind, lane, subject_no, text_digest",
		"command_text insert body, command_id, salt",
		"import_staging insert batch, case_ref, digest, family, ord",
	}, columns)
	functions := list[string](h, `select proname from pg_proc where pronamespace = 'hame'::regnamespace and has_function_privilege('hame_staff', oid, 'execute') order by 1`)
	known := []string{}
	for name := range reads {
		if !slices.Contains([]string{"case_list", "case_role", "letter_list", "task_list"}, name) {
			known = append(known, name)
		}
	}
	require.ElementsMatch(t, known, functions)
	require.Empty(t, list[string](h, `
		select c.relname from pg_class c, aclexplode(c.relacl) a where c.relnamespace = 'hame'::regnamespace and a.grantee = 0`), "nothing is everybody's")
	require.Equal(t, []string{"usage"}, list[string](h, `
		select lower(a.privilege_type) from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'hame' and a.grantee = 'hame_staff'::regrole`))
	require.Empty(t, list[string](h, `select rolname from pg_roles r where pg_has_role(r.oid, 'hame_owner', 'member') and not rolsuper and rolname <> 'hame_owner'`))
}

// TestErasingAText: by operations, for a reason, on record in the case's chain;
// a court's hold overrides it, and the chain still verifies.
func TestErasingAText(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(numbered(1)))
	draft := h.does("kirsty", ref, casefile.ActDraft, 0, nil)
	silent := h.does("morag", ref, casefile.ActContact, 0, phone)
	erase := func(login string, c store.NewCommand, reason string) error {
		_, err := h.as(login).EraseText(t.Context(), c.ID, reason)
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
	h.tamper(`insert into hold (case_ref, person_no, ground, opened_on) values ($1, 1, 'court', '2026-03-02')`, ref)
	refused(erase("archie", draft, "data_subject"), casefile.RefusedBlocked)
	require.Zero(t, value[int](h, `select count(*) from command where kind = 'text.erase'`))
	h.exec(`update hold set ended_on = '2026-03-03'`)
	require.NoError(t, erase("archie", draft, "data_subject"))
	refused(erase("archie", draft, "data_subject"), casefile.RefusedAlreadyDone)

	require.Zero(t, value[int](h, `select count(*) from command_text where body is not null`))
	require.Equal(t, []string{fmt.Sprintf(`archie %s accepted {"reason": "data_subject", "command": "%s"}`, ref, draft.ID)},
		list[string](h, `select c.person || ' ' || c.case_ref || ' ' || o.outcome || ' ' || c.fields from command c join command_outcome o on o.command_id = c.id where c.kind = 'text.erase'`))
	require.Zero(t, value[int](h, broken))
	breaches, err := h.as("una").Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, breaches)
	require.Empty(t, h.texts("fiona", ref))

	// A restricted case's text is not there for operations.
	hidden := h.evidence(h.review(flagged(numbered(2), 2, casefile.FlagRestricted)))
	waiver := h.does("fiona", hidden, casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"})
	unknown := erase("archie", store.NewCommand{}, "retention")
	require.True(t, store.IsKind(unknown, store.NotFound), "%v", unknown)
	require.Equal(t, unknown, erase("archie", waiver, "retention"))

	// Nobody types the act, and nobody blanks a text without it unseen.
	err = h.as("archie").InsertCommand(t.Context(), h.command(ref, casefile.ActErase, &casefile.EraseFields{Command: draft.ID.String(), Reason: "retention"}))
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
	for _, change := range []string{`delete from command_text`, `update command_text set body = 'another'`, `update command_text set salt = '\x00', body = null`} {
		_, err := h.admin.Exec(change)
		require.ErrorContains(t, err, "insert-only", change)
	}
	h.exec(`update command_text set body = null`)
	breaches, err = h.as("una").Verify(t.Context())
	require.NoError(t, err)
	require.Len(t, breaches, 1)
	require.Contains(t, breaches[0].Detail, "nobody is on record for erasing it")
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
	require.Equal(t, []string{
		"1 fiona fiona case.assign/0 on 2026-03-02: accepted, text none",
		"3 fiona fiona welfare.waive/3 on 2026-03-02: accepted, text there",
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
	h.exec(`insert into staff (login, person, role) values ('morag', 'morag', 'operations')`)
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
	h.tamper(`update staff_event set by_login = 'somebody' where chain_n = 1`)
	differences, err = una.AuditCheck(t.Context(), heads)
	require.NoError(t, err)
	require.Equal(t, []store.ChainDifference{{Subject: "staff", N: 1, Detail: "the chain breaks here"}}, differences)
	h.tamper(`update staff_event set by_login = 'hame_admin' where chain_n = 1`)
	h.tamper(`delete from command_outcome where command_id = $1`, waiver.ID)
	h.tamper(`delete from chain_head where subject = $1`, ref)
	differences, err = una.AuditCheck(t.Context(), append(heads, store.ChainHead{Subject: ref, N: 4, Hash: "00"}))
	require.NoError(t, err)
	require.Contains(t, differences, store.ChainDifference{Subject: ref, N: 4, Detail: "the link is gone"})
}

func second[T any](_ T, err error) error { return err }
