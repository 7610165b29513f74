package serve

import (
	"net/http"
	"net/netip"
	"strings"
)

// source is where a request came from.
type source struct {
	addr   netip.Addr // invalid where there is none
	said   string     // what addr was read from, if it is written so; spares writing it
	behind bool       // a trusted peer asked for somebody whom it did not name
}

// String returns the address, or "" where there is none.
func (s source) String() string {
	if !s.addr.IsValid() {
		return ""
	}
	if s.said != "" {
		return s.said
	}
	return s.addr.String()
}

// proxies are those that are believed whom they ask for, besides loopback.
type proxies []netip.Prefix

// sourceOf returns where a request came from; see the package comment.
func (p proxies) sourceOf(r *http.Request) source {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	addr := plain(peer.Addr())
	if err == nil && !p.trust(addr) {
		return source{addr: addr}
	}
	forwarded := r.Header["X-Forwarded-For"]
	if len(forwarded) == 0 {
		forwarded = r.Header["X-Real-Ip"]
	}
	for i := len(forwarded) - 1; i >= 0; i-- {
		list := forwarded[i]
		for list != "" {
			at := strings.LastIndexByte(list, ',')
			next, ok := parseForwarded(list[at+1:])
			if !ok {
				return source{addr: addr, behind: true}
			}
			if !p.trust(next.addr) {
				return next
			}
			addr, list = next.addr, list[:max(at, 0)]
		}
	}
	return source{addr: addr, behind: true}
}

// trust reports whether an address is loopback or that of a trusted proxy.
func (p proxies) trust(addr netip.Addr) bool {
	if addr.IsLoopback() {
		return true
	}
	for _, prefix := range p {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// parseForwarded reads one element of X-Forwarded-For: an address, which some proxies give a
// port, and an IPv6 one brackets.
func parseForwarded(s string) (source, bool) {
	s = strings.TrimSpace(s)
	bare := strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	addr, err := netip.ParseAddr(bare)
	if err == nil && addr.Is4() {
		return source{addr: addr, said: bare}, true // there is one way to write it
	}
	if err == nil {
		return source{addr: plain(addr)}, true
	}
	port, err := netip.ParseAddrPort(s)
	return source{addr: plain(port.Addr())}, err == nil
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }
