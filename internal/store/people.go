package store

import (
	"context"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// PersonFacts is what rules and blocks need of one person. It has no name.
type PersonFacts struct {
	No              int                   `db:"no"`
	Relationship    casefile.Relationship `db:"relationship"`
	Birth           clock.PartialDate     `db:"date_of_birth"`
	BornInScotland  casefile.Answer       `db:"born_in_scotland"`
	ArrivedOn       clock.PartialDate     `db:"arrived_on"`
	ClaimDate       clock.PartialDate     `db:"claim_date"`
	AtSchool        bool                  `db:"at_school"`
	ChildWhenListed bool                  `db:"child_when_listed"`
	AgeDisputed     bool                  `db:"age_disputed"`
	SeriousIllness  bool                  `db:"serious_illness"`
	HarmAlleged     bool                  `db:"harm_alleged"`
	HarmConfirmed   bool                  `db:"harm_confirmed"`
	// End is how the person's part in the case ended by itself; empty while it has not.
	End casefile.Outcome `db:"outcome"`
}

// People returns the members of a family whose part in the case has not ended by itself, the
// principal first.
func (t *Tx) People(ctx context.Context, ref string) ([]PersonFacts, error) {
	people, err := t.Everybody(ctx, ref)
	return slices.DeleteFunc(people, func(p PersonFacts) bool { return p.End != "" }), err
}

// Everybody returns all who were ever of a family, the principal first.
func (t *Tx) Everybody(ctx context.Context, ref string) ([]PersonFacts, error) {
	var people []PersonFacts
	err := t.all(ctx, &people, peopleQuery+`
		where p.case_ref = $1 group by p.case_ref, p.no, e.outcome order by p.relationship <> 'principal', p.no`, ref)
	return people, err
}

const peopleQuery = `
	select p.no, p.relationship, p.date_of_birth, p.born_in_scotland, p.arrived_on, p.claim_date, p.school <> '' as at_school,
	       coalesce(p.child_when_listed, false) as child_when_listed,
	       coalesce(bool_or(f.flag = 'age_dispute'), false) as age_disputed,
	       coalesce(bool_or(f.flag = 'serious_illness'), false) as serious_illness,
	       coalesce(bool_or(f.flag = 'public_harm'), false) as harm_alleged,
	       coalesce(bool_or(f.flag = 'public_harm' and f.state = 'confirmed'), false) as harm_confirmed,
	       coalesce(e.outcome, '') as outcome
	from person p left join person_flag f on f.case_ref = p.case_ref and f.no = p.no and f.state <> 'off'
		left join end_in_force e on e.case_ref = p.case_ref and e.person_no = p.no`

// KeepChildhood records who was a child when the review was listed: that
// protection outlasts an eighteenth birthday (process.md, Children).
func (t *Tx) KeepChildhood(ctx context.Context, ref string, no int, child bool) error {
	return t.exec(ctx, `update person set child_when_listed = $3 where case_ref = $1 and no = $2`, ref, no, child)
}

// FamilyFacts is what rules need of a family as a whole.
type FamilyFacts struct {
	Key         string `db:"family_key"`
	Council     string `db:"council"`
	Supported   bool   `db:"supported"`
	Represented bool   `db:"represented"`
}

// Family returns a family's facts.
func (t *Tx) Family(ctx context.Context, ref string) (FamilyFacts, error) {
	var f FamilyFacts
	err := t.get(ctx, &f, `select family_key, council, support <> 'none' as supported, representative <> '' as represented from family where case_ref = $1`, ref)
	return f, err
}

// PersonExists reports whether the family has such a member.
func (t *Tx) PersonExists(ctx context.Context, ref string, no int) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `select exists (select from person where case_ref = $1 and no = $2)`, ref, no)
	return yes, err
}
