package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"

	"github.com/spf13/cobra"
)

func (a *app) decisionCommand() *cobra.Command {
	return cli.Group("decision", "proposals and decisions",
		a.restOf("decision", forReaders(a.decisionShow(), "those who see the file"))...)
}

// decisionShow sets out the evidence first, then what was proposed, and what the
// rules recommend last: a second officer forms their own view before they read it.
func (a *app) decisionShow() *cobra.Command {
	return &cobra.Command{
		Use: "show REF", Short: "the evidence, the proposals, and last what the rules recommend (recorded)",
		Args: cli.Exactly(1),
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
					fmt.Fprintf(t, "\nPROPOSAL %d\tby %s on %s\t%s\tsecond officer: %s %s\n", p.No, p.Author, p.ProposedOn, p.State,
						p.SecondDue, strings.Join(p.ReturnCodes, ", "))
					for _, o := range p.Outcomes {
						fmt.Fprintf(t, "/%d\t%s\n", o.Person, o.Outcome)
					}
					for _, x := range p.Findings {
						who := "author"
						if x.BySecond {
							who = "second officer"
						}
						fmt.Fprintf(t, "%s\t%s\t%s\tevidence %v\t%s\n", x.Factor, x.Finding, cli.About(x.Person), x.Evidence, who)
					}
				}
				for _, d := range f.Decisions {
					signers := d.Author
					if d.Second != "" {
						signers += " and " + d.Second
					}
					fmt.Fprintf(t, "\nDECISION %d\tsigned by %s on %s\t%s\t%s\n", d.No, signers, d.SignedOn, d.Rollup, f.standing(d.No))
					for _, o := range d.Outcomes {
						fmt.Fprintf(t, "/%d\t%s\n", o.Person, o.Outcome)
					}
				}
				fmt.Fprintf(t, "\nWhat was written, the reasons among it: starter case texts %s\n", f.Case)
				for _, r := range f.Recommendations {
					fmt.Fprintf(t, "\nRECOMMENDED\tby %s (%s, %s) at revision %d\n", r.RuleSetID, r.Use, r.RuleSet, r.Revision)
					for _, p := range r.People {
						fmt.Fprintf(t, "/%d\t%s %s\tfor: %s\tagainst: %s\tunknown: %s\n", p.Person, p.Advice, p.Outcome,
							cli.OrNone(strings.Join(p.Met, ", ")), cli.OrNone(strings.Join(p.Against, ", ")),
							cli.OrNone(strings.Join(p.Unknown, ", ")))
					}
				}
				if len(f.Recommendations) > 0 {
					fmt.Fprintln(t, "\nA recommendation binds nobody: a named officer decides, with reasons.")
				}
			})
		},
	}
}

// standing says whether a decision stands, and which one it corrects or makes anew, or is
// corrected or made anew by.
func (f caseFile) standing(no int) string {
	var words []string
	last := len(f.Decisions)
	switch {
	case no > 1 && no <= last && f.Decisions[no-1].Anew:
		words = append(words, fmt.Sprintf("makes decision %d anew", no-1))
	case no > 1:
		words = append(words, fmt.Sprintf("corrects decision %d", no-1))
	}
	switch {
	case no < last && f.Decisions[no].Anew:
		words = append(words, fmt.Sprintf("made anew by decision %d", no+1))
	case no < last:
		words = append(words, fmt.Sprintf("corrected by decision %d", no+1))
	default:
		words = append(words, "stands")
	}
	return strings.Join(words, ", ")
}
