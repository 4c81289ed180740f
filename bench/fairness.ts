import type { Operation } from '../ports/registry-store.ts';
import { STORIES } from '../test/proof/stories.ts';
import { RegistryClient } from '../tools/demo/registry-client.ts';
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
/** As many as may be pending, by so many clients of one tenant; less is no noise. */
const NOISE = { invitations: 1_000, atOnce: 4, least: 5 };
/** Issue 5. */
const BOUND = 1.5;

/**
 * What the sagas of many tenants take, by themselves and then while one other tenant invites as
 * many people as it may as fast as it can.
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
  const stop = new AbortController();
  const [noisyMs, asked] = await progress('Once more, beside one that is noisy', () =>
    Promise.all([
      askInTurns(world, others).finally(() => stop.abort()),
      makeNoise(world, noisy?.tenant ?? '', stop.signal),
    ]),
  );
  return toRows(noisyMs, quietMs, asked);
}

/** `asked`: how many invitations the noisy one had accepted meanwhile. */
export function toRows(
  noisyMs: readonly number[],
  quietMs: readonly number[],
  asked: number,
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

/** Ends when all are invited, or at the signal; what was accepted goes on. */
async function makeNoise(
  { stack }: SagaWorld,
  tenant: string,
  signal: AbortSignal,
): Promise<number> {
  const client = new RegistryClient(stack.api.url, stack.operatorToken);
  const numbers = Array(NOISE.invitations).keys();
  let asked = 0;
  const inviteOneByOne = async () => {
    for (const at of numbers) {
      if (signal.aborted) return;
      asked += 1;
      const body = { email: `noise-${at}@bench.test`, roles: ['org-member'] };
      await client.call('POST', `/v1/tenants/${tenant}/invitations`, body);
    }
  };
  await Promise.all(Array.from({ length: NOISE.atOnce }, inviteOneByOne));
  return asked;
}
