package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/gazetteer"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) caseShow() *cobra.Command {
	return &cobra.Command{
		Use: "show REF", Short: "show a case as your role may see it (recorded)", Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			file, raw, err := a.read(c.Context(), args[0], "show")
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), raw, func(t *tabwriter.Writer) { a.showCase(t, file) })
		},
	}
}

// showCase writes a case file as a list of sections, each there only if it has something.
func (a *app) showCase(t *tabwriter.Writer, f caseFile) {
	f.writeHead(t)
	people, row := "PEOPLE\tNAME\tBORN\tNATIONALITY\tARRIVED\tBORN IN SCOTLAND", f.personRow
	if slices.ContainsFunc(f.People, func(p filePerson) bool { return p.Ended != "" }) {
		people += "\tPART IN THE CASE" // last, where long words push no other column away
		row = func(p filePerson) string { return cli.Row(f.personRow(p), f.endOf(p)) }
	}
	cli.Section(t, people, f.People, row)
	cli.Section(t, "AWAITED\tFROM\tDUE\tNEXT", f.Tasks, func(x store.TaskRow) string {
		return cli.Row(taskName(x), x.Awaiting.InWords(), x.DueOn.String()+overdueMark(x), nextInWords(x))
	})
	cli.Section(t, "LETTER\tTO\tSENT\tBY\tTHEN", f.Letters, func(l fileLetter) string {
		return cli.Row(fmt.Sprintf("%s/%d %s", f.Case, l.No, l.Kind), cli.OrNone(l.To), l.SentOn, l.By,
			fate(l.SentOn, l.Delivered, l.Returned, l.Why, l.Decision, l.CorrectedBy))
	})
	cli.Section(t, "EVIDENCE\tABOUT\tRESULT\tRECEIVED\tSHOWS", f.Evidence, func(e fileEvidence) string {
		return cli.Row(fmt.Sprintf("%d %s", e.No, e.Provider), cli.About(e.Person), e.Result, e.ReceivedOn,
			strings.ReplaceAll(cli.Joined(e.Kinds), "_", " "))
	})
	cli.Section(t, "POST\tFROM\tRECEIVED\tREAD", f.Post, func(i filePost) string {
		return cli.Row(i.No, i.From, i.ReceivedOn, cli.OrNone(i.ReadOn.String()))
	})
	cli.Section(t, "FLAG\tOF\tSTATE", f.Flags, func(x fileFlag) string {
		return cli.Row(x.Flag, cli.About(x.Person),
			x.State)
	})
	cli.Section(t, "HOLD OF\tGROUND", f.Holds, func(h fileHold) string {
		return cli.Row(cli.About(h.Person), fmt.Sprintf("%s since %s, reviewed by %s%s", h.Ground, h.OpenedOn,
			h.ReviewOn, sameAs(h.SameAs)))
	})
	cli.Section(t, "AT COURT\tABOUT\tLODGED\tENDED", f.AtCourt, func(p fileProceeding) string {
		ended := "stands"
		if !p.EndedOn.IsZero() {
			ended = fmt.Sprintf("%s on %s", p.Result, p.EndedOn)
		}
		return cli.Row(p.Kind, cli.About(p.Person), strings.TrimSpace(p.LodgedOn.String()+" "+p.LodgedAt), ended)
	})
	cli.Section(t, "SUBMITTED\tABOUT\tRECEIVED\tCONSIDERED", f.Submissions, func(b fileSubmission) string {
		considered := "waits"
		if b.Result != "" {
			considered = fmt.Sprintf("%s on %s", b.Result, b.Considered)
		}
		return cli.Row(b.No, cli.About(b.Person), b.ReceivedOn, considered)
	})
	cli.Section(t, "MOVE\tFROM\tTO\tON\tIS", f.Moves, func(m fileMove) string {
		became := m.Result
		if became == "" {
			became = "not accepted yet"
		}
		return cli.Row(m.No, council(m.From), council(m.To), m.MovedOn, became)
	})
	cli.Section(t, "MERGED", f.Merges, func(m fileMerge) string { return m.inWords(f.Case) })
	cli.Section(t, "ASKED FOR\tFLAG", f.FlagRequests, func(q fileFlagRequest) string {
		return cli.Row(cli.About(q.Person),
			fmt.Sprintf("%s %s by %s on %s: another senior caseworker must confirm it", q.Flag, q.Wanted, q.By, q.AskedOn))
	})
	cli.Section(t, "DIFFERENCE\tABOUT\tON FILE\tTHE IMPORT SAYS", f.Differences, func(d fileDifference) string {
		return cli.Row(fmt.Sprintf("%d %s", d.No, d.Field), cli.About(d.Person), cli.OrNone(d.OldValue),
			cli.OrNone(d.NewValue))
	})
	cli.Section(t, "CORRECTED\tABOUT\tFROM\tTO\tON\tWHY", f.Corrections, func(x fileCorrection) string {
		return cli.Row(x.Field, cli.About(x.Person), cli.OrNone(x.OldValue), cli.OrNone(x.NewValue), x.On,
			fmt.Sprintf("%s, by %s", x.Reason, x.Source))
	})
	cli.Section(t, "GAP", f.Gaps, func(g fileGap) string {
		return fmt.Sprintf("%s%s: its deadline passed without an answer", g.Kind, cli.Suffix(g.Subject))
	})
	cli.Section(t, "CHILD\tASSIGNED TO\tREPORTED\tSIGNED\tBY", f.Checks, func(w fileCheck) string {
		return cli.Row(fmt.Sprintf("/%d", w.Person), w.AssignedTo, w.ReportedOn, w.SignedOn, w.Signer)
	})
	cli.Section(t, "WAIVER", f.Waivers, func(w fileWaiver) string {
		return fmt.Sprintf("/%d on %s: only a grant may be signed", w.Person, w.GivenOn)
	})
	cli.Section(t, "REPRESENTATION\tFROM\tRECEIVED\tANSWER", f.Representations, func(r fileRepresentation) string {
		return cli.Row(r.No, r.From, r.ReceivedOn, cli.OrNone(r.Answer))
	})
	cli.Section(t, "SECURITY CHECK\tDONE\tRESULT\tVALID UNTIL", f.SecurityChecks, func(s fileSecurityCheck) string {
		return cli.Row(fmt.Sprintf("/%d", s.Person), s.DoneOn, cli.OrNone(s.Result), s.ValidUntil)
	})
	cli.Section(t, "ENDED\tHOW\tON\tBY", f.parted(), func(e fileEnd) string {
		by := e.First
		if e.Second != "" {
			by += " and " + e.Second
		}
		return cli.Row(fmt.Sprintf("/%d", e.Person), e.Outcome, e.On, by)
	})
	if g := f.Tracing; g != nil {
		steps := slices.Clone(g.Steps)
		for _, step := range g.remaining() {
			steps = append(steps, fileTraceStep{Step: step, Result: "not taken yet"})
		}
		cli.Section(t, fmt.Sprintf("TRACED SINCE %s\tRESULT\tON", g.BeganOn), steps, func(s fileTraceStep) string {
			return cli.Row(s.Step, s.Result, cli.OrNone(s.TakenOn.String()))
		})
	}
	cli.Section(t, "ASKED FOR\tWHAT", f.Requests, func(q fileRequest) string {
		return cli.Row(cli.About(q.Subject),
			fmt.Sprintf("%s\n\tanother officer types case confirm %s %d --agreed, or --refused", q.asks(f.Case), f.Case, q.No))
	})
	cli.Section(t, "OTHER FILE\tOF", f.OtherFiles, func(l fileLink) string {
		wall := ""
		if l.Walled {
			wall = "; behind a wall: nobody else sees this line but the auditor"
		}
		return cli.Row(l.Case, fmt.Sprintf("people who parted from the family on %s%s", l.Since, wall))
	})
	cli.Section(t, "THRESHOLD\tOF\tDAY\tSTATE", f.thresholds(), func(x thresholdLine) string {
		return cli.Row(x.what, cli.About(x.person), cli.OrNone(x.on.String()), x.state)
	})
	cli.Section(t, "OUTCOME\t\tSERVED\tDOCUMENT\tNO APPEAL FOUND\tTHEN", f.Outcomes, func(o fileOutcome) string {
		return cli.Row(fmt.Sprintf("/%d", o.Person), o.Outcome, o.ServedOn, o.StatusOn, o.NoAppeal, o.fell())
	})
	cli.Section(t, "APPEAL\tLODGED\tHEARD\tENDED", f.Appeals, func(x fileAppeal) string {
		lodged, ended := x.LodgedOn.String(), "runs"
		if x.Permission != "" {
			lodged += ", leave " + x.Permission
		}
		if x.Result != "" {
			ended = fmt.Sprintf("%s on %s", x.Result, x.EndedOn)
		}
		return cli.Row(fmt.Sprintf("/%d", x.Person), lodged, cli.OrNone(x.HeardOn.String()), ended)
	})
	cli.Section(t, "RETURN\tSTEP\tON", f.ReturnSteps, func(s fileReturn) string {
		return cli.Row(fmt.Sprintf("/%d", s.Person), s.Step, s.TakenOn)
	})
	cli.Section(t, "REMOVAL WINDOW\tOPENS\tCLOSES\tNAMED BY\tCLOSED", f.Windows, func(w fileWindow) string {
		return cli.Row(fmt.Sprintf("/%d", w.Person), w.OpensOn, w.ClosesOn, w.First+" and "+w.Second, w.closed(clock.DateOf(f.Now)))
	})
}

// writeHead writes where the case is, and what marks it.
func (f caseFile) writeHead(t io.Writer) {
	fmt.Fprintf(t, "%s\t%s lane, %s\n", f.Case, f.Lane, council(f.Council))
	fmt.Fprintf(t, "stage\t%s, revision %d\n", f.Stage, f.Revision)
	if !f.ListingDate.IsZero() {
		priority := ""
		if f.Priority > 0 {
			priority = fmt.Sprintf(", priority %d", f.Priority)
		}
		fmt.Fprintf(t, "listed\t%s%s, owner %s\n", f.ListingDate, priority, cli.OrNone(f.Owner))
	}
	if f.ListingDate.IsZero() {
		fmt.Fprintf(t, "listed\t%s\n", f.forecast())
	}
	for _, n := range f.Named {
		fmt.Fprintf(t, "named\t%s, %s, since %s\n", n.Person, n.Role.InWords(), n.On)
	}
	if f.Held {
		fmt.Fprintln(t, "held\tyes")
	}
	if f.Tracing != nil && !f.Tracing.ArchivedOn.IsZero() {
		fmt.Fprintf(t, "archived\ton %s: the family is traced again every six months\n", f.Tracing.ArchivedOn)
	}
	if f.Stuck != "" {
		fmt.Fprintf(t, "stuck\tat %s: operations mend the cause, then case recover\n", f.Stuck)
	}
	if f.Rollup != "" {
		fmt.Fprintf(t, "decision\t%s, signed %s\n", f.Rollup, f.SignedOn)
	}
	for _, words := range f.replaced() {
		fmt.Fprintf(t, "replaced\t%s\n", words)
	}
	if f.link != "" {
		fmt.Fprintf(t, "Web UI\t%s\n", f.link)
	}
}

// forecast says when a family that waits would be listed.
func (f caseFile) forecast() string {
	switch w := f.Waits; {
	case f.Held || f.Duplicate:
		return "not yet: it is held back until somebody has said whether two files are one family"
	case w != nil:
		return fmt.Sprintf("not yet: forecast for %s (place %d of the %d families that waited on %s)",
			w.ListingOn, w.Place, w.Waiting, w.DrawnOn)
	}
	return "not yet, and no forecast: it has a place only after a draw of its lane, and none if it is restricted"
}

func (f caseFile) personRow(p filePerson) string {
	name, born, arrived := strings.TrimSpace(p.FamilyName+" "+p.GivenNames), p.BirthDate, p.ArrivedOn
	if f.Sees == casefile.SeesSummary {
		born, arrived = p.BornYear, p.ArrivedYear
		if name == "" {
			name = "(not shown)"
		}
	}
	relationship := strings.ReplaceAll(string(p.Relationship), "_", " ")
	return cli.Row(fmt.Sprintf("/%d %s", p.No, relationship), name, born, gazetteer.NationalityName(p.Nationality),
		arrived, p.BornInScotland)
}

// endOf says how a person's part in the case has ended, with the day if the reader may see it.
func (f caseFile) endOf(p filePerson) string {
	on := ""
	if i := slices.IndexFunc(f.Ends, func(e fileEnd) bool { return e.Person == p.No }); i >= 0 {
		on = fmt.Sprintf(" on %s", f.Ends[i].On)
	}
	switch p.Ended {
	case casefile.Deceased:
		return "died" + on
	case casefile.DepartedBeforeDecision, casefile.DepartedVoluntary:
		return "left the United Kingdom" + on
	case casefile.AlreadyHasStatus:
		if !p.JoinedOn.IsZero() {
			return "of the family and needs no decision: British, settled or needs no leave"
		}
		return "British, settled or needs no leave"
	case casefile.OnOwnFile:
		return "on a file of their own"
	case casefile.WithdrawnConfirmed:
		return "withdrew" + on
	case casefile.HandedOver:
		return "handed over" + on
	case casefile.Removed:
		return "removed" + on
	case casefile.DuplicateMerged:
		return "merged with another record" + on
	case casefile.RecordError:
		return "on file by error, found" + on
	}
	return string(p.Ended)
}

// parted lists the ends but of those who joined the family with a status of their own: they
// belong to the family.
func (f caseFile) parted() []fileEnd {
	return slices.DeleteFunc(slices.Clone(f.Ends), func(e fileEnd) bool {
		return e.Outcome == casefile.AlreadyHasStatus && slices.ContainsFunc(f.People, func(p filePerson) bool {
			return p.No == e.Person && p.JoinedOn == e.On
		})
	})
}

// closed says when and why a removal window was closed before its last day.
func (w fileWindow) closed(today clock.Date) string {
	switch {
	case w.ClosedOn.IsZero() && w.ClosesOn.Before(today):
		return "ran out"
	case w.ClosedOn.IsZero():
		return "not closed"
	}
	why := map[string]string{"closed": "by an officer", "event": "something happened", "removed": "the person was removed"}
	return fmt.Sprintf("%s: %s", w.ClosedOn, why[w.ClosedWhy])
}

// replaced says of each decision that was corrected, or made anew, which one stands in its place.
func (f caseFile) replaced() []string {
	var lines []string
	for i := 1; i < len(f.Decisions); i++ {
		was, now := f.Decisions[i-1], f.Decisions[i]
		does, done := "corrects", ""
		if now.Anew {
			does, done = "makes", " anew"
		}
		lines = append(lines, fmt.Sprintf("decision %d of %s (%s) %s decision %d of %s (%s)%s", now.No, now.SignedOn,
			now.Rollup, does, was.No, was.SignedOn, was.Rollup, done))
	}
	return lines
}

// waitsForSecond says what would take the place of the decision and waits for a second officer;
// empty if nothing does.
func (f caseFile) waitsForSecond() string {
	for _, p := range f.Proposals {
		switch {
		case p.State != "open":
		case p.SecondDue == string(casefile.SecondForCorrection):
			return fmt.Sprintf("A correction of decision %d", len(f.Decisions))
		case p.SecondDue == string(casefile.SecondForRemake):
			return fmt.Sprintf("A new decision after decision %d", len(f.Decisions))
		}
	}
	return ""
}

// fate is what became of a letter. One that gives a decision which was corrected since is
// withheld, if it was not sent.
func fate(sent, delivered, returned clock.Date, why string, decision, correctedBy int) string {
	switch {
	case sent.IsZero() && correctedBy > 0:
		return fmt.Sprintf("withheld: decision %d stands in place of decision %d", correctedBy, decision)
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
	return rule.InWords + cli.TaskSuffix(t.Kind, t.Subject)
}

func overdueMark(t store.TaskRow) string {
	s := ""
	if t.DueOn.IsZero() {
		s += "stopped"
	}
	s += cli.ProvisionalMark(t.Provisional)
	if t.Overdue {
		s += " OVERDUE"
	}
	return s
}

// nextInWords says which rung of a task acts next, and after which day.
func nextInWords(t store.TaskRow) string {
	if t.NextAt == nil {
		return "nothing, while it is held"
	}
	return rungInWords(t.NextRung, cli.PassedDay(t.NextAt), t.Provisional)
}

// rungInWords names a rung and the day after which it acts. A reminder stays where
// the days before it put it; what comes later moves with a last day that may still
// move.
func rungInWords(rung casefile.RungKind, after clock.Date, provisional bool) string {
	return fmt.Sprintf("%s %s%s", rung, after, cli.ProvisionalMark(provisional && rung != casefile.Reminder))
}
