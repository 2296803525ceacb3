package codec

import (
	"errors"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// Converter returns a data converter that encrypts.
func Converter(k *Keyset) converter.DataConverter {
	return converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), New(k))
}

// Plugin packages all that encrypts: payloads, and the messages and stack traces
// of failures. Clients, the workers made of them, and replayers take it alike.
func Plugin(k *Keyset) *temporal.SimplePlugin { return plugin(Converter(k)) }

// WorkerPlugin is Plugin for the worker: a payload under a key that it does not
// hold blocks the workflow task, until the keyset is mended, where an error would
// fail the review and close it.
func WorkerPlugin(k *Keyset) *temporal.SimplePlugin { return plugin(blocking{Converter(k)}) }

func plugin(data converter.DataConverter) *temporal.SimplePlugin {
	p, err := temporal.NewSimplePlugin(temporal.SimplePluginOptions{
		Name:          "hame-codec",
		DataConverter: data,
		FailureConverter: temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
			DataConverter: data, EncodeCommonAttributes: true}),
	})
	if err != nil {
		panic(err) // only a plugin without a name is refused
	}
	return p
}

// FromOutside marks the type of a message that anybody who reaches Temporal's
// frontend can send: one that can't be decrypted is refused and blocks nothing.
type FromOutside interface{ FromOutside() }

// blocking panics where the keyset lacks a key.
type blocking struct{ converter.DataConverter }

func (b blocking) FromPayload(p *commonpb.Payload, value any) error {
	return orBlock(b.DataConverter.FromPayload(p, value), value)
}

func (b blocking) FromPayloads(p *commonpb.Payloads, values ...any) error {
	return orBlock(b.DataConverter.FromPayloads(p, values...), values...)
}

// WithSerializationContext blocks in the context given too.
func (b blocking) WithSerializationContext(ctx converter.SerializationContext) converter.DataConverter {
	return blocking{converter.WithDataConverterSerializationContext(b.DataConverter, ctx)}
}

func orBlock(err error, values ...any) error {
	var unknown *UnknownKeyError
	if !errors.As(err, &unknown) {
		return err
	}
	for _, v := range values {
		if _, ok := v.(FromOutside); ok {
			return err
		}
	}
	panic(unknown)
}
