// Package ledger remembers the runs of sources, so that anybody can tell when each was
// last indexed, with what result, and when it is indexed next; and it has those that
// have a schedule indexed when they are due.
//
// Start with [Ledger.Run], a run that is remembered, and [Ledger.Follow], which makes
// one whenever a source is due. record.go has what is remembered and what follows from
// that, ledger.go the runs, lease.go how one process keeps others from its run.
//
// What it promises:
//   - There is one run of a source at a time, in all processes that share a state. A
//     process that died in a run is known by not renewing its lease: another
//     makes the run again, from the beginning, as the indexer goes on where it was.
//   - Each time of a schedule is seen to: by a run that begins then, or as soon as there
//     is a process again. What was missed meanwhile, however often, is made good by one run, and
//     so is what a clock was moved over. A time that comes while the source
//     is being indexed is not run for, and counted ([Result.Passed]).
//   - No time is run for twice, though the clock is put back by as much as a day.
//
// What it does not: a clock that is put back further was wrong before: what was run for
// then does not count, and the source is indexed at once. A process that slept through its lease may find
// that another makes its run, and then ends its own; until it wakes, it does not know.
package ledger
