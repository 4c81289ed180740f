import type { StateNote } from '../../facts/log/state/note.ts';
import { changesOf } from '../../test/facts/log/state/changes.ts';
import { MemoryState } from '../../test/facts/log/state/memory-state.ts';
import type { FactWriter } from '../../test/sdk/support/fact-writer.ts';
import { headOfLines, headsOf, LOG_KEY, stateNote } from '../../test/sdk/support/log-writer.ts';
import { keySetNote, NEXT_LOG_KEY, rangeOf } from '../../test/sdk/support/log-writer.ts';
import { ACME, memberId, SHARD } from '../../test/sdk/support/tenants.ts';
import { memberDraft } from '../../test/sdk/support/fact-writer.ts';
import type { LogVector, ReaderStep } from './log-vector.ts';
import { at, beat, encode, FIRST_SET, forged, lines, RESTORED_SET, START } from './reader-story.ts';
import { told, TWO, VOID_SET, written } from './reader-story.ts';
import { served } from './state-samples.ts';

type Snapshot = Extract<ReaderStep, { snapshot: unknown }>;

/** Of all that a writer has written; those of them that are void are not live. */
const snapshotOf = (
  writer: FactWriter,
  overrides: Partial<StateNote> = {},
  { key = LOG_KEY, voidFrom = Number.POSITIVE_INFINITY } = {},
): Snapshot => {
  const tree = new MemoryState();
  const changes = changesOf(writer.facts).map((change) => ({
    ...change,
    facts: change.facts.filter((_, seq) => indexOf(writer, change.tenant, seq + 1) < voidFrom),
  }));
  tree.change(changes);
  const head = headOfLines(writer.linesOf(ACME));
  const note = stateNote(
    {
      size: writer.facts.length,
      root: tree.root ?? new Uint8Array(),
      heads: headsOf({ [SHARD]: head }),
      ...overrides,
    },
    key,
  );
  return { snapshot: { note: encode(note), nodes: served(tree.nodes) } };
};

const indexOf = ({ facts }: FactWriter, tenant: string, seq: number): number =>
  facts.findIndex((fact) => fact.tenant === tenant && fact.seq === seq);

const after = (facts: number): Snapshot => snapshotOf(written(facts));

/** As it is after two facts, and a third that the registry did not write. */
const forgedWriter = (): FactWriter => {
  const writer = written(2);
  writer.write(ACME, memberDraft(memberId(99), 'thief', ['owner']));
  return writer;
};

const restoredWriter = (): FactWriter => {
  const writer = written(2);
  writer.write(ACME, memberDraft(memberId(42), 's', []), { epoch: 2 });
  return writer;
};

/** Of lines that there never were. */
const AHEAD = { count: 800, hash: new Uint8Array(32).fill(6) };

/** What the first log key signed at sizes from `start` on is void. */
const voidLogKey = (start: number): ReaderStep => ({
  keySet: encode(
    keySetNote({
      version: 2,
      logKeys: [rangeOf(LOG_KEY, { to: 6, void: start }), rangeOf(NEXT_LOG_KEY, { from: 6 })],
    }),
  ),
});

/** Everything as it should be, and one node with other bytes. */
const withBadNode = (snapshot: Snapshot): Snapshot => {
  const { note, nodes } = snapshot.snapshot;
  const [other = ''] = Object.values(after(6).snapshot.nodes);
  return {
    snapshot: { note, nodes: Object.fromEntries(Object.keys(nodes).map((name) => [name, other])) },
  };
};

const withoutNodes = ({ snapshot: { note } }: Snapshot): Snapshot => ({
  snapshot: { note, nodes: {} },
});

const TAKEN: Record<string, LogVector> = {
  'reader-snapshot': told('a reader of nothing begins with a snapshot and goes on with lines', [
    ...START,
    [after(4), at(4, 4)],
    [{ live: lines(1, 5) }, at(5, 4)],
    [beat(0, lines(1, 5)), at(5, 5)],
  ]),
  'reader-snapshot-behind': told('a reader that is behind takes a snapshot instead of lines', [
    ...TWO,
    [beat(2, lines(1, 5)), at(2, 2, { fetch: true })],
    [after(5), at(5, 5)],
    [{ fetched: lines(6) }, at(6, 5)],
  ]),
  'reader-snapshot-still-behind': told('what a heartbeat counts above a snapshot is fetched', [
    ...TWO,
    [beat(2, lines(1, 6)), at(2, 2, { fetch: true })],
    [after(4), at(4, 4, { fetch: true })],
    [{ fetched: lines(5, 6) }, at(6, 6)],
  ]),
  'reader-snapshot-held': told('held lines are judged behind a snapshot', [
    ...START,
    [{ live: lines(5, 6) }, at(0, 0, { fetch: true })],
    [after(4), at(6, 4)],
  ]),
  'reader-snapshot-not-ahead': told('a snapshot that is not ahead is left, whatever is in it', [
    ...TWO,
    [{ live: lines(3) }, at(3, 2)],
    [withBadNode(after(3)), at(3, 2)],
    [{ live: lines(4) }, at(4, 2)],
  ]),
  'reader-snapshot-heartbeat-below': told(
    'a heartbeat that counts less than the snapshot is reached and compared with nothing',
    [
      ...START,
      [after(4), at(4, 4)],
      [beat(0, lines(1, 3)), at(4, 4)],
      [beat(2, [...lines(1, 2), forged(2)]), at(4, 4)],
      [beat(4, lines(1, 4)), at(4, 4)],
    ],
  ),
  'reader-snapshot-doubt': told('a snapshot that holds what was covered ends a doubt', [
    ...TWO,
    [{ live: [forged(2)] }, at(3, 2)],
    [beat(2, lines(1, 3)), at(3, 2, { refused: ['shard-fork'], doubt: true })],
    [after(3), at(3, 3)],
    [{ live: lines(4) }, at(4, 3)],
  ]),
  'reader-snapshot-doubt-stays': told('a snapshot below what was covered does not', [
    ...TWO,
    [{ live: lines(3) }, at(3, 2)],
    [beat(2, lines(1, 3)), at(3, 3)],
    [{ fetched: ['garbage'] }, at(3, 3, { refused: ['line-malformed'], doubt: true })],
    [after(2), at(3, 3, { doubt: true })],
    [after(3), at(3, 3)],
  ]),
  'reader-snapshot-grows': told('a later snapshot takes the place of one before it', [
    ...START,
    [after(3), at(3, 3)],
    [{ live: lines(4) }, at(4, 3)],
    [after(6), at(6, 6)],
  ]),
  'reader-snapshot-new-epoch': told('a snapshot of a new epoch ends the doubt that it began', [
    ...TWO,
    [{ live: lines(3, 4) }, at(4, 2)],
    [beat(2, lines(1, 4)), at(4, 4)],
    [RESTORED_SET, at(4, 0, { doubt: true })],
    [snapshotOf(restoredWriter(), { epoch: 2, keySetVersion: 2 }), at(3, 3)],
  ]),
  'reader-snapshot-void': told('what became void below a snapshot needs another one', [
    ...START,
    [after(3), at(3, 3)],
    [VOID_SET, at(3, 3, { doubt: true })],
    [after(3), at(3, 3, { refused: ['state-void'], doubt: true })],
    [snapshotOf(written(3), { keySetVersion: 2 }, { voidFrom: 1 }), at(3, 3)],
  ]),
  'reader-snapshot-void-lines': told('or all lines from position 1', [
    ...START,
    [after(3), at(3, 3)],
    [VOID_SET, at(3, 3, { doubt: true })],
    [{ reread: lines(1, 3) }, at(3, 3, { void: [2, 3] })],
  ]),
};

const LEFT: Record<string, LogVector> = {
  'reader-snapshot-refused': told('a note that is refused changes nothing', [
    ...TWO,
    [
      snapshotOf(written(4), {}, { key: NEXT_LOG_KEY }),
      at(2, 2, { refused: ['note-key-unknown'] }),
    ],
    [snapshotOf(written(4), { keySetVersion: 2 }), at(2, 2, { refused: ['state-keyset'] })],
    [{ live: lines(3) }, at(3, 2)],
  ]),
  'reader-snapshot-node-refused': told('nor does a node', [
    ...TWO,
    [withBadNode(after(4)), at(2, 2, { refused: ['state-hash-mismatch'] })],
    [{ live: lines(3) }, at(3, 2)],
    [after(4), at(4, 4)],
  ]),
  'reader-snapshot-node-missing': told('nor a snapshot of which a node is not served', [
    ...TWO,
    [withoutNodes(after(4)), at(2, 2, { refused: ['state-hash-mismatch'] })],
    [{ live: lines(3) }, at(3, 2)],
    [after(4), at(4, 4)],
  ]),
  'reader-snapshot-before-keys': told('without any key set there is no snapshot', [
    [after(4), at(0, 0, { refused: ['note-key-unknown'] })],
    [FIRST_SET, at(0, 0)],
    [after(4), at(4, 4)],
  ]),
  'reader-snapshot-rollback': told('a snapshot smaller than the last one is refused', [
    ...START,
    [after(4), at(4, 4)],
    [{ fetched: ['garbage'] }, at(4, 4, { refused: ['line-malformed'], doubt: true })],
    [after(3), at(4, 4, { refused: ['state-rollback'], doubt: true })],
    [after(4), at(4, 4)],
  ]),
  'reader-snapshot-index': told('the size of a snapshot is above the indexes of its lines', [
    ...START,
    [snapshotOf(written(3), { size: 9 }), at(3, 3)],
    [{ live: lines(4) }, at(3, 3, { refused: ['index-replay'], fetch: true })],
  ]),
  'reader-snapshot-seq': told("lines go on in their tenants' chains", [
    ...START,
    [snapshotOf(forgedWriter()), at(3, 3)],
    [{ live: lines(4) }, at(3, 3, { refused: ['prev-mismatch'], fetch: true })],
  ]),
};

/** By who stole the log key. */
const FALSE: Record<string, LogVector> = {
  'reader-snapshot-fork': told('lines that the newest heartbeat agrees with deny a snapshot', [
    ...START,
    [snapshotOf(forgedWriter()), at(3, 3)],
    [beat(0, lines(1, 3)), at(3, 3, { refused: ['shard-fork'], doubt: true })],
    [after(3), at(3, 3, { refused: ['state-fork'], doubt: true })],
    [{ reread: lines(1, 2) }, at(3, 3, { doubt: true })],
    [{ reread: lines(1, 3) }, at(3, 3)],
    [after(3), at(3, 3)],
    [{ live: lines(4) }, at(4, 3)],
  ]),
  'reader-snapshot-uncovered': told('also one that is ahead of three heartbeats', [
    ...START,
    [snapshotOf(forgedWriter(), { size: 900, heads: headsOf({ [SHARD]: AHEAD }) }), at(800, 800)],
    [beat(0, lines(1, 3)), at(800, 800)],
    [beat(2, lines(1, 3)), at(800, 800)],
    [beat(4, lines(1, 3)), at(800, 800, { refused: ['fact-uncovered'], doubt: true })],
    [{ reread: lines(1, 4) }, at(4, 3)],
    [after(5), at(5, 5)],
  ]),
  'reader-snapshot-covered': told('one that a heartbeat has agreed with is denied by no lines', [
    ...START,
    [after(4), at(4, 4)],
    [beat(0, lines(1, 4)), at(4, 4)],
    [{ fetched: ['garbage'] }, at(4, 4, { refused: ['line-malformed'], doubt: true })],
    [{ reread: lines(1, 3) }, at(4, 4, { doubt: true })],
    [{ reread: lines(1, 4) }, at(4, 4)],
  ]),
  'reader-snapshot-log-key-void': told('the key that signed it was stolen: only lines count', [
    ...START,
    [after(3), at(3, 3)],
    [beat(0, lines(1, 3)), at(3, 3)],
    [voidLogKey(3), at(3, 3, { doubt: true })],
    [beat(2, lines(1, 3), { version: 2 }), at(3, 3, { doubt: true })],
    [after(3), at(3, 3, { refused: ['key-range'], doubt: true })],
    [{ reread: lines(1, 3) }, at(3, 3)],
  ]),
  'reader-snapshot-log-key-void-above': told('it was stolen later', [
    ...START,
    [after(3), at(3, 3)],
    [voidLogKey(4), at(3, 3)],
  ]),
};

export const READER_SNAPSHOTS: Record<string, LogVector> = { ...TAKEN, ...LEFT, ...FALSE };
