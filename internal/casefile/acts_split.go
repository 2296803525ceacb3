package casefile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ActSplit puts people who part from a family on a file of their own (domain.md 6.3).
const ActSplit Act = "case.split"

var splitActs = []*ActRule{
	{
		Act: ActSplit, InWords: "puts people who part from the family on a file of their own, behind a wall after " +
			"domestic abuse",
		Roles: []Party{SeniorCaseworker}, Seconds: []Party{SecondOfficer, SeniorCaseworker},
		From: Listed, Until: Decision, Day: Handled,
		Fields: of[SplitFields], NeedsText: true,
		TextSays: "how the parting is known, with whom each child lives, and which evidence is about whom; never where " +
			"somebody who is protected lives",
		OpensReview: true,
		Instead:     onSplit,
		Slip:        Slip{Until: Decision, Two: true, Follows: "nobody is asked to agree any more"},
	},
}

// onSplit ends the refusal of a split after the signature.
const onSplit = "each person has a decision of their own by then, is served and appeals alone; case flag " +
	"restricted keeps the file from others"

// Why people part from a family.
const (
	SplitSeparation    = "separation"
	SplitDomesticAbuse = "domestic_abuse"
)

// SplitFields says who leaves the file and why. After domestic abuse those who leave are
// those who are protected.
type SplitFields struct {
	Persons   string `json:"persons" yaml:"persons"`
	Reason    string `json:"reason" yaml:"reason"`
	Principal int    `json:"principal,omitempty" yaml:"principal,omitempty"`
}

// Ask wants the people, the reason, and may be told who takes the claim on.
func (f SplitFields) Ask() []Field {
	return []Field{
		{Name: "persons", Given: f.Persons, Such: "2,3",
			Help: "the numbers of those who leave, children with the person they live with; after domestic abuse those who " +
				"are to be protected"},
		{Name: "reason", Given: f.Reason, Codes: codes(SplitSeparation, SplitDomesticAbuse),
			Help: "after domestic_abuse nothing leads from one file to the other, but for you and the auditor"},
		newPrincipal(f.Principal),
	}
}

// Validate checks the numbers and the code.
func (f SplitFields) Validate() error {
	if len(f.Numbers()) == 0 {
		return fmt.Errorf("persons is %s; it must be numbers of persons with commas between, each once, such as 2,3",
			quoted(f.Persons))
	}
	return first(inCodes(f), inRange("principal", f.Principal, MaxNumber))
}

// Numbers are the people who leave, in order; none if they can't be read.
func (f SplitFields) Numbers() []int {
	var people []int
	for part := range strings.SplitSeq(f.Persons, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 || n > MaxNumber || slices.Contains(people, n) {
			return nil
		}
		people = append(people, n)
	}
	slices.Sort(people)
	return people
}

// Walled reports whether nothing may lead from one of the two files to the other.
func (f SplitFields) Walled() bool { return f.Reason == SplitDomesticAbuse }

// Parting is a split of a family as its rule allows it.
type Parting struct {
	// Leave are the people who leave, the principal of the family last: the claim passes to
	// nobody who leaves too.
	Leave []int
	// Leads is the one of them who leads the claim on the new file.
	Leads int
}

// Split is the rule of people who part from a family: who may leave, in which order their
// parts end here, and who leads the claim there: the principal if they leave, else the spouse
// or partner, the eldest adult, or the eldest child [D].
func (h Household) Split(people []int) (Parting, *Refusal) {
	there := h
	there.People = nil
	for _, no := range people {
		m, ok := h.Member(no)
		if !ok {
			return Parting{}, Refuse(RefusedNoSubject, fmt.Sprintf("the family has no person %d", no))
		}
		if refusal := h.mayEnd(m, OnOwnFile); refusal != nil {
			return Parting{}, refusal
		}
		there.People = append(there.People, m)
	}
	if len(people) == len(h.Present()) {
		return Parting{}, Refuse(RefusedConstraint,
			"nobody would be left on this file: case flag restricted keeps a whole family's file from others")
	}
	p := Parting{Leave: slices.Clone(people), Leads: there.Successor()}
	if i := slices.IndexFunc(there.People, func(m Member) bool { return m.Relationship == Principal }); i >= 0 {
		p.Leads = there.People[i].No
		p.Leave = append(slices.DeleteFunc(p.Leave, func(no int) bool { return no == p.Leads }), p.Leads)
	}
	return p, nil
}
