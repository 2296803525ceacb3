package main

import (
	"fmt"
	"io"
	"strings"

	"hame/internal/casefile"
)

// writeSlips writes for each act whether it can be struck, until when, by whom and what
// follows, or what puts a mistake right. The same program writes the same text.
func writeSlips(w io.Writer) error {
	var b strings.Builder
	b.WriteString("<!-- Written by `make reference` from the program itself. -->\n\n# What was entered by mistake\n\n" +
		"What becomes of an act that was entered by mistake. [process.md](process.md#slips) says what holds for all of them.\n" +
		"*Alone* is its author on the same business day; *two* are two officers in any case. Later, for another's act, or where\n" +
		"a proposal waits or a decision is signed, it takes two for all of them. After the signature nothing is asked again that\n" +
		"it was signed on.\n\n" +
		"| act | struck until | on the same day | what follows | otherwise |\n|---|---|---|---|---|\n")
	for _, r := range casefile.ActRules {
		until, who := "never", ""
		if r.Slip.CanBeStruck() {
			until, who = string(r.Slip.Until), "alone"
			if r.Slip.Until == casefile.Decision {
				until = "the signature"
			}
			if r.Slip.Two {
				who = "two"
			}
		}
		fmt.Fprintf(
			&b,
			"| `%s %s` | %s | %s | %s | %s |\n",
			r.Group(),
			r.Verb(),
			until,
			who,
			r.Slip.Follows,
			r.Slip.Instead,
		)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
