package uigate

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// standing puts a gate before a server that says what it was asked.
func standing(t *testing.T, may func(context.Context, string, string) (bool, error)) string {
	t.Helper()
	ui := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Asked", strings.TrimSpace(r.Method+" "+r.URL.EscapedPath()+" "+r.Header.Get("Authorization")))
	}))
	t.Cleanup(ui.Close)
	server, err := url.Parse(ui.URL)
	require.NoError(t, err)
	gate := httptest.NewServer(New(Options{Server: server, Namespace: "hame", MayRead: may, Logger: slog.New(slog.DiscardHandler)}))
	t.Cleanup(gate.Close)
	return gate.URL
}

func ask(t *testing.T, method, address, login, password string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(method, address, nil)
	require.NoError(t, err)
	if login != "" {
		r.SetBasicAuth(login, password)
	}
	answer, err := http.DefaultTransport.RoundTrip(r) // no redirects followed
	require.NoError(t, err)
	_ = answer.Body.Close()
	return answer
}

// TestAGateShowsOneNamespace, however another one's reviews are asked for (F4).
func TestAGateShowsOneNamespace(t *testing.T) {
	gate := standing(t, nil)
	for path, want := range map[string]int{
		"/": 302, "/namespaces/hame/workflows": 200, "/_app/immutable/entry/start.js": 200, "/favicon.ico": 200,
		"/namespaces/hame-restricted/workflows": 200, // the page is the UI's own: what it asks for is refused
		"/api/v1/settings":                      200, "/api/v1/cluster-info": 200, "/api/v1/system-info": 200, "/api/v1/namespaces": 200, "/api/v1/namespaces/": 200,
		"/api/v1/namespaces/hame": 200, "/api/v1/namespaces/hame/workflows?query=x": 200, "/api/v1/namespaces/hame/workflows/2RW-PGHX/history": 200,
		"/api/v1/namespaces/hame/workflows/a%3Ab": 200,

		"/api/v1/namespaces/hame-restricted":                           404,
		"/api/v1/namespaces/hame-restricted/workflows":                 404,
		"/api/v1/namespaces/HAME-restricted/workflows":                 404,
		"/api/v1/namespaces/hame%2Drestricted/workflows":               404,
		"/api/v1/namespaces/hame%2dRestricted/workflows":               404,
		"/api/v1/namespaces/hame/../hame-restricted/workflows":         404,
		"/api/v1/namespaces/hame/%2e%2e/hame-restricted/workflows":     404,
		"/api/v1/namespaces/hame%2F..%2Fhame-restricted/workflows":     404,
		"/api/v1/namespaces/hame%252F..%252Fhame-restricted/workflows": 404,
		"//api/v1/namespaces/hame-restricted/workflows":                404,
		"/api//v1/namespaces/hame-restricted/workflows":                404,
		"/x/../api/v1/namespaces/hame-restricted/workflows":            404,
		"/API/v1/namespaces/hame-restricted/workflows":                 404,
		"/%61pi/v1/namespaces/hame-restricted/workflows":               404,
		"/api/v1/cluster/namespaces/hame-restricted/search-attributes": 404,
		"/api/v1/namespaces/default/workflows":                         404,
		"/api/v1/nexus/endpoints":                                      404,
		"/api/v2/namespaces/hame/workflows":                            404,
	} {
		require.Equal(t, want, ask(t, "GET", gate+path, "", "").StatusCode, path)
	}
	require.Equal(t, "/namespaces/hame/workflows", ask(t, "GET", gate+"/", "", "").Header.Get("Location"))
	require.Equal(t, "GET /api/v1/namespaces/hame/workflows/a:b", ask(t, "GET", gate+"/api/v1/namespaces/hame/workflows/a%3Ab", "", "").Header.Get("Asked"))
}

// TestAGateAsksWhoReads: the gate lets in readers who may read, and the password they typed
// goes no further.
func TestAGateAsksWhoReads(t *testing.T) {
	asked := 0
	gate := standing(t, func(_ context.Context, login, password string) (bool, error) {
		asked++
		if login == "away" {
			return false, errors.New("the record is away")
		}
		return login == "fiona" && password == "right", nil
	})
	page := gate + "/namespaces/hame/workflows"
	answer := ask(t, "GET", page, "", "")
	require.Equal(t, 401, answer.StatusCode)
	require.Contains(t, answer.Header.Get("WWW-Authenticate"), "Basic realm=")
	require.Equal(t, 401, ask(t, "GET", page, "morag", "right").StatusCode)
	require.Equal(t, 401, ask(t, "GET", page, "fiona", "wrong").StatusCode)
	require.Equal(t, 503, ask(t, "GET", page, "away", "x").StatusCode)
	require.Equal(t, 3, asked)
	answer = ask(t, "GET", page, "fiona", "right")
	require.Equal(t, 200, answer.StatusCode)
	require.Equal(t, "GET /namespaces/hame/workflows", answer.Header.Get("Asked"), "no password reaches the Web UI's server")
	require.Equal(t, 200, ask(t, "GET", page, "fiona", "right").StatusCode)
	require.Equal(t, 4, asked, "not asked again within the minute")
	require.Equal(t, 401, ask(t, "GET", page, "fiona", "wrong").StatusCode)
}
