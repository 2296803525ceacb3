package contract

import (
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Act is what the Update of a person's act carries: the id of the command's row, and its
// kind as it goes over the wire. The Update is named after the kind, and its own id is
// the command's.
type Act struct {
	Command uuid.UUID    `json:"command"`
	Kind    casefile.Act `json:"kind"`
}

// FromOutside marks an Act as what anybody who reaches the frontend can send: one that
// can't be decrypted is refused, and blocks no review.
func (Act) FromOutside() {}

// Receipt is what a person is told of their act.
type Receipt struct {
	Refused *casefile.Refusal `json:"refused,omitempty"`
	// Filed says that the act came for a closed case and was kept with it.
	Filed    bool           `json:"filed,omitempty"`
	Stage    casefile.Stage `json:"stage,omitempty"`
	Revision int            `json:"revision,omitempty"`
	Awaiting casefile.Party `json:"awaiting,omitempty"`
	NextDate clock.Date     `json:"next_date,omitzero"` // by which the one awaited must act
	// Provisional says that the next date rests on holidays not yet published.
	Provisional bool `json:"provisional,omitempty"`
}

// Backlog is the state of a lane's ClearBacklog: its argument, and what every run
// carries on.
type Backlog struct {
	Lane     casefile.Lane `json:"lane"`
	Capacity int           `json:"capacity"` // families listed a week
	Target   clock.Date    `json:"target,omitzero"`
	Paused   string        `json:"paused,omitempty"` // the reason's code
	// Head is the last link of the lane's chain that its workflow was told of: the record
	// must still have it.
	Head     casefile.Link `json:"head,omitzero"`
	NextDraw time.Time     `json:"next_draw"`
	Progress Progress      `json:"progress"`
}

// Progress is where a lane stands, counted from the record.
type Progress struct {
	Unlisted int        `json:"unlisted"`
	Held     int        `json:"held"` // unlisted duplicate candidates, which nobody has resolved
	Open     int        `json:"open"`
	Closed   int        `json:"closed"`
	LastDay  clock.Date `json:"last_day,omitzero"` // on which the last family is forecast to be listed
}

// CalendarChange is the state of an ApplyCalendar: how far a change of the calendars
// has got.
type CalendarChange struct {
	// Application is the number under which the record keeps the change.
	Application int64 `json:"application"`
	// Pass counts how often all cases were gone through; those that were not seen to
	// are gone through again.
	Pass int `json:"pass,omitempty"`
	// After is the last case that was looked at in this pass; cases are taken in order.
	After string `json:"after,omitempty"`
	Seen  int    `json:"seen,omitempty"` // cases whose deadlines were worked out anew
	// Failed lists the first cases whose deadlines could not be moved in this pass.
	Failed []string `json:"failed,omitempty"`
	Done   bool     `json:"done,omitempty"`
}
