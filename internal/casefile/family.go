package casefile

import "hame/internal/clock"

// Relationship is how a person stands to the family's principal applicant.
type Relationship string

// The relationships a backlog file may state.
const (
	Principal      Relationship = "principal"
	Spouse         Relationship = "spouse"
	Partner        Relationship = "partner"
	Child          Relationship = "child"
	Parent         Relationship = "parent"
	Sibling        Relationship = "sibling"
	OtherDependant Relationship = "other_dependant"
)

// FormerPrincipal was the principal applicant until the claim passed to another of the
// family. No backlog file states it.
const FormerPrincipal Relationship = "former_principal"

// Relationships lists every relationship that a backlog file may state, in the order a
// family is set out.
var Relationships = []Relationship{Principal, Spouse, Partner, Child, Parent, Sibling, OtherDependant}

// Sex is the sex recorded on the Home Office's file.
type Sex string

// The codes a backlog file may state; an empty column is [SexUnknown].
const (
	Female     Sex = "F"
	Male       Sex = "M"
	SexX       Sex = "X"
	SexUnknown Sex = "U"
)

// Answer is a yes, a no, or an honest "unknown".
type Answer string

// The three answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// ClaimStatus is where a person's own asylum claim stood when the file was made.
type ClaimStatus string

// The statuses a backlog file may state.
const (
	ClaimUndecided          ClaimStatus = "undecided"
	ClaimRefused            ClaimStatus = "refused"
	ClaimAppealPending      ClaimStatus = "appeal_pending"
	ClaimRightsExhausted    ClaimStatus = "rights_exhausted"
	ClaimFurtherSubmissions ClaimStatus = "further_submissions"
)

// Support is the asylum support a family receives.
type Support string

// The kinds of support a backlog file may state.
const (
	SupportNone           Support = "none"
	SupportSection4       Support = "section4"
	SupportSection95      Support = "section95"
	SupportLocalAuthority Support = "local_authority"
)

// Lane is the programme a family belongs to; each has rule sets and a capacity of its own.
type Lane string

// The two lanes: the backlog, and the new system for new claims.
const (
	Legacy    Lane = "legacy"
	FastTrack Lane = "fast-track"
)

// Flag is a mark that came with the file. It is personal data: it never
// reaches Temporal, and a public-harm flag is an allegation until two officers
// have confirmed it.
type Flag string

// The flags a backlog file may state.
const (
	FlagPublicHarm         Flag = "public_harm"
	FlagAgeDispute         Flag = "age_dispute"
	FlagChildProtection    Flag = "child_protection"
	FlagSeriousIllness     Flag = "serious_illness"
	FlagJudicialReview     Flag = "judicial_review"
	FlagFurtherSubmissions Flag = "further_submissions"
	FlagRestricted         Flag = "restricted"
)

// Family is one household's file: the unit of a review, though decisions are
// made for each person in it.
type Family struct {
	// Key is the source's own key for the family, the "family" column.
	Key                   string  `json:"key"`
	Lane                  Lane    `json:"lane"`
	Council               string  `json:"council"` // current GSS code, such as S12000049
	Area                  string  `json:"area,omitempty"`
	Address               string  `json:"address,omitempty"`
	Postcode              string  `json:"postcode,omitempty"`
	Phone                 string  `json:"phone,omitempty"`
	Email                 string  `json:"email,omitempty"`
	Representative        string  `json:"representative,omitempty"`
	RepresentativeContact string  `json:"representative_contact,omitempty"`
	Support               Support `json:"support"`
	// People has the principal first, then the others in the file's order.
	People []Person `json:"people"`
}

// Person is one member of a family, as the backlog file states them.
type Person struct {
	// No is the person's number in the family: the 2 of REF/2. The principal is 1.
	No            int          `json:"no"`
	Key           string       `json:"key"` // the "person" column, unique in its family
	Relationship  Relationship `json:"relationship"`
	HomeOfficeRef string       `json:"home_office_ref,omitempty"`
	FamilyName    string       `json:"family_name,omitempty"`
	GivenNames    string       `json:"given_names,omitempty"`
	// NameKey is the name normalised for finding duplicates: both names folded
	// to lower case without accents, punctuation or word order. Empty if
	// nothing remains.
	NameKey          string            `json:"name_key,omitempty"`
	BirthDate        clock.PartialDate `json:"date_of_birth"`
	Sex              Sex               `json:"sex"`
	Nationality      string            `json:"nationality"` // ISO 3166-1 alpha-2, or a code of backlog's register
	BirthCountry     string            `json:"birth_country,omitempty"`
	BornInScotland   Answer            `json:"born_in_scotland"`
	ArrivedOn        clock.PartialDate `json:"arrived_on"`
	ClaimDate        clock.PartialDate `json:"claim_date"`
	OwnClaim         bool              `json:"own_claim"`
	ClaimStatus      ClaimStatus       `json:"claim_status"`
	ClaimStatusOn    clock.PartialDate `json:"claim_status_on"`
	LastInterviewOn  clock.PartialDate `json:"last_interview_on"`
	Language         string            `json:"language,omitempty"`
	Interpreter      string            `json:"interpreter,omitempty"`
	School           string            `json:"school,omitempty"`
	ResponsibleAdult string            `json:"responsible_adult,omitempty"`
	Flags            []Flag            `json:"flags,omitempty"`
}
