package casefile

// Stage is a part of the review's way, as process.md sets it out. The stage
// shown for a case is the earliest one that is unfinished.
type Stage string

// The stages, in order. Evidence and welfare run side by side, so that no
// child waits for a bank statement.
const (
	Unlisted       Stage = "unlisted"
	Listed         Stage = "listed"
	Evidence       Stage = "evidence"
	Welfare        Stage = "welfare"
	Representation Stage = "representation"
	Decision       Stage = "decision"
	Service        Stage = "service"
	Closed         Stage = "closed"
)

// Stages lists every stage in order.
var Stages = []Stage{Unlisted, Listed, Evidence, Welfare, Representation, Decision, Service, Closed}

// Before reports whether s comes earlier on the way than other.
func (s Stage) Before(other Stage) bool { return s.position() < other.position() }

func (s Stage) position() int {
	for i, stage := range Stages {
		if s == stage {
			return i
		}
	}
	return -1
}

// Party is somebody whom a case waits for: a role of the staff, or somebody outside
// the office. For each party outside, the case owner is the one who chases.
type Party string

// The roles of the staff (process.md, Roles).
const (
	Caseworker            Party = "caseworker"
	SeniorCaseworker      Party = "senior_caseworker"
	LeadProfessional      Party = "lead_professional"
	WelfareLead           Party = "welfare_lead"
	RepresentationDrafter Party = "representation_drafter"
	PrivateOffice         Party = "private_office"
	Minister              Party = "minister"
	DecisionMaker         Party = "decision_maker"
	SecondOfficer         Party = "second_officer"
	Operations            Party = "operations"
	Auditor               Party = "auditor"
)

// Roles lists every role that can be granted.
var Roles = []Party{Caseworker, SeniorCaseworker, LeadProfessional, WelfareLead, RepresentationDrafter,
	PrivateOffice, Minister, DecisionMaker, SecondOfficer, Operations, Auditor}

// The parties outside the office whom a case may wait for.
const (
	TheFamily Party = "family"
	// NewCouncil is the welfare lead of the council that a family moves to, who does not see
	// the case yet.
	NewCouncil Party = "new_council"
	School     Party = "school"
	GP         Party = "gp"
	SocialWork Party = "social_work"
	Reporter   Party = "scra"
	Police     Party = "police"
	Housing    Party = "housing"
	Community  Party = "community"
)

// Parties lists those outside the office whom a case may wait for.
var Parties = []Party{TheFamily, School, GP, SocialWork, Reporter, Police, Housing, Community, NewCouncil}

// IsRole reports whether p is a role of the staff, and not somebody outside.
func (p Party) IsRole() bool {
	for _, r := range Roles {
		if p == r {
			return true
		}
	}
	return false
}

// House is whose service a role belongs to. One person holds roles of one house only:
// ministers represent, councils see to the children, the Home Office decides, and the
// auditor looks at all three (process.md, invariant 2).
type House string

// The houses.
const (
	Ministers  House = "ministers"
	Councils   House = "councils"
	HomeOffice House = "home_office"
	Audit      House = "audit"
)

// House returns the house of a role of the staff.
func (p Party) House() House {
	switch p {
	case RepresentationDrafter, PrivateOffice, Minister:
		return Ministers
	case LeadProfessional, WelfareLead:
		return Councils
	case Auditor:
		return Audit
	}
	return HomeOffice
}

// Senior is the role that confirms the striking of any act of its house, beside those who
// may do such an act.
func (h House) Senior() Party {
	switch h {
	case Ministers:
		return Minister
	case Councils:
		return WelfareLead
	}
	return SeniorCaseworker
}

// IsCouncils reports whether the role is held for one council.
func (p Party) IsCouncils() bool { return p == LeadProfessional || p == WelfareLead }

// KeepsCouncilDays reports whether the party works in a council's service, and so
// keeps its local holidays beside Scotland's.
func (p Party) KeepsCouncilDays() bool {
	return p.IsCouncils() || p == SocialWork || p == School || p == NewCouncil
}

// InWords names a party as a letter would.
func (p Party) InWords() string {
	words := map[Party]string{
		SeniorCaseworker: "senior caseworker", LeadProfessional: "lead professional", WelfareLead: "council's welfare lead",
		RepresentationDrafter: "representation drafter", PrivateOffice: "minister's private office",
		DecisionMaker: "decision maker", SecondOfficer: "second officer",
		TheFamily: "family or its representative", GP: "GP or health board", SocialWork: "council's social work",
		Reporter: "Children's Reporter (SCRA)", Housing: "housing and support provider", Community: "community organisations",
		NewCouncil: "welfare lead of the council that the family moves to",
	}
	if w, ok := words[p]; ok {
		return w
	}
	return string(p)
}
