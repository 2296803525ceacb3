package casefile

import (
	"fmt"
	"slices"
)

// The acts on what was entered by mistake.
const (
	ActStrike Act = "case.strike"
	ActBreach Act = "case.breach"
)

var slipActs = []*ActRule{
	{
		Act: ActStrike, InWords: "strikes an act that was entered by mistake, or asks a colleague to",
		Roles: strikers(slices.Concat(caseActs, letterActs, evidenceActs, welfareActs, representationActs, decisionActs,
			serviceActs)),
		From: Listed, Until: Closed, Day: Handled,
		Fields: of[StrikeFields], Filed: true,
		Slip: Slip{Instead: "the act that was struck is entered again"},
	},
	{
		Act: ActBreach, InWords: "answers what is asked of an item of post that was linked to the wrong file: whose it is, who saw it, who was told",
		Roles: []Party{SeniorCaseworker}, From: Listed, Until: Closed, Day: Handled,
		Fields: of[BreachFields], NeedsText: true, Filed: true,
		Slip: Slip{Instead: "what is found out later is told by another case breach, while the task is open"},
	},
}

// Slip says what becomes of an act that was entered by mistake (docs/process.md, Slips).
// An act is struck: its facts no longer count, what it closed is open again, and what it
// opened is moot. The act and the striking of it stay in the chain.
type Slip struct {
	// Until is the last stage shown in which the act can be struck, the decision stage
	// only before the signature. It is empty for an act that is never struck.
	Until Stage
	// Two says that it takes two officers also on the day on which the act was recorded:
	// signatures and services do.
	Two bool
	// Follows says what follows from the striking, beside what follows from any.
	Follows string
	// Instead is what puts the mistake right where the act can't be struck, or not any more.
	Instead string
}

// CanBeStruck reports whether acts of this kind can be struck at all.
func (s Slip) CanBeStruck() bool { return s.Until != "" }

// Why an act is struck. SlipStands refuses a colleague's request: the act was no mistake.
const (
	SlipWrongCase   = "wrong_case"
	SlipWrongPerson = "wrong_person"
	SlipWrongDay    = "wrong_day"
	SlipWrongItem   = "wrong_item"
	SlipTwice       = "twice"
	SlipMistyped    = "mistyped"
	SlipStands      = "stands"
)

// SlipReasons lists why an act is struck.
var SlipReasons = []string{SlipWrongCase, SlipWrongPerson, SlipWrongDay, SlipWrongItem, SlipTwice, SlipMistyped,
	SlipStands}

// StrikeFields names the act that was entered by mistake by its number, as case timeline
// shows it, and says why.
type StrikeFields struct {
	Act    int    `json:"act" yaml:"act"`
	Reason string `json:"reason" yaml:"reason"`
}

// Ask wants the act and the reason.
func (f StrikeFields) Ask() []Field {
	return []Field{
		{Name: "act", Given: number(f.Act), Such: "12", Help: "its number, as case timeline shows it"},
		{Name: "reason", Given: f.Reason, Codes: SlipReasons,
			Help: "stands refuses what a colleague has asked for: the act was no mistake"},
	}
}

// Validate wants a number, and checks the code.
func (f StrikeFields) Validate() error {
	if f.Act < 1 || f.Act > MaxItem {
		return fmt.Errorf("act: name the act by its number, as case timeline shows it")
	}
	return inCodes(f)
}

// NoActToStrike refuses a number that names no act of the case, or one that is not the
// officer's to strike: the two are told in the same words.
func NoActToStrike(ref string, no int) *Refusal {
	return Refuse(RefusedNoSubject,
		fmt.Sprintf("the case has no act %d that you may strike: case strike %s lists those that you may", no, ref))
}

// StruckAlready refuses to strike an act a second time.
func StruckAlready(no int) *Refusal {
	return Refuse(RefusedAlreadyDone, fmt.Sprintf("act %d is struck already", no))
}

// NotAskedToStrike refuses to let an act stand that was not asked to be struck.
func NotAskedToStrike(no int) *Refusal {
	return Refuse(RefusedNothingOpen, fmt.Sprintf("nobody has asked that act %d be struck: it stands", no))
}

// BreachFields are the answers to what the data-protection officer asks of an item of
// post that stood on a file to which it did not belong [D].
type BreachFields struct {
	Item  int    `json:"item" yaml:"item"`
	Whose string `json:"whose" yaml:"whose"`
	Seen  string `json:"seen" yaml:"seen"`
	Told  string `json:"told" yaml:"told"`
}

// Ask wants whose data it was, who saw it, and who was told.
func (f BreachFields) Ask() []Field {
	return []Field{
		{Name: "item", Given: number(f.Item), Such: "7", Help: "the item's number, as its task has it"},
		{
			Name:  "whose",
			Given: f.Whose,
			Codes: codes("another_case", "no_case", "unknown"),
			Help:  "whose data stood on it",
		},
		{Name: "seen", Given: f.Seen, Codes: codes("nobody", "staff", "outside"),
			Help: "who saw it: case timeline lists who had read it"},
		{Name: "told", Given: f.Told, Codes: codes("family", "commissioner", "both", "nobody"),
			Help: "who was told: the family whose it is, the Information Commissioner, both or nobody"},
	}
}

// Validate wants a number, and checks the codes.
func (f BreachFields) Validate() error { return first(ItemFields{f.Item}.Validate(), inCodes(f)) }

// Struck is an act that somebody wants to strike, with what the rule asks about it.
type Struck struct {
	Rule *ActRule
	// Today says that it was recorded on this business day; Own, that the officer who
	// strikes it is its author.
	Today, Own bool
	// Rests says that a proposal waits or the decision is signed: both rest on the file.
	Rests bool
}

// TakesTwo reports whether it takes a second officer to strike the act: normally its
// author strikes it alone on the day on which it was recorded.
func (s Struck) TakesTwo() bool { return s.Rule.Slip.Two || !s.Today || !s.Own || s.Rests }

// MayBeStruck refuses the striking of an act that can't be struck, or not any more; nil
// if it can.
func (f Facts) MayBeStruck(rule *ActRule) *Refusal {
	slip := rule.Slip
	switch {
	case !slip.CanBeStruck():
		return Refuse(RefusedNotStruck, fmt.Sprintf("%s is not struck: %s", rule.Wire(), slip.Instead))
	case f.Signed && slip.Until.Before(Service):
		return Refuse(
			RefusedNotStruck,
			fmt.Sprintf(
				"the decision is signed, and rests on it: %s is struck until then; decision correct puts a wrong outcome right",
				rule.Wire(),
			),
		)
	case slip.Until.Before(f.Stage):
		refusal := fmt.Sprintf("the case is at %s; %s can be struck only until %s", f.Stage, rule.Wire(), slip.Until)
		if f.Stage == Closed {
			refusal += ": on a closed case only post that was linked by mistake is struck"
		}
		if slip.Instead != "" {
			refusal += ": " + slip.Instead
		}
		return Refuse(RefusedNotStruck, refusal)
	}
	return nil
}

// strikers are the roles that do acts which can be struck.
func strikers(acts []*ActRule) []Party {
	return slices.DeleteFunc(slices.Clone(Roles), func(p Party) bool {
		return !slices.ContainsFunc(acts, func(r *ActRule) bool {
			return r.Slip.CanBeStruck() && slices.Contains(r.Roles, p)
		})
	})
}

// SeniorActs names for each house an act of its senior alone, or of nobody below: who may do
// it on a case holds that role for the case.
var SeniorActs = map[House]Act{HomeOffice: ActAssign, Councils: ActSignWelfare, Ministers: ActSignLetter}

// Resting is an act that rests on another one.
type Resting struct {
	No  int `db:"act" json:"act"`
	Act Act `db:"kind" json:"kind"`
}

// NotStruckAlong leaves out the acts that are struck along with the one that they rest on:
// that an item of post was read keeps nobody from taking it off a file to which it never
// belonged.
func NotStruckAlong(target Act, resting []Resting) []Resting {
	return slices.DeleteFunc(slices.Clone(resting), func(r Resting) bool {
		return (target == ActLinkPost || target == ActReceivePost) && r.Act == ActReadPost
	})
}

// CheckResting refuses to strike an act on which others rest; nil if none does. The last of
// them is struck first, or put right as its own rule says.
func CheckResting(no int, resting []Resting) *Refusal {
	if len(resting) == 0 {
		return nil
	}
	last := resting[len(resting)-1]
	first := "strike that one first"
	switch slip := last.Act.Rule().Slip; {
	case last.Act == "":
		first = "that one is struck first, by officers who may"
	case !slip.CanBeStruck():
		first = "that one is not struck: " + slip.Instead
	}
	name := fmt.Sprintf("act %d", last.No)
	if last.Act != "" {
		name += fmt.Sprintf(" (%s)", last.Act.Rule().Wire())
	}
	return Refuse(RefusedRestsOn, fmt.Sprintf("%s rests on act %d: %s", name, no, first))
}
