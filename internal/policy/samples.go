package policy

import (
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Sample is a made-up family on which a rule set is tried before it is proposed.
type Sample struct {
	Family string // what is special about it
	File   File
}

// Samples are twenty families as they stand on a day [D]: those whom the sets in force are about,
// those on each side of their limits, and those of whom a fact is unknown or disputed.
func Samples(on clock.Date) []Sample {
	ago := func(years int) clock.PartialDate { return clock.Partial(on.AddYears(-years).AddDays(-1)) }
	// family is two parents and a child of ten who came together so many years ago, known to the last fact.
	family := func(years int, change ...func(*File)) File {
		f := File{
			Supported: true, BestInterests: []string{"undetermined"},
			Providers: map[casefile.Provider]casefile.EvidenceResult{casefile.ProviderGP: casefile.EvidenceNothingHeld,
				casefile.ProviderCommunity: casefile.EvidenceNothingHeld},
			Checks: map[int]string{1: "clear", 2: "clear"},
			People: []Person{
				{No: 1, Relationship: casefile.Principal, Birth: ago(38), ArrivedOn: ago(years), ClaimDate: ago(years), BornInScotland: casefile.No},
				{No: 2, Relationship: casefile.Partner, Birth: ago(36), ArrivedOn: ago(years), ClaimDate: ago(years), BornInScotland: casefile.No},
				{No: 3, Relationship: casefile.Child, Birth: ago(10), ArrivedOn: ago(years), ClaimDate: ago(years), BornInScotland: casefile.No},
			},
		}
		for _, c := range change {
			c(&f)
		}
		return f
	}
	everybody := func(change func(*Person)) func(*File) {
		return func(f *File) {
			for i := range f.People {
				change(&f.People[i])
			}
		}
	}
	without := func(nos ...int) func(*File) {
		return func(f *File) {
			f.People = slices.DeleteFunc(f.People, func(p Person) bool { return slices.Contains(nos, p.No) })
		}
	}
	return []Sample{
		{"two years here, with a child", family(2)},
		{"three years here, with a child, and letters of the community", family(3, func(f *File) {
			f.Providers[casefile.ProviderCommunity] = casefile.EvidenceComplete
		})},
		{"four years here, best for the child to remain", family(4, func(f *File) { f.BestInterests = []string{"remain"} })},
		{"four years here, best for the child to return", family(4, func(f *File) { f.BestInterests = []string{"return"} })},
		{"five years here, with a child", family(5)},
		{"six years here, with a child", family(6)},
		{"seven years here, with a child", family(7)},
		{"nine years here, without a child", family(9, without(3), func(f *File) { f.BestInterests = nil })},
		{"two years here, without a child", family(2, without(2, 3), func(f *File) { f.BestInterests = nil })},
		{"two years here, and a child of one born in Scotland", family(2, func(f *File) {
			f.People[2].Birth, f.People[2].ArrivedOn, f.People[2].BornInScotland = ago(1), clock.PartialDate{}, casefile.Yes
		})},
		{"two years here, and the child goes to school and plays in a team", family(2, func(f *File) {
			f.Lives = []casefile.LifeKind{casefile.LifeSchool, casefile.LifeSport}
		})},
		{"two years here, a serious illness, and the doctor's evidence complete", family(2, everybody(func(p *Person) {
			p.SeriousIllness = p.No == 1
		}), func(f *File) { f.Providers[casefile.ProviderGP] = casefile.EvidenceComplete })},
		{"two years here, a serious illness, and no answer of the doctor", family(2, everybody(func(p *Person) {
			p.SeriousIllness = p.No == 1
		}), func(f *File) { delete(f.Providers, casefile.ProviderGP) })},
		{"seven years here, and public harm confirmed", family(7, everybody(func(p *Person) {
			p.HarmAlleged, p.HarmConfirmed = p.No == 1, p.No == 1
		}))},
		{"seven years here, and public harm alleged only", family(7, everybody(func(p *Person) { p.HarmAlleged = p.No == 1 }))},
		{"seven years here, and a security check that was referred", family(7, func(f *File) { f.Checks[1] = "refer" })},
		{"seven years here, and no security check", family(7, func(f *File) { f.Checks = nil })},
		{"nobody knows when they came", family(0, everybody(func(p *Person) { p.ArrivedOn = clock.PartialDate{} }))},
		{"seven years here, and the child's age is disputed", family(7, everybody(func(p *Person) { p.AgeDisputed = p.No == 3 }))},
		{"three years here, and no report on the child is signed yet", family(3, func(f *File) { f.BestInterests = nil })},
	}
}
