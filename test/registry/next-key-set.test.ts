import { describe, expect, test } from '@jest/globals';
import { keyIdOf } from '../../facts/crypto/hash.ts';
import type { KeySet } from '../../facts/log/key-set.ts';
import { compromisedKey, KeyChangeError, revoked, rotated } from '../../registry/next-key-set.ts';
import type { SigningRole } from '../../registry/next-key-set.ts';
import { signer } from '../sdk/support/fact-writer.ts';
import { aKeySet, LOG_KEY, NEXT_FACT_KEY, NEXT_LOG_KEY } from '../sdk/support/log-writer.ts';
import { NEXT_TIME, rangeOf, ROOT, TIME } from '../sdk/support/log-writer.ts';

const NEXT: Record<SigningRole, Uint8Array> = {
  fact: NEXT_FACT_KEY.publicKey,
  log: NEXT_LOG_KEY.publicKey,
  time: NEXT_TIME.publicKey,
};
const makeKey = (role: SigningRole) => NEXT[role];
const at = (nextIndex: number, heartbeatKeySet = 1) => ({ nextIndex, heartbeatKeySet });
const idOf = ({ publicKey }: { readonly publicKey: Uint8Array }) => keyIdOf(publicKey);
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    if (error instanceof KeyChangeError) return error.code;
    throw error;
  }
};

describe('a rotation', () => {
  test('of the fact key begins with the next index', () => {
    expect(rotated(aKeySet(), 'fact', makeKey, at(7)).fact).toEqual([
      rangeOf(signer, { to: 7 }),
      rangeOf(NEXT_FACT_KEY, { from: 7 }),
    ]);
  });

  test('of the log key leaves the size of now to the old one, which may be signing it', () => {
    expect(rotated(aKeySet(), 'log', makeKey, at(7)).logKeys).toEqual([
      rangeOf(LOG_KEY, { to: 8 }),
      rangeOf(NEXT_LOG_KEY, { from: 8 }),
    ]);
  });

  test('of the time key first adds the new one, and drops the old one once readers were told', () => {
    const both = rotated(aKeySet(), 'time', makeKey, at(7));
    expect(both.time).toEqual([TIME.publicKey, NEXT_TIME.publicKey]);
    const second: KeySet = { ...both, version: 2 };
    expect(codeOf(() => rotated(second, 'time', makeKey, at(7, 1)))).toBe('heartbeat-missing');
    expect(rotated(second, 'time', makeKey, at(7, 2)).time).toEqual([NEXT_TIME.publicKey]);
  });
});

describe('a revocation', () => {
  const plan = (set: KeySet, key: typeof signer, from?: number, size = 7) =>
    compromisedKey(set, idOf(key), from, at(size));

  test('of a fact key voids from the given index, or all, and goes on behind the log', () => {
    for (const [given, start] of [
      [4, 4],
      [undefined, 0],
    ] as const) {
      const key = plan(aKeySet(), signer, given);
      expect(key).toMatchObject({ role: 'fact', from: start, isDone: false });
      expect(revoked(aKeySet(), key, makeKey, at(7)).fact).toEqual([
        rangeOf(signer, { to: 7, void: start }),
        rangeOf(NEXT_FACT_KEY, { from: 7 }),
      ]);
    }
  });

  test('of a log key lets the new one count wherever the old one is void', () => {
    const key = plan(aKeySet(), LOG_KEY, 4);
    expect(revoked(aKeySet(), key, makeKey, at(7)).logKeys).toEqual([
      rangeOf(LOG_KEY, { to: 4, void: 4 }),
      rangeOf(NEXT_LOG_KEY, { from: 4 }),
    ]);
  });

  test('of a closed key opens none', () => {
    const fact = [rangeOf(signer, { to: 5 }), rangeOf(NEXT_FACT_KEY, { from: 5 })];
    const set = aKeySet({ fact });
    const key = plan(set, signer, 3);
    expect(revoked(set, key, makeKey, at(7)).fact[0]).toEqual(rangeOf(signer, { to: 5, void: 3 }));
    expect(revoked(set, key, makeKey, at(7)).fact).toHaveLength(2);
  });

  test('of a time key drops it, and makes one unless another is there', () => {
    const key = plan(aKeySet(), TIME);
    expect(key.from).toBeNull();
    expect(revoked(aKeySet(), key, makeKey, at(7)).time).toEqual([NEXT_TIME.publicKey]);
    const both = aKeySet({ time: [TIME.publicKey, NEXT_TIME.publicKey] });
    expect(revoked(both, key, () => ROOT.publicKey, at(7)).time).toEqual([NEXT_TIME.publicKey]);
  });

  test('is done already when the set says it, and is never taken back', () => {
    const fact = [rangeOf(signer, { to: 5, void: 3 }), rangeOf(NEXT_FACT_KEY, { from: 5 })];
    const set = aKeySet({ fact });
    expect(plan(set, signer)).toMatchObject({ from: 3, isDone: true });
    expect(plan(set, signer, 2)).toMatchObject({ from: 2, isDone: false });
    expect(codeOf(() => plan(set, signer, 4))).toBe('void-already');
  });

  test('that makes no sense is refused with its reason', () => {
    expect(codeOf(() => plan(aKeySet(), ROOT))).toBe('key-is-root');
    expect(codeOf(() => plan(aKeySet(), NEXT_TIME))).toBe('key-unknown');
    expect(codeOf(() => plan(aKeySet(), TIME, 1))).toBe('position-outside');
    expect(codeOf(() => plan(aKeySet(), signer, 8))).toBe('position-outside');
    const later = aKeySet({ fact: [rangeOf(signer, { from: 2 })] });
    expect(codeOf(() => plan(later, signer, 1))).toBe('position-outside');
  });

  test('of a closed log key waits until the newest checkpoint is by another', () => {
    const logKeys = [rangeOf(LOG_KEY, { to: 8 }), rangeOf(NEXT_LOG_KEY, { from: 8 })];
    const set = aKeySet({ logKeys });
    expect(codeOf(() => plan(set, LOG_KEY, 4, 7))).toBe('void-without-checkpoint');
    expect(codeOf(() => plan(set, LOG_KEY, 4, 8))).toBe('done');
  });
});
