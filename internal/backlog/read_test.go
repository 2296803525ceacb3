package backlog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
)

var today = clock.NewDate(2026, time.November, 23)

// fields are a row's cells by column.
type fields map[string]string

// principal is a row without a fault or warning, with some cells changed:
// "column=value".
func principal(family string, changes ...string) fields {
	return change(fields{
		"family": family, "person": "1", "relationship": "principal", "nationality": "TR", "claim_date": "2021-05-04",
		"council": "S12000049", "family_name": "Örnekoğlu", "given_names": "Baran of " + family,
		"date_of_birth": "1985-02-03", "address": "1 Specimen Street",
	}, changes)
}

// child is a second person's row without a fault or warning.
func child(family string, changes ...string) fields {
	return change(fields{
		"family": family, "person": "2", "relationship": "child", "nationality": "TR",
		"given_names": "Evîn of " + family, "date_of_birth": "2019-07-01",
	}, changes)
}

func change(f fields, changes []string) fields {
	for _, c := range changes {
		column, value, _ := strings.Cut(c, "=")
		f[column] = value
	}
	return f
}

// file writes rows under a header of all columns.
func file(t testing.TB, rows ...fields) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	require.NoError(t, w.Write(Columns()))
	for _, f := range rows {
		var record []string
		for _, name := range Columns() {
			record = append(record, f[name])
		}
		require.NoError(t, w.Write(record))
	}
	w.Flush()
	return b.String()
}

func read(t testing.TB, text string) *File {
	f, err := Read(strings.NewReader(text), today)
	require.NoError(t, err)
	reconcile(t, f)
	return f
}

// reconcile checks that every family and row of a file is accounted for.
func reconcile(t testing.TB, f *File) {
	r := f.Report()
	assert.Equal(t, f.FamiliesSeen, len(f.Families)+len(f.QuarantinedFamilies))
	assert.Equal(t, f.PeopleSeen, r.Accepted.People+len(f.rows))
	assert.Equal(t, len(f.rows) > 0, len(f.Quarantined) > 0)
}

func keys(f *File) []string {
	var got []string
	for _, family := range f.Families {
		got = append(got, family.Key)
	}
	return got
}

func TestFamily(t *testing.T) {
	f := read(t, file(t,
		child("F1"), // rows may come in any order
		principal("F2"),
		principal("F1", "council=City of Glasgow", "home_office_ref=A1234567", "sex=m", "birth_country=Turk", "born_in_scotland=no",
			"arrived_on=2021-05", "area=Govan", "postcode=ZZ99 1ZZ", "phone=0141 496 0000", "email=f1@example.org",
			"language=Kurmanji", "interpreter=yes", "representative=Law Centre", "representative_contact=a\nb",
			"claim_status=Refused", "claim_status_on=2022", "last_interview_on=2021-09-01", "support=section95",
			"lane=fast-track", "flags= serious_illness;restricted; serious_illness ;"),
	))
	assert.Empty(t, f.Quarantined)
	assert.Equal(t, []string{"F1", "F2"}, keys(f))
	date := func(s string) clock.PartialDate {
		d, err := clock.ParsePartial(s)
		require.NoError(t, err)
		return d
	}
	assert.Equal(t, casefile.Family{
		Key: "F1", Lane: casefile.FastTrack, Council: "S12000049", Area: "Govan", Address: "1 Specimen Street",
		Postcode: "ZZ99 1ZZ", Phone: "0141 496 0000", Email: "f1@example.org",
		Representative: "Law Centre", RepresentativeContact: "a\nb", Support: casefile.SupportSection95,
		People: []casefile.Person{
			{
				No: 1, Key: "1", Relationship: casefile.Principal, HomeOfficeRef: "A1234567", FamilyName: "Örnekoğlu",
				GivenNames: "Baran of F1", NameKey: "baran f1 of ornekoglu", BirthDate: date("1985-02-03"), Sex: casefile.Male,
				Nationality: "TR", BirthCountry: "TR", BornInScotland: casefile.No, ArrivedOn: date("2021-05"),
				ClaimDate: date("2021-05-04"), OwnClaim: true, ClaimStatus: casefile.ClaimRefused, ClaimStatusOn: date("2022"),
				LastInterviewOn: date("2021-09-01"), Language: "Kurmanji", Interpreter: "yes",
				Flags: []casefile.Flag{casefile.FlagSeriousIllness, casefile.FlagRestricted},
			},
			{
				No: 2, Key: "2", Relationship: casefile.Child, GivenNames: "Evîn of F1", NameKey: "evin f1 of",
				BirthDate: date("2019-07-01"), Sex: casefile.SexUnknown, Nationality: "TR", BornInScotland: casefile.Unknown,
				ClaimStatus: casefile.ClaimUndecided,
			},
		},
	}, f.Families[0])

	plain := f.Families[1]
	assert.Equal(t, casefile.Legacy, plain.Lane, "default")
	assert.Equal(t, casefile.SupportNone, plain.Support, "default")
	assert.True(t, plain.People[0].OwnClaim, "default")
}

func TestReportAsJSON(t *testing.T) {
	f := read(t, file(t, principal("F1", "home_office_ref=NULL"), child("F1"), principal("F2", "sex=female"), principal("", "person=9")))
	out, err := json.Marshal(f.Report())
	require.NoError(t, err)
	assert.JSONEq(t, `{"families":2,"people":4,"accepted":{"families":1,"people":2},
		"quarantined":[
			{"line":4,"family":"F2","column":"sex","reason":"unknown sex \"female\": expected F, M, X or U; the nearest known one is F"},
			{"line":5,"family":"","column":"family","reason":"family is missing, so nobody can tell whose person this is"}],
		"warnings":[{"line":2,"family":"F1","column":"home_office_ref","reason":"a placeholder, taken as no reference"}]}`, string(out))

	out, err = json.Marshal(read(t, file(t)).Report())
	require.NoError(t, err)
	assert.JSONEq(t, `{"families":0,"people":0,"accepted":{"families":0,"people":0},"quarantined":[],"warnings":[]}`, string(out))
}

func TestSharedByTheFamily(t *testing.T) {
	f := read(t, file(t,
		principal("F1", "address="),
		child("F1", "address=2 Specimen Street", "council=Edinburgh", "lane=legacy", "support=section4"),
		child("F1", "person=3", "given_names=Dilan of F1", "date_of_birth=2016-02-09", "address=3 Specimen Street", "council=Glasgow"),
	))
	require.Empty(t, f.Quarantined)
	assert.Equal(t, "2 Specimen Street", f.Families[0].Address)
	assert.Equal(t, "S12000049", f.Families[0].Council)
	assert.Equal(t, casefile.SupportSection4, f.Families[0].Support)
	var got []string
	for _, w := range f.Warnings {
		got = append(got, fmt.Sprintf("%d %s: %s", w.Line, w.Column, w.Reason))
	}
	assert.Equal(t, []string{
		"3 council: differs within the family: line 2 was taken",
		"3 address: taken for the family from this row, since the principal's is empty",
		"3 support: taken for the family from this row, since the principal's is empty",
		"3 lane: taken for the family from this row, since the principal's is empty",
		"4 address: differs within the family: line 2 was taken",
	}, got)
}

func TestDuplicates(t *testing.T) {
	born := func(s string) string { return "date_of_birth=" + s }
	named := func(family, given string) []string { return []string{"family_name=" + family, "given_names=" + given} }
	f := read(t, file(t,
		principal("F1", "home_office_ref=A1234567"),
		child("F1", "home_office_ref=A1234567/2"), // the same family's own reference
		principal("F2", append(named("ORNEKOGLU", "of F1 Baran"), born("1985-02-03"))...),
		principal("F3", "home_office_ref=a 1234567/3"),
		principal("F4", append(named("", "Same"), born("1990"))...), // birth dates known to the year
		principal("F5", append(named("", "Same"), born("1990"))...),
		principal("F6", "home_office_ref=A1234567", "sex=wrong"), // quarantined
		principal("F7", "home_office_ref=A0000000"),
		principal("F8", "home_office_ref=A0000000"),
		principal("F9", append(named("Example", "阿里"), born("1990-01-01"))...),
		principal("F10", append(named("EXAMPLE", "阿里"), born("1990-01-01"))...),
	))
	assert.Equal(t, []Pair{
		{"F1", "F2", SameNameAndBirthDate}, {"F1", "F3", SameReference}, {"F9", "F10", SameNameAndBirthDate},
	}, f.Duplicates)
	warned := map[string]int{}
	for _, w := range f.Warnings {
		if strings.HasPrefix(w.Reason, "duplicate candidate") {
			warned[w.Family]++
		}
	}
	assert.Equal(t, map[string]int{"F1": 2, "F2": 1, "F3": 1, "F9": 1, "F10": 1}, warned)
	assert.Contains(t, f.Warnings, Finding{2, "F1", "home_office_ref",
		`duplicate candidate: the same reference as in family "F3", line 5; neither is listed until a caseworker has resolved it`})
}

func TestQuarantineFileCanBeMended(t *testing.T) {
	text := "\ufefffamily,person,relationship,nationality,claim_date,council,given_names,address\r\n" +
		"F1,1,principal,TR,2021-05-04,Glasgow,Ali,x\r\n" +
		"F2,1,principal,TR,2021-05-04,Glasgow,Sara,\"1 \"Main\" Street\"\r\n" +
		"F3,1,principal,Elbonia,2021-05-04,Glasgow,\"Zoë\",\"2 Street\r\nGlasgow\"\r\n" +
		"\r\n" +
		"F2,2,child,TR,,,Mo," // no line end
	f := read(t, text)
	assert.Equal(t, []string{"F1"}, keys(f))
	var quarantine bytes.Buffer
	require.NoError(t, f.WriteQuarantine(&quarantine))
	lines := strings.SplitAfter(text, "\r\n")
	assert.Equal(t, lines[0]+lines[3]+lines[4]+lines[6]+"\n"+lines[2], quarantine.String(), "what can't be read comes last")

	again := read(t, quarantine.String())
	assert.Empty(t, again.Families)
	assert.Equal(t, len(f.Quarantined), len(again.Quarantined))
	var same bytes.Buffer
	require.NoError(t, again.WriteQuarantine(&same))
	assert.Equal(t, quarantine.String(), same.String())

	mended := read(t, strings.NewReplacer(`1 "Main" Street`, `1 ""Main"" Street`, "Elbonia", "Albania").Replace(quarantine.String()))
	assert.Empty(t, mended.Quarantined)
	assert.Equal(t, []string{"F3", "F2"}, keys(mended))
	assert.Equal(t, "2 Street\nGlasgow", mended.Families[0].Address)
	assert.Equal(t, `1 "Main" Street`, mended.Families[1].Address)

	var none bytes.Buffer
	require.NoError(t, mended.WriteQuarantine(&none))
	assert.Equal(t, lines[0], none.String())
	assert.Error(t, f.WriteQuarantine(failing{}))
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, fmt.Errorf("disk full") }
func (failing) Read([]byte) (int, error)  { return 0, fmt.Errorf("disk gone") }
