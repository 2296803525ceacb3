package activities

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// OpenReviewParams opens the review of a drawn family.
type OpenReviewParams struct {
	Case string        `json:"case"`
	Lane casefile.Lane `json:"lane"`
	Now  time.Time     `json:"now"`
	// ListingDate is for an unlisted family, whose review opens because something
	// arrived or it was brought forward; a drawn one has its own. Today if empty.
	ListingDate clock.Date `json:"listing_date,omitzero"`
}

// OpenReview writes the review of a listed family, pins the lane's operative
// rule set, keeps who was a child at listing, opens a hold for each imported
// flag that asks for one, a task for those that are to be looked into, and the
// tasks of rows 0 and 1. A review that is open already is returned as it is.
func (a *Activities) OpenReview(ctx context.Context, in OpenReviewParams) (casefile.Facts, error) {
	today := clock.DateOf(in.Now)
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		hash, err := tx.OperativeHash(ctx, in.Lane, today)
		if err != nil {
			return err
		}
		// Something that arrived for an unlisted family opens its review; a drawn family has its listing.
		listingDate := in.ListingDate
		if listingDate.IsZero() || listingDate.Before(today) {
			listingDate = today
		}
		if _, err := tx.List(ctx, in.Case, in.Now, listingDate, "arrived"); err != nil {
			return err
		}
		opened, err := tx.OpenReview(ctx, in.Case, hash, a.Apart, in.Now)
		if err != nil || !opened {
			return err
		}
		if _, err := tx.EnterStage(ctx, in.Case, casefile.Listed, in.Now); err != nil {
			return err
		}
		people, err := tx.People(ctx, in.Case)
		if err != nil {
			return err
		}
		for _, p := range people {
			child := p.ChildWhenListed || casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, today)
			if err := tx.KeepChildhood(ctx, in.Case, p.No, child); err != nil {
				return err
			}
		}
		rules, err := a.ruleSet(ctx, tx, hash)
		if err != nil {
			return err
		}
		locked, err := tx.LockReview(ctx, in.Case)
		if err != nil {
			return err
		}
		if err := a.inPlace(ctx, locked); err != nil {
			return err
		}
		if err := inTime(ctx, in.Now, locked.Latest); err != nil {
			return err
		}
		holidays, err := a.holidays(ctx, tx, locked.Calendar)
		if err != nil {
			return err
		}
		// The deadlines run from the day drawn, whenever a worker came round to it (row 0).
		listed, err := tx.Review(ctx, in.Case)
		if err != nil {
			return err
		}
		c := &change{Tx: tx, ref: in.Case, now: in.Now, today: today, rules: rules, council: listed.Council,
			holidays: holidays, a: a}
		began := clock.DateOf(listed.DrawnAt)
		flags, err := c.Flags(ctx, c.ref)
		if err != nil {
			return err
		}
		for _, f := range flags {
			if err := c.openForFlag(ctx, f, began, uuid.Nil); err != nil {
				return err
			}
		}
		// The second file of a family that stands twice is held from before.
		if err := c.reviewHolds(ctx, uuid.Nil); err != nil {
			return err
		}
		if err := c.open(ctx, casefile.TaskAllocate, 0, began); err != nil {
			return err
		}
		return c.open(ctx, casefile.TaskReconcile, 0, began)
	})
	if err != nil {
		return casefile.Facts{}, classify("open review", err)
	}
	r, err := a.changing(ctx, in.Case, in.Now, func(*change) error { return nil })
	return r, classify("open review", err)
}
