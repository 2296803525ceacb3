package casefile

import (
	"fmt"
	"slices"

	"hame/internal/clock"
)

// The acts on evidence.
const (
	ActInterview Act = "interview.record"
	ActEvidence  Act = "evidence.receive"
)

var evidenceActs = []*ActRule{
	{
		Act: ActInterview, InWords: "records an interview, and whether adverse material was put",
		Roles: []Party{Caseworker, DecisionMaker}, Subject: AboutPerson, From: Listed, Until: Decision,
		Day:    Reported(FactClaim, FactBirth),
		Fields: of[InterviewFields],
		Slip:   Slip{Until: Service, Follows: "the interview does not count, and what was put at it is not put"},
	},
	{
		Act: ActEvidence, InWords: "records what a provider sent",
		Roles: []Party{Caseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Service,
		Day:    Reported(FactClaim, FactBirth, FactAsked),
		Fields: of[EvidenceFields], Receives: true, OpensReview: true, Filed: true, Many: true,
		Slip: Slip{Until: Service, Follows: "the evidence can be cited no more, and the provider is asked again"},
	},
}

// Provider is somebody who gives evidence, by the code that is typed.
type Provider string

// The providers of domain.md 3.1, and the two records that the office itself
// makes and that a reason may cite.
const (
	ProviderQuestionnaire Provider = "questionnaire"
	ProviderSchool        Provider = "school"
	ProviderGP            Provider = "gp"
	ProviderSocialWork    Provider = "social_work"
	ProviderReporter      Provider = "scra"
	ProviderHousing       Provider = "housing"
	ProviderCommunity     Provider = "community"
	ProviderPolice        Provider = "police"
	ProviderInterview     Provider = "interview"
)

// Providers lists who can be named to evidence receive.
var Providers = []Provider{ProviderQuestionnaire, ProviderSchool, ProviderGP, ProviderSocialWork,
	ProviderReporter, ProviderHousing, ProviderCommunity, ProviderPolice}

// Task returns the kind of task that evidence from the provider answers, or ""
// if nothing was asked for.
func (p Provider) Task() TaskKind {
	switch p {
	case ProviderPolice, ProviderInterview:
		return ""
	}
	return TaskKind("evidence." + string(p))
}

// PerChild reports whether the provider is asked about each child by itself.
func (p Provider) PerChild() bool { return p == ProviderSchool }

// InterviewFields says whether adverse material was put at the interview.
type InterviewFields struct {
	Adverse string     `json:"adverse" yaml:"adverse"` // none, answered, unanswered
	PutOn   clock.Date `json:"put_on" yaml:"put_on"`
}

// Ask wants to know of adverse material.
func (f InterviewFields) Ask() []Field {
	return []Field{
		{Name: "adverse", Given: f.Adverse, Codes: codes("none", "answered", "unanswered"),
			Help: "whether adverse material was put, and answered"},
		{Name: "put_on", Given: f.PutOn.String(), Such: "2026-11-23", Help: "the day on which it was put, if it was",
			Optional: true},
	}
}

// Validate checks the code, and wants the day on which adverse material was put.
func (f InterviewFields) Validate() error {
	if err := inCodes(f); err != nil {
		return err
	}
	if f.Adverse != "none" && f.PutOn.IsZero() {
		return fmt.Errorf("put_on: say on which day the adverse material was put")
	}
	return nil
}

// Attested returns the day on which adverse material was put.
func (f InterviewFields) Attested() (clock.Date, string, Day) {
	return f.PutOn, "put_on", Reported(FactClaim, FactBirth)
}

// EvidenceFields says who sent evidence, how much of it, and what it shows of the life
// that somebody lives here. A kind that is not named is not known, never missing.
type EvidenceFields struct {
	Provider Provider       `json:"provider" yaml:"provider"`
	Result   EvidenceResult `json:"result" yaml:"result"` // complete, partial, nothing_held
	Kinds    []LifeKind     `json:"kind,omitempty" yaml:"kind"`
}

// Ask wants the provider and what came.
func (f EvidenceFields) Ask() []Field {
	return []Field{
		{Name: "provider", Given: string(f.Provider), Codes: codes(Providers...)},
		{Name: "result", Given: string(f.Result), Codes: codes(EvidenceResults...),
			Help: "how much of what was asked for came", Unsaid: string(EvidenceComplete),
			Switches: switches(string(EvidencePartial), "only part of what was asked for came", string(EvidenceNothingHeld),
				"the provider says that it holds nothing")},
		{Name: "kind", Given: joined(f.Kinds), Codes: codes(LifeKinds...), Shape: Several, Optional: true,
			Help: "what it shows of the life that is lived here; may be given again"},
	}
}

// Validate checks the codes, and that what holds nothing shows nothing.
func (f EvidenceFields) Validate() error {
	if err := inCodes(f); err != nil {
		return err
	}
	for i, kind := range f.Kinds {
		if err := oneOf("kind", string(kind), codes(LifeKinds...)...); err != nil {
			return err
		}
		if slices.Contains(f.Kinds[:i], kind) {
			return fmt.Errorf("kind: %s is given twice", kind)
		}
	}
	if f.Result == EvidenceNothingHeld && len(f.Kinds) > 0 {
		return fmt.Errorf("kind: what holds nothing shows nothing: leave it out, or say that something came")
	}
	return nil
}
