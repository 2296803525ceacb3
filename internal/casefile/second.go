package casefile

// SecondDue says why a proposal needs a second officer, or that it needs none.
type SecondDue string

// The reasons for a second officer (process.md, Four eyes), gravest first.
const (
	SecondForCorrection SecondDue = "correction" // a signed decision is corrected, also to a grant
	SecondForRemake     SecondDue = "remake"     // a decision that fell is made anew, also to a grant
	SecondForRefusal    SecondDue = "refusal"
	SecondForReferral   SecondDue = "referral" // by the police, or public harm alleged or confirmed
	SecondForReturn     SecondDue = "returned" // a second officer returned an earlier proposal
	SecondForSample     SecondDue = "sample"   // this proposal or an earlier one of the case was drawn
	NoSecond            SecondDue = "no"
)

// SecondDues lists them, gravest first.
var SecondDues = []SecondDue{SecondForCorrection, SecondForRemake, SecondForRefusal, SecondForReferral, SecondForReturn, SecondForSample,
	NoSecond}

// Proposals is what the earlier proposals of a case mean for the next one.
type Proposals struct {
	// Drawn is whether one of them was drawn for a second officer.
	Drawn bool
	// Returned is whether a second officer returned one. A proposal that went back by
	// itself, because the file had changed, does not count.
	Returned bool
}

// DueSecond says why the proposal of a first decision needs a second officer. A refusal and a
// part-refusal always do, and so does every outcome of a case with a referral, or
// that a second officer returned before. Of the other grants a tenth is drawn, anew
// for each proposal; what was drawn once stays drawn, for otherwise its author could
// propose again until it is not.
func DueSecond(outcomes []ProposedOutcome, referred, drawn bool, before Proposals) SecondDue {
	for _, o := range outcomes {
		if !o.Outcome.IsGrant() {
			return SecondForRefusal
		}
	}
	switch {
	case referred:
		return SecondForReferral
	case before.Returned:
		return SecondForReturn
	case drawn || before.Drawn:
		return SecondForSample
	}
	return NoSecond
}
