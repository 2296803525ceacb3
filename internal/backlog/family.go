package backlog

import (
	"fmt"
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/gazetteer"
)

// maker makes one family from its rows and collects what is wrong with them.
type maker struct {
	*reader
	group    *group
	rows     []*row
	people   []*row // the same, in the order of the family's people
	faults   []Finding
	warnings []Finding
	// elsewhere is the council outside Scotland that the family's rows name.
	elsewhere string
}

func (m *maker) fault(x *row, column, reason string, args ...any) {
	m.faults = append(m.faults, m.finding(x, column, fmt.Sprintf(reason, args...)))
}

func (m *maker) warn(x *row, column, reason string, args ...any) {
	m.warnings = append(m.warnings, m.finding(x, column, fmt.Sprintf(reason, args...)))
}

// finding says where a column's cell starts, or the row if the file lacks the
// column.
func (m *maker) finding(x *row, column, reason string) Finding {
	line := x.line
	if at, ok := m.header.at[column]; ok {
		line = x.cells[at].line
	}
	return Finding{line, shown(m.group.key), column, reason}
}

// make returns the family; it is whole only if no fault was found.
func (m *maker) make() casefile.Family {
	for _, p := range m.group.rows {
		x := m.row()
		x.record, x.place = m.whole(p), p
		m.rows = append(m.rows, x)
		m.readTexts(x)
	}
	family := casefile.Family{Key: m.group.key, Lane: casefile.Legacy, Support: casefile.SupportNone}
	principal := m.principal()
	m.uniqueKeys()
	m.people = slices.Clone(m.rows)
	slices.SortStableFunc(m.people, func(a, b *row) int {
		switch principal {
		case a:
			return -1
		case b:
			return +1
		}
		return 0
	})
	for i, x := range m.people {
		person := m.person(x)
		person.No = i + 1
		family.People = append(family.People, person)
	}
	m.household(&family, principal)
	if principal != nil {
		m.contradictions(family)
		m.twice(family)
	}
	return family
}

// row returns an empty row, one that a family before has done with if there is one.
func (m *maker) row() *row {
	n := len(m.spare)
	if n == 0 {
		return &row{values: map[string]string{}, faulty: map[string]bool{}}
	}
	x := m.spare[n-1]
	m.spare = m.spare[:n-1]
	clear(x.values)
	clear(x.faulty)
	return x
}

// release gives the family's rows back.
func (m *maker) release() { m.spare = append(m.spare, m.rows...) }

// principal returns the row of the principal, the first if there are several.
// That there is none is no fault of its own while some row's relationship
// can't be read.
func (m *maker) principal() *row {
	var principal *row
	unread := m.group.torn
	for _, x := range m.rows {
		switch relationship := x.values["relationship"]; {
		case strings.EqualFold(relationship, string(casefile.Principal)):
			if principal != nil {
				m.fault(x, "relationship", "two principals: line %d is one already, expected one in a family", principal.line)
				continue
			}
			principal = x
		case !known(relationship, casefile.Relationships):
			unread = true
		}
	}
	if principal == nil && !unread {
		m.fault(m.rows[0], "relationship", "no principal: expected one row of the family whose relationship is principal")
	}
	return principal
}

// uniqueKeys finds person keys that are there twice.
func (m *maker) uniqueKeys() {
	seen := map[string]int{}
	for _, x := range m.rows {
		key := x.values["person"]
		if line, twice := seen[key]; twice && key != "" {
			m.fault(x, "person", "the person key is there twice: line %d has it already", line)
			continue
		}
		seen[key] = x.line
	}
}

// household takes what holds for the whole family from the principal's row.
// Where that is empty, the first other row that has a value stands in.
func (m *maker) household(family *casefile.Family, principal *row) {
	if principal == nil {
		for _, x := range m.rows { // there is no family, but these have faults too
			m.council(x)
			code(m, x, "support", supports, "")
			code(m, x, "lane", lanes, "")
		}
		return
	}
	for column, field := range map[string]*string{
		"area": &family.Area, "address": &family.Address, "postcode": &family.Postcode,
		"phone": &family.Phone, "email": &family.Email,
		"representative": &family.Representative, "representative_contact": &family.RepresentativeContact,
	} {
		*field = m.shared(column, principal, func(x *row) string { return x.values[column] })
	}
	family.Council = m.shared("council", principal, m.council)
	if principal.values["council"] == "" && !principal.faulty["council"] {
		m.fault(principal, "council", "council is missing: the principal's row needs one")
	}
	support := func(x *row) string { return string(code(m, x, "support", supports, "")) }
	if s := m.shared("support", principal, support); s != "" {
		family.Support = casefile.Support(s)
	}
	lane := func(x *row) string { return string(code(m, x, "lane", lanes, "")) }
	if s := m.shared("lane", principal, lane); s != "" {
		family.Lane = casefile.Lane(s)
	}
	if family.Address == "" && !principal.faulty["address"] {
		m.warn(principal, "address", "no address")
	}
}

// shared returns the family's value of a column, and warns of rows that differ
// from it or had to stand in for the principal's.
func (m *maker) shared(column string, principal *row, value func(*row) string) string {
	got := value(principal)
	for _, x := range m.rows {
		if x == principal {
			continue
		}
		switch v := value(x); {
		case v == "" || v == got:
		case got == "":
			got = v
			m.warn(x, column, "taken for the family from this row, since the principal's is empty")
		default:
			m.warn(x, column, "differs within the family: line %d was taken", principal.line)
		}
	}
	return got
}

// council returns the GSS code of a row's council, empty if it names none.
func (m *maker) council(x *row) string {
	s := x.values["council"]
	if s == "" {
		return ""
	}
	found, ok := gazetteer.FindCouncil(s)
	if !ok {
		m.noCouncil(x, s)
		return ""
	}
	c, _ := gazetteer.CouncilByGSS(found.GSS)
	if found.Former {
		m.warn(x, "council", "former code mapped: %s is now %s (%s)", quoted(s), c.GSS, c.Name)
	}
	if !gazetteer.InScotland(c.GSS) {
		if m.elsewhere != c.GSS { // once for all rows of the family
			m.fault(x, "council", "%s (%s) is a council of %s: Hame is for the backlog of Scotland; "+
				"leave the family out, or name the council in Scotland that it lives in", c.Name, c.GSS, c.Nation)
		}
		m.elsewhere = c.GSS
		return ""
	}
	return c.GSS
}

// noCouncil is the fault of a code or name that no council has. A code is compared with
// codes, a name with names.
func (m *maker) noCouncil(x *row, s string) {
	near := ""
	if c, ok := gazetteer.NearestCouncil(s); ok {
		near = fmt.Sprintf("; the nearest known one is %s (%s)", c.Name, c.GSS)
	}
	if gazetteer.IsGSSCode(s) {
		m.fault(x, "council",
			"unknown council code %s: no council has or had it; expected a GSS code such as S12000049, or a "+
				"council's name", quoted(s))
		return
	}
	m.fault(x, "council", "unknown council %s: expected a GSS code or a council's name%s", quoted(s), near)
}
