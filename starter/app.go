package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/devstack"
	"hame/internal/settings"
	"hame/internal/store"
	"hame/internal/temporalnamespace"
)

// app is one invocation: who is at the keyboard, and the connections made so far.
type app struct {
	as, output string
	settings   settings.Starter
	embedded   bool

	conn *store.Store // nil until somebody needs the database: see database
	// open, if not nil, opens conn, and keeps it when the invocation has ended: for tests,
	// which invoke the program many times in one process.
	open func(ctx context.Context, address string, connections int) (*store.Store, error)
}

// patience is how long somebody at a keyboard is kept waiting for the outcome of an
// act. A healthy worker and review answer in under a second.
const patience = 20 * time.Second

// prepare reads the settings. Where none name a server, a stack of the embedded
// default that runs on this machine is used.
func (a *app) prepare() error {
	if a.output != "table" && a.output != "json" {
		return cli.Usage(fmt.Errorf("-o is table or json, not %q", a.output))
	}
	if os.Getenv("HAME_DATABASE_URL") == "" && os.Getenv("HAME_ADMIN_DATABASE_URL") == "" {
		if state, err := devstack.Find("demo"); err == nil {
			for _, setting := range state.Env() {
				name, value, _ := strings.Cut(setting, "=")
				if err := os.Setenv(name, value); err != nil {
					return err
				}
			}
		}
	}
	if err := settings.Load(&a.settings); err != nil {
		return err
	}
	a.embedded = a.settings.Stack != ""
	return nil
}

func (a *app) close() {
	if a.conn != nil && a.open == nil {
		_ = a.conn.Close() // the process ends
	}
}

// database connects as the person at the keyboard.
func (a *app) database(ctx context.Context) (*store.Store, error) {
	if a.conn != nil {
		return a.conn, nil
	}
	address := a.settings.DatabaseURL
	switch {
	case address == "":
		return nil, cli.Usage(errors.New("no database: set HAME_DATABASE_URL to your own login, or start the embedded default with `make up`"))
	case a.as != "" && !a.embedded:
		return nil, cli.Usage(errors.New("--as works in the embedded default only; elsewhere HAME_DATABASE_URL carries your own login"))
	case a.as == "" && a.embedded:
		return nil, cli.Usage(errors.New("say who you are with --as NAME, such as --as archie (operations) or --as morag (caseworker); docs/guide.md lists the demo staff"))
	case a.as != "":
		var err error
		if address, err = store.As(address, a.as); err != nil {
			return nil, cli.Usage(err)
		}
	}
	open := store.Open
	if a.open != nil {
		open = a.open
	}
	s, err := open(ctx, address, 2)
	a.conn = s
	return s, err
}

// desk is that of the person at the keyboard. It needs the database only: the worker
// delivers what is recorded.
func (a *app) desk(ctx context.Context) (*desk.Desk, error) {
	s, err := a.database(ctx)
	return &desk.Desk{Store: s, Patience: patience}, err
}

// today is the business day.
func (a *app) today(ctx context.Context) (clock.Date, error) {
	s, err := a.database(ctx)
	if err != nil {
		return clock.Date{}, err
	}
	now, err := s.BusinessNow(ctx)
	return clock.DateOf(now), err
}

// link is where a case is in the Web UI, or nothing where no Web UI is named.
func (a *app) link(ctx context.Context, ref string) (string, error) {
	if a.settings.UIURL == "" {
		return "", nil
	}
	s, err := a.database(ctx)
	if err != nil {
		return "", err
	}
	apart, mayRead, err := s.RunsApart(ctx, ref)
	if err != nil {
		return "", err
	}
	address, namespace := a.settings.UIURL, temporalnamespace.Named(os.Getenv("TEMPORAL_NAMESPACE"))
	if apart {
		address, namespace = a.settings.UIRestrictedURL, temporalnamespace.Restricted(namespace)
	}
	if address == "" || apart && !mayRead {
		return "", nil
	}
	return fmt.Sprintf("%s/namespaces/%s/workflows/%s", strings.TrimRight(address, "/"), namespace, ref), nil
}

// print writes a value as JSON, or lets table write it for people.
func (a *app) print(w io.Writer, value any, table func(*tabwriter.Writer)) error {
	if a.output == "json" {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(value)
	}
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	table(tw)
	return tw.Flush()
}
