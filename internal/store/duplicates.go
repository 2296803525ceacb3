package store

import (
	"context"

	"github.com/lib/pq"

	"hame/internal/clock"
)

// DuplicatePair is two files that may be one family, or of whom one is
// held as the double of the other.
type DuplicatePair struct {
	A         string     `db:"a" json:"a"`
	B         string     `db:"b" json:"b"`
	Why       string     `db:"why" json:"why"`
	DueOn     clock.Date `db:"due_on" json:"due_on,omitzero"`
	Held      string     `db:"held" json:"held,omitempty"` // the file that is held until both can be merged
	Escalated bool       `db:"escalated" json:"escalated"`
	// Total counts the rows of the list that this one was read from, before its limit.
	Total int `db:"total" json:"-"`
}

// Duplicates lists the pairs that the session's login may see both files of.
func (s *Store) Duplicates(ctx context.Context, limit int) ([]DuplicatePair, error) {
	var rows []DuplicatePair
	err := s.db.SelectContext(ctx, &rows, `
		select a, b, why, due_on, held, escalated, total from list_duplicates($1)`, limit)
	return rows, mapError(err)
}

// ResolveDuplicate records whether two files are one family. It returns the file
// that is held until they can be merged, empty if they are two families.
func (s *Store) ResolveDuplicate(ctx context.Context, c NewCommand, reviewOn clock.Date) (string, error) {
	var held *string
	err := s.onRecord(ctx, c, func(ctx context.Context, t *Tx) error {
		return t.get(ctx, &held, `select resolve_duplicate($1, $2)`, c.ID, reviewOn)
	})
	if err != nil || held == nil {
		return "", err
	}
	return *held, nil
}

// ListedPair is one pair of a list, as it stands before the list is resolved.
type ListedPair struct {
	// State is open, held (they are one family), merged (and one file), different (they are two), none (nothing
	// ever made a pair of them) or unseen (the login does not see both files).
	State string `db:"state"`
	// AskedBy is the officer who has asked for the pair in a list, empty if nobody has. ByMe
	// says that the session's own person has.
	AskedBy      string     `db:"asked_by"`
	ByMe         bool       `db:"by_me"`
	AskedList    string     `db:"asked_list"`
	AskedFinding string     `db:"asked_finding"`
	AskedOn      clock.Date `db:"asked_on"`
}

// The states of a pair that decide what becomes of a line of a list.
const (
	PairOpen      = "open"
	PairHeld      = "held"
	PairMerged    = "merged"
	PairDifferent = "different"
	PairNone      = "none"
	PairUnseen    = "unseen"
)

// ListedPairs says how pairs stand, in the order given: one[i] and other[i] are a pair. It
// changes nothing. NotPermitted but for caseworkers and senior caseworkers.
func (s *Store) ListedPairs(ctx context.Context, one, other []string) ([]ListedPair, error) {
	rows := []ListedPair{}
	err := s.db.SelectContext(ctx, &rows, `
		select state, coalesce(asked_by, '') as asked_by, coalesce(by_me, false) as by_me, coalesce(asked_list, '') as asked_list,
		       coalesce(asked_finding, '') as asked_finding, asked_on
		from listed_pairs($1, $2) order by n`, pq.Array(one), pq.Array(other))
	return rows, mapError(err)
}

// What an act on a pair of a list can become.
const (
	PairAsked    = "asked"    // the first of two officers asked for it
	PairResolved = "resolved" // the second one resolved it
)

// ResolvedPair is what an act on a pair of a list did.
type ResolvedPair struct {
	Became string `db:"became"`
	Held   string `db:"held"` // the file that is held, if the pair was resolved as one family
}

// ResolveListedPair asks for a pair to be resolved as one of a list, or resolves it if
// another person has asked with the same list. The command's fields name the list.
func (s *Store) ResolveListedPair(ctx context.Context, c NewCommand, reviewOn clock.Date) (ResolvedPair, error) {
	var p ResolvedPair
	err := s.onRecord(ctx, c, func(ctx context.Context, t *Tx) error {
		return t.get(ctx, &p, `select became, coalesce(held, '') as held from resolve_listed_pair($1, $2)`, c.ID, reviewOn)
	})
	return p, err
}
