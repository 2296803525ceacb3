package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// StaffHolds reports whether a person holds a role today, at a council if one
// is named.
func (t *Tx) StaffHolds(ctx context.Context, person string, role casefile.Party, council string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (select from staff_now where person = $1 and role = $2 and ($3 = '' or council = $3))`, person, role, council)
	return yes, err
}

// Me is the session's login as the staff list has it.
type Me struct {
	Login  string
	Person string
	Roles  []casefile.Party
	// Council is set for those who act for one.
	Council string
}

// Me tells who the session's login is. Person is empty for a login that no person has.
func (s *Store) Me(ctx context.Context) (Me, error) {
	var rows []struct {
		Role    casefile.Party `db:"role"`
		Council string         `db:"council"`
	}
	var me Me
	if err := s.db.GetContext(ctx, &me.Login, `select session_user`); err != nil {
		return me, mapError(err)
	}
	if err := s.db.GetContext(ctx, &me.Person, `select coalesce(my_person(), '')`); err != nil {
		return me, mapError(err)
	}
	err := s.db.SelectContext(ctx, &rows, `select role, coalesce(council, '') as council from my_roles()`)
	for _, r := range rows {
		me.Roles = append(me.Roles, r.Role)
		if r.Council != "" {
			me.Council = r.Council
		}
	}
	return me, mapError(err)
}

// StaffRow is a member of the staff with one grant of a role, past or present.
// Role is empty for one who was added and holds none.
type StaffRow struct {
	Login     string         `db:"login" json:"login"`
	Person    string         `db:"person" json:"person"`
	Role      casefile.Party `db:"role" json:"role,omitempty"`
	Council   string         `db:"council" json:"council,omitempty"`
	From      clock.Date     `db:"valid_from" json:"from,omitzero"`
	To        clock.Date     `db:"valid_to" json:"to,omitzero"`
	RevokedAt *time.Time     `db:"revoked_at" json:"revoked_at,omitempty"`
	GrantedBy string         `db:"granted_by" json:"granted_by"`
	Holds     bool           `db:"holds" json:"holds"` // now
}

// StaffList lists the staff with every grant, past ones too. NotPermitted but
// for operations and the auditor.
func (s *Store) StaffList(ctx context.Context) ([]StaffRow, error) {
	rows := []StaffRow{}
	err := s.db.SelectContext(ctx, &rows, `
		select login, person, role, council, valid_from, valid_to, revoked_at, granted_by, holds from staff_list()`)
	return rows, mapError(err)
}

// maxLogin is the longest name that PostgreSQL keeps whole, in bytes: it would cut
// a longer one, and so take it for somebody else's.
const maxLogin = 63

var loginPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.@-]*$`)

// CheckLogin checks that a name can be a login: letters without accents, digits,
// and _ . @ -, so that none looks like another's. It refuses with code fields.
func CheckLogin(login string) error {
	if len(login) > maxLogin || !loginPattern.MatchString(login) {
		return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("%.80q can be no login: it begins with a letter, and has letters a to z, digits, _ . @ and - only, at most %d", login, maxLogin))
	}
	return nil
}

// AddStaff makes a login of the group hame_staff, if it is not there, and
// remembers whose it is. It connects as the database's administrator, and
// reports whether it made the login: how it authenticates is for the
// administrator to set. A login belongs to one person for good.
func AddStaff(ctx context.Context, adminURL, login, person string) (made bool, err error) {
	err = asAdministrator(ctx, adminURL, func(t *Tx) error {
		if login == "" || person == "" {
			return casefile.Refuse(casefile.RefusedFields, "name the login and the person")
		}
		if err := CheckLogin(login); err != nil {
			return err
		}
		if strings.HasPrefix(login, "pg_") || login == "public" || login == "none" {
			return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("%q is PostgreSQL's own and nobody's login: give the person one of theirs", login))
		}
		if err := (casefile.AssignFields{To: person}).Validate(); err != nil {
			return casefile.Refuse(casefile.RefusedFields, "the person's name "+strings.TrimPrefix(err.Error(), "to "))
		}
		exists, err := t.loginExists(ctx, login)
		if err != nil {
			return err
		}
		if !exists {
			made = true
			create, err := createLogin(login, "")
			if err != nil {
				return err
			}
			if err := t.exec(ctx, create); err != nil {
				return err
			}
		}
		var member bool
		if err := t.get(ctx, &member, `select pg_has_role($1::name, 'hame_staff', 'member')`, login); err != nil {
			return err
		}
		if !member {
			if err := t.exec(ctx, `grant hame_staff to `+pq.QuoteIdentifier(login)); err != nil {
				return err
			}
		}
		if err := t.exec(ctx, `set local role hame_owner`); err != nil {
			return err
		}
		var spelt string
		err = t.get(ctx, &spelt, `select coalesce((select person from staff_member where person_key(person) = person_key($1) and person <> $1 limit 1), '')`, person)
		if err != nil {
			return err
		}
		if spelt != "" {
			return casefile.Refuse(casefile.RefusedConstraint,
				fmt.Sprintf("%q is on the staff as %q: type --person %q if it is the same person; if not, add what tells the two apart, such as %q", person, spelt, spelt, person+" 2"))
		}
		if err := t.exec(ctx, `insert into staff_member (login, person) values ($1, $2) on conflict do nothing`, login,
			person); err != nil {
			return err
		}
		var is string
		if err := t.get(ctx, &is, `select person from staff_member where login = $1`, login); err != nil {
			return err
		}
		if is != person {
			return casefile.Refuse(casefile.RefusedConstraint,
				fmt.Sprintf("%s is the login of %s: give %s a login of their own", login, is, person))
		}
		return nil
	})
	return made, err
}

// GrantRole gives a member of the staff a role from today on, at a council if
// the role is a council's. It connects as the database's administrator, and
// reports whether the role was not held already. Nobody grants a role to
// themselves, under whichever login; each grant stands in the chain of the staff.
func GrantRole(ctx context.Context, adminURL, login string, role casefile.Party, council string,
) (granted bool, err error) {
	err = asAdministrator(ctx, adminURL, func(t *Tx) error {
		switch {
		case !role.IsRole():
			return unknownRole(role)
		case role.IsCouncils() && council == "":
			return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("%s is held for one council: name it with --council and its GSS code", role))
		case role.IsCouncils() && !strings.HasPrefix(council, "S12"):
			return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("%s is no council in Scotland: Hame holds families of Scotland's councils only; give a GSS code such as S12000049", council))
		case !role.IsCouncils() && council != "":
			return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("%s is held for no council: leave out --council", role))
		}
		exists, err := t.loginExists(ctx, login)
		if err != nil {
			return err
		}
		if !exists {
			return noSuchLogin(login)
		}
		var connects bool // not after its last role was revoked
		if err := t.get(ctx, &connects, `select rolcanlogin from pg_catalog.pg_roles where rolname = $1`, login); err != nil {
			return err
		}
		if !connects {
			if err := t.exec(ctx, `alter role `+pq.QuoteIdentifier(login)+` login`); err != nil {
				return notSwitched(login, "login", err)
			}
		}
		if err := t.exec(ctx, `set local role hame_owner`); err != nil {
			return err
		}
		var known bool
		if err := t.get(ctx, &known, `select exists (select from staff_member where login = $1)`, login); err != nil {
			return err
		}
		if !known {
			return noSuchLogin(login)
		}
		var others []casefile.Party
		err = t.all(ctx, &others, `
			select distinct s.role from staff s join staff_member m on person_key(m.person) = person_key(s.person)
			where m.login = $1 and s.revoked_at is null and (s.valid_to is null or s.valid_to >= current_date) order by s.role`, login)
		if err != nil {
			return err
		}
		for _, other := range others {
			if other.House() != role.House() {
				return casefile.Refuse(casefile.RefusedConstraint,
					fmt.Sprintf("%s is %s already, and nobody is both that and %s: ministers' roles, councils' and the Home Office's never meet in one person, and the auditor's goes with none; if %s is another person than that, staff add a login under a name that tells the two apart", login, other, role, login))
			}
		}
		granted, err = t.execOne(ctx, `
			insert into staff (login, person, role, council)
			select m.login, m.person, $2, nullif($3, '') from staff_member m where m.login = $1
			and not exists (select from staff_now n where n.login = $1 and n.role = $2 and n.council is not distinct from nullif($3, ''))`,
			login, role, council)
		return err
	})
	return granted, err
}

// RevokeRole ends a role at once, at whichever councils it is held, and also a
// grant that begins later. It connects as the database's administrator, and
// reports whether there was anything to end.
//
// With the last role goes the right to log in, before anything else is waited for.
// The login's sessions end in any case: a revocation holds in what they run too.
func RevokeRole(ctx context.Context, adminURL, login string, role casefile.Party) (revoked bool, err error) {
	if !role.IsRole() {
		return false, unknownRole(role)
	}
	err = asOnlyAdministrator(ctx, adminURL, func(db *sqlx.DB, _ string) error {
		if err := asDefined(ctx, db); err != nil {
			return err
		}
		var is struct {
			Known bool `db:"known"`
			Other bool `db:"other"`
			Any   bool `db:"any_grant"`
		}
		s := &Store{db}
		asOwner := func(f func(*Tx) error) error {
			return s.InTx(ctx, func(t *Tx) error {
				if err := t.exec(ctx, `set local role hame_owner`); err != nil {
					return err
				}
				return f(t)
			})
		}
		err := asOwner(func(t *Tx) error {
			return t.get(ctx, &is, `
				select exists (select from staff_member where login = $1) as known,
				       exists (select from staff s where login = $1 and role = $2 and `+notEnded+`) as any_grant,
				       exists (select from staff s where login = $1 and role <> $2 and `+notEnded+`) as other`, login, role)
		})
		switch {
		case err != nil:
			return err
		case !is.Known:
			return noSuchLogin(login)
		case !is.Any:
			return nil
		}
		var connects error // the role ends also where the login can't be switched off
		if !is.Other {
			if _, err := db.ExecContext(ctx, `alter role `+pq.QuoteIdentifier(login)+` nologin`); err != nil {
				connects = notSwitched(login, "nologin", mapError(err))
			}
		}
		ended := s.endSessions(ctx, login) // the role ends also where a session can't be ended
		err = asOwner(func(t *Tx) (err error) {
			revoked, err = t.execOne(ctx, `
				update staff s set revoked_at = clock_timestamp(), revoked_by = session_user
				where login = $1 and role = $2 and `+notEnded, login, role)
			return err
		})
		if revoked && connects != nil {
			connects = fmt.Errorf("%s no longer holds %s, and can still connect: %w", login, role, connects)
		}
		if err = errors.Join(err, ended, connects); err != nil {
			return err
		}
		// A login that has other roles may have come back meanwhile.
		return s.endSessions(ctx, login)
	})
	return revoked, err
}

// notSwitched says what to type where the administrator may not let a login connect, or
// not: login or nologin. From PostgreSQL 16 on a role that may make roles alters only
// those that it made, or was granted with admin option.
func notSwitched(login, to string, err error) error {
	if !IsKind(err, NotPermitted) {
		return err
	}
	name := pq.QuoteIdentifier(login)
	return fmt.Errorf("a superuser made the login %s, and the administrator may not alter it. A superuser types: alter role %s %s; and, so that staff commands can do it from then on: grant %s to hame_admin with admin option; (%w)",
		login, name, to, name, err)
}

// notEnded says of a grant s that it holds, or is still to begin.
const notEnded = `(grant_holds(s, clock_timestamp()) or (valid_to is null and revoked_at is null))`

// EndedSession is a session of the staff that was ended.
type EndedSession struct {
	Login   string `db:"login"`
	Process int    `db:"process"`
	Why     string `db:"why"`
}

// EndStaffInTheWay ends the transactions of the staff that others have waited for
// longer than ten seconds, or that have stood idle for a minute. It is the worker's.
func (s *Store) EndStaffInTheWay(ctx context.Context) ([]EndedSession, error) {
	var ended []EndedSession
	err := s.db.SelectContext(ctx, &ended, `select login, process, why from hame_server.end_staff_in_the_way()`)
	return ended, mapError(err)
}

// endSessions ends the sessions of a login of the staff.
func (s *Store) endSessions(ctx context.Context, login string) error {
	_, err := s.db.ExecContext(ctx, `select hame_server.end_sessions($1)`, login)
	return mapError(err)
}

// LeftWithoutOwner counts the open cases whose owner is the person of a login and is a
// caseworker no more. It connects as the database's administrator.
func LeftWithoutOwner(ctx context.Context, adminURL, login string) (n int, err error) {
	err = asAdministrator(ctx, adminURL, func(t *Tx) error {
		if err := t.exec(ctx, `set local role hame_owner`); err != nil {
			return err
		}
		return t.get(ctx, &n, `
			select count(*) from review r join staff_member m on m.person = r.owner
			where m.login = $1 and `+ownerHasLeft, login)
	})
	return n, err
}

func unknownRole(role casefile.Party) error {
	words := make([]string, len(casefile.Roles))
	for i, r := range casefile.Roles {
		words[i] = string(r)
	}
	return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("%q is no role; they are %s", role,
		strings.Join(words, ", ")))
}

func noSuchLogin(login string) error {
	return fmt.Errorf("%s: %w: no such login is on the staff; staff add makes it", login, &Error{Kind: NotFound})
}

// asAdministrator runs f in one transaction of the database's administrator, one
// at a time with set-ups. It refuses a database that is not set up for this
// version, and one into which code was put by other means, before anything of f runs.
func asAdministrator(ctx context.Context, adminURL string, f func(*Tx) error) error {
	return asOnlyAdministrator(ctx, adminURL, func(db *sqlx.DB, _ string) error {
		if err := asDefined(ctx, db); err != nil {
			return err
		}
		return (&Store{db}).InTx(ctx, f)
	})
}

// loginExists refuses the roles of Hame's own, a superuser, and a login that may
// act as the owner of the record or make roles. Such logins do nothing on a case.
func (t *Tx) loginExists(ctx context.Context, login string) (bool, error) {
	if slices.Contains(ownRoles, login) {
		return true, casefile.Refuse(casefile.RefusedConstraint,
			login+" is a role of Hame's own and nobody's login: give the person one of theirs")
	}
	var is []struct {
		Super bool `db:"super"`
		Owner bool `db:"owner"`
	}
	err := t.all(ctx, &is, `
		select rolsuper as super, rolcreaterole or pg_catalog.pg_has_role(oid, 'hame_owner', 'member') as owner
		from pg_catalog.pg_roles where rolname = $1`, login)
	switch {
	case err != nil || len(is) == 0:
		return false, err
	case is[0].Super:
		return true, casefile.Refuse(casefile.RefusedConstraint,
			fmt.Sprintf("%s is a superuser, and superusers hold no role: give the person a login of their own", login))
	case is[0].Owner:
		return true, casefile.Refuse(casefile.RefusedConstraint,
			fmt.Sprintf("%s can act as the owner of the record, or make roles, and so holds none: give the person a login of their own", login))
	}
	return true, nil
}
