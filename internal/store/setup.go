package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/policy"
)

// setupLock is the advisory lock that one set-up at a time holds on a server:
// roles belong to the whole server.
const setupLock = 0x48616d65 // "Hame"

// StaffMember is a login with one role, to be granted.
type StaffMember struct {
	Login   string
	Person  string
	Role    casefile.Party
	Council string // of lead professionals and welfare leads
}

// SetupOptions say what to set up.
type SetupOptions struct {
	WorkerPassword string
	Staff          []StaffMember
}

// Setup prepares a database: roles, schema, migrations, privileges, the table of
// who may do what, the rule sets, and the staff given. It connects as the
// database's administrator, and can be run again: what is there stays.
func Setup(ctx context.Context, adminURL string, o SetupOptions) (err error) {
	db, err := sqlx.ConnectContext(ctx, "postgres", adminURL)
	if err != nil {
		return fmt.Errorf("connect as the database's administrator: %w", mapError(err))
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Connx(ctx)
	if err != nil {
		return fmt.Errorf("set up: %w", mapError(err))
	}
	defer func() { _ = conn.Close() }() // the lock goes with it
	if _, err := conn.ExecContext(ctx, `select pg_advisory_lock($1)`, setupLock); err != nil {
		return fmt.Errorf("set up: %w", mapError(err))
	}
	if err := makeRoles(ctx, conn, o); err != nil {
		return fmt.Errorf("make the roles: %w", err)
	}
	owner, err := asOwner(adminURL)
	if err != nil {
		return err
	}
	odb, err := sqlx.ConnectContext(ctx, "postgres", owner)
	if err != nil {
		return fmt.Errorf("connect as hame_owner: %w", mapError(err))
	}
	defer func() { err = errors.Join(err, odb.Close()) }()
	if err := tables(ctx, odb); err != nil {
		return fmt.Errorf("set up the schema: %w", err)
	}
	s := &Store{odb}
	if err := s.InTx(ctx, func(t *Tx) error { return t.saveRules(ctx) }); err != nil {
		return fmt.Errorf("store the rules: %w", err)
	}
	return s.InTx(ctx, func(t *Tx) error { return t.saveStaff(ctx, o.Staff) })
}

func makeRoles(ctx context.Context, conn *sqlx.Conn, o SetupOptions) error {
	roles := map[string]string{"hame_owner": "nologin", "hame_staff": "nologin", "hame_worker": "login"}
	for _, m := range o.Staff {
		roles[m.Login] = "login in role hame_staff"
	}
	// The group comes before its members.
	names := []string{"hame_owner", "hame_staff", "hame_worker"}
	for _, m := range o.Staff {
		names = append(names, m.Login)
	}
	var existing []string
	if err := conn.SelectContext(ctx, &existing, `select rolname from pg_roles`); err != nil {
		return err
	}
	have := map[string]bool{}
	for _, e := range existing {
		have[e] = true
	}
	for _, name := range names {
		if have[name] {
			continue
		}
		have[name] = true
		if _, err := conn.ExecContext(ctx, `create role `+pq.QuoteIdentifier(name)+` `+roles[name]); err != nil {
			return mapError(err)
		}
	}
	if o.WorkerPassword != "" {
		if _, err := conn.ExecContext(ctx, `alter role hame_worker password `+pq.QuoteLiteral(o.WorkerPassword)); err != nil {
			return mapError(err)
		}
	}
	for _, statement := range []string{
		`grant hame_owner to current_user`,
		`create schema if not exists hame authorization hame_owner`,
		`grant usage on schema hame to hame_staff, hame_worker`,
		revokeTemporary,
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return mapError(err)
		}
	}
	return nil
}

// revokeTemporary takes from everybody the right to make temporary tables, which
// PostgreSQL gives to all in a new database. Temporary objects come first in a
// search path: with one named like a table of Hame's, a login would have put its
// own rows before a function's eyes.
const revokeTemporary = `do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$`

// asOwner makes a session of the administrator act as hame_owner, so that
// everything made belongs to a role that nobody can log in as.
func asOwner(adminURL string) (string, error) {
	dsn, err := session(adminURL)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("role", "hame_owner")
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// saveRules writes the table of who may do what from the rules in the code, keeps
// the embedded rule sets under their hashes, and puts the embedded calendars in
// force where none are.
func (t *Tx) saveRules(ctx context.Context) error {
	if err := t.exec(ctx, `delete from act_role`); err != nil {
		return err
	}
	for _, rule := range casefile.ActRules {
		for _, role := range rule.Roles {
			err := t.exec(ctx, `insert into act_role (act, role, council, filed, takes_day) values ($1, $2, $3, $4, $5)`,
				rule.Act, role, rule.Council, rule.Act.IsFiled(), rule.Day.TakesDay())
			if err != nil {
				return err
			}
		}
	}
	if err := t.exec(ctx, `delete from ground_stops`); err != nil {
		return err
	}
	for _, ground := range casefile.Grounds {
		for _, rule := range casefile.TaskRules {
			if !ground.Stops(rule.Kind) {
				continue
			}
			if err := t.exec(ctx, `insert into ground_stops (ground, kind) values ($1, $2)`, ground, rule.Kind); err != nil {
				return err
			}
		}
	}
	sets, err := policy.Embedded()
	if err != nil {
		return err
	}
	for _, set := range sets {
		if err := t.SaveRuleSet(ctx, set); err != nil {
			return err
		}
	}
	return t.saveCalendar(ctx)
}

func (t *Tx) saveStaff(ctx context.Context, staff []StaffMember) error {
	for _, m := range staff {
		err := t.exec(ctx, `
			insert into staff (login, person, role, council) select $1, $2, $3, nullif($4, '')
			where not exists (select from staff where login = $1 and role = $3 and council is not distinct from nullif($4, ''))`,
			m.Login, m.Person, m.Role, m.Council)
		if err != nil {
			return err
		}
	}
	return nil
}
