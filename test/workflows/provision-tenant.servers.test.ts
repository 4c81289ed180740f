import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SagaView } from '../../workflows/shared/contract.ts';
import { eventually } from '../support/eventually.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { aRequest } from '../support/saga-requests.ts';
import { createWorld, type World } from '../support/saga-world.ts';

const STEPS = ['identity', 'database', 'route', 'dns', 'activate', 'sign', 'invite-admin'];

const outside = memoryOutside();
let world: World;
beforeAll(async () => {
  world = await createWorld({ outside });
});
afterAll(() => world.close());

describe.each(['silo', 'pool'] as const)('provisionTenant, %s', (isolation) => {
  test('makes a tenant active, step by step', async () => {
    const operation = await world.provision({ isolation });
    const { state, steps } = await world.ended(operation);
    expect(state).toBe('done');
    expect(steps.map((step) => [step.name, step.state])).toEqual(
      STEPS.map((name) => [name, 'done']),
    );
    const starts = steps.map(({ startedAtMs = 0 }) => startedAtMs);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    await expectCleanSlate(world);
    await expectReplays(world, operation);
  });
});

test('commits the tenant, its owner and what it was sold, once', async () => {
  const operation = await world.provision();
  await world.ended(operation);
  const { rows } = await world.database.admin.query<{ payload: Buffer }>(
    'select payload from facts where tenant = $1 order by seq',
    [operation.tenant],
  );
  const kinds = rows.map(({ payload }) => JSON.parse(String(payload)).kind as string);
  expect(kinds.slice(0, 2)).toEqual(['tenant', 'membership']);
  expect(kinds.slice(2).every((kind) => kind === 'entitlement')).toBe(true);
});

test('the invite link is kept, sealed', async () => {
  const operation = await world.provision();
  await world.ended(operation);
  expect(await world.store.secrets.find(operation.tenant, 'invite-link')).toMatch(/^https:/);
});

test('the Temporal UI tells tenant, steps and times', async () => {
  const slug = aRequest().slug;
  const operation = await world.provision({ slug });
  await world.ended(operation);
  const handle = world.handle(operation);
  const description = await eventually(async () => {
    const now = await handle.describe();
    return now.status.name === 'COMPLETED' && now;
  });
  expect(await description.staticSummary()).toBe(`Provision tenant ${slug}`);
  expect(await description.staticDetails()).toContain(`tenure sagas show ${operation.id}`);
  expect(description.searchAttributes).toMatchObject({
    TenantId: [operation.tenant],
    SagaState: ['done'],
  });
  const view = await handle.query<SagaView>('state');
  expect(view).toMatchObject({ state: 'done', reason: null, mayUnwind: false });
  const { currentDetails } = await handle.query<{ currentDetails: string }>(
    '__temporal_workflow_metadata',
  );
  for (const step of STEPS) expect(currentDetails).toMatch(new RegExp(`☑ \`${step}\` done`, 'u'));
});

test('each activity has its step’s name as id and says what it does', async () => {
  const operation = await world.provision();
  await world.ended(operation);
  const { events } = await world.handle(operation).fetchHistory();
  const scheduled = (events ?? []).flatMap((event) => {
    const attributes = event.activityTaskScheduledEventAttributes;
    const isStep = STEPS.includes(attributes?.activityId ?? '');
    return attributes && isStep ? [{ attributes, summary: event.userMetadata?.summary?.data }] : [];
  });
  expect(scheduled.map(({ attributes }) => attributes.activityId)).toEqual(STEPS);
  for (const { summary } of scheduled) expect(String(summary).length).toBeGreaterThan(12);
  expect(scheduled.map(({ attributes }) => attributes.taskQueue?.name)).toEqual(
    STEPS.map((name) => (name === 'sign' ? 'facts' : 'tenure')),
  );
});

test('neither address nor name of a person reaches Temporal', async () => {
  const operation = await world.provision({ adminEmail: 'zoe.private@person.test' });
  await world.ended(operation);
  const history = await world.handle(operation).fetchHistory();
  const decoded = JSON.stringify(history, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
  expect(decoded).toContain(operation.tenant);
  expect(decoded).not.toMatch(/zoe|person\.test/iu);
  expect(decoded).not.toContain('invite=');
});

test('a foreign realm in the way is refused, and nothing is left behind', async () => {
  const { slug } = aRequest();
  outside.memory.plant(slug, undefined);
  const operation = await world.provision({ slug });
  const { state, reason } = await world.ended(operation);
  expect({ state, reason }).toMatchObject({
    state: 'unwound',
    reason: { step: 'identity', code: 'identity.foreign' },
  });
  expect(outside.memory.find(slug)?.owner).toBeUndefined();
  await expectCleanSlate(world, { foreign: [slug] });
  await expectReplays(world, operation);
});
