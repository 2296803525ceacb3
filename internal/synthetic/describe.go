package synthetic

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// areas are the parts of Glasgow where families were housed (domain.md 6.5).
var areas = []string{
	"Sighthill", "Petershill", "Red Road", "Royston", "Castlemilk", "Scotstoun", "Kingsway", "Drumchapel",
	"Knightswood", "Carnwadric", "Cardonald", "Pollokshaws", "Govan",
}

// describe fills in what stands on a family's rows beyond who its people are.
func (g *generator) describe(f *family, number int) {
	p := f.people[0]
	area := "Town Centre"
	if f.council == "S12000049" {
		area = pick(g.rng, areas)
	}
	p.set("council", f.council)
	p.set("area", area)
	p.set("address", fmt.Sprintf("Flat %d/%d, %d SYNTHETIC Street, %s", between(g.rng, 0, 3), between(g.rng, 1, 4),
		between(g.rng, 1, 200), area))
	p.set("postcode", fmt.Sprintf("ZZ99 %dZZ", between(g.rng, 1, 9)))
	switch {
	case chance(g.rng, 60):
		p.set("phone", fmt.Sprintf("07700 900%03d", g.rng.IntN(1000)))
	case chance(g.rng, 75):
		p.set("phone", fmt.Sprintf("0141 496 0%03d", g.rng.IntN(1000)))
	}
	if chance(g.rng, 30) {
		p.set("email", strings.ToLower(f.key)+"@example.org")
	}
	if chance(g.rng, 80) {
		n := between(g.rng, 1, 14)
		p.set("representative", fmt.Sprintf("SYNTHETIC Law Centre No %d", n))
		p.set("representative_contact", fmt.Sprintf("law-centre-%d@example.org", n))
	}
	g.claim(f)
	for i, q := range f.people {
		reference := fmt.Sprintf("Z%07d", 1000000+number)
		if i > 0 {
			reference += "/" + strconv.Itoa(i+1)
		}
		q.set("home_office_ref", reference)
		q.set("interpreter", string(casefile.No))
		if q.birth.Before(f.arrived) && g.age(q) >= 12 && chance(g.rng, 70) {
			q.set("interpreter", string(casefile.Yes))
		}
		g.schooling(f, q, area)
	}
}

// schooling gives children a school and a responsible adult.
func (g *generator) schooling(f *family, p *person, area string) {
	age := g.age(p)
	if age >= 18 {
		return
	}
	p.set("responsible_adult", "1") // the principal's person key
	if p == f.people[0] {
		p.set("responsible_adult", "SYNTHETIC Guardian")
	}
	switch {
	case age >= 12:
		p.set("school", "SYNTHETIC "+area+" Secondary School")
	case age >= 5:
		p.set("school", "SYNTHETIC "+area+" Primary School")
	case age >= 3 && chance(g.rng, 60):
		p.set("school", "SYNTHETIC "+area+" Nursery")
	}
}

// claim fills in the claim, its status and the support. Two in five have made
// further submissions, and of the rest most have no appeal left (domain.md 0
// and 6.5).
func (g *generator) claim(f *family) {
	p := f.people[0]
	here := g.asOf.DaysSince(f.arrived)
	claimed := f.arrived.AddDays(between(g.rng, 0, min(45, here)))
	if g.newClaims() {
		claimed = f.arrived.AddDays(between(g.rng, 0, min(10, here)))
	}
	p.set("claim_date", claimed.String())
	p.set("own_claim", string(casefile.Yes))
	after := func(days int) clock.Date {
		return claimed.AddDays(between(g.rng, 0, min(days, g.asOf.DaysSince(claimed))))
	}
	if !g.newClaims() && chance(g.rng, 80) {
		p.set("last_interview_on", after(500).String())
	}
	status := casefile.ClaimUndecided
	switch n := between(g.rng, 1, 100); {
	case g.newClaims():
	case n <= 40:
		status = casefile.ClaimFurtherSubmissions
		g.flag(p, casefile.FlagFurtherSubmissions)
	case n <= 68:
		status = casefile.ClaimRightsExhausted
	case n <= 80:
		status = casefile.ClaimRefused
	case n <= 88:
		status = casefile.ClaimAppealPending
	}
	p.set("claim_status", string(status))
	if status != casefile.ClaimUndecided {
		p.set("claim_status_on", after(2000).String())
	}
	support := casefile.SupportSection95
	switch n := between(g.rng, 1, 100); {
	case g.age(p) < 18:
		support = casefile.SupportLocalAuthority
	case n <= 20:
		support = casefile.SupportNone
	case n <= 35:
		support = casefile.SupportSection4
	}
	p.set("support", string(support))
	for _, q := range f.people[1:] {
		q.set("own_claim", string(casefile.No))
		if g.age(q) >= 18 && q.birth.Before(f.arrived) && chance(g.rng, 4) {
			q.set("own_claim", string(casefile.Yes))
			q.set("claim_date", max(after(900).String(), q.values["arrived_on"])) // ISO dates sort as text
		}
	}
}

// flag adds a mark to a person's row.
func (g *generator) flag(p *person, f casefile.Flag) {
	flags := strings.Split(p.values["flags"], ";")
	flags = slices.DeleteFunc(flags, func(s string) bool { return s == "" })
	if !slices.Contains(flags, string(f)) {
		p.set("flags", strings.Join(append(flags, string(f)), ";"))
	}
}
