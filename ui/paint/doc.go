// Package paint puts frames on a terminal: the lines that changed, as soon as they
// did, and nothing while nothing changes.
//
// Bubble Tea's own renderer looks for a new frame at fixed times. At 60 times a second
// a key waits 8 ms on average before anything is sent; at 120 it waits 4 ms, and an
// idle program wakes up 120 times a second, which cost 1.6 % of a core where it was
// measured (with many people on one host over SSH, that much each). Here a frame is
// written when it is made: a key waits for nothing, and idling is free. The price is
// this package, which does no more than write lines; everything else, from reading keys
// to the terminal's modes, is still Bubble Tea's.
//
// A terminal that takes bytes slowly gets fewer frames, never older ones: while one is
// being written, newer ones replace each other.
package paint
