package store_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
	"hame/internal/testdb"
)

// named is a family whose every personal word can be looked for.
func named(n int) casefile.Family {
	f := numbered(n)
	f.Address, f.Postcode, f.Phone, f.Email, f.RepresentativeContact = "SECRETSTREET 1", "G1 1AA", "0141 SECRETPHONE", "secret@mail", "SECRETCONTACT"
	f.People[0].FamilyName, f.People[0].GivenNames, f.People[0].HomeOfficeRef = "SECRETNAME", "SECRETGIVEN", "Z1234567"
	f.People[0].BirthDate = born(clock.NewDate(1987, 6, 5))
	f.People[2].FamilyName, f.People[2].GivenNames, f.People[2].School = "SECRETCHILD", "SECRETLITTLE", "SECRETSCHOOL"
	f.People[2].BirthDate = born(clock.NewDate(2016, 6, 5))
	return f
}

func (h *house) file(login, ref string) (string, map[string]json.RawMessage) {
	h.T.Helper()
	body, err := h.as(login).CaseFile(h.T.Context(), ref, "case")
	require.NoError(h.T, err, "%s", login)
	var parts map[string]json.RawMessage
	require.NoError(h.T, json.Unmarshal(body, &parts))
	return string(body), parts
}

// texts reads what people wrote on a case.
func (h *house) texts(login, ref string) []string {
	h.T.Helper()
	texts := []string{}
	h.SQL(h.T, login).MustExec(`select record_read($1, 'texts')`, ref)
	require.NoError(h.T, h.SQL(h.T, login).Select(&texts, `select body from act_text($1)`, ref))
	return texts
}

func (h *house) cases(login string) []string {
	h.T.Helper()
	rows, err := h.as(login).Cases(h.T.Context(), store.CaseFilter{}, 100)
	require.NoError(h.T, err)
	refs := []string{}
	for _, r := range rows {
		refs = append(refs, r.Case)
	}
	return refs
}

func (h *house) tasks(login string) []casefile.TaskKind {
	h.T.Helper()
	rows, err := h.as(login).Tasks(h.T.Context(), store.TaskFilter{}, 100)
	require.NoError(h.T, err)
	kinds := []casefile.TaskKind{}
	for _, r := range rows {
		kinds = append(kinds, r.Kind)
	}
	return kinds
}

// TestWhatEachRoleSees of a case: its own part, and no more (process.md, Roles).
func TestWhatEachRoleSees(t *testing.T) {
	h := newHouse(t)
	f := flagged(named(1), 1, casefile.FlagPublicHarm, casefile.FlagJudicialReview)
	ref := h.evidence(h.review(f))
	h.does("kirsty", ref, casefile.ActDraft, 0, nil)
	h.does("fiona", ref, casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"})
	identity := []string{"SECRETNAME", "SECRETGIVEN", "Z1234567", "1987-06-05", "SECRETSTREET", "SECRETPHONE", "secret@mail", "SECRETCONTACT", "G1 1AA"}
	for _, c := range []struct {
		sees        string
		logins      []string
		has, hasNot []string // parts of the file
		words       []string
		without     []string
		texts       int
		timeline    bool
	}{
		{"file", []string{"morag", "fiona", "ewan", "ailsa", "una"},
			[]string{"family", "flags", "holds", "proposals", "recommendations", "welfare_checks", "representations", "letters"}, nil,
			append([]string{"public_harm", "court", "SECRETCHILD"}, identity...), nil, 2, true},
		{"no_text", []string{"archie"},
			[]string{"family", "letters", "evidence"}, []string{"flags", "holds", "proposals", "recommendations", "welfare_checks", "waivers", "representations", "decision"},
			identity, []string{"public_harm", "court", "a secret of the family"}, 0, true},
		{"children", []string{"eilidh", "agnes"},
			[]string{"welfare_checks", "waivers"}, []string{"family", "flags", "holds", "proposals", "recommendations", "representations", "evidence", "interviews", "letters", "outcomes"},
			[]string{"SECRETCHILD", "SECRETLITTLE", "SECRETSCHOOL", "2016-06-05"}, append([]string{"public_harm", "court", "claim", "a secret"}, identity...), 0, false},
		{"summary", []string{"kirsty", "jean", "minister"},
			[]string{"representations"}, []string{"family", "flags", "holds", "proposals", "welfare_checks", "waivers", "evidence", "letters", "outcomes"},
			[]string{`"born_year": "1987"`}, append([]string{"SECRETCHILD", "SECRETLITTLE", "SECRETSCHOOL", "2016-06", "public_harm", "court", "claim", "nationality", "a secret"}, identity...), 1, false},
	} {
		for _, login := range c.logins {
			t.Run(c.sees+"/"+login, func(t *testing.T) {
				before := testdb.Value[int](h, `select count(*) from case_read where login = $1`, login)
				body, parts := h.file(login, ref)
				require.JSONEq(t, `"`+c.sees+`"`, string(parts["sees"]))
				for _, part := range c.has {
					require.Contains(t, parts, part)
				}
				for _, part := range c.hasNot {
					require.NotContains(t, parts, part)
				}
				for _, word := range c.words {
					require.Contains(t, body, word)
				}
				for _, word := range c.without {
					require.NotContains(t, body, word)
				}
				require.Len(t, h.texts(login, ref), c.texts)
				events, err := h.as(login).Timeline(t.Context(), ref)
				require.NoError(t, err)
				require.Equal(t, c.timeline, len(events) > 0)

				reads := []string{"case"}
				if c.sees != "no_text" { // who reads no texts has read none
					reads = append(reads, "texts")
				}
				if c.timeline {
					reads = append(reads, "timeline")
				}
				require.Equal(t, reads, testdb.List[string](h, `select what from case_read where case_ref = $1 and login = $2 and person = $2 order by id offset $3`, ref, login, before),
					"each read is recorded: who, when, which")
			})
		}
	}
	body, err := h.as("agnes").CaseFile(t.Context(), ref, "case")
	require.NoError(t, err)
	var file struct {
		People []struct {
			No int `json:"no"`
		} `json:"people"`
	}
	require.NoError(t, json.Unmarshal(body, &file))
	require.Len(t, file.People, 1, "a council sees its children only")
	require.Equal(t, 3, file.People[0].No)

	before := testdb.Value[int](h, `select count(*) from case_read`)
	_, err = h.as("morag").CaseFile(t.Context(), "222-2222", "case")
	require.True(t, store.IsKind(err, store.NotFound), "%v", err)
	require.Equal(t, before, testdb.Value[int](h, `select count(*) from case_read`), "there was nothing to read")
}

// TestCouncils see their own families only, and act on no others.
func TestCouncils(t *testing.T) {
	h := newHouse(t)
	mine := h.evidence(h.review(named(1)))
	other := named(2)
	other.Council = edinburgh
	for i := range other.People {
		other.People[i].NameKey, other.People[i].HomeOfficeRef = "", ""
	}
	theirs := h.evidence(h.review(other))
	for login, ref := range map[string]string{"eilidh": mine, "agnes": mine, "city_of_edinburgh_lead": theirs, "city_of_edinburgh_welfare": theirs} {
		require.Equal(t, []string{ref}, h.cases(login), "%s", login)
		_, err := h.as(login).CaseSummary(t.Context(), ref)
		require.NoError(t, err)
		for _, unseen := range []string{mine, theirs} {
			if unseen == ref {
				continue
			}
			_, err := h.as(login).CaseSummary(t.Context(), unseen)
			require.True(t, store.IsKind(err, store.NotFound), "%v", err)
			_, err = h.as(login).CaseFile(t.Context(), unseen, "case")
			require.True(t, store.IsKind(err, store.NotFound), "%v", err)
		}
	}
	require.Len(t, h.cases("morag"), 2)
	err := h.as("agnes").InsertCommand(t.Context(), h.command(theirs, casefile.ActAssignWelfare, &casefile.AssignReportFields{To: "eilidh"}))
	require.Error(t, err)
	require.Zero(t, testdb.Value[int](h, `select count(*) from command where case_ref = $1`, theirs))
	require.Zero(t, testdb.Value[int](h, `select count(*) from case_read`), "what was not seen was not read")
}

// TestTaskLists: each role sees the tasks of its part, and all that waits for it.
func TestTaskLists(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(numbered(1)))
	h.stage(ref, casefile.Representation)
	require.Equal(t, []casefile.TaskKind{casefile.TaskAssignWelfare}, h.tasks("agnes"))
	require.Equal(t, []casefile.TaskKind{casefile.TaskWindow}, h.tasks("jean"))
	require.Contains(t, h.tasks("morag"), casefile.TaskGP)
	require.Equal(t, h.tasks("morag"), h.tasks("archie"))
	mine, err := h.as("agnes").Tasks(t.Context(), store.TaskFilter{Mine: true}, 10)
	require.NoError(t, err)
	require.Len(t, mine, 1)

	// The school is late, and the council's lead is the one to chase it.
	h.Exec(`update task set awaiting = 'welfare_lead', overdue = true, escalated = true where case_ref = $1 and kind = 'evidence.school'`, ref)
	require.Contains(t, h.tasks("agnes"), casefile.TaskSchool, "whoever is awaited sees what they are awaited for")
	require.NotContains(t, h.tasks("eilidh"), casefile.TaskSchool)
}

// TestTaskFilters narrow the list.
func TestTaskFilters(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	second := h.review(numbered(2))
	h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	h.does("fiona", second, casefile.ActAssign, 0, &casefile.AssignFields{To: "hamish"})
	h.Exec(`update task set overdue = true where case_ref = $1 and kind = 'listed.reconcile'`, second)
	for name, c := range map[string]struct {
		filter store.TaskFilter
		want   []string
	}{
		"all":        {store.TaskFilter{}, []string{ref, second}},
		"mine":       {store.TaskFilter{Mine: true}, []string{ref}},
		"role":       {store.TaskFilter{Role: casefile.DecisionMaker}, nil},
		"council":    {store.TaskFilter{Council: glasgow}, []string{ref, second}},
		"other":      {store.TaskFilter{Council: edinburgh}, nil},
		"overdue":    {store.TaskFilter{Overdue: true}, []string{second}},
		"due before": {store.TaskFilter{DueBefore: clock.NewDate(2026, 3, 30)}, nil},
		"due after":  {store.TaskFilter{DueBefore: clock.NewDate(2026, 3, 31)}, []string{ref, second}},
	} {
		rows, err := h.as("morag").Tasks(t.Context(), c.filter, 10)
		require.NoError(t, err, name)
		var got []string
		for _, r := range rows {
			require.Equal(t, casefile.TaskReconcile, r.Kind)
			require.Equal(t, clock.NewDate(2026, 3, 30), r.DueOn)
			got = append(got, r.Case)
		}
		require.ElementsMatch(t, c.want, got, name)
	}
	// A case waits for whoever's last day comes first, also where another's reminder is sooner.
	h.Exec(`insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, due_on, provisional, opened_at, next_rung, next_at)
		values ($1, 'school', 0, 'evidence', 'school', '2026-03-02', 10, 'calendar', '', '2026-03-12', false, now(), 'due', now() + interval '1 year')`, second)
	early, err := h.as("morag").Cases(t.Context(), store.CaseFilter{DueBefore: clock.NewDate(2026, 3, 13)}, 10)
	require.NoError(t, err)
	require.Len(t, early, 1)
	require.Equal(t, []any{second, casefile.Party("school"), clock.NewDate(2026, 3, 12)}, []any{early[0].Case, early[0].Awaiting, early[0].DueOn})
	overdue, err := h.as("morag").Cases(t.Context(), store.CaseFilter{Stage: casefile.Listed, Lane: casefile.Legacy, Council: glasgow, Overdue: true}, 10)
	require.NoError(t, err)
	require.Len(t, overdue, 1)
	require.Equal(t, second, overdue[0].Case)
	require.True(t, overdue[0].Overdue)
	letters, err := h.as("morag").Letters(t.Context(), h.evidence(ref), 10)
	require.NoError(t, err)
	require.Equal(t, "opening", letters[0].Kind)
	unsent, err := h.as("morag").Letters(t.Context(), "", 10)
	require.NoError(t, err)
	require.Len(t, unsent, 1)
	none, err := h.as("jean").Letters(t.Context(), ref, 10)
	require.NoError(t, err)
	require.Empty(t, none)
}

// TestRestricted: a restricted case is there for the senior caseworker, the
// auditor and those named on it, and for nobody else in any way.
func TestRestricted(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(flagged(named(1), 2, casefile.FlagRestricted)))
	absent := func(login string) {
		t.Helper()
		require.Empty(t, h.cases(login), "%s", login)
		require.Empty(t, h.tasks(login), "%s", login)
		_, err := h.as(login).CaseSummary(t.Context(), ref)
		require.True(t, store.IsKind(err, store.NotFound), "%s: %v", login, err)
		_, err = h.as(login).CaseFile(t.Context(), ref, "case")
		require.True(t, store.IsKind(err, store.NotFound), "%s: %v", login, err)
		events, err := h.as(login).Timeline(t.Context(), ref)
		require.NoError(t, err)
		require.Empty(t, events)
		letters, err := h.as(login).Letters(t.Context(), ref, 10)
		require.NoError(t, err)
		require.Empty(t, letters)
		require.Empty(t, h.texts(login, ref))
	}
	for _, login := range []string{"morag", "ewan", "ailsa", "archie", "eilidh", "agnes", "kirsty", "jean", "minister", "city_of_edinburgh_lead"} {
		absent(login)
	}
	require.Zero(t, testdb.Value[int](h, `select count(*) from case_read`))
	for _, login := range []string{"fiona", "douglas", "una"} {
		require.Equal(t, []string{ref}, h.cases(login))
		body, _ := h.file(login, ref)
		require.Contains(t, body, "SECRETNAME")
	}

	unseen := h.as("morag").InsertCommand(t.Context(), h.command(ref, casefile.ActContact, phone))
	nowhere := h.as("morag").InsertCommand(t.Context(), h.command("222-2222", casefile.ActContact, phone))
	require.Error(t, unseen)
	require.Equal(t, nowhere, unseen, "it is as if there were no such case")
	require.True(t, store.IsKind(unseen, store.NotFound), "and that is what is said: %v", unseen)
}

// TestNamedOnARestrictedCase: its owner and the lead professional assigned see it.
func TestNamedOnARestrictedCase(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(flagged(named(1), 2, casefile.FlagRestricted)))
	h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	require.Equal(t, []string{ref}, h.cases("morag"))
	require.Empty(t, h.cases("hamish"))
	h.does("morag", ref, casefile.ActContact, 0, phone)
	h.Tamper(`insert into welfare_check (case_ref, person_no, no, assigned_to, assigned_on) values ($1, 3, 1, 'eilidh', '2026-03-02')`, ref)
	require.Equal(t, []string{ref}, h.cases("eilidh"))
	require.Empty(t, h.cases("rory"))
	h.Tamper(`insert into officer (case_ref, person, part) values ($1, 'ewan', 'proposal_author')`, ref)
	require.Equal(t, []string{ref}, h.cases("ewan"))
	part, err := h.as("ewan").MyPart(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, casefile.PartAuthor, part)
	part, err = h.as("morag").MyPart(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, casefile.NoPart, part)
}

// TestAnUnlistedFamily has an owner too: operations.
func TestAnUnlistedFamily(t *testing.T) {
	h := newHouse(t)
	ref := h.imports(numbered(1))
	s, err := h.as("archie").CaseSummary(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, store.CaseSummary{Case: ref, Stage: casefile.Unlisted, Lane: casefile.Legacy, Council: glasgow, Awaiting: casefile.Operations}, s)
	h.List(t, ref, at(monday.AddDays(-42)), monday)
	s, err = h.as("archie").CaseSummary(t.Context(), ref)
	require.NoError(t, err)
	require.True(t, s.Drawn)
	require.Equal(t, monday, s.ListingDate)
}
