package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestPersonsAreComparedAlike: Go and the database make the same key of a name.
func TestPersonsAreComparedAlike(t *testing.T) {
	h := newHouse(t)
	for _, same := range [][]string{
		{"archie", "Archie", "ARCHIE", "Árchie", "arch\u200bie", "\ufeffarchie", "arch\u00adie ", "A\u0301rchie", "archie\U000e0020"},
		{"ewan mackay", "Ewan  Mackay", "ewan\u00a0mackay", "ＥＷＡＮ mackay"},
		{"zeynep şahin", "Zeynep Sahin", "ZEYNEP ŞAHİN"},
		{"σοφος", "ΣΟΦΟΣ", "σοφος\u200d"},
		{"иван", "ИВАН"},
		{"o'neil"}, {"oneil"}, {"j.smith"}, {"jsmith"}, {"archie 2"}, {""},
	} {
		for _, name := range same {
			key := testdb.Value[string](h, `select person_key($1)`, name)
			require.Equal(t, casefile.PersonKey(same[0]), key, "%q", name)
			require.Equal(t, key, casefile.PersonKey(name), "%q", name)
		}
	}
	require.NotEqual(t, casefile.PersonKey("j.smith"), casefile.PersonKey("jsmith"))
	require.NotEqual(t, casefile.PersonKey("archie"), casefile.PersonKey("archie 2"))
}

// TestOnePersonUnderOneSpelling: "Ewan" beside "ewan" would be a second pair of eyes
// for the same person (A7). The refusal says what to type, also for another person of
// the name.
func TestOnePersonUnderOneSpelling(t *testing.T) {
	h := newHouse(t)
	for _, person := range []string{"Ewan", "ewan ", "éwan", "ew\u200ban"} {
		_, err := store.AddStaff(t.Context(), h.Admin, "ewan3", person)
		refusal, ok := casefile.AsRefusal(err)
		require.True(t, ok, "%q: %v", person, err)
		if refusal.Code == casefile.RefusedConstraint {
			require.Contains(t, refusal.Detail, `type --person "ewan"`)
		}
		_, err = h.Super.Exec(`insert into staff_member (login, person) values ('ewan4', $1)`, person)
		require.ErrorContains(t, err, "one_spelling", "%q", person)
		_, err = h.Super.Exec(`insert into staff (login, person, role) values ('ewan4', $1, 'second_officer')`, person)
		require.ErrorContains(t, err, "one_spelling", "%q", person)
	}
	_, err := store.AddStaff(t.Context(), h.Admin, "ewan5", "ewan mackay")
	require.NoError(t, err, "another person of the name")
	_, err = store.AddStaff(t.Context(), h.Admin, "ewan6", "ewan")
	require.NoError(t, err, "a second login of the same person")
}

// TestRolesOfTwoHousesNeverMeet in one person: for each pair of roles, by the
// command and in the database, under one login and under two.
func TestRolesOfTwoHousesNeverMeet(t *testing.T) {
	h := newHouse(t)
	council := func(r casefile.Party) string {
		if r.IsCouncils() {
			return "S12000049"
		}
		return ""
	}
	houses := map[casefile.Party]string{
		casefile.RepresentationDrafter: "ministers", casefile.PrivateOffice: "ministers", casefile.Minister: "ministers",
		casefile.LeadProfessional: "councils", casefile.WelfareLead: "councils", casefile.Auditor: "audit",
		casefile.Caseworker: "home_office", casefile.SeniorCaseworker: "home_office", casefile.DecisionMaker: "home_office",
		casefile.SecondOfficer: "home_office", casefile.Operations: "home_office",
	}
	require.Len(t, houses, len(casefile.Roles))
	db := h.Super
	for _, first := range casefile.Roles {
		for _, second := range casefile.Roles {
			if first == second {
				continue
			}
			tx, err := db.Beginx()
			require.NoError(t, err)
			_, err = tx.Exec(`insert into staff (login, person, role, council) values ('one', 'probe', $1, nullif($2, ''))`, first, council(first))
			require.NoError(t, err)
			_, err = tx.Exec(`insert into staff (login, person, role, council) values ('two', 'probe', $1, nullif($2, ''))`, second, council(second))
			if houses[first] == houses[second] {
				require.NoError(t, err, "%s and %s", first, second)
			} else {
				require.ErrorContains(t, err, "one_house", "%s and %s", first, second)
			}
			require.NoError(t, tx.Rollback())
		}
	}
	_, err := store.GrantRole(t.Context(), h.Admin, "ewan", casefile.PrivateOffice, "")
	refusal, ok := casefile.AsRefusal(err)
	require.True(t, ok, "%v", err)
	require.Contains(t, refusal.Detail, "ewan is decision_maker already")
	_, err = store.GrantRole(t.Context(), h.Admin, "ewan", casefile.SecondOfficer, "")
	require.NoError(t, err)
	require.Empty(t, testdb.List[string](h, `select detail from breach_two_houses`))
	h.Exec(`alter table staff disable trigger one_house`)
	h.Exec(`insert into staff (login, person, role) values ('ewan', 'ewan', 'minister')`)
	require.Len(t, testdb.List[string](h, `select detail from breach_two_houses`), 1)
}
