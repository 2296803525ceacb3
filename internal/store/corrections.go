package store

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Correction is a fact that was wrong and what it was corrected to.
type Correction struct {
	Person  int // 0 for the family
	Field   string
	Value   string
	NameKey string // of the person after it, where a name was corrected
	Reason  string
	Source  string
}

// correctable are the columns that a correction or an accepted difference may
// write: a name outside it never reaches a statement.
var correctable = slices.Concat(casefile.PersonFacts, casefile.FamilyFacts, casefile.ClaimFacts)

// Correct writes the corrected value and keeps the old one. It reports false,
// and changes nothing, if the value stands there already.
func (t *Tx) Correct(ctx context.Context, ref string, c Correction, on clock.Date, command uuid.UUID) (bool, error) {
	if !slices.Contains(correctable, c.Field) {
		return false, casefile.Refuse(casefile.RefusedFields, "field: "+c.Field+" cannot be corrected")
	}
	from, where := "family", "case_ref = $1 and $2 = 0"
	if c.Person > 0 {
		from, where = "person", "case_ref = $1 and no = $2"
	}
	var old string
	if err := t.get(ctx, &old, `select `+c.Field+`::text from `+from+` where `+where, ref, c.Person); err != nil {
		return false, err
	}
	if old == c.Value {
		return false, nil
	}
	set := c.Field + ` = $3::text`
	if c.Field == "own_claim" {
		set = c.Field + ` = $3::boolean`
	}
	if err := t.exec(ctx, `update `+from+` set `+set+` where `+where, ref, c.Person, c.Value); err != nil {
		return false, err
	}
	return true, t.exec(ctx, `
		insert into correction (case_ref, no, person_no, field, old_value, new_value, reason, source, corrected_on, command_id)
		select $1, 1 + coalesce(max(no), 0), $2, $3, $4, $5, $6, $7, $8, $9 from correction where case_ref = $1`,
		ref, c.Person, c.Field, old, c.Value, c.Reason, c.Source, on, command)
}

// Names returns a person's names, from which the key for finding doubles is made.
func (t *Tx) Names(ctx context.Context, ref string, person int) (family, given string, err error) {
	var row struct {
		Family string `db:"family_name"`
		Given  string `db:"given_names"`
	}
	err = t.get(ctx, &row, `select family_name, given_names from person where case_ref = $1 and no = $2`, ref, person)
	return row.Family, row.Given, err
}

// SetNameKey keeps the key by which a person's doubles are found.
func (t *Tx) SetNameKey(ctx context.Context, ref string, person int, key string) error {
	return t.exec(ctx, `update person set name_key = $3 where case_ref = $1 and no = $2`, ref, person, key)
}

// Difference is what a later import says otherwise about a family under review.
type Difference struct {
	No       int    `db:"no"`
	Person   int    `db:"person_no"`
	Field    string `db:"field"`
	NewValue string `db:"new_value"`
}

// OpenDifferences lists the differences that nobody has accepted or rejected.
func (t *Tx) OpenDifferences(ctx context.Context, ref string) ([]Difference, error) {
	var rows []Difference
	err := t.all(ctx, &rows, `select no, person_no, field, new_value from import_difference where case_ref = $1 and finding is null order by no`, ref)
	return rows, err
}

// DifferencesTakenBack lists the differences whose import was taken back and for which a
// task still waits.
func (t *Tx) DifferencesTakenBack(ctx context.Context, ref string) ([]int, error) {
	var numbers []int
	err := t.all(ctx, &numbers, `
		select d.no from import_difference d join task t on t.case_ref = d.case_ref and t.kind = 'file.difference' and t.subject = d.no
		where d.case_ref = $1 and d.finding = 'taken_back' and t.closed_at is null order by d.no`, ref)
	return numbers, err
}

// SettleDifference records what became of a difference.
func (t *Tx) SettleDifference(ctx context.Context, ref string, no int, finding string, command uuid.UUID) error {
	return t.exec(ctx, `update import_difference set finding = $3, command_id = $4 where case_ref = $1 and no = $2`, ref,
		no, finding, command)
}

// AddPerson adds a member whom a later import or an act brought, and returns their number. It
// takes the person as a file would have them, in JSON. joined is the day since when somebody
// is of the family who was not before; zero for one whom the file had left out.
func (t *Tx) AddPerson(ctx context.Context, ref, body string, child bool, joined clock.Date) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		insert into person (case_ref, no, person_key, relationship, home_office_ref, family_name, given_names, name_key, date_of_birth, sex,
			nationality, birth_country, born_in_scotland, arrived_on, claim_date, own_claim, claim_status, claim_status_on, last_interview_on,
			language, interpreter, school, responsible_adult, child_when_listed, joined_on)
		select $1, (select 1 + max(no) from person where case_ref = $1), p->>'key', p->>'relationship', coalesce(p->>'home_office_ref', ''),
			coalesce(p->>'family_name', ''), coalesce(p->>'given_names', ''), coalesce(p->>'name_key', ''), coalesce(p->>'date_of_birth', ''),
			p->>'sex', p->>'nationality', coalesce(p->>'birth_country', ''), p->>'born_in_scotland', coalesce(p->>'arrived_on', ''),
			coalesce(p->>'claim_date', ''), (p->>'own_claim')::boolean, p->>'claim_status', coalesce(p->>'claim_status_on', ''),
			coalesce(p->>'last_interview_on', ''), coalesce(p->>'language', ''), coalesce(p->>'interpreter', ''), coalesce(p->>'school', ''),
			coalesce(p->>'responsible_adult', ''), $3, $4
		from (select $2::jsonb as p) x returning no`, ref, body, child, joined)
	return no, err
}

// NamedAndBorn returns the number of somebody of a family who has a name and a birth date, 0 if
// nobody has. A name is compared by its key.
func (t *Tx) NamedAndBorn(ctx context.Context, ref, nameKey string, birth clock.PartialDate) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		select coalesce(min(no), 0) from person where case_ref = $1 and name_key = $2 and $2 <> '' and date_of_birth = $3`,
		ref, nameKey, birth)
	return no, err
}

// Unseen lists, of the cases that a later import has changed, those with a
// difference that no task stands for yet or with a task for one whose import was taken back, and those with an act that was
// saved and not done, an owner who has left, or a hold that no task reviews by its day, and those that were merged into
// another file and do not know it: their reviews are asked to take stock.
func (s *Store) Unseen(ctx context.Context) ([]string, error) {
	var refs []string
	err := s.db.SelectContext(ctx, &refs, `
		select distinct d.case_ref from import_difference d join review v on v.case_ref = d.case_ref
		where d.finding is null and not exists (select from task t where t.case_ref = d.case_ref and t.kind in ('file.difference', 'closed.arrival')
			and (t.subject = d.no or t.kind = 'closed.arrival') and t.closed_at is null)
		union
		select distinct d.case_ref from import_difference d join task t on t.case_ref = d.case_ref and t.kind = 'file.difference'
			and t.subject = d.no and t.closed_at is null
		where d.finding = 'taken_back'
		union
		select distinct c.case_ref from command_outcome o join command c on c.id = o.command_id join review r on r.case_ref = c.case_ref
		where `+notTold+` and r.stage <> 'closed'
			and not exists (select from task t where t.case_ref = c.case_ref and t.kind = 'act.expired' and t.subject = c.chain_n)
		union
		select r.case_ref from review r
		where `+ownerHasLeft+` and not exists (select from task t where t.case_ref = r.case_ref and t.kind = 'case.new_owner' and t.closed_at is null)
		union
		select distinct h.case_ref from hold h join review r using (case_ref)
		where h.ended_on is null and r.stage <> 'closed'
			and not exists (select from task t where t.case_ref = h.case_ref and t.kind = 'hold.review' and t.closed_at is null
				and (h.review_on is null or t.due_on <= greatest(h.review_on, t.began)))
		union
		select m.other_ref from merge_in_force m join review r on r.case_ref = m.other_ref where r.stage <> 'closed'`)
	return refs, mapError(err)
}

// ownerHasLeft says of a review r that is not closed that its owner is a caseworker
// no more.
const ownerHasLeft = `r.stage <> 'closed' and r.owner is not null
			and not exists (select from staff_now s where s.person = r.owner and s.role = 'caseworker')`

// OwnerHasLeft reports whether a case's owner is a caseworker no more.
func (t *Tx) OwnerHasLeft(ctx context.Context, ref string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `select exists (select from review r where r.case_ref = $1 and `+ownerHasLeft+`)`, ref)
	return yes, err
}

// ExpiredAct is an act that was saved and not done: it was never delivered, or refused
// when its author was not waiting any more.
type ExpiredAct struct {
	No    int            `db:"chain_n"` // its link in the case's chain
	Act   casefile.Act   `db:"kind"`
	About int            `db:"subject_no"`
	Role  casefile.Party `db:"role"` // of its author, by which they may do it
}

// ExpiredActs lists a case's expired acts.
func (t *Tx) ExpiredActs(ctx context.Context, ref string) ([]ExpiredAct, error) {
	var rows []ExpiredAct
	err := t.all(ctx, &rows, `
		select c.chain_n, c.kind, c.subject_no, coalesce(min(s.role), 'caseworker') as role
		from command c join command_outcome o on o.command_id = c.id
		left join act_role a on a.act = c.kind left join staff s on s.login = c.login and s.role = a.role
		where c.case_ref = $1 and `+notTold+` group by 1, 2, 3 order by 1`, ref)
	return rows, err
}
