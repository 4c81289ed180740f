import type { KeySet } from '../../facts/log/key-set.ts';
import { memberDraft, signer } from '../../test/sdk/support/fact-writer.ts';
import { checkpointNote } from '../../test/sdk/support/log-writer.ts';
import { keySetNote, LOG_KEY, NEXT_FACT_KEY } from '../../test/sdk/support/log-writer.ts';
import { NEXT_LOG_KEY, NEXT_ROOT, NEXT_TIME } from '../../test/sdk/support/log-writer.ts';
import { rangeOf, ROOT, TIME } from '../../test/sdk/support/log-writer.ts';
import { ACME, memberId } from '../../test/sdk/support/tenants.ts';
import type { LogVector, ReaderStep } from './log-vector.ts';
import { at, beat, encode, lines, told, TWO, written } from './reader-story.ts';

/*
 * Stories of keys that change as `tenure keys` changes them, each after two lines that a heartbeat
 * has covered.
 */

const keySet = (overrides: Partial<KeySet>, roots = [ROOT]): ReaderStep => ({
  keySet: encode(keySetNote(overrides, roots)),
});

const BOTH_TIMES = keySet({ version: 2, time: [TIME.publicKey, NEXT_TIME.publicKey] });
const SECOND_TIME = keySet({ version: 3, time: [NEXT_TIME.publicKey] });

const newRoot = (version: number, roots: (typeof ROOT)[]): ReaderStep =>
  keySet({ version, root: NEXT_ROOT.publicKey }, roots);

/** The third line by the stolen key, and what the registry says again by the next one. */
const restated = (): string[] => {
  const writer = written(3);
  writer.key = NEXT_FACT_KEY;
  writer.write(ACME, memberDraft(memberId(2), 's', []));
  return writer.linesOf(ACME);
};
const RESTATED = restated();

const voidFrom = (version: number, start: number): ReaderStep =>
  keySet({
    version,
    fact: [rangeOf(signer, { to: 3, void: start }), rangeOf(NEXT_FACT_KEY, { from: 3 })],
  });

const [OLD_CHECKPOINT, NEW_CHECKPOINT] = [LOG_KEY, NEXT_LOG_KEY].map((key) =>
  checkpointNote(2, new Uint8Array(32).fill(6), { key }),
);
const LOG_KEY_REVOKED = keySet({
  version: 2,
  logKeys: [rangeOf(LOG_KEY, { to: 0, void: 0 }), rangeOf(NEXT_LOG_KEY)],
});

export const KEY_CHANGES: Record<string, LogVector> = {
  'reader-time-rotation': told('no heartbeat is by a key that the reader cannot know', [
    ...TWO,
    [BOTH_TIMES, at(2, 2)],
    [beat(2, lines(1, 2), { version: 2 }), at(2, 2)],
    [beat(4, lines(1, 2), { version: 3, key: NEXT_TIME }), at(2, 2)],
    [{ live: lines(3) }, at(2, 2)],
    [SECOND_TIME, at(3, 2)],
    [beat(6, lines(1, 3), { version: 3, key: NEXT_TIME }), at(3, 3)],
    [beat(8, lines(1, 3), { version: 3 }), at(3, 3, { refused: ['note-key-unknown'] })],
  ]),
  'reader-time-replaced': told('a stolen time key is gone with the next set', [
    ...TWO,
    [{ live: lines(3) }, at(3, 2)],
    [
      beat(2, lines(1, 3), { version: 2, key: NEXT_TIME }),
      at(3, 2, { refused: ['note-key-unknown'] }),
    ],
    [keySet({ version: 2, time: [NEXT_TIME.publicKey] }), at(3, 2)],
    [beat(4, lines(1, 2), { version: 2 }), at(3, 2, { refused: ['note-key-unknown'] })],
    [beat(2, lines(1, 3), { version: 2, key: NEXT_TIME }), at(3, 3)],
  ]),
  'reader-root-changed': told('both roots vouch for the change, the new one for all after it', [
    ...TWO,
    [newRoot(2, [ROOT, NEXT_ROOT]), at(2, 2)],
    [newRoot(3, [ROOT]), at(2, 2, { refused: ['note-key-unknown'] })],
    [newRoot(3, [NEXT_ROOT]), at(2, 2)],
    [beat(2, lines(1, 2), { version: 3 }), at(2, 2)],
  ]),
  'reader-root-alone': told('the old root alone cannot bring another, and keys stay as they were', [
    ...TWO,
    [newRoot(2, [ROOT]), at(2, 2, { refused: ['keyset-root'] })],
    [newRoot(2, [NEXT_ROOT]), at(2, 2, { refused: ['note-key-unknown'] })],
    [{ live: lines(3) }, at(3, 2)],
    [beat(2, lines(1, 3)), at(3, 3)],
  ]),
  'reader-restated': told('what became void is stated anew by the next key', [
    ...TWO,
    [{ live: RESTATED.slice(2, 3) }, at(3, 2)],
    [beat(2, RESTATED.slice(0, 3), { version: 2 }), at(3, 2)],
    [voidFrom(2, 2), at(3, 3, { void: [3] })],
    [{ live: RESTATED.slice(3) }, at(4, 3, { void: [3] })],
    [beat(4, RESTATED, { version: 2 }), at(4, 4, { void: [3] })],
  ]),
  'reader-restated-early': told('a new statement may be there before the set that names its key', [
    ...TWO,
    [{ live: RESTATED.slice(2, 3) }, at(3, 2)],
    [{ live: RESTATED.slice(3) }, at(3, 2, { refused: ['key-unknown'], fetch: true })],
    [voidFrom(2, 2), at(3, 2, { void: [3] })],
    [{ fetched: RESTATED.slice(3) }, at(4, 2, { void: [3] })],
    [beat(2, RESTATED, { version: 2 }), at(4, 4, { void: [3] })],
  ]),
  'reader-void-earlier': told('a compromise that turns out to be older voids more', [
    ...TWO,
    [{ live: lines(3) }, at(3, 2)],
    [voidFrom(2, 2), at(3, 2, { void: [3] })],
    [voidFrom(3, 1), at(3, 2, { void: [2, 3] })],
    [voidFrom(4, 2), at(3, 2, { refused: ['keyset-history'], void: [2, 3] })],
  ]),
  'reader-log-key-revoked': told('a void checkpoint is refused until it is signed anew', [
    ...TWO,
    [beat(2, lines(1, 2), { checkpoint: OLD_CHECKPOINT ?? null }), at(2, 2)],
    [LOG_KEY_REVOKED, at(2, 2)],
    [
      beat(4, lines(1, 2), { version: 2, checkpoint: OLD_CHECKPOINT ?? null }),
      at(2, 2, { refused: ['key-range'] }),
    ],
    [{ live: lines(3) }, at(3, 2)],
    [beat(6, lines(1, 3), { version: 2, checkpoint: NEW_CHECKPOINT ?? null }), at(3, 3)],
  ]),
};
