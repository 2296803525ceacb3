package store

import (
	"context"
	"encoding/json"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// CaseSummary is a case as lists show it: no names.
type CaseSummary struct {
	Case        string          `db:"case_ref" json:"case"`
	Stage       casefile.Stage  `db:"stage" json:"stage"`
	Lane        casefile.Lane   `db:"lane" json:"lane"`
	Council     string          `db:"council" json:"council"`
	Priority    int             `db:"priority" json:"priority"`
	Owner       string          `db:"owner" json:"owner,omitempty"`
	ListingDate clock.Date      `db:"listing_date" json:"listing_date,omitzero"`
	Drawn       bool            `db:"drawn" json:"drawn"`
	Rollup      casefile.Rollup `db:"rollup" json:"outcome,omitempty"`
	Awaiting    casefile.Party  `db:"awaiting" json:"awaiting,omitempty"`
	DueOn       clock.Date      `db:"due_on" json:"due_on,omitzero"`
	Provisional bool            `db:"provisional" json:"provisional,omitempty"` // the due day rests on holidays not yet published
	Overdue     bool            `db:"overdue" json:"overdue"`
	Escalated   bool            `db:"escalated" json:"escalated"`
	Held        bool            `db:"held" json:"held"`
	Stuck       string          `db:"stuck" json:"stuck,omitempty"`
	// Total counts the rows of the list that this one was read from, before its limit.
	Total int `db:"total" json:"-"`
}

const summaryColumns = `case_ref, stage, lane, council, priority, owner, listing_date, drawn, rollup,
	awaiting, due_on, provisional, overdue, escalated, held, stuck`

// CaseFilter narrows a list of cases; empty fields don't.
type CaseFilter struct {
	Stage     casefile.Stage
	Lane      casefile.Lane
	Council   string
	Overdue   bool
	DueBefore clock.Date
}

// Cases lists the cases that the session's login may see, the earliest due first.
func (s *Store) Cases(ctx context.Context, f CaseFilter, limit int) ([]CaseSummary, error) {
	var rows []CaseSummary
	err := s.db.SelectContext(ctx, &rows, `
		select `+summaryColumns+`, total from list_cases($1, $2, $3, $4, $5, $6)`,
		string(f.Stage), string(f.Lane), f.Council, f.Overdue, f.DueBefore, limit)
	return rows, mapError(err)
}

// CaseSummary returns one case. NotFound if there is none for this login.
func (s *Store) CaseSummary(ctx context.Context, ref string) (CaseSummary, error) {
	var row CaseSummary
	err := s.db.GetContext(ctx, &row, `select `+summaryColumns+` from case_summary($1)`, ref)
	return row, mapError(err)
}

// CaseFile reads a case as the login may see it, and records that it was read.
// NotFound if there is no such case for this login.
func (s *Store) CaseFile(ctx context.Context, ref, what string) (json.RawMessage, error) {
	if err := s.recordRead(ctx, ref, what); err != nil {
		return nil, err
	}
	var body []byte
	if err := s.db.GetContext(ctx, &body, `select case_file($1)`, ref); err != nil {
		return nil, mapError(err)
	}
	if body == nil {
		return nil, &Error{Kind: NotFound}
	}
	return body, nil
}

// recordRead puts it on record that the login reads a case, before it does, so
// that no reading can be taken back. NotFound if there is no such case for it.
func (s *Store) recordRead(ctx context.Context, ref, what string) error {
	var there bool
	if err := s.db.GetContext(ctx, &there, `select record_read($1, $2)`, ref, what); err != nil {
		return mapError(err)
	}
	if !there {
		return &Error{Kind: NotFound}
	}
	return nil
}

// unlessUnseen records a reading of a case. It reports false, and no error, for a
// login that may not read it: that login is told nothing of the case.
func (s *Store) unlessUnseen(ctx context.Context, ref, what string) (there bool, err error) {
	err = s.recordRead(ctx, ref, what)
	if IsKind(err, NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Event is a line of a case's timeline.
type Event struct {
	At     time.Time `db:"at" json:"at"`
	What   string    `db:"what" json:"what"`
	Act    int       `db:"act" json:"act,omitempty"` // the number of an act
	Who    string    `db:"who" json:"who,omitempty"`
	Detail string    `db:"detail" json:"detail"`
}

// Timeline lists what happened to a case, oldest first, and records the read.
func (s *Store) Timeline(ctx context.Context, ref string) ([]Event, error) {
	var rows []Event
	if there, err := s.unlessUnseen(ctx, ref, "timeline"); !there {
		return rows, err
	}
	err := s.db.SelectContext(ctx, &rows, `select at, what, act, who, detail from case_timeline($1)`, ref)
	return rows, mapError(err)
}

// Text is what somebody wrote with an act.
type Text struct {
	Act     casefile.Act `db:"kind" json:"act"`
	Subject int          `db:"subject_no" json:"subject,omitempty"`
	Person  string       `db:"person" json:"person"`
	On      clock.Date   `db:"attested_on" json:"on"`
	Body    string       `db:"body" json:"text"`
	// Became is struck, refused or expired for an act that does not stand.
	Became string `db:"became" json:"became,omitempty"`
}

// Texts returns what people wrote on a case, oldest first, as the login may see
// it, and records the read. Erased texts are not there.
func (s *Store) Texts(ctx context.Context, ref string) ([]Text, error) {
	rows := []Text{}
	if there, err := s.unlessUnseen(ctx, ref, "texts"); !there {
		return rows, err
	}
	err := s.db.SelectContext(ctx, &rows, `select kind, subject_no, person, attested_on, body, became from act_text($1)`, ref)
	return rows, mapError(err)
}

// MyPart returns the part that the session's own person plays on a case, if any.
func (s *Store) MyPart(ctx context.Context, ref string) (casefile.Part, error) {
	var part *string
	if err := s.db.GetContext(ctx, &part, `select my_part($1)`, ref); err != nil || part == nil {
		return casefile.NoPart, mapError(err)
	}
	return casefile.Part(*part), nil
}

// TaskRow is an open task as the task list shows it.
type TaskRow struct {
	Case        string            `db:"case_ref" json:"case"`
	Kind        casefile.TaskKind `db:"kind" json:"kind"`
	Subject     int               `db:"subject" json:"subject,omitempty"`
	Stage       casefile.Stage    `db:"stage" json:"stage"`
	Awaiting    casefile.Party    `db:"awaiting" json:"awaiting"`
	Began       clock.Date        `db:"began" json:"began"`
	DueOn       clock.Date        `db:"due_on" json:"due_on,omitzero"` // zero while the clock is stopped
	Provisional bool              `db:"provisional" json:"provisional,omitempty"`
	NextRung    casefile.RungKind `db:"next_rung" json:"next_rung"`
	NextAt      *time.Time        `db:"next_at" json:"next_at"` // nil while the clock is stopped
	Overdue     bool              `db:"overdue" json:"overdue,omitempty"`
	Escalated   bool              `db:"escalated" json:"escalated,omitempty"`
	Lane        casefile.Lane     `db:"lane" json:"lane,omitempty"`
	Council     string            `db:"council" json:"council,omitempty"`
	Owner       string            `db:"owner" json:"owner,omitempty"`
	// Total counts the rows of the list that this one was read from, before its limit.
	Total int `db:"total" json:"-"`
}

// TaskFilter narrows the task list; empty fields don't. Mine keeps what waits
// for one of the roles given, and of a caseworker's tasks those of their own cases.
type TaskFilter struct {
	Case      string
	Mine      bool
	Role      casefile.Party
	Council   string
	Overdue   bool
	DueBefore clock.Date
}

// Tasks lists open tasks that the session's login may see, the earliest due first.
func (s *Store) Tasks(ctx context.Context, f TaskFilter, limit int) ([]TaskRow, error) {
	var rows []TaskRow
	err := s.db.SelectContext(ctx, &rows, `
		select case_ref, kind, subject, stage, awaiting, began, due_on, provisional, next_rung, next_at, overdue, escalated, lane, council, owner, total
		from list_tasks($1, $2, $3, $4, $5, $6, $7)`,
		f.Case, f.Mine, string(f.Role), f.Council, f.Overdue, f.DueBefore, limit)
	return rows, mapError(err)
}

// LetterRow is a letter and one of its addressees, if it was sent to any.
type LetterRow struct {
	Case      string     `db:"case_ref" json:"case"`
	No        int        `db:"no" json:"no"`
	Kind      string     `db:"kind" json:"kind"`
	CreatedAt time.Time  `db:"created_at" json:"created_at"`
	To        string     `db:"to_whom" json:"to,omitempty"`
	By        string     `db:"by_how" json:"by,omitempty"`
	SentOn    clock.Date `db:"sent_on" json:"sent_on,omitzero"`
	Delivered clock.Date `db:"delivered_on" json:"delivered_on,omitzero"`
	Returned  clock.Date `db:"returned_on" json:"returned_on,omitzero"`
	Why       string     `db:"returned_why" json:"returned_why,omitempty"` // it came back
	// Decision is the decision that the letter gives, CorrectedBy the one that has corrected
	// it: the letter is then withheld. Each is 0 if there is none.
	Decision    int `db:"decision_no" json:"decision_no,omitempty"`
	CorrectedBy int `db:"corrected_by" json:"corrected_by,omitempty"`
	// Total counts the rows of the list that this one was read from, before its limit.
	Total int `db:"total" json:"-"`
}

// Letters lists the letters of a case, or with "" those of all cases that were
// not sent to anybody yet, without those that are withheld.
func (s *Store) Letters(ctx context.Context, ref string, limit int) ([]LetterRow, error) {
	var rows []LetterRow
	err := s.db.SelectContext(ctx, &rows, `
		select case_ref, no, kind, created_at, to_whom, by_how, sent_on, delivered_on, returned_on, returned_why, decision_no, corrected_by, total
		from list_letters($1, $2)`, ref, limit)
	return rows, mapError(err)
}
