package torture

import (
	"fmt"
	"sync"
	"testing"
)

// summaries are what the proofs came to.
var summaries struct {
	sync.Mutex
	lines []string
}

// summarize tells what a proof came to, to who reads the log and for -summary.
func summarize(t *testing.T, proof, result, repeat, format string, args ...any) {
	t.Helper()
	counts := fmt.Sprintf(format, args...)
	if t.Failed() {
		result = "FAILED"
	}
	t.Logf("%s: %s: %s", proof, counts, result)
	summaries.Lock()
	defer summaries.Unlock()
	summaries.lines = append(summaries.lines, fmt.Sprintf("| %s | %s | %s | `%s` |\n", proof, counts, result, repeat))
}
