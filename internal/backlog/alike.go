package backlog

import (
	"fmt"
	"strings"

	"github.com/mtibben/confusables"
	"golang.org/x/text/cases"

	"hame/internal/typography"
)

// lookOf returns what a key looks like: two keys of one look are told apart by a
// computer and hardly by people, such as a Latin and a Cyrillic A, a nought and an O, two
// kinds of dash, or small letters and capitals (Unicode Technical Standard 39, skeletons).
func lookOf(key string) string {
	look := confusables.Skeleton(strings.Join(strings.Fields(typography.Plain(key)), " "))
	return cases.Fold().String(look)
}

// findAlike finds the families whose keys look like an earlier one's.
func (rd *reader) findAlike() {
	looks := make(map[string]*group, len(rd.order))
	for _, g := range rd.order {
		look := lookOf(g.key)
		earlier := looks[look]
		if earlier == nil {
			looks[look] = g
			continue
		}
		g.alike = earlier
		if earlier.alike == nil {
			earlier.alike = g
		}
	}
}

// warnAlike warns of an accepted family whose key looks like another's.
func (m *maker) warnAlike() {
	other := m.group.alike
	if other == nil {
		return
	}
	where := ""
	if len(other.rows) > 0 { // none of a family's rows may be readable
		where = fmt.Sprintf(", line %d", other.rows[0].line)
	}
	m.warn(m.rows[0], "family",
		"the key looks like that of family %s%s: two families, or one whose key was written in two ways?",
		quoted(other.key), where)
}
