package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/pressly/goose/v3"

	"hame/internal/casefile"
	"hame/internal/policy"
)

//go:embed migrations/*.sql
var migrations embed.FS

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
	if err := migrate(ctx, odb.DB); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, grant := range privileges {
		if _, err := odb.ExecContext(ctx, grant); err != nil {
			return fmt.Errorf("grant privileges: %w", err)
		}
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
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return mapError(err)
		}
	}
	return nil
}

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

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// privileges are granted anew at each set-up. The worker writes facts, and
// neither changes nor deletes what people did; staff insert commands, select the
// views, and call the functions named here.
var privileges = []string{
	`revoke all on all tables in schema hame from hame_worker, hame_staff`,
	`revoke execute on all functions in schema hame from public`,
	`grant select on all tables in schema hame to hame_worker`,
	`grant insert, update on listing, backlog_lane, review, stage_entry, task, letter, letter_sent, evidence, contact, interview, officer,
	     welfare_check, welfare_waiver, representation, security_check, recommendation, proposal, proposal_outcome, finding, decision,
	     decision_outcome, hold, post_item, correction, flag_request, person_flag, import_difference, named_on_case to hame_worker`,
	`grant insert, update (child_when_listed, name_key, ` + strings.Join(slices.Concat(casefile.PersonFacts, casefile.ClaimFacts), ", ") + `) on person to hame_worker`,
	`grant update (restricted, ` + strings.Join(casefile.FamilyFacts, ", ") + `) on family to hame_worker`,
	`grant insert on rung, command_outcome, deadline_change, answer_change, extension to hame_worker`,
	`grant update (withdrawn_on, withdrawn_by, withdrawal_id) on extension to hame_worker`,
	`grant update (finished_at) on calendar_application to hame_worker`,
	`grant update (seen_at) on calendar_case to hame_worker`,
	`grant update (business_now) on programme to hame_worker`,
	`grant execute on all functions in schema hame to hame_worker`,
	`revoke execute on function chain_append, import_merge, record_refusal, file_command, case_file, case_timeline, act_text,
	     receive_post, dismiss_post, settle_arrival, resolve_duplicate, accept_command, recorded_review, recoveries, waiting_order, my_command,
	     staff_list, audit_reads, audit_show, audit_heads, audit_check, erase_text, apply_calendar, case_clocks from hame_worker`,
	`grant insert (id, case_ref, lane, office, kind, subject_no, attested_on, fields, text_digest) on command to hame_staff`,
	`grant insert (command_id, salt, body) on command_text to hame_staff`,
	`grant insert (` + strings.Join(stagedFamily, ", ") + `) on import_staging to hame_staff`,
	`grant insert (` + strings.Join(stagedPerson, ", ") + `) on import_staging_person to hame_staff`,
	`grant select on case_list, task_list, letter_list, case_role, post_list, duplicate_list to hame_staff`,
	`grant execute on function has_role, my_person, my_roles, may_see, sight_of, my_part, business_now, case_file, case_timeline, act_text,
	     record_refusal, file_command, import_merge, programme_report, figures, verify_record, reviews_on_record, business_today, receive_post,
	     dismiss_post, settle_arrival, resolve_duplicate, recorded_review, recoveries, waiting_order, my_command,
	     staff_list, audit_reads, audit_show, audit_heads, audit_check, erase_text, case_clocks, calendar_in_force, calendar_progress, holidays_of,
	     apply_calendar, deadlines_on_record, answers_on_record to hame_staff`,
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
			err := t.exec(ctx, `insert into act_role (act, role, council, filed) values ($1, $2, $3, $4)`, rule.Act, role, rule.Council, rule.Act.IsFiled())
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
