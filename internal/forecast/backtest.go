package forecast

import "hame/internal/clock"

// Came is what became, by a later day, of the families that a forecast was about.
type Came struct {
	Until clock.Date `json:"until"`
	// Cleared is when the last of them was decided or left; zero while Open are neither decided
	// nor archived.
	Cleared clock.Date `json:"cleared,omitzero"`
	Open    int        `json:"open"`
	// Soon is how many were decided within half a year; of a forecast that is younger, so far.
	Soon int `json:"decided_in_half_a_year"`
	// Archived is how many are archived undecided.
	Archived int `json:"archived"`
}

// Tested is a forecast as it would have been made then, beside what happened.
type Tested struct {
	Forecast Forecast `json:"forecast"`
	Came     Came     `json:"came"`
	// Clearance and Half say whether the day, and the number of the half year, came between 10
	// and 90 percent.
	Clearance Verdict `json:"clearance"`
	Half      Verdict `json:"half_year"`
}

// Verdict is how what happened lies to a band.
type Verdict string

// The verdicts.
const (
	Inside Verdict = "inside"
	Below  Verdict = "below"   // earlier, or fewer
	Above  Verdict = "above"   // later, or more
	NotYet Verdict = "not_yet" // nothing tells yet
	None   Verdict = "none"    // there was no forecast
)

// Backtest is how forecasts made at half years came out.
type Backtest struct {
	Tested []Tested `json:"tested"`
	// Inside of Settled came between 10 and 90 percent: of days of clearance and numbers of
	// half years together. Some eight of ten should.
	Inside  int `json:"inside"`
	Settled int `json:"settled"`
}

// Coverage is the share of what is settled that came between 10 and 90 percent.
func (b Backtest) Coverage() float64 { return ratio(b.Inside, b.Settled) }

// Point is a lane's record as it was at an instant, and what became of its families.
type Point struct {
	Record Record
	Came   Came
}

// Test makes the forecast of each point as it would have been made then, and compares.
func Test(points []Point, o Options) Backtest {
	b := Backtest{Tested: []Tested{}}
	for _, p := range points {
		t := Tested{Forecast: Make(p.Record, o), Came: p.Came, Clearance: None, Half: None}
		if f := t.Forecast; !f.Done() && len(f.Short) == 0 {
			t.Clearance, t.Half = cleared(f, p.Came), half(f, p.Came)
		}
		for _, v := range []Verdict{t.Clearance, t.Half} {
			switch v {
			case Inside:
				b.Inside, b.Settled = b.Inside+1, b.Settled+1
			case Below, Above:
				b.Settled++
			}
		}
		b.Tested = append(b.Tested, t)
	}
	return b
}

func cleared(f Forecast, came Came) Verdict {
	early, late := f.Cleared.Early, f.Cleared.Late
	switch {
	case came.Open > 0 && !late.IsZero() && came.Until.After(late):
		return Above
	case came.Open > 0:
		return NotYet
	case came.Cleared.IsZero(): // all of them are archived
		return NotYet
	case early.IsZero() || came.Cleared.Before(early):
		return Below
	case !late.IsZero() && came.Cleared.After(late):
		return Above
	}
	return Inside
}

func half(f Forecast, came Came) Verdict {
	switch {
	case came.Until.Before(f.AsOf.AddDays(SoonDays)):
		return NotYet
	case came.Soon < f.Soon.Early:
		return Below
	case came.Soon > f.Soon.Late:
		return Above
	}
	return Inside
}
