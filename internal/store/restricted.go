package store

import "context"

// Place is in which of Temporal's namespaces the review of a case runs.
type Place struct {
	// Apart is the namespace of restricted families' reviews.
	Apart bool `db:"apart"`
	// Moving says that it runs in neither for a moment.
	Moving bool `db:"moving"`
}

// PlaceOf returns where the review of a family runs, or will run. NotFound if there
// is no such family. It is for the worker.
func (s *Store) PlaceOf(ctx context.Context, ref string) (Place, error) {
	var p Place
	err := s.db.GetContext(ctx, &p, `
		select coalesce(r.apart, f.restricted) as apart,
		       exists (select from review_to_move m where m.case_ref = f.case_ref and not m.started) as moving
		from family f left join review r using (case_ref) where f.case_ref = $1`, ref)
	return p, mapError(err)
}

// Unnamed stands for a restricted case in logs and lists that more people read than may
// know of it.
const Unnamed = "a restricted case"

// NameFor is a case as such a log or list names it: by its reference, or [Unnamed]. It is
// for the worker.
func (s *Store) NameFor(ctx context.Context, ref string) string {
	if place, err := s.PlaceOf(ctx, ref); err != nil || place.Apart || place.Moving {
		return Unnamed
	}
	return ref
}

// RunsApart reports whether the review of a case runs, or in a moment will run, among
// those of restricted families, and whether the login may read these in the Web UI. The
// first is false for a login that may not see the case.
func (s *Store) RunsApart(ctx context.Context, ref string) (apart, mayRead bool, err error) {
	var row struct {
		Apart   bool `db:"apart"`
		MayRead bool `db:"may_read"`
	}
	err = s.db.GetContext(ctx, &row, `select runs_apart($1) as apart, has_role('senior_caseworker', 'auditor') as may_read`, ref)
	return row.Apart, row.MayRead, mapError(err)
}

// ToMove is a review that is to run in the other namespace than before.
type ToMove struct {
	Case string `db:"case_ref"`
	// Apart is where it is to run: among those of restricted families.
	Apart bool `db:"apart"`
	// Started says that it runs there already, and has old runs left in the other.
	Started bool `db:"started"`
	// Closed says that nothing has to run for it.
	Closed bool `db:"closed"`
}

// ClaimReviewToMove gives the worker a review to move, and from then on only what
// runs for it where it belongs can change the record. ok is false where none is to be
// moved. A claim lapses after [ClaimLasts].
func (s *Store) ClaimReviewToMove(ctx context.Context) (m ToMove, ok bool, err error) {
	err = mapError(s.db.GetContext(ctx, &m, `select case_ref, apart, started, closed from claim_review_to_move()`))
	if IsKind(err, NotFound) {
		return m, false, nil
	}
	return m, err == nil, err
}

// NoteReviewsToMove has every review moved that stands where its family does not belong.
// Most are noted when the family becomes restricted; this finds one that was just being
// opened then.
func (s *Store) NoteReviewsToMove(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, `select note_reviews_to_move()`)
	return mapError(err)
}

// ReviewMoved records that a review runs where it belongs, so that acts are delivered
// to it again; with gone also that nothing of it is left in the other namespace.
func (s *Store) ReviewMoved(ctx context.Context, m ToMove, gone bool) error {
	_, err := s.db.ExecContext(ctx, `select review_moved($1, $2, $3)`, m.Case, m.Apart, gone)
	return mapError(err)
}

// PutBackReviewToMove gives back a review that could not be moved yet.
func (s *Store) PutBackReviewToMove(ctx context.Context, ref string) error {
	_, err := s.db.ExecContext(ctx, `select put_back_review_to_move($1)`, ref)
	return mapError(err)
}
