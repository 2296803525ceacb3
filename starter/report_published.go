package main

import (
	"context"
	"fmt"
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
	"hame/internal/store"
)

// parseQuarter reads the last day of a quarter that is over; empty is the latest.
func parseQuarter(text string, now time.Time) (clock.Date, error) {
	today := clock.DateOf(now)
	if text == "" {
		day := today.AddDays(-1)
		for !endsQuarter(day) {
			day = day.AddDays(-1)
		}
		return day, nil
	}
	day, err := clock.ParseDate(text)
	switch {
	case err != nil:
		return day, cli.Usage(fmt.Errorf("--as-of %q: with --publish write a day, as 2027-03-31", text))
	case !endsQuarter(day):
		return day, cli.Usage(fmt.Errorf("--as-of %s ends no quarter: figures are published of 31 March, 30 June, "+
			"30 September and 31 December; without --publish any day is for the office alone", day))
	case !day.Before(today):
		return day, cli.Usage(fmt.Errorf("--as-of %s is not over: it is %s", day, today))
	}
	return day, nil
}

// endsQuarter reports whether a day is the last of March, June, September or December.
func endsQuarter(d clock.Date) bool {
	next := d.AddDays(1)
	return next.Day() == 1 && (next.Month()-1)%3 == 0
}

// published are the tables of a quarter that anybody may read.
type published struct {
	AsOf      clock.Date        `json:"as_of"`
	Synthetic bool              `json:"synthetic"`
	Tables    []*publishedTable `json:"tables"`
}

type publishedTable struct {
	Title   string         `json:"title"`
	Columns []string       `json:"columns"`
	Rows    []publishedRow `json:"rows"`
	// Notes say what is counted, and how it adds up.
	Notes []string `json:"notes"`
}

// publishedRow has a number for each column, nil if it is hidden.
type publishedRow struct {
	Name   string `json:"name"`
	Counts []*int `json:"counts"`
}

// publishedOn works out the tables of a quarter's last day. What is hidden depends on what
// was published of the quarters before, from the first in which there was a family: all of
// them are worked out again, from the record as it was, so that the result is the same
// whenever it is asked for, and whether or not they were printed.
func publishedOn(ctx context.Context, s *store.Store, day clock.Date) (*published, error) {
	at := func(d clock.Date) time.Time { return clock.LateAt(d).Add(-time.Microsecond) }
	latest, err := s.Figures(ctx, at(day), store.Grouping{Lane: true, Council: true})
	if err != nil {
		return nil, err
	}
	quarters := []clock.Date{}
	if latest.Since != nil {
		for d := clock.DateOf(*latest.Since); d.Before(day); d = d.AddDays(1) {
			if endsQuarter(d) {
				quarters = append(quarters, d)
			}
		}
	}
	var release disclosure.Release
	for _, d := range quarters {
		f, err := s.Figures(ctx, at(d), store.Grouping{Lane: true, Council: true})
		if err != nil {
			return nil, err
		}
		if err := seesAll(f); err != nil {
			return nil, err
		}
		release = disclosure.Publish(newPublishedCounts(f).roots(), release)
	}
	if err := seesAll(latest); err != nil {
		return nil, err
	}
	counts := newPublishedCounts(latest)
	release = disclosure.Publish(counts.roots(), release)
	return counts.tables(day, latest, release), nil
}

func seesAll(f store.Figures) error {
	if f.Withheld == 0 {
		return nil
	}
	return casefile.Refuse(casefile.RefusedRole, "what is published counts every family, and some are restricted: "+
		"a senior caseworker or the auditor publishes")
}

// publishedCounts are the fixed list of what is published, before anything is hidden.
type publishedCounts struct {
	all store.GroupFigures

	families, people, missed, representations, appeals, waived *disclosure.Count
}

func grows(name string, n int) *disclosure.Count {
	return &disclosure.Count{Name: name, N: n, Grows: true}
}

func varies(name string, n int) *disclosure.Count { return &disclosure.Count{Name: name, N: n} }

// newPublishedCounts takes figures by lane and council. The names of the counts are those
// under which they are published, and the same each quarter.
func newPublishedCounts(f store.Figures) *publishedCounts {
	p := &publishedCounts{}
	byLane, decidedIn, waitingIn := map[casefile.Lane]int{}, map[string]int{}, map[string]int{}
	for _, g := range f.Groups {
		if g.Total {
			p.all = g
			continue
		}
		decided := g.Decided + g.Resolved
		byLane[g.Lane] += g.Families
		decidedIn[g.Council] += decided
		waitingIn[g.Council] += g.Families - decided
	}
	all := p.all
	decided := grows("decided", all.Decided+all.Resolved)
	waiting := varies("not decided", all.Families-decided.N)
	p.families = grows("imported", all.Families)
	p.families.Split(decided, waiting)
	var lanes, of, not []*disclosure.Count
	for _, lane := range publishedLanes {
		lanes = append(lanes, grows(string(lane), byLane[lane]))
	}
	p.families.Split(lanes...)
	for _, council := range publishedCouncils(f) {
		of = append(of, grows("decided "+council, decidedIn[council]))
		not = append(not, varies("not decided "+council, waitingIn[council]))
	}
	decided.Split(of...)
	waiting.Split(not...)
	decided.Split(grows("resolved", all.Resolved), varies("to be carried out", all.Decided))
	waiting.Split(varies("unlisted", all.Unlisted), varies("under review", all.UnderReview),
		varies("archived", all.Archived), grows("closed", all.Closed))

	of = nil
	for _, part := range []struct {
		name  string
		kinds []casefile.Outcome
	}{{"waiting", []casefile.Outcome{""}}, {"granted", grants}, {"refused", []casefile.Outcome{casefile.RefusedUpheld}},
		{"ended", publishedEnds}} {
		c := varies(part.name, 0)
		c.Grows = part.name != "waiting"
		ages := map[string]int{}
		var kinds []*disclosure.Count
		for _, o := range part.kinds {
			n := 0
			for _, x := range all.People {
				if x.Outcome == o {
					n, ages[x.Age] = n+x.People, ages[x.Age]+x.People
				}
			}
			c.N += n
			kinds = append(kinds, &disclosure.Count{Name: part.name + " " + string(o), N: n, Grows: c.Grows})
		}
		if len(kinds) > 1 {
			c.Split(kinds...)
		}
		var byAge []*disclosure.Count
		for _, age := range publishedAges {
			byAge = append(byAge, &disclosure.Count{Name: part.name + " " + age, N: ages[age], Grows: c.Grows})
		}
		c.Split(byAge...)
		of = append(of, c)
	}
	p.people = grows("people", 0)
	for _, c := range of {
		p.people.N += c.N
	}
	p.people.Split(of...)

	of = nil
	p.missed = grows("missed", 0)
	for _, party := range publishedParties {
		c := grows("missed by "+string(party), all.Missed[party])
		p.missed.N, of = p.missed.N+c.N, append(of, c)
	}
	p.missed.Split(of...)

	of = nil
	p.representations = grows("representations", 0)
	for _, from := range []string{"ministers", "others"} {
		c := grows("representations of "+from, 0)
		var answers []*disclosure.Count
		for _, answer := range publishedAnswers {
			a := varies(c.Name+" "+answer, 0)
			for _, x := range all.Representations {
				if x.Answer == answer && x.ByMinister == (from == "ministers") {
					a.N += x.Representations
				}
			}
			c.N, answers = c.N+a.N, append(answers, a)
		}
		c.Split(answers...)
		p.representations.N, of = p.representations.N+c.N, append(of, c)
	}
	p.representations.Split(of...)

	p.appeals = grows("appeals", all.Appeals.Lodged)
	p.appeals.Split(varies("appeals waiting", all.Appeals.Waiting()), grows("appeals allowed", all.Appeals.Allowed),
		grows("appeals dismissed", all.Appeals.Dismissed), grows("appeals withdrawn", all.Appeals.Withdrawn))
	p.waived = grows("waived", all.Waived)
	return p
}

func (p *publishedCounts) roots() []*disclosure.Count {
	return []*disclosure.Count{p.families, p.people, p.missed, p.representations, p.appeals, p.waived}
}

// What the published tables have rows and columns for, whether or not anybody is counted: a
// row that appears would tell that somebody is.
var (
	grants = []casefile.Outcome{casefile.GrantRefugee, casefile.GrantHP, casefile.GrantILR, casefile.GrantDL36M,
		casefile.GrantLLR30M}
	publishedLanes   = []casefile.Lane{casefile.Legacy, casefile.FastTrack}
	publishedEnds    = casefile.Ends
	publishedAges    = []string{store.AgeAdult, store.AgeChild, store.AgeUnknown}
	publishedParties = slices.Concat(casefile.Roles, casefile.Parties)
	publishedAnswers = []string{"accepted", "rejected", "more", "waiting"}
)

// publishedCouncils are Scotland's, and any other under which a family stands.
func publishedCouncils(f store.Figures) []string {
	var codes []string
	for _, c := range gazetteer.Councils() {
		codes = append(codes, c.GSS)
	}
	for _, g := range f.Groups {
		if !g.Total && !slices.Contains(codes, g.Council) {
			codes = append(codes, g.Council)
		}
	}
	return codes
}

// The median is published of ten families and more, the ninetieth percentile of fifty: then
// at least five stand on either side of each [D].
const (
	medianFrom = 10
	p90From    = 50
)

// tables lays out what is shown.
func (p *publishedCounts) tables(day clock.Date, f store.Figures, r disclosure.Release) *published {
	shown := func(names ...string) []*int {
		counts := make([]*int, len(names))
		for i, name := range names {
			if n, ok := r.Shown[name]; ok {
				counts[i] = &n
			}
		}
		return counts
	}
	row := func(title string, names ...string) publishedRow { return publishedRow{title, shown(names...)} }
	out := &published{AsOf: day, Synthetic: f.Synthetic}
	add := func(title string, columns []string, notes []string, rows ...publishedRow) {
		out.Tables = append(out.Tables, &publishedTable{title, columns, rows, notes})
	}
	add("Families by what has become of them", []string{"FAMILIES"}, []string{
		"Each family that was imported is decided or not. Decided is signed: carried out",
		"or not yet. Those not decided stand in the four rows under that."},
		row("imported", "imported"), row("decided", "decided"), row("  carried out", "resolved"),
		row("  not yet carried out", "to be carried out"), row("not decided", "not decided"),
		row("  not listed yet", "unlisted"), row("  under review", "under review"),
		row("  archived, not found", "archived"), row("  closed without a decision", "closed"))
	var rows []publishedRow
	for _, lane := range publishedLanes {
		rows = append(rows, row(string(lane), string(lane)))
	}
	add("Families by lane", []string{"FAMILIES"}, []string{"They add up to the families imported."}, rows...)
	rows = nil
	for _, council := range publishedCouncils(f) {
		name := gazetteer.CouncilName(council)
		if name == "" {
			name = council
		}
		rows = append(rows, row(name, "decided "+council, "not decided "+council))
	}
	add("Families by council", []string{"DECIDED", "NOT DECIDED"},
		[]string{"The columns add up to the families decided and not decided."}, rows...)

	rows = []publishedRow{row("all people", "people")}
	for _, part := range []struct {
		name  string
		kinds []casefile.Outcome
	}{{"waiting", nil}, {"granted", grants}, {"refused", nil}, {"ended", publishedEnds}} {
		rows = append(rows, row(part.name, part.name))
		for _, o := range part.kinds {
			rows = append(rows, row("  "+string(o), part.name+" "+string(o)))
		}
	}
	add("People by what has become of them", []string{"PEOPLE"}, []string{
		"The people of the families imported, with who was born into them or joined.",
		"Waiting, granted, refused and ended without a decision add up to all people.",
		"Who left for a file of their own counts as waiting."}, rows...)
	rows = nil
	for _, name := range []string{"waiting", "granted", "refused", "ended"} {
		names := []string{}
		for _, age := range publishedAges {
			names = append(names, name+" "+age)
		}
		rows = append(rows, row(name, names...))
	}
	add("People by age when they came in", []string{"ADULTS", "CHILDREN", "NOT KNOWN"},
		[]string{"Each row adds up to the same row of the table before."}, rows...)

	rows = nil
	for _, from := range []string{"ministers", "others"} {
		name := "representations of " + from
		names := []string{name}
		for _, answer := range publishedAnswers {
			names = append(names, name+" "+answer)
		}
		rows = append(rows, row("of "+from, names...))
	}
	add("Representations", []string{"MADE", "ACCEPTED", "REJECTED", "MORE ASKED", "WAITING"}, []string{
		"Made is received at the Home Office. The four answers add up to made."},
		append([]publishedRow{row("all", "representations")}, rows...)...)
	add("Appeals", []string{"LODGED", "WAITING", "ALLOWED", "DISMISSED", "WITHDRAWN"},
		[]string{"What came of them adds up to the appeals lodged."},
		row("appeals", "appeals", "appeals waiting", "appeals allowed", "appeals dismissed", "appeals withdrawn"))
	add("Children whose welfare check was waived", []string{"CHILDREN"},
		[]string{"Each child once."}, row("children", "waived"))
	rows = []publishedRow{row("all", "missed")}
	for _, party := range publishedParties {
		rows = append(rows, row(party.InWords(), "missed by "+string(party)))
	}
	add("Deadlines missed", []string{"DEADLINES"}, []string{
		"By whose the deadline was when it was set. They add up to all."}, rows...)

	rows = nil
	spread := func(name, needs string, s store.Spread) {
		median, p90 := s.Median, s.P90
		if _, ok := r.Shown[needs]; !ok || s.Cases < medianFrom {
			median = nil
		}
		if median == nil || s.Cases < p90From {
			p90 = nil
		}
		rows = append(rows, publishedRow{name, []*int{median, p90}})
	}
	spread("to the first decision", "decided", p.all.FirstDecision)
	spread("to the final resolution", "resolved", p.all.FinalResolution)
	for _, stage := range casefile.Stages {
		if stage != casefile.Unlisted && stage != casefile.Closed {
			spread("in stage "+string(stage), "decided", p.all.DaysInStage[stage])
		}
	}
	add("Calendar days", []string{"MEDIAN", "90%"}, []string{
		"From the day on which the family came in, or in a stage that it has finished.",
		fmt.Sprintf("The median is of %d families or more, the ninetieth percentile of %d.", medianFrom, p90From)},
		rows...)
	return out
}

// table writes what is published. A hidden count is [c], as in official statistics.
func (p *published) table(t *tabwriter.Writer) {
	label := ""
	if p.Synthetic {
		label = " (SYNTHETIC)"
	}
	fmt.Fprintf(t, "FOR PUBLICATION: the quarter that ended on %s%s\n", p.AsOf, label)
	fmt.Fprintln(t, "as it was on record at the end of that day, with everything since the beginning")
	fmt.Fprintln(t, "[c]: under five, or changed by under five since it was last published, or a")
	fmt.Fprintln(t, "count that would tell such a one; it may be nought")
	for _, table := range p.Tables {
		fmt.Fprintf(t, "\n%s\t%s\n", strings.ToUpper(table.Title), strings.Join(table.Columns, "\t"))
		for _, row := range table.Rows {
			fmt.Fprint(t, row.Name)
			for _, n := range row.Counts {
				cell := "[c]"
				if n != nil {
					cell = strconv.Itoa(*n)
				}
				fmt.Fprintf(t, "\t%s", cell)
			}
			fmt.Fprintln(t)
		}
		for _, note := range table.Notes {
			fmt.Fprintln(t, note)
		}
	}
}
