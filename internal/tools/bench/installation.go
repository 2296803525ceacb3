package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"

	"hame/activities"
	"hame/internal/carrier"
	"hame/internal/desk"
	"hame/internal/devstack"
	"hame/internal/practice"
	"hame/internal/settings"
	"hame/internal/store"
	"hame/internal/temporalnamespace"
	"hame/internal/timeskip"
	"hame/workflows"
)

const taskQueue = "bench"

// installation is Hame in a database and a namespace of its own, with a worker in this
// process.
type installation struct {
	name      string
	admin     string // the database as its administrator
	namespace string
	clients   temporalnamespace.Clients
	client    client.Client // of the namespace where most reviews run
	store     *store.Store  // of the worker's login
	acts      *activities.Activities
	worker    sdkworker.Worker
	apart     sdkworker.Worker // for the reviews of restricted families
	stop      func()           // ends the delivery of acts
	desks     map[string]*desk.Desk
}

// newInstallation makes a database and a namespace. Watched, PostgreSQL counts the
// statements of that database.
func newInstallation(ctx context.Context, watched bool) (*installation, error) {
	h := &installation{
		name:      "hame_bench_" + strings.ToLower(rand.Text()[:8]),
		namespace: "bench-" + strings.ToLower(rand.Text()[:8]),
	}
	server := os.Getenv("HAME_ADMIN_DATABASE_URL")
	if server == "" {
		return nil, errors.New("HAME_ADMIN_DATABASE_URL is not set: run it by make bench, or under bin/devstack exec --")
	}
	super, err := devstack.Superuser(server, "postgres")
	if err != nil {
		return nil, err
	}
	if err := devstack.NewDatabase(ctx, super, h.name); err != nil {
		return nil, err
	}
	u, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	u.Path = "/" + h.name
	h.admin = u.String()
	if watched {
		if err := h.watch(ctx); err != nil {
			return nil, err
		}
	}
	if err := store.Setup(ctx, h.admin, store.SetupOptions{Staff: practice.Staff()}); err != nil {
		return nil, err
	}
	options, err := settings.Temporal("hame-bench", settings.Quiet())
	if err != nil {
		return nil, err
	}
	options.Namespace = h.namespace
	if err := temporalnamespace.Prepare(ctx, options); err != nil {
		return nil, err
	}
	h.clients, err = temporalnamespace.Dial(ctx, options)
	h.client = h.clients.Open
	return h, err
}

// onServer runs a statement as the server's superuser.
func onServer(ctx context.Context, statement string) error {
	super, err := devstack.Superuser(os.Getenv("HAME_ADMIN_DATABASE_URL"), "postgres")
	if err != nil {
		return err
	}
	db, err := sqlx.ConnectContext(ctx, "postgres", super)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// sql runs f on the database as its superuser, with Hame's schema on the path.
func (h *installation) sql(ctx context.Context, f func(*sqlx.Conn) error) error {
	super, err := devstack.Superuser(h.admin, h.name)
	if err != nil {
		return err
	}
	db, err := sqlx.ConnectContext(ctx, "postgres", super)
	if err != nil {
		return err
	}
	conn, err := db.Connx(ctx)
	if err == nil {
		if _, err = conn.ExecContext(ctx, `set search_path = hame; set timezone = 'UTC'`); err == nil {
			err = f(conn)
		}
		err = errors.Join(err, conn.Close())
	}
	return errors.Join(err, db.Close())
}

func (h *installation) exec(ctx context.Context, statement string, args ...any) error {
	return h.sql(ctx, func(c *sqlx.Conn) error {
		_, err := c.ExecContext(ctx, statement, args...)
		return err
	})
}

// open starts the worker and lets people in.
func (h *installation) open(ctx context.Context) error {
	address, err := store.As(h.admin, "hame_worker")
	if err != nil {
		return err
	}
	if h.store, err = store.Open(ctx, address, 20); err != nil {
		return err
	}
	serve := func(apart bool) (*activities.Activities, sdkworker.Worker) {
		acts := &activities.Activities{Store: h.store, Temporal: h.clients, TaskQueue: taskQueue, Apart: apart}
		w := sdkworker.New(
			h.clients.Of(apart),
			taskQueue,
			sdkworker.Options{Identity: "hame-worker", WorkflowPanicPolicy: sdkworker.BlockWorkflow},
		)
		acts.Register(w)
		workflows.Register(w)
		return acts, w
	}
	h.acts, h.worker = serve(false)
	_, h.apart = serve(true)
	h.register()
	h.desks = map[string]*desk.Desk{}
	if err := h.worker.Start(); err != nil {
		return err
	}
	if err := h.apart.Start(); err != nil {
		return err
	}
	dispatcher := &carrier.Dispatcher{
		Carrier: carrier.Carrier{Temporal: h.clients, Record: h.store, Acts: h.acts, TaskQueue: taskQueue},
		Logger:  settings.Quiet(),
	}
	delivering, stop := context.WithCancel(ctx)
	delivered := make(chan struct{})
	go func() { defer close(delivered); dispatcher.Run(delivering, time.Second) }()
	h.stop = func() { stop(); <-delivered }
	return nil
}

// clock moves the clocks of the installation's workflows.
func (h *installation) clock() timeskip.Skipper {
	return timeskip.Skipper{Client: h.client, Namespace: h.namespace}
}

// shut ends the worker and every connection, so that the server's counts are
// complete.
func (h *installation) shut(ctx context.Context) error {
	h.stop()
	h.worker.Stop()
	h.apart.Stop()
	errs := []error{h.store.Close()}
	for _, d := range h.desks {
		errs = append(errs, d.Store.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return h.sql(ctx, func(c *sqlx.Conn) error {
		for range 200 {
			var n int
			err := c.GetContext(
				ctx,
				&n,
				`select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
				and backend_type = 'client backend'`,
			)
			if err != nil || n == 0 {
				return err
			}
			time.Sleep(50 * time.Millisecond)
		}
		return errors.New("connections to the database stay open")
	})
}

// raze drops the database.
func (h *installation) raze() error {
	h.clients.Close()
	return onServer(context.Background(), fmt.Sprintf("drop database %s with (force)", h.name))
}

// as is the desk of a member of the demo staff.
func (h *installation) as(ctx context.Context, login string) (*desk.Desk, error) {
	if d := h.desks[login]; d != nil {
		return d, nil
	}
	address, err := store.As(h.admin, login)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, address, 2)
	if err != nil {
		return nil, err
	}
	h.desks[login] = &desk.Desk{Store: s}
	return h.desks[login], nil
}

// environment is what a program of Hame needs to work in this installation.
func (h *installation) environment() ([]string, error) {
	worker, err := store.As(h.admin, "hame_worker")
	return append(
		os.Environ(),
		"HAME_ADMIN_DATABASE_URL="+h.admin,
		"HAME_DATABASE_URL="+worker,
		"HAME_TASK_QUEUE="+taskQueue,
		"TEMPORAL_NAMESPACE="+h.namespace,
	), err
}

func (h *installation) sqlGet(ctx context.Context, into any, query string, args ...any) error {
	return h.sql(ctx, func(c *sqlx.Conn) error { return c.GetContext(ctx, into, query, args...) })
}

func (h *installation) selects(ctx context.Context, into any, query string, args ...any) error {
	return h.sql(ctx, func(c *sqlx.Conn) error { return c.SelectContext(ctx, into, query, args...) })
}
