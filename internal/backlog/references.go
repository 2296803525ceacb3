package backlog

import (
	"regexp"
	"strings"
)

// referenceShapes are the shapes of Home Office references that are known:
// a letter and seven digits (older ones six), with or without the number of a
// dependant; a port's letters and a number; and the sixteen digits of a unique
// application number.
var referenceShapes = []*regexp.Regexp{
	regexp.MustCompile(`^[A-Z][0-9]{6,7}(/[0-9]{1,3})?$`),
	regexp.MustCompile(`^[A-Z][A-Z0-9]{1,3}/[0-9]{4,8}(/[0-9]{1,3})?$`),
	regexp.MustCompile(`^[0-9]{4}-?[0-9]{4}-?[0-9]{4}-?[0-9]{4}(/[0-9]{1,3})?$`),
}

// dependantSuffix is the number of a dependant under the principal's reference.
var dependantSuffix = regexp.MustCompile(`^([A-Z][0-9]{6,7}|[A-Z][A-Z0-9]{1,3}/[0-9]{4,8}|[0-9]{16})/[0-9]{1,3}$`)

// noReference is what files hold where there is no reference.
var noReference = regexp.MustCompile(`^(null|nil|none|n/?a|n\.a\.|not (applicable|available|known|recorded|given)|unknown|unk|tbc|tba|test|missing|blank|no ref(erence)?|[-–—.?_*x/#]+|[a-z]?0+)$`)

// isPlaceholder says whether a reference only stands where one is missing.
// A0000000 is what legal aid returns use for a client without a reference.
func isPlaceholder(ref string) bool {
	return noReference.MatchString(strings.ToLower(strings.TrimSpace(ref)))
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

// referenceKey returns a reference as it is compared between families: without
// spaces, hyphens, letter case and a dependant's number, since a family's
// members share the principal's reference.
func referenceKey(ref string) string {
	key := strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(ref))
	if m := dependantSuffix.FindStringSubmatch(key); m != nil {
		return m[1]
	}
	return key
}
