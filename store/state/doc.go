// Package state keeps what a store's history leads to, in Badger, so that it can be
// listed and looked up. It decides nothing and knows no secrets: records lie here
// sealed, as the journal has them.
//
// Nothing here is precious. Whatever is missing, old or damaged is made again from
// the journal, and this package's task is to say so instead of guessing:
//
//   - Badger runs without its own sync. What is durable is what [DB.Sync] covered,
//     which syncs every file of the directory, since Badger's own Sync leaves older
//     memtables out and a power cut may then leave a hole in the middle.
//   - What answers a question without opening a sealed record carries a keyed
//     checksum: the blocks of a set and the small entries made by [Signer.Sign]. A
//     wrong one is [ErrDamaged], never an empty set.
//   - Badger ends the process, or waits for ever, over files that are damaged or gone. So
//     they are looked at before it is let near: whole, when the file "open" says that
//     state was not closed, and not at all after two openings that ended the process.
//   - While the disk is almost full Badger is not written: writes are held in memory
//     ([DB.Hold]) over it, where reads find them, until [DB.Flush]. Its files are mapped, and
//     a page that gets no block ends the process; so every file that is mapped to be
//     written has all its blocks first, also when the room goes between two looks at it
//     (room_linux.go), and the log after the current one is always there (spare).
package state
