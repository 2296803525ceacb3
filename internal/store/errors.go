package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"

	"github.com/lib/pq"

	"hame/internal/casefile"
)

// Kind says what a failed statement means for the caller.
type Kind string

// The kinds. Unavailable and Conflict may be tried again; the others never.
const (
	Unavailable  Kind = "unavailable"   // the server can't be reached, or is shutting down (08, 57P)
	Conflict     Kind = "conflict"      // another transaction, or a set-up, was first (40001, 40P01, 0A000)
	NotPermitted Kind = "not_permitted" // the login may not do this (42501)
	NotFound     Kind = "not_found"     // no such row
	Recorded     Kind = "recorded"      // the command is on record already
	Blocked      Kind = "blocked"       // a lock of somebody else's was not given up in time (55P03)
	Broken       Kind = "broken"        // anything else: a mistake in the code or the schema
)

// Error is what is left of a driver's error: its class and the name of what it
// ran into, never its text, which quotes values.
type Error struct {
	Kind       Kind
	State      string // SQLSTATE
	Constraint string
	// Method is the method of the store that failed, such as CloseTask. Which case it was
	// is for the caller to say, who knows whether it may.
	Method  string
	message string // in words of Hame's own, which quote no value
}

// Impossible is the error of a transaction that should never have come about: the code
// is mistaken, or the call forged. Its words are kept, so they quote no value.
func Impossible(format string, args ...any) error {
	return &Error{Kind: Broken, message: fmt.Sprintf(format, args...)}
}

// Error says what failed, without any value from the database.
func (e *Error) Error() string {
	if e.Kind == Broken && e.Method != "" {
		return e.Method + ": " + e.words()
	}
	return e.words()
}

func (e *Error) words() string {
	switch {
	case e.Kind == Unavailable:
		return "the database cannot be reached"
	case e.Kind == NotFound:
		return "not found"
	case e.Kind == Blocked:
		return "somebody else's transaction holds what this needs, and has not ended: try again in a minute"
	case e.Kind == Recorded:
		return "it is on record already"
	case e.message != "":
		return e.message
	case e.Constraint != "":
		return fmt.Sprintf("the database refused it (%s, %s)", e.State, e.Constraint)
	}
	return fmt.Sprintf("the database refused it (%s)", e.State)
}

// IsKind reports whether err holds a store error of the kind.
func IsKind(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

// constraintRefusals names the constraints that say a rule of the process.
var constraintRefusals = map[string]*casefile.Refusal{
	"decision_four_eyes": casefile.Refuse(casefile.RefusedFourEyes,
		"the second officer must be another person than the author"),
	"correction_four_eyes": casefile.Refuse(casefile.RefusedFourEyes,
		"a correction takes two officers, one of whom did not sign the decision that it corrects"),
	"served_grant_stands": casefile.Refuse(casefile.RefusedTooLate,
		"a served grant is not taken back by a correction"),
	"second_officer_due": casefile.Refuse(casefile.RefusedFourEyes, "this decision needs a second officer"),
	"one_spelling": casefile.Refuse(casefile.RefusedConstraint,
		"a person of that name, written otherwise, is on the staff already: staff list shows the spelling to use; for another person add what tells the two apart, such as \"ewan mackay\""),
	"one_house": casefile.Refuse(casefile.RefusedConstraint,
		"ministers' roles, councils' and the Home Office's never meet in one person, and the auditor's goes with none: staff list shows what the person holds"),
	"served_after_signing": casefile.Refuse(casefile.RefusedBefore,
		"nobody is served before the decision was signed"),
	"service_needs_its_letter": casefile.Refuse(casefile.RefusedTooEarly,
		"no decision letter is on record as sent by that day: letter sent"),
	"no_service_while_held": casefile.Refuse(casefile.RefusedBlocked,
		"a hold stands on the case: a refusal is not served while it does"),
	"fallen_refusal": casefile.Refuse(casefile.RefusedBlocked,
		"the refusal does not stand any more: it is made anew before anybody is served with it"),
	"moved_by_an_act": casefile.Refuse(casefile.RefusedConstraint,
		"a family's council is another only when that council has accepted it: case move, then case accept-move"),
	"referral_looked_into": casefile.Refuse(casefile.RefusedBlocked,
		"what was referred or alleged is not looked into: case look-into"),
	"return_four_eyes":         casefile.Refuse(casefile.RefusedFourEyes, "an author cannot return their own proposal"),
	"welfare_four_eyes":        casefile.Refuse(casefile.RefusedFourEyes, "a report's author cannot sign it"),
	"representation_four_eyes": casefile.Refuse(casefile.RefusedFourEyes, "a draft is checked by another person"),
	"waiver_allows_grant_only": casefile.Refuse(casefile.RefusedBlocked,
		"a child's check was waived: only a grant may be signed"),
	"no_refusal_on_the_papers": casefile.Refuse(casefile.RefusedBlocked,
		"a person who would be refused has no recorded interview: interview record"),
	"synthetic_or_real": casefile.Refuse(casefile.RefusedConstraint,
		"synthetic and real families do not mix in one database"),
	"one_import_at_a_time": casefile.Refuse(casefile.RefusedConstraint,
		"another import is running, or one is being taken back: import this file when that has ended"),
	"one_import_or_taking_back": casefile.Refuse(casefile.RefusedConstraint,
		"an import is running, or is being taken back: type this again when that has ended, and backlog imports shows what became of it"),
	"import_take_back_reason_check": casefile.Refuse(casefile.RefusedFields,
		"the reason must be one of "+strings.Join(casefile.TakeBackReasons, ", ")+", or "+casefile.TakeBackStands),
	"no_such_import": casefile.Refuse(casefile.RefusedNoSubject,
		"there is no import of this number: backlog imports lists them"),
	"import_taken_back": casefile.Refuse(casefile.RefusedAlreadyDone,
		"this import is taken back already: backlog imports shows by whom, and when"),
	"no_take_back_asked_for": casefile.Refuse(casefile.RefusedNothingOpen,
		"nobody asks for this import to be taken back: backlog imports lists the requests"),
	"take_back_four_eyes": casefile.Refuse(casefile.RefusedFourEyes,
		"you asked for it yourself: another officer of operations must confirm it, with the same command"),
	"take_back_for_wrong_file": askedFor("this", "wrong_file"),
	"take_back_for_old_file":   askedFor("this", "old_file"),
	"take_back_for_test_file":  askedFor("this", "test_file"),
	"pair_four_eyes": casefile.Refuse(casefile.RefusedFourEyes,
		"you asked for it yourself: another officer must type the same list"),
	"pair_in_another_list": casefile.Refuse(casefile.RefusedStale,
		"another officer has asked for this pair in another list: type that list, or have them ask again with this one"),
	"pair_is_merged": casefile.Refuse(casefile.RefusedAlreadyDone,
		"the two files are merged: case unmerge gives each file its own again"),
	"merge_four_eyes":   casefile.Refuse(casefile.RefusedFourEyes, "a merge takes two officers, who are two persons"),
	"unmerge_four_eyes": casefile.Refuse(casefile.RefusedFourEyes, "to part two files takes two officers, who are two persons"),
	"pair_is_resolved":  casefile.Refuse(casefile.RefusedAlreadyDone, "the pair is resolved so already"),
	"day_of_this_age":   casefile.Refuse(casefile.RefusedFields, "the day must be one between 1900 and 2199"),
	"decision_as_signed": casefile.Refuse(casefile.RefusedFourEyes,
		"a decision is its author's, and a second officer's who has recorded that they agree"),
	"outcome_as_typed": casefile.Refuse(casefile.RefusedConstraint,
		"an outcome is the one that its author typed"),
	"review_as_decided": casefile.Refuse(casefile.RefusedConstraint,
		"a review's outcome is the one that was decided"),
	"named_by_an_act": casefile.Refuse(casefile.RefusedConstraint,
		"nobody is named on a case, or has a part in it, without an act of record"),
	"reference_taken": casefile.Refuse(casefile.RefusedConstraint,
		"a case reference was drawn twice: import again"),
	"no_reason_rests_on_a_gap": casefile.Refuse(casefile.RefusedGap, "no reason may rest on a gap"),
	"nobody_grants_to_themselves": casefile.Refuse(casefile.RefusedConstraint,
		"nobody grants a role to themselves, under whichever login: ask another administrator"),
	"erasure_reason_check": casefile.Refuse(casefile.RefusedFields,
		"the reason must be one of "+strings.Join(casefile.ErasureReasons, ", ")),
	"court_hold_stands": casefile.Refuse(casefile.RefusedBlocked,
		"a court's hold is open on the case: nothing of it is erased before the hold ends"),
	"reasons_may_be_appealed": casefile.Refuse(casefile.RefusedBlocked,
		"the reasons of a decision stay while they may be appealed against: until the case is closed"),
	"erasure_four_eyes": casefile.Refuse(casefile.RefusedFourEyes,
		"you asked for it yourself: another officer of operations must confirm it, with the same command"),
	"erases_own_text": casefile.Refuse(casefile.RefusedFourEyes,
		"you wrote this text yourself: two other officers of operations erase it"),
	"erasure_for_retention":    askedFor("this erasure", "retention"),
	"erasure_for_data_subject": askedFor("this erasure", "data_subject"),
	"erasure_for_wrong_file":   askedFor("this erasure", "wrong_file"),
	"act_has_no_text":          casefile.Refuse(casefile.RefusedNothingOpen, "the act has no text to erase"),
	"text_is_erased":           casefile.Refuse(casefile.RefusedAlreadyDone, "the text is erased already"),
	"second_four_eyes": casefile.Refuse(casefile.RefusedFourEyes,
		"you asked for it yourself: another officer must agree"),
	"second_by_acts": casefile.Refuse(casefile.RefusedConstraint,
		"what takes two officers is asked for and settled by acts of record"),
	"one_open_second_request": casefile.Refuse(casefile.RefusedAlreadyDone,
		"it is asked for already, and waits for a second officer: case confirm"),
	"done_by_two": casefile.Refuse(casefile.RefusedFourEyes,
		"this takes two officers: one asks for it, and another agrees"),
	"window_four_eyes":    casefile.Refuse(casefile.RefusedFourEyes, "a removal window takes two officers"),
	"archive_four_eyes":   casefile.Refuse(casefile.RefusedFourEyes, "an archive takes two officers"),
	"reopening_four_eyes": casefile.Refuse(casefile.RefusedFourEyes, "a reopening takes two officers"),
	"one_open_window": casefile.Refuse(casefile.RefusedAlreadyDone,
		"a removal window of this person is open: return close ends it"),
	"one_open_tracing": casefile.Refuse(casefile.RefusedAlreadyDone, "the family is being traced already"),
	"end_four_eyes": casefile.Refuse(casefile.RefusedFourEyes,
		"this takes two officers, who are two persons"),
	"end_by_acts": casefile.Refuse(casefile.RefusedConstraint,
		"a person's part in a case ends by the act of the officer who is named for it, and by two where that is due"),
	"flag_four_eyes": casefile.Refuse(casefile.RefusedFourEyes,
		"this flag takes two officers: another one must confirm it"),
	"flag_asked_by_acts": casefile.Refuse(casefile.RefusedConstraint,
		"who asks for a flag, or settles a request for one, does it by an act of record"),
	"post_twice": casefile.Refuse(casefile.RefusedUnconfirmed,
		"an item of that day from there, with the same words on it, waits in the mailroom already: if it is another one, type it again with --confirm"),
	"no_such_item": casefile.Refuse(casefile.RefusedNoSubject,
		"no item of post that waits for this has that number: post list shows them"),
	"read_it_first": casefile.Refuse(casefile.RefusedTooEarly,
		"an item of post of this case is unread: post read it first"),
	"nothing_arrived": casefile.Refuse(casefile.RefusedNothingOpen,
		"nothing has arrived for this case since it was closed"),
	"ended_after_it_began": casefile.Refuse(casefile.RefusedBefore,
		"a hold does not end before it began: clock show says when that was"),
	"calendar_is_whole": casefile.Refuse(casefile.RefusedConstraint,
		"the days are not those of the version, or not whole years of both nations: apply the file with starter"),
	"calendar_changes_are_whole": casefile.Refuse(casefile.RefusedConstraint,
		"changes between the versions are left out: apply the file with starter"),
	"not_a_candidate": casefile.Refuse(casefile.RefusedNothingOpen,
		"these two are no open pair, or are resolved so already: duplicate list shows those that are open"),
}

// askedFor refuses to confirm what another officer asked for with another reason.
func askedFor(what, reason string) *casefile.Refusal {
	return casefile.Refuse(casefile.RefusedStale,
		"another officer asked for "+what+" with --reason "+reason+": type that reason to confirm it, or have them ask again")
}

// mapError turns a driver's error into one of Hame's, with the name of the method that
// failed.
func mapError(err error) error {
	mapped := classified(err)
	if e, ok := mapped.(*Error); ok && e.Method == "" {
		e.Method = method()
	}
	return mapped
}

// method is the name of the store's function that its caller called.
func method() string {
	var callers [16]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	name := ""
	for {
		frame, more := frames.Next()
		in, ours := strings.CutPrefix(frame.Function, "hame/internal/store.")
		if !ours {
			return name
		}
		if _, of, isMethod := strings.Cut(in, ")."); isMethod {
			in = of
		}
		name, _, _ = strings.Cut(in, ".")
		if !more {
			return name
		}
	}
}

func classified(err error) error {
	var mapped *Error
	var refusal *casefile.Refusal
	if err == nil || errors.As(err, &mapped) || errors.As(err, &refusal) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return &Error{Kind: NotFound}
	}
	var pe *pq.Error
	if !errors.As(err, &pe) {
		var ne net.Error
		if errors.As(err, &ne) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
			errors.Is(err, io.EOF) ||
			errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded) {
			return &Error{Kind: Unavailable}
		}
		if errors.Is(err, context.Canceled) {
			return err
		}
		// What could not be scanned is quoted in the driver's words: it is left out.
		return &Error{Kind: Broken, State: "client"}
	}
	e := &Error{Kind: Broken, State: string(pe.Code), Constraint: pe.Constraint}
	switch {
	case pe.Code.Class() == "08", pe.Code.Class() == "53", pe.Code == "57014", strings.HasPrefix(string(pe.Code), "57P"),
		pe.Code == "25006":
		e.Kind = Unavailable
	case pe.Code == "55P03":
		e.Kind = Blocked
	case pe.Code == "40001", pe.Code == "40P01", pe.Code == outOfDate:
		e.Kind = Conflict
	case pe.Code == "42501":
		// Raised by Hame's own triggers, whose words name no value but a login and an act.
		e.Kind, e.message = NotPermitted, pe.Message
	case slices.Contains([]pq.ErrorCode{"22003", "22008", "22021", "22P05"}, pe.Code):
		// A number, a day or a character that no column holds is a fault of what was typed.
		return casefile.Refuse(casefile.RefusedFields, "it holds a number, a day or a character that the record can't keep")
	case pe.Code.Class() == "42":
		// A mistake in a statement: its words name columns and functions, no values.
		e.message = fmt.Sprintf("the database refused the statement (%s: %s)", pe.Code, pe.Message)
	case pe.Code == "28000", pe.Code == "28P01":
		e.Kind, e.message = NotPermitted, "this login is not admitted to the database"
	case pe.Constraint == "no_such_case", pe.Constraint == "command_case_ref_fkey":
		// By the key of a command: the family was there a moment ago, and went with its import.
		e.Kind = NotFound
	case pe.Constraint == "command_pkey":
		e.Kind = Recorded
	case pe.Code.Class() == "23":
		if r, ok := constraintRefusals[pe.Constraint]; ok {
			return r
		}
		return casefile.Refuse(casefile.RefusedConstraint, "the database refused it: "+pe.Constraint)
	}
	return e
}
