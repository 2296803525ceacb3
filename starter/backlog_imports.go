package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

// backlogImports lists the imports, with what a person needs who wants to take one back.
func (a *app) backlogImports() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use: "imports", Short: "list the imports: who brought in what, and whether it can still be taken back",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			imports, err := s.Imports(c.Context(), limit)
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), imports, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "IMPORT\tON\tBY\tNEW\tUNCHANGED\tCHANGED\tUNDER REVIEW\tCAN BE TAKEN BACK")
				for _, i := range imports {
					fmt.Fprintf(
						t,
						"%d\t%s\t%s\t%d\t%d\t%d\t%d\t%s\n",
						i.No,
						i.ImportedOn,
						i.Person,
						i.Created,
						i.Unchanged,
						i.Changed,
						i.KeptBack,
						mayBeTakenBack(i),
					)
				}
				fmt.Fprintln(t, cli.Listed(len(imports),
					cli.TotalOf(imports, func(i store.ImportOnRecord) int { return i.Total }), "import", "imports"))
			})
		},
	}
	cli.Limited(c.Flags(), &limit, 50)
	return c
}

// mayBeTakenBack says whether an import can still be taken back, and if not why.
func mayBeTakenBack(i store.ImportOnRecord) string {
	var words string
	switch {
	case i.TakenBackAt != nil:
		return fmt.Sprintf("taken back on %s by %s and %s", clock.DateOf(*i.TakenBackAt), i.First, i.Second)
	case i.Any():
		words = "no: " + i.InWords()
	default:
		words = "yes"
	}
	if i.AskedBy != "" {
		words += fmt.Sprintf("; %s asks for it since %s (%s)", i.AskedBy, i.AskedOn, i.Reason)
	}
	return words
}

// takenBack is what backlog take-back prints.
type takenBack struct {
	DryRun             bool   `json:"dry_run,omitempty"`
	Import             int    `json:"import"`
	Became             string `json:"became"` // asked, taken_back, withdrawn, stands
	Reason             string `json:"reason"`
	By                 string `json:"by,omitempty"`
	Families           int    `json:"families"`
	People             int    `json:"people"`
	LaterImports       int    `json:"later_imports"`
	SettledDifferences int    `json:"settled_differences"`
}

// backlogTakeBack is for two officers of operations: the first asks, the second confirms.
func (a *app) backlogTakeBack() *cobra.Command {
	var dryRun bool
	rule := casefile.ActTakeBack.Rule()
	fields := &casefile.TakeBackFields{}
	c := forAct(&cobra.Command{
		Use: "take-back BATCH --reason CODE", Short: rule.InWords, Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if fields.Import, err = casefile.ParseNumber(args[0], casefile.MaxItem); err != nil {
				return cli.Usage(fmt.Errorf("the import's number: %w; backlog imports lists them", err))
			}
			if err := fields.Validate(); err != nil {
				return cli.Usage(err)
			}
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			if err := a.mayAct(c.Context(), casefile.ActTakeBack, ""); err != nil {
				return err
			}
			takeBack := s.TakeBackImport
			if dryRun {
				takeBack = s.TryTakingBack
			}
			done, err := takeBack(c.Context(), fields.Import, fields.Reason)
			if err != nil {
				return err
			}
			result := takenBack{DryRun: dryRun, Import: fields.Import, Became: done.Became, Reason: fields.Reason,
				Families: done.Families, People: done.People, LaterImports: done.LaterImports,
				SettledDifferences: done.SettledDifferences}
			if !dryRun {
				result.By = done.By.String()
			}
			return a.print(c.OutOrStdout(), result, func(t *tabwriter.Writer) { fmt.Fprintln(t, result.words()) })
		},
	}, casefile.ActTakeBack)
	cli.AskedOf(c.Flags(), fields, "reason")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would become of it, and change nothing")
	return c
}

func (r takenBack) words() string {
	brought := fmt.Sprintf("%s with %s", cli.Counted(r.Families, "family", "families"),
		cli.Counted(r.People, "person", "people"))
	if r.DryRun {
		would := map[string]string{
			store.TakeBackAsked:     "could be asked for; it brought in " + brought,
			store.TakeBackDone:      "could be confirmed; it would take away " + brought,
			store.TakeBackWithdrawn: "is asked for by you, and the request could be withdrawn",
			store.TakeBackStands:    "is asked for by a colleague, and the request could be refused",
		}[r.Became]
		return fmt.Sprintf("the taking back of import %d %s; nothing was changed", r.Import, would)
	}
	var lines []string
	switch r.Became {
	case store.TakeBackAsked:
		lines = append(
			lines,
			fmt.Sprintf(
				"the taking back of import %d is asked for, on record as %s; its %s are still there",
				r.Import,
				r.By,
				brought,
			),
			fmt.Sprintf(
				"next: another officer of operations types the same command within %d days: backlog take-back %d --reason %s",
				casefile.TakeBackRequestDays,
				r.Import,
				r.Reason,
			),
			fmt.Sprintf("to withdraw it: backlog take-back %d --reason %s", r.Import, casefile.TakeBackStands),
		)
	case store.TakeBackDone:
		lines = append(lines,
			fmt.Sprintf("import %d is taken back, on record as %s: %s are gone", r.Import, r.By, brought),
			"figures from now on leave them out; figures as of an instant before this still count them")
		if r.LaterImports > 0 {
			lines = append(
				lines,
				fmt.Sprintf("%s since: if one of the files had some of the same families, import it again",
					cli.Counted(r.LaterImports, "import was made", "imports were made")),
			)
		}
		if r.SettledDifferences > 0 {
			lines = append(
				lines,
				fmt.Sprintf(
					"%s that it made with families under review stay accepted or rejected: case correct puts a fact right",
					cli.Counted(r.SettledDifferences, "difference", "differences"),
				),
			)
		}
	case store.TakeBackWithdrawn:
		lines = append(
			lines,
			fmt.Sprintf("your request is withdrawn, on record as %s: import %d stands", r.By, r.Import),
		)
	case store.TakeBackStands:
		lines = append(lines, fmt.Sprintf("the request is refused, on record as %s: import %d stands", r.By, r.Import))
	}
	return strings.Join(lines, "\n")
}
