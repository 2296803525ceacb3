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
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		_, err := a.openReview(ctx, tx, in, "arrived", a.Apart)
		return err
	})
	if err != nil {
		return casefile.Facts{}, classify("open review", err)
	}
	r, err := a.changing(ctx, in.Case, in.Now, func(*change) error { return nil })
	return r, classify("open review", err)
}

// openReview writes the review of a family, in a transaction that is under way. why is the
// reason of the listing of a family that was not drawn; apart says whether its review belongs
// among those of restricted families. It reports whether the review was not open before.
func (a *Activities) openReview(ctx context.Context, tx *store.Tx, in OpenReviewParams, why string, apart bool,
) (bool, error) {
	today := clock.DateOf(in.Now)
	hash, err := tx.OperativeHash(ctx, in.Lane, today)
	if err != nil {
		return false, err
	}
	// Something that arrived for an unlisted family opens its review; a drawn family has its listing.
	listingDate := in.ListingDate
	if listingDate.IsZero() || listingDate.Before(today) {
		listingDate = today
	}
	if _, err := tx.List(ctx, in.Case, in.Now, listingDate, why); err != nil {
		return false, err
	}
	opened, err := tx.OpenReview(ctx, in.Case, hash, apart, in.Now)
	if err != nil || !opened {
		return false, err
	}
	if _, err := tx.EnterStage(ctx, in.Case, casefile.Listed, in.Now); err != nil {
		return false, err
	}
	people, err := tx.People(ctx, in.Case)
	if err != nil {
		return false, err
	}
	for _, p := range people {
		child := p.ChildWhenListed || casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, today)
		if err := tx.KeepChildhood(ctx, in.Case, p.No, child); err != nil {
			return false, err
		}
	}
	rules, err := a.ruleSet(ctx, tx, hash)
	if err != nil {
		return false, err
	}
	locked, err := tx.LockReview(ctx, in.Case)
	if err != nil {
		return false, err
	}
	if apart == a.Apart {
		if err := a.inPlace(ctx, locked); err != nil {
			return false, err
		}
	}
	if err := inTime(ctx, in.Now, locked.Latest); err != nil {
		return false, err
	}
	holidays, err := a.holidays(ctx, tx, locked.Calendar)
	if err != nil {
		return false, err
	}
	// The deadlines run from the day drawn, whenever a worker came round to it (row 0).
	listed, err := tx.Review(ctx, in.Case)
	if err != nil {
		return false, err
	}
	c := &change{Tx: tx, ref: in.Case, now: in.Now, today: today, rules: rules, council: listed.Council,
		holidays: holidays, a: a}
	began := clock.DateOf(listed.DrawnAt)
	flags, err := c.Flags(ctx, c.ref)
	if err != nil {
		return false, err
	}
	for _, f := range flags {
		if err := c.openForFlag(ctx, f, began, uuid.Nil); err != nil {
			return false, err
		}
	}
	// The second file of a family that stands twice is held from before.
	if err := c.reviewHolds(ctx, uuid.Nil); err != nil {
		return false, err
	}
	if err := c.open(ctx, casefile.TaskAllocate, 0, began); err != nil {
		return false, err
	}
	return true, c.open(ctx, casefile.TaskReconcile, 0, began)
}
