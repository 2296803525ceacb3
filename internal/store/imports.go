package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Imported says what an import did.
type Imported struct {
	Created   int `db:"created" json:"new"`
	Unchanged int `db:"unchanged" json:"unchanged"`
	Changed   int `db:"changed" json:"changed"`
	// KeptBack counts the families that the file changes and whose review is
	// open or closed: they are not overwritten, and each difference becomes a task.
	KeptBack     int            `db:"kept_back" json:"changed_under_review"`
	KeptBackRefs pq.StringArray `db:"kept_refs" json:"changed_under_review_cases,omitempty"`
	// Pairs counts the pairs of files that may be one family: those that nobody knew of
	// before, if the officer may see both files.
	Pairs int `db:"pairs" json:"possible_duplicates"`
	// No is the import's number, as officers type it; 0 for a trial.
	No int `db:"batch_no" json:"import,omitempty"`
	// MovedAway are the cases of families that the file has with a council outside
	// Scotland: each has a difference.
	MovedAway []string `json:"moved_away_cases,omitempty"`
}

// Incoming hands the families of a file to take, one after another, and returns
// what the file is. It returns take's error as it is.
type Incoming func(take func(casefile.Family) error) (Brought, error)

// Brought is what a file is, when all its families are taken.
type Brought struct {
	Synthetic bool
	// Elsewhere are the families that the file has with a council outside Scotland, by
	// their keys: none of them is taken, and of one that is in the backlog already a
	// difference is opened.
	Elsewhere map[string]string
}

// Import brings families into the backlog in one transaction: all of them or
// none. A family that is there already keeps its case reference; bringing the
// same file twice changes nothing. on is the business day; step is called after
// each family. NotPermitted but for operations.
func (s *Store) Import(ctx context.Context, families []casefile.Family, fileDigest string, synthetic bool,
	on clock.Date, step func()) (Imported, error) {
	return s.ImportFrom(ctx, func(take func(casefile.Family) error) (Brought, error) {
		for _, f := range families {
			if err := take(f); err != nil {
				return Brought{Synthetic: synthetic}, err
			}
			step()
		}
		return Brought{Synthetic: synthetic}, nil
	}, fileDigest, on)
}

// ImportFrom is [Store.Import] for families that are read while they are
// brought in. It holds few of them at a time. An error of the file's own ends it
// with nothing brought in, and is returned.
func (s *Store) ImportFrom(ctx context.Context, file Incoming, fileDigest string, on clock.Date) (Imported, error) {
	return s.importFrom(ctx, file, fileDigest, on, false)
}

// TryImport is [Store.ImportFrom] as a trial: it does all that the import would do, and
// takes it back before anybody can see it. The numbers are the import's. No other import
// can run meanwhile.
func (s *Store) TryImport(ctx context.Context, file Incoming, fileDigest string, on clock.Date) (Imported, error) {
	return s.importFrom(ctx, file, fileDigest, on, true)
}

// errTrial ends the transaction of a trial.
var errTrial = errors.New("this was a trial")

func (s *Store) importFrom(ctx context.Context, file Incoming, fileDigest string, on clock.Date, trial bool) (Imported,
	error) {
	var out Imported
	batch, err := uuid.NewV7()
	if err != nil {
		return out, err
	}
	inForce, err := s.HolidaysInForce(ctx)
	if err != nil {
		return out, err
	}
	calendar, err := inForce.Calendar(clock.EnglandAndWales)
	if err != nil {
		return out, err
	}
	var unreadable error
	tried := false
	err = s.InTx(ctx, func(t *Tx) error {
		st := staging{tx: t, batch: batch.String(), drawn: map[string]bool{}}
		var failed error
		brought, err := file(func(f casefile.Family) error {
			failed = st.add(ctx, f)
			return failed
		})
		if err != nil {
			if failed == nil {
				unreadable = err
			}
			return err
		}
		if err := st.flush(ctx); err != nil {
			return err
		}
		spare, err := st.spare()
		if err != nil {
			return err
		}
		err = t.get(ctx, &out, `
			select created, unchanged, changed, kept_back, kept_refs, pairs, batch_no
			from import_merge($1, $2, $3, $4, $5, $6, $7, $8)`,
			batch, fileDigest, brought.Synthetic, on, calendar.AddWorkingDays(on, casefile.DuplicateWorkingDays),
			pq.Array(casefile.PersonFacts), pq.Array(casefile.FamilyFacts), pq.Array(spare))
		if err == nil && len(brought.Elsewhere) > 0 {
			var keys, councils []string
			for _, key := range slices.Sorted(maps.Keys(brought.Elsewhere)) {
				keys, councils = append(keys, key), append(councils, brought.Elsewhere[key])
			}
			err = t.all(ctx, &out.MovedAway, `select import_moves($1, $2, $3, $4)`, batch, pq.Array(keys), pq.Array(councils),
				on)
		}
		if err == nil && trial {
			tried = true
			return errTrial
		}
		return err
	})
	switch {
	case unreadable != nil:
		err = unreadable // as the file's reader says it
	case tried:
		out.No, err = 0, nil
	}
	return out, err
}

// LastFamily returns the greatest number among the families whose keys are a prefix and a
// number; 0 if there is none.
func (t *Tx) LastFamily(ctx context.Context, prefix string) (int, error) {
	var n int
	err := t.get(ctx, &n, `
		select coalesce(max(substr(family_key, length($1) + 1)::int), 0) from family
		where starts_with(family_key, $1) and substr(family_key, length($1) + 1) ~ '^[0-9]{1,9}$'`, prefix)
	return n, err
}

// staging copies families into the staging tables, some hundreds at a time: one
// session copies into one table at a time.
type staging struct {
	tx    *Tx
	batch string
	ord   int // of the first of the pending
	drawn map[string]bool
	// pending are the families that are not copied yet.
	pending []casefile.Family
}

const pendingFamilies = 500

func (s *staging) add(ctx context.Context, f casefile.Family) error {
	s.pending = append(s.pending, f)
	if len(s.pending) < pendingFamilies {
		return nil
	}
	return s.flush(ctx)
}

// flush copies the pending families.
func (s *staging) flush(ctx context.Context) error {
	err := s.copy(ctx, "import_staging", stagedFamily, func(ord int, f casefile.Family, row func(...any) error) error {
		body, err := json.Marshal(f)
		if err != nil {
			return err
		}
		ref, err := s.draw()
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		restricted := slices.ContainsFunc(f.People, func(p casefile.Person) bool {
			return slices.Contains(p.Flags,
				casefile.FlagRestricted)
		})
		return row(s.batch, ord, ref, hex.EncodeToString(sum[:]), f.Key, string(f.Lane), f.Council, f.Area, f.Address,
			f.Postcode, f.Phone, f.Email,
			f.Representative, f.RepresentativeContact, string(f.Support), restricted)
	})
	if err != nil {
		return err
	}
	err = s.copy(ctx, "import_staging_person", stagedPerson,
		func(ord int, f casefile.Family, row func(...any) error) error {
			for _, p := range f.People {
				err := row(s.batch, ord, p.No, p.Key, string(p.Relationship), p.HomeOfficeRef, p.FamilyName, p.GivenNames, p.NameKey,
					p.BirthDate.String(), string(p.Sex), p.Nationality, p.BirthCountry, string(p.BornInScotland), p.ArrivedOn.String(),
					p.ClaimDate.String(), p.OwnClaim, string(p.ClaimStatus), p.ClaimStatusOn.String(), p.LastInterviewOn.String(),
					p.Language, p.Interpreter, p.School, p.ResponsibleAdult, pq.Array(append([]casefile.Flag{}, p.Flags...)))
				if err != nil {
					return err
				}
			}
			return nil
		})
	s.ord += len(s.pending)
	clear(s.pending)
	s.pending = s.pending[:0]
	return err
}

var (
	stagedFamily = []string{"batch", "ord", "case_ref", "digest", "family_key", "lane", "council", "area", "address",
		"postcode", "phone", "email",
		"representative", "representative_contact", "support", "restricted"}
	stagedPerson = []string{"batch", "ord", "no", "person_key", "relationship", "home_office_ref", "family_name",
		"given_names", "name_key",
		"date_of_birth", "sex", "nationality", "birth_country", "born_in_scotland", "arrived_on", "claim_date", "own_claim",
		"claim_status",
		"claim_status_on", "last_interview_on", "language", "interpreter", "school", "responsible_adult", "flags"}
)

func (s *staging) copy(ctx context.Context, table string, columns []string,
	rows func(int, casefile.Family, func(...any) error) error) error {
	copier, err := s.tx.tx.PrepareContext(ctx, pq.CopyIn(table, columns...))
	if err != nil {
		return err
	}
	row := func(values ...any) error {
		_, err := copier.ExecContext(ctx, values...)
		return err
	}
	for i, f := range s.pending {
		if err = rows(s.ord+i, f, row); err != nil {
			break
		}
	}
	if err == nil {
		err = row()
	}
	// Also after an error: until it is closed, the copy and the rollback would read the server's answers at once.
	closed := copier.Close()
	if err != nil {
		return err
	}
	return closed
}

// draw draws a reference that no other family of the file has.
func (s *staging) draw() (string, error) {
	for {
		ref, err := casefile.NewReference(rand.Reader)
		if err != nil || !s.drawn[ref] {
			s.drawn[ref] = true
			return ref, err
		}
	}
}

// spare draws the references that new families get in the place of those which
// another family has. Of 148 million references a million families have one in
// 150: a tenth of the file is ample.
func (s *staging) spare() ([]string, error) {
	refs := make([]string, 20+s.ord/10)
	for i := range refs {
		var err error
		if refs[i], err = s.draw(); err != nil {
			return nil, err
		}
	}
	return refs, nil
}
