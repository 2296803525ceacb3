package activities

import (
	"context"
	"slices"
	"time"

	"go.temporal.io/sdk/activity"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// OpenStageParams opens a stage of a review.
type OpenStageParams struct {
	Case  string         `json:"case"`
	Stage casefile.Stage `json:"stage"`
	Now   time.Time      `json:"now"`
}

// OpenStage leaves the stages before, opens one and its tasks, and counts up
// nothing: opening is no fact about the family. Opening a stage twice does
// nothing. Opening evidence opens welfare beside it.
func (a *Activities) OpenStage(ctx context.Context, in OpenStageParams) (casefile.Facts, error) {
	r, err := a.changing(ctx, in.Case, in.Now, func(c *change) error {
		if err := c.mended(ctx); err != nil {
			return err
		}
		if err := c.mayOpen(ctx, in.Stage); err != nil {
			return err
		}
		entered, err := c.EnterStage(ctx, c.ref, in.Stage, in.Now)
		if err != nil || !entered {
			return err
		}
		for _, s := range c.before.Opened {
			if s.Before(in.Stage) {
				if err := c.LeaveStage(ctx, c.ref, s, in.Now); err != nil {
					return err
				}
			}
		}
		if err := c.ShowStage(ctx, c.ref, in.Stage, in.Now); err != nil {
			return err
		}
		switch in.Stage {
		case casefile.Evidence:
			return c.openEvidence(ctx)
		case casefile.Representation:
			// Scotland's rule set tells the minister's office whom to consider representing.
			if err := c.recommend(ctx, c.before.Revision); err != nil {
				return err
			}
			return c.openWindow(ctx)
		case casefile.Decision:
			if _, err := c.openReferrals(ctx); err != nil {
				return err
			}
			return c.askForChecks(ctx)
		case casefile.Service:
			if _, err := c.AddLetter(ctx, c.ref, decisionLetter, in.Now); err != nil {
				return err
			}
			return c.open(ctx, casefile.TaskServe, 0, c.today)
		case casefile.Closed:
			if err := c.LeaveStage(ctx, c.ref, casefile.Closed, in.Now); err != nil {
				return err
			}
			return c.close(ctx)
		}
		return nil
	})
	return r, classify("open stage", err)
}

// mayOpen checks on the record that the stage before is finished: the call may be
// forged. Only what is called through Temporal is asked.
func (c *change) mayOpen(ctx context.Context, stage casefile.Stage) error {
	if !activity.IsActivity(ctx) {
		return nil
	}
	if !c.before.MayOpen(stage, c.now) {
		return store.Impossible("%s can't be opened at %s: the stage before is not finished", stage, c.before.Stage)
	}
	if stage != casefile.Closed || c.before.HasOpened(stage) {
		return nil
	}
	unserved, err := c.Unserved(ctx, c.ref)
	if err == nil && unserved > 0 {
		err = store.Impossible("the case can't be closed: %d of its people have not been served", unserved)
	}
	return err
}

// close ends what is still open of a case. What nobody has read or settled
// becomes a senior caseworker's task, which outlasts the review.
func (c *change) close(ctx context.Context) error {
	unread, err := c.UnreadPost(ctx, c.ref)
	if err != nil {
		return err
	}
	differences, err := c.OpenDifferences(ctx, c.ref)
	if err != nil {
		return err
	}
	if err := c.CloseAll(ctx, c.ref, "closed", c.now); err != nil {
		return err
	}
	if len(unread)+len(differences) == 0 {
		return nil
	}
	return c.open(ctx, casefile.TaskArrival, 0, c.today)
}

// openWindow opens the minister's window, unless the minister has represented or declined
// already: a stage is opened a second time where an act that had finished the one before
// was struck.
func (c *change) openWindow(ctx context.Context) error {
	if c.before.Struck {
		answered, err := c.WindowAnswered(ctx, c.ref)
		if err != nil || answered {
			return err
		}
	}
	return c.open(ctx, casefile.TaskWindow, 0, c.today)
}

// askForChecks asks for the security checks, unless all that it takes are asked for and
// none has lapsed.
func (c *change) askForChecks(ctx context.Context) error {
	if !c.before.Struck {
		return c.open(ctx, casefile.TaskRequestCheck, 0, c.today)
	}
	file, err := c.SignatureFile(ctx, c.ref, c.today)
	if err != nil {
		return err
	}
	awaited, err := c.OpenSubjects(ctx, c.ref, casefile.TaskCheck)
	if err != nil {
		return err
	}
	checked := slices.DeleteFunc(file.People, func(p casefile.FilePerson) bool { return !p.NeedsCheck(c.today) })
	unasked := func(p casefile.FilePerson) bool {
		return (p.CheckDoneOn.IsZero() || p.CheckLapsed(c.today)) && !slices.Contains(awaited, p.No)
	}
	if len(checked) == 0 || slices.ContainsFunc(checked, unasked) {
		return c.open(ctx, casefile.TaskRequestCheck, 0, c.today)
	}
	return c.askWhenChecked(ctx)
}

// openEvidence asks every provider of domain.md 3.1 that applies to the family,
// side by side, and begins each child's welfare check. The letter that starts
// the family's own clock is a task of the Home Office until it is recorded as
// sent.
func (c *change) openEvidence(ctx context.Context) error {
	if _, err := c.EnterStage(ctx, c.ref, casefile.Welfare, c.now); err != nil {
		return err
	}
	if _, err := c.AddLetter(ctx, c.ref, openingLetter, c.now); err != nil {
		return err
	}
	asked, err := c.asked(ctx)
	if err != nil {
		return err
	}
	for _, x := range asked {
		if err := c.ask(ctx, x.provider, x.person, c.today); err != nil {
			return err
		}
	}
	children, err := c.children(ctx)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := c.open(ctx, casefile.TaskAssignWelfare, child.No, c.today); err != nil {
			return err
		}
	}
	return c.open(ctx, casefile.TaskOpeningLetter, 0, c.today)
}

// asking is a provider who is asked about a person, or with 0 about the family.
type asking struct {
	provider casefile.Provider
	person   int
}

// asked lists the providers that apply to the family and are asked when its evidence is
// opened. The family itself is asked by the opening letter.
func (c *change) asked(ctx context.Context) ([]asking, error) {
	children, err := c.children(ctx)
	if err != nil {
		return nil, err
	}
	family, err := c.Family(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	var asked []asking
	for _, child := range children {
		if child.AtSchool || casefile.OfSchoolAge(child.Birth, c.today) {
			asked = append(asked, asking{casefile.ProviderSchool, child.No})
		}
	}
	asked = append(asked, asking{casefile.ProviderGP, 0}, asking{casefile.ProviderCommunity, 0})
	if family.Supported {
		asked = append(asked, asking{casefile.ProviderHousing, 0})
	}
	if len(children) > 0 {
		asked = append(asked, asking{casefile.ProviderSocialWork, 0}, asking{casefile.ProviderReporter, 0})
	}
	return asked, nil
}

// children lists the people who may be children, or were when the review was listed.
func (c *change) children(ctx context.Context) ([]store.PersonFacts, error) {
	people, err := c.People(ctx, c.ref)
	return slices.DeleteFunc(people, func(p store.PersonFacts) bool {
		return !p.ChildWhenListed && !casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, c.today)
	}), err
}

// ask opens the task of a provider, unless their whole answer came before they
// were asked.
func (c *change) ask(ctx context.Context, provider casefile.Provider, person int, began clock.Date) error {
	answered, err := c.Answered(ctx, c.ref, provider, person)
	if err != nil || answered {
		return err
	}
	return c.open(ctx, provider.Task(), person, began)
}
