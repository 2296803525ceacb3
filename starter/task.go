package main

import (
	"fmt"
	"slices"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) taskCommand() *cobra.Command {
	var f store.TaskFilter
	var dueBefore string
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "list open tasks, the earliest due first", Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			if f.DueBefore, err = optionalDate("--due-before", dueBefore); err != nil {
				return err
			}
			rows, err := s.Tasks(c.Context(), f, limit)
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), rows, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "CASE\tDUE\tAWAITING\tTASK\tOWNER")
				for _, r := range rows {
					fmt.Fprintf(t, "%s\t%s%s\t%s\t%s\t%s\n", r.Case, r.DueOn, overdueMark(r), r.Awaiting, taskName(r), r.Owner)
				}
				fmt.Fprintln(t, cli.Listed(len(rows), cli.TotalOf(rows, func(r store.TaskRow) int { return r.Total }), "task",
					"tasks"))
			})
		},
	}
	list.Flags().BoolVar(&f.Mine, "mine", false, "only what waits for you, or for somebody you must chase")
	parties := slices.Concat(casefile.Roles, casefile.Parties)
	list.Flags().Var(cli.Code(&f.Role, parties), "role",
		"only what waits for this role, or this party outside: "+cli.Joined(parties))
	list.Flags().Var(cli.Council(&f.Council), "council", "only this council, by GSS code")
	list.Flags().BoolVar(&f.Overdue, "overdue", false, "only what is overdue")
	list.Flags().StringVar(&dueBefore, "due-before", "", "only what is due before this day")
	cli.Limited(list.Flags(), &limit, 50)
	return cli.Group("task", "what must be done, by whom and by when", forReaders(list, everybody))
}
