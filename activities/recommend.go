package activities

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// recommend asks the pinned rule set what it makes of each person, and keeps
// the answer with the revision it was made on. It recommends; it decides nothing.
func (c *change) recommend(ctx context.Context, revision int) error {
	all, err := c.advice(ctx)
	if err != nil {
		return err
	}
	return c.keep(ctx, revision, all)
}

// advised is what a rule set makes of each person of a family.
type advised struct {
	People []policy.Recommendation `json:"people"`
}

// advice asks the pinned rule set, and those for comparison, what they make of each person.
// It returns the answers by the hash of the set.
func (c *change) advice(ctx context.Context) (map[string]advised, error) {
	people, err := c.People(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	facts, err := c.facts(ctx, people)
	if err != nil {
		return nil, err
	}
	hashes, err := c.ComparisonHashes(ctx, c.today)
	if err != nil {
		return nil, err
	}
	sets := []*policy.RuleSet{c.rules}
	for _, hash := range hashes {
		set, err := c.a.ruleSet(ctx, c.Tx, hash)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	all := make(map[string]advised, len(sets))
	for _, set := range sets {
		var of advised
		for _, p := range people {
			r, err := set.Recommend(p.No, facts[p.No])
			if err != nil {
				return nil, err
			}
			of.People = append(of.People, r)
		}
		all[set.Hash] = of
	}
	return all, nil
}

// keep records answers of rule sets with the revision of the file that they were made on.
func (c *change) keep(ctx context.Context, revision int, all map[string]advised) error {
	for _, hash := range slices.Sorted(maps.Keys(all)) {
		encoded, err := json.Marshal(all[hash])
		if err != nil {
			return err
		}
		if err := c.SaveRecommendation(ctx, c.ref, revision, hash, encoded, c.now); err != nil {
			return err
		}
	}
	return nil
}

// reconsider asks the rule sets again, because time has passed a threshold and nobody has
// recorded anything. If one of them now says something else than it last did, the file
// counts as changed: it gets a new revision, and a proposal that waits goes back to its
// author, as after any act [D].
func (c *change) reconsider(ctx context.Context) error {
	now, err := c.advice(ctx)
	if err != nil {
		return err
	}
	last, err := c.LastRecommendations(ctx, c.ref)
	if err != nil {
		return err
	}
	changed := false
	for hash, body := range last {
		var was advised
		if err := json.Unmarshal(body, &was); err != nil {
			return err
		}
		is, asked := now[hash]
		changed = changed || asked && !reflect.DeepEqual(was, is)
	}
	if !changed {
		return c.keep(ctx, c.before.Revision, now)
	}
	if err := c.Revise(ctx, c.ref); err != nil {
		return err
	}
	if err := c.keep(ctx, c.before.Revision+1, now); err != nil {
		return err
	}
	return c.returnStaleProposal(ctx)
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
	providers, lives, err := c.ProviderResults(ctx, c.ref)
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
	for _, kind := range lives {
		shared[policy.LivedHere(kind)] = policy.Is(true)
	}
	if r, ok := providers[casefile.ProviderGP]; ok {
		shared["health_evidence"] = policy.Is(string(r))
	}
	children, bornHere := 0, 0
	longest := policy.Is(0) // of a family without children
	disputed, illness, alleged, confirmed := false, false, false, false
	for _, p := range people {
		illness = illness || p.SeriousIllness
		alleged = alleged || p.HarmAlleged
		confirmed = confirmed || p.HarmConfirmed
		disputed = disputed || p.AgeDisputed
		if !casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, c.today) {
			continue
		}
		longest = policy.Longest(children, longest, residence(p, c.today))
		children++
		if p.BornInScotland == casefile.Yes {
			bornHere++
		}
	}
	if children == 0 {
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
		return casefile.AgesOut(p.Birth, c.today)
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
	return policy.Residence(p.ArrivedOn, p.Birth, p.BornInScotland, on)
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
