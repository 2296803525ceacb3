package casefile

// ActOutcome is what became of an act that was recorded.
type ActOutcome string

// The outcomes of an act.
const (
	ActAccepted ActOutcome = "accepted"
	ActRefused  ActOutcome = "refused"
	// ActFiled is an act that is kept with a closed case.
	ActFiled ActOutcome = "filed"
	// ActExpired is an act that was not delivered for too long.
	ActExpired ActOutcome = "expired"
)

// ActOutcomes lists them.
var ActOutcomes = []ActOutcome{ActAccepted, ActRefused, ActFiled, ActExpired}

// Done reports whether the act stands on the case's file.
func (o ActOutcome) Done() bool { return o == ActAccepted || o == ActFiled }

// EvidenceResult is how much of what was asked for a provider has sent.
type EvidenceResult string

// The results, the best first.
const (
	EvidenceComplete    EvidenceResult = "complete"
	EvidencePartial     EvidenceResult = "partial"
	EvidenceNothingHeld EvidenceResult = "nothing_held"
)

// EvidenceResults lists them, the best first.
var EvidenceResults = []EvidenceResult{EvidenceComplete, EvidencePartial, EvidenceNothingHeld}

// LifeKind is what a piece of evidence shows of the life that somebody lives here.
type LifeKind string

// The kinds of life lived here.
const (
	LifeSchool  LifeKind = "school"
	LifeSport   LifeKind = "sport"
	LifeMusic   LifeKind = "music"
	LifeExams   LifeKind = "exams"
	LifeWork    LifeKind = "work"
	LifeFaith   LifeKind = "faith"
	LifeFriends LifeKind = "friends"
)

// LifeKinds lists them.
var LifeKinds = []LifeKind{LifeSchool, LifeSport, LifeMusic, LifeExams, LifeWork, LifeFaith, LifeFriends}

// FlagState says how far a flag of a person is established.
type FlagState string

// The states of a flag.
const (
	FlagAlleged   FlagState = "alleged"
	FlagConfirmed FlagState = "confirmed"
	FlagOff       FlagState = "off"
)

// FlagStates lists them.
var FlagStates = []FlagState{FlagAlleged, FlagConfirmed, FlagOff}

// Sight is how much of a case a role sees.
type Sight string

// The sights, the widest first. No sight at all is the empty one.
const (
	SeesFile     Sight = "file"
	SeesNoText   Sight = "no_text"  // the file without what was written
	SeesChildren Sight = "children" // a council: its children's checks
	SeesSummary  Sight = "summary"  // the minister's office: the anonymised summary
)

// Sights lists them, the widest first.
var Sights = []Sight{SeesFile, SeesNoText, SeesChildren, SeesSummary}

// IsFile reports whether the file is seen, with or without what was written: and so who
// did what on the case, and what stops its clocks.
func (s Sight) IsFile() bool { return s == SeesFile || s == SeesNoText }

// InWords says what is seen.
func (s Sight) InWords() string {
	return map[Sight]string{
		SeesFile:     "the whole file, and what was written",
		SeesNoText:   "the file without what was written",
		SeesChildren: "of a family of its own council with children: the children, their checks, and what was written of them",
		SeesSummary:  "a summary without names, unless the family or its representative has agreed to them",
	}[s]
}

// Sees is what a role of the staff sees of a case. A restricted case is seen by senior
// caseworkers, the auditor, and those named on it; set-up writes this table to the
// database, which holds everybody to it.
func (p Party) Sees() Sight {
	switch p {
	case Operations:
		return SeesNoText
	case WelfareLead, LeadProfessional:
		return SeesChildren
	case RepresentationDrafter, PrivateOffice, Minister:
		return SeesSummary
	}
	return SeesFile
}
