import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { exportSchema } from '../../api/tenants/export-schema.ts';
import { REVOKE, SLUG_KEPT_MS } from '../../domain/offboarding.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { fromBase64, utf8 } from '../../facts/core/bytes.ts';
import { preAuthEncoding } from '../../facts/core/pae.ts';
import { parseEnvelope } from '../../facts/core/envelope.ts';
import { leafHash } from '../../facts/crypto/hash.ts';
import { createVerifier } from '../../facts/crypto/verify.ts';
import { parseCheckpoint } from '../../facts/log/checkpoint.ts';
import { textOfNote } from '../../facts/log/note.ts';
import { checkInclusion } from '../../facts/log/proofs.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptUnfreeze } from '../../registry/accept-freezing.ts';
import { acceptOffboarding } from '../../registry/accept-offboarding.ts';
import { acceptProvision } from '../../registry/accept-provision.ts';
import { resumed } from '../support/resumed.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { aRequest, DOMAIN } from '../support/saga-requests.ts';
import { FACT_KEY } from '../support/saga-sequencer.ts';
import { expectCleanSlate, inventories } from '../support/sagas/clean-slate.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { madeTenant, objectsOf, rowOf, toldStates } from '../support/sagas/frozen-world.ts';

const WORLD_WITHIN_MS = 400_000;
const DAY_MS = 86_400_000;
const actor = 'operator';

const outside = memoryOutside();
const plan = new FaultPlan();
let world: FaultyWorld;
beforeAll(async () => {
  world = await startFaultyWorld(plan, { outside });
}, WORLD_WITHIN_MS);
afterAll(() => world.close());

const ports = () => ({ ...world.api, clock: systemClock, ids: systemIds });
const patient = () => ({ waitMs: { ...world.timing.waitMs, retention: 600_000 } });
const findExport = ({ id }: Tenant) => outside.exports.find(id, AbortSignal.timeout(60_000));

async function leave(tenant: Tenant, over = {}): Promise<Operation> {
  const operation = await world.acceptLeaving(tenant.id);
  await world.start(operation, over);
  return operation;
}

const revoke = ({ id, kind }: Operation, key = 'once') =>
  world.engine.update(id, kind, { name: REVOKE, told: { operation: id }, id: key });

async function select<T>(text: string, ...values: readonly unknown[]): Promise<T[]> {
  const { rows } = await world.database.admin.query(text, [...values]);
  return rows as T[];
}

/** What its commits say; a step that took longer on a busy machine is audited as well. */
const actionsOf = async ({ id }: Operation) => {
  const text = `select action from audit
    where operation = $1 and action like 'tenant.%' order by id`;
  return (await select<{ action: string }>(text, id)).map(({ action }) => action);
};

describe('a tenant that leaves', () => {
  test('is gone everywhere, and the fact that says so is signed, the last, and caused by the saga', async () => {
    const before = await madeTenant(world, 'trial');
    const saga = await leave(before);
    const ended = await world.ended(saga);
    expect(ended.steps.filter(({ state }) => state !== 'skipped').map(({ name }) => name)).toEqual([
      ...['export', 'commit', 'sign', 'close-identity', 'close-route', 'release'],
      ...['retention', 'decide'],
      ...['dns', 'dns-cache', 'route', 'identity', 'database', 'records', 'residue'],
      ...['archive', 'receipt'],
    ]);
    const row = await rowOf(world, before.id);
    expect(row).toMatchObject({ state: 'archived', stateBefore: null, offboarding: saga.id });
    expect(objectsOf(outside, before)).toEqual({
      ...{ identity: undefined, route: undefined, dns: undefined },
    });
    expect(await toldStates(world, before)).toEqual(['active', 'frozen', 'archived']);
    const [last] = await select<{ payload: Buffer }>(
      'select payload from facts where tenant = $1 order by seq desc limit 1',
      before.id,
    );
    expect(JSON.parse(last?.payload.toString() ?? '')).toMatchObject({
      ...{ kind: 'tenant', body: { state: 'archived' }, cause: { operation: saga.id, actor } },
    });
    expect(await actionsOf(saga)).toEqual([
      ...['tenant.offboarding_begun', 'tenant.erasure_begun', 'tenant.archived'],
    ]);
    await expectCleanSlate(world, { tenants: [before.id] });
    await expectReplays(world, saga);
  });

  test('is removed from DNS before its route, and waited for in between', async () => {
    const saga = await leave(await madeTenant(world));
    const { steps } = await world.ended(saga);
    const at = (name: string) => steps.find((step) => step.name === name);
    const order = ['dns', 'route', 'identity', 'database'].map((name) => at(name)?.startedAtMs);
    expect(order).toEqual(order.toSorted((a, b) => Number(a) - Number(b)));
    const waitedMs = (at('route')?.startedAtMs ?? 0) - (at('dns')?.endedAtMs ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(world.timing.waitMs['dns-cache']);
  });

  test('leaves no personal data, secret, export or key of its sagas behind', async () => {
    const before = await madeTenant(world);
    const key = { caller: actor, route: 'r', key: before.id };
    await select(
      `insert into idempotency_keys (caller, route, key, request_hash, operation,
         operation_tenant, created_at)
       select $1, $2, $3, '', id, tenant, now() from operations where tenant = $4`,
      ...[key.caller, key.route, key.key, before.id],
    );
    await select(
      `insert into invitations (tenant, id, member, email, email_key, roles, state, invited_at)
       values ($1, $1, $1, 'bob@a.test', 'bob@a.test', '{}', 'expired', now())`,
      before.id,
    );
    const name = `left.${before.id}.example`;
    const owner = { registry: world.registry, tenant: before.id, operation: before.id };
    outside.routes.plant(name, { host: name, owner });
    await select(
      `insert into domains (tenant, id, name, state, claimed_at)
       values ($1, $1, $2, 'active', now())`,
      ...[before.id, name],
    );
    const lost = `lost.${before.id}.example`;
    outside.routes.plant(lost, { host: lost, owner });
    await select(
      `insert into domains (tenant, id, name, state, claimed_at)
       values ($1, gen_random_uuid(), $2, 'lost', now())`,
      ...[before.id, lost],
    );
    await select(
      `insert into reconciliations (operation, tenant, repair, findings, begun, examined_at)
       select id, tenant, false, $2, '{}', now() from operations where tenant = $1`,
      ...[before.id, JSON.stringify([{ name }])],
    );
    const rowsOf = () =>
      Promise.all([
        select(`select from reconciliations where tenant = $1 and findings <> '[]'`, before.id),
        select('select from domains where tenant = $1', before.id),
        select('select from operations where tenant = $1 and input ? $2', before.id, 'adminEmail'),
        select('select from invitations where tenant = $1', before.id),
        select('select from idempotency_keys where operation_tenant = $1', before.id),
        select('select from secrets where tenant = $1', before.id),
        select('select from tenants where id = $1 and display_name <> slug', before.id),
      ]);
    expect((await rowsOf()).map(({ length }) => length)).toEqual([1, 2, 1, 1, 1, 1, 1]);
    const { sagaKeys } = world.leaving;
    await sagaKeys.keyOf(before.id);
    expect(await sagaKeys.destroyCondemned(0)).not.toContain(before.id);
    await world.ended(await leave(before));
    expect((await rowsOf()).map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect([outside.routes.find(name), outside.routes.find(lost)]).toEqual([undefined, undefined]);
    expect(await findExport(before)).toBeUndefined();
    expect(await sagaKeys.destroyCondemned(0)).toContain(before.id);
    await expect(sagaKeys.keyOf(before.id)).rejects.toThrow('is destroyed');
  });

  test('takes rows and facts along, each with a proof that leads to the signed checkpoint', async () => {
    const before = await madeTenant(world);
    const saga = await leave(before, patient());
    await world.reached(saga, ['waiting']);
    const text = (await findExport(before)) ?? '{}';
    // What the API promises, and nothing else.
    expect(exportSchema.strict().parse(JSON.parse(text))).toEqual(JSON.parse(text));
    const document = JSON.parse(text) as {
      readonly members: readonly { id: string }[];
      readonly facts: readonly string[];
      readonly proofs: readonly string[][];
      readonly checkpoint: string;
    };
    expect(document).toMatchObject({ format: 'tenure-export/1', tenant: { id: before.id } });
    expect(document.members).toHaveLength(1);
    const head = parseCheckpoint(textOfNote(utf8(document.checkpoint)));
    const verify = createVerifier(FACT_KEY);
    const prove = (line: string, proof: readonly string[] = []) => {
      const [, index, envelope = ''] = line.split(' ', 3);
      const { payload, signature } = parseEnvelope(envelope);
      expect(verify(preAuthEncoding(payload), signature)).toBe(true);
      const hashes = proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
      checkInclusion({ index: Number(index), leaf: leafHash(payload), proof: hashes }, head);
    };
    expect(document.facts.length).toBeGreaterThan(1);
    for (const [at, line] of document.facts.entries()) prove(line, document.proofs[at]);
    // The proof is of that fact and no other.
    const [first = '', second] = document.facts;
    expect(() => prove(first, document.proofs[1])).toThrow('another root');
    expect(second).not.toBe(first);
    await revoke(saga);
    await world.ended(saga);
    expect(await findExport(before)).toBeUndefined();
  });
});

describe('until the retention ends', () => {
  test.each(['active', 'trial'] as const)(
    'a revoked offboarding gives a tenant that was %s back, object by object',
    async (state) => {
      const before = await madeTenant(world, state);
      const objects = objectsOf(outside, before);
      const saga = await leave(before, patient());
      await world.reached(saga, ['waiting']);
      expect(await rowOf(world, before.id)).toMatchObject({ state: 'frozen', stateBefore: state });
      await revoke(saga);
      expect((await world.ended(saga)).state).toBe('done');
      expect(await rowOf(world, before.id)).toEqual(before);
      expect(objectsOf(outside, before)).toEqual(objects);
      expect(await toldStates(world, before)).toEqual(['active', 'frozen', state]);
      await expectCleanSlate(world, { tenants: [before.id] });
      await expectReplays(world, saga);
    },
  );

  test('who had been frozen before stays frozen, and planes are told nothing twice', async () => {
    const { id } = await madeTenant(world);
    await world.ended(await world.freeze(id));
    const frozen = await rowOf(world, id);
    const saga = await leave(frozen, patient());
    await world.reached(saga, ['waiting']);
    await revoke(saga);
    await world.ended(saga);
    expect(await rowOf(world, id)).toEqual(frozen);
    expect(objectsOf(outside, frozen)).toMatchObject({ identity: { suspended: true } });
    expect(await toldStates(world, frozen)).toEqual(['active', 'frozen']);
    await world.ended(await world.unfreeze(id));
    expect((await rowOf(world, id)).state).toBe('active');
  });

  test('nobody holds the tenant, and yet nobody else thaws it or has it leave again', async () => {
    const { id } = await madeTenant(world);
    const saga = await leave(await rowOf(world, id), patient());
    await world.reached(saga, ['waiting']);
    expect(await world.api.operations.findLockHolder(id)).toBeUndefined();
    const leaving = { outcome: 'tenant-leaving', by: saga.id };
    expect(await acceptUnfreeze(ports(), { actor, tenant: id })).toEqual(leaving);
    expect(await acceptOffboarding(ports(), { actor, tenant: id })).toEqual(leaving);
    // Also one that was accepted before the freeze: the rule decides in its commit.
    await select(`update tenants set offboarding = null where id = $1`, id);
    const unfreeze = await world.acceptUnfreezing(id);
    await select(`update tenants set offboarding = $2 where id = $1`, id, saga.id);
    await world.start(unfreeze);
    expect(await world.ended(unfreeze)).toMatchObject({
      ...{ state: 'unwound', reason: { code: 'tenant-leaving' } },
    });
    await revoke(saga);
    await revoke(saga, 'twice');
    await world.ended(saga);
  });
});

test('past the retention nobody revokes it, whoever asks', async () => {
  const saga = await leave(await madeTenant(world));
  plan.down.add('dns');
  try {
    await world.reached(saga, ['parked']);
    await expect(revoke(saga)).rejects.toThrow('The retention is over');
  } finally {
    plan.down.delete('dns');
  }
  expect((await world.ended(saga)).state).toBe('done');
});

test('the end of the retention waits for whoever works on the tenant then', async () => {
  const { id } = await madeTenant(world);
  const saga = await leave(await rowOf(world, id), patient());
  await world.reached(saga, ['waiting']);
  const [other] = await select<{ id: string }>(
    `update operations set holds_lock = true where tenant = $1 and id <> $2 returning id`,
    ...[id, saga.id],
  );
  await revoke(saga);
  await world.parked(saga, { step: 'decide', code: 'tenant-busy' });
  await select('update operations set holds_lock = false where id = $1', other?.id);
  expect((await resumed(world, saga)).state).toBe('done');
});

test('a leftover with its mark is found, named, and waited for', async () => {
  const before = await madeTenant(world);
  const owner = { registry: world.registry, tenant: before.id, operation: before.id };
  outside.routes.plant('left-over', { host: 'left.example.test', owner });
  const saga = await leave(before);
  const { reason } = await world.parked(saga, { step: 'residue', code: 'residue-found' });
  expect(reason?.message).toBe('Still there: 1 in route.');
  expect((await rowOf(world, before.id)).state).toBe('frozen');
  await outside.routes.remove('left-over', { owner, signal: AbortSignal.timeout(10_000) });
  expect((await resumed(world, saga)).state).toBe('done');
  const left = (await inventories(outside)).filter(({ owner }) => owner?.tenant === before.id);
  expect(left).toEqual([]);
});

test('while it is provisioned it cannot leave: the first operation is named', async () => {
  const first = await world.accept();
  const refused = { outcome: 'tenant-busy', by: first.id };
  expect(await acceptOffboarding(ports(), { actor, tenant: first.tenant })).toEqual(refused);
  await world.start(first);
  await world.ended(first);
});

test('its slug is nobody’s for 180 days, then another tenant’s, and one alone gets it', async () => {
  const before = await madeTenant(world);
  await world.ended(await leave(before));
  const { archivedAtMs } = await rowOf(world, before.id);
  const ask = (nowMs: number) => {
    const clock = { nowMs: () => nowMs };
    const how = { ...ports(), clock, domain: DOMAIN, seeds: new Map() };
    return acceptProvision(how, { ...aRequest(), slug: before.slug });
  };
  const freeAtMs = (archivedAtMs ?? 0) + SLUG_KEPT_MS;
  expect(SLUG_KEPT_MS).toBe(180 * DAY_MS);
  expect(await ask(freeAtMs - 1)).toEqual({ outcome: 'slug-taken' });
  const asked = await Promise.all([1, 2, 3].map(() => ask(freeAtMs)));
  expect(asked.map(({ outcome }) => outcome).toSorted()).toEqual([
    ...['accepted', 'slug-taken', 'slug-taken'],
  ]);
  const holder = await world.api.tenants.findTenantBySlug(before.slug);
  expect(holder).toMatchObject({ state: 'provisioning' });
  expect(holder?.id).not.toBe(before.id);
  for (const result of asked)
    if (result.outcome === 'accepted') {
      await world.start(result.operation);
      await world.ended(result.operation);
    }
});
