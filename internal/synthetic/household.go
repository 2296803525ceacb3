package synthetic

import (
	"slices"
	"strconv"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/clock"
)

// The numbers of the model that domain.md 6.5 gives as shares, in per cent,
// and those that fill it in [D].
const (
	loneParent      = 35.0 // of households of three and more
	parentAndChild  = 70.0 // of households of two; the rest are couples
	unaccompanied   = 20.0 / 99 * 100
	adultDependant  = 6.0  // of dependants other than the spouse
	youngestUnder5  = 81.0 // [D] of households with children; gives about 1,120 children under 5
	ownScript       = 8.0  // [D] of families whose language has one
	bornElsewhereUK = 6.0  // [D] of children born in the United Kingdom
)

// families makes all families with their people, before the defects. first is the number of
// the first of them.
func (g *generator) families(first, cases, people int) {
	sizes := householdSizes(g.rng, cases, people)
	nations := deck(g.rng, cases, nationWeights()...)
	councils := deck(g.rng, cases, councilWeights()...)
	years := deck(g.rng, cases, yearsMix...)
	ones, twos, more, dependants := 0, 0, 0, 0
	for _, n := range sizes {
		switch n {
		case 1:
			ones++
		case 2:
			twos++
		default:
			more++
		}
	}
	alone := deck(g.rng, ones, unaccompanied, 100-unaccompanied)
	pairs := deck(g.rng, twos, parentAndChild, 100-parentAndChild)
	larger := deck(g.rng, more, loneParent, 100-loneParent)
	children := make([]int, cases) // dependants other than the spouse
	minor := make([]bool, cases)
	var withChildren []int
	deal := func(cards *[]int) bool { // whether the next card is the first kind
		card := (*cards)[0]
		*cards = (*cards)[1:]
		return card == 0
	}
	for i, n := range sizes {
		switch {
		case n == 1:
			minor[i] = deal(&alone)
		case n == 2 && deal(&pairs):
			children[i] = 1
		case n > 2:
			children[i] = n - 2
			if deal(&larger) {
				children[i]++
			}
		}
		if children[i] > 0 {
			withChildren = append(withChildren, i)
		}
		dependants += children[i]
	}
	grown := map[int]bool{} // families whose eldest child has grown up
	g.rng.Shuffle(len(withChildren), func(i, j int) {
		withChildren[i], withChildren[j] = withChildren[j], withChildren[i]
	})
	for _, i := range withChildren[:min(len(withChildren), int(float64(dependants)*adultDependant/100+0.5))] {
		grown[i] = true
	}
	for i, n := range sizes {
		f := &family{
			key:     Key(first + i),
			pool:    namePools()[nationMix[nations[i]].code],
			council: councilMix[councils[i]].gss,
		}
		f.own = f.pool.ownFamily != nil && chance(g.rng, ownScript)
		days := g.residence(years[i])
		if minor[i] {
			days = between(g.rng, 180, 1000) // children who came alone came lately
		}
		if g.newClaims() {
			days = between(g.rng, 14, 90)
		}
		f.arrived = g.asOf.AddDays(-days)
		g.people(f, n, children[i], minor[i], grown[i])
		g.describe(f, first+i)
		g.all = append(g.all, f)
	}
}

// residence returns the days in the United Kingdom for a card of yearsMix.
func (g *generator) residence(card int) int {
	low, high := card*365+366, card*365+730 // card 1 is 2 to 3 years
	switch card {
	case 0:
		low, high = 120, 729
	case len(yearsMix) - 1:
		high = low + 500 // few came before the dispersal of 1999
	}
	return between(g.rng, low, high)
}

// people makes a family's people: ages first, eldest child to parents, so that
// nobody is a parent before 17 and no principal came here as a child, but for
// those who came alone.
func (g *generator) people(f *family, size, children int, minor, grown bool) {
	here := g.asOf.DaysSince(f.arrived)
	surname := pick(g.rng, f.names().family)
	if minor {
		days := between(g.rng, 15*366, 18*365-1)
		g.person(f, casefile.Principal, pickSex(g, 25), surname, days)
		return
	}
	ages := g.childAges(children, grown)
	youngest := here + 18*366 // of a parent: grown up on arrival
	if children > 0 {
		youngest = max(youngest, ages[0]+17*366)
	}
	mother := youngest + between(g.rng, 0, 12*365)
	father := max(youngest, mother+between(g.rng, -2*365, 7*365))
	couple := size-children == 2
	switch {
	case couple && chance(g.rng, 75):
		g.person(f, casefile.Principal, "M", surname, father)
		g.person(f, spouse(g), "F", surname, mother)
	case couple:
		g.person(f, casefile.Principal, "F", surname, mother)
		g.person(f, spouse(g), "M", surname, father)
	case children > 0:
		g.person(f, casefile.Principal, pickSex(g, 85), surname, mother)
	default:
		g.person(f, casefile.Principal, pickSex(g, 30), surname, youngest+between(g.rng, 0, 25*365))
	}
	for i, days := range ages {
		relationship := casefile.Child
		if grown && i == 0 && chance(g.rng, 15) {
			relationship = pick(g.rng, []casefile.Relationship{casefile.OtherDependant, casefile.Sibling})
		}
		g.person(f, relationship, pickSex(g, 49), surname, days)
	}
}

// spouse is the relationship of a couple's second adult.
func spouse(g *generator) casefile.Relationship {
	if chance(g.rng, 12) {
		return casefile.Partner
	}
	return casefile.Spouse
}

func pickSex(g *generator, female float64) string {
	if chance(g.rng, female) {
		return "F"
	}
	return "M"
}

// childAges returns the ages of a household's children in days, the eldest
// first, at least a year apart. If one has grown up it is the eldest.
func (g *generator) childAges(n int, grown bool) []int {
	ages := make([]int, n)
	days := between(g.rng, 10, 5*365)
	if !chance(g.rng, youngestUnder5) {
		days = between(g.rng, 5*366, 15*365)
	}
	for i := n - 1; i >= 0; i-- {
		// Nobody but the one who has grown up is 18 or older, however many there are.
		ages[i] = min(days, 18*365-1-370*i)
		days = ages[i] + between(g.rng, 370, 950)
	}
	if grown && n > 0 {
		ages[0] = between(g.rng, 18*366, 22*365)
	}
	return ages
}

// person makes one person, with a name and birth date that nobody else has.
func (g *generator) person(f *family, r casefile.Relationship, sex, surname string, days int) {
	names := f.names()
	given := names.male
	if sex == "F" {
		given = names.female
	}
	p := &person{values: map[string]string{}, birth: g.asOf.AddDays(-days)}
	name := pick(g.rng, given)
	for range 20 { // a family seldom uses a name twice
		if !slices.ContainsFunc(f.people, func(q *person) bool { return q.values["given_names"] == name }) {
			break
		}
		name = pick(g.rng, given)
	}
	for g.used[p.birth.String()+backlog.NameKey(surname, name)] {
		name = pick(g.rng, given)
		p.birth = p.birth.AddDays(-1)
	}
	g.used[p.birth.String()+backlog.NameKey(surname, name)] = true
	f.people = append(f.people, p)
	p.set("family", f.key)
	p.set("person", strconv.Itoa(len(f.people)))
	p.set("relationship", string(r))
	p.set("family_name", surname)
	p.set("given_names", name)
	p.set("sex", sex)
	p.set("date_of_birth", p.birth.String())
	p.set("nationality", f.pool.code)
	p.set("language", f.pool.language)
	p.set("lane", string(g.lane))
	born := p.birth
	if born.Before(f.arrived) {
		p.set("birth_country", f.pool.code)
		p.set("born_in_scotland", string(casefile.No))
		p.set("arrived_on", g.arrival(f, r).String())
		return
	}
	p.set("birth_country", "GB")
	p.set("born_in_scotland", string(casefile.Yes))
	if chance(g.rng, bornElsewhereUK) {
		p.set("born_in_scotland", string(casefile.No))
	}
}

// arrival is when a person born abroad came: with the family, but for a spouse
// who sometimes followed.
func (g *generator) arrival(f *family, r casefile.Relationship) clock.Date {
	if (r == casefile.Spouse || r == casefile.Partner) && chance(g.rng, 8) {
		return f.arrived.AddDays(between(g.rng, 1, min(400, g.asOf.DaysSince(f.arrived))))
	}
	return f.arrived
}

// names are the names that a family uses: its language's own script or Latin.
func (f *family) names() namePool {
	if f.own {
		return namePool{female: f.pool.female2, male: f.pool.male2, family: f.pool.ownFamily}
	}
	return f.pool
}
