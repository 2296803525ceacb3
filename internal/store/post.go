package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// outstandingPost selects what is received and unread of a case ($1), or may
// belong to it and is not linked yet.
const outstandingPost = `
	select from post_item i
	where i.read_on is null and i.dismissed_on is null
	  and (i.case_ref = $1 or (i.case_ref is null and exists (select from post_suggestion s where s.item = i.no and s.case_ref = $1
	      and best_suggestion(s.why) = (select min(best_suggestion(b.why)) from post_suggestion b where b.item = i.no))))`

// PostOutstanding reports whether an item of a case is unread, or one that may
// belong to it is not linked.
func (t *Tx) PostOutstanding(ctx context.Context, ref string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `select exists (`+outstandingPost+`)`, ref)
	return yes, err
}

// LastPost returns the day on which the last item was received that is a case's and
// unread, or may be a case's and is not linked; zero if there is none.
func (t *Tx) LastPost(ctx context.Context, ref string, today clock.Date) (clock.Date, error) {
	var received clock.Date
	err := t.get(ctx, &received, `
		select max(o.received_on) from post_item o
		where o.received_on <= $2 and exists (`+outstandingPost+` and i.no = o.no)`, ref, today)
	return received, err
}

// AddPost records an item that came for a case, and returns its number, and whether one
// of that day from there was on record for the case already.
func (t *Tx) AddPost(ctx context.Context, ref, from string, on, waitUntil clock.Date, command uuid.UUID,
) (no int, twice bool, err error) {
	var item struct {
		No    int  `db:"no"`
		Twice bool `db:"twice"`
	}
	err = t.get(ctx, &item, `
		insert into post_item (from_kind, received_on, wait_until, case_ref, linked_on, command_id)
		values ($2, $3, $4, $1, $3, $5)
		returning no, exists (select from post_item o where o.case_ref = $1 and o.from_kind = $2 and o.received_on = $3) as twice`,
		ref, from, on, waitUntil, command)
	return item.No, item.Twice, err
}

// LinkPost links an item to a case, also one that was dismissed by mistake. It reports
// false if no unlinked item has the number.
func (t *Tx) LinkPost(ctx context.Context, ref string, item int, on clock.Date) (bool, error) {
	return t.execOne(ctx, `
		update post_item set case_ref = $1, linked_on = $3, dismissed_on = null, dismissed_why = null
		where no = $2 and case_ref is null`, ref, item, on)
}

// ReadPost records that an item was read. It reports false if no unread item of
// the case has the number.
func (t *Tx) ReadPost(ctx context.Context, ref string, item int, on clock.Date) (bool, error) {
	return t.execOne(ctx, `update post_item set read_on = $3 where no = $2 and case_ref = $1 and read_on is null`, ref,
		item, on)
}

// UnreadPost lists the unread items of a case.
func (t *Tx) UnreadPost(ctx context.Context, ref string) ([]int, error) {
	var items []int
	err := t.all(ctx, &items, `select no from post_item where case_ref = $1 and read_on is null order by no`, ref)
	return items, err
}

// PostSays is what stands on an item whose case is not known, and suggests
// families: a Home Office or case reference, the normalised name
// of a person, a representative.
type PostSays struct {
	Reference, NameKey, Representative string
}

// ReceivePost records an act of the mailroom on an item whose case is not
// known, and the item, in one transaction. It needs no Temporal: receiving never
// fails. It returns the item's number.
func (s *Store) ReceivePost(ctx context.Context, c NewCommand, says PostSays, waitUntil clock.Date) (int, error) {
	var no int
	err := s.onRecord(ctx, c, func(ctx context.Context, t *Tx) error {
		return t.get(ctx, &no, `select receive_post($1, $2, $3, $4, $5)`, c.ID, waitUntil, says.Reference, says.NameKey,
			says.Representative)
	})
	return no, err
}

// DismissPost records that an item belongs to no case.
func (s *Store) DismissPost(ctx context.Context, c NewCommand) error {
	return s.onRecord(ctx, c, func(ctx context.Context,
		t *Tx) error {
		return t.exec(ctx, `select dismiss_post($1)`, c.ID)
	})
}

// SettleArrival records that what arrived for a closed case was read and changes
// nothing.
func (s *Store) SettleArrival(ctx context.Context, c NewCommand) error {
	return s.onRecord(ctx, c, func(ctx context.Context,
		t *Tx) error {
		return t.exec(ctx, `select settle_arrival($1)`, c.ID)
	})
}

// onRecord records an act that no running review takes, and does it, in one
// transaction. A refusal is recorded as the act's outcome in one of its own.
func (s *Store) onRecord(ctx context.Context, c NewCommand, do func(context.Context, *Tx) error) error {
	ctx, done := saving(ctx)
	defer done()
	err := s.InTx(ctx, func(t *Tx) error {
		if err := t.insertCommand(ctx, c); err != nil {
			return err
		}
		return do(ctx, t)
	})
	refusal, refused := casefile.AsRefusal(err)
	if !refused {
		return err
	}
	if err := s.InsertCommand(ctx, c); err != nil {
		return err
	}
	if err := s.RecordRefusal(ctx, c.ID, refusal); err != nil {
		return err
	}
	return refusal
}

// PostItem is an item as post list shows it.
type PostItem struct {
	No             int             `db:"no" json:"no"`
	From           string          `db:"from_kind" json:"from"`
	ReceivedOn     clock.Date      `db:"received_on" json:"received_on"`
	WaitUntil      clock.Date      `db:"wait_until" json:"wait_until"`
	Case           string          `db:"case_ref" json:"case,omitempty"`
	LinkedOn       clock.Date      `db:"linked_on" json:"linked_on,omitzero"`
	ReadOn         clock.Date      `db:"read_on" json:"read_on,omitzero"`
	Name           string          `db:"said_name" json:"name,omitempty"`
	Reference      string          `db:"said_reference" json:"reference,omitempty"`
	Representative string          `db:"said_representative" json:"representative,omitempty"`
	Escalated      bool            `db:"escalated" json:"escalated"`
	Suggestions    json.RawMessage `db:"suggestions" json:"suggestions"`
	// Total counts the rows of the list that this one was read from, before its limit.
	Total int `db:"total" json:"-"`
}

// Suggestion is a family that an item may belong to.
type Suggestion struct {
	Case string `json:"case"`
	Why  string `json:"why"` // reference, name, representative
}

// Post lists the items that wait to be linked or read, the oldest first, or
// with item its one, whatever became of it.
func (s *Store) Post(ctx context.Context, item, limit int) ([]PostItem, error) {
	var rows []PostItem
	err := s.db.SelectContext(ctx, &rows, `
		select no, from_kind, received_on, wait_until, case_ref, linked_on, read_on, said_name, said_reference, said_representative,
			escalated, suggestions, total
		from list_post($1, $2)`, item, limit)
	return rows, mapError(err)
}
