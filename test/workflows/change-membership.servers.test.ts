import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { provisionInputOf } from '../../domain/requests.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { createWorld, type World } from '../support/saga-world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function tenantWithOwner() {
  const operation = await world.provision();
  await world.ended(operation);
  return { tenant: operation.tenant, owner: provisionInputOf(operation.input).adminMember };
}

test('roles of a member are changed, with one fact more', async () => {
  const { tenant, owner } = await tenantWithOwner();
  const operation = await world.changeRoles(tenant, owner, ['org-member', 'org-owner']);
  const { state, steps } = await world.ended(operation);
  expect({ state, steps: steps.map(({ name }) => name) }).toEqual({
    state: 'done',
    steps: ['commit', 'sign'],
  });
  expect((await world.api.tenants.findMember(tenant, owner))?.roles).toEqual([
    'org-member',
    'org-owner',
  ]);
  await expectCleanSlate(world);
  await expectReplays(world, operation);
});

test('the same roles again end done, without a fact', async () => {
  const { tenant, owner } = await tenantWithOwner();
  const count = async () =>
    (await world.database.admin.query('select 1 from facts where tenant = $1', [tenant])).rowCount;
  const before = await count();
  const operation = await world.changeRoles(tenant, owner, ['org-owner']);
  expect((await world.ended(operation)).state).toBe('done');
  expect(await count()).toBe(before);
});

test('the last owner stays: the saga is unwound and its row says why', async () => {
  const { tenant, owner } = await tenantWithOwner();
  const operation = await world.changeRoles(tenant, owner, ['org-member']);
  const { state, reason } = await world.ended(operation);
  expect({ state, reason }).toMatchObject({
    state: 'unwound',
    reason: { step: 'commit', code: 'last-owner' },
  });
  expect((await world.api.tenants.findTenant(tenant))?.state).toBe('active');
  await expectCleanSlate(world);
  await expectReplays(world, operation);
  // The tenant is free for the next change.
  const next = await world.changeRoles(tenant, owner, ['org-admin', 'org-owner']);
  expect((await world.ended(next)).state).toBe('done');
});
