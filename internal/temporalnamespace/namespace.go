// Package temporalnamespace prepares, checks and connects to the two Temporal
// namespaces that Hame runs in: their retention and their search attributes.
package temporalnamespace

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hame/internal/contract"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Retention is how long closed reviews stay readable: ten years [D]. The record
// in PostgreSQL outlasts it.
const Retention = 10 * 365 * 24 * time.Hour

// Restricted is the namespace of restricted families' reviews, which stands beside
// Hame's own. What a reader of the Web UI learns of a review, the few alone learn who
// may know of restricted families.
func Restricted(namespace string) string { return Named(namespace) + "-restricted" }

// Named is a namespace of the settings by its name: the default one where none is named.
func Named(namespace string) string {
	if namespace == "" {
		return client.DefaultNamespace
	}
	return namespace
}

// Clients are the clients of both namespaces.
type Clients struct {
	// Open is where everything runs but the reviews of restricted families.
	Open client.Client
	// Apart is where the reviews of restricted families run.
	Apart client.Client

	namespace string
}

// Of returns the client of one of them.
func (c Clients) Of(apart bool) client.Client {
	if apart {
		return c.Apart
	}
	return c.Open
}

// Name returns the name of one of them.
func (c Clients) Name(apart bool) string {
	if apart {
		return Restricted(c.namespace)
	}
	return c.namespace
}

// Close ends both connections.
func (c Clients) Close() {
	c.Apart.Close()
	c.Open.Close()
}

// Dial connects to both namespaces: the one that the options name, and that of
// restricted reviews. They share one connection.
func Dial(ctx context.Context, options client.Options) (Clients, error) {
	c := Clients{namespace: Named(options.Namespace)}
	var err error
	if c.Open, err = client.DialContext(ctx, options); err != nil {
		return c, err
	}
	options.Namespace = Restricted(options.Namespace)
	if c.Apart, err = client.NewClientFromExistingWithContext(ctx, c.Open, options); err != nil {
		c.Open.Close()
	}
	return c, err
}

// Prepare makes both namespaces, raises their retention to years where it is less,
// and adds the search attributes that are missing. It can be run again.
func Prepare(ctx context.Context, options client.Options) error {
	both, preparing := errgroup.WithContext(ctx)
	for _, namespace := range []string{Named(options.Namespace), Restricted(options.Namespace)} {
		o := options
		o.Namespace = namespace
		both.Go(func() error { return prepare(preparing, o) })
	}
	return both.Wait()
}

func prepare(ctx context.Context, options client.Options) error {
	nc, err := client.NewNamespaceClient(options)
	if err != nil {
		return fmt.Errorf("connect to Temporal: %w", err)
	}
	defer nc.Close()
	d, err := nc.Describe(ctx, options.Namespace)
	var missing *serviceerror.NamespaceNotFound
	switch {
	case errors.As(err, &missing):
		err = nc.Register(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace: options.Namespace, WorkflowExecutionRetentionPeriod: durationpb.New(Retention)})
	case err == nil && d.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() < Retention:
		config := d.GetConfig()
		config.WorkflowExecutionRetentionTtl = durationpb.New(Retention)
		err = nc.Update(ctx, &workflowservice.UpdateNamespaceRequest{Namespace: options.Namespace, Config: config})
	}
	if err != nil {
		return fmt.Errorf("prepare namespace %s: %w", options.Namespace, err)
	}
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return fmt.Errorf("connect to Temporal: %w", err)
	}
	defer c.Close()
	// A new namespace takes some seconds to be known to every part of a server.
	for {
		absent, err := absentAttributes(ctx, c, options.Namespace)
		if err == nil && len(absent) == 0 {
			if usable(ctx, c) {
				return nil
			}
		} else if err == nil {
			add := map[string]enumspb.IndexedValueType{}
			for _, a := range contract.Attributes {
				if slices.Contains(absent, a.GetName()) {
					add[a.GetName()] = a.GetValueType()
				}
			}
			_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
				Namespace: options.Namespace, SearchAttributes: add})
		}
		if err != nil && !errors.As(err, &missing) {
			return fmt.Errorf("add search attributes: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("add search attributes: %w", ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// usable reports whether a query may name every search attribute: the part of
// the server that answers it learns of them some seconds after they are listed.
func usable(ctx context.Context, c client.Client) bool {
	var conditions []string
	for _, a := range contract.Attributes {
		conditions = append(conditions, a.GetName()+" IS NOT NULL")
	}
	_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: strings.Join(conditions,
		" AND ")})
	return err == nil
}

// Check names the namespace or the search attributes that are missing, and the
// command that makes them.
func Check(ctx context.Context, c Clients) error {
	for _, apart := range []bool{false, true} {
		if err := check(ctx, c.Of(apart), c.Name(apart)); err != nil {
			return err
		}
	}
	return nil
}

func check(ctx context.Context, c client.Client, namespace string) error {
	absent, err := absentAttributes(ctx, c, namespace)
	if err != nil {
		return fmt.Errorf("read the search attributes of namespace %s (starter setup makes it): %w", namespace, err)
	}
	if len(absent) > 0 {
		return fmt.Errorf("namespace %s lacks the search attributes %s: run `starter setup`", namespace,
			strings.Join(absent, ", "))
	}
	return nil
}

func absentAttributes(ctx context.Context, c client.Client, namespace string) ([]string, error) {
	have, err := c.OperatorService().ListSearchAttributes(ctx,
		&operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return nil, err
	}
	var absent []string
	for _, a := range contract.Attributes {
		if have.GetCustomAttributes()[a.GetName()] != a.GetValueType() {
			absent = append(absent, a.GetName())
		}
	}
	return absent, nil
}
