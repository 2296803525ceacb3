package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"hame/internal/casefile"
)

// schema holds one file for each function, each view, and the triggers of each
// table. Set-up makes all of them anew, in one transaction, unless the database
// has exactly them. Nothing in it holds data, so dropping it loses nothing.
//
//go:embed schema
var schema embed.FS

// definition is one file of schema.
type definition struct {
	file, body string
	kind       string // function, view or trigger
	name       string // of the function or view
}

var (
	comments = regexp.MustCompile(`(?m)^\s*--.*$`)
	creates  = regexp.MustCompile(`(?m)^create or replace (function|view|trigger) (\w+)`)
)

// definitions reads the files of a schema in the order in which they are made:
// functions, views (each after those it stands on), triggers.
func definitions(of fs.FS) ([]definition, error) {
	var all []definition
	err := fs.WalkDir(of, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(of, path)
		if err != nil {
			return err
		}
		m := creates.FindSubmatch(body)
		if m == nil {
			return fmt.Errorf("%s: it creates no function, view or trigger", path)
		}
		all = append(all, definition{path, string(body), string(m[1]), string(m[2])})
		return nil
	})
	if err != nil {
		return nil, err
	}
	var ordered, views []definition
	for _, kind := range []string{"function", "view", "trigger"} {
		for _, d := range all {
			switch {
			case d.kind != kind:
			case kind == "view":
				views = append(views, d)
			default:
				ordered = append(ordered, d)
			}
		}
		if kind == "view" {
			views, err = byDependence(views)
			if err != nil {
				return nil, err
			}
			ordered = append(ordered, views...)
		}
	}
	return ordered, nil
}

// byDependence puts each view after the views that its text names.
func byDependence(views []definition) ([]definition, error) {
	var done []definition
	for len(done) < len(views) {
		before := len(done)
		for _, v := range views {
			waits := slices.ContainsFunc(views, func(o definition) bool {
				return o.name != v.name && !slices.Contains(done, o) && names(v, o.name)
			})
			if !waits && !slices.Contains(done, v) {
				done = append(done, v)
			}
		}
		if len(done) == before {
			return nil, fmt.Errorf("the views of schema stand on each other in a circle")
		}
	}
	return done, nil
}

func names(d definition, object string) bool {
	code := comments.ReplaceAllString(d.body, "")
	return regexp.MustCompile(`\b` + object + `\b`).MatchString(code)
}

// digestOf is a fingerprint of everything that define makes.
func digestOf(defined []definition) string {
	sum := sha256.New()
	for _, d := range defined {
		fmt.Fprintf(sum, "%s\x00%s\x00", d.file, d.body)
	}
	for _, p := range privileges {
		fmt.Fprintf(sum, "%s\x00", p)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// define makes the functions, views and triggers of the schema anew, and grants
// the privileges, in the transaction given. It drops what no file defines.
func define(ctx context.Context, tx *sqlx.Tx, defined []definition) error {
	if err := dropCode(ctx, tx); err != nil {
		return err
	}
	if err := create(ctx, tx, defined); err != nil {
		return err
	}
	for _, grant := range privileges {
		if _, err := tx.ExecContext(ctx, grant); err != nil {
			return fmt.Errorf("grant privileges: %w", mapError(err))
		}
	}
	_, err := tx.ExecContext(ctx, `
		insert into defined (digest) values ($1) on conflict (only_one) do update set digest = excluded.digest`, digestOf(defined))
	return mapError(err)
}

// create runs the files. What the body of a function names need not be there yet.
func create(ctx context.Context, tx *sqlx.Tx, defined []definition) error {
	if _, err := tx.ExecContext(ctx, `set local check_function_bodies = off`); err != nil {
		return mapError(err)
	}
	for _, d := range defined {
		if _, err := tx.ExecContext(ctx, d.body); err != nil {
			return fmt.Errorf("schema/%s: %w", d.file, mapError(err))
		}
	}
	return nil
}

// dropCode drops every trigger, view and function of schema hame. Dropping runs
// none of them.
func dropCode(ctx context.Context, tx *sqlx.Tx) error {
	var drops []string
	err := tx.SelectContext(ctx, &drops, `
		select format('drop trigger %I on hame.%I', t.tgname, c.relname)
		from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
		where c.relnamespace = 'hame'::regnamespace and not t.tgisinternal
		union all
		select 'drop view ' || string_agg(format('hame.%I', c.relname), ', ')
		from pg_catalog.pg_class c where c.relnamespace = 'hame'::regnamespace and c.relkind = 'v' having count(*) > 0
		union all
		select 'drop routine ' || string_agg(p.oid::regprocedure::text, ', ')
		from pg_catalog.pg_proc p where p.pronamespace = 'hame'::regnamespace having count(*) > 0`)
	if err != nil {
		return mapError(err)
	}
	for _, drop := range drops {
		if _, err := tx.ExecContext(ctx, drop); err != nil {
			return fmt.Errorf("drop what was defined before: %w", mapError(err))
		}
	}
	return nil
}

// compare lists what in schema hame is not as the files and the privileges say.
// It reads pg_catalog only, and runs no code of the database's: it makes what the
// files say in a schema beside hame, reads both, and rolls that back.
func compare(ctx context.Context, db *sqlx.DB, defined []definition) ([]string, error) {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return nil, mapError(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing of it is kept
	run := func(statements ...string) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return mapError(err)
			}
		}
		return nil
	}
	// The login itself owns the database, and may make a schema.
	err = run(`set local role none`, `create schema hame_expected authorization hame_owner`, `set local role hame_owner`,
		`set local search_path = hame_expected, hame`)
	if err != nil {
		return nil, err
	}
	code := slices.DeleteFunc(slices.Clone(defined), func(d definition) bool { return d.kind == "trigger" })
	triggers := slices.DeleteFunc(slices.Clone(defined), func(d definition) bool { return d.kind != "trigger" })
	if err := create(ctx, tx, code); err != nil {
		return nil, err
	}
	var copies []string
	err = tx.SelectContext(ctx, &copies, `
		select format('create table hame_expected.%1$I (like hame.%1$I)', relname) from pg_catalog.pg_class
		where relnamespace = 'hame'::regnamespace and relkind = 'r'`)
	if err != nil {
		return nil, mapError(err)
	}
	if err := run(copies...); err != nil {
		return nil, err
	}
	if err := create(ctx, tx, triggers); err != nil {
		return nil, err
	}
	for _, grant := range privileges {
		if err := run(strings.ReplaceAll(grant, "in schema hame ", "in schema hame_expected ")); err != nil {
			return nil, fmt.Errorf("grant privileges: %w", err)
		}
	}
	if err := run(`set local search_path = pg_catalog`); err != nil {
		return nil, err
	}
	want, err := catalogue(ctx, tx, "hame_expected")
	if err != nil {
		return nil, err
	}
	have, err := catalogue(ctx, tx, "hame")
	if err != nil {
		return nil, err
	}
	var differences []string
	for _, what := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[what]; !ok {
			differences = append(differences, what+" is not Hame's")
		} else if want[what] != have[what] {
			differences = append(differences, what+" is not as Hame defines it")
		}
	}
	for _, what := range slices.Sorted(maps.Keys(want)) {
		if _, ok := have[what]; !ok {
			differences = append(differences, what+" is missing")
		}
	}
	return differences, nil
}

// catalogue describes everything in a schema that holds code or a privilege, by
// what it is.
func catalogue(ctx context.Context, tx *sqlx.Tx, schema string) (map[string]string, error) {
	var rows []struct {
		What string `db:"what"`
		Is   string `db:"is"`
	}
	err := tx.SelectContext(ctx, &rows, catalogueQuery, schema)
	described := map[string]string{}
	for _, r := range rows {
		described[r.What] = strings.ReplaceAll(r.Is, "hame_expected.", "hame.")
	}
	return described, mapError(err)
}

// catalogueQuery reads pg_catalog alone. Names in it are whole, because the
// search path is pg_catalog's.
const catalogueQuery = `
with space as (select oid, nspname, nspowner, nspacl from pg_namespace where nspname = $1),
functions as (
    select p.* from pg_proc p join space s on s.oid = p.pronamespace),
relations as (
    select c.* from pg_class c join space s on s.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S'))
select 'function ' || replace(oid::regprocedure::text, 'hame_expected.', 'hame.') as what,
       case when prokind in ('f', 'p') then pg_get_functiondef(oid) else prokind::text end || pg_get_userbyid(proowner)
       || (select coalesce(string_agg(x::text, ' ' order by x::text), '') from unnest(coalesce(proacl, acldefault('f', proowner))) x) as is
from functions
union all
select case c.relkind when 'v' then 'view hame.' when 'r' then 'table hame.' when 'S' then 'sequence hame.' else 'relation hame.' end || c.relname,
       case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) || coalesce(c.reloptions::text, '') else '' end
       || pg_get_userbyid(c.relowner) || c.relrowsecurity::text
       || (select coalesce(string_agg(x::text, ' ' order by x::text), '')
           from unnest(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's'::"char" else 'r' end, c.relowner))) x)
       || (select coalesce(string_agg(a.attname || ': ' || x::text, ' ' order by a.attname, x::text), '')
           from pg_attribute a cross join unnest(a.attacl) x where a.attrelid = c.oid)
from relations c where c.relkind <> 'S'
union all
select 'trigger ' || t.tgname || ' on hame.' || c.relname, pg_get_triggerdef(t.oid) || t.tgenabled::text
from pg_trigger t join relations c on c.oid = t.tgrelid where not t.tgisinternal
union all
select 'rule ' || r.rulename || ' on hame.' || c.relname, pg_get_ruledef(r.oid)
from pg_rewrite r join relations c on c.oid = r.ev_class where r.rulename <> '_RETURN'
union all
select 'policy ' || p.polname || ' on hame.' || c.relname, '' from pg_policy p join relations c on c.oid = p.polrelid
union all
select 'type hame.' || t.typname, '' from pg_type t join space s on s.oid = t.typnamespace
where t.typrelid = 0 and not exists (select from pg_type e where e.typarray = t.oid and e.typrelid <> 0)
union all
select 'operator hame.' || o.oprname || ' (' || o.oprleft::regtype || ', ' || o.oprright::regtype || ')', ''
from pg_operator o join space s on s.oid = o.oprnamespace
union all
-- A default, a constraint or an index that calls a function which PostgreSQL did not bring runs it at each write.
select 'a call of ' || d.refobjid::regprocedure || ' in table hame.' || c.relname, ''
from pg_depend d
join lateral (select x.adrelid as rel from pg_attrdef x where d.classid = 'pg_attrdef'::regclass and x.oid = d.objid
              union all select x.conrelid from pg_constraint x where d.classid = 'pg_constraint'::regclass and x.oid = d.objid
              union all select x.indrelid from pg_index x where d.classid = 'pg_class'::regclass and x.indexrelid = d.objid) o on true
join relations c on c.oid = o.rel
where d.refclassid = 'pg_proc'::regclass`

// foreign refuses a database in which somebody has put code of their own, with
// what was found.
func foreign(differences []string) error {
	const shown = 5
	words := strings.Join(differences[:min(shown, len(differences))], "; ")
	if n := len(differences) - shown; n > 0 {
		words += fmt.Sprintf("; and %d more", n)
	}
	return casefile.Refuse(casefile.RefusedConstraint,
		"this database was changed by other means than setup, and nothing was written: "+words+
			". Find out who did it. Drop what is not Hame's, or restore a copy, then run setup again")
}
