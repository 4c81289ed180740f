import { expect, test } from '@jest/globals';
import { keeping } from '../../../adapters/temporal/kept.ts';

function asking(most = 2, forMs = 10) {
  const asked: string[] = [];
  const clock = { nowMs: 0 };
  const get = keeping(
    async (id) => {
      asked.push(id);
      if (id === 'broken') throw new Error('broken');
      return id;
    },
    { most, forMs },
    () => clock.nowMs,
  );
  return { asked, clock, get };
}

test('an answer is asked for anew when its time is over', async () => {
  const { asked, clock, get } = asking();
  await get('a');
  clock.nowMs = 9;
  await get('a');
  expect(asked).toEqual(['a']);
  clock.nowMs = 10;
  await get('a');
  expect(asked).toEqual(['a', 'a']);
});

test('the one that was asked for longest ago makes room', async () => {
  const { asked, get } = asking();
  for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) await get(id);
  expect(asked).toEqual(['a', 'b', 'c', 'b']);
});

test('a failure is not remembered', async () => {
  const { asked, get } = asking();
  await expect(get('broken')).rejects.toThrow('broken');
  await expect(get('broken')).rejects.toThrow('broken');
  expect(asked).toEqual(['broken', 'broken']);
});
