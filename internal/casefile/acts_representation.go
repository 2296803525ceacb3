package casefile

import "fmt"

// The acts on what ministers and others say for a family.
const (
	ActReceiveLetter Act = "representation.receive"
	ActDraft         Act = "representation.draft"
	ActCheckDraft    Act = "representation.check"
	ActClear         Act = "representation.clear"
	ActReturnDraft   Act = "representation.return"
	ActDecline       Act = "representation.decline"
	ActSignLetter    Act = "representation.sign"
	ActSendLetter    Act = "representation.send"
	ActAnswer        Act = "representation.answer"
)

var representationActs = []*ActRule{
	{
		Act: ActReceiveLetter, InWords: "records a representation that arrived",
		Roles: []Party{Caseworker}, From: Listed, Until: Decision, Day: Reported(FactClaim),
		Fields: of[LetterFromFields], Receives: true, OpensReview: true, Filed: true, Many: true,
		Slip: Slip{Until: Decision, Follows: "the representation waits for no answer"},
	},
	{
		Act: ActDraft, InWords: "drafts the minister's representation",
		Roles: []Party{RepresentationDrafter}, Part: PartDrafter, From: Evidence, Until: Decision, Day: Handled,
		NeedsText: true, Many: true,
		Slip: Slip{Until: Decision, Follows: "the draft is gone from the file"},
	},
	{
		Act: ActCheckDraft, InWords: "checks another drafter's representation",
		Roles: []Party{RepresentationDrafter}, Part: PartRepChecker, From: Evidence, Until: Decision, Day: Handled,
		Many: true,
		Slip: Slip{Until: Decision, Follows: "the draft waits to be checked again"},
	},
	{
		Act: ActClear, InWords: "clears the representation for signature",
		Roles: []Party{PrivateOffice}, Part: PartRepClearer, From: Evidence, Until: Decision, Day: Handled,
		Many: true,
		Slip: Slip{Until: Decision, Follows: "the draft waits to be cleared again"},
	},
	{
		Act: ActReturnDraft, InWords: "returns the draft representation to its drafter",
		Roles: []Party{RepresentationDrafter, PrivateOffice, Minister}, From: Evidence, Until: Decision, Day: Handled,
		NeedsText: true,
		Slip:      Slip{Instead: "representation draft takes the draft up again"},
	},
	{
		Act: ActDecline, InWords: "declines to represent, with a reason",
		Roles: []Party{Minister, PrivateOffice}, From: Representation, Until: Representation, Day: Handled,
		Fields: of[DeclineFields], Many: true, Confirm: true,
		Slip: Slip{Until: Decision, Follows: "the window is open again, with the time that was left"},
	},
	{
		Act: ActSignLetter, InWords: "signs the representation",
		Roles: []Party{Minister, PrivateOffice}, From: Evidence, Until: Decision, Day: WetSignature(FactCleared),
		Fields: of[SignFields], Many: true,
		Slip: Slip{Until: Decision, Two: true, Follows: "the draft waits to be signed again"},
	},
	{
		Act: ActSendLetter, InWords: "sends the signed representation to the Home Office",
		Roles: []Party{PrivateOffice}, From: Evidence, Until: Decision, Day: Reported(FactDraftSigned),
		Many: true,
		Slip: Slip{Until: Decision, Two: true, Follows: "the representation is not sent, and the window is open again with the time that was left"},
	},
	{
		Act: ActAnswer, InWords: "answers a representation",
		Roles: []Party{DecisionMaker}, Subject: AboutRepresentation, From: Listed, Until: Service, Day: Handled,
		Fields: of[AnswerFields], NeedsText: true,
		Slip: Slip{Until: Decision, Follows: "the representation waits for its answer again"},
	},
}

// RepresentationSources lists whom a representation may come from (domain.md 3).
var RepresentationSources = []string{"minister", "mp", "msp", "commissioner", "council", "school", "faith",
	"representative", "community"}

// LetterFromFields says whom a representation came from. Letter is the code of
// a letter that speaks for several families; each gets its own answer.
type LetterFromFields struct {
	From   string `json:"from" yaml:"from"`
	Letter string `json:"letter,omitempty" yaml:"letter,omitempty"`
}

// Ask wants the sender.
func (f LetterFromFields) Ask() []Field {
	return []Field{
		{Name: "from", Given: f.From, Codes: RepresentationSources},
		{Name: "letter", Given: f.Letter, Such: "MP-2026/031", Help: "the code of a letter that speaks for several families",
			Optional: true},
	}
}

// Validate checks the source.
func (f LetterFromFields) Validate() error {
	return first(inCodes(f), validCode("letter", f.Letter))
}

// SignFields is a wet signature that private office records: whose, and on
// which document. The minister's own act leaves both empty.
type SignFields struct {
	Signatory string `json:"signatory,omitempty" yaml:"signatory,omitempty"`
	Document  string `json:"document,omitempty" yaml:"document,omitempty"`
}

// Ask wants whose wet signature it is, where private office records one.
func (f SignFields) Ask() []Field {
	return []Field{
		{Name: "signatory", Given: f.Signatory, Such: "minister",
			Help: "of a wet signature that private office records: the minister who signed", Optional: true},
		{Name: "document", Given: f.Document, Such: "MIN-2026/014",
			Help: "of a wet signature: the code of the signed document", Optional: true},
	}
}

// Validate wants both or neither, and a document's code.
func (f SignFields) Validate() error {
	switch {
	case f.Signatory == "" && f.Document != "":
		return fmt.Errorf("signatory: say which minister signed the document; the minister's own act names neither")
	case f.Signatory != "" && f.Document == "":
		return fmt.Errorf("document: name the document that was signed; the minister's own act names neither")
	}
	return first(validName("signatory", f.Signatory), validCode("document", f.Document))
}

// DeclineFields says why the minister does not represent.
type DeclineFields struct {
	Reason string `json:"reason" yaml:"reason"` // no_agreement, outside_policy, already_represented
}

// Ask wants the reason.
func (f DeclineFields) Ask() []Field {
	return []Field{{Name: "reason", Given: f.Reason, Codes: codes("no_agreement", "outside_policy",
		"already_represented")}}
}

// Validate checks the code.
func (f DeclineFields) Validate() error { return inCodes(f) }

// AnswerFields is the answer to a representation; its reasons are text.
type AnswerFields struct {
	Answer string `json:"answer" yaml:"answer"` // accepted, rejected, more
}

// Ask wants the answer.
func (f AnswerFields) Ask() []Field {
	return []Field{{Name: "answer", Given: f.Answer, Codes: codes("accepted", "rejected", "more"),
		Switches: switches("accepted", "its ground is accepted", "rejected", "it is rejected, for the reasons in the text",
			"more", "it asks for more, and stays unanswered")}}
}

// Validate checks the code.
func (f AnswerFields) Validate() error { return inCodes(f) }
