package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

// caseOpen brings a family forward. Its --on is the listing date, and not a day
// attested.
func (a *app) caseOpen() *cobra.Command {
	var flags actFlags
	var on string
	fields := &casefile.OpenFields{}
	rule := casefile.ActOpen.Rule()
	c := forAct(&cobra.Command{
		Use: "open REF [--on DATE] --reason CODE", Short: rule.InWords, Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			if fields.ListingDate, err = a.listingDay(c.Context(), on); err != nil {
				return err
			}
			today, err := a.today(c.Context())
			if err != nil {
				return err
			}
			if refusal := casefile.CheckListingDay(fields.ListingDate, today); refusal != nil {
				return refusal
			}
			return a.do(c, casefile.ActOpen, ref, 0, fields, flags)
		},
	}, casefile.ActOpen)
	cli.AskedOf(c.Flags(), fields, "reason")
	c.Flags().StringVar(&on, "on", "", "the day on which the review of the evidence is to begin, YYYY-MM-DD (default today)")
	flags.add(c.Flags(), casefile.ActOpen)
	flags.addFile(c.Flags())
	return c
}

func (a *app) listingDay(ctx context.Context, on string) (clock.Date, error) {
	if on == "" {
		return a.today(ctx)
	}
	day, err := clock.ParseDate(on)
	if err != nil {
		return day, cli.Usage(fmt.Errorf("--on %q: %w", on, err))
	}
	return day, nil
}

func (a *app) caseFlag() *cobra.Command {
	var flags actFlags
	rule := casefile.ActFlag.Rule()
	var codes []string
	for _, f := range casefile.Flags {
		codes = append(codes, string(f))
	}
	c := forAct(&cobra.Command{
		Use: "flag REF/N CODE on|off", Short: rule.InWords, Args: cli.Exactly(3),
		Long: rule.InWords + ".\n\nThe codes are " + strings.Join(codes, ", ") +
			".\nOf public_harm the first officer's command asks, and the second one's, the same again, does it; the opposite refuses it.",
		RunE: func(c *cobra.Command, args []string) error {
			ref, person, err := casefile.ParsePersonReference(args[0])
			if err != nil {
				return err
			}
			return a.do(c, casefile.ActFlag, ref, person, &casefile.FlagFields{Flag: casefile.Flag(args[1]), To: args[2]}, flags)
		},
	}, casefile.ActFlag)
	flags.add(c.Flags(), casefile.ActFlag)
	flags.addFile(c.Flags())
	return c
}

func (a *app) caseCorrect() *cobra.Command {
	var flags actFlags
	fields := &casefile.CorrectFields{}
	rule := casefile.ActCorrect.Rule()
	c := forAct(&cobra.Command{
		Use: "correct REF[/N] FIELD --reason CODE --source CODE --file F", Short: rule.InWords, Args: cli.Exactly(2),
		Long: rule.InWords + ".\n\nThe new value comes from --file or standard input, for it is personal.\n\nOf a person (REF/N): " + strings.Join(casefile.PersonFacts, ", ") +
			".\nOf the family (REF): " + strings.Join(casefile.FamilyFacts, ", ") + ".",
		RunE: func(c *cobra.Command, args []string) error {
			ref, person, err := casefile.ParsePersonReference(args[0])
			if err != nil {
				return err
			}
			fields.Field = args[1]
			return a.do(c, casefile.ActCorrect, ref, person, fields, flags)
		},
	}, casefile.ActCorrect)
	cli.AskedOf(c.Flags(), fields, "reason")
	cli.AskedOf(c.Flags(), fields, "source")
	flags.add(c.Flags(), casefile.ActCorrect)
	flags.addFile(c.Flags())
	return c
}

func (a *app) caseArrival() *cobra.Command {
	var flags actFlags
	fields := &casefile.ArrivalFields{}
	rule := casefile.ActArrival.Rule()
	c := forAct(&cobra.Command{
		Use: "arrival REF --no-change", Short: rule.InWords, Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			return a.onRecord(c, casefile.ActArrival, ref, "", fields, flags,
				func(s *store.Store, cmd store.NewCommand) (string, error) {
					return ref + ": read, and it changes nothing", s.SettleArrival(c.Context(), cmd)
				})
		},
	}, casefile.ActArrival)
	cli.AskedOf(c.Flags(), fields, "finding")
	flags.add(c.Flags(), casefile.ActArrival)
	return c
}

// A review that was stuck tries its step again at once: for so long it is looked at
// whether it is stuck again [D].
const (
	lookFor   = 3 * time.Second
	lookEvery = 200 * time.Millisecond
)

// stuckAgain returns what a review is stuck at after it was recovered, empty if it
// went on.
func (a *app) stuckAgain(ctx context.Context, s *store.Store, ref string) string {
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if after, err := s.CaseSummary(ctx, ref); err == nil && after.Stuck != "" {
			return after.Stuck
		}
		select {
		case <-ctx.Done():
			return ""
		case <-tick.C:
		}
	}
}

// caseRecover restarts a review that somebody else has ended, frees a stuck one,
// and has one that stands elsewhere than its record go on from there. The worker
// looks first: for a review that runs well there is nothing to recover. Operations
// may recover a case that they may not see, where the last comparison of record and
// Temporal names it.
func (a *app) caseRecover() *cobra.Command {
	var flags actFlags
	rule := casefile.ActRecover.Rule()
	c := forAct(&cobra.Command{
		Use: "recover REF", Short: rule.InWords, Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			ref, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			d, err := a.desk(ctx)
			if err != nil {
				return err
			}
			if err := a.mayAct(ctx, casefile.ActRecover, ref); err != nil {
				return err
			}
			on, err := a.today(ctx)
			if err != nil {
				return err
			}
			cmd, err := desk.New(ref, casefile.ActRecover, 0, on, nil, "")
			if err != nil {
				return err
			}
			if flags.dryRun {
				return a.tried(c, cmd)
			}
			was, _ := d.Store.CaseSummary(ctx, ref) // a case that verify alone names has none
			receipt, err := d.Do(ctx, cmd)
			if store.IsKind(err, store.NotFound) {
				return fmt.Errorf("%s: %w: there is no such case among those that you may see, or that verify names", ref, err)
			}
			if err != nil {
				return err
			}
			if receipt.Refused == nil && was.Stuck != "" {
				if still := a.stuckAgain(ctx, d.Store, ref); still != "" {
					return casefile.Refuse(casefile.RefusedStuck,
						fmt.Sprintf("recorded, and tried again at once: the review is stuck as before, at %s; mend the cause first",
							still))
				}
			}
			return a.receipt(c, d, ref, casefile.ActRecover, receipt)
		},
	}, casefile.ActRecover)
	flags.add(c.Flags(), casefile.ActRecover)
	return c
}
