package clock

import (
	_ "embed" // the published holidays
	"fmt"
	"strings"
)

//go:embed holidays.tsv
var holidaysTSV string

// holidayFile is a published list of holidays: by division and year the days,
// and a version that a computed date can be traced to.
type holidayFile struct {
	version string
	days    map[CalendarID]map[int][]Date
}

// published is the file embedded in the program.
var published = mustParseHolidays(holidaysTSV)

func mustParseHolidays(text string) holidayFile {
	file, err := parseHolidays(text)
	if err != nil {
		panic("clock: holidays.tsv: " + err.Error()) // a test reads the embedded file
	}
	return file
}

// parseHolidays reads lines of division, date and title, separated by tabs,
// and a comment "# version: ...", which is required.
func parseHolidays(text string) (holidayFile, error) {
	file := holidayFile{days: map[CalendarID]map[int][]Date{}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if version, ok := strings.CutPrefix(line, "# version: "); ok {
			file.version = version
		}
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			return file, fmt.Errorf("line %d: %d fields, expected 3", i+1, len(fields))
		}
		day, err := ParseDate(fields[1])
		if err != nil {
			return file, fmt.Errorf("line %d: %w", i+1, err)
		}
		division := CalendarID(fields[0])
		if division != EnglandAndWales && division != Scotland {
			return file, fmt.Errorf("line %d: unknown division %q", i+1, division)
		}
		if file.days[division] == nil {
			file.days[division] = map[int][]Date{}
		}
		file.days[division][day.Year()] = append(file.days[division][day.Year()], day)
	}
	if file.version == "" {
		return file, fmt.Errorf("no line \"# version: ...\"")
	}
	return file, nil
}
