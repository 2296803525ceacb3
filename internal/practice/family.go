package practice

import (
	"fmt"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Family is a family of Glasgow with a principal, a spouse and a child of ten, six
// years here, represented and supported. Its key tells it from every other; change it
// as the test needs.
func Family(key string, today clock.Date) casefile.Family {
	return casefile.Family{Key: key, Lane: casefile.Legacy, Council: Glasgow, Address: "1 Test Street",
		Representative: "Test & Co", Support: casefile.SupportSection95, People: []casefile.Person{
			Member(key, 1, casefile.Principal, today, 38),
			Member(key, 2, casefile.Spouse, today, 35),
			Member(key, 3, casefile.Child, today, 10),
		}}
}

// Member is a member of the family of a key, so many years old today. All came six
// years ago, and no claim is decided. No name is one that a message could say of any person, as
// "person 2" is.
func Member(key string, no int, r casefile.Relationship, today clock.Date, age int) casefile.Person {
	arrived := clock.Partial(today.AddYears(-6))
	return casefile.Person{No: no, Key: fmt.Sprint(no), Relationship: r,
		FamilyName: "Test" + key, GivenNames: fmt.Sprintf("Forename %d", no),
		NameKey: fmt.Sprintf("test%s person %d", key, no), BirthDate: clock.Partial(today.AddYears(-age)),
		Sex: casefile.SexUnknown, Nationality: "TR", BornInScotland: casefile.No,
		ArrivedOn: arrived, ClaimDate: arrived, ClaimStatus: casefile.ClaimUndecided}
}

// Quillfeather is [Family] with personal values that nothing else contains, for what
// looks for them where they may not be: see [Private].
func Quillfeather(key string) casefile.Family {
	arrived := clock.NewDate(2020, 8, 14)
	f := Family(key, arrived.AddYears(6))
	f.Address, f.Postcode, f.Phone, f.Email = "99 Wistful Crescent", "G99 9ZQ", "0141-555-7788", "kin@quillfeather.example"
	f.Representative, f.RepresentativeContact = "Larkspur Solicitors", "desk@larkspur.example"
	for i, p := range []struct {
		given string
		born  clock.Date
	}{
		{"Ottoline", clock.NewDate(1988, 5, 17)},
		{"Barnabas", clock.NewDate(1986, 11, 29)},
		{"Persephone", clock.NewDate(2016, 9, 9)},
	} {
		m := &f.People[i]
		m.HomeOfficeRef = "Q77665" + key + m.Key
		m.FamilyName, m.GivenNames, m.NameKey = "Quillfeather", p.given, "quillfeather "+p.given+key
		m.BirthDate = clock.Partial(p.born)
	}
	return f
}

// Text is in every free text of the office, so that a test can look for it where no
// free text may be.
const Text = "SYNTHETIC-FREE-TEXT"

// Private lists what no message, history, log or attribute may contain: the personal
// values of [Quillfeather], and the office's free text.
func Private() []string {
	return []string{"quillfeather", "ottoline", "barnabas", "persephone", "wistful", "g99 9zq", "555-7788", "larkspur",
		"q77665", "1988-05-17", "1986-11-29", "2016-09-09", "2020-08-14", "synthetic-free-text", "child_protection"}
}
