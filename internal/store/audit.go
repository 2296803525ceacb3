package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// CaseRead is one reading of a case: who, when, what (process.md, Roles).
type CaseRead struct {
	At     time.Time `db:"at" json:"at"`
	Person string    `db:"person" json:"person"`
	Login  string    `db:"login" json:"login"`
	What   string    `db:"what" json:"what"`
}

// AuditReads lists who read a case, oldest first. NotPermitted but for the
// auditor; NotFound if there is no such case.
func (s *Store) AuditReads(ctx context.Context, ref string) ([]CaseRead, error) {
	rows := []CaseRead{}
	err := s.db.SelectContext(ctx, &rows, `select at, person, login, what from audit_reads($1)`, ref)
	return rows, mapError(err)
}

// AuditedAct is an act as the auditor reads it: who did what when, what became
// of it, and the links of both in the case's chain. Hashes are cut to twelve
// digits; an export has the heads whole.
type AuditedAct struct {
	Command    uuid.UUID    `db:"id" json:"command"`
	At         time.Time    `db:"at" json:"at"`
	Person     string       `db:"person" json:"person"`
	Login      string       `db:"login" json:"login"`
	Act        casefile.Act `db:"kind" json:"act"`
	Subject    int          `db:"subject_no" json:"subject,omitempty"`
	AttestedOn clock.Date   `db:"attested_on" json:"attested_on"`
	// Text is there, erased or none.
	Text        string `db:"text_is" json:"text"`
	Link        int    `db:"link" json:"link"`
	Hash        string `db:"hash" json:"hash"`
	Outcome     string `db:"outcome" json:"outcome,omitempty"` // empty for one that is not delivered
	Code        string `db:"code" json:"code,omitempty"`
	OutcomeLink int    `db:"outcome_link" json:"outcome_link,omitempty"`
	OutcomeHash string `db:"outcome_hash" json:"outcome_hash,omitempty"`
}

// AuditShow lists every act on a case in the order of its chain, and records
// that it was read. NotPermitted but for the auditor; NotFound if there is no
// such case.
func (s *Store) AuditShow(ctx context.Context, ref string) ([]AuditedAct, error) {
	rows := []AuditedAct{}
	if _, err := s.unlessUnseen(ctx, ref, "audit"); err != nil {
		return rows, err
	}
	err := s.db.SelectContext(ctx, &rows, `
		select id, at, person, login, kind, subject_no, attested_on, text_is, link, hash, outcome, code, outcome_link, outcome_hash
		from audit_show($1)`, ref)
	return rows, mapError(err)
}

// ChainHead is the last link of a chain. Subject is a case, a lane, an office,
// "staff", or "reads of" a case.
type ChainHead struct {
	Subject string `db:"subject" json:"subject"`
	N       int    `db:"n" json:"n"`
	Hash    string `db:"hash" json:"hash"` // hexadecimal
}

// AuditHeads lists the heads of all chains, always in the same order, so that
// two exports can be compared. NotPermitted but for the auditor.
func (s *Store) AuditHeads(ctx context.Context) ([]ChainHead, error) {
	rows := []ChainHead{}
	err := s.db.SelectContext(ctx, &rows, `select subject, n, hash from audit_heads()`)
	return rows, mapError(err)
}

// HeadsChangedSince lists the heads of the chains that have a link recorded since an
// instant of the database's clock, and that clock before it looked. It is for the
// worker.
func (s *Store) HeadsChangedSince(ctx context.Context, since time.Time,
) (heads []ChainHead, through time.Time, err error) {
	if err := s.db.GetContext(ctx, &through, `select clock_timestamp()`); err != nil {
		return nil, through, mapError(err)
	}
	heads = []ChainHead{}
	err = s.db.SelectContext(ctx, &heads, `
		select h.subject, h.n, encode(h.hash, 'hex') as hash from chain_head h where h.changed_at >= $1
		order by h.subject collate "C"`, since)
	return heads, through.UTC(), mapError(err)
}

// ChainDifference is a link that is not what it was.
type ChainDifference struct {
	Subject string `db:"subject" json:"subject"`
	N       int    `db:"n" json:"n"`
	Detail  string `db:"detail" json:"detail"`
}

// AuditCheck compares heads exported earlier with the chains now. A chain may
// have grown; each earlier head must still be the link of its number with its
// hash, and every link must follow from the one before. It lists what differs.
func (s *Store) AuditCheck(ctx context.Context, earlier []ChainHead) ([]ChainDifference, error) {
	if earlier == nil {
		earlier = []ChainHead{}
	}
	body, err := json.Marshal(earlier)
	if err != nil {
		return nil, fmt.Errorf("encode the heads: %w", err)
	}
	rows := []ChainDifference{}
	err = s.db.SelectContext(ctx, &rows, `select subject, n, detail from audit_check($1)`, string(body))
	return rows, mapError(err)
}

// Erasure is what a call of [Store.EraseText] did.
type Erasure struct {
	By     uuid.UUID // the act of this call
	Erased bool      // false where the call was the first of two: it asked
}

// EraseText asks for the erasure of an act's text, or confirms what another person
// has asked for with the same reason: then the text is erased, in one transaction
// with the act. NotPermitted but for operations; NotFound for an act that the login
// may not see; refused to the person who asked, while a court's hold is open on the
// case, for a text of a decision before its case is closed, and where there is no
// text to erase.
func (s *Store) EraseText(ctx context.Context, target uuid.UUID, reason string) (Erasure, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Erasure{}, err
	}
	ctx, done := saving(ctx)
	defer done()
	e := Erasure{By: id}
	err = s.db.GetContext(ctx, &e.Erased, `select erase_text($1, $2, $3) = 'erased'`, id, target, reason)
	return e, mapError(err)
}
