package casefile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hame/internal/clock"
)

// The acts that prepare a case, and those on its facts.
const (
	ActAssign     Act = "case.assign"
	ActReconcile  Act = "case.reconcile"
	ActTriage     Act = "case.triage"
	ActOpen       Act = "case.open"
	ActFlag       Act = "case.flag"
	ActLookInto   Act = "case.look-into"
	ActCorrect    Act = "case.correct"
	ActDifference Act = "case.difference"
	ActDuplicate  Act = "duplicate.resolve"
	ActRecover    Act = "case.recover"
	ActArrival    Act = "case.arrival"
)

var caseActs = []*ActRule{
	{
		Act: ActAssign, InWords: "gives the case an owner, or names an officer on it",
		Roles: []Party{SeniorCaseworker}, From: Listed, Until: Service, Day: Handled,
		Fields: of[AssignFields], Many: true,
		Slip: Slip{Until: Service, Follows: "the former owner owns the case again; an officer who was named on the case is no longer named"},
	},
	{
		Act: ActReconcile, InWords: "records that record and paper file were compared",
		Roles: []Party{Caseworker}, From: Listed, Until: Listed, Day: Reported(FactDrawn),
		Fields: of[ReconcileFields],
		Slip:   Slip{Until: Listed, Follows: "record and paper file wait to be compared again", Instead: "case correct puts a wrong fact right"},
	},
	{
		Act: ActTriage, InWords: "records the triage: screens and priority",
		Roles: []Party{Caseworker}, From: Listed, Until: Decision, Day: Reported(FactReconciled),
		Fields: of[TriageFields],
		Slip:   Slip{Until: Listed, Follows: "the family waits to be triaged again", Instead: "case flag moves a family up"},
	},
	{
		Act: ActOpen, InWords: "brings a family's listing forward, never back",
		Roles: []Party{SeniorCaseworker}, From: Listed, Until: Listed, Day: Handled,
		Fields: of[OpenFields], OpensReview: true,
		Slip: Slip{Instead: "a family is brought forward and never put back: what was shown of its listing date stands"},
	},
	{
		Act: ActFlag, InWords: "sets or clears a flag; public harm takes two officers",
		Roles: []Party{SeniorCaseworker}, Subject: AboutPerson, From: Listed, Until: Service, Day: Handled,
		Fields: of[FlagFields], OpensReview: true,
		Slip: Slip{Instead: "case flag sets it back"},
	},
	{
		Act: ActLookInto, InWords: "records what was found about a referral by the police, or public harm alleged or confirmed",
		Roles: []Party{SeniorCaseworker}, Subject: AboutPerson, From: Listed, Until: Service, Day: Handled,
		Fields: of[LookIntoFields], NeedsText: true, Neutral: Neutral{"case.review",
			"records what a senior caseworker has found"},
		Slip: Slip{Until: Decision, Follows: "the referral waits to be looked into again"},
	},
	{
		Act: ActCorrect, InWords: "corrects a fact, with reason and source; the old value is kept",
		Roles: []Party{Caseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Service, Day: Handled,
		Fields: of[CorrectFields], NeedsText: true, OpensReview: true, Filed: true,
		Slip: Slip{Instead: "case correct again, with the right value; the wrong one is kept"},
	},
	{
		Act: ActDifference, InWords: "accepts or rejects what a later import says otherwise",
		Roles: []Party{Caseworker}, Subject: AboutDifference, From: Listed, Until: Service, Day: Handled,
		Fields: of[DifferenceFields], OpensReview: true,
		Slip: Slip{Instead: "case correct puts the fact right"},
	},
	{
		Act: ActDuplicate, InWords: "says whether two files are the same family",
		Roles: []Party{Caseworker, SeniorCaseworker}, Subject: AboutRecord, From: Unlisted, Until: Closed, Day: Handled,
		Fields: of[DuplicateFields],
		Slip:   Slip{Instead: "duplicate resolve again, with the other finding"},
	},
	{
		Act: ActRecover, InWords: "restarts a review from its recorded state, or frees a stuck one",
		Roles: []Party{Operations}, From: Listed, Until: Service, Day: Handled,
		KeepsProposal: true,
		Slip:          Slip{Instead: "it changes no fact"},
	},
	{
		Act: ActArrival, InWords: "records that what arrived for a closed case was read and changes nothing",
		Roles: []Party{SeniorCaseworker}, Subject: AboutRecord, From: Closed, Until: Closed, Day: Handled,
		Fields: of[ArrivalFields],
		Slip:   Slip{Instead: "what arrives for a closed case opens the task anew"},
	},
}

// Flags lists the flags that can be set and cleared.
var Flags = []Flag{FlagPublicHarm, FlagAgeDispute, FlagChildProtection, FlagSeriousIllness, FlagJudicialReview,
	FlagFurtherSubmissions, FlagRestricted}

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
	PersonFacts = []string{"family_name", "given_names", "date_of_birth", "sex", "nationality", "birth_country",
		"born_in_scotland",
		"home_office_ref", "arrived_on", "claim_date", "language", "interpreter", "school", "responsible_adult"}
	// ClaimFacts can be taken over from a later import, and not typed.
	ClaimFacts  = []string{"own_claim", "claim_status", "claim_status_on", "last_interview_on"}
	FamilyFacts = []string{"area", "address", "postcode", "phone", "email", "representative", "representative_contact",
		"support"}
)

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

var answers = codes(Yes, No, Unknown)

// AssignFields names the officer who gets a case. Role names them on it in that role;
// without a role they become case owner.
type AssignFields struct {
	To   string `json:"to" yaml:"to"`
	Role Party  `json:"role,omitempty" yaml:"role,omitempty"`
}

// Ask wants the officer.
func (f AssignFields) Ask() []Field {
	return []Field{
		{Name: "to", Given: f.To, Such: "morag", Help: "the officer's name on the staff list"},
		{Name: "role", Given: string(f.Role), Codes: codes(Roles...), Optional: true,
			Help: "name the officer on the case in this role: a restricted case is seen by those named"},
	}
}

// Validate wants a name, and a role of the staff if one is given.
func (f AssignFields) Validate() error {
	return first(validOfficer(f.To), inCodes(f))
}

func validOfficer(name string) error {
	if name == "" {
		return fmt.Errorf("to: name the officer")
	}
	return validName("to", name)
}

// ReconcileFields is what the comparison of record and paper file found.
type ReconcileFields struct {
	PaperFile string `json:"paper_file" yaml:"paper_file"` // found, lost
	Record    string `json:"record" yaml:"record"`         // agrees, differs
}

// Ask wants what the comparison found.
func (f ReconcileFields) Ask() []Field {
	return []Field{
		{Name: "paper_file", Given: f.PaperFile, Codes: codes("found", "lost")},
		{Name: "record", Given: f.Record, Codes: codes("agrees", "differs"),
			Help: "whether the record agrees with the paper file"},
	}
}

// Validate checks the codes.
func (f ReconcileFields) Validate() error { return inCodes(f) }

// TriageFields is the screens of row 2, and the priority they lead to.
type TriageFields struct {
	Priority         int    `json:"priority" yaml:"priority"`                     // 1 (first) to 5
	PublicHarmScreen string `json:"public_harm_screen" yaml:"public_harm_screen"` // clear, refer
	FamilyILR        Answer `json:"family_ilr" yaml:"family_ilr"`
	SevenYears       Answer `json:"seven_years" yaml:"seven_years"`
	Vulnerable       Answer `json:"vulnerable" yaml:"vulnerable"`
}

// Ask wants the screens and the priority.
func (f TriageFields) Ask() []Field {
	return []Field{
		{Name: "priority", Given: number(f.Priority), Codes: codes("1", "2", "3", "4", "5"),
			Help: "1 public harm, 2 child near 18 or illness, 3 longest resident, 4 supported, 5 the rest"},
		{Name: "public_harm_screen", Given: f.PublicHarmScreen, Codes: codes("clear", "refer")},
		{Name: "family_ilr", Given: string(f.FamilyILR), Codes: answers,
			Help: "claim before 2 October 2000 and a dependant under 18"},
		{Name: "seven_years", Given: string(f.SevenYears), Codes: answers, Help: "a child here seven years"},
		{Name: "vulnerable", Given: string(f.Vulnerable), Codes: answers},
	}
}

// Validate checks the codes and the priority's range.
func (f TriageFields) Validate() error { return inCodes(f) }

// OpenFields says why a family is brought forward, and to which day.
type OpenFields struct {
	Reason      string     `json:"reason" yaml:"reason"` // child_near_18, illness, safeguarding, court, linked_family
	ListingDate clock.Date `json:"listing_date" yaml:"listing_date"`
}

// Ask wants the reason and the day.
func (f OpenFields) Ask() []Field {
	return []Field{
		{Name: "reason", Given: f.Reason, Codes: codes("child_near_18", "illness", "safeguarding", "court", "linked_family")},
		{Name: "listing_date", Given: f.ListingDate.String(), Such: "2026-11-23",
			Help: "the day on which the review of the evidence is to begin"},
	}
}

// Validate checks the code, and wants the day.
func (f OpenFields) Validate() error {
	if f.ListingDate.IsZero() {
		return fmt.Errorf("listing_date: say on which day the review of the evidence is to begin")
	}
	return inCodes(f)
}

// FlagFields sets or clears a flag of a person.
type FlagFields struct {
	Flag Flag   `json:"flag" yaml:"flag"`
	To   string `json:"to" yaml:"to"` // on, off
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

// LookIntoFields is what a senior caseworker found of a referral by the police, or
// of public harm that is alleged or confirmed. It decides nothing.
type LookIntoFields struct {
	Finding string `json:"finding" yaml:"finding"` // no_concern, concern
}

// Ask wants what was found.
func (f LookIntoFields) Ask() []Field {
	return []Field{{Name: "finding", Given: f.Finding, Codes: codes("no_concern", "concern"),
		Help: "it decides nothing: any outcome then takes two officers"}}
}

// Validate checks the code.
func (f LookIntoFields) Validate() error { return inCodes(f) }

// CorrectFields says which fact was wrong, why, and what shows it. The new
// value is the act's text: it is personal, and can be erased under the chain.
type CorrectFields struct {
	Field  string `json:"field" yaml:"field"`
	Reason string `json:"reason" yaml:"reason"` // misread, mistyped, changed, family_says, other_record
	Source string `json:"source" yaml:"source"` // passport, birth_certificate, interview, questionnaire, paper_file, letter, provider
}

// Ask wants the fact, the reason and the source.
func (f CorrectFields) Ask() []Field {
	return []Field{
		{Name: "field", Given: f.Field, Codes: slices.Concat(PersonFacts, FamilyFacts),
			Help: "which fact; the new value is the text"},
		{Name: "reason", Given: f.Reason, Codes: codes("misread", "mistyped", "changed", "family_says", "other_record")},
		{Name: "source", Given: f.Source, Codes: codes("passport", "birth_certificate", "interview", "questionnaire",
			"paper_file", "letter", "provider"), Help: "what shows it"},
	}
}

// Validate checks the codes.
func (f CorrectFields) Validate() error { return inCodes(f) }

// DifferenceFields says what is done with a difference that an import found.
type DifferenceFields struct {
	Finding string `json:"finding" yaml:"finding"` // accepted, rejected
}

// Ask wants what is done with the difference.
func (f DifferenceFields) Ask() []Field {
	return []Field{{Name: "finding", Given: f.Finding, Codes: codes("accepted", "rejected"),
		Switches: switches("accepted", "the record takes it over", "rejected", "the record stays as it is")}}
}

// Validate checks the code.
func (f DifferenceFields) Validate() error { return inCodes(f) }

// ArrivalFields is what a senior caseworker makes of what arrived for a closed
// case. Anything that should change the decision waits, as a task, until cases
// can be reopened.
type ArrivalFields struct {
	Finding string `json:"finding" yaml:"finding"` // no_change
}

// Ask wants what is made of the arrival.
func (f ArrivalFields) Ask() []Field {
	return []Field{{Name: "finding", Given: f.Finding, Codes: codes("no_change"),
		Switches: switches("no_change", "it changes nothing about the decision")}}
}

// Validate checks the code.
func (f ArrivalFields) Validate() error { return inCodes(f) }

// DuplicateFields says whether the other file is the same family. List is the digest of
// the list that this pair is on, empty for a pair that is resolved by itself.
type DuplicateFields struct {
	Other   string `json:"other" yaml:"other"`     // the other case's reference
	Finding string `json:"finding" yaml:"finding"` // same, different
	List    string `json:"list,omitempty" yaml:"list,omitempty"`
}

// Ask wants the other file, and whether it is the same family.
func (f DuplicateFields) Ask() []Field {
	return []Field{
		{Name: "other", Given: f.Other, Such: "K7F-M2Q8", Help: "the other case"},
		{Name: "finding", Given: f.Finding, Codes: codes("same", "different"),
			Switches: switches("same", "the two files are one family", "different", "they are two families")},
		{Name: "list", Given: f.List, Such: strings.Repeat("0", listDigits), Optional: true,
			Help: "the digest of the list that the pair is on"},
	}
}

// Validate checks the references, the code and the digest.
func (f DuplicateFields) Validate() error {
	if _, err := ParseReference(f.Other); err != nil {
		return fmt.Errorf("other: %w", err)
	}
	if f.List != "" && !listPattern.MatchString(f.List) {
		return fmt.Errorf("list is %s; it must be the digest of a list, %d hexadecimal digits", quoted(f.List), listDigits)
	}
	return inCodes(f)
}

// listDigits is the length of a list's digest, SHA-256 in hexadecimal digits.
const listDigits = 64

var listPattern = regexp.MustCompile(fmt.Sprintf(`^[0-9a-f]{%d}$`, listDigits))
