package codec_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"

	"hame/internal/codec"
)

func keyset(t testing.TB) (*codec.Keyset, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyset.json")
	require.NoError(t, codec.Create(path))
	k, err := codec.Load(path)
	require.NoError(t, err)
	return k, path
}

func of(dc converter.DataConverter, workflow string) converter.DataConverter {
	return converter.WithDataConverterSerializationContext(dc, converter.WorkflowSerializationContext{WorkflowID: workflow})
}

func TestAPayloadIsReadInItsOwnWorkflowOnly(t *testing.T) {
	k, _ := keyset(t)
	dc := codec.Converter(k)
	sealed, err := of(dc, "ABC-DEFG").ToPayload("evidence")
	require.NoError(t, err)
	require.NotContains(t, sealed.String(), "evidence")
	require.Equal(t, "ABC-DEFG", string(sealed.GetMetadata()[codec.MetadataWorkflow]))

	var got string
	require.NoError(t, of(dc, "ABC-DEFG").FromPayload(sealed, &got))
	require.Equal(t, "evidence", got)
	activity := converter.WithDataConverterSerializationContext(dc, converter.ActivitySerializationContext{WorkflowID: "ABC-DEFG", IsLocal: true})
	require.NoError(t, activity.FromPayload(sealed, &got), "its activities are of the workflow")
	require.NoError(t, dc.FromPayload(sealed, &got), "the codec server is told no workflow, and reads it from the payload")

	require.ErrorIs(t, of(dc, "XYZ-XYZW").FromPayload(sealed, &got), codec.ErrForeign)
	moved := proto.Clone(sealed).(*commonpb.Payload)
	moved.Metadata[codec.MetadataWorkflow] = []byte("XYZ-XYZW")
	for _, reader := range []converter.DataConverter{dc, of(dc, "XYZ-XYZW")} {
		require.ErrorContains(t, reader.FromPayload(moved, &got), "not as it was encrypted", "its metadata says another workflow")
	}
	altered := proto.Clone(sealed).(*commonpb.Payload)
	altered.Data[len(altered.Data)-1] ^= 1
	require.ErrorContains(t, dc.FromPayload(altered, &got), "not as it was encrypted")
	bare := proto.Clone(sealed).(*commonpb.Payload)
	delete(bare.Metadata, codec.MetadataWorkflow)
	require.Error(t, dc.FromPayload(bare, &got))
	short := &commonpb.Payload{Metadata: sealed.GetMetadata(), Data: []byte{1, 2}}
	require.Error(t, dc.FromPayload(short, &got))
}

// TestNothingInPlainIsBelieved: what is not encrypted could be anybody's.
func TestNothingInPlainIsBelieved(t *testing.T) {
	k, _ := keyset(t)
	plain, err := converter.GetDefaultDataConverter().ToPayload("evidence")
	require.NoError(t, err)
	var got string
	require.ErrorIs(t, of(codec.Converter(k), "ABC-DEFG").FromPayload(plain, &got), codec.ErrPlain)
	require.ErrorIs(t, codec.Converter(k).FromPayload(&commonpb.Payload{}, &got), codec.ErrPlain)
	require.Empty(t, got)
}

func TestRotation(t *testing.T) {
	k, path := keyset(t)
	first := k.Primary()
	before, err := of(codec.Converter(k), "ABC-DEFG").ToPayload("before")
	require.NoError(t, err)

	second, err := codec.Add(path)
	require.NoError(t, err)
	half, err := codec.Load(path) // a program that has taken up the first half
	require.NoError(t, err)
	require.Equal(t, first, half.Primary(), "an added key does not encrypt yet")
	require.NoError(t, codec.Promote(path, second))
	whole, err := codec.Load(path)
	require.NoError(t, err)
	require.Equal(t, second, whole.Primary())
	list, err := codec.List(path)
	require.NoError(t, err)
	require.Equal(t, []codec.Key{{ID: first}, {ID: second, Primary: true}}, list)

	after, err := of(codec.Converter(whole), "ABC-DEFG").ToPayload("after")
	require.NoError(t, err)
	var got string
	require.NoError(t, of(codec.Converter(whole), "ABC-DEFG").FromPayload(before, &got), "what the old key encrypted is read")
	require.NoError(t, of(codec.Converter(half), "ABC-DEFG").FromPayload(after, &got), "half way through, nobody is locked out")
	var unknown *codec.UnknownKeyError
	require.ErrorAs(t, of(codec.Converter(k), "ABC-DEFG").FromPayload(after, &got), &unknown)
	require.Equal(t, second, unknown.Key)

	require.ErrorContains(t, codec.Promote(path, 12345), "key 12345")
	require.ErrorContains(t, codec.Create(path), "never overwritten")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "a rotation keeps the file's mode")
}

func TestAKeysetThatIsNone(t *testing.T) {
	dir := t.TempDir()
	_, err := codec.Load(filepath.Join(dir, "missing.json"))
	require.ErrorContains(t, err, "starter keyset create")
	for name, body := range map[string]string{"empty": "", "text": "not JSON", "json": `{"primaryKeyId": 1}`, "zeros": string(make([]byte, 4096))} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(body), 0o600))
		_, err := codec.Load(path)
		require.ErrorContains(t, err, path, name)
	}
	open := filepath.Join(dir, "open.json")
	require.NoError(t, codec.Create(open))
	require.NoError(t, os.Chmod(open, 0o644))
	_, err = codec.Load(open)
	require.ErrorContains(t, err, "chmod o= "+open)
}

type fromOutside struct{ Text string }

func (fromOutside) FromOutside() {}

// A worker without the key must not fail its reviews, and must not be blocked by
// whoever sends it what it can't read.
func TestAWorkerWithoutTheKeyBlocks(t *testing.T) {
	theirs, _ := keyset(t)
	mine, _ := keyset(t)
	sealed, err := of(codec.Converter(theirs), "ABC-DEFG").ToPayloads("a review's state")
	require.NoError(t, err)
	worker := of(pluginConverter(t, codec.WorkerPlugin(mine)), "ABC-DEFG")
	var state string
	require.Panics(t, func() { _ = worker.FromPayloads(sealed, &state) })
	require.Panics(t, func() { _ = worker.FromPayload(sealed.GetPayloads()[0], &state) })
	var unknown *codec.UnknownKeyError
	require.ErrorAs(t, worker.FromPayloads(sealed, &fromOutside{}), &unknown)
	client := of(pluginConverter(t, codec.Plugin(mine)), "ABC-DEFG")
	require.ErrorAs(t, client.FromPayloads(sealed, &state), &unknown)
}

// Failures' messages and stack traces are encrypted with their details.
func TestFailures(t *testing.T) {
	k, _ := keyset(t)
	fc := temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{DataConverter: of(codec.Converter(k), "ABC-DEFG"), EncodeCommonAttributes: true})
	failure := fc.ErrorToFailure(temporal.NewApplicationError("what went wrong", "kind", "a detail"))
	require.NotContains(t, failure.String(), "went wrong")
	require.NotContains(t, failure.String(), "a detail")
	var app *temporal.ApplicationError
	require.ErrorAs(t, fc.FailureToError(failure), &app)
	require.Equal(t, "what went wrong", app.Message())
	require.Equal(t, "kind", app.Type(), "by its type the process tells failures apart")
}

// Whatever bytes stand in a payload, decoding never panics, never passes off as
// decrypted what was not encrypted here, and leaves its argument alone.
func FuzzDecode(f *testing.F) {
	k, _ := keyset(f)
	c := codec.New(k)
	seal := func(data string) *commonpb.Payload {
		sealed, err := c.WithSerializationContext(converter.WorkflowSerializationContext{WorkflowID: "ABC-DEFG"}).Encode([]*commonpb.Payload{{Data: []byte(data)}})
		require.NoError(f, err)
		return sealed[0]
	}
	real := seal("a payload")
	for _, p := range []*commonpb.Payload{real, {}, {Data: []byte("plain")}} {
		body, err := proto.Marshal(p)
		require.NoError(f, err)
		f.Add(body, p.GetData(), "ABC-DEFG", string(p.GetMetadata()[converter.MetadataEncoding]))
	}
	f.Fuzz(func(t *testing.T, wire, data []byte, workflow, encoding string) {
		p := &commonpb.Payload{}
		if proto.Unmarshal(wire, p) != nil {
			p = &commonpb.Payload{}
		}
		for _, p := range []*commonpb.Payload{p, {Data: data, Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encoding), codec.MetadataWorkflow: []byte(workflow)}}} {
			before := proto.Clone(p)
			out, err := c.Decode([]*commonpb.Payload{p})
			require.True(t, proto.Equal(before, p), "the argument was changed")
			if err != nil {
				require.Empty(t, out)
				continue
			}
			require.Equal(t, codec.Encoding, string(p.GetMetadata()[converter.MetadataEncoding]), "what is not encrypted is refused")
			require.Equal(t, "ABC-DEFG", string(p.GetMetadata()[codec.MetadataWorkflow]))
			require.True(t, bytes.Equal(real.GetData(), p.GetData()), "it was never encrypted here")
		}
		// And what is encrypted comes back the same.
		bound := c.WithSerializationContext(converter.WorkflowSerializationContext{WorkflowID: workflow})
		sealed, err := bound.Encode([]*commonpb.Payload{p})
		if err != nil {
			return // not a message that can be written, such as one with metadata that is no UTF-8
		}
		back, err := bound.Decode(sealed)
		require.NoError(t, err)
		require.True(t, proto.Equal(p, back[0]))
		_, err = c.WithSerializationContext(converter.WorkflowSerializationContext{WorkflowID: workflow + "x"}).Decode(sealed)
		require.True(t, errors.Is(err, codec.ErrForeign))
	})
}
