import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { equalBytes } from '../../facts/core/bytes.ts';
import { EMPTY_HASH, runningHash } from '../../facts/crypto/hash.ts';
import { ShardChain } from '../../sdk/typescript/shard-chain.ts';
import { random } from './support/random.ts';

const leafOf = (n: number): Uint8Array => createHash('sha256').update(String(n)).digest();
const LENGTH = 40;
const HASHES = Array.from({ length: LENGTH + 1 }).reduce<Uint8Array[]>(
  (hashes, _, at) => [...hashes, at === 0 ? EMPTY_HASH : runningHash(hashes.at(-1)!, leafOf(at))],
  [],
);
const headAt = (count: number) => ({ count, hash: HASHES[count]! });

const grown = (to: number): ShardChain => {
  const chain = new ShardChain();
  for (let at = 1; at <= to; at += 1) chain.append(leafOf(at));
  return chain;
};

test('every interleaving of lines and true heartbeats ends covered, and never forked', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const next = random(seed);
    const chain = new ShardChain();
    let counted = 0;
    while (chain.position < LENGTH) {
      const isLine = next() < 0.6;
      counted = isLine ? counted : Math.min(LENGTH, counted + Math.floor(next() * 6));
      const verdict = isLine
        ? chain.append(leafOf(chain.position + 1))
        : chain.heartbeat(headAt(counted));
      expect(verdict).not.toBe('fork');
      const isReached = chain.position >= counted;
      if (!isLine) expect(verdict).toBe(isReached ? 'reached' : 'behind');
      if (isReached) expect(chain.covered).toEqual(headAt(counted));
    }
  }
});

test('another hash is a fork, whether the lines were here or came later', () => {
  const wrong = { count: 3, hash: leafOf(99) };
  for (const before of [2, 3, 5]) {
    const chain = grown(before);
    const verdicts = [chain.heartbeat(wrong)];
    while (chain.position < 5) verdicts.push(chain.append(leafOf(chain.position + 1)) ?? 'behind');
    expect(verdicts).toContain('fork');
    expect(chain.covered.count).toBe(0);
  }
});

test('a count below what is covered is a fork: nothing is known of that place any more', () => {
  const chain = grown(5);
  chain.heartbeat(headAt(4));
  expect(chain.heartbeat(headAt(3))).toBe('fork');
});

test('only the third heartbeat that does not count a line tells, and tells once', () => {
  const chain = grown(3);
  const told = [2, 2, 2, 2, 2, 2].map((count) => {
    chain.heartbeat(headAt(count));
    return chain.findUncovered();
  });
  expect(told).toEqual([false, false, true, false, false, true]);
});

test('lines that heartbeats count are behind, however many of them come', () => {
  const chain = grown(2);
  for (let n = 0; n < 9; n += 1) {
    expect(chain.heartbeat(headAt(9))).toBe('behind');
    expect(chain.findUncovered()).toBe(false);
  }
  expect(equalBytes(chain.hash, HASHES[2]!)).toBe(true);
});
