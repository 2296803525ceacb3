package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/rehearsal"
	"hame/internal/settings"
	"hame/internal/store"
	"hame/internal/temporalnamespace"

	"github.com/spf13/cobra"
)

// rehearsalYears is the default horizon: the legacy programme's five years [S4],
// and half a year for those who were listed last.
const rehearsalYears, rehearsalMonths = 5, 6

func (a *app) rehearseCommand() *cobra.Command {
	var until clock.Date
	var summary string
	var seed uint64
	var parallel int
	var claims int // in proportion to the backlog unless given
	c := forReaders(&cobra.Command{
		Use: "rehearse [--until DATE]", Short: "play a synthetic backlog through with simulated people", Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			if !a.embedded {
				return cli.Usage(errors.New("rehearse works in the embedded default only, where simulated people can log in and time can be skipped"))
			}
			// The worker's login directs a rehearsal.
			s, err := store.Open(ctx, a.settings.DatabaseURL, 16)
			if err != nil {
				return err
			}
			a.conn = s
			options, err := settings.Temporal("hame-rehearsal", settings.Quiet())
			if err != nil {
				return err
			}
			temporal, err := temporalnamespace.Dial(ctx, options)
			if err != nil {
				return unreachableError{fmt.Errorf("Temporal at %s does not answer: %w", options.HostPort, err)}
			}
			defer temporal.Close()
			now, err := s.BusinessNow(ctx)
			if err != nil {
				return err
			}
			if until.IsZero() {
				until = clock.DateOf(now).AddYears(rehearsalYears).AddMonths(rehearsalMonths)
			}
			if claims == 0 {
				imported, err := s.Report(ctx)
				if err != nil {
					return err
				}
				claims = rehearsal.Share(imported.Families)
			}
			r, err := rehearsal.New(ctx, rehearsal.Options{Store: s, DatabaseURL: a.settings.DatabaseURL, Temporal: temporal,
				Horizon: until.Start(), Seed: seed, Parallel: parallel, Claims: claims})
			if err != nil {
				return err
			}
			defer r.Close()
			begun := time.Now()
			if err := a.watch(ctx, c.ErrOrStderr(), r, s); err != nil {
				return err
			}
			report, err := s.Report(ctx)
			if err != nil {
				return err
			}
			if err := writeSummary(summary, report); err != nil {
				return err
			}
			tally := r.Tally()
			if a.output == "json" {
				return json.NewEncoder(c.OutOrStdout()).Encode(report)
			}
			fmt.Fprintf(c.OutOrStdout(), "\nRehearsed to %s in %s: %d acts, of them %d refused by a rule; %d skips of time.\n",
				until, time.Since(begun).Round(time.Second), tally.Acts, tally.Refused, tally.Forwards)
			if tally.Claims > 0 {
				fmt.Fprintf(c.OutOrStdout(), "%s made a new claim meanwhile (fast-track lane): they were imported as they "+
					"came, and count in the figures.\n",
					cli.Counted(tally.Claims, "family", "families"))
			}
			return a.print(c.OutOrStdout(), report, func(t *tabwriter.Writer) { showSummary(t, report) })
		},
	}, "everybody, on a synthetic database of the embedded default only")
	c.Flags().Var(cli.Date(&until), "until", "the day on which the rehearsal ends (default in five years and a half)")
	c.Flags().StringVar(&summary, "summary", "", "also write the summary to this file, as JSON")
	c.Flags().Uint64Var(&seed, "seed", 2007, "the same seed draws the same answers")
	c.Flags().Var(cli.Count(&claims), "claims",
		"families that make a new claim in five years, in the fast-track lane if it is started (default 60 beside 1,100)")
	c.Flag("claims").DefValue = ""
	parallel = 24
	c.Flags().Var(cli.Count(&parallel), "parallel", "how many reviews are played at once")
	return c
}

func writeSummary(file string, report store.Report) error {
	if file == "" {
		return nil
	}
	body, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(body, '\n'), 0o644)
}

// watch runs the rehearsal and draws its progress: on a terminal as bars that
// are redrawn, elsewhere as a line now and then.
func (a *app) watch(ctx context.Context, w io.Writer, r *rehearsal.Rehearsal, s *store.Store) error {
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	every := 5 * time.Second
	if !isTerminal(os.Stderr) {
		every = 20 * time.Second
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	drawn := 0
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
		}
		report, err := s.Report(ctx)
		if err != nil {
			continue // the next tick may fare better, and the rehearsal tells its own errors
		}
		tally := r.Tally()
		if !isTerminal(os.Stderr) {
			fmt.Fprintf(w, "%s: %s; deadlines kept %d, missed %d\n", clock.DateOf(tally.At), stageLine(report),
				report.Deadlines.Kept, report.Deadlines.Missed)
			continue
		}
		if drawn > 0 {
			fmt.Fprintf(w, "\x1b[%dA", drawn)
		}
		drawn = drawBars(w, report, tally)
	}
}

func stageLine(r store.Report) string {
	var parts []string
	for _, s := range casefile.Stages {
		if n := r.OpenByStage[string(s)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s, n))
		}
	}
	return strings.Join(append(parts, fmt.Sprintf("decided %d of %d", r.Decided, r.Families)), ", ")
}

const barWidth = 40

// drawBars draws a bar a stage and returns how many lines it wrote.
func drawBars(w io.Writer, r store.Report, t rehearsal.Tally) int {
	lines := 0
	line := func(format string, args ...any) {
		fmt.Fprintf(w, "\x1b[2K"+format+"\n", args...)
		lines++
	}
	line("SYNTHETIC rehearsal, %s   %d acts", clock.DateOf(t.At), t.Acts)
	for _, s := range casefile.Stages {
		n := r.OpenByStage[string(s)]
		name := string(s)
		if s == casefile.Closed {
			n, name = r.Decided, "decided"
		}
		full := 0
		if r.Families > 0 {
			full = (n*barWidth + r.Families - 1) / r.Families
		}
		line("%-15s %s%s %5d", name, strings.Repeat("█", full), strings.Repeat("░", barWidth-full), n)
	}
	var outcomes []string
	for _, o := range slices.Sorted(maps.Keys(r.DecidedByOutcome)) {
		outcomes = append(outcomes, fmt.Sprintf("%s %d", o, r.DecidedByOutcome[o]))
	}
	d := r.Deadlines
	line("decisions       signed %d   %s", r.Milestones.Signed, strings.Join(outcomes, "   "))
	line("deadlines       kept %d   missed %d   reminded %d   escalated %d", d.Kept, d.Missed, d.Reminded, d.Escalated)
	return lines
}
