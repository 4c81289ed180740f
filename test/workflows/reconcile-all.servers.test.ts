import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { assureSchedule } from '../../adapters/temporal/schedule.ts';
import { RECONCILE_SCHEDULE, SAGA_QUEUE } from '../../domain/saga-protocol.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { commitStep } from '../../registry/commit.ts';
import { commitState, createDoctor, markCompared, told } from '../support/reconcile.ts';
import { eventually } from '../support/eventually.ts';
import { createInviting } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { createWorld, LOG, SHORT, type World } from '../support/saga-world.ts';

/** Whatever is out of place is so for long enough. */
const AT_ONCE = { waitMs: { ...SHORT.waitMs, orphan: 0, 'lost-saga': 0 } };

const outside = memoryOutside();
let world: World;
let doctor: ReturnType<typeof createDoctor>;
beforeAll(async () => {
  world = await createWorld({ outside, timing: AT_ONCE });
  doctor = createDoctor(world);
  await markCompared(world);
});
afterAll(() => world.close());

const sql = (text: string, values: unknown[] = []) => world.database.admin.query(text, values);

async function aTenant() {
  const operation = await world.provision();
  await world.ended(operation);
  return { id: operation.tenant, operation, input: provisionInputOf(operation.input) };
}

/** Objects outside that carry the mark of a tenant. */
function leaveBehind(tenant: string, registry = world.registry) {
  const owner = { registry, tenant, operation: randomUUID() };
  const name = `left-${randomUUID().slice(0, 8)}`;
  const host = `${name}.example.test`;
  outside.memory.plant(name, owner);
  outside.databases.plant(tenant, { used: true, owner });
  outside.routes.plant(name, { host, owner });
  outside.dns.plant(host, { record: true, owner });
  const seen = () => [
    ...[outside.memory.find(name), outside.databases.find(tenant)],
    ...[outside.routes.find(name), outside.dns.find(host)],
  ];
  return { isThere: () => seen().filter((one) => one !== undefined).length };
}

test('where all is well the plan is empty, and nothing is begun but looks', async () => {
  const { id } = await aTenant();
  const report = await doctor.everything();
  expect(report.findings).toEqual([]);
  expect(report.begun).toHaveLength(1);
  const [row] = await world.api.operations.listOperations({ tenant: id, limit: 1 });
  expect(row).toMatchObject({ kind: 'reconcileTenant', state: 'done', actor: 'operator' });
  const { rows } = await sql(`select from audit where action like '%.reconciled'`);
  expect(rows).toEqual([]);
});

test('a saga that waits for an invited person is neither lost nor stuck', async () => {
  const { id } = await aTenant();
  const inviting = createInviting(world);
  const invitation = await inviting.invite(id, 'waits@acme.example');
  await eventually(
    async () => (await world.api.operations.findOperation(invitation.id))?.state === 'waiting',
    { what: 'the saga to wait' },
  );
  expect((await doctor.everything()).findings).toEqual([]);
  expect((await inviting.row(invitation))?.state).toBe('pending');
});

const FOUR = ['identity', 'database', 'route', 'dns'].map((place) => `${place} orphan`);

test('what a failed tenant left behind is removed', async () => {
  const operation = await world.accept();
  await world.store.operations.undoAcceptance(operation.id, Date.now());
  const left = leaveBehind(operation.tenant);
  expect(told(await doctor.everything(false))).toEqual([
    ...FOUR.map((one) => `${one}: remove`),
    'sagas saga-unstarted: start',
  ]);
  expect(left.isThere()).toBe(4);
  await sql(`update operations set state = 'unwound' where id = $1`, [operation.id]);
  expect(told(await doctor.everything())).toEqual(FOUR.map((one) => `${one}: mended`));
  expect(left.isThere()).toBe(0);
});

test('what an archived tenant left behind is removed, a row that says so alone is not enough', async () => {
  const { id, input } = await aTenant();
  await sql(`update tenants set state = 'archived' where id = $1`, [id]);
  expect(told(await doctor.everything())).toEqual(FOUR.map((one) => `${one}: reported`));
  await sql(`update tenants set state = 'failed' where id = $1`, [id]);
  expect(told(await doctor.everything())).toEqual(FOUR.map((one) => `${one}: reported`));
  expect(outside.memory.find(input.slug)).toBeDefined();
  await commitState(world, id, 'archived');
  expect(told(await doctor.everything())).toEqual(FOUR.map((one) => `${one}: mended`));
  expect(outside.memory.find(input.slug)).toBeUndefined();
  expect((await doctor.everything()).findings).toEqual([]);
});

test('an object without our mark is nobody’s business', async () => {
  outside.routes.plant('theirs', { host: 'theirs.example.test' });
  expect((await doctor.everything()).findings).toEqual([]);
  expect(outside.routes.find('theirs')).toBeDefined();
});

test('what another registry has in the same systems is nobody’s business', async () => {
  const failed = await world.accept();
  await world.store.operations.undoAcceptance(failed.id, Date.now());
  await sql(`update operations set state = 'unwound' where id = $1`, [failed.id]);
  // A restored copy of ours knows the same tenants.
  for (const tenant of [randomUUID(), failed.tenant]) {
    const theirs = leaveBehind(tenant, 'tenure.example/beside');
    expect((await doctor.everything()).findings).toEqual([]);
    expect(theirs.isThere()).toBe(4);
  }
});

test('with our origin in the mark the doctor removes the same: the claim above can fail', async () => {
  const ours = leaveBehind(randomUUID());
  expect(told(await doctor.everything())).toEqual(FOUR.map((one) => `${one}: mended`));
  expect(ours.isThere()).toBe(0);
});

test('what a tenant that nobody knows left is removed only after its time', async () => {
  const left = leaveBehind(randomUUID());
  const patient = { waitMs: { ...SHORT.waitMs, orphan: 3_600_000 } };
  expect(told(await doctor.everything(true, patient))).toHaveLength(4);
  expect(told(await doctor.everything(true, patient))[0]).toMatch(/orphan: reported$/u);
  expect(left.isThere()).toBe(4);
  // As if the first look had been an hour ago.
  await sql(
    `update reconciliations set findings = (
       select jsonb_agg(one || '{"sinceMs": 1}') from jsonb_array_elements(findings) as one
     ) where tenant = $1 and findings <> '[]'`,
    [PLATFORM_TENANT],
  );
  expect(told(await doctor.everything(true, patient))[0]).toMatch(/orphan: mended$/u);
  expect(left.isThere()).toBe(0);
});

test('nothing of an unknown tenant is removed from what may be a restored backup', async () => {
  const left = leaveBehind(randomUUID());
  await markCompared(world, false);
  const findings = told(await doctor.everything());
  expect(findings[0]).toBe('registry unseen: reported');
  expect(findings).toContain('database orphan: reported');
  expect(left.isThere()).toBe(4);
  await markCompared(world);
  await doctor.everything();
  expect(left.isThere()).toBe(0);
});

test('nothing is removed of a tenant of which the log has facts, though its row is gone', async () => {
  const { id, input } = await aTenant();
  await sql('delete from memberships where tenant = $1', [id]);
  await sql('delete from entitlements where tenant = $1', [id]);
  const { rows } = await sql('delete from tenants where id = $1 returning *', [id]);
  expect(rows).toHaveLength(1);
  expect(told(await doctor.everything())).toEqual(
    ['identity', 'database', 'route', 'dns'].map((place) => `${place} orphan: reported`),
  );
  expect(outside.memory.find(input.slug)).toBeDefined();
  const call = {
    owner: { registry: world.registry, tenant: id, operation: randomUUID() },
    signal: AbortSignal.timeout(60_000),
  };
  await outside.identity.silo.remove(input.slug, call);
  await outside.databases.remove(call);
  await outside.routes.remove(input.slug, call);
  await outside.dns.remove(input.host, call);
});

test('what a tenant lacks is mended by an operation of its own', async () => {
  const { id, input } = await aTenant();
  const call = {
    owner: { registry: world.registry, tenant: id, operation: randomUUID() },
    signal: AbortSignal.timeout(60_000),
  };
  await outside.dns.remove(input.host, call);
  const report = await doctor.everything();
  expect(told(report)).toEqual(['dns missing: mended']);
  expect(report.findings[0]?.tenant).toBe(id);
  expect(outside.dns.find(input.host)?.record).toBe(true);
});

test('a tenant that an operation works on is left alone', async () => {
  const { id, input } = await aTenant();
  const call = {
    owner: { registry: world.registry, tenant: id, operation: randomUUID() },
    signal: AbortSignal.timeout(60_000),
  };
  const busy = await doctor.ask(id, true);
  if (busy.outcome !== 'accepted') throw new Error(busy.outcome);
  await outside.routes.remove(input.slug, call);
  await sql(`update operations set state = 'waiting' where id = $1`, [busy.operation.id]);
  const report = await doctor.everything(true, { waitMs: SHORT.waitMs });
  expect(report.findings).toEqual([]);
  await sql(`update operations set state = 'accepted' where id = $1`, [busy.operation.id]);
  await world.start(busy.operation);
  await world.ended(busy.operation);
  expect(outside.routes.find(input.slug)?.host).toBe(input.host);
});

test('so is one that has moved, whose place before is still there', async () => {
  const { id } = await aTenant();
  const move = await world.acceptMoving(id, 'pool');
  await world.start(move, { waitMs: { ...SHORT.waitMs, 'old-tokens': 15_000 } });
  await world.reached(move, ['waiting']);
  expect((await doctor.everything(false)).findings).toEqual([]);
  expect((await world.row(move)).state).toBe('waiting');
  await world.ended(move);
});

test('a provisioning whose saga is gone is taken back whole, and its slug is free', async () => {
  const operation = await world.accept();
  const { slug, host } = provisionInputOf(operation.input);
  const owner = { registry: world.registry, tenant: operation.tenant, operation: operation.id };
  outside.memory.plant(slug, owner);
  outside.dns.plant(host, { record: false, owner });
  await world.api.operations.markStarted(operation.id);
  expect(told(await doctor.everything(false))).toEqual(['sagas saga-lost: close']);
  expect(told(await doctor.everything())).toEqual(['sagas saga-lost: mended']);
  expect(await world.row(operation)).toMatchObject({
    state: 'unwound',
    reason: { code: 'saga-lost' },
  });
  expect([outside.memory.find(slug), outside.dns.find(host)]).toEqual([undefined, undefined]);
  expect((await world.api.tenants.findTenant(operation.tenant))?.state).toBe('failed');
  expect(await world.accept({ slug })).toMatchObject({ state: 'accepted' });
  expect(told(await doctor.everything())).toEqual(['sagas saga-unstarted: mended']);
});

test('while a lost provisioning is taken back, a step that outlived its saga commits nothing', async () => {
  const { id, tenant } = await world.accept();
  await world.api.operations.markStarted(id);
  const step = { operation: id, step: 'activate', tenant, actor: 'operator', command: {} };
  const rule = () => ({ changes: [], facts: [], audit: [] });
  const commitLate = () =>
    commitStep(world.store.commits, LOG, { ...step, rule, atMs: 1, releaseLock: false });
  const late: unknown[] = [];
  // The first that is taken back.
  const { remove } = outside.dns;
  outside.dns.remove = async (...args) => {
    late.push(await commitLate().catch((error: unknown) => error));
    return remove(...args);
  };
  const report = await doctor.everything().finally(() => (outside.dns.remove = remove));
  expect(told(report)).toEqual(['sagas saga-lost: mended']);
  expect(late).toEqual([expect.objectContaining({ code: 'operation-barred' })]);
});

test('an operation that had committed is over: the customer stays', async () => {
  const { id, operation } = await aTenant();
  // Temporal's list is some seconds behind.
  await eventually(async () => {
    const running = await world.doctor.census.running();
    return running.every((saga) => saga.operation !== operation.id);
  });
  await sql(`update operations set state = 'running', holds_lock = true where id = $1`, [
    operation.id,
  ]);
  expect(told(await doctor.everything())).toEqual(['sagas saga-lost: mended']);
  expect(await world.row(operation)).toMatchObject({ state: 'done' });
  expect((await world.api.tenants.findTenant(id))?.state).toBe('active');
});

test('a saga that no operation asked for is ended', async () => {
  const operation = randomUUID();
  const tenant = randomUUID();
  const workflowId = `reconcileTenant/${operation}`;
  const handle = await world.client.workflow.start('reconcileTenant', {
    workflowId,
    taskQueue: SAGA_QUEUE,
    args: [{ operation, tenant, timing: world.timing }],
  });
  await eventually(async () => {
    const running = await world.doctor.census.running();
    return running.some((saga) => saga.operation === operation);
  });
  expect(told(await doctor.everything())).toEqual(['sagas saga-without-row: mended']);
  expect((await handle.describe()).status.name).toBe('TERMINATED');
});

test('a workflow of the same form on somebody else’s queue is none of ours', async () => {
  const start = (taskQueue: string) => {
    const workflowId = `order/${randomUUID()}`;
    return world.client.workflow.start('order', { workflowId, taskQueue, args: [] });
  };
  const [theirs, ours] = [await start('orders'), await start(SAGA_QUEUE)];
  const seen = await eventually(async () => {
    const running = (await world.doctor.census.running()).filter(({ kind }) => kind === 'order');
    return running.length > 0 && running;
  });
  expect(seen.map(({ operation }) => `order/${operation}`)).toEqual([ours.workflowId]);
  await Promise.all([theirs, ours].map((handle) => handle.terminate()));
});

test('the schedule asks for it, once for each of its starts', async () => {
  const temporal = { address: world.address, namespace: world.namespace };
  const options = { ...temporal, tls: false, apiKey: undefined };
  await assureSchedule(options);
  await assureSchedule(options);
  await world.client.schedule.getHandle(RECONCILE_SCHEDULE).trigger();
  const swept = await eventually(async () => {
    const rows = await world.api.operations.listOperations({ tenant: PLATFORM_TENANT, limit: 1 });
    const found = rows.find(({ actor, state }) => actor === 'schedule' && state === 'done');
    if (found === undefined) throw new Error('no sweep of the schedule is done');
    return found;
  });
  expect(await doctor.reportOf(swept.id)).toMatchObject({ repair: true, findings: [] });
  await expectReplays(world, swept);
});

test('a system that is away is told, and hides nothing else', async () => {
  const { id, input } = await aTenant();
  const { inventory, observe } = outside.dns;
  const call = {
    owner: { registry: world.registry, tenant: id, operation: randomUUID() },
    signal: AbortSignal.timeout(60_000),
  };
  await outside.routes.remove(input.slug, call);
  outside.dns.inventory = () => Promise.reject(new Error('away'));
  outside.dns.observe = () => Promise.reject(new Error('away'));
  try {
    const report = await doctor.everything();
    const findings = told(report);
    expect(findings).toContain('dns unseen: reported');
    expect(findings).toContain('route missing: mended');
    expect(findings).not.toContain('dns missing: ensure');
  } finally {
    Object.assign(outside.dns, { inventory, observe });
  }
});
