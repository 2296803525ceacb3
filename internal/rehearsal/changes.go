package rehearsal

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/store"
)

// councils are where families move to.
var councils = []string{practice.Glasgow, "S12000036", "S12000029", "S12000050", "S12000038", "S12000042"}

// moves lets the family move to another council. One without children is there at once; the
// others wait until that council accepts them.
func (v *inPlay) moves(ctx context.Context, r *Rehearsal) error {
	to := pick(v.random, slices.DeleteFunc(slices.Clone(councils), func(c string) bool { return c == v.council }))
	done, err := v.do(ctx, r, v.owner, casefile.ActMove, 0, v.today(), &casefile.MoveFields{To: to, Reason: "rehoused"}, "")
	if err != nil || !done {
		return err
	}
	if asked, err := v.moveAsked(ctx, r); err != nil || asked != "" {
		return err
	}
	v.livesIn(to)
	return nil
}

// moveAsked is the council that is asked to accept the family; empty if none is.
func (v *inPlay) moveAsked(ctx context.Context, r *Rehearsal) (string, error) {
	var move store.Move
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		move, err = tx.OpenMove(ctx, v.ref)
		return err
	})
	if store.IsKind(err, store.NotFound) {
		err = nil
	}
	return move.To, err
}

// livesIn gives the family to another council, whose officers assign its children anew.
func (v *inPlay) livesIn(council string) {
	v.council = council
	clear(v.assigned)
}

// acceptMove has the new council's welfare lead accept the family.
func (v *inPlay) acceptMove(ctx context.Context, r *Rehearsal) (bool, error) {
	to, err := v.moveAsked(ctx, r)
	if err != nil || to == "" {
		return false, err
	}
	lead := practice.CouncilLogins(to, casefile.WelfareLead)[0]
	done, err := v.do(ctx, r, lead, casefile.ActAcceptMove, 0, v.today(), nil, "")
	if err == nil && done {
		v.livesIn(to)
	}
	return done, err
}

// losesRepresentative lets the representative's firm close down in three times of ten, after
// which the family finds another; else another takes over at once [D].
func (v *inPlay) losesRepresentative(ctx context.Context, r *Rehearsal) error {
	if !v.rep || v.random.Float64() >= 0.3 {
		return v.namesRepresentative(ctx, r)
	}
	closed := &casefile.RepresentativeClosedFields{Reason: "closed_down"}
	done, err := v.do(ctx, r, v.owner, casefile.ActRepresentativeClosed, 0, v.today(), closed, "")
	if err == nil && done {
		v.rep = false
		v.later(20+v.random.IntN(40), v.namesRepresentative)
	}
	return err
}

// namesRepresentative lets the family name another representative. For ten working days
// letters go to both.
func (v *inPlay) namesRepresentative(ctx context.Context, r *Rehearsal) error {
	n := 20 + v.random.IntN(80) // none of the generator's
	done, err := v.do(ctx, r, v.owner, casefile.ActRepresentativeChange, 0, v.today(),
		&casefile.RepresentativeFields{ToldBy: "family"},
		fmt.Sprintf("SYNTHETIC Law Centre No %d\nlaw-centre-%d@example.org", n, n))
	if err != nil || !done {
		return err
	}
	if v.rep {
		v.repChangedOn = v.today()
		if v.bothUntil, err = casefile.BothAreWrittenTo(v.repChangedOn, clock.Embedded()); err != nil {
			return err
		}
	}
	v.rep, v.repHasLetter = true, false
	return nil
}

// writesToFormer reports whether a letter that is sent on a day also goes to the
// representative before.
func (v *inPlay) writesToFormer(on clock.Date) bool {
	return casefile.CheckFormer(on, v.repChangedOn, v.bothUntil, false) == nil
}

// parts lets the second adult part from the family, with the youngest child where there are
// several: after domestic abuse, or by itself. The file of those who leave is drawn at once.
func (v *inPlay) parts(ctx context.Context, r *Rehearsal) error {
	people, err := v.present(ctx, r)
	if err != nil || len(people) < 2 {
		return err
	}
	leave := fmt.Sprint(people[1].No)
	if len(people) > 3 {
		leave += fmt.Sprintf(",%d", people[len(people)-1].No)
	}
	reason := casefile.SplitSeparation
	if lifeOf(v.key).abused {
		reason = casefile.SplitDomesticAbuse
	}
	_, err = v.do(ctx, r, lookingInto, casefile.ActSplit, 0, v.today(),
		&casefile.SplitFields{Persons: leave, Reason: reason}, "SYNTHETIC: why they part.")
	return err
}

// allocate gives the case an owner. A file behind a wall is seen by one senior caseworker
// alone, who names an owner that does not work on the other file.
func (v *inPlay) allocate(ctx context.Context, r *Rehearsal, on clock.Date) (bool, error) {
	senior := pick(v.random, practice.Logins(casefile.SeniorCaseworker))
	if v.walled {
		senior = lookingInto
	}
	for _, owner := range v.owners() {
		done, err := v.do(ctx, r, senior, casefile.ActAssign, 0, on, &casefile.AssignFields{To: owner}, "")
		if err != nil {
			return false, err
		}
		if !done {
			continue
		}
		v.owner = owner
		if v.bad.restricted || v.walled {
			return true, v.restrict(ctx, r, on)
		}
		return true, nil
	}
	return false, nil
}

// owners are who may be asked to own the case: the one who was drawn, and for a file behind a
// wall the others.
func (v *inPlay) owners() []string {
	owners := []string{v.owner}
	for _, login := range practice.Logins(casefile.Caseworker) {
		if v.walled && login != v.owner {
			owners = append(owners, login)
		}
	}
	return owners
}
