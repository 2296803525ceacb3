// Package codec encrypts what Hame keeps in Temporal: every payload and every
// failure, under one Tink AEAD keyset that worker, starter, replayer and codec
// server share. A payload is bound to its workflow: the workflow's id is its
// associated data, and stands in its metadata so that the codec server, which
// is told no workflow, can read it too.
//
// Ids, names of workflows, Updates and activities, search attributes, identities
// and timestamps are never encrypted; they hold nothing personal (process.md,
// invariant 5), and neither do the payloads: encryption is the second fence.
package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// Encoding is how an encrypted payload is marked in its metadata.
const Encoding = "binary/encrypted"

// The metadata of an encrypted payload beside its encoding.
const (
	MetadataWorkflow = "workflow-id" // the associated data
	MetadataKey      = "key-id"      // of the keyset's key, to find what an old key still holds
)

// ErrForeign is a payload that stands in another workflow than the one it was
// encrypted for.
var ErrForeign = errors.New("this payload was encrypted for another workflow")

// ErrPlain is a payload that is not encrypted: anybody who reaches Temporal's
// frontend could have written it, and nothing in it is believed.
var ErrPlain = errors.New("this payload is not encrypted, and so not from Hame")

// UnknownKeyError is a payload under a key that the keyset does not hold.
type UnknownKeyError struct{ Key uint32 }

func (e *UnknownKeyError) Error() string {
	return fmt.Sprintf("this payload is encrypted under key %d, which is not in the keyset: is HAME_KEYSET_FILE the installation's, and up to date?", e.Key)
}

// Codec encrypts and decrypts payloads. The zero value is not usable.
type Codec struct {
	keyset   *Keyset
	workflow string // for which it works; empty where the SDK does not say
	told     bool
}

// New returns the codec of a keyset.
func New(k *Keyset) *Codec { return &Codec{keyset: k} }

// WithSerializationContext returns the codec for one workflow's payloads, and
// for those of its activities.
func (c *Codec) WithSerializationContext(ctx converter.SerializationContext) converter.PayloadCodec {
	switch s := ctx.(type) {
	case converter.WorkflowSerializationContext:
		return &Codec{c.keyset, s.WorkflowID, true}
	case converter.ActivitySerializationContext:
		return &Codec{c.keyset, s.WorkflowID, true}
	}
	return c
}

// Encode encrypts every payload under the keyset's primary key.
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	keys := c.keyset.now.Load()
	sealed := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		plain, err := proto.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("encrypt a payload: %w", err)
		}
		data, err := keys.aead.Encrypt(plain, []byte(c.workflow))
		if err != nil {
			return nil, fmt.Errorf("encrypt a payload: %w", err)
		}
		sealed[i] = &commonpb.Payload{Data: data, Metadata: map[string][]byte{
			converter.MetadataEncoding: []byte(Encoding),
			MetadataWorkflow:           []byte(c.workflow),
			MetadataKey:                []byte(strconv.FormatUint(uint64(keys.primary), 10)),
		}}
	}
	return sealed, nil
}

// Decode decrypts what Encode has encrypted, and refuses everything else. Its errors
// are [ErrPlain], [ErrForeign], [*UnknownKeyError], and one for what was tampered with.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	plain := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		if string(p.GetMetadata()[converter.MetadataEncoding]) != Encoding {
			return nil, ErrPlain
		}
		var err error
		if plain[i], err = c.open(p); err != nil {
			return nil, err
		}
	}
	return plain, nil
}

func (c *Codec) open(p *commonpb.Payload) (*commonpb.Payload, error) {
	workflow := p.GetMetadata()[MetadataWorkflow]
	if c.told && string(workflow) != c.workflow {
		return nil, ErrForeign
	}
	keys := c.keyset.now.Load()
	// Tink's prefix: a version byte, and the id of the key.
	if data := p.GetData(); len(data) >= 5 && !keys.known[binary.BigEndian.Uint32(data[1:5])] {
		return nil, &UnknownKeyError{binary.BigEndian.Uint32(data[1:5])}
	}
	opened, err := keys.aead.Decrypt(p.GetData(), workflow)
	if err != nil {
		return nil, errors.New("this payload is not as it was encrypted: it or its workflow's id was changed")
	}
	plain := &commonpb.Payload{}
	if err := proto.Unmarshal(opened, plain); err != nil {
		return nil, fmt.Errorf("a decrypted payload is no payload: %w", err)
	}
	return plain, nil
}
