package synthetic

import (
	"fmt"
	"math"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/gazetteer"
)

// defects makes the backlog as untidy as a real one, at the rates of domain.md
// 6.5 where it gives one, else at small ones [D]. No defect makes a fault.
func (g *generator) defects() {
	if g.newClaims() { // a young file is tidy, and nothing came before the claim
		g.some(4, nil, func(f *family) { g.flag(pick(g.rng, f.people), casefile.FlagSeriousIllness) })
		return
	}
	taken := g.duplicates()
	free := func(f *family) bool { return !taken[f.key] }

	// Siblings born less than nine months apart: one of the dates is wrong.
	g.some(5, func(f *family) bool { return free(f) && len(g.minors(f)) > 1 }, func(f *family) {
		children := g.minors(f)
		children[1].set("date_of_birth", children[0].birth.AddDays(between(g.rng, 60, 200)).String())
	})
	for _, f := range g.all {
		for _, p := range f.people {
			if free(f) && g.age(p) >= 25 {
				g.blurBirth(p)
			}
		}
	}
	// Mail that comes back leaves no address; a lost paper file no reference.
	g.some(6, nil, func(f *family) {
		f.people[0].set("address", "")
		f.people[0].set("postcode", "")
	})
	g.some(4, free, func(f *family) {
		for _, p := range f.people {
			p.set("home_office_ref", "")
		}
		f.people[0].set("home_office_ref", pick(g.rng, []string{"NULL", "n/a", "A0000000", "-", "   "}))
	})
	g.some(1, func(f *family) bool { return free(f) && f.people[0].values["home_office_ref"] != "" }, func(f *family) {
		f.people[0].set("home_office_ref", "SYNTHETIC"+f.key[len(KeyPrefix):])
	})
	g.some(1, nil, func(f *family) {
		p := pick(g.rng, f.people)
		p.set("given_names", p.values["given_names"]+" ")
	})
	g.spellings()
	g.flags()
}

// some picks so many in a hundred of all families, among those that are fit
// (nil: all), and acts on them.
func (g *generator) some(percent float64, fit func(*family) bool, act func(*family)) {
	var from []*family
	for _, f := range g.all {
		if fit == nil || fit(f) {
			from = append(from, f)
		}
	}
	g.rng.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
	for _, f := range from[:min(len(from), int(math.Round(float64(len(g.all))*percent/100)))] {
		act(f)
	}
}

// minors are a family's children under 18, the principal left out, eldest first.
func (g *generator) minors(f *family) []*person {
	var children []*person
	for _, p := range f.people[1:] {
		if p.is(casefile.Child) && g.age(p) < 18 {
			children = append(children, p)
		}
	}
	return children
}

// blurBirth leaves some birth dates known in part or not at all.
func (g *generator) blurBirth(p *person) {
	switch n := g.rng.IntN(1000); {
	case n < 30:
		p.set("date_of_birth", p.birth.String()[:len("2007")])
	case n < 40:
		p.set("date_of_birth", p.birth.String()[:len("2007-03")])
	case n < 45:
		p.set("date_of_birth", "")
	}
}

// duplicates makes 3% of the families, in pairs, look like each other's: half of
// the pairs by the reference, half by the principal's name and birth date, the
// name written another way. It returns the keys of the families in a pair.
func (g *generator) duplicates() map[string]bool {
	pairs := int(math.Round(float64(len(g.all))*3/100)) / 2
	taken := map[string]bool{}
	order := g.rng.Perm(len(g.all))
	for n := 0; n < pairs; n++ {
		var a, b *family
		byName := n%2 == 1
		for _, i := range order {
			f := g.all[i]
			switch {
			case taken[f.key]:
			case a == nil:
				a = f
			case !byName || g.couldBe(f, a.people[0]):
				b = f
			}
			if b != nil {
				break
			}
		}
		if b == nil {
			// Nobody's family would fit this principal: a pair by the reference.
			b, byName = g.other(order, taken, a), false
		}
		taken[a.key], taken[b.key] = true, true
		if byName {
			g.copyIdentity(b.people[0], a.people[0])
			continue
		}
		reference := a.people[0].values["home_office_ref"]
		for i, p := range b.people {
			p.set("home_office_ref", reference)
			if i > 0 {
				p.set("home_office_ref", fmt.Sprintf("%s/%d", reference, i+1))
			}
		}
	}
	return taken
}

// other is the first family in order that is neither taken nor a.
func (g *generator) other(order []int, taken map[string]bool, a *family) *family {
	for _, i := range order {
		if f := g.all[i]; f != a && !taken[f.key] {
			return f
		}
	}
	return a // can't be: pairs need 3% of the families
}

// couldBe says whether a person could be a family's principal: of its nation,
// an adult on arrival if the principal was, and no child's parent before 16.
func (g *generator) couldBe(f *family, p *person) bool {
	if f.pool.code != p.values["nationality"] || g.age(f.people[0]) < 18 || clock.AgeOn(p.birth, f.arrived) < 16 {
		return false
	}
	for _, q := range f.people[1:] {
		if clock.AgeOn(p.birth, q.birth) < 16 && !q.is(casefile.Spouse) && !q.is(casefile.Partner) {
			return false
		}
	}
	return true
}

// copyIdentity gives a person another's name and birth date, the name as a
// second clerk might have written it.
func (g *generator) copyIdentity(to, from *person) {
	to.birth = from.birth
	to.set("date_of_birth", from.values["date_of_birth"])
	to.set("sex", from.values["sex"])
	family, given := from.values["family_name"], from.values["given_names"]
	switch g.rng.IntN(3) {
	case 0:
		family = strings.ToUpper(family)
	case 1:
		family, given = given, family
	case 2:
		given = strings.ToLower(given)
	}
	to.set("family_name", family)
	to.set("given_names", given)
}

// spellings writes some councils and nationalities as other files do.
func (g *generator) spellings() {
	glasgow := func(f *family) bool { return f.people[0].values["council"] == "S12000049" }
	g.some(2, glasgow, func(f *family) { f.people[0].set("council", "S12000046") })
	g.some(3, glasgow, func(f *family) {
		f.people[0].set("council", pick(g.rng, []string{"Glasgow City", "City of Glasgow", "Glasgow City Council", "GLASGOW",
			"glasgow city coucil"}))
	})
	former := map[string]string{"RU": "Soviet citizen", "UA": "SU", "GE": "USSR", "AM": "SU", "XK": "YU",
		"RS": "Serbia and Montenegro"}
	for _, f := range g.all {
		spelt := f.pool.code
		switch state, ok := former[spelt]; {
		case ok && chance(g.rng, 15):
			spelt = state
		case chance(g.rng, 8):
			spelt = gazetteer.NationalityName(spelt)
		}
		for _, p := range f.people {
			p.set("nationality", spelt)
		}
	}
}

// flags marks families at the model's rates; further submissions came with the
// claim.
func (g *generator) flags() {
	adult := func(f *family) bool { return g.age(f.people[0]) >= 18 }
	g.some(1.5, adult, func(f *family) { g.flag(f.people[0], casefile.FlagPublicHarm) })
	g.some(3, nil, func(f *family) { g.flag(f.people[0], casefile.FlagJudicialReview) })
	g.some(4, nil, func(f *family) { g.flag(pick(g.rng, f.people), casefile.FlagSeriousIllness) })
	g.some(2, func(f *family) bool { return len(g.minors(f)) > 0 }, func(f *family) {
		g.flag(pick(g.rng, g.minors(f)), casefile.FlagChildProtection)
	})
	disputed := func(f *family) *person {
		for _, p := range f.people {
			if age := g.age(p); age >= 15 && age < 19 && !p.birth.After(f.arrived) {
				return p
			}
		}
		return nil
	}
	g.some(0.5, func(f *family) bool { return disputed(f) != nil }, func(f *family) {
		g.flag(disputed(f), casefile.FlagAgeDispute)
	})
}
