package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/testdb"
)

func TestImportIsIdempotent(t *testing.T) {
	db := testdb.New(t)
	today := clock.DateOf(time.Now())
	family := testdb.Family("F1", today)
	refs := db.Import(t, today, family)
	require.Len(t, refs, 1)
	again, err := db.As(t, "archie").Import(t.Context(), []casefile.Family{family}, "test", false, today, func() {})
	require.NoError(t, err)
	require.Equal(t, 1, again.Unchanged)
	require.Zero(t, again.Created)
}
