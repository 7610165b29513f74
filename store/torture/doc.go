// Package torture proves what the README promises of a store, most of it on the built
// program, from outside: it kills the process, cuts the power, fills the disk and lets writes fail while
// jeton demo --load changes a store, and then compares what is there with what was
// answered. It has tests only.
//
// # How
//
// The load reports each change to a file, in one write before it asks for it and one
// after it was answered. So after any death a [ledger] knows three things of each change:
// it was answered, and must be there exactly, in its event, in its record and in the list;
// it was asked for and not answered, and may be there, then wholly, or not at all; or it
// was refused, and must not be there. Request numbers tell which event is whose: each may be
// there once. Whatever else the journal or the list has is an invention, and fails the test.
//
//   - TestKill kills with SIGKILL at random moments of creating, opening, changing and
//     closing, again and again in the same store, and the screens right after they said
//     that something was saved.
//   - TestPowerCut stops the process, copies the file that a loop-mounted file system lies
//     in, and mounts the copy: what only the page cache of that file system had is gone. The
//     control runs the same program with fsync, fdatasync and msync turned into nothing by
//     the kernel (a seccomp filter): unless that loses answered changes, the proof proves
//     nothing, and fails.
//   - TestDiskFull has another file take the room of a small file system at random moments,
//     and give it back. TestFailingWrites lets the kernel refuse writes and syncs
//     (a seccomp supervisor), or files grow no more (RLIMIT_FSIZE).
//   - TestFlips damages copies of a store, its keyset and its backup, in every file and in many
//     ways, and asks each copy everything: before and after the check, through the audit, and
//     after opening it once more. It works on the packages the program is built of, in
//     processes of their own.
//
// The script fuzz fuzzes everything that parses bytes from outside. The model of an
// organization, and the races, are beside what they are about, in package store.
//
// The flags -kills, -cuts, -fulls, -faults and -flips say how often; the defaults are what go
// test has time for, and make torture gives more. What needs root or loop devices is skipped, with the
// reason, where there are none.
package torture
