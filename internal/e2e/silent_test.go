package e2e

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/store"
)

// silent is a server that accepts connections and never answers.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
		}
	}()
	return "postgres://morag@" + l.Addr().String() + "/hame?sslmode=disable"
}

// TestASilentDatabase, which accepts and never answers, is told to be away: a command
// ends by itself, and at once when it is broken off.
func TestASilentDatabase(t *testing.T) {
	t.Parallel()
	address := silent(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err := store.Open(ctx, address, 1)
	require.True(t, store.IsKind(err, store.Unavailable), "%v", err)
	require.Less(t, time.Since(begun), 5*time.Second)

	s := &system{env: append(os.Environ(), "HAME_DATABASE_URL="+address, "HAME_STACK=", "HAME_ADMIN_DATABASE_URL=")}
	_, errs, code := s.starter(t, "case", "find")
	require.Equal(t, 8, code, errs)
	y := s.typing(t, "case", "find")
	require.Never(t, func() bool { return y.cmd.ProcessState != nil }, 500*time.Millisecond, 50*time.Millisecond)
	y.brokenOff(t)
	said, code := y.ended()
	require.Contains(t, []int{1, 8}, code, said)
	require.Less(t, time.Since(begun), time.Minute)
}
