import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sideBySide } from '../support/sagas/side-by-side.ts';
import { nameOf } from './cells.ts';
import type { Cell } from './cells.ts';
import { changedCells, sample, seedOfToday, sortedByStrike } from './choose.ts';
import { Prover } from './prover.ts';
import type { Outcome } from './prover.ts';
import { AT_ONCE, runCells } from './run-cells.ts';

const START_WITHIN_MS = 400_000;
const TENTH_WITHIN_MS = 900_000;
/**
 * Of this file. The tenth is always run whole; of the sagas that changed, what the rest of the time
 * allows: what is left is said, and `npm run prove -- --changed` does it.
 */
const ENDS_MS = performance.now() + 95_000;
const CHANGED_WITHIN_MS = 900_000;
const SHARE = 0.1;

const seed = seedOfToday();
const cells = sample(seed, SHARE).map((cell) => ({ cell, name: nameOf(cell) }));
let prover: Prover;
let outcomes: ReadonlyMap<Cell, Promise<Outcome>>;

beforeAll(async () => {
  prover = await Prover.start();
  outcomes = sideBySide(
    cells.map(({ cell }) => cell),
    AT_ONCE,
    (cell) => prover.prove(cell),
  );
}, START_WITHIN_MS);
afterAll(() => prover.world.close(), START_WITHIN_MS);

/* All of it: `npm run prove`. This part again: `npm run prove -- --seed <seed> --share 0.1`. */
describe(`a tenth of the proof matrix, seed ${seed}`, () => {
  test.each(cells)(
    '$name',
    async ({ cell }) => {
      expect((await outcomes.get(cell))?.findings).toEqual([]);
    },
    TENTH_WITHIN_MS,
  );
});

test(
  'sagas whose files changed hold at every step, as far as the time goes',
  async () => {
    await Promise.allSettled(outcomes.values());
    const names = new Set(cells.map(({ name }) => name));
    const rest = changedCells().filter((cell) => !names.has(nameOf(cell)));
    const proved = await runCells(
      prover,
      sortedByStrike(rest),
      undefined,
      () => performance.now() < ENDS_MS,
    );
    const left = rest.length - proved.length;
    if (left > 0)
      process.stdout.write(`${left} cells of changed sagas remain: npm run prove -- --changed\n`);
    expect(proved.filter(({ result }) => result === 'broken')).toEqual([]);
  },
  CHANGED_WITHIN_MS,
);

test(
  'after all of it everything agrees, both ways',
  async () => {
    expect(await prover.proveAll()).toEqual([]);
  },
  START_WITHIN_MS,
);
