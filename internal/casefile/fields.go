package casefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hame/internal/clock"
)

// Fields are the coded fields of an act: what a form asks beside its free
// text. Ask lists them with their codes and what is given so far; Validate says
// what is wrong in words, naming the field.
type Fields interface {
	Ask() []Field
	Validate() error
}

// Attesting are coded fields that attest a day of their own beside the act's.
type Attesting interface {
	Fields
	// Attested returns the day, zero if none is given, the field's name, and what
	// bounds the day.
	Attested() (on clock.Date, field string, rule Day)
}

// Attested returns the day on which adverse material was put.
func (f InterviewFields) Attested() (clock.Date, string, Day) {
	return f.PutOn, "put_on", Reported(FactClaim, FactBirth)
}

// Attested returns the day on which the check was done.
func (f CheckFields) Attested() (clock.Date, string, Day) {
	return f.DoneOn, "done_on", Reported(FactCheckAsked)
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

type (
	// NoFields is for acts that say all by being done.
	NoFields struct{}
	// AssignFields names the officer who gets a case or a child's report. Role, on
	// a case, names them on it in that role; without it they become case owner.
	AssignFields struct {
		To   string `json:"to" yaml:"to"`
		Role Party  `json:"role,omitempty" yaml:"role,omitempty"`
	}
	// ReconcileFields is what the comparison of record and paper file found.
	ReconcileFields struct {
		PaperFile string `json:"paper_file" yaml:"paper_file"` // found, lost
		Record    string `json:"record" yaml:"record"`         // agrees, differs
	}
	// TriageFields is the screens of row 2, and the priority they lead to.
	TriageFields struct {
		Priority         int    `json:"priority" yaml:"priority"`                     // 1 (first) to 5
		PublicHarmScreen string `json:"public_harm_screen" yaml:"public_harm_screen"` // clear, refer
		FamilyILR        Answer `json:"family_ilr" yaml:"family_ilr"`
		SevenYears       Answer `json:"seven_years" yaml:"seven_years"`
		Vulnerable       Answer `json:"vulnerable" yaml:"vulnerable"`
	}
	// LetterFields says which letter went to whom, and how.
	LetterFields struct {
		Letter int    `json:"letter" yaml:"letter"`
		To     string `json:"to" yaml:"to"` // family, representative
		By     string `json:"by" yaml:"by"` // post, recorded_delivery, email, hand
	}
	// ContactFields says how the family or its representative was reached.
	ContactFields struct {
		How string `json:"how" yaml:"how"` // phone, visit, representative
		// Names is whether the family's names may stand in what the minister's office reads.
		Names string `json:"names,omitempty" yaml:"names,omitempty"` // agreed, withdrawn
	}
	// InterviewFields says whether adverse material was put at the interview.
	InterviewFields struct {
		Adverse string     `json:"adverse" yaml:"adverse"` // none, answered, unanswered
		PutOn   clock.Date `json:"put_on" yaml:"put_on"`
	}
	// EvidenceFields says who sent evidence, and how much of it.
	EvidenceFields struct {
		Provider Provider `json:"provider" yaml:"provider"`
		Result   string   `json:"result" yaml:"result"` // complete, partial, nothing_held
	}
	// ReportFields is a child's welfare report in codes; its statement is text.
	ReportFields struct {
		Views        string            `json:"views" yaml:"views"`                                   // obtained, not_obtained
		ViewsReason  string            `json:"views_reason,omitempty" yaml:"views_reason,omitempty"` // too_young, declined, unwell
		Indicators   map[string]string `json:"indicators" yaml:"indicators"`                         // each SHANARRI indicator: strength, concern, unknown
		BestInterest string            `json:"best_interests" yaml:"best_interests"`                 // remain, return, undetermined
	}
	// WaiveFields says why a child's check can't be waited for.
	WaiveFields struct {
		Reason string `json:"reason" yaml:"reason"` // delay_harms_child, family_asks, council_cannot
	}
	// LetterFromFields says whom a representation came from. Letter is the code of
	// a letter that speaks for several families; each gets its own answer.
	LetterFromFields struct {
		From   string `json:"from" yaml:"from"`
		Letter string `json:"letter,omitempty" yaml:"letter,omitempty"`
	}
	// SignFields is a wet signature that private office records: whose, and on
	// which document. The minister's own act leaves both empty.
	SignFields struct {
		Signatory string `json:"signatory,omitempty" yaml:"signatory,omitempty"`
		Document  string `json:"document,omitempty" yaml:"document,omitempty"`
	}
	// DeclineFields says why the minister does not represent.
	DeclineFields struct {
		Reason string `json:"reason" yaml:"reason"` // no_agreement, outside_policy, already_represented
	}
	// AnswerFields is the answer to a representation; its reasons are text.
	AnswerFields struct {
		Answer string `json:"answer" yaml:"answer"` // accepted, rejected, more
	}
	// CheckFields is the result of a security check.
	CheckFields struct {
		Result string     `json:"result" yaml:"result"` // clear, refer
		DoneOn clock.Date `json:"done_on" yaml:"done_on"`
	}
	// ProposedOutcome is what is proposed for one person.
	ProposedOutcome struct {
		Person  int     `json:"person" yaml:"person"`
		Outcome Outcome `json:"outcome" yaml:"outcome"`
	}
	// Reason is one finding under one factor of paragraph 395C. Person 0 speaks of
	// the whole family. Evidence holds the numbers of what it rests on.
	Reason struct {
		Person   int     `json:"person" yaml:"person"`
		Factor   Factor  `json:"factor" yaml:"factor"`
		Finding  Finding `json:"finding" yaml:"finding"`
		Evidence []int   `json:"evidence,omitempty" yaml:"evidence,omitempty,flow"`
		Adverse  bool    `json:"adverse,omitempty" yaml:"adverse,omitempty"`
	}
	// ProposeFields is a proposed decision. Revision is that of the file it was
	// made on; anything recorded since makes it stale.
	ProposeFields struct {
		Revision int               `json:"revision" yaml:"revision"`
		Outcomes []ProposedOutcome `json:"outcomes" yaml:"outcomes"`
		Reasons  []Reason          `json:"reasons" yaml:"reasons"`
	}
	// AgreeFields is the second officer's own finding on each factor (process.md:
	// coded reasons of their own).
	AgreeFields struct {
		Revision int      `json:"revision" yaml:"revision"`
		Reasons  []Reason `json:"reasons" yaml:"reasons"`
	}
	// ReturnFields says why a proposal goes back to its author.
	ReturnFields struct {
		Reasons []string `json:"reasons" yaml:"reasons,flow"` // evidence_missed, law, child, reasons_thin, outcome
	}
	// ServiceFields says how a person was served, and what proves it.
	ServiceFields struct {
		How   string `json:"how" yaml:"how"`     // hand, recorded_delivery, representative
		Proof string `json:"proof" yaml:"proof"` // signature, tracking, acknowledgement
	}
	// BacklogFields are those of the acts on a lane.
	BacklogFields struct {
		Lane     Lane       `json:"lane" yaml:"lane"`
		Capacity int        `json:"capacity,omitempty" yaml:"capacity,omitempty"` // families listed a week
		Target   clock.Date `json:"target,omitzero" yaml:"target,omitempty"`
		Reason   string     `json:"reason,omitempty" yaml:"reason,omitempty"`
	}
	// EraseFields says which act's text was erased, and why.
	EraseFields struct {
		Command string `json:"command" yaml:"command"` // its id
		Reason  string `json:"reason" yaml:"reason"`   // retention, data_subject, wrong_file
	}
)

// CheckRefer is the result of a security check by which the police refer the person:
// a senior caseworker looks into it before anybody decides.
const CheckRefer = "refer"

// ErasureReasons lists why a text may be erased: its time is over, its subject
// asked, or it was never this file's [D].
var ErasureReasons = []string{"retention", "data_subject", "wrong_file"}

// Indicators are the eight of the national practice model (SHANARRI [S59]).
var Indicators = []string{"safe", "healthy", "achieving", "nurtured", "active", "respected", "responsible", "included"}

// RepresentationSources lists whom a representation may come from (domain.md 3).
var RepresentationSources = []string{"minister", "mp", "msp", "commissioner", "council", "school", "faith", "representative", "community"}

// NewFields returns an empty set of an act's coded fields, to decode into.
func NewFields(a Act) Fields {
	switch a {
	case ActAssign, ActAssignWelfare:
		return &AssignFields{}
	case ActReconcile:
		return &ReconcileFields{}
	case ActTriage:
		return &TriageFields{}
	case ActLetterSent:
		return &LetterFields{}
	case ActContact:
		return &ContactFields{}
	case ActInterview:
		return &InterviewFields{}
	case ActEvidence:
		return &EvidenceFields{}
	case ActReport:
		return &ReportFields{}
	case ActWaive:
		return &WaiveFields{}
	case ActReceiveLetter:
		return &LetterFromFields{}
	case ActDecline:
		return &DeclineFields{}
	case ActAnswer:
		return &AnswerFields{}
	case ActRecordCheck:
		return &CheckFields{}
	case ActPropose:
		return &ProposeFields{}
	case ActAgree:
		return &AgreeFields{}
	case ActReturn:
		return &ReturnFields{}
	case ActRecordService:
		return &ServiceFields{}
	case ActSignLetter:
		return &SignFields{}
	case ActOpen:
		return &OpenFields{}
	case ActFlag:
		return &FlagFields{}
	case ActLookInto:
		return &LookIntoFields{}
	case ActCorrect:
		return &CorrectFields{}
	case ActDifference:
		return &DifferenceFields{}
	case ActArrival, ActLateArrival:
		return &ArrivalFields{}
	case ActReceivePost:
		return &PostFields{}
	case ActLinkPost, ActReadPost:
		return &ItemFields{}
	case ActDismissPost:
		return &DismissFields{}
	case ActLetterDelivered:
		return &DeliveredFields{}
	case ActLetterReturned:
		return &ReturnedFields{}
	case ActWithdraw:
		return &WithdrawFields{}
	case ActDuplicate:
		return &DuplicateFields{}
	case ActBacklogStart, ActBacklogPause, ActBacklogResume, ActBacklogCapacity:
		return &BacklogFields{}
	case ActErase:
		return &EraseFields{}
	case ActHold:
		return &HoldFields{}
	case ActRelease:
		return &ReleaseFields{}
	case ActExtend:
		return &ExtendFields{}
	case ActApplyCalendar:
		return &CalendarFields{}
	}
	return &NoFields{}
}

// DecodeFields reads and checks an act's coded fields from JSON. The error is a
// [Refusal] with code fields.
func DecodeFields(a Act, data []byte) (Fields, error) {
	f := NewFields(a)
	if rule, ok := a.Rule(); ok && rule.AskedBack() {
		data, _ = takeConfirmed(data)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(f)
	if err == nil && d.More() {
		err = errors.New("something follows them")
	}
	if err != nil {
		return nil, Refuse(RefusedFields, fmt.Sprintf("the fields of %s cannot be read: %s", a, jsonInWords(err)))
	}
	if err := f.Validate(); err != nil {
		return nil, Refuse(RefusedFields, err.Error())
	}
	return f, nil
}

// jsonInWords leaves the names of Go's types out of what json says of fields.
func jsonInWords(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Sprintf("%s: a %s does not belong there", wrong.Field, wrong.Value)
	}
	words := []rune(strings.TrimPrefix(err.Error(), "json: "))
	return string(words[:min(len(words), 200)])
}

// NeedsText reports whether an act is nothing without its free text.
func (a Act) NeedsText() bool {
	switch a {
	case ActReport, ActDraft, ActAnswer, ActWaive, ActPropose, ActReturn, ActCorrect, ActReturnWelfare, ActReturnDraft, ActLookInto:
		return true
	}
	return false
}

func oneOf(field, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s is %s; it must be one of %s", field, quoted(value), strings.Join(allowed, ", "))
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Validate always passes.
func (NoFields) Validate() error { return nil }

// Validate wants a name, and a role of the staff if one is given.
func (f AssignFields) Validate() error {
	if f.To == "" {
		return fmt.Errorf("to: name the officer")
	}
	return first(validName("to", f.To), inCodes(f))
}

// Validate checks the codes.
func (f ReconcileFields) Validate() error { return inCodes(f) }

// Validate checks the codes and the priority's range.
func (f TriageFields) Validate() error { return inCodes(f) }

// Validate checks the codes.
func (f LetterFields) Validate() error { return validLetter(f.Letter, f) }

// Validate checks the code.
func (f ContactFields) Validate() error { return inCodes(f) }

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

// Validate checks the codes.
func (f EvidenceFields) Validate() error { return inCodes(f) }

// Validate wants each indicator rated, and the child's views or why they are not there.
func (f ReportFields) Validate() error {
	if err := inCodes(f); err != nil {
		return err
	}
	if len(f.Indicators) != len(Indicators) {
		return fmt.Errorf("indicators: there are eight: %s", strings.Join(Indicators, ", "))
	}
	return nil
}

// Validate checks the code.
func (f WaiveFields) Validate() error { return inCodes(f) }

// Validate checks the source.
func (f LetterFromFields) Validate() error {
	return first(inCodes(f), validCode("letter", f.Letter))
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

// Validate checks the code.
func (f DeclineFields) Validate() error { return inCodes(f) }

// Validate checks the code.
func (f AnswerFields) Validate() error { return inCodes(f) }

// Validate checks the code, and wants the day on which the check was done.
func (f CheckFields) Validate() error {
	if f.DoneOn.IsZero() {
		return fmt.Errorf("done_on: say on which day the check was done")
	}
	return inCodes(f)
}

// Validate wants one legal outcome a person, and for each person a finding
// under each of the eight factors (C11); a finding against somebody must cite
// what it rests on, for no reason may rest on a gap.
func (f ProposeFields) Validate() error {
	if err := inRange("revision", f.Revision, MaxItem); err != nil {
		return err
	}
	if len(f.Outcomes) == 0 {
		return fmt.Errorf("outcomes: propose an outcome for each person")
	}
	seen := map[int]bool{}
	for _, o := range f.Outcomes {
		if seen[o.Person] {
			return fmt.Errorf("outcomes: person %d stands twice", o.Person)
		}
		if err := inRange("outcomes", o.Person, MaxNumber); err != nil {
			return err
		}
		seen[o.Person] = true
		if !slices.Contains(Outcomes, o.Outcome) {
			return fmt.Errorf("outcomes: %s for person %d; it must be one of %s", quoted(string(o.Outcome)), o.Person, joined(Outcomes))
		}
		if err := allFactors(f.Reasons, o.Person); err != nil {
			return err
		}
		if !o.Outcome.IsGrant() && !slices.ContainsFunc(f.Reasons, func(r Reason) bool {
			return r.Finding == FindingAgainst && (r.Person == o.Person || r.Person == 0)
		}) {
			return fmt.Errorf("reasons: person %d would be refused, and no finding is against them", o.Person)
		}
	}
	for _, r := range f.Reasons {
		if r.Person != 0 && !seen[r.Person] {
			return fmt.Errorf("reasons: a finding under %s on person %d, for whom no outcome is proposed", quoted(string(r.Factor)), r.Person)
		}
	}
	return validReasons(f.Reasons)
}

// Validate wants the second officer's finding under each factor.
func (f AgreeFields) Validate() error {
	return first(inRange("revision", f.Revision, MaxItem), allFactors(f.Reasons, 0), validReasons(f.Reasons))
}

// Validate wants at least one code.
func (f ReturnFields) Validate() error {
	if len(f.Reasons) == 0 {
		return fmt.Errorf("reasons: say why the proposal goes back")
	}
	for _, r := range f.Reasons {
		if err := oneOf("reasons", r, Asked(f, "reasons").Codes...); err != nil {
			return err
		}
	}
	return nil
}

// Validate checks the codes (C9: proof of service).
func (f ServiceFields) Validate() error { return inCodes(f) }

// Validate checks the lane, and that the reason is a code.
func (f BacklogFields) Validate() error {
	if f.Reason != "" && !reasonPattern.MatchString(f.Reason) {
		return fmt.Errorf("reason is %s; it must be a code of small letters, digits and _, such as staffing", quoted(f.Reason))
	}
	return inCodes(f)
}

var reasonPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

var codePattern = regexp.MustCompile(`^[A-Z0-9][A-Z0-9/-]{0,39}$`)

// validCode wants a register's code, or nothing: capitals, digits, - and /.
func validCode(field, value string) error {
	if value == "" || codePattern.MatchString(value) {
		return nil
	}
	return fmt.Errorf("%s is %s; it must be a code of capitals, digits, - and /, such as MIN-2026/014", field, quoted(value))
}

// inRange wants a number of something of the case, or 0 for none.
func inRange(field string, n, largest int) error {
	if n < 0 || n > largest {
		return fmt.Errorf("%s: %d is no number from 0 to %d", field, n, largest)
	}
	return nil
}

// Validate wants a command, and checks the code.
func (f EraseFields) Validate() error {
	if f.Command == "" {
		return fmt.Errorf("command: name the act whose text is erased by its id, as audit show lists it")
	}
	return inCodes(f)
}

func allFactors(reasons []Reason, person int) error {
	for _, factor := range Factors {
		if !slices.ContainsFunc(reasons, func(r Reason) bool {
			return r.Factor == factor && (r.Person == 0 || r.Person == person)
		}) {
			return fmt.Errorf("reasons: nothing is found under %s for person %d; paragraph 395C has eight factors", factor, person)
		}
	}
	return nil
}

func validReasons(reasons []Reason) error {
	type about struct {
		person int
		factor Factor
	}
	seen := map[about]bool{}
	for _, r := range reasons {
		if !slices.Contains(Factors, r.Factor) {
			return fmt.Errorf("reasons: %s is no factor; they are %s", quoted(string(r.Factor)), joined(Factors))
		}
		if err := inRange("reasons."+string(r.Factor), r.Person, MaxNumber); err != nil {
			return err
		}
		for _, no := range r.Evidence {
			if _, err := ParseNumber(fmt.Sprint(no), MaxNumber); err != nil {
				return fmt.Errorf("reasons.%s: evidence %w", r.Factor, err)
			}
		}
		if seen[about{r.Person, r.Factor}] {
			return fmt.Errorf("reasons.%s: person %d has two findings under one factor", r.Factor, r.Person)
		}
		seen[about{r.Person, r.Factor}] = true
		if err := oneOf("reasons."+string(r.Factor), string(r.Finding), codes(Findings...)...); err != nil {
			return err
		}
		if r.Finding == FindingAgainst && len(r.Evidence) == 0 {
			return fmt.Errorf("reasons.%s: a finding against somebody must cite the evidence it rests on", r.Factor)
		}
	}
	return nil
}

func joined[T ~string](values []T) string { return strings.Join(codes(values...), ", ") }
