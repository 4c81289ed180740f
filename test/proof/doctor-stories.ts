import { randomUUID } from 'node:crypto';
import type { Report } from '../../domain/reconcile/report.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import { isMine } from '../../ports/owner-mark.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptReconcile, acceptReconcileAll } from '../../registry/accept-reconcile.ts';
import { acceptPlanChange } from '../../registry/accept-sale.ts';
import { eventually } from '../support/eventually.ts';
import { select } from './invariants/subject.ts';
import type { Bend } from './orders.ts';
import { patiently, provision } from './story.ts';
import type { Request, Stage, Story } from './story.ts';
import type { ProofWorld } from './world.ts';

const BENT_WITHIN_MS = 60_000;

/**
 * What the doctor finds is bent by another hand: rows by SQL, objects outside by their adapters in
 * the worker. A saga that unwinds has repaired nothing, so that its story bends nothing outside.
 */
export const DOCTOR_STORIES: Readonly<
  Record<'reconcileTenant' | 'reconcileAll', readonly [Story, ...Story[]]>
> = {
  reconcileTenant: [
    {
      prepare: async (stage) => lookAt(stage),
      bend: ({ world }, { tenant }) => bendRow(world, tenant),
      again: untilAllIsSeen(lookAt),
      leaves: { done: 'active', unwound: 'active' },
      skips: ['identity', 'database', 'route', 'dns'],
    },
    {
      prepare: async (stage) => lookAt(stage),
      bend: async ({ world, made }) => {
        await bendRow(world, made.tenant);
        await bendOutside(world, 'lose', made);
      },
      again: untilAllIsSeen(lookAt),
      leaves: { done: 'active', unwound: 'active' },
      skips: ['acceptance'],
    },
  ],
  reconcileAll: [
    {
      prepare: async (stage) => sweep(stage),
      leaves: { done: undefined, unwound: undefined },
      commitsNothing: true,
      skips: ['sagas', 'orphans', 'verify'],
    },
    {
      prepare: async (stage) => sweep(stage),
      bend: async (stage) => {
        await loseSaga(stage);
        await leaveOrphan(stage);
      },
      again: untilAllIsSeen(sweep),
      leaves: { done: undefined, unwound: undefined },
      commitsNothing: true,
      skips: ['acceptance'],
    },
  ],
};

function lookAt({ world, caller, made }: Stage): Request {
  return () => acceptReconcile(world.accept, { ...caller, tenant: made.tenant, repair: true });
}

function sweep({ world, caller }: Stage): Request {
  return () => acceptReconcileAll(world.accept, { ...caller, repair: true });
}

/**
 * While another cell's blow keeps the doctor from seeing everything, it mends nothing by what may be
 * wrong, and waits for nobody: the next one mends it.
 */
function untilAllIsSeen(ask: (stage: Stage) => Request): NonNullable<Story['again']> {
  return async (stage, ended) => {
    let last = ended;
    while (await wasBlind(stage.world, last)) {
      last = await stage.before(ask({ ...stage, caller: aCaller() }));
    }
    return last !== ended;
  };
}

async function wasBlind(world: ProofWorld, { id }: Operation): Promise<boolean> {
  const text = `select findings from reconciliations where operation = $1`;
  const [report] = await rowsBy<Pick<Report, 'findings'>>(world, text, id);
  return report?.findings.some(({ code }) => code === 'unseen') ?? false;
}

/** A plan that nobody sold. */
const bendRow = (world: ProofWorld, tenant: string) =>
  rowsBy(world, `update tenants set plan = 'enterprise' where id = $1`, tenant);

/** An accepted change of plan of which the saga was lost a day ago. */
async function loseSaga({ world, made: { tenant } }: Stage<ProofWorld>): Promise<void> {
  const request = { ...aCaller(), tenant, plan: 'enterprise', activates: false };
  const { id } = await eventually(
    async () => {
      const answer = await acceptPlanChange(world.accept, request);
      if ('operation' in answer) return answer.operation;
      throw new Error(`not accepted: ${answer.outcome}`);
    },
    { withinMs: BENT_WITHIN_MS, what: 'the saga to be lost' },
  );
  const aDayAgo = `accepted_at = accepted_at - interval '1 day'`;
  await rowsBy(
    world,
    `update operations set state = 'running', ${aDayAgo} where id = $1 and state = 'accepted'`,
    id,
  );
}

/** A route that stayed when its tenant was taken back. */
async function leaveOrphan(stage: Stage<ProofWorld>): Promise<void> {
  const { world, before } = stage;
  const gone = await before(provision({ world, caller: aCaller() }, 'silo'), 'activate');
  await bendOutside(world, 'leave', gone);
}

/** However often Postgres dies meanwhile. */
function rowsBy<T>(world: ProofWorld, text: string, id: string): Promise<T[]> {
  return patiently(() => select<T>(world, text, id));
}

/** Looked at afterwards: the worker may have died of something else. */
function bendOutside(world: ProofWorld, way: Bend['way'], made: Operation): Promise<void> {
  const { id: operation, tenant, input } = made;
  const { slug, host } = provisionInputOf(input);
  const owner = { registry: world.stack.reader.log, tenant, operation };
  const bend: Bend = { way, owner, slug, host };
  return eventually(
    async () => {
      await world.commander.bend(bend);
      const { identity, routes } = world.outside();
      const last = way === 'lose' ? identity.silo : routes;
      const items = await last.inventory(AbortSignal.timeout(BENT_WITHIN_MS));
      const isThere = items.some((item) => isMine(owner, item.owner));
      if (isThere !== (way === 'leave')) throw new Error('nothing is bent');
    },
    { withinMs: BENT_WITHIN_MS, what: 'the hand outside' },
  );
}

const aCaller = () => ({
  actor: 'operator',
  idempotency: { caller: 'proof', route: 'bend', key: randomUUID() },
});
