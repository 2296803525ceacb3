// Package synthetic makes up the families of a backlog file, for demos, rehearsals and
// measurements. No person in it is real, and each row says so.
package synthetic

import (
	_ "embed" // the names
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"sync"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/clock"
)

//go:embed names.tsv
var namesTSV string

// KeyPrefix begins the family keys of every generated backlog, and of no
// real one: a database that holds one such family is marked synthetic.
const KeyPrefix = "SYN-"

// Key is the family key of the generated family of a number.
func Key(number int) string { return fmt.Sprintf(KeyPrefix+"%05d", number) }

// maxCases is the largest synthetic backlog [D]: twice the legacy of the whole
// United Kingdom.
const maxCases = 999_999

// Options say which synthetic backlog to make.
type Options struct {
	// Cases is how many families; at least one.
	Cases int
	// People is how many people are in them, from one to eight a family; 0 means
	// in the proportion of the real backlog, 4,000 to 1,100.
	People int
	// Seed decides everything that is drawn: the same options give the same
	// bytes. The library's random numbers are part of that promise, as of Go's.
	Seed uint64
	// AsOf is the day on which ages and years of residence are true; required.
	AsOf clock.Date
	// Lane is that of the families: legacy, unless given. Fast-track families have made a new
	// claim: they came within the last months, claimed within the last weeks, and nothing
	// is decided of them or flagged from an earlier time.
	Lane casefile.Lane
	// First is the number of the first family; 1 unless given. Families whose numbers follow
	// on others' have keys and references of their own.
	First int
}

// Generate writes a synthetic backlog file after the model of domain.md 6.5,
// which is calibrated on what is published of the real one. It is recognisably
// synthetic: the family keys are SYN-00001 and on, addresses, schools and
// representatives say SYNTHETIC, family names are invented, emails are at
// example.org, telephone numbers from the ranges that Ofcom keeps for drama,
// postcodes begin with ZZ99, which is no place.
//
// Every family in it is accepted by [backlog.Read], with the defects of a real file: 3%
// of the families are duplicate candidates (in pairs, so an even number), 5%
// have birth dates that contradict each other, 6% no address, 4% a placeholder
// for a reference, and there are partial and unknown birth dates, "children" who
// have grown up, former codes and stray spaces. A missing dependant (5% in the
// model) can't be seen in a file and is left to the rehearsal.
//
// It fails if the people can't be put into so many families.
func Generate(w io.Writer, o Options) error {
	if o.Lane == "" {
		o.Lane = casefile.Legacy
	}
	if o.First == 0 {
		o.First = 1
	}
	if o.People == 0 {
		o.People = int(math.Round(float64(o.Cases) * 4000 / 1100))
	}
	switch {
	case o.Cases < 1:
		return fmt.Errorf("%d families: expected at least one", o.Cases)
	case o.First < 1:
		return fmt.Errorf("the first family has number %d: expected at least 1", o.First)
	case o.Cases+o.First-1 > maxCases:
		return fmt.Errorf("%d families: expected at most %d", o.Cases+o.First-1, maxCases)
	case o.People < o.Cases || o.People > o.Cases*maxHousehold:
		return fmt.Errorf("%d people in %d families: expected %d to %d, from one to %d a family",
			o.People, o.Cases, o.Cases, o.Cases*maxHousehold, maxHousehold)
	case o.AsOf.IsZero():
		return errors.New("no date was given on which the ages are true")
	case o.AsOf.Year() < 2000 || o.AsOf.Year() > 2199:
		return fmt.Errorf("ages that are true on %s: expected a day of the years 2000 to 2199", o.AsOf)
	}
	g := &generator{
		rng:  rand.New(rand.NewPCG(o.Seed, 0x68616d65)), // "hame"
		asOf: o.AsOf,
		lane: o.Lane,
		used: map[string]bool{},
	}
	g.families(o.First, o.Cases, o.People)
	g.defects()
	return g.write(w)
}

// generator holds a synthetic backlog while it is being made.
type generator struct {
	rng  *rand.Rand
	asOf clock.Date
	lane casefile.Lane
	all  []*family
	used map[string]bool // names with birth dates, so that only chosen ones are duplicates
}

// family is a family of the synthetic backlog.
type family struct {
	key     string
	pool    namePool
	council string // GSS code
	own     bool   // names in the language's own script
	arrived clock.Date
	people  []*person // the principal first
}

// person is one of its people: the row's values, and the birth date,
// which the row may show in part or not at all.
type person struct {
	values map[string]string
	birth  clock.Date
}

func (p *person) set(column, value string) { p.values[column] = value }

// newClaims says whether the families have just come and claimed.
func (g *generator) newClaims() bool { return g.lane == casefile.FastTrack }

// age is the person's age in whole years on the day of the file.
func (g *generator) age(p *person) int { return clock.AgeOn(p.birth, g.asOf) }

// namePool is the names of one nationality.
type namePool struct {
	code, language            string
	female, male, family      []string
	female2, male2, ownFamily []string // in the language's own script
}

// namePools are the pools by nationality.
var namePools = sync.OnceValue(func() map[string]namePool {
	pools := map[string]namePool{}
	table := csv.NewReader(strings.NewReader(namesTSV))
	table.Comma, table.Comment, table.FieldsPerRecord, table.LazyQuotes = '\t', '#', 8, true
	lines, err := table.ReadAll()
	if err != nil {
		panic("synthetic: names.tsv: " + err.Error()) // a test reads the embedded file
	}
	list := func(cell string) []string {
		if cell == "" {
			return nil
		}
		return strings.Split(cell, ";")
	}
	for _, f := range lines {
		pools[f[0]] = namePool{f[0], f[1], list(f[2]), list(f[3]), list(f[4]), list(f[5]), list(f[6]), list(f[7])}
	}
	return pools
})

// nationMix is the share of each nationality in per cent (domain.md 6.5), with
// its groups split here [D].
var nationMix = []struct {
	code    string
	percent float64
}{
	{"TR", 12}, {"PK", 11}, {"SO", 9}, {"IR", 8}, {"CD", 7}, {"IQ", 6}, {"LK", 5}, {"AF", 5},
	{"XK", 3}, {"RS", 1}, {"ZW", 4}, {"DZ", 4}, {"NG", 4},
	{"RU", 1.5}, {"UA", 1}, {"GE", 0.8}, {"AM", 0.7},
	{"CM", 3}, {"UG", 1}, {"BI", 1}, {"RW", 1}, {"AL", 2}, {"SD", 2}, {"CN", 2},
	{"ER", 1.5}, {"ET", 1.2}, {"SY", 0.8}, {"VN", 0.8}, {"PS", 0.7},
}

// councilMix is the share of each council in per cent; the last 0.7 is split [D].
var councilMix = []struct {
	gss     string
	percent float64
}{
	{"S12000049", 96.5}, {"S12000036", 1}, {"S12000029", 0.7}, {"S12000050", 0.6}, {"S12000038", 0.5},
	{"S12000033", 0.2}, {"S12000042", 0.2}, {"S12000047", 0.1}, {"S12000030", 0.1}, {"S12000040", 0.1},
}

// yearsMix is the share, in per cent, of families by years in the United
// Kingdom: under 2, 2 to 3, and so on to 7 and over.
var yearsMix = []float64{4, 10, 17, 24, 25, 15, 5}

func nationWeights() []float64 {
	var w []float64
	for _, n := range nationMix {
		w = append(w, n.percent)
	}
	return w
}

func councilWeights() []float64 {
	var w []float64
	for _, c := range councilMix {
		w = append(w, c.percent)
	}
	return w
}

// write writes the families one after another; in one of ten, the principal
// does not come first.
func (g *generator) write(w io.Writer) error {
	out := csv.NewWriter(w)
	names := backlog.Columns()
	if err := out.Write(names); err != nil {
		return err
	}
	for _, f := range g.all {
		order := g.rng.Perm(len(f.people))
		mixed := chance(g.rng, 10)
		for i := range f.people {
			p := f.people[i]
			if mixed {
				p = f.people[order[i]]
			}
			record := make([]string, len(names))
			for j, name := range names {
				record[j] = p.values[name]
			}
			if err := out.Write(record); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// is says whether the person's row has this relationship.
func (p *person) is(r casefile.Relationship) bool {
	return p.values["relationship"] == string(r)
}
