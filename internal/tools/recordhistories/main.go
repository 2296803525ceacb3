// Command recordhistories plays reviews on a real server and writes down their
// histories, one of each path, for the replay test: what open reviews have been
// through must still be replayable by tomorrow's code. It never overwrites a
// history: one that was recorded is kept until no review that old is open.
//
// It runs beside a private PostgreSQL and a Temporal server that can skip time:
//
//	make histories
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/encoding/protojson"

	"hame/activities"
	"hame/internal/carrier"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/codec"
	"hame/internal/contract"
	"hame/internal/devstack"
	"hame/internal/practice"
	"hame/internal/recorded"
	"hame/internal/settings"
	"hame/internal/store"
	"hame/internal/temporalnamespace"
	"hame/internal/timeskip"
	"hame/workflows"
)

// folder is where the histories stand, from the module's root.
const folder = "workflows/testdata/histories"

const taskQueue = "record-histories"

// path is one history to record.
type path struct {
	name          string // of its file
	describe      string
	manner        practice.Manner
	lane          casefile.Lane // legacy unless given
	silent        bool          // nobody does anything, for a year
	continueAfter int
	run           int // which run of the review is written down, from 0
	bad           bool
	returned      bool // the second officer returns the first proposal
	waived        bool // the child's check is waived
	stuck         bool // the evidence stage can't be opened at first
	clocks        bool // holds, more time, and a calendar that changes
	struck        bool // evidence turns out to be another family's in the decision stage
}

var paths = []path{
	{name: "grant", manner: practice.Manner{Represent: true}, describe: "a family is granted: from listing to the " +
		"status document, the questionnaire reminded of, missed and recorded as a gap"},
	{name: "refusal", manner: practice.Manner{Refuse: true}, describe: "a family is refused by two officers, " +
		"served, and no appeal is found after the window"},
	{name: "silent-for-a-year", silent: true, describe: "nobody does anything for a year: reminders, escalations " +
		"and diary rungs"},
	{
		name:          "continued-leg",
		manner:        practice.Manner{Represent: true},
		continueAfter: 12,
		run:           1,
		describe:      "the second run of a granted review that continues as new after every twelve steps",
	},
	{name: "bad-days", bad: true, describe: "a family is brought forward, held and let go, its review asked to " +
		"cancel and recovered; two letters come back, and its clock stops and starts again"},
	{name: "fast-track-grant", lane: casefile.FastTrack, describe: "a new claim is granted in the fast-track lane"},
	{name: "returned", manner: practice.Manner{Refuse: true}, returned: true, describe: "the second officer " +
		"returns a refusal to its author, who proposes it again; then it is agreed to"},
	{name: "answered", manner: practice.Manner{Represent: true}, describe: "the minister represents, and the " +
		"decision maker answers before the family is granted"},
	{name: "waived", waived: true, describe: "a child's check is waived by a senior caseworker, and the family is " +
		"granted"},
	{name: "stuck-and-recovered", stuck: true, describe: "the evidence stage can't be opened, and the review is " +
		"stuck until operations recover it; then the family is granted"},
	{name: "clocks", manner: practice.Manner{Refuse: true}, clocks: true, describe: "a family's clock is stopped " +
		"by a hold, lengthened and let go on, and a calendar changes; then it is refused, and a court holds the " +
		"search for an appeal"},
	{name: "struck", struck: true, describe: "evidence turns out to be another family's in the decision stage: two " +
		"officers strike it, the review goes back to evidence and on again, and the family is granted"},
	{name: "thresholds", silent: true, describe: "nobody does anything for a year, in which a child has lived here " +
		"for seven years: the one timer meets the threshold among the rungs, and the task that tells of it lapses"},
}

func main() {
	if err := record(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "recordhistories:", err)
		os.Exit(1)
	}
}

func record(ctx context.Context) error {
	if _, err := os.Stat("go.mod"); err != nil {
		return errors.New("run it from the module's root: make histories")
	}
	commit, err := commit(ctx)
	if err != nil {
		return err
	}
	r, err := open(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for i, p := range paths {
		if _, err := os.Stat(file(p.name, ".json")); err == nil {
			fmt.Printf("%s is there: a recorded history is never recorded again\n", file(p.name, ".json"))
			continue
		}
		if p.lane == "" {
			p.lane = casefile.Legacy
		}
		ref, err := r.list(ctx, fmt.Sprintf("R%d", i), p.lane, p.continueAfter)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if p.silent {
			err = r.forward(ctx, ref, r.now.Add(365*24*time.Hour))
		} else {
			err = r.play(ctx, ref, p)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		about := fmt.Sprintf("%s\nRecorded from commit %s.\n", p.describe, commit)
		if err := r.write(ctx, ref, p.name, p.run, about); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func file(name, ending string) string { return filepath.Join(folder, name+ending) }

// commit names the commit of the code that is running, and says if it was changed.
func commit(ctx context.Context) (string, error) {
	head, err := exec.CommandContext(ctx, "git", "rev-parse", "HEAD").Output()
	if err != nil {
		return "", fmt.Errorf("which commit is this? %w", err)
	}
	changed, err := exec.CommandContext(
		ctx,
		"git",
		"status",
		"--porcelain",
		"--",
		":(glob)workflows/*.go",
		"activities",
		"internal/casefile",
		"internal/policy",
		"internal/clock",
		"internal/store",
		":(exclude,glob)**/*_test.go",
	).Output()
	if err != nil {
		return "", fmt.Errorf("was this commit changed? %w", err)
	}
	name := strings.TrimSpace(string(head))
	if len(changed) > 0 {
		name += ", with changes not yet committed"
	}
	return name, nil
}

// recorder is a database, a server and a worker of its own.
type recorder struct {
	admin     string
	store     *store.Store
	clients   temporalnamespace.Clients
	client    client.Client // of the namespace where the recorded reviews run
	namespace string
	worker    worker.Worker
	// dispatcher delivers what people type, until it is stopped.
	dispatcher *carrier.Dispatcher
	stop       func()
	now        time.Time // of the review being played
	stopped    map[casefile.Ground]bool
}

func open(ctx context.Context) (*recorder, error) {
	var s settings.Starter
	if err := settings.Load(&s); err != nil {
		return nil, err
	}
	if s.AdminDatabaseURL == "" {
		return nil, errors.New("HAME_ADMIN_DATABASE_URL is not set: make histories")
	}
	admin, err := database(ctx, s.AdminDatabaseURL)
	if err != nil {
		return nil, err
	}
	if err := store.Setup(ctx, admin, store.SetupOptions{Staff: practice.Staff()}); err != nil {
		return nil, err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	options, err := settings.Connection("hame-worker", logger)
	if err != nil {
		return nil, err
	}
	keyset, err := recorded.Keyset("workflows/testdata/keyset.json")
	if err != nil {
		return nil, err
	}
	options.Plugins = append(options.Plugins, codec.Plugin(keyset))
	if err := temporalnamespace.Prepare(ctx, options); err != nil {
		return nil, err
	}
	r := &recorder{admin: admin, namespace: options.Namespace, stopped: map[casefile.Ground]bool{}}
	if r.store, err = r.as(ctx, "hame_worker"); err != nil {
		return nil, err
	}
	if r.clients, err = temporalnamespace.Dial(ctx, options); err != nil {
		return nil, err
	}
	r.client = r.clients.Open
	// Without the cache each task replays the whole history, and no sticky queue
	// writes the machine's name into it.
	worker.SetStickyWorkflowCacheSize(0)
	r.worker = worker.New(
		r.client,
		taskQueue,
		worker.Options{Identity: "hame-worker", WorkflowPanicPolicy: worker.BlockWorkflow},
	)
	workflows.Register(r.worker)
	acts := &activities.Activities{Store: r.store, Temporal: r.clients, TaskQueue: taskQueue}
	acts.Register(r.worker)
	r.dispatcher = &carrier.Dispatcher{
		Carrier: carrier.Carrier{Temporal: r.clients, Record: r.store, Acts: acts, TaskQueue: taskQueue},
		Logger:  logger,
	}
	delivering, stop := context.WithCancel(ctx)
	delivered := make(chan struct{})
	go func() { defer close(delivered); r.dispatcher.Run(delivering, time.Second) }()
	r.stop = func() { stop(); <-delivered }
	return r, r.worker.Start()
}

func (r *recorder) close() {
	r.stop()
	r.worker.Stop()
	r.clients.Close()
	_ = r.store.Close() // the program ends
}

// database makes a database for this recording.
func database(ctx context.Context, admin string) (string, error) {
	name := "hame_record_" + strings.ToLower(rand.Text()[:8])
	super, err := devstack.Superuser(admin, "postgres")
	if err != nil {
		return "", err
	}
	if err := devstack.NewDatabase(ctx, super, name); err != nil {
		return "", err
	}
	u, err := url.Parse(admin)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

func (r *recorder) as(ctx context.Context, login string) (*store.Store, error) {
	address, err := store.As(r.admin, login)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, address, 4)
}

// list imports a family, lists it for a working day some days on and starts its review.
func (r *recorder) list(ctx context.Context, key string, lane casefile.Lane, continueAfter int) (string, error) {
	operations, err := r.as(ctx, "archie")
	if err != nil {
		return "", err
	}
	if r.now, err = r.store.BusinessNow(ctx); err != nil {
		return "", err
	}
	today := clock.DateOf(r.now)
	family := practice.Quillfeather(key)
	family.Lane = lane
	if _, err := operations.Import(ctx, []casefile.Family{family}, key, true, today, func() {}); err != nil {
		return "", err
	}
	if err := operations.Close(); err != nil {
		return "", err
	}
	calendar, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	if err != nil {
		return "", err
	}
	var review casefile.Review
	err = r.store.InTx(ctx, func(tx *store.Tx) error {
		waiting, err := tx.Waiting(ctx, lane)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if w.Key == key {
				on := calendar.AddWorkingDays(today, 10)
				review = casefile.NewReview(w.Case, lane, "S12000049", r.now, on)
				review.ContinueAfter = continueAfter
				_, err = tx.List(ctx, w.Case, r.now, on, "recorded")
				return err
			}
		}
		return errors.New("the family is not waiting; is it taken for a duplicate?")
	})
	if err != nil {
		return "", err
	}
	_, err = r.client.ExecuteWorkflow(ctx, contract.ReviewOptions(review, taskQueue), contract.CaseReviewWorkflow, review)
	if err != nil {
		return "", err
	}
	// A minute on, so that the review is open when the office first looks.
	return review.Case, r.forward(ctx, review.Case, r.now.Add(time.Minute))
}

// forward moves the review's clock to an instant, with every timer on the way.
func (r *recorder) forward(ctx context.Context, ref string, to time.Time) (err error) {
	r.now, err = timeskip.Skipper{Client: r.client, Namespace: r.namespace}.Forward(ctx, ref, r.now, to)
	return err
}

// write writes one run's history, and beside it where it comes from.
func (r *recorder) write(ctx context.Context, ref, name string, run int, about string) error {
	d, err := r.client.DescribeWorkflowExecution(ctx, ref, "")
	if err != nil {
		return err
	}
	ids := []string{d.GetWorkflowExecutionInfo().GetFirstRunId()}
	var history *historypb.History
	for i := 0; i <= run; i++ {
		if history, err = r.history(ctx, ref, ids[i]); err != nil {
			return err
		}
		next := history.GetEvents()[len(history.GetEvents())-1].GetWorkflowExecutionContinuedAsNewEventAttributes().
			GetNewExecutionRunId()
		if next == "" && i < run {
			return fmt.Errorf("the review has no run %d", run)
		}
		ids = append(ids, next)
	}
	body, err := protojson.Marshal(history)
	if err != nil {
		return err
	}
	// protojson varies its white space; a recorded file should not.
	var plain any
	if err := json.Unmarshal(body, &plain); err != nil {
		return err
	}
	if body, err = json.Marshal(plain); err != nil {
		return err
	}
	if err := os.WriteFile(file(name, ".json"), append(body, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d events, %d kB\n", file(name, ".json"), len(history.GetEvents()), len(body)/1000)
	return os.WriteFile(file(name, ".txt"), []byte(about), 0o644)
}

func (r *recorder) history(ctx context.Context, ref, run string) (*historypb.History, error) {
	history := &historypb.History{}
	events := r.client.GetWorkflowHistory(ctx, ref, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			return nil, err
		}
		history.Events = append(history.Events, e)
	}
	return history, nil
}
