import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createProgress } from '../../tools/servers/progress.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('what takes less than two seconds is not spoken of', async () => {
  const { progress, text } = writer(false);
  await progress('Quick', () => passing(1_900));
  expect(text()).toBe('');
});

test('without a terminal it is a plain line after two seconds, each 15 seconds and at the end', async () => {
  const { progress, text } = writer(false);
  await progress('Slow', () => passing(20_000));
  expect(text()).toBe('Slow … 2 s\nSlow … 17 s\nSlow: done after 20 s\n');
});

test('a terminal sees one line rewritten each second', async () => {
  const { progress, text } = writer(true);
  await progress('Slow', () => passing(3_500));
  const clear = '\r\u001b[2K';
  expect(text()).toBe(`${clear}Slow … 2 s${clear}Slow … 3 s${clear}Slow: done after 4 s\n`);
});

test('a failure is said and thrown', async () => {
  const { progress, text } = writer(false);
  const failing = progress('Slow', async () => {
    await passing(3_000);
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  expect(text()).toBe('Slow … 2 s\nSlow: failed after 3 s\n');
});

function writer(isTTY: boolean) {
  const written: string[] = [];
  const progress = createProgress({ isTTY, write: (text) => written.push(text) });
  return { progress, text: () => written.join('') };
}

async function passing(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
}
