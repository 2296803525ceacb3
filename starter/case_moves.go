package main

import (
	"fmt"
	"text/tabwriter"

	"hame/internal/cli"

	"github.com/spf13/cobra"
)

// caseMoves lists the families that move to another council and wait to be accepted there.
func (a *app) caseMoves() *cobra.Command {
	return &cobra.Command{
		Use: "moves", Short: "list the families that move to another council, which has not accepted them yet",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			rows, err := s.Moves(c.Context())
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), rows, func(t *tabwriter.Writer) {
				if len(rows) == 0 {
					fmt.Fprintln(t, "No move waits to be accepted.")
					return
				}
				fmt.Fprintln(t, "CASE\tTO\tCHILDREN\tMOVED\tACCEPT BY")
				for _, m := range rows {
					fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\n", m.Case, council(m.Council), m.Children, m.MovedOn, m.DueOn)
				}
			})
		},
	}
}
