package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Stops counts what keeps an import from being taken back. A family is counted under each
// reason.
type Stops struct {
	Listed int `db:"listed" json:"listed"`
	// Acts counts those with acts on record, a settled pair of possible duplicates included.
	Acts int `db:"acts" json:"with_acts"`
	Held int `db:"held" json:"held"`
	// Later counts those that a later import changed, or has a difference about.
	Later int `db:"later" json:"changed_later"`
	// Standing counts the families that were there before the import, and still stand as its
	// file has them.
	Standing int `db:"standing" json:"changed_by_it"`
	// Hidden counts those that the officer does not see, for any reason.
	Hidden int `db:"hidden" json:"not_shown"`
	// Cases names up to five that the officer may see.
	Cases pq.StringArray `db:"cases" json:"cases,omitempty"`
}

// Any reports whether anything stops it.
func (s Stops) Any() bool {
	return s.Listed+s.Acts+s.Held+s.Later+s.Standing+s.Hidden > 0
}

// InWords says what stops it, such as "2 are listed, 1 has acts on record: K7F-M2Q8".
func (s Stops) InWords() string {
	var parts []string
	say := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	say(s.Listed, "family is listed", "families are listed")
	say(s.Acts, "has acts on record", "have acts on record")
	say(s.Held, "is held as a double, or has one", "are held as doubles, or have one")
	say(s.Later, "was changed by a later import", "were changed by a later import")
	say(
		s.Standing,
		"was there before, and stands as this file has it",
		"were there before, and stand as this file has them",
	)
	say(s.Hidden, "is not shown to you", "are not shown to you")
	words := strings.Join(parts, ", ")
	if len(s.Cases) > 0 {
		words += ": " + strings.Join(s.Cases, ", ")
		if s.more() {
			words += " and others"
		}
	}
	return words
}

// more reports whether Cases leaves out some that the officer may see.
func (s Stops) more() bool {
	return max(s.Listed, s.Acts, s.Held, s.Later, s.Standing) > len(s.Cases)
}

// refusal is what an officer is told who wants to take the import back.
func (s Stops) refusal(no int) *casefile.Refusal {
	words := fmt.Sprintf("import %d can't be taken back, and nothing was changed: %s", no, s.InWords())
	if s.Standing > 0 {
		words += "; import the right file first, which changes back what was there before"
	}
	return casefile.Refuse(casefile.RefusedBlocked, words)
}

// ImportOnRecord is an import as backlog imports lists it.
type ImportOnRecord struct {
	No         int        `db:"no" json:"import"`
	ImportedOn clock.Date `db:"imported_on" json:"imported_on"`
	Person     string     `db:"person" json:"person"`
	Families   int        `db:"families" json:"families"`
	People     int        `db:"people" json:"people"`
	Created    int        `db:"created" json:"new"`
	Unchanged  int        `db:"unchanged" json:"unchanged"`
	Changed    int        `db:"changed" json:"changed"`
	KeptBack   int        `db:"kept_back" json:"changed_under_review"`
	// TakenBackAt is nil for an import that stands; First and Second took it back.
	TakenBackAt *time.Time `db:"taken_back_at" json:"taken_back_at,omitempty"`
	First       string     `db:"taken_back_first" json:"taken_back_first,omitempty"`
	Second      string     `db:"taken_back_second" json:"taken_back_second,omitempty"`
	// AskedBy is who asks for it to be taken back, with the reason; empty if nobody does.
	AskedBy string     `db:"asked_by" json:"asked_by,omitempty"`
	AskedOn clock.Date `db:"asked_on" json:"asked_on,omitzero"`
	Reason  string     `db:"reason" json:"reason,omitempty"`
	Stops
	// Total counts the rows of the list that this one was read from, before its limit.
	Total int `db:"total" json:"-"`
}

// Imports lists the imports, the latest first. NotPermitted but for operations and
// auditors.
func (s *Store) Imports(ctx context.Context, limit int) ([]ImportOnRecord, error) {
	rows := []ImportOnRecord{}
	err := s.db.SelectContext(ctx, &rows, `
		select no, imported_on, person, families, people, created, unchanged, changed, kept_back, taken_back_at,
		       coalesce(taken_back_first, '') as taken_back_first, coalesce(taken_back_second, '') as taken_back_second,
		       coalesce(asked_by, '') as asked_by, asked_on, coalesce(reason, '') as reason,
		       listed, acts, held, later, standing, hidden, cases, total
		from list_imports($1)`, limit)
	return rows, mapError(err)
}

// What a call of [Store.TakeBackImport] can become.
const (
	TakeBackAsked     = "asked"      // the first of two officers asked for it
	TakeBackDone      = "taken_back" // the second one confirmed it
	TakeBackWithdrawn = "withdrawn"  // the first one withdrew the request
	TakeBackStands    = "stands"     // another one refused the request
	takeBackStopped   = "stopped"
)

// TakeBack is what a call of [Store.TakeBackImport] did.
type TakeBack struct {
	By     uuid.UUID `db:"-"` // the act of this call
	Became string    `db:"became"`
	// Families and People are those that the import brought in: they go, or went, with it.
	Families int `db:"families"`
	People   int `db:"people"`
	// LaterImports counts those that came in after it, and stand.
	LaterImports int `db:"later_imports"`
	// SettledDifferences counts what caseworkers have accepted or rejected of what it said
	// of families under review: it stays.
	SettledDifferences int `db:"settled_differences"`
}

// TakeBackImport asks for an import to be taken back, or confirms what another person has
// asked for with the same reason: then every family that the import brought in is taken
// away, in one transaction with the act. The reason [casefile.TakeBackStands] settles a
// request. NotPermitted but for operations; refused to the person who asked, and while a
// family of the import is listed, has acts on record or a hold, or was changed by a later
// import, or a family that was there before stands as its file has it.
func (s *Store) TakeBackImport(ctx context.Context, no int, reason string) (TakeBack, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return TakeBack{}, err
	}
	ctx, done := takingBack(ctx)
	defer done()
	return s.takeBackImport(ctx, s.db, id, no, reason)
}

// takeBackWithin bounds how long the taking back of an import may take [D]: a file of some
// hundred thousand families takes minutes.
const takeBackWithin = 15 * time.Minute

// takingBack is [saving] for as long as the taking back of an import may take.
func takingBack(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() != nil {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), takeBackWithin)
}

// TryTakingBack is [Store.TakeBackImport] as a trial: it does all that the call would do,
// and takes it back before anybody can see it.
func (s *Store) TryTakingBack(ctx context.Context, no int, reason string) (out TakeBack, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return out, err
	}
	tried := false
	err = s.InTx(ctx, func(t *Tx) error {
		if out, err = s.takeBackImport(ctx, t.tx, id, no, reason); err != nil {
			return err
		}
		tried = true
		return errTrial
	})
	if tried {
		err = nil
	}
	return out, err
}

// getter is the database, or a transaction.
type getter interface {
	GetContext(ctx context.Context, dest any, query string, args ...any) error
}

func (s *Store) takeBackImport(ctx context.Context, in getter, id uuid.UUID, no int, reason string) (TakeBack, error) {
	var row struct {
		TakeBack
		Stops
	}
	err := in.GetContext(ctx, &row, `
		select became, coalesce(families, 0) as families, coalesce(people, 0) as people,
		       coalesce(later_imports, 0) as later_imports, coalesce(settled_differences, 0) as settled_differences,
		       coalesce(listed, 0) as listed, coalesce(acts, 0) as acts, coalesce(held, 0) as held, coalesce(later, 0) as later,
		       coalesce(standing, 0) as standing, coalesce(hidden, 0) as hidden, cases
		from take_back_import($1, $2, $3)`, id, no, reason)
	if err == nil && row.Became == takeBackStopped {
		err = row.Stops.refusal(no)
	}
	row.By = id
	return row.TakeBack, mapError(err)
}
