package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/gazetteer"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) caseCommand() *cobra.Command {
	return cli.Group("case", "find, show and prepare cases", a.restOf("case",
		forReaders(a.caseFind(), everybody), forReaders(a.caseShow(), everybody), forReaders(a.caseExplain(), everybody),
		forReaders(a.caseTimeline(), "those who see the file, and operations"),
		forReaders(a.caseTexts(), "those who see the file; councils what is written of their children, the minister's office its own"),
		forReaders(a.caseMoves(), "welfare leads those to their own council, and those who see the file"),
		a.caseStrike(), a.caseOpen(), a.caseFlag(), a.caseCorrect(), a.caseArrival(), a.caseRecover())...)
}

func (a *app) caseFind() *cobra.Command {
	var f store.CaseFilter
	var dueBefore string
	var limit int
	c := &cobra.Command{
		Use: "find", Short: "list cases, the earliest due first", Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			if f.DueBefore, err = optionalDate("--due-before", dueBefore); err != nil {
				return err
			}
			rows, err := s.Cases(c.Context(), f, limit)
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), rows, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "CASE\tSTAGE\tLANE\tCOUNCIL\tAWAITING\tDUE\tMARKS\tOWNER")
				for _, r := range rows {
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Case, r.Stage, r.Lane, council(r.Council), r.Awaiting,
						r.DueOn.String()+cli.ProvisionalMark(r.Provisional), marks(r), r.Owner)
				}
				fmt.Fprintln(t, cli.Listed(len(rows), cli.TotalOf(rows, func(r store.CaseSummary) int { return r.Total }), "case",
					"cases"))
			})
		},
	}
	c.Flags().Var(cli.Code(&f.Stage, casefile.Stages), "stage", "only this stage: "+cli.Joined(casefile.Stages))
	c.Flags().Var(cli.Code(&f.Lane, lanes), "lane", "only this lane: legacy or fast-track")
	c.Flags().Var(cli.Council(&f.Council), "council", "only this council, by GSS code")
	c.Flags().BoolVar(&f.Overdue, "overdue", false, "only cases with something overdue")
	c.Flags().StringVar(&dueBefore, "due-before", "", "only cases due before this day")
	cli.Limited(c.Flags(), &limit, 50)
	return c
}

var lanes = []casefile.Lane{casefile.Legacy, casefile.FastTrack}

func council(gss string) string {
	if name := gazetteer.CouncilName(gss); name != "" {
		return name
	}
	return gss
}

func marks(r store.CaseSummary) string {
	s := ""
	for _, m := range []struct {
		on   bool
		word string
	}{{r.Stuck != "", "stuck "}, {r.Held, "held "}, {r.Overdue, "overdue "}, {r.Escalated, "escalated"}} {
		if m.on {
			s += m.word
		}
	}
	return s
}

func optionalDate(flag, value string) (clock.Date, error) {
	if value == "" {
		return clock.Date{}, nil
	}
	d, err := clock.ParseDate(value)
	if err != nil {
		return d, cli.Usage(fmt.Errorf("%s %q: %w", flag, value, err))
	}
	return d, nil
}

// read fetches a case as the reader may see it; the read is recorded.
func (a *app) read(ctx context.Context, arg, what string) (caseFile, json.RawMessage, error) {
	var file caseFile
	ref, _, err := casefile.ParsePersonReference(arg)
	if err != nil {
		return file, nil, err
	}
	s, err := a.database(ctx)
	if err != nil {
		return file, nil, err
	}
	raw, err := s.CaseFile(ctx, ref, what)
	if err != nil {
		return file, nil, ofWhichCase(err, ref)
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return file, nil, err
	}
	file.link, err = a.link(ctx, file.Case)
	return file, raw, err
}

// ofWhichCase puts words to an error of reading a case that has none yet.
func ofWhichCase(err error, ref string) error {
	if isBare(err, store.NotFound) {
		return fmt.Errorf("%s: %w: there is no such case among those that you may see", ref, err)
	}
	return err
}

// ofCase is a command that reads something of one case and shows it as a table.
func ofCase[T any](a *app, use, short string, read func(context.Context, *store.Store, string) (T, error),
	table func(io.Writer, T)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			rows, err := read(c.Context(), s, ref)
			if err != nil {
				return ofWhichCase(err, ref)
			}
			return a.print(c.OutOrStdout(), rows, func(t *tabwriter.Writer) { table(t, rows) })
		},
	}
}

// caseTexts shows what people wrote: reports, drafts, answers, reasons. It is how
// a second officer reads an author's reasons, and a lead professional why a
// report came back.
func (a *app) caseTexts() *cobra.Command {
	return ofCase(a, "texts REF", "what people wrote on a case: reports, drafts, answers, reasons (recorded)",
		func(ctx context.Context, s *store.Store, ref string) ([]store.Text, error) {
			if _, err := s.CaseSummary(ctx, ref); err != nil {
				return nil, err
			}
			return s.Texts(ctx, ref)
		}, showTexts)
}

func showTexts(w io.Writer, texts []store.Text) {
	for _, x := range texts {
		became := ""
		if x.Became != "" {
			became = ", " + x.Became
		}
		fmt.Fprintf(w, "%s%s by %s on %s%s\n", x.Act, cli.Suffix(x.Subject), x.Person, x.On, became)
		for line := range strings.Lines(x.Body) {
			fmt.Fprintf(w, "    %s\n", strings.TrimRight(line, "\r\n"))
		}
	}
	fmt.Fprintln(w, cli.Counted(len(texts), "text", "texts"))
}

func (a *app) caseTimeline() *cobra.Command {
	return ofCase(a, "timeline REF", "what happened to a case, oldest first (recorded)",
		func(ctx context.Context, s *store.Store, ref string) ([]store.Event, error) {
			events, err := s.Timeline(ctx, ref)
			if err == nil && len(events) == 0 {
				events, err = []store.Event{}, mayBeEmpty(ctx, s, ref)
			}
			return events, err
		},
		func(w io.Writer, events []store.Event) {
			fmt.Fprintln(w, "WHEN (LONDON)\tWHAT\tACT\tWHO\tDETAIL")
			for _, e := range events {
				act := ""
				if e.Act > 0 {
					act = strconv.Itoa(e.Act)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", clock.InLondon(e.At).Format("2006-01-02 15:04"), e.What, act,
					cli.OrNone(e.Who), e.Detail)
			}
		})
}

// mayBeEmpty tells a case on which nothing has happened, which is no error, from
// one that the login does not see, or sees without its timeline. To those who see
// the timeline, a listed family's begins with how it was drawn.
func mayBeEmpty(ctx context.Context, s *store.Store, ref string) error {
	summary, err := s.CaseSummary(ctx, ref)
	if err != nil {
		return err
	}
	me, err := s.Me(ctx)
	if err != nil {
		return err
	}
	if summary.Drawn || !slices.ContainsFunc(me.Roles,
		func(r casefile.Party) bool { return r.Sees().IsFile() }) {
		return casefile.Refuse(casefile.RefusedRole, "the timeline of a case is for those who see its file, and for operations")
	}
	return nil
}

func (a *app) caseExplain() *cobra.Command {
	return &cobra.Command{
		Use: "explain REF", Short: "why a case is where it is, what it waits for, who must act and by when (recorded)",
		Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			file, _, err := a.read(c.Context(), args[0], "explain")
			if err != nil {
				return err
			}
			e := explain(file)
			e.Link = file.link
			return a.print(c.OutOrStdout(), e, func(t *tabwriter.Writer) { e.write(t) })
		},
	}
}
