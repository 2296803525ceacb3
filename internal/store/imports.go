package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// DuplicateWorkingDays is how long a caseworker has to say whether two files are
// one family, before it goes to the senior caseworker.
const DuplicateWorkingDays = 20

// Imported says what an import did.
type Imported struct {
	Created   int `db:"created" json:"new"`
	Unchanged int `db:"unchanged" json:"unchanged"`
	Changed   int `db:"changed" json:"changed"`
	// KeptBack counts the families that the file changes and whose review is
	// open or closed: they are not overwritten, and each difference becomes a task.
	KeptBack     int            `db:"kept_back" json:"changed_under_review"`
	KeptBackRefs pq.StringArray `db:"kept_refs" json:"changed_under_review_cases,omitempty"`
}

// Import brings families into the backlog in one transaction: all of them or
// none. A family that is there already keeps its case reference; bringing the
// same file twice changes nothing. on is the business day; step is called after
// each family. NotPermitted but for operations.
func (s *Store) Import(ctx context.Context, families []casefile.Family, fileDigest string, synthetic bool, on clock.Date, step func()) (Imported, error) {
	var out Imported
	batch, err := uuid.NewV7()
	if err != nil {
		return out, err
	}
	err = s.InTx(ctx, func(t *Tx) error {
		copier, err := t.tx.PrepareContext(ctx, pq.CopyIn("import_staging", "batch", "ord", "case_ref", "digest", "family"))
		if err != nil {
			return err
		}
		for i, f := range families {
			body, err := json.Marshal(f)
			if err != nil {
				return err
			}
			ref, err := casefile.NewReference(rand.Reader)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(body)
			if _, err := copier.ExecContext(ctx, batch.String(), i, ref, hex.EncodeToString(sum[:]), string(body)); err != nil {
				return err
			}
			step()
		}
		if _, err := copier.ExecContext(ctx); err != nil {
			return err
		}
		if err := copier.Close(); err != nil {
			return err
		}
		calendar, err := clock.For(clock.EnglandAndWales)
		if err != nil {
			return err
		}
		return t.get(ctx, &out, `select created, unchanged, changed, kept_back, kept_refs from import_merge($1, $2, $3, $4, $5, $6, $7)`,
			batch, fileDigest, synthetic, on, calendar.AddWorkingDays(on, DuplicateWorkingDays),
			pq.Array(casefile.PersonFacts), pq.Array(casefile.FamilyFacts))
	})
	return out, err
}
