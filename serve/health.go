package serve

import (
	"net/http"
)

// Look looks whether the store can answer; [Run] does it every quarter of a second.
func (d *Doors) Look() {
	reason := ""
	switch h := d.checker.Health(); {
	case !h.Compared && h.Damage != nil:
		reason = "state is damaged: close jeton and open it again, which makes it anew from the journal"
	case !h.Compared && h.LowSpace:
		reason = "the disk is almost full and state could not be compared with the journal: free some space"
	case !h.Compared:
		reason = "state is being compared with the journal"
	}
	if was := d.ready.Swap(&reason); was == nil || *was != reason {
		d.log.readiness(reason)
	}
}

func (d *Doors) isReady() bool { return *d.ready.Load() == "" }

// alive answers that the process does.
func (d *Doors) alive(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return d.refuseMethod(w, getOnly, "GET, HEAD")
	}
	return d.sendText(w, http.StatusOK, "alive\n")
}

// readiness answers whether tokens are checked now, and if not, why.
func (d *Doors) readiness(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return d.refuseMethod(w, getOnly, "GET, HEAD")
	}
	if reason := *d.ready.Load(); reason != "" {
		w.Header()["Retry-After"] = notReady.retry
		return d.sendText(w, http.StatusServiceUnavailable, "not ready: "+reason+"\n")
	}
	return d.sendText(w, http.StatusOK, "ready\n")
}

func (d *Doors) sendText(w http.ResponseWriter, status int, text string) int {
	h := w.Header()
	h["Cache-Control"], h["Content-Type"] = noStore, textType
	return d.write(w, status, []byte(text))
}
