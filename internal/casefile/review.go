package casefile

import (
	"slices"
	"time"

	"hame/internal/clock"
)

// ReviewSchema is the version of [Review] that this code writes. Every
// argument of a workflow carries its version, so that a later shape can tell.
const ReviewSchema = 1

// Review is the state of one family's review as its workflow carries it: ids,
// codes, days and instants, never a name or a text. It is rebuilt from the
// recorded facts by every activity that changes them, so that workflow and
// database can't drift apart.
type Review struct {
	Schema  int    `json:"schema"`
	Case    string `json:"case"`
	Lane    Lane   `json:"lane"`
	Council string `json:"council"` // GSS code
	RuleSet string `json:"rule_set,omitempty"`
	// DrawnAt is the business instant at which the family was drawn. The review
	// stamps nothing earlier.
	DrawnAt     time.Time  `json:"drawn_at"`
	ListingDate clock.Date `json:"listing_date"`
	ListingAt   time.Time  `json:"listing_at"` // the first instant of the listing date
	// Stage is the earliest unfinished stage. Opened holds every stage opened so
	// far, for evidence and welfare are open side by side.
	Stage    Stage   `json:"stage"`
	Opened   []Stage `json:"opened,omitempty"`
	Revision int     `json:"revision"`
	Ready    bool    `json:"ready,omitempty"`  // reconciled, triaged and with a case owner
	Signed   bool    `json:"signed,omitempty"` // the decision is signed
	Held     bool    `json:"held,omitempty"`
	Tasks    []Task  `json:"tasks,omitempty"`
	// Stuck is the code of a failure that no retry can mend; operations own it.
	Stuck string `json:"stuck,omitempty"`
	// RetryAt is when a stuck review tries again by itself, for a deployment may
	// have mended it.
	RetryAt   time.Time `json:"retry_at,omitzero"`
	Recovered bool      `json:"recovered,omitempty"`
	// CancelRequested says that somebody asked Temporal to cancel the review, which
	// has no effect on it: operations find it with verify.
	CancelRequested bool `json:"cancel_requested,omitempty"`

	// Head is the link of the case's chain that the last act made: what the record
	// had then can't be rewritten without Temporal showing it.
	Head Link `json:"head,omitzero"`

	// Shown is what the search attributes were last set to.
	Shown Shown `json:"shown"`
	// ContinueAfter, if not 0, makes the workflow continue as new after so many
	// acts and rungs, and not only when Temporal suggests it. Tests use it.
	ContinueAfter int `json:"continue_after,omitempty"`
}

// Link is a link of a chain: its number, and its hash in hexadecimal.
type Link struct {
	N    int    `db:"n" json:"n"`
	Hash string `db:"hash" json:"hash"`
}

// Shown is a review's face in the list of workflows.
type Shown struct {
	Stage    Stage     `json:"stage,omitempty"`
	Awaiting Party     `json:"awaiting,omitempty"`
	Next     time.Time `json:"next,omitzero"`
	Flags    []string  `json:"flags,omitempty"`
}

// Equal reports whether two faces are the same.
func (s Shown) Equal(o Shown) bool {
	return s.Stage == o.Stage && s.Awaiting == o.Awaiting && s.Next.Equal(o.Next) && slices.Equal(s.Flags, o.Flags)
}

// Agrees reports whether two readings of a review say the same: its stage, its
// facts, its tasks, and which rung of each is next and when. What only its workflow
// knows of itself does not count.
func (r Review) Agrees(o Review) bool {
	same := func(x, y Task) bool {
		at := x.Next.At.Equal(y.Next.At)
		x.Next.At, y.Next.At = time.Time{}, time.Time{}
		return at && x == y
	}
	return r.Stage == o.Stage && slices.Equal(r.Opened, o.Opened) && r.Revision == o.Revision && r.ListingDate == o.ListingDate &&
		r.Ready == o.Ready && r.Signed == o.Signed && r.Held == o.Held && slices.EqualFunc(r.Tasks, o.Tasks, same)
}

// HasOpened reports whether the stage has been opened.
func (r Review) HasOpened(s Stage) bool { return slices.Contains(r.Opened, s) }

// Finished reports whether a stage that was opened has nothing left to do.
func (r Review) Finished(s Stage) bool {
	if !r.HasOpened(s) {
		return false
	}
	switch {
	case s == Listed && !r.Ready, s == Decision && !r.Signed:
		return false
	case s == Service:
		return len(r.Tasks) == 0 // whatever has arrived, of whichever stage, holds the closing
	}
	return !slices.ContainsFunc(r.Tasks, func(t Task) bool { return t.Stage == s })
}

// MayOpen reports whether a stage may be opened at an instant: the one before is
// finished, a decision is signed before its service. A stage that was opened may be
// opened again, which does nothing.
func (r Review) MayOpen(s Stage, now time.Time) bool {
	if r.HasOpened(s) {
		return true
	}
	switch s {
	case Evidence:
		return r.Finished(Listed) && !now.Before(r.ListingAt)
	case Representation:
		return r.Finished(Evidence) && r.Finished(Welfare)
	case Decision:
		return r.Finished(Representation)
	case Service:
		return r.Finished(Decision)
	case Closed:
		return r.Finished(Service)
	}
	return false
}

// Between reports whether at an instant a stage is finished and the next is
// about to be opened.
func (r Review) Between(now time.Time) bool {
	switch {
	case r.Stuck != "" || r.Stage == Closed:
		return false
	case r.Stage == Listed:
		return r.Finished(Listed) && !now.Before(r.ListingAt)
	case r.Stage == Evidence || r.Stage == Welfare:
		return r.Finished(Evidence) && r.Finished(Welfare)
	}
	return r.Finished(r.Stage)
}

// Earliest returns the open task whose next rung comes first, and whether
// there is one. Ties go to the task opened first. A stopped clock has no next
// rung; whoever reviews the hold that stopped it has.
func (r Review) Earliest() (Task, bool) {
	var first Task
	found := false
	for _, t := range r.Tasks {
		if t.Stopped() {
			continue
		}
		if !found || t.Next.At.Before(first.Next.At) {
			first, found = t, true
		}
	}
	return first, found
}

// Face returns what the list of workflows should show: the stage, who is
// awaited and until when for the earliest rung, and coarse flags. Why a case is
// held is not among them (process.md, invariant 5).
func (r Review) Face() Shown {
	s := Shown{Stage: r.Stage}
	if t, ok := r.Earliest(); ok {
		s.Awaiting, s.Next = t.Awaiting, t.Next.At
	} else if r.Stage == Listed && r.Ready {
		s.Awaiting, s.Next = Caseworker, r.ListingAt // prepared, and waiting for its listing date
	}
	if r.Stuck != "" {
		s.Awaiting, s.Next = Operations, r.RetryAt
	}
	var overdue, escalated, provisional bool
	for _, t := range r.Tasks {
		overdue = overdue || t.Overdue
		escalated = escalated || t.Escalated
		provisional = provisional || t.Provisional
	}
	for _, f := range []struct {
		name string
		on   bool
	}{{"held", r.Held}, {"overdue", overdue}, {"escalated", escalated}, {"provisional_date", provisional}, {"stuck", r.Stuck != ""}, {"recovered", r.Recovered}, {"cancel_requested", r.CancelRequested}} {
		if f.on {
			s.Flags = append(s.Flags, f.name)
		}
	}
	return s
}
