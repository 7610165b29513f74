// Package use counts how tokens are used: by whom, how often, when, and how often in
// vain. It keeps no file. What is counted waits in a [Book] until the store puts it into
// state, where the record of a token is a [Token] too: two of them add up to one.
package use
