package cli

import (
	"context"
	"fmt"
	"strings"

	"hame/internal/contract"
)

// Result is what became of one of a list.
type Result string

// The results, in the order of a summary.
const (
	CouldBeSent  Result = "could be sent"
	Recorded     Result = "recorded"
	Before       Result = "recorded before"
	Filed        Result = "filed"
	Refused      Result = "refused"
	NotDelivered Result = "saved, not delivered"
	Failed       Result = "failed"
	NotTried     Result = "not tried"
)

var results = []Result{CouldBeSent, Recorded, Before, Filed, Refused, NotDelivered, Failed, NotTried}

// Outcome is what became of one of a list, as it is printed.
type Outcome struct {
	Reference string `json:"reference"`
	Result    Result `json:"result"`
	Detail    string `json:"detail,omitempty"`
	contract.Receipt
	Err error `json:"-"`
}

// Line is the outcome on a line of its own.
func (o Outcome) Line() string {
	return strings.TrimSuffix(fmt.Sprintf("%s: %s: %s", o.Reference, o.Result, o.Detail), ": ")
}

// ListError says that not all of a list was recorded. It holds the gravest error.
type ListError struct {
	Words   string
	Gravest error
}

// Error sums the list up.
func (e *ListError) Error() string { return e.Words }

// Unwrap returns the gravest error.
func (e *ListError) Unwrap() error { return e.Gravest }

// undeliveredInARow stops a list after so many acts that were saved and not delivered:
// each is waited for, and after three of them no worker runs.
const undeliveredInARow = 3

// EachOf does something to each of a list in turn, and tells what became of it. It goes
// on after a refusal. It stops after an error that the rest of the list will meet too,
// which isGone tells, and where nothing is delivered; stopped is why.
func EachOf[T fmt.Stringer](ctx context.Context, list []T, do func(context.Context, T) Outcome, tell func(Outcome),
	isGone func(error) bool) (all []Outcome, stopped error) {
	all = []Outcome{}
	undelivered := 0
	for _, t := range list {
		if stopped != nil {
			all = append(all, Outcome{Reference: t.String(), Result: NotTried})
			continue
		}
		o := do(ctx, t)
		undelivered++
		if o.Result != NotDelivered {
			undelivered = 0
		}
		if isGone(o.Err) || ctx.Err() != nil || undelivered == undeliveredInARow {
			stopped = o.Err
		}
		tell(o)
		all = append(all, o)
	}
	return all, stopped
}

// Summary counts a list's outcomes: how many were recorded and refused always, the
// others if there are any.
func Summary(all []Outcome) string {
	count := map[Result]int{}
	for _, o := range all {
		count[o.Result]++
	}
	var parts []string
	for _, result := range results {
		always := count[CouldBeSent] == 0 && (result == Recorded || result == Refused)
		if count[result] > 0 || always {
			parts = append(parts, fmt.Sprintf("%d %s", count[result], result))
		}
	}
	return strings.Join(parts, ", ")
}
