import { expect, test } from '@jest/globals';
import { MUTATIONS } from './mutations.ts';
import { findFailure, replayOf } from './run-seeds.ts';
import { simulate } from './simulate.ts';

const SEEDS = 80;
/** The rarest control needs a batch that grew behind a lost answer. */
const CONTROL_SEEDS = 300;
const TIMEOUT_MS = 60_000;

test(
  'whatever fails, every reader ends as a replay of the log',
  async () => {
    const failure = await findFailure(1, SEEDS);
    expect(failure && replayOf(failure)).toBeUndefined();
  },
  TIMEOUT_MS,
);

test('a seed is one world: it runs the same way each time', async () => {
  const run = async () => {
    const lines: string[] = [];
    await simulate({ seed: 10, trace: (line) => lines.push(line) });
    return lines;
  };
  const first = await run();
  expect(first.length).toBeGreaterThan(20);
  expect(await run()).toEqual(first);
});

test.each(MUTATIONS)(
  'negative control: %s is found',
  async (mutation) => {
    expect(await findFailure(1, CONTROL_SEEDS, mutation)).toBeDefined();
  },
  TIMEOUT_MS,
);
