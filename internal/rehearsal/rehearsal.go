// Package rehearsal plays the process through with simulated people: it reads a
// review's open tasks, draws when the person awaited would act, or that they
// never do, forwards that review's clock to the moment, and acts as that person
// through the same desk as everyone else. It needs a server that can skip time,
// and a database that is marked synthetic.
package rehearsal

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/store"
	"hame/internal/temporalnamespace"
	"hame/internal/timeskip"
)

// Options say what to rehearse.
type Options struct {
	Store       *store.Store // of the worker's login: it reads the tasks and sets the programme's now
	DatabaseURL string       // from which each simulated person logs in as themselves
	Temporal    temporalnamespace.Clients
	// Horizon is the business instant at which the rehearsal ends.
	Horizon time.Time
	Seed    uint64
	// Parallel is how many reviews are played at once.
	Parallel int
	// Claims is how many families make a new claim in five years, in the fast-track lane.
	// They come if that lane is started.
	Claims int
	// Silent makes nobody ever answer: no officer, provider or family.
	Silent bool
}

// Tally counts what the rehearsal has done so far.
type Tally struct {
	// At is the latest business instant at which somebody was taken up to be played. It
	// never goes back, though a family that is drawn begins at an instant behind it.
	At       time.Time
	Acts     int
	Refused  int
	Forwards int
	Reviews  int // in play
	Ended    int
	Claims   int // families that have come meanwhile
}

func (t *Tally) advance(to time.Time) {
	if to.After(t.At) {
		t.At = to
	}
}

// Rehearsal is one rehearsal.
type Rehearsal struct {
	o     Options
	desks map[string]*desk.Desk

	mu      sync.Mutex
	changed *sync.Cond
	queue   stops
	inHand  map[played]time.Time // who is being played, and from when on
	pauses  int
	tally   Tally
	failed  error
}

// New prepares a rehearsal. It is refused unless the database is marked
// synthetic. Call Close when done.
func New(ctx context.Context, o Options) (*Rehearsal, error) {
	synthetic, err := o.Store.Synthetic(ctx)
	if err != nil {
		return nil, err
	}
	if !synthetic {
		return nil, casefile.Refuse(casefile.RefusedConstraint, "a rehearsal is for a synthetic database only, and "+
			"this one is not marked so: import a generated backlog")
	}
	r := &Rehearsal{o: o, desks: map[string]*desk.Desk{}, inHand: map[played]time.Time{}}
	r.changed = sync.NewCond(&r.mu)
	return r, nil
}

// Close ends the connections of the simulated people.
func (r *Rehearsal) Close() {
	for _, d := range r.desks {
		_ = d.Store.Close() // the rehearsal is over
	}
}

// Pause lets nobody begin anything until the function that it returns is called.
// What is being played goes on to its next stop.
func (r *Rehearsal) Pause() (goOn func()) {
	pause := func(by int) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.pauses += by
		r.changed.Broadcast()
	}
	pause(1)
	return sync.OnceFunc(func() { pause(-1) })
}

// Tally returns the counts so far.
func (r *Rehearsal) Tally() Tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tally
}

// Run plays everything up to the horizon. Reviews are played side by side, each
// on its own clock, and the lanes' draws week by week beside them, always the
// one that is furthest behind. At the end every open review and the lanes stand
// at the horizon, and so does the programme's now.
func (r *Rehearsal) Run(ctx context.Context) error {
	begun, err := r.o.Store.BusinessNow(ctx)
	if err != nil {
		return err
	}
	if !r.o.Horizon.After(begun) {
		return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("the rehearsal stands at %s; its horizon must be "+
			"later", clock.DateOf(begun)))
	}
	if !r.o.Silent {
		if err := r.firstDay(ctx, clock.DateOf(begun)); err != nil {
			return err
		}
	}
	arrivals, err := r.addArrivals(ctx, begun)
	if err != nil {
		return err
	}
	if err := r.addLane(ctx, casefile.Legacy, begun, nil); err != nil {
		return err
	}
	if err := r.addLane(ctx, casefile.FastTrack, begun, arrivals); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, r.changed.Broadcast)
	defer stop()
	var players sync.WaitGroup
	for range r.o.Parallel {
		players.Go(func() {
			if err := r.play(ctx); err != nil {
				r.fail(err)
				cancel()
			}
		})
	}
	players.Wait()
	if r.failed != nil {
		return r.failed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.o.Store.SetBusinessNow(ctx, r.o.Horizon)
}

func (r *Rehearsal) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = err
	}
	r.changed.Broadcast()
}

// played is something with a clock of its own: a review or a lane.
type played interface {
	// step plays it up to its next stop, and returns when the one after that is.
	// It returns timeskip.ErrEnded when there is none.
	step(ctx context.Context, r *Rehearsal) (time.Time, error)
}

// play takes the one who is furthest behind and plays one stop of theirs, until
// all stand at the horizon.
func (r *Rehearsal) play(ctx context.Context) error {
	for {
		next, ok := r.take(ctx)
		if !ok {
			return nil
		}
		var at time.Time
		err := persist(ctx, func() (err error) {
			at, err = next.played.step(ctx, r)
			return err
		})
		if err != nil && !errors.Is(err, timeskip.ErrEnded) {
			return err
		}
		r.putBack(stop{at, next.played}, err == nil)
	}
}

// ahead is how far ahead of the one who is furthest behind somebody is taken up. A draw takes
// longer than an act: without it families would be decided years before the next is drawn [D].
const ahead = 2 * aWeek

// earliest is from when on the one is played who is furthest behind; r.mu is held.
func (r *Rehearsal) earliest() time.Time {
	at := r.o.Horizon // once all have been played
	if len(r.queue) > 0 {
		at = r.queue[0].at
	}
	for _, begun := range r.inHand {
		if begun.Before(at) {
			at = begun
		}
	}
	return at
}

func (r *Rehearsal) take(ctx context.Context) (stop, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		switch {
		case ctx.Err() != nil || r.failed != nil:
			return stop{}, false
		case r.pauses > 0:
		case len(r.queue) > 0 && !r.queue[0].at.After(r.earliest().Add(ahead)):
			s := heap.Pop(&r.queue).(stop)
			r.inHand[s.played] = s.at
			r.tally.advance(s.at)
			return s, true
		case len(r.inHand) == 0:
			r.changed.Broadcast()
			return stop{}, false
		}
		r.changed.Wait()
	}
}

func (r *Rehearsal) putBack(s stop, goesOn bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.inHand, s.played)
	if goesOn {
		heap.Push(&r.queue, s)
	} else if _, review := s.played.(*inPlay); review {
		r.tally.Ended++
	}
	r.changed.Broadcast()
}

func (r *Rehearsal) add(s stop) {
	r.mu.Lock()
	defer r.mu.Unlock()
	heap.Push(&r.queue, s)
	if _, review := s.played.(*inPlay); review {
		r.tally.Reviews++
	}
	r.changed.Signal()
}

func (r *Rehearsal) count(f func(*Tally)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.tally)
}

// skip moves the clocks of the workflows of one namespace.
func (r *Rehearsal) skip(apart bool) timeskip.Skipper {
	return timeskip.Skipper{Client: r.o.Temporal.Of(apart), Namespace: r.o.Temporal.Name(apart)}
}

// forward moves a workflow's clock, and counts it.
func (r *Rehearsal) forward(ctx context.Context, apart bool, id string, now, to time.Time) (time.Time, error) {
	if !to.After(now) {
		return now, nil
	}
	r.count(func(t *Tally) { t.Forwards++ })
	return r.skip(apart).Forward(ctx, id, now, to)
}

// deskOf returns the desk of a simulated person, logged in as themselves.
func (r *Rehearsal) deskOf(ctx context.Context, login string) (*desk.Desk, error) {
	r.mu.Lock()
	d, ok := r.desks[login]
	r.mu.Unlock()
	if ok {
		return d, nil
	}
	address, err := store.As(r.o.DatabaseURL, login)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, address, 4)
	if err != nil {
		return nil, fmt.Errorf("log in as %s: %w", login, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := r.desks[login]; ok {
		return d, s.Close() // somebody else was first
	}
	d = &desk.Desk{Store: s, Patience: answerWithin}
	r.desks[login] = d
	return d, nil
}

// lane is a lane's ClearBacklog in play.
type lane struct {
	lane casefile.Lane
	now  time.Time
	seen map[string]bool // the reviews that were put into play
	// arrivals come to the lane while it is played; nil if none do.
	arrivals *arrivals
}

// addLane puts a lane into play, if its backlog was started, with the reviews
// that are open already, and with those who come to it meanwhile.
func (r *Rehearsal) addLane(ctx context.Context, l casefile.Lane, begun time.Time, a *arrivals) error {
	now, err := r.skip(false).Now(ctx, contract.BacklogID(l))
	if errors.Is(err, timeskip.ErrEnded) {
		return nil
	}
	if err != nil {
		return err
	}
	line := &lane{lane: l, now: now, seen: map[string]bool{}, arrivals: a}
	if err := line.takeUp(ctx, r); err != nil {
		return err
	}
	r.add(stop{begun, line})
	return nil
}

const aWeek = 7 * 24 * time.Hour

// takeUp puts the drawn reviews into play that are not in play yet.
func (l *lane) takeUp(ctx context.Context, r *Rehearsal) error {
	drawn, err := r.o.Store.Listings(ctx, l.lane, r.o.Horizon)
	if err != nil {
		return err
	}
	for _, d := range drawn {
		if l.seen[d.Case] {
			continue
		}
		v, err := r.newReview(ctx, d)
		if errors.Is(err, timeskip.ErrEnded) {
			continue // closed before this rehearsal, or about to be started
		}
		if err != nil {
			return err
		}
		l.seen[d.Case] = true
		r.add(stop{d.DrawnAt, v})
	}
	return nil
}

// step lets a lane draw once more, and puts the drawn reviews into play.
func (l *lane) step(ctx context.Context, r *Rehearsal) (_ time.Time, err error) {
	if !l.now.Before(r.o.Horizon) {
		return l.now, timeskip.ErrEnded
	}
	if !r.o.Silent && l.lane == casefile.Legacy {
		if err := r.resolveLate(ctx, clock.DateOf(l.now)); err != nil {
			return l.now, err
		}
	}
	if l.arrivals != nil {
		if err := l.arrivals.come(ctx, r, clock.DateOf(l.now)); err != nil {
			return l.now, err
		}
	}
	// A minute past the week, so that the draw is over when the clock stands.
	to := l.now.Add(aWeek + time.Minute)
	if to.After(r.o.Horizon) {
		to = r.o.Horizon
	}
	if l.now, err = r.forward(ctx, false, contract.BacklogID(l.lane), l.now, to); err != nil {
		return l.now, fmt.Errorf("the %s lane: %w", l.lane, err)
	}
	return l.now, l.takeUp(ctx, r)
}

// random gives each case numbers of its own, in any order of play.
func (r *Rehearsal) random(key string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key)) // never fails
	return rand.New(rand.NewPCG(r.o.Seed, h.Sum64()))
}

// stop is when something is to be played next.
type stop struct {
	at     time.Time
	played played
}

// stops is a heap, the earliest first.
type stops []stop

func (s stops) Len() int           { return len(s) }
func (s stops) Less(i, j int) bool { return s[i].at.Before(s[j].at) }
func (s stops) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// Push adds a stop.
func (s *stops) Push(x any) { *s = append(*s, x.(stop)) }

// Pop takes the last stop.
func (s *stops) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
