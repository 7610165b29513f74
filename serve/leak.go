package serve

import (
	"net/http"
	"net/url"
	"strings"

	"jeton/model"
)

// forwardedURIs are the headers in which proxies pass on the URI of the request they ask
// about, as net/http spells them.
var forwardedURIs = [...]string{"X-Original-Uri", "X-Original-Url", "X-Forwarded-Uri"}

// leaks reports whether a token was sent in a URL: in our own query under any name or under
// the names that are for tokens, or in the URI that a proxy asks about. There, "token" may
// be a parameter of what lies behind the proxy; access_token is reserved by RFC 6750.
func leaks(r *http.Request) bool {
	if q := r.URL.RawQuery; q != "" && (holdsValue(q) || holdsKey(q, "access_token") || holdsKey(q, "token")) {
		return true
	}
	for _, name := range forwardedURIs {
		for _, uri := range r.Header[name] {
			_, query, _ := strings.Cut(uri, "?")
			if holdsValue(uri) || holdsKey(query, "access_token") {
				return true
			}
		}
	}
	return false
}

// holdsKey reports whether a raw query has a parameter of the name.
func holdsKey(query, name string) bool {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(key); err == nil {
			key = decoded
		}
		if strings.EqualFold(key, name) {
			return true
		}
	}
	return false
}

// holdsValue reports whether a text, percent-encoded or not, has in it what looks like a
// token value.
func holdsValue(s string) bool {
	if len(s) < model.ValueLen {
		return false
	}
	if strings.IndexByte(s, '%') >= 0 {
		s = unescaped(s)
	}
	return model.HoldsValue(s)
}

// unescaped decodes what is percent-encoded in s and leaves the rest, also what was meant to
// be encoded and is not: other programs let it pass.
func unescaped(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			high, low := unhex(s[i+1]), unhex(s[i+2])
			if high < 16 && low < 16 {
				out, i = append(out, high<<4|low), i+2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
