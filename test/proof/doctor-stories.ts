import { randomUUID } from 'node:crypto';
import { provisionInputOf } from '../../domain/requests.ts';
import { isMine } from '../../ports/owner-mark.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptMembershipChange } from '../../registry/accept-membership-change.ts';
import { acceptReconcile, acceptReconcileAll } from '../../registry/accept-reconcile.ts';
import { eventually } from '../support/eventually.ts';
import { select } from './invariants/subject.ts';
import type { Bend } from './orders.ts';
import { provision } from './story.ts';
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
      leaves: { done: 'active', unwound: 'active' },
      skips: ['identity', 'database', 'route', 'dns'],
    },
    {
      prepare: async (stage) => lookAt(stage),
      bend: async ({ world, made }) => {
        await bendRow(world, made.tenant);
        await bendOutside(world, 'lose', made);
      },
      leaves: { done: 'active', unwound: 'active' },
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
      leaves: { done: undefined, unwound: undefined },
      commitsNothing: true,
    },
  ],
};

const lookAt =
  ({ world, caller, made }: Stage): Request =>
  () =>
    acceptReconcile(world.accept, { ...caller, tenant: made.tenant, repair: true });

const sweep =
  ({ world, caller }: Stage): Request =>
  () =>
    acceptReconcileAll(world.accept, { ...caller, repair: true });

/** A plan that nobody sold. */
const bendRow = (world: ProofWorld, tenant: string) =>
  change(world, `update tenants set plan = 'enterprise' where id = $1`, tenant);

/** An accepted change of roles of which the saga was lost a day ago. */
async function loseSaga({ world, made }: Stage<ProofWorld>): Promise<void> {
  const member = provisionInputOf(made.input).adminMember;
  const roles = ['org-admin', 'org-owner'];
  const asked = { change: 'roles', member, roles } as const;
  const request = { ...aCaller(), tenant: made.tenant, change: asked };
  const { id } = await eventually(
    async () => {
      const answer = await acceptMembershipChange(world.accept, request);
      if ('operation' in answer) return answer.operation;
      throw new Error(`not accepted: ${answer.outcome}`);
    },
    { withinMs: BENT_WITHIN_MS, what: 'the saga to be lost' },
  );
  const aDayAgo = `accepted_at = accepted_at - interval '1 day'`;
  await change(
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
function change(world: ProofWorld, text: string, id: string): Promise<unknown> {
  const what = 'the hand in the rows';
  return eventually(() => select(world, text, id), { withinMs: BENT_WITHIN_MS, what });
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
