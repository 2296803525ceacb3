package store

import (
	"context"
	"encoding/json"
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/whatif"
)

// rulesFile is a file as rules_file has it.
type rulesFile struct {
	policy.File
	Sent map[casefile.Provider][]casefile.EvidenceResult `json:"sent"` // all that each provider sent
}

// decodeFile reads what rules_file returns. Of all that a provider sent the best counts: what is
// complete before what is in part, and that before nothing.
func decodeFile(body []byte) (policy.File, error) {
	var f rulesFile
	if err := json.Unmarshal(body, &f); err != nil {
		return policy.File{}, Impossible("what rule sets ask of a file can't be read")
	}
	f.Providers = make(map[casefile.Provider]casefile.EvidenceResult, len(f.Sent))
	for provider, sent := range f.Sent {
		for i := len(casefile.EvidenceResults) - 1; i >= 0; i-- {
			for _, r := range sent {
				if r == casefile.EvidenceResults[i] {
					f.Providers[provider] = r
				}
			}
		}
	}
	return f.File, nil
}

// RulesFile returns what a family's file shows of it, as far as rule sets ask.
func (t *Tx) RulesFile(ctx context.Context, ref string) (policy.File, error) {
	var body []byte
	if err := t.get(ctx, &body, `select rules_file($1)`, ref); err != nil {
		return policy.File{}, err
	}
	return decodeFile(body)
}

// AskWhatIf asks the worker what a set would say of every family, with other values in place of
// its parameters, against another set or, if that is empty, against the one in force on each
// lane. It returns the question's number. NotPermitted but for operations, senior caseworkers, the auditor
// and the minister's office.
func (s *Store) AskWhatIf(ctx context.Context, ruleSet string, params map[string]string, against string) (int64, error) {
	if params == nil {
		params = map[string]string{}
	}
	body, err := json.Marshal(params)
	if err != nil {
		return 0, err
	}
	var no int64
	err = s.db.GetContext(ctx, &no, `select ask_what_if($1, $2, nullif($3, ''))`, ruleSet, string(body), against)
	return no, mapError(err)
}

// WhatIf is a question what another set would say, with its answer as its reader may see it.
type WhatIf struct {
	No       int64             `json:"no"`
	RuleSet  string            `json:"rule_set"` // the set's name
	Params   map[string]string `json:"params,omitempty"`
	Against  string            `json:"against,omitempty"` // empty for the sets in force
	On       clock.Date        `json:"on"`
	Files    int               `json:"files"` // how many are looked at
	Done     int               `json:"done"`  // so far
	Failed   string            `json:"failed,omitempty"`
	Finished bool              `json:"finished"`
	// Withheld counts the restricted families that the reader does not see; no count has them.
	Withheld int            `json:"withheld"`
	Counts   []whatif.Count `json:"counts"`
}

// WhatIf returns a question and, when it is finished, its answer. NotFound if there is none of
// this number.
func (s *Store) WhatIf(ctx context.Context, no int64) (WhatIf, error) {
	var body []byte
	var w WhatIf
	if err := s.db.GetContext(ctx, &body, `select what_if_state($1)`, no); err != nil {
		return w, mapError(err)
	}
	if body == nil {
		return w, &Error{Kind: NotFound}
	}
	return w, json.Unmarshal(body, &w)
}

// WhatIfParted is a family of whom two sets say different things.
type WhatIfParted struct {
	Case    string                  `json:"case"`
	Decided bool                    `json:"decided"`
	One     []policy.Recommendation `json:"one"`
	Other   []policy.Recommendation `json:"other"`
}

// WhatIfList lists the families of whom the two sets of a question say different things, as far
// as the reader may see them, in order of reference, and how many there are.
func (s *Store) WhatIfList(ctx context.Context, no int64, limit int) (parted []WhatIfParted, total int, err error) {
	var rows []struct {
		Case    string `db:"case_ref"`
		Decided bool   `db:"decided"`
		One     []byte `db:"one"`
		Other   []byte `db:"other"`
		Total   int    `db:"total"`
	}
	if err := s.db.SelectContext(ctx, &rows, `select case_ref, decided, one, other, total from what_if_list($1, $2)`, no, limit); err != nil {
		return nil, 0, mapError(err)
	}
	for _, r := range rows {
		p := WhatIfParted{Case: r.Case, Decided: r.Decided}
		if err := json.Unmarshal(r.One, &p.One); err != nil {
			return nil, 0, err
		}
		if err := json.Unmarshal(r.Other, &p.Other); err != nil {
			return nil, 0, err
		}
		parted, total = append(parted, p), r.Total
	}
	return parted, total, nil
}

// WhatIfAsked is a question that the worker answers.
type WhatIfAsked struct {
	No      int64
	RuleSet string // the hash
	Params  map[string]string
	Against string // the hash; empty for the sets in force
	On      clock.Date
}

// ClaimWhatIf gives the worker a question to answer; ok is false where none waits.
func (s *Store) ClaimWhatIf(ctx context.Context) (asked WhatIfAsked, ok bool, err error) {
	var rows []struct {
		No      int64      `db:"no"`
		RuleSet string     `db:"rule_set"`
		Params  []byte     `db:"params"`
		Against string     `db:"against"`
		On      clock.Date `db:"on_day"`
	}
	err = mapError(s.db.SelectContext(ctx, &rows, `select no, rule_set, params, coalesce(against, '') as against, on_day from claim_what_if()`))
	if err != nil || len(rows) == 0 {
		return asked, false, err
	}
	r := rows[0]
	asked = WhatIfAsked{No: r.No, RuleSet: r.RuleSet, Against: r.Against, On: r.On}
	return asked, true, json.Unmarshal(r.Params, &asked.Params)
}

// WhatIfSets returns the YAML of a question's set and of what it is held against, by lane, and by
// how many days cut-off days are later here.
func (s *Store) WhatIfSets(ctx context.Context, asked WhatIfAsked) (one string, other map[casefile.Lane]string, shift int, err error) {
	other = map[casefile.Lane]string{}
	err = s.InTx(ctx, func(t *Tx) error {
		if one, err = t.RuleSetBody(ctx, asked.RuleSet); err != nil {
			return err
		}
		for _, lane := range []casefile.Lane{casefile.Legacy, casefile.FastTrack} {
			hash := asked.Against
			if hash == "" {
				if hash, err = t.OperativeHash(ctx, lane, asked.On); err != nil {
					return err
				}
			}
			if other[lane], err = t.RuleSetBody(ctx, hash); err != nil {
				return err
			}
		}
		shift, err = t.CutOffShift(ctx)
		return err
	})
	return one, other, shift, err
}

// WhatIfFiles lists the files after one, in order of reference, at most so many. It is for the worker.
func (s *Store) WhatIfFiles(ctx context.Context, after string, atMost int) ([]whatif.Family, error) {
	var rows []struct {
		Case        string        `db:"case_ref"`
		Apart       bool          `db:"apart"`
		Counts      bool          `db:"counts"`
		Decided     bool          `db:"decided"`
		Lane        casefile.Lane `db:"lane"`
		Council     string        `db:"council"`
		Nationality string        `db:"nationality"`
		File        []byte        `db:"file"`
	}
	if err := s.db.SelectContext(ctx, &rows, `
		select case_ref, apart, counts, decided, lane, council, coalesce(nationality, '') as nationality, file
		from what_if_files($1, $2)`, after, atMost); err != nil {
		return nil, mapError(err)
	}
	families := make([]whatif.Family, len(rows))
	for i, r := range rows {
		file, err := decodeFile(r.File)
		if err != nil {
			return nil, err
		}
		families[i] = whatif.Family{Case: r.Case, Apart: r.Apart, Counts: r.Counts, Decided: r.Decided, Lane: r.Lane, Council: r.Council,
			Nationality: r.Nationality, File: file}
	}
	return families, nil
}

// SaveWhatIfPage keeps the families of a page of whom the sets say different things, and how many
// files were looked at so far. It renews the claim on the question.
func (s *Store) SaveWhatIfPage(ctx context.Context, no int64, done int, parted []whatif.Parted) error {
	if parted == nil {
		parted = []whatif.Parted{}
	}
	body, err := json.Marshal(parted)
	if err != nil {
		return err
	}
	return s.InTx(ctx, func(t *Tx) error {
		if err := t.exec(ctx, `
			insert into what_if_parted (what_if, case_ref, decided, one, other)
			select $1, x."case", x.decided, x.one, x.other
			from jsonb_to_recordset($2) x ("case" text, decided boolean, one jsonb, other jsonb)
			on conflict do nothing`, no, string(body)); err != nil {
			return err
		}
		return t.exec(ctx, `update what_if set done = $2, claimed_until = clock_timestamp() + interval '2 minutes' where no = $1`, no, done)
	})
}

// FinishWhatIf records the answer to a question, or in words why there is none.
func (s *Store) FinishWhatIf(ctx context.Context, no int64, counts []whatif.Count, failed string) error {
	ctx, done := context.WithTimeout(ctx, time.Minute)
	defer done()
	body, err := json.Marshal(counts)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `
		update what_if set counts = $2, failed = nullif($3, ''), done = coalesce(files, done), finished_at = clock_timestamp() where no = $1`,
		no, string(body), failed)
	return mapError(err)
}
