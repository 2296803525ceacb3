// Worker runs Hame's workflows and activities. All its settings come from the
// environment; `worker -help` lists them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hame/activities"
	"hame/internal/carrier"
	"hame/internal/chainexport"
	"hame/internal/codec"
	"hame/internal/settings"
	"hame/internal/store"
	"hame/internal/temporalnamespace"
	"hame/workflows"
)

func main() {
	flag.Usage = func() {
		fmt.Fprint(os.Stderr, "worker runs Hame's workflows and activities. Settings, from the environment:\n\n")
		_ = settings.Usage(os.Stderr, &settings.Worker{}) // nothing to do about a broken standard error
		fmt.Fprint(os.Stderr, "\nTEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TLS_*, TEMPORAL_API_KEY, …: the Temporal client\n")
	}
	flag.Parse()
	logger := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, logger); err != nil {
		logger.Error("worker stopped", "error", err.Error())
		os.Exit(1)
	}
}

// run starts the worker and returns when ctx ends and running work has been let
// finish, or when the worker fails.
func run(ctx context.Context, logger *slog.Logger) error {
	var s settings.Worker
	if err := settings.Load(&s); err != nil {
		return err
	}
	logger.Info("hame worker", "version", version(), "task_queue", s.TaskQueue)
	if s.DatabaseURL == "" {
		return errors.New("HAME_DATABASE_URL is not set; `worker -help` lists the settings")
	}
	if err := store.CheckAddress(s.DatabaseURL); err != nil {
		return err
	}
	var exports chainexport.Writer
	if s.AuditExportDir != "" {
		key, err := chainexport.ReadPrivateKey(s.AuditKeyFile)
		if err != nil {
			return err
		}
		exports = chainexport.Writer{Dir: s.AuditExportDir, Key: key}
	}
	metrics, gatherer, closeMetrics := newMetrics()
	defer closeMetrics()

	var db *store.Store
	err := retry(ctx, s.ConnectBudget, logger, "the database", func(ctx context.Context) (err error) {
		db, err = store.Open(ctx, s.DatabaseURL, s.Connections)
		return err
	})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // the process ends
	exports.Record = db
	keyset, err := settings.Keyset()
	if err != nil {
		return err
	}
	options, err := settings.Connection("hame-worker", logger)
	if err != nil {
		return err
	}
	options.MetricsHandler = metrics
	options.Plugins = []client.Plugin{codec.Plugin(keyset)}
	var c temporalnamespace.Clients
	err = retry(ctx, s.ConnectBudget, logger, "Temporal", func(ctx context.Context) (err error) {
		c, err = temporalnamespace.Dial(ctx, options)
		return err
	})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := temporalnamespace.Check(ctx, c); err != nil {
		return err
	}

	following, stopFollowing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopFollowing()
	go keyset.Follow(following, logger)
	options.Plugins = []client.Plugin{codec.WorkerPlugin(keyset)}
	sdkworker.SetStickyWorkflowCacheSize(s.CachedReviews)
	// One worker in each namespace, with one cache.
	stop := func() {}
	for _, apart := range []bool{false, true} {
		options.Namespace = c.Name(apart)
		if apart {
			options.Logger = discreet{options.Logger}
		}
		tasks, err := client.NewClientFromExistingWithContext(ctx, c.Of(apart), options)
		if err != nil {
			stop()
			return err
		}
		defer tasks.Close()
		w := sdkworker.New(tasks, s.TaskQueue, workerOptions(s))
		of := &activities.Activities{Store: db, Temporal: c, TaskQueue: s.TaskQueue, Apart: apart}
		of.Register(w)
		workflows.Register(w)
		if err := w.Start(); err != nil {
			stop()
			return fmt.Errorf("start the worker in namespace %s: %w", options.Namespace, err)
		}
		before := stop
		stop = func() {
			var both sync.WaitGroup
			both.Go(w.Stop)
			both.Go(before)
			both.Wait()
		}
	}
	acts := &activities.Activities{Store: db, Temporal: c, TaskQueue: s.TaskQueue} // for what no review runs for
	server, err := serve(s.HTTPAddress, db, c.Open, gatherer)
	if err != nil {
		stop()
		return err
	}
	delivering, stopDelivering := context.WithCancel(context.WithoutCancel(ctx))
	delivered := make(chan struct{})
	dispatcher := &carrier.Dispatcher{Carrier: carrier.Carrier{Temporal: c, Record: db, Acts: acts,
		TaskQueue: s.TaskQueue}, Logger: logger}
	if s.AuditExportDir == "" {
		logger.Warn("the heads of the chains are not exported: HAME_AUDIT_EXPORT_DIR is not set")
	} else {
		dispatcher.Export = exports.Daily
	}
	go func() { defer close(delivered); dispatcher.Run(delivering, s.StopBudget/2) }()
	logger.Info("ready", "http", server.Addr)

	<-ctx.Done()
	logger.Info("stopping: letting running work finish", "budget", s.StopBudget.String())
	stopDelivering()
	<-delivered
	stop()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return server.Shutdown(closing)
}

// discreet is the logger of restricted families' reviews: it leaves out which case a
// line is about, for operations read the log and may not know.
type discreet struct{ log.Logger }

// Debug, Info, Warn and Error log a line without what names the case.
func (d discreet) Debug(msg string, keyvals ...any) { d.Logger.Debug(msg, unnamed(keyvals)...) }
func (d discreet) Info(msg string, keyvals ...any)  { d.Logger.Info(msg, unnamed(keyvals)...) }
func (d discreet) Warn(msg string, keyvals ...any)  { d.Logger.Warn(msg, unnamed(keyvals)...) }
func (d discreet) Error(msg string, keyvals ...any) { d.Logger.Error(msg, unnamed(keyvals)...) }

// With keeps the same discretion.
func (d discreet) With(keyvals ...any) log.Logger {
	return discreet{log.With(d.Logger, unnamed(keyvals)...)}
}

// WithCallerSkip keeps the same discretion.
func (d discreet) WithCallerSkip(depth int) log.Logger { return discreet{log.Skip(d.Logger, depth)} }

func unnamed(keyvals []any) []any {
	kept := make([]any, 0, len(keyvals))
	for i := 0; i+1 < len(keyvals); i += 2 {
		switch keyvals[i] {
		case "case", "WorkflowID", "RunID", "for", "workflow":
			continue
		}
		kept = append(kept, keyvals[i], keyvals[i+1])
	}
	return kept
}

func workerOptions(s settings.Worker) sdkworker.Options {
	o := sdkworker.Options{
		Identity:          "hame-worker",
		WorkerStopTimeout: s.StopBudget,
		// An open review's code is mended by deploying mended code: a panic holds
		// the task and never fails the review.
		WorkflowPanicPolicy: sdkworker.BlockWorkflow,
		// A machine under load may keep a task from the processor for longer than
		// the SDK's second; the task would fail and give back its Updates.
		DeadlockDetectionTimeout: 5 * time.Second,
	}
	if s.Deployment != "" && s.BuildID != "" {
		o.DeploymentOptions = sdkworker.DeploymentOptions{
			UseVersioning:             true,
			Version:                   sdkworker.WorkerDeploymentVersion{DeploymentName: s.Deployment, BuildID: s.BuildID},
			DefaultVersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
		}
	}
	return o
}

// retry tries to connect until it succeeds or the budget is spent.
func retry(ctx context.Context, budget time.Duration, logger *slog.Logger, what string,
	connect func(context.Context) error) error {
	deadline, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	for wait := 250 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := connect(deadline)
		if err == nil {
			return nil
		}
		logger.Warn("not connected yet", "to", what, "error", err.Error())
		select {
		case <-deadline.Done():
			return fmt.Errorf("%s was not reached within %s: %w", what, budget, err)
		case <-time.After(wait):
		}
	}
}

func serve(address string, db *store.Store, c client.Client, metrics http.Handler) (*http.Server, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := db.Ping(ctx); err != nil {
			http.Error(w, "database: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		if _, err := c.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
			http.Error(w, "temporal: not healthy", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", metrics)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("HAME_HTTP_ADDRESS %s: %w", address, err)
	}
	server := &http.Server{Addr: listener.Addr().String(), Handler: mux, ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute}
	go func() { _ = server.Serve(listener) }() // returns when the server is shut down
	return server, nil
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return info.Main.Version
}
