package clock

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/gb"
)

// The library's days are taken as year, month and day. In UTC each has a
// midnight; in some zones of a machine the clocks change at midnight, and the
// library would then give the day before.
func init() { cal.DefaultLoc = time.UTC }

// The yearly rules, for years that have not been published. They are the
// library's British holidays without its one-off ones, which no rule foresees;
// Scotland's list is made here because the library has none.
var (
	rulesEnglandAndWales = []*cal.Holiday{
		gb.NewYear, gb.GoodFriday, gb.EasterMonday, gb.EarlyMay, gb.SpringHoliday,
		gb.SummerHoliday, gb.ChristmasDay, gb.BoxingDay,
	}
	rulesScotland = []*cal.Holiday{
		gb.NewYear, secondJanuary, gb.GoodFriday, gb.EarlyMay, gb.SpringHoliday,
		gb.SummerHolidayScotland, stAndrew, gb.ChristmasDay, gb.BoxingDay,
	}

	// secondJanuary moves as Boxing Day does: it follows a holiday that takes
	// the Monday when it falls on a weekend itself.
	secondJanuary = &cal.Holiday{
		Name: "2nd January", Type: cal.ObservanceBank,
		Month: time.January, Day: 2, Func: cal.CalcDayOfMonth,
		Observed: []cal.AltDay{
			{Day: time.Saturday, Offset: 2},
			{Day: time.Sunday, Offset: 2},
			{Day: time.Monday, Offset: 1},
		},
	}

	// stAndrew is a bank holiday by the St Andrew's Day Bank Holiday (Scotland)
	// Act 2007; on a weekend the Monday takes its place.
	stAndrew = &cal.Holiday{
		Name: "St Andrew's Day", Type: cal.ObservanceBank, StartYear: 2007,
		Month: time.November, Day: 30, Func: cal.CalcDayOfMonth,
		Observed: []cal.AltDay{
			{Day: time.Saturday, Offset: 2},
			{Day: time.Sunday, Offset: 1},
		},
	}
)

// byRules returns the holidays of a year that a list of rules gives, on the
// days they are kept.
func byRules(rules []*cal.Holiday, year int) []Date {
	var days []Date
	for _, rule := range rules {
		if _, kept := rule.Calc(year); !kept.IsZero() {
			days = append(days, dateFrom(kept))
		}
	}
	return days
}
