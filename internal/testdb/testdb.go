// Package testdb gives each test a database of its own on the real PostgreSQL
// that `make test` has started: set up once as a template, and copied.
package testdb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/devstack"
	"hame/internal/practice"
	"hame/internal/store"
)

// templateLock is the advisory lock under which the template is made.
const templateLock = 0x74656d70

// DB is a test's own database, with the demo staff. It keeps one pool a login, so
// that a test which looks a hundred times at the record, waiting for it to change,
// holds one connection and not a hundred of those that all tests share.
type DB struct {
	// Admin connects as the database's administrator, Worker as the worker's login.
	// SQL(t, "postgres") is the superuser's, for what a test plants.
	Admin, Worker string

	pools *pools
}

// pools are a database's open connections by login.
type pools struct {
	sync.Mutex
	stores map[string]*store.Store
	sql    map[string]*sqlx.DB
}

// Of is a database that runs already, such as that of a stack of the test's own.
// The URLs are those of its administrator and of the worker's login.
func Of(t testing.TB, admin, worker string) DB {
	db := DB{Admin: admin, Worker: worker, pools: &pools{stores: map[string]*store.Store{}, sql: map[string]*sqlx.DB{}}}
	t.Cleanup(func() { // errors are left: a connection may be one that the test has cut
		for _, s := range db.pools.stores {
			_ = s.Close()
		}
		for _, s := range db.pools.sql {
			_ = s.Close()
		}
	})
	return db
}

// New makes a database from the template. It fails the test where `make test`'s
// stack does not run, and drops the database afterwards.
func New(t testing.TB) DB {
	t.Helper()
	admin := os.Getenv("HAME_ADMIN_DATABASE_URL")
	require.NotEmpty(t, admin, "no PostgreSQL: run `make test`, or the tests under `bin/devstack exec --`")
	origin, err := madeOnce()
	require.NoError(t, err)
	exec := func(format string, args ...any) {
		t.Helper()
		_, err := origin.server.Exec(fmt.Sprintf(format, args...))
		require.NoError(t, err)
	}
	name := "hame_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	// Copying the files takes half the time of copying through the log.
	exec(`create database %s template %s strategy file_copy owner hame_admin`, name, origin.template)
	exec(`revoke temporary on database %s from public`, name) // a copy loses the revocation
	t.Cleanup(func() { exec(`drop database %s with (force)`, name) })
	worker, err := store.As(in(t, admin, name), "hame_worker")
	require.NoError(t, err)
	return Of(t, in(t, admin, name), worker)
}

// origin is what the databases of one test binary are copied from.
type origin struct {
	server   *sqlx.DB // of the superuser
	template string
}

// madeOnce makes the template of this test binary, if none of its processes has.
var madeOnce = sync.OnceValues(func() (o origin, err error) {
	ctx := context.Background()
	admin := os.Getenv("HAME_ADMIN_DATABASE_URL")
	super, err := devstack.Superuser(admin, "postgres")
	if err != nil {
		return o, err
	}
	version, err := version()
	if err != nil {
		return o, err
	}
	o.template = "hame_template_" + strings.ReplaceAll(os.Getenv("HAME_TEST_TEMPLATE"), "-", "_") + version
	if o.server, err = sqlx.ConnectContext(ctx, "postgres", super); err != nil {
		return o, err
	}
	conn, err := o.server.Connx(ctx)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, `select pg_advisory_lock($1)`, templateLock); err != nil {
		return o, err
	}
	// Also where the template can't be made: the other processes fail then too, and don't
	// wait for ever.
	defer func() {
		_, unlockErr := conn.ExecContext(ctx, `select pg_advisory_unlock($1)`, templateLock)
		err = errors.Join(err, unlockErr)
	}()
	var exists bool
	err = conn.GetContext(ctx, &exists, `select exists (select from pg_database where datname = $1)`, o.template)
	if err != nil || exists {
		return o, err
	}
	if err := devstack.NewDatabase(ctx, super, o.template); err != nil {
		return o, err
	}
	u, err := url.Parse(admin)
	if err != nil {
		return o, err
	}
	u.Path = "/" + o.template
	return o, store.Setup(ctx, u.String(), store.SetupOptions{Staff: practice.Staff()})
})

// version changes with what a template is made of: the binary under test.
func version() (string, error) {
	body, err := os.ReadFile(os.Args[0])
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:6]), err
}

func in(t testing.TB, address, database string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	u.Path = "/" + database
	return u.String()
}

// As connects as a login, such as a member of the demo staff. The same login gets
// the same pool, which is closed with the database.
func (d DB) As(t testing.TB, login string) *store.Store {
	t.Helper()
	d.pools.Lock()
	defer d.pools.Unlock()
	if d.pools.stores[login] == nil {
		address, err := store.As(d.Admin, login)
		require.NoError(t, err)
		s, err := store.Open(context.Background(), address, 4)
		require.NoError(t, err)
		d.pools.stores[login] = s
	}
	return d.pools.stores[login]
}

// SQL connects with plain SQL as a login, with Hame's schema on the path: what
// somebody with psql could do. The same login gets the same pool, which is closed
// with the database.
func (d DB) SQL(t testing.TB, login string) *sqlx.DB {
	t.Helper()
	d.pools.Lock()
	defer d.pools.Unlock()
	if d.pools.sql[login] == nil {
		address, err := store.As(d.Admin, login)
		require.NoError(t, err)
		// Tests ask the same again and again, and compiled plans, and plans of each value,
		// take longer than these queries.
		connector, err := store.Connector(address + "&search_path=hame&timezone=UTC&jit=off&plan_cache_mode=force_generic_plan" +
			"&disable_prepared_binary_result=yes")
		require.NoError(t, err)
		db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
		require.NoError(t, db.Ping())
		d.pools.sql[login] = db
	}
	return d.pools.sql[login]
}

// Import imports families as operations do, and returns their case references
// by key.
func (d DB) Import(t testing.TB, on clock.Date, families ...casefile.Family) map[string]string {
	t.Helper()
	_, err := d.As(t, "archie").Import(context.Background(), families, "test", false, on, func() {})
	require.NoError(t, err)
	var rows []struct {
		Key string `db:"family_key"`
		Ref string `db:"case_ref"`
	}
	require.NoError(t, d.SQL(t, "hame_worker").Select(&rows, `select family_key, case_ref from family`))
	refs := map[string]string{}
	for _, r := range rows {
		refs[r.Key] = r.Ref
	}
	return refs
}

// CalendarApplication is the act of putting a version of the holidays in force, as
// the command line makes it.
func CalendarApplication(t testing.TB, on clock.Date, to *clock.Holidays) store.NewCommand {
	t.Helper()
	fields, err := json.Marshal(&casefile.CalendarFields{Version: to.Version(), Label: to.Label(), Reason: "proclamation"})
	require.NoError(t, err)
	id, err := uuid.NewV7()
	require.NoError(t, err)
	return store.NewCommand{
		ID:         id,
		Office:     store.CalendarOffice,
		Act:        casefile.ActApplyCalendar,
		AttestedOn: on,
		Fields:     fields,
	}
}

// ApplyCalendar puts a version of the holidays in force, as operations do, and
// returns the application's number. No deadline is moved by it yet.
func (d DB) ApplyCalendar(t testing.TB, on clock.Date, to *clock.Holidays) int64 {
	t.Helper()
	archie := d.As(t, "archie")
	from, err := archie.HolidaysInForce(context.Background())
	require.NoError(t, err)
	no, err := archie.ApplyCalendar(context.Background(), CalendarApplication(t, on, to), from, to)
	require.NoError(t, err)
	require.NotZero(t, no)
	return no
}

// List draws a family by hand, to be listed on a day.
func (d DB) List(t testing.TB, ref string, drawnAt time.Time, on clock.Date) {
	t.Helper()
	require.NoError(t, d.As(t, "hame_worker").InTx(context.Background(), func(tx *store.Tx) error {
		_, err := tx.List(context.Background(), ref, drawnAt, on, "test")
		return err
	}))
}
