package main

import (
	"errors"
	"fmt"
	"hame/internal/verify"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// verifyCommand checks the record, and has the worker compare it with Temporal.
func (a *app) verifyCommand() *cobra.Command {
	return forReaders(&cobra.Command{
		Use: "verify", Short: "check what must always be true, on the record and in Temporal; exits non-zero on a breach", Args: exactly(0),
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
				err = errors.New(counted(len(breaches), "breach", "breaches"))
			}
			return err
		},
	}, "operations or the auditor")
}

// counted is a number with its noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
