import type { Operation } from '../ports/registry-store.ts';
import { STORIES } from '../test/proof/stories.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { together } from './ending.ts';
import { openLoop } from './open-loop.ts';
import { quantile, ratioRow, shareRow } from './row.ts';
import type { Row } from './row.ts';
import { ActiveTenants, assureAccepted, liveToEnd, stageOf } from './saga-living.ts';
import { withSagaWorld } from './saga-world.ts';
import type { SagaWorld } from './saga-world.ts';

const PER_SECOND = 4;
const SECONDS = 10;
/** Each asks once, and is frozen then: every round has others. */
const OTHERS = PER_SECOND * SECONDS;
/** A client that does not wait when it is told to; asked less it is no noise. */
const NOISE = { perSecond: 100, least: 5 };
/** Issue 5. */
const BOUND = 1.5;

/**
 * What the sagas of many tenants take, by themselves and then while one other tenant asks for
 * invitations much faster than it may.
 */
export function benchFairness(progress: Progress): Promise<Row[]> {
  return withSagaWorld(progress, benchBesideNoise);
}

async function benchBesideNoise(world: SagaWorld): Promise<Row[]> {
  const tenants = new ActiveTenants(world);
  const [noisy] = await tenants.take(1);
  const { progress } = world;
  // Not counted: connections are opened, code is compiled.
  const unmeasured = await tenants.take(OTHERS);
  await progress('Sagas of many tenants', () => askInTurns(world, unmeasured));
  const alone = await tenants.take(OTHERS);
  const quietMs = await progress('Once more', () => askInTurns(world, alone));
  const others = await tenants.take(OTHERS);
  const [noisyMs, noise] = await progress('Once more, beside one that is noisy', () =>
    Promise.all([askInTurns(world, others), makeNoise(world, noisy?.tenant ?? '')]),
  );
  return toRows(noisyMs, quietMs, noise);
}

/** How many invitations the noisy one asked for, and how many of them were taken. */
export interface Noise {
  readonly asked: number;
  readonly taken: number;
}

export function toRows(
  noisyMs: readonly number[],
  quietMs: readonly number[],
  { asked, taken }: Noise,
): Row[] {
  const name = 'sagas of many tenants beside a noisy one';
  const [noisy, quiet] = [noisyMs, quietMs].map((ms) => ({
    p50: quantile(ms, 0.5),
    p99: quantile(ms, 0.99),
  }));
  const { NaN: none } = Number;
  return [
    ratioRow(`${name}, p50`, 'ms', noisy?.p50 ?? none, quiet?.p50 ?? none, BOUND),
    ratioRow(`${name}, p99`, 'ms', noisy?.p99 ?? none, quiet?.p99 ?? none, null),
    shareRow('asked by that one, to all of them', asked / SECONDS, PER_SECOND, NOISE.least),
    shareRow('taken of that one', taken / SECONDS, asked / SECONDS, null),
  ];
}

/** Milliseconds of each, from the request to the saga's end. */
async function askInTurns(world: SagaWorld, others: readonly Operation[]): Promise<number[]> {
  const [story] = STORIES.freezeTenant;
  const requests = await together(others.map((made) => story.prepare(stageOf(world, made))));
  const tookMs: number[] = [];
  await openLoop(PER_SECOND, SECONDS, async (at) => {
    const request = requests[at];
    if (request === undefined) throw new Error('there are more requests than tenants');
    const startedMs = performance.now();
    const operation = await assureAccepted(request);
    await liveToEnd(world, operation);
    tookMs.push(performance.now() - startedMs);
  });
  return tookMs;
}

async function makeNoise({ stack }: SagaWorld, tenant: string): Promise<Noise> {
  const url = `${stack.api.url}/v1/tenants/${tenant}/invitations`;
  const headers = {
    authorization: `Bearer ${stack.operatorToken}`,
    'content-type': 'application/json',
  };
  const statuses: number[] = [];
  await openLoop(NOISE.perSecond, SECONDS, async (at) => {
    const body = JSON.stringify({ email: `noise-${at}@bench.test`, roles: ['org-member'] });
    const answer = await fetch(url, { method: 'POST', headers, body });
    statuses.push(answer.status);
    if (![202, 429].includes(answer.status)) throw new Error(await answer.text());
    await answer.body?.cancel();
  });
  return { asked: statuses.length, taken: statuses.filter((status) => status === 202).length };
}
