import { expect, test } from '@jest/globals';
import { endingAfter, together } from '../../bench/ending.ts';

const failing = (message: string) => () => Promise.reject(new Error(message));

test('what was begun is ended after its work', async () => {
  const order: string[] = [];
  const work = async () => {
    await Promise.resolve();
    order.push('work');
    return 7;
  };
  expect(await endingAfter(work, async () => order.push('end'))).toBe(7);
  expect(order).toEqual(['work', 'end']);
});

test('it is ended although its work fails, and of two errors the first is told', async () => {
  let isEnded = false;
  const end = async () => {
    isEnded = true;
  };
  await expect(endingAfter(failing('work'), end)).rejects.toThrow('work');
  expect(isEnded).toBe(true);
  await expect(endingAfter(failing('work'), failing('end'))).rejects.toThrow('work');
  await expect(endingAfter(() => Promise.resolve(7), failing('end'))).rejects.toThrow('end');
});

test('those that work together are waited for although one of them fails', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  let isOver = false;
  const all = together([failing('first')(), promise]).finally(() => (isOver = true));
  await Promise.allSettled([failing('first')()]);
  expect(isOver).toBe(false);
  resolve(7);
  await expect(all).rejects.toThrow('first');
  expect(await together([promise, promise])).toEqual([7, 7]);
});
