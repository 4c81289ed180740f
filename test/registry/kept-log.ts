import { utf8 } from '../../facts/core/bytes.ts';
import { keyIdOf, sha256 } from '../../facts/crypto/hash.ts';
import { createSigner } from '../../facts/crypto/sign.ts';
import { formatKeySet, rootName } from '../../facts/log/key-set.ts';
import type { EpochStart, KeyRange, KeySet } from '../../facts/log/key-set.ts';
import type { Signer } from '../../ports/signer.ts';
import { signNoteBy } from '../../registry/key-ring.ts';
import type { FakeLogStore } from './fake-log-store.ts';

/* A log for its keeper and its heart: keys of each role, facts and key sets. */

export const LOG = 'tenure.example/test';
export const FENCE = 1;

const signerBy = (seed: number): Signer => {
  const key = createSigner(new Uint8Array(32).fill(seed));
  return { ...key, keyId: keyIdOf(key.publicKey) };
};
export const [root, fact, log, time] = [signerBy(1), signerBy(2), signerBy(3), signerBy(4)];
export const nextLog = signerBy(5);
export const rangeOf = ({ publicKey }: Signer): KeyRange => {
  return { key: publicKey, from: 0, to: null, void: null };
};

export const KEY_SET: KeySet = {
  ...{ log: LOG, version: 1, root: root.publicKey, time: [time.publicKey], epochs: [] },
  fact: [rangeOf(fact)],
  logKeys: [rangeOf(log)],
};

/** At size 5 the log key is changed, as `tenure keys rotate` and `revoke` do it. */
export const ROTATED = [
  { ...rangeOf(log), to: 6 },
  { ...rangeOf(nextLog), from: 6 },
];
export const REVOKED = [
  { ...rangeOf(log), to: 2, void: 2 },
  { ...rangeOf(nextLog), from: 2 },
];

/** The next version, with these log keys. */
export async function publishTo(
  store: FakeLogStore,
  logKeys = KEY_SET.logKeys,
  epochs: EpochStart[] = [],
): Promise<void> {
  const version = store.keySets.length + 1;
  const text = formatKeySet({ ...KEY_SET, version, logKeys, epochs });
  store.keySets.push(await signNoteBy(text, { name: rootName(LOG), signer: root }));
}

export function sequenceIn({ leaves }: FakeLogStore, count: number): void {
  for (let i = 0; i < count; i += 1) leaves.push(sha256(utf8(`leaf ${leaves.length}`)));
}
