package policy

import (
	"fmt"
	"maps"
	"slices"

	"cel.dev/cel-go/cel"

	"hame/internal/casefile"
)

// State tells how far a fact can be relied on.
type State string

// The three states. A disputed fact counts like an unknown one: neither for
// nor against anybody.
const (
	Known    State = "known"
	Unknown  State = "unknown"
	Disputed State = "disputed"
)

// Fact is one thing a criterion may ask about.
type Fact struct {
	State State `json:"state"`
	// Value is a bool, an int64 or a string as the fact's entry in [Documented]
	// says; it is nil unless the fact is known.
	Value any `json:"value,omitempty"`
}

// Is makes a known fact.
func Is(value any) Fact {
	if n, ok := value.(int); ok {
		value = int64(n)
	}
	return Fact{State: Known, Value: value}
}

// NotKnown is a fact that the file does not show.
func NotKnown() Fact { return Fact{State: Unknown} }

// InDispute is a fact that is recorded and contested.
func InDispute() Fact { return Fact{State: Disputed} }

// Facts are what is known of a person and the family, by the names of
// [Documented]. A name that is missing is unknown.
type Facts map[string]Fact

// Doc documents a fact that expressions may name.
type Doc struct {
	Type    *cel.Type
	Meaning string
}

// Documented lists every fact that criteria and the order of listing may name.
var Documented = map[string]Doc{
	"age_years":                      {cel.IntType, "the person's age in full years"},
	"residence_years":                {cel.IntType, "full years since the person arrived in the United Kingdom, or was born here"},
	"child_residence_years":          {cel.IntType, "full years of residence of the child who has lived here longest while under 18"},
	"children":                       {cel.IntType, "members of the family who may be under 18"},
	"children_born_in_scotland":      {cel.IntType, "children recorded as born in Scotland"},
	"child_turns_18_within_6_months": {cel.BoolType, "a child may reach 18 within six months (C14)"},
	"claim_years":                    {cel.IntType, "full years since the principal's claim"},
	"supported":                      {cel.BoolType, "the family receives asylum support"},
	"serious_illness":                {cel.BoolType, "the file flags a serious illness"},
	"public_harm_alleged":            {cel.BoolType, "the file alleges public harm; orders listing, and counts in no recommendation"},
	"public_harm_confirmed":          {cel.BoolType, "two officers have confirmed the allegation of public harm"},
	"security_check":                 {cel.StringType, "the person's latest security check: clear or refer"},
	"health_evidence":                {cel.StringType, "what the GP sent: complete, partial or nothing_held"},
	"community_evidence":             {cel.BoolType, "letters came from the community"},
	"best_interests": {cel.StringType,
		"what the signed welfare reports conclude of the children: remain, return or undetermined"},
	"representation_accepted": {cel.BoolType, "a representation was accepted"},
	// A kind that no evidence names is unknown, never false: nobody was asked for a list.
	LivedHere(casefile.LifeSchool):  {cel.BoolType, "evidence shows a member of the family at school, nursery or college here"},
	LivedHere(casefile.LifeSport):   {cel.BoolType, "evidence shows a member of the family in sport here"},
	LivedHere(casefile.LifeMusic):   {cel.BoolType, "evidence shows a member of the family in music here"},
	LivedHere(casefile.LifeExams):   {cel.BoolType, "evidence shows a member of the family sitting exams here"},
	LivedHere(casefile.LifeWork):    {cel.BoolType, "evidence shows a member of the family at work here, paid or not"},
	LivedHere(casefile.LifeFaith):   {cel.BoolType, "evidence shows a member of the family in a community of faith here"},
	LivedHere(casefile.LifeFriends): {cel.BoolType, "evidence shows a member of the family among friends here"},
}

// LivedHere is the name of the fact that evidence shows a kind of life lived here.
func LivedHere(kind casefile.LifeKind) string { return "lived_here_" + string(kind) }

var environment = func() *cel.Env {
	var options []cel.EnvOption
	for _, name := range slices.Sorted(maps.Keys(Documented)) {
		options = append(options, cel.Variable(name, Documented[name].Type))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		panic("policy: the documented facts make no CEL environment: " + err.Error())
	}
	return env
}()

// expression is a compiled CEL expression of boolean type.
type expression struct {
	program cel.Program
	ast     *cel.Ast
}

// names reports whether the expression asks about a fact.
func (e expression) names(fact string) bool {
	for _, ref := range e.ast.NativeRep().ReferenceMap() {
		if ref.Name == fact {
			return true
		}
	}
	return false
}

func compile(source string) (expression, error) {
	ast, issues := environment.Compile(source)
	if issues.Err() != nil {
		return expression{}, issues.Err()
	}
	if ast.OutputType() != cel.BoolType {
		return expression{}, fmt.Errorf("%q gives %s; a criterion must be true or false", source, ast.OutputType())
	}
	program, err := environment.Program(ast, cel.EvalOptions(cel.OptPartialEval))
	return expression{program, ast}, err
}
