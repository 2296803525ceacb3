package casefile

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"hame/internal/clock"
)

// Threshold is a day in a person's life, or in that of a check, from which the file says
// something else although nobody has recorded anything (domain.md 6.3).
type Threshold string

// The thresholds, in the order in which those of one day are met.
const (
	ThresholdThreeYears  Threshold = "three_years"              // a child has lived here for three years
	ThresholdSevenYears  Threshold = "seven_years"              // for seven
	ThresholdTenYears    Threshold = "ten_years"                // for ten
	ThresholdSixMonths   Threshold = "eighteen_in_six_months"   // a child may be 18 within six months (C14)
	ThresholdThreeMonths Threshold = "eighteen_in_three_months" // within three (C14)
	ThresholdEighteen    Threshold = "eighteen"                 // a child is 18, by every day that the record allows
	ThresholdCheck       Threshold = "security_check_lapsed"    // over 90 days old (C2)
	ThresholdWelfare     Threshold = "welfare_check_lapsed"     // over six months old (C2)
)

// Thresholds lists the thresholds, in the order in which those of one day are met.
var Thresholds = []Threshold{ThresholdThreeYears, ThresholdSevenYears, ThresholdTenYears, ThresholdSixMonths,
	ThresholdThreeMonths, ThresholdEighteen, ThresholdCheck, ThresholdWelfare}

// IsLapse reports whether the threshold is that of a check which has grown too old.
func (t Threshold) IsLapse() bool { return t == ThresholdCheck || t == ThresholdWelfare }

// InWords says what is so from the threshold's day on.
func (t Threshold) InWords() string {
	return map[Threshold]string{
		ThresholdThreeYears:  "three years of residence",
		ThresholdSevenYears:  "seven years of residence",
		ThresholdTenYears:    "ten years of residence",
		ThresholdSixMonths:   "may be 18 within six months",
		ThresholdThreeMonths: "may be 18 within three months",
		ThresholdEighteen:    "is 18",
		ThresholdCheck:       "the security check has lapsed",
		ThresholdWelfare:     "the welfare check has lapsed",
	}[t]
}

// marks are the years of residence of a child that are told of (domain.md 6.3).
var marks = []struct {
	kind  Threshold
	years int
}{{ThresholdThreeYears, 3}, {ThresholdSevenYears, 7}, {ThresholdTenYears, 10}}

// warnings are how many months before an eighteenth birthday somebody is told of it (C14).
var warnings = []struct {
	kind   Threshold
	months int
}{{ThresholdSixMonths, 6}, {ThresholdThreeMonths, 3}}

// PersonDays is what the thresholds of one person are worked out from.
type PersonDays struct {
	No              int               `json:"no"`
	Relationship    Relationship      `json:"relationship"`
	Birth           clock.PartialDate `json:"date_of_birth"`
	ArrivedOn       clock.PartialDate `json:"arrived_on"`
	BornInScotland  Answer            `json:"born_in_scotland"`
	AgeDisputed     bool              `json:"age_disputed"`
	ChildWhenListed bool              `json:"child_when_listed"`
	// CheckDoneOn is the day of the latest security check that has a result,
	// WelfareSignedOn that of the latest signed welfare check.
	CheckDoneOn     clock.Date `json:"check_done_on"`
	WelfareSignedOn clock.Date `json:"welfare_signed_on"`
	// Fired is when each threshold last fired.
	Fired map[Threshold]time.Time `json:"fired"`
}

// UnmarshalJSON reads what the record has. A date that can't be read is unknown: it may not
// keep a review from its acts.
func (p *PersonDays) UnmarshalJSON(data []byte) error {
	type days PersonDays
	recorded := struct {
		*days
		Birth     string `json:"date_of_birth"`
		ArrivedOn string `json:"arrived_on"`
	}{days: (*days)(p)}
	err := json.Unmarshal(data, &recorded)
	p.Birth, p.ArrivedOn = clock.AsFarAsKnown(recorded.Birth), clock.AsFarAsKnown(recorded.ArrivedOn)
	return err
}

// Crossing is a threshold of one person, and the day from which it is so. Without a day
// it can't be told: the day that it is counted from is unknown, or in dispute.
type Crossing struct {
	Person int
	Kind   Threshold
	On     clock.Date
}

// At is the instant at which the crossing fires: the first of its day in London.
func (c Crossing) At() time.Time { return c.On.Start() }

// Crossings lists the thresholds of a person with their days, in the order of
// [Thresholds], whether they are past or to come.
//
// The years of residence are counted from the day of arrival, or of birth for somebody
// born here, as evidence has corrected them; a partial date counts from its latest
// possible day. They are a child's: a mark after childhood is none. The warnings of the
// eighteenth birthday go by the earliest day on which the person may be 18, so that none
// comes too late. The birthday itself goes by the latest, like every question who is a
// child ([MayBeChild]). While the age is disputed the warnings stand, for the record may
// be right, and the birthday does not, for it may be wrong [D]. Who stands as an adult
// and has no birth date has no birthday to come.
func (p PersonDays) Crossings() []Crossing {
	var all []Crossing
	add := func(kind Threshold, on clock.Date) { all = append(all, Crossing{p.No, kind, on}) }
	child := func(on clock.Date) bool {
		return p.ChildWhenListed || MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, on)
	}
	since := ResidentSince(p.ArrivedOn, p.Birth, p.BornInScotland).Latest()
	for _, m := range marks {
		if on := clock.AttainsOn(since, m.years); child(on) {
			add(m.kind, on)
		}
	}
	if !p.Birth.IsZero() || child(clock.Date{}) {
		for _, w := range warnings {
			add(w.kind, warnedOn(p.Birth, w.months))
		}
		birthday := clock.AttainsOn(p.Birth.Latest(), Adulthood)
		if p.AgeDisputed {
			birthday = clock.Date{}
		}
		add(ThresholdEighteen, birthday)
	}
	if on := CheckLapsesOn(p.CheckDoneOn); !on.IsZero() && NeedsSecurityCheck(p.Birth, p.Relationship, p.AgeDisputed, on) {
		add(ThresholdCheck, on)
	}
	if on := WelfareLapsesOn(p.WelfareSignedOn); !on.IsZero() && child(on) {
		add(ThresholdWelfare, on)
	}
	return all
}

// warnedOn is the first day on which somebody may be 18 within so many months; the zero
// date for an unknown birth date.
func warnedOn(birth clock.PartialDate, months int) clock.Date {
	return clock.AttainsOn(birth.Earliest(), Adulthood).AddMonths(-months)
}

// AgesOut reports whether a child may reach 18 within six months of a day (C14): from the
// first warning on. Of an unknown birth date it can't be told.
func AgesOut(birth clock.PartialDate, on clock.Date) bool {
	return !birth.IsZero() && birth.MayBeUnder(Adulthood, on) && !on.Before(warnedOn(birth, 6))
}

// ResidentSince is the day from which somebody has lived here: that of arrival, or of
// birth for somebody born here. It is unknown if the record does not say.
func ResidentSince(arrived, birth clock.PartialDate, bornInScotland Answer) clock.PartialDate {
	if arrived.IsZero() && bornInScotland == Yes {
		return birth
	}
	return arrived
}

// Crossings lists the thresholds that a review has yet to meet, or is late to meet, the
// earliest first. Left out are those:
//   - of a day up to that on which the family was drawn: they are simply known;
//   - that have fired on their day or later. One whose day a correction has moved to after
//     the day on which it fired fires again, for what was told then was wrong;
//   - of a check, but while a decision is awaited: before, its stage asks for the checks,
//     and after the signature nothing rests on them;
//   - of a closed case: no review runs, and each day can be worked out from the file.
func (f Facts) Crossings(people []PersonDays) []Crossing {
	if f.Stage == Closed {
		return nil
	}
	listed := clock.DateOf(f.DrawnAt)
	var coming []Crossing
	for _, p := range people {
		for _, c := range p.Crossings() {
			fired := clock.DateOf(p.Fired[c.Kind])
			switch {
			case c.On.IsZero(), !c.On.After(listed):
			case !fired.IsZero() && !c.On.After(fired):
			case c.Kind.IsLapse() && (f.Signed || !f.HasOpened(Decision)):
			default:
				coming = append(coming, c)
			}
		}
	}
	slices.SortStableFunc(coming, func(x, y Crossing) int {
		return cmp.Or(x.On.Compare(y.On), cmp.Compare(x.Person, y.Person),
			cmp.Compare(slices.Index(Thresholds, x.Kind), slices.Index(Thresholds, y.Kind)))
	})
	return coming
}

// WithThresholds returns the facts with the instant of the earliest threshold that the
// review has yet to meet. Whose it is, and which, stays in the record: a birthday is
// personal (process.md, invariant 5).
func (f Facts) WithThresholds(people []PersonDays) Facts {
	f.NextThreshold = time.Time{}
	if coming := f.Crossings(people); len(coming) > 0 {
		f.NextThreshold = coming[0].At()
	}
	return f
}
