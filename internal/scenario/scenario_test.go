package scenario

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
)

// TestEachCellHasItsStory: at least 120 stories, and each event is tried by one of them in each
// stage, where it is allowed and where it is not. The unlisted stage is the command line's and
// the whole system's.
func TestEachCellHasItsStory(t *testing.T) {
	all, err := All()
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(all), 120)
	cells := Cells(all)
	for _, rule := range casefile.Events() {
		for _, stage := range casefile.Stages[1:] {
			require.Positive(t, cells[CellOf{rule.Act, stage}], "no story tries %s at %s", rule.Act, stage)
		}
	}
}

// TestThePageOfTheStories: docs/coverage.md counts them as they are.
func TestThePageOfTheStories(t *testing.T) {
	all, err := All()
	require.NoError(t, err)
	written, err := os.ReadFile(filepath.Join("..", "..", "docs", "coverage.md"))
	require.NoError(t, err)
	require.Equal(t, string(written), Page(all), "docs/coverage.md is out of date: run `make reference`")
}

// TestAStoryThatCantBeRead names the line.
func TestAStoryThatCantBeRead(t *testing.T) {
	for _, c := range []struct{ story, says string }{
		{"# A story.\nat nowhere", `line 2: "nowhere" is no stage`},
		{"# A story.\nmorag: person flies /1", "line 2: person.flies is no act"},
		{"# A story.\nmorag: person died /one, shown_by police", `line 2: "/one" names no person`},
		{"# A story.\nthen weather: fine", `line 2: "weather" is nothing that can be looked up`},
		{"# A story.\nmorag: person died /1, shown_by rumour", "line 2: "},
		{"# A story.\nfamily: cousin 9", `line 2: "cousin" is no relationship`},
		{"at evidence", "does not say what it shows"},
	} {
		_, err := Parse("story", 0, []byte(c.story))
		require.ErrorContains(t, err, c.says)
	}
}
