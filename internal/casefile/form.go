package casefile

import (
	"fmt"
	"strings"
)

// Shape is how a coded field is filled in.
type Shape int

// The shapes of a field.
const (
	// One takes one code, or a day, a number or a name where there are no codes.
	One Shape = iota
	// List takes some of its codes, at least one.
	List
	// Revision takes the revision of the file that was read.
	Revision
	// EachPerson takes a code for each person of the family.
	EachPerson
	// EachFactor takes a finding under each factor of paragraph 395C.
	EachFactor
)

// Field is one question of an act: forms print it, and Validate holds the answer
// against its codes, so that a form never offers what is then refused.
type Field struct {
	// Name is its key in a form; "indicators.safe" stands under "indicators".
	Name string
	// Given is the answer, or empty.
	Given string
	// Codes lists what it takes. A field without codes takes what Such is an
	// example of.
	Codes []string
	Such  string
	// Help says what is asked, where the name alone does not.
	Help string
	// Optional fields may stay empty; Validate says when they may not.
	Optional bool
	Shape    Shape
}

// Takes says in words what the field takes.
func (f Field) Takes() string {
	if len(f.Codes) == 0 {
		return "such as " + f.Such
	}
	return strings.Join(f.Codes, ", ")
}

// Asked returns a field of an act by its name. It panics where the act has no
// such field, for names are written in the code.
func Asked(f Fields, name string) Field {
	for _, field := range f.Ask() {
		if field.Name == name {
			return field
		}
	}
	panic(fmt.Sprintf("%T asks for no %q", f, name))
}

// inCodes holds the answers against the codes of their fields, and names the
// first that is none of them.
func inCodes(f Fields) error {
	for _, field := range f.Ask() {
		if field.Shape != One || len(field.Codes) == 0 || (field.Optional && field.Given == "") {
			continue
		}
		if err := oneOf(field.Name, field.Given, field.Codes...); err != nil {
			return err
		}
	}
	return nil
}

func codes[T ~string](values ...T) []string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return words
}

// number writes a number that was given, and nothing for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

var answers = codes(Yes, No, Unknown)

// Findings lists the findings that a reason may make.
var Findings = []Finding{FindingFor, FindingAgainst, FindingNeutral, FindingUnknown}

// Ask asks nothing.
func (NoFields) Ask() []Field { return nil }

// Ask wants the officer.
func (f AssignFields) Ask() []Field {
	return []Field{
		{Name: "to", Given: f.To, Such: "morag", Help: "the officer's name on the staff list"},
		{Name: "role", Given: string(f.Role), Codes: codes(Roles...), Optional: true,
			Help: "name the officer on the case in this role: a restricted case is seen by those named"},
	}
}

// Ask wants what the comparison found.
func (f ReconcileFields) Ask() []Field {
	return []Field{
		{Name: "paper_file", Given: f.PaperFile, Codes: codes("found", "lost")},
		{Name: "record", Given: f.Record, Codes: codes("agrees", "differs"), Help: "whether the record agrees with the paper file"},
	}
}

// Ask wants the screens and the priority.
func (f TriageFields) Ask() []Field {
	return []Field{
		{Name: "priority", Given: number(f.Priority), Codes: codes("1", "2", "3", "4", "5"),
			Help: "1 public harm, 2 child near 18 or illness, 3 longest resident, 4 supported, 5 the rest"},
		{Name: "public_harm_screen", Given: f.PublicHarmScreen, Codes: codes("clear", "refer")},
		{Name: "family_ilr", Given: string(f.FamilyILR), Codes: answers, Help: "claim before 2 October 2000 and a dependant under 18"},
		{Name: "seven_years", Given: string(f.SevenYears), Codes: answers, Help: "a child here seven years"},
		{Name: "vulnerable", Given: string(f.Vulnerable), Codes: answers},
	}
}

// Ask wants the letter, its addressee and its way.
func (f LetterFields) Ask() []Field {
	return []Field{
		{Name: "letter", Given: number(f.Letter), Such: "1", Help: "its number, as letter list shows it"},
		{Name: "to", Given: f.To, Codes: codes("family", "representative")},
		{Name: "by", Given: f.By, Codes: codes("post", "recorded_delivery", "email", "hand")},
	}
}

// Ask wants the way of the contact.
func (f ContactFields) Ask() []Field {
	return []Field{
		{Name: "how", Given: f.How, Codes: codes("phone", "visit", "representative")},
		{Name: "names", Given: f.Names, Codes: codes("agreed", "withdrawn"), Optional: true,
			Help: "whether their names may stand in what the minister's office reads"},
	}
}

// Ask wants to know of adverse material.
func (f InterviewFields) Ask() []Field {
	return []Field{
		{Name: "adverse", Given: f.Adverse, Codes: codes("none", "answered", "unanswered"), Help: "whether adverse material was put, and answered"},
		{Name: "put_on", Given: f.PutOn.String(), Such: "2026-11-23", Help: "the day on which it was put, if it was", Optional: true},
	}
}

// Ask wants the provider and what came.
func (f EvidenceFields) Ask() []Field {
	return []Field{
		{Name: "provider", Given: string(f.Provider), Codes: codes(Providers...)},
		{Name: "result", Given: f.Result, Codes: codes("complete", "partial", "nothing_held"), Help: "how much of what was asked for came"},
	}
}

// Ask wants the child's views, each indicator, and the conclusion.
func (f ReportFields) Ask() []Field {
	fields := []Field{
		{Name: "views", Given: f.Views, Codes: codes("obtained", "not_obtained"), Help: "the child's own views"},
		{Name: "views_reason", Given: f.ViewsReason, Codes: codes("too_young", "declined", "unwell"), Help: "if they were not obtained", Optional: f.Views != "not_obtained"},
	}
	for _, i := range Indicators {
		fields = append(fields, Field{Name: "indicators." + i, Given: f.Indicators[i], Codes: codes("strength", "concern", "unknown")})
	}
	return append(fields, Field{Name: "best_interests", Given: f.BestInterest, Codes: codes("remain", "return", "undetermined")})
}

// Ask wants the ground of the waiver.
func (f WaiveFields) Ask() []Field {
	return []Field{{Name: "reason", Given: f.Reason, Codes: codes("delay_harms_child", "family_asks", "council_cannot"),
		Help: "after a waiver only a grant can be signed, for every member of the family"}}
}

// Ask wants the sender.
func (f LetterFromFields) Ask() []Field {
	return []Field{
		{Name: "from", Given: f.From, Codes: RepresentationSources},
		{Name: "letter", Given: f.Letter, Such: "MP-2026/031", Help: "the code of a letter that speaks for several families", Optional: true},
	}
}

// Ask wants the reason.
func (f DeclineFields) Ask() []Field {
	return []Field{{Name: "reason", Given: f.Reason, Codes: codes("no_agreement", "outside_policy", "already_represented")}}
}

// Ask wants the answer.
func (f AnswerFields) Ask() []Field {
	return []Field{{Name: "answer", Given: f.Answer, Codes: codes("accepted", "rejected", "more")}}
}

// Ask wants the result and its day.
func (f CheckFields) Ask() []Field {
	return []Field{
		{Name: "result", Given: f.Result, Codes: codes("clear", CheckRefer)},
		{Name: "done_on", Given: f.DoneOn.String(), Such: "2026-11-23", Help: "the day on which the check was done"},
	}
}

// Ask wants an outcome a person and a finding a factor.
func (f ProposeFields) Ask() []Field {
	return []Field{
		{Name: "revision", Given: number(f.Revision), Shape: Revision},
		{Name: "outcomes", Codes: codes(Outcomes...), Shape: EachPerson},
		{Name: "reasons", Codes: codes(Findings...), Shape: EachFactor},
	}
}

// Ask wants a finding a factor.
func (f AgreeFields) Ask() []Field {
	return []Field{
		{Name: "revision", Given: number(f.Revision), Shape: Revision},
		{Name: "reasons", Codes: codes(Findings...), Shape: EachFactor},
	}
}

// Ask wants the reasons.
func (f ReturnFields) Ask() []Field {
	return []Field{{Name: "reasons", Given: strings.Join(f.Reasons, ", "), Codes: codes("evidence_missed", "law", "child", "reasons_thin", "outcome"), Shape: List}}
}

// Ask wants the way of service and its proof.
func (f ServiceFields) Ask() []Field {
	return []Field{
		{Name: "how", Given: f.How, Codes: codes("hand", "recorded_delivery", "representative")},
		{Name: "proof", Given: f.Proof, Codes: codes("signature", "tracking", "acknowledgement")},
	}
}

// Ask wants the lane, and what the act sets.
func (f BacklogFields) Ask() []Field {
	return []Field{
		{Name: "lane", Given: string(f.Lane), Codes: codes(Legacy, FastTrack)},
		{Name: "capacity", Given: number(f.Capacity), Such: "25", Help: "families listed a week", Optional: true},
		{Name: "target", Given: f.Target.String(), Such: "2031-11-23", Help: "the day by which the lane should be cleared; no decision depends on it (R3)", Optional: true},
		{Name: "reason", Given: f.Reason, Such: "staffing", Help: "a code", Optional: true},
	}
}

// Ask wants whose wet signature it is, where private office records one.
func (f SignFields) Ask() []Field {
	return []Field{
		{Name: "signatory", Given: f.Signatory, Such: "minister", Help: "of a wet signature that private office records: the minister who signed", Optional: true},
		{Name: "document", Given: f.Document, Such: "MIN-2026/014", Help: "of a wet signature: the code of the signed document", Optional: true},
	}
}

// Ask wants the act whose text is erased, and why.
func (f EraseFields) Ask() []Field {
	return []Field{
		{Name: "command", Given: f.Command, Such: "0195f2a0-0000-7000-8000-000000000000", Help: "the act's id, as audit show lists it"},
		{Name: "reason", Given: f.Reason, Codes: ErasureReasons},
	}
}
