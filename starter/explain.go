package main

import (
	"fmt"
	"io"
	"strings"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/store"
)

func (e explanation) write(w io.Writer) {
	fmt.Fprintln(w, e.Where)
	for _, why := range e.Why {
		fmt.Fprintln(w, why)
	}
	for _, task := range e.Awaiting {
		fmt.Fprintf(w, "  - %s\n", task.Words)
	}
	for _, words := range e.Happened {
		fmt.Fprintln(w, words)
	}
	if e.Link != "" {
		fmt.Fprintln(w, e.Link)
	}
}

// explanation says in plain words why a case is where it is.
type explanation struct {
	Case     string            `json:"case"`
	Stage    casefile.Stage    `json:"stage"`
	Where    string            `json:"where"`
	Why      []string          `json:"why"`
	Awaiting []explanationTask `json:"awaiting"`
	Happened []string          `json:"happened,omitempty"` // what has become of its decisions and checks
	Link     string            `json:"link,omitempty"`
}

type explanationTask struct {
	Kind  casefile.TaskKind `json:"kind"`
	From  casefile.Party    `json:"from"`
	By    clock.Date        `json:"by"`
	Words string            `json:"words"`
}

var stageInWords = map[casefile.Stage]string{
	casefile.Unlisted:       "not yet listed",
	casefile.Listed:         "being prepared for its listing date",
	casefile.Evidence:       "gathering evidence, with each child's welfare check beside it",
	casefile.Welfare:        "waiting for the children's welfare checks",
	casefile.Representation: "open for the Scottish minister to represent the family",
	casefile.Decision:       "with the Home Office for decision",
	casefile.Service:        "decided, and being served and carried out",
	casefile.Closed:         "closed",
}

func explain(f caseFile) explanation {
	e := explanation{Case: f.Case, Stage: f.Stage, Where: fmt.Sprintf("%s is %s.", f.Case, stageInWords[f.Stage])}
	today := clock.DateOf(f.Now)
	say := func(format string, args ...any) { e.Why = append(e.Why, fmt.Sprintf(format, args...)) }
	tell := func(format string, args ...any) { e.Happened = append(e.Happened, fmt.Sprintf(format, args...)) }
	switch {
	case f.Stuck != "":
		say("It is stuck (%s): operations must mend it; no deadline is lost meanwhile.", f.Stuck)
	case f.Stage == casefile.Unlisted && f.Held:
		say("It is the second file of a family that stands twice, and is held until files can be merged. The senior caseworker reviews the hold: duplicate list.")
	case f.Stage == casefile.Unlisted && f.Duplicate:
		say("The family may stand twice in the backlog; a caseworker must resolve that before it is listed: duplicate list. Operations own it.")
	case f.Stage == casefile.Unlisted:
		if w := f.Waits; w != nil {
			say("It waits in the order of listing, which is drawn afresh each week: place %d of %d on %s. At this pace its listing date would be %s. Operations own it.", w.Place, w.Waiting, w.DrawnOn, w.ListingOn)
		} else {
			say("It waits in the order of listing, which is drawn afresh each week. It has no place, and no forecast, yet. Operations own it.")
		}
	case f.Stage == casefile.Listed && len(f.Tasks) == 0:
		say("It is prepared: the review of the evidence begins on its listing date, %s.", f.ListingDate)
	case f.Stage == casefile.Listed:
		say("Before its listing date, %s, it needs an owner, the comparison with the paper file, and triage.", f.ListingDate)
	case f.Stage == casefile.Closed && f.Rollup != "":
		say("Decision %s, signed on %s, served and carried out.", f.Rollup, f.SignedOn)
	}
	if f.Stage == casefile.Closed && len(f.Tasks) == 0 {
		say("Nothing is awaited.")
	}
	for _, words := range f.replaced() {
		tell("%s.", strings.ToUpper(words[:1])+words[1:])
	}
	if words := f.waitsForSecond(); words != "" {
		say("%s waits for a second officer: until it is agreed to, decision %d stands.", words, len(f.Decisions))
	}
	if f.Held && f.Stage != casefile.Unlisted {
		say("The case is held: a refusal can't be signed.")
	}
	for _, w := range f.Waivers {
		tell("The welfare check of /%d was waived on %s: only a grant can be signed.", w.Person, w.GivenOn)
	}
	for _, o := range f.Outcomes {
		if words := o.fell(); words != "" {
			tell("The decision on /%d %s. It does not decide them any more.", o.Person, words)
		}
	}
	if g := f.Tracing; g != nil {
		left := g.remaining()
		say("Contact is lost, and the family is traced since %s: %d of %d steps are taken.", g.BeganOn,
			len(casefile.TraceSteps)-len(left), len(casefile.TraceSteps))
		if len(left) > 0 {
			say("These steps remain: %s.", strings.Join(left, ", "))
		}
		if !g.ArchivedOn.IsZero() {
			say("It was archived on %s: the review goes no further until the family is found.", g.ArchivedOn)
		}
	}
	for _, w := range f.Windows {
		if w.ClosedOn.IsZero() && !w.ClosesOn.Before(today) {
			say("The removal window of /%d opens on %s and closes on %s; any event but a step of a return closes it before.",
				w.Person, w.OpensOn, w.ClosesOn)
		}
	}
	if words := f.nextThreshold(); words != "" {
		say("%s", words)
	}
	if len(f.Tasks) > 0 {
		say("It waits for:")
	}
	for _, t := range f.Tasks {
		e.Awaiting = append(e.Awaiting, explanationTask{t.Kind, t.Awaiting, t.DueOn, explainTask(t, f.Owner, today)})
	}
	return e
}

func explainTask(t store.TaskRow, owner string, today clock.Date) string {
	var b strings.Builder
	if t.NextAt == nil {
		return fmt.Sprintf("the %s to %s: its clock is stopped by a hold, and goes on with what is left when that ends",
			t.Awaiting.InWords(), taskName(t))
	}
	fmt.Fprintf(&b, "the %s to %s, by %s", t.Awaiting.InWords(), taskName(t), t.DueOn)
	if t.Provisional {
		b.WriteString(" (provisional: that year's holidays are not published)")
	}
	if late := today.DaysSince(t.DueOn); t.Overdue && late > 0 {
		fmt.Fprintf(&b, ": overdue by %d days", late)
	}
	if t.Escalated {
		b.WriteString(", escalated")
	}
	rule, _ := t.Kind.Rule()
	next := ""
	switch {
	case t.NextRung == casefile.Reminder:
		next = "a reminder"
	case t.NextRung == casefile.Due && rule.OnDue == casefile.EffectGap, t.NextRung == casefile.Escalation &&
		rule.OnEscalation == casefile.EffectGap:
		next = "the gap is recorded and the review goes on"
	case t.NextRung == casefile.Due && rule.OnDue == casefile.EffectLapse:
		next = "the window ends"
	case t.NextRung == casefile.Due && rule.OnDue == casefile.EffectSearchAppeal:
		next = "a caseworker looks for an appeal"
	case t.NextRung == casefile.Due && rule.OnDue == casefile.EffectSettle:
		next = "two officers settle the withdrawal"
	case t.NextRung == casefile.Due && rule.OnDue == casefile.EffectContact:
		next = "a caseworker must reach the family in person"
	case t.NextRung == casefile.Due:
		next = "it is marked overdue"
	case t.NextRung == casefile.Escalation:
		next = "it goes to the " + rule.EscalateTo.InWords()
	case t.NextRung == casefile.Diary:
		next = "it comes up again in the diary"
	}
	fmt.Fprintf(&b, "; after %s %s", cli.PassedDay(t.NextAt), next)
	if !t.Awaiting.IsRole() {
		fmt.Fprintf(&b, "; case owner %s chases it", cli.OrNone(owner))
	}
	return b.String()
}
