// Package e2e tests Hame whole: the programs themselves, on a real PostgreSQL
// and a real Temporal server, each test in a database and a namespace of its own.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"hame/internal/clock"
	"hame/internal/codec"
	"hame/internal/settings"
	"hame/internal/temporalnamespace"
	"hame/internal/testdb"
)

// root is the project's folder, and programs the one that holds the binaries.
var root, programs string

// atOncePerProcessor is how many tests run side by side for each processor, unless `go test
// -parallel` says otherwise. Most of a test's time is spent waiting: for a worker to
// start, for a command's patience, for a server that was killed. [D]
const atOncePerProcessor = 2

func TestMain(m *testing.M) {
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		if err := parallel.Value.Set(fmt.Sprint(atOncePerProcessor * runtime.GOMAXPROCS(0))); err != nil {
			panic(err)
		}
	}
	os.Exit(func() int {
		dir, err := os.Getwd()
		if err != nil {
			panic(err)
		}
		root = filepath.Join(dir, "..", "..")
		if programs, err = os.MkdirTemp("", "hame-e2e-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(programs)
		build := exec.Command("go", "build", "-o", programs+"/", "./worker", "./starter")
		build.Dir, build.Stderr = root, os.Stderr
		if err := build.Run(); err != nil {
			return 1
		}
		return m.Run()
	}())
}

// system is Hame on a database and a namespace of one test.
type system struct {
	db        testdb.DB
	namespace string
	address   string // of Temporal, where it is another than the environment's
	env       []string
	client    client.Client             // of the namespace where most reviews run
	clients   temporalnamespace.Clients // of both
	keyset    *codec.Keyset
	logs      string // the folder of the servers' logs
}

func newSystem(t *testing.T) *system {
	t.Helper()
	t.Parallel()
	s := &system{db: testdb.New(t), namespace: "t-" + uuid.NewString()[:8]}
	options, err := settings.Temporal("hame-test", settings.Quiet())
	require.NoError(t, err)
	options.Namespace = s.namespace
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, temporalnamespace.Prepare(ctx, options))
	s.clients, err = temporalnamespace.Dial(ctx, options)
	require.NoError(t, err)
	t.Cleanup(s.clients.Close)
	s.client = s.clients.Open
	s.keyset, err = settings.Keyset()
	require.NoError(t, err)
	s.env = append(os.Environ(), "HAME_ADMIN_DATABASE_URL="+s.db.Admin, "HAME_DATABASE_URL="+s.db.Worker,
		"TEMPORAL_NAMESPACE="+s.namespace, "HAME_UI_URL=http://ui.example")
	return s
}

// dial connects to the test's Temporal under an identity and a keyset.
func (s *system) dial(t *testing.T, identity string, keyset *codec.Keyset) client.Client {
	t.Helper()
	return s.dialBoth(t, identity, keyset).Open
}

// dialBoth connects to both namespaces.
func (s *system) dialBoth(t *testing.T, identity string, keyset *codec.Keyset) temporalnamespace.Clients {
	t.Helper()
	options, err := settings.Connection(identity, settings.Quiet())
	require.NoError(t, err)
	if s.address != "" {
		options.HostPort = s.address
	}
	options.Namespace, options.Plugins = s.namespace, []client.Plugin{codec.Plugin(keyset)}
	c, err := temporalnamespace.Dial(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// workerProcess is a worker program that runs.
type workerProcess struct {
	cmd     *exec.Cmd
	address string
	log     *bytes.Buffer
}

// startWorker starts the worker program and waits until it says that it is ready.
func (s *system) startWorker(t *testing.T) *workerProcess {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &workerProcess{address: l.Addr().String(), log: &bytes.Buffer{}}
	require.NoError(t, l.Close())
	w.cmd = exec.Command(filepath.Join(programs, "worker"))
	w.cmd.Env = append(s.env, "HAME_HTTP_ADDRESS="+w.address)
	w.cmd.Stderr = w.log
	require.NoError(t, w.cmd.Start())
	t.Cleanup(func() {
		if w.cmd.ProcessState == nil {
			w.stop(t, syscall.SIGKILL)
		}
	})
	require.Eventually(t, func() bool {
		r, err := http.Get("http://" + w.address + "/readyz")
		if err != nil {
			return false
		}
		defer r.Body.Close()
		return r.StatusCode == http.StatusOK
	}, 30*time.Second, 50*time.Millisecond, "the worker does not become ready")
	return w
}

func (w *workerProcess) stop(t *testing.T, signal syscall.Signal) error {
	t.Helper()
	require.NoError(t, w.cmd.Process.Signal(signal))
	return w.cmd.Wait()
}

// starter runs starter and returns what it printed, and its exit code.
func (s *system) starter(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	c := exec.Command(filepath.Join(programs, "starter"), args...)
	var out, errs bytes.Buffer
	c.Env, c.Stdout, c.Stderr = s.env, &out, &errs
	err := c.Run()
	if c.ProcessState == nil {
		require.NoError(t, err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

// typed is a command that runs.
type typed struct {
	cmd  *exec.Cmd
	said bytes.Buffer // to standard error
}

// typing starts starter; the test waits for its end.
func (s *system) typing(t *testing.T, args ...string) *typed {
	t.Helper()
	y := &typed{cmd: exec.Command(filepath.Join(programs, "starter"), args...)}
	y.cmd.Env, y.cmd.Stderr = s.env, &y.said
	require.NoError(t, y.cmd.Start())
	return y
}

// brokenOff breaks it off, as by Ctrl-C.
func (y *typed) brokenOff(t *testing.T) {
	t.Helper()
	require.NoError(t, y.cmd.Process.Signal(syscall.SIGINT))
}

// ended waits for its end and returns what it said and its exit code.
func (y *typed) ended() (stderr string, code int) {
	_ = y.cmd.Wait() // the exit code tells
	return y.said.String(), y.cmd.ProcessState.ExitCode()
}

// waitsForLock waits until a statement waits for a lock.
func (s *system) waitsForLock(t *testing.T, statement string) {
	t.Helper()
	var n int
	require.Eventually(t, func() bool {
		return s.db.SQL(t, "postgres").Get(&n, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
			and query ilike '%' || $1 || '%' and pid <> pg_backend_pid()`, statement) == nil && n > 0
	}, 30*time.Second, 5*time.Millisecond, "nothing waits: %s", statement)
}

// must runs starter and wants it to succeed.
func (s *system) must(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, code := s.starter(t, args...)
	require.Zero(t, code, "starter %s: %s%s", strings.Join(args, " "), errs, out)
	return out
}

// listsToday brings the drawn families forward to today. Families are listed on working days: on
// any other day they would wait until the next one, and these tests can't.
func (s *system) listsToday(t *testing.T) {
	t.Helper()
	today := clock.DateOf(time.Now())
	var refs []string
	require.NoError(t, s.db.SQL(t, "hame_worker").Select(&refs, `
		select l.case_ref from listing l where l.listing_date > $1 and l.listing_date < $1::date + 6 order by 1`, today))
	for _, ref := range refs {
		s.must(t, "--as", "fiona", "case", "open", ref, "--reason", "linked_family", "--on", today.String())
	}
}

// decode runs starter with JSON output into a value.
func (s *system) decode(t *testing.T, into any, args ...string) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(s.must(t, append(args, "-o", "json")...)), into))
}

// file writes a file of the test's.
func file(t *testing.T, name, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(body), 0o600))
	return path
}

// synthetic imports a generated backlog and starts clearing it.
func (s *system) synthetic(t *testing.T, cases, capacity int) {
	t.Helper()
	s.imported(t, cases)
	s.start(t, capacity)
}

func (s *system) imported(t *testing.T, cases int) {
	t.Helper()
	csv := s.must(t, "backlog", "generate", "--cases", fmt.Sprint(cases))
	s.must(t, "--as", "archie", "backlog", "import", file(t, "backlog.csv", csv))
}

func (s *system) start(t *testing.T, capacity int) {
	t.Helper()
	s.must(t, "--as", "archie", "backlog", "start", "--capacity", fmt.Sprint(capacity), "--target", "2031-11-23")
}
