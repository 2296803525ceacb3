package casefile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the longest name of a member of the staff, in characters [D].
const maxName = 100

// validName wants a name as the staff list can have it, or nothing: printed
// characters of any script.
func validName(field, value string) error {
	if utf8.RuneCountInString(value) > maxName || !isPrinted(value, "") {
		return fmt.Errorf("%s is %s; it must be a name of printed characters, at most %d", field, quoted(value), maxName)
	}
	return nil
}

// isPrinted reports whether a text is UTF-8 and holds printed characters only,
// and those allowed beside them.
func isPrinted(s, besides string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) && !strings.ContainsRune(besides, r)
	})
}

// MaxText is the longest free text of an act, in characters [D]: some hundred
// pages.
const MaxText = 200_000

// leastReason is how many letters and digits a text has at least that gives reasons or
// reports [D]: a dot is no reason.
const leastReason = 10

// CheckReason refuses a text that says nothing where the act is nothing without one. A
// corrected value, and a name, may be short. The error is a [Refusal] with code fields.
func (r *ActRule) CheckReason(text string) error {
	facts := r.Act == ActCorrect || r.Act == ActBorn || r.Act == ActJoined || r.Act == ActRepresentativeChange
	if !r.NeedsText || facts && text != "" {
		return nil
	}
	if text == "" {
		return Refuse(RefusedFields, fmt.Sprintf("%s needs its text: give it with --file", r.Act))
	}
	said := 0
	for _, c := range text {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			said++
		}
	}
	if said < leastReason {
		return Refuse(RefusedFields, fmt.Sprintf("text: %s needs its text in words: it has %d letters, and at least %d are wanted", r.Act, said, leastReason))
	}
	return nil
}

// CheckText checks the free text of an act: UTF-8 in which nothing stands that
// can't be read, such as a terminal's commands. Marks of direction may stand in
// it, for it may quote any script. The error is a [Refusal] with code fields, and
// repeats nothing of the text.
func CheckText(text string) error {
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text):
		return Refuse(RefusedFields, "text: it is not in UTF-8")
	case n > MaxText:
		return Refuse(RefusedFields, fmt.Sprintf("text: it has %d characters; at most %d are kept: send the document by post, and record what it says", n, MaxText))
	}
	for i, line := range strings.Split(text, "\n") {
		for _, r := range line {
			if unicode.IsControl(r) && r != '\t' && r != '\r' {
				return Refuse(RefusedFields, fmt.Sprintf("text: its line %d holds the control character %U", i+1, r))
			}
		}
	}
	return nil
}
