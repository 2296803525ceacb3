package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"hame/internal/casefile"
)

// lockPatience is how long an administrator's statement waits for a lock [D].
// After that the error names who holds it.
const lockPatience = 10 * time.Second

// asOnlyAdministrator runs f with a pool of the administrator's sessions, and their address, one
// administrator at a time in a database. No member of the staff can reach the lock
// that this takes. Where a statement of f waits too long for a lock of somebody
// else's, the error names their login.
func asOnlyAdministrator(ctx context.Context, adminURL string, f func(db *sqlx.DB, address string) error) (err error) {
	dsn, err := session(adminURL)
	if err != nil {
		return err
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return err
	}
	q := u.Query()
	name := "hame administrator " + uuid.NewString()[:8]
	q.Set("application_name", name)
	q.Set("lock_timeout", fmt.Sprint(lockPatience.Milliseconds()))
	u.RawQuery = q.Encode()
	db, err := sqlx.ConnectContext(ctx, "postgres", u.String())
	if err != nil {
		return fmt.Errorf("connect as the database's administrator: %w", mapError(err))
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var ready bool
	if err := db.GetContext(ctx, &ready, `select to_regclass('hame_server.administration') is not null`); err != nil {
		return mapError(err)
	}
	if !ready {
		return casefile.Refuse(casefile.RefusedNothingOpen,
			"this database is new to Hame: a superuser runs deploy/postgres/first.sql in it once")
	}
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return mapError(err)
	}
	defer func() { _ = tx.Rollback() }() // the lock goes with it, and nothing else
	if _, err := tx.ExecContext(ctx, `lock table hame_server.administration in exclusive mode`); err != nil {
		if IsKind(mapError(err), Blocked) {
			return casefile.Refuse(casefile.RefusedConstraint,
				"another setup or staff command is running in this database: wait until it has ended, and type this again")
		}
		return mapError(err)
	}
	watch, stop := context.WithCancel(ctx)
	blockers := make(chan string, 1)
	go func() { blockers <- whoBlocks(watch, db, name) }()
	err = f(db, u.String())
	stop()
	if who := <-blockers; who != "" && IsKind(err, Blocked) {
		return fmt.Errorf("nothing was changed: %s holds a lock that this waits for: end that session, and type this again: %w", who, err)
	}
	return err
}

// whoBlocks looks, until ctx ends, at who holds a lock that sessions of a name
// wait for, and tells whom it saw last.
func whoBlocks(ctx context.Context, db *sqlx.DB, name string) (last string) {
	tick := time.NewTicker(lockPatience / 5)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return last
		case <-tick.C:
		}
		var who []string
		err := db.SelectContext(ctx, &who, `
			select distinct format('%s (process %s)', b.usename, b.pid)
			from pg_catalog.pg_stat_activity a cross join unnest(pg_catalog.pg_blocking_pids(a.pid)) p (pid)
			join pg_catalog.pg_stat_activity b on b.pid = p.pid where a.application_name = $1`, name)
		if err == nil && len(who) > 0 {
			last = strings.Join(who, ", ")
		}
	}
}
