package testdb_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/store"
	"hame/internal/testdb"
)

// TestLookingAgainTakesNoMoreConnections: a test that waits for the record to
// change connects anew at every look; the server has 300 connections for all tests.
func TestLookingAgainTakesNoMoreConnections(t *testing.T) {
	db := testdb.New(t)
	for range 50 {
		var cases int
		require.NoError(t, db.SQL(t, "hame_worker").Get(&cases, `select count(*) from review`))
		require.NoError(t, db.As(t, "morag").InTx(context.Background(), func(*store.Tx) error { return nil }))
	}
	var connections int
	require.NoError(t, db.SQL(t, "postgres").Get(&connections, `
		select count(*) from pg_stat_activity where datname = current_database()`))
	require.Equal(t, 3, connections, "one for each login that connected")
}
