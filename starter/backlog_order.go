package main

import (
	"fmt"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/policy"

	"github.com/spf13/cobra"
)

// backlogOrder shows who is listed next, and why in this order, drawn afresh from
// today's facts.
func (a *app) backlogOrder() *cobra.Command {
	lane := casefile.Legacy
	var limit int
	c := &cobra.Command{
		Use: "order", Short: "the next families, and why they come in this order, from today's facts", Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			s, err := a.database(ctx)
			if err != nil {
				return err
			}
			today, err := a.today(ctx)
			if err != nil {
				return err
			}
			waiting, body, err := s.WaitingOrder(ctx, lane)
			if err != nil {
				return err
			}
			placed := []policy.Placed{}
			if len(waiting) > 0 {
				rules, err := policy.Load("the "+string(lane)+" lane's", []byte(body))
				if err != nil {
					return err
				}
				if placed, err = rules.Order(waiting, today); err != nil {
					return err
				}
			}
			type line struct {
				Place    int    `json:"place"`
				Case     string `json:"case"`
				Priority int    `json:"priority"`
				Why      string `json:"why"`
				Weeks    int    `json:"weeks_waited"`
			}
			lines := []line{}
			for i, p := range placed {
				if i == limit {
					break
				}
				lines = append(lines, line{i + 1, p.Case, p.Place.Priority, p.Place.Why, today.DaysSince(p.ImportedOn) / 7})
			}
			return a.print(c.OutOrStdout(), lines, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "PLACE\tCASE\tPRIORITY\tWHY\tWEEKS WAITED")
				for _, l := range lines {
					fmt.Fprintf(t, "%d\t%s\t%d\t%s\t%d\n", l.Place, l.Case, l.Priority, l.Why, l.Weeks)
				}
				fmt.Fprintf(t, "%d of %d that wait in the %s lane; within a priority, who has been here longest comes first\n",
					len(lines), len(placed), lane)
			})
		},
	}
	c.Flags().Var(cli.Code(&lane, lanes), "lane", "legacy or fast-track")
	cli.Limited(c.Flags(), &limit, 20)
	return c
}
