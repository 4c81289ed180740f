import { expect, test } from '@jest/globals';
import { fewAtOnce } from '../../ports/at-once.ts';

/** Work that stays open until the test ends it, in the order in which it was begun. */
function aWork() {
  const open: PromiseWithResolvers<string>[] = [];
  const work = (_item: number) => {
    const one = Promise.withResolvers<string>();
    open.push(one);
    return one.promise;
  };
  return { open, work };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('four are at work at a time, and what they gave comes in the order of the items', async () => {
  const { open, work } = aWork();
  const all = fewAtOnce([1, 2, 3, 4, 5, 6], work);
  await settled();
  expect(open).toHaveLength(4);
  open[2]?.resolve('third');
  await settled();
  expect(open).toHaveLength(5);
  for (const [at, one] of open.entries()) one.resolve(`at ${at}`);
  await settled();
  open[5]?.resolve('last');
  expect(await all).toEqual(['at 0', 'at 1', 'third', 'at 3', 'at 4', 'last']);
});

test('after a failure nothing is begun, and what had begun has ended when it is told', async () => {
  const { open, work } = aWork();
  let told = false;
  const all = fewAtOnce([1, 2, 3, 4, 5, 6], work).finally(() => (told = true));
  all.catch(() => undefined);
  await settled();
  open[1]?.reject(new Error('broken'));
  await settled();
  expect([open.length, told]).toEqual([4, false]);
  for (const one of open) one.resolve('late');
  await expect(all).rejects.toThrow('broken');
  expect(open).toHaveLength(4);
});

test('of nobody nothing is asked', async () => {
  expect(await fewAtOnce([], () => Promise.reject(new Error('asked')))).toEqual([]);
});
