import { expect, test } from '@jest/globals';
import { eventually } from './eventually.ts';

test('waits until the probe stops throwing and gives its answer', async () => {
  let calls = 0;
  const answer = await eventually(() => {
    calls += 1;
    if (calls < 3) throw new Error('not yet');
    return calls;
  });
  expect(answer).toBe(3);
});

test('false and null mean not yet, undefined means met', async () => {
  const answers = [false, null, undefined];
  await eventually(() => answers.shift());
  expect(answers).toHaveLength(0);
});

test('says what was waited for and the last failure when the time is over', async () => {
  const late = eventually(() => Promise.reject(new Error('door shut')), {
    withinMs: 40,
    what: 'the open door',
  });
  await expect(late).rejects.toThrow('not within 40 ms: the open door: door shut');
});
