package casefile

import (
	"encoding/json"
	"fmt"

	"hame/internal/clock"
)

// Day says whose day an act has. Most acts happen when their review handles them:
// their day is that of the workflow's clock, and never one that was typed. An act
// that reports what happened is attested for a day, which may have passed.
type Day struct {
	kind dayKind
	// since lists the facts before which what is reported can't have happened.
	since []Fact
	// within is how many calendar days may have passed before the day is asked back.
	within int
}

type dayKind int

const (
	handled dayKind = iota
	reported
	// wet is handled, but reported where private office records a wet signature.
	wet
)

// Handled is the day of an act that decides, signs or settles: it happens when its
// review handles it.
var Handled = Day{}

// Reported is the day of an act that reports what happened. It is attested, and not
// earlier than any of the facts that are known.
func Reported(since ...Fact) Day { return Day{kind: reported, since: since, within: FarDays} }

// ReportedWithin is [Reported] with its own number of calendar days.
func ReportedWithin(days int, since ...Fact) Day {
	return Day{kind: reported, since: since, within: days}
}

// WetSignature is [Handled], but [Reported] where private office records a wet signature.
func WetSignature(since ...Fact) Day { return Day{kind: wet, since: since, within: FarDays} }

// Reports reports whether an act with these fields is attested for a day.
func (d Day) Reports(f Fields) bool {
	if s, ok := f.(*SignFields); ok && d.kind == wet {
		return s.Signatory != ""
	}
	return d.kind == reported
}

// TakesDay reports whether the act can be attested for a day at all.
func (d Day) TakesDay() bool { return d.kind != handled }

// Since lists the facts before which what the act reports can't have happened.
func (d Day) Since() []Fact { return d.since }

// Within is how many calendar days before today the act may be attested for
// without being asked back.
func (d Day) Within() int { return d.within }

// Fact is something on record that other things can only follow.
type Fact string

// The facts that bound an attested day.
const (
	// FactClaim is the family's first claim, or if no day of it is on record the
	// arrival in the United Kingdom.
	FactClaim Fact = "claim"
	// FactBirth is the birth of the person whom the act is about.
	FactBirth Fact = "birth"
	// FactDrawn is the draw of the family, from which its review runs.
	FactDrawn Fact = "drawn"
	// FactReconciled is the comparison of record and paper file.
	FactReconciled Fact = "reconciled"
	// FactAsked is the sending of the letter that asks for the questionnaire. It
	// bounds evidence of that provider only: others also send unasked.
	FactAsked Fact = "asked"
	// FactLetterMade and FactLetterSent are of the letter that the act names.
	FactLetterMade Fact = "letter_made"
	FactLetterSent Fact = "letter_sent"
	// FactCheckAsked is the request for the person's security check.
	FactCheckAsked Fact = "check_asked"
	// FactDecisionOpened is the opening of the decision stage.
	FactDecisionOpened Fact = "decision_opened"
	// FactCleared and FactDraftSigned are of the minister's draft in hand.
	FactCleared     Fact = "cleared"
	FactDraftSigned Fact = "draft_signed"
	// FactSigned is the signature of the decision.
	FactSigned Fact = "signed"
	// FactFirstSigned is the signature of the first decision. A correction is signed later,
	// and an appeal may have been made before it.
	FactFirstSigned Fact = "first_signed"
	// FactDecisionSent is the sending of the decision letter to the last addressee.
	FactDecisionSent Fact = "decision_sent"
	// FactServed is the service on the person whom the act is about.
	FactServed Fact = "served"
	// FactHoldBegan is the beginning of the hold that the act ends.
	FactHoldBegan Fact = "hold_began"
)

// InWords says what happened, so that "on" and a day can follow.
func (f Fact) InWords() string {
	return map[Fact]string{
		FactClaim:          "the family claimed asylum, or if that day is unknown arrived,",
		FactBirth:          "the person was born",
		FactDrawn:          "the family was drawn",
		FactReconciled:     "record and paper file were compared",
		FactAsked:          "the questionnaire was sent",
		FactLetterMade:     "the letter was made",
		FactLetterSent:     "the letter was sent",
		FactCheckAsked:     "the check was asked for",
		FactDecisionOpened: "the decision stage began",
		FactCleared:        "the draft was cleared",
		FactDraftSigned:    "the minister signed",
		FactSigned:         "the decision was signed",
		FactFirstSigned:    "the decision was signed",
		FactDecisionSent:   "the decision letter was sent",
		FactServed:         "the decision was served",
		FactHoldBegan:      "the hold began",
	}[f]
}

// Convention is the day on which the Refugee Convention was signed. Nothing about
// an asylum claim is older: it bounds what no known fact does.
var Convention = clock.NewDate(1951, 7, 28)

// Known holds the days of the facts on record, zero or missing where a fact is not.
type Known map[Fact]clock.Date

// CheckDay refuses a day that can't be the one on which something happened: one to
// come, one before a fact that it follows from, and, unless it is confirmed, one
// that is far in the past. what names the day, such as "--on" or "done_on".
func CheckDay(what string, d Day, on, today clock.Date, known Known, confirmed bool) *Refusal {
	if today.Before(on) {
		return Refuse(RefusedFuture, fmt.Sprintf("%s %s has not come: today is %s", what, on, today))
	}
	if on.Before(Convention) {
		return Refuse(RefusedBefore, fmt.Sprintf("%s %s is before the Refugee Convention was signed on %s: give the day on which it happened", what, on, Convention))
	}
	for _, fact := range d.since {
		if since := known[fact]; on.Before(since) {
			return Refuse(RefusedBefore, fmt.Sprintf("%s %s is before %s on %s: give the day on which it happened", what, on,
				fact.InWords(), since))
		}
	}
	if far := today.DaysSince(on); far > d.within && !confirmed {
		return Refuse(RefusedUnconfirmed, fmt.Sprintf("%s %s is %d days ago: if that is the day, type it again with --confirm", what, on, far))
	}
	return nil
}

// confirmedKey is the key under which a confirmation stands among the coded fields
// of an act, and so in the chain of the case.
const confirmedKey = "confirmed"

// Confirm adds a confirmation to the coded fields of an act.
func Confirm(fields []byte) ([]byte, error) {
	all := map[string]any{}
	if err := json.Unmarshal(fields, &all); err != nil {
		return nil, err
	}
	all[confirmedKey] = true
	return json.Marshal(all)
}

// takeConfirmed takes the confirmation out of the coded fields of an act, and
// reports whether there was one. What can't be read is left as it is.
func takeConfirmed(fields []byte) (rest []byte, confirmed bool) {
	all := map[string]json.RawMessage{}
	if json.Unmarshal(fields, &all) != nil {
		return fields, false
	}
	value, there := all[confirmedKey]
	if !there {
		return fields, false
	}
	if json.Unmarshal(value, &confirmed) != nil {
		return fields, false
	}
	delete(all, confirmedKey)
	rest, err := json.Marshal(all)
	if err != nil {
		return fields, false
	}
	return rest, confirmed
}

// IsConfirmed reports whether the coded fields of an act hold a confirmation.
func IsConfirmed(fields []byte) bool {
	_, confirmed := takeConfirmed(fields)
	return confirmed
}
