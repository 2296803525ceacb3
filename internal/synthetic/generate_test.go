package synthetic

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/clock"
)

func generate(t testing.TB, o Options) string {
	var b bytes.Buffer
	require.NoError(t, Generate(&b, o))
	return b.String()
}

var today = clock.NewDate(2026, time.November, 23)

func read(t testing.TB, text string) *backlog.File {
	f, err := backlog.Read(strings.NewReader(text), today)
	require.NoError(t, err)
	return f
}

// The backlog of the demo has the numbers of domain.md 6.5.
func TestGeneratedBacklog(t *testing.T) {
	for seed := range uint64(4) {
		text := generate(t, Options{Cases: 1100, People: 4000, Seed: seed, AsOf: today})
		f, err := backlog.Read(strings.NewReader(text), today)
		require.NoError(t, err)
		assert.Empty(t, f.Quarantined)
		r := f.Report()
		assert.Equal(t, backlog.Counts{Families: 1100, People: 4000}, r.Accepted)

		sizes := make([]int, maxHousehold)
		n := map[string]int{}
		years := make([]int, 8)
		for _, family := range f.Families {
			sizes[len(family.People)-1]++
			n[family.Council]++
			p := family.People[0]
			if family.Representative != "" {
				n["represented"]++
			}
			if born := p.BirthDate.Latest(); !born.IsZero() && clock.AgeOn(born, today) < 18 {
				n["unaccompanied"]++
			} else {
				years[min(clock.AgeOn(p.ArrivedOn.Earliest(), today), 7)]++
			}
			flagged := map[casefile.Flag]bool{}
			for _, p := range family.People {
				n["nation "+p.Nationality]++
				for _, flag := range p.Flags {
					flagged[flag] = true
				}
				born := p.BirthDate.Latest()
				if born.IsZero() {
					n["unknown birth date"]++
					continue
				}
				switch age := clock.AgeOn(born, today); {
				case age < 5:
					n["under 5"]++
				case age < 18:
					n["school age"]++
				case p.Relationship == casefile.Child:
					n["grown"]++
				}
				if p.BirthCountry == "GB" {
					n["born here"]++
				}
			}
			for flag := range flagged {
				n[string(flag)]++
			}
		}
		assert.Equal(t, []int{99, 187, 242, 268, 161, 88, 44, 11}, sizes)
		near := func(what string, want, percent float64) {
			assert.InDelta(t, want, n[what], want*percent/100, "%s, seed %d", what, seed)
		}
		minors := n["under 5"] + n["school age"]
		assert.InDelta(t, 2200, minors, 40)
		near("under 5", 1120, 7)
		near("school age", 1080, 7)
		near("born here", 990, 8)
		near("grown", 120, 15)
		assert.Equal(t, 20, n["unaccompanied"])
		assert.Equal(t, 1062, n["S12000049"], "96.5%")
		assert.Equal(t, 11, n["S12000036"])
		near("represented", 880, 5)
		near("nation TR", 480, 10)
		near("further_submissions", 440, 12)
		for flag, want := range map[casefile.Flag]int{
			casefile.FlagPublicHarm: 17, casefile.FlagAgeDispute: 6, casefile.FlagChildProtection: 22,
			casefile.FlagSeriousIllness: 44, casefile.FlagJudicialReview: 33,
		} {
			assert.Equal(t, want, n[string(flag)], flag)
		}
		for i, percent := range []float64{0, 0, 10, 17, 24, 25, 15, 5} {
			if i > 1 {
				assert.InDelta(t, percent*11, years[i], 15, "%d years", i)
			}
		}
		assert.InDelta(t, 44, years[0]+years[1], 15)

		// 3% of the families are duplicate candidates, and no other.
		held := map[string]bool{}
		for _, pair := range f.Duplicates {
			held[pair.A], held[pair.B] = true, true
		}
		assert.Len(t, f.Duplicates, 16)
		assert.Len(t, held, 32)
	}
}

func TestGeneratedIsPlainlySynthetic(t *testing.T) {
	f := read(t, generate(t, Options{Cases: 300, Seed: 7, AsOf: today}))
	scripts := 0
	for _, family := range f.Families {
		assert.True(t, strings.HasPrefix(family.Key, "SYN-"))
		for _, s := range []string{family.Address, family.Representative, family.People[0].School} {
			assert.True(t, s == "" || strings.Contains(s, "SYNTHETIC"), s)
		}
		assert.True(t, family.Postcode == "" || strings.HasPrefix(family.Postcode, "ZZ99 "))
		for _, s := range []string{family.Email, family.RepresentativeContact} {
			assert.True(t, s == "" || strings.HasSuffix(s, "@example.org"), s)
		}
		assert.True(t, family.Phone == "" || strings.HasPrefix(family.Phone, "0141 496 0") || strings.HasPrefix(family.Phone, "07700 900"), family.Phone)
		if name := family.People[0].FamilyName; name != "" && name[0] >= 0xD0 {
			scripts++
		}
	}
	assert.Positive(t, scripts, "several scripts")
}

// Families make sense, but for the defects: nobody is a parent before 16, and
// a person born here did not arrive.
func TestGeneratedFamiliesMakeSense(t *testing.T) {
	g := &generator{rng: newRand(3), asOf: today, used: map[string]bool{}}
	g.families(1, 1100, 4000)
	for _, f := range g.all {
		p := f.people[0]
		assert.True(t, p.is(casefile.Principal))
		assert.False(t, f.arrived.After(today))
		for _, q := range f.people[1:] {
			assert.False(t, q.birth.After(today))
			if q.is(casefile.Child) {
				assert.GreaterOrEqual(t, clock.AgeOn(p.birth, q.birth), 16, f.key)
			}
			assert.Equal(t, q.values["birth_country"] == "GB", q.values["arrived_on"] == "", f.key)
		}
		ages := g.minors(f)
		for i := 1; i < len(ages); i++ {
			assert.GreaterOrEqual(t, ages[i].birth.DaysSince(ages[i-1].birth), 365, f.key)
		}
	}
}

func TestGenerateIsDeterministic(t *testing.T) {
	o := Options{Cases: 100, People: 364, Seed: 42, AsOf: today}
	first := generate(t, o)
	assert.Equal(t, first, generate(t, o))
	o.Seed++
	assert.NotEqual(t, first, generate(t, o))
	o.AsOf = o.AsOf.AddDays(1)
	o.Seed--
	assert.NotEqual(t, first, generate(t, o), "ages are true on the day given")
}

func TestGenerateAnySize(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cases := rapid.IntRange(1, 150).Draw(rt, "cases")
		o := Options{
			Cases: cases, People: rapid.IntRange(cases, cases*maxHousehold).Draw(rt, "people"),
			Seed: rapid.Uint64().Draw(rt, "seed"), AsOf: today.AddDays(rapid.IntRange(-8000, 8000).Draw(rt, "day")),
		}
		var b bytes.Buffer
		require.NoError(rt, Generate(&b, o))
		f, err := backlog.Read(&b, o.AsOf)
		require.NoError(rt, err)
		assert.Empty(rt, f.Quarantined)
		assert.Equal(rt, backlog.Counts{Families: o.Cases, People: o.People}, f.Report().Accepted)
		assert.LessOrEqual(rt, len(f.Duplicates), int(math.Round(float64(cases)*3/100))/2)
	})
}

func TestGenerateRefuses(t *testing.T) {
	for want, o := range map[string]Options{
		"expected 10 to 80":    {Cases: 10, People: 9, AsOf: today},
		"81 people in 10":      {Cases: 10, People: 81, AsOf: today},
		"expected at least":    {People: 10, AsOf: today},
		"expected at most":     {Cases: 1000000, AsOf: today},
		"no date":              {Cases: 10, People: 30},
		"-1 people in 10":      {Cases: 10, People: -1, AsOf: today},
		"-5 families":          {Cases: -5, AsOf: today},
		"8801 people in 1100 ": {Cases: 1100, People: 8801, AsOf: today},
	} {
		assert.ErrorContains(t, Generate(&bytes.Buffer{}, o), want)
	}
	assert.Error(t, Generate(failing{}, Options{Cases: 100, AsOf: today}))
	f := read(t, generate(t, Options{Cases: 110, AsOf: today}))
	assert.Equal(t, 400, f.PeopleSeen, "in the proportion of the real backlog")
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestQuota(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 2000).Draw(rt, "n")
		weights := rapid.SliceOfN(rapid.Float64Range(0.1, 50), 1, 12).Draw(rt, "weights")
		total, sum := 0.0, 0
		for _, w := range weights {
			total += w
		}
		for i, count := range quota(n, weights) {
			sum += count
			assert.InDelta(rt, float64(n)*weights[i]/total, count, 1.000001)
		}
		assert.Equal(rt, n, sum)
		cards := deck(newRand(1), n, weights...)
		assert.Len(rt, cards, n)
	})
	sizes := householdSizes(newRand(1), 1100, 4000)
	slices.Sort(sizes)
	assert.Equal(t, []int{1, 8}, []int{sizes[0], sizes[1099]})
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		generate(b, Options{Cases: 1100, People: 4000, Seed: 1, AsOf: today})
	}
}

// BenchmarkRead reads the backlog of the demo back.
func BenchmarkRead(b *testing.B) {
	var text bytes.Buffer
	require.NoError(b, Generate(&text, Options{Cases: 1100, People: 4000, Seed: 1, AsOf: today}))
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		_, err := backlog.Read(bytes.NewReader(text.Bytes()), today)
		require.NoError(b, err)
	}
}

// New claims: families who came within three months and claimed since, numbered on from the
// backlog's, in a lane of their own. Nothing was decided of them, and no file of theirs is
// untidy yet.
func TestNewClaims(t *testing.T) {
	o := Options{Cases: 60, Seed: 2007, AsOf: today, Lane: casefile.FastTrack, First: 1101}
	text := generate(t, o)
	require.Equal(t, text, generate(t, o), "a fixed seed")
	f := read(t, text)
	require.Empty(t, f.Quarantined)
	require.Len(t, f.Families, 60)
	nations := map[string]bool{}
	for i, family := range f.Families {
		require.Equal(t, Key(1101+i), family.Key)
		require.Equal(t, casefile.FastTrack, family.Lane)
		require.Contains(t, family.Address, "SYNTHETIC")
		principal := family.People[slices.IndexFunc(family.People, func(p casefile.Person) bool {
			return p.Relationship == casefile.Principal
		})]
		nations[principal.Nationality] = true
		arrived, claimed := principal.ArrivedOn.Earliest(), principal.ClaimDate.Earliest()
		require.LessOrEqual(t, today.DaysSince(arrived), 90)
		require.False(t, claimed.Before(arrived))
		require.False(t, claimed.After(today))
		require.Equal(t, casefile.ClaimUndecided, principal.ClaimStatus)
		for _, p := range family.People {
			require.NotContains(t, p.Flags, casefile.FlagFurtherSubmissions)
		}
	}
	require.Greater(t, len(nations), 10)
	require.NotContains(t, generate(t, Options{Cases: 60, Seed: 2007, AsOf: today}), "fast-track")
}
