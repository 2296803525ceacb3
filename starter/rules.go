package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/policy"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) rulesCommand() *cobra.Command {
	return cli.Group("rules", "the rule sets: what is in force, what another would say, and how one comes into force",
		forReaders(a.rulesList(), everyStaff), forReaders(a.rulesShow(), everyStaff), forReaders(a.rulesCheck(), needsServer),
		forReaders(a.rulesCompare(), everyStaff), a.rulesPropose(), a.rulesAdopt())
}

// everyStaff are the readers of what tells of no case.
const everyStaff = "every member of staff"

// aRuleSet bounds what is read as a rule set, in bytes: the longest has some seven thousand.
const aRuleSet = 1 << 20

// readRules reads and checks a rule set from a file.
func readRules(file string) (*policy.RuleSet, error) {
	body, err := cli.ReadInput("FILE", file)
	if err != nil {
		return nil, err
	}
	if len(body) > aRuleSet {
		return nil, cli.Usage(fmt.Errorf("%s has %d bytes; a rule set has at most %d: it is another file",
			cli.InputName(file), len(body), aRuleSet))
	}
	set, err := policy.Load(cli.InputName(file), body)
	if err != nil {
		return nil, cli.Usage(err)
	}
	return set, nil
}

// ruleSetOf finds a set on record by its digest or the beginning of it, or by its name: then
// the one in force, or the only one of that name.
func (a *app) ruleSetOf(ctx context.Context, name string) (*policy.RuleSet, store.RulesOnRecord, error) {
	s, err := a.database(ctx)
	if err != nil {
		return nil, store.RulesOnRecord{}, err
	}
	all, err := s.Rules(ctx)
	if err != nil {
		return nil, store.RulesOnRecord{}, err
	}
	found, err := pickRules(all, name)
	if err != nil {
		return nil, found, err
	}
	set, err := policy.Load(found.ID, []byte(found.Body))
	return set, found, err
}

// pickRules finds the set that a name means.
func pickRules(all []store.RulesOnRecord, name string) (store.RulesOnRecord, error) {
	var named []store.RulesOnRecord
	for _, r := range all {
		if r.ID == name && r.State == store.RulesInForce {
			return r, nil
		}
		if r.ID == name || len(name) >= 4 && strings.HasPrefix(r.Hash, name) {
			named = append(named, r)
		}
	}
	switch len(named) {
	case 1:
		return named[0], nil
	case 0:
		return store.RulesOnRecord{}, cli.Usage(fmt.Errorf("%q is no rule set on record: rules list has their names and digests", name))
	}
	var digests []string
	for _, r := range named {
		digests = append(digests, fmt.Sprintf("%s (%s)", r.Hash, r.State))
	}
	return store.RulesOnRecord{}, cli.Usage(fmt.Errorf("%d rule sets are called %q, and none of them is in force: name one by its digest: %s",
		len(named), name, strings.Join(digests, ", ")))
}

func (a *app) rulesList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "list the rule sets on record, and what became of each", Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			all, err := s.Rules(c.Context())
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), all, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "SET\tDIGEST\tUSE\tSTATE\tBY")
				for _, r := range all {
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Hash, r.Use, rulesState(r), rulesBy(r))
				}
				for _, r := range all {
					if r.State == store.RulesInForce && r.Waiting != nil && *r.Waiting > 0 {
						fmt.Fprintf(t, "\n%s is taken by %s; %s to take it\n", r.ID,
							cli.Counted(*r.Taken, "undecided review", "undecided reviews"),
							cli.Counted(*r.Waiting, "has yet", "have yet"))
					}
				}
			})
		},
	}
}

func rulesState(r store.RulesOnRecord) string {
	switch r.State {
	case store.RulesInForce:
		return fmt.Sprintf("in force since %s", r.From)
	case store.RulesComing:
		return fmt.Sprintf("in force from %s on", r.From)
	case store.RulesProposed:
		return fmt.Sprintf("proposed on %s", r.ProposedOn)
	case store.RulesFormer:
		return "was in force"
	case store.RulesDropped:
		return "was not adopted"
	}
	return "on file"
}

func rulesBy(r store.RulesOnRecord) string {
	switch {
	case r.AdoptedBy != "":
		return r.ProposedBy + " and " + r.AdoptedBy
	case r.ProposedBy != "":
		return r.ProposedBy
	case r.State == store.RulesInForce, r.State == store.RulesFormer:
		return "set-up"
	}
	return ""
}

func (a *app) rulesShow() *cobra.Command {
	return &cobra.Command{
		Use: "show SET", Short: "print a rule set as it was written, such as for a change of it", Args: cli.Exactly(1),
		Long: "Print a rule set as it was written, such as for a change of it. SET is its name, which means the one in force, or its digest.",
		RunE: func(c *cobra.Command, args []string) error {
			_, r, err := a.ruleSetOf(c.Context(), args[0])
			if err != nil {
				return err
			}
			shown := struct {
				store.RulesOnRecord
				Text string `json:"text"`
			}{r, r.Body}
			return a.print(c.OutOrStdout(), shown, func(t *tabwriter.Writer) {
				_ = t.Flush() // the text has its own columns
				fmt.Fprint(c.OutOrStdout(), r.Body)
			})
		},
	}
}

// tried is what a rule set makes of one sample family.
type tried struct {
	Family string                  `json:"family"`
	People []policy.Recommendation `json:"people"`
}

// try has a set say what it makes of the sample families.
func try(set *policy.RuleSet, on clock.Date) ([]tried, error) {
	var all []tried
	for _, s := range policy.Samples(on) {
		people, err := set.Recommend(s.File, on)
		if err != nil {
			return nil, err
		}
		all = append(all, tried{s.Family, people})
	}
	return all, nil
}

// words say what a set makes of the people of a family, those alike together.
func (t tried) words() string {
	var parts, said []string
	who := map[string][]string{}
	for _, p := range t.People {
		words := adviceInWords(p)
		if len(who[words]) == 0 {
			said = append(said, words)
		}
		who[words] = append(who[words], fmt.Sprintf("/%d", p.Person))
	}
	for _, words := range said {
		if len(said) == 1 {
			return words
		}
		parts = append(parts, strings.Join(who[words], " ")+" "+words)
	}
	return strings.Join(parts, "; ")
}

// adviceInWords says what a set makes of one person, and why.
func adviceInWords(p policy.Recommendation) string {
	switch p.Advice {
	case policy.AdviseGrant:
		return fmt.Sprintf("%s: %s", p.Outcome, strings.Join(p.Met, ", "))
	case policy.AdviseMoreEvidence:
		return "more evidence: " + strings.Join(p.Unknown, ", ")
	case policy.AdviseWeigh:
		return fmt.Sprintf("weigh: for %s, against %s", strings.Join(p.Met, ", "), strings.Join(p.Against, ", "))
	}
	if len(p.Against) > 0 {
		return "no ground; against: " + strings.Join(p.Against, ", ")
	}
	return "no ground"
}

// sampleDay is the day on which the sample families stand as they do. All their days are counted
// back from it, but for the cut-off day of a set, which lies before March 2007.
var sampleDay = clock.NewDate(2007, time.March, 1)

func (a *app) rulesCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "read a rule set, name the line and field that is wrong, and say what it makes of twenty sample families", Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			set, err := readRules(args[0])
			if err != nil {
				return err
			}
			samples, err := try(set, sampleDay)
			if err != nil {
				return cli.Usage(err)
			}
			checked := struct {
				File    string        `json:"file"`
				ID      string        `json:"id"`
				RuleSet string        `json:"rule_set"`
				Use     string        `json:"use"`
				Lane    casefile.Lane `json:"lane,omitempty"`
				From    clock.Date    `json:"in_force_from"`
				Params  string        `json:"parameters,omitempty"`
				Samples []tried       `json:"samples"`
			}{cli.InputName(args[0]), set.ID, set.Hash, set.Use, set.Lane, set.InForceFrom, set.Parameters.String(), samples}
			return a.print(c.OutOrStdout(), checked, func(t *tabwriter.Writer) {
				use := set.Use
				if set.Lane != "" {
					use += " in the " + string(set.Lane) + " lane"
				}
				fmt.Fprintf(t, "%s is a rule set: %s, %s, in force from %s on at the earliest\nits digest is %s\n", checked.File, set.ID,
					use, set.InForceFrom, set.Hash)
				if checked.Params != "" {
					fmt.Fprintf(t, "parameters: %s\n", checked.Params)
				}
				fmt.Fprintf(t, "\nOf twenty sample families, each of two parents and a child of ten unless it says otherwise:\n\n")
				for i, s := range samples {
					fmt.Fprintf(t, "%2d  %s\n    %s\n", i+1, s.Family, s.words())
				}
			})
		},
	}
}

// rulesCompared is what two sets say differently.
type rulesCompared struct {
	One         string              `json:"one"`
	Other       string              `json:"other"`
	Differences []policy.Difference `json:"differences"`
	Samples     []sampleCompared    `json:"samples"` // of which the sets say different things
}

type sampleCompared struct {
	Family string `json:"family"`
	One    string `json:"one"`
	Other  string `json:"other"`
}

func (a *app) rulesCompare() *cobra.Command {
	return &cobra.Command{
		Use: "compare SET OTHER", Short: "what two rule sets say differently, and of which of the twenty sample families", Args: cli.Exactly(2),
		Long: "What two rule sets say differently, and of which of the twenty sample families. A set is named as by rules show; one that is not on record yet as a file, such as ./new.yaml.",
		RunE: func(c *cobra.Command, args []string) error {
			var sets []*policy.RuleSet
			var all [][]tried
			for _, name := range args {
				set, err := a.setOrFile(c.Context(), name)
				if err != nil {
					return err
				}
				samples, err := try(set, sampleDay)
				if err != nil {
					return err
				}
				sets, all = append(sets, set), append(all, samples)
			}
			compared := rulesCompared{One: sets[0].ID + " " + sets[0].Hash, Other: sets[1].ID + " " + sets[1].Hash,
				Differences: policy.Differences(sets[0], sets[1]), Samples: []sampleCompared{}}
			for i, one := range all[0] {
				if other := all[1][i]; one.words() != other.words() {
					compared.Samples = append(compared.Samples, sampleCompared{one.Family, one.words(), other.words()})
				}
			}
			return a.print(c.OutOrStdout(), compared, func(t *tabwriter.Writer) {
				fmt.Fprintf(t, "one: %s\nother: %s\n", compared.One, compared.Other)
				for _, d := range compared.Differences {
					fmt.Fprintf(t, "\n%s\n  one: %s\n  other: %s\n", d.About, cli.OrNone(d.One), cli.OrNone(d.Other))
				}
				fmt.Fprintf(t, "\n%s, %d of the %d sample families\n",
					cli.Counted(len(compared.Differences), "difference", "differences"), len(compared.Samples), len(all[0]))
				for _, s := range compared.Samples {
					fmt.Fprintf(t, "\n%s\n  one: %s\n  other: %s\n", s.Family, s.One, s.Other)
				}
			})
		},
	}
}

// setOrFile is a set on record, or one in a file: what has a dot or a slash in it is no name
// of a set.
func (a *app) setOrFile(ctx context.Context, name string) (*policy.RuleSet, error) {
	if name == "-" || strings.ContainsAny(name, "./") {
		return readRules(name)
	}
	set, _, err := a.ruleSetOf(ctx, name)
	return set, err
}

// rulesActed is what became of an act on a rule set.
type rulesActed struct {
	ID      string     `json:"id"`
	RuleSet string     `json:"rule_set"`
	Use     string     `json:"use"`
	From    clock.Date `json:"from,omitzero"`
	By      string     `json:"by,omitempty"` // the act on record
	DryRun  bool       `json:"dry_run,omitempty"`
}

func (a *app) rulesPropose() *cobra.Command {
	var dryRun bool
	rule := casefile.ActProposeRules.Rule()
	c := forAct(&cobra.Command{
		Use: "propose FILE", Short: rule.InWords, Args: cli.Exactly(1),
		Long: rule.InWords + ". The file is checked first, as by rules check. A set that was in force before is proposed in the same way: rules show prints it.",
		RunE: func(c *cobra.Command, args []string) error {
			set, err := readRules(args[0])
			if err != nil {
				return err
			}
			if _, err := try(set, sampleDay); err != nil {
				return cli.Usage(err)
			}
			acted := rulesActed{ID: set.ID, RuleSet: set.Hash, Use: set.Use, DryRun: dryRun}
			err = a.onRules(c.Context(), casefile.ActProposeRules, &casefile.ProposeRulesFields{RuleSet: set.Hash, ID: set.ID},
				func(s *store.Store, cmd store.NewCommand) error {
					acted.By = cmd.ID.String()
					return s.ProposeRules(c.Context(), cmd, set, dryRun)
				})
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), acted, func(t *tabwriter.Writer) {
				if dryRun {
					fmt.Fprintf(t, "%s (%s) could be proposed; nothing was changed\n", set.ID, set.Hash)
					return
				}
				fmt.Fprintf(t, "%s (%s) is proposed, on record as %s; nothing is in force by it yet\n", set.ID, set.Hash, acted.By)
				fmt.Fprintf(t, "next: another officer of operations adopts it within %d days: rules adopt %s\n", casefile.RulesProposalDays, set.Hash)
			})
		},
	}, casefile.ActProposeRules)
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say whether it could be proposed, and change nothing")
	return c
}

func (a *app) rulesAdopt() *cobra.Command {
	var dryRun bool
	rule := casefile.ActAdoptRules.Rule()
	fields := &casefile.AdoptRulesFields{}
	c := forAct(&cobra.Command{
		Use: "adopt SET", Short: rule.InWords, Args: cli.Exactly(1),
		Long: rule.InWords + ". The worker takes it up without a restart. What both sets make of each family is kept, and a proposal that waits goes back to its author. Deadlines that run stay as they are.",
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			set, _, err := a.proposedSet(ctx, args[0])
			if err != nil {
				return err
			}
			if fields.From.IsZero() {
				if fields.From, err = a.today(ctx); err != nil {
					return err
				}
				if fields.From.Before(set.InForceFrom) {
					fields.From = set.InForceFrom
				}
			}
			fields.RuleSet = set.Hash
			if err := fields.Validate(); err != nil {
				return cli.Usage(err)
			}
			acted := rulesActed{ID: set.ID, RuleSet: set.Hash, Use: set.Use, From: fields.From, DryRun: dryRun}
			err = a.onRules(ctx, casefile.ActAdoptRules, fields, func(s *store.Store, cmd store.NewCommand) error {
				acted.By = cmd.ID.String()
				return s.AdoptRules(ctx, cmd, set.Hash, fields.From, dryRun)
			})
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), acted, func(t *tabwriter.Writer) {
				if dryRun {
					fmt.Fprintf(t, "%s (%s) could be adopted from %s on; nothing was changed\n", set.ID, set.Hash, fields.From)
					return
				}
				fmt.Fprintf(t, "%s (%s) is adopted, on record as %s: it is in force from %s on\n", set.ID, set.Hash, acted.By, fields.From)
				if set.Use == policy.Operative {
					fmt.Fprintln(t, "from that day on undecided reviews of its lane take it, a proposal that waits goes back to its author,\nand decided families do not change; rules list shows how many have yet to take it")
				} else {
					fmt.Fprintln(t, "it is for comparison: it decides nothing, and stands beside what the operative set makes of each family")
				}
			})
		},
	}, casefile.ActAdoptRules)
	cli.AskedOf(c.Flags(), fields, "from")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say whether it could be adopted, and change nothing")
	return c
}

// proposedSet finds the set that a name means for its adoption: of those of one name the one that is proposed.
func (a *app) proposedSet(ctx context.Context, name string) (*policy.RuleSet, store.RulesOnRecord, error) {
	s, err := a.database(ctx)
	if err != nil {
		return nil, store.RulesOnRecord{}, err
	}
	all, err := s.Rules(ctx)
	if err != nil {
		return nil, store.RulesOnRecord{}, err
	}
	for _, r := range all {
		if r.ID == name && r.State == store.RulesProposed {
			name = r.Hash
			break
		}
	}
	return a.ruleSetOf(ctx, name)
}

// onRules does an act on a rule set.
func (a *app) onRules(ctx context.Context, act casefile.Act, fields casefile.Fields,
	do func(*store.Store, store.NewCommand) error) error {
	if _, err := a.holdsRole(ctx, act); err != nil {
		return err
	}
	on, err := a.today(ctx)
	if err != nil {
		return err
	}
	cmd, err := desk.New("", act, 0, on, fields, "")
	if err != nil {
		return err
	}
	cmd.Office = store.RulesOffice
	s, err := a.database(ctx)
	if err != nil {
		return err
	}
	return do(s, cmd)
}
