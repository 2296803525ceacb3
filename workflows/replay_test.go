package workflows_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"google.golang.org/protobuf/reflect/protoreflect"

	"hame/internal/casefile"
	"hame/internal/codec"
	"hame/internal/contract"
	"hame/internal/practice"
	"hame/internal/recorded"
	"hame/workflows"
)

const histories = "testdata/histories"

// mustBeThere are the paths of which there must be a history; more may stand beside them.
var mustBeThere = map[string]enumspb.EventType{
	"grant":             enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
	"refusal":           enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
	"silent-for-a-year": enumspb.EVENT_TYPE_UNSPECIFIED, // it is still open
	"continued-leg":     enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
	"bad-days":          enumspb.EVENT_TYPE_UNSPECIFIED,

	"fast-track-grant":    enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
	"returned":            enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
	"answered":            enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
	"waived":              enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
	"stuck-and-recovered": enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
	"clocks":              enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
	"thresholds":          enumspb.EVENT_TYPE_UNSPECIFIED,
}

// shows are Updates and texts that a path must have in its history, decrypted.
var shows = map[string][]string{
	"fast-track-grant":    {"fast-track"},
	"refusal":             {"decision.agree"},
	"returned":            {"decision.return", "decision.agree"},
	"silent-for-a-year":   {"escalation: ", "diary: "},
	"answered":            {"representation.answer"},
	"waived":              {"welfare.waive"},
	"stuck-and-recovered": {"stuck: OpenStage", "case.recover"},
	"thresholds":          {"a threshold of time", "case.threshold"},
	"clocks":              {"clock.hold", "clock.extend", "clock.release", "move-deadlines"},
}

const whatAFailureMeans = `
the code can't replay %s.
A review that is open today would stop at its next task: its code has been changed
in a way that its history doesn't allow. Put the change behind workflow.GetVersion,
with its change id a named constant, and leave the old branch until no such review
is open. Do not record the history again: it stands for reviews that can't be.`

// replay replays a history on a review's code, under the keyset and the id with
// which it was recorded.
func replay(t *testing.T, review any, h *historypb.History) error {
	t.Helper()
	r, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{Plugins: []worker.Plugin{codec.WorkerPlugin(keyset(t))}})
	require.NoError(t, err)
	r.RegisterWorkflowWithOptions(review, workflow.RegisterOptions{Name: contract.CaseReviewWorkflow})
	id := h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowId()
	return r.ReplayWorkflowHistoryWithOptions(quiet, h, worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: id}})
}

func keyset(t *testing.T) *codec.Keyset {
	t.Helper()
	k, err := recorded.Keyset("testdata/keyset.json")
	require.NoError(t, err)
	return k
}

// decrypted is a history with its payloads as they were before they were encrypted:
// all of them, but for the search attributes.
func decrypted(t *testing.T, h *historypb.History) *historypb.History {
	t.Helper()
	c := codec.New(keyset(t))
	require.NoError(t, protorange.Range(h.ProtoReflect(), func(v protopath.Values) error {
		m, ok := v.Index(-1).Value.Interface().(protoreflect.Message)
		if !ok {
			return nil
		}
		if p, ok := m.Interface().(*commonpb.Payload); ok {
			if strings.Contains(v.Path.String(), ".indexed_fields") {
				return nil
			}
			plain, err := c.Decode([]*commonpb.Payload{p})
			if err != nil {
				return fmt.Errorf("%s: %w", v.Path, err)
			}
			p.Data, p.Metadata = plain[0].GetData(), plain[0].GetMetadata()
		}
		return nil
	}))
	return h
}

func readHistory(t *testing.T, file string) *historypb.History {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	h, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return h
}

func historyFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(histories, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no history is recorded, so nothing guards the open reviews: make histories")
	return files
}

func TestEveryPathIsRecorded(t *testing.T) {
	historyFiles(t)
	for name, end := range mustBeThere {
		h := readHistory(t, filepath.Join(histories, name+".json"))
		last := h.GetEvents()[len(h.GetEvents())-1].GetEventType()
		if end != enumspb.EVENT_TYPE_UNSPECIFIED {
			require.Equal(t, end, last, name)
		} else {
			require.NotEqual(t, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, last, name)
		}
		for _, e := range h.GetEvents() {
			require.NotEqual(t, enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED, e.GetEventType(), "%s: a task failed while it was recorded", name)
		}
		about, err := os.ReadFile(filepath.Join(histories, name+".txt"))
		require.NoError(t, err, "a text beside each history says which commit it is from")
		require.Regexp(t, `from commit [0-9a-f]{40}`, string(about))
	}
}

func TestOpenReviewsReplay(t *testing.T) {
	for _, file := range historyFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			info, err := os.Stat(file)
			require.NoError(t, err)
			require.Less(t, info.Size(), int64(300_000), "a recorded history is to be small")
			err = replay(t, workflows.CaseReview, readHistory(t, file))
			require.NoError(t, err, whatAFailureMeans, file)
		})
	}
}

// A guard that never fails guards nothing: a review whose code was changed
// without care is caught on every path.
func TestACarelessChangeIsCaught(t *testing.T) {
	careless := func(ctx workflow.Context, state casefile.Review) error {
		if err := workflow.Sleep(ctx, time.Hour); err != nil {
			return err
		}
		return workflows.CaseReview(ctx, state)
	}
	forgetful := func(workflow.Context, casefile.Review) error { return nil }
	for _, file := range historyFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			history := readHistory(t, file)
			require.Error(t, replay(t, careless, history), "a timer more")
			require.Error(t, replay(t, forgetful, history), "everything left out")
		})
	}
}

// What the server keeps of a review has no personal data in it, and not the name
// of the machine that worked on it.
func TestHistoriesHoldNothingPersonal(t *testing.T) {
	host, err := os.Hostname()
	require.NoError(t, err)
	for _, file := range historyFiles(t) {
		body, err := protojson.Marshal(decrypted(t, readHistory(t, file)))
		require.NoError(t, err)
		var plain any
		require.NoError(t, json.Unmarshal(body, &plain))
		var found []string
		texts(plain, &found)
		require.Greater(t, len(found), 500, file)
		decoded := 0
		for _, text := range found {
			lower := strings.ToLower(text)
			if strings.Contains(lower, `"listing_date"`) {
				decoded++
			}
			for _, private := range practice.Private() {
				require.NotContains(t, lower, private, file)
			}
			require.NotContains(t, lower, "@"+strings.ToLower(host), file)
		}
		require.Greater(t, decoded, 10, "%s: the payloads were not read", file)
		all := strings.Join(found, "\n")
		for _, word := range shows[strings.TrimSuffix(filepath.Base(file), ".json")] {
			require.Contains(t, all, word, "%s is not what its name says", file)
		}
	}
}

// texts collects every string in a JSON value, and what those that are Base64 hold.
func texts(v any, found *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			*found = append(*found, key)
			texts(value, found)
		}
	case []any:
		for _, value := range v {
			texts(value, found)
		}
	case string:
		*found = append(*found, v)
		if data, err := base64.StdEncoding.DecodeString(v); err == nil {
			*found = append(*found, string(data))
		}
	}
}
