package clock_test

import (
	"testing"
	"time"

	"hame/internal/clock"
)

// FuzzCalendar holds working-day arithmetic against counting by hand, on any
// calendar, from any day, forwards and backwards; and an instant against the
// London day that it is in.
func FuzzCalendar(f *testing.F) {
	for _, seed := range []struct {
		y, m, d, n int
		calendar   uint8
	}{{2026, 6, 12, 1, 1}, {2026, 12, 24, 20, 0}, {2024, 2, 29, 366, 2}, {2028, 12, 31, 10, 1}, {1, 1, 1, -5, 0}, {9999, 12, 31, 3, 1}, {2026, 7, 1, 20, 2}, {2026, 3, 29, -10, 0}} {
		f.Add(seed.y, seed.m, seed.d, seed.n, seed.calendar)
	}
	f.Fuzz(func(t *testing.T, y, m, d, n int, which uint8) {
		// Years as ISO writes them, and a budget of at most some twenty years.
		y, m, d, n = 1+abs(y)%9900, 1+abs(m)%12, 1+abs(d)%31, n%5000
		day := clock.NewDate(y, time.Month(m), d)
		parsed, err := clock.ParseDate(day.String())
		if err != nil || parsed != day {
			t.Fatalf("%s is written and not read: %v", day, err)
		}
		id := []clock.CalendarID{clock.EnglandAndWales, clock.Scotland, clock.ScotlandSchools}[which%3]
		c, err := clock.For(id)
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
		if of := clock.DateOf(day.Start()); of != day {
			t.Fatalf("%s begins on %s", day, of)
		}
		if before := clock.DateOf(clock.LateAt(day).Add(-time.Nanosecond)); before != day || clock.DateOf(clock.LateAt(day)) != day.AddDays(1) {
			t.Fatalf("%s ends on %s", day, before)
		}
		deadline := clock.Deadline{Began: day, Budget: clock.Budget{Days: abs(n), Unit: clock.WorkingDays, Calendar: id}}
		if due, err := deadline.Due(); err != nil || due != c.AddWorkingDays(day, abs(n)) {
			t.Fatalf("%+v is due on %s: %v", deadline, due, err)
		}
	})
}

// FuzzParsePartial reads a date as it was written, or says that it is none; what
// is read is written the same, and its ages follow from the days it can be.
func FuzzParsePartial(f *testing.F) {
	for _, seed := range []string{"1998", "1998-03", "1998-03-05", "0000", "2007-02-29", "2008-02-29", "+199", "1998-3-5", "１９９８", "1998-03-05 ", "", "unknown"} {
		f.Add(seed, 2026, 11, 25)
	}
	f.Fuzz(func(t *testing.T, s string, y, m, d int) {
		p, err := clock.ParsePartial(s)
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
		on := clock.NewDate(1+abs(y)%9900, time.Month(1+abs(m)%12), 1+abs(d)%28)
		for _, age := range []int{1, 18} {
			oldest, youngest := clock.AgeOn(p.Earliest(), on), clock.AgeOn(p.Latest(), on)
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
