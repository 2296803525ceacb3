package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/forecast"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

// mostSecurityWeeks bounds by how many weeks the police may be imagined to answer earlier or
// later [D].
const mostSecurityWeeks = 12

// laneForecast is what is to be expected of a lane, and the alarm on archiving near its target.
type laneForecast struct {
	forecast.Forecast
	// Archiving is nil unless the target is near.
	Archiving *forecast.Archiving `json:"archiving,omitempty"`
}

// forecasts makes the forecast of each lane that was started.
func forecasts(ctx context.Context, s *store.Store) ([]laneForecast, error) {
	now, err := s.BusinessNow(ctx)
	if err != nil {
		return nil, err
	}
	all := []laneForecast{}
	for _, lane := range lanes {
		record, started, err := s.ForecastRecord(ctx, lane, now, true)
		if err != nil {
			return nil, err
		}
		if started {
			all = append(all, laneForecast{Forecast: forecast.Make(record, forecast.Options{Seed: forecast.Seed}),
				Archiving: forecast.WatchArchiving(record)})
		}
	}
	return all, nil
}

// showForecasts writes of each lane when it will be cleared, whether its target is met, and the
// alarm.
func showForecasts(w io.Writer, all []laneForecast) {
	for _, f := range all {
		fmt.Fprintf(w, "%s forecast\t%s\n", f.Lane, clearedInWords(f.Forecast))
		for _, line := range f.lines() {
			fmt.Fprintf(w, "\t%s\n", line)
		}
	}
}

// clearedInWords says when a lane will be cleared by decisions, or why that cannot be said.
func clearedInWords(f forecast.Forecast) string {
	switch {
	case f.Done():
		return "no family waits for a decision that can be forecast"
	case len(f.Short) > 0:
		s := f.Short[0]
		return fmt.Sprintf("none yet: too little is recorded. %s left the stage of %s; a forecast needs %d",
			cli.Counted(s.Left, "family has", "families have"), s.Phase, s.Needs)
	case f.Paused && f.ToDraw > 0:
		return "not in sight: the lane is paused"
	}
	return fmt.Sprintf("cleared by decisions by %s (10%%), %s (50%%), %s (90%%)", dayOrNever(f.Cleared.Early),
		dayOrNever(f.Cleared.Middle), dayOrNever(f.Cleared.Late))
}

func dayOrNever(d clock.Date) string {
	if d.IsZero() {
		return "not in sight"
	}
	return d.String()
}

// lines say, below the day, what it leaves out and how it lies to the target.
func (f laneForecast) lines() (lines []string) {
	if line := targetInWords(f.Forecast); line != "" {
		lines = append(lines, line)
	}
	if f.Held > 0 || f.Archived > 0 {
		lines = append(lines, fmt.Sprintf("without %d held back as possible duplicates, and %d archived: neither is cleared",
			f.Held, f.Archived))
	}
	if a := f.Archiving; a != nil && a.Alarm {
		lines = append(lines, fmt.Sprintf("ALARM: since %s %d of %s ended archived or closed without a decision (%.0f%%), "+
			"before %.0f%%. The target %s is near: it closes no case (C4)", a.Since, a.Undecided,
			cli.Counted(a.Ended, "family", "families"), 100*a.Share(), 100*a.ShareBefore(), a.Target))
	}
	return lines
}

// targetInWords says whether the target is met or missed; empty if there is none to speak of.
func targetInWords(f forecast.Forecast) string {
	switch left := f.ToDraw + f.UnderReview; {
	case f.Target.IsZero():
		return ""
	case !f.TargetAhead() && !f.Done():
		return fmt.Sprintf("the target %s has passed, and %s: it changes nothing for them", f.Target,
			cli.Counted(left, "family waits for a decision", "families wait for a decision"))
	case !f.TargetAhead() || f.Done() || len(f.Short) > 0:
		return ""
	case f.Meets():
		return fmt.Sprintf("the target %s is met (%d%%); %s a week would do for 80%%", f.Target, f.Percent(),
			cli.Counted(f.Needed, "family", "families"))
	case f.Needed == 0:
		return fmt.Sprintf("the target %s is missed (met with %d%%), and no capacity would meet it with 80%%: some %d to %d families would be undecided",
			f.Target, f.Percent(), f.Undecided.Early, f.Undecided.Late)
	default:
		return fmt.Sprintf("the target %s is missed (met with %d%%): some %d to %d families would be undecided; %s a week would meet it with 80%%",
			f.Target, f.Percent(), f.Undecided.Early, f.Undecided.Late, cli.Counted(f.Needed, "family", "families"))
	}
}

// programmeForecastShown is what programme forecast prints.
type programmeForecastShown struct {
	laneForecast
	// Changed is the same with another capacity, or with other security checks; nil unless asked.
	Changed *forecast.Forecast `json:"changed,omitempty"`
	// Work is nil if too few families were decided to say. It rests on assumed minutes.
	Work        []forecast.RoleWork `json:"work"`
	WorkChanged []forecast.RoleWork `json:"work_changed,omitempty"`
	AssumedWork bool                `json:"minutes_are_assumed"`
	acts        forecast.Acts
}

func (a *app) programmeForecast() *cobra.Command {
	lane, seed := casefile.Legacy, uint64(forecast.Seed)
	var change forecast.Change
	c := &cobra.Command{
		Use: "forecast [--capacity N] [--security-weeks N]",
		Short: "when a lane will be cleared by decisions, with 10, 50 and 90 percent, the capacity that meets its target, " +
			"officers' weeks, and what another capacity or a week less of security checks changes",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case c.Flags().Changed("capacity") && (change.Capacity < 1 || change.Capacity > maxCapacity):
				return cli.Usage(fmt.Errorf("--capacity is %d; it must be 1 to %d families a week", change.Capacity, maxCapacity))
			case change.SecurityWeeks < -mostSecurityWeeks || change.SecurityWeeks > mostSecurityWeeks:
				return cli.Usage(fmt.Errorf("--security-weeks is %d; it must be -%d to %d", change.SecurityWeeks,
					mostSecurityWeeks, mostSecurityWeeks))
			}
			ctx := c.Context()
			s, err := a.database(ctx)
			if err != nil {
				return err
			}
			now, err := s.BusinessNow(ctx)
			if err != nil {
				return err
			}
			record, started, err := s.ForecastRecord(ctx, lane, now, true)
			if err != nil {
				return err
			}
			if !started {
				return casefile.Refuse(casefile.RefusedNothingOpen, fmt.Sprintf("the %s lane was never started: backlog start", lane))
			}
			acts, err := s.ForecastActs(ctx, lane, now, true)
			if err != nil {
				return err
			}
			shown := programmeForecastShown{AssumedWork: true, acts: acts, laneForecast: laneForecast{
				Forecast: forecast.Make(record, forecast.Options{Seed: seed}), Archiving: forecast.WatchArchiving(record)}}
			shown.Work = forecast.Work(record, shown.Capacity, acts)
			if change != (forecast.Change{}) {
				changed := forecast.Make(record, forecast.Options{Seed: seed, Change: change})
				shown.Changed, shown.WorkChanged = &changed, forecast.Work(record, changed.Capacity, acts)
			}
			return a.print(c.OutOrStdout(), shown, shown.table)
		},
	}
	c.Flags().Var(cli.Code(&lane, lanes), "lane", "legacy or fast-track")
	c.Flags().Var(cli.Count(&change.Capacity), "capacity", "what if so many families were listed a week")
	c.Flags().IntVar(&change.SecurityWeeks, "security-weeks", 0,
		"what if the police answered so many weeks later; -1 is a week earlier")
	c.Flags().Uint64Var(&seed, "seed", seed, "the same database, day and seed give the same forecast")
	return c
}

func (f programmeForecastShown) table(t *tabwriter.Writer) {
	fmt.Fprintf(t, "%s lane on %s: %s to be drawn, %d under review, %d families a week\n", f.Lane, f.AsOf,
		cli.Counted(f.ToDraw, "family", "families"), f.UnderReview, f.Capacity)
	fmt.Fprintln(t, clearedInWords(f.Forecast))
	for _, line := range f.lines() {
		fmt.Fprintln(t, line)
	}
	if c := f.Changed; c != nil {
		fmt.Fprintf(t, "\nWITH %s\n%s\n", changeInWords(c.Change), clearedInWords(*c))
		if line := targetInWords(*c); line != "" {
			fmt.Fprintln(t, line)
		}
		if early, late := f.Cleared.Middle, c.Cleared.Middle; !early.IsZero() && !late.IsZero() {
			fmt.Fprintf(t, "the middle day is %s\n", sooner(late.DaysSince(early)))
		}
	}
	if len(f.Short) == 0 && !f.Done() {
		fmt.Fprintf(t, "\nwithin half a year %d to %d of them are decided\n", f.Soon.Early, f.Soon.Late)
		if f.ToArchive.Late > 0 {
			fmt.Fprintf(t, "%d to %d would be archived, which clears nothing\n", f.ToArchive.Early, f.ToArchive.Late)
		}
	}
	f.showWork(t)
}

func changeInWords(c forecast.Change) string {
	words := ""
	if c.Capacity > 0 {
		words = fmt.Sprintf("%d FAMILIES A WEEK", c.Capacity)
	}
	if weeks := c.SecurityWeeks; weeks != 0 {
		if words != "" {
			words += " AND "
		}
		way := "LATER"
		if weeks < 0 {
			weeks, way = -weeks, "EARLIER"
		}
		if weeks == 1 {
			return words + "THE POLICE ANSWERING A WEEK " + way
		}
		words += fmt.Sprintf("THE POLICE ANSWERING %d WEEKS %s", weeks, way)
	}
	return words
}

func sooner(days int) string {
	switch {
	case days < 0:
		return cli.Counted(-days, "day", "days") + " earlier"
	case days > 0:
		return cli.Counted(days, "day", "days") + " later"
	}
	return "the same"
}

// showWork writes officers' weeks by role.
func (f programmeForecastShown) showWork(t *tabwriter.Writer) {
	if f.Work == nil {
		fmt.Fprintf(t, "\nofficers' weeks cannot be said yet: %s decided; %d are needed\n",
			cli.Counted(f.acts.Decided, "family was", "families were"), forecast.Fewest)
		return
	}
	head := "\nROLE\tOFFICERS' WEEKS TO CLEAR\tOFFICERS AT THIS CAPACITY"
	if f.Changed != nil {
		head += "\tWITH THE CHANGE"
	}
	fmt.Fprintln(t, head)
	for i, w := range f.Work {
		fmt.Fprintf(t, "%s\t%.1f\t%.1f", w.Role.InWords(), w.Weeks, w.Officers)
		if i < len(f.WorkChanged) {
			fmt.Fprintf(t, "\t%.1f", f.WorkChanged[i].Officers)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintf(t, "The minutes for each kind of act are assumed, not measured [D]; a week has %d hours of casework.\n",
		forecast.WeekMinutes/60)
	if f.acts.CarriedOut < forecast.Fewest {
		fmt.Fprintln(t, "The work after a signature is not in it: too few decisions were carried out.")
	}
}

func (a *app) programmeBacktest() *cobra.Command {
	lane := casefile.Legacy
	c := &cobra.Command{
		Use:   "backtest [--lane L]",
		Short: "how forecasts made at each half year would have come out: what was forecast, what came, and the coverage",
		Args:  cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			b, err := backtest(c.Context(), s, lane)
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), b, func(t *tabwriter.Writer) { showBacktest(t, b) })
		},
	}
	c.Flags().Var(cli.Code(&lane, lanes), "lane", "legacy or fast-track")
	return c
}

// backtest makes the forecasts of a lane as they would have been made at each half year since it
// was started, from what was recorded then.
func backtest(ctx context.Context, s *store.Store, lane casefile.Lane) (forecast.Backtest, error) {
	now, err := s.BusinessNow(ctx)
	if err != nil {
		return forecast.Backtest{}, err
	}
	report, err := s.Report(ctx)
	if err != nil {
		return forecast.Backtest{}, err
	}
	var began time.Time
	for _, l := range report.Lanes {
		if l.Lane == lane {
			began = l.StartedAt
		}
	}
	if began.IsZero() {
		return forecast.Backtest{}, casefile.Refuse(casefile.RefusedNothingOpen,
			fmt.Sprintf("the %s lane was never started: backlog start", lane))
	}
	var points []forecast.Point
	for half := 1; ; half++ {
		at := clock.LateAt(clock.DateOf(began).AddMonths(6 * half)).Add(-time.Microsecond)
		if !at.Before(now) {
			break
		}
		record, started, err := s.ForecastRecord(ctx, lane, at, true)
		if err != nil {
			return forecast.Backtest{}, err
		}
		if !started {
			continue
		}
		came, err := s.ForecastCame(ctx, lane, at, now, true)
		if err != nil {
			return forecast.Backtest{}, err
		}
		points = append(points, forecast.Point{Record: record, Came: came})
	}
	return forecast.Test(points, forecast.Options{Seed: forecast.Seed}), nil
}

func showBacktest(t *tabwriter.Writer, b forecast.Backtest) {
	fmt.Fprintln(t, "MADE ON\tCLEARED BY (10, 50, 90%)\tCAME\t\tDECIDED IN HALF A YEAR (10, 50, 90%)\tCAME\t")
	for _, x := range b.Tested {
		f, came := x.Forecast, x.Came
		if x.Clearance == forecast.None {
			fmt.Fprintf(t, "%s\t%s\t\t\t\t\t\n", f.AsOf, clearedInWords(f))
			continue
		}
		cleared := dayOrNever(came.Cleared)
		if came.Cleared.IsZero() {
			cleared = fmt.Sprintf("%d still open", came.Open)
		}
		fmt.Fprintf(t, "%s\t%s, %s, %s\t%s\t%s\t%d, %d, %d\t%d\t%s\n", f.AsOf, dayOrNever(f.Cleared.Early),
			dayOrNever(f.Cleared.Middle), dayOrNever(f.Cleared.Late), cleared, verdictInWords(x.Clearance),
			f.Soon.Early, f.Soon.Middle, f.Soon.Late, came.Soon, verdictInWords(x.Half))
	}
	if b.Settled == 0 {
		fmt.Fprintln(t, "Nothing is settled yet: a forecast is tested when its half year has passed, or its families are decided.")
		return
	}
	fmt.Fprintf(t, "%d of %d came between 10 and 90 percent (%.0f%%): some 80%% should.\n", b.Inside, b.Settled, 100*b.Coverage())
}

func verdictInWords(v forecast.Verdict) string {
	switch v {
	case forecast.Below:
		return "below"
	case forecast.Above:
		return "above"
	case forecast.NotYet:
		return "not settled"
	}
	return "inside"
}
