package store_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// code lists the functions, views and triggers of the database with their definitions.
func code(h *house) []string {
	return testdb.List[string](h, `
		select pg_get_functiondef(oid) from pg_proc where pronamespace = 'hame'::regnamespace
		union all select relname || pg_get_viewdef(oid) || coalesce(reloptions::text, '') from pg_class where relnamespace = 'hame'::regnamespace and relkind = 'v'
		union all select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
			where c.relnamespace = 'hame'::regnamespace and not t.tgisinternal
		union all select relname || coalesce(relacl::text, '') from pg_class where relnamespace = 'hame'::regnamespace and relkind in ('r', 'v')
		union all select proname || coalesce(proacl::text, '') from pg_proc where pronamespace = 'hame'::regnamespace
		order by 1`)
}

// TestADatabaseWithOtherDefinitions is brought to this version's: another version
// of Hame defined other functions, views and triggers, and granted other rights.
func TestADatabaseWithOtherDefinitions(t *testing.T) {
	h := newHouse(t)
	want := code(h)
	ref := h.review(numbered(1))
	for _, other := range []string{
		`create function hame.gone(text) returns text language sql as 'select 1::text'`,
		`create view hame.gone_too as select 1 as n`,
		`create trigger gone before insert on hame.rung for each row execute function hame.refuse_change()`,
		`drop function hame.my_part(text)`,
		`create function hame.my_part(ref text, extra int default 0) returns int language sql as 'select 1'`,
		`drop view hame.letter_list`,
		`create view hame.letter_list as select 1 as n`,
		`drop trigger insert_only on hame.rung`,
		`grant select on hame.family to hame_staff`,
		`update hame.defined set digest = 'that of another version'`,
	} {
		h.Exec(`set role hame_owner; ` + other + `; reset role`)
	}
	require.NotEqual(t, want, code(h))
	require.NoError(t, store.Setup(t.Context(), h.Admin, store.SetupOptions{Staff: practice.Staff()}))
	require.Equal(t, want, code(h))
	require.Equal(t, []string{ref}, testdb.List[string](h, `select case_ref from hame.review`), "what holds data stays")

	require.NoError(t, store.Setup(t.Context(), h.Admin, store.SetupOptions{Staff: practice.Staff()}))
	require.Equal(t, want, code(h), "set up again, nothing changes")
}

// TestWhatIsForeignIsRefused: code that somebody put into the database by other
// means than set-up is named, and nothing is written, so that none of it runs.
func TestWhatIsForeignIsRefused(t *testing.T) {
	for what, c := range map[string]struct{ plant, found string }{
		"a function":              {`create function hame.mine() returns int language sql as 'select 1'`, "function hame.mine() is not Hame's"},
		"another body":            {`create or replace function hame.business_today() returns date language sql as 'select current_date'`, "function hame.business_today() is not as Hame defines it"},
		"a definer's search path": {`alter function hame.my_person() set search_path = hame`, "function hame.my_person() is not as Hame defines it"},
		"a view":                  {`create view hame.mine as select 1 as n`, "view hame.mine is not Hame's"},
		"another view":            {`create or replace view hame.council_child as select case_ref, no from hame.person`, "view hame.council_child is not as Hame defines it"},
		"a trigger":               {`create trigger mine before insert on hame.staff_member for each row execute function hame.refuse_change()`, "trigger mine on hame.staff_member is not Hame's"},
		"a trigger switched off":  {`alter table hame.command disable trigger insert_only`, "trigger insert_only on hame.command is not as Hame defines it"},
		"a trigger dropped":       {`drop trigger insert_only on hame.command`, "trigger insert_only on hame.command is missing"},
		"a rule":                  {`create rule mine as on insert to hame.staff_member do also notify x`, "rule mine on hame.staff_member is not Hame's"},
		"a policy":                {`create policy mine on hame.staff_member`, "policy mine on hame.staff_member is not Hame's"},
		"a default that calls":    {`create function public.mine() returns text language sql as 'select 1::text'; alter table hame.staff_member alter column added_by set default public.mine()`, "a call of public.mine() in table hame.staff_member is not Hame's"},
		"a grant":                 {`grant select on hame.family to hame_staff`, "table hame.family is not as Hame defines it"},
		"a grant of a column":     {`grant update (outcome) on hame.decision_outcome to hame_staff`, "table hame.decision_outcome is not as Hame defines it"},
		"another owner":           {`alter function hame.my_person() owner to postgres_of_the_test`, "function hame.my_person() is not as Hame defines it"},
		"an operator":             {`create function public.eq(text, int) returns boolean language sql as 'select true'; create operator hame.= (leftarg = text, rightarg = int, function = public.eq)`, "operator hame.="},
	} {
		t.Run(what, func(t *testing.T) {
			h := newHouse(t)
			var me string
			require.NoError(t, h.Super.Get(&me, `select quote_ident(session_user)`))
			h.Exec(strings.ReplaceAll(c.plant, "postgres_of_the_test", me))
			before := testdb.Value[int](h, `select count(*) from hame.staff_event`)
			err := store.Setup(t.Context(), h.Admin, store.SetupOptions{Staff: append(practice.Staff(), store.StaffMember{Login: "flora", Person: "flora", Role: "caseworker"})})
			require.ErrorContains(t, err, c.found)
			require.ErrorContains(t, err, "nothing was written")
			require.Equal(t, before, testdb.Value[int](h, `select count(*) from hame.staff_event`))
		})
	}
}

// TestADatabaseThatThisVersionDoesNotKnow is refused with words.
func TestADatabaseThatThisVersionDoesNotKnow(t *testing.T) {
	t.Run("older", func(t *testing.T) {
		h := newHouse(t)
		h.Exec(`drop table hame.defined`)
		require.ErrorContains(t, store.Setup(t.Context(), h.Admin, store.SetupOptions{}), "set up by an older version of Hame")
	})
	t.Run("newer", func(t *testing.T) {
		h := newHouse(t)
		h.Exec(`insert into hame.goose_db_version (version_id, is_applied) values (99, true)`)
		require.ErrorContains(t, store.Setup(t.Context(), h.Admin, store.SetupOptions{}), "set up by a newer version of Hame")
	})
}

// TestTheSQLRoom: each function, each view and each table's triggers stand in a
// file of that name, made by nothing else; migrations make tables only.
func TestTheSQLRoom(t *testing.T) {
	h := newHouse(t)
	have := testdb.List[string](h, `
		select distinct proname from pg_proc where pronamespace = 'hame'::regnamespace
		union all select relname from pg_class where relnamespace = 'hame'::regnamespace and relkind = 'v'
		union all select distinct 'triggers of ' || c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
			where c.relnamespace = 'hame'::regnamespace and not t.tgisinternal`)
	var files []string
	require.NoError(t, fs.WalkDir(os.DirFS("schema"), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name := strings.TrimSuffix(entry.Name(), ".sql")
		body, err := os.ReadFile("schema/" + path)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^create or replace (function|view|trigger) (\w+)(?:.* on (\w+)\b)?`).FindAllStringSubmatch(string(body), -1) {
			made := m[2]
			if m[1] == "trigger" {
				made = m[3]
			}
			require.Equal(t, name, made, "%s makes another object than its name says", path)
		}
		if strings.Contains(path, "triggers/") {
			name = "triggers of " + name
		}
		files = append(files, name)
		return nil
	}))
	require.ElementsMatch(t, files, have)

	migrations, err := os.ReadDir("migrations")
	require.NoError(t, err)
	for _, m := range migrations {
		body, err := os.ReadFile("migrations/" + m.Name())
		require.NoError(t, err)
		require.NotRegexp(t, `(?i)create\s+(or\s+replace\s+)?(function|view|trigger)`, string(body), "%s", m.Name())
	}
}

// TestEveryDefinerNamesItsPath: a function that runs with its owner's rights, and
// every trigger's, looks for names in schema hame and last in the caller's temporary
// schema, where PostgreSQL otherwise looks first (F1).
func TestEveryDefinerNamesItsPath(t *testing.T) {
	h := newHouse(t)
	require.Empty(t, testdb.List[string](h, `
		select p.oid::regprocedure::text from pg_proc p
		where p.pronamespace = 'hame'::regnamespace and (p.prosecdef or p.prorettype = 'trigger'::regtype)
		  and not coalesce('search_path=hame, pg_temp' = any (p.proconfig), false)`))
}
