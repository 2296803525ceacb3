// Package store keeps the record in PostgreSQL: plain SQL with named columns
// through sqlx and lib/pq, one file a noun. It decides nothing: what an act
// means is the activities' business, and what must never be is a constraint of
// the database.
//
// Days travel as ISO text and instants as UTC; business instants are always
// passed in. Errors are mapped once, in errors.go.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/jmoiron/sqlx"
)

// Store is a pool of connections under one login.
type Store struct {
	db *sqlx.DB
}

// Open connects to a database by URL. maxConnections bounds the pool; staff
// logins need few. The error is a [*Error] of kind Unavailable if the server
// can't be reached.
func Open(ctx context.Context, databaseURL string, maxConnections int) (*Store, error) {
	dsn, err := session(databaseURL)
	if err != nil {
		return nil, err
	}
	connector, err := Connector(dsn)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", mapError(err))
	}
	db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxConnections)
	s := &Store{db}
	if err := s.Ping(ctx); err != nil {
		go func() { _ = db.Close() }() // the ping's error is the one that matters, and a server that is silent holds up the closing too
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return s, nil
}

// CheckAddress returns an error where an address can't be one of a database that may be
// used: trying again does not mend it.
func CheckAddress(databaseURL string) error {
	_, err := session(databaseURL)
	return err
}

// Close ends all connections.
func (s *Store) Close() error { return s.db.Close() }

// Ping tells whether the database answers before ctx ends. The driver heeds no
// context while it reads: where the server accepts and is silent, the ping is left
// behind.
func (s *Store) Ping(ctx context.Context) error {
	answered := make(chan error, 1)
	go func() { answered <- s.db.PingContext(ctx) }()
	select {
	case err := <-answered:
		return mapError(err)
	case <-ctx.Done():
		return mapError(ctx.Err())
	}
}

// connectWithin is how many seconds a server is waited for that accepts a connection
// and is silent [D].
const connectWithin = "10"

// Tx is a transaction. Its methods are the statements of each noun's file.
type Tx struct {
	tx *sqlx.Tx
}

// InTx runs f in one transaction: committed if f returns nil, rolled back
// otherwise. The error is f's own, or a mapped one. Where ctx ended before it was
// committed, that is the error.
func (s *Store) InTx(ctx context.Context, f func(*Tx) error) error {
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return mapError(err)
	}
	if err := f(&Tx{tx}); err != nil {
		_ = tx.Rollback() // f's error is the one that matters
		return mapError(err)
	}
	err = tx.Commit()
	if errors.Is(err, sql.ErrTxDone) { // the driver has rolled it back, for that reason only
		err = ctx.Err()
	}
	return mapError(err)
}

func (t *Tx) exec(ctx context.Context, query string, args ...any) error {
	_, err := t.tx.ExecContext(ctx, query, args...)
	return mapError(err)
}

// execOne is exec for a statement that must touch a row; it reports whether it did.
func (t *Tx) execOne(ctx context.Context, query string, args ...any) (bool, error) {
	res, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return false, mapError(err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func (t *Tx) get(ctx context.Context, dest any, query string, args ...any) error {
	return mapError(t.tx.GetContext(ctx, dest, query, args...))
}

func (t *Tx) all(ctx context.Context, dest any, query string, args ...any) error {
	return mapError(t.tx.SelectContext(ctx, dest, query, args...))
}

// session adds to a database URL what every session of Hame sets: the schema,
// UTC, and parameters sent with the statement in one round trip. It refuses a server
// on another machine that need not prove who it is.
func session(databaseURL string) (string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || u.Scheme == "" {
		return "", fmt.Errorf("the database's address must be a URL such as postgres://user@host:5432/hame?sslmode=verify-full")
	}
	q := u.Query()
	q.Set("search_path", "hame")
	q.Set("timezone", "UTC")
	q.Set("binary_parameters", "yes")
	q.Set("disable_prepared_binary_result", "yes") // a prepared statement's rows read as any other's
	q.Set("jit", "off")                            // the views' plans take longer to compile than to run
	if q.Get("connect_timeout") == "" {
		q.Set("connect_timeout", connectWithin)
	}
	if q.Get("application_name") == "" {
		q.Set("application_name", "hame")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && a.Is6() && u.Port() == "" && !q.Has("hostaddr") &&
		!q.Has("host") {
		q.Set("hostaddr", u.Hostname()) // without a port, the driver takes the brackets for part of a name
	}
	u.RawQuery = q.Encode()
	return u.String(), overNetwork(u.String())
}

// As returns the database URL with another login and no password, which is how
// the embedded default logs in as a member of the demo staff. It fails for what
// can be no login.
func As(databaseURL, login string) (string, error) {
	if err := CheckLogin(login); err != nil {
		return "", err
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", fmt.Errorf("the database's address is not a URL")
	}
	u.User = url.User(login)
	return u.String(), nil
}

// BusinessNow returns the programme's now: the wall clock's, or in a synthetic
// database the instant at which its rehearsal stands. Every "now" at the command
// line comes from here.
func (s *Store) BusinessNow(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := s.db.GetContext(ctx, &now, `select business_now()`)
	return now.UTC(), mapError(err)
}
