package casefile

import (
	"fmt"
	"regexp"
)

// The acts on a family that moves to another council.
const (
	ActMove       Act = "case.move"
	ActAcceptMove Act = "case.accept-move"
)

var moveActs = []*ActRule{
	{
		Act: ActMove, InWords: "records that the family moves to another Scottish council, or to none: that council " +
			"accepts it",
		Roles: []Party{Caseworker}, From: Listed, Until: Service, Day: Reported(FactClaim),
		Fields: of[MoveFields], Receives: true, OpensReview: true, Filed: true,
		Slip: Slip{Instead: "case move to the council where the family is takes it back"},
	},
	{
		Act: ActAcceptMove, InWords: "accepts a family from another council: its children's checks go on here",
		Roles: []Party{WelfareLead}, Council: true, NewCouncil: true, From: Listed, Until: Service, Day: Handled,
		KeepsProposal: true, Instead: "case move records that a family moves, and on a closed case is filed",
		Slip: Slip{Instead: "case move to the council where the family is, which accepts it"},
	},
}

// MoveFields says to which council a family moves, and why.
type MoveFields struct {
	To     string `json:"to" yaml:"to"`         // GSS code
	Reason string `json:"reason" yaml:"reason"` // rehoused, own_choice, family, safety, mistake
}

// Ask wants the council and the reason.
func (f MoveFields) Ask() []Field {
	return []Field{
		{Name: "to", Given: f.To, Such: "S12000036", Help: "the council's GSS code; the family's own takes a move back"},
		{Name: "reason", Given: f.Reason, Codes: codes("rehoused", "own_choice", "family", "safety", "mistake")},
	}
}

var councilPattern = regexp.MustCompile(`^S12[0-9]{6}$`)

// Validate wants the code of a Scottish council, and checks the reason.
func (f MoveFields) Validate() error {
	if !councilPattern.MatchString(f.To) {
		return fmt.Errorf("to is %s; it must be the GSS code of a Scottish council, such as S12000036", quoted(f.To))
	}
	return inCodes(f)
}

// MoveStep is what a recorded move does.
type MoveStep int

// The steps of a move.
const (
	// MoveAsks asks the council that the family moves to whether it accepts it.
	MoveAsks MoveStep = iota
	// MoveAsksAnother does so in place of a council that was asked before.
	MoveAsksAnother
	// MoveTakenBack leaves the family with its council, which it did not leave.
	MoveTakenBack
	// MoveAtOnce needs nobody's word: a council keeps nothing of a family without children [D].
	MoveAtOnce
)

// CheckMove says what a move to a council does for a family of another one, which moves to
// asked already, empty for none. The error is a [Refusal] if nothing changes.
func CheckMove(to, council, asked string, children int) (MoveStep, error) {
	switch {
	case to == asked:
		return 0, Refuse(RefusedAlreadyDone, "that council is asked already: case moves tells until when it has time")
	case to == council && asked == "":
		return 0, Refuse(RefusedAlreadyDone, "that is the family's council already")
	case to == council:
		return MoveTakenBack, nil
	case children == 0:
		return MoveAtOnce, nil
	case asked != "":
		return MoveAsksAnother, nil
	}
	return MoveAsks, nil
}

// OpenGap is a provider's task that was closed because its time had passed.
type OpenGap struct {
	Kind    TaskKind
	Subject int
}

// MovePlan is what a council's acceptance leads to, beside the calendar of what goes on.
type MovePlan struct {
	// AssignAnew are the children whose check is under way: the new council's welfare lead
	// assigns it anew.
	AssignAnew []int
	// SetAside are those of them whose report waits for a signature. It stays on file
	// unsigned, as one that was returned does.
	SetAside []int
	// AskAnew are the gaps that the new council's school or social work may fill.
	AskAnew []OpenGap
}

// AfterMove works out what follows when a council accepts a family, from the review's state
// and the gaps in what the old council's school and social work were asked. A signed report
// stays valid until it lapses, and what was answered is not asked again (domain.md 6.3).
// After the signature a child's check is under way only for a decision that is made anew; it is
// assigned anew too, for the old council sees nothing of the child any more.
func AfterMove(f Facts, gaps []OpenGap) MovePlan {
	var plan MovePlan
	for _, t := range f.Tasks {
		switch t.Kind {
		case TaskSignWelfare:
			plan.SetAside = append(plan.SetAside, t.Subject)
			plan.AssignAnew = append(plan.AssignAnew, t.Subject)
		case TaskReport:
			plan.AssignAnew = append(plan.AssignAnew, t.Subject)
		}
	}
	for _, g := range gaps {
		if (g.Kind == TaskSchool || g.Kind == TaskSocialWork) && f.HasOpened(Evidence) && !f.HasOpened(Representation) {
			plan.AskAnew = append(plan.AskAnew, g)
		}
	}
	return plan
}
