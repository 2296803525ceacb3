// Package uigate stands before Temporal's Web UI. The UI's server shows every
// namespace to everybody who reaches it; a gate lets through what is of one namespace, and,
// where it is asked to, only to those who may read it.
package uigate

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Options say what a gate lets through, and to whom.
type Options struct {
	// Server is the address of Temporal's Web UI. Only gates may reach it.
	Server *url.URL
	// Namespace is the only one whose reviews can be read.
	Namespace string
	// MayRead reports whether a login with its password may read. Nil lets everybody
	// read who reaches the gate.
	MayRead func(ctx context.Context, login, password string) (bool, error)
	Logger  *slog.Logger
}

// askedAtOnce is how many logins are asked about at the same time [D]: each takes a
// connection of the record.
const askedAtOnce = 4

// admittedFor is how long a login is let in without being asked for again [D]: what it
// was granted may be revoked.
const admittedFor = time.Minute

// Gate is a gate: an [http.Handler].
type Gate struct {
	o     Options
	proxy *httputil.ReverseProxy

	asking singleflight.Group
	turns  chan struct{}

	mu       sync.Mutex
	admitted map[[32]byte]time.Time // login and password by digest, until when
}

// New returns a gate.
func New(o Options) *Gate {
	return &Gate{o: o, turns: make(chan struct{}, askedAtOnce), admitted: map[[32]byte]time.Time{},
		proxy: &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(o.Server)
				// Send the path that the gate has checked, in its plain form.
				r.Out.URL.Path, r.Out.URL.RawPath = r.In.URL.Path, ""
				r.Out.Header.Del("Authorization")
			},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
				o.Logger.Warn("the Web UI's server does not answer", "error", err.Error())
				http.Error(w, "the Web UI's server does not answer", http.StatusBadGateway)
			},
		}}
}

// ServeHTTP lets a request through or refuses it.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.mayRead(w, r) {
		return
	}
	if !ofNamespace(r.URL, g.o.Namespace) {
		http.Error(w, "this Web UI shows the namespace "+g.o.Namespace+" only", http.StatusNotFound)
		return
	}
	if r.URL.Path == "/" { // the UI's server would open its default namespace
		http.Redirect(w, r, "/namespaces/"+g.o.Namespace+"/workflows", http.StatusFound)
		return
	}
	g.proxy.ServeHTTP(w, r)
}

// mayRead asks for a login where one is wanted.
func (g *Gate) mayRead(w http.ResponseWriter, r *http.Request) bool {
	if g.o.MayRead == nil {
		return true
	}
	login, password, typed := r.BasicAuth()
	if typed && g.isAdmitted(r.Context(), login, password, w) {
		return true
	}
	if w.Header().Get("Retry-After") != "" {
		return false // it was answered
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="Hame: restricted reviews, for senior caseworkers and the auditor", charset="UTF-8"`)
	http.Error(w, "your login and password of the record, please: senior caseworkers and the auditor may read this",
		http.StatusUnauthorized)
	return false
}

func (g *Gate) isAdmitted(ctx context.Context, login, password string, w http.ResponseWriter) bool {
	key := sha256.Sum256([]byte(login + "\x00" + password))
	g.mu.Lock()
	until, known := g.admitted[key]
	g.mu.Unlock()
	if known && time.Now().Before(until) {
		return true
	}
	// A page asks for many things at once: its login is asked about once.
	answer, err, _ := g.asking.Do(string(key[:]), func() (any, error) {
		g.turns <- struct{}{}
		defer func() { <-g.turns }()
		return g.o.MayRead(context.WithoutCancel(ctx), login, password)
	})
	may, _ := answer.(bool)
	if err != nil {
		g.o.Logger.Warn("who may read restricted reviews can't be asked", "error", err.Error())
		w.Header().Set("Retry-After", "5")
		http.Error(w, "the record does not answer: nobody can be let in", http.StatusServiceUnavailable)
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for k, until := range g.admitted {
		if time.Now().After(until) {
			delete(g.admitted, k)
		}
	}
	if may {
		g.admitted[key] = time.Now().Add(admittedFor)
	}
	return may
}

// general are the calls that tell nothing of a review.
var general = []string{"/api/v1/settings", "/api/v1/cluster", "/api/v1/cluster-info", "/api/v1/system-info",
	"/api/v1/namespaces"}

// ofNamespace reports whether a request reads the one namespace, or nothing of any. A
// path that can be read in two ways is refused.
func ofNamespace(u *url.URL, namespace string) bool {
	p := u.Path
	if p != path.Clean("/"+p) && p != path.Clean("/"+p)+"/" {
		return false
	}
	if encoded := strings.ToLower(u.RawPath); strings.Contains(encoded, "%2f") || strings.Contains(encoded, "%25") {
		return false
	}
	if !strings.HasPrefix(strings.ToLower(p), "/api") {
		return true // the UI's own pages, scripts and pictures
	}
	p = strings.TrimSuffix(p, "/")
	for _, g := range general {
		if p == g {
			return true
		}
	}
	own := "/api/v1/namespaces/" + namespace
	return p == own || strings.HasPrefix(p, own+"/")
}
