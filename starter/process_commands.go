package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

func (a *app) taskCommand() *cobra.Command {
	var f store.TaskFilter
	var dueBefore string
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "list open tasks, the earliest due first", Args: exactly(0),
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
				fmt.Fprintf(t, "%d task(s)\n", len(rows))
			})
		},
	}
	list.Flags().BoolVar(&f.Mine, "mine", false, "only what waits for you, or for somebody you must chase")
	parties := slices.Concat(casefile.Roles, casefile.Parties)
	list.Flags().Var(codeFlag[casefile.Party]{&f.Role, parties}, "role", "only what waits for this role, or this party outside: "+joined(parties))
	list.Flags().Var(councilFlag{&f.Council}, "council", "only this council, by GSS code")
	list.Flags().BoolVar(&f.Overdue, "overdue", false, "only what is overdue")
	list.Flags().StringVar(&dueBefore, "due-before", "", "only what is due before this day")
	limited(list.Flags(), &limit, 50)
	return group("task", "what must be done, by whom and by when", forReaders(list, everybody))
}

func (a *app) letterCommand() *cobra.Command {
	const atMost = 200
	table := func(w io.Writer, rows []store.LetterRow) {
		fmt.Fprintln(w, "LETTER\tKIND\tMADE\tTO\tSENT\tBY\tTHEN")
		for _, l := range rows {
			fmt.Fprintf(w, "%s/%d\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Case, l.No, l.Kind, clock.DateOf(l.CreatedAt), orNone(l.To), l.SentOn, l.By,
				fate(l.Delivered, l.Returned, l.Why))
		}
	}
	list := &cobra.Command{Use: "list", Short: "list the letters that nobody has been sent yet", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			rows, err := s.Letters(c.Context(), "", atMost)
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
			return s.Letters(ctx, ref, atMost)
		}, table)
	return group("letter", "letters to the family and its representative", a.restOf("letter",
		forReaders(list, "whoever sees the file, or operations"), forReaders(show, "whoever sees the file, or operations"))...)
}

func (a *app) contactCommand() *cobra.Command {
	return group("contact", "personal contact", a.restOf("contact")...)
}

func (a *app) interviewCommand() *cobra.Command {
	return group("interview", "interviews", a.restOf("interview")...)
}

func (a *app) evidenceCommand() *cobra.Command {
	return group("evidence", "evidence from those who give it", a.restOf("evidence")...)
}

func (a *app) welfareCommand() *cobra.Command {
	return group("welfare", "each child's welfare check", a.restOf("welfare", a.concern())...)
}

// concern records a concern for a child, and says whom to ring.
func (a *app) concern() *cobra.Command {
	c := a.actCommand(casefile.ActConcern)
	record := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := record(c, args); err != nil {
			return err
		}
		ref, _, err := casefile.ParsePersonReference(args[0])
		if err != nil {
			return err
		}
		number, err := a.protectionNumber(c.Context(), ref)
		if err == nil {
			fmt.Fprintln(c.ErrOrStderr(), number)
		}
		return err
	}
	return c
}

// representationSummary shows what the minister's office may read of a family:
// no names, unless the family or its representative has agreed.
func (a *app) representationSummary() *cobra.Command {
	return &cobra.Command{
		Use: "summary REF", Short: "the anonymised summary for the minister's office (recorded)", Args: exactly(1),
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
		fmt.Fprintf(t, "\nCHILD /%d\treported %s, views %s, best interests: %s\n", child.No, child.ReportedOn, child.Views, child.BestInterests)
		fmt.Fprintf(t, "\tstrengths: %s\n\tconcerns: %s\n", orNone(strings.Join(strengths, ", ")), orNone(strings.Join(concerns, ", ")))
	}
	for _, advice := range f.Advice {
		fmt.Fprintln(t)
		for _, p := range advice.People {
			fmt.Fprintf(t, "%s on /%d\t%s\tmet: %s\tunknown: %s\n", advice.RuleSet, p.Person, p.Advice, orNone(strings.Join(p.Met, ", ")), orNone(strings.Join(p.Unknown, ", ")))
		}
	}
	if len(f.Advice) > 0 {
		fmt.Fprintln(t, "\nWhom to represent is the minister's choice; only the Home Office decides.")
	}
}

func (a *app) representationCommand() *cobra.Command {
	return group("representation", "what is said for the family, by ministers and others",
		a.restOf("representation", forReaders(a.representationSummary(), "the minister's office"))...)
}

func (a *app) checkCommand() *cobra.Command {
	return group("check", "security checks", a.restOf("check")...)
}

func (a *app) decisionCommand() *cobra.Command {
	return group("decision", "proposals and decisions", a.restOf("decision", forReaders(a.decisionShow(), "whoever sees the file"))...)
}

// decisionShow sets out the evidence first, then what was proposed, and what the
// rules recommend last: a second officer forms their own view before they read it.
func (a *app) decisionShow() *cobra.Command {
	return &cobra.Command{
		Use: "show REF", Short: "the evidence, the proposals, and last what the rules recommend (recorded)", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, raw, err := a.read(c.Context(), args[0], "decision")
			if err != nil {
				return err
			}
			if f.Sees != casefile.SeesFile {
				return casefile.Refuse(casefile.RefusedRole, "proposals and decisions are for those who see the file; case show shows you what your role sees")
			}
			return a.print(c.OutOrStdout(), raw, func(t *tabwriter.Writer) {
				a.showCase(t, f)
				for _, k := range f.LookedInto {
					fmt.Fprintf(t, "\nLOOKED INTO\t%s of /%d, by %s on %s: %s\n", k.About, k.Person, k.By, k.LookedOn, k.Finding)
				}
				for _, p := range f.Proposals {
					fmt.Fprintf(t, "\nPROPOSAL %d\tby %s on %s\t%s\tsecond officer: %s %s\n", p.No, p.Author, p.ProposedOn, p.State, p.SecondDue, strings.Join(p.ReturnCodes, ", "))
					for _, o := range p.Outcomes {
						fmt.Fprintf(t, "/%d\t%s\n", o.Person, o.Outcome)
					}
					for _, x := range p.Findings {
						who := "author"
						if x.BySecond {
							who = "second officer"
						}
						fmt.Fprintf(t, "%s\t%s\t%s\tevidence %v\t%s\n", x.Factor, x.Finding, about(x.Person), x.Evidence, who)
					}
				}
				fmt.Fprintf(t, "\nWhat was written, the reasons among it: starter case texts %s\n", f.Case)
				for _, r := range f.Recommendations {
					fmt.Fprintf(t, "\nRECOMMENDED\tby %s (%s, %s) at revision %d\n", r.RuleSetID, r.Use, r.RuleSet, r.Revision)
					for _, p := range r.People {
						fmt.Fprintf(t, "/%d\t%s %s\tfor: %s\tagainst: %s\tunknown: %s\n", p.Person, p.Advice, p.Outcome,
							orNone(strings.Join(p.Met, ", ")), orNone(strings.Join(p.Against, ", ")), orNone(strings.Join(p.Unknown, ", ")))
					}
				}
				if len(f.Recommendations) > 0 {
					fmt.Fprintln(t, "\nA recommendation binds nobody: a named officer decides, with reasons.")
				}
			})
		},
	}
}

func (a *app) serviceCommand() *cobra.Command {
	return group("service", "serving and carrying out a decision", a.restOf("service")...)
}

func joined[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}

// dateFlag is a flag that takes a day.
type dateFlag struct{ d *clock.Date }

func (f dateFlag) String() string {
	if f.d == nil {
		return ""
	}
	return f.d.String()
}

// Set reads a day.
func (f dateFlag) Set(s string) (err error) {
	*f.d, err = clock.ParseDate(s)
	return err
}

// Type names what the flag takes.
func (dateFlag) Type() string { return "DATE" }
