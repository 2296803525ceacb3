package store

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"unicode"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/policy"
)

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

// Setup prepares a database: logins, schema, tables, code, privileges, the table of
// who may do what, the rule sets, and the staff given. It connects as the
// database's administrator hame_admin, and can be run again: what holds data stays.
// A superuser is refused, and so is a database into which code was put by other
// means; then nothing is written.
func Setup(ctx context.Context, adminURL string, o SetupOptions) error {
	return asOnlyAdministrator(ctx, adminURL, func(db *sqlx.DB, address string) error {
		conn, err := db.Connx(ctx)
		if err != nil {
			return mapError(err)
		}
		err = makeRoles(ctx, conn, o)
		if err = errors.Join(err, conn.Close()); err != nil {
			return fmt.Errorf("make the roles: %w", err)
		}
		owner, err := asOwner(address)
		if err != nil {
			return err
		}
		odb, err := sqlx.ConnectContext(ctx, "postgres", owner)
		if err != nil {
			return fmt.Errorf("connect as hame_owner: %w", mapError(err))
		}
		defer func() { _ = odb.Close() }() // what was done is committed
		if err := tables(ctx, odb); err != nil {
			return fmt.Errorf("set up the schema: %w", err)
		}
		s := &Store{odb}
		if err := s.InTx(ctx, func(t *Tx) error { return t.saveRules(ctx) }); err != nil {
			return fmt.Errorf("store the rules: %w", err)
		}
		return s.InTx(ctx, func(t *Tx) error { return t.saveStaff(ctx, o.Staff) })
	})
}

// makeRoles gives the worker its password, makes the logins of the staff given
// and the schema, and says who may connect. It refuses where the first script has
// not been run, and a superuser, whom code in the database could turn to its use.
func makeRoles(ctx context.Context, conn *sqlx.Conn, o SetupOptions) error {
	var have []string
	if err := conn.SelectContext(ctx, &have, `select rolname from pg_catalog.pg_roles`); err != nil {
		return mapError(err)
	}
	for _, role := range ownRoles {
		if !slices.Contains(have, role) {
			return casefile.Refuse(casefile.RefusedNothingOpen,
				fmt.Sprintf("role %s is missing: a superuser runs deploy/postgres/first.sql in this database once", role))
		}
	}
	var super bool
	if err := conn.GetContext(ctx, &super, `select rolsuper from pg_catalog.pg_roles where rolname = session_user`); err != nil {
		return mapError(err)
	}
	if super {
		return casefile.Refuse(casefile.RefusedConstraint,
			"setup is not for a superuser: connect as hame_admin, who can do all that it takes")
	}
	for _, m := range o.Staff {
		if slices.Contains(have, m.Login) {
			continue
		}
		have = append(have, m.Login)
		create, err := createLogin(m.Login, "in role hame_staff")
		if err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, create); err != nil {
			return mapError(err)
		}
	}
	if o.WorkerPassword != "" {
		verifier, err := scramVerifier(o.WorkerPassword)
		if err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, `alter role hame_worker password `+pq.QuoteLiteral(verifier)); err != nil {
			return mapError(err)
		}
	}
	for _, statement := range []string{
		`create schema if not exists hame authorization hame_owner`,
		`set role hame_owner`,
		`grant usage on schema hame to hame_staff, hame_worker`,
		`reset role`,
		revokeTemporary,
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return mapError(err)
		}
	}
	return nil
}

// createLogin is the statement that makes a login. Logins belong to the whole server:
// a set-up of another database that makes the same one at this instant is no error.
func createLogin(login, options string) (string, error) {
	if err := CheckLogin(login); err != nil {
		return "", err
	}
	return `do $create_login$ begin create role ` + pq.QuoteIdentifier(login) + ` login ` + options + `;
		exception when duplicate_object or unique_violation then null; end $create_login$`, nil
}

// ownRoles are the roles of Hame's own, which first.sql makes. None is a person's.
var ownRoles = []string{"hame_admin", "hame_owner", "hame_staff", "hame_worker"}

// scramVerifier is what PostgreSQL keeps of a password (RFC 5803). The password
// itself is sent to no server, where a log of statements would keep it.
func scramVerifier(password string) (string, error) {
	const iterations = 4096 // PostgreSQL's own
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	// PostgreSQL prepares a password by SASLprep, which leaves ASCII as it is.
	for _, c := range password {
		if c > unicode.MaxASCII || unicode.IsControl(c) {
			return "", casefile.Refuse(casefile.RefusedFields,
				"the worker's password may hold ASCII letters, digits and signs only")
		}
	}
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return "", err
	}
	mac := func(of string) []byte {
		m := hmac.New(sha256.New, salted)
		m.Write([]byte(of))
		return m.Sum(nil)
	}
	stored := sha256.Sum256(mac("Client Key"))
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", iterations, encode(salt), encode(stored[:]),
		encode(mac("Server Key"))), nil
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
			err := t.exec(ctx, `insert into act_role (act, role, council, new_council, about, filed, takes_day) values ($1, $2, $3, $4, $5, $6, $7)`,
				rule.Act, role, rule.Council, rule.NewCouncil, pq.Array(rule.Places), rule.Filed, rule.Day.TakesDay())
			if err != nil {
				return err
			}
		}
	}
	for _, table := range []string{"act_slip", "house_senior", "act_second"} {
		if err := t.exec(ctx, `delete from `+table); err != nil {
			return err
		}
	}
	for _, rule := range casefile.ActRules {
		for _, role := range rule.Seconds {
			if err := t.exec(ctx, `insert into act_second (act, role) values ($1, $2)`, rule.Act, role); err != nil {
				return err
			}
		}
		if !rule.Slip.CanBeStruck() {
			continue
		}
		if err := t.exec(ctx, `insert into act_slip (act, two) values ($1, $2)`, rule.Act, rule.Slip.Two); err != nil {
			return err
		}
	}
	for house, act := range casefile.SeniorActs {
		if err := t.exec(ctx, `insert into house_senior (house, role, its_act) values ($1, $2, $3)`, house, house.Senior(), act); err != nil {
			return err
		}
	}
	if err := t.exec(ctx, `delete from role_house`); err != nil {
		return err
	}
	for _, role := range casefile.Roles {
		if err := t.exec(ctx, `insert into role_house (role, house) values ($1, $2)`, role, role.House()); err != nil {
			return err
		}
	}
	if err := t.exec(ctx, `delete from ground_stops`); err != nil {
		return err
	}
	for _, ground := range casefile.GroundsOfReview {
		for _, rule := range casefile.TaskRules {
			if !ground.Stops(rule.Kind) {
				continue
			}
			if err := t.exec(ctx, `insert into ground_stops (ground, kind) values ($1, $2)`, ground, rule.Kind); err != nil {
				return err
			}
		}
	}
	if err := t.saveLimits(ctx); err != nil {
		return err
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

// saveLimits writes what functions of the database must know of the time limits, the
// kinds of task, what each role sees, and the parts on a case.
func (t *Tx) saveLimits(ctx context.Context) error {
	for _, table := range []string{"time_limit", "task_kind", "part_role", "case_role"} {
		if err := t.exec(ctx, `delete from `+table); err != nil {
			return err
		}
	}
	for _, l := range casefile.DatabaseLimits {
		if err := t.exec(ctx, `insert into time_limit (name, days) values ($1, $2)`, l.Name, l.Days); err != nil {
			return err
		}
	}
	for _, rule := range casefile.TaskRules {
		if err := t.exec(ctx, `insert into task_kind (kind, can_be_missed) values ($1, $2)`, rule.Kind,
			rule.Kind.CanBeMissed()); err != nil {
			return err
		}
	}
	for _, role := range casefile.Roles {
		if err := t.exec(ctx, `insert into case_role (role, sees) values ($1, $2)`, role, string(role.Sees())); err != nil {
			return err
		}
	}
	for _, end := range casefile.Ends {
		err := t.exec(ctx, `
			insert into end_rule (outcome, two, administrative, acts) values ($1, $2, $3, $4)
			on conflict (outcome) do update set two = excluded.two, administrative = excluded.administrative, acts = excluded.acts`,
			end, end.TakesTwo(), end.IsAdministrative(), pq.Array(end.RecordedBy()))
		if err != nil {
			return err
		}
	}
	for _, part := range casefile.Parts {
		if err := t.exec(ctx, `insert into part_role (part, role) values ($1, $2)`, string(part), part.Role()); err != nil {
			return err
		}
	}
	return nil
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
