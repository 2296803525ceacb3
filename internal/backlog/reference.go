package backlog

import (
	"fmt"
	"strings"
)

// readTable reads an embedded table of tab-separated lines, each of so many
// columns; lines that start with # are comments. It panics if a line has
// another number, which a test would see.
func readTable(name, text string, width int) [][]string {
	var rows [][]string
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != width {
			panic(fmt.Sprintf("backlog: %s, line %d: %d columns, expected %d", name, i+1, len(fields), width))
		}
		rows = append(rows, fields)
	}
	return rows
}

// list parts the names in one column of a table.
func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ";")
}
