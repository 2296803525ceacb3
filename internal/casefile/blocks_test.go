package casefile

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hame/internal/clock"
)

// The family of these tests, on the day of signature, Wednesday 20 May 2026:
// 1 a principal of 41, 2 a spouse of 39, 3 a child of 10. Each case changes one
// thing about a file in which nothing is missing.
const signing = "2026-05-20"

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// born reads a birth date as far as it is known; "" is unknown.
func born(s string) clock.PartialDate {
	var p clock.PartialDate
	if err := p.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return p
}

func completeFile() File {
	return File{
		People: []FilePerson{
			{No: 1, Birth: born("1985-02-11"), Relationship: Principal, CheckDoneOn: day("2026-05-06"), Interviewed: true},
			{No: 2, Birth: born("1987-09-30"), Relationship: Spouse, CheckDoneOn: day("2026-05-06"), Interviewed: true},
			{No: 3, Birth: born("2015-10-03"), Relationship: Child, ChildWhenListed: true, WelfareSignedOn: day("2026-03-02")},
		},
		Represented: true, FamilyAnswered: true, LetterSent: true, RepresentativeCalled: true, ContactMade: true,
	}
}

// The three columns: what is proposed for persons 1, 2 and 3.
var (
	grantAll   = []Outcome{GrantILR, GrantILR, GrantILR}
	refuseAll  = []Outcome{RefusedUpheld, RefusedUpheld, RefusedUpheld}
	refuseOnly = func(no int) []Outcome {
		outcomes := slices.Clone(grantAll)
		outcomes[no-1] = RefusedUpheld
		return outcomes
	}
)

func proposal(outcomes []Outcome, adverse ...int) []Proposed {
	var p []Proposed
	for i, o := range outcomes {
		p = append(p, Proposed{Person: i + 1, Outcome: o, ReliesOnAdverse: slices.Contains(adverse, i+1)})
	}
	return p
}

// TestWhatBlocksASignature is process.md's table "What blocks a signature",
// row by row. A nil list means that the decision may be signed.
func TestWhatBlocksASignature(t *testing.T) {
	only := func(b ...Block) []Block { return b }
	for _, c := range []struct {
		row, facts string
		change     func(*File)
		// grant is what blocks granting all three, refusal refusing all three, part
		// granting 1 and 3 and refusing the spouse.
		grant, refusal, part []Block
	}{
		{"nothing is missing", "checked, welfare signed, answered, interviewed", func(*File) {}, nil, nil, nil},

		{"1 security check", "the spouse's check is missing",
			func(f *File) { f.People[1].CheckDoneOn = clock.Date{} },
			only(BlockSecurityCheck), only(BlockSecurityCheck), only(BlockSecurityCheck)},
		{"1 security check", "the principal's check was done 90 days ago",
			func(f *File) { f.People[0].CheckDoneOn = day("2026-02-19") }, nil, nil, nil},
		{"1 security check", "the principal's check was done 91 days ago",
			func(f *File) { f.People[0].CheckDoneOn = day("2026-02-18") },
			only(BlockSecurityCheck), only(BlockSecurityCheck), only(BlockSecurityCheck)},
		{"1 security check", "two checks are missing: named once",
			func(f *File) { f.People[0].CheckDoneOn, f.People[1].CheckDoneOn = clock.Date{}, clock.Date{} },
			only(BlockSecurityCheck), only(BlockSecurityCheck), only(BlockSecurityCheck)},
		{"1 security check", "a child of 10 has none, and needs none",
			func(f *File) { f.People[2].CheckDoneOn = clock.Date{} }, nil, nil, nil},

		{"2 welfare check", "missing or unsigned, no waiver",
			func(f *File) { f.People[2].WelfareSignedOn = clock.Date{} },
			only(BlockWelfareCheck), only(BlockWelfareCheck), only(BlockWelfareCheck)},
		{"2 welfare check", "signed six months ago to the day",
			func(f *File) { f.People[2].WelfareSignedOn = day("2025-11-20") }, nil, nil, nil},
		{"2 welfare check", "signed six months and one day ago",
			func(f *File) { f.People[2].WelfareSignedOn = day("2025-11-19") },
			only(BlockWelfareCheck), only(BlockWelfareCheck), only(BlockWelfareCheck)},
		{"2 welfare check", "missing, and waived by a senior caseworker: only a grant, for every member",
			func(f *File) { f.People[2].WelfareSignedOn, f.People[2].Waived = clock.Date{}, true },
			nil, only(BlockWelfareCheck, BlockWaived), only(BlockWelfareCheck, BlockWaived)},
		{"2 welfare check", "over six months old, and waived: only a grant, for every member",
			func(f *File) { f.People[2].WelfareSignedOn, f.People[2].Waived = day("2025-11-19"), true },
			nil, only(BlockWelfareCheck, BlockWaived), only(BlockWelfareCheck, BlockWaived)},
		{"2 welfare check", "one child's is waived and another child's is missing",
			func(f *File) {
				f.People[2].WelfareSignedOn, f.People[2].Waived = clock.Date{}, true
				f.People = append(f.People, FilePerson{No: 4, Birth: born("2019-01-01"), Relationship: Child})
			},
			only(BlockWelfareCheck), only(BlockWelfareCheck, BlockWaived), only(BlockWelfareCheck, BlockWaived)},

		{"3 representation", "one is unanswered",
			func(f *File) { f.UnansweredRepresentations = 1 },
			only(BlockRepresentation), only(BlockRepresentation), only(BlockRepresentation)},
		{"3 representation", "three are unanswered: named once",
			func(f *File) { f.UnansweredRepresentations = 3 },
			only(BlockRepresentation), only(BlockRepresentation), only(BlockRepresentation)},

		{"4 post", "an item is unread, or a suggested link unresolved",
			func(f *File) { f.PostOutstanding = true }, nil, only(BlockPost), only(BlockPost)},

		{"5 illness", "evidence on a flagged illness is outstanding",
			func(f *File) { f.IllnessOutstanding = true }, nil, only(BlockIllness), only(BlockIllness)},
		{"5 hold", "held for age dispute, child protection or court",
			func(f *File) { f.Holds = 1 }, nil, only(BlockHold), only(BlockHold)},
		{"5 hold", "held on two grounds: named once",
			func(f *File) { f.Holds = 2 }, nil, only(BlockHold), only(BlockHold)},

		{"6 no answer", "but letter, call to the representative and contact are recorded",
			func(f *File) { f.FamilyAnswered = false }, nil, nil, nil},
		{"6 no answer", "and no letter is recorded",
			func(f *File) { f.FamilyAnswered, f.LetterSent = false, false }, nil, only(BlockNoContact), only(BlockNoContact)},
		{"6 no answer", "and the representative was not called",
			func(f *File) { f.FamilyAnswered, f.RepresentativeCalled = false, false }, nil, only(BlockNoContact), only(BlockNoContact)},
		{"6 no answer", "and no representative was called, for the family has none",
			func(f *File) { f.FamilyAnswered, f.RepresentativeCalled, f.Represented = false, false, false }, nil, nil, nil},
		{"6 no answer", "and no personal contact is recorded",
			func(f *File) { f.FamilyAnswered, f.ContactMade = false, false }, nil, only(BlockNoContact), only(BlockNoContact)},
		{"6 no answer", "and nothing at all was tried",
			func(f *File) {
				f.FamilyAnswered, f.LetterSent, f.RepresentativeCalled, f.ContactMade = false, false, false, false
			},
			nil, only(BlockNoContact), only(BlockNoContact)},
		{"6 no answer", "the family answered, and nothing need be tried",
			func(f *File) { f.LetterSent, f.RepresentativeCalled, f.ContactMade = false, false, false }, nil, nil, nil},

		{"7 interview", "the spouse has none",
			func(f *File) { f.People[1].Interviewed = false }, nil, only(BlockNoInterview), only(BlockNoInterview)},
		{"7 interview", "the principal has none; in the part-refusal the principal is granted",
			func(f *File) { f.People[0].Interviewed = false }, nil, only(BlockNoInterview), nil},
		{"7 interview", "the child has none: it may be refused in line with the principal's",
			func(f *File) { f.People[2].Interviewed = false }, nil, nil, nil},

		{"all rows", "everything is missing at once, in the table's order",
			func(f *File) {
				*f = File{Represented: true, UnansweredRepresentations: 1, PostOutstanding: true, IllnessOutstanding: true, Holds: 1,
					People: []FilePerson{{No: 1, Birth: born("1985"), Relationship: Principal}, {No: 2, Birth: born("1987"), Relationship: Spouse},
						{No: 3, Birth: born("2015"), Relationship: Child}}}
			},
			only(BlockSecurityCheck, BlockWelfareCheck, BlockRepresentation),
			only(BlockSecurityCheck, BlockWelfareCheck, BlockRepresentation, BlockPost, BlockIllness, BlockHold, BlockNoContact, BlockNoInterview),
			only(BlockSecurityCheck, BlockWelfareCheck, BlockRepresentation, BlockPost, BlockIllness, BlockHold, BlockNoContact, BlockNoInterview)},
	} {
		f := completeFile()
		c.change(&f)
		pad := func(outcomes []Outcome, rest Outcome) []Outcome {
			for len(outcomes) < len(f.People) {
				outcomes = append(slices.Clone(outcomes), rest)
			}
			return outcomes
		}
		for _, column := range []struct {
			name     string
			outcomes []Outcome
			want     []Block
		}{
			{"grant", pad(grantAll, GrantILR), c.grant},
			{"refusal", pad(refuseAll, RefusedUpheld), c.refusal},
			{"part-refusal", pad(refuseOnly(2), GrantILR), c.part},
		} {
			t.Run(c.row+"/"+c.facts+"/"+column.name, func(t *testing.T) {
				require.Equal(t, column.want, SignatureBlocks(f, proposal(column.outcomes), day(signing)))
			})
		}
	}
}

// TestAdverseMaterial is the second half of the table's last row, with row 7 of
// domain.md 6.2: each adverse fact relied on was put to the person, with the
// answer or the ten working days that passed. Put on Wednesday 6 May 2026, the
// last day to answer is Wednesday 20 May: 7, 8; 11 to 15; 18, 19, 20.
func TestAdverseMaterial(t *testing.T) {
	england, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	require.NoError(t, err)
	require.Equal(t, day("2026-05-20"), england.AddWorkingDays(day("2026-05-06"), AdverseAnswerWDays), "ten working days from 6 May")

	put := func(p *FilePerson) { p.AdversePutOn, p.AdverseClosedOn = day("2026-05-06"), day("2026-05-20") }
	answered := func(p *FilePerson) { put(p); p.AdverseAnswered = true }
	for _, c := range []struct {
		facts    string
		change   func(*FilePerson) // of the spouse
		outcomes []Outcome
		adverse  []int // persons whose reasons rely on adverse material
		on       string
		want     []Block
	}{
		{"relied on and never put", func(*FilePerson) {}, refuseOnly(2), []int{2}, signing, []Block{BlockAdverse}},
		{"relied on in refusing all, and never put to the spouse", func(*FilePerson) {}, refuseAll, []int{2}, signing, []Block{BlockAdverse}},
		{"put and unanswered, on the last day to answer", put, refuseOnly(2), []int{2}, "2026-05-20", []Block{BlockAdverse}},
		{"put and unanswered, the day after the last", put, refuseOnly(2), []int{2}, "2026-05-21", nil},
		{"put and answered the same day", answered, refuseOnly(2), []int{2}, "2026-05-06", nil},
		{"put and answered, on the last day to answer", answered, refuseOnly(2), []int{2}, "2026-05-20", nil},
		{"answered, but nothing is recorded as put", func(p *FilePerson) { p.AdverseAnswered = true }, refuseOnly(2), []int{2}, signing, []Block{BlockAdverse}},
		{"put, and no last day to answer is known: an unknown is not held against anybody",
			func(p *FilePerson) { p.AdversePutOn = day("2026-05-06") }, refuseOnly(2), []int{2}, signing, []Block{BlockAdverse}},
		{"never put, and not relied on", func(*FilePerson) {}, refuseOnly(2), nil, signing, nil},
		{"never put, relied on for somebody who is granted", func(*FilePerson) {}, refuseOnly(1), []int{2}, signing, nil},
		{"never put, and all are granted", func(*FilePerson) {}, grantAll, []int{1, 2, 3}, signing, nil},
		{"put to the spouse, and relied on against the principal", answered, refuseOnly(1), []int{1}, signing, []Block{BlockAdverse}},
		{"relied on against a child, and never put", func(*FilePerson) {}, refuseOnly(3), []int{3}, signing, []Block{BlockAdverse}},
	} {
		t.Run(c.facts, func(t *testing.T) {
			f := completeFile()
			c.change(&f.People[1])
			require.Equal(t, c.want, SignatureBlocks(f, proposal(c.outcomes, c.adverse...), day(c.on)))
		})
	}
}

func TestARepresentationAfterTheProposalBlocksItsSignature(t *testing.T) {
	for _, outcomes := range [][]Outcome{grantAll, refuseAll, refuseOnly(2)} {
		f := completeFile()
		require.Empty(t, SignatureBlocks(f, proposal(outcomes), day("2026-05-20")), "when it was proposed")
		f.UnansweredRepresentations++ // a letter from the school, two days later
		require.Equal(t, []Block{BlockRepresentation}, SignatureBlocks(f, proposal(outcomes), day("2026-05-22")))
		f.UnansweredRepresentations--
		require.Empty(t, SignatureBlocks(f, proposal(outcomes), day("2026-05-22")), "when it was answered")
	}
}

// TestAWaiverIsGrantOnlyForEveryMember: process.md, Children. Whoever else in
// the family is refused, the waiver forbids it.
func TestAWaiverIsGrantOnlyForEveryMember(t *testing.T) {
	waived := completeFile()
	waived.People[2].WelfareSignedOn, waived.People[2].Waived = clock.Date{}, true
	for no := 1; no <= 3; no++ {
		t.Run(fmt.Sprintf("refusing person %d alone", no), func(t *testing.T) {
			require.Equal(t, []Block{BlockWelfareCheck, BlockWaived}, SignatureBlocks(waived, proposal(refuseOnly(no)), day(signing)))
		})
	}
	for _, o := range Outcomes {
		if o.IsGrant() {
			t.Run("every grant is allowed: "+string(o), func(t *testing.T) {
				require.Empty(t, SignatureBlocks(waived, proposal([]Outcome{o, o, o}), day(signing)))
			})
		}
	}
	t.Run("signing the check ends the waiver", func(t *testing.T) {
		f := completeFile()
		f.People[2].WelfareSignedOn = day("2026-05-19")
		require.Empty(t, SignatureBlocks(f, proposal(refuseAll), day(signing)))
	})
	// "Once given, [...] any outcome but a grant for every member of that family
	// until the check is signed": not until the child turns out to be, or
	// becomes, an adult.
	t.Run("it binds though the person has come to be shown an adult", func(t *testing.T) {
		f := completeFile()
		f.People[2] = FilePerson{No: 3, Birth: born("2008-05-01"), Relationship: Child, Waived: true, // joined after the listing, waived at 17
			CheckDoneOn: day("2026-05-06"), Interviewed: true}
		require.Contains(t, SignatureBlocks(f, proposal(refuseOnly(1)), day(signing)), BlockWaived)
		require.Empty(t, SignatureBlocks(f, proposal(grantAll), day(signing)))
	})
}

// TestWhoNeedsWhichCheck: a child needs a welfare check, an adult a security
// check, and somebody of doubtful age both. The third person has neither.
func TestWhoNeedsWhichCheck(t *testing.T) {
	const welfare, security = BlockWelfareCheck, BlockSecurityCheck
	for _, c := range []struct {
		facts string
		third FilePerson
		on    string
		want  []Block
	}{
		{"a child of 10", FilePerson{Birth: born("2015-10-03"), Relationship: Child}, signing, []Block{welfare}},
		{"a child on the day before turning 18", FilePerson{Birth: born("2008-05-21"), Relationship: Child}, signing, []Block{welfare}},
		{"a son on his eighteenth birthday, who joined after the listing", FilePerson{Birth: born("2008-05-20"), Relationship: Child}, signing, []Block{security}},
		{"a child grown up since the listing still needs a welfare check, and a security check now",
			FilePerson{Birth: born("2008-05-10"), Relationship: Child, ChildWhenListed: true}, signing, []Block{security, welfare}},
		{"a child of 13 when listed, whose review took six years",
			FilePerson{Birth: born("2007-05-10"), Relationship: Child, ChildWhenListed: true}, signing, []Block{security, welfare}},
		{"born in 2008, the day unknown: may be 17 and may be 18", FilePerson{Birth: born("2008"), Relationship: Sibling}, signing, []Block{security, welfare}},
		{"born in May 2008, the day unknown", FilePerson{Birth: born("2008-05"), Relationship: Child}, signing, []Block{security, welfare}},
		{"born in June 2008: a child for certain", FilePerson{Birth: born("2008-06"), Relationship: Child}, signing, []Block{welfare}},
		{"born in 2007: an adult for certain", FilePerson{Birth: born("2007"), Relationship: Child}, signing, []Block{security}},
		{"a dependant of unknown birth date", FilePerson{Relationship: OtherDependant}, signing, []Block{security, welfare}},
		{"a brother of unknown birth date", FilePerson{Relationship: Sibling}, signing, []Block{security, welfare}},
		{"a grandmother of unknown birth date, recorded as parent", FilePerson{Relationship: Parent}, signing, []Block{security}},
		{"recorded as 30, the age disputed", FilePerson{Birth: born("1996-01-01"), Relationship: OtherDependant, AgeDisputed: true}, signing, []Block{security, welfare}},
		{"a partner recorded as 30, the age disputed", FilePerson{Birth: born("1996-01-01"), Relationship: Partner, AgeDisputed: true}, signing, []Block{security, welfare}},
		// MayBeAdult: "Somebody of doubtful age may be both child and adult, and then
		// has the protection of the one and the check of the other."
		{"recorded as 16, the age disputed: may be an adult", FilePerson{Birth: born("2010-01-01"), Relationship: OtherDependant, AgeDisputed: true}, signing, []Block{security, welfare}},
		{"born on 29 February 2008, on 28 February 2026", FilePerson{Birth: born("2008-02-29"), Relationship: Child}, "2026-02-28", []Block{welfare}},
		{"born on 29 February 2008, on 1 March 2026", FilePerson{Birth: born("2008-02-29"), Relationship: Child}, "2026-03-01", []Block{security}},
	} {
		t.Run(c.facts, func(t *testing.T) {
			f := completeFile()
			f.People[0].CheckDoneOn, f.People[1].CheckDoneOn = day(c.on), day(c.on)
			c.third.No = 3
			f.People[2] = c.third
			require.Equal(t, c.want, SignatureBlocks(f, proposal(grantAll), day(c.on)))
			require.Equal(t, c.want, SignatureBlocks(f, proposal(refuseOnly(1)), day(c.on)), "the same when another member is refused")
		})
	}
}

// TestTheEndOfAWelfareCheck: six months from the end of a long month end with a short one.
func TestTheEndOfAWelfareCheck(t *testing.T) {
	for _, c := range []struct {
		signed, on string
		blocked    bool
	}{
		{"2025-08-31", "2026-02-28", false}, {"2025-08-31", "2026-03-01", true},
		{"2027-08-31", "2028-02-29", false}, {"2027-08-31", "2028-03-01", true}, // a leap year
		{"2026-01-15", "2026-07-15", false}, {"2026-01-15", "2026-07-16", true},
	} {
		t.Run("signed "+c.signed+", relied on "+c.on, func(t *testing.T) {
			f := completeFile()
			f.People[0].CheckDoneOn, f.People[1].CheckDoneOn = day(c.on), day(c.on)
			f.People[2].WelfareSignedOn = day(c.signed)
			require.Equal(t, c.blocked, slices.Contains(SignatureBlocks(f, proposal(grantAll), day(c.on)), BlockWelfareCheck))
		})
	}
}

// TestRefusingAChildInLine: a child is not interviewed; its principal is [D].
func TestRefusingAChildInLine(t *testing.T) {
	for _, c := range []struct {
		facts              string
		principal, spouse  bool // interviewed
		child              bool
		outcomes           []Outcome
		blockedByInterview bool
	}{
		{"the principal was interviewed", true, false, false, refuseOnly(3), false},
		{"only the spouse was interviewed", false, true, false, refuseOnly(3), true},
		{"nobody was interviewed", false, false, false, refuseOnly(3), true},
		{"the child was, and the principal was not", false, false, true, refuseOnly(3), false},
		{"the principal's interview does not stand for the spouse", true, false, false, refuseOnly(2), true},
	} {
		t.Run(c.facts, func(t *testing.T) {
			f := completeFile()
			f.People[0].Interviewed, f.People[1].Interviewed, f.People[2].Interviewed = c.principal, c.spouse, c.child
			require.Equal(t, c.blockedByInterview, slices.Contains(SignatureBlocks(f, proposal(c.outcomes), day(signing)), BlockNoInterview))
		})
	}
	t.Run("a principal of disputed age is a child, and is still to be interviewed", func(t *testing.T) {
		f := completeFile()
		f.People[0].AgeDisputed, f.People[0].Interviewed, f.People[0].WelfareSignedOn = true, false, day("2026-05-01")
		require.Equal(t, []Block{BlockNoInterview}, SignatureBlocks(f, proposal(refuseOnly(1)), day(signing)))
	})
}

// tableOrder is the order of process.md's table; a waiver belongs to its second row.
var tableOrder = []Block{BlockSecurityCheck, BlockWelfareCheck, BlockWaived, BlockRepresentation, BlockPost, BlockIllness,
	BlockHold, BlockNoContact, BlockNoInterview, BlockAdverse}

func drawFile(t *rapid.T) (File, []Proposed) {
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	on := day(signing)
	past := func(name string) clock.Date {
		back := rapid.IntRange(-1, 400).Draw(t, name)
		if back < 0 {
			return clock.Date{}
		}
		return on.AddDays(-back)
	}
	f := File{Represented: flag("represented"), FamilyAnswered: flag("answered"), LetterSent: flag("letter"), RepresentativeCalled: flag("called"),
		ContactMade: flag("contact"), UnansweredRepresentations: rapid.IntRange(0, 2).Draw(t, "unanswered"), PostOutstanding: flag("post"),
		IllnessOutstanding: flag("illness"), Holds: rapid.IntRange(0, 2).Draw(t, "holds")}
	var proposed []Proposed
	for no := 1; no <= rapid.IntRange(1, 5).Draw(t, "people"); no++ {
		p := FilePerson{No: no, Relationship: Principal, Birth: born(rapid.SampledFrom([]string{"", "1980", "2008", "2008-05", "2008-05-20", "2008-05-21", "2020-01-01"}).Draw(t, "born")),
			AgeDisputed: flag("disputed"), ChildWhenListed: flag("was child"), CheckDoneOn: past("check"), WelfareSignedOn: past("welfare"),
			Waived: flag("waived"), Interviewed: flag("interviewed"), AdversePutOn: past("put"), AdverseAnswered: flag("adverse answered"), AdverseClosedOn: past("closed")}
		if no > 1 {
			p.Relationship = rapid.SampledFrom(Relationships[1:]).Draw(t, "relationship")
		}
		f.People = append(f.People, p)
		proposed = append(proposed, Proposed{Person: no, Outcome: rapid.SampledFrom(Outcomes).Draw(t, "outcome"), ReliesOnAdverse: flag("relies")})
	}
	return f, proposed
}

// TestAnyFile: for whatever is on file, a refusal is never easier than a grant,
// a grant answers only to the first three rows, the blocks stand in the table's
// order, each once, and each says what to do.
func TestAnyFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, proposed := drawFile(t)
		granted := slices.Clone(proposed)
		for i := range granted {
			granted[i].Outcome = GrantLLR30M
		}
		blocks, grant := SignatureBlocks(f, proposed, day(signing)), SignatureBlocks(f, granted, day(signing))
		for _, b := range grant {
			require.Contains(t, blocks, b, "what blocks a grant blocks a refusal")
			require.Contains(t, []Block{BlockSecurityCheck, BlockWelfareCheck, BlockRepresentation}, b, "a grant answers to the first three rows only")
		}
		last := -1
		for _, b := range blocks {
			at := slices.Index(tableOrder, b)
			require.Greater(t, at, last, "%v: in the table's order, each once", blocks)
			require.NotEmpty(t, b.InWords())
			last = at
		}
	})
}

// TestNothingMissingHelps: taking something away from a file never removes a block.
func TestNothingMissingHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, proposed := drawFile(t)
		before := SignatureBlocks(f, proposed, day(signing))
		f.People = slices.Clone(f.People)
		p := &f.People[rapid.IntRange(0, len(f.People)-1).Draw(t, "whose")]
		switch rapid.IntRange(0, 9).Draw(t, "missing") {
		case 0:
			p.CheckDoneOn = clock.Date{}
		case 1:
			p.WelfareSignedOn = clock.Date{}
		case 2:
			f.UnansweredRepresentations++
		case 3:
			f.PostOutstanding = true
		case 4:
			f.Holds++
		case 5:
			f.FamilyAnswered = false
		case 6:
			f.LetterSent = false
		case 7:
			f.ContactMade = false
		case 8:
			p.Interviewed = false
		case 9:
			p.AdversePutOn = clock.Date{}
		}
		after := SignatureBlocks(f, proposed, day(signing))
		for _, b := range before {
			require.Contains(t, after, b)
		}
	})
}

func TestABlockedSignatureNamesItsBlocks(t *testing.T) {
	r := BlockedRefusal([]Block{BlockHold, BlockAdverse})
	require.Equal(t, RefusedBlocked, r.Code)
	require.Equal(t, []Block{BlockHold, BlockAdverse}, r.Blocks)
	found, ok := AsRefusal(fmt.Errorf("decision.propose: %w", r))
	require.True(t, ok)
	require.Same(t, r, found)
	require.Equal(t, "2 things block the signature (blocked)", r.Error())
	_, ok = AsRefusal(fmt.Errorf("the database is away"))
	require.False(t, ok)
}

// TestARefusalWaitsForTheTimeThatWasGivenBack: a hold or an extension has given the
// family time that has not ended; a refusal waits for it, and a grant does not [D].
func TestARefusalWaitsForTheTimeThatWasGivenBack(t *testing.T) {
	today := clock.NewDate(2026, 4, 23)
	for outcome, blocked := range map[Outcome]bool{RefusedUpheld: true, GrantILR: false} {
		for _, runs := range []bool{true, false} {
			blocks := SignatureBlocks(File{FamilysTimeRuns: runs}, []Proposed{{Person: 1, Outcome: outcome}}, today)
			require.Equal(t, blocked && runs, slices.Contains(blocks, BlockTimeRuns), "%s, time runs: %v", outcome, runs)
		}
	}
	require.NotEmpty(t, BlockTimeRuns.InWords())
}
