package store

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/lib/pq"
)

// overNetwork refuses an address by which a server would be reached over a network
// without proving who it is: names, addresses and passwords would go to anybody who stands
// in between. The loopback address and a socket of this machine need no proof. The
// driver itself says where an address leads: settings of the environment (PGHOST,
// PGSSLMODE) and several servers count as it counts them.
func overNetwork(databaseURL string) error {
	c, err := pq.NewConfig(databaseURL)
	if err != nil {
		return errors.New("the database's address can't be read: it is a URL such as postgres://user@host:5432/hame?sslmode=verify-full")
	}
	servers := append([]pq.ConfigMultihost{{Host: c.Host, Hostaddr: c.Hostaddr}}, c.Multi...)
	for _, s := range servers {
		if !onThisMachine(s.Host, s.Hostaddr) && c.SSLMode != pq.SSLModeVerifyFull {
			return fmt.Errorf("the database at %s is on another machine: write sslmode=verify-full in its address "+
				"(and sslrootcert=FILE, if its certificate is of an authority of your own), so that nobody reads or answers in between", s.Host)
		}
	}
	return nil
}

// onThisMachine tells whether a connection stays on this machine: a Unix socket, the
// loopback address, or its name.
func onThisMachine(host string, address netip.Addr) bool {
	if address.IsValid() {
		return address.Unmap().IsLoopback()
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().IsLoopback()
	}
	return strings.EqualFold(host, "localhost") || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@")
}
