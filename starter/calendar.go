package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/gazetteer"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) calendarCommand() *cobra.Command {
	return cli.Group("calendar", "the published holidays that deadlines are worked out by",
		forReaders(a.calendarCheck(), needsServer), forReaders(a.calendarDiff(), everybody), a.calendarApply())
}

// aCalendarFile bounds what is read as published holidays, in bytes: the largest
// that is published has some fifty thousand.
const aCalendarFile = 4 << 20

func readCalendar(file string) (*clock.Holidays, error) {
	body, err := cli.ReadInput("FILE", file)
	if err != nil {
		return nil, err
	}
	if len(body) > aCalendarFile {
		return nil, cli.Usage(fmt.Errorf("%s has %d bytes; published holidays have at most %d: it is another file",
			cli.InputName(file), len(body), aCalendarFile))
	}
	h, err := clock.ParseHolidays(cli.InputName(file), body)
	if err != nil {
		return nil, cli.Usage(err)
	}
	for _, division := range h.Divisions() {
		if strings.HasPrefix(string(division), "S12") && gazetteer.CouncilName(string(division)) == "" {
			return nil, cli.Usage(fmt.Errorf("%s: %s is the code of no Scottish council today", cli.InputName(file), division))
		}
	}
	return h, nil
}

// checkedCalendar is what calendar check says of a file.
type checkedCalendar struct {
	File      string            `json:"file"`
	Digest    string            `json:"digest"` // of the file's own days; what apply puts in force may keep others too
	Divisions []checkedDivision `json:"divisions"`
	// OneOffs are the days that no yearly rule gives, Left those that a rule gives
	// and that are not kept: what to look at before the file is applied.
	OneOffs []clock.Holiday `json:"one_offs"`
	Left    []clock.Holiday `json:"rules_not_kept"`
}

type checkedDivision struct {
	Division clock.Division `json:"division"`
	Days     int            `json:"days"`
	First    int            `json:"first_year"`
	Last     int            `json:"last_year"`
}

func (a *app) calendarCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "read a file of published holidays, and say what it holds and what is unusual in it",
		Args: cli.Exactly(1),
		Long: "Read a file of published holidays, and say what it holds and what is unusual in it. It may be the feed of www.gov.uk/bank-holidays.json, one\n" +
			"nation's part of that feed, the source of that page, or Hame's own lines of division, date and title between tabs, which also hold a council's local days under its GSS code; its code, a year and none\n" +
			"say that it has no local day in that year.",
		RunE: func(c *cobra.Command, args []string) error {
			h, err := readCalendar(args[0])
			if err != nil {
				return err
			}
			checked := checkedCalendar{File: cli.InputName(args[0]), Digest: h.Version(), OneOffs: []clock.Holiday{},
				Left: []clock.Holiday{}}
			added, left := h.OneOffs()
			checked.OneOffs, checked.Left = append(checked.OneOffs, added...), append(checked.Left, left...)
			for _, division := range h.Divisions() {
				d := checkedDivision{Division: division}
				d.First, d.Last = h.Years(division)
				for _, day := range h.Days() {
					if day.Division == division {
						d.Days++
					}
				}
				checked.Divisions = append(checked.Divisions, d)
			}
			return a.print(c.OutOrStdout(), checked, func(t *tabwriter.Writer) {
				fmt.Fprintf(t, "%s is a calendar; calendar diff says what it would change, and which version would come into force\nthe digest of its own days is %s\n\nDIVISION\tDAYS\tYEARS\n", checked.File, checked.Digest)
				for _, d := range checked.Divisions {
					fmt.Fprintf(t, "%s\t%d\t%d to %d\n", divisionName(d.Division), d.Days, d.First, d.Last)
				}
				if len(checked.OneOffs)+len(checked.Left) > 0 {
					fmt.Fprintf(t, "\nUNUSUAL\tDAY\tTITLE\n")
				}
				for _, d := range checked.OneOffs {
					fmt.Fprintf(t, "%s\t%s %s\t%s: no yearly rule gives it\n", divisionName(d.Division), d.Date, d.Date.Weekday(),
						d.Title)
				}
				for _, d := range checked.Left {
					fmt.Fprintf(t, "%s\t%s %s\ta yearly rule gives it, and it is not kept\n", divisionName(d.Division), d.Date,
						d.Date.Weekday())
				}
				fmt.Fprintln(t, cli.Counted(len(checked.OneOffs)+len(checked.Left), "unusual day", "unusual days"))
			})
		},
	}
}

func divisionName(d clock.Division) string {
	if name := gazetteer.CouncilName(string(d)); name != "" {
		return string(d) + " " + name
	}
	return string(d)
}

// calendarChange is how a file would change the calendars in force.
type calendarChange struct {
	File      string                          `json:"file"`
	From      string                          `json:"from"` // the version in force
	To        string                          `json:"to"`
	Divisions map[clock.Division]clock.Change `json:"divisions"`
	changes   []clock.Change
}

// compare works out what a file changes about the calendars in force.
func (a *app) compare(ctx context.Context, file string) (from, to *clock.Holidays, change calendarChange, err error) {
	h, err := readCalendar(file)
	if err != nil {
		return nil, nil, change, err
	}
	s, err := a.database(ctx)
	if err != nil {
		return nil, nil, change, err
	}
	if from, err = s.HolidaysInForce(ctx); err != nil {
		return nil, nil, change, err
	}
	if to, err = from.Replace(h); err != nil {
		return nil, nil, change, cli.Usage(err)
	}
	change = calendarChange{File: cli.InputName(file), From: from.Version(), To: to.Version(),
		Divisions: map[clock.Division]clock.Change{}, changes: from.Diff(to)}
	for _, c := range change.changes {
		change.Divisions[c.Division] = c
	}
	return from, to, change, nil
}

func (c calendarChange) write(w io.Writer) {
	if c.From == c.To {
		fmt.Fprintf(w, "%s changes nothing: version %s is in force\n", c.File, c.From)
		return
	}
	fmt.Fprintf(w, "%s changes version %s, which is in force, to %s\n\nDIVISION\tCHANGE\tDAY\tTITLE\n", c.File, c.From,
		c.To)
	for _, d := range c.changes {
		for _, day := range d.Added {
			fmt.Fprintf(w, "%s\tbecomes a holiday\t%s %s\t%s\n", divisionName(d.Division), day.Date, day.Date.Weekday(),
				day.Title)
		}
		for _, day := range d.Removed {
			fmt.Fprintf(w, "%s\tis no holiday any more\t%s %s\t%s\n", divisionName(d.Division), day.Date, day.Date.Weekday(),
				day.Title)
		}
		for _, year := range d.Published {
			fmt.Fprintf(w, "%s\tis published\t%d\tits days are not provisional any more\n", divisionName(d.Division), year)
		}
		for _, year := range d.Unpublished {
			fmt.Fprintf(w, "%s\tis not published any more\t%d\tits days are provisional\n", divisionName(d.Division), year)
		}
	}
}

func (a *app) calendarDiff() *cobra.Command {
	return &cobra.Command{
		Use: "diff FILE", Short: "how a file of published holidays would change the calendars in force", Args: cli.Exactly(1),
		Long: "How a file of published holidays would change the calendars in force. Of each division in the file, the years that it has lines of are replaced;\n" +
			"other years, and divisions that it does not have, stay as they are.",
		RunE: func(c *cobra.Command, args []string) error {
			_, _, change, err := a.compare(c.Context(), args[0])
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), change, func(t *tabwriter.Writer) { change.write(t) })
		},
	}
}

// movingError says that a calendar is in force and not every deadline moved yet.
type movingError struct{ error }

func (e movingError) Unwrap() error { return e.error }

// appliedCalendar is what became of a file that was applied.
type appliedCalendar struct {
	calendarChange
	Application int64 `json:"application,omitempty"`
	// Cases and Deadlines count what was moved.
	Cases     int  `json:"cases"`
	Deadlines int  `json:"deadlines"`
	DryRun    bool `json:"dry_run,omitempty"`
}

func (a *app) calendarApply() *cobra.Command {
	var flags actFlags
	fields := &casefile.CalendarFields{}
	rule := casefile.ActApplyCalendar.Rule()
	c := forAct(&cobra.Command{
		Use: "apply FILE --reason CODE", Short: rule.InWords, Args: cli.Exactly(1),
		Long: rule.InWords + ".\n\nEvery date that was shown before is kept, with both versions. It can be broken off: the worker goes on, and the same command shows how far it is.",
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			from, to, change, err := a.compare(ctx, args[0])
			if err != nil {
				return err
			}
			if _, err := a.holdsRole(ctx, casefile.ActApplyCalendar); err != nil {
				return err
			}
			fields.Version, fields.Label = to.Version(), to.Label()
			if err := fields.Validate(); err != nil {
				return cli.Usage(err)
			}
			on, err := a.today(ctx)
			if err != nil {
				return err
			}
			applied := appliedCalendar{calendarChange: change, DryRun: flags.dryRun}
			if flags.dryRun {
				return a.print(c.OutOrStdout(), applied, func(t *tabwriter.Writer) {
					change.write(t)
					if from.Version() != to.Version() {
						fmt.Fprintf(t, "\n%s on %s could be sent; nothing was changed\n", casefile.ActApplyCalendar, on)
					}
				})
			}
			d, err := a.desk(ctx)
			if err != nil {
				return err
			}
			changes := from.Version() != to.Version()
			if changes {
				cmd, err := desk.New("", casefile.ActApplyCalendar, 0, on, fields, "")
				if err != nil {
					return err
				}
				cmd.Office = store.CalendarOffice
				no, err := d.Store.ApplyCalendar(ctx, cmd, from, to)
				if err != nil {
					return err
				}
				if no == 0 { // and what is in force now is another
					return casefile.Refuse(casefile.RefusedStale,
						"another calendar came into force meanwhile: see calendar diff, and apply again")
				}
			}
			progress, err := d.Store.CalendarProgress(ctx)
			if err == nil {
				progress, err = a.watchMoving(c, d.Store, progress, !changes)
			} else if changes {
				err = stillMoving(ctx, store.CalendarProgress{Version: to.Version()}, err)
			}
			if err != nil {
				return err
			}
			applied.Application, applied.Cases, applied.Deadlines = progress.No, progress.Cases, progress.Deadlines
			return a.print(c.OutOrStdout(), applied, func(t *tabwriter.Writer) {
				change.write(t)
				moved := "moved"
				if !changes {
					moved = "were moved for it"
				}
				fmt.Fprintf(t, "\nversion %s is in force: %s of %s %s\n", progress.Version,
					cli.Counted(progress.Deadlines, "deadline", "deadlines"),
					cli.Counted(progress.Cases, "case", "cases"), moved)
			})
		},
	}, casefile.ActApplyCalendar)
	flags.add(c.Flags(), casefile.ActApplyCalendar)
	cli.AskedOf(c.Flags(), fields, "reason")
	return c
}

// watchEvery is how often the progress of a change of calendar is looked at.
const watchEvery = 500 * time.Millisecond

// watchMoving shows how far the worker is with the deadlines of the last change of
// the calendars, until it is done. again asks it first to try at once what it could
// not move before.
func (a *app) watchMoving(c *cobra.Command, s *store.Store, progress store.CalendarProgress,
	again bool) (store.CalendarProgress, error) {
	ctx := c.Context()
	if progress.Finished {
		return progress, nil
	}
	before := 0
	if again {
		var err error
		if before, err = s.TryCalendarAgain(ctx); err != nil {
			return progress, err
		}
	}
	shown, begun := -1, time.Now()
	fmt.Fprintf(c.ErrOrStderr(), "version %s is in force; the worker moves the deadlines that depend on what changed, when acts that are under way are done\n", progress.Version)
	for {
		now, err := s.CalendarProgress(ctx)
		if err != nil {
			return progress, stillMoving(ctx, progress, err)
		}
		progress = now
		if progress.Finished {
			return progress, nil
		}
		if progress.Affected != nil && progress.Seen != shown {
			shown = progress.Seen
			fmt.Fprintf(c.ErrOrStderr(), "%d of %s seen to, %s moved so far\n", progress.Seen,
				cli.Counted(*progress.Affected, "case", "cases"),
				cli.Counted(progress.Deadlines, "deadline", "deadlines"))
		}
		if progress.Passes > before && len(progress.Failed) > 0 {
			return progress, fmt.Errorf("version %s is in force, and the deadlines of %s could not be moved: look at these cases with verify; they are tried again within the hour, or at once when the same file is applied again",
				progress.Version, strings.Join(progress.Failed, ", "))
		}
		if time.Since(begun) > patience {
			if seen, err := s.WorkerSeen(ctx); err == nil && seen.Away() {
				return progress, stillMoving(ctx, progress, errors.New(seen.InWords()))
			}
		}
		select {
		case <-ctx.Done():
			return progress, stillMoving(ctx, progress, context.Cause(ctx))
		case <-time.After(watchEvery):
		}
	}
}

// stillMoving is what kept somebody from seeing a change of calendar to its end.
func stillMoving(ctx context.Context, p store.CalendarProgress, why error) error {
	if ctx.Err() != nil {
		why = errors.New("it was broken off here")
	}
	return movingError{fmt.Errorf("version %s is in force, and %s of %s were seen moved: %w; the worker moves the others, and the same command shows how far it is",
		p.Version, cli.Counted(p.Deadlines, "deadline", "deadlines"), cli.Counted(p.Cases, "case", "cases"), why)}
}
