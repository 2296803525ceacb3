package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// caseFile is a case as hame.case_file gives it: what the reader's role may not
// see is not there.
type caseFile struct {
	link string // to its review in the Web UI

	Case        string          `json:"case"`
	Sees        casefile.Sight  `json:"sees"`
	Stage       casefile.Stage  `json:"stage"`
	Lane        casefile.Lane   `json:"lane"`
	Council     string          `json:"council"`
	ListingDate clock.Date      `json:"listing_date"`
	Priority    int             `json:"priority"`
	Owner       string          `json:"owner"`
	Revision    int             `json:"revision"`
	SignedOn    clock.Date      `json:"signed_on"`
	Rollup      casefile.Rollup `json:"rollup"`
	ClosedAt    *time.Time      `json:"closed_at"`
	DrawnAt     *time.Time      `json:"drawn_at"`
	Reconciled  clock.Date      `json:"reconciled_on"`
	Triaged     clock.Date      `json:"triaged_on"`
	Stuck       string          `json:"stuck"`
	Now         time.Time       `json:"now"`
	Held        bool            `json:"held"`
	Duplicate   bool            `json:"duplicate"`
	Represented bool            `json:"represented"`
	// Waits is the family's place in the order of listing, as of the last draw; nil if it
	// is listed, held back, or not placed yet.
	Waits *struct {
		Place     int        `json:"place"`
		Waiting   int        `json:"waiting"`
		ListingOn clock.Date `json:"listing_on"`
		DrawnOn   clock.Date `json:"drawn_on"`
	} `json:"waits"`
	Named []struct {
		Person string         `json:"person"`
		Role   casefile.Party `json:"role"`
		On     clock.Date     `json:"named_on"`
	} `json:"named"`
	People       []filePerson      `json:"people"`
	Tasks        []store.TaskRow   `json:"tasks"`
	Letters      []fileLetter      `json:"letters"`
	Evidence     []fileEvidence    `json:"evidence"`
	Post         []filePost        `json:"post"`
	Flags        []fileFlag        `json:"flags"`
	Holds        []fileHold        `json:"holds"`
	AtCourt      []fileProceeding  `json:"at_court"`
	Submissions  []fileSubmission  `json:"submissions"`
	Moves        []fileMove        `json:"moves"`
	Merges       []fileMerge       `json:"merges"`
	FlagRequests []fileFlagRequest `json:"flag_requests"`
	Differences  []fileDifference  `json:"differences"`
	Corrections  []fileCorrection  `json:"corrections"`
	NamesAgreed  bool              `json:"names_agreed"`
	// Children and Advice are for the minister's office: what the signed welfare
	// reports say in codes, and what the rule sets for comparison make of the family.
	Children []struct {
		No            int               `json:"no"`
		ReportedOn    clock.Date        `json:"reported_on"`
		Views         string            `json:"views"`
		Indicators    map[string]string `json:"indicators"`
		BestInterests string            `json:"best_interests"`
	} `json:"children"`
	Advice []struct {
		RuleSet string                  `json:"rule_set"`
		People  []policy.Recommendation `json:"people"`
	} `json:"advice"`
	Gaps            []fileGap            `json:"gaps"`
	Checks          []fileCheck          `json:"welfare_checks"`
	Waivers         []fileWaiver         `json:"waivers"`
	Representations []fileRepresentation `json:"representations"`
	SecurityChecks  []fileSecurityCheck  `json:"security_checks"`
	LookedInto      []struct {
		Person   int        `json:"person_no"`
		About    string     `json:"about"`
		Finding  string     `json:"finding"`
		By       string     `json:"looked_by"`
		LookedOn clock.Date `json:"looked_on"`
	} `json:"looked_into"`
	Proposals []struct {
		No          int                        `json:"no"`
		Author      string                     `json:"author"`
		ProposedOn  clock.Date                 `json:"proposed_on"`
		SecondDue   string                     `json:"second_due"`
		State       string                     `json:"state"`
		ReturnCodes []string                   `json:"return_codes"`
		Outcomes    []casefile.ProposedOutcome `json:"outcomes"`
		Findings    []struct {
			BySecond bool             `json:"by_second"`
			Person   int              `json:"person_no"`
			Factor   casefile.Factor  `json:"factor"`
			Finding  casefile.Finding `json:"finding"`
			Evidence []int            `json:"evidence"`
		} `json:"findings"`
	} `json:"proposals"`
	// Days are what the thresholds of each person are worked out from, Thresholds those that
	// have fired.
	Days       []casefile.PersonDays `json:"days"`
	Thresholds []fileThreshold       `json:"thresholds"`
	Decision   *struct {
		Author   string     `json:"author"`
		Second   string     `json:"second"`
		SignedOn clock.Date `json:"signed_on"`
		RuleSet  string     `json:"rule_set"`
	} `json:"decision"`
	// Decisions lists the decisions in their order: the last one stands, each of the others
	// was corrected, or made anew, by the one after it.
	Decisions       []fileDecision `json:"decisions"`
	Outcomes        []fileOutcome  `json:"outcomes"`
	Ends            []fileEnd      `json:"ends"`
	Appeals         []fileAppeal   `json:"appeals"`
	ReturnSteps     []fileReturn   `json:"return_steps"`
	Windows         []fileWindow   `json:"windows"`
	Tracing         *fileTracing   `json:"tracing"`
	Requests        []fileRequest  `json:"requests"`
	OtherFiles      []fileLink     `json:"other_files"`
	Recommendations []struct {
		RuleSetID string                  `json:"rule_set_id"`
		RuleSet   string                  `json:"rule_set"`
		Use       string                  `json:"use"`
		Revision  int                     `json:"revision"`
		People    []policy.Recommendation `json:"people"`
	} `json:"recommendations"`
}

// filePerson is a member of the family.
type filePerson struct {
	No             int                   `json:"no"`
	Relationship   casefile.Relationship `json:"relationship"`
	FamilyName     string                `json:"family_name"`
	GivenNames     string                `json:"given_names"`
	BirthDate      string                `json:"date_of_birth"`
	BornYear       string                `json:"born_year"`
	Sex            string                `json:"sex"`
	Nationality    string                `json:"nationality"`
	BornInScotland string                `json:"born_in_scotland"`
	ArrivedOn      string                `json:"arrived_on"`
	ArrivedYear    string                `json:"arrived_year"`
	Child          *bool                 `json:"child_when_listed"`
	// Ended is how the person's part in the case ended by itself; empty while it has not.
	Ended    casefile.Outcome `json:"ended"`
	JoinedOn clock.Date       `json:"joined_on"`
}

// fileLetter is a letter, and one of its addressees if it was sent.
type fileLetter struct {
	No        int        `json:"no"`
	Kind      string     `json:"kind"`
	To        string     `json:"to_whom"`
	By        string     `json:"by_how"`
	SentOn    clock.Date `json:"sent_on"`
	Delivered clock.Date `json:"delivered_on"`
	Returned  clock.Date `json:"returned_on"`
	Why       string     `json:"returned_why"`
	Decision  int        `json:"decision_no"`
	// CorrectedBy is the decision that has corrected the one that the letter gives; 0 if none has.
	CorrectedBy int `json:"corrected_by"`
}

// fileDecision is a signed decision. Author, Second and Outcomes are for those who see
// the file.
type fileDecision struct {
	No       int                        `json:"no"`
	SignedOn clock.Date                 `json:"signed_on"`
	Rollup   casefile.Rollup            `json:"rollup"`
	Anew     bool                       `json:"anew"` // it makes the one before anew, and does not correct it
	Author   string                     `json:"author"`
	Second   string                     `json:"second"`
	Outcomes []casefile.ProposedOutcome `json:"outcomes"`
}

// fileRepresentation is what somebody said for the family.
type fileRepresentation struct {
	No         int        `json:"no"`
	From       string     `json:"from_kind"`
	ReceivedOn clock.Date `json:"received_on"`
	Answer     string     `json:"answer"`
}

// fileDifference is what a later import says otherwise.
type fileDifference struct {
	No       int    `json:"no"`
	Person   int    `json:"person_no"`
	Field    string `json:"field"`
	OldValue string `json:"old_value"`
	NewValue string `json:"new_value"`
}

// fileEvidence is what a provider sent.
type fileEvidence struct {
	No       int               `json:"no"`
	Provider casefile.Provider `json:"provider"`
	Person   int               `json:"person_no"`
	Result   string            `json:"result"`
	// Kinds are what it shows of the life lived here, for those who see the file.
	Kinds      []casefile.LifeKind `json:"kinds"`
	ReceivedOn clock.Date          `json:"received_on"`
}

// fileThreshold is a threshold of a person that has fired, with the lane's rule set that was
// in force on its day.
type fileThreshold struct {
	Person    int                `json:"person_no"`
	Kind      casefile.Threshold `json:"kind"`
	On        clock.Date         `json:"on_day"`
	FiredAt   time.Time          `json:"fired_at"`
	Signed    bool               `json:"signed"`
	RuleSetID string             `json:"rule_set_id"`
	RuleSet   string             `json:"rule_set"`
}

// filePost is an item of post.
type filePost struct {
	No         int        `json:"no"`
	From       string     `json:"from"`
	ReceivedOn clock.Date `json:"received_on"`
	ReadOn     clock.Date `json:"read_on"`
}

// fileFlag is a flag of a person.
type fileFlag struct {
	Person int           `json:"no"`
	Flag   casefile.Flag `json:"flag"`
	State  string        `json:"state"`
}

// fileHold is a hold of the case.
type fileHold struct {
	Person   int        `json:"person_no"`
	Ground   string     `json:"ground"`
	OpenedOn clock.Date `json:"opened_on"`
	ReviewOn clock.Date `json:"review_on"`
	SameAs   string     `json:"same_as"`
}

// fileProceeding is what was lodged at the court. EndedOn is zero while it stands.
type fileProceeding struct {
	No       int        `json:"no"`
	Person   int        `json:"person_no"`
	Kind     string     `json:"kind"`
	LodgedOn clock.Date `json:"lodged_on"`
	LodgedAt string     `json:"lodged_at"`
	EndedOn  clock.Date `json:"ended_on"`
	Result   string     `json:"result"`
}

// fileSubmission is what was submitted after the decision. Result is empty while it waits.
type fileSubmission struct {
	No         int        `json:"no"`
	Person     int        `json:"person_no"`
	ReceivedOn clock.Date `json:"received_on"`
	Considered clock.Date `json:"considered_on"`
	Result     string     `json:"result"`
}

// fileMove is a move to another council. Result is empty while that one is asked.
type fileMove struct {
	No      int        `json:"no"`
	From    string     `json:"from"`
	To      string     `json:"to"`
	MovedOn clock.Date `json:"moved_on"`
	Result  string     `json:"result"`
}

// fileMerge is a merge of the case and another file, and since when they are two again.
type fileMerge struct {
	Other      string     `json:"other"`
	Into       string     `json:"into"`
	MergedAt   time.Time  `json:"merged_at"`
	UnmergedAt *time.Time `json:"unmerged_at"`
}

func (m fileMerge) inWords(of string) string {
	words := fmt.Sprintf("%s was merged into this file on %s", m.Other, clock.DateOf(m.MergedAt))
	if m.Other == of {
		words = fmt.Sprintf("into %s on %s", m.Into, clock.DateOf(m.MergedAt))
	}
	if m.UnmergedAt != nil {
		words += fmt.Sprintf(", and parted again on %s", clock.DateOf(*m.UnmergedAt))
	}
	return words
}

// fileFlagRequest is a flag that waits for a second officer.
type fileFlagRequest struct {
	Person  int           `json:"person_no"`
	Flag    casefile.Flag `json:"flag"`
	Wanted  string        `json:"wanted"`
	By      string        `json:"first_by"`
	AskedOn clock.Date    `json:"asked_on"`
}

// fileCorrection is a fact that was corrected.
type fileCorrection struct {
	Person   int        `json:"person_no"`
	Field    string     `json:"field"`
	OldValue string     `json:"old_value"`
	NewValue string     `json:"new_value"`
	Reason   string     `json:"reason"`
	Source   string     `json:"source"`
	On       clock.Date `json:"corrected_on"`
}

// fileGap is evidence that did not come in time.
type fileGap struct {
	Kind    casefile.TaskKind `json:"kind"`
	Subject int               `json:"subject"`
}

// fileCheck is a child's welfare check.
type fileCheck struct {
	Person     int        `json:"person_no"`
	AssignedTo string     `json:"assigned_to"`
	Author     string     `json:"author"`
	ReportedOn clock.Date `json:"reported_on"`
	Signer     string     `json:"signer"`
	SignedOn   clock.Date `json:"signed_on"`
}

// fileWaiver is a child's check that was waived.
type fileWaiver struct {
	Person  int        `json:"person_no"`
	GivenOn clock.Date `json:"given_on"`
}

// fileSecurityCheck is a person's security check.
type fileSecurityCheck struct {
	Person     int        `json:"person_no"`
	DoneOn     clock.Date `json:"done_on"`
	Result     string     `json:"result"`
	ValidUntil clock.Date `json:"valid_until"`
}

// fileEnd is how a person's part in the case ended other than by a decision.
type fileEnd struct {
	Person  int              `json:"person_no"`
	Outcome casefile.Outcome `json:"outcome"`
	On      clock.Date       `json:"ended_on"`
	First   string           `json:"first_by"`
	Second  string           `json:"second_by"`
}

// fileRequest is an act that waits for a second officer.
type fileRequest struct {
	No      int          `json:"no"`
	Act     casefile.Act `json:"act"`
	Subject int          `json:"subject_no"`
	By      string       `json:"first_by"`
	AskedOn clock.Date   `json:"asked_on"`
	// Of people who part from the family: who leaves, and why for those who may know.
	Persons string `json:"persons"`
	Reason  string `json:"reason"`
	// Fields are the coded fields of every other act, HasText whether it has a text that the
	// reader may read.
	Fields  map[string]any `json:"fields"`
	HasText bool           `json:"has_text"`
}

// asks says what is asked for: the act, its coded fields, and where its text is read.
func (q fileRequest) asks(of string) string {
	words := string(q.Act)
	if q.Persons != "" {
		words = strings.TrimSpace(fmt.Sprintf("%s of persons %s %s", q.Act, q.Persons, q.Reason))
	}
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(q.Fields)) {
		value := fmt.Sprint(q.Fields[name])
		if list, ok := q.Fields[name].([]any); ok {
			value = strings.Trim(fmt.Sprint(list), "[]")
		}
		fields = append(fields, name+" "+value)
	}
	if len(fields) > 0 {
		words += " (" + strings.Join(fields, ", ") + ")"
	}
	words += fmt.Sprintf(" by %s on %s", q.By, q.AskedOn)
	if q.HasText {
		words += fmt.Sprintf(", its text is in case texts %s", of)
	}
	return words
}

// fileAppeal is an appeal against a refusal. Result is empty while it runs.
type fileAppeal struct {
	Person     int        `json:"person_no"`
	LodgedOn   clock.Date `json:"lodged_on"`
	Permission string     `json:"permission"`
	HeardOn    clock.Date `json:"heard_on"`
	Result     string     `json:"result"`
	EndedOn    clock.Date `json:"ended_on"`
}

// fileReturn is a step of a person's return.
type fileReturn struct {
	Person  int        `json:"person_no"`
	Step    string     `json:"step"`
	TakenOn clock.Date `json:"taken_on"`
}

// fileWindow is a removal window. ClosedOn is zero unless it was closed before its last day.
type fileWindow struct {
	Person    int        `json:"person_no"`
	OpensOn   clock.Date `json:"opens_on"`
	ClosesOn  clock.Date `json:"closes_on"`
	First     string     `json:"first_by"`
	Second    string     `json:"second_by"`
	ClosedOn  clock.Date `json:"closed_on"`
	ClosedWhy string     `json:"closed_why"`
}

// fileTracing is the tracing of a family with whom contact is lost. ArchivedOn is zero while the
// family is not archived.
type fileTracing struct {
	BeganOn    clock.Date      `json:"began_on"`
	Reason     string          `json:"reason"`
	ArchivedOn clock.Date      `json:"archived_on"`
	Steps      []fileTraceStep `json:"steps"`
}

// fileTraceStep is a step to find a family. TakenOn is zero if nobody has taken it yet.
type fileTraceStep struct {
	Step    string     `json:"step"`
	Result  string     `json:"result"`
	TakenOn clock.Date `json:"taken_on"`
}

// remaining lists the steps that nobody has taken yet.
func (g fileTracing) remaining() []string {
	var left []string
	for _, step := range casefile.TraceSteps {
		if !slices.ContainsFunc(g.Steps, func(s fileTraceStep) bool { return s.Step == step }) {
			left = append(left, step)
		}
	}
	return left
}

// fileLink is another file, on which people of the family stand.
type fileLink struct {
	Case   string     `json:"case"`
	Since  clock.Date `json:"since"`
	Walled bool       `json:"walled"`
}

// fileOutcome is what was decided for a person, and what became of it.
type fileOutcome struct {
	Person   int              `json:"person_no"`
	Outcome  casefile.Outcome `json:"outcome"`
	ServedOn clock.Date       `json:"served_on"`
	StatusOn clock.Date       `json:"status_issued_on"`
	NoAppeal clock.Date       `json:"no_appeal_on"`
	AppealOn clock.Date       `json:"appeal_on"`
	// FellOn is since when the decision does not decide the person any more; zero while it stands.
	FellOn  clock.Date `json:"fell_on"`
	FellWhy string     `json:"fell_why"`
}

// fell says why and when the decision fell for the person; empty while it stands.
func (o fileOutcome) fell() string {
	if o.FellOn.IsZero() {
		return ""
	}
	why := map[string]string{"appeal": "appeal allowed", "court": "quashed by a court",
		"submissions": "fresh claim accepted"}[o.FellWhy]
	return fmt.Sprintf("fell: %s on %s", why, o.FellOn)
}
