package store_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
)

// called is a function of schema hame that staff may execute, as the catalogue has it.
type called struct {
	Name     string         `db:"proname"`
	Names    pq.StringArray `db:"names"`
	Types    pq.StringArray `db:"types"`
	Variadic bool           `db:"variadic"`
	Void     bool           `db:"void"`
}

// asked is what a call asks about: a restricted family, or nothing that exists.
type asked struct {
	word    string    // a reference, or a word that stands in the family's file
	command uuid.UUID // an act on the case
}

// makers makes an argument of each type that a function takes: about what is asked, and
// one that asks about nothing. about is nil where the type can't ask about a case.
var makers = map[string]struct {
	about   func(asked) any
	nothing any
}{
	"text":                     {func(a asked) any { return a.word }, ""},
	"text[]":                   {func(a asked) any { return pq.Array([]string{a.word}) }, pq.Array([]string{})},
	"uuid":                     {func(a asked) any { return a.command }, uuid.Nil},
	"jsonb":                    {func(a asked) any { return fmt.Sprintf(`[{"subject": %q, "n": 1, "hash": "00"}]`, a.word) }, "[]"},
	"integer":                  {nil, 1},
	"bigint":                   {nil, 1},
	"double precision":         {nil, 0.0},
	"boolean":                  {nil, false},
	"date":                     {nil, "2026-03-02"},
	"timestamp with time zone": {nil, "2026-03-02 09:00Z"},
}

// takes are the arguments that a function takes nothing else for.
var takes = map[string]any{"what": "case show", "reason": "retention"}

// prepared are the acts that a function does, which its caller records first.
var prepared = map[string]string{
	"receive_post":   `insert into command (id, office, kind, attested_on, fields) values ($1, 'mailroom', 'post.receive', '2026-03-02', '{"from": "family"}')`,
	"settle_arrival": `insert into command (id, case_ref, kind, attested_on, fields) values ($1, $2, 'case.arrival', '2026-03-02', '{}')`,
	"resolve_duplicate": `insert into command (id, case_ref, kind, attested_on, fields)
		select $1, $3, 'duplicate.resolve', '2026-03-02', jsonb_build_object('other', $2::text, 'finding', 'same')`,
}

var instants = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*`)

// answers calls a function as a login, and returns everything that the caller is told:
// the result, or the error with all its parts. Nothing of it is kept.
func (f called) answers(t *testing.T, db *sqlx.DB, arguments []any, a asked, visible string) string {
	t.Helper()
	tx, err := db.Beginx()
	require.NoError(t, err)
	defer func() { require.NoError(t, tx.Rollback()) }()
	if act, does := prepared[f.Name]; does && f.Types[0] == "uuid" && arguments[0] == uuid.Nil {
		own := uuid.New()
		args := []any{own, a.word, visible}[:1+strings.Count(act, "$2")+strings.Count(act, "$3")]
		_, err := tx.Exec(`savepoint before; `)
		require.NoError(t, err)
		if _, err := tx.Exec(act, args...); err != nil {
			_, back := tx.Exec(`rollback to savepoint before`)
			require.NoError(t, back)
			return told(err, a)
		}
		arguments[0] = own
	}
	places := make([]string, len(f.Types))
	for i, of := range f.Types {
		places[i] = fmt.Sprintf("$%d::%s", i+1, of)
		if f.Variadic && i == len(f.Types)-1 {
			places[i] = "variadic " + places[i]
		}
	}
	call := fmt.Sprintf("%s(%s)", f.Name, strings.Join(places, ", "))
	query := `select coalesce(string_agg(x::text, e'\n'), 'no row') from ` + call + ` x`
	if f.Void {
		query = `select '' from (select ` + call + `) x`
	}
	var result string
	if err := tx.Get(&result, query, arguments...); err != nil {
		return told(err, a)
	}
	if f.Name == "receive_post" { // the number of an item tells nothing; what is suggested for it might
		if err := tx.Get(&result, `select coalesce(string_agg(suggestions::text, ''), 'no row') from list_post($1::bigint, 1)`, result); err != nil {
			return told(err, a)
		}
	}
	return unsaid(result, a)
}

// places are the arguments that can ask about a case; -1 is none of them, where the act
// that the function does asks.
func (f called) places() []int {
	var places []int
	if _, does := prepared[f.Name]; does {
		places = append(places, -1)
	}
	for i, of := range f.Types {
		if makers[of].about != nil {
			places = append(places, i)
		}
	}
	return places
}

// told is an error as psql would show it, and unsaid leaves out what the caller typed.
func told(err error, a asked) string {
	var pe *pq.Error
	if errors.As(err, &pe) {
		return unsaid(strings.Join([]string{string(pe.Code), pe.Message, pe.Detail, pe.Hint, pe.Constraint, pe.Where}, " | "), a)
	}
	return unsaid(err.Error(), a)
}

func unsaid(s string, a asked) string {
	return instants.ReplaceAllString(strings.NewReplacer(a.word, "WORD", a.command.String(), "COMMAND").Replace(s), "INSTANT")
}

// TestNoFunctionTellsOfARestrictedFamily: every function that staff may execute answers a
// login that does not see a restricted family as if there were no such family, whatever
// of it is asked: its reference, a word of its file, or an act on it. The functions and
// their arguments are taken from the catalogue.
func TestNoFunctionTellsOfARestrictedFamily(t *testing.T) {
	h := newHouse(t)
	h.imports(numbered(9)) // which the planted pair is made with
	visible := h.review(numbered(1))
	ref := h.evidence(h.review(flagged(numbered(4), 2, casefile.FlagRestricted)))
	_, err := h.worker.ClaimComparison(t.Context())
	require.NoError(t, err)
	h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: "hamish", Role: casefile.Caseworker})
	waiver := h.does("fiona", ref, casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"})
	h.plant("restricted", ref)
	h.Exec(`update person set home_office_ref = 'Z7654321', name_key = 'hidden family' where case_ref = $1 and no = 1`, ref)
	h.Exec(`update family set representative = 'Hidden & Co' where case_ref = $1`, ref)

	var functions []called
	require.NoError(t, h.Super.Select(&functions, `
		select p.proname, coalesce(p.proargnames[1:p.pronargs], '{}') as names, p.provariadic <> 0 as variadic, p.prorettype = 'void'::regtype as void,
		       array(select format_type(x.type, null) from unnest(p.proargtypes::oid[]) with ordinality x (type, n) order by x.n) as types
		from pg_proc p where p.pronamespace = 'hame'::regnamespace and has_function_privilege('hame_staff', p.oid, 'execute') order by p.proname, p.oid`))
	require.Greater(t, len(functions), 40)

	about := [][2]asked{}
	for hidden, nowhere := range map[string]string{ref: "222-2222", "Z7654321": "Z1111111", "hidden family": "nobody ofours", "Hidden & Co": "Nobody & Co"} {
		about = append(about, [2]asked{{hidden, waiver.ID}, {nowhere, uuid.New()}})
	}
	arguments := func(f called, place int, a asked) []any {
		values := make([]any, len(f.Types))
		for i, of := range f.Types {
			maker, known := makers[of]
			require.True(t, known, "%s takes %s: say in makers how one is made", f.Name, of)
			values[i] = maker.nothing
			if value, only := takes[f.Names[i]]; only {
				values[i] = value
			}
			if i == place {
				values[i] = maker.about(a)
			}
		}
		return values
	}
	// reads puts on record what is read next, and wants it to be there or not.
	reads := func(db *sqlx.DB, x string, want bool, parts ...string) {
		for _, part := range parts {
			var there bool
			require.NoError(t, db.Get(&there, `select record_read($1, $2)`, x, part))
			require.Equal(t, want, there, "%s of %s", part, x)
		}
	}
	for _, login := range []string{"morag", "eilidh", "agnes", "kirsty", "jean", "minister", "ewan", "ailsa", "archie", "city_of_edinburgh_lead", "city_of_edinburgh_welfare"} {
		t.Run(login, func(t *testing.T) {
			db := h.SQL(t, login)
			for _, x := range []string{ref, "222-2222"} {
				reads(db, x, false, "case show", "texts", "timeline", "clocks", "acts", "audit")
			}
			for _, f := range functions {
				said := f.answers(t, db, arguments(f, -1, asked{}), asked{ref, waiver.ID}, visible)
				for _, word := range []string{"WORD", "COMMAND", "restricted-", "hidden family", "Hidden & Co"} {
					require.NotContains(t, said, word, "%s, asked about nothing", f.Name)
				}
				for _, place := range f.places() {
					for _, pair := range about {
						hidden := f.answers(t, db, arguments(f, place, pair[0]), pair[0], visible)
						nowhere := f.answers(t, db, arguments(f, place, pair[1]), pair[1], visible)
						require.Equal(t, nowhere, hidden, "%s, its argument %d (from 0) about %s", f.Name, place, pair[0].word)
					}
				}
			}
		})
	}
	// Those who see the family are told of it by the same calls: they do ask something.
	for login, tells := range map[string][]string{
		"fiona":  {"act_text", "case_clocks", "case_file", "case_summary", "case_timeline", "list_letters", "may_see", "my_acts", "record_read", "resolve_duplicate", "sight_of"},
		"hamish": {"case_file", "receive_post", "resolve_duplicate"}, // who is named on it
		"una":    {"audit_check", "audit_reads", "audit_show", "case_file", "record_read"},
	} {
		db := h.SQL(t, login)
		parts := []string{"case show", "texts", "timeline", "clocks", "acts"}
		if login == "una" {
			parts = []string{"case show", "texts", "timeline", "clocks", "acts", "audit"}
		}
		reads(db, ref, true, parts...)
		told := []string{}
		for _, f := range functions {
			apart := false
			for _, place := range f.places() {
				for _, pair := range about {
					apart = apart || f.answers(t, db, arguments(f, place, pair[0]), pair[0], visible) != f.answers(t, db, arguments(f, place, pair[1]), pair[1], visible)
				}
			}
			if apart {
				told = append(told, f.Name)
			}
		}
		require.Subset(t, told, tells, login)
	}
}
