// Coverage writes the page that shows which events the stories try in which stage.
package main

import (
	"fmt"
	"os"

	"hame/internal/scenario"
)

func main() {
	all, err := scenario.All()
	if err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
	fmt.Print(scenario.Page(all))
}
