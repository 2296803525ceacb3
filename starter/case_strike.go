package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

// caseStrike strikes an act that was entered by mistake. Without a number it lists the acts
// that the login may strike.
func (a *app) caseStrike() *cobra.Command {
	var flags actFlags
	fields := &casefile.StrikeFields{}
	rule := casefile.ActStrike.Rule()
	c := forAct(&cobra.Command{
		Use: "strike REF [ACT] --reason CODE [--file F]", Short: rule.InWords,
		Long: rule.InWords + ".\n\nWithout ACT it lists the acts on the case that you may strike, with their numbers. " +
			"Its author strikes an act alone on the same day; later, or if a proposal or a decision rests on it, another officer's same command strikes it. " +
			"Signatures and services always take two. --dry-run lists what would follow.",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return cli.Exactly(2)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			switch {
			case len(args) == 1 && flags.file == "" && fields.Reason != "":
				return cli.Usage(fmt.Errorf("name the act by its number: case strike %s ACT; without --reason the acts are listed", ref))
			case len(args) == 1 && flags.file == "":
				return a.listMyActs(c, ref)
			case len(args) == 1:
				return a.do(c, casefile.ActStrike, ref, 0, fields, flags) // the form names the act
			}
			if _, err := casefile.ParseReference(args[1]); err == nil {
				return cli.Usage(
					fmt.Errorf(
						"case strike is for one act of one case at a time, and %s is another case (R3)",
						args[1],
					),
				)
			}
			if fields.Act, err = casefile.ParseNumber(args[1], casefile.MaxItem); err != nil {
				return cli.Usage(
					fmt.Errorf("ACT %q: %w: case strike %s lists the acts that you may strike", args[1], err, ref),
				)
			}
			if flags.dryRun {
				return a.whatFollows(c, ref, fields)
			}
			if err := a.do(c, casefile.ActStrike, ref, 0, fields, flags); err != nil {
				return err
			}
			return a.tellBecame(c, ref, fields.Act)
		},
	}, casefile.ActStrike)
	cli.AskedOf(c.Flags(), fields, "reason")
	flags.add(c.Flags(), casefile.ActStrike)
	flags.addFile(c.Flags())
	return c
}

// tellBecame says what became of the act that was to be struck.
func (a *app) tellBecame(c *cobra.Command, ref string, act int) error {
	s, err := a.database(c.Context())
	if err != nil {
		return err
	}
	f, err := s.WhatFollows(c.Context(), ref, act)
	switch {
	case err != nil:
		// Nothing is told of an act that the officer does not see any more. It is done.
	case f.Struck:
		fmt.Fprintf(c.ErrOrStderr(), "act %d is struck; if it is meant, enter it again where it belongs\n", act)
	case f.AskedBy != "":
		fmt.Fprintf(c.ErrOrStderr(),
			"nothing is struck yet: act %d is struck when another officer who may do such an act, or their senior, types the same\n",
			act)
	default:
		fmt.Fprintf(c.ErrOrStderr(), "act %d stands\n", act)
	}
	return nil
}

func (a *app) listMyActs(c *cobra.Command, ref string) error {
	s, err := a.database(c.Context())
	if err != nil {
		return err
	}
	if _, err := a.holdsRole(c.Context(), casefile.ActStrike); err != nil {
		return err
	}
	acts, err := s.MyActs(c.Context(), ref)
	if err != nil {
		return err
	}
	summary, err := s.CaseSummary(c.Context(), ref)
	if err != nil {
		return err
	}
	review := casefile.Facts{Stage: summary.Stage, Signed: !summary.Stage.Before(casefile.Service)}
	return a.print(c.OutOrStdout(), acts, func(t *tabwriter.Writer) {
		fmt.Fprintln(t, "ACT\tON\tWHAT\tSAYING\tWHO\tSTATE")
		for _, x := range acts {
			state := x.State
			switch slip := x.Kind.Rule().Slip; {
			case !slip.CanBeStruck():
				state = "not struck: " + slip.Instead
			case review.MayBeStruck(x.Kind.Rule()) != nil:
				state += ", and is struck no more"
			}
			fmt.Fprintf(
				t,
				"%d\t%s\t%s%s\t%s\t%s\t%s\n",
				x.Act,
				x.On,
				x.Kind,
				cli.Suffix(x.Subject),
				x.Fields,
				x.Person,
				state,
			)
		}
		fmt.Fprintln(t, cli.Counted(len(acts), "act", "acts"))
	})
}

// strikeTrial is what a dry run of case strike prints.
type strikeTrial struct {
	DryRun bool   `json:"dry_run"`
	Case   string `json:"case"`
	store.Follows
	TakesTwo bool `json:"takes_two"`
	// BackTo is the stage at which the case would be again, empty if it stays.
	BackTo  casefile.Stage `json:"back_to,omitempty"`
	InWords string         `json:"follows,omitempty"`
}

// whatFollows prints what would follow if an act were struck, and changes nothing. It
// refuses what the review would refuse.
func (a *app) whatFollows(c *cobra.Command, ref string, fields *casefile.StrikeFields) error {
	if err := fields.Validate(); err != nil {
		return cli.Usage(err)
	}
	t, err := a.tryStrike(c.Context(), ref, fields)
	if err != nil {
		return err
	}
	return a.print(c.OutOrStdout(), t, func(w *tabwriter.Writer) {
		fmt.Fprintf(
			w,
			"%s case.strike of act %d could be sent: %s%s by %s on %s\n",
			ref,
			t.Act,
			t.Kind,
			cli.Suffix(t.Subject),
			t.Person,
			t.On,
		)
		switch {
		case fields.Reason == casefile.SlipStands:
			fmt.Fprintln(w, "it lets the act stand, and changes nothing else")
			return
		case t.AskedByMe:
			fmt.Fprintln(w, "you have asked for it: another officer's same command strikes it")
		case t.AskedBy != "":
			fmt.Fprintf(w, "%s has asked for it: your command strikes it\n", t.AskedBy)
		case t.TakesTwo:
			fmt.Fprintln(w, "it takes two: your command asks, and another officer's same command strikes it")
		default:
			fmt.Fprintln(w, "you may strike it alone")
		}
		if len(t.Facts) > 0 {
			fmt.Fprintf(
				w,
				"no longer counted: what it changed of %s\n",
				strings.ReplaceAll(strings.Join(t.Facts, ", "), "_", " "),
			)
		}
		listTasks(w, "moot", t.Moot)
		listTasks(w, "open again", t.OpenAgain)
		if rule := t.Kind; rule == casefile.ActLinkPost || rule == casefile.ActReceivePost {
			for _, r := range t.Rests {
				fmt.Fprintf(w, "struck along: act %d, %s\n", r.No, r.Act)
			}
			fmt.Fprintln(w, "if it is taken off the file, a senior caseworker is asked whose data it held, who saw it and who was told")
		}
		if t.BackTo != "" {
			fmt.Fprintf(w, "the case is at %s again\n", t.BackTo)
		}
		if t.InWords != "" {
			fmt.Fprintln(w, t.InWords)
		}
		fmt.Fprintln(w, "the act and its striking stay in the timeline and the chain; nothing was changed")
	})
}

func listTasks(w *tabwriter.Writer, what string, tasks []store.TaskNamed) {
	for _, t := range tasks {
		fmt.Fprintf(w, "%s: %s%s\n", what, t.Kind, cli.TaskSuffix(casefile.TaskKind(t.Kind), t.Subject))
	}
}

func (a *app) tryStrike(ctx context.Context, ref string, fields *casefile.StrikeFields) (strikeTrial, error) {
	t := strikeTrial{DryRun: true, Case: ref}
	if _, err := a.holdsRole(ctx, casefile.ActStrike); err != nil {
		return t, err
	}
	s, err := a.database(ctx)
	if err != nil {
		return t, err
	}
	summary, err := s.CaseSummary(ctx, ref)
	if err != nil {
		return t, err
	}
	if t.Follows, err = s.WhatFollows(ctx, ref, fields.Act); store.IsKind(err, store.NotFound) {
		return t, casefile.NoActToStrike(ref, fields.Act)
	} else if err != nil {
		return t, err
	}
	if fields.Reason == casefile.SlipStands {
		if t.AskedBy == "" {
			return t, casefile.NotAskedToStrike(t.Act)
		}
		return t, nil
	}
	rule := t.Kind.Rule()
	review := casefile.Facts{Stage: summary.Stage, Signed: t.Signed}
	if t.Struck {
		return t, casefile.StruckAlready(t.Act)
	}
	if refusal := review.MayBeStruck(rule); refusal != nil {
		return t, refusal
	}
	if refusal := casefile.CheckResting(t.Act, casefile.NotStruckAlong(t.Kind, t.Rests)); refusal != nil {
		return t, refusal
	}
	t.InWords = rule.Slip.Follows
	if t.Signed && rule.From != casefile.Service {
		t.InWords = "the decision stands as it was signed: a senior caseworker looks whether it must be corrected"
	}
	t.TakesTwo = casefile.Struck{Rule: rule, Today: t.Today, Own: t.Own, Rests: t.FileRests}.TakesTwo()
	for _, x := range t.OpenAgain {
		if !review.Signed && x.Stage.Before(summary.Stage) && x.Stage != casefile.Listed &&
			(t.BackTo == "" || x.Stage.Before(t.BackTo)) {
			t.BackTo = x.Stage
		}
	}
	return t, nil
}
