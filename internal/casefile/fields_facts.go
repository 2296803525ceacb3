package casefile

import (
	"fmt"
	"slices"

	"hame/internal/clock"
)

type (
	// OpenFields says why a family is brought forward, and to which day.
	OpenFields struct {
		Reason      string     `json:"reason" yaml:"reason"` // child_near_18, illness, safeguarding, court, linked_family
		ListingDate clock.Date `json:"listing_date" yaml:"listing_date"`
	}
	// FlagFields sets or clears a flag of a person.
	FlagFields struct {
		Flag Flag   `json:"flag" yaml:"flag"`
		To   string `json:"to" yaml:"to"` // on, off
	}
	// LookIntoFields is what a senior caseworker found of a referral by the police, or
	// of public harm that is alleged or confirmed. It decides nothing.
	LookIntoFields struct {
		Finding string `json:"finding" yaml:"finding"` // no_concern, concern
	}
	// CorrectFields says which fact was wrong, why, and what shows it. The new
	// value is the act's text: it is personal, and can be erased under the chain.
	CorrectFields struct {
		Field  string `json:"field" yaml:"field"`
		Reason string `json:"reason" yaml:"reason"` // misread, mistyped, changed, family_says, other_record
		Source string `json:"source" yaml:"source"` // passport, birth_certificate, interview, questionnaire, paper_file, letter, provider
	}
	// DifferenceFields says what is done with a difference that an import found.
	DifferenceFields struct {
		Finding string `json:"finding" yaml:"finding"` // accepted, rejected
	}
	// ArrivalFields is what a senior caseworker makes of what arrived for a closed
	// case. Anything that should change the decision waits, as a task, until cases
	// can be reopened.
	ArrivalFields struct {
		Finding string `json:"finding" yaml:"finding"` // no_change
	}
	// DuplicateFields says whether the other file is the same family.
	DuplicateFields struct {
		Other   string `json:"other" yaml:"other"`     // the other case's reference
		Finding string `json:"finding" yaml:"finding"` // same, different
	}
	// WithdrawFields says why an author takes a proposal back.
	WithdrawFields struct {
		Reason string `json:"reason" yaml:"reason"` // new_facts, mistake
	}
)

// Flags lists the flags that can be set and cleared.
var Flags = []Flag{FlagPublicHarm, FlagAgeDispute, FlagChildProtection, FlagSeriousIllness, FlagJudicialReview, FlagFurtherSubmissions, FlagRestricted}

// NeedsTwo reports whether the flag is set and cleared by two officers
// (process.md, Four eyes).
func (f Flag) NeedsTwo() bool { return f == FlagPublicHarm }

// Hold returns the ground of the hold that the flag opens, or "" if it opens none.
func (f Flag) Hold() Ground {
	switch f {
	case FlagAgeDispute:
		return GroundAgeDispute
	case FlagChildProtection:
		return GroundChildProtection
	case FlagJudicialReview:
		return GroundCourt
	}
	return ""
}

// PersonFacts and FamilyFacts are what can be corrected of a person and of a
// family: the columns of a backlog file that state a fact about them. A move to
// another council is no correction.
var (
	PersonFacts = []string{"family_name", "given_names", "date_of_birth", "sex", "nationality", "birth_country", "born_in_scotland",
		"home_office_ref", "arrived_on", "claim_date", "language", "interpreter", "school", "responsible_adult"}
	// ClaimFacts can be taken over from a later import, and not typed.
	ClaimFacts  = []string{"own_claim", "claim_status", "claim_status_on", "last_interview_on"}
	FamilyFacts = []string{"area", "address", "postcode", "phone", "email", "representative", "representative_contact", "support"}
)

// Ask wants the reason and the day.
func (f OpenFields) Ask() []Field {
	return []Field{
		{Name: "reason", Given: f.Reason, Codes: codes("child_near_18", "illness", "safeguarding", "court", "linked_family")},
		{Name: "listing_date", Given: f.ListingDate.String(), Such: "2026-11-23", Help: "the day on which the review of the evidence is to begin"},
	}
}

// openWithin is how far ahead, in days, a family can be brought forward to [D]: a
// later day would put it back behind those who are drawn.
const openWithin = 365

// CheckListingDay refuses a day on which the review of a family that was not
// drawn can't begin; nil if it can.
func CheckListingDay(on, today clock.Date) *Refusal {
	switch {
	case on.Before(today):
		return Refuse(RefusedFields, fmt.Sprintf("listing_date %s has passed: today is %s", on, today))
	case today.AddDays(openWithin).Before(on):
		return Refuse(RefusedConstraint, fmt.Sprintf("listing_date %s is more than %d days away; a family can be brought forward, never put back", on, openWithin))
	}
	return nil
}

// Validate checks the code, and wants the day.
func (f OpenFields) Validate() error {
	if f.ListingDate.IsZero() {
		return fmt.Errorf("listing_date: say on which day the review of the evidence is to begin")
	}
	return inCodes(f)
}

// Ask wants the flag and what is to become of it.
func (f FlagFields) Ask() []Field {
	return []Field{
		{Name: "flag", Given: string(f.Flag), Codes: codes(Flags...)},
		{Name: "to", Given: f.To, Codes: codes("on", "off"), Help: "public_harm takes two officers, both ways"},
	}
}

// Validate checks the codes.
func (f FlagFields) Validate() error { return inCodes(f) }

// Ask wants what was found.
func (f LookIntoFields) Ask() []Field {
	return []Field{{Name: "finding", Given: f.Finding, Codes: codes("no_concern", "concern"), Help: "it decides nothing: any outcome then takes two officers"}}
}

// Validate checks the code.
func (f LookIntoFields) Validate() error { return inCodes(f) }

// Ask wants the fact, the reason and the source.
func (f CorrectFields) Ask() []Field {
	return []Field{
		{Name: "field", Given: f.Field, Codes: slices.Concat(PersonFacts, FamilyFacts), Help: "which fact; the new value is the text"},
		{Name: "reason", Given: f.Reason, Codes: codes("misread", "mistyped", "changed", "family_says", "other_record")},
		{Name: "source", Given: f.Source, Codes: codes("passport", "birth_certificate", "interview", "questionnaire", "paper_file", "letter", "provider"), Help: "what shows it"},
	}
}

// Validate checks the codes.
func (f CorrectFields) Validate() error { return inCodes(f) }

// Ask wants what is done with the difference.
func (f DifferenceFields) Ask() []Field {
	return []Field{{Name: "finding", Given: f.Finding, Codes: codes("accepted", "rejected")}}
}

// Validate checks the code.
func (f DifferenceFields) Validate() error { return inCodes(f) }

// Ask wants what is made of the arrival.
func (f ArrivalFields) Ask() []Field {
	return []Field{{Name: "finding", Given: f.Finding, Codes: codes("no_change")}}
}

// Validate checks the code.
func (f ArrivalFields) Validate() error { return inCodes(f) }

// Ask wants the other file, and whether it is the same family.
func (f DuplicateFields) Ask() []Field {
	return []Field{
		{Name: "other", Given: f.Other, Such: "K7F-M2Q8", Help: "the other case"},
		{Name: "finding", Given: f.Finding, Codes: codes("same", "different")},
	}
}

// Validate checks the reference and the code.
func (f DuplicateFields) Validate() error {
	if _, err := ParseReference(f.Other); err != nil {
		return fmt.Errorf("other: %w", err)
	}
	return inCodes(f)
}

// Ask wants the reason.
func (f WithdrawFields) Ask() []Field {
	return []Field{{Name: "reason", Given: f.Reason, Codes: codes("new_facts", "mistake")}}
}

// Validate checks the code.
func (f WithdrawFields) Validate() error { return inCodes(f) }
