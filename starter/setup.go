package main

import (
	"errors"
	"fmt"

	"hame/internal/cli"
	"hame/internal/practice"
	"hame/internal/settings"
	"hame/internal/store"
	"hame/internal/temporalnamespace"

	"github.com/spf13/cobra"
)

func (a *app) setupCommand() *cobra.Command {
	return forReaders(&cobra.Command{
		Use: "setup", Short: "prepare database, roles, rule sets, namespaces and search attributes; can be run again",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			if a.settings.AdminDatabaseURL == "" {
				return cli.Usage(errors.New("HAME_ADMIN_DATABASE_URL is not set: setup connects as the database's administrator"))
			}
			options := store.SetupOptions{WorkerPassword: a.settings.WorkerPassword}
			if a.embedded {
				options.Staff = practice.Staff()
			}
			if err := store.Setup(ctx, a.settings.AdminDatabaseURL, options); err != nil {
				return err
			}
			temporal, err := settings.Connection("hame-starter", settings.Quiet())
			if err != nil {
				return err
			}
			if err := temporalnamespace.Prepare(ctx, temporal); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), "set up: database, roles, rule sets, namespaces and search attributes are as this version needs them")
			return nil
		},
	}, "the database's owner")
}
