package store_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// whole reads everything of every case that staff may select or call: what [reads] asks of one,
// by the same name.
var whole = map[string]string{
	"list_cases":          `select to_jsonb(x) from list_cases('', '', '', false, null, 1000) x`,
	"list_tasks":          `select to_jsonb(x) from list_tasks('', false, '', '', false, null, 1000) x`,
	"list_moves":          `select to_jsonb(x) from list_moves() x`,
	"list_post":           `select to_jsonb(x) from list_post(0, 1000) x`,
	"list_duplicates":     `select to_jsonb(x) from list_duplicates(1000) x`,
	"verify_record":       `select to_jsonb(x) from verify_record() x`,
	"comparison_findings": `select to_jsonb(x) from comparison_findings(null) x`,
	"list_imports":        `select to_jsonb(x) from list_imports(1000) x`,
	"programme_report":    `select programme_report()`,
	"figures":             `select figures(business_now(), true, true, true)`,
	"waiting_order":       `select to_jsonb(x) from waiting_order('legacy') x`,
	"deadlines_on_record": `select to_jsonb(x) from deadlines_on_record(0, 1000) x`,
	"answers_on_record":   `select to_jsonb(x) from answers_on_record() x`,
	"audit_heads":         `select to_jsonb(x) from audit_heads() x`,
}

// everything is all that a login reads of the whole record, and of one case by name. An error
// is read too.
func (h *house) everything(t *testing.T, login, ref string) string {
	t.Helper()
	db := h.SQL(t, login)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(whole)) {
		var rows []json.RawMessage
		if err := db.Select(&rows, whole[name]); err != nil {
			b.WriteString(err.Error())
		}
		for _, r := range rows {
			b.Write(r)
		}
	}
	return b.String() + h.ofCase(t, login, ref, whole)
}

// ofCase is all that a login reads of a case by name, errors too, but what was read whole.
func (h *house) ofCase(t *testing.T, login, ref string, but map[string]string) string {
	t.Helper()
	db := h.SQL(t, login)
	var b strings.Builder
	for _, part := range []string{"test", "texts", "timeline", "clocks", "acts", "audit"} {
		if _, err := db.Exec(`select record_read($1, $2)`, ref, part); err != nil {
			b.WriteString(err.Error())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(reads)) {
		var rows []json.RawMessage
		if _, was := but[name]; was || reads[name] == "" {
			continue
		}
		if err := db.Select(&rows, reads[name], ref); err != nil {
			b.WriteString(err.Error())
		}
		for _, r := range rows {
			b.Write(r)
		}
	}
	return b.String()
}

// splits has two officers put the spouse and the child of a family on a file of their own, and
// opens its review.
func (h *house) splits(ref, reason string) string {
	h.T.Helper()
	h.does("fiona", ref, casefile.ActSplit, 0, &casefile.SplitFields{Persons: "2,3", Reason: reason})
	h.does("ailsa", ref, casefile.ActConfirm, testdb.Value[int](h, `select max(no) from second_request where case_ref = $1`, ref),
		&casefile.ConfirmFields{Finding: casefile.RequestAgreed})
	own := testdb.Value[string](h, `select own_ref from split where case_ref = $1`, ref)
	acts := &activities.Activities{Store: h.worker, Apart: reason == casefile.SplitDomesticAbuse}
	_, err := acts.OpenReview(h.T.Context(), activities.OpenReviewParams{Case: own, Lane: casefile.Legacy, Now: at(monday)})
	require.NoError(h.T, err)
	require.NoError(h.T, h.worker.ReviewStarted(h.T.Context(), own))
	return own
}

// wallLogins are the demo staff of no council, and that of Glasgow.
func wallLogins() []string {
	var logins []string
	for _, s := range practice.Staff() {
		if s.Council == "" || s.Council == glasgow {
			logins = append(logins, s.Login)
		}
	}
	return logins
}

// TestNothingLeadsThroughTheWall: after domestic abuse nobody but the senior caseworker who is
// named for it and the auditor finds the other file, its address or the reason, in anything that
// they may read, in a count, a link or an error; and later files and post tell neither side.
func TestNothingLeadsThroughTheWall(t *testing.T) {
	h := newHouse(t)
	family := practice.Quillfeather("W1")
	ref := h.evidence(h.review(family))
	h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	logins := wallLogins()
	counts := func(login string) string {
		var all []string
		for _, query := range []string{`select concat_ws(' ', j->'families', j->'withheld', j->'people', j->'open', j->'closed', j->'open_by_stage', j->'people_by_outcome', j->'files_of_their_own')
				from (select programme_report() as j) x`,
			`select j->>'withheld' || (j->'groups'->0->>'families') || (j->'groups'->0->>'under_review') from (select figures(business_now(), true, true, true) as j) x`,
			`select count(*) || ' ' || max(total) from list_cases('', '', '', false, null, 1000)`,
			`select concat_ws(' ', listed, acts, held, later, standing, hidden) from list_imports(10)`} {
			var n []string
			if err := h.SQL(t, login).Select(&n, query); err != nil {
				n = []string{err.Error()}
			}
			all = append(all, n...)
		}
		return strings.Join(all, "; ")
	}
	before := map[string]string{}
	for _, login := range logins {
		before[login] = counts(login)
	}
	own := h.splits(ref, casefile.SplitDomesticAbuse)
	h.Exec(`update family set address = 'CANARY Lane', postcode = 'CA1 NRY', representative = 'CANARY and Co' where case_ref = $1`, own)
	h.does("fiona", own, casefile.ActAssign, 0, &casefile.AssignFields{To: "hamish"})

	inside := []string{"fiona", "una"}
	check := func(when string) {
		t.Helper()
		for _, login := range logins {
			read := h.everything(t, login, ref)
			sees := slices.Contains(inside, login)
			require.Equal(t, sees || login == "hamish", strings.Contains(read, own), "%s: %s and the reference: %s", when, login, read)
			require.Equal(t, sees, strings.Contains(read, `"other_files": [{`), "%s: %s and the link", when, login)
			require.False(t, !sees && login != "ailsa" && strings.Contains(read, "domestic_abuse"), "%s: %s is told why: %s", when, login, read)
			if !sees && login != "hamish" {
				require.NotContains(t, read, "CANARY", "%s: %s", when, login)
				mine, none := h.ofCase(t, login, own, nil), h.ofCase(t, login, "CCC-CCCC", nil)
				require.Equal(t, none, mine, "%s: to %s the file is none", when, login)
				_, err := h.SQL(t, login).Exec(`insert into command (id, case_ref, kind, attested_on) values (gen_random_uuid(), $1, 'case.correct', '2026-03-02')`, own)
				_, other := h.SQL(t, login).Exec(`insert into command (id, case_ref, kind, attested_on) values (gen_random_uuid(), 'CCC-CCCC', 'case.correct', '2026-03-02')`)
				require.Equal(t, other.Error(), err.Error(), "%s: %s", when, login)
			}
			// Who is named on the file sees no way from it to the other one, and the reverse.
			if login == "hamish" {
				mine := h.everything(t, login, own)
				require.Contains(t, mine, "CANARY")
				_, parts := h.file(login, own)
				for part, body := range parts {
					require.NotContains(t, string(body), ref, "%s: %s", when, part)
				}
				require.NotContains(t, h.everything(t, login, ref), "CANARY", "%s", when)
			}
		}
	}
	check("after the split")
	for _, login := range logins {
		if !slices.Contains(append(slices.Clone(inside), "hamish"), login) {
			require.Equal(t, before[login], counts(login), "%s: the counts", login)
		}
	}
	body, _ := h.file("morag", ref)
	require.Contains(t, body, `"ended": "ON_OWN_FILE"`, "the old file says that they are on a file of their own")

	// A later file that has the whole family again, and more of those who left.
	family.People[1].School, family.People[2].School = "CANARY School", "CANARY School"
	family.People[2].Flags = []casefile.Flag{casefile.FlagChildProtection}
	h.Import(t, monday.AddDays(1), family)
	family.People[2].Key = "another key"
	h.Import(t, monday.AddDays(1), family)
	require.Empty(t, testdb.List[string](h, `select field || ' ' || new_value from import_difference`))
	require.Equal(t, 3, testdb.Value[int](h, `select count(*) from person where case_ref = $1`, ref))
	require.Equal(t, 2, testdb.Value[int](h, `select count(*) from person where case_ref = $1`, own))
	// A third file in which one of those who left stands is a pair with theirs alone.
	third := numbered(3)
	third.People[1].HomeOfficeRef = family.People[1].HomeOfficeRef
	third.People[2].NameKey, third.People[2].BirthDate = family.People[2].NameKey, family.People[2].BirthDate
	imported, err := h.as("archie").Import(t.Context(), []casefile.Family{third}, "third", false, monday.AddDays(1), func() {})
	require.NoError(t, err)
	require.Zero(t, imported.Pairs)
	require.NotContains(t, testdb.List[string](h, `select a || ' ' || b from duplicate_candidate`), ref)
	require.Len(t, testdb.List[string](h, `select a from duplicate_candidate where $1 in (a, b)`, own), 2)
	h.Exec(`insert into duplicate_candidate (a, b, why) values (least($1, $2), greatest($1, $2), 'home_office_ref')`, ref, own)
	require.Empty(t, testdb.List[string](h, `select a from duplicate_candidate where $1 in (a, b)`, ref), "no pair is ever made of the two")
	// Post with the name of one who left belongs to their file, and is suggested on no other.
	c := h.mailroom("morag", "", family.People[1].NameKey, family.People[1].HomeOfficeRef)
	suggested := testdb.List[string](h, `select s.case_ref from post_suggestion s join post_item i on i.no = s.item where i.command_id = $1`, c)
	require.Contains(t, suggested, own)
	require.NotContains(t, suggested, ref)
	check("after a later file and post")

	t.Run("an act of who may not see the file is about none", func(t *testing.T) {
		for login, sees := range map[string]bool{"fiona": true, "hamish": true, "morag": false, "douglas": false} {
			c := h.types(login, ref, casefile.ActMerge, &casefile.MergeFields{Other: "K7F-M2Q8", Pairs: []string{"1=1"}})
			require.Equal(t, sees, testdb.Value[bool](h, `select author_sees($1, $2)`, c.ID, own), login)
		}
	})
	t.Run("who works on one file is not given the other", func(t *testing.T) {
		c := h.types("fiona", own, casefile.ActAssign, &casefile.AssignFields{To: "morag"})
		refusal := h.recordApart(c)
		require.Equal(t, casefile.RefusedConstraint, refusal.Code)
		for _, role := range []casefile.Party{"", casefile.Caseworker} {
			c = h.types("douglas", ref, casefile.ActAssign, &casefile.AssignFields{To: "hamish", Role: role})
			require.Equal(t, refusal, h.record(c), "the same words on either side")
		}
	})
	t.Run("the restriction stays", func(t *testing.T) {
		c := h.command(own, casefile.ActFlag, &casefile.FlagFields{Flag: casefile.FlagRestricted, To: "off"})
		c.Subject = 1
		require.NoError(t, h.as("fiona").InsertCommand(t.Context(), c))
		require.Equal(t, casefile.RefusedConstraint, h.recordApart(c).Code)
		_, err := h.SQL(t, "hame_worker").Exec(`update family set restricted = false where case_ref = $1`, own)
		require.ErrorContains(t, err, "the wall stands")
	})
	t.Run("a senior caseworker who is named takes it over", func(t *testing.T) {
		h.doesApart("fiona", own, casefile.ActAssign, &casefile.AssignFields{To: "douglas", Role: casefile.SeniorCaseworker})
		read := h.everything(t, "douglas", own)
		require.Contains(t, read, "CANARY")
		require.NotContains(t, read, `"other_files": [{`)
	})
	t.Run("verify", func(t *testing.T) {
		c := h.types("fiona", ref, casefile.ActMerge, &casefile.MergeFields{Other: own, Pairs: []string{"1=1"}})
		require.Equal(t, casefile.RefusedBlocked, h.record(c).Code, "an act that was refused is no breach")
		require.Empty(t, h.partings())
		for breach, plant := range map[string]string{
			"the wall stands: a pair names both files":            `insert into duplicate_candidate (a, b, why) values (least($1, $2), greatest($1, $2), 'planted')`,
			"the wall stands: a hold names both files":            `insert into hold (case_ref, person_no, ground, opened_on, same_as) values ($1, 0, 'duplicate', '2026-03-02', $2)`,
			"the wall stands: a correction names both files":      `insert into correction (case_ref, no, person_no, field, new_value, reason, source, corrected_on, command_id) values ($1, 1, 0, 'address', 'see ' || $2, 'misread', 'passport', '2026-03-02', gen_random_uuid())`,
			"the wall stands: a difference names both files":      `insert into import_difference (case_ref, no, batch, person_no, field, old_value, new_value, found_on) select $1, 1, id, 0, 'address', '', $2::text, '2026-03-02' from import_batch limit 1`,
			"the wall stands: an act names both files":            `update command set fields = jsonb_build_object('other', $2::text) where case_ref = $1 and kind = 'case.assign'`,
			"the wall stands: the file is not restricted":         `update family set restricted = false where case_ref in ($2, '' || $1 || 'x')`,
			"four eyes: the family was not split by two officers": `update split set second_by = 'fiona2' where case_ref = $1 and own_ref = $2`,
			"nobody stands on two files: person 1 is on the file that they left too": `update person_end set lifted_on = '2026-03-02', lifted_by = command_id
				where case_ref = $1 and person_no = 2 and $2 <> ''`,
		} {
			h.Tamper(plant, ref, own)
			require.Contains(t, h.partings(), breach)
			for _, b := range testdb.List[string](h, `select case_ref from breach_split`) {
				require.Equal(t, own, b, "told of the file behind the wall, to whom it is there")
			}
		}
	})
}

// partings are what verify tells the auditor of families that parted, one line each.
func (h *house) partings() []string {
	h.T.Helper()
	return slices.DeleteFunc(h.breaches(), func(b string) bool { return strings.HasPrefix(b, "every rung acts") })
}

// mailroom records an item of which no case is known, with the words that stand on it.
func (h *house) mailroom(login, representative, name, reference string) uuid.UUID {
	h.T.Helper()
	id := uuid.New()
	db := h.SQL(h.T, login)
	db.MustExec(`insert into command (id, office, kind, attested_on, fields)
		values ($1, 'mailroom', 'post.receive', '2026-03-02', '{"from": "family"}')`, id)
	_, err := db.Exec(`select receive_post($1, '2026-03-09', $2, $3, $4)`, id, reference, name, representative)
	require.NoError(h.T, err)
	return id
}

// recordApart lets the worker of the reviews apart record an act, and returns why it was refused.
func (h *house) recordApart(c store.NewCommand) *casefile.Refusal {
	h.T.Helper()
	acts := &activities.Activities{Store: h.worker, Apart: true}
	out, err := acts.RecordAct(h.T.Context(), activities.RecordActParams{Case: c.Case, Command: c.ID, Act: c.Act.Rule().Wire(), Now: at(monday)})
	require.NoError(h.T, err)
	return out.Refused
}

func (h *house) doesApart(login, ref string, act casefile.Act, fields casefile.Fields) {
	h.T.Helper()
	require.Nil(h.T, h.recordApart(h.types(login, ref, act, fields)))
}

// TestAPlainSeparationLinksTheFiles: the two files of a separation name each other for those who
// may see both, and figures count the family once.
func TestAPlainSeparationLinksTheFiles(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(numbered(1)))
	own := h.splits(ref, casefile.SplitSeparation)
	for _, login := range []string{"morag", "douglas", "ailsa", "una", "archie"} {
		for of, other := range map[string]string{ref: own, own: ref} {
			_, parts := h.file(login, of)
			require.Contains(t, string(parts["other_files"]), other, login)
		}
	}
	for _, login := range []string{"archie", "douglas", "una"} {
		report, err := h.as(login).Report(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, report.Families, login)
		require.Equal(t, 3, report.People, login)
		require.Equal(t, report.Families, report.Decided+report.Closed+report.Archived+report.Open+report.Withheld, login)
		require.Equal(t, login == "una", report.FilesOfTheirOwn != nil, "fewer than five are the auditor's to know")
	}
	for i := range 4 {
		h.splits(h.evidence(h.review(numbered(i+2))), casefile.SplitSeparation)
	}
	report, err := h.as("archie").Report(t.Context())
	require.NoError(t, err)
	require.Equal(t, 5, *report.FilesOfTheirOwn)
	require.Equal(t, 5, report.Families)
	require.Empty(t, h.partings())
}
