package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/gazetteer"
	"hame/internal/store"
)

func (a *app) caseCommand() *cobra.Command {
	return group("case", "find, show and prepare cases", a.restOf("case",
		forReaders(a.caseFind(), everybody), forReaders(a.caseShow(), everybody), forReaders(a.caseExplain(), everybody),
		forReaders(a.caseTimeline(), "whoever sees the file, or operations"),
		forReaders(a.caseTexts(), "whoever sees the file; councils what is written of their children, the minister's office its own"),
		a.caseOpen(), a.caseFlag(), a.caseCorrect(), a.caseArrival(), a.caseRecover())...)
}

func (a *app) caseFind() *cobra.Command {
	var f store.CaseFilter
	var dueBefore string
	var limit int
	c := &cobra.Command{
		Use: "find", Short: "list cases, the earliest due first", Args: exactly(0),
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
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Case, r.Stage, r.Lane, council(r.Council), r.Awaiting, r.DueOn.String()+provisionalMark(r.Provisional), marks(r), r.Owner)
				}
				fmt.Fprintf(t, "%d case(s)\n", len(rows))
			})
		},
	}
	c.Flags().Var(codeFlag[casefile.Stage]{&f.Stage, casefile.Stages}, "stage", "only this stage: "+joined(casefile.Stages))
	c.Flags().Var(codeFlag[casefile.Lane]{&f.Lane, lanes}, "lane", "only this lane: legacy or fast-track")
	c.Flags().Var(councilFlag{&f.Council}, "council", "only this council, by GSS code")
	c.Flags().BoolVar(&f.Overdue, "overdue", false, "only cases with something overdue")
	c.Flags().StringVar(&dueBefore, "due-before", "", "only cases due before this day")
	limited(c.Flags(), &limit, 50)
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
		return d, usageError{fmt.Errorf("%s %q: %w", flag, value, err)}
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
func ofCase[T any](a *app, use, short string, read func(context.Context, *store.Store, string) (T, error), table func(io.Writer, T)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: exactly(1),
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

func (a *app) caseShow() *cobra.Command {
	return &cobra.Command{
		Use: "show REF", Short: "show a case as your role may see it (recorded)", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			file, raw, err := a.read(c.Context(), args[0], "show")
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), raw, func(t *tabwriter.Writer) { a.showCase(t, file) })
		},
	}
}

func (a *app) showCase(t *tabwriter.Writer, f caseFile) {
	fmt.Fprintf(t, "%s\t%s lane, %s\n", f.Case, f.Lane, council(f.Council))
	fmt.Fprintf(t, "stage\t%s, revision %d\n", f.Stage, f.Revision)
	if !f.ListingDate.IsZero() {
		priority := ""
		if f.Priority > 0 {
			priority = fmt.Sprintf(", priority %d", f.Priority)
		}
		fmt.Fprintf(t, "listed\t%s%s, owner %s\n", f.ListingDate, priority, orNone(f.Owner))
	}
	for _, n := range f.Named {
		fmt.Fprintf(t, "named\t%s, %s, since %s\n", n.Person, n.Role.InWords(), n.On)
	}
	if f.Held {
		fmt.Fprintln(t, "held\tyes")
	}
	if f.Stuck != "" {
		fmt.Fprintf(t, "stuck\tat %s: operations mend the cause, then case recover\n", f.Stuck)
	}
	if f.Rollup != "" {
		fmt.Fprintf(t, "decision\t%s, signed %s\n", f.Rollup, f.SignedOn)
	}
	if f.link != "" {
		fmt.Fprintf(t, "Web UI\t%s\n", f.link)
	}
	fmt.Fprintln(t, "\nPEOPLE\tNAME\tBORN\tNATIONALITY\tARRIVED\tBORN IN SCOTLAND")
	for _, p := range f.People {
		name, born, arrived := p.FamilyName+" "+p.GivenNames, p.BirthDate, p.ArrivedOn
		if f.Sees == casefile.SeesSummary {
			born, arrived = p.BornYear, p.ArrivedYear
			if name == " " {
				name = "(not shown)"
			}
		}
		fmt.Fprintf(t, "/%d %s\t%s\t%s\t%s\t%s\t%s\n", p.No, p.Relationship, name, born, gazetteer.NationalityName(p.Nationality), arrived, p.BornInScotland)
	}
	if len(f.Tasks) > 0 {
		fmt.Fprintln(t, "\nAWAITED\tFROM\tDUE\tNEXT")
		for _, task := range f.Tasks {
			fmt.Fprintf(t, "%s\t%s\t%s%s\t%s\n", taskName(task), task.Awaiting.InWords(), task.DueOn, overdueMark(task), nextInWords(task))
		}
	}
	if len(f.Letters) > 0 {
		fmt.Fprintln(t, "\nLETTER\tTO\tSENT\tBY\tTHEN")
		for _, l := range f.Letters {
			fmt.Fprintf(t, "%s/%d %s\t%s\t%s\t%s\t%s\n", f.Case, l.No, l.Kind, orNone(l.To), l.SentOn, l.By, fate(l.Delivered, l.Returned, l.Why))
		}
	}
	if len(f.Evidence) > 0 {
		fmt.Fprintln(t, "\nEVIDENCE\tABOUT\tRESULT\tRECEIVED")
		for _, e := range f.Evidence {
			fmt.Fprintf(t, "%d %s\t%s\t%s\t%s\n", e.No, e.Provider, about(e.Person), e.Result, e.ReceivedOn)
		}
	}
	if len(f.Post) > 0 {
		fmt.Fprintln(t, "\nPOST\tFROM\tRECEIVED\tREAD")
		for _, i := range f.Post {
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\n", i.No, i.From, i.ReceivedOn, orNone(i.ReadOn.String()))
		}
	}
	if len(f.Flags) > 0 {
		fmt.Fprintln(t, "\nFLAG\tOF\tSTATE")
		for _, x := range f.Flags {
			fmt.Fprintf(t, "%s\t%s\t%s\n", x.Flag, about(x.Person), x.State)
		}
	}
	for _, h := range f.Holds {
		fmt.Fprintf(t, "hold\t%s\t%s since %s, reviewed by %s%s\n", about(h.Person), h.Ground, h.OpenedOn, h.ReviewOn, sameAs(h.SameAs))
	}
	for _, q := range f.FlagRequests {
		fmt.Fprintf(t, "asked for\t%s\t%s %s by %s on %s: another senior caseworker must confirm it\n", about(q.Person), q.Flag, q.Wanted, q.By, q.AskedOn)
	}
	if len(f.Differences) > 0 {
		fmt.Fprintln(t, "\nDIFFERENCE\tABOUT\tON FILE\tTHE IMPORT SAYS")
		for _, d := range f.Differences {
			fmt.Fprintf(t, "%d %s\t%s\t%s\t%s\n", d.No, d.Field, about(d.Person), orNone(d.OldValue), orNone(d.NewValue))
		}
	}
	if len(f.Corrections) > 0 {
		fmt.Fprintln(t, "\nCORRECTED\tABOUT\tFROM\tTO\tON\tWHY")
		for _, x := range f.Corrections {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s, by %s\n", x.Field, about(x.Person), orNone(x.OldValue), orNone(x.NewValue), x.On, x.Reason, x.Source)
		}
	}
	for _, g := range f.Gaps {
		fmt.Fprintf(t, "gap\t%s%s: its deadline passed without an answer\n", g.Kind, suffix(g.Subject))
	}
	if len(f.Checks) > 0 {
		fmt.Fprintln(t, "\nCHILD\tASSIGNED TO\tREPORTED\tSIGNED\tBY")
		for _, w := range f.Checks {
			fmt.Fprintf(t, "/%d\t%s\t%s\t%s\t%s\n", w.Person, w.AssignedTo, w.ReportedOn, w.SignedOn, w.Signer)
		}
	}
	for _, w := range f.Waivers {
		fmt.Fprintf(t, "waiver\t/%d on %s: only a grant may be signed\n", w.Person, w.GivenOn)
	}
	if len(f.Representations) > 0 {
		fmt.Fprintln(t, "\nREPRESENTATION\tFROM\tRECEIVED\tANSWER")
		for _, r := range f.Representations {
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\n", r.No, r.From, r.ReceivedOn, orNone(r.Answer))
		}
	}
	if len(f.SecurityChecks) > 0 {
		fmt.Fprintln(t, "\nSECURITY CHECK\tDONE\tRESULT\tVALID UNTIL")
		for _, s := range f.SecurityChecks {
			fmt.Fprintf(t, "/%d\t%s\t%s\t%s\n", s.Person, s.DoneOn, orNone(s.Result), s.ValidUntil)
		}
	}
	if len(f.Outcomes) > 0 {
		fmt.Fprintln(t, "\nOUTCOME\t\tSERVED\tDOCUMENT\tNO APPEAL FOUND")
		for _, o := range f.Outcomes {
			fmt.Fprintf(t, "/%d\t%s\t%s\t%s\t%s\n", o.Person, o.Outcome, o.ServedOn, o.StatusOn, o.NoAppeal)
		}
	}
}

// fate is what became of a letter that was sent.
func fate(delivered, returned clock.Date, why string) string {
	switch {
	case !returned.IsZero():
		return fmt.Sprintf("came back %s (%s)", returned, why)
	case !delivered.IsZero():
		return fmt.Sprintf("delivered %s", delivered)
	}
	return ""
}

func sameAs(ref string) string {
	if ref == "" {
		return ""
	}
	return ", the same family as " + ref
}

func taskName(t store.TaskRow) string {
	rule, _ := t.Kind.Rule()
	return rule.InWords + suffix(t.Subject)
}

func suffix(subject int) string {
	if subject == 0 {
		return ""
	}
	return fmt.Sprintf(" (/%d)", subject)
}

func about(person int) string {
	if person == 0 {
		return "family"
	}
	return fmt.Sprintf("/%d", person)
}

func overdueMark(t store.TaskRow) string {
	s := ""
	if t.DueOn.IsZero() {
		s += "stopped"
	}
	s += provisionalMark(t.Provisional)
	if t.Overdue {
		s += " OVERDUE"
	}
	return s
}

// day is the day whose passing the next rung of a clock waits for, the zero Date
// while the clock is stopped.
func day(next *time.Time) clock.Date {
	if next == nil {
		return clock.Date{}
	}
	return clock.DateOf(*next).AddDays(-1)
}

// provisionalMark marks a day that rests on holidays which are not published yet.
func provisionalMark(on bool) string {
	if on {
		return " (provisional)"
	}
	return ""
}

// nextInWords says which rung of a task acts next, and after which day.
func nextInWords(t store.TaskRow) string {
	if t.NextAt == nil {
		return "nothing, while it is held"
	}
	return rungInWords(t.NextRung, day(t.NextAt), t.Provisional)
}

// rungInWords names a rung and the day after which it acts. A reminder stays where
// the days before it put it; what comes later moves with a last day that may still
// move.
func rungInWords(rung casefile.RungKind, after clock.Date, provisional bool) string {
	return fmt.Sprintf("%s %s%s", rung, after, provisionalMark(provisional && rung != casefile.Reminder))
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
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
		fmt.Fprintf(w, "%s%s by %s on %s\n", x.Act, suffix(x.Subject), x.Person, x.On)
		for line := range strings.Lines(x.Body) {
			fmt.Fprintf(w, "    %s\n", strings.TrimRight(line, "\r\n"))
		}
	}
	fmt.Fprintf(w, "%d text(s)\n", len(texts))
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
			fmt.Fprintln(w, "WHEN (LONDON)\tWHAT\tWHO\tDETAIL")
			for _, e := range events {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", clock.InLondon(e.At).Format("2006-01-02 15:04"), e.What, orNone(e.Who), e.Detail)
			}
		})
}

// seeTimelines are the roles that see who did what on the cases they see.
var seeTimelines = []casefile.Party{casefile.Caseworker, casefile.SeniorCaseworker, casefile.DecisionMaker, casefile.SecondOfficer, casefile.Auditor, casefile.Operations}

// mayBeEmpty tells a case on which nothing has happened, which is no error, from
// one that the login does not see, or sees without its timeline. To whoever sees
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
	if summary.Drawn || !slices.ContainsFunc(me.Roles, func(r casefile.Party) bool { return slices.Contains(seeTimelines, r) }) {
		return casefile.Refuse(casefile.RefusedRole, "the timeline of a case is for those who see its file, and for operations")
	}
	return nil
}

func (a *app) caseExplain() *cobra.Command {
	return &cobra.Command{
		Use: "explain REF", Short: "why a case is where it is, what it waits for, who must act and by when (recorded)", Args: exactly(1),
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

func (e explanation) write(w io.Writer) {
	fmt.Fprintln(w, e.Where)
	for _, why := range e.Why {
		fmt.Fprintln(w, why)
	}
	for _, task := range e.Awaiting {
		fmt.Fprintf(w, "  - %s\n", task.Words)
	}
	if e.Link != "" {
		fmt.Fprintln(w, e.Link)
	}
}
