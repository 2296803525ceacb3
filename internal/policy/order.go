package policy

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Waiting is an unlisted family as the order of listing looks at it.
type Waiting struct {
	Case        string
	Key         string // orders families that are alike in everything else
	ImportedOn  clock.Date
	Supported   bool
	HarmAlleged bool
	Illness     bool
	ArrivedOn   clock.PartialDate
	ClaimDate   clock.PartialDate
	People      []WaitingPerson
}

// WaitingPerson is what the order of listing asks of each person. A birth date that
// can't be read is unknown.
type WaitingPerson struct {
	Relationship   casefile.Relationship
	Birth          clock.PartialDate
	AgeDisputed    bool
	ArrivedOn      clock.PartialDate
	BornInScotland casefile.Answer
}

// Placed is an unlisted family in the order of listing.
type Placed struct {
	Waiting
	Place Place
}

// Order puts a lane's unlisted families in the order in which they would be listed on
// a day (row 2): by the rule set's class, then longest here first.
func (s *RuleSet) Order(waiting []Waiting, today clock.Date) ([]Placed, error) {
	placed := make([]Placed, len(waiting))
	for i, w := range waiting {
		place, err := s.Place(w.facts(today), today.DaysSince(w.ImportedOn)/7)
		if err != nil {
			return nil, err
		}
		placed[i] = Placed{w, place}
	}
	slices.SortStableFunc(placed, func(x, y Placed) int {
		return cmp.Or(cmp.Compare(x.Place.Priority, y.Place.Priority), x.hereSince().Compare(y.hereSince()),
			cmp.Compare(x.Key, y.Key))
	})
	return placed, nil
}

// hereSince orders by arrival, or by the claim where no arrival is recorded.
func (w Waiting) hereSince() clock.Date {
	if !w.ArrivedOn.IsZero() {
		return w.ArrivedOn.Latest()
	}
	if !w.ClaimDate.IsZero() {
		return w.ClaimDate.Latest()
	}
	return w.ImportedOn // nothing is known: it stands behind those of whom something is
}

func (w Waiting) facts(today clock.Date) Facts {
	children, agesOut := 0, false
	longest := Is(0)
	for _, p := range w.People {
		if !casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, today) {
			continue
		}
		longest = Longest(children, longest, Residence(p.ArrivedOn, p.Birth, p.BornInScotland, today))
		children++
		agesOut = agesOut || casefile.AgesOut(p.Birth, today)
	}
	return Facts{
		"public_harm_alleged":            Is(w.HarmAlleged),
		"serious_illness":                Is(w.Illness),
		"supported":                      Is(w.Supported),
		"children":                       Is(children),
		"child_turns_18_within_6_months": Is(agesOut),
		"residence_years":                Years(w.ArrivedOn, today),
		"child_residence_years":          longest,
	}
}

// Residence is how many full years somebody has lived here, as far as the record shows it.
func Residence(arrived, birth clock.PartialDate, bornInScotland casefile.Answer, on clock.Date) Fact {
	return Years(casefile.ResidentSince(arrived, birth, bornInScotland), on)
}

// Longest is the longer of the longest residence of so many children and that of one more.
// One whose residence is unknown makes nobody's longer.
func Longest(children int, longest, another Fact) Fact {
	known := another.State == Known
	switch {
	case children == 0, known && (longest.State != Known || another.Value.(int64) > longest.Value.(int64)):
		return another
	}
	return longest
}

// Years is how many full years have passed since a day: known where the earliest and
// the latest day that the record allows agree.
func Years(since clock.PartialDate, on clock.Date) Fact {
	if since.IsZero() {
		return NotKnown()
	}
	least, most := clock.AgeOn(since.Latest(), on), clock.AgeOn(since.Earliest(), on)
	if least != most {
		return NotKnown()
	}
	return Is(least)
}

// LastListing forecasts the day on which the last of so many waiting families is
// listed, at so many a week; the zero date if no family waits, or none is listed a week.
func (l Listing) LastListing(waiting, capacity int, today clock.Date) clock.Date {
	if waiting <= 0 || capacity <= 0 {
		return clock.Date{}
	}
	return today.AddDays(7 * (l.LeadWeeks + (waiting+capacity-1)/capacity))
}

// Sampled draws one grant in ten for a second officer by a keyed hash, so that its
// author can't foresee which (process.md, Four eyes).
func Sampled(key, ref string, proposal int) bool {
	h := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(h, "%s/%d", ref, proposal)
	return binary.BigEndian.Uint64(h.Sum(nil))%10 == 0
}

// PostWorkingDays is how long the expiries of the families that an item of post may
// belong to wait for it to be linked and read (C1), by the Home Office's calendar [D].
const PostWorkingDays = 5

// PostWaitsUntil is the last day on which expiries wait for an item that was received
// on a day, by a version of the holidays.
func PostWaitsUntil(received clock.Date, h *clock.Holidays) (clock.Date, error) {
	calendar, err := h.Calendar(clock.EnglandAndWales)
	if err != nil {
		return clock.Date{}, err
	}
	return calendar.AddWorkingDays(received, PostWorkingDays), nil
}
