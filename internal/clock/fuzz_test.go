package clock

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzCalendar holds working-day arithmetic against counting by hand, on any
// calendar, a council's too, from any day, forwards and backwards; and an instant
// against the London day that it is in.
func FuzzCalendar(f *testing.F) {
	for _, seed := range []struct {
		y, m, d, n int
		calendar   uint8
	}{{2026, 6, 12, 1, 1}, {2026, 12, 24, 20, 0}, {2024, 2, 29, 366, 2}, {2028, 12, 31, 10, 1}, {1, 1, 1, -5, 0}, {9999, 12, 31, 3, 1}, {2026, 7, 1, 20, 2}, {2026, 3, 29, -10, 0},
		{2026, 7, 17, 1, 128}, {2026, 9, 25, 10, 130}, {2031, 7, 18, -3, 128}, {9900, 12, 31, 5, 255}} {
		f.Add(seed.y, seed.m, seed.d, seed.n, seed.calendar)
	}
	h := withGlasgow(f)
	f.Fuzz(func(t *testing.T, y, m, d, n int, which uint8) {
		// Years as ISO writes them, and a budget of at most some twenty years.
		y, m, d, n = 1+abs(y)%9900, 1+abs(m)%12, 1+abs(d)%31, n%5000
		day := NewDate(y, time.Month(m), d)
		parsed, err := ParseDate(day.String())
		if err != nil || parsed != day {
			t.Fatalf("%s is written and not read: %v", day, err)
		}
		id := []CalendarID{EnglandAndWales, Scotland, ScotlandSchools}[which%3]
		if which >= 128 {
			id = id.KeptBy(glasgow)
		}
		c, err := h.Calendar(id)
		if err != nil {
			t.Fatal(err)
		}
		to := c.AddWorkingDays(day, n)
		first, last := day.AddDays(1), to
		if n < 0 {
			first, last = to, day.AddDays(-1)
		}
		worked := 0
		for x := first; !x.After(last); x = x.AddDays(1) {
			weekday := x.Weekday()
			if weekday != time.Saturday && weekday != time.Sunday && c.IsWorkingDay(x) {
				worked++
			}
		}
		if worked != abs(n) {
			t.Fatalf("%s: %d working days from %s is %s, and %d lie between", id, n, day, to, worked)
		}
		if n != 0 && !c.IsWorkingDay(to) {
			t.Fatalf("%s: %d working days from %s ends on %s, which is none", id, n, day, to)
		}
		if next := c.NextWorkingDay(day); next != day && next != c.AddWorkingDays(day, 1) || !c.IsWorkingDay(next) {
			t.Fatalf("%s: the working day on or after %s is not %s", id, day, next)
		}
		if back := day.AddDays(n).AddDays(-n); back != day || day.AddDays(n).DaysSince(day) != n {
			t.Fatalf("%d days from %s and back is %s", n, day, back)
		}
		if of := DateOf(day.Start()); of != day {
			t.Fatalf("%s begins on %s", day, of)
		}
		if before := DateOf(LateAt(day).Add(-time.Nanosecond)); before != day || DateOf(LateAt(day)) != day.AddDays(1) {
			t.Fatalf("%s ends on %s", day, before)
		}
		deadline := Deadline{Began: day, Budget: Budget{Days: abs(n), Unit: WorkingDays, Calendar: id}}
		if due, err := deadline.Due(h); err != nil || due != c.AddWorkingDays(day, abs(n)) {
			t.Fatalf("%+v is due on %s: %v", deadline, due, err)
		}
	})
}

// FuzzHolidays reads any bytes as published holidays, or says of the file what is
// wrong with it. What it accepts is never "no holidays": it holds a council's
// days or whole years of a nation, of both or of one only if it is in a form of gov.uk's;
// and it is the same version in every form in which it is written again.
func FuzzHolidays(f *testing.F) {
	for _, file := range []string{"holidays.tsv", pageFile, olderFeed} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
		f.Add(append([]byte("\ufeff"), data...))
	}
	f.Add(oneNationsFeed(f, DivisionScotland))
	f.Add(oneNationsFeed(f, DivisionEnglandAndWales))
	for _, seed := range []string{
		"<!DOCTYPE html><html lang=\"en\">", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "{\x00\"\x00a\x00\"\x00:\x001\x00}\x00",
		`{"division": "northern-ireland", "events": [{"title": "x", "date": "2026-03-17"}]}`, `{"division": "scotland"}`,
		glasgowTSV, tsvOf("Scotland 2029", foreseen(DivisionScotland, 2029)...), "", " \n", "\ufeff", "[]", "{}", "null", `{"foo": 1}`, `{"divisions": {}}`, `{"divisions": {"scotland": {"2026": null}}}`,
		`{"scotland": {"division": "scotland", "events": []}}`, `{"scotland": {"division": "scotland", "events": [{"date": "2026-02-30"}]}} {}`,
		"# version: x\nscotland\t2026-01-01\n", "scotland\t2026-01-01\tNew Year\n", "# version: x\nS12000049\t9999-12-31\tx\n", "# version: x\r\nS12000049\t2024-02-29\t\xff\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := ParseHolidays("a file", data)
		if err != nil {
			if h != nil || !strings.HasPrefix(err.Error(), "a file") {
				t.Fatalf("%v is refused without the file's name: %v", h, err)
			}
			return
		}
		days, nations := h.Days(), 0
		if len(days) == 0 || h.Version() == "" || h.Label() == "" {
			t.Fatalf("no holidays, or no name for them: %q, %q, %v", h.Version(), h.Label(), days)
		}
		for i, d := range days {
			if i > 0 && d.Division == days[i-1].Division && !d.Date.After(days[i-1].Date) {
				t.Fatalf("%v follows %v", d, days[i-1])
			}
			if year := d.Date.Year(); year < 1990 || year > 2100 {
				t.Fatalf("%v is out of range", d)
			}
		}
		for _, division := range h.Divisions() {
			if !division.isNation() {
				if Scotland.KeptBy(string(division)).Check() != nil {
					t.Fatalf("%q is neither a nation nor a council", division)
				}
				continue
			}
			nations++
			first, last := h.Years(division)
			for year := first; year <= last; year++ {
				of := func(d Holiday) bool { return d.Division == division && d.Date.Year() == year }
				if n := len(days) - len(slices.DeleteFunc(slices.Clone(days), of)); n < 7 {
					t.Fatalf("%s has %d holidays in %d", division, n, year)
				}
			}
		}
		isJSON := bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff"))), []byte("{"))
		if isJSON && nations == 1 && len(h.Divisions()) != 1 || isJSON && len(h.Divisions()) == 0 {
			t.Fatalf("a form of gov.uk's with one nation and more: %v", h.Divisions())
		}

		for i := range days {
			days[i].Title = "a holiday" // a title of a feed may hold tabs
		}
		again, err := ParseHolidays("own form", []byte(tsvOf("again", days...)))
		if err != nil || again.Version() != h.Version() {
			t.Fatalf("%s is another version in Hame's own form: %v", h.Version(), err)
		}
		if nations == 2 {
			again, err = ParseHolidays("feed", feedOf(t, h))
			if err != nil || again.Version() != h.Version() || !slices.Equal(written(again.Days()), written(h.Days())) {
				t.Fatalf("%s is another version as a feed: %v", h.Version(), err)
			}
		}

		whole, err := Embedded().Replace(h)
		if err != nil {
			return // it leaves a year out between its own and those that were there
		}
		for _, nation := range []Division{DivisionEnglandAndWales, DivisionScotland} {
			first, last := whole.Years(nation)
			if first > 2019 || last < 2028 {
				t.Fatalf("%s lost years: %d to %d", nation, first, last)
			}
		}
		for _, d := range h.Days() {
			id := Scotland.KeptBy(string(d.Division))
			if d.Division.isNation() {
				id = CalendarID(d.Division)
			}
			c, err := whole.Calendar(id)
			if err != nil || c.IsWorkingDay(d.Date) {
				t.Fatalf("%v is a working day: %v", d, err)
			}
		}
		again, err = whole.Replace(h)
		if err != nil || again.Version() != whole.Version() {
			t.Fatalf("replaced twice it is another version: %v", err)
		}
		for _, change := range whole.Diff(again) {
			if !change.IsEmpty() {
				t.Fatalf("a version differs from itself by %+v", change)
			}
		}
	})
}

// FuzzDeadline holds a deadline's ledger against a list of all days: those that
// count are written down one after the other, and its dates and what is left are
// read off the list.
func FuzzDeadline(f *testing.F) {
	for _, seed := range []struct {
		began, at      uint16
		days, extended uint8
		which          uint8
		pauses         []byte
	}{
		{2700, 30, 20, 5, 1, []byte{29, 12, 0}},                     // closed
		{2700, 30, 20, 0, 1, []byte{29, 0, 1}},                      // open
		{2700, 0, 5, 0, 0, []byte{20, 0, 0, 20, 0, 0}},              // on the day of beginning, twice
		{2740, 90, 28, 14, 3, []byte{10, 20, 0, 25, 40, 0}},         // overlapping, calendar days
		{2730, 60, 10, 0, 2, []byte{30, 50, 0}},                     // a school's summer
		{2740, 40, 10, 0, 5, []byte{22, 3, 0, 60, 1, 1, 19, 4, 0}},  // a council's
		{3640, 12, 0, 0, 1, []byte{20, 0, 1}},                       // nothing to count
		{3640, 400, 60, 30, 6, []byte{1, 63, 0, 90, 63, 0, 255, 1}}, // provisional
	} {
		f.Add(seed.began, seed.at, seed.days, seed.extended, seed.which, seed.pauses)
	}
	h := withGlasgow(f)
	f.Fuzz(func(t *testing.T, began, at uint16, days, more, which uint8, pauses []byte) {
		d := Deadline{
			Began:    NewDate(2019, time.January, 1).AddDays(int(began) % 8000),
			Budget:   Budget{Days: int(days) % 100, Unit: WorkingDays, Calendar: []CalendarID{EnglandAndWales, Scotland, ScotlandSchools}[which%3]},
			Extended: int(more) % 40,
		}
		if which%8 == 3 {
			d.Budget.Unit = CalendarDays
		}
		if which&4 != 0 {
			d.Budget.Calendar = d.Budget.Calendar.KeptBy(glasgow)
		}
		for ; len(pauses) >= 3 && len(d.Pauses) < 5; pauses = pauses[3:] {
			p := Pause{From: d.Began.AddDays(int(pauses[0]) - 20)}
			if pauses[2]%4 != 1 {
				p.Until = p.From.AddDays(int(pauses[1]) % 64)
			}
			d.Pauses = append(d.Pauses, p)
		}
		c, err := h.Calendar(d.Budget.Calendar)
		if err != nil {
			t.Fatal(err)
		}

		const horizon = 1500 // more days than so many of a budget, of pauses and of summers can take
		stood := map[Date]bool{}
		open := false
		for _, p := range d.Pauses {
			last := p.Until
			if last.IsZero() {
				open, last = true, d.Began.AddDays(horizon)
			}
			for x := p.From; !x.After(last); x = x.AddDays(1) {
				stood[x] = true
			}
		}
		var counted []Date
		for i := 1; i <= horizon; i++ {
			x := d.Began.AddDays(i)
			if !stood[x] && (d.Budget.Unit == CalendarDays || c.IsWorkingDay(x)) {
				counted = append(counted, x)
			}
		}
		after := func(n int) Date {
			switch {
			case n == 0:
				return d.Began
			case n > len(counted):
				return Date{}
			}
			return counted[n-1]
		}
		total := d.Total()
		if len(counted) < total && !open {
			t.Fatalf("%+v: the list is too short", d)
		}

		due, err := d.Due(h)
		if err != nil || due != after(total) {
			t.Fatalf("%+v is due on %q and not on %q: %v", d, after(total), due, err)
		}
		for _, n := range []int{0, 1, total / 2, total, total + 1} {
			if got, err := d.After(h, n); err != nil || got != after(n) {
				t.Fatalf("%+v: %d days are over on %q and not on %q: %v", d, n, after(n), got, err)
			}
		}
		on := d.Began.AddDays(int(at)%1200 - 20)
		used := 0
		for _, x := range counted {
			if !x.After(on) {
				used++
			}
		}
		if got, err := d.Used(h, on); err != nil || got != used {
			t.Fatalf("%+v: %d are used on %s and not %d: %v", d, used, on, got, err)
		}
		if got, err := d.Left(h, on); err != nil || got != max(total-used, 0) {
			t.Fatalf("%+v: %d are left on %s and not %d: %v", d, total-used, on, got, err)
		}
		provisional := d.Budget.Unit == WorkingDays && due.Year() > 2028
		if got, err := d.Provisional(h); err != nil || got != provisional {
			t.Fatalf("%+v, due on %q, is provisional: %v; not %v: %v", d, due, provisional, got, err)
		}

		backwards := d
		backwards.Pauses = reversed(d.Pauses)
		if got, err := backwards.Due(h); err != nil || got != due {
			t.Fatalf("%+v: with its pauses in another order it is due on %q and not on %q: %v", d, got, due, err)
		}
		for i := range d.Pauses {
			fewer := d
			fewer.Pauses = slices.Delete(slices.Clone(d.Pauses), i, i+1)
			if got, err := fewer.Due(h); err != nil || !due.IsZero() && (got.IsZero() || got.After(due)) {
				t.Fatalf("%+v: without pause %d it is due on %q and with it on %q: %v", d, i+1, got, due, err)
			}
		}
	})
}

// FuzzParsePartial reads a date as it was written, or says that it is none; what
// is read is written the same, and its ages follow from the days it can be.
func FuzzParsePartial(f *testing.F) {
	for _, seed := range []string{"1998", "1998-03", "1998-03-05", "0000", "2007-02-29", "2008-02-29", "+199", "1998-3-5", "１９９８", "1998-03-05 ", "", "unknown",
		"0001-01-01", "1899-12-30", "1900-01-00", "1970-01-01", "9999-12-31", "2019–03–01", "2019-03-01 00:00", "43525", "\u200b1998", "#N/A", "NaT"} {
		f.Add(seed, 2026, 11, 25)
	}
	f.Fuzz(func(t *testing.T, s string, y, m, d int) {
		p, err := ParsePartial(s)
		if err != nil {
			if !p.IsZero() {
				t.Fatalf("%q is no date and gives %v", s, p)
			}
			return
		}
		if p.String() != s {
			t.Fatalf("%q is written again as %q", s, p)
		}
		if p.Latest().Before(p.Earliest()) {
			t.Fatalf("%q ends on %s before it begins on %s", s, p.Latest(), p.Earliest())
		}
		on := NewDate(1+abs(y)%9900, time.Month(1+abs(m)%12), 1+abs(d)%28)
		for _, age := range []int{1, 18} {
			oldest, youngest := AgeOn(p.Earliest(), on), AgeOn(p.Latest(), on)
			if under, atLeast := p.MayBeUnder(age, on), p.MayBeAtLeast(age, on); under != (youngest < age) || atLeast != (oldest >= age) {
				t.Fatalf("born %q, on %s between %d and %d: may be under %d %v, at least %v", s, on, youngest, oldest, age, under, atLeast)
			}
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return max(-n, 0) // the least number has no opposite
	}
	return n
}
