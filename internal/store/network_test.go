package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/store"
)

// TestADatabaseOverTheNetwork is reached only if it proves who it is.
func TestADatabaseOverTheNetwork(t *testing.T) {
	for _, address := range []string{
		"postgres://morag:secret@db.example/hame",
		"postgres://morag:secret@db.example/hame?sslmode=disable",
		"postgres://morag:secret@db.example/hame?sslmode=require",
		"postgres://morag:secret@db.example/hame?sslmode=verify-ca",
		"postgres://morag:secret@10.0.0.7/hame?sslmode=prefer",
		"postgres://morag:secret@127.0.0.1/hame?host=db.example&sslmode=disable",
		"postgres://morag:secret@127.0.0.1/hame?hostaddr=10.0.0.7&sslmode=disable",
		"postgres://morag:secret@127.0.0.1,db.example/hame?sslmode=disable",
		"postgres://morag:secret@[2001:db8::7]/hame?sslmode=disable",
		"postgres://morag:secret@[::ffff:10.0.0.7]/hame?sslmode=disable",
		"postgres://morag:secret@[::1]/hame?host=db.example&sslmode=disable",
		"postgres://morag:secret@localhost.example/hame?sslmode=disable",
	} {
		_, err := store.Open(t.Context(), address, 1)
		require.ErrorContains(t, err, "write sslmode=verify-full", address)
		require.NotContains(t, err.Error(), "secret")
		err = store.Setup(t.Context(), address, store.SetupOptions{})
		require.ErrorContains(t, err, "write sslmode=verify-full", address)
	}
	// Nothing listens there: they are tried.
	t.Setenv("PGPORT", "1")
	for _, address := range []string{
		"postgres://morag@127.0.0.1:1/hame?sslmode=disable",
		"postgres://morag@[::1]:1/hame?sslmode=disable",
		"postgres://morag@localhost:1/hame?sslmode=disable",
		"postgres://morag@LOCALHOST:1/hame?sslmode=disable",
		"postgres://morag@[::1]/hame?sslmode=disable",
		"postgres://morag@[::ffff:127.0.0.1]:1/hame?sslmode=disable",
		"postgres://morag@/hame?host=127.0.0.1&hostaddr=::ffff:127.0.0.1&port=1&sslmode=disable",
		"postgres:///hame?host=/no/such/folder",
		"postgres://morag@db.invalid:1/hame?sslmode=verify-full",
	} {
		_, err := store.Open(t.Context(), address, 1)
		require.True(t, store.IsKind(err, store.Unavailable), "%s: %v", address, err)
		require.NotContains(t, err.Error(), "too many colons", address)
	}
}

// TestTheEnvironmentLeadsElsewhere: an address without a host goes where PGHOST says.
func TestTheEnvironmentLeadsElsewhere(t *testing.T) {
	t.Setenv("PGHOST", "db.example")
	_, err := store.Open(t.Context(), "postgres://morag@/hame?sslmode=disable", 1)
	require.ErrorContains(t, err, "write sslmode=verify-full")
}
