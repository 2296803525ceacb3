package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) duplicateCommand() *cobra.Command {
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "list the files that may be one family, and those that are held because they are",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			pairs, err := s.Duplicates(c.Context(), limit)
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), pairs, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "A\tB\tWHY\tDUE\tAWAITING")
				for _, p := range pairs {
					awaiting := casefile.Caseworker
					if p.Escalated || p.Held != "" {
						awaiting = casefile.SeniorCaseworker
					}
					note := ""
					if p.Held != "" {
						note = fmt.Sprintf(", %s is held: case merge %s --other %s", p.Held, p.A, p.B)
					}
					if p.Escalated {
						note += " ESCALATED"
					}
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s%s\n", p.A, p.B, p.Why, p.DueOn, awaiting.InWords(), note)
				}
				fmt.Fprintln(t, cli.Listed(len(pairs), cli.TotalOf(pairs, func(p store.DuplicatePair) int { return p.Total }),
					"pair", "pairs"))
			})
		},
	}
	cli.Limited(list.Flags(), &limit, 50)
	return cli.Group("duplicate", "families that may stand twice in the backlog",
		forReaders(list, "those who see the file, and operations"), a.duplicateResolve())
}

func (a *app) duplicateResolve() *cobra.Command {
	var flags actFlags
	var list string
	fields := &casefile.DuplicateFields{}
	rule := casefile.ActDuplicate.Rule()
	c := forAct(&cobra.Command{
		Use: "resolve A B --same|--different", Short: rule.InWords + "; of a list of pairs with --batch, which takes two officers",
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case list != "" && (len(args) > 0 || fields.Finding != ""):
				return cli.Usage(errors.New("name one pair as A B --same or --different, or a list with --batch FILE, not both: each line of a list has its own finding"))
			case list != "":
				return a.resolveList(c, list, flags.dryRun)
			}
			if err := cli.Exactly(2)(c, args); err != nil {
				return err
			}
			one, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			if fields.Other, err = casefile.ParseReference(args[1]); err != nil {
				return err
			}
			return a.onRecord(c, casefile.ActDuplicate, one, "", fields, flags,
				func(s *store.Store, cmd store.NewCommand) (string, error) {
					holidays, err := s.HolidaysInForce(c.Context())
					if err != nil {
						return "", err
					}
					calendar, err := holidays.Calendar(clock.EnglandAndWales)
					if err != nil {
						return "", err
					}
					reviewOn := calendar.AddWorkingDays(cmd.AttestedOn, casefile.DuplicateWorkingDays)
					held, err := s.ResolveDuplicate(c.Context(), cmd, reviewOn)
					switch {
					case err != nil:
						return "", err
					case held == "":
						return fmt.Sprintf("%s and %s are two families: both can be listed", one, fields.Other), nil
					}
					return fmt.Sprintf("%s and %s are one family: %s is held by the senior caseworker, to be reviewed on %s", one,
						fields.Other, held, reviewOn), nil
				})
		},
	}, casefile.ActDuplicate)
	cli.AskedOf(c.Flags(), fields, "finding")
	flags.add(c.Flags(), casefile.ActDuplicate)
	c.Flags().StringVar(&list, "batch", "",
		"a list of pairs instead of A B: A B same or A B different, one a line, # begins a comment; a file or - for standard input. The first officer asks, another one's same list resolves the pairs")
	return c
}
