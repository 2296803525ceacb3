package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Split is people who part from a family, and the acts that it rests on.
type Split struct {
	Own    string // the reference of their file
	People []int  // by their numbers on the file that they leave
	Leads  int    // who of them leads the claim
	Walled bool   // nothing leads from one file to the other
	First  string // the senior caseworker who is named for it
	Second string
	// Command is the first officer's act.
	Command uuid.UUID
	At      time.Time
}

// SplitFamily puts people of a family on a file of their own. It reports false, and has changed
// nothing, if another file has the reference. The database refuses a split that two officers
// did not record.
func (t *Tx) SplitFamily(ctx context.Context, ref string, s Split) (bool, error) {
	var done bool
	err := t.get(ctx, &done, `select split_family($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, ref, s.Own, pq.Array(s.People),
		s.Leads, s.Walled, s.First, s.Second, s.Command, s.At, clock.DateOf(s.At))
	return done, err
}

// HoldsOf lists the grounds of the open holds that concern one person.
func (t *Tx) HoldsOf(ctx context.Context, ref string, person int) ([]string, error) {
	var grounds []string
	err := t.all(ctx, &grounds, `select ground from hold where case_ref = $1 and person_no = $2 and ended_on is null order by 1`,
		ref, person)
	return grounds, err
}

// MayBeGiven reports whether a person holds a role today, as [Tx.StaffHolds] does, and whether they
// are kept apart from a file for all that: a wall stands between it and another file on which they
// are named, on either side. The officer who is named for the split sees both.
func (t *Tx) MayBeGiven(ctx context.Context, ref, person string, role casefile.Party, council string) (holds, apart bool, err error) {
	var row struct{ Holds, Apart bool }
	err = t.get(ctx, &row, `
		select exists (select from staff_now where person = $2 and role = $3 and ($4 = '' or council = $4)) as holds,
		       exists (select from split s
		           join named n on n.case_ref = case $1 when s.own_ref then s.case_ref else s.own_ref end
		           where $1 in (s.case_ref, s.own_ref) and s.walled and s.named <> $2 and n.person = $2) as apart`,
		ref, person, role, council)
	return row.Holds, row.Apart, err
}

// Walled reports whether a file stands behind a wall.
func (t *Tx) Walled(ctx context.Context, ref string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `select behind_wall($1, null)`, ref)
	return yes, err
}

// ReviewToStart is a case whose review is to be started: a reopened one, or a file of people
// who parted from a family.
type ReviewToStart struct {
	Case string    `db:"case_ref"`
	At   time.Time `db:"at"`
	// New says that no review of it ever ran.
	New bool `db:"new"`
	Place
}

// ReviewsToStart lists the reopened cases and the files of people who parted from a family
// whose reviews were not started yet.
func (s *Store) ReviewsToStart(ctx context.Context) ([]ReviewToStart, error) {
	var rows []ReviewToStart
	err := s.db.SelectContext(ctx, &rows, `
		select x.case_ref, x.at, x.new, coalesce(r.apart, f.restricted) as apart,
		       exists (select from review_to_move m where m.case_ref = x.case_ref and not m.started) as moving
		from (select o.case_ref, o.reopened_at as at, false as new from reopening o where o.started_at is null
		      union all
		      select p.own_ref, p.split_at, true from split p where p.started_at is null) x
		join family f using (case_ref) left join review r using (case_ref)
		order by x.at limit 100`)
	return rows, mapError(err)
}

// ReviewStarted records that the review of such a case was started.
func (s *Store) ReviewStarted(ctx context.Context, ref string) error {
	_, err := s.db.ExecContext(ctx, `
		with own as (update split set started_at = clock_timestamp() where own_ref = $1 and started_at is null)
		update reopening set started_at = clock_timestamp() where case_ref = $1 and started_at is null`, ref)
	return mapError(err)
}
