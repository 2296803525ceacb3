package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Group is a command that only has commands under it.
func Group(use, short string, under ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: OneOfThem,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(under...)
	return c
}

// OneOfThem refuses a word that names no command of the group, and says which are near.
func OneOfThem(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := ""
	c.SuggestionsMinimumDistance = 2 // letters, as cobra itself has it
	if names := c.SuggestionsFor(args[0]); len(names) > 0 {
		near = "; did you mean " + strings.Join(names, " or ") + "?"
	}
	return Usage(fmt.Errorf("unknown command %q for %q%s", args[0], c.CommandPath(), near))
}

// Exactly wants n arguments and says which.
func Exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return Usage(fmt.Errorf("%s takes %s, not %d: %s", c.CommandPath(), Counted(n, "argument", "arguments"), len(args),
				c.UseLine()))
		}
		return nil
	}
}

// AtMost is a command's number of arguments, where fewer mean a default.
func AtMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return Usage(fmt.Errorf("%s takes %s at most, not %d: %s", c.CommandPath(), Counted(n, "argument", "arguments"),
				len(args), c.UseLine()))
		}
		return nil
	}
}
