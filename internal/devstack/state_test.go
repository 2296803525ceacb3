package devstack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ownCache gives a test a cache directory of its own.
func ownCache(t *testing.T) string {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir, err := cacheDir()
	require.NoError(t, err)
	return dir
}

// sleeper starts a process that does nothing, under a command's name.
func sleeper(t *testing.T, name string) (*exec.Cmd, Process) {
	t.Helper()
	sleep, err := exec.LookPath("sleep")
	require.NoError(t, err)
	cmd := &exec.Cmd{Path: sleep, Args: []string{name, "1000"}}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	p, err := identify(name, cmd.Process.Pid)
	require.NoError(t, err)
	return cmd, p
}

func dead(t *testing.T) Process {
	t.Helper()
	cmd, p := sleeper(t, "dead")
	require.NoError(t, cmd.Process.Kill())
	cmd.Wait()
	require.False(t, p.Alive())
	return p
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	require.NoError(t, until(ctx, done), what)
}

func quiet(string, ...any) {}

func TestAlive(t *testing.T) {
	cmd, p := sleeper(t, "sleeper")
	require.True(t, p.Alive())

	recycled := p
	recycled.Start++
	require.False(t, recycled.Alive(), "the same id with another start time is another process")

	require.NoError(t, cmd.Process.Kill())
	eventually(t, "a process that ended and was not collected is not alive", func() bool { return !p.Alive() })
	cmd.Wait()
	require.False(t, p.Alive())
}

func TestAliveWithParenthesesInTheCommandsName(t *testing.T) {
	// /proc/PID/stat has the file's name in parentheses.
	sleep, err := exec.LookPath("sleep")
	require.NoError(t, err)
	odd := filepath.Join(t.TempDir(), "a) Z (b")
	b, err := os.ReadFile(sleep)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(odd, b, 0o755))
	cmd := exec.Command(odd, "1000")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })

	p, err := identify("odd", cmd.Process.Pid)
	require.NoError(t, err)
	require.NotZero(t, p.Start)
	require.True(t, p.Alive())
}

func TestClaimRefusesANameInUse(t *testing.T) {
	ownCache(t)
	s, err := claim(t.Context(), "demo", "", quiet)
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(s.Dir) })

	_, err = claim(t.Context(), "demo", "", quiet)
	require.EqualError(t, err, fmt.Sprintf("a stack named demo is already running, pid %d; stop it with Ctrl-C there", os.Getpid()))

	other, err := claim(t.Context(), "other", "", quiet)
	require.NoError(t, err, "another name is free")
	require.NoError(t, other.remove())
	require.NoDirExists(t, other.Dir)
}

func TestClaimTakesADirectoryWhereItIsTold(t *testing.T) {
	ownCache(t)
	for _, parent := range []string{t.TempDir(), inMemory()} { // the latter is empty where there is no room
		s, err := claim(t.Context(), "demo", parent, quiet)
		require.NoError(t, err)
		require.Equal(t, cmp.Or(parent, filepath.Clean(os.TempDir())), filepath.Dir(s.Dir))
		require.NoError(t, s.remove())
		require.NoDirExists(t, s.Dir)
	}
}

func TestClaimIsWonByOne(t *testing.T) {
	ownCache(t)
	var wg sync.WaitGroup
	won := make(chan *State, 8)
	for range cap(won) {
		wg.Go(func() {
			if s, err := claim(t.Context(), "demo", "", quiet); err == nil {
				won <- s
			}
		})
	}
	wg.Wait()
	close(won)
	require.Len(t, won, 1)
	require.NoError(t, (<-won).remove())
}

func TestClaimClearsAwayWhatADeadOwnerLeft(t *testing.T) {
	ownCache(t)
	dir, err := os.MkdirTemp("", dirPrefix)
	require.NoError(t, err)
	_, left := sleeper(t, "left")
	_, stranger := sleeper(t, "stranger")
	recycled := stranger
	recycled.Start-- // what the stack knew by this id has ended
	stale := &State{Name: "test-1", Ready: true, Owner: dead(t), Dir: dir, Children: []Process{left, recycled}}
	require.NoError(t, stale.write())

	var said []string
	s, err := claim(t.Context(), "demo", "", func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) })
	require.NoError(t, err)
	defer s.remove()
	require.False(t, left.Alive(), "a recorded process is stopped")
	require.True(t, stranger.Alive(), "a stranger under a recycled id is left alone")
	require.NoDirExists(t, dir)
	file, err := statePath("test-1")
	require.NoError(t, err)
	require.NoFileExists(t, file)
	require.Equal(t, []string{fmt.Sprintf("clearing away stack test-1: its owner, process %d, has died", stale.Owner.PID)}, said)
}

func TestRemoveTouchesNoOtherDirectory(t *testing.T) {
	ownCache(t)
	dir := t.TempDir()
	s := &State{Name: "demo", Dir: dir}
	require.NoError(t, s.write())
	require.NoError(t, s.remove())
	require.DirExists(t, dir)
}

func TestStopGoesOnToTheNextSignal(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	cmd := exec.Command("sh", "-c", `trap "" TERM; : > "$0"; while :; do sleep 1; done`, ready)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); cmd.Wait() })
	p, err := identify("stubborn", cmd.Process.Pid)
	require.NoError(t, err)
	eventually(t, "the trap is set", func() bool { _, err := os.Stat(ready); return err == nil })

	require.ErrorContains(t, p.stop(100*time.Millisecond, syscall.SIGTERM), "stubborn (process ")
	require.NoError(t, p.stop(time.Second, syscall.SIGTERM, syscall.SIGKILL))
	require.False(t, p.Alive())
}

func TestFind(t *testing.T) {
	ownCache(t)
	_, err := Find("demo")
	require.ErrorIs(t, err, ErrNotRunning)

	self, err := identify("owner", os.Getpid())
	require.NoError(t, err)
	s := &State{Name: "demo", Owner: self, Dir: "/nowhere", AdminDatabaseURL: "postgres://a", DatabaseURL: "postgres://b",
		TemporalAddress: "127.0.0.1:7", Namespace: "hame", UIURL: "http://c"}
	require.NoError(t, s.write())
	_, err = Find("demo")
	require.ErrorIs(t, err, ErrNotRunning, "not before everything answers")

	s.Ready = true
	require.NoError(t, s.write())
	found, err := Find("demo")
	require.NoError(t, err)
	require.Equal(t, s, found)
	file, err := statePath("demo")
	require.NoError(t, err)
	require.ElementsMatch(t, []string{
		"HAME_ADMIN_DATABASE_URL=postgres://a", "HAME_DATABASE_URL=postgres://b", "HAME_UI_URL=http://c", "HAME_STACK=" + file, "HAME_KEYSET_FILE=",
		"TEMPORAL_ADDRESS=127.0.0.1:7", "TEMPORAL_NAMESPACE=hame", "TEMPORAL_CONFIG_FILE=/dev/null",
	}, found.Env())

	s.Owner = dead(t)
	require.NoError(t, s.write())
	_, err = Find("demo")
	require.ErrorIs(t, err, ErrNotRunning, "its owner has died")
}

func TestStateFileThatCannotBeRead(t *testing.T) {
	cache := ownCache(t)
	file := filepath.Join(cache, "demo.json")
	require.NoError(t, os.WriteFile(file, []byte("{"), 0o600))
	for _, err := range []error{
		func() error { _, err := Find("demo"); return err }(),
		func() error { _, err := claim(t.Context(), "demo", "", quiet); return err }(),
	} {
		require.ErrorContains(t, err, file)
		require.ErrorContains(t, err, "remove the file")
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"demo", "test-123", "a"} {
		require.NoError(t, checkName(name))
	}
	for _, name := range []string{"", "../x", "Demo", "a b", "a.json", strings.Repeat("a", 41)} {
		require.Error(t, checkName(name), name)
		_, err := Find(name)
		require.Error(t, err)
		require.False(t, errors.Is(err, ErrNotRunning), "a bad name is not merely one that does not run")
	}
}

func TestLockIsWaitedFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	unlock, err := lockFile(t.Context(), file, func() { t.Error("nobody holds it") })
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	_, err = lockFile(ctx, file, cancel)
	require.ErrorIs(t, err, context.Canceled, "waiting ends with its context")

	unlockSecond, err := lockFile(t.Context(), file, unlock)
	require.NoError(t, err)
	unlockSecond()
}
