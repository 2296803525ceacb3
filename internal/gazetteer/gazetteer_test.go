package gazetteer

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// homeOfficeNationalities are the spellings of the Home Office's Asy_D03 and
// Asy_D05 that differ from the names in the reference table, or are no state.
var homeOfficeNationalities = map[string]string{
	"American Samoa (United States)": "AS", "Anguilla (British)": "AI", "Aruba (Dutch)": "AW", "Bahamas, The": "BS",
	"Bermuda (British)": "BM", "British overseas citizens": "GBO", "Cape Verde": "CV", "Congo": "CG",
	"Congo (Democratic Republic)": "CD", "Cyprus (Northern part of)": "CY", "Czechia": "CZ", "East Timor": "TL",
	"Eswatini": "SZ", "Former Yugoslavia": "YU", "French Guiana (French)": "GF",
	"French Southern & Antarctic Territories": "TF", "Gambia, The": "GM", "Hong Kong": "HK", "Ivory Coast": "CI",
	"Kosovo": "XK", "Laos": "LA", "Macau": "MO", "Montserrat (British)": "MS", "Myanmar (Burma)": "MM",
	"North Macedonia": "MK", "Occupied Palestinian Territories": "PS", "Refugee": "XXB", "Russia": "RU",
	"Sao Tome and Principe": "ST", "Serbia and Montenegro": "SCG",
	"South Georgia and the South Sandwich Islands (British)": "GS", "St Kitts and Nevis": "KN", "St Lucia": "LC",
	"St Vincent and the Grenadines": "VC", "Stateless": "XXA", "Swaziland": "SZ", "Syria": "SY", "Taiwan": "TW",
	"Turkey": "TR", "Vietnam": "VN", "Western Sahara": "EH",
}

func TestNationalities(t *testing.T) {
	for s, want := range homeOfficeNationalities {
		got, ok := FindNationality(s)
		assert.True(t, ok, s)
		assert.Equal(t, want, got.Code, s)
	}
	for s, want := range map[string]string{
		"TR": "TR", "tur": "TR", "Turkish": "TR", "Turk": "TR", "The Republic of Turkey": "TR", "TÜRKIYE": "TR",
		"GBR": "GB", "UK": "GB", "British citizen": "GB", "Soviet citizen": "SU", "SUN": "SU", "USSR": "SU", "YU": "YU", "YUG": "YU",
		"CS": "CS", "DD": "DD", "Czechoslovak": "CS", "West Germany": "WDE", "DE": "DE", "German": "DE", "SCG": "SCG",
		"XK": "XK", "XKX": "XK", "Kosovan": "XK", "Unknown": "XXX", "XXX": "XXX", "XXA": "XXA", "stateless": "XXA",
		"Citizen of the Ivory Coast": "CI", "cote d'ivoire": "CI", "Iranian": "IR", "Burma": "MM", "D.R. Congo": "",
		"Saint Lucia": "LC", "DR Congo": "CD", "Zaire": "CD", "ZR": "CD", "BU": "MM", "Sri Lankan": "LK", "Palestinian": "PS",
		// Deliberately unknown: a row for the rest in statistics, two states' citizens, a people.
		"Other and unknown": "", "Congolese": "", "Kurdish": "", "Other": "", "": "", "the": "", "Korea": "",
	} {
		got, ok := FindNationality(s)
		assert.Equal(t, want, got.Code, s)
		assert.Equal(t, want != "", ok, s)
	}
	assert.Equal(t, "Turkey", NationalityName("TR"))
	assert.Equal(t, "USSR", NationalityName("SU"))
	assert.Equal(t, "Stateless", NationalityName(NationalityStateless))
	assert.Equal(t, "Refugee", NationalityName(NationalityRefugee))
	assert.Equal(t, "Unknown", NationalityName(NationalityUnknown))
	assert.Empty(t, NationalityName("ZZ"))
	assert.Empty(t, NationalityName("tr"))
}

// No code or name in the table may stand for two nationalities.
func TestNationalitiesAreNotAmbiguous(t *testing.T) {
	seen := map[string]string{}
	for _, f := range readTable("nationalities.tsv", nationalitiesTSV, 6) {
		assert.Contains(t, []string{"state", "former", "special"}, f[0])
		for _, s := range append(append(list(f[4]), list(f[5])...), f[1], f[2], f[3]) {
			key := nationalityKey(s)
			require.NotEmpty(t, key, s)
			if code, ok := seen[key]; ok {
				assert.Equal(t, code, f[1], s)
			}
			seen[key] = f[1]
		}
	}
	assert.Greater(t, len(nationalities().names), 250)
}

// homeOfficeCouncils are the spellings of Scotland's councils, and others' that
// differ from the reference table, in the Home Office's Asy_D11.
var homeOfficeCouncils = map[string]string{
	"Aberdeen City": "S12000033", "Aberdeenshire": "S12000034", "Angus": "S12000041", "City of Edinburgh": "S12000036",
	"Clackmannanshire": "S12000005", "Dumfries and Galloway": "S12000006", "Dundee City": "S12000042",
	"East Ayrshire": "S12000008", "East Dunbartonshire": "S12000045", "East Lothian": "S12000010",
	"East Renfrewshire": "S12000011", "Falkirk": "S12000014", "Fife": "S12000047", "Glasgow City": "S12000049",
	"Highland": "S12000017", "Inverclyde": "S12000018", "Midlothian": "S12000019", "Moray": "S12000020",
	"North Ayrshire": "S12000021", "North Lanarkshire": "S12000050", "Perth and Kinross": "S12000048",
	"Renfrewshire": "S12000038", "Scottish Borders": "S12000026", "South Ayrshire": "S12000028",
	"South Lanarkshire": "S12000029", "Stirling": "S12000030", "West Dunbartonshire": "S12000039", "West Lothian": "S12000040",
	"Bamberg": "E07000200", "Shepway": "E07000112", "Lincoln": "E07000138", "King's Lynn and West Norfolk": "E07000146",
	"Kingston upon Hull, City of": "E06000010", "North Down and Ards": "N09000011", "Herefordshire, County of": "E06000019",
	"Bristol, City of": "E06000023", "Dorset": "E06000059", "Rhondda Cynon Taf": "W06000016", "Vale of Glamorgan": "W06000014",
}

func TestCouncils(t *testing.T) {
	for s, want := range homeOfficeCouncils {
		got, ok := FindCouncil(s)
		assert.True(t, ok, s)
		assert.Equal(t, CouncilMatch{GSS: want}, got, s)
	}
	for s, want := range map[string]CouncilMatch{
		"S12000049": {"S12000049", false}, "s12000049": {"S12000049", false}, "S12000046": {"S12000049", true},
		"S12000043": {"S12000049", true}, "S12000015": {"S12000047", true}, "S12000044": {"S12000050", true},
		"glasgow": {"S12000049", false}, "GLASGOW CITY COUNCIL": {"S12000049", false}, "City of Glasgow": {"S12000049", false},
		"glasgow city coucil": {"S12000049", false}, "aberdeen c ity": {"S12000033", false}, "Perth & Kinross": {"S12000048", false},
		"Western Isles Council": {"S12000013", false}, "Na h-Eileanan Siar": {"S12000013", false}, "Edinburgh": {"S12000036", false},
		"London Borough of Hackney": {"E09000012", false}, "hackney": {"E09000012", false}, "City of London": {"E09000001", false}, "City of London Corporation": {"E09000001", false}, "Ynys Môn": {"W06000001", false},
		"Allerdale": {"E06000063", true}, "E07000026": {"E06000063", true},
		"London": {}, "Glasgwo": {}, "Cumbria": {}, "Council": {}, "": {}, "GLG": {},
	} {
		got, _ := FindCouncil(s)
		assert.Equal(t, want, got, s)
	}
	all := Councils()
	scottish := 0
	for _, c := range all {
		if c.Nation == "Scotland" {
			scottish++
		}
		assert.Equal(t, c.Name, CouncilName(c.GSS))
	}
	assert.Equal(t, 32, scottish)
	assert.Equal(t, "S12000005", all[0].GSS)
	all[0].GSS = "changed"
	assert.Equal(t, "S12000005", Councils()[0].GSS)
	assert.Empty(t, CouncilName("S12000046"))
}

// No name in the table may stand for two councils.
func TestCouncilsAreNotAmbiguous(t *testing.T) {
	seen := map[string]string{}
	for _, f := range readTable("councils.tsv", councilsTSV, 7) {
		for _, s := range append(append(list(f[5]), list(f[6])...), f[4]) {
			key := councilKey(s)
			require.NotEmpty(t, key, s)
			if gss, ok := seen[key]; ok {
				assert.Equal(t, gss, f[1], s)
			}
			seen[key] = f[1]
		}
	}
}

// A table with a line of another number of columns would stop the program: see readTable.
func TestTables(t *testing.T) {
	assert.Panics(t, func() { readTable("x", "a\tb\n", 3) })
	for _, text := range []string{councilsTSV, nationalitiesTSV} {
		assert.True(t, strings.HasPrefix(text, "# "))
		assert.Contains(t, text, "# source")
	}
}

// TestEveryShortNameOfISOIsKnown: all 249, so that a file by the standard's own names is read.
func TestEveryShortNameOfISOIsKnown(t *testing.T) {
	text, err := os.ReadFile("testdata/iso-short-names.tsv")
	require.NoError(t, err)
	names := readTable("iso-short-names.tsv", string(text), 2)
	require.Len(t, names, 249)
	for _, n := range names {
		for _, s := range []string{n[0], n[1], strings.ToUpper(n[1])} {
			got, ok := FindNationality(s)
			assert.True(t, ok, s)
			assert.Equal(t, NationalityMatch{Code: n[0]}, got, s)
		}
		assert.NotEmpty(t, NationalityName(n[0]))
	}
	for s, want := range map[string]string{ // as other lists turn the same names
		"Virgin Islands (British)": "VG", "Virgin Islands (U.S.)": "VI", "Korea (the Democratic People's Republic of)": "KP",
		"Taiwan (Province of China)": "TW", "State of Palestine": "PS", "Micronesia (Federated States of)": "FM", "Holy See": "VA",
		"Falkland Islands [Malvinas]": "FK", "United Kingdom of Great Britain and Northern Ireland (the)": "GB", "Netherlands (Kingdom of the)": "NL",
		"Côte d’Ivoire": "CI", "Republic of North Macedonia": "MK",
	} {
		got, _ := FindNationality(s)
		assert.Equal(t, want, got.Code, s)
	}
}

// TestFormerCodesOfScotlandsCouncils are mapped to the code in force; sixteen are known.
func TestFormerCodesOfScotlandsCouncils(t *testing.T) {
	former := 0
	for _, f := range readTable("councils.tsv", councilsTSV, 7) {
		for _, code := range list(f[2]) {
			if f[3] != scotland {
				continue
			}
			former++
			assert.False(t, InScotland(code), "%s is not in force", code)
			got, ok := FindCouncil(strings.ToLower(code))
			assert.True(t, ok, code)
			assert.Equal(t, CouncilMatch{GSS: f[1], Former: true}, got, code)
		}
	}
	assert.Equal(t, 16, former)
}

// TestASuggestionIsMadeOnlyWhereItIsNear: a slip of the hand is told, and a code or a
// name of something else is not turned into a council or a country.
func TestASuggestionIsMadeOnlyWhereItIsNear(t *testing.T) {
	for s, want := range map[string]string{
		"Glasgwo": "S12000049", "Aberdenshire": "S12000034", "Sterling": "S12000030", "East Lothain": "S12000010", "glg": "S12000049",
		"Clackmannshire": "S12000005", "Glasgow City Concil": "S12000049", "Fife Regional": "S12000047", "Fyfe": "S12000047", "S12999999": "", "S12000048x": "", "12000049": "", "Nowhere": "", "London": "", "00QS": "", "Cumbria": "", "": "", "?": "",
	} {
		got, ok := NearestCouncil(s)
		assert.Equal(t, want != "", ok, "%s: %s", s, got.Name)
		assert.Equal(t, want, got.GSS, s)
	}
	for s, want := range map[string]string{
		"Turkei": "TR", "Albana": "AL", "Afganistan": "AF", "Etiopia": "ET", "Sudna": "SD", "Sudan (North)": "SD",
		"Elbonia": "", "Kurdish": "", "ZZ": "", "QQQ": "", "Kingdom of Narnia": "", "Other": "", "n/a": "", "": "",
	} {
		name, code, ok := NearestNationality(s)
		assert.Equal(t, want != "", ok, "%s: %s", s, name)
		if ok {
			assert.Equal(t, want, code, s)
			assert.Equal(t, NationalityName(want), name, s)
		}
	}
}

func TestInScotland(t *testing.T) {
	require.True(t, InScotland("S12000049"))
	require.False(t, InScotland("E09000012"))
	require.False(t, InScotland("nowhere"))
}

func TestSlips(t *testing.T) {
	assert.Equal(t, 3, slips([]rune("kitten"), []rune("sitting")))
	assert.Equal(t, 1, slips([]rune("glasgwo"), []rune("glasgow")), "two letters are swapped")
	assert.Equal(t, 0, slips(nil, nil))
}
