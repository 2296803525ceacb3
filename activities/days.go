package activities

import (
	"context"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// setDay gives an act its day: that of its handling, or for an act that reports the
// one attested. It refuses a day that can't be the one on which it happened.
func (c *change) setDay(ctx context.Context, rule *casefile.ActRule, cmd *store.Command, fields casefile.Fields) error {
	type attested struct {
		what string
		rule casefile.Day
		on   clock.Date
	}
	var days []attested
	if rule.Day.Reports(fields) {
		days = append(days, attested{"the attested day", rule.Day, cmd.AttestedOn})
	} else {
		cmd.AttestedOn = c.today
	}
	if f, ok := fields.(casefile.Attesting); ok {
		if on, field, rule := f.Attested(); !on.IsZero() {
			days = append(days, attested{field, rule, on})
		}
	}
	var known casefile.Known
	for _, d := range days {
		if known == nil && d.on.Before(c.today) { // every fact on record is of today or before
			var err error
			if known, err = c.knownDays(ctx, cmd.Act, cmd.Subject, fields); err != nil {
				return err
			}
		}
		if refusal := casefile.CheckDay(d.what, d.rule, d.on, c.today, known, c.confirmed); refusal != nil {
			return refusal
		}
	}
	return nil
}

// knownDays are the days of the facts on record that an act may depend on.
func (c *change) knownDays(ctx context.Context, act casefile.Act, subject int, fields casefile.Fields,
) (casefile.Known, error) {
	about := store.About{Person: subject}
	if act.Rule().Subject == casefile.AboutLetter {
		about = store.About{Letter: subject}
	}
	switch f := fields.(type) {
	case *casefile.DeliveredFields:
		about.To = f.To
	case *casefile.ReturnedFields:
		about.To = f.To
	case *casefile.ReleaseFields:
		about.Ground = f.Ground
	case *casefile.CourtEndFields:
		about.Ground = casefile.GroundCourt
	}
	known, err := c.KnownDays(ctx, c.ref, about)
	if err != nil {
		return nil, err
	}
	known[casefile.FactDrawn] = clock.DateOf(c.before.DrawnAt)
	if f, ok := fields.(*casefile.EvidenceFields); ok && f.Provider != casefile.ProviderQuestionnaire {
		delete(known, casefile.FactAsked)
	}
	return known, nil
}
