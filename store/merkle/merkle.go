// Package merkle proves what a log holds: a Merkle tree over leaves given as bytes, heads of it that are signed, proofs against
// them, and an export that anyone checks who has the public key and nothing else.
//
// # Policy
//
//   - The tree is that of RFC 6962, with the hashes and proofs of golang.org/x/mod/sumdb/tlog. A head is a signed note
//     (golang.org/x/mod/sumdb/note) in the form of a C2SP tlog-checkpoint, so that tools for those read ours.
//   - Nothing is stored here and nothing read but the Reader and Writer given: no files, no clock, no randomness.
//   - Every text has one form. What is not byte for byte as this package would have written it is refused, so that two readers
//     cannot understand it differently. The exceptions are those a head is meant to have, signatures by other keys and
//     extension lines of a newer program, and the white space and spelling inside an event of an export.
//   - A key vouches for the log it is named after and no other: a head is good when a key given by the caller, with the name
//     [Origin] of the head's store, has signed it. Signatures of known keys that do not verify spoil the head whoever made the
//     others; signatures of unknown keys (of witnesses, say) say nothing and are passed over.
//   - Texts hold only characters that can be printed, so that reading one in a terminal does nothing to the terminal.
//
// # What is proven, and what is not
//
// A head says that its signer saw this tree at this size. A record proof says that a leaf lies at its place in it, and a
// consistency proof that an older tree is the beginning of it. Nothing here stops a signer from signing two histories: who
// audits keeps the newest head, and asks for consistency with it the next time.
//
// An export with proofs proves that the events it lists are in the log, and not that none was left out: that is proven only by
// one that holds every event, which [Summary] says.
//
// Leaf i, counted from 0, is the event with sequence number i+1.
package merkle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"golang.org/x/mod/sumdb/tlog"
)

// Limits of what is read and written.
const (
	// MaxSize is the most leaves a tree has: far beyond use, and still a whole number to every reader of JSON.
	MaxSize = 1 << 48
	// MaxHead is how long a signed head may be, in bytes.
	MaxHead = 64 << 10
	// MaxExtra is how many unknown extension lines a head may carry.
	MaxExtra = 32
	// MaxExtraLine is how long one of them may be, in bytes.
	MaxExtraLine = 1024
	// MaxLine is how long a line of an export may be, in bytes with its newline.
	MaxLine = 8 << 20
)

// Errors of keys and heads.
var (
	// ErrKey: not a name and an Ed25519 key that can sign heads.
	ErrKey = errors.New("not a key for heads: a name without spaces and plus signs and an Ed25519 key are needed")
	// ErrMalformed: not a head, or one with a line that means nothing, or too long.
	ErrMalformed = errors.New("not a signed head")
	// ErrUnsigned: there is no signature at all.
	ErrUnsigned = errors.New("the head is not signed")
	// ErrUnknownKey: it is signed, but not by a key of its log that the caller gave.
	ErrUnknownKey = errors.New("the head is signed by no key given for its log: give the verifier key of the store")
	// ErrSignature: a key that is known did not make the signature that bears its name, or the text was changed after.
	ErrSignature = errors.New("the signature does not belong to the head")
)

// Errors of trees and proofs.
var (
	// ErrTree: bytes that are no tree, or a tree over MaxSize.
	ErrTree = errors.New("not a tree as it is kept")
	// ErrRange: a leaf or an older tree beyond the tree, or a tree over MaxSize.
	ErrRange = errors.New("beyond the tree")
	// ErrLeaves: a prover was given fewer or more leaves than its tree has.
	ErrLeaves = errors.New("not the leaves of the tree: give each once, in order")
	// ErrNotWanted: a proof that the prover was not made for.
	ErrNotWanted = errors.New("the prover was not asked for this")
	// ErrProof: a proof does not lead from its leaf, or its older tree, to the tree: one of the three was changed.
	ErrProof = errors.New("the proof does not lead to the head")
)

// Errors of exports, as the Reason of a [BadLine] or from a [Writer].
var (
	// ErrForm: a line that is not as it would have been written.
	ErrForm = errors.New("not a line of an export")
	// ErrTooLong: a line over MaxLine.
	ErrTooLong = errors.New("the line is too long")
	// ErrTruncated: the export ends before its last line, or in it.
	ErrTruncated = errors.New("the export is cut off")
	// ErrTrailing: there is something behind its last line.
	ErrTrailing = errors.New("the export goes on behind its end")
	// ErrOrder: sequence numbers do not ascend, or one is missing where no proofs are given.
	ErrOrder = errors.New("the event is not in its place")
	// ErrMixed: some lines have proofs and some have none.
	ErrMixed = errors.New("either every line has a proof or none")
	// ErrIncomplete: without proofs every event of the head must be there.
	ErrIncomplete = errors.New("events are missing and there are no proofs")
	// ErrOtherTree: the leaves do not make the signed tree, so at least one of them was changed; which one cannot be told.
	ErrOtherTree = errors.New("the events are not those of the signed head")
	// ErrEvent: what is written for reading is not what the leaf says.
	ErrEvent = errors.New("the event does not say what its leaf says")
	// ErrClosed: the writer was closed, or has failed before.
	ErrClosed = errors.New("the export takes no more events")
)

// Root names a tree: how many leaves it has and the hash over them all.
type Root struct {
	Size uint64
	Hash tlog.Hash
}

// Origin is the name of a store's log: the first line of its heads, and the name its signing keys must have.
func Origin(store [16]byte) string { return originPrefix + hex.EncodeToString(store[:]) }

const originPrefix = "jeton/"

// emptyHash is the hash of the tree without leaves.
func emptyHash() tlog.Hash { return sha256.Sum256(nil) }
