package casefile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hame/internal/clock"
)

// The acts that make one file of two, and two of one again (domain.md 6.3).
const (
	ActMerge   Act = "case.merge"
	ActUnmerge Act = "case.unmerge"
)

// onTwice is what helps where one of two files is decided already.
const onTwice = "on the undecided file, person record-error with twice_on_file ends each person's part"

// onSplitFile ends the refusal to merge a file of a family that was split: a merge could lead from one
// of its files to the other. The words are the same for both files, with a wall or without.
const onSplitFile = " is a file of a family that was split, and is merged with no other: " +
	"on the file that was not, person record-error with twice_on_file ends each person's part"

var mergeActs = []*ActRule{
	{
		Act: ActMerge, InWords: "makes one file of two that are one family: this file stays, the other's people and " +
			"work move to it",
		Roles: []Party{Caseworker, SeniorCaseworker}, Seconds: []Party{SeniorCaseworker, SecondOfficer},
		From: Listed, Until: Decision, Day: Handled, Fields: of[MergeFields], OpensReview: true,
		Instead: "two files of which one is signed stay two: " + onTwice,
		Slip: Slip{Instead: "case unmerge gives each file its own again; before that, who asked takes the request " +
			"back with case confirm"},
	},
	{
		Act: ActUnmerge, InWords: "makes two files again of two that were merged: each has its own people, claim dates " +
			"and work",
		Roles: []Party{Caseworker, SeniorCaseworker}, Seconds: []Party{SeniorCaseworker, SecondOfficer},
		From: Listed, Until: Decision, Day: Handled, Fields: of[UnmergeFields],
		Instead: "two files are parted until the signature; after it, decision correct and decision remake put an " +
			"outcome right",
		Slip: Slip{Instead: "duplicate resolve and case merge make one file of the two again"},
	},
}

// MergeFields name the file that is merged into this one, and pair the people. Who of the other
// file is not paired joins this family.
type MergeFields struct {
	Other string `json:"other" yaml:"other"`
	// Pairs are numbers of one person: on this file, and on the other, as in 2=3.
	Pairs []string `json:"pair,omitempty" yaml:"pair,omitempty"`
	// As is how the other file's principal joins the family, if they are not paired.
	As string `json:"principal_as,omitempty" yaml:"principal_as,omitempty"`
}

// Ask wants the other file and the pairs.
func (f MergeFields) Ask() []Field {
	return []Field{
		otherFile(f.Other, "the file that is merged into this one, and closed"),
		{Name: "pair", Given: strings.Join(f.Pairs, ", "), Such: "2=3", Shape: Several, Optional: true,
			Help: "one person's numbers: on this file, and on the other; once for each. Who is not paired joins this family"},
		{Name: "principal_as", Given: f.As, Codes: codes(Relationships[1:]...), Optional: true,
			Help: "how the other file's principal joins this family, if they are not paired"},
	}
}

func otherFile(given, help string) Field {
	return Field{Name: "other", Given: given, Such: "K7F-M2Q8", Help: help}
}

// Validate checks the reference, the pairs and the code.
func (f MergeFields) Validate() error {
	if err := reference("other", f.Other); err != nil {
		return err
	}
	if _, err := f.Paired(); err != nil {
		return err
	}
	return inCodes(f)
}

// Pair is one person on two files: the number on the file that stays, and on the one that is
// merged.
type Pair struct {
	Into  int `db:"into_no"`
	Other int `db:"other_no"`
}

// Paired reads the pairs. Nobody stands in two.
func (f MergeFields) Paired() ([]Pair, error) {
	var pairs []Pair
	for _, typed := range f.Pairs {
		into, other, ok := strings.Cut(typed, "=")
		x, err := ParseNumber(into, MaxNumber)
		y, other2 := ParseNumber(other, MaxNumber)
		if !ok || err != nil || other2 != nil {
			return nil, fmt.Errorf("pair is %s; it must be two numbers of one person, as in 2=3: on this file, and on the other",
				quoted(typed))
		}
		if slices.ContainsFunc(pairs, func(p Pair) bool { return p.Into == x || p.Other == y }) {
			return nil, fmt.Errorf("pair is %s: a person stands in one pair only", quoted(typed))
		}
		pairs = append(pairs, Pair{x, y})
	}
	return pairs, nil
}

// UnmergeFields name the file that was merged, and what of the facts recorded since moves to it.
type UnmergeFields struct {
	Other    string   `json:"other" yaml:"other"`
	Evidence []string `json:"evidence,omitempty" yaml:"evidence,omitempty"`
	Post     []string `json:"post,omitempty" yaml:"post,omitempty"`
}

// Ask wants the other file, and may be told what moves to it.
func (f UnmergeFields) Ask() []Field {
	return []Field{
		otherFile(f.Other, "the file that was merged into this one"),
		{Name: "evidence", Given: strings.Join(f.Evidence, ", "), Such: "4", Shape: Several, Optional: true,
			Help: "the number of evidence recorded since the merge that moves to the other file; once for each"},
		{Name: "post", Given: strings.Join(f.Post, ", "), Such: "12", Shape: Several, Optional: true,
			Help: "the number of an item of post that moves to the other file; once for each"},
	}
}

// Validate checks the reference and the numbers.
func (f UnmergeFields) Validate() error {
	if err := reference("other", f.Other); err != nil {
		return err
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"evidence", f.Evidence}, {"post", f.Post}} {
		if _, err := numbers(list.name, list.values); err != nil {
			return err
		}
	}
	return nil
}

// Moves returns the numbers of the evidence and of the items of post that move to the other file.
func (f UnmergeFields) Moves() (evidence, post []int) {
	evidence, _ = numbers("evidence", f.Evidence) // Validate has read them
	post, _ = numbers("post", f.Post)
	return evidence, post
}

// reference wants a case's reference as Hame writes it.
func reference(field, typed string) error {
	ref, err := ParseReference(typed)
	if err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	if ref != typed {
		return fmt.Errorf("%s: write the reference as %s", field, ref)
	}
	return nil
}

func numbers(field string, typed []string) ([]int, error) {
	var all []int
	for _, t := range typed {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 || n > MaxItem {
			return nil, fmt.Errorf("%s is %s; it must be a number, as case show lists it", field, quoted(t))
		}
		all = append(all, n)
	}
	return all, nil
}

// FamilyFile is one of two files of one family, as the rule of a merge sees it: a household, its
// reference and its claim dates. That of an unlisted family is in no stage.
type FamilyFile struct {
	Household
	Ref        string
	Restricted bool
	// Unsettled says that a difference of an import waits to be settled, or a flag for its
	// second officer, or something is before a court.
	Unsettled bool
	// Split says that people of the file, or of one that is merged into it, have parted from each other
	// by a split, or stand on it because of one.
	Split  bool
	Claims map[int]clock.PartialDate
}

// Merging is what follows from a merge of two files.
type Merging struct {
	// Pairs are all whose part in the merged file ends, with their numbers on the file that
	// stays; Joins those of them who were not on it.
	Pairs []Pair
	Joins []MergedMember
	// Claims are the claim dates that become earlier on the file that stays.
	Claims []Claim
	// Children are people of the file that stays who were a child when the other file was
	// listed: that protection is kept.
	Children []int
	// Opens are the tasks that the file that stays gets.
	Opens []TaskOf
}

// MergedMember is somebody who joins a family from a merged file.
type MergedMember struct {
	Pair
	Relationship Relationship
	Child        bool
}

// Claim is a person's claim date.
type Claim struct {
	Person int
	On     clock.PartialDate
}

// unsettled are the kinds of task that are settled on a file before it is merged into another
// one: two officers, or an officer and the person, are in the middle of something [D].
var unsettled = []TaskKind{TaskDifference, TaskStrike, TaskBreach, TaskConfirm, TaskHearWithdrawal, TaskThinkAgain,
	TaskSettleWithdrawal, TaskDeparture, TaskReferral, TaskAcceptMove}

// Merge is the rule of a merge: of which two files, who is whom, and what follows on the file
// that stays. as is how the other file's principal joins the family, if they are not paired.
func Merge(into, other FamilyFile, pairs []Pair, as Relationship) (Merging, *Refusal) {
	if refusal := mayMerge(into, other); refusal != nil {
		return Merging{}, refusal
	}
	if len(pairs) == 0 {
		return Merging{}, Refuse(RefusedFields, "pair: two files of one family have somebody in common: pair them, as in 1=1")
	}
	m := Merging{Pairs: slices.Clone(pairs)}
	for _, p := range pairs {
		for _, x := range []struct {
			FamilyFile
			no int
		}{{into, p.Into}, {other, p.Other}} {
			if person, ok := x.Member(x.no); !ok || !person.Present() {
				return Merging{}, Refuse(RefusedFields,
					fmt.Sprintf("pair %d=%d: person %d is not of the family on %s any more, or never was", p.Into, p.Other, x.no, x.Ref))
			}
		}
	}
	family := into.Household
	for _, person := range other.Present() {
		if i := slices.IndexFunc(pairs, func(p Pair) bool { return p.Other == person.No }); i >= 0 {
			if person.ChildWhenListed {
				m.Children = append(m.Children, pairs[i].Into)
			}
			continue
		}
		r := person.Relationship
		switch {
		case r == FormerPrincipal:
			r = OtherDependant
		case r != Principal:
		case as == "":
			return Merging{}, Refuse(RefusedFields,
				fmt.Sprintf("principal_as: person %d leads the claim on %s: pair them, or say how they join this family", person.No, other.Ref))
		default:
			r = as
		}
		e, refusal := family.Join(r, person.Birth, false)
		if refusal != nil {
			return Merging{}, refusal
		}
		family = family.After(e, person.Birth)
		joins := MergedMember{Pair{e.Joins.No, person.No}, r, person.IsChild(into.Today)}
		m.Pairs, m.Joins = append(m.Pairs, joins.Pair), append(m.Joins, joins)
		m.Opens = append(m.Opens, e.Opens...)
		// Who counts as a child by another ground than the birth date is seen too.
		check := TaskOf{TaskAssignWelfare, e.Joins.No}
		if joins.Child && into.HasOpened(Evidence) && !slices.Contains(m.Opens, check) {
			m.Opens = append(m.Opens, check)
		}
	}
	m.Claims = earlierClaims(into, other, pairs)
	if into.HasOpened(Evidence) && !slices.Contains(m.Opens, TaskOf{Kind: TaskTriage}) {
		m.Opens = append(m.Opens, TaskOf{Kind: TaskTriage}) // it is another family than the one that was triaged
	}
	return m, nil
}

// mayMerge refuses to merge two files if one of them can't be merged, and names what helps.
func mayMerge(into, other FamilyFile) *Refusal {
	named := func(words string) string { return other.Ref + " " + words }
	switch {
	case into.Ref == other.Ref:
		return Refuse(RefusedFields, "other: a file is not merged with itself")
	case into.Split:
		return Refuse(RefusedBlocked, into.Ref+onSplitFile)
	case other.Split:
		return Refuse(RefusedBlocked, other.Ref+onSplitFile)
	case other.Stage == Closed:
		return Refuse(RefusedClosed, named("is closed: case reopen takes it up again, if that is what is meant"))
	case other.Signed:
		return Refuse(RefusedSigned, "the decision on "+named("is signed, and stands: "+onTwice))
	case other.Over || other.NobodyLeft():
		return Refuse(RefusedClosed, named("has nobody left to decide about, and is being closed"))
	case other.Restricted && !into.Restricted:
		return Refuse(RefusedBlocked, named("is restricted, and stays so: merge this file into it, the other way round"))
	case other.Archived:
		return Refuse(RefusedBlocked, named("is archived untraced: trace found takes it up again first"))
	case other.Stuck != "":
		return Refuse(RefusedStuck, named("is stuck and waits for operations"))
	case other.Unsettled || slices.ContainsFunc(other.Tasks, func(t Task) bool { return slices.Contains(unsettled, t.Kind) }):
		return Refuse(RefusedBlocked,
			named("has something that waits to be settled by the people who began it (case show lists it): settle it there "+
				"first"))
	}
	return nil
}

// earlierClaims lists the claim dates that a merge makes earlier: of each pair the earlier one
// counts, and the principal of the file that stays has at least that of the other's. A date
// that is known in part counts as its latest day; an unknown one as none.
func earlierClaims(into, other FamilyFile, pairs []Pair) []Claim {
	best := map[int]clock.PartialDate{}
	offer := func(person int, on clock.PartialDate) {
		has, ok := best[person]
		if !ok {
			has = into.Claims[person]
		}
		if !on.IsZero() && (has.IsZero() || on.Latest().Before(has.Latest())) {
			best[person] = on
		}
	}
	leads := func(h Household) int {
		i := slices.IndexFunc(h.People, func(m Member) bool { return m.Relationship == Principal })
		if i < 0 {
			return 0
		}
		return h.People[i].No
	}
	for _, p := range pairs {
		offer(p.Into, other.Claims[p.Other])
	}
	offer(leads(into.Household), other.Claims[leads(other.Household)])
	var claims []Claim
	for _, m := range into.People {
		if on, ok := best[m.No]; ok {
			claims = append(claims, Claim{m.No, on})
		}
	}
	return claims
}

// Unmerge is the rule of parting two files: those who had joined from the other file are on
// their own file again, but for whose part in this one has ended meanwhile. pairs are all of the
// other file, joined the numbers of those who had joined. Somebody who was split away from this
// file stands on a file of their own: they would come to stand on two.
func (h Household) Unmerge(pairs []Pair, joined []int) ([]Effects, *Refusal) {
	for _, p := range pairs {
		if m, _ := h.Member(p.Into); m.End == OnOwnFile {
			return nil, Refuse(RefusedBlocked, fmt.Sprintf("person %d has a file of their own since the merge: "+
				"the two files stay one; case split gives others a file of their own too", p.Into))
		}
	}
	var all []Effects
	for _, no := range joined {
		if m, ok := h.Member(no); !ok || !m.Present() {
			continue // how their part ended is on record here, and holds
		}
		e, refusal := h.End(no, OnOwnFile, 0)
		if refusal != nil {
			return nil, refusal
		}
		all = append(all, e)
		h = h.After(e, clock.PartialDate{})
	}
	return all, nil
}
