package codec_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"hame/internal/codec"
)

const (
	token  = "a-token-that-nobody-would-guess"
	origin = "http://127.0.0.1:8233"
)

// served is a codec server, and a payload that says "a secret".
type served struct {
	*httptest.Server
	log    *bytes.Buffer
	client *http.Client
	body   string
}

func serve(t *testing.T) *served {
	t.Helper()
	k, _ := keyset(t)
	s := &served{log: &bytes.Buffer{}}
	handler, err := codec.NewServer(codec.ServerOptions{Keyset: k, Token: token, Origins: []string{origin}, Home: origin, Logger: slog.New(slog.NewJSONHandler(s.log, nil))})
	require.NoError(t, err)
	s.Server = httptest.NewServer(handler)
	t.Cleanup(s.Close)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	s.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	sealed, err := of(codec.Converter(k), "ABC-DEFG").ToPayload("a secret")
	require.NoError(t, err)
	body, err := protojson.Marshal(&commonpb.Payloads{Payloads: []*commonpb.Payload{sealed}})
	require.NoError(t, err)
	s.body = string(body)
	return s
}

func (s *served) ask(t *testing.T, method, path, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := s.client.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	out, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, answer.Header, string(out)
}

func TestWhoMayDecode(t *testing.T) {
	for _, c := range []struct {
		who     string
		headers []string
		code    int
	}{
		{"nobody in particular", nil, 401},
		{"a wrong token", []string{"Authorization", "Bearer " + token + "x"}, 401},
		{"an empty token", []string{"Authorization", "Bearer "}, 401},
		{"the token without its word", []string{"Authorization", token}, 401},
		{"a cookie of somebody's own making", []string{"Origin", origin, "Cookie", "hame_codec=guess"}, 401},
		{"the token, from a strange page", []string{"Authorization", "Bearer " + token, "Origin", "http://evil.example"}, 403},
		{"the token, from a page of another port", []string{"Authorization", "Bearer " + token, "Origin", "http://127.0.0.1:8234"}, 403},
		{"the token, from no page that says where it is from", []string{"Authorization", "Bearer " + token, "Origin", "null"}, 403},
		{"temporal's command line", []string{"Authorization", "Bearer " + token}, 200},
		{"the Web UI with the token", []string{"Authorization", "Bearer " + token, "Origin", origin}, 200},
	} {
		t.Run(c.who, func(t *testing.T) {
			s := serve(t)
			code, headers, body := s.ask(t, "POST", "/decode", s.body, c.headers...)
			require.Equal(t, c.code, code, body)
			var payloads commonpb.Payloads
			if code != 200 {
				require.Error(t, protojson.Unmarshal([]byte(body), &payloads))
				require.Contains(t, s.log.String(), "refused")
				return
			}
			require.NoError(t, protojson.Unmarshal([]byte(body), &payloads))
			require.Equal(t, `"a secret"`, string(payloads.GetPayloads()[0].GetData()))
			if len(c.headers) > 2 {
				require.Equal(t, origin, headers.Get("Access-Control-Allow-Origin"))
				require.Equal(t, "true", headers.Get("Access-Control-Allow-Credentials"))
			}
			require.Contains(t, s.log.String(), `"workflows":["ABC-DEFG"]`)
			require.NotContains(t, s.log.String(), "a secret")
			_, _, metrics := s.ask(t, "GET", "/metrics", "")
			require.Contains(t, metrics, `hame_codec_payloads_decoded_total{by="token"} 1`)
		})
	}
}

func TestALinkLetsOneBrowserInOnce(t *testing.T) {
	s := serve(t)
	code, _, _ := s.ask(t, "POST", "/link?reader=una", "")
	require.Equal(t, 401, code, "a link takes the token")
	for _, nobody := range []string{"", "?reader=", "?reader=una%0Amorag"} {
		code, _, _ = s.ask(t, "POST", "/link"+nobody, "", "Authorization", "Bearer "+token)
		require.Equal(t, 400, code, "a link names its reader")
	}
	code, _, body := s.ask(t, "POST", "/link?reader=una", "", "Authorization", "Bearer "+token)
	require.Equal(t, 200, code)
	var link codec.Link
	require.NoError(t, json.Unmarshal([]byte(body), &link))

	press := func(secret string) (int, http.Header, string) {
		return s.ask(t, "POST", "/enter", "link="+secret, "Content-Type", "application/x-www-form-urlencoded")
	}
	secret := strings.TrimPrefix(link.Path, "/enter?link=")
	code, _, _ = press("guess")
	require.Equal(t, 403, code)
	for _, method := range []string{"HEAD", "GET", "GET"} { // a chat looks at an address before a person does
		code, headers, page := s.ask(t, method, link.Path, "")
		require.Equal(t, 200, code)
		require.Empty(t, headers.Get("Set-Cookie"))
		require.Equal(t, method == "GET", strings.Contains(page, `value="`+secret+`"`), "the button has the link")
	}
	_, _, page := s.ask(t, "GET", `/enter?link="><script>`, "")
	require.NotContains(t, page, "<script>")
	code, headers, _ := press(secret)
	require.Equal(t, 303, code)
	require.Equal(t, origin, headers.Get("Location"))
	cookie := headers.Get("Set-Cookie")
	for _, word := range []string{"HttpOnly", "SameSite=Strict", "Max-Age=43200", "Path=/decode"} {
		require.Contains(t, cookie, word)
	}
	code, _, body = s.ask(t, "POST", "/decode", s.body, "Origin", origin)
	require.Equal(t, 200, code, "the cookie lets it in: %s", body)
	require.Contains(t, s.log.String(), `"msg":"decoded","by":"session 1","reader":"una"`, "the reading names its reader")
	code, _, _ = s.ask(t, "POST", "/decode", s.body)
	require.Equal(t, 401, code, "a cookie counts only with the page it is sent from")
	code, _, _ = s.ask(t, "POST", "/decode", s.body, "Origin", "http://evil.example")
	require.Equal(t, 403, code)
	code, _, body = press(secret)
	require.Equal(t, 403, code)
	require.Contains(t, body, "starter codec link")
	require.NotContains(t, s.log.String(), secret, "a link is not logged")
	_, _, metrics := s.ask(t, "GET", "/metrics", "")
	require.Contains(t, metrics, `hame_codec_payloads_decoded_total{by="session"} 1`)
	require.Contains(t, metrics, `hame_codec_requests_refused_total{reason="link"} 2`)
}

// TestBehindTLS the cookie is for this host over TLS alone.
func TestBehindTLS(t *testing.T) {
	s := serve(t)
	_, _, body := s.ask(t, "POST", "/link?reader=una", "", "Authorization", "Bearer "+token)
	var link codec.Link
	require.NoError(t, json.Unmarshal([]byte(body), &link))
	over := []string{"X-Forwarded-Proto", "https"}
	code, headers, _ := s.ask(t, "POST", "/enter", "link="+strings.TrimPrefix(link.Path, "/enter?link="), append(over, "Content-Type", "application/x-www-form-urlencoded")...)
	require.Equal(t, 303, code)
	cookie := headers.Get("Set-Cookie")
	for _, word := range []string{"__Host-hame_codec=", "Secure", "Path=/;", "HttpOnly", "SameSite=Strict"} {
		require.Contains(t, cookie, word)
	}
	value, _, _ := strings.Cut(cookie, ";")
	code, _, body = s.ask(t, "POST", "/decode", s.body, append(over, "Origin", origin, "Cookie", value)...)
	require.Equal(t, 200, code, body)
	code, _, _ = s.ask(t, "POST", "/decode", s.body, "Origin", origin, "Cookie", strings.Replace(value, "__Host-", "", 1))
	require.Equal(t, 401, code, "not without TLS")
}

func TestWhatACodecServerRefuses(t *testing.T) {
	s := serve(t)
	bearer := []string{"Authorization", "Bearer " + token}
	for what, c := range map[string]struct {
		method, path, body string
		code               int
	}{
		"to encode":           {"POST", "/encode", s.body, 404},
		"to read by GET":      {"GET", "/decode", "", 405},
		"what is no JSON":     {"POST", "/decode", "{", 400},
		"what is no payloads": {"POST", "/decode", `{"payloads": 1}`, 400},
		"what was altered":    {"POST", "/decode", strings.Replace(s.body, "QUJDLURFRkc=", "WFlaLVhZWlc=", 1), 400},
		"too much at once":    {"POST", "/decode", strings.Repeat(" ", 17<<20), 413},
		"too many at once":    {"POST", "/decode", `{"payloads": [` + strings.Repeat("{},", 5<<20) + `{}]}`, 413},
	} {
		code, _, body := s.ask(t, c.method, c.path, c.body, bearer...)
		require.Equal(t, c.code, code, "%s: %s", what, body)
	}
	code, _, _ := s.ask(t, "OPTIONS", "/decode", "", "Origin", "http://evil.example")
	require.Equal(t, 403, code)
	code, headers, _ := s.ask(t, "OPTIONS", "/decode", "", "Origin", origin)
	require.Equal(t, 204, code)
	require.Contains(t, headers.Get("Access-Control-Allow-Headers"), "X-Namespace")

	k, _ := keyset(t)
	_, err := codec.NewServer(codec.ServerOptions{Keyset: k, Token: "short"})
	require.ErrorContains(t, err, "HAME_CODEC_TOKEN")
	_, err = codec.NewServer(codec.ServerOptions{Keyset: k, Token: token, Origins: []string{"*"}})
	require.ErrorContains(t, err, "HAME_CODEC_ORIGINS")
}
