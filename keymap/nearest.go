package keymap

import "unicode/utf8"

// Nearest returns the candidate with the fewest edits from what was typed, if few enough to be a slip: a third of its
// length, at least two. A name over 64 bytes is nobody's slip.
func Nearest[S ~string](typed S, candidates []S) S {
	var best S
	if len(typed) == 0 || len(typed) > 64 {
		return best
	}
	limit := max(2, utf8.RuneCountInString(string(typed))/3)
	for _, c := range candidates {
		if d := edits([]rune(string(typed)), []rune(string(c))); d <= limit {
			best, limit = c, d-1
		}
	}
	return best
}

// edits counts the insertions, removals and changes of one character that lead from a to b (Levenshtein).
func edits(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, ra := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, rb := range b {
			change := diagonal
			if ra != rb {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
