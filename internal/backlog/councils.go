package backlog

import (
	_ "embed" // the councils
	"slices"
	"strings"
	"sync"
)

//go:embed reference/councils.tsv
var councilsTSV string

// Council is a council of the United Kingdom, as it stands now.
type Council struct {
	Code   string // the three letters of the mySociety register, such as GLG
	GSS    string // the Office for National Statistics' code, such as S12000049
	Name   string // without "Council", such as "Glasgow City"
	Nation string // Scotland, England, Wales or Northern Ireland
}

// councilMatch is what a code or name in a file stands for.
type councilMatch struct {
	gss    string
	former bool // a former code, or the name of a council that this one replaced
}

// councilTable is the councils and what stands for them.
type councilTable struct {
	all    []Council
	byGSS  map[string]Council
	byCode map[string]councilMatch // by GSS code, current or former
	byName map[string]councilMatch // by councilKey
}

// councils is read when first asked for: folding so many names takes longer than
// the rest of a program's start.
var councils = sync.OnceValue(func() councilTable {
	t := councilTable{byGSS: map[string]Council{}, byCode: map[string]councilMatch{}, byName: map[string]councilMatch{}}
	for _, f := range readTable("councils.tsv", councilsTSV, 7) {
		c := Council{Code: f[0], GSS: f[1], Nation: f[3], Name: f[4]}
		t.all = append(t.all, c)
		t.byGSS[c.GSS] = c
		t.byCode[c.GSS] = councilMatch{gss: c.GSS}
		for _, code := range list(f[2]) {
			t.byCode[code] = councilMatch{gss: c.GSS, former: true}
		}
		for _, name := range append(list(f[5]), c.Name) {
			t.byName[councilKey(name)] = councilMatch{gss: c.GSS}
		}
		for _, name := range list(f[6]) {
			t.byName[councilKey(name)] = councilMatch{gss: c.GSS, former: true}
		}
	}
	return t
})

// fillers are words that a council's name may have or lack.
var fillers = []string{"council", "city", "of", "the", "and", "county", "borough", "district", "metropolitan", "ua", "mdc", "boro"}

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

// findCouncil returns the council that a file's GSS code or name stands for.
// Names are never guessed: one that is misspelt in a way the reference does not
// list is not found.
func findCouncil(s string) (councilMatch, bool) {
	if m, ok := councils().byCode[strings.ToUpper(s)]; ok {
		return m, true
	}
	m, ok := councils().byName[councilKey(s)]
	return m, ok
}

// nearestCouncil returns the name and code of the council whose name is nearest
// to s.
func nearestCouncil(s string) string {
	all := councils().all
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	name := nearest(s, names)
	return name + " (" + all[slices.Index(names, name)].GSS + ")"
}

// Councils returns all councils of today, Scotland's first, by GSS code. The
// slice is the caller's own.
func Councils() []Council { return slices.Clone(councils().all) }

// CouncilName returns the name of the council with a current GSS code, and ""
// for any other code.
func CouncilName(gss string) string { return councils().byGSS[gss].Name }
