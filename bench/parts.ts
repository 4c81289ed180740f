import type { Progress } from '../tools/servers/progress.ts';
import { benchBurst } from './burst.ts';
import { benchDelivery } from './delivery.ts';
import { withEmbedded } from './embedded.ts';
import { benchFairness } from './fairness.ts';
import type { Machine } from './machine.ts';
import { benchMillion } from './million.ts';
import type { Row } from './row.ts';
import { benchKinds } from './saga-kinds.ts';
import { benchSagas } from './sagas.ts';
import { benchSequencing } from './sequencing.ts';
import { benchState } from './state.ts';
import { benchTenants } from './tenants.ts';

/** Invitations of a burst: as many take some ten minutes on two cores, so all parts have fewer. */
const BURST = { named: 10_000, among: 1_000 };

export interface Bench {
  readonly progress: Progress;
  readonly machine: Pick<Machine, 'fsyncMs'>;
  /** Whether this part alone was asked for. */
  readonly named: boolean;
}

/** By the names that `npm run bench -- <name>` takes; without one all of them, in this order. */
const PARTS: Readonly<Record<string, (bench: Bench) => Promise<Row[]>>> = {
  million: ({ progress }) => benchMillion(progress),
  state: ({ progress }) => benchState(progress),
  tenants: ({ progress }) => benchTenants(progress),
  library: ({ progress, machine }) => benchSagas(progress, machine.fsyncMs),
  sagas: ({ progress }) => benchKinds(progress),
  burst: ({ progress, named }) => benchBurst(progress, named ? BURST.named : BURST.among),
  fairness: ({ progress }) => benchFairness(progress),
  delivery: ({ progress, machine }) =>
    withEmbedded(progress, async (embedded) => [
      ...(await benchDelivery(embedded, machine.fsyncMs)),
      ...(await benchSequencing(embedded)),
    ]),
};

/** Throws a sentence where there is no such part. */
export function choose(names: readonly string[]): readonly string[] {
  const all = Object.keys(PARTS);
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no part "${unknown}" of the bench; give some of: ${all.join(', ')}.`);
  return names.length === 0 ? all : all.filter((name) => names.includes(name));
}

/** One part after the other, so that none disturbs another. */
export async function runParts(names: readonly string[], bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of names) rows.push(...((await PARTS[name]?.(bench)) ?? []));
  return rows;
}
