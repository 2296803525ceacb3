package casefile

import (
	"fmt"
	"strings"
)

// The acts on each child's welfare check. After the signature they are for a child whom the
// signed decision does not decide, or not any more.
const (
	ActAssignWelfare Act = "welfare.assign"
	ActReport        Act = "welfare.report"
	ActSignWelfare   Act = "welfare.sign"
	ActReturnWelfare Act = "welfare.return"
	ActWaive         Act = "welfare.waive"
	ActConcern       Act = "welfare.concern"
)

var welfareActs = []*ActRule{
	{
		Act: ActAssignWelfare, InWords: "assigns a lead professional to a child",
		Roles: []Party{WelfareLead}, Council: true, Subject: AboutPerson, From: Listed, Until: Service, Day: Handled,
		Fields: of[AssignReportFields],
		Slip:   Slip{Until: Decision, Follows: "the child waits for a lead professional again"},
	},
	{
		Act: ActReport, InWords: "hands in a child's welfare report",
		Roles: []Party{LeadProfessional}, Council: true, Part: PartReporter, Subject: AboutPerson, From: Listed,
		Until: Service, Day: Handled,
		Fields: of[ReportFields], NeedsText: true,
		Slip: Slip{Until: Decision, Follows: "the report waits to be written again"},
	},
	{
		Act: ActSignWelfare, InWords: "signs a child's welfare report",
		Roles: []Party{WelfareLead}, Council: true, Part: PartSigner, Subject: AboutPerson, From: Listed, Until: Service,
		Day:  Handled,
		Slip: Slip{Until: Decision, Two: true, Follows: "the report waits to be signed again"},
	},
	{
		Act: ActReturnWelfare, InWords: "returns a child's welfare report to its author",
		Roles: []Party{WelfareLead}, Council: true, Subject: AboutPerson, From: Listed, Until: Service, Day: Handled,
		NeedsText: true,
		Slip:      Slip{Until: Decision, Follows: "the report waits to be signed again"},
	},
	{
		Act: ActWaive, InWords: "waives a child's check, after which only a grant may be signed",
		Roles: []Party{SeniorCaseworker}, Part: PartWaiver, Subject: AboutPerson, From: Evidence, Until: Decision,
		Day:    Handled,
		Fields: of[WaiveFields], NeedsText: true,
		Slip: Slip{Until: Decision, Two: true, Follows: "the check that was waived is outstanding again"},
	},
	{
		Act: ActConcern, InWords: "raises a concern for a child: no refusal is signed or served while it stands",
		Roles: []Party{WelfareLead, LeadProfessional}, Council: true, Subject: AboutPerson, From: Listed, Until: Service,
		Day:      Reported(FactClaim, FactBirth),
		Receives: true, OpensReview: true, Filed: true, Neutral: Neutral{"case.hold", "holds what cannot be taken back"},
		Slip: Slip{Instead: "clock release --reason mistake ends the hold"},
	},
}

// Indicators are the eight of the national practice model (SHANARRI [S59]).
var Indicators = []string{"safe", "healthy", "achieving", "nurtured", "active", "respected", "responsible", "included"}

// AssignReportFields names the lead professional who reports on a child.
type AssignReportFields struct {
	To string `json:"to" yaml:"to"`
}

// Ask wants the officer.
func (f AssignReportFields) Ask() []Field {
	return []Field{{Name: "to", Given: f.To, Such: "eilidh", Help: "the lead professional's name on the staff list"}}
}

// Validate wants a name.
func (f AssignReportFields) Validate() error { return validOfficer(f.To) }

// ReportFields is a child's welfare report in codes; its statement is text.
type ReportFields struct {
	Views        string            `json:"views" yaml:"views"`                                   // obtained, not_obtained
	ViewsReason  string            `json:"views_reason,omitempty" yaml:"views_reason,omitempty"` // too_young, declined, unwell
	Indicators   map[string]string `json:"indicators" yaml:"indicators"`                         // each SHANARRI indicator: strength, concern, unknown
	BestInterest string            `json:"best_interests" yaml:"best_interests"`                 // remain, return, undetermined
}

// Ask wants the child's views, each indicator, and the conclusion.
func (f ReportFields) Ask() []Field {
	fields := []Field{
		{Name: "views", Given: f.Views, Codes: codes("obtained", "not_obtained"), Help: "the child's own views"},
		{Name: "views_reason", Given: f.ViewsReason, Codes: codes("too_young", "declined", "unwell"),
			Help: "if they were not obtained", Optional: f.Views != "not_obtained"},
	}
	for _, i := range Indicators {
		fields = append(fields, Field{Name: "indicators." + i, Given: f.Indicators[i],
			Codes: codes("strength", "concern", "unknown")})
	}
	return append(fields, Field{Name: "best_interests", Given: f.BestInterest,
		Codes: codes("remain", "return", "undetermined")})
}

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

// WaiveFields says why a child's check can't be waited for.
type WaiveFields struct {
	Reason string `json:"reason" yaml:"reason"` // delay_harms_child, family_asks, council_cannot
}

// Ask wants the ground of the waiver.
func (f WaiveFields) Ask() []Field {
	return []Field{{Name: "reason", Given: f.Reason, Codes: codes("delay_harms_child", "family_asks", "council_cannot"),
		Help: "after a waiver only a grant can be signed, for every member of the family"}}
}

// Validate checks the code.
func (f WaiveFields) Validate() error { return inCodes(f) }
