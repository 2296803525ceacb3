package clock

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The two forms of gov.uk, condensed (testdata/SOURCES.md).
const (
	pageFile  = "testdata/bank-holidays.alphagov-frontend.2019-2028.json"
	olderFeed = "testdata/bank-holidays.govuk-feed.before-worldcup.json"
)

func text(t require.TestingT, file string) string {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}

func parsed(t require.TestingT, file string) *Holidays {
	h, err := ParseHolidays(file, []byte(text(t, file)))
	require.NoError(t, err)
	return h
}

// feedOf writes a version as www.gov.uk/bank-holidays.json has it.
func feedOf(t require.TestingT, h *Holidays) []byte {
	type event struct {
		Title   string `json:"title"`
		Date    string `json:"date"`
		Notes   string `json:"notes"`
		Bunting bool   `json:"bunting"`
	}
	type division struct {
		Division Division `json:"division"`
		Events   []event  `json:"events"`
	}
	feed := map[Division]division{}
	for _, d := range h.Days() {
		of := feed[d.Division]
		of.Division = d.Division
		of.Events = append(of.Events, event{Title: d.Title, Date: d.Date.String()})
		feed[d.Division] = of
	}
	data, err := json.MarshalIndent(feed, "", "  ")
	require.NoError(t, err)
	return data
}

// olderVersion is what the program carries, as it was before Scotland's
// 15 June 2026.
func olderVersion(t require.TestingT) *Holidays {
	h, err := Embedded().Replace(parsed(t, olderFeed))
	require.NoError(t, err)
	return h
}

func TestThePagesSourceHoldsTheDaysThatTheProgramCarries(t *testing.T) {
	page := parsed(t, pageFile)
	assert.Equal(t, Embedded().Version(), page.Version())
	assert.Equal(t, written(Embedded().Days()), written(page.Days()), "Northern Ireland's are passed over")
	assert.Equal(t, pageFile, page.Label())
	assert.Contains(t, page.Days(), Holiday{DivisionScotland, day(t, "2026-06-15"), "world cup"}, "a key for a translation is read as words")
}

func TestTheFeedHoldsTheSameDaysAsThePagesSource(t *testing.T) {
	page := parsed(t, pageFile)
	for name, h := range map[string]*Holidays{"the page's": page, "the program's": Embedded(), "with a council's": withGlasgow(t)} {
		feed, err := ParseHolidays("feed.json", feedOf(t, h))
		require.NoError(t, err, name)
		assert.Equal(t, h.Version(), feed.Version(), name)
		assert.Equal(t, h.Days(), feed.Days(), name)
		assert.Equal(t, "feed.json", feed.Label(), name)
	}
}

// oneNationsFeed is one division of the older feed, as gov.uk has it at an address of
// its own.
func oneNationsFeed(t require.TestingT, nation Division) []byte {
	var all map[Division]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(text(t, olderFeed)), &all))
	return all[nation]
}

// TestAFeedWithOneDivisionIsThatNations: gov.uk also publishes each nation's days by
// themselves. They replace that nation's only.
func TestAFeedWithOneDivisionIsThatNations(t *testing.T) {
	for _, nation := range []Division{DivisionEnglandAndWales, DivisionScotland} {
		for name, data := range map[string][]byte{
			"the nation's own feed":        oneNationsFeed(t, nation),
			"the feed, with one group":     []byte(`{"` + string(nation) + `": ` + string(oneNationsFeed(t, nation)) + `}`),
			"the nation's own, and a mark": append([]byte("\ufeff\n"), oneNationsFeed(t, nation)...),
		} {
			h, err := ParseHolidays("one.json", data)
			require.NoError(t, err, "%s: %s", nation, name)
			assert.Equal(t, []Division{nation}, h.Divisions(), name)
			whole, err := Embedded().Replace(h)
			require.NoError(t, err, "%s: %s", nation, name)
			for _, c := range Embedded().Diff(whole) {
				assert.Equal(t, c.Division == nation && nation == DivisionScotland, !c.IsEmpty(),
					"%s: %s: only Scotland's 15 June 2026 is not in it", name, c.Division)
			}
		}
	}
	for text, want := range map[string]string{
		`{"division": "northern-ireland", "events": [{"title": "x", "date": "2026-03-17"}]}`: "Northern Ireland's days only, and no deadline of Hame is counted by them",
		`{"division": "scotland", "events": []}`:                                             "scotland holds no holidays",
		`{"division": "scotland"}`:                                                           "scotland holds no holidays",
		`{"events": [{"title": "x", "date": "2026-03-17"}]}`:                                 `unknown division ""`,
		`{"division": "wales", "events": [{"title": "x", "date": "2026-03-17"}]}`:            `unknown division "wales"`,
		`{"division": "scotland", "events": [{"title": "x", "date": "2026-03-17"}]}`:         "a published year has at least 8",
	} {
		_, err := ParseHolidays("one.json", []byte(text))
		assert.ErrorContains(t, err, want, text)
		assert.ErrorContains(t, err, "one.json: ", text)
	}
}

func TestAFilesFormIsToldByWhatItIsAndNotByAWordInIt(t *testing.T) {
	days := Embedded().Days()
	days[0].Title = "divisions"
	h, err := NewHolidays("x", days)
	require.NoError(t, err)
	feed, err := ParseHolidays("feed.json", feedOf(t, h))
	require.NoError(t, err)
	assert.Equal(t, days, feed.Days())
}

func TestWhatStandsBeforeAndAfterAFileChangesNothing(t *testing.T) {
	for _, file := range []string{pageFile, olderFeed} {
		for _, around := range [][2]string{{"\ufeff", ""}, {"\n \t", "\r\n\n"}, {"\ufeff\r\n", " "}} {
			h, err := ParseHolidays(file, []byte(around[0]+text(t, file)+around[1]))
			require.NoError(t, err, "%s in %q", file, around)
			assert.Equal(t, parsed(t, file).Version(), h.Version())
		}
	}
}

func TestTheOlderFeedTakesBackScotlandsFifteenthOfJuneAndNothingElse(t *testing.T) {
	older := olderVersion(t)
	assert.NotEqual(t, Embedded().Version(), older.Version())
	worldCup := []Holiday{{DivisionScotland, day(t, "2026-06-15"), "World Cup bank holiday"}}

	changes := Embedded().Diff(older)
	require.Len(t, changes, 2)
	assert.True(t, changeOf(t, changes, DivisionEnglandAndWales).IsEmpty())
	back := changeOf(t, changes, DivisionScotland)
	assert.Equal(t, Change{Division: DivisionScotland, Added: []Holiday{}, Removed: worldCup, Published: []int{}, Unpublished: []int{}}, back)

	changes = older.Diff(Embedded())
	require.Len(t, changes, 2)
	assert.True(t, changeOf(t, changes, DivisionEnglandAndWales).IsEmpty())
	forth := changeOf(t, changes, DivisionScotland)
	assert.Equal(t, Change{Division: DivisionScotland, Added: worldCup, Removed: []Holiday{}, Published: []int{}, Unpublished: []int{}}, forth)

	for _, nation := range older.Divisions() {
		first, last := older.Years(nation)
		assert.Equal(t, []int{2019, 2028}, []int{first, last}, "%s: the years that the feed no longer has stay", nation)
	}
	again, err := older.Replace(parsed(t, pageFile))
	require.NoError(t, err)
	assert.Equal(t, Embedded().Version(), again.Version())
}

func TestTheOlderFeedAloneNoLongerPublishesItsEarlierYears(t *testing.T) {
	years := []int{2019, 2020, 2021, 2022, 2023}
	removed := map[Division][]string{
		DivisionEnglandAndWales: {"2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08"},
		DivisionScotland:        {"2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08", "2026-06-15"},
	}
	for division, want := range removed {
		change := changeOf(t, Embedded().Diff(parsed(t, olderFeed)), division)
		assert.Equal(t, years, change.Unpublished, division)
		assert.Empty(t, change.Published, division)
		assert.Empty(t, change.Added, division)
		var got []string
		for _, d := range change.Removed {
			got = append(got, d.Date.String())
		}
		assert.Equal(t, want, got, "%s: no rule gives the one-offs", division)

		forth := changeOf(t, parsed(t, olderFeed).Diff(Embedded()), division)
		assert.Equal(t, years, forth.Published, division)
		assert.Equal(t, change.Removed, forth.Added, division)
	}
}

func TestAFileThatIsCutOffIsRefusedWithItsLine(t *testing.T) {
	for _, file := range []string{pageFile, olderFeed} {
		whole := strings.TrimSpace(text(t, file))
		for cut := 1; cut < len(whole); cut += 43 {
			h, err := ParseHolidays(file, []byte(whole[:cut]))
			require.Error(t, err, "%s, cut after %d bytes", file, cut)
			require.Nil(t, h)
			said := regexp.MustCompile(`^(.*): line ([0-9]+): this is not how gov.uk publishes bank holidays: `).FindStringSubmatch(err.Error())
			require.NotNil(t, said, "%v", err)
			require.Equal(t, file, said[1])
			line, err := strconv.Atoi(said[2])
			require.NoError(t, err)
			require.Equal(t, 1+strings.Count(strings.TrimSpace(whole[:cut]), "\n"), line, "%s, cut after %d bytes", file, cut)
		}
	}
	page, _, found := strings.Cut(text(t, pageFile), `"2020"`)
	require.True(t, found)
	_, err := ParseHolidays("page.json", []byte(page))
	assert.EqualError(t, err, "page.json: line 18: this is not how gov.uk publishes bank holidays: unexpected EOF")
}

func TestGovukFormsAreRefusedWhenTheyAreWrong(t *testing.T) {
	feed, page := text(t, olderFeed), text(t, pageFile)
	// swap puts something in place of what stands once in a file; without takes
	// out what stands from one place up to another.
	swap := func(in, old, with string) string {
		require.Equal(t, 1, strings.Count(in, old), "%s stands once", old)
		return strings.Replace(in, old, with, 1)
	}
	without := func(in, from, upTo string) string {
		before, rest, found := strings.Cut(in, from)
		require.True(t, found, from)
		_, after, found := strings.Cut(rest, upTo)
		require.True(t, found, upTo)
		return before + upTo + after
	}
	scotlands2024 := `      {"title": "New Year’s Day", "date": "2024-01-01"},
      {"title": "2nd January", "date": "2024-01-02"}`
	first2025 := `      {"title": "New Year’s Day", "date": "2025-01-01"},
      {"title": "2nd January", "date": "2025-01-02"},
`
	worldCup := `{"title": "bank_holidays.world_cup", "date": "15/06/2026"}`

	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"two feeds in one file":     {feed + feed, []string{"line 106", "something follows the holidays"}},
		"a feed and a word":         {feed + "\n\nend", []string{"line 108", "something follows the holidays"}},
		"a comma too many":          {swap(feed, first2025, first2025+",\n"), []string{"line 61", "invalid character ','"}},
		"something else":            {`{"foo": 1}`, []string{"line 1", "this is not how gov.uk publishes bank holidays"}},
		"something else, on line 3": {"{\n\n  \"scotland\": 1\n}\n", []string{"line 3", "this is not how gov.uk publishes bank holidays"}},
		"an empty object":           {`{}`, []string{"it holds no holidays"}},
		"a division that is null":   {`{"scotland": null}`, []string{`"scotland" holds the division ""`}},

		"feed: no events":                 {`{"scotland": {"division": "scotland", "events": []}}`, []string{"scotland holds no holidays"}},
		"feed: no list of events":         {`{"scotland": {"division": "scotland"}}`, []string{"scotland holds no holidays"}},
		"feed: events that are a text":    {"{\"scotland\": {\"division\": \"scotland\",\n\"events\": \"none\"}}", []string{"line 2", `in "events" a text stands where a list is wanted`}},
		"a list in JSON":                  {"[]", []string{"JSON", "neither of gov.uk's two forms"}},
		"feed: events that are no list":   {`{"scotland": {"division": "scotland", "events": {"2026": []}}}`, []string{"line 1", "this is not how gov.uk publishes bank holidays"}},
		"feed: an event that is null":     {`{"scotland": {"division": "scotland", "events": [null]}}`, []string{`scotland: "" is no date as YYYY-MM-DD`}},
		"feed: no Scotland":               {without(feed, `  "scotland": {`, `  "northern-ireland": {`), []string{"no holidays of scotland: each version holds both nations"}},
		"feed: no events of Scotland":     {without(feed, scotlands2024, "\n    ]"), []string{"scotland holds no holidays: a calendar that is empty is no calendar"}},
		"feed: a division of nobody":      {strings.ReplaceAll(feed, `"northern-ireland"`, `"wales"`), []string{`unknown division "wales"`}},
		"feed: divisions mixed up":        {swap(feed, `"division": "scotland"`, `"division": "england-and-wales"`), []string{`"scotland" holds the division "england-and-wales"`}},
		"feed: a date twice":              {swap(feed, first2025, first2025+first2025), []string{"scotland, 2025-01-01 stands twice"}},
		"feed: the year 9999":             {swap(feed, `"2nd January", "date": "2025-01-02"`, `"2nd January", "date": "9999-01-02"`), []string{"scotland, 9999-01-02", "the years go from 1990 to 2100"}},
		"feed: the year 0":                {swap(feed, `"2nd January", "date": "2025-01-02"`, `"2nd January", "date": "0000-01-02"`), []string{"the years go from 1990 to 2100"}},
		"feed: a day of no calendar":      {swap(feed, `"2nd January", "date": "2025-01-02"`, `"2nd January", "date": "2026-02-30"`), []string{`scotland: "2026-02-30" is no date as YYYY-MM-DD`}},
		"feed: the page's dates":          {swap(feed, `"2nd January", "date": "2025-01-02"`, `"2nd January", "date": "02/01/2025"`), []string{`scotland: "02/01/2025" is no date as YYYY-MM-DD`}},
		"feed: an instant":                {swap(feed, `"2nd January", "date": "2025-01-02"`, `"2nd January", "date": "2025-01-02T00:00:00Z"`), []string{"scotland", "is no date as YYYY-MM-DD"}},
		"feed: a date that is a number":   {swap(feed, `"2nd January", "date": "2025-01-02"`, `"2nd January", "date": 20250102`), []string{"line 60", "this is not how gov.uk publishes bank holidays"}},
		"feed: too few days in a year":    {without(feed, scotlands2024, `      {"title": "St Andrew’s Day", "date": "2024-12-02"}`), []string{"scotland in 2024: 3 holidays on weekdays; a published year has at least 8", "cut off"}},
		"feed: Northern Ireland's is bad": {swap(feed, `"2024-03-18"`, `"18 March"`), []string{`northern-ireland: "18 March" is no date as YYYY-MM-DD`}},

		"page: no divisions":             {`{"title": "bank holidays", "divisions": {}}`, []string{"it holds no holidays"}},
		"page: divisions that are null":  {`{"divisions": null}`, []string{"it holds no holidays"}},
		"page: a list of divisions":      {"{\n\"divisions\": []}", []string{"line 2", "this is not how gov.uk publishes bank holidays"}},
		"page: a year without events":    {without(page, `        {"title": "bank_holidays.new_year", "date": "01/01/2019"}`, "      ],"), []string{"england-and-wales holds no holidays"}},
		"page: a division without years": {`{"divisions": {"common.nations.scotland_slug": {"slug": "common.nations.scotland_slug", "title": "common.nations.scotland"}}}`, []string{"it holds no holidays"}},
		"page: no England and Wales":     {swap(page, `"common.nations.england-and-wales_slug": {`, `"common.nations.northern-ireland_slug": {`), []string{`"common.nations.northern-ireland_slug" stands twice`}},
		"page: a year twice":             {strings.Replace(page, `"2027": [`, `"2026": [`, 1), []string{`"2026" stands twice`}},
		"page: a division of nobody":     {swap(page, `"common.nations.northern-ireland_slug": {`, `"common.nations.wales_slug": {`), []string{`unknown division "wales"`}},
		"page: a date twice":             {swap(page, worldCup, worldCup+", "+worldCup), []string{"scotland, 2026-06-15 stands twice"}},
		"page: a day under another year": {swap(page, worldCup, strings.Replace(worldCup, "2026", "2027", 1)), []string{`scotland: 2027-06-15 stands under "2026"`}},
		"page: the year 9999":            {`{"divisions": {"common.nations.scotland_slug": {"9999": [{"title": "x", "date": "15/06/9999"}]}}}`, []string{"scotland, 9999-06-15", "the years go from 1990 to 2100"}},
		"page: a day of no calendar":     {swap(page, worldCup, strings.Replace(worldCup, "15/06", "30/02", 1)), []string{`scotland: "30/02/2026" is no date as DD/MM/YYYY`}},
		"page: American dates":           {swap(page, worldCup, strings.Replace(worldCup, "15/06", "06/15", 1)), []string{`scotland: "06/15/2026" is no date as DD/MM/YYYY`}},
		"page: the feed's dates":         {swap(page, worldCup, strings.Replace(worldCup, "15/06/2026", "2026-06-15", 1)), []string{`scotland: "2026-06-15" is no date as DD/MM/YYYY`}},
		"page: a year that is a word":    {swap(page, `"slug": "common.nations.scotland_slug"`, `"2029": "to follow"`), []string{"scotland, 2029", "this is not how gov.uk publishes bank holidays"}},
		"page: too few days in a year":   {without(page, `        {"title": "bank_holidays.new_year", "date": "03/01/2028"}`, `        {"title": "bank_holidays.spring", "date": "29/05/2028"}`), []string{"england-and-wales in 2028: 4 holidays on weekdays; a published year has at least 8", "cut off"}},
	} {
		h, err := ParseHolidays("bank-holidays.json", []byte(c.text))
		if !assert.Error(t, err, name) {
			continue
		}
		assert.Nil(t, h, name)
		for _, want := range append(c.want, "bank-holidays.json: ") {
			assert.ErrorContains(t, err, want, name)
		}
	}
}
