package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

// mostPairs is how many pairs a list has at most [D].
const mostPairs = 2000

// listedPair is a line of a list of pairs.
type listedPair struct {
	one, other, finding string
	line                int
	stands              store.ListedPair
}

// String is the pair as it is typed.
func (p listedPair) String() string { return p.one + " " + p.other }

// key is the pair, the same if its two files are written the other way round.
func (p listedPair) key() string { return min(p.one, p.other) + " " + max(p.one, p.other) }

// pairList is a list of pairs with what was found about each.
type pairList struct {
	name   string
	pairs  []listedPair
	digest string // of the pairs and findings; neither order nor comments change it
}

// readPairs reads a list of pairs: A B same, or A B different, one a line. Commas may stand
// between the words, and # begins a comment. A list with a line that is not right is refused
// whole.
func readPairs(name string) (pairList, error) {
	list := pairList{name: cli.InputName(name)}
	body, err := cli.ReadInput("--batch", name)
	if err != nil {
		return list, err
	}
	var wrong []error
	first := map[string]listedPair{}
	for i, line := range strings.Split(string(body), "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r,;\"", r) })
		if len(words) == 0 {
			continue
		}
		p, err := readPair(words)
		p.line = i + 1
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s line %d: %w", list.name, p.line, err))
			continue
		}
		switch before, twice := first[p.key()]; {
		case twice && before.finding != p.finding:
			wrong = append(wrong, fmt.Errorf("%s line %d: the pair is %s on line %d, and %s here", list.name, p.line,
				before.finding, before.line, p.finding))
		case !twice:
			first[p.key()] = p
			list.pairs = append(list.pairs, p)
		}
	}
	switch {
	case len(wrong) > 0:
		return list, cli.Usage(fmt.Errorf("nothing was sent, for the list is not right:\n%w", errors.Join(wrong...)))
	case len(list.pairs) == 0:
		return list, cli.Usage(
			fmt.Errorf("%s names no pair: write one a line, as in K7F-M2Q8 T55-22YY same", list.name),
		)
	case len(list.pairs) > mostPairs:
		return list, cli.Usage(
			fmt.Errorf("%s has %d pairs: a list has at most %d", list.name, len(list.pairs), mostPairs),
		)
	}
	said := make([]string, len(list.pairs))
	for i, p := range list.pairs {
		said[i] = p.key() + " " + p.finding + "\n"
	}
	slices.Sort(said)
	sum := sha256.Sum256([]byte(strings.Join(said, "")))
	list.digest = hex.EncodeToString(sum[:])
	return list, nil
}

func readPair(words []string) (p listedPair, err error) {
	if len(words) != 3 {
		return p, fmt.Errorf("a line has two references and same or different, as in K7F-M2Q8 T55-22YY same")
	}
	if p.one, err = casefile.ParseReference(words[0]); err != nil {
		return p, err
	}
	if p.other, err = casefile.ParseReference(words[1]); err != nil {
		return p, err
	}
	p.finding = strings.ToLower(words[2])
	fields := casefile.DuplicateFields{Other: p.other, Finding: p.finding}
	if err := fields.Validate(); err != nil {
		return p, err
	}
	if p.one == p.other {
		return p, fmt.Errorf("%s is the same file twice", p.one)
	}
	return p, nil
}

// resolveList asks for a list of pairs to be resolved, or resolves those that another
// officer has asked for with the same list. Each pair is an act of its own: what became of
// it stands on a line, with a sum at the end, and a line that fails keeps no other back.
func (a *app) resolveList(c *cobra.Command, name string, dryRun bool) error {
	ctx := c.Context()
	list, err := readPairs(name)
	if err != nil {
		return err
	}
	s, err := a.database(ctx)
	if err != nil {
		return err
	}
	if err := a.mayAct(ctx, casefile.ActDuplicate, ""); err != nil {
		return err
	}
	on, err := a.today(ctx)
	if err != nil {
		return err
	}
	holidays, err := s.HolidaysInForce(ctx)
	if err != nil {
		return err
	}
	calendar, err := holidays.Calendar(clock.EnglandAndWales)
	if err != nil {
		return err
	}
	one, other := make([]string, len(list.pairs)), make([]string, len(list.pairs))
	for i, p := range list.pairs {
		one[i], other[i] = p.one, p.other
	}
	stands, err := s.ListedPairs(ctx, one, other)
	if err != nil {
		return err
	}
	for i := range list.pairs {
		list.pairs[i].stands = stands[i]
	}
	r := resolving{s: s, list: list, on: on, dryRun: dryRun,
		reviewOn: calendar.AddWorkingDays(on, casefile.DuplicateWorkingDays)}
	return r.run(a, c)
}

// resolving is a list of pairs on its way.
type resolving struct {
	s            *store.Store
	list         pairList
	on, reviewOn clock.Date
	dryRun       bool
	asked        int // how many pairs wait for the second officer, now that the list was typed
}

func (r *resolving) run(a *app, c *cobra.Command) error {
	return tellEach(a, c, r.list.pairs, r.one, "", func(t *tabwriter.Writer) {
		switch {
		case r.dryRun:
			fmt.Fprintln(t, "this was a dry run: nothing was changed")
		case r.asked > 0:
			fmt.Fprintf(
				t,
				"next: another caseworker or senior caseworker types the same list within %d days: duplicate resolve --batch FILE\n",
				casefile.PairRequestDays,
			)
		}
	})
}

// one asks for a pair, or resolves it.
func (r *resolving) one(ctx context.Context, p listedPair) cli.Outcome {
	o := cli.Outcome{Reference: p.String()}
	before, detail, err := r.sends(p)
	switch {
	case err != nil:
	case before:
		o.Result, o.Detail = cli.Before, detail
		return o
	case r.dryRun:
		o.Result, o.Detail = cli.CouldBeSent, detail
		return o
	default:
		o.Result = cli.Recorded
		if o.Detail, err = r.send(ctx, p); err == nil {
			return o
		}
	}
	return failed(o, err)
}

// sends says what would become of a pair, from how it stands: before is true if nothing is
// left to do for this officer.
func (r *resolving) sends(p listedPair) (before bool, detail string, err error) {
	same := p.stands.AskedList == r.list.digest
	switch found := p.stands; {
	case found.State == store.PairUnseen:
		return false, "", &store.Error{Kind: store.NotFound}
	case found.State == store.PairNone:
		return false, "", casefile.Refuse(
			casefile.RefusedNothingOpen,
			"these two are no pair: duplicate list shows those that are open",
		)
	case found.State == store.PairHeld && p.finding == "same":
		return true, "already resolved as one family", nil
	case found.State == store.PairMerged && p.finding == "same":
		return true, "already merged into one file", nil
	case found.State == store.PairMerged:
		return false, "", casefile.Refuse(casefile.RefusedAlreadyDone,
			"the two files are merged: case unmerge gives each file its own again")
	case found.State == store.PairDifferent && p.finding == "different":
		return true, "already resolved as two families", nil
	case found.AskedBy == "", found.ByMe && !same:
		return false, "would be asked for; another officer's same list resolves it", nil
	case found.ByMe:
		r.asked++
		return true, fmt.Sprintf(
			"you have asked for it on %s: another officer's same list resolves it",
			found.AskedOn,
		), nil
	case !same:
		return false, "", casefile.Refuse(casefile.RefusedStale, fmt.Sprintf(
			"%s has asked for this pair in another list, as %s: type that list, or have them ask again with this one",
			found.AskedBy, found.AskedFinding))
	}
	return false, fmt.Sprintf("would be resolved as %s, for %s has asked for it", p.finding, p.stands.AskedBy), nil
}

// send records the act, and says what became of the pair.
func (r *resolving) send(ctx context.Context, p listedPair) (string, error) {
	fields := &casefile.DuplicateFields{Other: p.other, Finding: p.finding, List: r.list.digest}
	cmd, err := desk.New(p.one, casefile.ActDuplicate, 0, r.on, fields, "")
	if err != nil {
		return "", err
	}
	done, err := r.s.ResolveListedPair(ctx, cmd, r.reviewOn)
	switch {
	case err != nil:
		return "", err
	case done.Became == store.PairAsked:
		r.asked++
		return "asked for as " + p.finding, nil
	case done.Held == "":
		return "resolved: two families, both can be listed", nil
	}
	return fmt.Sprintf("resolved: one family, %s is held, to be reviewed on %s", done.Held, r.reviewOn), nil
}
