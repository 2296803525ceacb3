package forecast

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"hame/internal/casefile"
	"hame/internal/clock"
)

const (
	// Seed is the seed of every forecast for which no other is asked [D].
	Seed = 2007
	// Sure is the share of the runs that must keep the target before a capacity is said to meet it.
	Sure = 0.8
	// SoonDays is for how many calendar days ahead a forecast also says how many families will
	// be decided: half a year.
	SoonDays = 182
	// MostCapacity is the largest weekly capacity that a lane can have [D].
	MostCapacity = 1000
	// horizonWeeks is how far ahead a forecast looks: what takes longer is not in sight [D].
	horizonWeeks = 50 * 52
	never        = math.MaxInt
)

// Change is what would be different from how the lane stands.
type Change struct {
	// Capacity is how many families would be listed a week; 0 leaves the lane's own.
	Capacity int `json:"capacity,omitempty"`
	// SecurityWeeks is by how many weeks the police would answer later; earlier if it is
	// negative. It changes the decisions whose stage is still to come: checks that are awaited
	// now take as long as they take. It assumes that the signature waits for the checks [D].
	SecurityWeeks int `json:"security_weeks,omitempty"`
}

// Options are those of one forecast.
type Options struct {
	Seed uint64
	// Runs is how often the families are played forward; 0 for as often as suits how many they
	// are.
	Runs   int
	Change Change
}

// Band is what comes with 10, 50 and 90 percent of the runs: a day is reached by then. A zero
// day is not in sight, for it lies more than fifty years ahead.
type Band[T any] struct {
	Early  T `json:"p10"`
	Middle T `json:"p50"`
	Late   T `json:"p90"`
}

// Shortage is a phase that too few families have left.
type Shortage struct {
	Phase Phase `json:"phase"`
	Left  int   `json:"left"`
	Needs int   `json:"needs"`
}

// Forecast is what is to be expected of a lane's families that are on record: neither those
// held back as possible duplicates nor those archived.
type Forecast struct {
	Lane     casefile.Lane `json:"lane"`
	AsOf     clock.Date    `json:"as_of"`
	Seed     uint64        `json:"seed"`
	Runs     int           `json:"runs"`
	Change   Change        `json:"change"`
	Capacity int           `json:"capacity"`
	Paused   bool          `json:"paused,omitempty"`

	ToDraw      int `json:"to_draw"`
	UnderReview int `json:"under_review"`
	Held        int `json:"held"`
	Archived    int `json:"archived"`

	// Short lists the phases of which too little is recorded. If there are any there is no
	// forecast, and everything below is empty.
	Short []Shortage `json:"short,omitempty"`

	// Cleared is the day on which the last of the families is decided, or has left without a
	// decision. That a family is listed clears nothing, and neither does an archive (C4).
	Cleared Band[clock.Date] `json:"cleared"`
	// Soon is how many of them are decided within half a year.
	Soon Band[int] `json:"decided_in_half_a_year"`
	// ToArchive is how many more would be archived before the rest is decided.
	ToArchive Band[int] `json:"to_archive"`

	Target clock.Date `json:"target,omitzero"`
	// Chance is the share of the runs that are cleared by the target, Undecided how many
	// families would be undecided on it; both only of a target that is to come.
	Chance    float64   `json:"chance"`
	Undecided Band[int] `json:"undecided_on_target"`
	// Needed is the smallest capacity that clears the lane by the target with 80 percent; 0 if
	// none does, or none is asked.
	Needed int `json:"needed_capacity"`

	// Way is in how many days after its listing date a family of a size is decided, by [Size].
	Way []Band[int] `json:"days_to_decision"`
}

// Done reports whether no family is left of which anything could be forecast.
func (f Forecast) Done() bool { return f.ToDraw+f.UnderReview == 0 }

// TargetAhead reports whether the lane has a target that is to come.
func (f Forecast) TargetAhead() bool { return !f.Target.IsZero() && f.Target.After(f.AsOf) }

// Meets reports whether the target is met with 80 percent.
func (f Forecast) Meets() bool { return f.Chance >= Sure }

// Percent is the chance of the target in whole percent, rounded down: 80 is met. It is 0 only if
// no run is cleared by then.
func (f Forecast) Percent() int {
	if percent := int(100*f.Chance + 1e-9); percent > 0 || f.Chance == 0 {
		return percent
	}
	return 1
}

// ByPeople is the days to a decision of a family of one person, of two, and so on; the last is of
// all larger ones.
func (f Forecast) ByPeople() (days []Band[int]) {
	if len(f.Way) == 0 {
		return nil
	}
	for people := 1; ; people++ {
		size := SizeOf(people)
		if days = append(days, f.Way[size]); size == sizes-1 {
			return days
		}
	}
}

// Make plays a lane's families forward. The same record, options and day give the same
// forecast.
func Make(r Record, o Options) Forecast {
	f := Forecast{Lane: r.Lane, AsOf: r.AsOf, Seed: o.Seed, Change: o.Change, Capacity: r.Capacity, Paused: r.Paused,
		ToDraw: r.ToDraw(), UnderReview: r.UnderReview(), Held: r.Held, Archived: r.Archived, Target: r.Target}
	if o.Change.Capacity > 0 {
		f.Capacity, f.Paused = o.Change.Capacity, false
	}
	if f.Done() {
		return f
	}
	p := newPlay(r, o, f)
	if f.Short = p.short(); len(f.Short) > 0 {
		return f
	}
	if f.Runs = o.Runs; f.Runs == 0 {
		f.Runs = runs(f.ToDraw + f.UnderReview)
	}
	p.all(f.Runs, o.Seed).into(&f)
	return f
}

// runs is how often so many families are played: the more they are, the less runs differ.
func runs(families int) int {
	switch {
	case families > 50_000:
		return 60
	case families > 5_000:
		return 200
	}
	return 500
}

// play is a record made ready to be played forward.
type play struct {
	record Record
	// slots is the weekly capacity; 0 of a lane that is paused.
	slots int
	// until is how many days the target is ahead; 0 if there is none to come.
	until int
	now   [4][sizes][]bin // of the phases as they are recorded
	later [4][sizes][]bin // as they would be under the change
	same  bool            // later is now
	// under are the families under review, waiting how many of each size wait.
	under   []Span
	waiting [sizes]int
}

func newPlay(r Record, o Options, f Forecast) *play {
	p := &play{record: r, slots: f.Capacity, same: o.Change.SecurityWeeks == 0}
	if f.Paused {
		p.slots = 0
	}
	if f.TargetAhead() {
		p.until = r.Target.DaysSince(r.AsOf)
	}
	for i, phase := range Phases {
		p.now[i] = bySize(r.Spans, phase, func(Span) int { return 0 })
		p.later[i] = p.now[i]
		if phase == Decision && !p.same {
			p.later[i] = bySize(r.Spans, phase, func(s Span) int { return shorter(s.Checks, o.Change.SecurityWeeks) })
		}
	}
	for _, s := range r.Spans {
		if s.End == Running && s.Families > 0 {
			p.under = append(p.under, s)
		}
	}
	for _, w := range r.Waiting {
		p.waiting[SizeOf(w.People)] += w.Families
	}
	return p
}

// shorter is by how many days a decision is signed earlier whose checks were awaited for so
// many days.
func shorter(checks, weeks int) int {
	if checks <= 0 {
		return 0
	}
	return min(-7*weeks, checks)
}

// bySize puts the spans of a phase into bins by size. A size of which too few families have
// left the phase has those of all sizes.
func bySize(spans []Span, phase Phase, shift func(Span) int) (by [sizes][]bin) {
	var all []Span
	var of [sizes][]Span
	for _, s := range spans {
		if s.Phase == phase {
			all = append(all, s)
			of[SizeOf(s.People)] = append(of[SizeOf(s.People)], s)
		}
	}
	pooled := bins(all, shift)
	for size := range by {
		if by[size] = bins(of[size], shift); left(by[size]) < Fewest {
			by[size] = pooled
		}
	}
	return by
}

// short lists the phases that are to come for some family and that too few have left.
func (p *play) short() (short []Shortage) {
	first := len(Phases)
	for _, n := range p.waiting {
		if n > 0 {
			first = 0
		}
	}
	for _, s := range p.under {
		first = min(first, slices.Index(Phases, s.Phase))
	}
	for i := max(0, first); i < len(Phases); i++ {
		n := 0
		for _, s := range p.record.Spans {
			if s.Phase == Phases[i] && s.End != Running {
				n += s.Families
			}
		}
		if n < Fewest {
			short = append(short, Shortage{Phase: Phases[i], Left: n, Needs: Fewest})
		}
	}
	return short
}

// outcome is what one run came to. Days count from the day of the forecast.
type outcome struct {
	cleared, soon, archived, undecided, needed int
	way                                        [sizes][]int32
}

// waysPerRun is for how many families of each size a run also draws the days to the decision:
// of all runs together they are the forecast of a single family.
const waysPerRun = 20

type outcomes []outcome

// all plays the runs. Each has chance of its own, so that it does not matter which comes first.
func (p *play) all(n int, seed uint64) outcomes {
	out := make(outcomes, n)
	var each sync.WaitGroup
	next := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		each.Go(func() {
			for i := range next {
				out[i] = p.run(chance(seed, i))
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	each.Wait()
	return out
}

// streams are the chance of one run: what a change does not touch is drawn alike with it and
// without it, so that two forecasts differ by the change alone.
type streams struct{ record, changed, families, arrivals *rand.Rand }

func chance(seed uint64, run int) streams {
	of := func(stream int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(3*run+stream))) }
	return streams{record: of(0), changed: of(0), families: of(1), arrivals: of(2)}
}

// curves are those of one run.
type curves [4][sizes]*curve

func drawn(of [4][sizes][]bin, rng *rand.Rand) (c curves) {
	for i := range of {
		var made [sizes][]bin
		for size, b := range of[i] {
			for other := range size {
				if len(b) > 0 && len(made[other]) > 0 && &b[0] == &made[other][0] {
					c[i][size] = c[i][other] // both have those of all sizes
				}
			}
			if c[i][size] == nil {
				c[i][size] = draw(b, rng)
			}
			made[size] = b
		}
	}
	return c
}

// run plays every family once.
func (p *play) run(by streams) outcome {
	rng := by.families
	now := drawn(p.now, by.record)
	later := now
	if !p.same {
		later = drawn(p.later, by.changed)
	}
	var out outcome
	count := func(day int, how End) {
		if how == Archived {
			out.archived++
			return
		}
		out.cleared = max(out.cleared, day)
		if how == Next && day <= SoonDays {
			out.soon++
		}
		if day > p.until {
			out.undecided++
		}
	}
	late := false // whether a family under review misses the target
	for _, s := range p.under {
		size, phase := SizeOf(s.People), slices.Index(Phases, s.Phase)
		for range s.Families {
			day, how := -s.Days, Next
			if s.Days < 0 { // the listing date is to come
				var days int
				days, how = later.from(phase, size, rng)
				day += days
			} else {
				var days int
				if days, how = now[phase][size].stay(s.Days, rng); how == Next && phase+1 < len(Phases) {
					var more int
					more, how = later.from(phase+1, size, rng)
					days += more
				}
				day += days
			}
			count(day, how)
			late = late || how != Archived && day > p.until
		}
	}
	p.list(&out, later, late, by, count)
	for size := range out.way {
		for range waysPerRun {
			if days, how := later.from(0, Size(size), rng); how == Next {
				out.way[size] = append(out.way[size], int32(days))
			}
		}
	}
	return out
}

// from draws in how many days a family is decided, or leaves otherwise, that begins a phase.
func (c *curves) from(phase int, size Size, rng *rand.Rand) (days int, how End) {
	for ; phase < len(c); phase++ {
		var more int
		more, how = c[phase][size].stay(-1, rng)
		if days += more; how != Next {
			return days, how
		}
	}
	return days, Next
}

// list lists the families that wait, week by week, and plays each.
func (p *play) list(out *outcome, c curves, late bool, by streams, count func(int, End)) {
	rng := by.families
	queue, waits := p.waiting, 0
	for _, n := range queue {
		waits += n
	}
	ahead, arrived := make([]int, 0, 64), 0 // by week: places that are taken; families before the queue
	last := p.until / 7
	need := make([]int, last+1) // by week: how many of the queue must be listed by then
	week, free, place := 0, 0, 0
	for left := waits; left > 0; left-- {
		for free == 0 && p.slots > 0 && week < horizonWeeks {
			week++
			taken := p.taken(week, by.arrivals)
			ahead = append(ahead, taken)
			arrived += taken
			free = max(0, p.slots-arrived)
			arrived = max(0, arrived-p.slots)
		}
		size := pick(&queue, left, rng)
		days, how := c.from(0, size, rng)
		place++
		if how != Archived && p.until > 0 {
			if by := (p.until - days) / 7; days > p.until || by < 1 {
				late = true
			} else {
				need[by] = max(need[by], place)
			}
		}
		switch {
		case free > 0:
			free--
			count(7*week+days, how)
		case how != Archived: // not listed within the horizon
			out.cleared = never
			out.undecided++
		}
	}
	out.needed = never
	if p.until > 0 && !late {
		for len(ahead) <= last {
			ahead = append(ahead, p.taken(len(ahead)+1, by.arrivals))
		}
		out.needed = enough(need, ahead)
	}
}

// taken is how many places of a week are taken: by families that are drawn, and by as many new
// ones as came in a week that chance picks. A new family may come before all who wait, and is
// taken to [D].
func (p *play) taken(week int, rng *rand.Rand) (n int) {
	if week <= len(p.record.Ahead) {
		n = p.record.Ahead[week-1]
	}
	if came := p.record.Arrivals; len(came) > 0 {
		n += came[rng.IntN(len(came))]
	}
	return n
}

// pick takes a family out of a queue of so many: sizes come in no order [D].
func pick(queue *[sizes]int, of int, rng *rand.Rand) Size {
	at := rng.IntN(of)
	for size, n := range queue {
		if at < n {
			queue[size]--
			return Size(size)
		}
		at -= n
	}
	panic("forecast: the queue has fewer families than were counted")
}

// enough is the smallest capacity at which so many of the queue are listed by each week as
// must be, with so many places taken in each; never if no lane can have it.
func enough(need, taken []int) int {
	meets := func(capacity int) bool {
		listed, before := 0, 0
		for week := 1; week < len(need); week++ {
			before += taken[week-1]
			listed += max(0, capacity-before)
			before = max(0, before-capacity)
			if listed < need[week] {
				return false
			}
		}
		return true
	}
	low, high := 1, MostCapacity
	if !meets(high) {
		return never
	}
	for low < high {
		if middle := (low + high) / 2; meets(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// into writes what the runs came to together.
func (out outcomes) into(f *Forecast) {
	band := func(of func(outcome) int) Band[int] {
		all := make([]int, len(out))
		for i, o := range out {
			all[i] = of(o)
		}
		return bandOf(all)
	}
	day := func(days int) clock.Date {
		if days > 7*horizonWeeks {
			return clock.Date{}
		}
		return f.AsOf.AddDays(days)
	}
	cleared := band(func(o outcome) int { return o.cleared })
	f.Cleared = Band[clock.Date]{day(cleared.Early), day(cleared.Middle), day(cleared.Late)}
	f.Soon = band(func(o outcome) int { return o.soon })
	f.ToArchive = band(func(o outcome) int { return o.archived })
	for size := range sizes {
		var days []int
		for _, o := range out {
			for _, d := range o.way[size] {
				days = append(days, int(d))
			}
		}
		f.Way = append(f.Way, bandOf(days))
	}
	if !f.TargetAhead() {
		return
	}
	f.Undecided = band(func(o outcome) int { return o.undecided })
	kept, needed := 0, make([]int, len(out))
	for i, o := range out {
		if o.cleared <= f.Target.DaysSince(f.AsOf) {
			kept++
		}
		needed[i] = o.needed
	}
	f.Chance = float64(kept) / float64(len(out))
	slices.Sort(needed)
	if n := at(needed, Sure); n != never {
		f.Needed = n
	}
}

func bandOf(all []int) Band[int] {
	slices.Sort(all)
	return Band[int]{at(all, 0.1), at(all, 0.5), at(all, 0.9)}
}

// at is the smallest number that a share of the sorted ones does not exceed; 0 of none.
func at(sorted []int, share float64) int {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))-1e-9))-1)]
}
