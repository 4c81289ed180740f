// `npm run prove`: breaks every saga at every step in every way, and looks what is left of it. Goes
// on where it was interrupted. `-- --only "<cell>"` repeats one, `-- --seed 20783 --share 0.1` what
// CI did that day, `-- --changed` the sagas that changed, `-- --pairs 500` two faults at once,
// `-- --real` what goes wrong at the outside systems, over real ones, which die for real.
import { givenNumber, givenWhole, orRefuse, readArguments } from '../../tools/command-line.ts';
import { everyCell, isOutside, nameOf } from './cells.ts';
import type { Cell } from './cells.ts';
import { cellNamed, changedCells, pairs, sample, seedOfToday, sortedByStrike } from './choose.ts';
import { KeptOutcomes } from './kept-outcomes.ts';
import { Prover } from './prover.ts';
import type { Outcome } from './prover.ts';
import { startRealOutside } from './real-outside.ts';
import { runCells } from './run-cells.ts';
import { formatTable, SIGNS } from './table.ts';

const USAGE =
  'npm run prove -- [--only "<cell>" | --pairs <n> | --changed | --share <0..1>] [--seed <n>] [--real] [--anew]';

const { values } = readArguments(USAGE, {
  options: {
    only: { type: 'string', multiple: true },
    seed: { type: 'string' },
    share: { type: 'string' },
    pairs: { type: 'string' },
    changed: { type: 'boolean', default: false },
    /** Keycloak, libSQL, Knot and Kubernetes in the place of the embedded systems. */
    real: { type: 'boolean', default: false },
    /** Forgets what was proved before. */
    anew: { type: 'boolean', default: false },
  },
});

const say = (line: string) => void process.stdout.write(`${line}\n`);
const seed = orRefuse(() => givenWhole('seed', values.seed ?? String(seedOfToday())));

function chosen(): Cell[] {
  if (values.only !== undefined) return values.only.map(cellNamed);
  if (values.pairs !== undefined)
    return sortedByStrike(pairs(seed, givenWhole('pairs', values.pairs)));
  if (values.changed) return sortedByStrike(changedCells());
  if (values.share !== undefined) return sample(seed, givenNumber('share', values.share));
  return sortedByStrike(everyCell());
}

// What was named is what is wanted; the rest of a choice is no other over real systems.
const outsideAlone = values.real && values.only === undefined;
const cells = orRefuse(chosen).filter((cell) => !outsideAlone || isOutside(cell));
const kept = new KeptOutcomes(values.real ? 'real' : 'embedded');
if (values.anew) kept.forget();
const names = new Set(cells.map(nameOf));
// One that failed is run again; one that was asked for by its name as well.
const known = values.only === undefined ? kept.read() : [];
const before = known.filter(({ cell, result }) => names.has(cell) && result !== 'broken');
const done = new Set(before.map(({ cell }) => cell));
const rest = cells.filter((cell) => !done.has(nameOf(cell)));
say(`${cells.length} cells, ${done.size} of them proved before; seed ${seed}`);

let interrupted = false;
process.once('SIGINT', () => {
  interrupted = true;
  say('\nThose that run come to their end; the next `npm run prove` goes on from here.');
});
const outcomes = [...before, ...(await prove(rest))];
const broken = outcomes.filter(({ result }) => result === 'broken');
say(formatTable(outcomes));
for (const { cell } of broken) say(`again: npm run prove -- --only "${cell}"`);
const nothing = outcomes.filter(({ result }) => result === 'nothing');
const holding = outcomes.length - broken.length - nothing.length;
say(`${holding} hold, ${nothing.length} had nothing to break, ${broken.length} are broken`);
process.exitCode = broken.length > 0 || interrupted ? 1 : 0;

async function prove(waiting: readonly Cell[]): Promise<readonly Outcome[]> {
  if (waiting.length === 0) return [];
  const outside = values.real ? await startRealOutside() : undefined;
  const prover = await Prover.start(outside);
  try {
    let count = done.size;
    const proved = await runCells(prover, waiting, tell, () => !interrupted);
    const findings = await prover.proveAll();
    const whole: Outcome = { cell: 'everything at once', result: 'broken', findings, ms: 0 };
    if (findings.length > 0) tell(whole);
    return findings.length > 0 ? [...proved, whole] : proved;

    function tell(outcome: Outcome): void {
      kept.keep(outcome);
      const { cell, result, findings: found, ms } = outcome;
      count += 1;
      say(`${SIGNS[result]} ${count}/${cells.length} ${cell}  ${ms} ms`);
      for (const finding of found) say(`    ${finding}`);
    }
  } finally {
    await prover.world.close();
    await outside?.stop();
  }
}
