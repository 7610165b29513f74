package serve

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"sync"
)

// maxBody is how much of a body is read.
const maxBody = 64 << 10

var (
	formOnly    = refused(http.StatusUnsupportedMediaType, "invalid_request", "send application/x-www-form-urlencoded")
	jsonOnly    = refused(http.StatusUnsupportedMediaType, "invalid_request", "send application/json")
	unclearForm = refused(http.StatusBadRequest, "invalid_request", "the form cannot be read: percent-encode its values")
)

// bodies are read into memory that is used again.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// withBody reads the body and hands it to read, which must not keep it. It is cleared then:
// there is a token in it.
func withBody(w http.ResponseWriter, r *http.Request, read func([]byte) *refusal) *refusal {
	if r.ContentLength > maxBody {
		w.Header()["Connection"] = closeWord
		return tooLarge
	}
	buf := bodies.Get().(*[]byte)
	defer bodies.Put(buf)
	body, err := readAll((*buf)[:0], http.MaxBytesReader(w, r.Body, maxBody))
	defer func() { clear(body); *buf = body[:0] }()
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return tooLarge
	case err != nil:
		return noBody
	}
	return read(body)
}

// readAll reads to the end, into buf while that has room.
func readAll(buf []byte, r io.Reader) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), max(2*cap(buf), 1<<10))
			copy(grown, buf)
			clear(buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// formOf reads a form from the body, and from nowhere else.
func formOf(w http.ResponseWriter, r *http.Request) (form url.Values, no *refusal) {
	if !hasType(r.Header, "application/x-www-form-urlencoded") {
		return nil, formOnly
	}
	no = withBody(w, r, func(body []byte) *refusal {
		var err error
		if form, err = url.ParseQuery(string(body)); err != nil {
			return unclearForm
		}
		return nil
	})
	return form, no
}

// hasType reports whether the body is said to be of a media type, whatever its parameters.
func hasType(h http.Header, want string) bool {
	values := h["Content-Type"]
	if len(values) != 1 {
		return false
	}
	if values[0] == want {
		return true
	}
	got, _, err := mime.ParseMediaType(values[0])
	return err == nil && got == want
}
