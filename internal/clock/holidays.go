package clock

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // the published holidays
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Division is whose days a published holiday is: a nation's, or with its GSS
// code a council's local days.
type Division string

// The nations whose holidays Hame keeps. Northern Ireland's stand in the
// published files too, and are passed over.
const (
	DivisionEnglandAndWales Division = "england-and-wales"
	DivisionScotland        Division = "scotland"
)

func (d Division) isNation() bool { return d == DivisionEnglandAndWales || d == DivisionScotland }

// Holiday is one published day.
type Holiday struct {
	Division Division `json:"division"`
	Date     Date     `json:"date"`
	Title    string   `json:"title"`
}

// Holidays is one version of the published holidays. It never changes, and is
// safe for concurrent use.
type Holidays struct {
	version   string
	label     string
	days      []Holiday // in order of division and day
	byYear    map[Division]map[int][]Date
	calendars sync.Map // CalendarID to *Calendar
}

// firstYear and lastYear bound the years that a file may hold: a deadline in the
// year 9999 is a slip of the hand.
const firstYear, lastYear = 1990, 2100

// fewestAYear is how many holidays a nation's published year has at least. A file
// with fewer is cut off [D].
const fewestAYear = 8

// mostAYear is how many holidays any division's year may have: a file with more is
// no list of holidays [D].
const mostAYear = 20

// wholeYear returns an error if the days of a nation's year can't be all of them:
// too few, or without those for the New Year, the fourth of January at the latest,
// or the two for Christmas, which are kept on or after the 25th.
func wholeYear(days []Date) error {
	christmas, kept := 0, 0
	for _, d := range days {
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
			kept++
		}
		if d.Month() == time.December && d.Day() >= 25 {
			christmas++
		}
	}
	switch {
	case kept < fewestAYear:
		return fmt.Errorf("%d holidays on weekdays; a published year has at least %d: the file is cut off or wrong", kept,
			fewestAYear)
	case days[0].Month() != time.January || days[0].Day() > 4:
		return errors.New("no holiday for the New Year: the file is cut off or wrong")
	case christmas < 2:
		return errors.New("fewer than two holidays for Christmas: the file is cut off or wrong")
	}
	return nil
}

// checkTitle refuses what could not be kept or shown: a title goes to terminals
// and into the record.
func checkTitle(title string) error {
	if !utf8.ValidString(title) || strings.ContainsFunc(title, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return fmt.Errorf("the title %q has characters that can't be shown", title)
	}
	if n := utf8.RuneCountInString(title); n > LongestLabel {
		return fmt.Errorf("a title has %d characters: expected at most %d", n, LongestLabel)
	}
	return nil
}

// NewHolidays makes a version of published days. It fails if a nation is missing
// or one of its years is cut off, if a day stands twice or is out of range, and
// if a division is neither a nation nor a council: a calendar that is missing or
// empty is an error, never "no holidays".
func NewHolidays(label string, days []Holiday) (*Holidays, error) {
	if len(days) == 0 {
		return nil, noHolidays(label)
	}
	h, err := fileOf(label, days)
	if err != nil {
		return nil, err
	}
	for _, nation := range []Division{DivisionEnglandAndWales, DivisionScotland} {
		if len(h.byYear[nation]) == 0 {
			return nil, fmt.Errorf("%s: no holidays of %s: each version holds both nations", label, nation)
		}
	}
	return h, nil
}

func noHolidays(label string) error {
	return fmt.Errorf("%s: it holds no holidays: expected at least one day", label)
}

// fileOf is a version, or a part of one that a file holds.
func fileOf(label string, days []Holiday) (*Holidays, error) {
	h := &Holidays{label: label, days: slices.Clone(days), byYear: map[Division]map[int][]Date{}}
	slices.SortFunc(h.days, func(a, b Holiday) int {
		return cmp.Or(cmp.Compare(a.Division, b.Division), a.Date.Compare(b.Date))
	})
	sum := sha256.New()
	for i, d := range h.days {
		switch {
		case !d.Division.isNation() && !councilCode.MatchString(string(d.Division)):
			return nil, fmt.Errorf("%s: unknown division %q: expected %s, %s or the GSS code of a Scottish council", label,
				string(d.Division), DivisionEnglandAndWales, DivisionScotland)
		case d.Date.Year() < firstYear || d.Date.Year() > lastYear:
			return nil, fmt.Errorf("%s: %s, %s: the years go from %d to %d", label, d.Division, d.Date, firstYear, lastYear)
		case i > 0 && h.days[i-1].Division == d.Division && h.days[i-1].Date == d.Date:
			return nil, fmt.Errorf("%s: %s, %s stands twice", label, d.Division, d.Date)
		}
		if h.byYear[d.Division] == nil {
			h.byYear[d.Division] = map[int][]Date{}
		}
		h.byYear[d.Division][d.Date.Year()] = append(h.byYear[d.Division][d.Date.Year()], d.Date)
		fmt.Fprintf(sum, "%s\t%s\n", d.Division, d.Date)
	}
	for division, years := range h.byYear {
		for year, days := range years {
			if len(days) > mostAYear {
				return nil, fmt.Errorf("%s: %s in %d: %d holidays; expected at most %d", label, division, year, len(days),
					mostAYear)
			}
		}
		if !division.isNation() {
			continue
		}
		first, last := span(years)
		for year := first; year <= last; year++ {
			if err := wholeYear(years[year]); err != nil {
				return nil, fmt.Errorf("%s: %s in %d: %w", label, division, year, err)
			}
		}
	}
	h.version = hex.EncodeToString(sum.Sum(nil)[:6])
	return h, nil
}

// span returns the first and last year of a division.
func span(years map[int][]Date) (first, last int) {
	all := slices.Sorted(maps.Keys(years))
	return all[0], all[len(all)-1]
}

//go:embed holidays.tsv
var holidaysTSV []byte

var embedded = sync.OnceValue(func() *Holidays {
	h, err := ParseHolidays("holidays.tsv", holidaysTSV)
	if err == nil {
		h, err = NewHolidays(h.label, h.days)
	}
	if err != nil {
		panic("clock: " + err.Error()) // a test reads the embedded file
	}
	return h
})

// Embedded returns the published holidays that the program carries: those of
// 2019 to 2028, as they were in February 2026. A database begins with them.
func Embedded() *Holidays { return embedded() }

// Version names the days of this version. The file and the format do not count:
// twelve hex digits of their digest.
func (h *Holidays) Version() string { return h.version }

// Label is what people call the version: the file's own, or its name.
func (h *Holidays) Label() string { return h.label }

// Days lists the published days in order of division and day.
func (h *Holidays) Days() []Holiday { return slices.Clone(h.days) }

// Years returns the first and last published year of a division, 0 if it has none.
func (h *Holidays) Years(d Division) (first, last int) {
	if len(h.byYear[d]) == 0 {
		return 0, 0
	}
	return span(h.byYear[d])
}

// Divisions lists whose days are published here, in order.
func (h *Holidays) Divisions() []Division { return slices.Sorted(maps.Keys(h.byYear)) }

// Calendar returns the working-day calendar of an id, always the same one. It
// fails for an id that is no calendar's.
func (h *Holidays) Calendar(id CalendarID) (*Calendar, error) {
	if known, ok := h.calendars.Load(id); ok {
		return known.(*Calendar), nil
	}
	if err := id.Check(); err != nil {
		return nil, err
	}
	divisions := id.divisions()
	c := &Calendar{id: id, version: h.version, given: h.byYear[divisions[0]], rules: rulesOf[id.Base()]}
	if len(divisions) > 1 {
		c.local = h.byYear[divisions[1]]
	}
	if id.Base() == ScotlandSchools {
		c.closed = []monthDay{{time.July, 1}, {time.August, 15}}
	}
	known, _ := h.calendars.LoadOrStore(id, c)
	return known.(*Calendar), nil
}

// Replace returns this version with what a file says in place of what stood
// there: of each nation in the file, and of each council, the years that the file
// has days of, or says that the council has none. Other years, and divisions that
// it does not have, stay [D].
func (h *Holidays) Replace(file *Holidays) (*Holidays, error) {
	days := file.Days()
	for _, d := range h.days {
		if _, replaced := file.byYear[d.Division][d.Date.Year()]; !replaced {
			days = append(days, d)
		}
	}
	label := file.label
	if len(file.byYear[DivisionEnglandAndWales]) == 0 || len(file.byYear[DivisionScotland]) == 0 {
		label = h.label + " + " + file.label // a part only, as a council's local days
	}
	if runes := []rune(label); len(runes) > LongestLabel {
		label = string(runes[len(runes)-LongestLabel:])
	}
	return NewHolidays(label, days)
}

// LongestLabel is how long the label of a version may be, in characters [D].
const LongestLabel = 200

// Change is how one division's holidays differ between two versions.
type Change struct {
	Division Division `json:"-"`
	// Added and Removed are the days that become holidays, and cease to be. In a
	// year that only one of the versions publishes, the yearly rules stand for
	// the other: what they foresaw is no change.
	Added   []Holiday `json:"added"`
	Removed []Holiday `json:"removed"`
	// Published and Unpublished are the years that are no longer provisional, and
	// that are so again.
	Published   []int `json:"published"`
	Unpublished []int `json:"unpublished"`
}

// IsEmpty says whether nothing differs.
func (c Change) IsEmpty() bool {
	return len(c.Added)+len(c.Removed)+len(c.Published)+len(c.Unpublished) == 0
}

// Diff returns how the holidays change from this version to another: one
// [Change] a division of either, in order, empty ones too.
func (h *Holidays) Diff(to *Holidays) []Change {
	divisions := slices.Compact(slices.Sorted(slices.Values(slices.Concat(h.Divisions(), to.Divisions()))))
	changes := make([]Change, 0, len(divisions))
	for _, division := range divisions {
		c := Change{Division: division, Added: []Holiday{}, Removed: []Holiday{}, Published: []int{}, Unpublished: []int{}}
		years := map[int]bool{}
		for _, of := range []*Holidays{h, to} {
			for year := range of.byYear[division] {
				years[year] = true
			}
		}
		for _, year := range slices.Sorted(maps.Keys(years)) {
			before, after := h.kept(division, year), to.kept(division, year)
			c.Added = append(c.Added, missing(after, before)...)
			c.Removed = append(c.Removed, missing(before, after)...)
			_, was := h.byYear[division][year]
			_, is := to.byYear[division][year]
			switch {
			case !division.isNation():
			case is && !was:
				c.Published = append(c.Published, year)
			case was && !is:
				c.Unpublished = append(c.Unpublished, year)
			}
		}
		changes = append(changes, c)
	}
	return changes
}

// kept lists the holidays of a division's year, by the rules where it is not published.
func (h *Holidays) kept(d Division, year int) []Holiday {
	if _, ok := h.byYear[d][year]; ok || !d.isNation() {
		var days []Holiday
		for _, x := range h.days {
			if x.Division == d && x.Date.Year() == year {
				days = append(days, x)
			}
		}
		return days
	}
	days := make([]Holiday, 0, 9)
	for _, day := range byRules(rulesOf[CalendarID(d)], year) {
		days = append(days, Holiday{d, day, "by the yearly rules"})
	}
	slices.SortFunc(days, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
	return days
}

// missing lists those of the days that the others do not have.
func missing(days, others []Holiday) []Holiday {
	var out []Holiday
	for _, d := range days {
		if !slices.ContainsFunc(others, func(o Holiday) bool { return o.Date == d.Date }) {
			out = append(out, d)
		}
	}
	return out
}

// OneOffs lists the published days of the nations that no yearly rule gives, and
// those that a rule gives and that are not kept: what somebody who checks a file
// looks at first.
func (h *Holidays) OneOffs() (added, left []Holiday) {
	for _, division := range []Division{DivisionEnglandAndWales, DivisionScotland} {
		for _, year := range slices.Sorted(maps.Keys(h.byYear[division])) {
			given := h.kept(division, year)
			ruled := (&Holidays{}).kept(division, year)
			added = append(added, missing(given, ruled)...)
			left = append(left, missing(ruled, given)...)
		}
	}
	return added, left
}

// noLocalDay is said in place of a title of a council's year without a local day, in
// capitals or not.
const noLocalDay = "none"

// parseTSV reads Hame's own form: lines of division, date and title, separated
// by tabs, and a comment "# version: ..." with the version's label. A line of a
// council, a year and "none" says that it has no local day in that year.
func parseTSV(name string, data []byte) (*Holidays, error) {
	label := ""
	var days []Holiday
	without := map[Division]map[int]int{} // years without a local day, and the line that says so
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimRight(line, "\r")
		if version, ok := strings.CutPrefix(line, "# version: "); ok {
			label = strings.TrimSpace(version)
		}
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s, line %d: %d fields between tabs: expected division, date and title", name, i+1,
				len(fields))
		}
		if year, err := strconv.Atoi(fields[1]); err == nil && strings.EqualFold(fields[2], noLocalDay) {
			division := Division(fields[0])
			if !councilCode.MatchString(fields[0]) || year < firstYear || year > lastYear {
				return nil, fmt.Errorf("%s, line %d: %q in %d: only a council can have no days, in a year from %d to %d", name,
					i+1, fields[0], year, firstYear, lastYear)
			}
			if without[division] == nil {
				without[division] = map[int]int{}
			}
			without[division][year] = i + 1
			continue
		}
		day, err := ParseDate(fields[1])
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, i+1, err)
		}
		days = append(days, Holiday{Division(fields[0]), day, fields[2]})
	}
	if label == "" {
		return nil, fmt.Errorf("%s: no line \"# version: ...\" says which version this is", name)
	}
	if err := checkTitle(label); err != nil {
		return nil, fmt.Errorf("%s: its version: %w", name, err)
	}
	if len(days)+len(without) == 0 {
		return nil, noHolidays(name)
	}
	h, err := fileOf(name, days) // whose errors name the file
	if err != nil {
		return nil, err
	}
	for division, years := range without {
		if h.byYear[division] == nil {
			h.byYear[division] = map[int][]Date{}
		}
		for year, line := range years {
			if len(h.byYear[division][year]) > 0 {
				return nil, fmt.Errorf("%s, line %d: %s has local days in %d on other lines", name, line, division, year)
			}
			h.byYear[division][year] = nil
		}
	}
	h.label = label
	return h, nil
}
