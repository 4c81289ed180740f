import { describe, expect, test } from '@jest/globals';
import type { FactSource } from '../../ports/recovery.ts';
import { KeyRing } from '../../registry/key-ring.ts';
import { collect, newestKeys } from '../../registry/recovery-sources.ts';
import { LOG } from '../sdk/support/fact-writer.ts';
import { aKeySet, keySetNote, NEXT_ROOT } from '../sdk/support/log-writer.ts';

const sourceOf = (
  notes: readonly (string | undefined)[],
  lines: readonly string[] = [],
): FactSource => ({
  name: 'the copy',
  read: async function* () {
    yield lines;
  },
  keySet: (version) => Promise.resolve(notes[version - 1]),
});

const newest = (...sources: readonly FactSource[]) => {
  const findKeySet = () => Promise.resolve(keySetNote());
  return newestKeys(sources, new KeyRing(LOG, () => [], { findKeySet }), 1);
};

describe('key sets that a database lacks', () => {
  const second = keySetNote({ version: 2 });
  const third = keySetNote({ version: 3 });

  test('come from wherever one is, each by the root of the one before', async () => {
    const found = await newest(sourceOf([]), sourceOf([undefined, second, third]));
    expect(found.set.version).toBe(3);
    expect(found.added).toEqual([
      { version: 2, note: second },
      { version: 3, note: third },
    ]);
  });

  test('end where nobody has the next', async () => {
    expect(await newest(sourceOf([undefined, undefined, third]))).toMatchObject({ added: [] });
  });

  test('are refused when another root signed them', async () => {
    const forged = keySetNote({ version: 2 }, [NEXT_ROOT]);
    await expect(newest(sourceOf([undefined, forged]))).rejects.toMatchObject({
      name: 'RecoverError',
      code: 'other-facts',
    });
  });

  test('without any in the database nothing can be verified', async () => {
    const ring = new KeyRing(LOG, () => [], { findKeySet: () => Promise.resolve(undefined) });
    await expect(newestKeys([sourceOf([second])], ring, 0)).rejects.toMatchObject({
      code: 'no-key-set',
    });
  });
});

test('a source that cannot be read is named, and nothing is concluded from it', async () => {
  const broken: FactSource = {
    ...sourceOf([]),
    read: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no such host')) }),
    }),
  };
  const heads = { nextIndex: 0, keySet: 1, shards: [] };
  await expect(collect([broken], heads, aKeySet())).rejects.toMatchObject({
    code: 'source-unreadable',
    message: 'the copy cannot be read: no such host',
  });
});
