package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/gazetteer"
	"hame/internal/policy"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) reportCommand() *cobra.Command {
	var asOf string
	var by []string
	var publish bool
	c := forReaders(&cobra.Command{
		Use:   "figures [--as-of T] [--by lane,council,stage] [--publish]",
		Short: "the programme's figures as they stood at an instant; they add up to the families imported",
		Args:  cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			grouping, err := parseGrouping(by)
			if err != nil {
				return err
			}
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			now, err := s.BusinessNow(c.Context())
			if err != nil {
				return err
			}
			if publish {
				if grouping != (store.Grouping{}) {
					return cli.Usage(fmt.Errorf("what is published is a fixed list of tables: --publish takes no --by"))
				}
				day, err := parseQuarter(asOf, now)
				if err != nil {
					return err
				}
				p, err := publishedOn(c.Context(), s, day)
				if err != nil {
					return err
				}
				return a.print(c.OutOrStdout(), p, p.table)
			}
			at, err := parseInstant(asOf, now)
			if err != nil {
				return err
			}
			f, err := s.Figures(c.Context(), at, grouping)
			if err != nil {
				return err
			}
			r, err := newFigures(f)
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), r, r.table)
		},
	}, programme)
	c.Flags().StringVar(&asOf, "as-of", "", "the instant: a day, at its end, or such as 2027-03-01T09:00:00Z (default now)")
	c.Flags().StringSliceVar(&by, "by", nil, "lane, council, stage, or several: one group for each")
	c.Flags().BoolVar(&publish, "publish", false, "the tables that may be published, of a quarter's last day "+
		"(default the last one): small counts, small changes and what would tell them are hidden")
	return cli.Group("report", "what the programme has done, for those to whom it answers", c)
}

func parseGrouping(by []string) (store.Grouping, error) {
	var g store.Grouping
	for _, word := range by {
		switch word {
		case "lane":
			g.Lane = true
		case "council":
			g.Council = true
		case "stage":
			g.Stage = true
		default:
			return g, cli.Usage(fmt.Errorf("--by takes lane, council, stage, or several with commas between, not %q", word))
		}
	}
	return g, nil
}

// parseInstant reads a day, which means its end, or an instant. What has not come
// has no figures: they would be others when it has.
func parseInstant(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		day, dayErr := clock.ParseDate(text)
		if dayErr != nil {
			return at, cli.Usage(fmt.Errorf("--as-of %q: write a day as 2027-03-01, or an instant as 2027-03-01T09:00:00Z",
				text))
		}
		if day == clock.DateOf(now) {
			return now, nil
		}
		at = clock.LateAt(day).Add(-time.Microsecond)
	}
	if at.After(now) {
		return at, cli.Usage(fmt.Errorf("--as-of %s has not come: it is %s", text, inLondon(now)))
	}
	return at, nil
}

// inLondon writes an instant for people: London's clock, and whether it is summer
// time.
func inLondon(t time.Time) string { return clock.InLondon(t).Format("2006-01-02 15:04 MST") }

// figures are what the office sees. They are not for publication.
type figures struct {
	AsOf      time.Time `json:"as_of"`
	Synthetic bool      `json:"synthetic"`
	// Internal says that nothing is hidden: what is published is printed by --publish.
	Internal bool `json:"internal"`
	// Withheld counts the restricted families that the reader does not see; no group
	// has them.
	Withheld int           `json:"withheld"`
	Groups   []*groupShown `json:"groups"`
	Lanes    []*laneShown  `json:"lanes"`
}

// groupShown is one group: Unlisted to Closed add up to Families, and Waiting to Ended to
// All.
type groupShown struct {
	store.GroupFigures
	Missed   int                    `json:"missed"`
	MissedBy map[casefile.Party]int `json:"missed_by"`
	Totals   peopleShown            `json:"people_together"`
	Children peopleShown            `json:"children_together"`
}

// peopleShown counts people by what has become of them.
type peopleShown struct {
	All     int `json:"all"`
	Waiting int `json:"waiting"`
	Granted int `json:"granted"`
	Refused int `json:"refused"`
	Ended   int `json:"ended"`
}

func (p *peopleShown) add(o casefile.Outcome, n int) {
	p.All += n
	switch {
	case o == "":
		p.Waiting += n
	case o.IsGrant():
		p.Granted += n
	case o == casefile.RefusedUpheld:
		p.Refused += n
	default:
		p.Ended += n
	}
}

// laneShown is a lane's families that wait to be listed.
type laneShown struct {
	Lane     casefile.Lane `json:"lane"`
	Waiting  int           `json:"waiting"`
	Capacity int           `json:"capacity"`
	Paused   bool          `json:"paused"`
	// Forecast is when the last of them would be listed at this pace; none where
	// the lane is paused.
	Forecast clock.Date `json:"forecast,omitzero"`
}

func newFigures(f store.Figures) (*figures, error) {
	r := &figures{AsOf: f.AsOf, Synthetic: f.Synthetic, Internal: true, Withheld: f.Withheld, Groups: []*groupShown{},
		Lanes: []*laneShown{}}
	for _, g := range f.Groups {
		if !g.Total && g.Lane == "" && g.Council == "" && g.Stage == "" {
			continue // all of them again, where nothing breaks them down
		}
		shown := &groupShown{GroupFigures: g, MissedBy: g.Missed}
		for _, n := range g.Missed {
			shown.Missed += n
		}
		for _, p := range g.People {
			shown.Totals.add(p.Outcome, p.People)
			if p.Age == store.AgeChild {
				shown.Children.add(p.Outcome, p.People)
			}
		}
		r.Groups = append(r.Groups, shown)
	}
	for _, l := range f.Lanes {
		shown := &laneShown{Lane: l.Lane, Waiting: l.Waiting, Capacity: l.Capacity, Paused: l.Paused}
		if l.Waiting > 0 && l.Capacity > 0 && !l.Paused {
			rules, err := policy.Load("", []byte(l.RuleSet))
			if err != nil {
				return nil, fmt.Errorf("the %s lane's rule set: %w", l.Lane, err)
			}
			shown.Forecast = rules.Listing.LastListing(l.Waiting, l.Capacity, clock.DateOf(f.AsOf))
		}
		r.Lanes = append(r.Lanes, shown)
	}
	return r, nil
}

// table writes the figures for people.
func (r *figures) table(t *tabwriter.Writer) {
	label := ""
	if r.Synthetic {
		label = " (SYNTHETIC)"
	}
	fmt.Fprintf(t, "As of %s%s\n", inLondon(r.AsOf), label)
	fmt.Fprintln(t, "INTERNAL, not for publication: --publish prints what is published.")
	fmt.Fprintln(t, "as it was believed then: an act that was struck counts until it was struck")
	if r.Withheld > 0 {
		fmt.Fprintf(t, "without %s, which you do not see\n",
			cli.Counted(r.Withheld, "restricted family", "restricted families"))
	}
	rows := func(head string, cells func(*groupShown) []any) {
		fmt.Fprintf(t, "\n%s\n", strings.ReplaceAll(head, ", ", "\t"))
		for _, g := range r.Groups {
			t.Write([]byte(g.name()))
			for _, cell := range cells(g) {
				fmt.Fprintf(t, "\t%v", cell)
			}
			fmt.Fprintln(t)
		}
	}
	rows("FAMILIES, ALL, UNLISTED, REVIEW, ARCHIVED, DECIDED, RESOLVED, CLOSED", func(g *groupShown) []any {
		return []any{g.Families, g.Unlisted, g.UnderReview, g.Archived, g.Decided, g.Resolved, g.Closed}
	})
	fmt.Fprintln(t, "Each family that was imported stands in one of the six. Decided is signed and")
	fmt.Fprintln(t, "not yet carried out, resolved is carried out, closed is without a decision.")
	people := func(p peopleShown) []any { return []any{p.All, p.Waiting, p.Granted, p.Refused, p.Ended} }
	rows("PEOPLE, ALL, WAITING, GRANTED, REFUSED, ENDED", func(g *groupShown) []any { return people(g.Totals) })
	rows("OF THEM CHILDREN, ALL, WAITING, GRANTED, REFUSED, ENDED",
		func(g *groupShown) []any { return people(g.Children) })
	fmt.Fprintln(t, "The four add up to the people of these families. Ended is without a decision.")
	fmt.Fprintln(t, "A child was under 18 when it came in. Who stands on a file of their own waits.")
	fmt.Fprintln(t, "\nOUTCOMES\tPEOPLE\tCHILDREN")
	for _, o := range outcomes(r.Groups) {
		fmt.Fprintf(t, "%s\t%d\t%d\n", o, r.Groups[0].peopleOf(o, ""), r.Groups[0].peopleOf(o, store.AgeChild))
	}
	fmt.Fprintln(t, "Those granted, refused and ended, by the outcome that stands.")
	rows("REPRESENTATIONS, MADE, ACCEPTED, REJECTED, MORE ASKED, WAITING", func(g *groupShown) []any {
		answers := map[string]int{}
		for _, x := range g.Representations {
			answers[x.Answer] += x.Representations
			answers["made"] += x.Representations
		}
		return []any{answers["made"], answers["accepted"], answers["rejected"], answers["more"], answers["waiting"]}
	})
	fmt.Fprintln(t, "Made is received at the Home Office; the four answers add up to made.")
	rows("APPEALS, LODGED, WAITING, ALLOWED, DISMISSED, WITHDRAWN, WAIVERS", func(g *groupShown) []any {
		a := g.Appeals
		return []any{a.Lodged, a.Waiting(), a.Allowed, a.Dismissed, a.Withdrawn, g.Waived}
	})
	fmt.Fprintln(t, "The four add up to lodged. Waivers are children whose welfare check was waived.")
	spread := func(s store.Spread) []any {
		day := func(n *int) any {
			if n == nil {
				return "-"
			}
			return *n
		}
		return []any{s.Cases, day(s.Median), day(s.P90), day(s.Longest)}
	}
	for _, part := range []struct {
		title string
		of    func(*groupShown) store.Spread
	}{
		{"DAYS TO THE FIRST DECISION", func(g *groupShown) store.Spread { return g.FirstDecision }},
		{"DAYS TO THE FINAL RESOLUTION", func(g *groupShown) store.Spread { return g.FinalResolution }},
		{"DAYS SO FAR WITHOUT A DECISION", func(g *groupShown) store.Spread { return g.WithoutDecision }},
		{"DAYS SO FAR WITHOUT A RESOLUTION", func(g *groupShown) store.Spread { return g.WithoutResolution }},
	} {
		rows(part.title+", FAMILIES, MEDIAN, 90%, LONGEST", func(g *groupShown) []any { return spread(part.of(g)) })
	}
	fmt.Fprintln(t, "Calendar days from the day on which the family came in.")
	for _, stage := range casefile.Stages {
		if stage == casefile.Unlisted || stage == casefile.Closed {
			continue
		}
		rows("DAYS IN STAGE "+strings.ToUpper(string(stage))+", FAMILIES, MEDIAN, 90%, LONGEST",
			func(g *groupShown) []any { return spread(g.DaysInStage[stage]) })
	}
	fmt.Fprintln(t, "Calendar days in the stage, of the families that had finished it.")
	fmt.Fprintln(t, "\nDEADLINES MISSED\tBY\tCOUNT")
	for _, g := range r.Groups {
		for _, party := range slices.Sorted(maps.Keys(g.MissedBy)) {
			fmt.Fprintf(t, "%s\t%s\t%d\n", g.name(), party.InWords(), g.MissedBy[party])
		}
		fmt.Fprintf(t, "%s\ttogether\t%d\n", g.name(), g.Missed)
	}
	fmt.Fprintln(t, "By whose the deadline was when it was set.")
	if len(r.Lanes) > 0 {
		fmt.Fprintln(t, "\nWAITING TO BE LISTED\tFAMILIES\tA WEEK\tTHE LAST OF THEM")
	}
	for _, l := range r.Lanes {
		forecast := "-"
		switch {
		case l.Paused:
			forecast = "the lane is paused"
		case !l.Forecast.IsZero():
			forecast = l.Forecast.String()
		}
		fmt.Fprintf(t, "%s lane\t%d\t%d\t%s\n", l.Lane, l.Waiting, l.Capacity, forecast)
	}
}

// outcomes lists the outcomes and ends of anybody, in alphabetical order.
func outcomes(groups []*groupShown) []casefile.Outcome {
	all := map[casefile.Outcome]bool{}
	for _, g := range groups {
		for _, p := range g.People {
			if p.Outcome != "" {
				all[p.Outcome] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// peopleOf counts those of an age whom an outcome has; the empty age is any.
func (g *groupShown) peopleOf(o casefile.Outcome, age string) int {
	n := 0
	for _, p := range g.People {
		if p.Outcome == o && (age == "" || p.Age == age) {
			n += p.People
		}
	}
	return n
}

func (g *groupShown) name() string {
	if g.Total {
		return "all"
	}
	var words []string
	if g.Lane != "" {
		words = append(words, string(g.Lane))
	}
	if g.Council != "" {
		name := gazetteer.CouncilName(g.Council)
		if name == "" {
			name = g.Council
		}
		words = append(words, name)
	}
	if g.Stage != "" {
		words = append(words, string(g.Stage))
	}
	return strings.Join(words, ", ")
}
