package rehearsal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/synthetic"
)

// life is what happens to one family while it waits (domain.md 6.3), by its number in the
// backlog, so that also a small rehearsal shows each. The rates are those of domain.md 6.5
// where it has one, else [D].
type life struct {
	birth     bool // 8%: a child is born
	joins     bool // 2%: a partner joins
	death     bool // 1%: the principal dies
	departs   bool // 2%: the whole family asks to return, and leaves
	stays     bool // 1%: it asks to return, and stays
	withdraws bool // 2%: somebody of two adults or more withdraws
	british   bool // 2%: a child is found to be British
	lost      bool // 2%: contact is lost
	found     bool // and half of those are found
	moves     bool // 4%: it moves to another council
	parts     bool // 0.5%: somebody parts from it
	abused    bool // and half of those after domestic abuse
	court     bool // 3%: a judicial review is lodged, beside those that the file is flagged with
	medical   bool // 3%: a medical crisis
	traffick  bool // 2%: a referral to the National Referral Mechanism
}

// newRepresentative is how likely a family has another representative within a year.
const newRepresentative = 0.1

func lifeOf(key string) life {
	n, err := strconv.Atoi(strings.TrimPrefix(key, synthetic.KeyPrefix))
	if err != nil {
		return life{}
	}
	return life{birth: n%12 == 7, joins: n%50 == 31, death: n%90 == 40, departs: n%50 == 17, stays: n%90 == 71,
		withdraws: n%50 == 33, british: n%50 == 21, lost: n%50 == 25, found: n%100 == 25,
		moves: n%25 == 3, parts: n%200 == 12, abused: n%400 == 12, court: n%33 == 6, medical: n%40 == 29, traffick: n%50 == 19}
}

// lives lets what the family's number says happen to it, so many days after it was drawn.
func (v *inPlay) lives(drawn time.Time) {
	l := lifeOf(v.key)
	for _, x := range []struct {
		happens bool
		days    int
		do      func(context.Context, *Rehearsal) error
	}{
		{l.birth, 60 + v.random.IntN(200), v.isBorn},
		{l.joins, 80 + v.random.IntN(60), v.partnerJoins},
		{l.death, 70 + v.random.IntN(60), v.principalDies},
		{l.departs || l.stays, 60 + v.random.IntN(40), v.asksToReturn},
		{l.withdraws, 60 + v.random.IntN(20), v.asksToWithdraw},
		{l.british, 70 + v.random.IntN(30), v.isBritish},
		{l.lost, 60 + v.random.IntN(20), v.isLost},
		{l.moves, 50 + v.random.IntN(150), v.moves},
		{l.parts, 60 + v.random.IntN(40), v.parts},
		{l.court, 50 + v.random.IntN(200), v.lodges},
		{l.medical, 60 + v.random.IntN(120), v.held(casefile.GroundMedical)},
		{l.traffick, 60 + v.random.IntN(120), v.held(casefile.GroundTrafficking)},
		{v.random.Float64() < newRepresentative, 20 + v.random.IntN(345), v.losesRepresentative},
		{v.random.Float64() < newRepresentative, 365 + v.random.IntN(365), v.losesRepresentative},
		{v.random.Float64() < newRepresentative, 730 + v.random.IntN(365), v.losesRepresentative},
	} {
		if x.happens {
			on := v.deskDay(clock.DateOf(drawn).AddDays(x.days))
			v.events = append(v.events, event{on.Start().Add(11 * time.Hour), x.do})
		}
	}
}

// present are the people of the family as they are now, the principal first.
func (v *inPlay) present(ctx context.Context, r *Rehearsal) ([]store.PersonFacts, error) {
	var people []store.PersonFacts
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		people, err = tx.People(ctx, v.ref)
		return err
	})
	return people, err
}

func (v *inPlay) isBorn(ctx context.Context, r *Rehearsal) error {
	_, err := v.do(ctx, r, v.owner, casefile.ActBorn, 0, v.today(), &casefile.BornFields{ShownBy: "registrar",
		BornInScotland: casefile.Yes, Sex: pick(v.random, []casefile.Sex{casefile.Female, casefile.Male})},
		fmt.Sprintf("given_names: Synthetic %d\nfamily_name: Newborn", v.random.IntN(1_000_000)))
	return err
}

func (v *inPlay) partnerJoins(ctx context.Context, r *Rehearsal) error {
	_, err := v.do(ctx, r, v.owner, casefile.ActJoined, 0, v.today(),
		&casefile.JoinedFields{Relationship: casefile.Partner, Status: casefile.NeedsLeave},
		fmt.Sprintf("given_names: Synthetic\nfamily_name: Partner\ndate_of_birth: %d", v.today().Year()-25-v.random.IntN(15)))
	return err
}

func (v *inPlay) principalDies(ctx context.Context, r *Rehearsal) error {
	people, err := v.present(ctx, r)
	if err != nil || len(people) < 2 {
		return err
	}
	_, err = v.do(ctx, r, v.owner, casefile.ActDied, people[0].No, v.today(), &casefile.DiedFields{ShownBy: "certificate"}, "")
	return err
}

func (v *inPlay) asksToReturn(ctx context.Context, r *Rehearsal) error {
	_, err := v.do(ctx, r, v.owner, casefile.ActAskDeparture, 0, v.today(), nil, "")
	return err
}

func (v *inPlay) asksToWithdraw(ctx context.Context, r *Rehearsal) error {
	people, err := v.present(ctx, r)
	if err != nil || len(people) < 2 {
		return err
	}
	_, err = v.do(ctx, r, v.owner, casefile.ActAskWithdrawal, people[1].No, v.today(), nil, "")
	return err
}

func (v *inPlay) isBritish(ctx context.Context, r *Rehearsal) error {
	people, err := v.present(ctx, r)
	if err != nil || len(people) < 2 {
		return err
	}
	last := people[len(people)-1]
	_, err = v.do(ctx, r, v.owner, casefile.ActHasStatus, last.No, v.today(),
		&casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "certificate"}, "")
	return err
}

func (v *inPlay) isLost(ctx context.Context, r *Rehearsal) error {
	_, err := v.do(ctx, r, v.owner, casefile.ActLost, 0, v.today(), &casefile.LostFields{Reason: "not_at_address"}, "")
	return err
}

// takeTraceStep takes the steps of a month to find a family. The families that are found are
// found half way; the others are archived when they were traced for long enough.
func (v *inPlay) takeTraceStep(ctx context.Context, r *Rehearsal, on clock.Date) (bool, error) {
	var x store.Tracing
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		x, err = tx.OpenTracing(ctx, v.ref)
		return err
	})
	if err != nil {
		return false, err
	}
	if len(x.Steps) >= 4 && (lifeOf(v.key).found || x.Archived && v.random.Float64() < 0.3) {
		return v.do(ctx, r, v.owner, casefile.ActFound, 0, on, &casefile.FoundFields{How: "lead"}, "")
	}
	if !x.Archived && casefile.CheckArchive(x.BeganOn, v.today(), x.Steps) == nil {
		return v.do(ctx, r, v.owner, casefile.ActArchive, 0, v.today(), nil, "")
	}
	taken := false
	for _, step := range casefile.TraceSteps {
		if slices.Contains(x.Steps, step) && len(x.Steps) < len(casefile.TraceSteps) {
			continue
		}
		taken, err = v.do(ctx, r, v.owner, casefile.ActTraceStep, 0, on,
			&casefile.TraceStepFields{Step: step, Result: "nothing"}, "SYNTHETIC: nobody knows where they are.")
		if err != nil || !taken || v.random.Float64() < 0.5 {
			break
		}
	}
	return taken, err
}

// settleDeparture records that somebody who asked to return has left, or stays.
func (v *inPlay) settleDeparture(ctx context.Context, r *Rehearsal, on clock.Date) (bool, error) {
	if lifeOf(v.key).stays {
		return v.do(ctx, r, v.owner, casefile.ActStays, 0, on, nil, "")
	}
	return v.do(ctx, r, v.owner, casefile.ActDeparted, 0, on, &casefile.DepartedFields{ShownBy: "return_service"}, "")
}

// appealEnds lets the tribunal decide: one appeal in three is allowed [D].
func (v *inPlay) appealEnds(ctx context.Context, r *Rehearsal, person int, on clock.Date) (bool, error) {
	if _, err := v.do(ctx, r, v.owner, casefile.ActAppealHeard, person, on, nil, ""); err != nil {
		return false, err
	}
	result := pick(v.random, []string{casefile.AppealAllowed, casefile.AppealDismissed, casefile.AppealDismissed})
	return v.do(ctx, r, v.owner, casefile.ActAppealEnded, person, on, &casefile.AppealEndedFields{Result: result}, "")
}

// decideAnew proposes a decision for whom the signed one does not decide: another decision
// maker grants, after two returns a senior caseworker, and everybody else keeps their outcome.
func (v *inPlay) decideAnew(ctx context.Context, r *Rehearsal, on clock.Date) (bool, error) {
	f, err := v.file(ctx, r, on)
	if err != nil {
		return false, err
	}
	var people []casefile.Member
	var signers []string
	err = r.o.Store.InTx(ctx, func(tx *store.Tx) error {
		d, err := tx.DecisionInForce(ctx, v.ref)
		if err != nil {
			return err
		}
		signers = d.Signers()
		people, err = tx.Household(ctx, v.ref)
		return err
	})
	if err != nil {
		return false, err
	}
	p := practice.Proposal(f, casefile.GrantILR)
	for _, m := range people {
		for i := range p.Outcomes {
			if p.Outcomes[i].Person == m.No && !m.Undecided() {
				p.Outcomes[i].Outcome = m.Decided
				if !m.Decided.IsGrant() && len(f.Evidence) > 0 {
					p.Reasons = practice.Findings(f.Evidence[:1])
				}
			}
		}
	}
	authors := slices.Concat(practice.Logins(casefile.DecisionMaker), practice.Logins(casefile.SeniorCaseworker))
	for _, login := range authors {
		if slices.Contains(signers, login) {
			continue
		}
		done, err := v.do(ctx, r, login, casefile.ActRemake, 0, on, p, "SYNTHETIC: the reasons.")
		if err != nil || done {
			return done, err
		}
	}
	return false, nil
}
