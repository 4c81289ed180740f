import { expect, test } from '@jest/globals';
import { toHex } from '../../facts/core/bytes.ts';
import { cachingInnerNodes } from '../../registry/cached-nodes.ts';

/** Files whose bytes say their hash; counts who asks. */
function aStore(bytes: number) {
  const asked: string[] = [];
  const findStateNode = (hash: Uint8Array) => {
    asked.push(toHex(hash));
    return Promise.resolve(hash[0] === 0 ? undefined : new Uint8Array(bytes).fill(hash[0] ?? 0));
  };
  return { asked, cached: cachingInnerNodes({ findStateNode }) };
}
const hashOf = (n: number): Uint8Array => {
  const hash = new Uint8Array(32).fill(n);
  new DataView(hash.buffer).setUint32(28, n);
  return hash;
};

test('an inner node is asked for once, and is the same each time', async () => {
  const { asked, cached } = aStore(600);
  for (let time = 0; time < 3; time += 1) {
    expect(await cached.findStateNode(hashOf(7))).toEqual(new Uint8Array(600).fill(7));
  }
  expect(asked).toHaveLength(1);
});

test('a page is not kept: there are too many, and they are large', async () => {
  const { asked, cached } = aStore(2_000);
  await cached.findStateNode(hashOf(7));
  await cached.findStateNode(hashOf(7));
  expect(asked).toHaveLength(2);
});

test('a node that is not there may come', async () => {
  const { asked, cached } = aStore(600);
  expect(await cached.findStateNode(hashOf(0))).toBeUndefined();
  await cached.findStateNode(hashOf(0));
  expect(asked).toHaveLength(2);
});

test('what was asked for least lately goes first when there are too many', async () => {
  const { asked, cached } = aStore(600);
  const many = Array.from({ length: 10_000 }, (_, n) => {
    const hash = new Uint8Array(32).fill(1);
    new DataView(hash.buffer).setUint32(28, n);
    return hash;
  });
  for (const hash of many) await cached.findStateNode(hash);
  await cached.findStateNode(many[0]!);
  await cached.findStateNode(hashOf(2));
  asked.length = 0;
  await cached.findStateNode(many[0]!);
  expect(asked).toEqual([]);
  await cached.findStateNode(many[1]!);
  expect(asked).toHaveLength(1);
});
