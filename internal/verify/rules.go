package verify

import (
	"context"
	"fmt"

	"hame/internal/policy"
	"hame/internal/store"
)

// rulesAsWritten looks at what the record says of each rule set that was proposed or adopted: the
// text says the same of itself.
func rulesAsWritten(ctx context.Context, s *store.Store) ([]store.Breach, error) {
	all, err := s.Rules(ctx)
	if err != nil {
		return nil, err
	}
	var found []store.Breach
	for _, r := range all {
		set, err := policy.Load(r.Hash, []byte(r.Body))
		switch {
		case err != nil:
			found = append(found, store.Breach{Rule: "rules are adopted", Detail: fmt.Sprintf("it can't be read: %v", err)})
		case set.Hash != r.Hash, set.ID != r.ID, set.Use != r.Use, set.Lane != r.Lane, set.InForceFrom != r.InForceFrom:
			found = append(found, store.Breach{Rule: "rules are adopted",
				Detail: fmt.Sprintf("rule set %s does not say of itself what the record says of it: %s, %s %s, from %s", r.Hash, r.ID, r.Use, r.Lane, r.InForceFrom)})
		}
	}
	return found, nil
}
