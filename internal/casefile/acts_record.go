package casefile

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"hame/internal/clock"
)

// The acts on a lane of the backlog, on the calendars and on the record itself.
const (
	ActBacklogStart    Act = "backlog.start"
	ActBacklogPause    Act = "backlog.pause"
	ActBacklogResume   Act = "backlog.resume"
	ActBacklogCapacity Act = "backlog.capacity"
	ActApplyCalendar   Act = "calendar.apply"
	ActErase           Act = "text.erase"
	ActTakeBack        Act = "backlog.take-back"
)

var recordActs = []*ActRule{
	{
		Act: ActBacklogStart, InWords: "starts clearing a lane's backlog",
		Roles: []Party{Operations}, Subject: AboutLane, From: Unlisted, Until: Closed, Day: Handled,
		Fields: of[BacklogFields],
		Slip:   Slip{Instead: "backlog pause, and backlog capacity"},
	},
	{
		Act: ActBacklogPause, InWords: "pauses the listing of families",
		Roles: []Party{Operations}, Subject: AboutLane, From: Unlisted, Until: Closed, Day: Handled,
		Fields: of[BacklogFields],
		Slip:   Slip{Instead: "backlog resume"},
	},
	{
		Act: ActBacklogResume, InWords: "resumes the listing of families",
		Roles: []Party{Operations}, Subject: AboutLane, From: Unlisted, Until: Closed, Day: Handled,
		Fields: of[BacklogFields],
		Slip:   Slip{Instead: "backlog pause"},
	},
	{
		Act: ActBacklogCapacity, InWords: "sets how many families are listed a week",
		Roles: []Party{Operations}, Subject: AboutLane, From: Unlisted, Until: Closed, Day: Handled,
		Fields: of[BacklogFields],
		Slip:   Slip{Instead: "backlog capacity again, with the right number"},
	},
	{
		Act: ActApplyCalendar, InWords: "puts a version of the published holidays in force, and moves every deadline that depends on a changed day",
		Roles: []Party{Operations}, Subject: AboutRecord, From: Unlisted, Until: Closed, Day: Handled,
		Fields: of[CalendarFields], Places: []Place{PlaceCalendar},
		Slip: Slip{Instead: "calendar apply with the file that was in force before"},
	},
	{
		Act: ActErase, InWords: "asks that the text of an act be erased, for a reason; another officer's same command erases it",
		Roles: []Party{Operations}, Subject: AboutRecord, From: Unlisted, Until: Closed, Day: Handled,
		Fields: of[EraseFields], Places: []Place{PlaceCase, PlaceLane, PlaceMailroom, PlaceCalendar},
		Slip: Slip{Instead: "a text that was erased is gone"},
	},
	{
		Act: ActTakeBack, InWords: "asks that an import of the wrong file be taken back; another officer's same command takes it back",
		Roles: []Party{Operations}, Subject: AboutRecord, From: Unlisted, Until: Closed, Day: Handled,
		Fields: of[TakeBackFields], Places: []Place{PlaceBacklog},
		Slip: Slip{Instead: "a request is settled by backlog take-back with the reason stands; what was taken back comes in again by backlog import"},
	},
}

// ErasureReasons lists why a text may be erased: its time is over, its subject
// asked, or it was never this file's [D].
var ErasureReasons = []string{"retention", "data_subject", "wrong_file"}

// TakeBackReasons lists why an import is taken back: another file was meant, an older
// state of the right one was brought in, or a file for a test.
var TakeBackReasons = []string{"wrong_file", "old_file", "test_file"}

// TakeBackStands is the reason that settles a request to take an import back: the import
// was no mistake.
const TakeBackStands = "stands"

// TakeBackFields says which import is taken back, and why.
type TakeBackFields struct {
	Import int    `json:"import" yaml:"import"` // its number
	Reason string `json:"reason" yaml:"reason"` // wrong_file, old_file, test_file, stands
}

// Ask wants the import and the reason.
func (f TakeBackFields) Ask() []Field {
	return []Field{
		{Name: "import", Given: number(f.Import), Such: "3", Help: "its number, as backlog imports lists it"},
		{Name: "reason", Given: f.Reason, Codes: append(slices.Clone(TakeBackReasons), TakeBackStands),
			Help: "stands withdraws your own request, or refuses a colleague's: the import was no mistake"},
	}
}

// Validate wants a number, and checks the code.
func (f TakeBackFields) Validate() error {
	if f.Import < 1 || f.Import > MaxItem {
		return fmt.Errorf("import: name the import by its number, as backlog imports lists it")
	}
	return inCodes(f)
}

// BacklogFields are those of the acts on a lane.
type BacklogFields struct {
	Lane     Lane       `json:"lane" yaml:"lane"`
	Capacity int        `json:"capacity,omitempty" yaml:"capacity,omitempty"` // families listed a week
	Target   clock.Date `json:"target,omitzero" yaml:"target,omitempty"`
	Reason   string     `json:"reason,omitempty" yaml:"reason,omitempty"`
}

// Ask wants the lane, and what the act sets.
func (f BacklogFields) Ask() []Field {
	return []Field{
		{Name: "lane", Given: string(f.Lane), Codes: codes(Legacy, FastTrack)},
		{Name: "capacity", Given: number(f.Capacity), Such: "25", Help: "families listed a week", Optional: true},
		{Name: "target", Given: f.Target.String(), Such: "2031-11-23",
			Help: "the day by which the lane should be cleared; no decision depends on it (R3)", Optional: true},
		{Name: "reason", Given: f.Reason, Such: "staffing", Help: "a code", Optional: true},
	}
}

// Validate checks the lane, and that the reason is a code.
func (f BacklogFields) Validate() error {
	if f.Reason != "" && !reasonPattern.MatchString(f.Reason) {
		return fmt.Errorf("reason is %s; it must be a code of small letters, digits and _, such as staffing",
			quoted(f.Reason))
	}
	return inCodes(f)
}

// EraseFields says which act's text was erased, and why.
type EraseFields struct {
	Command string `json:"command" yaml:"command"` // its id
	Reason  string `json:"reason" yaml:"reason"`   // retention, data_subject, wrong_file
}

// Ask wants the act whose text is erased, and why.
func (f EraseFields) Ask() []Field {
	return []Field{
		{Name: "command", Given: f.Command, Such: "0195f2a0-0000-7000-8000-000000000000",
			Help: "the act's id, as audit show lists it"},
		{Name: "reason", Given: f.Reason, Codes: ErasureReasons},
	}
}

// Validate wants a command, and checks the code.
func (f EraseFields) Validate() error {
	if f.Command == "" {
		return fmt.Errorf("command: name the act whose text is erased by its id, as audit show lists it")
	}
	return inCodes(f)
}

// CalendarFields says which version of the holidays is put in force, and why.
type CalendarFields struct {
	Version string `json:"version" yaml:"version"`
	Label   string `json:"label" yaml:"label"`
	Reason  string `json:"reason" yaml:"reason"`
}

// Ask wants the reason; the version and its label are the file's own.
func (f CalendarFields) Ask() []Field {
	return []Field{
		{Name: "version", Given: f.Version, Such: "5d1c0a6be2f4", Help: "the digest of the days"},
		{Name: "label", Given: f.Label, Such: "2026-02", Help: "what the file calls itself, or its name"},
		{Name: "reason", Given: f.Reason, Such: "proclamation", Help: "a code: why the calendar changes"},
	}
}

// Validate wants a version, and checks that the reason is a code.
func (f CalendarFields) Validate() error {
	if f.Version == "" {
		return fmt.Errorf("version: it is that of the file's days")
	}
	if n := utf8.RuneCountInString(f.Label); n == 0 || n > clock.LongestLabel {
		return fmt.Errorf("label: it has %d characters; a version is called by 1 to %d", n, clock.LongestLabel)
	}
	if !reasonPattern.MatchString(f.Reason) {
		return fmt.Errorf("reason is %s; it must be a code of small letters, digits and _, such as proclamation",
			quoted(f.Reason))
	}
	return nil
}
