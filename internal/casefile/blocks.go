package casefile

import (
	"fmt"
	"slices"

	"hame/internal/clock"
)

// Block is one thing that stands between a proposal and its signature.
type Block string

// The rows of process.md's table of what blocks a signature.
const (
	BlockSecurityCheck  Block = "security_check"
	BlockWelfareCheck   Block = "welfare_check"
	BlockRepresentation Block = "representation_unanswered"
	BlockPost           Block = "post_unread_or_unlinked"
	BlockIllness        Block = "illness_evidence_outstanding"
	BlockHold           Block = "hold"
	BlockNoContact      Block = "family_not_reached"
	// BlockTimeRuns keeps a refusal from being signed while the family has time to
	// answer: it was asked again, or a hold or an extension has given it the time [D].
	BlockTimeRuns    Block = "family_may_still_answer"
	BlockNoInterview Block = "no_interview"
	BlockAdverse     Block = "adverse_material_not_put"
	BlockWaived      Block = "waiver_allows_grant_only"
	// BlockReferral stops every signature until a senior caseworker has looked into
	// what the police referred, and into public harm that is alleged or confirmed [D].
	BlockReferral Block = "referral_not_looked_into"
	// BlockDuplicate stops every signature on a file that is held as another's
	// double, so that nobody is decided twice [D].
	BlockDuplicate Block = "held_as_duplicate"
)

// InWords says what is missing and what to do next.
func (b Block) InWords() string {
	return map[Block]string{
		BlockSecurityCheck:  "a security check is missing or over 90 days old: check request, then check record",
		BlockWelfareCheck:   "a child's welfare check is missing, unsigned or over 6 months old: welfare report and sign, or for a grant welfare waive",
		BlockRepresentation: "a representation is unanswered: representation answer",
		BlockPost:           "an item of post is unread, or its link is unresolved",
		BlockIllness:        "evidence on a flagged illness is outstanding: evidence receive --provider gp",
		BlockHold:           "the case is held",
		BlockNoContact:      "the family has not answered, and letter, call to the representative and personal contact are not all recorded",
		BlockTimeRuns:       "the family's time to return the questionnaire has not ended: clock show says when it does",
		BlockNoInterview:    "a person who would be refused has no recorded interview: interview record",
		BlockAdverse:        "adverse material that is relied on was not put to the person, or 10 working days have not passed",
		BlockDuplicate:      "the file is held as the double of another: duplicate list",
		BlockReferral:       "what the police referred, or public harm alleged or confirmed, is not looked into: case look-into",
		BlockWaived:         "a child's check was waived, after which only a grant may be signed",
	}[b]
}

// File is what a signature looks at: facts recorded so far, without names.
type File struct {
	People []FilePerson
	// Represented is whether the family has a representative.
	Represented bool
	// FamilyAnswered is whether the questionnaire, or part of it, came back.
	FamilyAnswered bool
	// FamilysTimeRuns is whether the questionnaire is awaited and not overdue, or a
	// hold has given the family its time back since it was passed over.
	FamilysTimeRuns bool
	// LetterSent, RepresentativeCalled and ContactMade are the three attempts that
	// must be on record before silence can be passed over.
	LetterSent, RepresentativeCalled, ContactMade bool
	UnansweredRepresentations                     int
	PostOutstanding                               bool
	IllnessOutstanding                            bool
	Holds                                         int // age dispute, child protection, court
	// Referred is whether the police referred a person, or public harm stands or is
	// asked for; NotLookedInto whether a senior caseworker has not looked into it yet.
	Referred, NotLookedInto bool
	// HeldAsDuplicate is whether the file is the second one of a family that stands twice.
	HeldAsDuplicate bool
}

// FilePerson is one person as a signature sees them.
type FilePerson struct {
	No           int
	Birth        clock.PartialDate
	Relationship Relationship
	AgeDisputed  bool
	// ChildWhenListed keeps the protection of a child who has grown up meanwhile.
	ChildWhenListed bool
	CheckDoneOn     clock.Date // of the latest security check that has a result
	WelfareSignedOn clock.Date // of the latest signed welfare check
	Waived          bool       // a waiver that no signed check has ended
	Interviewed     bool
	// Settled says that a signed decision stands for the person, and another one is made for
	// others: nothing more is asked about them.
	Settled bool
	// AdversePutOn is when adverse material was put; AdverseAnswered whether the
	// person has answered; AdverseClosedOn the last day to answer.
	AdversePutOn    clock.Date
	AdverseAnswered bool
	AdverseClosedOn clock.Date
}

// IsChild reports whether the person counts as a child at a signature on a day.
func (p FilePerson) IsChild(on clock.Date) bool {
	return p.ChildWhenListed || MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, on)
}

// NeedsCheck reports whether a signature on a day needs the person's security check.
func (p FilePerson) NeedsCheck(on clock.Date) bool {
	return NeedsSecurityCheck(p.Birth, p.Relationship, p.AgeDisputed, on)
}

// CheckLapsed reports whether the security check is missing or over 90 days old on a day.
func (p FilePerson) CheckLapsed(on clock.Date) bool {
	return p.CheckDoneOn.IsZero() || !on.Before(CheckLapsesOn(p.CheckDoneOn))
}

// WelfareLapsed reports whether the welfare check is unsigned or over six months old on a day.
func (p FilePerson) WelfareLapsed(on clock.Date) bool {
	return p.WelfareSignedOn.IsZero() || !on.Before(WelfareLapsesOn(p.WelfareSignedOn))
}

// CheckLapsesOn is the first day on which a security check of a day is too old to sign on.
func CheckLapsesOn(doneOn clock.Date) clock.Date { return doneOn.AddDays(SecurityCheckDays + 1) }

// WelfareLapsesOn is the first day on which a welfare check that was signed on a day is too
// old to sign on.
func WelfareLapsesOn(signedOn clock.Date) clock.Date {
	return signedOn.AddMonths(WelfareCheckMonths).AddDays(1)
}

// Proposed is the outcome proposed for one person, and whether its reasons rely
// on adverse material.
type Proposed struct {
	Person          int
	Outcome         Outcome
	ReliesOnAdverse bool
}

// SignatureBlocks lists what blocks signing the proposed outcomes on a day, in
// the order of process.md's table, each once. An empty list means that they may
// be signed. A case with one refusal in it answers to the stricter column for
// everything that concerns the family as a whole.
func SignatureBlocks(f File, proposed []Proposed, on clock.Date) []Block {
	refusal := map[int]Proposed{}
	for _, p := range proposed {
		settled := slices.ContainsFunc(f.People, func(x FilePerson) bool { return x.No == p.Person && x.Settled })
		if !p.Outcome.IsGrant() && !settled {
			refusal[p.Person] = p
		}
	}
	refusing := len(refusal) > 0
	var blocks []Block
	add := func(b Block, when bool) {
		if when {
			blocks = append(blocks, b)
		}
	}
	principalInterviewed := slices.ContainsFunc(f.People, func(p FilePerson) bool {
		return p.Relationship == Principal && p.Interviewed
	})
	var check, welfare, waived, interview, adverse bool
	for _, p := range f.People {
		if p.Settled {
			continue
		}
		check = check || (p.NeedsCheck(on) && p.CheckLapsed(on))
		welfare = welfare || (p.IsChild(on) && p.WelfareLapsed(on) && (refusing || !p.Waived))
		waived = waived || (p.Waived && refusing)
		if r, ok := refusal[p.No]; ok {
			// A child refused in line is not interviewed; the principal then must be [D].
			interview = interview || !(p.Interviewed || (p.IsChild(on) && principalInterviewed))
			put := !p.AdversePutOn.IsZero() && (p.AdverseAnswered ||
				(!p.AdverseClosedOn.IsZero() && p.AdverseClosedOn.Before(on)))
			adverse = adverse || (r.ReliesOnAdverse && !put)
		}
	}
	unreached := !f.FamilyAnswered && !(f.LetterSent && f.ContactMade && (f.RepresentativeCalled || !f.Represented))
	add(BlockDuplicate, f.HeldAsDuplicate)
	add(BlockReferral, f.NotLookedInto)
	add(BlockSecurityCheck, check)
	add(BlockWelfareCheck, welfare)
	add(BlockWaived, waived)
	add(BlockRepresentation, f.UnansweredRepresentations > 0)
	add(BlockPost, refusing && f.PostOutstanding)
	add(BlockIllness, refusing && f.IllnessOutstanding)
	add(BlockHold, refusing && f.Holds > 0)
	add(BlockNoContact, refusing && unreached)
	add(BlockTimeRuns, refusing && f.FamilysTimeRuns)
	add(BlockNoInterview, interview)
	add(BlockAdverse, adverse)
	return blocks
}

// BlockedRefusal makes the refusal of a signature from what blocks it.
func BlockedRefusal(blocks []Block) *Refusal {
	r := Refuse(RefusedBlocked, fmt.Sprintf("%d things block the signature", len(blocks)))
	if len(blocks) == 1 {
		r = Refuse(RefusedBlocked, "1 thing blocks the signature")
	}
	r.Blocks = blocks
	return r
}
