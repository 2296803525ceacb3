package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/desk"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) postCommand() *cobra.Command {
	return cli.Group("post", "the mailroom: what came in, whose it is, and whether it was read",
		a.postReceive(), forReaders(a.postList(), "those who see the file"), a.postLink(), a.postRead(), a.postDismiss())
}

// onItem is what stands on an item whose case is not known.
type onItem struct {
	Reference      string `yaml:"reference"`
	Name           string `yaml:"name"`
	Representative string `yaml:"representative"`
	Note           string `yaml:"note"`
}

// postReceive records an item whether its case is known or not. A case that the
// login may not see is no reason to turn an item away: it is kept unlinked, and
// somebody who may see the case finds it suggested.
func (a *app) postReceive() *cobra.Command {
	var flags actFlags
	var forCase string
	fields := &casefile.PostFields{}
	rule := casefile.ActReceivePost.Rule()
	c := forAct(&cobra.Command{
		Use: "receive --from KIND [--case REF] [--file F]", Short: rule.InWords, Args: cli.Exactly(0),
		Long: rule.InWords + ".\n\nWhere the case is not known, --file says what stands on the item, by which families are suggested:\n\n" +
			"    reference: A1234567          # a Home Office or case reference\n    name: Zeynep Kaya\n    representative: Rowan & Birch\n    note: what else helps to find it",
		RunE: func(c *cobra.Command, _ []string) error {
			// The form of an item whose case is known says whom it is from; what stands on
			// any other does not.
			if err := fields.Validate(); err != nil && (forCase == "" || flags.file == "") {
				return cli.Usage(err)
			}
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			if err := a.mayAct(c.Context(), casefile.ActReceivePost, ""); err != nil {
				return err
			}
			says := onItem{}
			if forCase != "" {
				ref, err := casefile.ParseReference(forCase)
				if err != nil {
					return err
				}
				_, err = s.CaseSummary(c.Context(), ref)
				if err == nil {
					return a.do(c, casefile.ActReceivePost, ref, 0, fields, flags)
				}
				if !store.IsKind(err, store.NotFound) {
					return err
				}
				says.Reference = ref
			}
			if err := fields.Validate(); err != nil {
				return cli.Usage(err)
			}
			return a.receiveUnlinked(c, fields, flags, says)
		},
	}, casefile.ActReceivePost)
	cli.AskedOf(c.Flags(), fields, "from")
	c.Flags().StringVar(&forCase, "case", "", "the case it belongs to, where that is known")
	flags.add(c.Flags(), casefile.ActReceivePost)
	flags.addFile(c.Flags())
	return c
}

func (a *app) receiveUnlinked(c *cobra.Command, fields *casefile.PostFields, flags actFlags, says onItem) error {
	if err := readOnItem(flags.file, &says); err != nil {
		return err
	}
	on, err := a.attested(c.Context(), casefile.ActReceivePost, flags)
	if err != nil {
		return err
	}
	if flags.dryRun {
		cmd, err := desk.New("", casefile.ActReceivePost, 0, on, fields, says.Note)
		if err != nil {
			return err
		}
		return a.tried(c, cmd)
	}
	// The database is enough: an item is taken in also while Temporal is away.
	s, err := a.database(c.Context())
	if err != nil {
		return err
	}
	d := &desk.Desk{Store: s}
	no, err := d.ReceivePost(c.Context(), on, fields, store.PostSays{Reference: asReference(says.Reference),
		NameKey: backlog.NameKey(says.Name, ""), Representative: strings.TrimSpace(says.Representative)}, says.Note,
		flags.confirm)
	if err != nil {
		return err
	}
	items, err := s.Post(c.Context(), no, 1)
	if err != nil {
		return err
	}
	return a.print(c.OutOrStdout(), items, func(t *tabwriter.Writer) {
		fmt.Fprintf(t, "item %d: recorded, and not yet linked to a case\n", no)
		showSuggestions(t, items)
	})
}

func readOnItem(file string, into *onItem) error {
	if file == "" {
		return nil
	}
	body, err := cli.ReadInput("--file", file)
	if err != nil {
		return err
	}
	if err := cli.Decode(body, into); err != nil {
		return cli.Usage(fmt.Errorf("%s: %s; it may say reference, name, representative and note", cli.InputName(file),
			cli.InWords(err)))
	}
	for _, said := range []string{into.Reference, into.Name, into.Representative} {
		if err := cli.FitsTyped(said); err != nil {
			return cli.Usage(fmt.Errorf("%s: reference, name or representative %w", cli.InputName(file), err))
		}
	}
	return nil
}

// asReference writes a reference as the record keeps it: a case's own, or the
// Home Office's. What is no reference stays as it was typed.
func asReference(s string) string {
	if ref, err := casefile.ParseReference(s); err == nil {
		return ref
	}
	if ref := backlog.Reference(s); ref != "" {
		return ref
	}
	return strings.TrimSpace(s)
}

func showSuggestions(t *tabwriter.Writer, items []store.PostItem) {
	for _, i := range items {
		for _, s := range suggestions(i) {
			fmt.Fprintf(t, "it may belong to %s (by %s): post link %d %s\n", s.Case, s.Why, i.No, s.Case)
		}
		if len(suggestions(i)) == 0 {
			fmt.Fprintln(t, "no family is suggested: case find, then post link, or post dismiss")
		}
	}
}

func suggestions(i store.PostItem) []store.Suggestion {
	var list []store.Suggestion
	if err := json.Unmarshal(i.Suggestions, &list); err != nil {
		return nil
	}
	return list
}

func (a *app) postList() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use: "list", Short: "list the items that wait to be linked or read, the oldest first", Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			items, err := s.Post(c.Context(), 0, limit)
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), items, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "ITEM\tFROM\tRECEIVED\tCASE\tWAITS UNTIL\tSUGGESTED")
				for _, i := range items {
					var may []string
					for _, s := range suggestions(i) {
						may = append(may, s.Case)
					}
					until := i.WaitUntil.String()
					if i.Escalated {
						until += " ESCALATED"
					}
					fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\n", i.No, i.From, i.ReceivedOn, cli.OrNone(i.Case), until,
						cli.OrNone(strings.Join(may, " ")))
				}
				fmt.Fprintln(t, cli.Listed(len(items), cli.TotalOf(items, func(i store.PostItem) int { return i.Total }), "item",
					"items"))
			})
		},
	}
	cli.Limited(c.Flags(), &limit, 50)
	return c
}

func (a *app) postLink() *cobra.Command {
	var flags actFlags
	rule := casefile.ActLinkPost.Rule()
	c := forAct(&cobra.Command{
		Use: "link ID REF", Short: rule.InWords, Args: cli.Exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			item, err := itemNumber(args[0])
			if err != nil {
				return err
			}
			ref, err := casefile.ParseReference(args[1])
			if err != nil {
				return err
			}
			return a.do(c, casefile.ActLinkPost, ref, 0, &casefile.ItemFields{Item: item}, flags)
		},
	}, casefile.ActLinkPost)
	flags.add(c.Flags(), casefile.ActLinkPost)
	flags.addFile(c.Flags())
	return c
}

func (a *app) postRead() *cobra.Command {
	var flags actFlags
	rule := casefile.ActReadPost.Rule()
	c := forAct(&cobra.Command{
		Use: "read ID", Short: rule.InWords, Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			item, err := itemNumber(args[0])
			if err != nil {
				return err
			}
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			if err := a.mayAct(c.Context(), casefile.ActReadPost, ""); err != nil {
				return err
			}
			items, err := s.Post(c.Context(), item, 1)
			switch {
			case err != nil:
				return err
			case len(items) == 0:
				return fmt.Errorf("item %d: %w: there is no such item among those that you may see", item,
					&store.Error{Kind: store.NotFound})
			case items[0].Case == "":
				return casefile.Refuse(casefile.RefusedTooEarly,
					fmt.Sprintf("item %d belongs to no case yet: post link or post dismiss first", item))
			}
			return a.do(c, casefile.ActReadPost, items[0].Case, 0, &casefile.ItemFields{Item: item}, flags)
		},
	}, casefile.ActReadPost)
	flags.add(c.Flags(), casefile.ActReadPost)
	flags.addFile(c.Flags())
	return c
}

func (a *app) postDismiss() *cobra.Command {
	var flags actFlags
	fields := &casefile.DismissFields{}
	rule := casefile.ActDismissPost.Rule()
	c := forAct(&cobra.Command{
		Use: "dismiss ID --reason CODE", Short: rule.InWords, Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if fields.Item, err = itemNumber(args[0]); err != nil {
				return err
			}
			return a.onRecord(c, casefile.ActDismissPost, "", store.Mailroom, fields, flags,
				func(s *store.Store, cmd store.NewCommand) (string, error) {
					return fmt.Sprintf("item %d: dismissed", fields.Item), s.DismissPost(c.Context(), cmd)
				})
		},
	}, casefile.ActDismissPost)
	cli.AskedOf(c.Flags(), fields, "reason")
	flags.add(c.Flags(), casefile.ActDismissPost)
	return c
}

func itemNumber(s string) (int, error) {
	n, err := casefile.ParseNumber(s, casefile.MaxItem)
	if err != nil {
		return 0, cli.Usage(fmt.Errorf("%w: post list shows the items", err))
	}
	return n, nil
}

// onRecord does an act that no running review takes: the database records and
// does it in one transaction.
func (a *app) onRecord(c *cobra.Command, act casefile.Act, ref, office string, fields casefile.Fields, flags actFlags,
	do func(*store.Store, store.NewCommand) (string, error)) error {
	s, err := a.database(c.Context())
	if err != nil {
		return err
	}
	if err := a.mayAct(c.Context(), act, ref); err != nil {
		return err
	}
	on, err := a.today(c.Context())
	if err != nil {
		return err
	}
	cmd, err := desk.New(ref, act, 0, on, fields, "")
	if err != nil {
		return err
	}
	cmd.Office = office
	if flags.dryRun {
		return a.tried(c, cmd)
	}
	became, err := do(s, cmd)
	if err != nil {
		return err
	}
	return a.print(c.OutOrStdout(), map[string]string{"act": string(act), "case": ref, "became": became},
		func(t *tabwriter.Writer) { fmt.Fprintln(t, became) })
}

// tried is the dry run of an act that no running review takes: that its case can
// be seen is all there is to check beside its fields, role and day.
func (a *app) tried(c *cobra.Command, cmd store.NewCommand) error {
	t := trial{DryRun: true, Case: cmd.Case, Act: cmd.Act, On: cmd.AttestedOn, Fields: cmd.Fields,
		TextSize: len([]rune(cmd.Text))}
	if cmd.Case != "" {
		file, _, err := a.read(c.Context(), cmd.Case, "dry run of "+string(cmd.Act))
		if err != nil {
			return err
		}
		t.Stage = file.Stage
	}
	return a.print(c.OutOrStdout(), t, func(w *tabwriter.Writer) { fmt.Fprintln(w, t.words()) })
}
