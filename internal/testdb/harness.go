package testdb

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
)

// Harness is a test's own database, asked and changed as the stack's superuser: what no
// login of Hame's could do. Tests embed it in types that know more.
type Harness struct {
	DB
	T     testing.TB
	Super *sqlx.DB
}

// NewHarness makes a database for a test that runs beside others.
func NewHarness(t *testing.T) *Harness {
	t.Helper()
	t.Parallel()
	return HarnessOf(t, New(t))
}

// HarnessOf asks and changes a database that is there already.
func HarnessOf(t testing.TB, db DB) *Harness {
	t.Helper()
	return &Harness{DB: db, T: t, Super: db.SQL(t, "postgres")}
}

// Exec runs SQL as the superuser.
func (h *Harness) Exec(query string, args ...any) {
	h.T.Helper()
	_, err := h.Super.Exec(query, args...)
	require.NoError(h.T, err)
}

// Tamper runs SQL as the superuser with triggers and constraints off.
func (h *Harness) Tamper(query string, args ...any) {
	h.T.Helper()
	tx, err := h.Super.Beginx()
	require.NoError(h.T, err)
	_, err = tx.Exec(`set local session_replication_role = replica`)
	require.NoError(h.T, err)
	_, err = tx.Exec(query, args...)
	require.NoError(h.T, err, "%s", query)
	require.NoError(h.T, tx.Commit())
}

func (h *Harness) harness() *Harness { return h }

// Asked is a Harness, or what embeds one.
type Asked interface{ harness() *Harness }

// Value is the one value that a query finds.
func Value[T any](of Asked, query string, args ...any) T {
	h := of.harness()
	h.T.Helper()
	var v T
	require.NoError(h.T, h.Super.Get(&v, query, args...))
	return v
}

// List is every row that a query finds; empty, not nil, where it finds none.
func List[T any](of Asked, query string, args ...any) []T {
	h := of.harness()
	h.T.Helper()
	v := []T{}
	require.NoError(h.T, h.Super.Select(&v, query, args...))
	return v
}
