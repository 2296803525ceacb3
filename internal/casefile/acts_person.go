package casefile

import "fmt"

// The acts on people who join a family, leave it, or give up their claim (domain.md 6.3).
const (
	ActBorn        Act = "person.born"
	ActJoined      Act = "person.joined"
	ActDied        Act = "person.died"
	ActHasStatus   Act = "person.has-status"
	ActRecordError Act = "person.record-error"

	ActAskWithdrawal     Act = "withdrawal.ask"
	ActHearWithdrawal    Act = "withdrawal.hear"
	ActDropWithdrawal    Act = "withdrawal.drop"
	ActConfirmWithdrawal Act = "withdrawal.confirm"

	ActAskDeparture Act = "departure.ask"
	ActStays        Act = "departure.drop"
	ActDeparted     Act = "departure.confirm"

	ActReopen   Act = "case.reopen"
	ActHandOver Act = "case.hand-over"

	// ActConfirm is the second officer's part in every act that takes two.
	ActConfirm Act = "case.confirm"
)

// onClosed is what ends the refusal of an event on a closed case.
const onClosed = "post receive records what is known, and a senior caseworker looks whether the case is reopened"

// onWithdrawal ends the refusals of acts on a withdrawal in a stage that does not take them.
const onWithdrawal = "withdrawal ask comes first, which also opens the review of an unlisted family, and before the " +
	"signature; after it an appeal can be withdrawn, and a departure recorded"

var personActs = []*ActRule{
	{
		Act: ActBorn, InWords: "records the birth of a child of the family, with its own welfare check from then on",
		Roles: []Party{Caseworker}, From: Listed, Until: Service, Day: Reported(FactClaim),
		Fields: of[BornFields], NeedsText: true,
		TextSays: "the child's names, a line each: given_names: Ayse, then family_name: Yilmaz; nationality and " +
			"language if they are known",
		OpensReview: true, Filed: true,
		Slip: Slip{Until: Service, Two: true, Follows: "the child is not of the family any more, and nothing is asked " +
			"about it"},
	},
	{
		Act: ActJoined, InWords: "records somebody who joins the family: a spouse or partner, a child, another dependant",
		Roles: []Party{Caseworker}, From: Listed, Until: Service, Day: Reported(FactClaim),
		Fields: of[JoinedFields], NeedsText: true,
		TextSays: "a line for each fact: given_names, family_name, date_of_birth, sex, nationality, language, " +
			"home_office_ref, arrived_on, school",
		OpensReview: true, Filed: true,
		Slip: Slip{Until: Service, Two: true, Follows: "the person is not of the family any more, and nothing is asked " +
			"about them"},
	},
	{
		Act: ActDied, InWords: "records a death: the person's part ends, and another of the family takes a principal's " +
			"claim on",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Listed, Until: Service, Day: Reported(FactBirth),
		Fields: of[DiedFields], OpensReview: true, Filed: true,
		Slip: Slip{Until: Service, Two: true, Follows: "the person is of the family again, with what was asked about them"},
	},
	{
		Act: ActHasStatus, InWords: "finds that a person needs no leave: British, settled, or of a state whose people " +
			"need none",
		Roles: []Party{Caseworker, SeniorCaseworker}, Seconds: []Party{SeniorCaseworker, SecondOfficer},
		Subject: AboutPerson, From: Listed, Until: Service, Day: Handled,
		Fields: of[HasStatusFields], OpensReview: true, Instead: onClosed,
		Slip: Slip{Until: Service, Two: true, Follows: "nobody is asked to agree any more"},
	},
	{
		Act: ActRecordError, InWords: "finds that the record names somebody who is not of the family, or does not exist",
		Roles: []Party{Caseworker, SeniorCaseworker}, Seconds: []Party{SeniorCaseworker, SecondOfficer},
		Subject: AboutPerson, From: Listed, Until: Decision, Day: Handled,
		Fields: of[RecordErrorFields], NeedsText: true,
		TextSays: "what shows that the person is not of this family: which record was compared, and where they stand " +
			"rightly, if anywhere",
		OpensReview: true,
		Instead:     "decision correct puts a signed outcome right",
		Slip:        Slip{Until: Decision, Two: true, Follows: "nobody is asked to agree any more"},
	},
	{
		Act: ActAskWithdrawal, InWords: "records that a person asks, in writing, to withdraw their claim",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Listed, Until: Decision, Day: Reported(FactClaim),
		OpensReview: true, Filed: true,
		Instead: "an appeal that is withdrawn is recorded as such, and a departure as one",
		Slip:    Slip{Until: Decision, Follows: "nobody has asked to withdraw"},
	},
	{
		Act: ActHearWithdrawal, InWords: "records the interview on a withdrawal: whether the representative was there, " +
			"and whether the person means it",
		Roles: []Party{Caseworker, DecisionMaker}, Subject: AboutPerson, From: Listed, Until: Decision, Day: Reported(FactDrawn),
		Fields: of[HearFields], NeedsText: true,
		TextSays: "who was present and who interpreted, what the person was told that they give up, and in their words " +
			"why they withdraw",
		Instead: onWithdrawal,
		Slip:    Slip{Until: Decision, Follows: "the person waits to be heard again"},
	},
	{
		Act: ActDropWithdrawal, InWords: "records that a person does not withdraw after all",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Listed, Until: Decision, Day: Reported(FactDrawn),
		Instead: onWithdrawal,
		Slip:    Slip{Until: Decision, Follows: "the withdrawal waits again, with the days that were left"},
	},
	{
		Act: ActConfirmWithdrawal, InWords: "confirms a withdrawal after the time to think again; each child is " +
			"considered in its own right",
		Roles: []Party{Caseworker, SeniorCaseworker}, Seconds: []Party{SeniorCaseworker, SecondOfficer},
		Subject: AboutPerson, From: Listed, Until: Decision, Day: Handled,
		Fields: of[ConfirmWithdrawalFields], NeedsText: true,
		TextSays: "what was heard, that the days to think again have passed without another word, and for each child " +
			"what was considered",
		Instead: onWithdrawal,
		Slip:    Slip{Until: Decision, Two: true, Follows: "nobody is asked to agree any more"},
	},
	{
		Act: ActAskDeparture, InWords: "records that a person asks to return of their own will: nothing ends until they " +
			"have left",
		Roles: []Party{Caseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Service, Day: Reported(FactDrawn),
		OpensReview: true, Filed: true,
		Slip: Slip{Until: Service, Follows: "nobody has asked to return"},
	},
	{
		Act: ActStays, InWords: "records that a person does not leave after all",
		Roles: []Party{Caseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Service, Day: Reported(FactDrawn),
		Instead: "departure ask records that somebody asks to return, and opens the review of an unlisted family",
		Slip:    Slip{Until: Service, Follows: "the departure waits to be settled again"},
	},
	{
		Act: ActDeparted, InWords: "confirms, on evidence, that a person has left the United Kingdom of their own will",
		Roles: []Party{Caseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Service, Day: Reported(FactBirth, FactClaim),
		Fields: of[DepartedFields], OpensReview: true, Filed: true,
		Slip: Slip{Until: Service, Two: true, Follows: "the person is of the family again, with what was asked about them"},
	},
	{
		Act: ActHandOver, InWords: "hands a family over that has moved out of Scotland: Hame's part ends, and what was " +
			"sent is on record",
		Roles: []Party{SeniorCaseworker}, Seconds: []Party{SecondOfficer, SeniorCaseworker},
		From: Listed, Until: Decision, Day: Handled, Fields: of[HandOverFields], NeedsText: true,
		TextSays: "the office and the officer who has taken the family over, how the move is known, and what was sent " +
			"on which day",
		OpensReview: true,
		Instead: "a decided family keeps its decision wherever it lives, and service record carries it out; of a closed " +
			"case " +
			"post receive records where it lives now",
		Slip: Slip{Until: Decision, Two: true, Follows: "nobody is asked to agree any more"},
	},
	{
		Act: ActReopen, InWords: "reopens a closed case: for an error, a late appeal or late post, or somebody who was found",
		Roles: []Party{SeniorCaseworker}, Seconds: []Party{SecondOfficer, SeniorCaseworker}, Subject: AboutPersonOrAll,
		From: Closed, Until: Closed, Day: Handled, Fields: of[ReopenFields], NeedsText: true,
		TextSays: "what has come to light since the closing and what shows it, and what is to be done once the case is open",
		Filed:    true,
		Instead:  "the case is open",
		Slip:     Slip{Instead: "the case goes on to its closing"},
	},
	{
		Act: ActConfirm, InWords: "agrees as second officer to what a colleague has asked for, or refuses it; its " +
			"author takes it back",
		Roles: []Party{Caseworker, SeniorCaseworker, SecondOfficer}, Subject: AboutRequest, From: Listed, Until: Closed,
		Day: Handled, Fields: of[ConfirmFields], Filed: true,
		Slip: Slip{Until: Service, Two: true, Follows: "the request waits for a second officer again, and what followed " +
			"from it is taken back"},
	},
}

// shownBy are what shows an event from outside the office.
var shownBy = codes("certificate", "hospital", "registrar", "council", "family", "representative", "police")

// BornFields says what shows a birth. The attested day is the day of birth; the text has the
// child's names, which are personal.
type BornFields struct {
	ShownBy        string `json:"shown_by" yaml:"shown_by"`
	BornInScotland Answer `json:"born_in_scotland" yaml:"born_in_scotland"`
	Sex            Sex    `json:"sex" yaml:"sex"`
}

// Ask wants what shows the birth, and what a certificate states.
func (f BornFields) Ask() []Field {
	return []Field{
		{Name: "shown_by", Given: f.ShownBy, Codes: shownBy},
		{Name: "born_in_scotland", Given: string(f.BornInScotland), Codes: answers},
		{Name: "sex", Given: string(f.Sex), Codes: codes(Female, Male, SexX, SexUnknown)},
	}
}

// Validate checks the codes.
func (f BornFields) Validate() error { return inCodes(f) }

// NeedsLeave and the others say whether somebody who joins a family needs a decision.
const (
	NeedsLeave = "needs_leave"
	IsBritish  = "british"
	IsSettled  = "settled"
)

// JoinedFields says who joins a family and whether Hame owes them a decision. The text has
// names, date of birth and nationality, which are personal.
type JoinedFields struct {
	Relationship Relationship `json:"relationship" yaml:"relationship"`
	Status       string       `json:"status" yaml:"status"`
}

// Ask wants the relationship and the status.
func (f JoinedFields) Ask() []Field {
	return []Field{
		{Name: "relationship", Given: string(f.Relationship), Codes: codes(Relationships[1:]...)},
		{Name: "status", Given: f.Status, Codes: codes(NeedsLeave, IsBritish, IsSettled),
			Help: "who is British or settled belongs to the family, and no decision is due of them"},
	}
}

// Validate checks the codes.
func (f JoinedFields) Validate() error { return inCodes(f) }

// Joins returns how somebody whom an act with these fields adds stands to the family, and
// whether it adds anybody.
func Joins(f Fields) (Relationship, bool) {
	switch f := f.(type) {
	case *BornFields:
		return Child, true
	case *JoinedFields:
		return f.Relationship, true
	}
	return "", false
}

// DiedFields says what shows a death, and who takes the claim of a principal on.
type DiedFields struct {
	ShownBy   string `json:"shown_by" yaml:"shown_by"`
	Principal int    `json:"principal,omitempty" yaml:"principal,omitempty"`
}

// Ask wants what shows the death, and may be told the new principal.
func (f DiedFields) Ask() []Field {
	return []Field{
		{Name: "shown_by", Given: f.ShownBy, Codes: shownBy},
		newPrincipal(f.Principal),
	}
}

func newPrincipal(no int) Field {
	return Field{Name: "principal", Given: number(no), Such: "2", Optional: true,
		Help: "the number of the person who takes the claim on, if this is the principal; without it the spouse or " +
			"partner, else the eldest"}
}

// Validate checks the code and the number.
func (f DiedFields) Validate() error {
	return first(inCodes(f), inRange("principal", f.Principal, MaxNumber))
}

// DepartedFields says what shows a departure, and who takes the claim of a principal on.
type DepartedFields struct {
	ShownBy   string `json:"shown_by" yaml:"shown_by"`
	Principal int    `json:"principal,omitempty" yaml:"principal,omitempty"`
}

// Ask wants what shows the departure, and may be told the new principal.
func (f DepartedFields) Ask() []Field {
	return []Field{
		{Name: "shown_by", Given: f.ShownBy, Codes: codes("embarkation_record", "carrier", "return_service", "border_stamp"),
			Help: "a departure that nothing shows is none"},
		newPrincipal(f.Principal),
	}
}

// Validate checks the code and the number.
func (f DepartedFields) Validate() error {
	return first(inCodes(f), inRange("principal", f.Principal, MaxNumber))
}

// HasStatusFields says which status a person was found to have, and what shows it.
type HasStatusFields struct {
	Status    string `json:"status" yaml:"status"`
	ShownBy   string `json:"shown_by" yaml:"shown_by"`
	Principal int    `json:"principal,omitempty" yaml:"principal,omitempty"`
}

// Ask wants the status and what shows it.
func (f HasStatusFields) Ask() []Field {
	return []Field{
		{Name: "status", Given: f.Status, Codes: codes(IsBritish, IsSettled, "no_leave_needed"),
			Help: "registered or born British, settled by another grant, or of a state whose people need no leave"},
		{Name: "shown_by", Given: f.ShownBy, Codes: codes("passport", "certificate", "other_record")},
		newPrincipal(f.Principal),
	}
}

// Validate checks the codes and the number.
func (f HasStatusFields) Validate() error {
	return first(inCodes(f), inRange("principal", f.Principal, MaxNumber))
}

// RecordErrorFields says why somebody does not belong on a file.
type RecordErrorFields struct {
	Reason    string `json:"reason" yaml:"reason"`
	Principal int    `json:"principal,omitempty" yaml:"principal,omitempty"`
}

// Ask wants the reason.
func (f RecordErrorFields) Ask() []Field {
	return []Field{
		{Name: "reason", Given: f.Reason, Codes: codes("not_of_the_family", "twice_on_file", "no_such_person", "never_claimed")},
		newPrincipal(f.Principal),
	}
}

// Validate checks the code and the number.
func (f RecordErrorFields) Validate() error {
	return first(inCodes(f), inRange("principal", f.Principal, MaxNumber))
}

// HearFields is what an interview on a withdrawal found (R2).
type HearFields struct {
	Representative string `json:"representative" yaml:"representative"`
	Means          Answer `json:"means" yaml:"means"`
}

// Ask wants whether the representative was there, and whether the person means it.
func (f HearFields) Ask() []Field {
	return []Field{
		{Name: "representative", Given: f.Representative, Codes: codes("present", "informed", "none"),
			Help: "none only where the family has none"},
		{Name: "means", Given: string(f.Means), Codes: codes(Yes, No),
			Help: "yes: the person understands what is given up, and wants it"},
	}
}

// Validate checks the codes.
func (f HearFields) Validate() error { return inCodes(f) }

// ConfirmWithdrawalFields says that the children were considered, and who takes the claim on.
type ConfirmWithdrawalFields struct {
	Children  string `json:"children" yaml:"children"`
	Principal int    `json:"principal,omitempty" yaml:"principal,omitempty"`
}

// ChildrenConsidered says that each child of the family was considered in its own right;
// NoChildren, that there is none.
const (
	ChildrenConsidered = "considered"
	NoChildren         = "none"
)

// Ask wants to know that the children were considered.
func (f ConfirmWithdrawalFields) Ask() []Field {
	return []Field{
		{Name: "children", Given: f.Children, Codes: codes(ChildrenConsidered, NoChildren),
			Help: "a parent's withdrawal takes nothing from a child: the children's own claims go on"},
		newPrincipal(f.Principal),
	}
}

// Validate checks the code and the number.
func (f ConfirmWithdrawalFields) Validate() error {
	return first(inCodes(f), inRange("principal", f.Principal, MaxNumber))
}

// HandOverFields says to whom a family is handed over that has moved out of Scotland, and what
// was sent there.
type HandOverFields struct {
	To   string `json:"to" yaml:"to"`
	Sent string `json:"sent" yaml:"sent"`
}

// Ask wants the nation and what was sent.
func (f HandOverFields) Ask() []Field {
	return []Field{
		{Name: "to", Given: f.To, Codes: codes("england", "wales", "northern_ireland"),
			Help: "the text names the office and the officer who has taken the family over"},
		{Name: "sent", Given: f.Sent, Codes: codes("whole_file", "summary")},
	}
}

// Validate checks the codes.
func (f HandOverFields) Validate() error { return inCodes(f) }

// ReopenFields says why a closed case is reopened. With REF/N the person's own end is lifted, with
// REF everybody's who had left or withdrawn ([StaysEnded]).
type ReopenFields struct {
	Reason string `json:"reason" yaml:"reason"`
}

// Ask wants the reason.
func (f ReopenFields) Ask() []Field {
	return []Field{{Name: "reason", Given: f.Reason,
		Codes: codes("error", "late_appeal", "late_post", "person_found", "withdrawal_taken_back", "court")}}
}

// Validate checks the code.
func (f ReopenFields) Validate() error { return inCodes(f) }

// The findings of a second officer on a request.
const (
	RequestAgreed  = "agreed"
	RequestRefused = "refused"
)

// ConfirmFields is what a second officer says of a request.
type ConfirmFields struct {
	Finding string `json:"finding" yaml:"finding"`
}

// Ask wants the finding.
func (f ConfirmFields) Ask() []Field {
	return []Field{{Name: "finding", Given: f.Finding, Codes: codes(RequestAgreed, RequestRefused),
		Switches: switches(RequestAgreed, "the act is done", RequestRefused, "it is not done; its author takes it back so")}}
}

// Validate checks the code.
func (f ConfirmFields) Validate() error { return inCodes(f) }

// CheckSecond refuses an officer who can't be the second on a request; nil if they can.
func CheckSecond(rule *ActRule, first, second string, holds []Party) *Refusal {
	if first == second {
		return Refuse(RefusedFourEyes, "you asked for it yourself: another officer must agree")
	}
	for _, role := range rule.Seconds {
		for _, held := range holds {
			if role == held {
				return nil
			}
		}
	}
	return Refuse(RefusedRole, fmt.Sprintf("%s is agreed to by a %s", rule.Wire(), orOf(rule.Seconds)))
}

func orOf(roles []Party) string {
	words := ""
	for i, r := range roles {
		switch {
		case i > 0 && i == len(roles)-1:
			words += " or a "
		case i > 0:
			words += ", a "
		}
		words += r.InWords()
	}
	return words
}
