import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PortError } from '../../ports/call.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import type { ProvisionInput } from '../../domain/requests.ts';
import { createDoctor, markCompared, told } from '../support/reconcile.ts';
import { createInviting, mailsTo } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, type World } from '../support/saga-world.ts';
import { expectReplays } from '../support/saga-replay.ts';

const outside = memoryOutside();
let world: World;
let doctor: ReturnType<typeof createDoctor>;
beforeAll(async () => {
  world = await createWorld({ outside });
  doctor = createDoctor(world);
  await markCompared(world);
});
afterAll(() => world.close());

async function aTenant(): Promise<{ id: string; input: ProvisionInput }> {
  const operation = await world.provision();
  await world.ended(operation);
  return { id: operation.tenant, input: provisionInputOf(operation.input) };
}

const sql = (text: string, values: unknown[]) => world.database.admin.query(text, values);

test('a healthy tenant has an empty plan, and nothing outside is changed', async () => {
  const { id, input } = await aTenant();
  const before = JSON.stringify([outside.routes.find(input.slug), outside.dns.find(input.host)]);
  expect((await doctor.tenant(id)).findings).toEqual([]);
  expect(JSON.stringify([outside.routes.find(input.slug), outside.dns.find(input.host)])).toBe(
    before,
  );
  const [row] = await world.api.operations.listOperations({ tenant: id, limit: 1 });
  expect(row?.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    ...['examine done', 'registry skipped'],
    ...['identity skipped', 'database skipped', 'route skipped', 'dns skipped', 'verify skipped'],
  ]);
});

test('the plan alone changes nothing; with repair all of it is mended, and audited', async () => {
  const { id, input } = await aTenant();
  const owner = { registry: world.registry, tenant: id, operation: randomUUID() };
  outside.routes.plant(input.slug, { host: 'evil.example.test', owner });
  outside.dns.plant(input.host, { record: false, owner });
  outside.memory.bend(input.slug, ['evil']);
  await outside.databases.remove({ owner, signal: AbortSignal.timeout(60_000) });
  const plan = ['identity drift identity providers', 'database missing', 'route drift host'];
  const whole = [...plan, 'dns drift record'];
  expect(told(await doctor.tenant(id, false))).toEqual(whole.map((one) => `${one}: ensure`));
  expect(outside.routes.find(input.slug)?.host).toBe('evil.example.test');
  expect(told(await doctor.tenant(id))).toEqual(whole.map((one) => `${one}: mended`));
  expect(outside.routes.find(input.slug)?.host).toBe(input.host);
  expect((await doctor.tenant(id)).findings).toEqual([]);
  const { rows } = await sql(
    `select action from audit where tenant = $1 and action like '%.reconciled' order by id`,
    [id],
  );
  expect(rows).toHaveLength(whole.length);
});

test('a lost realm comes back with its first admin', async () => {
  const { id, input } = await aTenant();
  const owner = { registry: world.registry, tenant: id, operation: randomUUID() };
  await outside.identity.silo.remove(input.slug, { owner, signal: AbortSignal.timeout(60_000) });
  expect(told(await doctor.tenant(id))).toEqual(['identity missing: mended']);
  expect(outside.memory.find(input.slug)?.adminSub).toBe(input.adminUserId);
});

test('what is not ours is reported and left as it is', async () => {
  const { id, input } = await aTenant();
  outside.routes.plant(input.slug, { host: 'theirs.example.test' });
  expect(told(await doctor.tenant(id))).toEqual(['route foreign: reported']);
  expect(outside.routes.find(input.slug)).toEqual({ host: 'theirs.example.test' });
});

test('rows go back to what the facts say; a row of nobody is reported', async () => {
  const { id, input } = await aTenant();
  await sql(`update memberships set roles = '{org-owner,platform-admin}' where tenant = $1`, [id]);
  await sql(`update tenants set plan = 'enterprise' where id = $1`, [id]);
  const { rows: sold } = await sql('delete from entitlements where tenant = $1 returning *', [id]);
  await sql(`insert into memberships (tenant, id, state, roles) values ($1, $2, 'active', '{}')`, [
    ...[id, randomUUID()],
  ]);
  const report = await doctor.tenant(id);
  expect(told(report).toSorted()).toEqual([
    ...['registry row-differs: mended', 'registry row-differs: mended'],
    ...sold.map(() => 'registry row-missing: mended'),
    'registry row-without-fact: reported',
  ]);
  expect(sold.length).toBeGreaterThan(0);
  const owner = await world.api.tenants.findMember(id, input.adminMember);
  expect(owner?.roles).toEqual(['org-owner']);
  expect((await world.api.tenants.findTenant(id))?.plan).toBe('team');
  const { rows } = await sql('select * from entitlements where tenant = $1', [id]);
  expect(rows).toEqual(sold);
});

test('a hand in the row of a tenant does not lead the doctor to another name', async () => {
  const { id, input } = await aTenant();
  const slug = `evil-${input.slug}`.slice(0, 40);
  await sql(`update tenants set slug = $2, isolation = 'pool' where id = $1`, [id, slug]);
  expect(told(await doctor.tenant(id))).toEqual(['registry row-differs: mended']);
  expect(outside.memory.find(slug)).toBeUndefined();
  expect((await world.api.tenants.findTenant(id))?.slug).toBe(input.slug);
});

test('nothing is repaired by what may be a restored backup', async () => {
  const { id, input } = await aTenant();
  const call = {
    owner: { registry: world.registry, tenant: id, operation: randomUUID() },
    signal: AbortSignal.timeout(60_000),
  };
  await outside.dns.remove(input.host, call);
  await markCompared(world, false);
  const report = await doctor.tenant(id);
  await markCompared(world);
  expect(told(report)).toEqual(['registry unseen: reported', 'dns missing: ensure']);
  expect(outside.dns.find(input.host)).toBeUndefined();
  expect(told(await doctor.tenant(id))).toEqual(['dns missing: mended']);
});

test('of a tenant that was recovered from facts nothing is renamed', async () => {
  const { id, input } = await aTenant();
  outside.memory.bend(input.slug, ['by-the-customer']);
  await sql(`delete from reconciliations where tenant = $1`, [id]);
  await sql(`update operations set kind = 'changeMembership' where tenant = $1`, [id]);
  expect((await doctor.tenant(id)).findings).toEqual([]);
  expect(outside.memory.find(input.slug)?.identityProviders).toEqual(['by-the-customer']);
});

test('a repair that fails is told, and the tenant is free again', async () => {
  const { id, input } = await aTenant();
  const owner = { registry: world.registry, tenant: id, operation: randomUUID() };
  outside.dns.plant(input.host, { record: false, owner });
  const { ensure } = outside.dns;
  outside.dns.ensure = () => Promise.reject(new PortError('dns', 'unavailable', 'away'));
  try {
    expect(told(await doctor.tenant(id))).toEqual(['dns drift record: ensure']);
  } finally {
    outside.dns.ensure = ensure;
  }
  const [row] = await world.api.operations.listOperations({ tenant: id, limit: 1 });
  expect(row?.steps).toContainEqual(expect.objectContaining({ name: 'dns', state: 'failed' }));
  expect(told(await doctor.tenant(id))).toEqual(['dns drift record: mended']);
});

test('while facts are not signed nothing is known, and nothing is mended', async () => {
  const { id, input } = await aTenant();
  const owner = { registry: world.registry, tenant: id, operation: randomUUID() };
  outside.dns.plant(input.host, { record: false, owner });
  await sql('update tenant_heads set seq = seq + 1 where tenant = $1', [id]);
  expect(told(await doctor.tenant(id))).toEqual(['registry unseen: reported']);
  expect(outside.dns.find(input.host)?.record).toBe(false);
  await sql('update tenant_heads set seq = seq - 1 where tenant = $1', [id]);
  expect(told(await doctor.tenant(id))).toEqual(['dns drift record: mended']);
});

test('it takes the tenant lock, and gives it back', async () => {
  const { id } = await aTenant();
  const first = await doctor.ask(id, true);
  const second = await doctor.ask(id, true);
  if (first.outcome !== 'accepted') throw new Error(first.outcome);
  expect(second).toEqual({ outcome: 'tenant-busy', by: first.operation.id });
  await world.start(first.operation);
  await world.ended(first.operation);
  expect((await world.ended(await world.freeze(id))).state).toBe('done');
  await expectReplays(world, first.operation);
});

test('an invited person who waits is nothing to mend, and neither is what freezing closed', async () => {
  const { id, input } = await aTenant();
  const inviting = createInviting(world);
  const invitation = await inviting.invite(id, 'waits@acme.example');
  await mailsTo(outside.notifier, 'waits@acme.example');
  expect((await doctor.tenant(id)).findings).toEqual([]);
  await world.ended(await world.freeze(id));
  expect((await doctor.tenant(id)).findings).toEqual([]);
  expect(outside.memory.find(input.slug)?.suspended).toBe(true);
  expect((await inviting.row(invitation))?.state).toBe('pending');
});

test('a frozen tenant that another hand opened is closed again', async () => {
  const { id, input } = await aTenant();
  await world.ended(await world.freeze(id));
  const owner = { registry: world.registry, tenant: id, operation: randomUUID() };
  const call = { owner, signal: AbortSignal.timeout(60_000) };
  await outside.identity.silo.restore(input.slug, call);
  await outside.routes.restore(input, call);
  const opened = ['identity open', 'route open'];
  expect(told(await doctor.tenant(id, false))).toEqual(opened.map((one) => `${one}: suspend`));
  expect(outside.memory.find(input.slug)?.suspended).toBeUndefined();
  expect(told(await doctor.tenant(id))).toEqual(opened.map((one) => `${one}: mended`));
  expect(outside.memory.find(input.slug)?.suspended).toBe(true);
  expect(outside.routes.find(input.slug)?.suspended).toBe(true);
});

test('a frozen tenant is looked at, and never opened', async () => {
  const { id, input } = await aTenant();
  const owner = { registry: world.registry, tenant: id, operation: randomUUID() };
  await world.ended(await world.freeze(id));
  outside.dns.plant(input.host, { record: false, owner });
  await outside.routes.remove(input.slug, { owner, signal: AbortSignal.timeout(60_000) });
  expect(told(await doctor.tenant(id))).toEqual(['route missing: reported']);
  expect(outside.dns.find(input.host)?.record).toBe(false);
});

test.each(['failed', 'archived', 'provisioning'])('a %s tenant is refused', async (state) => {
  const { id } = await aTenant();
  await sql(`update tenants set state = $2 where id = $1`, [id, state]);
  expect(await doctor.ask(id, true)).toEqual({ outcome: 'tenant-state' });
});
