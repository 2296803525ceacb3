package store

import (
	"context"

	"hame/internal/clock"
)

// DuplicatePair is two files that may be one family, or of which one is held
// because they are.
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
