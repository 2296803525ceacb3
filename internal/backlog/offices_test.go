package backlog

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hame/internal/clock"
)

// What offices send, a kind of fault a test: each case says what stands in the cells, and
// what a caseworker is told. "held" means that the family is quarantined, "told" that it
// is accepted with a warning.

// told lists the findings of a file as "held 3 B council: reason" and "told ...".
func told(f *File) []string {
	var all []string
	for how, findings := range map[string][]Finding{"held": f.Quarantined, "told": f.Warnings} {
		for _, x := range findings {
			all = append(all, fmt.Sprintf("%s %d %s %s: %s", how, x.Line, x.Family, x.Column, x.Reason))
		}
	}
	return all
}

// says checks that a file is answered by one finding for each thing that is wanted, and by
// nothing else.
func says(t *testing.T, f *File, wanted ...string) {
	t.Helper()
	got := told(f)
	assert.Len(t, got, len(wanted), "one message for one cause: %v", got)
	for _, want := range wanted {
		where, what, _ := strings.Cut(want, ": ")
		found := false
		for _, g := range got {
			found = found || strings.HasPrefix(g, where+": ") && strings.Contains(g, what)
		}
		assert.True(t, found, "%q is not among %q", want, got)
	}
}

// A key, a code or a reference with a character that nobody sees is the one without it.
func TestWhatCanNotBeSeenMakesNoOtherKey(t *testing.T) {
	for name, unseen := range map[string]string{
		"soft hyphen": "\u00ad", "byte-order mark": "\ufeff", "word joiner": "\u2060", "variation selector": "\ufe0f", "tag": "\U000e0031",
		"mark of direction": "\u200e", "joiner": "\u200d", "Hangul filler": "\u3164",
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, file(t, principal("A7"), child("A"+unseen+"7", "given_names=Evîn"), child("A7"+unseen, "person=3", "given_names=Dilan", "date_of_birth=2016-02-09")))
			require.Equal(t, []string{"A7"}, keys(f))
			require.Len(t, f.Families[0].People, 3)
			u := fmt.Sprintf("(U+%04X)", []rune(unseen)[0])
			says(t, f, "told 3 A7 family: characters that can't be seen "+u, "told 4 A7 family: characters that can't be seen "+u)

			f = read(t, file(t, principal("B", "council=S1200"+unseen+"0049", "nationality="+unseen+"TR", "sex=M"+unseen, "claim_date=2021-05"+unseen+"-04",
				"relationship=princi"+unseen+"pal", "person=1"+unseen)))
			require.Equal(t, []string{"B"}, keys(f))
			require.Len(t, f.Warnings, 6)
			f = read(t, file(t, principal("C", "home_office_ref=B765"+unseen+"4321"), principal("D", "home_office_ref=B7654321")))
			require.Equal(t, []Pair{{"C", "D", SameReference}}, f.Duplicates)
			f = read(t, file(t, principal("E", "family_name="+unseen+"Kaya", "given_names=Ali"), principal("G", "family_name=Kaya", "given_names=Ali"+unseen)))
			require.Equal(t, []Pair{{"E", "G", SameNameAndBirthDate}}, f.Duplicates)
			require.Equal(t, "Kaya Ali", f.Families[0].People[0].FamilyName+" "+f.Families[1].People[0].GivenNames)
		})
	}
	f := read(t, file(t, principal("H"), child("H", "person=1\u200b")))
	says(t, f, "held 3 H person: the person key is there twice: line 2 has it already")
	f = read(t, file(t, principal("K 1"), child("K\u00a01"), child("K\u20091", "person=3", "given_names=Dilan", "date_of_birth=2016-02-09")))
	require.Equal(t, []string{"K 1"}, keys(f), "one kind of space")
	f = read(t, file(t, principal("L", "family_name=\u3164\u200b", "given_names=\u2800")))
	says(t, f, "held 2 L family_name: no name at all")
}

// Two families whose keys only a computer tells apart are told, each with the other's line.
func TestKeysThatLookAlikeAreTold(t *testing.T) {
	for _, c := range [][2]string{{"A–7", "A-7"}, {"А7", "A7"}, {"F1O0", "F100"}, {"f100", "F100"}, {"O’1", "O'1"}, {"Ａ7", "A7"}, {"F  1", "F 1"}, {"Zoe\u0308", "Zoë"}} {
		f := read(t, file(t, principal(c[0], "given_names=a"), principal(c[1], "given_names=b"), principal("other", "given_names=c")))
		require.Equal(t, []string{c[0], c[1], "other"}, keys(f))
		says(t, f, "told 2 "+c[0]+" family: the key looks like that of family "+quoted(c[1])+", line 3",
			"told 3 "+c[1]+" family: the key looks like that of family "+quoted(c[0])+", line 2")
	}
	f := read(t, file(t, principal("12"), principal("21", "given_names=b"), principal("112", "given_names=c"), principal("F1", "given_names=d"), principal("G1", "given_names=e")))
	says(t, f)
}

// What a spreadsheet or a program writes in place of a reference pairs nobody.
func TestWhatIsNoReferencePairsNobody(t *testing.T) {
	for _, ref := range []string{
		"2.345E+14", "1,21E+15", "1E+15", "1212000000000000", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#N/A", "#NV", "####", "Err:502",
		"nan", "NaT", "<NA>", "None", "undefined", "(null)", "(Blanks)", "TBA", "t.b.c.", "to be confirmed", "to follow", "pending", "awaited", "ditto", "as above", "N/K",
		"not yet issued", "0.0", "\"", "'", "TRUE", "12/03/2019", "2019-03-12", "3-Mar-19", "Mar\uFFFD1234567",
	} {
		f := read(t, file(t, principal("A", "home_office_ref="+ref), principal("B", "given_names=b", "home_office_ref="+ref)))
		assert.Equal(t, []string{"A", "B"}, keys(f), ref)
		assert.Empty(t, f.Duplicates, ref)
		assert.Empty(t, f.Families[0].People[0].HomeOfficeRef, ref)
		assert.Len(t, f.Warnings, 2, "%s: %v", ref, f.Warnings)
		assert.Empty(t, Reference(ref), ref)
	}
	// Words are kept as they are, and pair nobody either.
	f := read(t, file(t, principal("A", "home_office_ref=see file"), principal("B", "given_names=b", "home_office_ref=see file")))
	says(t, f, "told 2 A home_office_ref: no known shape", "told 3 B home_office_ref: no known shape")
	assert.Equal(t, "see file", f.Families[0].People[0].HomeOfficeRef)

	// Nor do such values make one family of people who have nothing to do with each other.
	for _, key := range []string{"NaN", "#N/A", "(blank)", "NULL", "TBC", "1.212E+15", "-"} {
		f := read(t, file(t, principal(key), child(key), principal("C", "given_names=c")))
		assert.Equal(t, []string{"C"}, keys(f), key)
		says(t, f, "held 2  family: family holds "+quoted(key)+", which is no key", "held 3  family: family holds "+quoted(key)+", which is no key")
	}
}

// In other columns a spreadsheet's error is told for what it is.
func TestASpreadsheetsErrorInACell(t *testing.T) {
	for column, want := range map[string]string{
		"date_of_birth": "held", "council": "held", "nationality": "held", "claim_date": "held", "given_names": "held", "person": "held", "flags": "held",
		"address": "told", "phone": "told", "school": "told", "representative_contact": "told",
	} {
		changes := []string{column + "=#VALUE!"}
		if column == "address" {
			changes = append(changes, "area=Govan")
		}
		f := read(t, file(t, principal("B", changes...)))
		wanted := []string{want + " 2 B " + column + `: "#VALUE!" is a spreadsheet's error`}
		if column == "address" {
			wanted = append(wanted, "told 2 B address: no address")
		}
		says(t, f, wanted...)
	}
	f := read(t, file(t, principal("B", "date_of_birth=31081", "claim_date=2021-05-04 00:00:00")))
	says(t, f, "held 2 B date_of_birth: a spreadsheet's number of a day", "held 2 B claim_date: leave the time of day off")
	assert.NotContains(t, told(f)[0]+told(f)[1], "31081", "a date is not repeated")
	f = read(t, file(t, principal("B", "address=Flat 1, #12 Specimen Street", "school=#1 Nursery")))
	says(t, f)
}

// A reference that was typed in another program is the same reference, in a file, on an
// item of post and when it is corrected.
func TestTypographyMakesNoOtherReference(t *testing.T) {
	for want, written := range map[string][]string{
		"1313-0002-4444-5678":    {"1313—0002—4444—5678", "1313−0002−4444−5678", "1313\u00a00002\u00a04444\u00a05678", "'1313-0002-4444-5678", "1313000244445678", "１３１３-0002-4444-5678"},
		"B7654321/3":             {"’B7654321/3", "b 7654321⁄3", "\ufeffB7654321 / 3", "B\u20097654321/3", "B765\u00ad4321/3"},
		"TN5/123456":             {"tn5∕123456", "TN5／123456"},
		"1313-0002-4444-5678/01": {"1313–0002–4444–5678/01", "1313‐0002‐4444‐5678⁄01"},
	} {
		for _, ref := range written {
			assert.Equal(t, want, Reference(ref), "%q", ref)
			f := read(t, file(t, principal("A", "home_office_ref="+want), principal("B", "given_names=b", "home_office_ref="+ref)))
			assert.Equal(t, []Pair{{"A", "B", SameReference}}, f.Duplicates, "%q", ref)
			assert.Equal(t, want, f.Families[1].People[0].HomeOfficeRef, "%q", ref)
			kept, err := CheckFact("home_office_ref", ref, today)
			require.NoError(t, err)
			assert.Equal(t, want, kept, "%q", ref)
		}
	}
}

// Dashes, spaces and apostrophes of other programs change no code and no date.
func TestTypographyMakesNoOtherCodeOrDate(t *testing.T) {
	f := read(t, file(t, principal("A", "claim_date=2021–05–04", "date_of_birth=1985‑02‑03", "lane=fast–track", "nationality=Côte d’Ivoire", "council=Argyll\u00a0and Bute", "flags=restricted;\u2009public_harm")))
	assert.Equal(t, []string{"A"}, keys(f))
	assert.Empty(t, f.Quarantined)
	assert.Equal(t, "2021-05-04", f.Families[0].People[0].ClaimDate.String())
	assert.Len(t, f.Families[0].People[0].Flags, 2)
}

// Impossible dates and those that programs write where none is known are held or told,
// and no rule counts from them.
func TestDefaultDates(t *testing.T) {
	const impossible, unknown = "more than 120 years ago", "a program's default"
	for day, want := range map[string]string{
		"0001-01-01": impossible, "1601-01-01": impossible, "1753-01-01": impossible, "1899-12-30": impossible, "1899-12-31": impossible,
		"1900-01-01": impossible, "1904-01-01": impossible, "1900-01-00": "no such date exists", "0000-00-00": "no such date exists",
		"9999-12-31": "in the future", "2099-01-01": "in the future", "1899": impossible, "1904-01": impossible,
	} {
		for _, column := range []string{"date_of_birth", "arrived_on", "claim_date", "claim_status_on", "last_interview_on"} {
			f := read(t, file(t, principal("B", "date_of_birth=", column+"="+day)))
			assert.Empty(t, f.Families, "%s %s", column, day)
			says(t, f, "held 2 B "+column+": "+want)
		}
	}
	for _, day := range []string{"1970-01-01", "1969-12-31"} {
		f := read(t, file(t, principal("B", "date_of_birth="+day, "arrived_on="+day, "claim_status_on="+day, "last_interview_on="+day), child("B", "claim_date="+day)))
		says(t, f, "told 2 B date_of_birth: "+unknown, "told 2 B arrived_on: "+unknown, "told 2 B claim_status_on: "+unknown,
			"told 2 B last_interview_on: "+unknown, "told 3 B claim_date: "+unknown)
		p := f.Families[0].People[0]
		for _, d := range []clock.PartialDate{p.BirthDate, p.ArrivedOn, p.ClaimStatusOn, p.LastInterviewOn, f.Families[0].People[1].ClaimDate} {
			assert.True(t, d.IsZero(), "no rule counts from it")
		}
		f = read(t, file(t, principal("B", "claim_date="+day)))
		says(t, f, "held 2 B claim_date: a principal needs the date of its claim")

		kept, err := CheckFact("date_of_birth", day, today)
		require.NoError(t, err)
		assert.Equal(t, day, kept, "an officer who types the day means it")
	}
	f := read(t, file(t, principal("B", "date_of_birth=1970"), child("B", "date_of_birth=2020-01-01")))
	says(t, f)
}

// A letter that was lost on the way is told, since no reader can bring it back.
func TestLostLetters(t *testing.T) {
	for name, want := range map[string]string{
		"\u00c5\u00a0ana": "told 2 B given_names: garbled",
		"Zo\uFFFD":        "told 2 B given_names: U+FFFD stands in its place", "Zo?e": "told 2 B given_names: a question mark", "Ali??": "told 2 B given_names: a question mark",
		"ZoÃ«": "told 2 B given_names: garbled", "Ã–rnekoÄŸlu": "told 2 B given_names: garbled", "EvÃ®n": "told 2 B given_names: garbled", "Oâ€™Neill": "told 2 B given_names: garbled",
		"Ð˜Ð²Ð°Ð½": "told 2 B given_names: garbled", "РђР»Рё": "told 2 B given_names: garbled", "Zo├½": "told 2 B given_names: garbled",
		"\uFFFD\uFFFD\uFFFD": "held 2 B family_name: no letter of the name is left", "????": "held 2 B family_name: no letter of the name is left",
		"Zoë": "", "RENÉ’S": "", "Íñigo": "", "Úžas": "", "João": "", "Рівне": "", "ÂNGELA": "", "N’Golo": "", "Ægir “Þór”": "", "Élise—Ömer": "", "Ali?": "", "Ñandú": "",
	} {
		var wanted []string
		if want != "" {
			wanted = []string{want}
		}
		says(t, read(t, file(t, principal("B", "family_name=", "given_names="+name))), wanted...)
	}
	f := read(t, file(t, principal("B", "address=1 Caf\uFFFD Street", "school=Who knows??")))
	says(t, f, "told 2 B address: U+FFFD")
	f = read(t, file(t, principal("B\uFFFD1")))
	says(t, f, "held 2 B\uFFFD1 family: nobody can tell which key it was")
}

// Marks that turn the direction of writing are refused in every column; marks that a
// script needs are not.
func TestMarksOfDirection(t *testing.T) {
	for column, r := range map[string]rune{"given_names": '\u202d', "home_office_ref": '\u202a', "address": '\u2066', "school": '\u2068', "council": '\u202b', "person": '\u202c'} {
		f := read(t, file(t, principal("B", column+"=a"+string(r)+"b")))
		says(t, f, fmt.Sprintf("held 2 B %s: a mark that turns the direction of writing (U+%04X) as character 2", column, r))
	}
	f := read(t, file(t, principal("B", "given_names=מרים\u200f", "family_name=\u200fنمونه\u200cپور"), child("B", "given_names=கவி\u200dதா")))
	says(t, f)
	assert.Equal(t, "\u200fنمونه\u200cپور", f.Families[0].People[0].FamilyName)
}

// A former code is mapped, a code is compared with codes, and what is far gets no
// suggestion.
func TestCouncilCodes(t *testing.T) {
	for code, now := range map[string]string{"s12000016": "S12000049", "S12000025": "S12000038", "S12000002": "S12000034", "S12000022": "S12000050"} {
		f := read(t, file(t, principal("B", "council="+code)))
		says(t, f, "told 2 B council: former code mapped: "+quoted(code)+" is now "+now)
		assert.Equal(t, now, f.Families[0].Council)
	}
	for value, want := range map[string]string{
		"S12000099": "unknown council code", "E99999999": "unknown council code", "Glasgow Cty": "the nearest known one is Glasgow City (S12000049)",
		"GLG": "the nearest known one is Glasgow City (S12000049)", "Atlantis": `unknown council "Atlantis"`,
	} {
		f := read(t, file(t, principal("B", "council="+value)))
		says(t, f, "held 2 B council: "+want)
		assert.Equal(t, strings.Contains(want, "nearest"), strings.Contains(told(f)[0], "nearest"), told(f)[0])
	}
	for _, value := range []string{"Middle Earth", "ZQ"} {
		f := read(t, file(t, principal("B", "nationality="+value)))
		says(t, f, "held 2 B nationality: unknown nationality "+quoted(value)+": expected an ISO 3166 code")
		assert.NotContains(t, told(f)[0], "nearest")
	}
	f := read(t, file(t, principal("B", "council=Hackney"), child("B", "council=E09000012")))
	says(t, f, "held 2 B council: a council of England")
}

// Each pair of cells that can't both be true is told, on the row where it is mended.
func TestContradictions(t *testing.T) {
	for name, c := range map[string]struct {
		rows []fields // from line 2
		want []string
	}{
		"born in Glasgow, and in Pakistan":        {[]fields{principal("B"), child("B", "born_in_scotland=yes", "birth_country=PK")}, []string{"told 3 B birth_country: born_in_scotland says yes"}},
		"born in Scotland, and in the UK":         {[]fields{principal("B"), child("B", "born_in_scotland=yes", "birth_country=GB")}, nil},
		"born here, and arrived at two":           {[]fields{principal("B"), child("B", "birth_country=GB", "arrived_on=2021-09")}, []string{"told 3 B arrived_on: by birth_country the person was born here"}},
		"born here in 2019, arrived in 2019":      {[]fields{principal("B"), child("B", "birth_country=GB", "arrived_on=2019")}, nil},
		"claimed a year before arriving":          {[]fields{principal("B", "arrived_on=2022-05-04")}, []string{"told 2 B claim_date: earlier than arrived_on"}},
		"claimed in the month of arriving":        {[]fields{principal("B", "arrived_on=2021-05")}, nil},
		"a dependant's claim before its arrival":  {[]fields{principal("B"), child("B", "arrived_on=2022", "claim_date=2020", "own_claim=yes")}, []string{"told 3 B claim_date: earlier than arrived_on"}},
		"interviewed before claiming":             {[]fields{principal("B", "last_interview_on=2020")}, []string{"told 2 B last_interview_on: earlier than claim_date"}},
		"interviewed before arriving":             {[]fields{principal("B"), child("B", "arrived_on=2022", "last_interview_on=2021-12")}, []string{"told 3 B last_interview_on: earlier than arrived_on"}},
		"refused before claiming":                 {[]fields{principal("B", "claim_status=refused", "claim_status_on=2020-01")}, []string{"told 2 B claim_status_on: earlier than claim_date"}},
		"undecided since a day":                   {[]fields{principal("B", "claim_status_on=2023")}, []string{"told 2 B claim_status_on: the claim is undecided"}},
		"a principal without a claim of its own":  {[]fields{principal("B", "own_claim=no")}, []string{"told 2 B own_claim: relationship says principal"}},
		"a child older than the principal":        {[]fields{principal("B"), child("B", "date_of_birth=1960")}, []string{"told 3 B date_of_birth: less than 12 years after the principal's, line 2"}},
		"a child born when the principal was ten": {[]fields{principal("B", "date_of_birth=2008"), child("B")}, []string{"told 3 B date_of_birth: less than 12 years after the principal's"}},
		"a child of a young mother":               {[]fields{principal("B", "date_of_birth=2005-06-30"), child("B")}, nil},
		"a parent younger than the principal":     {[]fields{principal("B"), child("B", "relationship=parent", "date_of_birth=1990")}, []string{"told 3 B date_of_birth: less than 12 years before the principal's"}},
		"a spouse of fifteen":                     {[]fields{principal("B"), child("B", "relationship=spouse", "date_of_birth=2010-12-01")}, []string{"told 3 B date_of_birth: younger than 16, and relationship says spouse"}},
		"a partner of sixteen":                    {[]fields{principal("B"), child("B", "relationship=partner", "date_of_birth=2010-11-23")}, nil},
		"a principal of fourteen with a spouse":   {[]fields{principal("B", "date_of_birth=2012"), child("B", "relationship=spouse", "date_of_birth=2000")}, []string{"told 2 B date_of_birth: younger than 16, and line 3 names a spouse"}},
		"siblings born five months apart":         {[]fields{principal("B"), child("B"), child("B", "person=3", "given_names=Dilan", "date_of_birth=2019-12-01")}, []string{"told 4 B date_of_birth: less than seven months from that of the child in line 3"}},
		"twins over midnight":                     {[]fields{principal("B"), child("B"), child("B", "person=3", "given_names=Dilan", "date_of_birth=2019-07-02")}, nil},
		"a child responsible for itself":          {[]fields{principal("B"), child("B", "responsible_adult=2")}, []string{"told 3 B responsible_adult: responsible for itself"}},
		"a postcode of Manchester":                {[]fields{principal("B", "postcode=m1 1ae")}, []string{"told 2 B postcode: outside Scotland"}},
		"a postcode of Glasgow":                   {[]fields{principal("B", "postcode=G1 1AA")}, nil},
		"a postcode that is no place":             {[]fields{principal("B", "postcode=ZZ99 3VZ")}, nil},
		"dates that are unknown contradict none":  {[]fields{principal("B", "date_of_birth=", "arrived_on="), child("B", "date_of_birth=1960")}, []string{"told 2 B date_of_birth: unknown birth date", `told 3 B relationship: a "child" who is an adult`}},
		"a row with two":                          {[]fields{principal("B", "birth_country=TR", "born_in_scotland=yes", "arrived_on=2020-03-04")}, []string{"told 2 B birth_country: born_in_scotland says yes", "told 2 B arrived_on: arrived after birth"}},
	} {
		t.Run(name, func(t *testing.T) { says(t, read(t, file(t, c.rows...)), c.want...) })
	}
}

// The same person twice in one family is told, however the second clerk wrote the row.
func TestAPersonTwiceInOneFamily(t *testing.T) {
	again := func(changes ...string) []fields {
		one := []string{"family_name=Kaya", "given_names=Deniz Ali", "date_of_birth=2015-04-07", "sex=M"}
		return []fields{principal("B"), child("B", one...), child("B", append(append(one, "person=3"), changes...)...)}
	}
	for name, c := range map[string]struct {
		rows []fields
		same bool
	}{
		"in capitals, the words turned round":  {again("family_name=ALI", "given_names=KAYA DENİZ"), true},
		"day and month swapped":                {again("date_of_birth=2015-07-04"), true},
		"birth date known to the year":         {again("date_of_birth=2015"), true},
		"a name left out":                      {again("given_names=Deniz"), true},
		"the family name left out":             {again("family_name="), true},
		"the sex written otherwise":            {again("sex=F"), true},
		"a twin":                               {again("given_names=Deniz Can"), false},
		"a twin with one name more, of a girl": {again("given_names=Deniz Ali Ayşe", "sex=F"), false},
		"a cousin of the same name":            {again("date_of_birth=2013-04-07"), false},
		"born in another month":                {again("date_of_birth=2015-06"), false},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, file(t, c.rows...))
			var got []string
			for _, s := range told(f) {
				if strings.Contains(s, "one person twice") {
					got = append(got, s)
				}
			}
			assert.Equal(t, c.same, len(got) == 1, "%v", told(f))
			if c.same {
				assert.Contains(t, got[0], "line 3")
			}
		})
	}
	f := read(t, file(t, principal("B", "home_office_ref=A1234567"), child("B", "home_office_ref=A1234567/2"),
		child("B", "person=3", "given_names=Dilan", "date_of_birth=2016-02-09", "home_office_ref=a1234567/2"),
		child("B", "person=4", "given_names=Baran", "date_of_birth=2012-02-09", "home_office_ref=A1234567")))
	says(t, f, "told 4 B home_office_ref: the number of one dependant, as in line 3")
	f = read(t, file(t, principal("B"), child("B"), principal("C"), child("C", "given_names=Evîn of B", "date_of_birth=2020-07-01")))
	says(t, f)
}

// What a spreadsheet does to the shape of a file is told once, and loses nobody.
func TestTheShapeOfAFile(t *testing.T) {
	narrow := strings.Replace(narrow, "council,", "council,date_of_birth,", 1)
	row := func(family string) string {
		return family + ",1,principal,TR,2021-05-04,Glasgow,1985,Ali " + family + ",x"
	}
	wide := strings.TrimSuffix(narrow, "\n") + ",,,\n"
	for name, c := range map[string]struct {
		text     string
		accepted []string
		want     []string
	}{
		"empty columns at the right": {wide + row("A") + ",,,\n" + row("B") + "\n" + row("C") + ", ,\u200b\n", []string{"A", "B", "C"},
			[]string{"told 1  : 3 columns at the right of the header have no name"}},
		"a value under no name": {wide + row("A") + ",,,\n" + row("B") + ",note,,\n", []string{"A"},
			[]string{"told 1  : 3 columns at the right of the header have no name", "held 3 B : a value stands in a column that has no name"}},
		"cells left off at the right": {narrow + strings.TrimSuffix(row("A"), ",x") + "\n" + row("B") + "\n" + strings.TrimSuffix(row("C"), ",Ali C,x") + ",Mo\n", []string{"A", "B", "C"},
			[]string{"told 2  : 2 rows leave off cells at the right, this one first", "told 2 A address: no address", "told 4 C address: no address"}},
		"cells left off, and shifted": {narrow + row("A") + "\nB,1,principal,2021-05-04,Glasgow,1985,Mo,x\n", []string{"A"},
			[]string{"held 3 B : 8 columns, expected 9 as in the header"}},
		"a cell left off that every row needs": {narrow + row("A") + "\nA,2,child\n", nil,
			[]string{"held 3 A : 3 columns, expected 9 as in the header"}},
		"a child's row, which needs few cells": {wide + row("A") + ",,,\nA,2,child,TR,,,2019-07-01,Evîn\n", []string{"A"},
			[]string{"told 1  : 3 columns at the right of the header have no name", "told 3  : the row leaves off cells at the right"}},
		"cells left off, and a wrong one": {narrow + row("A") + "\nB,1,principal,Elbonia,2021-05-04,Glasgow,1985,Mo\n", []string{"A"},
			[]string{"told 3  : the row leaves off cells at the right", "held 3 B nationality: unknown nationality"}},
		"a file that is cut off": {narrow + row("A") + "\nB,1,principal,TR,2021-05-04,Glasgow,1985,M", []string{"A"},
			[]string{"held 3 B : the file ends here after 8 of 9 columns: it may be cut off"}},
		"the header again": {narrow + row("A") + "\n" + strings.ToUpper(narrow) + row("B") + "\n", []string{"A", "B"},
			[]string{"told 3  : the header stands here again"}},
		"Excel's line":           {"sep=,\r\n" + narrow + row("A") + "\n", []string{"A"}, []string{`told 1  : Excel's line "sep=,"`}},
		"Excel's line in quotes": {"\ufeff\"sep=,\"\n" + narrow + "A,1,principal,Elbonia,2021-05-04,Glasgow,1985,Ali,x\n", nil, []string{`told 1  : Excel's line "sep=,"`, "held 3 A nationality: unknown nationality"}},
		"marks inside":           {"\ufeff\ufefffamily\u200b" + strings.TrimPrefix(narrow, "family") + row("A") + "\n\ufeff" + row("B") + "\n", []string{"A", "B"}, []string{"told 3 B family: characters that can't be seen (U+FEFF)"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, c.text)
			assert.Equal(t, c.accepted, keys(f))
			says(t, f, c.want...)
			again := read(t, written(t, f))
			assert.Equal(t, len(f.QuarantinedFamilies), len(again.QuarantinedFamilies), "what is held can be mended and read again")
		})
	}
	var little strings.Builder
	for _, unit := range utf16.Encode([]rune(narrow + row("A") + "\n")) {
		little.WriteByte(byte(unit))
		little.WriteByte(byte(unit >> 8))
	}
	for text, want := range map[string]string{
		"sep=;\r\n" + strings.ReplaceAll(narrow, ",", ";"): "separated by semicolons: expected commas",
		"sep=\t\n" + narrow: "separated by tabs",
		narrow + row("A") + "\nperson,family,relationship\n": "line 3: a second header, with other columns than the first",
		narrow + row("A") + "\n'" + narrow:                   "line 3: a second header, with other columns",
		little.String():                                      "this is a text in UTF-16: save it as CSV in UTF-8",
		"\r\n<!DOCTYPE html>\n<table><tr><td>family</td>":    "this is a web page (HTML): save it as CSV in UTF-8",
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n":                 "this is a calendar for diaries (.ics)",
		"%PDF-1.4\n":                                         "this is a PDF",
	} {
		_, err := Read(strings.NewReader(text), today)
		assert.ErrorContains(t, err, want)
	}
}
