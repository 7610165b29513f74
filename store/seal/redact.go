package seal

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// redact is embedded by everything that holds a key.
type redact struct{}

// Format prints [redacted] whatever the verb.
func (redact) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// String returns [redacted].
func (redact) String() string { return redacted }

// MarshalText returns [redacted]; JSON and other encoders use it.
func (redact) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue logs [redacted].
func (redact) LogValue() slog.Value { return slog.StringValue(redacted) }
