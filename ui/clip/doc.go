// Package clip puts a secret on the clipboard of the person at the terminal,
// and says no more about it than it knows.
//
// The policy:
//
//   - The way is chosen by where the program runs: inside tmux by way of tmux,
//     inside GNU screen and over SSH by the terminal's own sequence (OSC 52),
//     and only otherwise by the desktop's clipboard. Over SSH the desktop's
//     clipboard is somebody else's: it is never tried there.
//   - Three outcomes. Copied means it was read back and is equal. Sent means it
//     was handed on and nobody confirms. Failed says why, and what would help.
//   - The value goes to a standard input or to the terminal, never into
//     arguments, environment, errors or logs. What is kept of it is a SHA-256,
//     to recognize it when it is to be cleared.
//   - Clearing leaves alone whatever somebody else has copied since, wherever
//     that can be read.
//   - The terminal is never asked anything: an answer would arrive as keys.
package clip
