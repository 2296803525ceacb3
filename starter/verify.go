package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"hame/internal/cli"
	"hame/internal/verify"

	"github.com/spf13/cobra"
)

// verifyCommand checks the record, and has the worker compare it with Temporal.
func (a *app) verifyCommand() *cobra.Command {
	return forReaders(&cobra.Command{
		Use: "verify", Short: "check what must always be true, on the record and in Temporal; exits non-zero on a breach",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			breaches, err := verify.All(c.Context(), s)
			if err != nil {
				return err
			}
			err = a.print(c.OutOrStdout(), breaches, func(t *tabwriter.Writer) {
				for _, b := range breaches {
					fmt.Fprintf(t, "%s\t%s\t%s\n", b.Rule, b.Case, b.Detail)
				}
				if len(breaches) == 0 {
					fmt.Fprintln(t, "every invariant holds")
				}
			})
			if err == nil && len(breaches) > 0 {
				err = errors.New(cli.Counted(len(breaches), "breach", "breaches"))
			}
			return err
		},
	}, "operations or the auditor")
}
