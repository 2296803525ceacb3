package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"hame/internal/cli"
	"hame/internal/gazetteer"
	"hame/internal/policy"
	"hame/internal/store"
	"hame/internal/whatif"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

func (a *app) programmeCommand() *cobra.Command {
	return cli.Group("programme", "steer the programme as a whole: nothing here changes a case",
		forReaders(a.whatIf(), whoSteers), forReaders(a.programmeForecast(), programme), forReaders(a.programmeBacktest(), programme))
}

// whoSteers are the readers of what other rules would say.
const whoSteers = "the minister's office, operations, the senior caseworker or the auditor"

func (a *app) whatIf() *cobra.Command {
	var rules, against string
	var with []string
	var list bool
	var limit int
	c := &cobra.Command{
		Use: "what-if --rules SET", Short: "what another rule set would recommend for every family, against the one in force", Args: cli.Exactly(0),
		Long: "What another rule set would recommend for every family, by its file as it stands today, against the sets in force or another one. It recommends; it decides nothing, and nothing is written to any case. The worker works it out.",
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			params, err := parameters(with)
			if err != nil {
				return cli.Usage(err)
			}
			if rules == "" {
				return cli.Usage(errors.New("--rules: name the rule set that is asked about; rules list has them"))
			}
			set, _, err := a.ruleSetOf(ctx, rules)
			if err != nil {
				return err
			}
			if _, err := set.With(params); err != nil {
				return cli.Usage(fmt.Errorf("--with: %w", err))
			}
			other := ""
			if against != "" {
				held, _, err := a.ruleSetOf(ctx, against)
				if err != nil {
					return err
				}
				other = held.Hash
			}
			s, err := a.database(ctx)
			if err != nil {
				return err
			}
			no, err := s.AskWhatIf(ctx, set.Hash, params, other)
			if err != nil {
				return err
			}
			w, err := a.awaitWhatIf(c, s, no)
			if err != nil {
				return err
			}
			answer := whatIfAnswer{WhatIf: w}
			if list {
				if answer.Parted, answer.Total, err = s.WhatIfList(ctx, no, limit); err != nil {
					return err
				}
			}
			return a.print(c.OutOrStdout(), answer, func(t *tabwriter.Writer) { answer.write(t, list) })
		},
	}
	c.Flags().StringVar(&rules, "rules", "", "the rule set that is asked about, by its name or digest")
	c.Flags().StringSliceVar(&with, "with", nil, "another value for a parameter of the set, such as years=5 or cut_off=2006-03-01")
	c.Flags().StringVar(&against, "against", "", "the set that it is held against; without it those in force")
	c.Flags().BoolVar(&list, "list", false, "also list the families of whom the two sets say different things, as far as you may see them")
	cli.Limited(c.Flags(), &limit, 50)
	return c
}

// parameters reads values of parameters, such as years=5.
func parameters(with []string) (map[string]string, error) {
	params := map[string]string{}
	for _, w := range with {
		name, value, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("--with is %s; it must be a parameter and its value, such as years=5", fmt.Sprintf("%.40q", w))
		}
		if _, twice := params[name]; twice {
			return nil, fmt.Errorf("--with names %s twice", fmt.Sprintf("%.40q", name))
		}
		params[name] = value
	}
	return params, nil
}

// awaitWhatIf waits for the worker's answer, and shows how far it is.
func (a *app) awaitWhatIf(c *cobra.Command, s *store.Store, no int64) (store.WhatIf, error) {
	ctx := c.Context()
	var bar *progressbar.ProgressBar
	for begun := time.Now(); ; {
		w, err := s.WhatIf(ctx, no)
		switch {
		case err != nil:
			return w, err
		case w.Failed != "":
			return w, fmt.Errorf("it can't be answered: %s", w.Failed)
		case w.Finished:
			if bar != nil {
				_ = bar.Finish()
				fmt.Fprintln(c.ErrOrStderr())
			}
			return w, nil
		case w.Done > 0 && bar == nil:
			bar = progressbar.NewOptions(w.Files, progressbar.OptionSetWriter(c.ErrOrStderr()),
				progressbar.OptionSetDescription("families"), progressbar.OptionShowCount())
		}
		if bar != nil {
			_ = bar.Set(w.Done)
		}
		if w.Done == 0 && time.Since(begun) > patience {
			if seen, err := s.WorkerSeen(ctx); err == nil && seen.Away() {
				return w, fmt.Errorf("the worker answers it, and %s: ask again when it runs", seen.InWords())
			}
		}
		select {
		case <-ctx.Done():
			return w, context.Cause(ctx)
		case <-time.After(watchEvery / 2):
		}
	}
}

// whatIfAnswer is what programme what-if prints.
type whatIfAnswer struct {
	store.WhatIf
	Parted []store.WhatIfParted `json:"parted,omitempty"`
	Total  int                  `json:"parted_total,omitempty"` // how many there are that the reader may see
}

// answersInWords say what a set makes of a family.
var answersInWords = map[whatif.Answer]string{
	whatif.GrantsAll: "grant to all", whatif.GrantsSome: "grant to some", whatif.Weigh: "to be weighed",
	whatif.MoreEvidence: "more evidence", whatif.NoGround: "no ground",
}

func (w whatIfAnswer) write(t *tabwriter.Writer, list bool) {
	asked := w.RuleSet
	for _, name := range slices.Sorted(maps.Keys(w.Params)) {
		asked += " with " + name + "=" + w.Params[name]
	}
	fmt.Fprintf(t, "%s against %s, by the files of %s\n", asked, cmp.Or(w.Against, "the sets in force"), w.On)
	for _, decided := range []bool{false, true} {
		w.matrix(t, decided)
	}
	for _, by := range []struct {
		by    whatif.By
		title string
		name  func(string) string
	}{{whatif.ByLane, "LANE", nil}, {whatif.ByCouncil, "COUNCIL", gazetteer.CouncilName}, {whatif.ByYears, "YEARS HERE", nil},
		{whatif.ByNationality, "NATIONALITY", gazetteer.NationalityName}} {
		w.groups(t, by.by, by.title, by.name)
	}
	fmt.Fprintln(t, "\nEach family is counted once in each table, a file of people who parted with the family that was\nimported. Who withdrew, left, died or needs no leave is not counted, and no family without anybody else.")
	if w.Withheld > 0 {
		fmt.Fprintf(t, "%s you may not see: no count has them.\n", cli.Counted(w.Withheld, "restricted family that", "restricted families that"))
	}
	fmt.Fprintln(t, "A set recommends; a named officer decides. Nothing was written to any case.")
	if !list {
		return
	}
	fmt.Fprintln(t, "\nFAMILY\tASKED\tAGAINST")
	for _, p := range w.Parted {
		name := p.Case
		if p.Decided {
			name += " (decided)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", name, tried{People: p.One}.short(), tried{People: p.Other}.short())
	}
	fmt.Fprintln(t, cli.Listed(len(w.Parted), w.Total, "family that they part on", "families that they part on"))
}

// matrix shows how many families each set answers how.
func (w whatIfAnswer) matrix(t *tabwriter.Writer, decided bool) {
	type pair struct{ one, other whatif.Answer }
	of := map[pair]whatif.Count{}
	total := whatif.Count{}
	for _, c := range w.Counts {
		if c.By != whatif.All || c.Decided != decided {
			continue
		}
		sum := of[pair{c.One, c.Other}]
		of[pair{c.One, c.Other}] = plus(sum, c)
		total = plus(total, c)
	}
	title := "UNDECIDED FAMILIES"
	if decided {
		title = "DECIDED FAMILIES, which do not change"
	}
	fmt.Fprintf(t, "\n%s: %d, with %s, %s among them\n", title, total.Families, cli.Counted(total.People, "person", "people"),
		cli.Counted(total.Children, "child", "children"))
	if total.People == 0 {
		return
	}
	fmt.Fprintln(t, "ASKED\tAGAINST\tFAMILIES\tPEOPLE\tCHILDREN")
	for _, one := range whatif.Answers {
		for _, other := range whatif.Answers {
			if c, ok := of[pair{one, other}]; ok {
				fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\n", answersInWords[one], answersInWords[other], c.Families, c.People, c.Children)
			}
		}
	}
}

func plus(x, y whatif.Count) whatif.Count {
	x.Families, x.People, x.Children = x.Families+y.Families, x.People+y.People, x.Children+y.Children
	return x
}

// groups shows, for undecided families by group, to how many each set would grant, and who is left.
func (w whatIfAnswer) groups(t *tabwriter.Writer, by whatif.By, title string, name func(string) string) {
	type row struct{ all, one, other whatif.Count }
	of := map[string]row{}
	for _, c := range w.Counts {
		if c.By != by || c.Decided {
			continue
		}
		r := of[c.Group]
		r.all = plus(r.all, c)
		if c.One == whatif.GrantsAll {
			r.one = plus(r.one, c)
		}
		if c.Other == whatif.GrantsAll {
			r.other = plus(r.other, c)
		}
		of[c.Group] = r
	}
	if len(of) == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s\tFAMILIES\tALL GRANTED: ASKED\tAGAINST\tLEFT: FAMILIES\tPEOPLE\tCHILDREN\n", title)
	groups := slices.SortedFunc(maps.Keys(of), func(x, y string) int {
		if by == whatif.ByYears {
			return cmp.Compare(x, y)
		}
		return cmp.Or(cmp.Compare(of[y].all.Families, of[x].all.Families), cmp.Compare(x, y))
	})
	for _, g := range groups {
		r := of[g]
		shown := g
		if name != nil {
			shown = cmp.Or(name(g), g)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", shown, r.all.Families, r.one.Families, r.other.Families,
			r.all.Families-r.one.Families, r.all.People-r.one.People, r.all.Children-r.one.Children)
	}
}

// short says what a set makes of the people of a family, without the grounds.
func (t tried) short() string {
	var words []string
	for _, p := range t.People {
		word := string(p.Advice)
		if p.Advice == policy.AdviseGrant {
			word = string(p.Outcome)
		}
		word = fmt.Sprintf("/%d %s", p.Person, word)
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
