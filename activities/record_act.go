package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"

	"hame/internal/casefile"
	"hame/internal/store"
)

// RecordActParams asks to record a human act: an id and a kind, as it goes over
// the wire, for everything else stands in the command's row.
type RecordActParams struct {
	Case    string       `json:"case"`
	Command uuid.UUID    `json:"command"`
	Act     casefile.Act `json:"act"`
	Now     time.Time    `json:"now"`
}

// RecordActResult is what became of the act, and the review afterwards.
type RecordActResult struct {
	Refused *casefile.Refusal `json:"refused,omitempty"`
	// Head is the link that the act's outcome made in the case's chain.
	Head   casefile.Link  `json:"head,omitzero"`
	Review casefile.Facts `json:"review"`
}

// handler does one kind of act in the transaction of a change. Its error is a
// [casefile.Refusal] where a rule does not allow the act.
type handler func(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error

var handlers = map[casefile.Act]handler{
	casefile.ActAssign:          assign,
	casefile.ActReconcile:       reconcile,
	casefile.ActTriage:          triage,
	casefile.ActLetterSent:      letterSent,
	casefile.ActContact:         recordContact,
	casefile.ActInterview:       recordInterview,
	casefile.ActEvidence:        receiveEvidence,
	casefile.ActAssignWelfare:   assignWelfare,
	casefile.ActReport:          reportWelfare,
	casefile.ActSignWelfare:     signWelfare,
	casefile.ActWaive:           waiveWelfare,
	casefile.ActReceiveLetter:   receiveRepresentation,
	casefile.ActDraft:           draftRepresentation,
	casefile.ActDecline:         declineToRepresent,
	casefile.ActCheckDraft:      passDraft,
	casefile.ActClear:           passDraft,
	casefile.ActSignLetter:      signDraft,
	casefile.ActSendLetter:      sendRepresentation,
	casefile.ActAnswer:          answerRepresentation,
	casefile.ActRequestCheck:    requestChecks,
	casefile.ActRecordCheck:     recordCheck,
	casefile.ActPropose:         propose,
	casefile.ActAgree:           agree,
	casefile.ActReturn:          returnProposal,
	casefile.ActCorrectDecision: correctDecision,
	casefile.ActRecordService:   recordService,
	casefile.ActStatusIssued:    statusIssued,
	casefile.ActNoAppeal:        noAppeal,

	casefile.ActOpen:            bringForward,
	casefile.ActFlag:            setFlag,
	casefile.ActCorrect:         correct,
	casefile.ActLookInto:        lookIntoReferral,
	casefile.ActDifference:      settleDifference,
	casefile.ActRecover:         recoverReview,
	casefile.ActReceivePost:     receivePost,
	casefile.ActLinkPost:        linkPost,
	casefile.ActReadPost:        readPost,
	casefile.ActLetterDelivered: letterDelivered,
	casefile.ActLetterReturned:  letterReturned,
	casefile.ActConcern:         raiseConcern,
	casefile.ActReturnWelfare:   returnWelfare,
	casefile.ActReturnDraft:     returnDraft,
	casefile.ActWithdraw:        withdraw,
	casefile.ActAppeal:          appeal,
	casefile.ActLateArrival:     readLateArrival,

	casefile.ActHold:    holdCase,
	casefile.ActRelease: releaseCase,
	casefile.ActExtend:  extend,

	casefile.ActAppealHeard: appealHeard,
	casefile.ActAppealEnded: appealEnded,
	casefile.ActRemake:      remakeDecision,
	casefile.ActReturnStep:  returnStep,
	casefile.ActRemains:     remains,
	casefile.ActOpenWindow:  nameWindow,
	casefile.ActCloseWindow: closeWindow,
	casefile.ActRemoved:     removed,

	casefile.ActLost:      loseContact,
	casefile.ActTraceStep: traceStep,
	casefile.ActArchive:   archive,
	casefile.ActFound:     found,
	casefile.ActReopen:    reopenCase,
	casefile.ActHandOver:  handOver,

	casefile.ActSplit: splitFamily,

	casefile.ActBorn:              born,
	casefile.ActJoined:            joined,
	casefile.ActDied:              died,
	casefile.ActHasStatus:         hasStatus,
	casefile.ActRecordError:       recordError,
	casefile.ActAskWithdrawal:     askToWithdraw,
	casefile.ActHearWithdrawal:    hearWithdrawal,
	casefile.ActDropWithdrawal:    dropWithdrawal,
	casefile.ActConfirmWithdrawal: confirmWithdrawal,
	casefile.ActAskDeparture:      askToReturn,
	casefile.ActStays:             stays,
	casefile.ActDeparted:          departed,

	casefile.ActSubmissions: furtherSubmissions,
	casefile.ActConsider:    consider,

	casefile.ActMove:       moveCouncil,
	casefile.ActAcceptMove: acceptMove,

	casefile.ActRepresentativeChange: changeRepresentative,
	casefile.ActRepresentativeClosed: loseRepresentative,

	casefile.ActLodge:     lodge,
	casefile.ActInterdict: lodge,
	casefile.ActCourtEnd:  courtEnd,
	casefile.ActMerge:     mergeFiles,
	casefile.ActUnmerge:   unmergeFiles,

	casefile.ActStrike: strike,
	casefile.ActBreach: answerBreach,
}

// RecordAct records a human act in one transaction: it reads the command's row,
// checks case, kind, role and state, writes the facts, the new deadlines and
// the outcome. A command that has an outcome gets the same answer again; one
// without a row, or with a row of another case or kind, changes nothing. A
// refusal is a result and not an error.
func (a *Activities) RecordAct(ctx context.Context, in RecordActParams) (RecordActResult, error) {
	var out RecordActResult
	other, err := a.otherFile(ctx, in)
	if err != nil {
		return out, classify("record act", err)
	}
	review, err := a.changingBoth(ctx, in.Case, other, in.Now, func(c *change) error {
		cmd, err := c.Command(ctx, in.Command)
		if store.IsKind(err, store.NotFound) || (err == nil && (cmd.Case != in.Case || cmd.Act.Rule().Wire() != in.Act)) {
			out.Refused = casefile.Refuse(casefile.RefusedUnknownCommand, "no such act is on record for this case")
			tellForged(ctx, in.Case, in.Command)
			return nil
		}
		if err != nil {
			return err
		}
		if cmd.Outcome.Valid {
			out.Refused, out.Head = earlier(cmd), cmd.Link
			return nil
		}
		c.cmd = cmd
		if c.before.Stage == casefile.Closed && cmd.Act.Rule().Filed {
			out.Head, err = c.file(ctx, cmd)
			return err
		}
		if err := c.do(ctx, cmd); err != nil {
			return err
		}
		revision := c.before.Revision
		if !c.fileUntouched {
			if err := c.Revise(ctx, c.ref); err != nil {
				return err
			}
			revision++
		}
		out.Head, err = c.RecordOutcome(ctx, cmd.ID, casefile.ActAccepted, nil, revision, in.Now)
		return err
	})
	if refusal, ok := casefile.AsRefusal(err); ok {
		// The facts were rolled back; that it was tried is a fact too.
		out.Refused = refusal
		review, err = a.changing(ctx, in.Case, in.Now, func(c *change) error {
			cmd, err := c.Command(ctx, in.Command)
			if err != nil {
				return err
			}
			if cmd.Outcome.Valid {
				out.Refused, out.Head = earlier(cmd), cmd.Link
				return nil
			}
			out.Head, err = c.RecordOutcome(ctx, in.Command, casefile.ActRefused, refusal, c.before.Revision, in.Now)
			if err != nil || !cmd.Late || c.before.Stage == casefile.Closed {
				return err
			}
			return c.openExpired(ctx) // its author was told that it is saved, and has left the screen
		})
	}
	out.Review = review
	return out, classify("record act", err)
}

// tellForged counts and logs an Update that no command of its case stands behind.
// It is no fact about the case: anybody who reaches Temporal's frontend can send one.
func tellForged(ctx context.Context, workflow string, command uuid.UUID) {
	if !activity.IsActivity(ctx) {
		return // the act was taken from the record
	}
	activity.GetMetricsHandler(ctx).Counter("hame_updates_without_command").Inc(1)
	activity.GetLogger(ctx).Warn("an Update without its command", "workflow", workflow, "command", command.String())
}

// file keeps what arrives in the moment in which a case is closed with it.
func (c *change) file(ctx context.Context, cmd store.Command) (casefile.Link, error) {
	var none casefile.Link
	switch cmd.Act {
	case casefile.ActStrike, casefile.ActBreach, casefile.ActReopen, casefile.ActConfirm, casefile.ActConsider:
		if err := c.do(ctx, cmd); err != nil {
			return none, err
		}
		return c.RecordOutcome(ctx, cmd.ID, casefile.ActFiled, nil, c.before.Revision, c.now)
	case casefile.ActLodge, casefile.ActInterdict, casefile.ActCourtEnd, casefile.ActSubmissions:
		if err := c.do(ctx, cmd); err != nil { // the hold stands also while nothing runs that it could stop
			return none, err
		}
	case casefile.ActReceivePost, casefile.ActLinkPost, casefile.ActReadPost:
		fields, err := casefile.DecodeFields(cmd.Act, cmd.Fields)
		if err != nil {
			return none, err
		}
		c.confirmed = casefile.IsConfirmed(cmd.Fields)
		if err := handlers[cmd.Act](ctx, c, cmd, fields); err != nil {
			return none, err
		}
		if err := c.CloseKind(ctx, c.ref, casefile.TaskReadPost, casefile.ResultFiled, c.now); err != nil {
			return none, err // on a closed case reading the post is part of the one task
		}
	}
	if err := c.open(ctx, casefile.TaskArrival, 0, c.today); err != nil {
		return none, err
	}
	return c.RecordOutcome(ctx, cmd.ID, casefile.ActFiled, nil, c.before.Revision, c.now)
}

func earlier(cmd store.Command) *casefile.Refusal {
	if casefile.ActOutcome(cmd.Outcome.String).Done() {
		return nil
	}
	return storedRefusal(cmd.Detail)
}

// storedRefusal is the refusal that stands in a command's outcome.
func storedRefusal(detail []byte) *casefile.Refusal {
	r := casefile.Refuse(casefile.RefusedAlreadyDone, "it was dealt with before")
	var stored casefile.Refusal
	if json.Unmarshal(detail, &stored) == nil && stored.Code != "" {
		return &stored
	}
	return r
}

// do checks what every act must pass, and hands it to its handler.
func (c *change) do(ctx context.Context, cmd store.Command) error {
	rule := cmd.Act.Rule()
	if err := c.before.Allowed(cmd.Act); err != nil {
		return err
	}
	if !cmd.Permitted {
		return casefile.Refuse(casefile.RefusedRole, fmt.Sprintf("the officer who typed it may not do %s on this case",
			rule.Wire()))
	}
	fields, err := casefile.DecodeFields(cmd.Act, cmd.Fields)
	if err != nil {
		return err
	}
	if rule.NeedsText && !cmd.HasText {
		return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("%s needs its text: give it with --file", rule.Wire()))
	}
	if err := c.checkSubject(ctx, rule, cmd.Subject); err != nil {
		return err
	}
	c.confirmed = casefile.IsConfirmed(cmd.Fields)
	if err := c.setDay(ctx, rule, &cmd, fields); err != nil {
		return err
	}
	if rule.Part != casefile.NoPart {
		if err := c.TakePart(ctx, c.ref, cmd.Person, rule.Part); err != nil {
			return err
		}
	}
	handle, ok := handlers[cmd.Act]
	if cmd.Act == casefile.ActConfirm {
		handle, ok = confirm, true // it does what the act of another officer asks for
	}
	if !ok {
		return casefile.Refuse(casefile.RefusedUnknownAct, fmt.Sprintf("%q is no act on a case", cmd.Act))
	}
	if err := c.onlyUndecided(ctx, rule, cmd.Subject); err != nil {
		return err
	}
	if rule.TakesTwo() {
		err = c.askSecond(ctx, cmd, fields, handle)
	} else {
		err = handle(ctx, c, cmd, fields)
	}
	if err != nil {
		return err
	}
	if err := c.closeWindows(ctx, rule); err != nil {
		return err
	}
	if err := c.doneAgain(ctx, cmd); err != nil || c.fileUntouched || rule.KeepsProposal {
		return err
	}
	return c.returnStaleProposal(ctx)
}

func (c *change) checkSubject(ctx context.Context, rule *casefile.ActRule, subject int) error {
	if refusal := rule.CheckSubject(c.ref, subject); refusal != nil {
		return refusal
	}
	if !rule.Subject.IsPerson() || subject == 0 {
		return nil // the act's handler looks for a letter, a representation or a difference
	}
	exists, err := c.PersonExists(ctx, c.ref, subject)
	if err == nil && !exists {
		return rule.MissingSubject(subject)
	}
	return err
}
