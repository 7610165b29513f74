// Package overlay lays a dialog over a screen. The version of Bubble Tea used
// here has no layers, so a dialog is spliced into the lines below it: what
// stands left and right of it stays, a wide letter cut in half becomes a space,
// and the colours on either side are as they were.
//
// A dialog takes all clicks: what lies below it cannot be reached, not even
// where it shows.
package overlay
