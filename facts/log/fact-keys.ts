import { FactError } from '../core/errors.ts';
import { keyIdOf } from '../crypto/hash.ts';
import { createVerifier } from '../crypto/verify.ts';
import type { Verifier } from '../crypto/verify.ts';
import type { KeyRange, KeySet } from './key-set.ts';

/** A fact key, and at which indexes it counts. */
export type FactKey = Omit<KeyRange, 'key'> & { verify: Verifier };

/** The fact key of a key id; undefined for a key that the reader does not trust. */
export type FindFactKey = (keyId: string) => FactKey | undefined;

/** The fact keys of a set by key id, each parsed once. */
export const factKeysOf = ({ fact }: Pick<KeySet, 'fact'>): FindFactKey => {
  const keys = new Map(
    fact.map(({ key, ...range }) => [keyIdOf(key), { ...range, verify: createVerifier(key) }]),
  );
  return (keyId) => keys.get(keyId);
};

export const isInRange = ({ from, to }: Omit<KeyRange, 'key'>, at: number): boolean =>
  at >= from && (to === null || at < to);

/** What begins at `void` was, or may have been, signed by a thief: chained and never folded. */
export const isVoid = (range: Pick<KeyRange, 'void'>, at: number): boolean =>
  range.void !== null && at >= range.void;

/**
 * Refuses a fact at an index at which its key does not count, and a live one by a key that was
 * closed: who stole it could still choose an index from before.
 */
export const checkFactKey = (key: FactKey, index: number, isLive: boolean): void => {
  if (!isInRange(key, index)) {
    throw new FactError('key-range', `index ${index} is not in ${key.from} to ${key.to ?? 'now'}`);
  }
  if (isLive && key.to !== null) throw new FactError('key-closed', `at index ${key.to}`);
};
