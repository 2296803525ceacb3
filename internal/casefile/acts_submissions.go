package casefile

// The acts on what is submitted for a person after the decision (paragraph 353 [S43, S44]).
const (
	ActSubmissions Act = "service.submissions"
	ActConsider    Act = "service.consider"
)

var submissionsActs = []*ActRule{
	{
		Act: ActSubmissions, InWords: "records further submissions after a refusal: it is not served, and nobody " +
			"removed, before they are considered",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Service, Until: Closed, Day: Reported(FactFirstSigned),
		Filed: true, Instead: "before the signature it is evidence: evidence receive, or post receive",
		Neutral: Neutral{"service.received", "records what came after the decision"},
		Slip:    Slip{Instead: "service consider --result mistake"},
	},
	{
		Act: ActConsider, InWords: "says whether further submissions are a fresh claim",
		Roles: []Party{DecisionMaker}, Subject: AboutPerson, From: Service, Until: Closed, Day: Handled,
		Fields: of[ConsiderFields], NeedsText: true,
		TextSays: "what was submitted, what of it was not considered before, and why it does or does not make another " +
			"outcome likely",
		Filed:   true,
		Instead: "before the signature what came is weighed in the decision",
		Slip:    Slip{Instead: "service submissions again, which are considered anew"},
	},
}

// SubmissionResult is what a decision maker makes of further submissions.
type SubmissionResult string

// The results (paragraph 353). An accepted fresh claim needs a new decision.
const (
	SubmissionAccepted SubmissionResult = "accepted"
	SubmissionRejected SubmissionResult = "rejected"
	// SubmissionMistake takes back what was recorded by mistake.
	SubmissionMistake SubmissionResult = "mistake"
)

// SubmissionResults lists them.
var SubmissionResults = []SubmissionResult{SubmissionAccepted, SubmissionRejected, SubmissionMistake}

// EndsHold reports whether the hold ends with the result. After an accepted fresh claim it
// stands until the new decision is signed.
func (r SubmissionResult) EndsHold() bool { return r != SubmissionAccepted }

// CheckSubmitter refuses further submissions for somebody whom the decision that stands
// does not refuse; outcome is empty for one whom it does not know.
func CheckSubmitter(outcome Outcome) *Refusal {
	if outcome == "" || outcome.IsGrant() {
		return Refuse(RefusedNoSubject,
			"this person is not refused: what comes for them is recorded with evidence receive or post receive")
	}
	return nil
}

// ConsiderFields is what a decision maker makes of further submissions. The reasons are the
// text.
type ConsiderFields struct {
	Result SubmissionResult `json:"result" yaml:"result"`
}

// Ask wants the result.
func (f ConsiderFields) Ask() []Field {
	return []Field{{Name: "result", Given: string(f.Result), Codes: codes(SubmissionResults...),
		Help: "accepted: they are a fresh claim, and a new decision is made; rejected: the hold ends"}}
}

// Validate checks the code.
func (f ConsiderFields) Validate() error { return inCodes(f) }
