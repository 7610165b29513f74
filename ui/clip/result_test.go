package clip

import "testing"

func TestSentences(t *testing.T) {
	tests := []struct {
		r    Result
		want string
	}{
		{Result{Outcome: Copied, Route: routeNative}, "Copied to the clipboard."},
		{Result{Outcome: Sent, Route: routeTmux}, "Sent to your terminal's clipboard (tmux)."},
		{Result{Outcome: Sent, Route: routeNative}, "Sent to the clipboard, not confirmed."},
		{Result{Outcome: Failed, Reason: "it rained", Help: "Wait"}, "Could not copy: it rained. Wait."},
		{Result{Outcome: Failed, Reason: "it rained", clear: true}, "Could not clear the clipboard: it rained."},
		{Result{Outcome: Sent, Route: routeOSC, clear: true}, "Asked your terminal to clear its clipboard (OSC 52)."},
		{Result{Outcome: Cleared, clear: true}, "Cleared the clipboard."},
		{Result{Outcome: Kept, Reason: "it holds something else now", clear: true}, "The clipboard was left alone: it holds something else now."},
	}
	for _, tt := range tests {
		if got := tt.r.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
