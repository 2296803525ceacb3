package gazetteer

import (
	_ "embed" // the nationalities
	"slices"
	"strings"
	"sync"
)

//go:embed nationalities.tsv
var nationalitiesTSV string

// The codes of nationalities that are no state's: those of ICAO Doc 9303 for
// travel documents, which ISO 3166 leaves to its users.
const (
	NationalityStateless = "XXA"
	NationalityRefugee   = "XXB"
	NationalityUnknown   = "XXX"
)

// NationalityMatch is the nationality or country that a code or name stands for.
type NationalityMatch struct {
	Code        string
	FormerState bool // the state no longer exists; its own code is kept
	FormerCode  bool // a code or name that the state has given up
}

// nationalityTable is the nationalities and what stands for them.
type nationalityTable struct {
	names map[string]string           // by code
	by    map[string]NationalityMatch // by nationalityKey of a code or name
	list  []string                    // names, for the nearest one
}

// nationalities is read when first asked for, as the councils are.
var nationalities = sync.OnceValue(func() nationalityTable {
	t := nationalityTable{names: map[string]string{}, by: map[string]NationalityMatch{}}
	for _, f := range readTable("nationalities.tsv", nationalitiesTSV, 6) {
		kind, code, alpha3, name := f[0], f[1], f[2], f[3]
		t.names[code] = name
		t.list = append(t.list, name)
		m := NationalityMatch{Code: code, FormerState: kind == "former"}
		for _, s := range append(list(f[4]), code, alpha3, name) {
			t.by[nationalityKey(s)] = m
		}
		m.FormerCode = true
		for _, s := range list(f[5]) {
			t.by[nationalityKey(s)] = m
		}
	}
	return t
})

// nationalityKey returns a country's code or name as it is compared: folded,
// without "the", and with "Saint" for "St".
func nationalityKey(s string) string {
	words := strings.Fields(fold(s))
	words = slices.DeleteFunc(words, func(w string) bool { return w == "the" })
	for i, w := range words {
		if w == "st" {
			words[i] = "saint"
		}
	}
	return strings.Join(words, " ")
}

// FindNationality returns the nationality or country that a code or name stands for.
func FindNationality(s string) (NationalityMatch, bool) {
	m, ok := nationalities().by[nationalityKey(s)]
	return m, ok
}

// NearestNationality returns the name and code of the country that s is probably meant
// for, and false if none is near. A code is near to none: with another letter it is
// another country's.
func NearestNationality(s string) (name, code string, ok bool) {
	if len(s) <= len("TUR") {
		return "", "", false
	}
	name, ok = Nearest(s, nationalities().list)
	return name, nationalities().by[nationalityKey(name)].Code, ok
}

// NationalityName returns the name of a nationality or country of birth by the
// code that [FindNationality] gives it, such as "Turkey" for TR, and "" for any other.
func NationalityName(code string) string { return nationalities().names[code] }
