package rehearsal

import (
	"context"

	"hame/internal/casefile"
	"hame/internal/store"
)

// lodges takes the case to the court: a judicial review, and for half of them an interim
// interdict [D].
func (v *inPlay) lodges(ctx context.Context, r *Rehearsal) error {
	_, err := v.do(ctx, r, v.owner, casefile.ActLodge, 0, v.today(), &casefile.CourtFields{}, "")
	if err == nil && v.random.Float64() < 0.5 {
		_, err = v.do(ctx, r, v.owner, casefile.ActInterdict, 0, v.today(), &casefile.CourtFields{At: "09:30"}, "")
	}
	return err
}

// held returns what holds the case on a ground that is about its youngest.
func (v *inPlay) held(ground casefile.Ground) func(context.Context, *Rehearsal) error {
	return func(ctx context.Context, r *Rehearsal) error {
		people, err := v.present(ctx, r)
		if err != nil || len(people) == 0 {
			return err
		}
		return v.holdOn(ctx, r, people[len(people)-1].No, ground)
	}
}

// holdOn holds the case on a ground, or goes on holding it, and looks at it again in one to
// four months.
func (v *inPlay) holdOn(ctx context.Context, r *Rehearsal, person int, ground casefile.Ground) error {
	_, err := v.do(ctx, r, lookingInto, casefile.ActHold, person, v.today(),
		&casefile.HoldFields{Ground: ground, ReviewOn: v.today().AddDays(30 + v.random.IntN(90))}, "")
	return err
}

// ends says how likely the ground of a hold has gone when it is reviewed [D]: a court, and the
// National Referral Mechanism, take several reviews.
var ends = map[casefile.Ground]float64{
	casefile.GroundAgeDispute:      0.6,
	casefile.GroundChildProtection: 0.6,
	casefile.GroundMedical:         0.5,
	casefile.GroundCourt:           0.4,
	casefile.GroundTrafficking:     0.3,
}

// courtResults are how proceedings end, as often as each [D].
var courtResults = []casefile.CourtResult{casefile.CourtDismissed, casefile.CourtDismissed, casefile.CourtDismissed,
	casefile.CourtWithdrawn, casefile.CourtWithdrawn, casefile.CourtReduced, casefile.CourtRecalled}

// reviewHold looks at what holds the case: some of it ends, and the rest is looked at again
// some weeks later.
func (v *inPlay) reviewHold(ctx context.Context, r *Rehearsal) (bool, error) {
	var rows []store.HoldRow
	var standing []casefile.Standing
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		if rows, err = tx.Holds(ctx, v.ref); err != nil {
			return err
		}
		standing, err = tx.AtCourt(ctx, v.ref)
		return err
	})
	if err != nil {
		return false, err
	}
	acted := false
	for _, h := range rows {
		if _, ours := ends[h.Ground]; !ours || !h.Until.IsZero() {
			continue
		}
		acted = true
		ended := false
		if v.random.Float64() < ends[h.Ground] {
			if ended, err = v.endHold(ctx, r, h, standing); err != nil {
				return false, err
			}
		}
		if !ended {
			if err := v.holdOn(ctx, r, h.Person, h.Ground); err != nil {
				return false, err
			}
		}
	}
	return acted, nil
}

// endHold ends a hold as its ground is ended. It reports whether it has ended.
func (v *inPlay) endHold(ctx context.Context, r *Rehearsal, h store.HoldRow, standing []casefile.Standing) (bool, error) {
	interdict, lodged := false, false
	for _, s := range standing {
		lodged = lodged || s.Person == h.Person
		interdict = interdict || s.Person == h.Person && s.Kind == casefile.InterimInterdict
	}
	switch {
	case h.Ground == casefile.GroundCourt && lodged:
		result := pick(v.random, courtResults)
		if result == casefile.CourtRecalled && !interdict {
			return false, nil // the petition goes on
		}
		done, err := v.do(ctx, r, v.owner, casefile.ActCourtEnd, h.Person, v.today(), &casefile.CourtEndFields{Result: result}, "")
		return done && result != casefile.CourtRecalled, err
	case h.Ground.Flag() != "" && h.Person != 0:
		return v.do(ctx, r, lookingInto, casefile.ActFlag, h.Person, v.today(),
			&casefile.FlagFields{Flag: h.Ground.Flag(), To: "off"}, "")
	}
	return v.do(ctx, r, lookingInto, casefile.ActRelease, h.Person, v.today(),
		&casefile.ReleaseFields{Ground: h.Ground, Reason: "passed"}, "")
}

// beforeService is what is done against a refusal before it is served: one family in four goes
// to the court, and one in seven submits more [D].
func (v *inPlay) beforeService(ctx context.Context, r *Rehearsal) error {
	if v.opposed {
		return nil
	}
	v.opposed = true
	refused, err := v.refused(ctx, r)
	if err != nil || refused == 0 {
		return err
	}
	switch x := v.random.Float64(); {
	case x < 0.25:
		return v.lodges(ctx, r)
	case x < 0.40:
		_, err = v.submits(ctx, r, refused)
	}
	return err
}

// refused is the first person whom the decision that stands refuses, 0 if it refuses nobody.
func (v *inPlay) refused(ctx context.Context, r *Rehearsal) (int, error) {
	var people []store.Decided
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		people, err = tx.Decided(ctx, v.ref)
		return err
	})
	for _, p := range people {
		if !p.Outcome.IsGrant() && p.FellOn.IsZero() {
			return p.Person, err
		}
	}
	return 0, err
}

// submits lets somebody who is refused submit more, once.
func (v *inPlay) submits(ctx context.Context, r *Rehearsal, person int) (bool, error) {
	v.submitted = true
	return v.do(ctx, r, v.owner, casefile.ActSubmissions, person, v.today(), nil, "")
}

// consider says what further submissions are: three in ten a fresh claim [D].
func (v *inPlay) consider(ctx context.Context, r *Rehearsal, person int) (bool, error) {
	result := casefile.SubmissionRejected
	if v.random.Float64() < 0.3 {
		result = casefile.SubmissionAccepted
	}
	return v.do(ctx, r, v.manner().Officers.DecisionMaker, casefile.ActConsider, person, v.today(),
		&casefile.ConsiderFields{Result: result}, "SYNTHETIC: the reasons.")
}

// settleReturn is what becomes of somebody whose refusal is final. Two in five submit more
// (domain.md 6.5). Of the others three in ten leave after an offer, one in seven is given a
// removal window, and the rest remain [D].
func (v *inPlay) settleReturn(ctx context.Context, r *Rehearsal, person int) (bool, error) {
	if !v.submitted && v.random.Float64() < 0.4 {
		return v.submits(ctx, r, person)
	}
	steps := func(steps ...string) error {
		for _, step := range steps {
			if _, err := v.do(ctx, r, v.owner, casefile.ActReturnStep, person, v.today(), &casefile.ReturnStepFields{Step: step}, ""); err != nil {
				return err
			}
		}
		return nil
	}
	if err := steps(casefile.StepOffer); err != nil {
		return false, err
	}
	switch x := v.random.Float64(); {
	case x < 0.30:
		return v.do(ctx, r, v.owner, casefile.ActDeparted, person, v.today(), &casefile.DepartedFields{ShownBy: "return_service"}, "")
	case x < 0.45:
		if err := steps(casefile.StepConference, casefile.StepPanel, casefile.StepNotice); err != nil {
			return false, err
		}
		v.later(10, func(ctx context.Context, r *Rehearsal) error { return v.opensWindow(ctx, r, person) })
		return true, nil
	}
	return v.do(ctx, r, v.owner, casefile.ActRemains, person, v.today(), nil, "")
}

// opensWindow has two officers name a removal window, in which the person leaves or does not.
func (v *inPlay) opensWindow(ctx context.Context, r *Rehearsal, person int) error {
	second := v.manner().Officers.SecondOfficer
	window := &casefile.WindowFields{OpensOn: v.today().AddDays(15), ClosesOn: v.today().AddDays(35), FamilyAsks: casefile.No}
	if err := v.byTwo(ctx, r, lookingInto, second, casefile.ActOpenWindow, person, window); err != nil {
		return err
	}
	v.later(24, func(ctx context.Context, r *Rehearsal) error {
		if v.random.Float64() < 0.5 {
			return v.byTwo(ctx, r, lookingInto, second, casefile.ActRemoved, person, &casefile.DepartedFields{ShownBy: "embarkation_record"})
		}
		if _, err := v.do(ctx, r, v.owner, casefile.ActCloseWindow, person, v.today(), nil, ""); err != nil {
			return err
		}
		_, err := v.do(ctx, r, v.owner, casefile.ActRemains, person, v.today(), nil, "")
		return err
	})
	return nil
}

// byTwo has an officer do an act that takes two, and another agree on the same day.
func (v *inPlay) byTwo(
	ctx context.Context,
	r *Rehearsal,
	first, second string,
	act casefile.Act,
	person int,
	fields casefile.Fields,
) error {
	asked, err := v.do(ctx, r, first, act, person, v.today(), fields, "")
	if err != nil || !asked {
		return err
	}
	var request int
	err = r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		request, err = tx.OpenSecondRequest(ctx, v.ref, act, person)
		return err
	})
	if err != nil {
		return err
	}
	_, err = v.do(ctx, r, second, casefile.ActConfirm, request, v.today(),
		&casefile.ConfirmFields{Finding: casefile.RequestAgreed}, "")
	return err
}
