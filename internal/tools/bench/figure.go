package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Figure is one number that was measured, beside what it could be at best,
// measured in the same run.
type Figure struct {
	Name     string  `json:"name"`
	Unit     string  `json:"unit"`
	Measured float64 `json:"measured"`
	// Floor is the same thing done by the least that could do it; 0 where there is none.
	Floor float64 `json:"floor,omitempty"`
	// Ratio is measured to floor, or floor to measured where more is better: 1 is as good as the floor.
	Ratio float64 `json:"ratio,omitempty"`
	Aim   *Aim    `json:"aim,omitempty"`
	// How says what both sides did.
	How   string `json:"how"`
	Parts []Part `json:"parts,omitempty"`
}

// Aim is what a figure should be. It is no condition: nothing fails where it is missed.
type Aim struct {
	Of    string  `json:"of"` // measured or ratio
	AtIs  string  `json:"is"` // at most or at least
	Value float64 `json:"value"`
	Met   bool    `json:"met"`
}

// Part is a share of a figure, or something that explains it.
type Part struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Note  string  `json:"note,omitempty"`
}

const (
	atMost  = "at most"
	atLeast = "at least"
)

// aims sets the aim, and whether it is met.
func (f Figure) aims(of, is string, value float64) Figure {
	got := f.Measured
	if of == "ratio" {
		got = f.Ratio
	}
	f.Aim = &Aim{of, is, value, (is == atMost && got <= value) || (is == atLeast && got >= value)}
	return f
}

// show writes the figures as a table, and the parts of each below it.
func show(w io.Writer, figures []Figure) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "FIGURE\tMEASURED\tFLOOR\tRATIO\tAIM\tMET\tUNIT")
	for _, f := range figures {
		aim, met, floor, ratio := "", "", "", ""
		if f.Aim != nil {
			aim, met = fmt.Sprintf("%s %s %s", f.Aim.Of, f.Aim.AtIs, number(f.Aim.Value)), "no"
			if f.Aim.Met {
				met = "yes"
			}
		}
		if f.Floor != 0 {
			floor, ratio = number(f.Floor), fmt.Sprintf("%.2f", f.Ratio)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, number(f.Measured), floor, ratio, aim, met, f.Unit)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, f := range figures {
		fmt.Fprintf(w, "\n%s\n  %s\n", f.Name, f.How)
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		for _, p := range f.Parts {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", p.Name, number(p.Value), p.Note)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func number(x float64) string {
	switch {
	case x == float64(int64(x)):
		return fmt.Sprint(int64(x))
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	}
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f", x), "0"), ".")
}
