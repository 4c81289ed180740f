// `npm run simulate -- --seed 12345 [--trace]` replays one world; `-- --seeds 20000` runs many, from
// `--first` on or from a number of today's, on all processors.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { givenWhole, orRefuse, readArguments } from '../../tools/command-line.ts';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulate.ts';

const DEFAULT_SEEDS = 1_000;
const PROGRESS_SEEDS = 1_000;
/** Enough that a day's seeds are none of another day's. */
const SEEDS_PER_DAY = 100_000;
const DAY_MS = 86_400_000;

const USAGE =
  'npm run simulate -- [--seed <n> [--trace] | --seeds <n> [--first <n> | --today]] [--mutation <name>] [--processes <n>]';

const { values } = readArguments(USAGE, {
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: String(DEFAULT_SEEDS) },
    first: { type: 'string', default: '1' },
    today: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    /** A protection to switch off: a name of mutations.ts. */
    mutation: { type: 'string' },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
});

const given = (option: string, text: string) => orRefuse(() => givenWhole(option, text));
const mutation = orRefuse(() => {
  const named = MUTATIONS.find((name) => name === values.mutation);
  if (named !== undefined || values.mutation === undefined) return named;
  throw new TypeError(`--mutation takes one of ${MUTATIONS.join(', ')}, not "${values.mutation}"`);
});
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Seeds that failed, each said as it fails. */
async function runHere(first: number, count: number): Promise<number> {
  let failures = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const trouble = await simulate({ seed, mutation, trace: values.trace ? say : undefined });
    if (trouble !== undefined) {
      failures += 1;
      say(`seed ${seed}: ${trouble}`);
    }
    if ((seed - first + 1) % PROGRESS_SEEDS === 0)
      say(`${seed - first + 1} seeds from ${first} on are done`);
  }
  return failures;
}

/** A part of the seeds in a process of its own, which says what it finds. */
function runApart(first: number, count: number): Promise<number> {
  const without = mutation === undefined ? [] : ['--mutation', mutation];
  const range = ['--first', String(first), '--seeds', String(count), '--processes', '1'];
  const args = [...process.execArgv, import.meta.filename, ...range, ...without];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let failures = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('seed ')) failures += 1;
    say(line);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve(code === 0 ? 0 : Math.max(failures, 1)));
  });
}

async function runAll(first: number, count: number): Promise<number> {
  const processes = Math.min(given('processes', values.processes), count);
  if (processes <= 1 || values.trace) return runHere(first, count);
  const share = Math.ceil(count / processes);
  const starts = Array.from({ length: processes }, (_, at) => at * share);
  const apart = starts.map((at) => runApart(first + at, Math.min(share, count - at)));
  return (await Promise.all(apart)).reduce((sum, failures) => sum + failures, 0);
}

const today = Math.floor(Date.now() / DAY_MS) * SEEDS_PER_DAY;
const first = given('first', values.seed ?? (values.today ? String(today) : values.first));
const count = values.seed === undefined ? given('seeds', values.seeds) : 1;
const startedAt = performance.now();
const failed = await runAll(first, count);
const perSecond = (count / (performance.now() - startedAt)) * 1_000;
say(`${count} worlds from seed ${first} on, ${failed} failed, ${perSecond.toFixed(0)} per second`);
if (failed > 0) say('See one again: npm run simulate -- --seed <seed> --trace');
process.exitCode = failed === 0 ? 0 : 1;
