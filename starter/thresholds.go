package main

import (
	"fmt"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// thresholdLine is a threshold of a person as case show lists it.
type thresholdLine struct {
	person int
	what   string
	on     clock.Date // zero if it can't be told
	state  string
}

// thresholds lists the thresholds of a family's people: those that have fired, those that an
// open review has yet to meet, and those of a child that have no day, with why.
func (f caseFile) thresholds() []thresholdLine {
	var lines []thresholdLine
	for _, x := range f.Thresholds {
		state := fmt.Sprintf("fired on %s, rule set %s (%s)", clock.DateOf(x.FiredAt), x.RuleSetID, x.RuleSet)
		if x.Signed {
			state += "; recorded only: the decision was signed"
		}
		lines = append(lines, thresholdLine{x.Person, x.Kind.InWords(), x.On, state})
	}
	for _, c := range f.facts().Crossings(f.Days) {
		lines = append(lines, thresholdLine{c.Person, c.Kind.InWords(), c.On, "to come"})
	}
	if f.Stage == casefile.Closed {
		return lines
	}
	today := clock.DateOf(f.Now)
	for _, p := range f.Days {
		if !p.ChildWhenListed && !casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, today) {
			continue
		}
		if casefile.ResidentSince(p.ArrivedOn, p.Birth, p.BornInScotland).IsZero() {
			lines = append(lines, thresholdLine{p.No, "years of residence", clock.Date{},
				"no mark: the day of arrival is unknown"})
		}
		switch {
		case p.AgeDisputed:
			lines = append(lines, thresholdLine{p.No, casefile.ThresholdEighteen.InWords(), clock.Date{},
				"no day while the age is disputed"})
		case p.Birth.IsZero():
			lines = append(lines, thresholdLine{p.No, casefile.ThresholdEighteen.InWords(), clock.Date{},
				"no day: the birth date is unknown"})
		}
	}
	return lines
}

// facts are those of a review from which its thresholds follow. Of an unlisted family those
// that are past count as met.
func (f caseFile) facts() casefile.Facts {
	facts := casefile.Facts{Stage: f.Stage, Signed: !f.SignedOn.IsZero(), DrawnAt: f.Now}
	if f.DrawnAt != nil {
		facts.DrawnAt = *f.DrawnAt
	}
	if f.Stage == casefile.Decision {
		facts.Opened = []casefile.Stage{casefile.Decision}
	}
	return facts
}

// nextThreshold says in a sentence what time will change next, and nothing if that can't be told.
func (f caseFile) nextThreshold() string {
	coming := f.facts().Crossings(f.Days)
	if len(coming) == 0 {
		return ""
	}
	return fmt.Sprintf("The next threshold of time is on %s: /%d, %s.", coming[0].On, coming[0].Person,
		coming[0].Kind.InWords())
}
