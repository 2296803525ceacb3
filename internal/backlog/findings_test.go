package backlog

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The faults of the issue, each in its words, in a file whose other family is
// sound.
func TestEveryFaultQuarantinesTheFamily(t *testing.T) {
	long := strings.Repeat("x", 501)
	for name, c := range map[string]struct {
		rows         []fields // the second family's, from line 4 on
		line         int
		column, want string
	}{
		"no principal":             {[]fields{child("B")}, 4, "relationship", "no principal: expected one row"},
		"two principals":           {[]fields{principal("B"), principal("B", "person=2", "given_names=x")}, 5, "relationship", "two principals: line 4 is one already"},
		"relationship missing":     {[]fields{principal("B"), child("B", "relationship=")}, 5, "relationship", "relationship is missing"},
		"nationality missing":      {[]fields{principal("B", "nationality=")}, 4, "nationality", "nationality is missing"},
		"claim date missing":       {[]fields{principal("B", "claim_date=")}, 4, "claim_date", "claim_date is missing: a principal needs one"},
		"council missing":          {[]fields{principal("B", "council=")}, 4, "council", "council is missing"},
		"person key empty":         {[]fields{principal("B", "person= ")}, 4, "person", "person is missing"},
		"person key twice":         {[]fields{principal("B"), child("B", "person=1")}, 5, "person", "the person key is there twice: line 4 has it already"},
		"unparsable date":          {[]fields{principal("B", "date_of_birth=3/2/1985")}, 4, "date_of_birth", "not a date: expected YYYY, YYYY-MM or YYYY-MM-DD"},
		"impossible date":          {[]fields{principal("B", "date_of_birth=1985-02-30")}, 4, "date_of_birth", "no such date exists"},
		"born in the future":       {[]fields{principal("B"), child("B", "date_of_birth=2026-12")}, 5, "date_of_birth", "impossible date: born in the future"},
		"arrived before birth":     {[]fields{principal("B"), child("B", "arrived_on=2019-06")}, 5, "arrived_on", "impossible date: arrived before birth"},
		"claim before birth":       {[]fields{principal("B", "claim_date=1984")}, 4, "claim_date", "impossible date: claim before birth"},
		"interview before birth":   {[]fields{principal("B", "last_interview_on=1984")}, 4, "last_interview_on", "interview before birth"},
		"status before birth":      {[]fields{principal("B", "claim_status_on=1984")}, 4, "claim_status_on", "claim status before birth"},
		"claim in the future":      {[]fields{principal("B", "claim_date=2026-11-24")}, 4, "claim_date", "impossible date: claim in the future"},
		"born 121 years ago":       {[]fields{principal("B", "date_of_birth=1905-11-22")}, 4, "date_of_birth", "more than 120 years ago"},
		"unknown nationality":      {[]fields{principal("B", "nationality=Turkei")}, 4, "nationality", `unknown nationality "Turkei": expected an ISO 3166 code, a GOV.UK register name, a former state, Stateless or Unknown; the nearest known one is Turkey (TR)`},
		"unknown birth country":    {[]fields{principal("B", "birth_country=Albana")}, 4, "birth_country", `unknown birth country "Albana"`},
		"unknown council":          {[]fields{principal("B", "council=Glasgwo")}, 4, "council", "the nearest known one is Glasgow City (S12000049)"},
		"unknown council of child": {[]fields{principal("B"), child("B", "council=S12999999")}, 5, "council", "unknown council"},
		"unknown relationship":     {[]fields{principal("B"), child("B", "relationship=sister")}, 5, "relationship", `unknown relationship "sister": expected principal, spouse, partner, child, parent, sibling or other_dependant`},
		"principal misspelt":       {[]fields{principal("B", "relationship=principle")}, 4, "relationship", "the nearest known one is principal"},
		"unknown sex":              {[]fields{principal("B", "sex=W")}, 4, "sex", `unknown sex "W": expected F, M, X or U`},
		"unknown lane":             {[]fields{principal("B", "lane=fast")}, 4, "lane", "the nearest known one is fast-track"},
		"unknown lane of child":    {[]fields{principal("B"), child("B", "lane=slow")}, 5, "lane", "unknown lane"},
		"unknown flag":             {[]fields{principal("B", "flags=restricted;age-dispute")}, 4, "flags", `unknown flag "age-dispute"`},
		"unknown claim status":     {[]fields{principal("B", "claim_status=appeal")}, 4, "claim_status", "unknown claim_status"},
		"unknown support":          {[]fields{principal("B", "support=s95")}, 4, "support", "unknown support"},
		"unknown answer":           {[]fields{principal("B", "own_claim=unknown")}, 4, "own_claim", "expected yes or no"},
		"unknown birthplace":       {[]fields{principal("B", "born_in_scotland=maybe")}, 4, "born_in_scotland", "expected yes, no or unknown"},
		"no name at all":           {[]fields{principal("B", "family_name=", "given_names= ")}, 4, "family_name", "no name at all"},
		"a name without a letter":  {[]fields{principal("B", "family_name=-", "given_names=?")}, 4, "family_name", "no name at all"},
		"NUL":                      {[]fields{principal("B", "given_names=A\x00li")}, 4, "given_names", "a control character (U+0000) as character 2 of the field"},
		"tab":                      {[]fields{principal("B", "area=Red\tRoad")}, 4, "area", "a control character (U+0009)"},
		"line break in a name":     {[]fields{principal("B", "given_names=A\nli")}, 4, "given_names", "a control character (U+000A)"},
		"a turned name":            {[]fields{principal("B", "family_name=Sample\u202egnihtemos")}, 4, "family_name", "a mark that turns the direction of writing (U+202E) as character 7"},
		"an isolated name":         {[]fields{principal("B", "family_name=\u2067Levi\u2069")}, 4, "family_name", "a mark that turns the direction of writing (U+2067) as character 1"},
		"escape":                   {[]fields{principal("B", "address=\x1b[31mred")}, 4, "address", "a control character (U+001B) as character 1"},
		"invalid UTF-8":            {[]fields{principal("B", "given_names=Zo\xeb")}, 4, "given_names", "invalid UTF-8 at byte 3 of the field (hexadecimal EB)"},
		"field too long":           {[]fields{principal("B", "given_names="+long)}, 4, "given_names", "too long: 501 characters, expected at most 500"},
		"address too long":         {[]fields{principal("B", "address="+long+long)}, 4, "address", "too long: 1002 characters, expected at most 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, file(t, append([]fields{principal("A"), child("A")}, c.rows...)...))
			assert.Equal(t, []string{"A"}, keys(f), "one bad family never stops the others")
			require.Len(t, f.Quarantined, 1, "one finding a fault: %v", f.Quarantined)
			got := f.Quarantined[0]
			assert.Equal(t, Finding{c.line, "B", c.column, got.Reason}, got)
			assert.Contains(t, got.Reason, c.want)
			assert.Empty(t, f.Warnings)
			assert.Len(t, f.rows, len(c.rows), "the whole family is quarantined")
		})
	}
}

func TestEveryFaultIsFound(t *testing.T) {
	f := read(t, file(t, principal("A", "council=", "claim_date=", "sex=?", "nationality=Nowhere", "date_of_birth=x"), child("A", "person=1", "flags=a;b")))
	assert.Len(t, f.Quarantined, 8)
	assert.Empty(t, f.Families)
}

// Partial dates are at fault only if no day that they allow could be.
func TestPossiblePartialDates(t *testing.T) {
	f := read(t, file(t,
		principal("A", "date_of_birth=2001", "claim_date=2001", "arrived_on=2001-01"),
		principal("B", "date_of_birth=2026-11", "claim_date=2026", "arrived_on=2026-11-23"),
	))
	assert.Empty(t, f.Quarantined)
}

func TestEveryWarning(t *testing.T) {
	for name, c := range map[string]struct {
		rows         []fields // family B's, from line 3 on
		line         int
		column, want string
	}{
		"NULL":               {[]fields{principal("B", "home_office_ref=NULL")}, 3, "home_office_ref", "a placeholder"},
		"n/a":                {[]fields{principal("B", "home_office_ref=n/a")}, 3, "home_office_ref", "a placeholder"},
		"blanks":             {[]fields{principal("B", "home_office_ref=   ")}, 3, "home_office_ref", "a placeholder"},
		"no known shape":     {[]fields{principal("B", "home_office_ref=GLA-12")}, 3, "home_office_ref", "a reference of no known shape, kept"},
		"spaces trimmed":     {[]fields{principal("B", "given_names= Ali ")}, 3, "given_names", "spaces trimmed"},
		"hard space trimmed": {[]fields{principal("B", "area=Govan\u00a0")}, 3, "area", "spaces trimmed"},
		"former council":     {[]fields{principal("B", "council=S12000046")}, 3, "council", `former code mapped: "S12000046" is now S12000049 (Glasgow City)`},
		"former country":     {[]fields{principal("B", "nationality=Zaire")}, 3, "nationality", `former code mapped: "Zaire" is now CD (Democratic Republic of the Congo)`},
		"former state":       {[]fields{principal("B", "nationality=Soviet citizen")}, 3, "nationality", "former state: \"Soviet citizen\" is kept as SU (USSR)"},
		"adult child":        {[]fields{principal("B", "date_of_birth=1980"), child("B", "date_of_birth=2008-11-23")}, 4, "relationship", `a "child" who is an adult`},
		"unknown birth date": {[]fields{principal("B"), child("B", "date_of_birth=")}, 4, "date_of_birth", "unknown birth date"},
		"no address":         {[]fields{principal("B", "address=")}, 3, "address", "no address"},
		"differs":            {[]fields{principal("B"), child("B", "address=elsewhere")}, 4, "address", "differs within the family"},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, file(t, append([]fields{principal("A")}, c.rows...)...))
			assert.Equal(t, []string{"A", "B"}, keys(f))
			assert.Empty(t, f.Quarantined)
			require.Len(t, f.Warnings, 1, "%v", f.Warnings)
			got := f.Warnings[0]
			assert.Equal(t, Finding{c.line, "B", c.column, got.Reason}, got)
			assert.Contains(t, got.Reason, c.want)
		})
	}
	almost := read(t, file(t, principal("B"), child("B", "date_of_birth=2008-11-24")))
	assert.Empty(t, almost.Warnings, "18 tomorrow")
}

func TestReferences(t *testing.T) {
	for _, s := range []string{"A1234567", "a1234567", "A123456", "A1234567/2", "B 1234567", "ABC/1234567", "TN5/123456", "LHR/1234567/2", "1212-0001-2345-6789", "1212000123456789", "1212-0001-2345-6789/01"} {
		assert.True(t, knownShape(s) && !isPlaceholder(s), s)
	}
	for _, s := range []string{"NULL", "null", "n/a", "N.A.", "na", "-", "--", "?", "none", "Unknown", "not known", "tbc", "xxxx", "0", "0000000", "A0000000", "."} {
		assert.True(t, isPlaceholder(s), s)
	}
	for _, s := range []string{"A12345678", "AB1234567", "see file", "1212-0001-2345", "A1234567/B", "Ａ1234567"} {
		assert.False(t, knownShape(s) || isPlaceholder(s), s)
	}
	for a, b := range map[string]string{"a 1234567": "A1234567", "A1234567/2": "A1234567/03", "1212-0001-2345-6789": "1212000123456789/01", "abc/1234567": "ABC/1234567/2"} {
		assert.Equal(t, referenceKey(a), referenceKey(b))
	}
	assert.NotEqual(t, referenceKey("ABC/1234567"), referenceKey("ABC/1234568"))

	f := read(t, file(t, principal("A", "home_office_ref= A1234567/2"), child("A", "home_office_ref=N/A"), principal("B", "home_office_ref=odd one")))
	assert.Equal(t, "A1234567/2", f.Families[0].People[0].HomeOfficeRef)
	assert.Empty(t, f.Families[0].People[1].HomeOfficeRef)
	assert.Equal(t, "odd one", f.Families[1].People[0].HomeOfficeRef)
}
