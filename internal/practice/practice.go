// Package practice is a diligent office for the workflows' tests and for the
// recorder of histories: a family with recognisable personal data, and what a
// good member of staff does about each kind of open task.
package practice

import (
	"hame/internal/casefile"
	"hame/internal/clock"
)

// Text is in every free text that the office writes, so that a test can look
// for it where no free text may be.
const Text = "SYNTHETIC-FREE-TEXT"

// Family is a family of Glasgow: two parents and a school child, six
// years here, represented and supported. Each personal value in it is one that
// nothing else contains.
func Family(key string) casefile.Family {
	arrived := clock.Partial(clock.NewDate(2020, 8, 14))
	person := func(no int, r casefile.Relationship, given string, born clock.Date) casefile.Person {
		return casefile.Person{No: no, Key: string(rune('0' + no)), Relationship: r, HomeOfficeRef: "Q77665" + key + string(rune('0'+no)),
			FamilyName: "Quillfeather", GivenNames: given, NameKey: "quillfeather " + given + key,
			BirthDate: clock.Partial(born), Sex: casefile.SexUnknown, Nationality: "TR", BornInScotland: casefile.No,
			ArrivedOn: arrived, ClaimDate: arrived, ClaimStatus: casefile.ClaimUndecided}
	}
	return casefile.Family{Key: key, Lane: casefile.Legacy, Council: "S12000049",
		Address: "99 Wistful Crescent", Postcode: "G99 9ZQ", Phone: "0141-555-7788", Email: "kin@quillfeather.example",
		Representative: "Larkspur Solicitors", RepresentativeContact: "desk@larkspur.example", Support: casefile.SupportSection95,
		People: []casefile.Person{
			person(1, casefile.Principal, "Ottoline", clock.NewDate(1988, 5, 17)),
			person(2, casefile.Spouse, "Barnabas", clock.NewDate(1986, 11, 29)),
			person(3, casefile.Child, "Persephone", clock.NewDate(2016, 9, 9)),
		}}
}

// Private lists what no message, history, log or attribute may contain: the
// personal values of [Family], and the office's free text.
func Private() []string {
	return []string{"quillfeather", "ottoline", "barnabas", "persephone", "wistful", "g99 9zq", "555-7788", "larkspur", "q77665",
		"1988-05-17", "1986-11-29", "2016-09-09", "2020-08-14", "synthetic-free-text", "child_protection"}
}

// Deed is one act of one person.
type Deed struct {
	Login   string
	Act     casefile.Act
	Subject int
	// Fields makes the coded fields on the file as it stands; nil for none.
	Fields func(File) casefile.Fields
	Text   string
}

// File is what the author of a proposal has before them.
type File struct {
	Revision int
	Evidence []int // the numbers that a reason may cite
	Today    clock.Date
}

// Manner is how the office decides.
type Manner struct {
	Refuse    bool // every person is refused; else granted
	Represent bool // the minister represents; else declines
}

// Answer is what the office does about an open task. Nobody can do anything
// about an appeal window or a hold: for them it is empty.
func (m Manner) Answer(kind casefile.TaskKind, subject int) []Deed {
	evidence := func(p casefile.Provider) []Deed {
		return []Deed{{"morag", casefile.ActEvidence, subject, fixed(&casefile.EvidenceFields{Provider: p, Result: "complete"}), ""}}
	}
	switch kind {
	case casefile.TaskAllocate:
		return []Deed{{"fiona", casefile.ActAssign, 0, fixed(&casefile.AssignFields{To: "morag"}), ""}}
	case casefile.TaskReconcile:
		return []Deed{{"morag", casefile.ActReconcile, 0, fixed(&casefile.ReconcileFields{PaperFile: "found", Record: "agrees"}), ""}}
	case casefile.TaskTriage:
		return []Deed{{"morag", casefile.ActTriage, 0, fixed(&casefile.TriageFields{Priority: 4, PublicHarmScreen: "clear",
			FamilyILR: casefile.No, SevenYears: casefile.No, Vulnerable: casefile.Unknown}), ""}}
	case casefile.TaskOpeningLetter:
		return []Deed{
			{"morag", casefile.ActLetterSent, 1, fixed(&casefile.LetterFields{To: "family", By: "post"}), ""},
			{"morag", casefile.ActLetterSent, 1, fixed(&casefile.LetterFields{To: "representative", By: "email"}), ""},
		}
	case casefile.TaskQuestionnaire:
		return evidence(casefile.ProviderQuestionnaire)
	case casefile.TaskContact:
		return []Deed{{"morag", casefile.ActContact, 0, fixed(&casefile.ContactFields{How: "visit"}), ""}}
	case casefile.TaskSchool:
		return evidence(casefile.ProviderSchool)
	case casefile.TaskGP:
		return evidence(casefile.ProviderGP)
	case casefile.TaskSocialWork:
		return evidence(casefile.ProviderSocialWork)
	case casefile.TaskReporter:
		return evidence(casefile.ProviderReporter)
	case casefile.TaskHousing:
		return evidence(casefile.ProviderHousing)
	case casefile.TaskCommunity:
		return evidence(casefile.ProviderCommunity)
	case casefile.TaskAssignWelfare:
		return []Deed{{"agnes", casefile.ActAssignWelfare, subject, fixed(&casefile.AssignReportFields{To: "eilidh"}), ""}}
	case casefile.TaskReport:
		return []Deed{{"eilidh", casefile.ActReport, subject, fixed(Report()), Text + ": what the child said."}}
	case casefile.TaskSignWelfare:
		return []Deed{{"agnes", casefile.ActSignWelfare, subject, nil, ""}}
	case casefile.TaskWindow:
		if !m.Represent {
			return []Deed{{"jean", casefile.ActDecline, 0, fixed(&casefile.DeclineFields{Reason: "no_agreement"}), ""}}
		}
		return []Deed{
			{"kirsty", casefile.ActDraft, 0, nil, Text + ": the minister asks."},
			{"finlay", casefile.ActCheckDraft, 0, nil, ""},
			{"jean", casefile.ActClear, 0, nil, ""},
			{"minister", casefile.ActSignLetter, 0, nil, ""},
			{"jean", casefile.ActSendLetter, 0, nil, ""},
		}
	case casefile.TaskAnswer:
		return []Deed{{"ewan", casefile.ActAnswer, subject, fixed(&casefile.AnswerFields{Answer: "accepted"}), Text + ": the answer."}}
	case casefile.TaskRequestCheck:
		return []Deed{{"morag", casefile.ActRequestCheck, 0, nil, ""}}
	case casefile.TaskCheck:
		return []Deed{{"morag", casefile.ActRecordCheck, subject, func(f File) casefile.Fields {
			return &casefile.CheckFields{Result: "clear", DoneOn: f.Today}
		}, ""}}
	case casefile.TaskPropose:
		return m.propose()
	case casefile.TaskAgree:
		return []Deed{{"ailsa", casefile.ActAgree, 0, func(f File) casefile.Fields {
			return &casefile.AgreeFields{Revision: f.Revision, Reasons: Findings(nil)}
		}, ""}}
	case casefile.TaskServe:
		return []Deed{
			{"morag", casefile.ActLetterSent, 2, fixed(&casefile.LetterFields{To: "family", By: "recorded_delivery"}), ""},
			{"morag", casefile.ActLetterSent, 2, fixed(&casefile.LetterFields{To: "representative", By: "email"}), ""},
			{"morag", casefile.ActRecordService, 0, fixed(&casefile.ServiceFields{How: "recorded_delivery", Proof: "tracking"}), ""},
		}
	case casefile.TaskStatus:
		return []Deed{{"morag", casefile.ActStatusIssued, 0, nil, ""}}
	case casefile.TaskNoAppeal:
		return []Deed{{"morag", casefile.ActNoAppeal, subject, nil, ""}}
	}
	return nil
}

// propose grants, or does first what no refusal may be without.
func (m Manner) propose() []Deed {
	if !m.Refuse {
		return []Deed{{"ewan", casefile.ActPropose, 0, func(f File) casefile.Fields { return Proposal(f, casefile.GrantILR) }, Text + ": the reasons."}}
	}
	none := fixed(&casefile.InterviewFields{Adverse: "none"})
	return []Deed{
		{"ewan", casefile.ActInterview, 1, none, ""},
		{"ewan", casefile.ActInterview, 2, none, ""},
		{"morag", casefile.ActContact, 0, fixed(&casefile.ContactFields{How: "phone"}), ""},
		{"morag", casefile.ActContact, 0, fixed(&casefile.ContactFields{How: "representative"}), ""},
		{"ewan", casefile.ActPropose, 0, func(f File) casefile.Fields { return Proposal(f, casefile.RefusedUpheld) }, Text + ": the reasons."},
	}
}

// Proposal proposes one outcome for each person of [Family].
func Proposal(f File, outcome casefile.Outcome) *casefile.ProposeFields {
	p := &casefile.ProposeFields{Revision: f.Revision}
	for no := 1; no <= 3; no++ {
		p.Outcomes = append(p.Outcomes, casefile.ProposedOutcome{Person: no, Outcome: outcome})
	}
	var against []int
	if !outcome.IsGrant() && len(f.Evidence) > 0 {
		against = f.Evidence[:1]
	}
	p.Reasons = Findings(against)
	return p
}

// Findings are neutral under each of the eight factors, or against the family
// under connections where it cites evidence.
func Findings(against []int) []casefile.Reason {
	var reasons []casefile.Reason
	for _, factor := range casefile.Factors {
		r := casefile.Reason{Factor: factor, Finding: casefile.FindingNeutral}
		if factor == casefile.FactorConnections && against != nil {
			r.Finding, r.Evidence = casefile.FindingAgainst, against
		}
		reasons = append(reasons, r)
	}
	return reasons
}

// Report is a report on a child whose interests are to remain.
func Report() *casefile.ReportFields {
	f := &casefile.ReportFields{Views: "obtained", Indicators: map[string]string{}, BestInterest: "remain"}
	for _, i := range casefile.Indicators {
		f.Indicators[i] = "strength"
	}
	return f
}

func fixed(f casefile.Fields) func(File) casefile.Fields {
	return func(File) casefile.Fields { return f }
}
