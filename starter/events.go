package main

import (
	"fmt"
	"io"
	"strings"

	"hame/internal/casefile"
)

// writeEvents writes the table of events by stage: what becomes of each, and what is allowed
// instead. The same program writes the same text.
func writeEvents(w io.Writer) error {
	var b strings.Builder
	b.WriteString("<!-- Written by `make reference` from the program itself. -->\n\n# Events by stage\n\n" +
		"What happens to a family over the years is recorded by these acts; [process.md](process.md#families) says what\n" +
		"follows from each. *Opens* is an event that opens the review of an unlisted family, *filed* one that is kept with a\n" +
		"closed case for a senior caseworker, and *no* one that is refused. The facts of a case may refuse what its stage allows.\n\n" +
		"| event |")
	for _, s := range casefile.Stages {
		b.WriteString(" " + string(s) + " |")
	}
	b.WriteString(" two officers | instead |\n|---|" + strings.Repeat("---|", len(casefile.Stages)) + "---|---|\n")
	words := map[casefile.Cell]string{casefile.CellAllowed: "yes", casefile.CellOpens: "opens", casefile.CellFiled: "filed",
		casefile.CellRefused: "no"}
	for _, r := range casefile.Events() {
		fmt.Fprintf(&b, "| `%s %s` |", r.Group(), r.Verb())
		for _, s := range casefile.Stages {
			cell, _ := r.At(s)
			b.WriteString(" " + words[cell] + " |")
		}
		two := ""
		if r.TakesTwo() {
			two = "yes"
		}
		fmt.Fprintf(&b, " %s | %s |\n", two, r.Instead)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
