package model

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"strings"
	"unique"
)

const (
	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

	prefixLen   = 4  // "jta_", "jtu_" or "jts_"
	randomLen   = 43 // 62^43 is just over 2^256
	checksumLen = 6  // 62^6 is over 2^32

	// ValueLen is the length of a token value in bytes, all of them ASCII.
	ValueLen = prefixLen + randomLen + checksumLen
)

// Secret is a token value. It prints as [redacted] in every verb, in JSON and in
// slog; only [Secret.Expose] gives the value. Equal values are == each other.
//
// Package fmt calls no method on a value in an unexported field, nor under %p or a
// misplaced %w: there it prints what lies inside. So what lies inside is a pointer,
// and the most that can be printed is an address.
type Secret struct{ value unique.Handle[string] }

// SecretOf wraps a value that came from somewhere else: a person, a sealed record.
func SecretOf(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{unique.Make(value)}
}

// Expose returns the value. Every call is a place where a secret can leave.
func (s Secret) Expose() string {
	if s.Empty() {
		return ""
	}
	return s.value.Value()
}

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s == Secret{} }

// LastFour returns the last four characters of the value, by which people know a
// token, or "" if the value is shorter than a token value.
func (s Secret) LastFour() string {
	value := s.Expose()
	if len(value) < ValueLen {
		return ""
	}
	return value[len(value)-4:]
}

const redacted = "[redacted]"

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (Secret) GoString() string { return redacted }

// Format writes "[redacted]" whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[redacted]" to slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON returns "[redacted]" as a JSON string.
func (Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText returns "[redacted]".
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// NewValue makes a token value of the kind from the randomness in r: the prefix,
// 43 base62 characters without modulo bias (256 bits), and 6 base62 characters of
// the CRC-32 (IEEE) of all before. It fails only when r does.
func NewValue(kind TokenKind, r io.Reader) (Secret, error) {
	value := make([]byte, 0, ValueLen)
	value = append(value, kind.Prefix()...)
	var buf [64]byte
	for len(value) < prefixLen+randomLen {
		if _, err := io.ReadFull(r, buf[:]); err != nil {
			return Secret{}, fmt.Errorf("read randomness for a token value: %w", err)
		}
		for _, b := range buf {
			// 248 is the largest multiple of 62 in a byte: above it would favour the first characters.
			if b < 248 && len(value) < prefixLen+randomLen {
				value = append(value, base62[b%62])
			}
		}
	}
	clear(buf[:])
	return SecretOf(string(appendChecksum(value))), nil
}

func appendChecksum(value []byte) []byte {
	sum := crc32.ChecksumIEEE(value)
	var digits [checksumLen]byte
	for i := checksumLen - 1; i >= 0; i-- {
		digits[i] = base62[sum%62]
		sum /= 62
	}
	return append(value, digits[:]...)
}

// ParseValue checks the form and the checksum of a presented value and returns its
// kind. Errors never contain any part of the value.
func ParseValue(value string) (TokenKind, error) {
	if len(value) != ValueLen {
		return 0, fmt.Errorf("%w: it has %d characters, a token has %d", ErrNotAToken, len(value), ValueLen)
	}
	kind := kindOf(value[:prefixLen])
	if kind == 0 {
		return 0, fmt.Errorf("%w: it starts with none of jta_, jtu_ and jts_", ErrNotAToken)
	}
	for i := prefixLen; i < len(value); i++ {
		if !isBase62(value[i]) {
			return 0, fmt.Errorf("%w: it has a character other than 0-9, A-Z and a-z", ErrNotAToken)
		}
	}
	var right [ValueLen]byte // on the stack: doors do this for each request
	defer clear(right[:])
	copy(right[:], value[:ValueLen-checksumLen])
	if string(appendChecksum(right[:ValueLen-checksumLen])) != value {
		return 0, fmt.Errorf("%w: its checksum is wrong, a character is missing or mistyped", ErrNotAToken)
	}
	return kind, nil
}

// kindOf is the kind whose values begin so; 0 for none.
func kindOf(prefix string) TokenKind {
	for k := AgentToken; k <= ServiceToken; k++ {
		if prefix == k.Prefix() {
			return k
		}
	}
	return 0
}

// HoldsValue reports whether a text has in it what looks like a token value.
func HoldsValue(s string) bool {
	other := func(r rune) bool { return r > '~' || !isBase62(byte(r)) }
	for {
		at := strings.Index(s, "jt")
		if at < 0 || len(s)-at < ValueLen {
			return false
		}
		if s = s[at:]; kindOf(s[:prefixLen]) != 0 && strings.IndexFunc(s[prefixLen:ValueLen], other) < 0 {
			return true
		}
		s = s[1:]
	}
}

func isBase62(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
