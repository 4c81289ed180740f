import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { createWorld, type World } from '../support/saga-world.ts';
import { salesIn } from '../support/sales.ts';

let world: World;
let sales: ReturnType<typeof salesIn>;
beforeAll(async () => {
  world = await createWorld();
  sales = salesIn(world);
});
afterAll(() => world.close());

const aTenant = async () => (await world.ended(await world.provision())).tenant;
const entitlements = async (tenant: string) =>
  Object.fromEntries(
    [...(await sales.liveFacts(tenant))].filter(([subject]) => subject.startsWith('entitlement:')),
  );

test('down and up again: the entitlement facts are those of the plan, each time', async () => {
  const tenant = await aTenant();
  const down = await sales.changePlan(tenant, 'free');
  expect((await world.ended(down)).state).toBe('done');
  expect(await entitlements(tenant)).toEqual({
    'entitlement:workspace': {
      ...{ product: 'workspace', plan: 'free', until: null },
      limits: { members: 5, projects: 1 },
    },
  });
  expect((await sales.liveFacts(tenant)).get(`tenant:${tenant}`)).toMatchObject({ plan: 'free' });
  await world.ended(await sales.changePlan(tenant, 'enterprise'));
  const live = await entitlements(tenant);
  expect(Object.keys(live).toSorted()).toEqual(['entitlement:api', 'entitlement:workspace']);
  expect(live['entitlement:api']).toMatchObject({ limits: { requestsPerDay: 10_000_000 } });
  await expectCleanSlate(world, { tenants: [tenant] });
  await expectReplays(world, down);
});

test('a downgrade below what is used is unwound by the commit, and the row names what exceeds', async () => {
  const tenant = await aTenant();
  const before = await sales.liveFacts(tenant);
  const { api } = world;
  // Accepted while it fitted; the use was reported before the commit.
  const accepted = await sales.acceptPlan(tenant, 'free');
  await sales.use(tenant, 'workspace', 'members', 6);
  await world.start(accepted);
  const { state, reason } = await world.ended(accepted);
  expect({ state, reason }).toMatchObject({
    state: 'unwound',
    reason: {
      ...{ step: 'commit', code: 'plan-below-use' },
      message: 'The plan free is below present use: workspace.members 6 of 5.',
    },
  });
  expect(await sales.liveFacts(tenant)).toEqual(before);
  expect((await api.tenants.findTenant(tenant))?.plan).toBe('team');
  await expectCleanSlate(world, { tenants: [tenant] });
  await expectReplays(world, accepted);
  // The tenant is free for the next change, and the same one fits after the use went down.
  await sales.use(tenant, 'workspace', 'members', 5);
  expect((await world.ended(await sales.changePlan(tenant, 'free'))).state).toBe('done');
});

test('the plan that it has already ends done, without a fact', async () => {
  const tenant = await aTenant();
  const same = await sales.changePlan(tenant, 'team');
  const { state, steps } = await world.ended(same);
  expect([state, steps.map((step) => step.state)]).toEqual(['done', ['done', 'done']]);
  await expectCleanSlate(world, { tenants: [tenant] });
});

test('a granted product has a fact, and outlives a plan that does not sell it', async () => {
  const tenant = await aTenant();
  await world.ended(await sales.changePlan(tenant, 'free'));
  const request = await sales.ask(tenant, 'api');
  const granted = await sales.answer(tenant, {
    ...{ request, answer: 'granted', limits: { requestsPerDay: 500 } },
  });
  expect((await world.ended(granted)).state).toBe('done');
  const api = { ...{ product: 'api', until: null }, limits: { requestsPerDay: 500 } };
  expect((await entitlements(tenant))['entitlement:api']).toEqual({ ...api, plan: 'free' });
  await world.ended(await sales.changePlan(tenant, 'team'));
  expect((await entitlements(tenant))['entitlement:api']).toMatchObject({
    limits: { requestsPerDay: 100_000 },
  });
  await world.ended(await sales.changePlan(tenant, 'free'));
  expect((await entitlements(tenant))['entitlement:api']).toEqual({ ...api, plan: 'free' });
  const [listed] = await world.api.sales.listRequests(tenant);
  expect(listed).toMatchObject({ id: request, state: 'granted', limits: { requestsPerDay: 500 } });
  await expectCleanSlate(world, { tenants: [tenant] });
  await expectReplays(world, granted);
});

test('a refused product has no fact, and can be asked for anew', async () => {
  const tenant = await aTenant();
  const before = await sales.liveFacts(tenant);
  const request = await sales.ask(tenant, 'api');
  const refused = await sales.answer(tenant, { request, answer: 'refused', limits: {} });
  expect((await world.ended(refused)).state).toBe('done');
  expect(await sales.liveFacts(tenant)).toEqual(before);
  await sales.ask(tenant, 'api');
  const states = (await world.api.sales.listRequests(tenant)).map(({ state }) => state);
  expect(states).toEqual(['pending', 'refused']);
  await expectReplays(world, refused);
});
