package scenario

import (
	"fmt"
	"strings"

	"hame/internal/casefile"
)

// Page is the page that shows how often the stories try each event in each stage: legal cells
// by their number, illegal ones with a cross.
func Page(all []Scenario) string {
	var b strings.Builder
	cells := Cells(all)
	fmt.Fprintf(&b, "<!-- Written by `make reference` from the stories. -->\n\n# What the stories try\n\n"+
		"%d stories in [internal/scenario/stories](../internal/scenario/stories) say who does what when, and what is then true.\n"+
		"`make test` plays each on the virtual clock. This page counts how often each event of [events.md](events.md) is tried\n"+
		"in each stage; a cross marks a cell in which it is refused. What comes for an unlisted family is tried by the tests of\n"+
		"the command line and of the whole system.\n\n| event |", len(all))
	stages := casefile.Stages[1:]
	for _, s := range stages {
		b.WriteString(" " + string(s) + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(stages)) + "\n")
	for _, r := range casefile.Events() {
		fmt.Fprintf(&b, "| `%s %s` |", r.Group(), r.Verb())
		for _, s := range stages {
			cell, _ := r.At(s)
			mark := ""
			if cell == casefile.CellRefused {
				mark = "× "
			}
			fmt.Fprintf(&b, " %s%d |", mark, cells[CellOf{r.Act, s}])
		}
		b.WriteString("\n")
	}
	return b.String()
}
