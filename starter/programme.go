package main

import (
	"hame/internal/cli"

	"github.com/spf13/cobra"
)

func (a *app) programmeCommand() *cobra.Command {
	return cli.Group("programme", "steer the programme as a whole: nothing here changes a case",
		forReaders(a.programmeForecast(), programme), forReaders(a.programmeBacktest(), programme))
}
