package activities

import (
	"context"
	"crypto/rand"

	"hame/internal/casefile"
	"hame/internal/store"
)

// splitFamily puts people who part from a family on a file of their own, by two officers. Their
// part here ends, and what was asked about them is moot. Both files are written in this one
// transaction; the review of the new one is started when it is on record. No word of this
// file's acts, outcomes or tasks has the new reference.
func splitFamily(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.SplitFields)
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	parting, refusal := h.Split(f.Numbers())
	if refusal != nil {
		return refusal
	}
	principal := func(person int) int {
		if m, _ := h.Member(person); m.Relationship == casefile.Principal {
			return f.Principal
		}
		return 0
	}
	if c.second == "" {
		for _, person := range parting.Leave {
			if _, refusal := h.End(person, casefile.OnOwnFile, principal(person)); refusal != nil {
				return refusal
			}
		}
		return errTrial
	}
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	if err := c.StopJournal(ctx); err != nil { // who has left is not brought back by a strike
		return err
	}
	if err := c.ownFile(ctx, cmd, f, parting); err != nil {
		return err
	}
	for _, person := range parting.Leave {
		if err := c.end(ctx, cmd, person, casefile.OnOwnFile, principal(person)); err != nil {
			return err
		}
		grounds, err := c.HoldsOf(ctx, c.ref, person)
		if err != nil {
			return err
		}
		for _, ground := range grounds {
			if err := c.endHold(ctx, person, casefile.Ground(ground), c.today, cmd.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// ownFile writes the new file under a reference that no other has, drawn as imports draw them.
func (c *change) ownFile(ctx context.Context, cmd store.Command, f *casefile.SplitFields, p casefile.Parting) error {
	for {
		own, err := casefile.NewReference(rand.Reader)
		if err != nil {
			return err
		}
		done, err := c.SplitFamily(ctx, c.ref, store.Split{Own: own, People: p.Leave, Leads: p.Leads, Walled: f.Walled(),
			First: cmd.Person, Second: c.second, Command: cmd.ID, At: c.now})
		if err != nil || done {
			return err
		}
	}
}

// mayBeGiven reports whether an officer holds a role, at a council if one is named. It refuses one
// who can't be given this file or a task of it, because they work on the other side of a wall. The
// words tell no reader of this file that there is one.
func (c *change) mayBeGiven(ctx context.Context, officer string, role casefile.Party, council string) (bool, error) {
	holds, apart, err := c.MayBeGiven(ctx, c.ref, officer, role, council)
	if err == nil && apart {
		err = casefile.Refuse(casefile.RefusedConstraint, "to: this officer can't be given this case: name another; "+
			"if nobody else holds the role, operations adds somebody to the staff list")
	}
	return holds, err
}

// wallStands refuses to lift the restriction of a file behind a wall.
func wallStands(err error) error {
	if err != nil {
		return err
	}
	return casefile.Refuse(casefile.RefusedConstraint, "a file behind a wall stays restricted, also when it is closed")
}
