// Package docs_test holds the pages of this folder against the code that cites them.
package docs_test

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages are the pages that say what the marks mean.
var pages = []string{"domain.md", "process.md", "tried.md"}

var anchor = regexp.MustCompile(`<a id="([^"]+)"></a>`)

// anchors lists the anchors of a page.
func anchors(t *testing.T, page string) []string {
	t.Helper()
	body, err := os.ReadFile(page)
	require.NoError(t, err)
	var ids []string
	for _, m := range anchor.FindAllStringSubmatch(string(body), -1) {
		require.NotContains(t, ids, m[1], "%s has the anchor twice", page)
		ids = append(ids, m[1])
	}
	return ids
}

var (
	// C1 to C15 and R1 to R8.
	requirement = regexp.MustCompile(`\b[CR](?:1[0-9]|[1-9])\b`)
	// "(F4)" and "(A1, A3; …)": what was tried.
	tried = regexp.MustCompile(`\(((?:[AF][0-9]+[,;]? ?)+)[^)]*\)`)
	one   = regexp.MustCompile(`[AF][0-9]+`)
	// "row 3b", "rows 0 and 1", "rows 0 to 13".
	rows = regexp.MustCompile(`\brows? ((?:1[0-3]|[0-9])[ab]?)(?:(?:, | and | to )((?:1[0-3]|[0-9])[ab]?))*\b`)
	row  = regexp.MustCompile(`\b(?:1[0-3]|[0-9])[ab]?\b`)
	// [S29] and [S2, S3].
	source = regexp.MustCompile(`\[(S[0-9]+[a-z]?(?:, S[0-9]+[a-z]?)*)\]`)
	// "domain.md 6.2", and the sections that follow it: "6.2 and 3.1".
	section = regexp.MustCompile(`domain\.md,? ([0-9](?:\.[0-9])?)(?: and ([0-9]\.[0-9]))?`)
	// "process.md, Four eyes" and "process.md, invariant 5".
	named = regexp.MustCompile(`process\.md, ([A-Za-z]+(?: [a-z0-9]+)*)`)
	page  = regexp.MustCompile(`\b[a-z]+\.md\b`)
)

// marked is the text of a file in which marks stand: a program's comments and strings,
// all of a page.
func marked(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	if filepath.Ext(path) != ".go" {
		return oneLine(string(body))
	}
	var s scanner.Scanner
	file := token.NewFileSet().AddFile(path, -1, len(body))
	s.Init(file, body, nil, scanner.ScanComments)
	var b strings.Builder
	for {
		_, tok, text := s.Scan()
		switch tok {
		case token.EOF:
			return oneLine(b.String())
		case token.COMMENT, token.STRING:
			b.WriteString(text + "\n")
		}
	}
}

// oneLine joins the lines of comments, so that a mark may be broken over two.
func oneLine(text string) string {
	return regexp.MustCompile(`\s*\n[\t ]*(?://|--|#)?[\t ]*`).ReplaceAllString(text, " ")
}

// TestEachMarkHasAnAnchor: what the code cites by a short mark stands in the pages of
// this folder, and no comment cites a page that the project does not have.
func TestEachMarkHasAnAnchor(t *testing.T) {
	var known []string
	for _, p := range pages {
		known = append(known, anchors(t, p)...)
	}
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); name != ".." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin") {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".go", ".sql", ".yaml", ".yml", ".md", ".sh"}, filepath.Ext(path)) || path == filepath.Join("..", "docs", "marks_test.go") {
			return nil
		}
		text := marked(t, path)
		cites := func(anchor, mark string) {
			assert.Contains(t, known, anchor, "%s cites %q, which no page of docs/ has", path, mark)
		}
		for _, m := range requirement.FindAllString(text, -1) {
			cites(m, m)
		}
		for _, m := range tried.FindAllStringSubmatch(text, -1) {
			for _, mark := range one.FindAllString(m[1], -1) {
				cites(mark, m[0])
			}
		}
		for _, m := range rows.FindAllString(text, -1) {
			for _, n := range row.FindAllString(strings.TrimLeft(m, "rows "), -1) {
				cites("row-"+n, m)
			}
		}
		for _, m := range source.FindAllStringSubmatch(text, -1) {
			for _, s := range strings.Split(m[1], ", ") {
				cites(s, m[0])
			}
		}
		for _, m := range section.FindAllStringSubmatch(text, -1) {
			for _, s := range m[1:] {
				if s != "" {
					cites("section-"+s, m[0])
				}
			}
		}
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			assert.True(t, slices.ContainsFunc(known, func(id string) bool {
				return strings.HasPrefix(strings.ToLower(strings.ReplaceAll(m[1], " ", "-"))+"-", id+"-")
			}), "%s cites %q: no page has a section of that name", path, m[0])
		}
		for _, m := range page.FindAllString(text, -1) {
			_, here := os.Stat(m)
			_, above := os.Stat(filepath.Join("..", m))
			assert.True(t, here == nil || above == nil, "%s cites the page %s, which the project does not have", path, m)
		}
		return nil
	}))
}

// TestTheLinksOfThePages lead to an anchor, a page or a file of the project.
func TestTheLinksOfThePages(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#]*)(#[^)]+)?\)`)
	all, err := filepath.Glob("*.md")
	require.NoError(t, err)
	for _, path := range append(all, filepath.Join("..", "README.md")) {
		body, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, m := range link.FindAllStringSubmatch(string(body), -1) {
			target := path
			if m[1] != "" {
				if strings.Contains(m[1], "://") {
					continue
				}
				target = filepath.Join(filepath.Dir(path), m[1])
				_, err := os.Stat(target)
				require.NoError(t, err, "%s links to %s", path, m[0])
			}
			if m[2] != "" && slices.Contains(pages, filepath.Base(target)) {
				require.Contains(t, anchors(t, filepath.Base(target)), strings.TrimPrefix(m[2], "#"), "%s links to %s", path, m[0])
			}
		}
	}
}
