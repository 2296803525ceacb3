package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hame/internal/devstack"
)

func TestCommandsExitCode(t *testing.T) {
	for _, c := range []struct {
		script string
		code   int
	}{
		{"exit 0", 0},
		{"exit 3", 3},
		{"kill -TERM $$", 128 + int(syscall.SIGTERM)},
		{`test "$HAME_STACK" = here || exit 9`, 0},
		{`test -z "$TEMPORAL_API_KEY" || exit 9`, 0},
	} {
		t.Setenv("TEMPORAL_API_KEY", "another server's")
		code, err := command([]string{"sh", "-c", c.script}, []string{"HAME_STACK=here"}, nil)
		require.NoError(t, err)
		require.Equal(t, c.code, code, c.script)
	}
	code, err := command([]string{filepath.Join(t.TempDir(), "none")}, nil, nil)
	require.Error(t, err)
	require.Equal(t, 127, code)
}

// TestTheWebUIIsReached: the links that a command prints lead to the Web UI's server, for
// nothing listens at the gates' addresses.
func TestTheWebUIIsReached(t *testing.T) {
	s := &devstack.State{
		UIServer:        "http://127.0.0.1:1",
		UIURL:           "http://127.0.0.1:2",
		UIRestrictedURL: "http://127.0.0.1:3",
	}
	script := `test "$HAME_UI_URL $HAME_UI_RESTRICTED_URL" = "http://127.0.0.1:1 http://127.0.0.1:1"`
	code, err := command([]string{"sh", "-c", script}, environment(s), nil)
	require.NoError(t, err)
	require.Zero(t, code)
}

func TestSignalsReachTheCommand(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	require.NoError(t, syscall.Mkfifo(ready, 0o600))
	signals := make(chan os.Signal, 1)
	go func() {
		pipe, err := os.Open(ready) // opens once the command's trap is set
		if assert.NoError(t, err) {
			assert.NoError(t, pipe.Close())
			signals <- syscall.SIGTERM
		}
	}()
	code, err := command(
		[]string{"sh", "-c", `trap 'exit 7' TERM; : > "$0"; while :; do sleep 0.02; done`, ready},
		nil,
		signals,
	)
	require.NoError(t, err)
	require.Equal(t, 7, code)
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"up"}, {"exec"}, {"exec", "--no-such-flag", "--", "true"}} {
		code, err := run(args)
		require.EqualError(t, err, usage)
		require.Equal(t, 2, code)
	}
}
