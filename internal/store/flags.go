package store

import (
	"context"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// OpenHold opens a hold on a person, or on the family with 0. It reports false
// if one on the same ground is open.
func (t *Tx) OpenHold(ctx context.Context, ref string, person int, ground casefile.Ground, on,
	reviewOn clock.Date) (bool, error) {
	return t.execOne(ctx, `
		insert into hold (case_ref, person_no, ground, opened_on, review_on) values ($1, $2, $3, $4, $5)
		on conflict (case_ref, person_no, ground) where ended_on is null do nothing`, ref, person, ground, on, reviewOn)
}

// EndHold ends a person's hold on one ground. It returns how many holds the case still has.
func (t *Tx) EndHold(ctx context.Context, ref string, person int, ground casefile.Ground, on clock.Date) (int, error) {
	err := t.exec(ctx, `
		update hold set ended_on = $4 where case_ref = $1 and person_no = $2 and ground = $3 and ended_on is null`, ref, person, ground, on)
	if err != nil {
		return 0, err
	}
	return t.OpenHolds(ctx, ref)
}

// OpenHolds counts a case's open holds.
func (t *Tx) OpenHolds(ctx context.Context, ref string) (int, error) {
	var n int
	err := t.get(ctx, &n, `select count(*) from hold where case_ref = $1 and ended_on is null`, ref)
	return n, err
}

// PersonFlag is a flag of a person and its state: alleged, confirmed or off.
type PersonFlag struct {
	Person int                `db:"no"`
	Flag   casefile.Flag      `db:"flag"`
	State  casefile.FlagState `db:"state"`
}

// Flags lists a family's flags, cleared ones too.
func (t *Tx) Flags(ctx context.Context, ref string) ([]PersonFlag, error) {
	var flags []PersonFlag
	err := t.all(ctx, &flags, `select no, flag, state from person_flag where case_ref = $1 order by no, flag`, ref)
	return flags, err
}

// SetFlag sets a flag's state. The database refuses public_harm unless two
// officers asked for it.
func (t *Tx) SetFlag(ctx context.Context, ref string, f PersonFlag) error {
	return t.exec(ctx, `
		insert into person_flag (case_ref, no, flag, state) values ($1, $2, $3, $4)
		on conflict (case_ref, no, flag) do update set state = excluded.state`, ref, f.Person, f.Flag, f.State)
}

// Restrict makes a case visible to the senior caseworker, the auditor and those
// named on it only, or to everybody again.
func (t *Tx) Restrict(ctx context.Context, ref string, restricted bool) error {
	return t.exec(ctx, `update family set restricted = $2 where case_ref = $1`, ref, restricted)
}

// FlagRequest is a first officer's wish to set or clear a flag that takes two.
type FlagRequest struct {
	ID     int64  `db:"id"`
	Wanted string `db:"wanted"` // on, off
	By     string `db:"first_by"`
}

// FlagRequest returns the open request about a person's flag. NotFound if there is none.
func (t *Tx) FlagRequest(ctx context.Context, ref string, person int, flag casefile.Flag) (FlagRequest, error) {
	var r FlagRequest
	err := t.get(ctx, &r, `
		select id, wanted, first_by from flag_request where case_ref = $1 and person_no = $2 and flag = $3 and settled_on is null`, ref, person, flag)
	return r, err
}

// AskForFlag records a first officer's wish.
func (t *Tx) AskForFlag(ctx context.Context, ref string, person int, f casefile.FlagFields, by string, on clock.Date,
	command uuid.UUID) error {
	return t.exec(ctx, `
		insert into flag_request (case_ref, person_no, flag, wanted, first_by, asked_on, command_id) values ($1, $2, $3, $4, $5, $6, $7)`,
		ref, person, f.Flag, f.To, by, on, command)
}

// SettleFlag records what the second officer made of a request: done or refused.
func (t *Tx) SettleFlag(ctx context.Context, id int64, result, by string, on clock.Date) error {
	return t.exec(ctx, `update flag_request set settled_on = $4, result = $2, second_by = $3 where id = $1`, id, result,
		by, on)
}
