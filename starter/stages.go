package main

import (
	"fmt"
	"io"
	"strings"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/policy"

	"github.com/spf13/cobra"
)

// stagePages are the stages of the generated page, with what ends each and the files
// in which its part of the process stands.
var stagePages = []struct {
	stage casefile.Stage
	ends  string
	files []string
}{
	{casefile.Listed, "on the listing date, when the case has an owner and is reconciled and triaged",
		[]string{"workflows/listed.go", "activities/acts_listed.go", "activities/open_review.go"}},
	{casefile.Evidence, "when every provider has answered, or its deadline has passed and the gap is recorded",
		[]string{"workflows/evidence.go", "activities/acts_evidence.go", "activities/acts_letters.go",
			"activities/open_stage.go"}},
	{casefile.Welfare, "when each child's check is signed, or waived",
		[]string{"workflows/welfare.go", "activities/acts_welfare.go"}},
	{casefile.Representation, "when the minister has represented or declined, or the window has passed",
		[]string{"workflows/representation.go", "activities/acts_representation.go"}},
	{casefile.Decision, "when a decision is signed, with a second officer where one is due",
		[]string{"workflows/decision.go", "activities/acts_decision.go", "internal/casefile/blocks.go",
			"internal/casefile/second.go"}},
	{casefile.Service, "when each person is served and has the document, or no appeal was found, and nothing that arrived is left",
		[]string{"workflows/service.go", "activities/acts_service.go"}},
	{casefile.Closed, "not at all: what arrives opens a task",
		[]string{"activities/closed.go", "activities/acts_facts.go", "activities/acts_flags.go", "activities/acts_clock.go",
			"activities/acts_post.go", "activities/acts_person.go", "activities/acts_second.go", "internal/casefile/household.go",
			"activities/acts_strike.go", "activities/take_back.go", "activities/acts_breach.go"}},
}

// writeStages writes for each stage its tasks with their days, the acts that are open
// from it on, and its files. The same program writes the same text.
func writeStages(w io.Writer, root *cobra.Command) error {
	sets, err := policy.Embedded()
	if err != nil {
		return err
	}
	var operative []*policy.RuleSet
	for _, s := range sets {
		if s.Use == policy.Operative {
			operative = append(operative, s)
		}
	}
	var b strings.Builder
	b.WriteString("<!-- Written by `make reference` from the program itself. -->\n\n# The stages\n\n" +
		"For each stage: what ends it, its tasks and their days, the acts that are open from it on, and the files in which\n" +
		"it stands. The rows are those of [domain.md](domain.md#section-6.2), and [process.md](process.md) says the rest.\n" +
		"Days are written as budget, reminder after, escalation after; the calendar is that of the office that must act.\n" +
		"wd is working days, cd calendar days.\n")
	typed := func(act casefile.Act) string {
		if c := commandOf(root, act); c != nil {
			return "`" + strings.TrimPrefix(c.CommandPath(), root.Name()+" ") + "`"
		}
		return string(act)
	}
	for _, p := range stagePages {
		title := string(p.stage)
		if p.stage == casefile.Closed {
			title = "any stage, and closed"
		}
		fmt.Fprintf(&b, "\n## %s\n\nEnds %s.\n\nFiles: ", title, p.ends)
		for i, f := range p.files {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "[%s](../%s)", f, f)
		}
		b.WriteString("\n\n| row | task | awaits | escalates to")
		for _, s := range operative {
			b.WriteString(" | days, " + string(s.Lane))
		}
		b.WriteString(" | ended by |\n|---|---|---|---|" + strings.Repeat("---|", len(operative)) + "---|\n")
		for _, r := range casefile.TaskRules {
			if r.Stage != p.stage {
				continue
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s", r.Row, r.InWords, r.Awaiting.InWords(), r.EscalateTo.InWords())
			for _, s := range operative {
				budget, reminder, escalation, err := s.Days(r.Kind)
				if err != nil {
					return err
				}
				b.WriteString(" | " + inDays(budget, reminder, escalation))
			}
			var by []string
			for _, act := range r.Kind.EndedBy() {
				by = append(by, typed(act))
			}
			fmt.Fprintf(&b, " | %s |\n", cli.OrNone(strings.Join(by, ", ")))
		}
		acts := ""
		for _, r := range casefile.ActRules {
			from := r.From
			if from == casefile.Unlisted || r.From == casefile.Listed && r.Until == casefile.Closed {
				from = casefile.Closed
			}
			if from == p.stage {
				acts += fmt.Sprintf("| %s | %s | %s |\n", typed(r.Act), r.InWords, whoMay(commandOf(root, r.Act)))
			}
		}
		if acts != "" {
			b.WriteString("\n| act | what it does | who |\n|---|---|---|\n" + acts)
		}
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// inDays writes how long a task has.
func inDays(b clock.Budget, reminder, escalation int) string {
	unit := "wd"
	if b.Unit == clock.CalendarDays {
		unit = "cd"
	}
	s := fmt.Sprintf("%d %s", b.Days, unit)
	if reminder > 0 {
		s += fmt.Sprintf(", reminds %d", reminder)
	}
	if escalation > 0 {
		s += fmt.Sprintf(", escalates %d", escalation)
	}
	return s
}
