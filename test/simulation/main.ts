// `npm run simulate -- --seed 12345 [--trace]` replays one world; `-- --seeds 20000` runs many.
import { parseArgs } from 'node:util';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulate.ts';

const DEFAULT_SEEDS = 1_000;
const PROGRESS_SEEDS = 1_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: String(DEFAULT_SEEDS) },
    trace: { type: 'boolean', default: false },
    /** A protection to switch off: a name of mutations.ts. */
    mutation: { type: 'string' },
  },
});

const say = (line: string) => void process.stdout.write(`${line}\n`);
const mutation = MUTATIONS.find((name) => name === values.mutation);
const first = Number(values.seed ?? 1);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const startedAt = performance.now();
let failures = 0;

for (let seed = first; seed < first + count; seed += 1) {
  const trouble = await simulate({ seed, mutation, trace: values.trace ? say : undefined });
  if (trouble !== undefined) {
    failures += 1;
    say(`seed ${seed}: ${trouble}`);
  }
  if ((seed - first + 1) % PROGRESS_SEEDS === 0) say(`${seed - first + 1} seeds`);
}
const seconds = (performance.now() - startedAt) / 1_000;
say(`${count} seeds, ${failures} failed, ${(count / seconds).toFixed(0)} seeds per second`);
process.exitCode = failures === 0 ? 0 : 1;
