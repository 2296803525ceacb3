package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

func (a *app) taskCommand() *cobra.Command {
	var f store.TaskFilter
	var role, dueBefore string
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "list open tasks, the earliest due first", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			f.Role = casefile.Party(role)
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
	list.Flags().StringVar(&role, "role", "", "only what waits for this role or party")
	list.Flags().StringVar(&f.Council, "council", "", "only this council, by GSS code")
	list.Flags().BoolVar(&f.Overdue, "overdue", false, "only what is overdue")
	list.Flags().StringVar(&dueBefore, "due-before", "", "only what is due before this day")
	list.Flags().IntVar(&limit, "limit", 50, "how many at most")
	return group("task", "what must be done, by whom and by when", list)
}

func (a *app) letterCommand() *cobra.Command {
	print := func(c *cobra.Command, ref string) error {
		s, err := a.database(c.Context())
		if err != nil {
			return err
		}
		rows, err := s.Letters(c.Context(), ref, 200)
		if err != nil {
			return err
		}
		return a.print(c.OutOrStdout(), rows, func(t *tabwriter.Writer) {
			fmt.Fprintln(t, "LETTER\tKIND\tMADE\tTO\tSENT\tBY")
			for _, l := range rows {
				fmt.Fprintf(t, "%s/%d\t%s\t%s\t%s\t%s\t%s\n", l.Case, l.No, l.Kind, clock.DateOf(l.CreatedAt), orNone(l.To), l.SentOn, l.By)
			}
		})
	}
	list := &cobra.Command{Use: "list", Short: "list the letters that nobody has been sent yet", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return print(c, "") }}
	show := &cobra.Command{Use: "show REF", Short: "list a case's letters, to whom and when they were sent", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			return print(c, ref)
		}}
	var flags actFlags
	fields := &casefile.LetterFields{}
	rule, _ := casefile.ActLetterSent.Rule()
	sent := &cobra.Command{
		Use: "sent ID --to WHOM --by HOW", Short: rule.InWords, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, no, err := casefile.ParsePersonReference(args[0])
			if err == nil && no == 0 {
				err = usageError{fmt.Errorf("name the letter as letter list does: %s/1", ref)}
			}
			if err != nil {
				return err
			}
			fields.Letter = no
			return a.do(c, casefile.ActLetterSent, ref, 0, fields, flags)
		},
	}
	sent.Flags().StringVar(&fields.To, "to", "", "family or representative")
	sent.Flags().StringVar(&fields.By, "by", "", "post, recorded_delivery, email or hand")
	flags.add(sent.Flags())
	return group("letter", "letters to the family and its representative", list, show, sent, a.letterDelivered(), a.letterReturned())
}

func (a *app) letterDelivered() *cobra.Command {
	fields := &casefile.DeliveredFields{}
	c := a.letterFate("delivered ID --to WHOM", casefile.ActLetterDelivered, fields, &fields.Letter)
	c.Flags().StringVar(&fields.To, "to", "", "family or representative")
	return c
}

func (a *app) letterReturned() *cobra.Command {
	fields := &casefile.ReturnedFields{}
	c := a.letterFate("returned ID --to WHOM --reason CODE", casefile.ActLetterReturned, fields, &fields.Letter)
	c.Flags().StringVar(&fields.To, "to", "", "family or representative: to whom it had been sent")
	c.Flags().StringVar(&fields.Reason, "reason", "", "gone_away, no_such_address, not_called_for or refused")
	return c
}

// letterFate is a command about one letter that was sent.
func (a *app) letterFate(use string, act casefile.Act, fields casefile.Fields, letter *int) *cobra.Command {
	var flags actFlags
	rule, _ := act.Rule()
	c := &cobra.Command{
		Use: use, Short: rule.InWords, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, no, err := casefile.ParsePersonReference(args[0])
			if err == nil && no == 0 {
				err = usageError{fmt.Errorf("name the letter as letter show does: %s/1", ref)}
			}
			if err != nil {
				return err
			}
			*letter = no
			return a.do(c, act, ref, 0, fields, flags)
		},
	}
	flags.add(c.Flags())
	return c
}

func (a *app) contactCommand() *cobra.Command {
	return group("contact", "personal contact", a.actCommand("record REF --how HOW", casefile.ActContact, func(set *pflag.FlagSet) casefile.Fields {
		f := &casefile.ContactFields{}
		set.StringVar(&f.How, "how", "", "phone, visit or representative")
		set.StringVar(&f.Names, "names", "", "agreed or withdrawn: whether their names may stand in what the minister's office reads")
		return f
	}))
}

func (a *app) interviewCommand() *cobra.Command {
	return group("interview", "interviews", a.actCommand("record REF/N", casefile.ActInterview, func(set *pflag.FlagSet) casefile.Fields {
		f := &casefile.InterviewFields{}
		set.StringVar(&f.Adverse, "adverse", "", "none, answered or unanswered: whether adverse material was put, and answered")
		set.Var(dateFlag{&f.PutOn}, "put-on", "the day on which it was put")
		return f
	}))
}

func (a *app) evidenceCommand() *cobra.Command {
	return group("evidence", "evidence from those who give it",
		a.actCommand("receive REF[/N] --provider P", casefile.ActEvidence, func(set *pflag.FlagSet) casefile.Fields {
			f := &casefile.EvidenceFields{Result: "complete"}
			set.StringVar((*string)(&f.Provider), "provider", "", "questionnaire, school, gp, social_work, scra, housing, community or police")
			set.Var(choice{&f.Result, "partial"}, "partial", "only part of what was asked for came")
			set.Var(choice{&f.Result, "nothing_held"}, "nothing-held", "the provider says that it holds nothing")
			set.Lookup("partial").NoOptDefVal, set.Lookup("nothing-held").NoOptDefVal = "true", "true"
			return f
		}))
}

func (a *app) welfareCommand() *cobra.Command {
	assignTo := func(set *pflag.FlagSet) casefile.Fields {
		f := &casefile.AssignFields{}
		set.StringVar(&f.To, "to", "", "the lead professional")
		return f
	}
	return group("welfare", "each child's welfare check",
		a.actCommand("assign REF/N --to NAME", casefile.ActAssignWelfare, assignTo),
		a.actCommand("report REF/N --file F", casefile.ActReport, nil),
		a.actCommand("sign REF/N", casefile.ActSignWelfare, nil),
		a.actCommand("return REF/N --file F", casefile.ActReturnWelfare, nil),
		a.concern(),
		a.actCommand("waive REF/N --file F", casefile.ActWaive, nil))
}

// concern records a concern for a child, and says whom to ring.
func (a *app) concern() *cobra.Command {
	c := a.actCommand("concern REF/N [--file F]", casefile.ActConcern, nil)
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
			if f.Sees != "summary" {
				return casefile.Refuse(casefile.RefusedRole, errNoSummary.Error())
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
		for _, p := range advice.People {
			fmt.Fprintf(t, "\n%s on /%d\t%s\tmet: %s\tunknown: %s\n", advice.RuleSet, p.Person, p.Advice, orNone(strings.Join(p.Met, ", ")), orNone(strings.Join(p.Unknown, ", ")))
		}
	}
	if len(f.Advice) > 0 {
		fmt.Fprintln(t, "\nWhom to represent is the minister's choice; only the Home Office decides.")
	}
}

func (a *app) representationCommand() *cobra.Command {
	sign := func(set *pflag.FlagSet) casefile.Fields {
		f := &casefile.SignFields{}
		set.StringVar(&f.Signatory, "signatory", "", "of a wet signature that private office records: the minister who signed")
		set.StringVar(&f.Document, "document", "", "of a wet signature: the code of the signed document, such as MIN-2026/014")
		return f
	}
	from := func(set *pflag.FlagSet) casefile.Fields {
		f := &casefile.LetterFromFields{}
		set.StringVar(&f.Letter, "letter", "", "the code of a letter that speaks for several families, such as MP-2026/031")
		set.StringVar(&f.From, "from", "", strings.Join(casefile.RepresentationSources, ", "))
		return f
	}
	reason := func(set *pflag.FlagSet) casefile.Fields {
		f := &casefile.DeclineFields{}
		set.StringVar(&f.Reason, "reason", "", "no_agreement, outside_policy or already_represented")
		return f
	}
	return group("representation", "what is said for the family, by ministers and others",
		a.actCommand("receive REF --from KIND", casefile.ActReceiveLetter, from),
		a.representationSummary(),
		a.actCommand("draft REF --file F", casefile.ActDraft, nil),
		a.actCommand("decline REF --reason CODE", casefile.ActDecline, reason),
		a.actCommand("check REF", casefile.ActCheckDraft, nil),
		a.actCommand("clear REF", casefile.ActClear, nil),
		a.actCommand("return REF --file F", casefile.ActReturnDraft, nil),
		a.actCommand("sign REF", casefile.ActSignLetter, sign),
		a.actCommand("send REF", casefile.ActSendLetter, nil),
		a.answerCommand())
}

func (a *app) answerCommand() *cobra.Command {
	var flags actFlags
	fields := &casefile.AnswerFields{}
	rule, _ := casefile.ActAnswer.Rule()
	c := &cobra.Command{
		Use: "answer REF ID --accepted|--rejected|--more --file F", Short: rule.InWords, Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			id, err := strconv.Atoi(args[1])
			if err != nil || id < 1 {
				return usageError{fmt.Errorf("%q is no representation's number; case show lists them", args[1])}
			}
			return a.do(c, casefile.ActAnswer, ref, id, fields, flags)
		},
	}
	for _, answer := range []string{"accepted", "rejected", "more"} {
		c.Flags().Var(choice{&fields.Answer, answer}, answer, "the answer")
		c.Flags().Lookup(answer).NoOptDefVal = "true"
	}
	flags.add(c.Flags())
	return c
}

func (a *app) checkCommand() *cobra.Command {
	return group("check", "security checks",
		a.actCommand("request REF[/N]", casefile.ActRequestCheck, nil),
		a.actCommand("record REF/N --result R --done-on DATE", casefile.ActRecordCheck, func(set *pflag.FlagSet) casefile.Fields {
			f := &casefile.CheckFields{}
			set.StringVar(&f.Result, "result", "", "clear or refer")
			set.Var(dateFlag{&f.DoneOn}, "done-on", "the day on which the check was done")
			return f
		}))
}

func (a *app) decisionCommand() *cobra.Command {
	return group("decision", "proposals and decisions", a.decisionShow(),
		a.actCommand("propose REF --file F", casefile.ActPropose, nil),
		a.actCommand("withdraw REF --reason CODE", casefile.ActWithdraw, func(set *pflag.FlagSet) casefile.Fields {
			f := &casefile.WithdrawFields{}
			set.StringVar(&f.Reason, "reason", "", "new_facts or mistake")
			return f
		}),
		a.actCommand("agree REF --file F", casefile.ActAgree, nil),
		a.actCommand("return REF --file F", casefile.ActReturn, nil))
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
			return a.print(c.OutOrStdout(), raw, func(t *tabwriter.Writer) {
				a.showCase(t, f)
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
	return group("service", "serving and carrying out a decision",
		a.actCommand("record REF[/N] --how HOW --proof PROOF", casefile.ActRecordService, func(set *pflag.FlagSet) casefile.Fields {
			f := &casefile.ServiceFields{}
			set.StringVar(&f.How, "how", "", "hand, recorded_delivery or representative")
			set.StringVar(&f.Proof, "proof", "", "signature, tracking or acknowledgement")
			return f
		}),
		a.actCommand("status-issued REF[/N]", casefile.ActStatusIssued, nil),
		a.actCommand("appeal REF/N", casefile.ActAppeal, nil),
		a.actCommand("no-appeal REF/N", casefile.ActNoAppeal, nil))
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

// choice is a flag without a value that stands for one of several codes.
type choice struct {
	into *string
	code string
}

func (c choice) String() string { return "" }

// Set chooses the code.
func (c choice) Set(string) error { *c.into = c.code; return nil }

// Type is that of a switch.
func (choice) Type() string { return "bool" }
