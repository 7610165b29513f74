package serve

import (
	"net/http"
	"os"

	"jeton/store/remote/wire"
)

// Claims answers who claims the store at a socket, and leaves everything else to next. yield
// gives the store up, soon after it returned; nil where it is kept, since services ask here.
func Claims(yield func() error, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != wire.ClaimPath {
			next.ServeHTTP(w, r)
			return
		}
		switch peer, ok := PeerOf(r.Context()); {
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", http.MethodPost)
			refuseClaim(w, http.StatusMethodNotAllowed, "a store is claimed with POST")
		case !ok || peer.UID != uint32(os.Geteuid()):
			refuseClaim(w, http.StatusForbidden, "another account has it open")
		case yield == nil:
			refuseClaim(w, http.StatusConflict, "a jeton serve has it open and keeps it: end that first")
		default:
			if err := yield(); err != nil {
				refuseClaim(w, http.StatusConflict, err.Error())
				return
			}
			w.WriteHeader(http.StatusAccepted)
		}
	})
}

func refuseClaim(w http.ResponseWriter, status int, detail string) {
	(&call{w: w}).problem(wire.Problem{Status: status, Code: "not_given_up", Detail: detail})
}
