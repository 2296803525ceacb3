package backlog

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// written is the file of the quarantined families.
func written(t *testing.T, f *File) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, f.WriteQuarantine(&b))
	return b.String()
}

// TestAQuarantineFileComputesNothing: no cell of it is a formula to a spreadsheet,
// and once the fault is mended each cell says again what it said in the first file.
func TestAQuarantineFileComputesNothing(t *testing.T) {
	said := fields{"representative_contact": "=cmd|' /C calc'!A0", "phone": "+44 141 000 0000", "email": "@somebody", "school": "-1+2",
		"interpreter": "'=kept as it was", "language": "''@too", "responsible_adult": "O'Neill", "postcode": "  =G1 1AA", "address": "=1 Street\nGlasgow, \"UK\""}
	text := file(t, principal("=F1", "nationality=Elbonia"), principal("F2"))
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	for i, name := range Columns() {
		if value, ok := said[name]; ok {
			rows[1][i] = value
		}
	}
	var b bytes.Buffer
	require.NoError(t, csv.NewWriter(&b).WriteAll(rows))
	f := read(t, b.String())
	require.Equal(t, []string{"F2"}, keys(f))

	quarantine := written(t, f)
	safe, err := csv.NewReader(strings.NewReader(quarantine)).ReadAll()
	require.NoError(t, err)
	require.Len(t, safe, 2)
	for i, c := range safe[1] {
		require.False(t, beginsFormula(c), "%s: %q", Columns()[i], c)
	}
	require.Equal(t, quarantine, written(t, read(t, quarantine)), "the same again, if nothing was mended")

	mended := read(t, strings.Replace(quarantine, "Elbonia", "Albania", 1))
	require.Empty(t, mended.Quarantined)
	family := mended.Families[0]
	person := family.People[0]
	require.Equal(t, "=F1", family.Key)
	for column, got := range map[string]string{"representative_contact": family.RepresentativeContact, "phone": family.Phone, "email": family.Email,
		"school": person.School, "interpreter": person.Interpreter, "language": person.Language, "responsible_adult": person.ResponsibleAdult,
		"postcode": family.Postcode, "address": family.Address} {
		require.Equal(t, strings.TrimSpace(said[column]), got, column)
	}
}

// TestAnApostropheThatWasInTheFile stays: only a file whose header has the mark has
// marks in its cells.
func TestAnApostropheThatWasInTheFile(t *testing.T) {
	f := read(t, file(t, principal("F1", "phone='+44 141 000 0000")))
	require.Equal(t, "'+44 141 000 0000", f.Families[0].Phone)
}

// TestARowThatCanNotBeRead comes last, for its quote would run on into the rows
// below. What may begin a cell in it is marked too.
func TestARowThatCanNotBeRead(t *testing.T) {
	f := read(t, narrow+
		"B,1,principal,TR,2021-05-04,Glasgow,Ali,\"=1 \"Main\" St,=2+3,'=4\n"+
		"C,1,principal,Elbonia,2021-05-04,Glasgow,Mo,x\n")
	quarantine := written(t, f)
	require.Equal(t, "'"+narrow+"C,1,principal,Elbonia,2021-05-04,Glasgow,Mo,x\nB,1,principal,TR,2021-05-04,Glasgow,Ali,\"'=1 \"Main\" St,'=2+3,''=4\n", quarantine)
	require.Equal(t, quarantine, written(t, read(t, quarantine)))
	mended := read(t, strings.Replace(quarantine, `"'=1 "Main" St,'=2+3,''=4`, "'=1 Main St", 1))
	require.Equal(t, []string{"B"}, keys(mended))
	require.Equal(t, "=1 Main St", mended.Families[0].Address)
}

// TestANameThatIsAFormula is no name. A lone sign is none either, and computes nothing.
func TestANameThatIsAFormula(t *testing.T) {
	for _, name := range []string{"=cmd|x", "+Ali", "-Ali", "@Ali", "\uff1dAli"} {
		for _, column := range []string{"family_name", "given_names"} {
			f := read(t, file(t, principal("F1", column+"="+name)))
			require.Len(t, f.Quarantined, 1, "%s %s", column, name)
			assert.Equal(t, column, f.Quarantined[0].Column)
			assert.Contains(t, f.Quarantined[0].Reason, "a spreadsheet would compute it")
			assert.NotContains(t, f.Quarantined[0].Reason, "Ali")
			_, err := CheckFact(column, name, today)
			assert.ErrorContains(t, err, "a spreadsheet would compute it")
		}
	}
	require.Empty(t, read(t, file(t, principal("F1", "family_name=-"))).Quarantined)
}

// requireComputesNothing: wherever a program that opens a file may begin a cell, and
// whatever it drops before it, no sign of a formula stands there. A lone hyphen computes
// nothing.
func requireComputesNothing(t require.TestingT, text string) {
	starts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;\t\r\n", r) })
	for _, cell := range starts {
		cell = strings.TrimLeftFunc(strings.ReplaceAll(cell, `"`, ""), func(r rune) bool {
			return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
				r == unicode.ReplacementChar || r == '\u2800'
		})
		computed := cell != "" && strings.Contains("=+-@\uff1d\uff0b\uff0d\uff20", string([]rune(cell)[:1])) && cell != "-"
		require.False(t, computed, "%q in %q", cell, text)
	}
}

// TestNoCellIsComputedWhereverItBegins: a lone CR, a semicolon, a tab, quotes and
// characters that nobody sees hide no formula, in rows that can be read and in others.
func TestNoCellIsComputedWhereverItBegins(t *testing.T) {
	for _, cell := range []string{
		"Zey\r=1+1", `""=1+1`, `" "=1+1`, `"""=1+1`, `"a" "=1+1`, "x\"y;=1", "\"x\"y\t=1", "\"x\"y\r=1", "\x00=1+1", "\x1f=1+1", "\u200b=1+1", "\ufeff=1+1",
		"\xff=1+1", "\xff\u200b \x00@x", "\ufe0f=1+1", "\u3164=1+1", "\u2800=1+1", "\U000e0020=1+1", "\u00ad\uff1d1", "a;=1+1", "b\t=2+2", `"a;=1+1"`, "\"a\n=1+1\"", `"a,=1+1"`, `"a;""=1+1"""`, "'\u200b=1", "a;'=1", "\t=1", "\r-1+1",
	} {
		for _, header := range []string{narrow, "'" + narrow} {
			quarantine := written(t, read(t, header+"B,1,principal,Elbonia,2021-05-04,Glasgow,Ali,"+cell+"\n"))
			require.Contains(t, quarantine, "Elbonia")
			requireComputesNothing(t, quarantine[len(narrow)+1:])
			require.Equal(t, quarantine, written(t, read(t, quarantine)), "the same again, if nothing was mended")
		}
	}
}

// FuzzMarks: a cell with its marks computes nothing, and without them is what it was.
func FuzzMarks(f *testing.F) {
	for _, s := range []string{"=1", "'=1", "''=1", "a;=1", "\r\n=1", " '=1", "'\u200b'=1", "\"'\xff=1", "\t'\t-", "O'Neill",
		"\ufe0f=1", "\u3164'=1", "\U000e0020\u2800-1", "\u2066＝1", "’=1", "–1", "#N/A", "-1.21E+15"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		requireComputesNothing(t, marked(text))
		require.Equal(t, text, unmarked(marked(text)))
		requireComputesNothing(t, string(markedLine([]byte(text), true)))
		requireComputesNothing(t, string(markedLine([]byte(text), false)))
	})
}
