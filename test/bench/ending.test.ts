import { expect, test } from '@jest/globals';
import { endingAfter } from '../../bench/ending.ts';

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
