package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/store"
)

// TestAStatementIsPreparedAnew: a program that runs while a set-up changes what a statement
// returns is told once to try again, and goes on.
func TestAStatementIsPreparedAnew(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	una := h.as("una")
	reads := func() error {
		_, err := una.AuditReads(t.Context(), ref)
		return err
	}
	require.NoError(t, reads(), "sent as it is")
	require.NoError(t, reads(), "prepared")
	require.NoError(t, reads(), "and run again")
	h.Exec(`drop function hame.audit_reads;
		create function hame.audit_reads(ref text) returns table (at timestamptz, person name, login name, what text)
			language sql as $$ select now(), 'una'::name, 'una'::name, 'audit' $$;
		grant execute on function hame.audit_reads to public`)
	require.True(t, store.IsKind(reads(), store.Conflict), "the prepared statement is out of date")
	require.NoError(t, reads())
	require.NoError(t, reads())
}
