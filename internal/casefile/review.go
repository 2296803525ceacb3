package casefile

import (
	"slices"
	"time"

	"hame/internal/clock"
)

// ReviewSchema is the version of [Review] that this code writes.
const ReviewSchema = 1

// Review is the state of one family's review as its workflow carries it: ids, codes,
// days and instants, never a name or a text.
type Review struct {
	Facts
	Run
}

// Facts are what the record says of a review. Every activity that changes the record
// rebuilds them from it whole, so that workflow and database can't drift apart.
type Facts struct {
	Case    string `json:"case"`
	Lane    Lane   `json:"lane"`
	Council string `json:"council"` // GSS code
	// MovedTo is the council that has accepted the family under its review; empty if none has.
	MovedTo string `json:"moved_to,omitempty"`
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
	// Over says that nobody of the family is left to decide about, and nobody was decided:
	// each has an administrative end. The review is closed without a decision.
	Over bool `json:"over,omitempty"`
	// Archived says that the family was traced for at least six months and not found. The
	// review goes no further until it is; it is traced again every six months.
	Archived bool `json:"archived,omitempty"`
	// Struck says that an act was struck: days that were shown before are looked at when a
	// deadline begins anew.
	Struck bool   `json:"struck,omitempty"`
	Tasks  []Task `json:"tasks,omitempty"`
	// NextThreshold is the instant of the earliest threshold of the family's people that the
	// review has yet to meet ([Threshold]); zero if none is to come. Whose it is, and which,
	// is not said here.
	NextThreshold time.Time `json:"next_threshold,omitzero"`
	// Stuck is the code of a failure that no retry can mend; operations own it.
	Stuck     string `json:"stuck,omitempty"`
	Recovered bool   `json:"recovered,omitempty"`
}

// Run is what a workflow knows of itself and no record holds.
type Run struct {
	// Schema is the version of this state, so that a later shape can tell.
	Schema int `json:"schema"`
	// RetryAt is when a stuck review tries again by itself, for a deployment may
	// have mended it.
	RetryAt time.Time `json:"retry_at,omitzero"`
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

// NewReview is the state with which the review of a family is started that was drawn
// at an instant, for a listing date.
func NewReview(ref string, lane Lane, council string, drawnAt time.Time, listingDate clock.Date) Review {
	return Review{Run: Run{Schema: ReviewSchema}, Facts: Facts{Case: ref, Lane: lane, Council: council,
		DrawnAt: drawnAt, ListingDate: listingDate, ListingAt: listingDate.Start(), Stage: Listed}}
}

// FromRecord is the state with which a review is started again from its record.
func FromRecord(f Facts) Review { return Review{Facts: f, Run: Run{Schema: ReviewSchema}} }

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
	// Council is shown anew when the family has moved; empty while it is that of the start.
	Council string `json:"council,omitempty"`
}

// Equal reports whether two faces are the same.
func (s Shown) Equal(o Shown) bool {
	return s.Stage == o.Stage && s.Awaiting == o.Awaiting && s.Next.Equal(o.Next) && s.Council == o.Council &&
		slices.Equal(s.Flags, o.Flags)
}

// Agrees reports whether two readings of a review say the same: its stage, its
// facts, its tasks, and which rung of each is next and when. What only its workflow
// knows of itself does not count.
func (f Facts) Agrees(o Facts) bool {
	same := func(x, y Task) bool {
		at := x.Next.At.Equal(y.Next.At)
		x.Next.At, y.Next.At = time.Time{}, time.Time{}
		return at && x == y
	}
	return f.Stage == o.Stage && slices.Equal(f.Opened, o.Opened) && f.Revision == o.Revision &&
		f.ListingDate == o.ListingDate && f.Council == o.Council &&
		f.Ready == o.Ready && f.Signed == o.Signed && f.Held == o.Held && f.Over == o.Over &&
		f.Archived == o.Archived && slices.EqualFunc(f.Tasks, o.Tasks, same)
}

// HasOpened reports whether the stage has been opened.
func (f Facts) HasOpened(s Stage) bool { return slices.Contains(f.Opened, s) }

// Finished reports whether a stage that was opened has nothing left to do.
func (f Facts) Finished(s Stage) bool {
	if !f.HasOpened(s) || f.Archived {
		return false // whom nobody has found waits where they were lost
	}
	switch {
	case s == Listed && !f.Ready, s == Decision && !f.Signed:
		return false
	case s == Service:
		// Something that has arrived holds the closing, of every stage.
		return !slices.ContainsFunc(f.Tasks, func(t Task) bool { return !t.Kind.OnlyTells() })
	}
	return !slices.ContainsFunc(f.Tasks, func(t Task) bool { return t.Stage == s })
}

// Ended reports whether a review in which nobody is left to decide about can be closed:
// nothing waits but the review of a hold, which has lost its object.
func (f Facts) Ended() bool {
	return f.Over && !slices.ContainsFunc(f.Tasks, func(t Task) bool { return t.Kind != TaskHold && !t.Kind.OnlyTells() })
}

// MayOpen reports whether a stage may be opened at an instant: the one before is
// finished, a decision is signed before its service. A stage that was opened may be
// opened again, which does nothing. Exception: where nobody is left to decide about, only
// the closing is opened.
func (f Facts) MayOpen(s Stage, now time.Time) bool {
	if f.HasOpened(s) {
		return true
	}
	if f.Over {
		return s == Closed && f.Ended()
	}
	switch s {
	case Evidence:
		return f.Finished(Listed) && !now.Before(f.ListingAt)
	case Representation:
		return f.Finished(Evidence) && f.Finished(Welfare)
	case Decision:
		return f.Finished(Representation)
	case Service:
		return f.Finished(Decision)
	case Closed:
		return f.Finished(Service)
	}
	return false
}

// Between reports whether at an instant a stage is finished and the next is
// about to be opened.
func (f Facts) Between(now time.Time) bool {
	switch {
	case f.Stuck != "" || f.Stage == Closed:
		return false
	case f.Over:
		return f.Ended()
	case f.Stage == Listed:
		return f.Finished(Listed) && !now.Before(f.ListingAt)
	case f.Stage == Evidence || f.Stage == Welfare:
		return f.Finished(Evidence) && f.Finished(Welfare)
	}
	return f.Finished(f.Stage)
}

// Earliest returns the open task whose next rung comes first, and whether
// there is one. Ties go to the task opened first. A stopped clock has no next
// rung; the task to review the hold that stopped it has one.
func (f Facts) Earliest() (Task, bool) {
	var first Task
	found := false
	for _, t := range f.Tasks {
		if t.Stopped() {
			continue
		}
		if !found || t.Next.At.Before(first.Next.At) {
			first, found = t, true
		}
	}
	return first, found
}

// Front returns the instant to which the review's one timer is set, and whether there is
// one: that of the earliest rung, or of a threshold that comes before it. With no task
// open a stage is about to be opened, or the family waits for its listing date: then only
// a threshold before that day counts, for else the timer would be set and at once replaced.
func (f Facts) Front() (at time.Time, threshold, ok bool) {
	task, open := f.Earliest()
	before := task.Next.At
	if !open {
		before = f.ListingAt
	}
	if !f.NextThreshold.IsZero() && f.NextThreshold.Before(before) && (open || f.Stage == Listed) {
		return f.NextThreshold, true, true
	}
	return task.Next.At, false, open
}

// Face returns what the list of workflows should show: the stage, who is
// awaited and until when for the earliest rung, and coarse flags. Why a case is
// held is not among them (process.md, invariant 5).
func (r Review) Face() Shown {
	s := Shown{Stage: r.Stage, Council: r.MovedTo}
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
	}{{"held", r.Held}, {"overdue", overdue}, {"escalated", escalated}, {"provisional_date", provisional},
		{"stuck", r.Stuck != ""}, {"recovered", r.Recovered}, {"cancel_requested", r.CancelRequested}} {
		if f.on {
			s.Flags = append(s.Flags, f.name)
		}
	}
	return s
}
