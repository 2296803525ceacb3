package policy

import (
	"maps"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// File is what a family's file shows of it, as far as rule sets ask.
type File struct {
	Supported              bool                                          `json:"supported"`
	RepresentationAccepted bool                                          `json:"accepted"`
	Providers              map[casefile.Provider]casefile.EvidenceResult `json:"providers"` // the best that each has sent
	Lives                  []casefile.LifeKind                           `json:"lives"`     // that evidence shows
	// BestInterests are what the last signed report on each child concludes: remain, return or undetermined.
	BestInterests []string       `json:"best_interests"`
	Checks        map[int]string `json:"checks"` // each person's latest security check
	// People are those whose part in the case has not ended by itself, the principal first.
	People []Person `json:"people"`
}

// Person is what a file shows of somebody, as far as rule sets ask.
type Person struct {
	No             int                   `json:"no"`
	Relationship   casefile.Relationship `json:"relationship"`
	Birth          clock.PartialDate     `json:"birth"`
	BornInScotland casefile.Answer       `json:"born_in_scotland"`
	ArrivedOn      clock.PartialDate     `json:"arrived_on"`
	ClaimDate      clock.PartialDate     `json:"claim_date"`
	AgeDisputed    bool                  `json:"age_disputed"`
	SeriousIllness bool                  `json:"serious_illness"`
	HarmAlleged    bool                  `json:"harm_alleged"`
	HarmConfirmed  bool                  `json:"harm_confirmed"`
}

// mayBeChild reports whether the person may be under 18 on a day.
func (p Person) mayBeChild(on clock.Date) bool {
	return casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, on)
}

// residence is how many full years somebody has lived here: known where the
// earliest and the latest day that the record allows agree, or where the person
// was born here.
func (p Person) residence(on clock.Date) Fact {
	return Residence(p.ArrivedOn, p.Birth, p.BornInScotland, on)
}

// Recommend evaluates the set on each person of a family, by what its file shows on a day. An
// unknown never satisfies a criterion, as [RuleSet.RecommendOn] says.
func (s *RuleSet) Recommend(f File, on clock.Date) ([]Recommendation, error) {
	facts := f.Facts(on)
	var all []Recommendation
	for _, p := range f.People {
		of := facts[p.No]
		if !s.CutOff.IsZero() {
			of = maps.Clone(of)
			maps.Copy(of, f.since(s.CutOff))
		}
		r, err := s.RecommendOn(p.No, of)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// Facts gathers what criteria may ask about each person, by number. What the file does
// not show stays unknown. What depends on a set's cut-off day is not among them.
func (f File) Facts(on clock.Date) map[int]Facts {
	if len(f.People) == 0 {
		return nil
	}
	shared := Facts{
		"supported":                 Is(f.Supported),
		"representation_accepted":   Is(f.RepresentationAccepted),
		"community_evidence":        Is(f.Providers[casefile.ProviderCommunity] == casefile.EvidenceComplete),
		"best_interests":            bestInterests(f.BestInterests),
		"principal_residence_years": f.People[0].residence(on),
	}
	for _, kind := range f.Lives {
		shared[LivedHere(kind)] = Is(true)
	}
	if r, ok := f.Providers[casefile.ProviderGP]; ok {
		shared["health_evidence"] = Is(string(r))
	}
	children, bornHere := 0, 0
	longest := Is(0) // of a family without children
	disputed, illness, alleged, confirmed := false, false, false, false
	for _, p := range f.People {
		illness = illness || p.SeriousIllness
		alleged = alleged || p.HarmAlleged
		confirmed = confirmed || p.HarmConfirmed
		disputed = disputed || p.AgeDisputed
		if !p.mayBeChild(on) {
			continue
		}
		longest = Longest(children, longest, p.residence(on))
		children++
		if p.BornInScotland == casefile.Yes {
			bornHere++
		}
	}
	if children == 0 {
		shared["best_interests"] = Is("none")
	}
	shared["children"] = Is(children)
	if disputed {
		shared["children"] = InDispute()
	}
	shared["children_born_in_scotland"] = Is(bornHere)
	shared["child_residence_years"] = longest
	shared["serious_illness"] = Is(illness)
	shared["public_harm_alleged"] = Is(alleged)
	shared["public_harm_confirmed"] = Is(confirmed)
	shared["child_turns_18_within_6_months"] = Is(slices.ContainsFunc(f.People, func(p Person) bool {
		return casefile.AgesOut(p.Birth, on)
	}))
	if claim := f.People[0].ClaimDate; claim != (clock.PartialDate{}) {
		shared["claim_years"] = Years(claim, on)
	}

	all := make(map[int]Facts, len(f.People))
	for _, p := range f.People {
		of := maps.Clone(shared)
		of["residence_years"] = p.residence(on)
		if r, ok := f.Checks[p.No]; ok {
			of["security_check"] = Is(r)
		} else if !casefile.NeedsSecurityCheck(p.Birth, p.Relationship, p.AgeDisputed, on) {
			of["security_check"] = Is("clear") // no check is due of a child
		}
		of["age_years"] = Years(p.Birth, on)
		all[p.No] = of
	}
	return all
}

// since are the facts that depend on a set's cut-off day.
func (f File) since(cutOff clock.Date) Facts {
	principal := f.People[0]
	return Facts{
		hereSinceCutOff:     by(casefile.ResidentSince(principal.ArrivedOn, principal.Birth, principal.BornInScotland), cutOff),
		claimedBeforeCutOff: by(principal.ClaimDate, cutOff.AddDays(-1)),
	}
}

// by tells whether something happened on a day or before: known where the earliest and the
// latest day that the record allows agree about it.
func by(happened clock.PartialDate, day clock.Date) Fact {
	switch {
	case happened.IsZero():
		return NotKnown()
	case !day.Before(happened.Latest()):
		return Is(true)
	case day.Before(happened.Earliest()):
		return Is(false)
	}
	return NotKnown()
}

// bestInterests is what the signed reports conclude of the children together:
// one child whose interests are to remain speaks for the family.
func bestInterests(each []string) Fact {
	switch {
	case len(each) == 0:
		return NotKnown()
	case slices.Contains(each, "remain"):
		return Is("remain")
	case slices.Contains(each, "undetermined"):
		return Is("undetermined")
	}
	return Is("return")
}
