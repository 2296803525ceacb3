package clock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"hame/internal/filekind"
)

// ParseHolidays reads a file of published holidays, which may be a part of a
// version only (see [Holidays.Replace]). It takes three forms:
//
//   - the feed of www.gov.uk/bank-holidays.json: by division a list of events with ISO dates,
//     or one nation's own feed, such as www.gov.uk/bank-holidays/scotland.json,
//   - the source of that page: by division and year, dates as DD/MM/YYYY and titles as keys,
//   - Hame's own lines of division, date and title between tabs, which also hold
//     councils' local days, and years without one.
//
// A file of several divisions holds both nations, or it is cut off. Errors name the file
// and, where it can be told, the line or the division.
func ParseHolidays(name string, data []byte) (*Holidays, error) {
	h, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	for _, d := range h.days {
		if err := checkTitle(d.Title); err != nil {
			return nil, fmt.Errorf("%s: %s, %s: %w", name, d.Division, d.Date, err)
		}
	}
	return h, nil
}

func parse(name string, data []byte) (*Holidays, error) {
	if what := filekind.Of(data); what != "" {
		return nil, fmt.Errorf(
			"%s: this is %s, and no list of bank holidays: save what www.gov.uk/bank-holidays.json shows as it "+
				"is", name, what)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 {
		return nil, fmt.Errorf("%s: it is empty: expected published holidays", name)
	} else if trimmed[0] == '[' {
		return nil, fmt.Errorf(
			"%s: it looks like a list in JSON, and neither of gov.uk's two forms is one: both begin with {", name)
	} else if trimmed[0] != '{' {
		return parseTSV(name, data)
	}
	days, one, err := govukDays(data)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(days) == 0 && one == northernIreland:
		return nil, fmt.Errorf(
			"%s: it holds Northern Ireland's days only, and no deadline of Hame is counted by them", name)
	case len(days) == 0:
		return nil, noHolidays(name)
	case one != "":
		return fileOf(name, days) // a part of a version
	}
	return NewHolidays(name, days)
}

// govukFeed is a division of the feed, or all of one nation's feed.
type govukFeed struct {
	Division string      `json:"division"`
	Events   []govukDate `json:"events"`
}

// govukDays reads the feed, or the page's source, which alone has "divisions". If the
// file is the feed of one division only, it returns that one's name too.
func govukDays(data []byte) (days []Holiday, one string, err error) {
	var keys map[string]json.RawMessage
	if err := decodeWhole(data, &keys); err != nil {
		return nil, "", err
	}
	if err := keysOnce(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return nil, "", err
	}
	if _, ok := keys["divisions"]; ok {
		var page struct {
			Divisions map[string]map[string]json.RawMessage `json:"divisions"`
		}
		if err := decodeWhole(data, &page); err != nil {
			return nil, "", err
		}
		days, err = pageDays(page.Divisions)
		return days, "", err
	}
	if keys["events"] != nil || keys["division"] != nil {
		var feed govukFeed
		if err := decodeWhole(data, &feed); err != nil {
			return nil, "", err
		}
		days, err = appendDays(nil, feed.Division, feed.Events, "2006-01-02")
		return days, feed.Division, err
	}
	var feed map[string]govukFeed
	if err := decodeWhole(data, &feed); err != nil {
		return nil, "", err
	}
	for slug, division := range feed {
		if division.Division != slug {
			return nil, "", fmt.Errorf("%q holds the division %q", slug, division.Division)
		}
		if days, err = appendDays(days, slug, division.Events, "2006-01-02"); err != nil {
			return nil, "", err
		}
		if one = slug; len(feed) > 1 {
			one = ""
		}
	}
	return days, one, nil
}

// govukDate is an event of either form.
type govukDate struct {
	Title string `json:"title"`
	Date  string `json:"date"`
}

// decodeWhole decodes one JSON value, and says on which line it fails.
func decodeWhole(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	err := d.Decode(into)
	if err == nil {
		if rest := bytes.TrimLeft(data[d.InputOffset():], " \t\r\n"); len(rest) > 0 {
			return fmt.Errorf("line %d: something follows the holidays", lineOf(data, len(data)-len(rest)))
		}
		return nil
	}
	at := len(bytes.TrimRight(data, " \t\r\n")) // where a file that is cut off ends
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = int(syntax.Offset) - 1
	case errors.As(err, &kind):
		at = int(kind.Offset) - 1
	}
	return fmt.Errorf("line %d: %w", lineOf(data, at), notGovuk(err))
}

// keysOnce refuses a value in which a key stands twice: of two years or divisions
// of one name the first would be passed over without a word.
func keysOnce(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return err
	}
	object := token == json.Delim('{')
	seen := map[json.Token]bool{}
	for d.More() {
		if object {
			key, err := d.Token()
			if err != nil {
				return err
			}
			if seen[key] {
				return fmt.Errorf("%q stands twice", key)
			}
			seen[key] = true
		}
		if err := keysOnce(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// lineOf is the line on which a byte stands.
func lineOf(data []byte, at int) int {
	return 1 + bytes.Count(data[:max(0, min(at, len(data)))], []byte("\n"))
}

func notGovuk(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		err = errors.New(inWords(wrong))
	}
	return fmt.Errorf("this is not how gov.uk publishes bank holidays: %s", strings.TrimPrefix(err.Error(), "json: "))
}

// inWords says what stands in a file and what is wanted there, without Go's names.
func inWords(wrong *json.UnmarshalTypeError) string {
	stands, _, _ := strings.Cut(wrong.Value, " ") // of a number, the number follows
	wanted := map[reflect.Kind]string{reflect.Slice: "a list", reflect.String: "a text", reflect.Map: "a group in braces",
		reflect.Struct: "a group in braces"}
	s := fmt.Sprintf("%s stands where %s is wanted", map[string]string{"string": "a text", "number": "a number",
		"bool":  "true or false",
		"array": "a list", "object": "a group in braces"}[stands], wanted[wrong.Type.Kind()])
	if field := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]; field != "" {
		s = fmt.Sprintf("in %q %s", field, s)
	}
	return s
}

// pageDays reads the page's source, whose divisions are keys for a translation,
// such as "common.nations.scotland_slug". Beside its years, a division has its
// "slug" and "title", which are such keys too.
func pageDays(divisions map[string]map[string]json.RawMessage) ([]Holiday, error) {
	var days []Holiday
	for key, years := range divisions {
		slug := strings.TrimSuffix(key[strings.LastIndexByte(key, '.')+1:], "_slug")
		for year, raw := range years {
			if year == "slug" || year == "title" {
				continue
			}
			var events []govukDate
			err := json.Unmarshal(raw, &events)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", slug, year, notGovuk(err))
			}
			before := len(days)
			if days, err = appendDays(days, slug, events, "02/01/2006"); err != nil {
				return nil, err
			}
			for _, d := range days[before:] {
				if fmt.Sprint(d.Date.Year()) != year {
					return nil, fmt.Errorf("%s: %s stands under %q", slug, d.Date, year)
				}
			}
		}
	}
	return days, nil
}

// northernIreland stands in the published files. No deadline of Hame is counted by it.
const northernIreland = "northern-ireland"

func appendDays(days []Holiday, slug string, events []govukDate, layout string) ([]Holiday, error) {
	if len(events) == 0 {
		return nil, fmt.Errorf("%s holds no holidays: a calendar that is empty is no calendar", slug)
	}
	for _, e := range events {
		t, err := time.Parse(layout, e.Date)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no date as %s", slug, e.Date,
				map[string]string{"2006-01-02": "YYYY-MM-DD", "02/01/2006": "DD/MM/YYYY"}[layout])
		}
		if slug != northernIreland {
			title := strings.ReplaceAll(strings.TrimPrefix(e.Title, "bank_holidays."), "_", " ")
			days = append(days, Holiday{Division(slug), dateFrom(t), title})
		}
	}
	return days, nil
}
