package backlog

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
)

// councilsOfOtherNations is a file with one family in Scotland and one each in
// England, Wales and Northern Ireland, by code and by name.
const councilsOfOtherNations = `family,person,relationship,home_office_ref,family_name,given_names,date_of_birth,sex,nationality,birth_country,born_in_scotland,arrived_on,claim_date,council,address,lane,flags
E0,1,principal,,SampleE0,Parent0,1985-02-03,F,TR,TR,no,2019-03-01,2019-03-04,S12000049,1 Sample Street,,
E0,2,child,,SampleE0,Pupil0,2016-05-06,F,TR,TR,no,2019-03-01,,,1 Sample Street,,
E1,1,principal,,SampleE1,Parent1,1985-02-03,F,TR,TR,no,2019-03-01,2019-03-04,Hackney,1 Sample Street,,
E1,2,child,,SampleE1,Pupil1,2016-05-06,F,TR,TR,no,2019-03-01,,,1 Sample Street,,
E2,1,principal,,SampleE2,Parent2,1985-02-03,F,TR,TR,no,2019-03-01,2019-03-04,Cardiff,1 Sample Street,,
E3,1,principal,,SampleE3,Parent3,1985-02-03,F,TR,TR,no,2019-03-01,2019-03-04,Belfast,1 Sample Street,,
E4,1,principal,,SampleE4,Parent4,1985-02-03,F,TR,TR,no,2019-03-01,2019-03-04,E09000012,1 Sample Street,,
`

// TestAFamilyOutsideScotland is quarantined with the reason: Hame is for Scotland's
// backlog, and a review of it would be stuck for good (A9).
func TestAFamilyOutsideScotland(t *testing.T) {
	file, err := Read(strings.NewReader(councilsOfOtherNations), clock.NewDate(2026, 11, 27))
	require.NoError(t, err)
	require.Len(t, file.Families, 1)
	require.Equal(t, "E0", file.Families[0].Key)
	require.Len(t, file.Quarantined, 4)
	for i, nation := range []string{"England", "Wales", "Northern Ireland", "England"} {
		require.Equal(t, "council", file.Quarantined[i].Column)
		require.Contains(t, file.Quarantined[i].Reason, "is a council of "+nation+": Hame is for the backlog of Scotland")
	}
	require.Equal(t, []Moved{{"E1", "E09000012"}, {"E2", "W06000015"}, {"E3", "N09000003"}, {"E4", "E09000012"}}, file.Elsewhere)
}
