package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"

	"github.com/spf13/cobra"
)

// representationSummary shows what the minister's office may read of a family:
// no names, unless the family or its representative has agreed.
func (a *app) representationSummary() *cobra.Command {
	return &cobra.Command{
		Use: "summary REF", Short: "the anonymised summary for the minister's office (recorded)", Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, raw, err := a.read(c.Context(), args[0], "representation summary")
			if err != nil {
				return err
			}
			if f.Sees != casefile.SeesSummary {
				return casefile.Refuse(casefile.RefusedRole, "the summary is for the minister's office; case show shows you what you may see")
			}
			return a.print(c.OutOrStdout(), raw, func(t *tabwriter.Writer) { a.showSummaryOf(t, f) })
		},
	}
}

func (a *app) showSummaryOf(t *tabwriter.Writer, f caseFile) {
	a.showCase(t, f)
	if !f.NamesAgreed {
		fmt.Fprintln(t, "\nNames are not shown: neither the family nor its representative has agreed.")
	}
	for _, child := range f.Children {
		var concerns, strengths []string
		for _, i := range casefile.Indicators {
			switch child.Indicators[i] {
			case "concern":
				concerns = append(concerns, i)
			case "strength":
				strengths = append(strengths, i)
			}
		}
		fmt.Fprintf(t, "\nCHILD /%d\treported %s, views %s, best interests: %s\n", child.No, child.ReportedOn, child.Views,
			child.BestInterests)
		fmt.Fprintf(t, "\tstrengths: %s\n\tconcerns: %s\n", cli.OrNone(strings.Join(strengths, ", ")),
			cli.OrNone(strings.Join(concerns, ", ")))
	}
	for _, advice := range f.Advice {
		fmt.Fprintln(t)
		for _, p := range advice.People {
			fmt.Fprintf(t, "%s on /%d\t%s\tmet: %s\tunknown: %s\n", advice.RuleSet, p.Person, p.Advice,
				cli.OrNone(strings.Join(p.Met, ", ")), cli.OrNone(strings.Join(p.Unknown, ", ")))
		}
	}
	if len(f.Advice) > 0 {
		fmt.Fprintln(t, "\nWhom to represent is the minister's choice; only the Home Office decides.")
	}
}

func (a *app) representationCommand() *cobra.Command {
	return cli.Group("representation", "what is said for the family, by ministers and others",
		a.restOf("representation", forReaders(a.representationSummary(), "the minister's office"))...)
}
