package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
)

// waiting is an unlisted family as the database tells of it.
type waiting struct {
	Case        string            `db:"case_ref"`
	Key         string            `db:"family_key"`
	ImportedOn  clock.Date        `db:"imported_on"`
	Supported   bool              `db:"supported"`
	HarmAlleged bool              `db:"harm"`
	Illness     bool              `db:"illness"`
	ArrivedOn   clock.PartialDate `db:"arrived_on"`
	ClaimDate   clock.PartialDate `db:"claim_date"`
	// Members has of each person the relationship, the recorded birth date, whether the
	// age is disputed, the day of arrival, and whether they were born in Scotland.
	Members pq.StringArray `db:"members"`
}

func (w waiting) family() policy.Waiting {
	f := policy.Waiting{Case: w.Case, Key: w.Key, ImportedOn: w.ImportedOn, Supported: w.Supported,
		HarmAlleged: w.HarmAlleged, Illness: w.Illness,
		ArrivedOn: w.ArrivedOn, ClaimDate: w.ClaimDate, People: make([]policy.WaitingPerson, len(w.Members))}
	for i, m := range w.Members {
		part := strings.SplitN(m, "|", 5)
		if len(part) < 5 {
			continue
		}
		f.People[i] = policy.WaitingPerson{Relationship: casefile.Relationship(part[0]), Birth: clock.AsFarAsKnown(part[1]),
			AgeDisputed: part[2] == "disputed", ArrivedOn: clock.AsFarAsKnown(part[3]), BornInScotland: casefile.Answer(part[4])}
	}
	return f
}

// Waiting lists the unlisted families of a lane, but those that may stand twice
// and those that are held because they do.
func (t *Tx) Waiting(ctx context.Context, lane casefile.Lane) ([]policy.Waiting, error) {
	var rows []waiting
	err := t.all(ctx, &rows, `
		select case_ref, family_key, imported_on, supported, arrived_on, claim_date, harm, illness, members from waiting_families($1, true)`, lane)
	families := make([]policy.Waiting, len(rows))
	for i, w := range rows {
		families[i] = w.family()
	}
	return families, err
}

// WaitingOrder lists the unlisted families of a lane that the session's login may
// see, and returns the lane's operative rule set, by which they are ordered.
// NotPermitted but for operations, senior caseworkers and auditors.
func (s *Store) WaitingOrder(ctx context.Context, lane casefile.Lane) ([]policy.Waiting, string, error) {
	var rows []struct {
		waiting
		RuleSet string `db:"rule_set"`
	}
	err := s.db.SelectContext(ctx, &rows, `
		select case_ref, family_key, imported_on, supported, arrived_on, claim_date, harm, illness, members, rule_set from waiting_order($1)`, lane)
	if err != nil || len(rows) == 0 {
		return nil, "", mapError(err)
	}
	families := make([]policy.Waiting, len(rows))
	for i, r := range rows {
		families[i] = r.family()
	}
	return families, rows[0].RuleSet, nil
}

// List writes the listing of a family, once: the row is the guard against a
// second review. It reports false if the family was listed before.
func (t *Tx) List(ctx context.Context, ref string, drawnAt time.Time, listingDate clock.Date, why string,
) (bool, error) {
	return t.execOne(ctx, `
		insert into listing (case_ref, lane, drawn_at, listing_date, why)
		select f.case_ref, f.lane, $2, $3, $4 from family f where f.case_ref = $1
		on conflict do nothing`, ref, drawnAt, listingDate, why)
}

// Listing is a drawn family.
type Listing struct {
	Case        string        `db:"case_ref"`
	Lane        casefile.Lane `db:"lane"`
	Council     string        `db:"council"`
	DrawnAt     time.Time     `db:"drawn_at"`
	ListingDate clock.Date    `db:"listing_date"`
	// Apart says that the review runs, or is to run, among those of restricted families.
	Apart bool `db:"apart"`
}

// Listings lists the families of a lane drawn until an instant of business time
// whose review is not closed.
func (s *Store) Listings(ctx context.Context, lane casefile.Lane, until time.Time) ([]Listing, error) {
	var rows []Listing
	err := s.db.SelectContext(ctx, &rows, `
		select l.case_ref, l.lane, f.council, l.drawn_at, l.listing_date, coalesce(r.apart, f.restricted) as apart
		from listing l join family f using (case_ref) left join review r using (case_ref)
		where l.lane = $1 and l.drawn_at <= $2 and r.stage is distinct from 'closed'
		order by l.drawn_at, l.listing_date, l.case_ref`, lane, until)
	return rows, mapError(err)
}

// FamilyToOpen is what starting a review needs of a family, and how far it is.
type FamilyToOpen struct {
	Lane    casefile.Lane  `db:"lane"`
	Council string         `db:"council"`
	Stage   casefile.Stage `db:"stage"`
	// ClosedAt is when the review closed, by its own clock; nil where it has not.
	ClosedAt *time.Time `db:"closed_at"`
	Place
}

// FamilyToOpen returns a family as the worker starts its review. A drawn family
// whose review is not open yet is at listed.
func (s *Store) FamilyToOpen(ctx context.Context, ref string) (FamilyToOpen, error) {
	var f FamilyToOpen
	err := s.db.GetContext(ctx, &f, `
		select f.lane, f.council, coalesce(r.stage, case when l.case_ref is null then 'unlisted' else 'listed' end) as stage,
		       coalesce(r.apart, f.restricted) as apart, r.closed_at,
		       exists (select from review_to_move m where m.case_ref = f.case_ref and not m.started) as moving
		from family f left join listing l using (case_ref) left join review r using (case_ref) where f.case_ref = $1`, ref)
	return f, mapError(err)
}

// DrawnAt returns the business instant at which a family was drawn.
func (s *Store) DrawnAt(ctx context.Context, ref string) (time.Time, error) {
	var at time.Time
	err := s.db.GetContext(ctx, &at, `select drawn_at from listing where case_ref = $1`, ref)
	return at, mapError(err)
}

// Unstarted lists the drawn families of a lane that have no review yet.
func (s *Store) Unstarted(ctx context.Context, lane casefile.Lane) ([]Listing, error) {
	var rows []Listing
	err := s.db.SelectContext(ctx, &rows, `
		select l.case_ref, l.lane, f.council, l.drawn_at, l.listing_date, f.restricted as apart from listing l join family f using (case_ref)
		where l.lane = $1 and not exists (select from review r where r.case_ref = l.case_ref)
		  and not exists (select from split s where s.own_ref = l.case_ref)
		order by l.drawn_at, l.listing_date, l.case_ref`, lane)
	return rows, mapError(err)
}

// WeekOf names a day's week by its Monday.
func WeekOf(d clock.Date) clock.Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }

// DrawnByWeek counts the listed families of a lane by the week of their listing
// date, from the week of a day on.
func (t *Tx) DrawnByWeek(ctx context.Context, lane casefile.Lane, from clock.Date) (map[clock.Date]int, error) {
	var rows []struct {
		On clock.Date `db:"listing_date"`
		N  int        `db:"n"`
	}
	err := t.all(ctx, &rows, `select listing_date, count(*) as n from listing l where lane = $1 and listing_date >= $2
		and not exists (select from split s where s.own_ref = l.case_ref) group by 1`, lane, WeekOf(from))
	counts := map[clock.Date]int{}
	for _, r := range rows {
		counts[WeekOf(r.On)] += r.N
	}
	return counts, err
}

// LockLane holds a lane's backlog for the rest of the transaction.
func (t *Tx) LockLane(ctx context.Context, lane casefile.Lane) error {
	return t.exec(ctx, `select from lane_lock where lane = $1 for update`, string(lane))
}

// LaneCounts counts a lane's families.
type LaneCounts struct {
	Unlisted int `db:"unlisted"`
	Held     int `db:"held"` // unlisted because nobody has resolved a duplicate candidate
	Listed   int `db:"listed"`
	Closed   int `db:"closed"`
}

// LaneCounts counts a lane's families by how far they are.
func (t *Tx) LaneCounts(ctx context.Context, lane casefile.Lane) (LaneCounts, error) {
	var c LaneCounts
	err := t.get(ctx, &c, `
		select count(*) filter (where l.case_ref is null) as unlisted,
			count(*) filter (where l.case_ref is null and exists (select from held_as_double h where h.case_ref = f.case_ref)) as held,
			count(l.case_ref) as listed, count(r.case_ref) filter (where r.stage = 'closed') as closed
		from imported_family f left join listing l using (case_ref) left join review r using (case_ref) where f.lane = $1`, lane)
	return c, err
}

// LaneState is how a lane's backlog is being cleared.
type LaneState struct {
	Lane      casefile.Lane `db:"lane" json:"lane"`
	StartedAt time.Time     `db:"started_at" json:"started_at"`
	Capacity  int           `db:"capacity" json:"capacity"`
	Target    clock.Date    `db:"target" json:"target,omitzero"`
	Paused    string        `db:"paused" json:"paused,omitempty"`
	// Of a report: how many families waited when the lane was last drawn, restricted ones
	// apart, how many of them have a place, and when the last of these would be listed at the
	// lane's pace; zero if none waited.
	Waiting     int        `json:"waiting,omitempty"`
	Placed      int        `json:"placed,omitempty"`
	LastListing clock.Date `json:"last_listing,omitzero"`
	DrawnOn     clock.Date `json:"drawn_on,omitzero"`
}

// RestrictedWaiting lists the restricted families of a lane that are not listed.
func (t *Tx) RestrictedWaiting(ctx context.Context, lane casefile.Lane) ([]string, error) {
	var refs []string
	err := t.all(ctx, &refs, `
		select f.case_ref from family f where f.restricted and f.lane = $1
			and not exists (select from listing l where l.case_ref = f.case_ref)`, string(lane))
	return refs, err
}

// SavePlaces keeps the places of a lane's families that wait, the first of them first,
// with the day on which each would be listed, in place of what was kept at the draw
// before. waiting is how many wait in all.
func (t *Tx) SavePlaces(ctx context.Context, lane casefile.Lane, refs []string, on []clock.Date, waiting int,
	drawn clock.Date) error {
	err := t.exec(ctx, `update waiting_place set n = null where lane = $1 and n is not null`, string(lane))
	if err != nil || len(refs) == 0 {
		return err
	}
	days := make([]string, len(on))
	for i, d := range on {
		days[i] = d.String()
	}
	return t.exec(ctx, `
		insert into waiting_place (case_ref, lane, n, waiting, listing_on, drawn_on)
		select w.ref, $1, w.n, $4, w.day::date, $5 from unnest($2::text[], $3::text[]) with ordinality w (ref, day, n)
		on conflict (case_ref) do update set lane = excluded.lane, n = excluded.n, waiting = excluded.waiting,
		    listing_on = excluded.listing_on, drawn_on = excluded.drawn_on`,
		string(lane), pq.Array(refs), pq.Array(days), waiting, drawn)
}

// LaneState returns a lane's state. NotFound if its backlog was never started.
func (t *Tx) LaneState(ctx context.Context, lane casefile.Lane) (LaneState, error) {
	var l LaneState
	err := t.get(ctx, &l, `select lane, started_at, capacity, target, paused from backlog_lane where lane = $1`, lane)
	return l, err
}

// noEffect refuses an act that would change nothing on a lane.
func (l LaneState) noEffect(act casefile.Act, f casefile.BacklogFields, started, stopped bool) *casefile.Refusal {
	how := fmt.Sprintf("the %s lane runs at %d families a week", f.Lane, l.Capacity)
	if l.Paused != "" {
		how += ", and is paused (" + l.Paused + ")"
	}
	switch {
	case act != casefile.ActBacklogStart && !started:
		return casefile.Refuse(casefile.RefusedNothingOpen, "this lane's backlog was never started: backlog start")
	case act == casefile.ActBacklogStart && started:
		return casefile.Refuse(casefile.RefusedAlreadyDone,
			how+": backlog capacity changes how many, backlog pause and backlog resume whether it goes on")
	case act == casefile.ActBacklogCapacity && l.Capacity == f.Capacity:
		return casefile.Refuse(casefile.RefusedAlreadyDone, how+" already")
	case act == casefile.ActBacklogPause && l.Paused == f.Reason:
		return casefile.Refuse(casefile.RefusedAlreadyDone, how+" already: backlog resume goes on")
	case act == casefile.ActBacklogResume && l.Paused == "" && !stopped:
		return casefile.Refuse(casefile.RefusedAlreadyDone, how+", and is not paused")
	}
	return nil
}

// WouldDo says what an act would do to a lane as it stands on record, for a dry run, or
// refuses what would have no effect. lane is nil if its backlog was never started. Whether
// a lane has stopped by itself, or its workflow was ended, the record does not tell.
func WouldDo(lane *LaneState, act casefile.Act, f casefile.BacklogFields, today clock.Date) (string, error) {
	var l LaneState
	if lane != nil {
		l = *lane
	}
	if refusal := targetHasPassed(f, today); refusal != nil {
		return "", refusal
	}
	refusal := l.noEffect(act, f, lane != nil, false)
	switch {
	case refusal != nil && act == casefile.ActBacklogStart:
		return fmt.Sprintf("no effect: the %s lane was started, and runs at %d families a week; only if its workflow was ended in Temporal, it would be taken up as it stands", f.Lane, l.Capacity), nil
	case refusal != nil && act == casefile.ActBacklogResume && lane != nil:
		return fmt.Sprintf("no effect: the %s lane is not paused; only if it has stopped because a draw failed, it would go on", f.Lane), nil
	case refusal != nil:
		return "", refusal
	}
	// As in a start's words: whether the workflow was ended, only Temporal knows.
	const ifRuns = "; only if its workflow still runs"
	paused := ""
	if l.Paused != "" {
		paused = " instead of (" + l.Paused + ")"
	}
	switch act {
	case casefile.ActBacklogStart:
		return fmt.Sprintf("the %s lane would be started at %d families a week", f.Lane, f.Capacity), nil
	case casefile.ActBacklogCapacity:
		return fmt.Sprintf("the %s lane would go from %d to %d families a week"+ifRuns, f.Lane, l.Capacity, f.Capacity), nil
	case casefile.ActBacklogPause:
		return fmt.Sprintf("the %s lane would be paused (%s)%s"+ifRuns, f.Lane, f.Reason, paused), nil
	}
	return fmt.Sprintf("the %s lane would go on at %d families a week"+ifRuns, f.Lane, l.Capacity), nil
}

// targetHasPassed refuses a target that is no day to come.
func targetHasPassed(f casefile.BacklogFields, today clock.Date) *casefile.Refusal {
	if f.Target.IsZero() || !f.Target.Before(today) {
		return nil
	}
	return casefile.Refuse(casefile.RefusedBefore, fmt.Sprintf("the target %s has passed: today is %s", f.Target, today))
}

// SetLane records an act of operations on a lane, which must have an effect: one that
// changes nothing is refused, with how the lane runs and what changes it. stopped is
// whether the lane has stopped by itself.
func (t *Tx) SetLane(ctx context.Context, act casefile.Act, f casefile.BacklogFields, stopped bool,
	at time.Time) error {
	if refusal := targetHasPassed(f, clock.DateOf(at)); refusal != nil {
		return refusal
	}
	runs, err := t.LaneState(ctx, f.Lane)
	started := !IsKind(err, NotFound)
	if err != nil && started {
		return err
	}
	if refusal := runs.noEffect(act, f, started, stopped); refusal != nil {
		return refusal
	}
	switch act {
	case casefile.ActBacklogStart:
		return t.exec(ctx, `insert into backlog_lane (lane, started_at, capacity, target) values ($1, $2, $3, $4)`,
			f.Lane, at, f.Capacity, f.Target)
	case casefile.ActBacklogCapacity:
		return t.exec(ctx, `update backlog_lane set capacity = $2 where lane = $1`, f.Lane, f.Capacity)
	case casefile.ActBacklogPause:
		return t.exec(ctx, `update backlog_lane set paused = $2 where lane = $1`, f.Lane, f.Reason)
	case casefile.ActBacklogResume:
		return t.exec(ctx, `update backlog_lane set paused = '' where lane = $1`, f.Lane)
	}
	return casefile.Refuse(casefile.RefusedUnknownAct, string(act)+" is no act on a lane")
}
