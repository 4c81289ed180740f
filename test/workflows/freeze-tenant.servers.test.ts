import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { acceptFreeze, acceptUnfreeze } from '../../registry/accept-freezing.ts';
import { acceptMembershipChange } from '../../registry/accept-membership-change.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { madeTenant, objectsOf, rowOf, toldStates } from '../support/sagas/frozen-world.ts';

const WORLD_WITHIN_MS = 400_000;

const outside = memoryOutside();
const plan = new FaultPlan();
let world: FaultyWorld;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { outside });
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

const ports = () => ({ ...world.api, clock: systemClock, ids: systemIds });
const actor = 'operator';

async function auditOf(operation: string) {
  const { rows } = await world.database.admin.query(
    'select action, detail from audit where operation = $1',
    [operation],
  );
  return rows;
}

test.each(['active', 'trial'] as const)(
  'a frozen tenant that was %s is so again, and so is every object of it',
  async (state) => {
    const before = await madeTenant(world, state);
    const objects = objectsOf(outside, before);
    const freeze = await world.freeze(before.id);
    const frozen = await world.ended(freeze);
    expect({ state: frozen.state, steps: frozen.steps.map(({ name }) => name) }).toEqual({
      ...{ state: 'done', steps: ['commit', 'sign', 'identity', 'route'] },
    });
    expect(await rowOf(world, before.id)).toEqual({
      ...{ ...before, state: 'frozen', stateBefore: state },
    });
    expect(objectsOf(outside, before)).toMatchObject({
      ...{ identity: { suspended: true }, route: { suspended: true }, dns: objects.dns },
    });
    expect(await auditOf(freeze.id)).toEqual([
      { action: 'tenant.frozen', detail: { reason: 'unpaid', from: state } },
    ]);
    const unfreeze = await world.unfreeze(before.id);
    const thawed = await world.ended(unfreeze);
    expect(thawed.steps.map(({ name }) => name)).toEqual(['identity', 'route', 'commit', 'sign']);
    expect(await rowOf(world, before.id)).toEqual(before);
    expect(objectsOf(outside, before)).toEqual(objects);
    expect(await toldStates(world, before)).toEqual(['active', 'frozen', state]);
    await expectCleanSlate(world, { tenants: [before.id] });
    for (const operation of [freeze, unfreeze]) await expectReplays(world, operation);
  },
);

test('while Keycloak is away the fact is out, the saga waits, and nobody else gets the tenant', async () => {
  const tenant = await madeTenant(world);
  plan.down.add('identity');
  const freeze = await world.freeze(tenant.id);
  try {
    const { reason, steps } = await world.reached(freeze, ['parked']);
    expect(reason).toMatchObject({ step: 'identity', code: 'identity.unavailable' });
    expect(steps.map(({ state }) => state)).toEqual(['done', 'done', 'parked', 'pending']);
    expect(await toldStates(world, tenant)).toEqual(['active', 'frozen']);
    const busy = { outcome: 'tenant-busy', by: freeze.id };
    expect(await acceptUnfreeze(ports(), { actor, tenant: tenant.id })).toEqual(busy);
    const again = { actor, tenant: tenant.id, reason: 'abuse' } as const;
    expect(await acceptFreeze(ports(), again)).toEqual(busy);
    await expect(world.engine.tell(freeze.id, 'freezeTenant', 'unwind')).rejects.toMatchObject({
      code: 'command-refused',
    });
  } finally {
    plan.down.delete('identity');
  }
  expect((await world.ended(freeze)).state).toBe('done');
  expect(objectsOf(outside, tenant)).toMatchObject({ identity: { suspended: true } });
});

test('a freeze for abuse is not lost behind an unfreeze that is parked: the tenant is busy', async () => {
  const tenant = await madeTenant(world);
  await world.ended(await world.freeze(tenant.id));
  plan.down.add('identity');
  const unfreeze = await world.unfreeze(tenant.id);
  const request = { actor, tenant: tenant.id, reason: 'abuse' } as const;
  try {
    await world.reached(unfreeze, ['parked']);
    const busy = { outcome: 'tenant-busy', by: unfreeze.id };
    expect(await acceptFreeze(ports(), request)).toEqual(busy);
    expect(await acceptUnfreeze(ports(), request)).toEqual(busy);
  } finally {
    plan.down.delete('identity');
  }
  expect((await world.ended(unfreeze)).state).toBe('done');
  expect(await acceptFreeze(ports(), request)).toMatchObject({ outcome: 'accepted' });
});

test('a frozen tenant is not frozen again, an active one not unfrozen, none else is changed', async () => {
  const { id: tenant } = await madeTenant(world);
  expect(await acceptUnfreeze(ports(), { actor, tenant })).toEqual({
    outcome: 'tenant-not-frozen',
  });
  await world.ended(await world.freeze(tenant));
  const reason = 'unpaid' as const;
  expect(await acceptFreeze(ports(), { actor, tenant, reason })).toEqual({
    outcome: 'tenant-frozen',
  });
  const [member] = await world.api.tenants.listMembers(tenant);
  const change = { change: 'roles', member: member?.id ?? '', roles: ['org-owner'] } as const;
  expect(await acceptMembershipChange(ports(), { actor, tenant, change })).toEqual({
    outcome: 'tenant-state',
  });
  const nobody = { actor, tenant: systemIds.uuid() };
  expect(await acceptUnfreeze(ports(), nobody)).toEqual({ outcome: 'tenant-not-found' });
  expect(await acceptFreeze(ports(), { ...nobody, reason })).toEqual({
    outcome: 'tenant-not-found',
  });
});

test('a tenant that is being provisioned is busy, and one that failed is in no state for it', async () => {
  const provision = await world.accept();
  const request = { actor, tenant: provision.tenant, reason: 'unpaid' } as const;
  expect(await acceptFreeze(ports(), request)).toEqual({
    ...{ outcome: 'tenant-busy', by: provision.id },
  });
  plan.plan(provision.id, 'dns.ensure', { kind: 'refused', code: 'invalid' });
  await world.start(provision);
  expect((await world.ended(provision)).state).toBe('unwound');
  expect(await acceptFreeze(ports(), request)).toEqual({ outcome: 'tenant-state' });
});

test('the rule decides again in the commit: refused there, nothing is changed and the tenant free', async () => {
  const tenant = await madeTenant(world);
  const freeze = await world.acceptFreezing(tenant.id);
  const set = (state: string) =>
    world.database.admin.query('update tenants set state = $2 where id = $1', [tenant.id, state]);
  await set('archived');
  await world.start(freeze);
  const { state, reason } = await world.ended(freeze);
  expect({ state, reason }).toMatchObject({
    ...{ state: 'unwound', reason: { step: 'commit', code: 'tenant-state' } },
  });
  expect(objectsOf(outside, tenant)).toMatchObject({
    identity: expect.not.objectContaining({ suspended: true }),
  });
  await set('active');
  expect((await world.ended(await world.freeze(tenant.id))).state).toBe('done');
});

test('an unfreeze that is refused outside, or by the rule, leaves the tenant frozen and closed', async () => {
  const tenant = await madeTenant(world);
  await world.ended(await world.freeze(tenant.id));
  const closed = objectsOf(outside, tenant);
  const frozen = await rowOf(world, tenant.id);
  for (const effect of ['identity.restore', 'route.restore', 'store.unfreeze'] as const) {
    const unfreeze = await world.acceptUnfreezing(tenant.id);
    plan.plan(unfreeze.id, effect, { kind: 'refused', code: 'foreign' });
    await world.start(unfreeze);
    expect((await world.ended(unfreeze)).state).toBe('unwound');
    expect(objectsOf(outside, tenant)).toEqual(closed);
    expect(await rowOf(world, tenant.id)).toEqual(frozen);
  }
  await expectCleanSlate(world, { tenants: [tenant.id] });
  expect((await world.ended(await world.unfreeze(tenant.id))).state).toBe('done');
  expect(await rowOf(world, tenant.id)).toEqual(tenant);
});
