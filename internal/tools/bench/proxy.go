package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// proxy stands between Hame and PostgreSQL and counts what passes: it sees
// exactly what the server does, whichever program or login sends it. With
// auto_explain set to notice it also collects the plan of every statement, those
// inside functions and triggers included.
type proxy struct {
	listener net.Listener
	server   string // host:port of PostgreSQL

	mu    sync.Mutex
	label string
	tally map[string]*traffic
	plans []plan
	keep  bool // plans are kept
}

// traffic is what was sent under one label.
type traffic struct {
	Statements int // begin and commit are statements too
	RoundTrips int
	Staff      int // of the statements, those under a login of the staff
	Looks      int // of the statements, those with which the dispatcher looks for something to do
}

// plan is a statement as it was run.
type plan struct {
	label string
	outer bool // sent as it stands, and not from within a function or trigger
	query string
	root  map[string]any
}

// newProxy begins to pass connections on to a server.
func newProxy(server string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: l, server: server, tally: map[string]*traffic{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // closed
			}
			go p.pass(c)
		}
	}()
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) close() { _ = p.listener.Close() } // nothing waits for it

// under labels what is sent from now on, and keeps its plans if asked to.
func (p *proxy) under(label string, keep bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.label, p.keep = label, keep
	if p.tally[label] == nil {
		p.tally[label] = &traffic{}
	}
}

// sum adds up what was sent under labels that begin so.
func (p *proxy) sum(prefix string) traffic {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all traffic
	for label, t := range p.tally {
		if strings.HasPrefix(label, prefix) {
			all.Statements += t.Statements
			all.RoundTrips += t.RoundTrips
			all.Staff += t.Staff
			all.Looks += t.Looks
		}
	}
	return all
}

func (p *proxy) count(f func(*traffic)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.tally[p.label]; t != nil {
		f(t)
	}
}

// pass carries one connection.
func (p *proxy) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return // the client sees its connection closed
	}
	defer server.Close()
	in := bufio.NewReaderSize(client, 1<<16)
	login, err := startup(in, server)
	if err != nil {
		return
	}
	s := &session{p: p, staff: login != "hame_worker", named: map[string]string{}}
	go func() {
		defer client.Close()
		_ = s.carry(bufio.NewReaderSize(server, 1<<16), client, s.fromServer) // ends with the connection
	}()
	_ = s.carry(in, server, s.fromClient)
}

// looks reports whether a statement is one with which the dispatcher looks for
// something to do.
func looks(statement string) bool {
	for _, of := range []string{"claim_undelivered", "claim_comparison", "asked_again from calendar_application", "from import_difference d"} {
		if strings.Contains(statement, of) {
			return true
		}
	}
	return false
}

// startup passes the first message on, which has no type, and returns the login.
func startup(in *bufio.Reader, server io.Writer) (login string, err error) {
	head, err := in.Peek(4)
	if err != nil {
		return "", err
	}
	body := make([]byte, binary.BigEndian.Uint32(head))
	if _, err := io.ReadFull(in, body); err != nil {
		return "", err
	}
	words := bytes.Split(body[8:], []byte{0})
	for i := 0; i+1 < len(words); i += 2 {
		if string(words[i]) == "user" {
			login = string(words[i+1])
		}
	}
	_, err = server.Write(body)
	return login, err
}

// session is one connection's state: which statement is being run.
type session struct {
	p     *proxy
	staff bool
	mu    sync.Mutex
	named map[string]string // prepared statements
	bound string
	now   string // the text of the statement that runs
}

// carry passes messages on, each of a type, a length and a body, and looks at
// each. Bodies of COPY are only passed on.
func (s *session) carry(from *bufio.Reader, to io.Writer, look func(byte, []byte)) error {
	out := bufio.NewWriterSize(to, 1<<16)
	var head [5]byte
	for {
		if _, err := io.ReadFull(from, head[:]); err != nil {
			return err
		}
		if _, err := out.Write(head[:]); err != nil {
			return err
		}
		n := int64(binary.BigEndian.Uint32(head[1:])) - 4
		if head[0] == 'd' || head[0] == 'D' && n > 1<<16 {
			if _, err := io.CopyN(out, from, n); err != nil {
				return err
			}
		} else {
			body := make([]byte, n)
			if _, err := io.ReadFull(from, body); err != nil {
				return err
			}
			look(head[0], body)
			if _, err := out.Write(body); err != nil {
				return err
			}
		}
		if from.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

func word(body []byte) (string, []byte) {
	w, rest, _ := bytes.Cut(body, []byte{0})
	return string(w), rest
}

func (s *session) fromClient(kind byte, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := func(text string) {
		s.now = text
		s.p.count(func(t *traffic) {
			t.Statements++
			if s.staff {
				t.Staff++
			}
			if looks(text) {
				t.Looks++
			}
		})
	}
	switch kind {
	case 'Q':
		text, _ := word(body)
		run(text)
		s.p.count(func(t *traffic) { t.RoundTrips++ })
	case 'P':
		name, rest := word(body)
		s.named[name], _ = word(rest)
	case 'B':
		_, rest := word(body)
		name, _ := word(rest)
		s.bound = s.named[name]
	case 'E':
		run(s.bound)
	case 'S':
		s.p.count(func(t *traffic) { t.RoundTrips++ })
	}
}

// fromServer picks the plans out of the notices.
func (s *session) fromServer(kind byte, body []byte) {
	if kind != 'N' {
		return
	}
	for len(body) > 1 {
		field := body[0]
		var text string
		text, body = word(body[1:])
		at := strings.IndexByte(text, '{')
		if field != 'M' || at < 0 || !strings.Contains(text[:at], "plan:") {
			continue
		}
		var read struct {
			Query string         `json:"Query Text"`
			Plan  map[string]any `json:"Plan"`
		}
		if err := json.Unmarshal([]byte(text[at:]), &read); err != nil {
			panic(fmt.Sprintf("auto_explain wrote what can't be read: %v", err))
		}
		s.mu.Lock()
		outer := read.Query == s.now
		s.mu.Unlock()
		s.p.mu.Lock()
		if s.p.keep {
			s.p.plans = append(s.p.plans, plan{s.p.label, outer, read.Query, read.Plan})
		}
		s.p.mu.Unlock()
	}
}
