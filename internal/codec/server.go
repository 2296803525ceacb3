package codec

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	commonpb "go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// How long what lets somebody in does so [D].
const (
	linkLasts    = time.Hour // until it is used, which it can be once
	sessionLasts = 12 * time.Hour
)

const (
	cookieName = "hame_codec"
	// bodyLimit bounds one request: a page of history is far smaller.
	bodyLimit = 16 << 20
	// objectLimit bounds the JSON objects of one request: each takes far more memory
	// than the two characters it can be written in.
	objectLimit = 100_000
	// MinimumToken is how long a bearer token must be.
	MinimumToken = 24
)

// ServerOptions say whom a codec server serves.
type ServerOptions struct {
	Keyset *Keyset
	// Token lets its bearer decode, and make links. At least MinimumToken characters.
	Token string
	// Origins are the Web UIs from whose pages a browser may ask, such as http://127.0.0.1:8233.
	Origins []string
	// Home is where a link leads once it has let somebody in.
	Home   string
	Logger *slog.Logger
}

// Server decodes payloads for the Web UI and the command line. It lets in a client that
// brings the bearer token, or the cookie that a one-time link has set; from a
// browser only pages of the allowed origins. It never encodes. Every request is
// counted and logged, with the workflows that it read and never with what they say.
type Server struct {
	o     ServerOptions
	codec *Codec
	mux   *http.ServeMux

	decoded, refused *prometheus.CounterVec

	mu       sync.Mutex
	links    map[[32]byte]admission // by digest of what a link has in it
	sessions map[[32]byte]admission // by digest of a cookie, its name too: one set over TLS counts over TLS alone
	n        int                    // sessions so far
}

// admission is for whom a link or a session is, and until when.
type admission struct {
	reader string // a login
	no     int    // of the session
	until  time.Time
}

// NewServer returns a codec server. It refuses a token that could be guessed,
// and origins that are none.
func NewServer(o ServerOptions) (*Server, error) {
	if len(o.Token) < MinimumToken {
		return nil, fmt.Errorf("the codec server's token has %d characters, and needs %d or more: set HAME_CODEC_TOKEN to a random one", len(o.Token), MinimumToken)
	}
	for _, origin := range o.Origins {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			return nil, fmt.Errorf("HAME_CODEC_ORIGINS: %q is no origin: write it as http://127.0.0.1:8233", origin)
		}
	}
	s := &Server{o: o, codec: New(o.Keyset), mux: http.NewServeMux(), links: map[[32]byte]admission{},
		sessions: map[[32]byte]admission{},
		decoded: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hame_codec_payloads_decoded_total",
			Help: "Payloads decoded, by what let their reader in."}, []string{"by"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hame_codec_requests_refused_total",
			Help: "Requests refused, by reason."}, []string{"reason"}),
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(s.decoded, s.refused)
	s.mux.HandleFunc("POST /decode", s.decode)
	s.mux.HandleFunc("OPTIONS /decode", s.preflight)
	s.mux.HandleFunc("POST /link", s.link)
	s.mux.HandleFunc("GET /enter", s.ask)
	s.mux.HandleFunc("POST /enter", s.enter)
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	s.mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return s, nil
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// allow lets the page that asks read the answer, and reports whether it may ask:
// one of an allowed origin, or none, as of the command line.
func (s *Server) allow(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if !slices.Contains(s.o.Origins, origin) {
		s.refuse(w, "origin", "pages of this origin may not decode", http.StatusForbidden)
		return false
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Allow-Credentials", "true")
	return true
}

func (s *Server) preflight(w http.ResponseWriter, r *http.Request) {
	if s.allow(w, r) {
		w.Header().Set("Access-Control-Allow-Methods", "POST")
		w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Namespace")
		w.WriteHeader(http.StatusNoContent)
	}
}

// admitted tells by what the request is let in, "token" or "session N", and which
// login reads; both are empty if it is not let in, and the token names no login. A
// cookie counts only from the page of a browser that says where it is from.
func (s *Server) admitted(r *http.Request) (by, reader string) {
	if s.hasToken(r) {
		return "token", ""
	}
	cookie, err := r.Cookie(cookieOf(r).Name)
	if err != nil || r.Header.Get("Origin") == "" {
		return "", ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if open, ok := s.sessions[sha256.Sum256([]byte(cookie.Name+"="+cookie.Value))]; ok && time.Now().Before(open.until) {
		return fmt.Sprintf("session %d", open.no), open.reader
	}
	return "", ""
}

func (s *Server) hasToken(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.o.Token))
	return ok && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

func (s *Server) decode(w http.ResponseWriter, r *http.Request) {
	if !s.allow(w, r) {
		return
	}
	by, reader := s.admitted(r)
	if by == "" {
		s.refuse(w, "not_admitted", "open a one-time link first (starter codec link), or send the bearer token",
			http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		s.refuse(w, "too_large", fmt.Sprintf("more than %d bytes at once", bodyLimit), http.StatusRequestEntityTooLarge)
		return
	}
	if bytes.Count(body, []byte("{")) > objectLimit {
		s.refuse(w, "too_many", "too many payloads at once", http.StatusRequestEntityTooLarge)
		return
	}
	var in commonpb.Payloads
	if err := protojson.Unmarshal(body, &in); err != nil {
		s.refuse(w, "malformed", "this is no list of payloads", http.StatusBadRequest)
		return
	}
	out, err := s.codec.Decode(in.GetPayloads())
	if err != nil {
		reason := "altered"
		switch unknown := (*UnknownKeyError)(nil); {
		case errors.As(err, &unknown):
			reason = "unknown_key"
		case errors.Is(err, ErrPlain):
			reason = "plain"
		}
		s.refuse(w, reason, err.Error(), http.StatusBadRequest)
		return
	}
	kind, _, _ := strings.Cut(by, " ")
	s.decoded.WithLabelValues(kind).Add(float64(len(out)))
	s.o.Logger.Info("decoded", "by", by, "reader", reader, "payloads", len(out), "workflows",
		workflowsOf(in.GetPayloads()))
	answer, err := protojson.Marshal(&commonpb.Payloads{Payloads: out})
	if err != nil {
		s.refuse(w, "malformed", "the decoded payloads can't be written as JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(answer) // the client has gone
}

// workflowsOf names the workflows whose payloads were read.
func workflowsOf(payloads []*commonpb.Payload) []string {
	var ids []string
	for _, p := range payloads {
		if id := string(p.GetMetadata()[MetadataWorkflow]); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// link makes a one-time link for one reader, whom its request names. The bearer of
// the token answers for the name.
func (s *Server) link(w http.ResponseWriter, r *http.Request) {
	if !s.hasToken(r) {
		s.refuse(w, "not_admitted", "a link takes the bearer token", http.StatusUnauthorized)
		return
	}
	reader := r.URL.Query().Get("reader")
	if !loginPattern.MatchString(reader) {
		s.refuse(w, "reader", "a link names its reader: /link?reader=LOGIN", http.StatusBadRequest)
		return
	}
	secret := rand.Text()
	s.mu.Lock()
	now := time.Now()
	for digest, open := range s.links {
		if now.After(open.until) {
			delete(s.links, digest)
		}
	}
	s.links[sha256.Sum256([]byte(secret))] = admission{reader: reader, until: now.Add(linkLasts)}
	s.mu.Unlock()
	s.o.Logger.Info("made a link", "reader", reader, "lasts", linkLasts.String())
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(Link{Path: "/enter?link=" + secret}) // the client has gone
}

// loginPattern is what a reader may be called, as the logins of the record are.
var loginPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.@-]{0,62}$`)

// cookieOf is the cookie of a session, without its value. Over TLS its name begins with
// __Host-: then the browser takes it from this host over TLS alone, and sends it over
// TLS alone. Such a cookie is for every path. Without TLS it is sent to /decode only.
// No browser keeps cookies of two ports apart: docs/security.md says what follows.
func cookieOf(r *http.Request) *http.Cookie {
	c := &http.Cookie{Name: cookieName, Path: "/decode", MaxAge: int(sessionLasts.Seconds()), HttpOnly: true,
		SameSite: http.SameSiteStrictMode}
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		c.Name, c.Path, c.Secure = "__Host-"+cookieName, "/", true
	}
	return c
}

// Link is a way in that works once.
type Link struct {
	Path string `json:"path"` // under the server's address
}

// ask shows a page with one button. Only the button uses a link up: a program that
// looks at an address before a person does, as a chat's preview, does not.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; form-action 'self' "+s.o.Home)
	w.Header().Set("Referrer-Policy", "same-origin")
	w.Header().Set("Cache-Control", "no-store")
	_ = enterPage.Execute(w, r.URL.Query().Get("link")) // the browser has gone
}

var enterPage = template.Must(template.New("enter").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Hame: read payloads</title>
<form method="post" action="/enter"><input type="hidden" name="link" value="{{.}}">
<p>Let this browser read payloads in the Web UI, for twelve hours. The link works once.</p>
<p><button>Let it read</button></p></form></html>
`))

// enter sets the cookie of the first browser that uses a link.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1024)
	digest := sha256.Sum256([]byte(r.PostFormValue("link")))
	cookie := cookieOf(r)
	cookie.Value = rand.Text()
	s.mu.Lock()
	link, ok := s.links[digest]
	delete(s.links, digest)
	now := time.Now()
	for old, open := range s.sessions {
		if now.After(open.until) {
			delete(s.sessions, old)
		}
	}
	if ok = ok && now.Before(link.until); ok {
		s.n++
		s.sessions[sha256.Sum256([]byte(cookie.Name+"="+cookie.Value))] = admission{link.reader, s.n, now.Add(sessionLasts)}
	}
	n := s.n
	s.mu.Unlock()
	if !ok {
		s.refuse(w, "link", "this link was used before, or is older than "+linkLasts.String()+": make another with `starter codec link`", http.StatusForbidden)
		return
	}
	s.o.Logger.Info("let in by a link", "by", fmt.Sprintf("session %d", n), "reader", link.reader, "lasts",
		sessionLasts.String())
	http.SetCookie(w, cookie)
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	if s.o.Home == "" {
		fmt.Fprintln(w, "This browser may now read payloads in the Web UI.")
		return
	}
	http.Redirect(w, r, s.o.Home, http.StatusSeeOther)
}

func (s *Server) refuse(w http.ResponseWriter, reason, words string, code int) {
	s.refused.WithLabelValues(reason).Inc()
	s.o.Logger.Warn("refused", "reason", reason)
	http.Error(w, words, code)
}
