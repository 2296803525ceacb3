package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Reference is REF, or REF/N.
func Reference(ref string, no int) string {
	if no == 0 {
		return ref
	}
	return fmt.Sprintf("%s/%d", ref, no)
}

// Suffix names the person or thing that a task is about: " (/2)", or nothing for a whole case.
func Suffix(subject int) string {
	if subject == 0 {
		return ""
	}
	return fmt.Sprintf(" (/%d)", subject)
}

// TaskSuffix is [Suffix] for a task: of a request and of an act that a task is about, it says so.
func TaskSuffix(kind casefile.TaskKind, subject int) string {
	switch {
	case kind == casefile.TaskConfirm:
		return fmt.Sprintf(" (request %d)", subject)
	case kind == casefile.TaskStrike:
		return fmt.Sprintf(" (act %d)", subject)
	}
	return Suffix(subject)
}

// About names whom something is about: a person by their number, or the family.
func About(person int) string {
	if person == 0 {
		return "family"
	}
	return fmt.Sprintf("/%d", person)
}

// PassedDay is the day whose passing the next rung of a clock waits for, the zero Date
// while the clock is stopped.
func PassedDay(next *time.Time) clock.Date {
	if next == nil {
		return clock.Date{}
	}
	return clock.DateOf(*next).AddDays(-1)
}

// ProvisionalMark marks a day that rests on holidays which are not published yet.
func ProvisionalMark(on bool) string {
	if on {
		return " (provisional)"
	}
	return ""
}

// OrNone is a cell of a table: "-" if it would be empty.
func OrNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// NoDay writes a last day: "stopped" if there is none.
func NoDay(d clock.Date) string {
	if d.IsZero() {
		return "stopped"
	}
	return d.String()
}

// Joined lists codes.
func Joined[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}

// Counted is a number with its noun.
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Row writes cells as one row of a table.
func Row(cells ...any) string {
	words := make([]string, len(cells))
	for i, cell := range cells {
		words[i] = fmt.Sprint(cell)
	}
	return strings.Join(words, "\t")
}

// Section writes rows under their header, after an empty line. Without rows it writes
// nothing.
func Section[T any](w io.Writer, header string, rows []T, row func(T) string) {
	if len(rows) > 0 {
		fmt.Fprintf(w, "\n%s\n", header)
	}
	Lines(w, rows, row)
}

// Lines writes rows without a header.
func Lines[T any](w io.Writer, rows []T, row func(T) string) {
	for _, r := range rows {
		fmt.Fprintln(w, row(r))
	}
}

// Listed is the last line of a list: how many rows it has, and if it was cut, of how many.
func Listed(shown, total int, one, many string) string {
	if total <= shown {
		return Counted(shown, one, many)
	}
	english := message.NewPrinter(language.BritishEnglish)
	return english.Sprintf("%d of %d %s: --limit lists more", shown, total, many)
}

// TotalOf is how many rows a list has before its limit, by its first row.
func TotalOf[T any](rows []T, total func(T) int) int {
	if len(rows) == 0 {
		return 0
	}
	return total(rows[0])
}
