// Package contract is what travels between Hame's programs and Temporal: the names of
// workflows, Updates, queries and signals, workflow ids, arguments and answers, and the
// search attributes. Every program that starts, reaches or runs a workflow takes them
// from here.
// They are part of every open review's history: what stands here is never renamed.
package contract

import (
	"fmt"

	"hame/internal/casefile"
)

// The names of the workflows.
const (
	CaseReviewWorkflow    = "CaseReview"
	ClearBacklogWorkflow  = "ClearBacklog"
	ApplyCalendarWorkflow = "ApplyCalendar"
)

// BacklogID is the workflow id of a lane's ClearBacklog: one per lane, so that a
// second start finds the first. A review's id is its case reference.
func BacklogID(lane casefile.Lane) string { return "clear-backlog-" + string(lane) }

// CalendarID is the workflow id of the moving of deadlines for a change of the calendars.
func CalendarID(application int64) string { return fmt.Sprintf("apply-calendar-%d", application) }

// The queries: the state of a review, and of a lane's backlog.
const (
	ReviewQuery  = "review"
	BacklogQuery = "backlog"
)

// The Updates that are no person's act. They need no command and carry nothing: they
// state no fact, and sent twice or by anybody they do no harm. An Update of a person's
// act is named after the act.
const (
	// TakeStockUpdate has a review refresh from the record.
	TakeStockUpdate = "take-stock"
	// MoveDeadlinesUpdate has a review work out its deadlines by the calendars in force.
	MoveDeadlinesUpdate = "move-deadlines"
)

// TryAgainSignal has an ApplyCalendar try at once what could not be moved before.
const TryAgainSignal = "try-again"

// RefusedError is the type of the application error with which a validator refuses an
// Update; its details are the [casefile.Refusal].
const RefusedError = "refused"
