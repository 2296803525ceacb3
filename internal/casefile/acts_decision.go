package casefile

import (
	"fmt"
	"slices"
	"strings"

	"hame/internal/clock"
)

// The acts on security checks and on the decision.
const (
	ActRequestCheck    Act = "check.request"
	ActRecordCheck     Act = "check.record"
	ActPropose         Act = "decision.propose"
	ActAgree           Act = "decision.agree"
	ActReturn          Act = "decision.return"
	ActWithdraw        Act = "decision.withdraw"
	ActCorrectDecision Act = "decision.correct"
)

// Until the decision is served it can be corrected, and a check that has lapsed meanwhile
// is asked for again.
var decisionActs = []*ActRule{
	{
		Act: ActRequestCheck, InWords: "asks the police for the security checks",
		Roles: []Party{Caseworker}, Subject: AboutPersonOrAll, From: Decision, Until: Service,
		Day:  Reported(FactDecisionOpened),
		Many: true,
		Slip: Slip{Until: Decision, Follows: "the checks wait to be asked for again"},
	},
	{
		// The answer is taken also where an act was struck and the review is at an earlier stage
		// again: only what was asked for can be answered.
		Act: ActRecordCheck, InWords: "records the result of a security check",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Evidence, Until: Service, Day: Handled,
		Fields: of[CheckFields], Confirm: true,
		Slip: Slip{Until: Decision, Follows: "the check is awaited again, and its result can be cited no more"},
	},
	{
		Act: ActPropose, InWords: "proposes an outcome for each person, with reasons",
		Roles: []Party{DecisionMaker, SeniorCaseworker}, Part: PartAuthor, From: Decision, Until: Decision, Day: Handled,
		Fields: of[ProposeFields], NeedsText: true, KeepsProposal: true,
		Slip: Slip{Instead: "decision withdraw takes a proposal back before it is signed, decision correct afterwards"},
	},
	{
		Act: ActAgree, InWords: "agrees to the proposal as second officer",
		Roles: []Party{SecondOfficer}, Part: PartSecond, From: Decision, Until: Service, Day: Handled,
		Fields: of[AgreeFields], KeepsProposal: true,
		Slip: Slip{Instead: "decision correct puts a wrong outcome right"},
	},
	{
		Act: ActReturn, InWords: "returns the proposal to its author",
		Roles: []Party{SecondOfficer}, Part: PartSecond, From: Decision, Until: Service, Day: Handled,
		Fields: of[ReturnFields], NeedsText: true, KeepsProposal: true,
		Slip: Slip{Instead: "the author proposes again, and the second officer agrees"},
	},
	{
		Act: ActWithdraw, InWords: "withdraws one's own proposal before it is signed",
		Roles: []Party{DecisionMaker, SeniorCaseworker}, From: Decision, Until: Service, Day: Handled,
		Fields: of[WithdrawFields], KeepsProposal: true,
		Slip: Slip{Instead: "the author proposes again"},
	},
	{
		Act: ActCorrectDecision, InWords: "proposes another outcome where the signed one is wrong by a slip; a second officer agrees",
		Roles: []Party{DecisionMaker, SeniorCaseworker}, Part: PartAuthor, From: Service, Until: Service, Day: Handled,
		Fields: of[ProposeFields], NeedsText: true, KeepsProposal: true,
		Slip: Slip{Instead: "decision withdraw takes the correction back before it is signed"},
	},
}

// CheckRefer is the result of a security check by which the police refer the person:
// a senior caseworker looks into it before anybody decides.
const CheckRefer = "refer"

// CheckCited refuses a finding that cites what the file does not hold; citable are the
// numbers that may be cited.
func CheckCited(reasons []Reason, citable []int) *Refusal {
	for _, r := range reasons {
		for _, no := range r.Evidence {
			if !slices.Contains(citable, no) {
				return Refuse(RefusedGap, fmt.Sprintf("the finding on %s cites evidence %d, which the file does not hold: no reason may rest on a gap", r.Factor, no))
			}
		}
	}
	return nil
}

func allFactors(reasons []Reason, person int) error {
	for _, factor := range Factors {
		if !slices.ContainsFunc(reasons, func(r Reason) bool {
			return r.Factor == factor && (r.Person == 0 || r.Person == person)
		}) {
			return fmt.Errorf("reasons: nothing is found under %s for person %d; paragraph 395C has eight factors", factor,
				person)
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

// Findings lists the findings that a reason may make.
var Findings = []Finding{FindingFor, FindingAgainst, FindingNeutral, FindingUnknown}

// CheckFields is the result of a security check.
type CheckFields struct {
	Result string     `json:"result" yaml:"result"` // clear, refer
	DoneOn clock.Date `json:"done_on" yaml:"done_on"`
}

// Ask wants the result and its day.
func (f CheckFields) Ask() []Field {
	return []Field{
		{Name: "result", Given: f.Result, Codes: codes("clear", CheckRefer)},
		{Name: "done_on", Given: f.DoneOn.String(), Such: "2026-11-23", Help: "the day on which the check was done"},
	}
}

// Validate checks the code, and wants the day on which the check was done.
func (f CheckFields) Validate() error {
	if f.DoneOn.IsZero() {
		return fmt.Errorf("done_on: say on which day the check was done")
	}
	return inCodes(f)
}

// Attested returns the day on which the check was done.
func (f CheckFields) Attested() (clock.Date, string, Day) {
	return f.DoneOn, "done_on", Reported(FactCheckAsked)
}

// ProposedOutcome is what is proposed for one person.
type ProposedOutcome struct {
	Person  int     `json:"person" yaml:"person"`
	Outcome Outcome `json:"outcome" yaml:"outcome"`
}

// Reason is one finding under one factor of paragraph 395C. Person 0 speaks of
// the whole family. Evidence holds the numbers of what it rests on.
type Reason struct {
	Person   int     `json:"person" yaml:"person"`
	Factor   Factor  `json:"factor" yaml:"factor"`
	Finding  Finding `json:"finding" yaml:"finding"`
	Evidence []int   `json:"evidence,omitempty" yaml:"evidence,omitempty,flow"`
	Adverse  bool    `json:"adverse,omitempty" yaml:"adverse,omitempty"`
}

// ProposeFields is a proposed decision. Revision is that of the file it was
// made on; anything recorded since makes it stale.
type ProposeFields struct {
	Revision int               `json:"revision" yaml:"revision"`
	Outcomes []ProposedOutcome `json:"outcomes" yaml:"outcomes"`
	Reasons  []Reason          `json:"reasons" yaml:"reasons"`
}

// Ask wants an outcome a person and a finding a factor.
func (f ProposeFields) Ask() []Field {
	return []Field{
		{Name: "revision", Given: number(f.Revision), Shape: Revision},
		{Name: "outcomes", Codes: codes(Outcomes...), Shape: EachPerson},
		{Name: "reasons", Codes: codes(Findings...), Shape: EachFactor},
	}
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
			return fmt.Errorf("outcomes: %s for person %d; it must be one of %s", quoted(string(o.Outcome)), o.Person,
				joined(Outcomes))
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
			return fmt.Errorf("reasons: a finding under %s on person %d, for whom no outcome is proposed",
				quoted(string(r.Factor)), r.Person)
		}
	}
	return validReasons(f.Reasons)
}

// AgreeFields is the second officer's own finding on each factor (process.md:
// coded reasons of their own).
type AgreeFields struct {
	Revision int      `json:"revision" yaml:"revision"`
	Reasons  []Reason `json:"reasons" yaml:"reasons"`
}

// Ask wants a finding a factor.
func (f AgreeFields) Ask() []Field {
	return []Field{
		{Name: "revision", Given: number(f.Revision), Shape: Revision},
		{Name: "reasons", Codes: codes(Findings...), Shape: EachFactor},
	}
}

// Validate wants the second officer's finding under each factor.
func (f AgreeFields) Validate() error {
	return first(inRange("revision", f.Revision, MaxItem), allFactors(f.Reasons, 0), validReasons(f.Reasons))
}

// ReturnFields says why a proposal goes back to its author.
type ReturnFields struct {
	Reasons []string `json:"reasons" yaml:"reasons,flow"` // evidence_missed, law, child, reasons_thin, outcome
}

// Ask wants the reasons.
func (f ReturnFields) Ask() []Field {
	return []Field{{Name: "reasons", Given: strings.Join(f.Reasons, ", "),
		Codes: codes("evidence_missed", "law", "child", "reasons_thin", "outcome"), Shape: List}}
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

// WithdrawFields says why an author takes a proposal back.
type WithdrawFields struct {
	Reason string `json:"reason" yaml:"reason"` // new_facts, mistake
}

// Ask wants the reason.
func (f WithdrawFields) Ask() []Field {
	return []Field{{Name: "reason", Given: f.Reason, Codes: codes("new_facts", "mistake")}}
}

// Validate checks the code.
func (f WithdrawFields) Validate() error { return inCodes(f) }
