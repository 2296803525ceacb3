package main

import (
	"fmt"
	"io"
	"strings"

	"hame/internal/casefile"
	"hame/internal/cli"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// readersAnnotation holds who may use a command that does no act.
const readersAnnotation = "readers"

// forReaders marks a command that does no act with who may use it.
func forReaders(c *cobra.Command, who string) *cobra.Command {
	c.Annotations = map[string]string{readersAnnotation: who}
	return c
}

// The groups of readers that most commands have.
const (
	everybody   = "everybody, what their role sees"
	programme   = "operations, the senior caseworker or the auditor"
	needsServer = "everybody; needs no server"
	auditors    = "the auditor"
	// administrators connect by HAME_ADMIN_DATABASE_URL, as setup does.
	administrators = "the database's administrator"
)

func (a *app) referenceCommand() *cobra.Command {
	return forReaders(&cobra.Command{
		Use: "reference commands|stages|slips|events", Short: "write the page of all commands, of the stages, of what puts slips right, or of events by stage, as Markdown",
		Args: cli.Exactly(1), Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			switch args[0] {
			case "commands":
				return writeReference(c.OutOrStdout(), c.Root())
			case "stages":
				return writeStages(c.OutOrStdout(), c.Root())
			case "slips":
				return writeSlips(c.OutOrStdout())
			case "events":
				return writeEvents(c.OutOrStdout())
			}
			return cli.Usage(fmt.Errorf("%q is no page: commands, stages, slips or events", args[0]))
		},
	}, needsServer)
}

// writeReference writes each command with its usage, what it does, who may do it
// and its own flags, in the order in which the program lists them. The same
// program writes the same text.
func writeReference(w io.Writer, root *cobra.Command) error {
	var b strings.Builder
	b.WriteString("<!-- Written by `make reference` from the program itself. -->\n\n# The commands\n\n" +
		"`REF` is a case reference such as `K7F-M2Q8`, `REF/2` its second person. `REF...` takes several, or a list\n" +
		"by `--families`: one reference a line, `#` begins a comment. What each of a list becomes is told on a line of\n" +
		"its own, with a sum at the end. A list that stopped half way is taken up by typing the same again, on a later day\n" +
		"with `--on` of the first where the act takes a day: what it has recorded is found, and nothing is recorded twice. The same act on the same\n" +
		"list, day and fields is therefore done once; what happened twice on one day is typed by single references.\n\n" +
		"Every act of a person also takes:\n\n")
	var common actFlags
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	common.add(set, casefile.ActAssign) // one that takes no day
	writeFlags(&b, set, nil)
	b.WriteString("\nAn act that decides, signs or settles has the day on which its review handles it. One that reports what happened\n" +
		"takes `--on`: no day to come, and none before what it follows from. A day that is far in the past is asked back, and\n" +
		"taken with `--confirm`.\n")
	b.WriteString("\nFree text never comes from a flag, but from `--file`, standard input, or a form in `$EDITOR`. A form that could\n" +
		"not be sent is kept under `$XDG_STATE_HOME/hame/forms` (`~/.local/state/hame/forms`), and opened again by the same command.\n\n" +
		"Every command takes:\n\n")
	writeFlags(&b, root.PersistentFlags(), nil)
	b.WriteString("\n| exit code | means |\n|---|---|\n")
	for _, e := range exitCodes {
		fmt.Fprintf(&b, "| %d | %s |\n", e.code, e.means)
	}
	b.WriteString("\nOf a list, the code is that of the gravest failure, and 0 only if all were recorded.\n")
	for _, c := range root.Commands() {
		if c.Hidden || c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", c.Name())
		under := c.Commands()
		if len(under) == 0 {
			under = []*cobra.Command{c}
		} else {
			fmt.Fprintf(&b, "\n%s\n", sentence(c.Short))
		}
		for _, c := range under {
			writeCommand(&b, c, set)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeCommand(b *strings.Builder, c *cobra.Command, common *pflag.FlagSet) {
	fmt.Fprintf(b, "\n### `%s`\n\n%s\n\n*For %s.*\n", strings.TrimSuffix(c.UseLine(), " [flags]"), sentence(c.Short),
		whoMay(c))
	var flags strings.Builder
	writeFlags(&flags, c.LocalNonPersistentFlags(), common)
	if flags.Len() > 0 {
		fmt.Fprintf(b, "\n%s", flags.String())
	}
}

// whoMay says whose a command is: of an act by its rule, of others by its mark.
func whoMay(c *cobra.Command) string {
	act := casefile.Act(c.Annotations[actAnnotation])
	if !act.Known() {
		return c.Annotations[readersAnnotation]
	}
	rule := act.Rule()
	who := roles(rule.Roles)
	if rule.NewCouncil {
		return who + " of the council that the family moves to"
	}
	if rule.Council {
		who += " of the family's council"
	}
	if rule.Part != casefile.NoPart {
		who += "; four eyes"
	}
	return who
}

func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// writeFlags writes a table of flags without those of another set.
func writeFlags(b *strings.Builder, set, without *pflag.FlagSet) {
	set.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || (without != nil && without.Lookup(f.Name) != nil) {
			return
		}
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		usage := f.Usage
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			usage += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		fmt.Fprintf(b, "- `%s`: %s\n", name, usage)
	})
}
