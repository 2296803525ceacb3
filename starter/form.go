package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"hame/internal/casefile"
	"hame/internal/cli"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

func (a *app) formCommand() *cobra.Command {
	return forReaders(&cobra.Command{
		Use: "form KIND [REF[/N]]", Short: "print the commented form of an act, such as decision.propose (recorded as a read)", Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 2 {
				return cli.Usage(fmt.Errorf("form takes a kind and a case reference: %s", c.UseLine()))
			}
			act := casefile.Act(args[0])
			rule := act.Rule()
			if !act.Known() {
				return cli.Usage(fmt.Errorf("%q is no kind of act; a kind is written with a dot, such as welfare.report", act))
			}
			switch does := commandOf(c.Root(), act); {
			case does == nil:
				return cli.Usage(fmt.Errorf("%s has no form: nobody types it", act))
			case does.Flags().Lookup("file") == nil:
				return cli.Usage(fmt.Errorf("%s has no form; its command is %s", act,
					strings.TrimSuffix(does.UseLine(), " [flags]")))
			}
			if (rule.Subject == casefile.AboutLane) != (len(args) == 1) {
				return cli.Usage(fmt.Errorf("form takes a kind and a case reference, and for an act on a lane its kind alone: %s",
					c.UseLine()))
			}
			ref, no := "", 0
			if len(args) == 2 {
				var err error
				if ref, no, err = casefile.ParsePersonReference(args[1]); err != nil {
					return err
				}
			}
			if ref != "" {
				if err := cli.RightSubject(rule, ref, no); err != nil {
					return err
				}
			}
			form, err := a.form(c.Context(), act, ref, no, casefile.NewFields(act))
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.OutOrStdout(), form)
			return err
		},
	}, "those who see the case")
}

// commandOf is the command that does an act, among those under another.
func commandOf(c *cobra.Command, act casefile.Act) *cobra.Command {
	if c.Annotations[actAnnotation] == string(act) {
		return c
	}
	for _, under := range c.Commands() {
		if found := commandOf(under, act); found != nil {
			return found
		}
	}
	return nil
}

// form prints the form of an act, filled with what is given and with what the
// case file tells.
func (a *app) form(ctx context.Context, act casefile.Act, ref string, subject int, fields casefile.Fields,
) (string, error) {
	rule := act.Rule()
	var file caseFile
	on := "a lane"
	if ref != "" {
		on = cli.Reference(ref, subject)
		var err error
		if file, _, err = a.read(ctx, ref, "form "+string(act)); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s on %s: %s.\n# Lines that begin with # are not sent. Give this file with --file.\n", act, on,
		rule.InWords)
	heading := ""
	for _, f := range fields.Ask() {
		top, name, nested := strings.Cut(f.Name, ".")
		switch {
		case f.Shape == casefile.Revision:
			fmt.Fprintf(&b, "revision: %d   # of the file you have read\n", file.Revision)
		case f.Shape == casefile.EachPerson:
			fmt.Fprintf(&b, "%s:        # %s\n", f.Name, f.Takes())
			for _, p := range file.People {
				if p.Ended != "" {
					continue // no outcome is proposed for them
				}
				fmt.Fprintf(&b, "  - {person: %d, %s: }\n", p.No, strings.TrimSuffix(f.Name, "s"))
			}
		case f.Shape == casefile.EachFactor:
			b.WriteString(factorForm(file, f))
		case f.Shape == casefile.List, f.Shape == casefile.Several:
			fmt.Fprintf(&b, "%s: [%s]   # %s\n", f.Name, f.Given, cli.Question(f))
		case nested:
			if top != heading {
				fmt.Fprintf(&b, "%s:   # each: %s\n", top, cli.Question(f))
			}
			fmt.Fprintf(&b, "  %s: %s\n", name, f.Given)
		default:
			fmt.Fprintf(&b, "%-24s # %s\n", f.Name+": "+f.Given, cli.Question(f))
		}
		heading = top
	}
	if rule.NeedsText {
		if rule.TextSays != "" {
			fmt.Fprintf(&b, "# The text says: %s.\n", rule.TextSays)
		}
		b.WriteString("text: |\n  \n")
	}
	return b.String(), nil
}

func factorForm(file caseFile, field casefile.Field) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# A finding under each of the eight factors of paragraph 395C: %s. Person 0 is\n", field.Takes())
	b.WriteString("# the whole family. A finding against somebody cites the evidence it rests on; none may rest on a gap.\n# The evidence on file:\n")
	for _, e := range file.Evidence {
		fmt.Fprintf(&b, "#   %d: %s", e.No, e.Provider)
		if e.Person > 0 {
			fmt.Fprintf(&b, "/%d", e.Person)
		}
		fmt.Fprintf(&b, ", %s, %s\n", e.Result, e.ReceivedOn)
	}
	fmt.Fprintf(&b, "%s:\n", field.Name)
	for _, f := range casefile.Factors {
		fmt.Fprintf(&b, "  - {person: 0, factor: %s, finding: , evidence: []}\n", f)
	}
	return b.String()
}

// readForm fills an act's fields from a form and returns its free text, which
// never comes from a flag. The form is that of --file, or where the act needs
// one and somebody sits at a terminal, one opened in their editor: that one is
// kept until the act is recorded.
func (a *app) readForm(c *cobra.Command, act casefile.Act, ref string, subject int, fields casefile.Fields,
	file string) (text string, kept *cli.KeptForm, err error) {
	switch {
	case file != "":
		body, err := cli.ReadInput("--file", file)
		if err != nil {
			return "", nil, err
		}
		text, err = cli.ParseFile(cli.InputName(file), body, act, fields)
		return text, nil, err
	case fields.Validate() == nil && !act.Rule().NeedsText:
		return "", nil, nil
	case fields.Validate() != nil && fieldsGiven(c):
		return "", nil, cli.Usage(fields.Validate())
	}
	about := cli.Reference(ref, subject)
	editor := os.Getenv("EDITOR")
	if editor == "" || !atTerminal() {
		missing := fields.Validate()
		if missing == nil {
			missing = errors.New("text: it is nothing without its text")
		}
		if typed, inForm := cli.TypedFields(fields); !act.Rule().NeedsText && !inForm && len(typed) > 0 {
			return "", nil, cli.Usage(fmt.Errorf("%s: %w", act, missing))
		}
		return "", nil, cli.Usage(fmt.Errorf("%s: %w; it needs a form: `starter form %s %s > form.yaml`, fill it in, and give it with --file form.yaml", act, missing, act, about))
	}
	form, err := a.form(c.Context(), act, ref, subject, fields)
	if err != nil {
		return "", nil, err
	}
	body, kept, err := cli.Edit(c.Context(), editor, act, about, form, describe)
	if err != nil {
		return "", nil, err
	}
	text, err = cli.ParseForm(kept.Path, body, fields)
	if err == nil && act.Rule().NeedsText && text == "" {
		err = cli.Usage(fmt.Errorf("%s: text: %s is nothing without its text", kept.Path, act))
	}
	if err != nil {
		return "", nil, kept.Settle(err, describe)
	}
	return text, kept, nil
}

// readListForm is readForm for a list, which has one form for all and no editor.
func readListForm(act casefile.Act, fields casefile.Fields, file string) (text string, err error) {
	if file != "" {
		body, err := cli.ReadInput("--file", file)
		if err != nil {
			return "", err
		}
		if text, err = cli.ParseFile(cli.InputName(file), body, act, fields); err != nil {
			return "", err
		}
	}
	if err := fields.Validate(); err != nil {
		return "", cli.Usage(err)
	}
	if act.Rule().NeedsText && text == "" {
		return "", cli.Usage(fmt.Errorf("%s needs its text, one for all of the list: give it with --file", act))
	}
	return text, nil
}

// fieldsGiven reports whether some of an act's coded fields came from flags.
func fieldsGiven(c *cobra.Command) bool {
	var common actFlags
	others := pflag.NewFlagSet("", pflag.ContinueOnError)
	common.add(others, casefile.ActContact) // one that takes all of them
	common.addFile(others)
	given := false
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		given = given || (f.Changed && others.Lookup(f.Name) == nil)
	})
	return given
}

// atTerminal tells whether somebody can be asked to fill a form in. Tests say so
// themselves.
var atTerminal = func() bool { return term.IsTerminal(int(os.Stdin.Fd())) }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
