// Package whatif says what a rule set would make of many families, against another, and counts
// them. Pure: it changes nothing, and decides nothing.
package whatif

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// Family is a family's file, with what it is counted by.
type Family struct {
	Case        string
	Apart       bool // restricted: it is in no count for those who do not see such families
	Counts      bool // the file counts as a family; that of people who parted from one does not
	Decided     bool // its decision is signed
	Lane        casefile.Lane
	Council     string // GSS code
	Nationality string // of the principal, a code; empty if unknown
	File        policy.File
}

// Answer is what a set makes of a family as a whole.
type Answer string

// The answers, the best first.
const (
	GrantsAll    Answer = "grant_all"     // it recommends a grant to everybody
	GrantsSome   Answer = "grant_some"    // to some of them
	Weigh        Answer = "weigh"         // to nobody; there are grounds for and against somebody
	MoreEvidence Answer = "more_evidence" // to nobody; an unknown stands in the way of somebody
	NoGround     Answer = "no_ground"     // nothing is for a grant to anybody
)

// Answers lists the answers, the best first.
var Answers = []Answer{GrantsAll, GrantsSome, Weigh, MoreEvidence, NoGround}

// Of sums up what a set makes of the people of a family.
func Of(people []policy.Recommendation) Answer {
	has := map[policy.Advice]int{}
	for _, p := range people {
		has[p.Advice]++
	}
	switch {
	case has[policy.AdviseGrant] == len(people):
		return GrantsAll
	case has[policy.AdviseGrant] > 0:
		return GrantsSome
	case has[policy.AdviseWeigh] > 0:
		return Weigh
	case has[policy.AdviseMoreEvidence] > 0:
		return MoreEvidence
	}
	return NoGround
}

// By says by what families are counted.
type By string

// What they are counted by. All has every family once.
const (
	All           By = "all"
	ByLane        By = "lane"
	ByCouncil     By = "council"
	ByYears       By = "years_here" // of the principal's residence, in bands
	ByNationality By = "nationality"
)

// Count is how many families two sets answer alike, in one group.
type Count struct {
	Apart    bool   `json:"apart"`
	Decided  bool   `json:"decided"`
	By       By     `json:"by"`
	Group    string `json:"group"`
	One      Answer `json:"one"`
	Other    Answer `json:"other"`
	Families int    `json:"families"`
	People   int    `json:"people"`
	Children int    `json:"children"` // who may be under 18
}

// Parted is a family of whom the two sets say different things.
type Parted struct {
	Case    string                  `json:"case"`
	Decided bool                    `json:"decided"`
	One     []policy.Recommendation `json:"one"`
	Other   []policy.Recommendation `json:"other"`
}

// Question asks what one set would say, against the others of each lane, on a day.
type Question struct {
	One   *policy.RuleSet
	Other map[casefile.Lane]*policy.RuleSet
	On    clock.Date
}

type key struct {
	apart, decided bool
	by             By
	group          string
	one, other     Answer
}

// Tally counts the answers to a question.
type Tally struct {
	Question
	counts map[key]*Count
}

// NewTally begins to count.
func NewTally(q Question) *Tally { return &Tally{q, map[key]*Count{}} }

// Answer evaluates a family under both sets. A family in which nobody is left to decide about has
// no answer: ok is false.
func (q Question) Answer(f Family) (one, other []policy.Recommendation, ok bool, err error) {
	if len(f.File.People) == 0 {
		return nil, nil, false, nil
	}
	set, known := q.Other[f.Lane]
	if !known {
		return nil, nil, false, fmt.Errorf("no rule set to hold a family of lane %q against", f.Lane)
	}
	if one, err = q.One.Recommend(f.File, q.On); err != nil {
		return nil, nil, false, err
	}
	other, err = set.Recommend(f.File, q.On)
	return one, other, err == nil, err
}

// Add counts a family whose answers are given, and returns it if the two sets say different things
// of it; else nil.
func (t *Tally) Add(f Family, one, other []policy.Recommendation) *Parted {
	k := key{apart: f.Apart, decided: f.Decided, one: Of(one), other: Of(other)}
	children := 0
	for _, p := range f.File.People {
		if casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, t.On) {
			children++
		}
	}
	for by, group := range map[By]string{All: "", ByLane: string(f.Lane), ByCouncil: f.Council, ByYears: yearsHere(f.File, t.On),
		ByNationality: cmp.Or(f.Nationality, "unknown")} {
		k.by, k.group = by, group
		c := t.counts[k]
		if c == nil {
			c = &Count{Apart: k.apart, Decided: k.decided, By: by, Group: group, One: k.one, Other: k.other}
			t.counts[k] = c
		}
		if f.Counts {
			c.Families++
		}
		c.People += len(f.File.People)
		c.Children += children
	}
	if reflect.DeepEqual(one, other) || sameAdvice(one, other) {
		return nil
	}
	return &Parted{f.Case, f.Decided, one, other}
}

// sameAdvice reports whether two sets advise the same on everybody, on whatever grounds.
func sameAdvice(one, other []policy.Recommendation) bool {
	return slices.EqualFunc(one, other, func(x, y policy.Recommendation) bool {
		return x.Person == y.Person && x.Advice == y.Advice && x.Outcome == y.Outcome
	})
}

// yearsHere is the band of the principal's years of residence.
func yearsHere(f policy.File, on clock.Date) string {
	p := f.People[0]
	years := policy.Residence(p.ArrivedOn, p.Birth, p.BornInScotland, on)
	n, known := years.Value.(int64)
	switch {
	case !known:
		return "unknown"
	case n < 2:
		return "0 to 1"
	case n < 4:
		return "2 to 3"
	case n < 6:
		return "4 to 5"
	case n < 8:
		return "6 to 7"
	case n < 10:
		return "8 to 9"
	}
	return "10 or more"
}

// Counts returns the counts, in an order of their own.
func (t *Tally) Counts() []Count {
	var all []Count
	for c := range maps.Values(t.counts) {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(x, y Count) int {
		return cmp.Or(cmp.Compare(x.By, y.By), cmp.Compare(x.Group, y.Group), cmp.Compare(x.One, y.One), cmp.Compare(x.Other, y.Other),
			less(x.Decided, y.Decided), less(x.Apart, y.Apart))
	})
	return all
}

func less(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// Merge adds the counts of another tally of the same question.
func (t *Tally) Merge(o *Tally) {
	for k, c := range o.counts {
		if mine := t.counts[k]; mine != nil {
			mine.Families, mine.People, mine.Children = mine.Families+c.Families, mine.People+c.People, mine.Children+c.Children
			continue
		}
		t.counts[k] = c
	}
}
