package gazetteer

import (
	_ "embed" // the councils
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed councils.tsv
var councilsTSV string

// Council is a council of the United Kingdom, as it stands now.
type Council struct {
	Code   string // the three letters of the mySociety register, such as GLG
	GSS    string // the Office for National Statistics' code, such as S12000049
	Name   string // without "Council", such as "Glasgow City"
	Nation string // Scotland, England, Wales or Northern Ireland
}

// CouncilMatch is the council that a code or name stands for.
type CouncilMatch struct {
	GSS string
	// Former is set for a former code, and for the name of a council that this one replaced.
	Former bool
}

// councilTable is the councils and what stands for them.
type councilTable struct {
	all    []Council
	byGSS  map[string]Council
	byCode map[string]CouncilMatch // by GSS code, current or former
	byName map[string]CouncilMatch // by councilKey
}

// councils is read when first asked for: folding so many names takes longer than
// the rest of a program's start.
var councils = sync.OnceValue(func() councilTable {
	t := councilTable{byGSS: map[string]Council{}, byCode: map[string]CouncilMatch{}, byName: map[string]CouncilMatch{}}
	for _, f := range readTable("councils.tsv", councilsTSV, 7) {
		c := Council{Code: f[0], GSS: f[1], Nation: f[3], Name: f[4]}
		t.all = append(t.all, c)
		t.byGSS[c.GSS] = c
		t.byCode[c.GSS] = CouncilMatch{GSS: c.GSS}
		for _, code := range list(f[2]) {
			t.byCode[code] = CouncilMatch{GSS: c.GSS, Former: true}
		}
		for _, name := range append(list(f[5]), c.Name) {
			t.byName[councilKey(name)] = CouncilMatch{GSS: c.GSS}
		}
		for _, name := range list(f[6]) {
			t.byName[councilKey(name)] = CouncilMatch{GSS: c.GSS, Former: true}
		}
	}
	return t
})

// fillers are words that a council's name may have or lack.
var fillers = []string{
	"council", "city", "of", "the", "and", "county", "borough", "district", "metropolitan", "ua", "mdc", "boro",
}

// councilKey returns a council's name as it is compared: folded, without the
// words that are left out as often as not. The City of London keeps them, since
// "London" alone may be any of 33 councils.
func councilKey(name string) string {
	folded := fold(name)
	words := slices.DeleteFunc(strings.Fields(folded), func(w string) bool { return slices.Contains(fillers, w) })
	if key := strings.Join(words, " "); key != "london" {
		return key
	}
	return folded
}

// gssCode is the shape of the codes of the Office for National Statistics.
var gssCode = regexp.MustCompile(`^[EWSN][0-9]{8}$`)

// IsGSSCode reports whether a text has the shape of a GSS code, in capitals or not, so
// that it can only be compared with codes.
func IsGSSCode(s string) bool { return gssCode.MatchString(strings.ToUpper(s)) }

// FindCouncil returns the council that a GSS code or a name stands for. A name that is
// misspelt in a way that the table does not list is not found.
func FindCouncil(s string) (CouncilMatch, bool) {
	if m, ok := councils().byCode[strings.ToUpper(s)]; ok {
		return m, true
	}
	m, ok := councils().byName[councilKey(s)]
	return m, ok
}

// NearestCouncil returns the council that s is probably meant for, and false if none is
// near: for the three letters of the mySociety register that council's, else the one
// with the nearest name. A GSS code that no council has is near to none: its neighbour
// belongs to another council.
func NearestCouncil(s string) (Council, bool) {
	all := councils().all
	if i := slices.IndexFunc(all, func(c Council) bool { return strings.EqualFold(c.Code, s) }); i >= 0 {
		return all[i], true
	}
	if IsGSSCode(s) {
		return Council{}, false
	}
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	name, ok := Nearest(s, names)
	if !ok {
		return Council{}, false
	}
	return all[slices.Index(names, name)], true
}

// Councils returns all councils of today, Scotland's first, by GSS code. The
// slice is the caller's own.
func Councils() []Council { return slices.Clone(councils().all) }

// CouncilByGSS returns the council with a current GSS code, and false for any other code.
func CouncilByGSS(gss string) (Council, bool) {
	c, ok := councils().byGSS[gss]
	return c, ok
}

// CouncilName returns the name of the council with a current GSS code, and ""
// for any other code.
func CouncilName(gss string) string { return councils().byGSS[gss].Name }

// scotland is the nation whose councils' families Hame takes.
const scotland = "Scotland"

// InScotland reports whether a GSS code is that of a council in Scotland.
func InScotland(gss string) bool { return councils().byGSS[gss].Nation == scotland }
