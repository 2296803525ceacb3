package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// OtherFile returns the second file that an act is about beside its own case: that of a merge,
// of its undoing, or of a second officer's answer to one. It is empty for every other act.
func (s *Store) OtherFile(ctx context.Context, command uuid.UUID) (string, error) {
	var other string
	err := s.db.GetContext(ctx, &other, `
		select coalesce((select coalesce(first.fields->>'other', '')
			from command c left join second_request q on c.kind = $2 and q.case_ref = c.case_ref and q.no = c.subject_no
			join command first on first.id = case when c.kind = $2 then q.first_id else c.id end
			where c.id = $1 and first.kind in ($3, $4)), '')`,
		command, casefile.ActConfirm, casefile.ActMerge, casefile.ActUnmerge)
	return other, mapError(err)
}

// LockChains holds the chains of two cases for the rest of the transaction, in the order of
// reference.
func (t *Tx) LockChains(ctx context.Context, refs ...string) error {
	return t.exec(ctx, `select lock_chains($1)`, pq.Array(refs))
}

// AuthorSees reports whether the officer who typed an act may see the file of a case. It
// reports false for a case that does not exist.
func (t *Tx) AuthorSees(ctx context.Context, command uuid.UUID, ref string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `select author_sees($1, $2)`, command, ref)
	return yes, err
}

// FileToMerge is what the rule of a merge asks of a file beside its review and its people.
type FileToMerge struct {
	Lane       casefile.Lane `db:"lane"`
	Council    string        `db:"council"`
	Restricted bool          `db:"restricted"`
	// Listed says that the family was drawn.
	Listed bool `db:"listed"`
	// Unsettled says that a difference of an import waits, or a flag for its second officer, or
	// something is before a court.
	Unsettled bool `db:"unsettled"`
	// Split says that the file, or one that is merged into it, is a side of a split.
	Split bool `db:"split"`
}

// FileToMerge returns what a merge asks of a file.
func (t *Tx) FileToMerge(ctx context.Context, ref string) (FileToMerge, error) {
	var f FileToMerge
	err := t.get(ctx, &f, `
		select f.lane, f.council, f.restricted, exists (select from listing l where l.case_ref = f.case_ref) as listed,
		       exists (select from import_difference d where d.case_ref = f.case_ref and d.finding is null)
		           or exists (select from flag_request q where q.case_ref = f.case_ref and q.settled_on is null)
		           or exists (select from proceeding p where p.case_ref = f.case_ref and p.ended_on is null) as unsettled,
		       exists (select from splits_of(f.case_ref)) as split
		from family f where f.case_ref = $1`, ref)
	return f, err
}

// ClaimDates returns the claim date of each person who was ever of a family.
func (t *Tx) ClaimDates(ctx context.Context, ref string) (map[int]clock.PartialDate, error) {
	var rows []struct {
		No    int               `db:"no"`
		Claim clock.PartialDate `db:"claim_date"`
	}
	err := t.all(ctx, &rows, `select no, claim_date from person where case_ref = $1`, ref)
	dates := map[int]clock.PartialDate{}
	for _, r := range rows {
		dates[r.No] = r.Claim
	}
	return dates, err
}

// PairState says how two files stand to each other, as [Store.ListedPairs] does; empty if
// nothing ever made a pair of them.
func (t *Tx) PairState(ctx context.Context, one, other string) (string, error) {
	var state string
	err := t.get(ctx, &state, `select coalesce(pair_state($1, $2), '')`, one, other)
	return state, err
}

// Merge is a merge of two files, and the acts that it rests on.
type Merge struct {
	Other   string    `db:"other_ref"`
	No      int       `db:"no"`
	Into    string    `db:"into_ref"`
	First   string    `db:"first_by"`
	Second  string    `db:"second_by"`
	Command uuid.UUID `db:"command_id"`
	At      time.Time `db:"merged_at"`
	// Newer is the file that was merged last into the same file, after this one; empty if none was.
	Newer string `db:"newer"`
}

// AddMerge records that two officers have merged a file into another, and returns the merge's
// number on the merged file. The database refuses a merge that they did not record.
func (t *Tx) AddMerge(ctx context.Context, m Merge) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		insert into file_merge (other_ref, no, into_ref, merged_at, first_by, second_by, command_id)
		select $1, 1 + coalesce(max(no), 0), $2, $3, $4, $5, $6 from file_merge where other_ref = $1 returning no`,
		m.Other, m.Into, m.At, m.First, m.Second, m.Command)
	return no, err
}

// MergeInForce returns the merge of a file into another that stands. NotFound if there is none.
func (t *Tx) MergeInForce(ctx context.Context, other, into string) (Merge, error) {
	var m Merge
	err := t.get(ctx, &m, `
		with merges as (
			select m.*, c.chain_n as agreed_n from merge_in_force m join second_request q on q.first_id = m.command_id
				join command c on c.id = q.second_id
			where m.into_ref = $2)
		select m.other_ref, m.no, m.into_ref, m.first_by, m.second_by, m.command_id, m.merged_at,
		       coalesce((select n.other_ref from merges n where n.agreed_n > m.agreed_n order by n.agreed_n desc limit 1), '') as newer
		from merges m where m.other_ref = $1`, other, into)
	return m, err
}

// AddUnmerge records that two officers have parted two files.
func (t *Tx) AddUnmerge(ctx context.Context, m Merge) error {
	return t.exec(ctx, `
		insert into file_unmerge (other_ref, no, unmerged_at, first_by, second_by, command_id) values ($1, $2, $3, $4, $5, $6)`,
		m.Other, m.No, m.At, m.First, m.Second, m.Command)
}

// AddMergedPerson records who a person of a merged file is on the file that stays.
func (t *Tx) AddMergedPerson(ctx context.Context, m Merge, p casefile.Pair, joined bool) error {
	return t.exec(ctx, `
		insert into merge_person (other_ref, merge_no, other_no, into_ref, into_no, joined) values ($1, $2, $3, $4, $5, $6)`,
		m.Other, m.No, p.Other, m.Into, p.Into, joined)
}

// MergedPeople returns who the people of a merged file are on the file that stays, and which of
// them were not on it before.
func (t *Tx) MergedPeople(ctx context.Context, m Merge) (pairs []casefile.Pair, joined []int, err error) {
	var rows []struct {
		casefile.Pair
		Joined bool `db:"joined"`
	}
	err = t.all(ctx, &rows, `
		select other_no, into_no, joined from merge_person where other_ref = $1 and merge_no = $2 order by into_no`, m.Other, m.No)
	for _, r := range rows {
		pairs = append(pairs, r.Pair)
		if r.Joined {
			joined = append(joined, r.Into)
		}
	}
	return pairs, joined, err
}

// CopyPerson lets a person of a merged file join the file that stays.
func (t *Tx) CopyPerson(ctx context.Context, m Merge, p casefile.Pair, as casefile.Relationship, child bool,
	on clock.Date) error {
	return t.exec(ctx, `
		insert into person (case_ref, no, person_key, relationship, home_office_ref, family_name, given_names, name_key, date_of_birth, sex,
			nationality, birth_country, born_in_scotland, arrived_on, claim_date, own_claim, claim_status, claim_status_on, last_interview_on,
			language, interpreter, school, responsible_adult, child_when_listed, joined_on)
		select $1, $2::int, 'merge ' || $2::int, $5, home_office_ref, family_name, given_names, name_key, date_of_birth, sex,
			nationality, birth_country, born_in_scotland, arrived_on, claim_date, own_claim, claim_status, claim_status_on, last_interview_on,
			language, interpreter, school, responsible_adult, $6, $7
		from person where case_ref = $3 and no = $4`, m.Into, p.Into, m.Other, p.Other, as, child, on)
}

// MergedFact is something that moved with a merged file: by which numbers, and for what has a
// value what it was and became.
type MergedFact struct {
	Kind   string `db:"kind"`
	Code   string `db:"code"`      // the ground of a hold, or the flag
	Person int    `db:"of_person"` // on the file that stays
	From   int    `db:"from_no"`   // on the merged file
	Into   int    `db:"into_no"`
	Was    string `db:"was"`
	Became string `db:"became"`
}

// The kinds of fact that move with a merged file.
const (
	MergedEvidence       = "evidence"
	MergedRepresentation = "representation"
	MergedWelfare        = "welfare"
	MergedPost           = "post"
	MergedHold           = "hold"
	MergedFlag           = "flag"
	MergedClaim          = "claim"
)

// AddMergedFact records that something moved with a merged file.
func (t *Tx) AddMergedFact(ctx context.Context, m Merge, f MergedFact) error {
	return t.exec(ctx, `
		insert into merge_fact (other_ref, merge_no, kind, code, of_person, from_no, into_no, was, became)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, m.Other, m.No, f.Kind, f.Code, f.Person, f.From, f.Into, f.Was, f.Became)
}

const mergedFact = `select kind, code, of_person, from_no, into_no, was, became from `

// TakeOverFacts takes the facts of a merged file over to the file that stays, and returns them.
func (t *Tx) TakeOverFacts(ctx context.Context, m Merge) ([]MergedFact, error) {
	var facts []MergedFact
	err := t.all(ctx, &facts, mergedFact+`take_over_facts($1, $2)`, m.Other, m.No)
	return facts, err
}

// HandBackFacts hands back what a merge had taken over, once the files are parted, and returns
// what that was.
func (t *Tx) HandBackFacts(ctx context.Context, m Merge) ([]MergedFact, error) {
	var facts []MergedFact
	err := t.all(ctx, &facts, mergedFact+`hand_back_facts($1, $2)`, m.Other, m.No)
	return facts, err
}

// MoveEvidence moves evidence that was recorded since a merge to the file that was merged. It
// reports false if there is none of that number, or it is about nobody of that file.
func (t *Tx) MoveEvidence(ctx context.Context, m Merge, no int) (bool, error) {
	var moved bool
	err := t.get(ctx, &moved, `select move_evidence($1, $2, $3)`, m.Other, m.No, no)
	return moved, err
}

// MovePost moves an item of post that is linked to one case to another one. It reports false
// if none of that number is, and whether it was read.
func (t *Tx) MovePost(ctx context.Context, from, to string, item int) (moved, read bool, err error) {
	var rows []bool
	err = t.all(ctx, &rows, `
		update post_item set case_ref = $2 where no = $3 and case_ref = $1 and dismissed_on is null returning read_on is not null`,
		from, to, item)
	if err != nil || len(rows) == 0 {
		return false, false, err
	}
	return true, rows[0], nil
}

// SetClaimDate sets a person's claim date, as far as it is known.
func (t *Tx) SetClaimDate(ctx context.Context, ref string, person int, to clock.PartialDate) error {
	return t.exec(ctx, `update person set claim_date = $3 where case_ref = $1 and no = $2`, ref, person, to.String())
}

// SettlePairs settles the pair of two files that are merged, and lets those with third files be
// pairs of the file that stays.
func (t *Tx) SettlePairs(ctx context.Context, m Merge, on clock.Date) error {
	return t.exec(ctx, `select settle_pairs($1, $2, $3)`, m.Other, m.Into, on)
}

// PartPair records that two files which were parted are two families, and takes back what the merge
// did with their pairs with third files.
func (t *Tx) PartPair(ctx context.Context, m Merge, by string, on clock.Date) error {
	if err := t.exec(ctx, `select unsettle_pairs($1, $2, $3)`, m.Other, m.No, on); err != nil {
		return err
	}
	return t.exec(ctx, `select part_pair($1, $2, $3, $4)`, m.Other, m.Into, by, on)
}

// LiftMerged brings those back whose part in a file ended because it was merged, but for those whose
// part ended meanwhile on the file that they had joined. command is the act that parts the files.
func (t *Tx) LiftMerged(ctx context.Context, m Merge, on clock.Date, command uuid.UUID) error {
	return t.exec(ctx, `
		update person_end e set lifted_on = $3, lifted_by = $4 where e.case_ref = $1 and e.command_id = $2 and e.lifted_on is null
			and not exists (select from merge_person p join end_in_force x on x.case_ref = p.into_ref and x.person_no = p.into_no
				where p.other_ref = $1 and p.merge_no = $5 and p.other_no = e.person_no and p.joined and x.command_id <> $4)`,
		m.Other, m.Command, on, command, m.No)
}

// HeldAsDoubleOf returns the file whose double a case is held as; empty if it is not held.
func (t *Tx) HeldAsDoubleOf(ctx context.Context, ref string) (string, error) {
	var first string
	err := t.get(ctx, &first, `
		select coalesce((select h.same_as from hold h where h.case_ref = $1 and h.ground = 'duplicate' and h.ended_on is null), '')`,
		ref)
	return first, err
}

// DoublesOf lists the files that are held because they are the same family as a case.
func (t *Tx) DoublesOf(ctx context.Context, ref string) ([]string, error) {
	var refs []string
	err := t.all(ctx, &refs, `
		select h.case_ref from hold h where h.same_as = $1 and h.ground = 'duplicate' and h.ended_on is null order by 1`, ref)
	return refs, err
}

// LikelyPairs lists who of two files seems to be one person: by the Home Office reference, or by
// name and birth date; and the two principals if nobody else is like one of them. It suggests, and
// decides nothing.
func (t *Tx) LikelyPairs(ctx context.Context, into, other string) ([]casefile.Pair, error) {
	var pairs []casefile.Pair
	err := t.all(ctx, &pairs, `
		with alike as (
			select a.no as into_no, b.no as other_no,
			       case when a.home_office_ref <> '' and a.home_office_ref = b.home_office_ref and a.name_key = b.name_key then 0
			            when a.name_key <> '' and a.name_key = b.name_key and a.date_of_birth = b.date_of_birth then 1
			            when a.relationship = 'principal' and b.relationship = 'principal' then 2 end as rank
			from person a join present x using (case_ref, no)
			join person b on b.case_ref = $2 join present y on y.case_ref = b.case_ref and y.no = b.no
			where a.case_ref = $1)
		select l.into_no, l.other_no from alike l
		where l.rank is not null and not exists (select from alike o where (o.into_no = l.into_no or o.other_no = l.other_no)
			and (o.rank, o.into_no, o.other_no) < (l.rank, l.into_no, l.other_no))
		order by 1`, into, other)
	return pairs, err
}
