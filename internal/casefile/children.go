package casefile

import "hame/internal/clock"

// Adulthood is the age at which somebody is no child (process.md, Children).
const Adulthood = 18

// MayBeChild reports whether the person may be under 18 on a day: by the
// latest date that the recorded birth date allows, or unknown and not shown to
// be adult, or age disputed, in any relationship. A principal, spouse,
// partner or parent whose birth date is unknown is taken to have been shown
// adult by standing as one, unless the age is disputed [D].
func MayBeChild(birth clock.PartialDate, r Relationship, ageDisputed bool, on clock.Date) bool {
	if ageDisputed {
		return true
	}
	if birth.IsZero() {
		return r == Child || r == Sibling || r == OtherDependant
	}
	return birth.MayBeUnder(Adulthood, on)
}

// MayBeAdult reports whether the person may be 18 or over on a day. Somebody of
// doubtful age may be both child and adult, and then has the protection of the
// one and the security check of the other.
func MayBeAdult(birth clock.PartialDate, r Relationship, on clock.Date) bool {
	if birth.IsZero() {
		return r != Child
	}
	return birth.MayBeAtLeast(Adulthood, on)
}

// NeedsSecurityCheck reports whether a person needs a security check on a day:
// people who may be adults, and those whose age is disputed, for the record may be
// what is wrong.
func NeedsSecurityCheck(birth clock.PartialDate, r Relationship, ageDisputed bool, on clock.Date) bool {
	return ageDisputed || MayBeAdult(birth, r, on)
}

// OfSchoolAge reports whether a child may be on a school's roll on a day: from
// 4, when Primary 1 may begin, until 18.
func OfSchoolAge(birth clock.PartialDate, on clock.Date) bool {
	return birth.MayBeAtLeast(4, on) && birth.MayBeUnder(Adulthood, on)
}
