package store_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
	"hame/internal/testdb"
)

// everyLogin is one of each role, and the worker.
var everyLogin = append([]string{"hame_worker"}, everyRole...)

// TestNoLoginMakesTemporaryObjects, as the database is set up (F1).
func TestNoLoginMakesTemporaryObjects(t *testing.T) {
	h := newHouse(t)
	breaches := func() []store.Breach {
		found, err := h.as("una").Verify(t.Context())
		require.NoError(t, err)
		return found
	}
	for _, login := range everyLogin {
		for _, statement := range []string{
			`create temp table staff_now (login text)`, `create temp view staff_now as select 1 as n`, `create temp sequence x`,
			`create function pg_temp.my_person() returns text language sql as 'select ''douglas'''`,
			`select 1 as n into temp staff_now`, `create type pg_temp.x as (n int)`,
		} {
			_, err := h.SQL(t, login).Exec(statement)
			require.ErrorContains(t, err, "permission denied", "%s: %s", login, statement)
		}
	}
	require.Empty(t, breaches())
	h.Exec(`do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$`)
	require.Contains(t, fmt.Sprint(breaches()),
		"no login makes temporary objects", "a copy of a database loses the revocation")
	require.NoError(t, store.Setup(t.Context(), h.Admin, store.SetupOptions{}))
	require.Empty(t, breaches(), "set-up takes it away again")
}

// TestTemporaryObjectsGainNothing: where the right to make them was granted again,
// no login of any role reads more, is somebody else, or does more by tables, views,
// functions, operators, casts and triggers of its own that are named like Hame's (F1).
func TestTemporaryObjectsGainNothing(t *testing.T) {
	h := newHouse(t)
	h.Exec(`do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$`)
	families := []string{h.evidence(h.review(numbered(1))), h.review(flagged(numbered(2), 2, casefile.FlagRestricted))}
	var relations []struct {
		Name    string `db:"name"`
		Columns string `db:"columns"`
	}
	require.NoError(t, h.Super.Select(&relations, `
		select c.relname as name, string_agg('null::' || format_type(a.atttypid, a.atttypmod) || ' as ' || quote_ident(a.attname), ', ' order by a.attnum) as columns
		from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where c.relnamespace = 'hame'::regnamespace and c.relkind in ('r', 'v') and c.relname not in ('staff', 'staff_now') group by 1`))
	functions := testdb.List[string](h, `select distinct proname from pg_proc where pronamespace = 'hame'::regnamespace`)
	instants := regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*`)
	// What the functions of Hame's tell a login.
	told := func(db *sqlx.DB) map[string]string {
		answers := map[string]string{}
		for _, ref := range families {
			for _, part := range []string{"test", "texts", "timeline", "clocks", "audit"} {
				_, _ = db.Exec(`select record_read($1, $2)`, ref, part) // permission is denied to the worker
			}
			for name, query := range reads {
				if query == "" || name == "audit_reads" { // which grows by reading
					continue
				}
				var rows []string
				err := db.Select(&rows, query, ref)
				answers[ref+" "+name] = instants.ReplaceAllString(fmt.Sprint(rows, err), "")
			}
		}
		return answers
	}
	for _, login := range everyLogin {
		// Tables take the names before every login. Views take the same names, and run code
		// too: before the worker, and one login of those who see most.
		kinds := []string{"table"}
		if slices.Contains([]string{"hame_worker", "fiona"}, login) {
			kinds = append(kinds, "view")
		}
		for _, kind := range kinds {
			t.Run(login+"/"+kind, func(t *testing.T) {
				address, err := store.As(h.Admin, login)
				require.NoError(t, err)
				db, err := sqlx.Connect("postgres", address+"&search_path=hame&timezone=UTC")
				require.NoError(t, err)
				defer func() { require.NoError(t, db.Close()) }()
				db.SetMaxOpenConns(1) // temporary objects belong to one connection
				before := told(db)
				must := func(format string, args ...any) {
					t.Helper()
					_, err := db.Exec(fmt.Sprintf(format, args...))
					require.NoError(t, err)
				}
				for _, r := range relations {
					if kind == "table" {
						must(`create temp table %q as select %s`, r.Name, r.Columns)
					} else {
						must(`create temp view %q as select %s`, r.Name, r.Columns)
					}
					must(`grant all on pg_temp.%q to public`, r.Name)
				}
				must(`create function pg_temp.run() returns text language plpgsql as $$ begin raise exception 'code ran as %%', current_user; end $$`)
				must(`create temp table every_role (login text, person text, role text, council text)`)
				for _, role := range casefile.Roles {
					must(`insert into every_role values (session_user, 'douglas', '%s', %s)`, role, map[bool]string{true: "'" + edinburgh + "'", false: "null"}[role.IsCouncils()])
				}
				if kind == "table" {
					must(`create temp table staff_now as select * from every_role`)
					must(`create temp table staff as select *, current_date as valid_from, null::date as valid_to, null::timestamptz as revoked_at from every_role`)
				} else {
					must(`create temp view staff_now as select * from every_role where pg_temp.run() is null`)
					must(`create temp view staff as select *, current_date as valid_from, null::date as valid_to, null::timestamptz as revoked_at from every_role where pg_temp.run() is null`)
				}
				must(`grant select on every_role, staff_now, staff to public`)
				for _, f := range functions {
					must(`create function pg_temp.%q(variadic text[]) returns boolean language sql as 'select true'`, f)
				}
				must(`create function pg_temp.yes(text, text) returns boolean language sql as 'select true'`)
				must(`create operator pg_temp.= (leftarg = text, rightarg = text, function = pg_temp.yes)`)
				must(`create operator pg_temp.<> (leftarg = text, rightarg = text, function = pg_temp.yes)`)
				must(`create type pg_temp.word as (w text)`)
				must(`create function pg_temp.as_word(text) returns pg_temp.word language sql as 'select row($1)::pg_temp.word'`)
				must(`create cast (text as pg_temp.word) with function pg_temp.as_word(text) as implicit`)
				must(`create function pg_temp.fire() returns trigger language plpgsql as $$ begin raise exception 'code ran as %%', current_user; end $$`)
				if kind == "table" {
					for _, r := range relations {
						must(`create trigger mine before insert on pg_temp.%q for each row execute function pg_temp.fire()`, r.Name)
					}
				}
				require.Equal(t, before, told(db))

				// Nor does a trigger of Hame's read them: an act is stamped with the login's own
				// person, or refused as before.
				_, err = db.Exec(`insert into hame.command (id, case_ref, kind, attested_on) values (gen_random_uuid(), $1, 'case.flag', '2026-03-02')`, families[0])
				if login == "fiona" {
					require.NoError(t, err)
					// No worker runs here: verify would name the act after a minute.
					h.Exec(`insert into command_outcome (command_id, outcome, code, business_at)
						select id, 'expired', 'undelivered', '2026-03-02' from command c where not exists (select from command_outcome o where o.command_id = c.id)`)
				} else {
					require.ErrorContains(t, err, map[bool]string{true: "permission denied", false: "may not do"}[login == "hame_worker"])
				}
			})
		}
	}
	require.Equal(t, []string{"fiona fiona", "fiona fiona"}, testdb.List[string](h, `select login || ' ' || person from command`))
}

// TestTheAdministratorRunsNobodysCode: a trigger that somebody put on the staff list
// is found before anything is written, and does not run; and an administrator that
// is a superuser is refused (F1).
func TestTheAdministratorRunsNobodysCode(t *testing.T) {
	h := newHouse(t)
	h.Exec(`create table public.ran (as_whom text); grant all on public.ran to public`)
	h.Exec(`set role hame_owner;
		create function hame.mine() returns trigger language plpgsql as $$
			begin perform set_config('role', 'none', true); insert into public.ran values (current_user); return new; end $$;
		create trigger mine before insert on hame.staff_member for each row execute function hame.mine();
		create trigger mine before insert or update on hame.staff for each row execute function hame.mine();
		reset role`)
	_, err := store.AddStaff(t.Context(), h.Admin, "eilidh", "eilidh")
	require.ErrorContains(t, err, "trigger mine on hame.staff is not Hame's")
	_, err = store.GrantRole(t.Context(), h.Admin, "eilidh", casefile.Auditor, "")
	require.ErrorContains(t, err, "function hame.mine() is not Hame's")
	_, err = store.RevokeRole(t.Context(), h.Admin, "morag", casefile.Caseworker)
	require.ErrorContains(t, err, "nothing was written")
	require.ErrorContains(t, store.Setup(t.Context(), h.Admin, store.SetupOptions{}), "is not Hame's")
	require.Zero(t, testdb.Value[int](h, `select count(*) from public.ran`))

	super, err := store.As(h.Admin, "postgres")
	require.NoError(t, err)
	require.ErrorContains(t, store.Setup(t.Context(), super, store.SetupOptions{}), "not for a superuser")
}

// TestNoStaffWithTheOwnersRights: a superuser, and whoever may act as the owner of
// the record or make roles, is nobody on a case, and can't be added.
func TestNoStaffWithTheOwnersRights(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	login := "owner_" + uuid.NewString()[:8]
	h.Exec(`create role ` + login + ` login in role hame_staff; insert into staff (login, person, role) values ('` + login + `', 'x', 'senior_caseworker')`)
	t.Cleanup(func() { h.Exec(`drop owned by ` + login + `; drop role ` + login) })
	require.True(t, testdb.Value[bool](h, `select true`))
	_, err := h.as(login).CaseFile(t.Context(), ref, "case")
	require.NoError(t, err)
	h.Exec(`grant hame_owner to ` + login)
	_, err = h.as(login).CaseFile(t.Context(), ref, "case")
	require.True(t, store.IsKind(err, store.NotFound), "%v", err)
	err = h.as(login).InsertCommand(t.Context(), h.command(ref, casefile.ActContact, phone))
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
	_, err = store.GrantRole(t.Context(), h.Admin, login, casefile.Caseworker, "")
	require.ErrorContains(t, err, "can act as the owner of the record")
	for _, own := range []string{"hame_admin", "hame_owner", "hame_worker", "hame_staff"} {
		_, err = store.AddStaff(t.Context(), h.Admin, own, "x")
		require.ErrorContains(t, err, "a role of Hame's own")
	}
	_, err = store.AddStaff(t.Context(), h.Admin, "postgres", "x")
	require.ErrorContains(t, err, "superusers hold no role")
}
