import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Test } from '@jest/reporters';
import LongestFirst, { LONGEST } from './longest-first.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** As the sequencer is given them, of a clone in which nothing was run. */
function tests(...names: string[]): Test[] {
  const cacheDirectory = '/nowhere';
  const context = { config: { id: 'fresh', cacheDirectory }, hasteFS: { getSize: () => 1 } };
  return names.map((name) => ({ path: ROOT + name, context })) as unknown as Test[];
}

test('what takes longest begins first where no run is remembered', () => {
  const sequencer = new LongestFirst({ contexts: [], globalConfig: {} as never });
  const [longest = '', next = ''] = LONGEST;
  const sorted = sequencer.sort(tests('test/any.test.ts', next, longest));
  expect(sorted.map(({ path }) => path.slice(ROOT.length))).toEqual([
    longest,
    next,
    'test/any.test.ts',
  ]);
});

test('every file that is named as long is there', () => {
  expect(LONGEST.filter((name) => !existsSync(ROOT + name))).toEqual([]);
});
