package backlog

import (
	"regexp"
	"strings"

	"golang.org/x/text/width"

	"hame/internal/typography"
)

// referenceShapes are the shapes of Home Office references that are known:
// a letter and seven digits (older ones six), with or without the number of a
// dependant; a port's letters and a number; and the sixteen digits of a unique
// application number.
var referenceShapes = []*regexp.Regexp{
	regexp.MustCompile(`^[A-Z][0-9]{6,7}(/[0-9]{1,3})?$`),
	regexp.MustCompile(`^[A-Z][A-Z0-9]{1,3}/[0-9]{4,8}(/[0-9]{1,3})?$`),
	applicationNumber,
}

// applicationNumber is a unique application number, with the number of a dependant or
// without.
var applicationNumber = regexp.MustCompile(`^([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{4})(/[0-9]{1,3})?$`)

// dependantSuffix is the number of a dependant under the principal's reference.
var dependantSuffix = regexp.MustCompile(`^([A-Z][0-9]{6,7}|[A-Z][A-Z0-9]{1,3}/[0-9]{4,8}|[0-9]{16})/[0-9]{1,3}$`)

// noValue is what people and programs write where they have no value.
const noValue = `null|nil|none|nan|nat|<na>|undefined|\(?(null|none|blank|blanks|empty)\)?|n/?a|n\.a\.|n/?k|n\.k\.|` +
	`not (applicable|available|known|recorded|given|issued|found|yet( known| issued)?)|unknown|unk|t\.?b\.?[acd]\.?|` +
	`to be (added|advised|announced|confirmed|decided|determined|supplied)|to follow|` +
	`pending|awaited|awaiting( reference)?|` +
	`missing|ditto|as above|same( as above)?|[-–—.?_*/"' ]+`

// noReference is what files hold where there is no reference.
var noReference = regexp.MustCompile(`^(` + noValue + `|test|true|false|no ref(erence)?|[x#]+|[a-z]?0+([.,]0+)?)$`)

// noKey is what files hold where there is no key of a family.
var noKey = regexp.MustCompile(`^(` + noValue + `)$`)

// roundedNumber is a long number as a spreadsheet shows it, and as it writes it once it
// has rounded it: its last digits are lost.
var roundedNumber = regexp.MustCompile(`^(([0-9]+[.,])?[0-9]+[eE]\+?[0-9]{2,}|[1-9][0-9]{3,7}0{8,}([.,]0+)?)$`)

// dayInPlace is a date, which a spreadsheet makes of what looks like one.
var dayInPlace = regexp.MustCompile(`^(?i)([0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}( .*)?|` +
	`[0-9]{1,2}-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(-[0-9]{2,4})?)$`)

// isPlaceholder says whether a reference only stands where one is missing.
// A0000000 is what legal aid returns use for a client without a reference.
func isPlaceholder(ref string) bool {
	return noReference.MatchString(strings.ToLower(strings.TrimSpace(ref)))
}

// isNoKey reports whether a family's key is missing, or only stands where one is: rows
// with such a key would be made one family of people who have nothing to do with each other.
func isNoKey(key string) bool {
	return key == "" || isSpreadsheetError(key) || noKey.MatchString(strings.ToLower(key)) ||
		strings.Contains(key, "+") && roundedNumber.MatchString(key)
}

// noReferenceBecause says why a text can't be a reference though it is no placeholder,
// and "" if it may be one.
func noReferenceBecause(ref string) string {
	switch {
	case isSpreadsheetError(ref):
		return "a spreadsheet's error"
	case roundedNumber.MatchString(ref):
		return "a number that a spreadsheet has rounded: format the column as text before it is filled, and export it again"
	case dayInPlace.MatchString(ref):
		return "a date, which a spreadsheet may have made of a reference: " +
			"format the column as text before it is filled, and export it again"
	}
	return lostLetters(ref, ofReference)
}

// knownShape says whether a reference has a shape that is known.
func knownShape(ref string) bool {
	ref = strings.ToUpper(strings.ReplaceAll(ref, " ", ""))
	for _, shape := range referenceShapes {
		if shape.MatchString(ref) {
			return true
		}
	}
	return false
}

// plainReference returns a reference without what makes no other one: what can't be
// seen, kinds of dash and space, the wide letters and digits of East Asian type, and the
// apostrophe by which a spreadsheet takes it as text.
func plainReference(ref string) string {
	return strings.TrimSpace(strings.TrimLeft(typography.Plain(width.Fold.String(ref)), "' "))
}

// Reference returns a Home Office reference as the record keeps it, so that one that is
// typed in another way is found: with plain dashes and spaces, and in one form if its
// shape is known, such as A1234567/2 or 1212-0001-2345-6789. It is empty for a placeholder.
func Reference(ref string) string {
	ref = plainReference(ref)
	if isPlaceholder(ref) || noReferenceBecause(ref) != "" {
		return ""
	}
	if !knownShape(ref) {
		return ref
	}
	ref = strings.ToUpper(strings.ReplaceAll(ref, " ", ""))
	return applicationNumber.ReplaceAllString(ref, "$1-$2-$3-$4$5")
}

// referenceKey returns a reference as it is compared between families: without
// spaces, hyphens, letter case and a dependant's number, since a family's
// members share the principal's reference.
func referenceKey(ref string) string {
	key := strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(plainReference(ref)))
	if m := dependantSuffix.FindStringSubmatch(key); m != nil {
		return m[1]
	}
	return key
}

// pairs reports whether two families with this reference may be one: a text without a
// digit, such as "see file", stands in many files and names no family.
func pairs(ref string) bool { return strings.ContainsAny(ref, "0123456789") }

// reference returns a person's Home Office reference, empty if it is only a
// placeholder.
func (m *maker) reference(x *row) string {
	at, given := m.header.at["home_office_ref"]
	if !given || x.faulty["home_office_ref"] || x.cells[at].text == "" {
		return ""
	}
	ref := plainReference(x.values["home_office_ref"])
	if isPlaceholder(ref) || ref == "" {
		m.warn(x, "home_office_ref", "a placeholder, taken as no reference")
		return ""
	}
	if why := noReferenceBecause(ref); why != "" {
		m.warn(x, "home_office_ref", "taken as no reference: %s", why)
		return ""
	}
	if !knownShape(ref) {
		m.warn(x, "home_office_ref",
			"a reference of no known shape, kept as it is: expected such as A1234567, A1234567/2, ABC/1234567 or "+
				"1212-0001-2345-6789")
	}
	return Reference(ref)
}
