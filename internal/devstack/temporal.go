package devstack

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	temporallog "go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"

	"hame/internal/contract"
	"hame/internal/temporalnamespace"
)

const (
	temporalName  = "Temporal"
	namespaceName = "hame"
	// binaryVariable names a `temporal` binary to run instead of building one.
	binaryVariable = "HAME_TEMPORAL_BINARY"
	// retention is how long closed workflows are kept, by the wall clock. A
	// rehearsal's clock runs years ahead of it, and its reviews are looked at
	// long after they close.
	retention = 3650 * 24 * time.Hour
)

// searchAttributes are Hame's, as NAME=TYPE. `starter setup` makes sure of them too; a
// server that has them from its start saves it the wait.
func searchAttributes() []string {
	var all []string
	for _, a := range contract.Attributes {
		all = append(all, a.GetName()+"="+a.GetValueType().String())
	}
	return all
}

// dynamicConfig is what Hame sets on a server of its own: KEY=JSON.
var dynamicConfig = []string{
	// The rehearsal skips time. Servers after 1.32 know the switch by the second
	// name. A session is one fast-forward, and may pass any number of timers.
	"frontend.WorkflowTimeSkippingEnabled=true",
	"system.workflowTimeSkippingEnabled=true",
	"frontend.WorkflowTimeSkippingMaxSkipPerSession=1000000000",

	// The limits below protect a shared cluster from one tenant. Here there is
	// one, and a rehearsal of years is meant to use the whole machine.
	"frontend.rps=100000",
	"frontend.namespaceRPS=100000",
	"frontend.namespaceCount=100000", // long polls at once, per API
	"frontend.namespaceRPS.visibility=10000",
	"frontend.namespaceRPS.namespaceReplicationInducingAPIs=1000",
	"frontend.MaxConcurrentBatchOperationPerNamespace=50",
	"matching.rps=100000",
	"history.rps=100000",
	"history.maxInFlightUpdates=1000",
	"worker.batcherRPS=10000",
	"frontend.persistenceMaxQPS=100000",
	"matching.persistenceMaxQPS=100000",
	"history.persistenceMaxQPS=100000",
	"worker.persistenceMaxQPS=100000",
	"system.visibilityPersistenceMaxReadQPS=100000",
	"system.visibilityPersistenceMaxWriteQPS=100000",

	// A deletion waits until the queues have reported their progress: every half minute at
	// the default.
	`history.transferProcessorUpdateAckInterval="1s"`,
	`history.visibilityProcessorUpdateAckInterval="1s"`,

	// A timer whose time has come fires up to this much later: a margin for the
	// clocks of several hosts. Each skip of time ends in a timer, so at the default
	// of a second a rehearsal would wait a second for each.
	`history.timerProcessorMaxTimeShift="5ms"`,
	// How often a queue may look for its next task. With the default of 20 a
	// second, a single workflow that skips from timer to timer is kept to four.
	"history.timerProcessorMaxPollRPS=10000",
	"history.transferProcessorMaxPollRPS=10000",
	"history.visibilityProcessorMaxPollRPS=10000",

	// A test that reopens a review does so within the second.
	`history.workflowIdReuseMinimalInterval="0s"`,
	// A search attribute made by `starter setup` is there for the next command.
	// One partition hands a task over at once, where four have to find each other.
	"matching.numTaskqueueReadPartitions=1",
	"matching.numTaskqueueWritePartitions=1",
	// Keeps the server's memory to a developer's machine's measure.
	"history.hostLevelCacheMaxSize=8096",
}

// needTemporal returns the Temporal server's binary: the one that
// HAME_TEMPORAL_BINARY names, or one built from internal/tools/temporal in
// the source tree around dir, once for each version of that source.
func needTemporal(ctx context.Context, dir string, log io.Writer, say func(string, ...any)) (string, error) {
	if binary := os.Getenv(binaryVariable); binary != "" {
		if err := checkTemporal(ctx, binary); err != nil {
			return "", fmt.Errorf("%s: %w", binaryVariable, err)
		}
		say("using %s, whose Web UI may offer write actions", binary)
		return binary, nil
	}
	source, err := temporalSource(dir)
	if err != nil {
		return "", err
	}
	name, err := binaryName(source)
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	binary := filepath.Join(cache, name)
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	unlock, err := lockFile(ctx, filepath.Join(cache, "build.lock"), func() {
		say("waiting for another process that is building the Temporal server")
	})
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(binary); err == nil { // that other process built it
		return binary, nil
	}
	return binary, buildTemporal(ctx, source, binary, log, say)
}

// serverPattern finds the server's version in what `temporal --version` says:
// temporal version 1.9.1 (Server 1.32.0, UI 2.54.1).
var serverPattern = regexp.MustCompile(`Server (\d+)\.(\d+)\.`)

// checkTemporal makes sure that a binary's server can skip time: 1.32 or later.
func checkTemporal(ctx context.Context, binary string) error {
	out, err := exec.CommandContext(ctx, binary, "--version").Output()
	if err != nil {
		return fmt.Errorf("%s --version: %w", binary, err)
	}
	m := serverPattern.FindSubmatch(out)
	if m == nil {
		return fmt.Errorf("%s is not a Temporal command line with a server: its version is %q", binary, out)
	}
	major, _ := strconv.Atoi(string(m[1]))
	minor, _ := strconv.Atoi(string(m[2]))
	if major < 1 || major == 1 && minor < 32 {
		return fmt.Errorf("%s has Temporal server %d.%d, and Hame needs 1.32 or later: use version 1.9 or later of the command line",
			binary, major, minor)
	}
	return nil
}

// temporalSource finds the server's nested module in the source tree around dir.
func temporalSource(dir string) (string, error) {
	at, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module hame\n") {
			return filepath.Join(at, "internal", "tools", "temporal"), nil
		}
		parent := filepath.Dir(at)
		if parent == at {
			return "", fmt.Errorf("the Temporal server is built from Hame's source, and %s is not in it: "+
				"run this inside the source tree, or set %s to a temporal binary, version 1.9 or later", dir, binaryVariable)
		}
		at = parent
	}
}

var requirePattern = regexp.MustCompile(`go\.temporal\.io/server v(\S+)`)

// binaryName names the built server by its version and a hash of its source,
// so that a change of either is built anew and an older checkout keeps its own.
func binaryName(source string) (string, error) {
	hash := sha256.New()
	version := "unknown"
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		b, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return "", fmt.Errorf("the Temporal server's source: %w", err)
		}
		if m := requirePattern.FindSubmatch(b); m != nil && name == "go.mod" {
			version = string(m[1])
		}
		fmt.Fprintf(hash, "%s %d\n%s", name, len(b), b)
	}
	return fmt.Sprintf("temporal-%s-%x", version, hash.Sum(nil)[:6]), nil
}

func buildTemporal(ctx context.Context, source, binary string, log io.Writer, say func(string, ...any)) error {
	say("building the Temporal server, once, about 4 minutes on 2 cores")
	begun := time.Now()
	built := make(chan struct{})
	defer close(built)
	go func() {
		t := time.NewTicker(30 * time.Second)
		defer t.Stop()
		for {
			select {
			case <-built:
				return
			case <-t.C:
				say("still building the Temporal server (%s)", time.Since(begun).Round(time.Second))
			}
		}
	}()

	// It appears under its name only when whole.
	next := fmt.Sprintf("%s.%d", binary, os.Getpid())
	defer os.Remove(next)
	cmd := exec.CommandContext(ctx, "go", "build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags=-s -w",
		"-o", next, ".")
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("build the Temporal server: %w", context.Cause(ctx))
		}
		return fmt.Errorf("build the Temporal server: %w; mend what Go says above, or set %s to a temporal binary, version 1.9 or later",
			err, binaryVariable)
	}
	if err := os.Rename(next, binary); err != nil {
		return err
	}
	say("built the Temporal server in %s", time.Since(begun).Round(time.Second))
	return nil
}

// startTemporal starts the server on a new database file, and waits until its
// namespace answers.
func (s *Stack) startTemporal(ctx context.Context, binary string, o Options) error {
	return retryPorts(func() error {
		// The file of a try that found its port taken is gone with that try.
		db, err := os.MkdirTemp(s.Dir, "temporal-")
		if err != nil {
			return err
		}
		ports, err := freePorts(5)
		if err != nil {
			return err
		}
		codecAddress := net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[2]))
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0]))
		cmd := exec.Command(binary, "server", "start-dev",
			"--ip", "127.0.0.1",
			"--port", strconv.Itoa(ports[0]),
			"--namespace", namespaceName, "--namespace", temporalnamespace.Restricted(namespaceName),
			"--db-filename", filepath.Join(db, "temporal.db"), "--sqlite-pragma", "synchronous=off",
			// Nothing survives the stack, so nothing needs to survive a crash.
			"--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=off",
			"--log-level", "error", "--log-format", "json")
		if o.UI {
			cmd.Args = append(cmd.Args, "--ui-port", strconv.Itoa(ports[1]), "--ui-codec-endpoint", "http://"+codecAddress)
		} else {
			cmd.Args = append(cmd.Args, "--headless")
		}
		for _, v := range dynamicConfig {
			cmd.Args = append(cmd.Args, "--dynamic-config-value", v)
		}
		for _, v := range o.SearchAttributes {
			cmd.Args = append(cmd.Args, "--search-attribute", v)
		}
		cmd.Dir = s.Dir
		// The server would ask the internet whether it is the newest.
		cmd.Env = append(os.Environ(), "TEMPORAL_VERSION_CHECK_DISABLED=1",
			// Memory is cheaper here than the collector's time on two cores.
			"GOGC=400")

		c, err := s.start(temporalName, cmd, "temporal.log", syscall.SIGTERM, func(st *State) {
			st.TemporalAddress = address
			if o.UI {
				at := func(port int) string { return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
				st.UIServer, st.UIURL, st.UIRestrictedURL = at(ports[1]), at(ports[3]), at(ports[4])
				st.CodecAddress, st.CodecToken = codecAddress, rand.Text()
			}
		})
		if err != nil {
			return err
		}
		ready := func(ctx context.Context) error {
			return errors.Join(prepareNamespace(ctx, address, namespaceName),
				prepareNamespace(ctx, address, temporalnamespace.Restricted(namespaceName)))
		}
		s.restartable(temporalName, cmd, "temporal.log", syscall.SIGTERM, ready)
		return c.waitReady(ctx, ready)
	})
}

// prepareNamespace makes sure that a namespace is there, answers, and keeps
// its closed workflows: the official binary's are gone after a day. It is also
// how the server is found to be ready.
func prepareNamespace(ctx context.Context, address, namespace string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	// Of the many tries before the server answers, none is news.
	quiet := temporallog.NewStructuredLogger(slog.New(slog.DiscardHandler))
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Namespace: namespace, Identity: "devstack",
		Logger: quiet})
	if err != nil {
		return err
	}
	defer c.Close()
	api := c.WorkflowService()
	ns, err := api.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	if ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() < retention {
		_, err = api.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
			Namespace: namespace,
			Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
		})
		if err != nil {
			return err
		}
	}
	// The frontend answers before the services behind it do.
	_, err = c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	_, err = c.DescribeTaskQueue(ctx, "devstack", enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	return err
}
