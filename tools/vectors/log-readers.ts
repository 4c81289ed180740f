import { NEXT_TIME, NEXT_FACT_KEY } from '../../test/sdk/support/log-writer.ts';
import type { LogVector } from './log-vector.ts';
import { lines, forged, FIRST_SET, SECOND_SET, VOID_SET, beat, at } from './reader-story.ts';
import { told, START, TWO, SWAPPED, RESTORED, RESTORED_SET, ROTATED } from './reader-story.ts';

const LINES: Record<string, LogVector> = {
  'reader-in-order': told('lines move on at once, a heartbeat covers them', [
    ...START,
    [beat(0, []), at(0, 0)],
    [{ live: lines(1, 2) }, at(2, 0)],
    [{ live: lines(3) }, at(3, 0)],
    [beat(2, lines(1, 3)), at(3, 3)],
    [beat(4, lines(1, 3)), at(3, 3)],
  ]),
  'reader-gap': told('a line behind a gap is held, and the shard is fetched', [
    ...START,
    [{ live: lines(3, 4) }, at(0, 0, { fetch: true })],
    [{ fetched: lines(1) }, at(1, 0)],
    [{ fetched: lines(2) }, at(4, 0)],
  ]),
  'reader-duplicate': told('a line at or below the position is dropped unread', [
    ...TWO,
    [{ live: lines(1, 2) }, at(2, 2)],
    [{ live: ['2 1 {"unread":true}'] }, at(2, 2)],
    [{ fetched: lines(1, 3) }, at(3, 2)],
  ]),
  'reader-garbage': told('a refused live line is dropped, and the shard is fetched', [
    ...TWO,
    [{ live: ['garbage'] }, at(2, 2, { refused: ['line-malformed'], fetch: true })],
    [
      { live: [lines(3)[0]?.replace(/"sig":"..../, '"sig":"AAAA') ?? ''] },
      at(2, 2, { refused: ['signature-invalid'], fetch: true }),
    ],
    [{ live: lines(3) }, at(3, 2)],
  ]),
  'reader-fetched-refused': told('a refused line over HTTP ends them and puts the shard in doubt', [
    ...TWO,
    [
      { fetched: [...lines(3), 'garbage', ...lines(4)] },
      at(3, 2, { refused: ['line-malformed'], doubt: true }),
    ],
    [{ live: lines(4) }, at(4, 2, { doubt: true })],
    [{ reread: lines(1, 5) }, at(5, 2)],
  ]),
  'reader-held-before-keys': told('without any key set lines are held', [
    [{ live: lines(1, 2) }, at(0, 0)],
    [beat(0, lines(1, 2)), at(0, 0)],
    [FIRST_SET, at(2, 2)],
  ]),
};

const COVERING: Record<string, LogVector> = {
  'reader-behind': told('what a heartbeat counts and is not there is awaited, then fetched', [
    ...START,
    [{ live: lines(1) }, at(1, 0)],
    [beat(0, lines(1, 3)), at(1, 0, { fetch: true })],
    [{ live: lines(2) }, at(2, 0)],
    [{ live: lines(3, 4) }, at(4, 3)],
  ]),
  'reader-behind-fetched': told('a heartbeat is reached over HTTP too', [
    ...START,
    [beat(0, lines(1, 3)), at(0, 0, { fetch: true })],
    [{ fetched: lines(1, 2) }, at(2, 0)],
    [{ fetched: lines(3) }, at(3, 3)],
  ]),
  'reader-covers-below': told('a heartbeat may count fewer lines than are here', [
    ...START,
    [{ live: lines(1, 4) }, at(4, 0)],
    [beat(0, lines(1, 3)), at(4, 3)],
    [beat(2, lines(1, 4)), at(4, 4)],
  ]),
  'reader-uncovered': told('what three heartbeats do not count is taken back', [
    ...TWO,
    [{ live: [forged(2)] }, at(3, 2)],
    [beat(2, lines(1, 2)), at(3, 2)],
    [beat(4, lines(1, 2)), at(3, 2)],
    [beat(6, lines(1, 2)), at(3, 2, { refused: ['fact-uncovered'], doubt: true })],
    [{ reread: lines(1, 2) }, at(2, 2)],
    [{ live: lines(3) }, at(3, 2)],
    [beat(8, lines(1, 3)), at(3, 3)],
  ]),
  'reader-uncovered-late': told('the third heartbeat may still cover a line', [
    ...TWO,
    [{ live: lines(3) }, at(3, 2)],
    [beat(2, lines(1, 2)), at(3, 2)],
    [beat(4, lines(1, 2)), at(3, 2)],
    [beat(6, lines(1, 3)), at(3, 3)],
  ]),
  'reader-uncovered-behind': told('lines that a heartbeat counts are not uncovered, only behind', [
    ...START,
    [{ fetched: lines(1, 2) }, at(2, 0)],
    [beat(0, lines(1, 6)), at(2, 0, { fetch: true })],
    [beat(2, lines(1, 6)), at(2, 0, { fetch: true })],
    [beat(4, lines(1, 6)), at(2, 0, { fetch: true })],
    [beat(6, lines(1, 6)), at(2, 0, { fetch: true })],
    [{ fetched: lines(3, 6) }, at(6, 6)],
  ]),
  'reader-uncovered-again': told('doubt ends when a heartbeat covers the position', [
    ...TWO,
    [{ live: lines(3) }, at(3, 2)],
    [beat(2, lines(1, 2)), at(3, 2)],
    [beat(4, lines(1, 2)), at(3, 2)],
    [beat(6, lines(1, 2)), at(3, 2, { refused: ['fact-uncovered'], doubt: true })],
    [beat(8, lines(1, 3)), at(3, 3)],
  ]),
  'reader-doubt-stays': told('a heartbeat that covers less than the shard does not end a doubt', [
    ...TWO,
    [{ live: lines(3) }, at(3, 2)],
    [{ fetched: ['garbage'] }, at(3, 2, { refused: ['line-malformed'], doubt: true })],
    [beat(2, lines(1, 2)), at(3, 2, { doubt: true })],
    [beat(4, lines(1, 3)), at(3, 3)],
  ]),
  'reader-fork': told('another running hash: the shard is in doubt until it is read anew', [
    ...TWO,
    [{ live: [forged(2)] }, at(3, 2)],
    [beat(2, lines(1, 3)), at(3, 2, { refused: ['shard-fork'], doubt: true })],
    [{ reread: lines(1, 3) }, at(3, 3)],
  ]),
  'reader-fork-when-reached': told('a heartbeat that is reached later is compared then', [
    ...TWO,
    [beat(2, lines(1, 3)), at(2, 2, { fetch: true })],
    [{ live: [forged(2)] }, at(3, 2, { refused: ['shard-fork'], doubt: true })],
    [{ reread: lines(1, 3) }, at(3, 3)],
  ]),
  'reader-fork-stays': told('HTTP that does not fit the heartbeat either does not end the doubt', [
    ...TWO,
    [{ live: [forged(2)] }, at(3, 2)],
    [beat(2, lines(1, 3)), at(3, 2, { refused: ['shard-fork'], doubt: true })],
    [{ reread: [...lines(1, 2), forged(2)] }, at(3, 2, { refused: ['shard-fork'], doubt: true })],
    [{ reread: lines(1, 3) }, at(3, 3)],
  ]),
  'reader-renumbered': told('true facts under other positions heal by the next heartbeat', [
    ...TWO,
    [{ live: [SWAPPED.renumbered] }, at(3, 2)],
    [beat(2, SWAPPED.all), at(3, 2, { fetch: true })],
    [{ fetched: SWAPPED.all.slice(3) }, at(3, 2, { refused: ['index-replay'], doubt: true })],
    [{ reread: SWAPPED.all }, at(4, 4)],
  ]),
  'reader-reread-shorter': told('what was covered is never given up', [
    ...TWO,
    [{ fetched: ['garbage'] }, at(2, 2, { refused: ['line-malformed'], doubt: true })],
    [{ reread: lines(1) }, at(2, 2, { doubt: true })],
    [{ reread: [...lines(1), forged(1)] }, at(2, 2, { refused: ['shard-fork'], doubt: true })],
    [{ reread: [...lines(1, 3), 'garbage'] }, at(3, 2, { refused: ['line-malformed'] })],
  ]),
  'reader-reread-behind': told('what is read anew and ends below the heartbeat is fetched', [
    ...TWO,
    [{ live: [forged(2)] }, at(3, 2)],
    [beat(2, lines(1, 3)), at(3, 2, { refused: ['shard-fork'], doubt: true })],
    [{ reread: [...lines(1, 2), 'x'] }, at(2, 2, { refused: ['line-malformed'], fetch: true })],
    [{ fetched: lines(3) }, at(3, 3)],
  ]),
  'reader-reread-refusals': told('refusals are told in the order of time', [
    ...TWO,
    [{ fetched: ['garbage'] }, at(2, 2, { refused: ['line-malformed'], doubt: true })],
    [
      { reread: [...lines(1), forged(1), 'garbage'] },
      at(2, 2, { refused: ['shard-fork', 'line-malformed'], doubt: true }),
    ],
  ]),
};

const REFUSED: Record<string, LogVector> = {
  'reader-heartbeat-waited': told('one that waits for keys is dropped when another comes', [
    ...TWO,
    [beat(2, lines(1, 2), { version: 3 }), at(2, 2)],
    [beat(4, lines(1, 2)), at(2, 2)],
    [SECOND_SET, at(2, 2)],
  ]),
  'reader-heartbeat-replayed': told('a heartbeat counts once', [
    ...TWO,
    [{ live: [forged(2)] }, at(3, 2)],
    [beat(2, lines(1, 2)), at(3, 2)],
    [beat(2, lines(1, 2)), at(3, 2, { refused: ['heartbeat-replay'] })],
    [beat(1, lines(1, 2)), at(3, 2, { refused: ['heartbeat-replay'] })],
    [beat(4, lines(1, 2)), at(3, 2)],
    [beat(6, lines(1, 2)), at(3, 2, { refused: ['fact-uncovered'], doubt: true })],
  ]),
  'reader-rollback': told('a heartbeat that counts fewer lines leaves the reader as it was', [
    ...TWO,
    [beat(2, lines(1)), at(2, 2, { refused: ['heartbeat-rollback'] })],
    [{ live: lines(3) }, at(3, 2)],
  ]),
  'reader-heartbeat-unknown-key': told('a heartbeat by an unknown key holds nothing back', [
    ...TWO,
    [beat(2, lines(1, 3), { key: NEXT_TIME }), at(2, 2, { refused: ['note-key-unknown'] })],
    [{ live: lines(3) }, at(3, 2)],
  ]),
};

const CHANGING: Record<string, LogVector> = {
  'reader-rotation': told('while a heartbeat names newer keys, live lines are held', [
    ...TWO,
    [beat(2, ROTATED.slice(0, 2), { version: 2 }), at(2, 2)],
    [{ live: ROTATED.slice(2) }, at(2, 2)],
    // Released, the third line is by a key that is closed now: only HTTP may still bring it.
    [SECOND_SET, at(2, 2, { refused: ['key-closed'], fetch: true })],
    [{ fetched: ROTATED.slice(2) }, at(4, 2)],
    [beat(4, ROTATED, { version: 2 }), at(4, 4)],
  ]),
  'reader-rotation-heartbeat': told('a heartbeat that waited for keys is taken with them', [
    ...TWO,
    [{ live: ROTATED.slice(2, 3) }, at(3, 2)],
    [beat(2, ROTATED.slice(0, 3), { version: 2 }), at(3, 2)],
    [{ live: ROTATED.slice(3) }, at(3, 2)],
    [SECOND_SET, at(4, 3)],
  ]),
  'reader-key-unknown': told('a fact by a key of a set that is not there yet', [
    ...START,
    [{ live: ROTATED }, at(3, 0, { refused: ['key-unknown'], fetch: true })],
    [SECOND_SET, at(3, 0)],
    [{ live: ROTATED.slice(3) }, at(4, 0)],
  ]),
  'reader-key-closed': told('live lines by a closed key are refused, at whatever index', [
    ...START,
    [SECOND_SET, at(0, 0)],
    [{ live: lines(1) }, at(0, 0, { refused: ['key-closed'], fetch: true })],
    [{ fetched: lines(1, 3) }, at(3, 0)],
    [{ live: lines(4) }, at(3, 0, { refused: ['key-range'], fetch: true })],
    [{ live: ROTATED.slice(3) }, at(4, 0)],
  ]),
  'reader-key-range': told("a fact outside its key's range is refused over HTTP too", [
    ...START,
    [SECOND_SET, at(0, 0)],
    [{ fetched: lines(1, 4) }, at(3, 0, { refused: ['key-range'], doubt: true })],
  ]),
  'reader-key-not-yet': told('a key does not count before its first index', [
    ...START,
    [SECOND_SET, at(0, 0)],
    [{ fetched: lines(1, 2) }, at(2, 0)],
    [{ live: [forged(2, NEXT_FACT_KEY)] }, at(2, 0, { refused: ['key-range'], fetch: true })],
  ]),
  'reader-void': told('void facts are chained and not folded, also those that were taken before', [
    ...TWO,
    [VOID_SET, at(2, 2, { void: [2] })],
    [{ fetched: ROTATED.slice(2) }, at(4, 2, { void: [2, 3] })],
    [beat(2, ROTATED, { version: 2 }), at(4, 4, { void: [2, 3] })],
  ]),
  'reader-void-fork': told('lines that are read anew for what is void are compared anew', [
    ...TWO,
    [{ live: [forged(2)] }, at(3, 2)],
    [beat(2, lines(1, 3)), at(3, 2, { refused: ['shard-fork'], doubt: true })],
    [VOID_SET, at(3, 2, { refused: ['shard-fork'], doubt: true, void: [2, 3] })],
  ]),
  'reader-key-set-refused': told('a key set that is refused changes nothing', [
    ...TWO,
    [FIRST_SET, at(2, 2, { refused: ['keyset-version'] })],
    [{ live: lines(3) }, at(3, 2)],
  ]),
  'reader-new-epoch': told('a restored backup takes back what it lost', [
    ...TWO,
    [{ live: lines(3, 4) }, at(4, 2)],
    [beat(2, lines(1, 4)), at(4, 4)],
    [beat(4, RESTORED.slice(0, 3), { version: 2, epoch: 2 }), at(4, 4)],
    [RESTORED_SET, at(4, 0, { refused: ['shard-fork'], doubt: true })],
    [{ reread: RESTORED.slice(0, 3) }, at(3, 3)],
    [{ live: RESTORED.slice(3) }, at(4, 3)],
  ]),
  'reader-new-epoch-quiet': told('heartbeats of an older epoch are compared with nothing more', [
    ...TWO,
    [{ live: lines(3, 4) }, at(4, 2)],
    [beat(2, lines(1, 4)), at(4, 4)],
    [RESTORED_SET, at(4, 0, { doubt: true })],
    [{ reread: RESTORED.slice(0, 3) }, at(3, 0)],
    [beat(4, RESTORED.slice(0, 3), { version: 2, epoch: 2 }), at(3, 3)],
  ]),
  'reader-new-epoch-behind': told('a new epoch may count less than the shard was behind', [
    ...TWO,
    [beat(2, lines(1, 4)), at(2, 2, { fetch: true })],
    [RESTORED_SET, at(2, 2)],
    [{ live: RESTORED.slice(2, 3) }, at(3, 2)],
    [beat(4, RESTORED.slice(0, 3), { version: 2, epoch: 2 }), at(3, 3)],
  ]),
  'reader-new-epoch-late': told('a heartbeat of the epoch before covers no line that comes late', [
    ...TWO,
    [beat(2, lines(1, 4)), at(2, 2, { fetch: true })],
    [RESTORED_SET, at(2, 2)],
    [{ live: lines(3, 4) }, at(4, 2)],
    [
      beat(4, RESTORED.slice(0, 3), { version: 2, epoch: 2 }),
      at(4, 2, { refused: ['shard-fork'], doubt: true }),
    ],
    [{ reread: RESTORED.slice(0, 3) }, at(3, 3)],
  ]),
  'reader-new-epoch-elsewhere': told('a shard without facts behind the fork goes on', [
    ...TWO,
    [RESTORED_SET, at(2, 2)],
    [{ live: RESTORED.slice(2) }, at(4, 2)],
    [beat(2, RESTORED, { version: 2, epoch: 2 }), at(4, 4)],
  ]),
};

export const READERS: Record<string, LogVector> = {
  ...LINES,
  ...COVERING,
  ...REFUSED,
  ...CHANGING,
};
