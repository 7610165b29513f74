package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"jeton/store/remote/wire"
)

// Claim asks who has the store open to give it up to this process, and returns once that is
// promised. It is refused, with the reason, by a jeton that serves others itself and to
// another account. What does not answer has nothing to give up: that is no error.
func Claim(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, SocketBase+wire.ClaimPath, nil)
	if err != nil {
		return fmt.Errorf("claim the store: %w", err)
	}
	res, err := client.Do(req)
	if err != nil {
		return ctx.Err()
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusAccepted {
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return ctx.Err()
	}
	var p wire.Problem
	if json.Unmarshal(raw, &p) != nil || p.Detail == "" {
		return errors.New("the jeton that has the store open does not give it up: end it first")
	}
	return fmt.Errorf("the store cannot be had: %s", p.Detail)
}
