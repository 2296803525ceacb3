package gazetteer

import (
	"encoding/csv"
	"strings"
)

// readTable reads an embedded table of tab-separated lines, each of so many
// columns; lines that start with # are comments. It panics if a line has
// another number, which a test would see.
func readTable(name, text string, width int) [][]string {
	table := csv.NewReader(strings.NewReader(text))
	table.Comma, table.Comment, table.FieldsPerRecord, table.LazyQuotes = '\t', '#', width, true
	rows, err := table.ReadAll()
	if err != nil {
		panic("gazetteer: " + name + ": " + err.Error())
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
