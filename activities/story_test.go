package activities_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/store"
	"hame/internal/testdb"
)

// The tests of this package play acts on a case as people do: a command is a row
// under the login of whoever types it, and an activity of the worker's records
// it, at a business instant that the test chooses.

// monday is the day on which the families of these tests are listed: Monday 2
// March 2026, in a year whose holidays are published.
var monday = clock.NewDate(2026, time.March, 2)

// office is one database with its staff and the worker's activities.
type office struct {
	*activities.Activities
	t      testing.TB
	db     testdb.DB
	admin  *sqlx.DB
	desks  map[string]*store.Store
	opened int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	t.Parallel()
	db := testdb.New(t)
	o := &office{t: t, db: db, desks: map[string]*store.Store{}}
	o.admin = o.sql("hame_admin")
	address, err := store.Open(t.Context(), db.Worker, 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, address.Close()) })
	o.Activities = &activities.Activities{Store: address}
	o.sampled(false)
	return o
}

// sql connects with plain SQL; hame_admin is the superuser of the stack.
func (o *office) sql(login string) *sqlx.DB { return o.db.SQL(o.t, login) }

func (o *office) desk(login string) *store.Store {
	if o.desks[login] == nil {
		o.desks[login] = o.db.As(o.t, login)
	}
	return o.desks[login]
}

// exec runs SQL as the superuser: what no login of Hame's could do.
func (o *office) exec(query string, args ...any) {
	o.t.Helper()
	_, err := o.admin.Exec(query, args...)
	require.NoError(o.t, err)
}

func value[T any](o *office, query string, args ...any) T {
	o.t.Helper()
	var v T
	require.NoError(o.t, o.admin.Get(&v, query, args...))
	return v
}

func list[T any](o *office, query string, args ...any) []T {
	o.t.Helper()
	var v []T
	require.NoError(o.t, o.admin.Select(&v, query, args...))
	return v
}

// sampled makes the first proposals of every case be drawn for a second officer,
// or none of them.
func (o *office) sampled(drawn bool) {
	o.t.Helper()
	if !drawn {
		// Ninety-nine in a hundred keys would do for one case; a trigger does for all.
		o.exec(`update programme set sampling_key = 'none'`)
	}
}

// story is one case on its way.
type story struct {
	*office
	t      testing.TB
	ref    string
	now    time.Time
	review casefile.Review
	// instead answers kinds of task in another way than the usual one; nil leaves them open.
	instead map[casefile.TaskKind]func(casefile.Task)
}

// family imports a family and opens its review on its listing date.
func (o *office) family(t testing.TB, change func(*casefile.Family)) *story {
	t.Helper()
	o.opened++
	key := fmt.Sprintf("F%d", o.opened)
	f := testdb.Family(key, monday)
	if change != nil {
		change(&f)
	}
	s := &story{office: o, t: t, now: at(monday), instead: map[casefile.TaskKind]func(casefile.Task){}}
	_, err := o.desk("archie").Import(t.Context(), []casefile.Family{f}, "test", false, monday.AddDays(-70), func() {})
	require.NoError(t, err)
	s.ref = value[string](o, `select case_ref from family where family_key = $1`, key)
	require.NoError(t, o.Store.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.List(t.Context(), s.ref, s.now, monday, "test")
		return err
	}))
	for activities.Sampled("none", s.ref, 1) || activities.Sampled("none", s.ref, 2) {
		// The draw is by the reference, which is random: this one would have a second officer.
		o.exec(`update programme set sampling_key = sampling_key`)
		break
	}
	s.review, err = o.OpenReview(t.Context(), activities.OpenReviewParams{Case: s.ref, Lane: f.Lane, Now: s.now})
	require.NoError(t, err)
	return s
}

// at is nine in the morning of a day.
func at(d clock.Date) time.Time { return d.Start().Add(9 * time.Hour) }
