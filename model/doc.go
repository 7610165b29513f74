// Package model says what an organization is and what may be done in it.
//
// It is pure: standard library and golang.org/x/text only, no input or output,
// no clock, no randomness. Whoever changes an organization hands a [Change] to
// [Decide] together with the moment, the sequence number and, for a new token,
// its value; Decide answers with the event and the records that result, or says
// why not. Every door of the program (terminal, command, socket) passes through
// the same two functions, [Allow] and Decide, so none of them can have rules of
// its own.
//
// Records carry keyasint CBOR tags: the numbers are the format on disk and are
// never reused.
package model
