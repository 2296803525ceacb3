package main

import (
	"context"
	"fmt"

	"hame/internal/casefile"
	"hame/internal/cli"

	"github.com/spf13/cobra"
)

// protectionNumber tells which number to ring for a child in danger, after a
// concern was recorded.
func (a *app) protectionNumber(ctx context.Context, ref string) (string, error) {
	db, err := a.database(ctx)
	if err != nil {
		return "", err
	}
	s, err := db.CaseSummary(ctx, ref)
	if err != nil {
		return "", err
	}
	name := council(s.Council)
	if number := a.settings.ChildProtection[s.Council]; number != "" {
		return fmt.Sprintf("If the child is in danger now, ring %s's child protection: %s", name, number), nil
	}
	return fmt.Sprintf("If the child is in danger now, ring %s's child protection, or 999. Its number is not set: HAME_CHILD_PROTECTION_NUMBERS", name), nil
}

func (a *app) welfareCommand() *cobra.Command {
	return cli.Group("welfare", "each child's welfare check", a.restOf("welfare", a.concern())...)
}

// concern records a concern for a child, and says whom to ring.
func (a *app) concern() *cobra.Command {
	c := a.actCommand(casefile.ActConcern)
	record := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := record(c, args); err != nil {
			return err
		}
		ref, _, err := casefile.ParsePersonReference(args[0])
		if err != nil {
			return err
		}
		number, err := a.protectionNumber(c.Context(), ref)
		if err == nil {
			fmt.Fprintln(c.ErrOrStderr(), number)
		}
		return err
	}
	return c
}
