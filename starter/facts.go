package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/policy"
	"hame/internal/store"
)

// caseOpen brings a family forward. Its --on is the listing date, and not a day
// attested.
func (a *app) caseOpen() *cobra.Command {
	var flags actFlags
	var on string
	fields := &casefile.OpenFields{}
	rule := casefile.ActOpen.Rule()
	c := forAct(&cobra.Command{
		Use: "open REF [--on DATE] --reason CODE", Short: rule.InWords, Args: exactly(1),
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
	askedOf(c.Flags(), fields, "reason")
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
		return day, usageError{fmt.Errorf("--on %q: %w", on, err)}
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
		Use: "flag REF/N CODE on|off", Short: rule.InWords, Args: exactly(3),
		Long: rule.InWords + ".\n\nThe codes are " + strings.Join(codes, ", ") + ".\nOf public_harm the first officer's command asks, and the second one's, the same again, does it; the opposite refuses it.",
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
		Use: "correct REF[/N] FIELD --reason CODE --source CODE --file F", Short: rule.InWords, Args: exactly(2),
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
	askedOf(c.Flags(), fields, "reason")
	askedOf(c.Flags(), fields, "source")
	flags.add(c.Flags(), casefile.ActCorrect)
	flags.addFile(c.Flags())
	return c
}

func (a *app) caseArrival() *cobra.Command {
	var flags actFlags
	fields := &casefile.ArrivalFields{}
	rule := casefile.ActArrival.Rule()
	c := forAct(&cobra.Command{
		Use: "arrival REF --no-change", Short: rule.InWords, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			return a.onRecord(c, casefile.ActArrival, ref, "", fields, flags, func(s *store.Store, cmd store.NewCommand) (string, error) {
				return ref + ": read, and it changes nothing", s.SettleArrival(c.Context(), cmd)
			})
		},
	}, casefile.ActArrival)
	askedOf(c.Flags(), fields, "finding")
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
		Use: "recover REF", Short: rule.InWords, Args: exactly(1),
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
					return casefile.Refuse(casefile.RefusedStuck, fmt.Sprintf("recorded, and tried again at once: the review is stuck as before, at %s; mend the cause first", still))
				}
			}
			return a.receipt(c, d, ref, casefile.ActRecover, receipt)
		},
	}, casefile.ActRecover)
	flags.add(c.Flags(), casefile.ActRecover)
	return c
}

func (a *app) duplicateCommand() *cobra.Command {
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "list the files that may be one family, and those that are held because they are", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			pairs, err := s.Duplicates(c.Context(), limit)
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), pairs, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "A\tB\tWHY\tDUE\tAWAITING")
				for _, p := range pairs {
					awaiting := casefile.Caseworker
					if p.Escalated || p.Held != "" {
						awaiting = casefile.SeniorCaseworker
					}
					note := ""
					if p.Held != "" {
						note = ", " + p.Held + " is held until files can be merged"
					}
					if p.Escalated {
						note += " ESCALATED"
					}
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s%s\n", p.A, p.B, p.Why, p.DueOn, awaiting.InWords(), note)
				}
				fmt.Fprintf(t, "%d pair(s)\n", len(pairs))
			})
		},
	}
	limited(list.Flags(), &limit, 50)
	return group("duplicate", "families that may stand twice in the backlog", forReaders(list, "whoever sees the file, or operations"), a.duplicateResolve())
}

func (a *app) duplicateResolve() *cobra.Command {
	var flags actFlags
	fields := &casefile.DuplicateFields{}
	rule := casefile.ActDuplicate.Rule()
	c := forAct(&cobra.Command{
		Use: "resolve A B --same|--different", Short: rule.InWords, Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			one, err := casefile.ParseReference(args[0])
			if err != nil {
				return err
			}
			if fields.Other, err = casefile.ParseReference(args[1]); err != nil {
				return err
			}
			return a.onRecord(c, casefile.ActDuplicate, one, "", fields, flags, func(s *store.Store, cmd store.NewCommand) (string, error) {
				holidays, err := s.HolidaysInForce(c.Context())
				if err != nil {
					return "", err
				}
				calendar, err := holidays.Calendar(clock.EnglandAndWales)
				if err != nil {
					return "", err
				}
				reviewOn := calendar.AddWorkingDays(cmd.AttestedOn, casefile.DuplicateWorkingDays)
				held, err := s.ResolveDuplicate(c.Context(), cmd, reviewOn)
				switch {
				case err != nil:
					return "", err
				case held == "":
					return fmt.Sprintf("%s and %s are two families: both can be listed", one, fields.Other), nil
				}
				return fmt.Sprintf("%s and %s are one family: %s is held by the senior caseworker, to be reviewed on %s", one, fields.Other, held, reviewOn), nil
			})
		},
	}, casefile.ActDuplicate)
	askedOf(c.Flags(), fields, "finding")
	flags.add(c.Flags(), casefile.ActDuplicate)
	return c
}

// backlogOrder shows who is listed next, and why in this order, drawn afresh from
// today's facts.
func (a *app) backlogOrder() *cobra.Command {
	lane := casefile.Legacy
	var limit int
	c := &cobra.Command{
		Use: "order", Short: "the next families, and why they come in this order, from today's facts", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			s, err := a.database(ctx)
			if err != nil {
				return err
			}
			today, err := a.today(ctx)
			if err != nil {
				return err
			}
			waiting, body, err := s.WaitingOrder(ctx, lane)
			if err != nil {
				return err
			}
			placed := []policy.Placed{}
			if len(waiting) > 0 {
				rules, err := policy.Load("the "+string(lane)+" lane's", []byte(body))
				if err != nil {
					return err
				}
				if placed, err = rules.Order(waiting, today); err != nil {
					return err
				}
			}
			type line struct {
				Place    int    `json:"place"`
				Case     string `json:"case"`
				Priority int    `json:"priority"`
				Why      string `json:"why"`
				Weeks    int    `json:"weeks_waited"`
			}
			lines := []line{}
			for i, p := range placed {
				if i == limit {
					break
				}
				lines = append(lines, line{i + 1, p.Case, p.Place.Priority, p.Place.Why, today.DaysSince(p.ImportedOn) / 7})
			}
			return a.print(c.OutOrStdout(), lines, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "PLACE\tCASE\tPRIORITY\tWHY\tWEEKS WAITED")
				for _, l := range lines {
					fmt.Fprintf(t, "%d\t%s\t%d\t%s\t%d\n", l.Place, l.Case, l.Priority, l.Why, l.Weeks)
				}
				fmt.Fprintf(t, "%d of %d that wait in the %s lane; within a priority, who has been here longest comes first\n", len(lines), len(placed), lane)
			})
		},
	}
	c.Flags().Var(codeFlag[casefile.Lane]{&lane, lanes}, "lane", "legacy or fast-track")
	limited(c.Flags(), &limit, 20)
	return c
}

// protectionNumber tells which number to ring for a child in danger, after a
// concern was recorded.
func (a *app) protectionNumber(ctx context.Context, ref string) (string, error) {
	s, err := a.store.CaseSummary(ctx, ref)
	if err != nil {
		return "", err
	}
	name := council(s.Council)
	if number := a.settings.ChildProtection[s.Council]; number != "" {
		return fmt.Sprintf("If the child is in danger now, ring %s's child protection: %s", name, number), nil
	}
	return fmt.Sprintf("If the child is in danger now, ring %s's child protection, or 999. Its number is not set: HAME_CHILD_PROTECTION_NUMBERS", name), nil
}
