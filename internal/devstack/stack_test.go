package devstack

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"hame/internal/temporalnamespace"
	"hame/internal/uigate"
)

// ownerVariable makes the test binary bring up a stack of that name and wait
// to be killed.
const ownerVariable = "HAME_DEVSTACK_TEST_OWNER"

func TestMain(m *testing.M) {
	if name := os.Getenv(ownerVariable); name != "" {
		if _, err := Up(context.Background(), Options{Name: name, Log: os.Stderr}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		select {}
	}
	os.Exit(m.Run())
}

// testName is a stack's name that no other test run uses.
func testName(what string) string { return fmt.Sprintf("unit-%s-%d", what, os.Getpid()) }

func requireGone(t *testing.T, s State) {
	t.Helper()
	require.NotEmpty(t, s.Children)
	for _, p := range s.Children {
		require.False(t, p.Alive(), "%s still runs", p.Name)
	}
	require.NoDirExists(t, s.Dir)
	file, err := statePath(s.Name)
	require.NoError(t, err)
	require.NoFileExists(t, file)
}

// gatesShowOneNamespaceEach: the Web UI's server shows all namespaces, and behind a gate
// one (F4).
func gatesShowOneNamespaceEach(t *testing.T, s *Stack) {
	t.Helper()
	server, err := url.Parse(s.UIServer)
	require.NoError(t, err)
	restricted := temporalnamespace.Restricted(s.Namespace)
	asks := func(h http.Handler, path string) int {
		r := httptest.NewRecorder()
		h.ServeHTTP(r, httptest.NewRequest(http.MethodGet, path, nil))
		return r.Code
	}
	direct := httputil.NewSingleHostReverseProxy(server)
	for _, shown := range []string{s.Namespace, restricted} {
		gate := uigate.New(uigate.Options{Server: server, Namespace: shown, Logger: slog.New(slog.DiscardHandler)})
		require.Eventually(t, func() bool { return asks(gate, "/namespaces/") == http.StatusOK }, 30*time.Second, 50*time.Millisecond)
		for _, namespace := range []string{s.Namespace, restricted} {
			path := "/api/v1/namespaces/" + namespace + "/workflows?query="
			require.Equal(t, http.StatusOK, asks(direct, path))
			want := http.StatusNotFound
			if namespace == shown {
				want = http.StatusOK
			}
			require.Equal(t, want, asks(gate, path), "%s behind the gate of %s", namespace, shown)
		}
	}
}

// requireExportsAreSet: what a worker and an auditor need for the daily exports is
// there, for the stack's user alone.
func requireExportsAreSet(t *testing.T, s *Stack) {
	t.Helper()
	set := map[string]string{}
	for _, e := range s.Env() {
		name, value, _ := strings.Cut(e, "=")
		set[name] = value
	}
	for name, mode := range map[string]os.FileMode{"HAME_AUDIT_EXPORT_DIR": 0o700 | os.ModeDir, "HAME_AUDIT_KEY_FILE": 0o600, "HAME_AUDIT_PUBLIC_KEY_FILE": 0o600} {
		info, err := os.Stat(set[name])
		require.NoError(t, err, name)
		require.Equal(t, mode, info.Mode(), name)
	}
	require.NotEqual(t, filepath.Dir(set["HAME_KEYSET_FILE"]), filepath.Dir(set["HAME_AUDIT_KEY_FILE"]), "the key is apart from the keyset")
}

func TestUpAndDown(t *testing.T) {
	var log bytes.Buffer
	s, err := Up(t.Context(), Options{Name: testName("up"), UI: true, Exports: true, Log: &log})
	require.NoError(t, err)
	defer s.Down()
	require.Contains(t, log.String(), s.UIServer)
	gatesShowOneNamespaceEach(t, s)
	requireExportsAreSet(t, s)

	db, err := sql.Open("postgres", s.AdminDatabaseURL)
	require.NoError(t, err)
	defer db.Close()
	var user, name, encoding, zone string
	require.NoError(t, db.QueryRow(`SELECT current_user, current_database(), current_setting('server_encoding'), current_setting('TimeZone')`).
		Scan(&user, &name, &encoding, &zone))
	require.Equal(t, []string{"hame_admin", "hame", "UTF8", "UTC"}, []string{user, name, encoding, zone})

	c, err := client.DialContext(t.Context(), client.Options{HostPort: s.TemporalAddress, Namespace: s.Namespace})
	require.NoError(t, err)
	defer c.Close()
	ns, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "hame"})
	require.NoError(t, err)
	require.Equal(t, retention, ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration())
	attributes, err := c.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: "hame"})
	require.NoError(t, err)
	require.Equal(t, enumspb.INDEXED_VALUE_TYPE_DATETIME, attributes.GetCustomAttributes()["NextDeadline"])
	require.Equal(t, enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST, attributes.GetCustomAttributes()["CaseFlags"])
	require.Len(t, attributes.GetCustomAttributes(), len(searchAttributes()))

	requireTimeSkips(t, c)
	requireCommitsAreKept(t, s, db)

	found, err := Find(s.Name)
	require.NoError(t, err)
	require.Equal(t, s.State, *found)

	_, err = Up(t.Context(), Options{Name: s.Name})
	require.ErrorContains(t, err, "is already running, pid")

	require.NoError(t, s.Down())
	requireGone(t, s.State)
	require.NoError(t, s.Down(), "twice does no harm")
	_, err = Find(s.Name)
	require.ErrorIs(t, err, ErrNotRunning)
}

// requireCommitsAreKept kills PostgreSQL in the moment after it said that a row is
// committed: a review believes what was committed, and would go on from it alone.
func requireCommitsAreKept(t *testing.T, s *Stack, db *sql.DB) {
	t.Helper()
	db.SetMaxIdleConns(0) // none that was cut is used again
	_, err := db.Exec(`create table promised (n int)`)
	require.NoError(t, err)
	for n := range 3 {
		_, err := db.Exec(`insert into promised values ($1)`, n)
		require.NoError(t, err)
		require.NoError(t, s.Kill(Postgres, syscall.SIGQUIT))
		require.NoError(t, s.Restart(t.Context(), Postgres))
		var kept int
		require.NoError(t, db.QueryRow(`select count(*) from promised`).Scan(&kept))
		require.Equal(t, n+1, kept)
	}
}

// requireTimeSkips proves what the rehearsal rests on: a workflow that waits
// ten years is done at once, and its own clock says so.
func requireTimeSkips(t *testing.T, c client.Client) {
	t.Helper()
	const years = 10 * 365 * 24 * time.Hour
	w := worker.New(c, "skip", worker.Options{})
	w.RegisterWorkflowWithOptions(func(ctx workflow.Context) (time.Duration, error) {
		begun := workflow.Now(ctx)
		for range 300 { // more timers than one session may pass unless told otherwise
			if err := workflow.Sleep(ctx, years/300); err != nil {
				return 0, err
			}
		}
		return workflow.Now(ctx).Sub(begun), nil
	}, workflow.RegisterOptions{Name: "skip"})
	require.NoError(t, w.Start())
	defer w.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "skip", TaskQueue: "skip"}, "skip")
	require.NoError(t, err)
	_, err = c.WorkflowService().UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace:         namespaceName,
		WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: "skip"},
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
			Enabled:           true,
			FastForwardConfig: &commonpb.FastForwardConfig{Id: "one", Duration: durationpb.New(2 * years)},
		}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
	})
	require.NoError(t, err)
	var took time.Duration
	require.NoError(t, run.Get(ctx, &took))
	require.GreaterOrEqual(t, took, years)
}

func TestAKilledOwnersStackIsClearedAwayByTheNext(t *testing.T) {
	name := testName("killed")
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerVariable+"="+name)
	var log bytes.Buffer
	owner.Stderr = &log
	require.NoError(t, owner.Start())
	ended := make(chan error, 1)
	go func() { ended <- owner.Wait() }()
	defer owner.Process.Kill()

	var first *State
	eventually(t, "the owner brings its stack up", func() bool {
		select {
		case err := <-ended:
			t.Fatalf("the owner ended: %v\n%s", err, log.String())
		default:
		}
		var err error
		first, err = Find(name)
		return err == nil
	})
	for _, p := range first.Children {
		require.True(t, p.Alive())
	}
	require.NoError(t, owner.Process.Kill())
	require.Error(t, <-ended)
	_, err := Find(name)
	require.ErrorIs(t, err, ErrNotRunning)
	eventually(t, "the kernel tells the servers of their owner's death", func() bool {
		return !first.Children[0].Alive() && !first.Children[1].Alive()
	})
	require.DirExists(t, first.Dir, "nobody has cleared up yet")

	var said bytes.Buffer
	second, err := Up(t.Context(), Options{Name: name, Log: &said})
	require.NoError(t, err)
	defer second.Down()
	require.Contains(t, said.String(), "clearing away stack "+name)
	require.NoDirExists(t, first.Dir)
	require.NotEqual(t, first.Dir, second.Dir)

	require.NoError(t, second.Down())
	requireGone(t, second.State)
}

func TestAFailedUpLeavesNothing(t *testing.T) {
	broken := t.TempDir() + "/temporal"
	require.NoError(t, os.WriteFile(broken, []byte("#!/bin/sh\n"+
		"if [ $1 = --version ]; then echo 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)'; exit; fi\n"+
		"echo the disk is on fire; exit 3\n"), 0o755))
	t.Setenv(binaryVariable, broken)
	name := testName("broken")
	// A temporary directory of its own, that the user whom PostgreSQL runs as may enter.
	tmp, err := os.MkdirTemp("", "hame-test-")
	require.NoError(t, err)
	defer os.RemoveAll(tmp)
	require.NoError(t, os.Chmod(tmp, 0o755))
	t.Setenv("TMPDIR", tmp)
	_, err = Up(t.Context(), Options{Name: name})
	require.ErrorContains(t, err, "Temporal ended at its start (exit status 3); it logged:\nthe disk is on fire")
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	require.Empty(t, left)
	file, err := statePath(name)
	require.NoError(t, err)
	require.NoFileExists(t, file)
}

func TestUpEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	name := testName("cancel")
	go until(ctx, func() bool { // as soon as the first server is recorded
		s, err := readState(name)
		if err == nil && len(s.Children) > 0 {
			cancel()
		}
		return false
	})
	_, err := Up(ctx, Options{Name: name})
	require.ErrorIs(t, err, context.Canceled)
	file, err := statePath(name)
	require.NoError(t, err)
	require.NoFileExists(t, file)
}

func TestStartTimeout(t *testing.T) {
	_, err := Up(t.Context(), Options{Name: testName("slow"), StartTimeout: time.Millisecond})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
