package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// NewCommand is a human act before it is a message.
type NewCommand struct {
	ID         uuid.UUID // version 7, or derived where it is one of a list (desk.Resumable)
	Case       string    // or Lane, for an act on a lane's backlog, or Office
	Lane       casefile.Lane
	Office     string // Mailroom, for an item of post whose case is not known
	Act        casefile.Act
	Subject    int
	AttestedOn clock.Date
	Fields     json.RawMessage
	Text       string
}

// saveWithin bounds how long an act's saving may wait for the database [D].
const saveWithin = 30 * time.Second

// saving is the context in which an act is saved: what breaks off ctx no longer
// does once saving has begun. Broken off in its commit, an act might be on record
// or not, and nobody could tell the officer who typed it.
func saving(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() != nil {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), saveWithin)
}

// InsertCommand records an act under the session's own login: PostgreSQL stamps
// who and when, and refuses (NotPermitted) who may not do it. The text, if
// any, stands in a row of its own under a salted digest. A command of this id
// that is on record already is an error of kind Recorded, and nothing is
// written: the chain's trigger runs before the insert is refused, so the whole
// transaction must go, and an "on conflict do nothing" would break the chain.
// Once begun it is not broken off by ctx (see saving).
func (s *Store) InsertCommand(ctx context.Context, c NewCommand) error {
	ctx, done := saving(ctx)
	defer done()
	if c.Text == "" {
		return mapError(insertCommand(ctx, s.db, c, nil))
	}
	return s.InTx(ctx, func(t *Tx) error { return t.insertCommand(ctx, c) })
}

func (t *Tx) insertCommand(ctx context.Context, c NewCommand) error {
	if c.Text == "" {
		return insertCommand(ctx, t.tx, c, nil)
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	digest := sha256.Sum256(append(append([]byte{}, salt...), c.Text...))
	if err := insertCommand(ctx, t.tx, c, digest[:]); err != nil {
		return err
	}
	return t.exec(ctx, `insert into command_text (command_id, salt, body) values ($1, $2, $3)`, c.ID, salt, c.Text)
}

type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func insertCommand(ctx context.Context, db execer, c NewCommand, digest []byte) error {
	_, err := db.ExecContext(ctx, `
		insert into command (id, case_ref, lane, office, kind, subject_no, attested_on, fields, text_digest)
		values ($1, nullif($2, ''), nullif($3, ''), nullif($4, ''), $5, $6, $7, $8, $9)`,
		c.ID, c.Case, string(c.Lane), c.Office, c.Act, c.Subject, c.AttestedOn, string(c.Fields), digest)
	return err
}

// RecordRefusal writes the outcome of a command that the database refused. Only its
// author can.
func (s *Store) RecordRefusal(ctx context.Context, id uuid.UUID, r *casefile.Refusal) error {
	detail, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `select record_refusal($1, $2, $3)`, id, string(r.Code), string(detail))
	return mapError(err)
}

// Mailroom is the office whose acts are on items of post whose case is not known.
const Mailroom = "mailroom"

// TextOf returns the free text of a recorded act, empty if it has none or was erased.
func (t *Tx) TextOf(ctx context.Context, id uuid.UUID) (string, error) {
	var body string
	err := t.get(ctx, &body, `select coalesce((select body from command_text where command_id = $1), '')`, id)
	return body, err
}

// Command is a recorded act as an activity reads it.
type Command struct {
	ID         uuid.UUID     `db:"id"`
	Case       string        `db:"case_ref"`
	Lane       casefile.Lane `db:"lane"`
	Act        casefile.Act  `db:"kind"`
	Subject    int           `db:"subject_no"`
	AttestedOn clock.Date    `db:"attested_on"`
	Fields     []byte        `db:"fields"`
	HasText    bool          `db:"has_text"`
	Person     string        `db:"person"`
	Permitted  bool          `db:"permitted"`
	// Late is whether its author is not waiting for it any more.
	Late    bool           `db:"late"`
	Outcome sql.NullString `db:"outcome"` // set if it was dealt with before
	Detail  []byte         `db:"detail"`
	// Link is the one that the outcome made in the chain.
	Link casefile.Link `db:"link"`
}

// theAct is the act that the transaction does, NULL where it does none.
const theAct = `nullif(current_setting('hame.act', true), '')::uuid`

// Overtaken reports whether one of these kinds of act that was recorded after this
// one, of the same case and subject and with the same code in a field, has been
// accepted already: this one was kept from its review meanwhile.
func (t *Tx) Overtaken(ctx context.Context, id uuid.UUID, field string, acts ...casefile.Act) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (
			select from command mine join command c on c.case_ref = mine.case_ref and c.subject_no = mine.subject_no and c.chain_n > mine.chain_n
			join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
			where mine.id = $1 and c.kind = any($3) and c.fields->>$2 = mine.fields->>$2)`, id, field, pq.Array(acts))
	return yes, err
}

// toldWithin is how long the author of an act waits at the screen for what becomes of
// it: starter's patience. A refusal after that reaches them as a task.
const toldWithin = `interval '20 seconds'`

// notTold says of an outcome o of a command c that its author was not told at the
// screen that the act is not done.
const notTold = `(o.outcome = 'expired' or (o.outcome = 'refused' and o.recorded_at > c.recorded_at + ` + toldWithin +
	`))`

// Command returns a recorded act by its id, with the outcome it already has if
// any. Permitted tells whether its person is its login's, and a role that the login held when it was recorded
// allows it. From then on the transaction is this act's: what it changes of the facts, and
// the tasks that it opens and closes, are kept as its own. NotFound if there is no such row.
func (t *Tx) Command(ctx context.Context, id uuid.UUID) (Command, error) {
	var c Command
	err := t.get(ctx, &c, `
		select set_config('hame.act', c.id::text, true)::uuid as id, coalesce(c.case_ref, '') as case_ref,
		       coalesce(c.lane, '') as lane, c.kind, c.subject_no, c.attested_on,
		       c.fields, c.text_digest is not null as has_text, c.person, o.outcome, o.detail,
		       clock_timestamp() > c.recorded_at + `+toldWithin+` as late,
		       coalesce(o.chain_n, 0) as "link.n", coalesce(encode(o.chain_hash, 'hex'), '') as "link.hash",
		       login_may(c.login, c.person, c.kind, c.case_ref, c.recorded_at) as permitted
		from command c left join command_outcome o on o.command_id = c.id where c.id = $1`, id)
	return c, err
}

// RecordOutcome writes what became of a command, and returns the link that it makes
// in the chain. The outcome is unique per command, and the only guard against doing
// it twice.
func (t *Tx) RecordOutcome(ctx context.Context, id uuid.UUID, outcome casefile.ActOutcome, r *casefile.Refusal,
	revision int, at time.Time) (casefile.Link, error) {
	code, detail := "", []byte("{}")
	var link casefile.Link
	if r != nil {
		var err error
		code = string(r.Code)
		if detail, err = json.Marshal(r); err != nil {
			return link, err
		}
	}
	err := t.get(ctx, &link, `
		insert into command_outcome (command_id, outcome, code, detail, revision, business_at) values ($1, $2, $3, $4, $5, $6)
		returning chain_n as n, encode(chain_hash, 'hex') as hash`,
		id, outcome, code, string(detail), revision, at)
	return link, err
}

// IsLink reports whether a case's chain has a link of this number and hash.
func (s *Store) IsLink(ctx context.Context, ref string, link casefile.Link) (bool, error) {
	return s.isLink(ctx, `c.case_ref`, ref, link)
}

// IsLinkOfLane reports whether a lane's chain has a link of this number and hash.
func (s *Store) IsLinkOfLane(ctx context.Context, lane casefile.Lane, link casefile.Link) (bool, error) {
	return s.isLink(ctx, `c.lane`, string(lane), link)
}

func (s *Store) isLink(ctx context.Context, column, subject string, link casefile.Link) (bool, error) {
	var yes bool
	err := s.db.GetContext(ctx, &yes, `
		select exists (select from command c left join command_outcome o on o.command_id = c.id
			where `+column+` = $1 and ((c.chain_n = $2 and encode(c.chain_hash, 'hex') = $3) or (o.chain_n = $2 and encode(o.chain_hash, 'hex') = $3)))`,
		subject, link.N, link.Hash)
	return yes, mapError(err)
}

// MyCommand is a command of the session's own login, and what became of it.
type MyCommand struct {
	Case     string         `db:"case_ref"`
	Act      casefile.Act   `db:"kind"`
	Outcome  sql.NullString `db:"outcome"` // accepted, refused, filed or expired; null while undelivered
	Detail   []byte         `db:"detail"`
	Revision int            `db:"revision"`
}

// MyCommand returns a command of the session's own by its id. NotFound if there
// is none, or if it is somebody else's.
func (s *Store) MyCommand(ctx context.Context, id uuid.UUID) (MyCommand, error) {
	var c MyCommand
	err := s.db.GetContext(ctx, &c, `
		select coalesce(case_ref, '') as case_ref, kind, outcome, detail, coalesce(revision, 0) as revision from my_command($1)`, id)
	return c, mapError(err)
}
