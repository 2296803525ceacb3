package casefile

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
)

// someFile is a file of a principal, a spouse and a child, under review of its evidence.
func someFile(ref string, claims ...string) FamilyFile {
	f := FamilyFile{Ref: ref, Claims: map[int]clock.PartialDate{}}
	f.Today = clock.NewDate(2026, time.March, 2)
	f.Facts.Stage, f.Facts.Opened = Evidence, []Stage{Listed, Evidence, Welfare}
	for i, r := range []Relationship{Principal, Spouse, Child} {
		birth := "1985-05-05"
		if r == Child {
			birth = "2018-05-05"
		}
		f.People = append(f.People, Member{No: i + 1, Relationship: r, Birth: clock.AsFarAsKnown(birth), ChildWhenListed: r == Child})
	}
	for i, on := range claims {
		f.Claims[i+1] = clock.AsFarAsKnown(on)
	}
	return f
}

// TestWhoIsWhomInTwoFiles: who is paired is one person, who is not joins the family, and nobody
// is lost or doubled.
func TestWhoIsWhomInTwoFiles(t *testing.T) {
	for _, c := range []struct {
		what   string
		pairs  []Pair
		as     Relationship
		joined []MergedMember
	}{
		{"the same three people", []Pair{{1, 1}, {2, 2}, {3, 3}}, "", nil},
		{"the other file has another spouse", []Pair{{1, 1}, {3, 3}}, "", []MergedMember{{Pair{4, 2}, Spouse, false}}},
		{"the spouse claimed on her own, with the child", []Pair{{2, 1}, {3, 3}}, "", []MergedMember{{Pair{4, 2}, Spouse, false}}},
		{"only the child is on both", []Pair{{3, 3}}, Partner, []MergedMember{{Pair{4, 1}, Partner, false}, {Pair{5, 2}, Spouse, false}}},
		{"another child", []Pair{{1, 1}, {2, 2}}, "", []MergedMember{{Pair{4, 3}, Child, true}}},
	} {
		t.Run(c.what, func(t *testing.T) {
			m, refusal := Merge(someFile("A"), someFile("B"), c.pairs, c.as)
			require.Nil(t, refusal)
			require.Equal(t, c.joined, m.Joins)
			require.Len(t, m.Pairs, 3, "each of the other file has a number on the one that stays")
			require.Contains(t, m.Opens, TaskOf{Kind: TaskTriage}, "it is triaged again")
			for _, j := range m.Joins {
				if j.Child {
					require.Contains(t, m.Opens, TaskOf{TaskAssignWelfare, j.Into}, "the child is seen")
				}
			}
		})
	}
}

// TestTheEarlierClaimDateCounts: of each person the earlier of the two; a date known in part counts
// as its latest day, and an unknown one as none.
func TestTheEarlierClaimDateCounts(t *testing.T) {
	for _, c := range []struct{ what, mine, other, counts string }{
		{"the other file's is earlier", "2015-06-01", "2012-01-05", "2012-01-05"},
		{"this file's is earlier", "2012-01-05", "2015-06-01", ""},
		{"the same day", "2012-01-05", "2012-01-05", ""},
		{"the other is unknown", "2012-01-05", "", ""},
		{"this one is unknown", "", "2012", "2012"},
		{"a year counts as its last day", "2012-06-01", "2012", ""},
		{"a month before", "2012-06-01", "2012-05", "2012-05"},
	} {
		t.Run(c.what, func(t *testing.T) {
			m, refusal := Merge(someFile("A", c.mine), someFile("B", c.other), []Pair{{1, 1}, {2, 2}, {3, 3}}, "")
			require.Nil(t, refusal)
			if c.counts == "" {
				require.Empty(t, m.Claims)
				return
			}
			require.Equal(t, []Claim{{1, clock.AsFarAsKnown(c.counts)}}, m.Claims)
		})
	}
	m, refusal := Merge(someFile("A", "2015", "2015"), someFile("B", "2010"), []Pair{{2, 1}, {3, 3}}, "")
	require.Nil(t, refusal)
	require.Equal(t, []Claim{{1, clock.AsFarAsKnown("2010")}, {2, clock.AsFarAsKnown("2010")}}, m.Claims,
		"a family waits since its principals' earliest claim, whoever of them leads it now")
}

// TestWhoWasAChildOnEitherFile keeps that protection.
func TestWhoWasAChildOnEitherFile(t *testing.T) {
	m, refusal := Merge(someFile("A"), someFile("B"), []Pair{{1, 1}, {2, 2}, {3, 3}}, "")
	require.Nil(t, refusal)
	require.Equal(t, []int{3}, m.Children)
}

// TestAChildWhoJoinsIsSeen: a check of their own is asked for also of a joiner who counts as a child by
// another ground than the birth date; before the evidence is asked for, its stage asks for everybody.
func TestAChildWhoJoinsIsSeen(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(into *FamilyFile, joins *Member)
		asked  bool
	}{
		{"under 18", func(*FamilyFile, *Member) {}, true},
		{"a dependant of 17", func(_ *FamilyFile, m *Member) {
			m.Relationship, m.Birth = OtherDependant, clock.AsFarAsKnown("2008-05-05")
		}, true},
		{"18 by now, a child when listed", func(_ *FamilyFile, m *Member) { m.Birth = clock.AsFarAsKnown("2008-01-05") }, true},
		{"whose age is disputed", func(_ *FamilyFile, m *Member) {
			m.Birth, m.ChildWhenListed, m.AgeDisputed = clock.AsFarAsKnown("2000-01-05"), false, true
		}, true},
		{"grown up", func(_ *FamilyFile, m *Member) { m.Birth, m.ChildWhenListed = clock.AsFarAsKnown("2000-01-05"), false }, false},
		{"before the evidence", func(into *FamilyFile, _ *Member) { into.Facts.Stage, into.Facts.Opened = Listed, []Stage{Listed} }, false},
	} {
		into, other := someFile("A"), someFile("B")
		c.change(&into, &other.People[2])
		m, refusal := Merge(into, other, []Pair{{1, 1}, {2, 2}}, "")
		require.Nil(t, refusal)
		require.Equal(t, c.asked, slices.Contains(m.Opens, TaskOf{TaskAssignWelfare, 4}), c.what)
	}
}

// TestFilesThatAreNotMerged: each refusal names what helps.
func TestFilesThatAreNotMerged(t *testing.T) {
	for _, c := range []struct {
		what  string
		other func(*FamilyFile)
		code  RefusalCode
		words string
	}{
		{"signed", func(f *FamilyFile) { f.Signed, f.Stage = true, Service }, RefusedSigned, "twice_on_file"},
		{"closed", func(f *FamilyFile) { f.Stage = Closed }, RefusedClosed, "case reopen"},
		{"archived", func(f *FamilyFile) { f.Archived = true }, RefusedBlocked, "trace found"},
		{"stuck", func(f *FamilyFile) { f.Stuck = "broken" }, RefusedStuck, "operations"},
		{"restricted", func(f *FamilyFile) { f.Restricted = true }, RefusedBlocked, "the other way round"},
		{"an import's difference waits", func(f *FamilyFile) { f.Unsettled = true }, RefusedBlocked, "settle it"},
		{"a withdrawal is thought over", func(f *FamilyFile) { f.Tasks = []Task{{Kind: TaskThinkAgain, Subject: 1}} }, RefusedBlocked, "settle it"},
		{"it is a file of a family that was split", func(f *FamilyFile) { f.Split = true }, RefusedBlocked, "B is a file of a family that was split"},
		{"itself", func(f *FamilyFile) { f.Ref = "A" }, RefusedFields, "itself"},
		{"everybody has left it", func(f *FamilyFile) {
			for i := range f.People {
				f.People[i].End = Deceased
			}
		}, RefusedClosed, "nobody left"},
	} {
		t.Run(c.what, func(t *testing.T) {
			other := someFile("B")
			c.other(&other)
			_, refusal := Merge(someFile("A"), other, []Pair{{1, 1}, {2, 2}, {3, 3}}, "")
			require.NotNil(t, refusal)
			require.Equal(t, c.code, refusal.Code, refusal.Detail)
			require.Contains(t, refusal.Detail, c.words)
		})
	}
	into := someFile("A")
	into.Split = true
	_, refusal := Merge(into, someFile("B"), []Pair{{1, 1}, {2, 2}, {3, 3}}, "")
	require.Contains(t, refusal.Detail, "A is a file of a family that was split")
}

// TestPartedFiles: those who had joined are on their own file again; a claim that one of them had
// taken on passes to somebody who stays.
func TestPartedFiles(t *testing.T) {
	h := someFile("A").Household
	h.People = append(h.People, Member{No: 4, Relationship: Spouse}, Member{No: 5, Relationship: Child, End: Deceased})
	all, refusal := h.Unmerge([]Pair{{1, 1}, {4, 2}, {5, 3}}, []int{4, 5})
	require.Nil(t, refusal)
	require.Len(t, all, 1, "who has died stays where that was recorded")
	require.Equal(t, []Ending{{4, OnOwnFile}}, all[0].Ends)
	h.People[0].Relationship, h.People[3].Relationship = FormerPrincipal, Principal
	all, refusal = h.Unmerge([]Pair{{1, 1}, {4, 2}}, []int{4})
	require.Nil(t, refusal)
	require.Equal(t, 2, all[0].Principal)
	h.People[1].End = OnOwnFile
	for pairs, joined := range map[Pair][]int{{2, 2}: nil, {2, 3}: {2}} {
		_, refusal = h.Unmerge([]Pair{{1, 1}, pairs}, joined)
		require.NotNil(t, refusal)
		require.Contains(t, refusal.Detail, "person 2 has a file of their own", "who was split away would stand on two files")
	}
}
