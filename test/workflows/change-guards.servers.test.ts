import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PortError } from '../../ports/call.ts';
import type { IdentityProvider } from '../../ports/identity-provider.ts';
import { aTenantOfTwo } from '../support/changed-world.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, SHORT, startTemporal } from '../support/saga-world.ts';
import { sagaBundle, type Mutation } from '../support/sagas/bundle.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld } from '../support/sagas/faulty-world.ts';

const WORLD_WITHIN_MS = 400_000;
/** Long beside everything else that a saga does here. */
const SETTLE_MS = 5_000;

const FILE = 'workflows/change-membership/workflow.ts';

/* The guards, each switched off. */

/** The settle time is waited out, and nothing is done again. */
const NOT_AGAIN: Mutation = { file: FILE, text: "settles: 'again',", by: 'settles: true,' };
const COMMIT_LAST: Mutation = {
  file: FILE,
  text: 'await runSaga(input, steps(input));',
  by: `const [admit, commit, sign, identity] = steps(input);
    await runSaga(input, [admit, identity, commit, sign]);`,
};
const ADMITTED_FOR_GOOD: Mutation = {
  file: FILE,
  text: "undo: (call) => call('followMembers', ref),",
  by: 'undo: () => Promise.resolve(),',
};

let temporal: Awaited<ReturnType<typeof startTemporal>>;
beforeAll(async () => {
  temporal = await startTemporal();
}, WORLD_WITHIN_MS);
afterAll(() => temporal.stop());

/** Identity whose first addition gets no answer, and is done when `land` is called. */
function lateIdentity(identity: IdentityProvider) {
  let late: (() => Promise<void>) | undefined;
  const retried = Promise.withResolvers<void>();
  const ensureMember: IdentityProvider['ensureMember'] = (request, call) => {
    if (late !== undefined) {
      retried.resolve();
      return identity.ensureMember(request, call);
    }
    const { signal } = new AbortController();
    late = () => identity.ensureMember(request, { ...call, signal });
    return Promise.reject(new PortError('identity', 'unknown', 'identity gave no answer'));
  };
  return {
    provider: { ...identity, ensureMember },
    retried: retried.promise,
    land: async () => late?.(),
  };
}

/** Roles are given, and while the request is on its way the member is deactivated. */
async function groupsAfterwards(mutation?: Mutation) {
  const outside = memoryOutside();
  const { provider, retried, land } = lateIdentity(outside.identity.silo);
  const world = await createWorld({
    outside: { ...outside, identity: { silo: provider, pool: provider } },
    timing: { settleMs: { ...SHORT.settleMs, identity: SETTLE_MS } },
    ...{ temporal, bundle: await sagaBundle(mutation) },
  });
  try {
    const { tenant, slug, member, sub } = await aTenantOfTwo(world);
    const giving = await world.change(tenant, { change: 'roles', member, roles: ['org-admin'] });
    await retried;
    const taking = await world.change(tenant, { change: 'deactivate', member });
    expect((await world.ended(taking)).state).toBe('done');
    expect((await world.row(giving)).state).toBe('running');
    await land();
    expect((await world.ended(giving)).state).toBe('done');
    return outside.memory.find(slug)?.members?.[sub];
  } finally {
    await world.close();
  }
}

test(
  'an addition that takes effect behind a deactivation is taken back',
  async () => expect(await groupsAfterwards()).toBeUndefined(),
  WORLD_WITHIN_MS,
);

test(
  'negative control: not done again, it stays',
  async () => expect(await groupsAfterwards(NOT_AGAIN)).toEqual(['org-admins']),
  WORLD_WITHIN_MS,
);

/** Whether a data plane is told, while the identity provider is away, that a member is nobody. */
async function toldWhileAway(mutation?: Mutation) {
  const plan = new FaultPlan();
  const world = await startFaultyWorld(plan, { temporal, bundle: await sagaBundle(mutation) });
  try {
    const { tenant, member } = await aTenantOfTwo(world);
    plan.down.add('identity');
    const operation = await world.change(tenant, { change: 'deactivate', member });
    await world.reached(operation, ['parked']);
    const { rowCount } = await world.database.admin.query(
      `select from facts where tenant = $1 and convert_from(payload, 'UTF8') like $2`,
      [tenant, `%member:${member}%inactive%`],
    );
    plan.down.delete('identity');
    expect((await world.ended(operation)).state).toBe('done');
    return rowCount === 1;
  } finally {
    await world.close();
  }
}

test(
  'a revocation waits for no identity provider',
  async () => expect(await toldWhileAway()).toBe(true),
  WORLD_WITHIN_MS,
);

test(
  'negative control: committed last, it does',
  async () => expect(await toldWhileAway(COMMIT_LAST)).toBe(false),
  WORLD_WITHIN_MS,
);

test(
  'negative control: without its undo a refused reactivation leaves its member in the groups',
  async () => {
    const [plan, outside] = [new FaultPlan(), memoryOutside()];
    const bundle = await sagaBundle(ADMITTED_FOR_GOOD);
    const world = await startFaultyWorld(plan, { temporal, bundle, outside });
    try {
      const { tenant, slug, member, sub } = await aTenantOfTwo(world);
      await world.ended(await world.change(tenant, { change: 'deactivate', member }));
      const operation = await world.acceptChange(tenant, { change: 'reactivate', member });
      plan.plan(operation.id, 'store.commit', { kind: 'refused', code: 'invalid' });
      await world.start(operation);
      expect((await world.ended(operation)).state).toBe('unwound');
      expect(outside.memory.find(slug)?.members?.[sub]).toEqual(['org-members']);
    } finally {
      await world.close();
    }
  },
  WORLD_WITHIN_MS,
);
