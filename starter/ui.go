package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/store"
	"hame/internal/temporalnamespace"
	"hame/internal/uigate"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// uiCommand lets people read Temporal's Web UI, each the namespace that is theirs.
func (a *app) uiCommand() *cobra.Command {
	serve := forReaders(&cobra.Command{
		Use: "serve", Short: "let people read the Web UI, one namespace at each of two addresses, until interrupted",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return a.serveUI(c.Context()) },
	}, "whoever runs the programs")
	return cli.Group("ui", "Temporal's Web UI: the reviews of restricted families for those alone who may know of them",
		serve)
}

func (a *app) serveUI(ctx context.Context) error {
	logger := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	server, err := url.Parse(a.settings.UIServer)
	if err != nil || server.Host == "" {
		return cli.Usage(errors.New("HAME_UI_SERVER must be the address of Temporal's Web UI, such as http://127.0.0.1:8080"))
	}
	if a.settings.DatabaseURL == "" {
		return cli.Usage(errors.New("HAME_DATABASE_URL is not set: the database says who may read restricted reviews"))
	}
	// A reader's own login and password count, and nothing that this process was given.
	for _, name := range []string{"PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"} {
		if err := os.Unsetenv(name); err != nil {
			return err
		}
	}
	asks := func(ctx context.Context, login, password string) (bool, error) {
		if store.CheckLogin(login) != nil || password == "" {
			return false, nil // it may be a password in the wrong box: it stays out of the log
		}
		may, err := a.mayReadRestricted(ctx, login, password)
		logger.Info("asked to read restricted reviews", "login", login, "may", may)
		return may, err
	}
	namespace := temporalnamespace.Named(os.Getenv("TEMPORAL_NAMESPACE"))
	gates := []struct {
		setting, address string
		gate             uigate.Options
	}{
		{"HAME_UI_ADDRESS", a.settings.UIAddress, uigate.Options{Server: server, Namespace: namespace, Logger: logger}},
		{"HAME_UI_RESTRICTED_ADDRESS", a.settings.UIRestrictedAddress, uigate.Options{Server: server,
			Namespace: temporalnamespace.Restricted(namespace), Logger: logger, MayRead: asks}},
	}
	serving, ctx := errgroup.WithContext(ctx)
	for _, g := range gates {
		listener, err := net.Listen("tcp", g.address)
		if err != nil {
			return cli.Usage(fmt.Errorf("%s %s: %w", g.setting, g.address, err))
		}
		logger.Info("the Web UI can be read", "address", listener.Addr().String(), "namespace", g.gate.Namespace,
			"asks_who_reads", g.gate.MayRead != nil)
		s := &http.Server{Handler: uigate.New(g.gate), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute,
			IdleTimeout: 2 * time.Minute}
		serving.Go(func() error {
			if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
		serving.Go(func() error {
			<-ctx.Done()
			closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_ = s.Shutdown(closing) // the process ends
			return nil
		})
	}
	return serving.Wait()
}

// mayReadRestricted asks the record whether a login, with its password, is a senior
// caseworker's or the auditor's.
func (a *app) mayReadRestricted(ctx context.Context, login, password string) (bool, error) {
	if store.CheckLogin(login) != nil || password == "" {
		return false, nil
	}
	u, err := url.Parse(a.settings.DatabaseURL)
	if err != nil {
		return false, errors.New("HAME_DATABASE_URL is no URL")
	}
	u.User = url.UserPassword(login, password)
	q := u.Query()
	for _, name := range []string{"user", "password", "passfile"} {
		q.Del(name) // it would count more than what was typed
	}
	u.RawQuery = q.Encode()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s, err := store.Open(ctx, u.String(), 1)
	if store.IsKind(err, store.NotPermitted) {
		return false, nil // no such login, or another password
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = s.Close() }()
	me, err := s.Me(ctx)
	return slices.Contains(me.Roles, casefile.SeniorCaseworker) || slices.Contains(me.Roles, casefile.Auditor), err
}
