package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) letterCommand() *cobra.Command {
	const most = 200
	table := func(w io.Writer, rows []store.LetterRow) {
		fmt.Fprintln(w, "LETTER\tKIND\tMADE\tTO\tSENT\tBY\tTHEN")
		for _, l := range rows {
			fmt.Fprintf(w, "%s/%d\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Case, l.No, l.Kind, clock.DateOf(l.CreatedAt), cli.OrNone(l.To),
				l.SentOn, l.By,
				fate(l.SentOn, l.Delivered, l.Returned, l.Why, l.Decision, l.CorrectedBy))
		}
	}
	list := &cobra.Command{Use: "list", Short: "list the letters that nobody has been sent yet", Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			rows, err := s.Letters(c.Context(), "", most)
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), rows, func(t *tabwriter.Writer) { table(t, rows) })
		}}
	show := ofCase(a, "show REF", "list a case's letters, to whom and when they were sent",
		func(ctx context.Context, s *store.Store, ref string) ([]store.LetterRow, error) {
			if _, err := s.CaseSummary(ctx, ref); err != nil {
				return nil, err
			}
			return s.Letters(ctx, ref, most)
		}, table)
	return cli.Group("letter", "letters to the family and its representative", a.restOf("letter",
		forReaders(list, "those who see the file, and operations"),
		forReaders(show, "those who see the file, and operations"))...)
}
