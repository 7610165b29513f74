package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"jeton/model"
	"jeton/store/remote"
	"jeton/store/remote/wire"
)

// transport answers requests in place of a network.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// closing is a body that does something when it is closed.
type closing struct {
	io.Reader
	then func()
}

func (c closing) Close() error {
	c.then()
	return nil
}

// TestAnswersAtTheLastMoment is answered just when nobody waits any more.
func TestAnswersAtTheLastMoment(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	far := remote.New(&http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
		body := closing{strings.NewReader(`{"user":{"id":1}}`), cancel}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {wire.JSON}}, Body: body}, nil
	})}, remote.SocketBase, remote.Options{})
	if o, err := answering(ctx, far, model.Source{}, time.Minute); o == nil && err == nil {
		t.Error("neither an organization nor an error")
	}
}

// TestNobodyAnswers asks who says nothing: that passes as somebody who is gone, and an end
// from outside as what it is.
func TestNobodyAnswers(t *testing.T) {
	silent := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})}
	_, err := answering(t.Context(), remote.New(silent, remote.SocketBase, remote.Options{}), model.Source{}, time.Millisecond)
	if !errors.Is(err, model.ErrGone) || exitCode(t.Context(), err) != exitUnavailable || !strings.Contains(err.Error(), "no answer within 1ms") {
		t.Errorf("exit code %d, said %v", exitCode(t.Context(), err), err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = answering(ended, remote.New(silent, remote.SocketBase, remote.Options{}), model.Source{}, time.Minute)
	if !errors.Is(err, context.Canceled) || errors.Is(err, model.ErrGone) {
		t.Errorf("ended: %v", err)
	}
}
