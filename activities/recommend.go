package activities

import (
	"context"
	"encoding/json"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// recommend asks the pinned rule set what it makes of each person, and keeps
// the answer with the revision it was made on. It recommends; it decides nothing.
func (c *change) recommend(ctx context.Context, revision int) error {
	people, err := c.People(ctx, c.ref)
	if err != nil {
		return err
	}
	facts, err := c.facts(ctx, people)
	if err != nil {
		return err
	}
	hashes, err := c.ComparisonHashes(ctx, c.today)
	if err != nil {
		return err
	}
	sets := []*policy.RuleSet{c.rules}
	for _, hash := range hashes {
		set, err := c.a.ruleSet(ctx, c.Tx, hash)
		if err != nil {
			return err
		}
		sets = append(sets, set)
	}
	for _, set := range sets {
		body := struct {
			People []policy.Recommendation `json:"people"`
		}{}
		for _, p := range people {
			r, err := set.Recommend(p.No, facts[p.No])
			if err != nil {
				return err
			}
			body.People = append(body.People, r)
		}
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		if err := c.SaveRecommendation(ctx, c.ref, revision, set.Hash, encoded, c.now); err != nil {
			return err
		}
	}
	return nil
}

// facts gathers what criteria may ask about each person. What the file does not
// show stays unknown.
func (c *change) facts(ctx context.Context, people []store.PersonFacts) (map[int]policy.Facts, error) {
	family, err := c.Family(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	checks, err := c.CheckResults(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	providers, err := c.ProviderResults(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	interests, err := c.BestInterests(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	accepted, err := c.RepresentationAccepted(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	shared := policy.Facts{
		"supported":               policy.Is(family.Supported),
		"representation_accepted": policy.Is(accepted),
		"community_evidence":      policy.Is(providers[casefile.ProviderCommunity] == casefile.EvidenceComplete),
		"best_interests":          bestInterests(interests),
	}
	if r, ok := providers[casefile.ProviderGP]; ok {
		shared["health_evidence"] = policy.Is(string(r))
	}
	children, bornHere := 0, 0
	longest := policy.NotKnown()
	disputed, illness, alleged, confirmed := false, false, false, false
	for _, p := range people {
		illness = illness || p.SeriousIllness
		alleged = alleged || p.HarmAlleged
		confirmed = confirmed || p.HarmConfirmed
		disputed = disputed || p.AgeDisputed
		if !casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, c.today) {
			continue
		}
		children++
		if p.BornInScotland == casefile.Yes {
			bornHere++
		}
		if years := residence(p, c.today); years.State == policy.Known &&
			(longest.State != policy.Known || years.Value.(int64) > longest.Value.(int64)) {
			longest = years
		}
	}
	if children == 0 {
		longest = policy.Is(0)
		shared["best_interests"] = policy.Is("none")
	}
	shared["children"] = policy.Is(children)
	if disputed {
		shared["children"] = policy.InDispute()
	}
	shared["children_born_in_scotland"] = policy.Is(bornHere)
	shared["child_residence_years"] = longest
	shared["serious_illness"] = policy.Is(illness)
	shared["public_harm_alleged"] = policy.Is(alleged)
	shared["public_harm_confirmed"] = policy.Is(confirmed)
	shared["child_turns_18_within_6_months"] = policy.Is(slices.ContainsFunc(people, func(p store.PersonFacts) bool {
		return policy.AgesOut(p.Birth, c.today)
	}))

	all := make(map[int]policy.Facts, len(people))
	for _, p := range people {
		f := policy.Facts{}
		for name, fact := range shared {
			f[name] = fact
		}
		f["residence_years"] = residence(p, c.today)
		if r, ok := checks[p.No]; ok {
			f["security_check"] = policy.Is(r)
		} else if !casefile.NeedsSecurityCheck(p.Birth, p.Relationship, p.AgeDisputed, c.today) {
			f["security_check"] = policy.Is("clear") // no check is due of a child
		}
		f["age_years"] = policy.Years(p.Birth, c.today)
		if people[0].ClaimDate != (clock.PartialDate{}) {
			f["claim_years"] = policy.Years(people[0].ClaimDate, c.today)
		}
		all[p.No] = f
	}
	return all, nil
}

// residence is how many full years somebody has lived here: known where the
// earliest and the latest day that the record allows agree, or where the person
// was born here.
func residence(p store.PersonFacts, on clock.Date) policy.Fact {
	since := p.ArrivedOn
	if since.IsZero() && p.BornInScotland == casefile.Yes {
		since = p.Birth
	}
	return policy.Years(since, on)
}

// bestInterests is what the signed reports conclude of the children together:
// one child whose interests are to remain speaks for the family.
func bestInterests(each []string) policy.Fact {
	switch {
	case len(each) == 0:
		return policy.NotKnown()
	case slices.Contains(each, "remain"):
		return policy.Is("remain")
	case slices.Contains(each, "undetermined"):
		return policy.Is("undetermined")
	}
	return policy.Is("return")
}
