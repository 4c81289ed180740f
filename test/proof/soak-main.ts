// `npm run soak -- --minutes 30`: 20 tenants live through sagas of all kinds, one after the other,
// while a random server or worker is killed every 5 to 20 s. What holds is looked at after each saga
// and at the end. `--seed` repeats the choice of sagas and victims.
import { setTimeout as sleep } from 'node:timers/promises';
import { OPERATION_KINDS } from '../../domain/operation.ts';
import { givenNumber, givenWhole, orRefuse, readArguments } from '../../tools/command-line.ts';
import { Dice } from '../simulation/dice.ts';
import { seedOfToday } from './choose.ts';
import { Prover } from './prover.ts';
import type { Outcome } from './prover.ts';
import { STORIES } from './stories.ts';
import { VICTIMS } from './striker.ts';

const TENANTS = 20;
const [LEAST_PAUSE_MS, MOST_PAUSE_MS] = [5_000, 20_000];
const MINUTE_MS = 60_000;

const { values } = readArguments('npm run soak -- [--minutes <n>] [--seed <n>]', {
  options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string' } },
});
const seed = orRefuse(() => givenWhole('seed', values.seed ?? String(seedOfToday())));
const minutes = orRefuse(() => givenNumber('minutes', values.minutes));
const endsMs = performance.now() + minutes * MINUTE_MS;
const say = (line: string) => void process.stdout.write(`${line}\n`);

let interrupted = false;
process.once('SIGINT', () => (interrupted = true));
const isOver = () => interrupted || performance.now() > endsMs;

say(`${minutes} minutes with ${TENANTS} tenants; seed ${seed}`);
const prover = await Prover.start();
try {
  const outcomes: Outcome[] = [];
  const killing = killAtRandom(new Dice(seed));
  const lives = Array.from({ length: TENANTS }, (_, at) => live(new Dice(seed + at + 1), outcomes));
  await Promise.all([killing, ...lives]);
  const findings = await prover.proveAll();
  for (const finding of findings) say(`x everything at once: ${finding}`);
  const broken = outcomes.filter(({ result }) => result === 'broken');
  say(`${outcomes.length} sagas, ${broken.length + findings.length} things broken`);
  process.exitCode = broken.length + findings.length > 0 ? 1 : 0;
} finally {
  await prover.world.close();
}

/** One tenant after the other, each with a saga of its own. */
async function live(dice: Dice, outcomes: Outcome[]): Promise<void> {
  while (!isOver()) {
    const kind = dice.pick(OPERATION_KINDS);
    const outcome = await prover.prove({ kind, breaks: [] }, dice.pick(STORIES[kind]));
    outcomes.push(outcome);
    for (const finding of outcome.findings) say(`x ${kind}: ${finding}`);
  }
}

async function killAtRandom(dice: Dice): Promise<void> {
  while (!isOver()) {
    await sleep(dice.between(LEAST_PAUSE_MS, MOST_PAUSE_MS));
    const victim = dice.pick(VICTIMS);
    const startedMs = performance.now();
    await prover.striker.kill(victim);
    say(`${victim} killed, and back after ${Math.round(performance.now() - startedMs)} ms`);
  }
}
