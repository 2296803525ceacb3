package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"google.golang.org/protobuf/reflect/protoreflect"

	"hame/internal/clock"
	"hame/internal/codec"
	"hame/internal/contract"
)

// personal lists the columns that hold personal data, and how a canary is put
// into them; "" where the column's form takes none, and its real values are looked for.
var personal = map[string]string{
	"family.family_key": "", "family.area": "append", "family.address": "append", "family.postcode": "append", "family.phone": "append",
	"family.email": "append", "family.representative": "append", "family.representative_contact": "append",
	"person.person_key": "", "person.home_office_ref": "append", "person.family_name": "append", "person.given_names": "append",
	"person.name_key": "append", "person.date_of_birth": "", "person.birth_country": "append", "person.arrived_on": "", "person.claim_date": "",
	"person.claim_status_on": "", "person.last_interview_on": "", "person.language": "append", "person.interpreter": "append",
	"person.school": "append", "person.responsible_adult": "append",
	// Filled by acts, each with a canary of plant's, and by the rehearsal.
	"command_text.body": "", "post_item.said_reference": "", "post_item.said_name": "", "post_item.said_representative": "",
	"correction.old_value": "", "correction.new_value": "", "import_difference.old_value": "", "import_difference.new_value": "",
}

// impersonal are the columns of text that hold codes, ids, digests, days of the
// process, the staff's own names, and rules. A column that is in neither list
// fails the test: the engineer who adds one says which it is.
var impersonal = regexp.MustCompile(`^(file_merge|file_unmerge|merge_person|merge_fact|split|split_person|proceeding|representative_change|council_move|submission|archive|tracing|trace_step|reopening|second_request|person_end|end_rule|withdrawal|return_step|removal_window|act_role|act_slip|act_second|act_change|house_senior|strike|waiting_place|time_limit|task_kind|part_role|undelivered|defined|role_house|looked_into|worker_seen|comparison_finding|comparison|answer_change|backlog_lane|calendar_[a-z]+|case_read|case_role|chain_head|command|command_outcome|contact|decision|decision_outcome|erasure|` +
	`deadline_change|duplicate_candidate|evidence|extension|family_was|family_taken_back|finding|flag_request|ground_stops|hold|import_batch|import_take_back|pair_request|interview|lane_lock|letter|letter_sent|listing|named_on_case|officer|person_flag|` +
	`post_suggestion|programme|proposal|proposal_outcome|recommendation|representation|review|rule_set|rung|security_check|staff|staff_event|staff_member|threshold|` +
	`review_to_move|stage_entry|task|welfare_check|welfare_waiver)\.|` +
	`^command_text\.salt$|^correction\.(case_ref|field|reason|source)$|^import_difference\.(case_ref|field|finding)$|^import_staging(_person)?\.|` +
	`^family\.(case_ref|lane|council|support|digest)$|^person\.(case_ref|relationship|sex|nationality|born_in_scotland|claim_status)$|` +
	`^post_item\.(from_kind|case_ref|dismissed_why)$|^goose_`)

// plant puts a canary into every personal column of every family, before any
// review of it is opened, and has staff type some. It returns what was planted.
func (s *system) plant(t *testing.T) []string {
	t.Helper()
	admin := s.db.SQL(t, "postgres")
	var columns []string
	require.NoError(t, admin.Select(&columns, `
		select c.table_name || '.' || c.column_name from information_schema.columns c join pg_tables t on t.schemaname = c.table_schema and t.tablename = c.table_name
		where c.table_schema = 'hame' and c.data_type in ('text', 'jsonb', 'json', 'ARRAY', 'bytea', 'character varying') order by 1`))
	require.Greater(t, len(columns), 150)
	var canaries []string
	seen := 0
	for _, column := range columns {
		how, known := personal[column]
		require.True(t, known != impersonal.MatchString(column), "%s: say in this test whether it holds personal data", column)
		if known {
			seen++
		}
		if how == "" {
			continue
		}
		table, name, _ := strings.Cut(column, ".")
		var planted []string
		require.NoError(t, admin.Select(&planted, fmt.Sprintf(`update %s set %s = %[2]s || ' Zq' || substr(md5(random()::text), 1, 14) where %[2]s <> '' or '%[1]s' = 'family' returning right(%[2]s, 16)`, table, name)))
		require.NotEmpty(t, planted, column)
		canaries = append(canaries, planted...)
	}
	require.Equal(t, len(personal), seen, "a column of the list is not in the schema")
	return canaries
}

// typePersonal has staff type canaries into acts that take what somebody said.
func (s *system) typePersonal(t *testing.T) []string {
	t.Helper()
	var canaries []string
	canary := func() string {
		c := "Zq" + strings.ReplaceAll(uuid.NewString(), "-", "")[:14]
		canaries = append(canaries, c)
		return c
	}
	var refs []string
	worker := s.db.SQL(t, "hame_worker")
	require.Eventually(t, func() bool {
		return worker.Select(&refs, `select case_ref from review where stage <> 'closed' order by 1 limit 1`) == nil && len(refs) == 1
	}, time.Minute, 50*time.Millisecond, "no review is open")
	ref := refs[0]
	letter := file(t, "letter.yaml", "text: |\n  A letter about \""+canary()+"\"\n  of "+canary()+"\n")
	post := file(t, "post.yaml", fmt.Sprintf("name: %s\nreference: %s\nrepresentative: %s\nnote: %s\n", canary(), canary(), canary(), canary()))
	s.must(t, "--as", "morag", "post", "receive", "--from", "family", "--file", post)
	s.must(t, "--as", "morag", "representation", "receive", ref, "--from", "mp", "--file", letter)
	s.must(t, "--as", "morag", "case", "correct", ref, "address", "--reason", "mistyped", "--source", "letter", "--file", file(t, "fact.yaml", "value: "+canary()+"\n"))
	s.must(t, "--as", "morag", "case", "correct", ref+"/1", "family_name", "--reason", "mistyped", "--source", "passport", "--file", file(t, "fact.yaml", "value: "+canary()+"\n"))
	// What is refused in the command line, in the database and by the review.
	for _, bad := range [][]string{
		{"--as", "morag", "case", "correct", ref + "/1", "date_of_birth", "--reason", "mistyped", "--source", "passport", "--file", file(t, "fact.yaml", "value: "+canary()+"\n")},
		{"--as", "morag", "case", "correct", ref + "/99", "given_names", "--reason", "mistyped", "--source", "passport", "--file", file(t, "fact.yaml", "value: "+canary()+"\n")},
		{"--as", "ewan", "representation", "answer", ref, "99", "--rejected", "--file", file(t, "answer.yaml", "text: "+canary()+"\n")},
	} {
		_, errs, code := s.starter(t, bad...)
		require.NotZero(t, code, errs)
	}
	return canaries
}

// searcher finds any of many strings in long texts.
type searcher map[string][]string // by their first bytes

const atLeast = 6

func (s searcher) add(value string) {
	if len(value) >= atLeast {
		s[value[:atLeast]] = append(s[value[:atLeast]], value)
	}
}

func (s searcher) find(text string) string {
	for i := 0; i+atLeast <= len(text); i++ {
		for _, value := range s[text[i:i+atLeast]] {
			if strings.HasPrefix(text[i:], value) {
				return value
			}
		}
	}
	return ""
}

// forms adds a value as it is, as JSON escapes it, and as Base64 holds it at each
// of the three places of a group at which it can begin.
func (s searcher) forms(value string) {
	s.add(value)
	escaped, _ := json.Marshal(value)
	s.add(string(escaped[1 : len(escaped)-1]))
	s.add(strings.Trim(fmt.Sprintf("%+q", value), `"`))
	for shift := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + value))
		encoded = encoded[(shift*8+5)/6 : len(encoded)-3] // without the groups that other bytes have a part in
		if len(value) > 8 {
			s.add(encoded)
		}
	}
}

// private is every value of six characters or more that stands in a personal
// column at the end, and what was planted. Months and years alone are left out:
// any date has them in it. So is the birthday of a child born while the rehearsal
// runs: a deadline of somebody's may fall on it.
func (s *system) private(t *testing.T, planted []string) searcher {
	t.Helper()
	found := searcher{}
	for _, c := range planted {
		require.GreaterOrEqual(t, len(strings.TrimSpace(c)), 12)
		found.forms(strings.TrimSpace(c))
	}
	admin := s.db.SQL(t, "postgres")
	n := 0
	partial, today := regexp.MustCompile(`^\d{4}(-\d{2})?$`), clock.DateOf(time.Now()).String()
	for column := range personal {
		table, name, _ := strings.Cut(column, ".")
		var values []string
		require.NoError(t, admin.Select(&values, fmt.Sprintf(`select distinct %[1]s from %[2]s where length(%[1]s) >= %[3]d`, name, table, atLeast)))
		for _, v := range values {
			if !partial.MatchString(v) && (name != "date_of_birth" || v < today) {
				found.forms(v)
				n++
			}
		}
	}
	require.Greater(t, n, 500)
	return found
}

// kept is everything that Temporal keeps of a workflow, with its payloads
// decrypted: texts to be searched.
type kept struct {
	codec  *codec.Codec
	texts  strings.Builder
	sealed int      // encrypted payloads
	plain  []string // the fields of payloads that were not
}

// read adds all that stands in a message of Temporal's.
func (k *kept) read(m proto.Message) error {
	return protorange.Range(m.ProtoReflect(), func(v protopath.Values) error {
		last := v.Index(-1)
		for above := 2; above <= len(v.Values); above++ {
			if m, ok := v.Index(-above).Value.Interface().(protoreflect.Message); ok {
				if _, inside := m.Interface().(*commonpb.Payload); inside {
					return nil // it was read whole
				}
			}
		}
		switch value := last.Value.Interface().(type) {
		case protoreflect.Message:
			p, ok := value.Interface().(*commonpb.Payload)
			if !ok {
				return nil
			}
			opened := []*commonpb.Payload{p}
			if string(p.GetMetadata()[converter.MetadataEncoding]) == codec.Encoding {
				var err error
				if opened, err = k.codec.Decode(opened); err != nil {
					return err
				}
				k.sealed++
			} else {
				k.plain = append(k.plain, v.Path.String())
			}
			k.texts.Write(opened[0].GetData())
			for key, meta := range opened[0].GetMetadata() {
				k.texts.WriteString("\n" + key + "=" + string(meta))
			}
			k.texts.WriteByte('\n')
		case string:
			k.texts.WriteString(value + "\n")
		case []byte:
			k.texts.Write(value)
			k.texts.WriteByte('\n')
		}
		if last.Step.Kind() == protopath.MapIndexStep {
			k.texts.WriteString(last.Step.MapIndex().String() + "\n")
		}
		return nil
	})
}

// readAll reads all that there is of one run: its history, what describes it, and
// what its page shows.
func (s *system) readAll(t *testing.T, k *kept, apart bool, id, run string) {
	t.Helper()
	history := s.clients.Of(apart).GetWorkflowHistory(t.Context(), id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(t, err)
		require.NoError(t, k.read(event))
	}
	described, err := s.clients.Of(apart).WorkflowService().DescribeWorkflowExecution(t.Context(), &workflowservice.DescribeWorkflowExecutionRequest{
		Namespace: s.clients.Name(apart), Execution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: run}})
	require.NoError(t, err)
	require.NoError(t, k.read(described))
}

// leak begins the id of the workflow that leaks on purpose.
const leak = "leak-"

// requireLeaksFound leaks on purpose, at each place where a workflow's data can stand, and
// wants each leak found: a search that finds nothing proves something only then.
func (s *system) requireLeaksFound(t *testing.T) {
	t.Helper()
	mark := map[string]string{}
	for _, place := range []string{"id", "argument", "key", "memo", "summary", "details", "attribute", "identity", "reason"} {
		mark[place] = "Zq" + uuid.NewString()
	}
	c := s.dial(t, mark["identity"], s.keyset)
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: leak + mark["id"], TaskQueue: "nobody", Memo: map[string]any{"m": mark["memo"]},
		StaticSummary: mark["summary"], StaticDetails: mark["details"], TypedSearchAttributes: temporal.NewSearchAttributes(contract.AttributeCouncil.ValueSet(mark["attribute"]))},
		"Leak", map[string]string{mark["key"]: "\"" + mark["argument"] + "\""})
	require.NoError(t, err)
	require.NoError(t, c.TerminateWorkflow(t.Context(), leak+mark["id"], "", mark["reason"]))
	k := &kept{codec: codec.New(s.keyset)}
	s.readAll(t, k, false, leak+mark["id"], "")
	for place, marked := range mark {
		found := searcher{}
		found.forms(marked)
		for _, text := range []string{k.texts.String(), "x" + base64.StdEncoding.EncodeToString([]byte("y"+marked+"z")), base64.StdEncoding.EncodeToString([]byte(marked))} {
			require.NotEmpty(t, found.find(text), "the %s's leak, %s, is not found in %s", place, marked, text)
		}
	}
	accent := searcher{}
	accent.forms("Zoë \"Kaya\"")
	for _, text := range []string{`{"name": "Zoë \"Kaya\""}`, `Zo\u00eb \"Kaya\"`, `Zoë "Kaya"`} {
		require.NotEmpty(t, accent.find(text), text)
	}
}

// requireNothingPersonal reads everything that a rehearsal left in Temporal, and
// the logs, and wants none of the people in it (process.md, invariant 5).
func (s *system) requireNothingPersonal(t *testing.T, planted []string, logs map[string]string) {
	t.Helper()
	private := s.private(t, planted)
	s.requireLeaksFound(t)

	runs, workflows := 0, map[string]bool{}
	k := &kept{codec: codec.New(s.keyset)}
	for _, apart := range []bool{false, true} {
		s.requireNothingPersonalIn(t, apart, private, k, workflows, &runs)
	}
	require.Greater(t, len(workflows), 20)
	require.Greater(t, k.sealed, runs*20, "payloads were read")
	for _, field := range k.plain {
		require.Regexp(t, `indexed_fields|search_attributes`, field, "a payload that is not encrypted")
	}

	for _, pattern := range []string{"postgres.log*", "temporal.log*"} {
		files, err := filepath.Glob(filepath.Join(s.logs, pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, path := range files {
			body, err := os.ReadFile(path)
			require.NoError(t, err)
			logs[filepath.Base(path)] = string(body)
		}
	}
	for name, text := range logs {
		require.Empty(t, private.find(text), "%s holds personal data", name)
	}
}

// requireNothingPersonalIn reads everything that a rehearsal left in one of Temporal's
// namespaces.
func (s *system) requireNothingPersonalIn(t *testing.T, apart bool, private searcher, k *kept, workflows map[string]bool, runs *int) {
	t.Helper()
	var page []byte
	for {
		list, err := s.clients.Of(apart).ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{PageSize: 500, NextPageToken: page})
		require.NoError(t, err)
		for _, e := range list.GetExecutions() {
			id := e.GetExecution().GetWorkflowId()
			if strings.HasPrefix(id, leak) {
				continue
			}
			require.NoError(t, k.read(e))
			s.readAll(t, k, apart, id, e.GetExecution().GetRunId())
			// What the Web UI shows of a run is asked of each workflow's newest run, and of every
			// third of the others: a worker replays the run for it.
			if !workflows[id] || *runs%3 == 0 {
				value, err := s.clients.Of(apart).QueryWorkflow(t.Context(), id, e.GetExecution().GetRunId(), "__temporal_workflow_metadata")
				require.NoError(t, err)
				var shown sdkpb.WorkflowMetadata
				require.NoError(t, value.Get(&shown))
				require.NotEmpty(t, shown.GetCurrentDetails())
				require.NoError(t, k.read(&shown))
			}
			if found := private.find(k.texts.String()); found != "" {
				at := strings.Index(k.texts.String(), found)
				require.Empty(t, found, "Temporal keeps personal data of %s: …%q", id, k.texts.String()[max(0, at-200):min(k.texts.Len(), at+200)])
			}
			k.texts.Reset()
			*runs++
			workflows[id] = true
		}
		if page = list.GetNextPageToken(); len(page) == 0 {
			break
		}
	}
}
