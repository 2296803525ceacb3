package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/disclosure"
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
			if publish && f.Withheld > 0 {
				return casefile.Refuse(casefile.RefusedRole, "what is published counts every family, and some are restricted: a senior caseworker or the auditor publishes")
			}
			if publish {
				r.suppress()
			}
			return a.print(c.OutOrStdout(), r, r.table)
		},
	}, programme)
	c.Flags().StringVar(&asOf, "as-of", "", "the instant: a day, at its end, or such as 2027-03-01T09:00:00Z (default now)")
	c.Flags().StringSliceVar(&by, "by", nil, "lane, council, stage, or several: one group for each")
	c.Flags().BoolVar(&publish, "publish", false, "hide counts under five, and those from which such a one could be worked out")
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

// figures are what is printed: each number nil where there is none, or where it
// is hidden.
type figures struct {
	AsOf      time.Time `json:"as_of"`
	Synthetic bool      `json:"synthetic"`
	// Suppressed says that small counts, and what would tell them, are null.
	Suppressed bool `json:"suppressed"`
	// Withheld counts the restricted families that the reader does not see; no group
	// has them.
	Withheld int           `json:"withheld"`
	Groups   []*groupShown `json:"groups"`
	Lanes    []*laneShown  `json:"lanes"`
}

// groupShown is one group: Unlisted to Closed add up to Families.
type groupShown struct {
	Total   bool           `json:"total"`
	Lane    casefile.Lane  `json:"lane,omitempty"`
	Council string         `json:"council,omitempty"`
	Stage   casefile.Stage `json:"stage,omitempty"`

	Families    *int `json:"families"`
	Unlisted    *int `json:"unlisted"`
	UnderReview *int `json:"under_review"`
	Decided     *int `json:"decided"`
	Resolved    *int `json:"resolved"`
	Archived    *int `json:"archived"`
	Closed      *int `json:"closed"`

	FirstDecision     *spreadShown `json:"first_decision"`
	FinalResolution   *spreadShown `json:"final_resolution"`
	WithoutDecision   *spreadShown `json:"without_decision"`
	WithoutResolution *spreadShown `json:"without_resolution"`

	Missed   *int                    `json:"missed"`
	MissedBy map[casefile.Party]*int `json:"missed_by"`
}

// spreadShown is a distribution of calendar days since the family came in.
type spreadShown struct {
	Cases   *int `json:"cases"`
	Median  *int `json:"median"`
	P90     *int `json:"p90"`
	Longest *int `json:"longest"`
}

// laneShown is a lane's families that wait to be listed.
type laneShown struct {
	Lane     casefile.Lane `json:"lane"`
	Waiting  *int          `json:"waiting"`
	Capacity int           `json:"capacity"`
	Paused   bool          `json:"paused"`
	// Forecast is when the last of them would be listed at this pace; none where
	// the lane is paused.
	Forecast clock.Date `json:"forecast,omitzero"`
}

func newFigures(f store.Figures) (*figures, error) {
	r := &figures{AsOf: f.AsOf, Synthetic: f.Synthetic, Withheld: f.Withheld, Groups: []*groupShown{},
		Lanes: []*laneShown{}}
	var parties []casefile.Party
	for _, g := range f.Groups {
		for party := range g.Missed {
			if !slices.Contains(parties, party) {
				parties = append(parties, party)
			}
		}
	}
	for _, g := range f.Groups {
		if !g.Total && g.Lane == "" && g.Council == "" && g.Stage == "" {
			continue // all of them again, where nothing breaks them down
		}
		missed, by := 0, map[casefile.Party]*int{}
		for _, party := range parties {
			n := g.Missed[party]
			by[party], missed = &n, missed+n
		}
		spread := func(s store.Spread) *spreadShown { return &spreadShown{&s.Cases, s.Median, s.P90, s.Longest} }
		r.Groups = append(r.Groups, &groupShown{Total: g.Total, Lane: g.Lane, Council: g.Council, Stage: g.Stage,
			Families: &g.Families, Unlisted: &g.Unlisted, UnderReview: &g.UnderReview, Decided: &g.Decided,
			Archived: &g.Archived, Resolved: &g.Resolved, Closed: &g.Closed,
			FirstDecision: spread(g.FirstDecision), FinalResolution: spread(g.FinalResolution),
			WithoutDecision: spread(g.WithoutDecision), WithoutResolution: spread(g.WithoutResolution), Missed: &missed,
			MissedBy: by})
	}
	for _, l := range f.Lanes {
		shown := &laneShown{Lane: l.Lane, Waiting: &l.Waiting, Capacity: l.Capacity, Paused: l.Paused}
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

// suppress hides the small counts, and those that would tell them by any sum that
// a reader knows: of a group's parts, of the groups, of the lanes. A spread goes
// with the count that it is over.
func (r *figures) suppress() {
	r.Suppressed = true
	var counts []int
	var hide []func()
	add := func(n int, f func()) int {
		counts, hide = append(counts, n), append(hide, f)
		return len(counts) - 1
	}
	at := func(cell **int) int { return add(**cell, func() { *cell = nil }) }
	var sums []disclosure.Sum
	var columns [][]int // of each group, the same cells in the same order
	unlisted := map[casefile.Lane][]int{}
	for _, g := range r.Groups {
		all, wait, under, archived := at(&g.Families), at(&g.Unlisted), at(&g.UnderReview), at(&g.Archived)
		decided, resolved, closed := at(&g.Decided), at(&g.Resolved), at(&g.Closed)
		first, final := at(&g.FirstDecision.Cases), at(&g.FinalResolution.Cases)
		undecided, unresolved := at(&g.WithoutDecision.Cases), at(&g.WithoutResolution.Cases)
		sums = append(sums, disclosure.Sum{Total: all, Parts: []int{wait, under, archived, decided, resolved, closed}},
			disclosure.Sum{Total: first, Parts: []int{decided, resolved}}, disclosure.Sum{Total: final, Parts: []int{resolved}},
			disclosure.Sum{Total: undecided, Parts: []int{wait, under, archived}},
			disclosure.Sum{Total: unresolved, Parts: []int{undecided, decided}})
		row := []int{all, wait, under, archived, decided, resolved, closed, first, final, undecided, unresolved}
		total := at(&g.Missed)
		var by []int
		for _, party := range slices.Sorted(maps.Keys(g.MissedBy)) {
			by = append(by, add(*g.MissedBy[party], func() { g.MissedBy[party] = nil }))
		}
		sums = append(sums, disclosure.Sum{Total: total, Parts: by})
		columns = append(columns, append(append(row, total), by...))
		if !g.Total && g.Lane != "" {
			unlisted[g.Lane] = append(unlisted[g.Lane], wait)
		}
	}
	if len(columns) > 1 { // the first group is all together
		for c := range columns[0] {
			s := disclosure.Sum{Total: columns[0][c]}
			for _, row := range columns[1:] {
				s.Parts = append(s.Parts, row[c])
			}
			sums = append(sums, s)
		}
	}
	lanes, rest := []int{}, 0
	if len(r.Groups) > 0 {
		rest = *r.Groups[0].Unlisted
	}
	for _, l := range r.Lanes {
		rest -= *l.Waiting
		waiting := at(&l.Waiting)
		lanes = append(lanes, waiting)
		if parts := unlisted[l.Lane]; len(parts) > 0 {
			sums = append(sums, disclosure.Sum{Total: waiting, Parts: parts})
		}
	}
	if len(lanes) > 0 {
		// The families of lanes that have not begun are not printed, and are what is left.
		others := add(rest, func() {})
		sums = append(sums, disclosure.Sum{Total: columns[0][1], Parts: append(lanes, others)})
	}
	for i, hidden := range disclosure.Suppress(counts, sums) {
		if hidden {
			hide[i]()
		}
	}
	for _, g := range r.Groups {
		for _, s := range []*spreadShown{g.FirstDecision, g.FinalResolution, g.WithoutDecision, g.WithoutResolution} {
			if s.Cases == nil || *s.Cases < disclosure.Threshold {
				s.Median, s.P90, s.Longest = nil, nil, nil
			}
		}
	}
	for _, l := range r.Lanes {
		if l.Waiting == nil {
			l.Forecast = clock.Date{}
		}
	}
}

// table writes the figures for people. A hidden count is [c], as in official
// statistics.
func (r *figures) table(t *tabwriter.Writer) {
	show := func(n *int) string {
		if n == nil {
			return "[c]"
		}
		return strconv.Itoa(*n)
	}
	label := ""
	if r.Synthetic {
		label = " (SYNTHETIC)"
	}
	fmt.Fprintf(t, "As of %s%s\n", inLondon(r.AsOf), label)
	fmt.Fprintln(t, "as it was believed then: an act that was struck counts until it was struck")
	if r.Suppressed {
		fmt.Fprintln(t, "[c]: a count under five, or one that would tell such a count")
	}
	if r.Withheld > 0 {
		fmt.Fprintf(t, "without %s, which you do not see\n",
			cli.Counted(r.Withheld, "restricted family", "restricted families"))
	}
	fmt.Fprintln(t, "\nFAMILIES\tIMPORTED\tUNLISTED\tUNDER REVIEW\tARCHIVED\tDECIDED\tRESOLVED\tCLOSED WITHOUT DECISION")
	for _, g := range r.Groups {
		fmt.Fprintln(t, strings.Join([]string{g.name(), show(g.Families), show(g.Unlisted), show(g.UnderReview),
			show(g.Archived), show(g.Decided), show(g.Resolved), show(g.Closed)}, "\t"))
	}
	fmt.Fprintln(t, "Unlisted, under review, archived, decided, resolved and closed without decision add up to imported: "+
		"a family counts once, with the people who were born into it, joined it or left it.")
	for _, part := range []struct {
		title string
		of    func(*groupShown) *spreadShown
	}{
		{"DAYS TO THE FIRST DECISION", func(g *groupShown) *spreadShown { return g.FirstDecision }},
		{"DAYS TO THE FINAL RESOLUTION", func(g *groupShown) *spreadShown { return g.FinalResolution }},
		{"DAYS SO FAR WITHOUT A DECISION", func(g *groupShown) *spreadShown { return g.WithoutDecision }},
		{"DAYS SO FAR WITHOUT A RESOLUTION", func(g *groupShown) *spreadShown { return g.WithoutResolution }},
	} {
		fmt.Fprintf(t, "\n%s\tFAMILIES\tMEDIAN\t90TH PERCENTILE\tLONGEST\n", part.title)
		for _, g := range r.Groups {
			s := part.of(g)
			none := func(n *int) string {
				if n == nil && s.Cases != nil && *s.Cases == 0 {
					return "-"
				}
				return show(n)
			}
			fmt.Fprintln(t, strings.Join([]string{g.name(), show(s.Cases), none(s.Median), none(s.P90), none(s.Longest)}, "\t"))
		}
	}
	fmt.Fprintln(t, "\nDEADLINES MISSED\tBY\tCOUNT")
	for _, g := range r.Groups {
		for _, party := range slices.Sorted(maps.Keys(g.MissedBy)) {
			if n := g.MissedBy[party]; n == nil || *n > 0 {
				fmt.Fprintf(t, "%s\t%s\t%s\n", g.name(), party.InWords(), show(n))
			}
		}
		fmt.Fprintf(t, "%s\ttogether\t%s\n", g.name(), show(g.Missed))
	}
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
		fmt.Fprintf(t, "%s lane\t%s\t%d\t%s\n", l.Lane, show(l.Waiting), l.Capacity, forecast)
	}
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
