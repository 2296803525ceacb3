package casefile_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"hame/internal/casefile"
)

// FuzzDecodeFields: whatever stands in a command's row, its fields are read whole
// or refused; what was read is written and read again the same.
func FuzzDecodeFields(f *testing.F) {
	for i, rule := range casefile.ActRules {
		body, err := json.Marshal(casefile.NewFields(rule.Act))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), body)
		f.Add(uint8(i), []byte(`{"to":"morag","how":"phone","provider":"gp","result":"complete","priority":3}`))
	}
	f.Add(uint8(0), []byte(`{"to":"\u0000"}`))
	f.Add(uint8(1), []byte(`[`))
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		act := casefile.ActRules[int(which)%len(casefile.ActRules)].Act
		fields, err := casefile.DecodeFields(act, body)
		if err != nil {
			if refusal, ok := casefile.AsRefusal(err); !ok || refusal.Code != casefile.RefusedFields || refusal.Error() == "" {
				t.Fatalf("%s of %q: %v", act, body, err)
			}
			return
		}
		for _, asked := range fields.Ask() {
			if asked.Name == "" {
				t.Fatalf("%s asks for a field without a name", act)
			}
		}
		again, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		back, err := casefile.DecodeFields(act, again)
		if err != nil {
			t.Fatalf("%s: %q was read, written as %s, and is not read again: %v", act, body, again, err)
		}
		if !reflect.DeepEqual(fields, back) {
			t.Fatalf("%s: %s became %+v", act, again, back)
		}
	})
}
