package casefile

import "errors"

// RefusalCode says why an act was refused. It is what the database keeps and
// Temporal carries; the words are for the person at the command line.
type RefusalCode string

// The codes of refusal.
const (
	RefusedUnknownAct     RefusalCode = "unknown_act"
	RefusedUnknownCommand RefusalCode = "unknown_command" // no row of this id, case and kind: a forged Update
	RefusedRole           RefusalCode = "role"
	RefusedFourEyes       RefusalCode = "four_eyes"
	RefusedTooEarly       RefusalCode = "too_early"
	RefusedTooLate        RefusalCode = "too_late"
	RefusedSigned         RefusalCode = "already_signed"
	RefusedClosed         RefusalCode = "closed"
	RefusedStuck          RefusalCode = "stuck"
	RefusedFuture         RefusalCode = "future_date"
	RefusedBefore         RefusalCode = "before_its_cause" // attested for a day before what it follows from
	RefusedUnconfirmed    RefusalCode = "unconfirmed"      // asked back: typed again with a confirmation it is taken
	RefusedFields         RefusalCode = "fields"
	RefusedNoSubject      RefusalCode = "no_such_subject"
	RefusedNothingOpen    RefusalCode = "nothing_open"
	RefusedAlreadyDone    RefusalCode = "already_done"
	RefusedBlocked        RefusalCode = "blocked"
	RefusedStale          RefusalCode = "stale_revision"
	RefusedGap            RefusalCode = "reason_rests_on_gap"
	RefusedUnlisted       RefusalCode = "unlisted"
	RefusedConstraint     RefusalCode = "constraint"
	RefusedNotStruck      RefusalCode = "not_struck"  // an act that can't be struck, or not any more
	RefusedRestsOn        RefusalCode = "rests_on_it" // a later act rests on it
)

// Refusal is an act that a rule does not allow. Detail is plain words without
// anything personal, for it is written where anyone who may act can read it.
type Refusal struct {
	Code   RefusalCode `json:"code"`
	Detail string      `json:"detail"`
	// Blocks names what blocks a signature, when that is why.
	Blocks []Block `json:"blocks,omitempty"`
}

// Error says what was refused and why.
func (r *Refusal) Error() string { return r.Detail + " (" + string(r.Code) + ")" }

// Refuse makes a refusal.
func Refuse(code RefusalCode, detail string) *Refusal { return &Refusal{Code: code, Detail: detail} }

// AsRefusal finds the refusal in an error, if it holds one.
func AsRefusal(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}
