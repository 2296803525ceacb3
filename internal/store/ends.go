package store

import (
	"context"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Household lists everybody who was ever of a family, by number, as the rules of events see
// them.
func (t *Tx) Household(ctx context.Context, ref string) ([]casefile.Member, error) {
	var rows []struct {
		No              int                   `db:"no"`
		Relationship    casefile.Relationship `db:"relationship"`
		Birth           clock.PartialDate     `db:"date_of_birth"`
		AgeDisputed     bool                  `db:"age_disputed"`
		ChildWhenListed bool                  `db:"child_when_listed"`
		End             casefile.Outcome      `db:"ended"`
		Decided         casefile.Outcome      `db:"decided"`
		Served          bool                  `db:"served"`
		Documented      bool                  `db:"documented"`
		Fallen          bool                  `db:"fallen"`
	}
	err := t.all(ctx, &rows, `
		select p.no, p.relationship, p.date_of_birth, coalesce(p.child_when_listed, false) as child_when_listed,
		       exists (select from person_flag f where f.case_ref = p.case_ref and f.no = p.no and f.flag = 'age_dispute'
		           and f.state <> 'off') as age_disputed,
		       coalesce(e.outcome, '') as ended, coalesce(o.outcome, '') as decided,
		       o.served_on is not null as served, o.status_issued_on is not null as documented,
		       o.fell_on is not null as fallen
		from person p
		left join end_in_force e on e.case_ref = p.case_ref and e.person_no = p.no
		left join outcome_in_force o on o.case_ref = p.case_ref and o.person_no = p.no
		where p.case_ref = $1 order by p.no`, ref)
	people := make([]casefile.Member, len(rows))
	for i, r := range rows {
		people[i] = casefile.Member(r)
	}
	return people, err
}

// PersonEnd is the end of a person's part in a case, and the acts that it rests on.
type PersonEnd struct {
	casefile.Ending
	On      clock.Date
	First   string
	Second  string // empty unless the end takes two
	Command uuid.UUID
}

// EndPerson records the end of a person's part in a case. The database refuses one whose
// officers did not record it.
func (t *Tx) EndPerson(ctx context.Context, ref string, e PersonEnd) error {
	return t.exec(ctx, `
		insert into person_end (case_ref, person_no, no, outcome, ended_on, first_by, second_by, command_id)
		select $1, $2, 1 + greatest(max(no), struck_no('person_end', $1)), $3, $4, $5, nullif($6, ''), $7
		from person_end where case_ref = $1 and person_no = $2`, ref, e.Person, e.Outcome, e.On, e.First, e.Second, e.Command)
}

// PassClaim lets another person of a family be its principal.
func (t *Tx) PassClaim(ctx context.Context, ref string, to int) error {
	for _, x := range []struct{ was, becomes casefile.Relationship }{
		{casefile.Principal, casefile.FormerPrincipal}, {"", casefile.Principal},
	} {
		err := t.exec(ctx, `
			update person set relationship = $3
			where case_ref = $1 and case when $4 = '' then no = $2 else relationship = $4 end`, ref, to, x.becomes, x.was)
		if err != nil {
			return err
		}
	}
	return nil
}

// AskWithdrawal records that a person asks to withdraw. It reports false if they have asked
// already, and it is not settled.
func (t *Tx) AskWithdrawal(ctx context.Context, ref string, person int, on clock.Date) (bool, error) {
	return t.execOne(ctx, `
		insert into withdrawal (case_ref, person_no, no, asked_on)
		select $1, $2, 1 + greatest(max(no), struck_no('withdrawal', $1)), $3 from withdrawal where case_ref = $1 and person_no = $2
		on conflict (case_ref, person_no) where settled_on is null do nothing`, ref, person, on)
}

const openWithdrawal = `case_ref = $1 and person_no = $2 and settled_on is null`

// HearWithdrawal records that a person was heard on their withdrawal.
func (t *Tx) HearWithdrawal(ctx context.Context, ref string, person int, representative string, on clock.Date) error {
	return t.exec(ctx, `update withdrawal set heard_on = $3, representative = $4 where `+openWithdrawal,
		ref, person, on, representative)
}

// ThoughtOver records the day after which the person's time to think again was over.
func (t *Tx) ThoughtOver(ctx context.Context, ref string, person int, on clock.Date) error {
	return t.exec(ctx, `update withdrawal set thought_over_on = $3 where `+openWithdrawal, ref, person, on)
}

// SettleWithdrawal records what became of a withdrawal: confirmed or dropped. It reports
// false if none is open.
func (t *Tx) SettleWithdrawal(ctx context.Context, ref string, person int, result string, on clock.Date) (bool, error) {
	return t.execOne(ctx, `update withdrawal set settled_on = $3, result = $4 where `+openWithdrawal,
		ref, person, on, result)
}

// Withdrawal is how far a person's open withdrawal has come.
type Withdrawal struct {
	AskedOn     clock.Date `db:"asked_on"`
	HeardOn     clock.Date `db:"heard_on"`
	ThoughtOver clock.Date `db:"thought_over_on"`
}

// OpenWithdrawal returns a person's withdrawal that is not settled. NotFound if there is none.
func (t *Tx) OpenWithdrawal(ctx context.Context, ref string, person int) (Withdrawal, error) {
	var w Withdrawal
	err := t.get(ctx, &w, `select asked_on, heard_on, thought_over_on from withdrawal where `+openWithdrawal, ref, person)
	return w, err
}

// SecondRequest is an act that takes two officers and waits for the second.
type SecondRequest struct {
	No      int       `db:"no"`
	FirstBy string    `db:"first_by"`
	FirstID uuid.UUID `db:"first_id"`
}

// AskForSecond records that an act waits for a second officer, and returns its number on the
// case. The refusal is a constraint's if the same is asked for already.
func (t *Tx) AskForSecond(ctx context.Context, ref string, c Command) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		insert into second_request (case_ref, no, act, subject_no, first_by, first_id, asked_on)
		select $1, 1 + greatest(max(no), struck_no('second_request', $1)), $2, $3, $4, $5, $6 from second_request where case_ref = $1 returning no`,
		ref, c.Act, c.Subject, c.Person, c.ID, c.AttestedOn)
	return no, err
}

// SecondRequest returns a request that waits for a second officer. NotFound if none of that
// number does.
func (t *Tx) SecondRequest(ctx context.Context, ref string, no int) (SecondRequest, error) {
	var r SecondRequest
	err := t.get(ctx, &r, `
		select no, first_by, first_id from second_request where case_ref = $1 and no = $2 and result is null`, ref, no)
	return r, err
}

// OpenSecondRequest returns the number of the request for an act about a subject that waits
// for a second officer. NotFound if none does.
func (t *Tx) OpenSecondRequest(ctx context.Context, ref string, act casefile.Act, subject int) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		select no from second_request where case_ref = $1 and act = $2 and subject_no = $3 and result is null`,
		ref, act, subject)
	return no, err
}

// SettleSecond records what became of a request, and by whose act.
func (t *Tx) SettleSecond(ctx context.Context, ref string, no int, result, second string, by uuid.UUID,
	on clock.Date) error {
	return t.exec(ctx, `
		update second_request set result = $3, second_by = $4, second_id = $5, settled_on = $6
		where case_ref = $1 and no = $2`, ref, no, result, second, by, on)
}

// JoinedOn returns the day on which somebody joined a family; zero for those who came with the file.
func (t *Tx) JoinedOn(ctx context.Context, ref string, person int) (clock.Date, error) {
	var on clock.Date
	err := t.get(ctx, &on, `select joined_on from person where case_ref = $1 and no = $2`, ref, person)
	return on, err
}

// ConfirmedAct returns the act to which an officer's act has agreed as second; empty if it
// agreed to none.
func (t *Tx) ConfirmedAct(ctx context.Context, command uuid.UUID) (casefile.Act, error) {
	var act casefile.Act
	err := t.get(ctx, &act, `select coalesce((select act from second_request where second_id = $1 and result = 'done'), '')`,
		command)
	return act, err
}

// RolesOf lists the roles that an act's author held when they recorded it.
func (t *Tx) RolesOf(ctx context.Context, command uuid.UUID) ([]casefile.Party, error) {
	var roles []casefile.Party
	err := t.all(ctx, &roles, `
		select distinct s.role from command c join staff s on s.login = c.login
		where c.id = $1 and grant_holds(s, c.recorded_at)`, command)
	return roles, err
}

// Try runs f and takes back what it changed, whether or not it failed: it tells whether
// something could be done now.
func (t *Tx) Try(ctx context.Context, f func() error) error {
	if err := t.exec(ctx, `savepoint trial`); err != nil {
		return err
	}
	err := f()
	if back := t.exec(ctx, `rollback to savepoint trial`); err == nil {
		err = back
	}
	return err
}
