package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
)

// publish keeps search attributes and details current. It waits until nothing is under
// way, so that an act that also opens the next stage writes the attributes once.
func (r *review) publish(ctx workflow.Context) {
	shown := -1
	for {
		_ = workflow.Await(ctx, func() bool { return r.busy == 0 && r.steps != shown })
		shown = r.steps
		r.show(ctx)
	}
}

// show writes search attributes and details as the state has them. Attributes are
// written only when one of them changes, because each write is an event.
func (r *review) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, details(r.Review))
	current := r.Face()
	if current.Equal(r.Shown) {
		return
	}
	updates := attributes(current)
	r.Shown = current
	if err := workflow.UpsertTypedSearchAttributes(ctx, updates...); err != nil {
		workflow.GetLogger(ctx).Error("search attributes were not written", "case", r.Case, "error", err)
	}
}

// details says in a few lines of Markdown what the case waits for: stage, who
// must act, by when. It names no person and no reason for a hold.
func details(r casefile.Review) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** · %s lane · revision %d\n\n", r.Stage, r.Lane, r.Revision)
	switch {
	case r.Stuck != "":
		fmt.Fprintf(&b, "**Stuck** (%s): operations must mend it; tried again at %s.\n\n", r.Stuck,
			r.RetryAt.UTC().Format(time.RFC3339))
	case r.Stage == casefile.Closed:
		b.WriteString("Closed. Nothing is awaited.\n")
	case r.Stage == casefile.Listed:
		fmt.Fprintf(&b, "Listing date %s.\n\n", r.ListingDate)
	}
	tasks := slices.Clone(r.Tasks)
	slices.SortStableFunc(tasks, func(x, y casefile.Task) int {
		return cmp.Or(cmp.Compare(stopped(x), stopped(y)), x.DueOn.Compare(y.DueOn))
	})
	for _, t := range tasks {
		rule, _ := t.Kind.Rule()
		what := rule.InWords
		if t.Stopped() {
			fmt.Fprintf(&b, "- **stopped** by a hold, %s: %s%s\n", t.Awaiting.InWords(), what, subjectOf(t))
			continue
		}
		if t.Kind == casefile.TaskHold {
			what = "held, review on " + t.DueOn.String()
		}
		what += subjectOf(t)
		fmt.Fprintf(&b, "- by **%s**, %s: %s", t.DueOn, t.Awaiting.InWords(), what)
		for _, mark := range []struct {
			on   bool
			word string
		}{{t.Overdue, "overdue"}, {t.Escalated, "escalated"}, {t.Provisional, "provisional day"}} {
			if mark.on {
				b.WriteString(" · " + mark.word)
			}
		}
		fmt.Fprintf(&b, " · next: %s\n", t.Next.Kind)
	}
	return b.String()
}

// stopped orders stopped clocks after those that run.
func stopped(t casefile.Task) int {
	if t.Stopped() {
		return 1
	}
	return 0
}

func subjectOf(t casefile.Task) string {
	if t.Subject == 0 {
		return ""
	}
	return fmt.Sprintf(" (/%d)", t.Subject)
}
