package backlog

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hame/internal/clock"
	"hame/internal/gazetteer"
	"hame/internal/typography"
)

const narrow = "family,person,relationship,nationality,claim_date,council,given_names,address\n"

func TestWhatStopsTheFile(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {"", "the file is empty"},
		"only blank lines": {"\n\r\n", "the file is empty"},
		"only a mark":      {"\ufeff", "the file is empty"},
		"unknown column":   {strings.Replace(narrow, "address", "adress", 1), `line 1: unknown column "adress": the nearest known one is "address"`},
		"dob":              {strings.Replace(narrow, "address", "DOB", 1), `the nearest known one is "date_of_birth"`},
		"after blank line": {"\n" + strings.Replace(narrow, "address", "x", 1), "line 2: unknown column"},
		"column twice":     {strings.Replace(narrow, "address", "Person", 1), `column "person" is there twice, as column 2 and column 8`},
		"no family":        {strings.Replace(narrow, "family,", "", 1), `column "family" is missing`},
		"no claim date":    {strings.Replace(narrow, "claim_date,", "", 1), `column "claim_date" is missing`},
		"nameless column":  {strings.Replace(narrow, "given_names", "", 1), "column 7 of the header has no name"},
		"no header":        {"F1,1,principal,TR,2020,Glasgow,Ali,x\n", `unknown column "F1"`},
		"semicolons":       {strings.ReplaceAll(narrow, ",", ";"), "separated by semicolons: expected commas"},
		"tabs":             {strings.ReplaceAll(narrow, ",", "\t"), "separated by tabs"},
		"broken header":    {"family,\"person\n", "line 1: the header can't be read"},
		"spreadsheet":      {"PK\x03\x04...", "a spreadsheet or zip file"},
		"UTF-16":           {"\xff\xfef\x00", "UTF-16"},
		"old Mac":          {strings.ReplaceAll(narrow, "\n", "\r") + "x\r", "lone carriage returns"},
		"binary":           {"\x7fELF\x02\x01\n\x00\x00", "unknown column"},
		"JSON":             {"{\"families\": []}\n", "line 1"},
	} {
		_, err := Read(strings.NewReader(c.text), today)
		assert.ErrorContains(t, err, c.want, name)
	}
	_, err := Read(failing{}, today)
	assert.ErrorContains(t, err, "disk gone")
	_, err = Read(strings.NewReader(narrow), clock.Date{})
	assert.ErrorContains(t, err, "today")
}

func TestHeader(t *testing.T) {
	for _, text := range []string{
		narrow, "\ufeff" + narrow, strings.ReplaceAll(narrow, "\n", "\r\n"), strings.ToUpper(narrow), "\n" + narrow,
		strings.ReplaceAll(narrow, ",", " , "), strings.TrimSuffix(narrow, "\n"), "\"family\"" + strings.TrimPrefix(narrow, "family"),
	} {
		f := read(t, text)
		assert.Zero(t, f.PeopleSeen, "%q", text)
		assert.Empty(t, f.Quarantined)
	}
}

// TestTheNearestColumnIsNamed: a header's misspelt column is told with the column that was meant.
func TestTheNearestColumnIsNamed(t *testing.T) {
	for s, want := range map[string]string{
		"dob": "date_of_birth", "Home Office ref": "home_office_ref", "nationalty": "nationality", "adress": "address",
		"given name": "given_names", "claim": "claim_date",
	} {
		got, ok := gazetteer.Nearest(s, Columns())
		assert.True(t, ok, s)
		assert.Equal(t, want, got, s)
	}
	for _, far := range []string{"", "x", "notes", "F1", "Familienstand des Kindes"} {
		got, ok := gazetteer.Nearest(far, Columns())
		assert.False(t, ok, "%s: %s", far, got)
	}
}

func TestNamesInAnyScript(t *testing.T) {
	var rows []fields
	for i, name := range []string{"علی رضا", "በቀለ ግርማ", "李伟", "கவிதா", "Ω", "Ngọc Ánh", "O’Brien-Smith", "ნინო", "مثال‌یار", "𞤢𞤣𞤤𞤢𞤥"} {
		rows = append(rows, principal(fmt.Sprint("F", i), "family_name=", "given_names="+name))
	}
	f := read(t, file(t, rows...))
	assert.Empty(t, f.Quarantined)
	assert.Empty(t, f.Warnings)
	for i, row := range rows {
		assert.Equal(t, row["given_names"], f.Families[i].People[0].GivenNames)
		assert.NotEmpty(t, f.Families[i].People[0].NameKey)
	}
}

func TestLinesAsAnEditorCounts(t *testing.T) {
	for _, end := range []string{"\n", "\r\n"} {
		text := strings.ReplaceAll("\ufeff"+narrow+
			"\n"+
			"F1,1,principal,TR,2021-05-04,Glasgow,Ali,\"1 Street\nGlasgow, Scotland\nUK\"\n"+ // lines 3 to 5
			" ,,,,, ,,\n"+
			"F2,1,principal,Nowhere,2021-05-04,Glasgow,\"Mo\",\"1 Street\nGlasgow\"\n"+ // lines 7 and 8
			"F3,1,principal,TR,2021-05-04,\"Nowhere\",Mo,\n"+
			"F4,1,principal,TR,2021-05-04,\"No\nwhere\",Mo,", "\n", end) // line 10; no line end
		f := read(t, text)
		assert.Equal(t, 4, f.PeopleSeen, "blank rows don't count")
		assert.Equal(t, "1 Street\nGlasgow, Scotland\nUK", f.Families[0].Address)
		var lines []int
		for _, q := range f.Quarantined {
			lines = append(lines, q.Line)
		}
		assert.Equal(t, []int{7, 9, 10}, lines)
	}
}

// A broken quote quarantines its own row's family, and hides no other row.
func TestBrokenQuotes(t *testing.T) {
	good := func(family string) string {
		return family + ",1,principal,TR,2021-05-04,Glasgow,Ali " + family + ",x\n"
	}
	for name, c := range map[string]struct {
		rows     string
		accepted []string
		findings []string // "line family"
		people   int
	}{
		"never closed":               {good("A") + "B,1,principal,TR,2021-05-04,Glasgow,\"Ali,x\n" + good("C"), []string{"A", "C"}, []string{"3 B"}, 3},
		"never closed, last":         {good("A") + "B,1,principal,TR,2021-05-04,Glasgow,Ali,\"x", []string{"A"}, []string{"3 B"}, 2},
		"bare":                       {good("A") + "B,1,principal,TR,2021-05-04,Glasgow,Ali,12 \"Main\" St\n" + good("C"), []string{"A", "C"}, []string{"3 B"}, 3},
		"closed within":              {"B,1,principal,TR,2021-05-04,Glasgow,Ali,\"12 \"Main\" St\"\n" + good("C"), []string{"C"}, []string{"2 B"}, 2},
		"the whole family":           {good("A") + good("B") + "A,2,child,TR,,,\"Mo,\n", []string{"B"}, []string{"4 A"}, 3},
		"two rows as one, same cell": {"A,1,principal,TR,2021-05-04,Glasgow,\"Ali,x\nB,1,principal,TR,2021-05-04,Glasgow,Mo\",y\n" + good("C"), []string{"C"}, []string{"2 A", "3 B"}, 3},
		"two rows as one, other":     {"A,1,principal,TR,2021-05-04,Glasgow,\"Ali,x\nB,1,principal,TR,2021-05-04\",Glasgow,Mo,y\n" + good("C"), []string{"C"}, []string{"2 A", "3 B"}, 3},
		"good row between":           {"A,1,principal,TR,2021-05-04,Glasgow,Ali,\"x\n" + good("C") + "B,1,principal,TR,2021-05-04,Glasgow,Mo,y\"\n", []string{"C"}, []string{"2 A", "4 B"}, 3},
		"family's own cell":          {good("A") + "\"B,1,principal,TR,2021-05-04,Glasgow,Ali,x\n" + good("C"), []string{"A", "C"}, []string{"3 "}, 3},
		"own cell, family known":     {good("A") + "\"A,2,child,TR,,,Mo,x\n" + good("C"), []string{"C"}, []string{"3 A"}, 3},
		"many lines":                 {good("A") + "B,1,principal,TR,2021-05-04,Glasgow,Ali,\"x" + strings.Repeat("\n", 60) + "\"\n" + good("C"), []string{"A", "C"}, []string{"3 B", "63 "}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, narrow+c.rows)
			assert.Equal(t, c.accepted, keys(f))
			var got []string
			for _, q := range f.Quarantined {
				got = append(got, fmt.Sprintf("%d %s", q.Line, q.Family))
				assert.Contains(t, q.Reason, "broken quote")
				assert.Empty(t, q.Column)
			}
			assert.Equal(t, c.findings, got)
			assert.Equal(t, c.people, f.PeopleSeen)
		})
	}
}

func TestRaggedRows(t *testing.T) {
	f := read(t, narrow+
		"A,1,principal,TR,Glasgow,Ali,x\n"+ // too few: claim_date was left out, and the others have moved
		"B,1,principal,TR,2021-05-04,Glasgow,Ali,x,\n"+ // too many
		"C,1,principal,TR,2021-05-04,Glasgow,Ali C,x\n"+
		"D,1,principal,TR,2021-05-04,Glasgow,Ali D,x\n"+
		"7,C,2,child,TR,,,Mo,\n"+ // shifted: it names C, and 7 is no family
		"D,2,child,TR,,,Mo C,C,,\n"+ // D is a family, so it is D's, whatever it names
		"E,1,principal,TR,2021-05-04,Glasgow,Ali E,x\n")
	assert.Equal(t, []string{"E"}, keys(f))
	assert.Equal(t, []Finding{
		{2, "A", "", "7 columns, expected 8 as in the header"},
		{3, "B", "", "9 columns, expected 8 as in the header"},
		{6, "C", "", "9 columns, expected 8 as in the header"},
		{7, "D", "", "10 columns, expected 8 as in the header"},
	}, f.Quarantined)
	assert.Len(t, f.rows, 6)
}

func TestOddFamilyKeys(t *testing.T) {
	f := read(t, file(t, principal("A\x1b[31m", "given_names=a"), principal(strings.Repeat("k", 600), "given_names=b"),
		principal("\xff", "given_names=c"), principal("ключ 1"), principal(" S ")))
	assert.Equal(t, []string{"ключ 1", "S"}, keys(f))
	require.Len(t, f.Quarantined, 3)
	assert.Equal(t, "A\uFFFD[31m", f.Quarantined[0].Family)
	assert.Equal(t, strings.Repeat("k", 60)+"…", f.Quarantined[1].Family)
	assert.Equal(t, "\uFFFD", f.Quarantined[2].Family)
}

func TestHugeField(t *testing.T) {
	f := read(t, file(t, principal("A", "address="+strings.Repeat("ö,\"\n", 1<<18)), principal("B")))
	assert.Equal(t, []string{"B"}, keys(f))
	f = read(t, file(t, principal("A", "address="+strings.Repeat("ö", 1<<20)), principal("B", "address="+strings.Repeat("ö", 1000))))
	assert.Equal(t, []string{"B"}, keys(f))
	require.Len(t, f.Quarantined, 1)
}

// Findings are printed and kept: they repeat nothing about a person.
func TestFindingsNameNobody(t *testing.T) {
	f := read(t, file(t, principal("A", "family_name=Secretname\x00", "date_of_birth=13/12/1985", "home_office_ref=Q7654321\x01",
		"address=Hidden Street\x02", "claim_date=1970-05-05"), child("A", "given_names=Hush\x00", "home_office_ref=odd-Q7654321")))
	require.NotEmpty(t, f.Quarantined)
	for _, q := range f.Quarantined {
		for _, secret := range []string{"Secret", "1985", "7654321", "Hidden", "Hush", "1970"} {
			assert.NotContains(t, q.Reason, secret)
		}
	}
}

func TestQuotesInOneLineTakeNoTime(t *testing.T) {
	start := time.Now()
	f := read(t, narrow+strings.Repeat("A,\"\"\"\n", 20000)+strings.Repeat("B,1,\"x\"\"\n", 20000))
	assert.Empty(t, f.Families)
	assert.Less(t, time.Since(start), 20*time.Second)
}

// A family of many people, and many families whose keys look alike, take no time either.
func TestManyOfOneKindTakeNoTime(t *testing.T) {
	start := time.Now()
	var one, alike strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&one, "A,%d,child,TR,%d,,Ali,x\n", i, 1930+i%90)
		fmt.Fprintf(&alike, "%s,1,principal,TR,2021-05-04,Glasgow,Ali,x\n", strings.Repeat("O", i%100)+strings.Repeat("0", i/100))
	}
	f := read(t, narrow+"A,p,principal,TR,2021-05-04,Glasgow,Ali,x\n"+one.String())
	assert.Len(t, f.Families, 1)
	f = read(t, narrow+alike.String())
	assert.Greater(t, len(f.Families), 19000)
	assert.Less(t, time.Since(start), 20*time.Second)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(narrow + "A,1,principal,TR,2021-05-04,Glasgow,Ali,x\n"))
	f.Add([]byte(narrow + "A,1,principal,TR,2021-05-04,Glasgow,\"Ali,x\nA,2,child,TR,,,Mo\",\n"))
	f.Add([]byte("\ufeff" + narrow + "\"A\",1,principal,SU,1998,S12000046,\"a\r\nb\",\"1\r\n2\"\r\nA,2,child,TR,,,x"))
	f.Add([]byte(narrow + "A,1,principal,TR,2021-13-04,Glasgow,\xff\x00,x,,\n,,,\n"))
	f.Add([]byte(narrow + "A,1,principal,Zaire,02/05/2019,S12000046,Жанна,\"O'Neil, \"\"Jr\"\"\"\r\nA;2;child\r\n\"A,1,principal\n"))
	f.Add([]byte("'" + narrow + "A,1,principal,TR,2021-05-04,Nowhere,'=x,\"'+1\n,=2\"\n\"-B,=1,@\"x\n"))
	f.Add([]byte("sep=,\r\n" + strings.TrimSuffix(narrow, "\n") + ",,\nA,1,principal,TR,2021-05-04,Glasgow,Ali,x,,\nA\u200b,2,child,TR\nA,3,child,TR,,,Mo\n" + narrow))
	f.Add([]byte(narrow + "А1,1,principal,TR,1970-01-01,S12000016,Mu\uFFFDoz,x\nA1,1,principal,#N/A,0001-01-01,Glasgwo,ZoÃ«,#REF!\nNaN,1,principal,TR,2020,Fife,??,y\n"))
	f.Add([]byte(narrow + "A,1,principal,TR,2021–05–04,Glasgow,Ali\u00a0Reza,x\nA,2,child,TR,,,Reza Ali,\nA,3,spouse,TR,2020,,\u200fعلی\u200cرضا,\n"))
	f.Add([]byte("\ufeff\"sep=;\"\nfamily;person\n"))
	f.Add([]byte("<!DOCTYPE html><table><tr><td>family</td></tr>\n"))
	f.Add([]byte(narrow + strings.Repeat("A,1,child,TR,,,a,b\n", 30)))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range [][]byte{data, append([]byte(narrow), data...)} {
			got, err := Read(bytes.NewReader(text), today)
			if err != nil {
				continue
			}
			reconcile(t, got)
			accepted := map[string]bool{}
			for _, family := range got.Families {
				accepted[family.Key] = true
				require.NotEmpty(t, family.People)
				require.Equal(t, "principal", string(family.People[0].Relationship))
				require.NotEmpty(t, gazetteer.CouncilName(family.Council))
				require.Equal(t, family.Key, typography.Key(family.Key), "nothing in a key is unseen")
				require.False(t, isNoKey(family.Key), "%q brings together who has nothing to do with each other", family.Key)
				for i, p := range family.People {
					require.Equal(t, i+1, p.No)
					require.Equal(t, p.HomeOfficeRef, Reference(p.HomeOfficeRef), "a reference is kept as it is compared")
					for _, d := range []clock.PartialDate{p.BirthDate, p.ArrivedOn, p.ClaimDate, p.ClaimStatusOn, p.LastInterviewOn} {
						day, whole := d.Full()
						require.False(t, whole && slices.Contains(defaults, day), "%s is a program's default", day)
						require.False(t, !d.IsZero() && (d.Year() < 1900 || d.Year() > 2026), "%s is no date of a living person", d)
					}
					for _, text := range []string{p.FamilyName, p.GivenNames} {
						kept, lost := typography.Text(text)
						require.Equal(t, text, kept)
						require.Empty(t, lost)
					}
					require.NotEmpty(t, p.Key)
					require.NotEmpty(t, p.NameKey)
					require.NotEmpty(t, gazetteer.NationalityName(p.Nationality))
				}
			}
			for _, told := range [][]Finding{got.Quarantined, got.Warnings} {
				seen := map[Finding]bool{}
				for _, f := range told {
					require.False(t, seen[f], "%v is told twice", f)
					require.Equal(t, f.Family, shown(f.Family), "a terminal can show it")
					seen[f] = true
				}
			}
			for _, key := range got.QuarantinedFamilies {
				require.False(t, accepted[key] && !strings.ContainsAny(key, "\uFFFD…"), "a family is accepted or quarantined, never both")
			}
			var quarantine bytes.Buffer
			require.NoError(t, got.WriteQuarantine(&quarantine))
			for _, row := range got.rows {
				requireComputesNothing(t, string(row))
			}
			again, err := Read(&quarantine, today)
			require.NoError(t, err)
			require.Equal(t, len(got.rows), again.PeopleSeen, "every quarantined row is in the file to be mended")
		}
	})
}
