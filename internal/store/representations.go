package store

import (
	"context"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// MinistersDraft is the minister's representation while it is being made.
type MinistersDraft struct {
	No      int    `db:"no"`
	Drafter string `db:"drafter"`
	Checked bool   `db:"checked"`
	Cleared bool   `db:"cleared"`
	Signed  bool   `db:"signed"`
	// Returned is whether the office has sent it back to its drafter.
	Returned bool `db:"returned"`
}

// MinistersDraft returns the draft in hand. NotFound if there is none.
func (t *Tx) MinistersDraft(ctx context.Context, ref string) (MinistersDraft, error) {
	var d MinistersDraft
	err := t.get(ctx, &d, `
		select no, drafter, checker is not null as checked, cleared_by is not null as cleared, signer is not null as signed,
		       returned_on is not null as returned
		from representation where case_ref = $1 and from_kind = 'minister' and received_on is null and withdrawn_on is null`, ref)
	return d, err
}

// AddRepresentation records a representation: a minister's draft by a drafter,
// or with a day one that has reached the Home Office. It returns its number.
func (t *Tx) AddRepresentation(ctx context.Context, ref string, f casefile.LetterFromFields, drafter string,
	receivedOn clock.Date) (int, error) {
	var no int
	err := t.get(ctx, &no, `
		insert into representation (case_ref, no, from_kind, letter, drafter, received_on)
		select $1, 1 + greatest(max(no), struck_no('representation', $1)), $2, nullif($3, ''), nullif($4, ''), $5 from representation where case_ref = $1 returning no`,
		ref, f.From, f.Letter, drafter, receivedOn)
	return no, err
}

// RepresentationTwice reports whether a representation like another one is on record
// already: from the same source, with the same code, received on the same day.
func (t *Tx) RepresentationTwice(ctx context.Context, ref string, no int) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (select from representation r join representation o on o.case_ref = r.case_ref and o.no <> r.no and o.from_kind = r.from_kind
				and o.letter is not distinct from r.letter and o.received_on = r.received_on
			where r.case_ref = $1 and r.no = $2)`, ref, no)
	return yes, err
}

// ReturnDraft sends the minister's draft back to its drafter: what was checked,
// cleared or signed of it is so no more.
func (t *Tx) ReturnDraft(ctx context.Context, ref string, no int, by string, on clock.Date) error {
	return t.exec(ctx, `
		update representation set returned_on = $4, returned_by = $3, checker = null, cleared_by = null, signer = null, signed_on = null,
			signature_recorded_by = null, document = null
		where case_ref = $1 and no = $2`, ref, no, by, on)
}

// WithdrawDraft gives the minister's draft up, on record.
func (t *Tx) WithdrawDraft(ctx context.Context, ref string, no int, by string, on clock.Date) error {
	return t.exec(ctx, `update representation set withdrawn_on = $4, withdrawn_by = $3 where case_ref = $1 and no = $2`,
		ref, no, by, on)
}

// RedraftRepresentation takes up a returned draft again.
func (t *Tx) RedraftRepresentation(ctx context.Context, ref string, no int, drafter string) error {
	return t.exec(ctx, `update representation set drafter = $3, returned_on = null, returned_by = null where case_ref = $1 and no = $2`, ref, no, drafter)
}

// SignDraft records the signature under the minister's draft. recorder and
// document are of a wet signature that private office records, else empty.
func (t *Tx) SignDraft(ctx context.Context, ref string, no int, signer, recorder, document string,
	on clock.Date) error {
	return t.exec(ctx, `
		update representation set signer = $3, signature_recorded_by = nullif($4, ''), document = nullif($5, ''), signed_on = $6
		where case_ref = $1 and no = $2`, ref, no, signer, recorder, document, on)
}

// PassDraft records a step of the minister's office on its draft.
func (t *Tx) PassDraft(ctx context.Context, ref string, no int, act casefile.Act, person string) error {
	column, ok := map[casefile.Act]string{casefile.ActCheckDraft: "checker", casefile.ActClear: "cleared_by"}[act]
	if !ok {
		return casefile.Refuse(casefile.RefusedUnknownAct, string(act)+" is no step of a draft")
	}
	return t.exec(ctx, `update representation set `+column+` = $3 where case_ref = $1 and no = $2`, ref, no, person)
}

// ReceiveDraft records the day on which the minister's representation was sent.
func (t *Tx) ReceiveDraft(ctx context.Context, ref string, no int, on clock.Date) error {
	return t.exec(ctx, `update representation set received_on = $3 where case_ref = $1 and no = $2`, ref, no, on)
}

// AnswerRepresentation records the answer. It reports false if no such
// representation waits for one; one that asked for more still does.
func (t *Tx) AnswerRepresentation(ctx context.Context, ref string, no int, answer, by string, on clock.Date,
) (bool, error) {
	return t.execOne(ctx, `
		update representation set answer = $3, answered_by = $4, answered_on = $5
		where case_ref = $1 and no = $2 and received_on is not null and coalesce(answer, 'more') = 'more'`, ref, no, answer, by, on)
}

// RepresentationAccepted reports whether one of the representations was accepted.
func (t *Tx) RepresentationAccepted(ctx context.Context, ref string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `select exists (select from representation where case_ref = $1 and answer = 'accepted')`, ref)
	return yes, err
}
