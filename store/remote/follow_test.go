package remote

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Who says nothing any more, though the connection stands, is given up.
func TestFollowNoticesTheDead(t *testing.T) {
	ended := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "{\"seq\":7}\n\n\n{\"seq\":8}\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(ended)
	}))
	defer srv.Close()
	far := New(srv.Client(), srv.URL, Options{})
	far.beat = 20 * time.Millisecond
	var last uint64
	for seq := range far.Follow(context.Background()) { // it ends, or the test does not
		last = seq
	}
	if last != 8 {
		t.Errorf("told of %d last", last)
	}
	<-ended
}

// A stream is only read as what it should be, and only its newest number counts.
func TestFollowReadsStreams(t *testing.T) {
	for stream, want := range map[string]uint64{
		"{\"seq\":3}\n{\"seq\":4}\n":                 4,
		"{\"seq\":3}\nnothing\n{\"seq\":4}\n":        3,
		"{\"seq\":3}\n{\"seq\":-4}\n{\"seq\":5}\n":   3,
		"{\"seq\":3}\n" + strings.Repeat("x", 1<<20): 3,
		"\n\n": 0,
	} {
		news := make(chan uint64, 1)
		followed(io.NopCloser(strings.NewReader(stream)), news, func() {})
		close(news)
		if got := <-news; got != want {
			t.Errorf("%.40q: got %d, want %d", stream, got, want)
		}
	}
}
