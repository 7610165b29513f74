package ui

import "testing"

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{
		"":                              ".",
		"description not kept: it ends": "Description not kept: it ends.",
		"journal: all is missing":       "Journal: all is missing.",
		"user's name: taken":            "User's name: taken.",
		"journal/1.segment: bad":        "journal/1.segment: bad.",
		"/home/ana/keyset is gone.":     "/home/ana/keyset is gone.",
		"écrire":                        "Écrire.",
	} {
		if got := sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}
